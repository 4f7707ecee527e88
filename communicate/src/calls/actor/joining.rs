//! An attended transfer: two calls of this node become one (RFC 5589 §7).
//!
//! A phone that has two calls refers the one to the other. The call it refers in takes in those of the other, which is over then. Both are
//! written in one step by the task of the call that goes on, while the other's waits: whatever happens, each leg is in one of them.

use std::time::Duration;

use tandem_call::Moving;
use tandem_proto::{CallId, LegId, Timestamp, UserId, api::EndReason};
use tandem_relay::Media;
use tandem_sip::{Replaces, StatusCode};
use tandem_store::Cause;
use tokio::{sync::oneshot, time::timeout};

use super::{CallTask, GoingOut, Message, SipLeg};
use crate::calls::{Owner, records::Save, registry::DialogKey};

/// How long the other call may take to answer. It waits for none meanwhile that waits for it: two that are referred to each other at the
/// same time both go on as they were.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(2);

/// What is asked of the call whose legs are to go on in another.
#[derive(Debug)]
pub(crate) struct HandOver {
    /// The leg whose others go on.
    by: LegId,
    /// Its dialog.
    replaces: Replaces,
    /// Who asks.
    user: UserId,
    /// Where they go on.
    to: CallId,
    reply: oneshot::Sender<Result<HandedOver, StatusCode>>,
}

/// What goes on in another call, once that has written it.
struct HandedOver {
    /// When: later than whatever either call has heard of.
    at: Timestamp,
    moving: Vec<Moving>,
    signaling: Vec<(LegId, SipLeg)>,
    /// Browsers whose transport is gone, and when they are given up.
    lost: Vec<(LegId, Timestamp)>,
    /// Those that go out by carriers which have not shown yet that they work.
    outside: Vec<(LegId, GoingOut)>,
    /// Where their media is.
    media: Media,
    /// What the former call writes.
    save: Save,
    /// Told when both calls were written; dropped, nothing has happened.
    written: oneshot::Sender<()>,
}

impl CallTask {
    /// Has whom `by` talks to go on with whom it talks to, or rings, in the call of another dialog of the same person's.
    pub(super) async fn join_calls(
        &mut self,
        by: LegId,
        user: UserId,
        replaces: Replaces,
        cause: Cause,
    ) -> Result<(), StatusCode> {
        let key = DialogKey::of(&replaces.dialog());
        let other = self.switch.registry.dialog(&key).ok_or(StatusCode::NO_SUCH_DIALOG)?;
        let call = self.call.record().id;
        if other.call == call {
            return Err(StatusCode::DECLINE);
        }
        self.flush(cause.clone()).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        let handed = timeout(HAND_OVER_WITHIN, self.ask_to_hand_over(other, user, replaces));
        let HandedOver { at, moving, signaling, lost, outside, media, save, written } =
            handed.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)??;
        // Both records name the same moment.
        self.at = self.at.max(at);
        let before = self.call.clone();
        let moved: Vec<_> = moving.iter().map(|moving| moving.leg.id).collect();
        self.call.take_in(self.at, by, other.call, moving).map_err(|_| StatusCode::DECLINE)?;
        self.signaling.extend(signaling);
        self.lost.extend(lost);
        self.outside.extend(outside);
        let (events, orders) = self.ordered();
        self.kept.unwritten.extend(events.iter().cloned());
        let (own, hash) = self.to_save();
        if let Err(error) = self.switch.records.save_both(self.scope, cause, [own, save]).await {
            tracing::warn!(%call, other = %other.call, %error, "calls not joined");
            self.call = before;
            self.kept.unwritten.clear();
            for leg in moved {
                self.signaling.remove(&leg);
                self.lost.remove(&leg);
                self.outside.remove(&leg);
            }
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        self.was_written(hash);
        tracing::info!(%call, other = %other.call, "calls joined");
        for &leg in &moved {
            self.switch.registry.move_leg(Owner { call: other.call, leg }, self.owner(leg));
        }
        // Whoever goes on talking is shown to do so all the time.
        self.note_activity(&events).await;
        // Its task has nothing else to wait for.
        let _ = written.send(());
        for order in orders {
            self.carry_out(order).await;
        }
        if media.node() != self.media.node() {
            self.left = Some(media);
            // A browser was told where it is wanted when it joined.
            for leg in moved {
                if self.signaling.contains_key(&leg) {
                    self.make_media(leg, EndReason::Lost).await;
                }
            }
        }
        Ok(())
    }

