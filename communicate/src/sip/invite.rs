//! New calls from SIP: who calls, whom, and whether we can talk.

use tandem_call::sdp::Description;
use tandem_core::OrgScope;
use tandem_proto::{
    Actor, CallId, UserId,
    api::{EndReason, Leg, LegKind},
};
use tandem_sip::{Dialog, Name, Peer, Replaces, Request, Response, ServerTxId, StatusCode, Uri};
use tandem_store::{Cause, StoreError};
use tokio::sync::oneshot;

use super::{Front, register::unavailable};
use crate::{
    calls::{
        CallTask, DialogKey, Message, NewCallPlan, Owner, Purpose, Replacing, SipLeg, check, refusal, respond,
    },
    control::{CallError, IncomingCall},
    directory::{Destination, normalise},
};

/// Who calls.
struct Caller {
    scope: OrgScope,
    kind: LegKind,
    user: Option<UserId>,
    address: String,
    name: Option<String>,
    actor: Actor,
    trunk: Option<String>,
}

impl Front {
    /// Takes a new INVITE as far as a live call, or refuses it. Answers the call it may have become part of.
    pub(super) async fn invite(
        &self,
        transaction: ServerTxId,
        owner: Owner,
        request: Request,
        from: Peer,
    ) -> CallId {
        match self.try_invite(transaction, owner, &request, from).await {
            Ok(call) => call,
            Err(response) => {
                respond(&self.switch, transaction, response.tagged(self.switch.token_tag())).await;
                owner.call
            }
        }
    }

    async fn try_invite(
        &self,
        transaction: ServerTxId,
        owner: Owner,
        request: &Request,
        from: Peer,
    ) -> Result<CallId, Response> {
        if matches!(request.uri, Uri::Other { .. }) {
            return Err(request.response(StatusCode::UNSUPPORTED_URI_SCHEME));
        }
        check(request).map_err(|response| *response)?;
        let replaces = request.headers.replaces().map_err(|error| request.response(error.status()))?;
        let dialled = request.uri.user().map(|user| user.into_owned()).unwrap_or_default();
        let (caller, destination) = self.identify(request, &dialled, from).await?;
        let offer = read_offer(request).map_err(|response| *response)?;
        let session = &self.switch.config.session_timer;
        session.answer(self.switch.clock.now(), request, false).map_err(|response| *response)?;
        let contact = self.switch.contact(&from);
        let dialog = Dialog::uas(request, self.switch.token_tag(), contact, from)
            .map_err(|error| request.response(error.status()).phrased(format!("Bad Request ({error})")))?;
        let mut leg =
            self.switch.new_leg(caller.kind, caller.user, caller.address.clone(), caller.name.clone());
        leg.id = owner.leg;
        leg.trunk = caller.trunk.clone();
        let signaling = SipLeg::incoming(owner.leg, transaction, request.clone(), dialog, offer);
        if let Some(replaces) = replaces {
            let replaced = self.replace(caller, leg, signaling, replaces).await;
            return replaced.map_err(|status| request.response(status));
        }
        if !self.switch.registry.has_room(self.switch.config.max_calls) {
            return Err(unavailable(request));
        }
        let purpose = self.purpose(&caller, owner, destination);
        let plan = NewCallPlan {
            scope: caller.scope,
            id: owner.call,
            dialled,
            video: false,
            caller: leg,
            signaling: Some(signaling),
            purpose,
            cause: Cause::of(caller.actor, Some(owner.call.uuid())),
        };
        match CallTask::start(self.switch.clone(), plan).await {
            // Whatever there was to say was said by the call.
            Ok(_) | Err(CallError::Store(_) | CallError::Identity(_)) => Ok(owner.call),
            Err(CallError::Full) => Err(unavailable(request)),
            Err(error) => {
                tracing::warn!(call = %owner.call, %error, "call cannot be taken");
                Ok(owner.call)
            }
        }
    }

    /// Has a leg take the place of another of this node's calls. Answers the call.
    async fn replace(
        &self,
        caller: Caller,
        leg: Leg,
        signaling: SipLeg,
        replaces: Replaces,
    ) -> Result<CallId, StatusCode> {
        let gone = StatusCode::NO_SUCH_DIALOG;
        // A carrier's dialogs are nobody's.
        let user = caller.user.ok_or(StatusCode::FORBIDDEN)?;
        let registry = &self.switch.registry;
        let former = registry.dialog(&DialogKey::of(&replaces.dialog())).ok_or(gone)?;
        let inbox = registry.call(caller.scope, former.call).ok_or(gone)?;
        let (reply, answer) = oneshot::channel();
        let cause = Cause::of(caller.actor, Some(former.call.uuid()));
        let asked = Replacing { former: former.leg, replaces, user, leg, signaling, cause, reply };
        inbox.send(Message::Replace(Box::new(asked))).await.map_err(|_| gone)?;
        answer.await.map_err(|_| gone)?.map(|()| former.call)
    }

