//! A phone's INVITE takes the place of a leg of the same person's (RFC 3891).

use tandem_proto::{LegId, UserId, api::Leg};
use tandem_sip::{Replaces, StatusCode};
use tandem_store::{Cause, StoreError};
use tokio::sync::oneshot;

use super::{CallTask, SipLeg};

/// An INVITE with a Replaces, proved to be of a user's phone.
#[derive(Debug)]
pub(crate) struct Replacing {
    /// The leg whose dialog it names.
    pub former: LegId,
    pub replaces: Replaces,
    pub user: UserId,
    /// The leg in its place, and its side.
    pub leg: Leg,
    pub signaling: SipLeg,
    pub cause: Cause,
    /// Refused, the INVITE is still to be answered.
    pub reply: oneshot::Sender<Result<(), StatusCode>>,
}

impl CallTask {
    pub(super) async fn replace(&mut self, asked: Replacing) {
        let Replacing { former, replaces, user, leg, signaling, cause, reply } = asked;
        let replaced = self.try_replace((former, replaces, user), leg, signaling, cause).await;
        // Whoever waits for it has nothing else to say.
        let _ = reply.send(replaced);
    }

    async fn try_replace(
        &mut self,
        (former, replaces, user): (LegId, Replaces, UserId),
        leg: Leg,
        mut signaling: SipLeg,
        cause: Cause,
    ) -> Result<(), StatusCode> {
        self.may_be_named(former, &replaces, user)?;
        let its = self.signaling.get(&former).ok_or(StatusCode::NO_SUCH_DIALOG)?;
        its.is_replaceable(&replaces)?;
        self.call.is_replaceable(former).map_err(|_| StatusCode::DECLINE)?;
        let id = leg.id;
        if let Err(error) = signaling.prepare(self.means()).await {
            tracing::warn!(call = %self.call.record().id, %error, "a leg cannot be replaced");
            self.media.close(id.into()).await;
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        // Where what rings is answered, the caller must be answerable.
        if self.prepare_caller().await.is_err() || self.call.replace(self.at, former, leg).is_err() {
            self.media.close(id.into()).await;
            return Err(StatusCode::DECLINE);
        }
        signaling.register(&self.switch.registry, self.owner(id));
        self.signaling.insert(id, signaling);
        // What cannot be written now is written later: people talk.
        match self.flush(cause).await {
            Err(StoreError::Fenced) => Err(StatusCode::SERVICE_UNAVAILABLE),
            Err(error) => {
                tracing::error!(call = %self.call.record().id, %error, "call record not written");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Whether a user may name a leg's dialog: those of others are not there, or, for who knows all of its name, not theirs.
    pub(super) fn may_be_named(
        &self,
        leg: LegId,
        replaces: &Replaces,
        user: UserId,
    ) -> Result<(), StatusCode> {
        let unknown = StatusCode::NO_SUCH_DIALOG;
        let (view, signaling) = self.call.leg(leg).zip(self.signaling.get(&leg)).ok_or(unknown)?;
        match (view.user == Some(user), signaling.is_meant(replaces)) {
            (true, true) => Ok(()),
            (false, true) => Err(StatusCode::FORBIDDEN),
            // Of one that has ended only Call-ID and our tag are known (RFC 3891 §3).
            (true, false) if view.ended_at.is_some() => Err(StatusCode::DECLINE),
            (_, false) => Err(unknown),
        }
    }
}
