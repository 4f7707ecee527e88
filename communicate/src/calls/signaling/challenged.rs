//! Far ends that ask who we are before they take a call of ours (RFC 3261 §22): carriers.

use tandem_sip::{DigestClient, Forks, Name, Request, Response, StatusCode};

use super::{Means, SipLeg, State, send};

/// INVITEs sent for one leg at most: the first, one with proof, and others where the nonce was too old by then or a session too short.
const TRIES: u32 = 4;

impl SipLeg {
    /// Whether an answer to our INVITE is a question for who we are that can still be answered. It is kept until then.
    pub(super) fn is_challenged_by(&mut self, response: &Response) -> bool {
        let asks = [StatusCode::UNAUTHORIZED, StatusCode::PROXY_AUTHENTICATION_REQUIRED];
        let State::Outgoing { forks, cancelling: false, challenge, .. } = &mut self.state else {
            return false;
        };
        let invite = forks.invite();
        let answerable = !is_proven(invite) || is_stale(response);
        if !asks.contains(&response.status) || !answerable || invite.cseq.number >= TRIES {
            return false;
        }
        *challenge = Some(Box::new(response.clone()));
        true
    }

    /// Answers the question with `account`'s secret: the INVITE again, with proof. Whether that was sent; if not, the leg is over.
    pub(crate) async fn prove(&mut self, means: Means<'_>, account: Option<DigestClient>) -> bool {
        let switch = means.switch;
        let State::Outgoing { transaction, forks, peer, challenge, .. } = &mut self.state else {
            return false;
        };
        let Some(asked) = challenge.take() else { return false };
        let mut invite = forks.invite().clone();
        for proof in [Name::Authorization, Name::ProxyAuthorization] {
            invite.headers.remove(&proof);
        }
        let cnonce = switch.token_tag();
        let proven = account.is_some_and(|account| account.answer(&mut invite, &asked, &cnonce, 1).is_ok());
        if proven {
            let invite = switch.sip().leaving(invite, peer);
            if let Ok(sent) = send(switch, &self.key, *peer, invite.clone()).await {
                (*transaction, *forks) = (sent, Forks::new(invite));
                return true;
            }
        }
        self.state = State::Over;
        false
    }
}

fn is_proven(invite: &Request) -> bool {
    invite.headers.has(&Name::Authorization) || invite.headers.has(&Name::ProxyAuthorization)
}

/// Whether the proof was right and only its nonce too old (RFC 7616 §3.3).
fn is_stale(challenge: &Response) -> bool {
    [Name::WwwAuthenticate, Name::ProxyAuthenticate].iter().any(|name| {
        let values = challenge.headers.auth(name).unwrap_or_default();
        values.iter().any(|value| value.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")))
    })
}