    /// Who calls: a phone with credentials, or a trunk by its address for a number of its org. Anyone else is challenged, known or not.
    async fn identify(
        &self,
        request: &Request,
        dialled: &str,
        from: Peer,
    ) -> Result<(Caller, Destination), Response> {
        let now = self.switch.clock.now();
        let failed = |error: StoreError| {
            tracing::error!(%error, "caller cannot be looked up");
            unavailable(request)
        };
        if !request.headers.has(&Name::Authorization) {
            let claimed = request.from.uri.user().map(|user| user.into_owned()).unwrap_or_default();
            if !self.is_phone(request, &claimed).await.map_err(failed)?
                && let Some(trunk) = self.trunk(request, dialled, from).await?
            {
                return Ok(trunk);
            }
        }
        let proven = self.prove(now, request).await?;
        let person = self.switch.identity.user(proven.scope, proven.phone.user).await.map_err(|error| {
            tracing::error!(%error, "phone's user cannot be looked up");
            unavailable(request)
        })?;
        let address = person.as_ref().and_then(|p| p.extension.clone()).unwrap_or(proven.phone.auth_user);
        let user = proven.phone.user;
        let caller = Caller {
            scope: proven.scope,
            kind: LegKind::Phone,
            user: Some(user),
            address,
            name: person.map(|p| p.display_name),
            actor: Actor::User { id: user },
            trunk: None,
        };
        let destination = self.switch.resolve(caller.scope, dialled).await.map_err(|error| {
            tracing::error!(%error, "destination cannot be looked up");
            unavailable(request)
        })?;
        Ok((caller, destination))
    }

    async fn is_phone(&self, request: &Request, claimed: &str) -> Result<bool, StoreError> {
        let Some((scope, _)) = self.org_of(request).await else { return Ok(false) };
        Ok(self.switch.phones.find(scope, claimed).await?.is_some())
    }

    async fn trunk(
        &self,
        request: &Request,
        dialled: &str,
        from: Peer,
    ) -> Result<Option<(Caller, Destination)>, Response> {
        let failed = |error: StoreError| {
            tracing::error!(%error, "trunk cannot be looked up");
            unavailable(request)
        };
        let number = match normalise(dialled) {
            Some(number) => self.switch.numbers.find(&self.mint, &number).await.map_err(failed)?,
            None => None,
        };
        let Some((scope, number)) = number else {
            // A carrier is told that the number is not ours; anybody else is challenged and learns nothing.
            let Some((scope, _)) = self.org_of(request).await else { return Ok(None) };
            let known = self.switch.trunks.that_sends_from(scope, from.addr.ip()).await.map_err(failed)?;
            return if known.is_some() { Err(request.response(StatusCode::NOT_FOUND)) } else { Ok(None) };
        };
        let Some(trunk) = self.switch.trunks.that_sends_from(scope, from.addr.ip()).await.map_err(failed)?
        else {
            return Ok(None);
        };
        tracing::debug!(trunk, number = number.number, "call from a carrier");
        let (address, name) = shown_by(request);
        let caller = Caller {
            scope,
            kind: LegKind::Trunk,
            user: None,
            actor: Actor::External { address: address.clone() },
            address,
            name,
            trunk: Some(trunk),
        };
        Ok(Some((caller, Destination::Number { number: number.number, target: number.to })))
    }

    fn purpose(&self, caller: &Caller, owner: Owner, destination: Destination) -> Purpose {
        let from = (caller.address.clone(), caller.name.clone());
        Purpose::of(destination, |flow, to| IncomingCall {
            scope: caller.scope,
            call: owner.call,
            leg: owner.leg,
            from: from.0,
            from_name: from.1,
            to,
            flow,
            at: self.switch.clock.now(),
        })
    }
}

/// Who calls, as a carrier says, which we trust in that: whom it vouches for (RFC 3325), else From; nobody, where they ask for that
/// (RFC 3323).
fn shown_by(request: &Request) -> (String, Option<String>) {
    let privacy = request.headers.privacy();
    if privacy.id || privacy.user {
        return ("anonymous".to_owned(), None);
    }
    let asserted = request.headers.addresses(&Name::PAssertedIdentity).unwrap_or_default();
    let who = asserted.iter().find(|each| each.uri.user().is_some()).unwrap_or(&request.from);
    let address = who.uri.user().map_or_else(|| who.uri.to_string(), |user| user.into_owned());
    // One that vouches for a number leaves the name to From.
    let name = who.display.as_ref().or(request.from.display.as_ref());
    (address, name.map(ToString::to_string))
}

/// The caller's offer; none if it leaves the offer to us.
fn read_offer(request: &Request) -> Result<Option<Description>, Box<Response>> {
    if request.body.is_empty() {
        return Ok(None);
    }
    Description::parse(&request.body).map(Some).map_err(|error| Box::new(refusal(request, &error)))
}

impl Purpose {
    /// What a destination makes of a call; `incoming` is asked for the app's view if it is a flow's.
    pub(crate) fn of(
        destination: Destination,
        incoming: impl FnOnce(tandem_proto::FlowId, String) -> IncomingCall,
    ) -> Self {
        use tandem_proto::api::NumberTarget;
        match destination {
            Destination::User(user) | Destination::Number { target: NumberTarget::User { user }, .. } => {
                Self::Person(user)
            }
            Destination::Number { number, target: NumberTarget::Flow { flow } } => {
                Self::App(Box::new(incoming(flow, number)))
            }
            Destination::Outside { number } => Self::Outside(number),
            Destination::Nowhere => Self::Nowhere(EndReason::NotFound),
        }
    }
}

/// Ids for a call that is about to be made.
pub(super) fn fresh_owner() -> Owner {
    Owner { call: CallId::generate(), leg: tandem_proto::LegId::generate() }
}
