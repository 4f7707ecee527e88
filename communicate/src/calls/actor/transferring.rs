//! A phone has the other side talk to somebody else (REFER, RFC 3515).

use tandem_call::status_of_reason;
use tandem_proto::{
    Actor, LegId,
    api::{EndReason, LegKind, NumberTarget},
};
use tandem_sip::StatusCode;
use tandem_store::Cause;

use super::{CallTask, SipLeg};
use crate::directory::Destination;

impl CallTask {
    /// Rings whoever a phone refers to, by the dial plan of its org. What comes of it is told in the phone's dialog.
    pub(super) async fn refer(&mut self, by: LegId) {
        if let Err(status) = self.try_refer(by).await {
            self.tell_outcome(by, status).await;
        }
    }

    async fn try_refer(&mut self, by: LegId) -> Result<(), StatusCode> {
        let view = self.call.leg(by).ok_or(StatusCode::NO_SUCH_DIALOG)?;
        if view.kind != LegKind::Phone {
            return Err(StatusCode::FORBIDDEN);
        }
        let cause = view.user.map_or(Cause::SYSTEM, |id| Cause::of(Actor::User { id }, None));
        if let Some(replaces) = self.signaling.get(&by).and_then(SipLeg::refers_to_dialog) {
            let user = view.user.ok_or(StatusCode::FORBIDDEN)?;
            return self.join_calls(by, user, replaces, cause).await;
        }
        let target = self.signaling.get(&by).and_then(|leg| leg.refers_to());
        let dialled = target.and_then(|target| target.uri.user()).unwrap_or_default().into_owned();
        let destination = self.switch.resolve(self.scope, &dialled).await.map_err(|error| {
            tracing::error!(call = %self.call.record().id, %error, "the target of a transfer cannot be looked up");
            StatusCode::SERVICE_UNAVAILABLE
        })?;
        let to = match destination {
            Destination::User(user) | Destination::Number { target: NumberTarget::User { user }, .. } => {
                Ok(user)
            }
            Destination::Outside { number } => Err(number),
            // A call becomes an app's only when it begins.
            Destination::Number { target: NumberTarget::Flow { .. }, .. } => return Err(StatusCode::DECLINE),
            Destination::Nowhere => return Err(StatusCode::NOT_FOUND),
        };
        self.call.refer(by).map_err(|_| StatusCode::DECLINE)?;
        let rung = match to {
            Ok(user) => self.ring(user, self.switch.config.ring_timeout, true, cause).await,
            Err(outside) => self.call_out(outside, cause).await,
        };
        rung.map(drop).map_err(|error| {
            tracing::info!(call = %self.call.record().id, %error, "nobody to transfer to");
            self.call.refer_failed();
            StatusCode::TEMPORARILY_UNAVAILABLE
        })
    }

    /// Tells a phone how its transfer went.
    pub(super) async fn tell_referrer(&mut self, by: LegId, failed: Option<EndReason>) {
        let status = failed.map_or(StatusCode::OK, |reason| {
            StatusCode::try_from(status_of_reason(reason).0).unwrap_or(StatusCode::SERVER_INTERNAL_ERROR)
        });
        self.tell_outcome(by, status).await;
    }

    async fn tell_outcome(&mut self, by: LegId, status: StatusCode) {
        if let Some(signaling) = self.signaling.get_mut(&by) {
            signaling.referred(&self.switch, status).await;
        }
    }
}