    async fn ask_to_hand_over(
        &self,
        other: Owner,
        user: UserId,
        replaces: Replaces,
    ) -> Result<HandedOver, StatusCode> {
        let gone = StatusCode::NO_SUCH_DIALOG;
        let inbox = self.switch.registry.call(self.scope, other.call).ok_or(gone)?;
        let (reply, answer) = oneshot::channel();
        let asked = HandOver { by: other.leg, replaces, user, to: self.call.record().id, reply };
        inbox.send(Message::HandOver(Box::new(asked))).await.map_err(|_| gone)?;
        answer.await.map_err(|_| gone)?
    }

    /// Lets those that a leg talks to, or has rung, go on in another call; this one is over then.
    pub(super) async fn hand_over(&mut self, asked: HandOver) {
        let HandOver { by, replaces, user, to, reply } = asked;
        if let Err(status) = self.may_hand_over(by, &replaces, user).await {
            let _ = reply.send(Err(status));
            return;
        }
        let before = self.call.clone();
        let Ok(moving) = self.call.hand_over(self.at, by, to) else {
            let _ = reply.send(Err(StatusCode::DECLINE));
            return;
        };
        let taken: Vec<_> = moving.iter().map(|moving| moving.leg.id).collect();
        let signaling: Vec<_> = taken.iter().filter_map(|leg| self.signaling.remove_entry(leg)).collect();
        let (events, orders) = self.ordered();
        self.kept.unwritten.extend(events.iter().cloned());
        let (save, hash) = self.to_save();
        let lost = taken.iter().filter_map(|leg| Some((*leg, *self.lost.get(leg)?))).collect();
        let outside = taken.iter().filter_map(|leg| Some((*leg, self.outside.get(leg)?.clone()))).collect();
        let (written, outcome) = oneshot::channel();
        let (at, media, kept) = (self.at, self.media.clone(), signaling.clone());
        let handed = HandedOver { at, moving, signaling, lost, outside, media, save, written };
        // Who does not wait for it any more drops it.
        let _ = reply.send(Ok(handed));
        if outcome.await.is_err() {
            self.call = before;
            self.kept.unwritten.clear();
            self.signaling.extend(kept);
            return;
        }
        self.was_written(hash);
        for leg in taken {
            self.lost.remove(&leg);
            self.outside.remove(&leg);
            self.playing.remove(&leg);
            self.handed_over.insert(leg, to);
        }
        self.note_activity(&events).await;
        for order in orders {
            self.carry_out(order).await;
        }
        self.flush_or_log().await;
    }

    async fn may_hand_over(
        &mut self,
        by: LegId,
        replaces: &Replaces,
        user: UserId,
    ) -> Result<(), StatusCode> {
        self.may_be_named(by, replaces, user)?;
        let talks = self.call.leg(by).is_some_and(|leg| leg.answered_at.is_some());
        if replaces.early_only && talks {
            return Err(StatusCode::BUSY_HERE);
        }
        // What has not been written yet could not be taken back.
        match self.flush(Cause::SYSTEM).await {
            Ok(()) if self.kept.claim.is_some() => Ok(()),
            _ => Err(StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    /// Something for a leg that went on in another call.
    pub(super) async fn pass_on(&self, leg: LegId, message: Message) {
        let call = self.handed_over.get(&leg);
        if let Some(inbox) = call.and_then(|call| self.switch.registry.inbox(*call)) {
            // A call that is over has nothing left to hear.
            let _ = inbox.send(message).await;
        }
    }
}

impl std::fmt::Debug for HandedOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HandedOver").field("call", &self.save.record.id).finish_non_exhaustive()
    }
}
