//! Who a SIP request comes from, and REGISTER.

use tandem_core::{Elsewhere, OrgScope};
use tandem_proto::Timestamp;
use tandem_sip::{Algorithm, Credentials, Name, Peer, Refusal, Request, Response, StatusCode};

use super::Front;
use crate::directory::{Found, PhoneRecord};

/// A phone that proved who it is.
pub(super) struct Proven {
    pub scope: OrgScope,
    pub phone: PhoneRecord,
}

impl Front {
    /// The org a request's SIP domain stands for, if it is here: one of that name, or the only one there is.
    pub(super) async fn org_of(&self, request: &Request) -> Option<(OrgScope, String)> {
        match self.home_of(request).await {
            Found::Here(scope, name) => Some((scope, name)),
            Found::Elsewhere(_) | Found::Nowhere => None,
        }
    }

    async fn home_of(&self, request: &Request) -> Found {
        let host =
            request.to.uri.host().or_else(|| request.uri.host()).map(ToString::to_string).unwrap_or_default();
        self.orgs.of_domain(&host).await.unwrap_or(Found::Nowhere)
    }

    /// Proves a request by its digest credentials, or answers what to send back: a challenge, the way to another region, or the same
    /// refusal whether the user is unknown or the secret wrong.
    pub(super) async fn prove(&self, now: Timestamp, request: &Request) -> Result<Proven, Response> {
        let (scope, realm) = match self.home_of(request).await {
            Found::Here(scope, name) => (scope, name),
            Found::Elsewhere(elsewhere) => return Err(redirected(request, &elsewhere)),
            Found::Nowhere => return Err(request.response(StatusCode::NOT_FOUND)),
        };
        let credentials = match Credentials::of(request, &realm) {
            Ok(Some(credentials)) => credentials,
            Ok(None) => return Err(self.challenge(now, request, &realm, false)),
            Err(error) => {
                return Err(request.response(error.status()).phrased(format!("Bad Request ({error})")));
            }
        };
        let phone = match self.switch.phones.find(scope, &credentials.username).await {
            Ok(phone) => phone,
            Err(error) => {
                tracing::error!(%error, "phones cannot be looked up");
                return Err(unavailable(request));
            }
        };
        // The phone of somebody who may not sign in is refused as one with a wrong secret is.
        let phone = match phone {
            Some(phone) if self.is_shut_out(scope, &phone).await.map_err(|()| unavailable(request))? => None,
            phone => phone,
        };
        let mut authenticator = self.authenticator();
        let checked = authenticator.check(now, &realm, request, &credentials, phone.as_ref().map(|p| &p.ha1));
        match (checked, phone) {
            (Ok(()), Some(phone)) => Ok(Proven { scope, phone }),
            (Err(Refusal::Stale), _) => {
                drop(authenticator);
                Err(self.challenge(now, request, &realm, true))
            }
            (Err(Refusal::OtherUri), _) => Err(request.response(StatusCode::BAD_REQUEST)),
            _ => Err(request.response(StatusCode::FORBIDDEN)),
        }
    }

    async fn is_shut_out(&self, scope: OrgScope, phone: &PhoneRecord) -> Result<bool, ()> {
        match self.switch.identity.user(scope, phone.user).await {
            Ok(person) => Ok(person.is_some_and(|person| !person.active)),
            Err(error) => {
                tracing::error!(%error, "a phone's user cannot be looked up");
                Err(())
            }
        }
    }

    /// A challenge in every algorithm we know, or in MD5 alone for phones that give up on seeing another beside it.
    fn challenge(&self, now: Timestamp, request: &Request, realm: &str, stale: bool) -> Response {
        let offered: &[_] = if knows_md5_only(request) { &[Algorithm::Md5] } else { &Algorithm::OFFERED };
        self.authenticator().challenge(now, request, realm, stale, offered)
    }

    /// Answers a REGISTER.
    pub(super) async fn register(&self, request: &Request, from: Peer) -> Response {
        let now = self.switch.clock.now();
        let proven = match self.prove(now, request).await {
            Ok(proven) => proven,
            Err(response) => return response,
        };
        // A phone registers its own address of record only.
        if request.to.uri.user().as_deref() != Some(proven.phone.auth_user.as_str()) {
            return request.response(StatusCode::FORBIDDEN);
        }
        match self.switch.registrations.register(now, proven.scope, &proven.phone, request, from).await {
            Ok(Ok(registered)) => {
                self.flows.note(from, proven.scope, &proven.phone);
                registered.response(now, request)
            }
            Ok(Err(error)) => error.response(request),
            Err(error) => {
                tracing::error!(%error, "registration cannot be kept");
                unavailable(request)
            }
        }
    }
}

/// libre up to 2.x (baresip 0 and 1) fails on the first challenge that is not MD5, even with an MD5 one beside it.
fn knows_md5_only(request: &Request) -> bool {
    const OLD: [&str; 2] = ["baresip v0.", "baresip v1."];
    request.headers.user_agent().is_some_and(|agent| OLD.iter().any(|old| agent.starts_with(old)))
}

/// We cannot now; in a few seconds perhaps.
pub(super) fn unavailable(request: &Request) -> Response {
    request.response(StatusCode::SERVICE_UNAVAILABLE).with(Name::RetryAfter, "5")
}

/// Sends a request where its org lives (RFC 3261 §21.3.3). It is asked for there once: an org may move, so 302 and no 301.
fn redirected(request: &Request, elsewhere: &Elsewhere) -> Response {
    let uri = request.uri.as_sip();
    let scheme = if uri.is_some_and(|uri| uri.secure) { "sips" } else { "sip" };
    let user = uri.and_then(|uri| uri.user.as_ref()).map(|user| format!("{user}@")).unwrap_or_default();
    let transport = uri.and_then(|uri| uri.params.get("transport"));
    let transport = transport.map(|transport| format!(";transport={transport}")).unwrap_or_default();
    let contact = format!("<{scheme}:{user}{}{transport}>", elsewhere.address.sip);
    request.response(StatusCode::MOVED_TEMPORARILY).with(Name::Contact, contact)
}
