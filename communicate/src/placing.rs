//! Calls from browsers, and where what they dial leads.

use std::sync::Arc;

use tandem_edge::{ApiProblem, Caller};
use tandem_proto::{
    CallId, LegId,
    api::{Call, CallTarget, LegKind, NewCall},
};
use tandem_store::Cause;

use crate::{
    Communicate,
    calls::{CallTask, NewCallPlan, Place, Purpose},
    control::{CallError, IncomingCall},
    directory::{Destination, normalise},
};

impl Communicate {
    /// Places a call from a browser.
    pub(crate) async fn place(&self, caller: &Caller, new: NewCall) -> Result<Call, ApiProblem> {
        self.own_device(caller, new.device).await?;
        let Cause { actor, correlation, .. } = Cause::request(caller);
        let place = Place { org: caller.scope.org(), user: caller.user, new, actor, correlation };
        let switch = &self.calls.switch;
        let call = if switch.takes_calls() {
            self.place_here(place).await
        } else {
            switch.place_elsewhere(caller, place).await
        };
        Ok(call?)
    }

    pub(crate) async fn place_here(&self, place: Place) -> Result<Call, CallError> {
        let Place { org, user, new, actor, correlation } = place;
        let (switch, scope) = (&self.calls.switch, self.mint.scope(org));
        if !switch.registry.has_room(switch.config.max_calls) {
            return Err(CallError::Full);
        }
        let no_user = || CallError::NotFound("user".into());
        let invalid = |field: &'static str, reason: &str| CallError::Invalid {
            field: field.into(),
            reason: reason.to_owned(),
        };
        let person = async |user| switch.identity.user(scope, user).await.map_err(CallError::identity);
        let me = person(user).await?.ok_or_else(no_user)?;
        let (dialled, destination) = match new.to {
            CallTarget::User { user } => {
                let called = person(user).await?.ok_or_else(no_user)?;
                (called.extension.unwrap_or(called.name), Destination::User(user))
            }
            CallTarget::Number { number } => {
                let number = normalise(&number).ok_or_else(|| {
                    invalid("to.number", "must be digits, with + in front if international")
                })?;
                let destination = switch.resolve(scope, &number).await?;
                (number, destination)
            }
        };
        if destination == Destination::User(user) {
            return Err(invalid("to", "is oneself"));
        }
        let (call, leg) = (CallId::generate(), LegId::generate());
        let address = me.extension.unwrap_or(me.name);
        let mut view =
            switch.new_leg(LegKind::Web, Some(user), address.clone(), Some(me.display_name.clone()));
        view.id = leg;
        view.device = Some(new.device);
        let purpose = Purpose::of(destination, |flow, to| IncomingCall {
            scope,
            call,
            leg,
            from: address,
            from_name: Some(me.display_name),
            to,
            flow,
            at: switch.clock.now(),
        });
        let plan = NewCallPlan {
            scope,
            id: call,
            dialled,
            video: new.video,
            caller: view,
            signaling: None,
            purpose,
            cause: Cause::of(actor, correlation),
        };
        CallTask::start(Arc::clone(switch), plan).await
    }
}
