//! The call's media goes to another node: because the one it was on is gone, or wants to go.
//!
//! A node that hears of no media node may be cut off itself, and the call another's by then. So nothing moves to where nobody answers, and
//! nothing ends for want of media, or goes elsewhere, before the store has been asked whose the call is.

use std::time::Duration;

use tandem_media::MediaError;
use tandem_proto::{
    LegId, NodeId, NodeRole, Timestamp, Topic,
    api::{EndReason, LegKind, LegState},
    ws::Signal,
};
use tandem_relay::Media;

use super::{Adrift, CallTask, LOST_AFTER, Means, keeping::Whose};

/// How often a call without media looks for a node.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long it does so.
const ADRIFT_AT_MOST: Duration = Duration::from_secs(30);
/// How long a call waits for the store to say whose it is, before its media moves all the same: people talk.
const UNSURE_AT_MOST: Duration = Duration::from_secs(3);
/// A browser that has not come by then may not know that it is wanted; after that it is told so often.
const SUMMON_AFTER: Duration = Duration::from_secs(1);

impl CallTask {
    /// A media node is gone, or wants to go.
    pub(super) async fn leave_media(&mut self, node: NodeId) {
        if self.media.node() == node && !self.call.is_over() {
            self.find_media(EndReason::Lost).await;
            self.flush_or_log().await;
        }
    }

    /// Moves the media to a node that serves. If there is none and the present one is gone, the call waits for one, but not for ever.
    pub(super) async fn find_media(&mut self, reason: EndReason) {
        let now = self.now();
        let before = self.media.node();
        let there = self.switch.media.is_there(before);
        if there && !self.switch.media.is_draining(before) {
            if self.adrift.take().is_some_and(|adrift| adrift.unmade) {
                self.make_all(reason).await;
            }
            return;
        }
        let next = self.switch.media_for(self.scope).filter(|next| next.node() != before);
        let since = self.adrift.map_or(now, |adrift| adrift.since);
        let mut unsure = false;
        if let Some(next) = next
            && next.answers().await
        {
            match self.whose().await {
                Whose::Theirs => return,
                Whose::Unknown if now - since < UNSURE_AT_MOST => unsure = true,
                Whose::Ours | Whose::Unknown => {
                    self.adrift = None;
                    return self.move_media(next, reason).await;
                }
            }
        }
        if there && !unsure {
            self.adrift = None;
            return;
        }
        self.adrift = Some(Adrift { since, look_at: now.plus(LOOK_EVERY), unmade: false });
        if now - since >= ADRIFT_AT_MOST && self.whose().await == Whose::Ours {
            self.adrift = None;
            self.call.end(now, reason);
        }
    }

    async fn move_media(&mut self, to: Media, reason: EndReason) {
        let from = std::mem::replace(&mut self.media, to);
        tracing::info!(call = %self.call.record().id, from = %from.node(), to = %self.media.node(), "media moves");
        metrics::counter!("tandem_calls_media_moved_total").increment(1);
        self.left = Some(from);
        self.make_all(reason).await;
    }

    async fn make_all(&mut self, reason: EndReason) {
        let legs: Vec<_> = self.call.open_legs().map(|leg| leg.id).collect();
        for leg in legs {
            self.make_media(leg, reason).await;
        }
    }

    /// Makes a leg's media where the call's is now, and has its far end told.
    pub(super) async fn make_media(&mut self, leg: LegId, reason: EndReason) {
        let now = self.now();
        if self.call.leg(leg).is_some_and(|view| view.kind == LegKind::Web) {
            return self.await_browser(leg).await;
        }
        let means = Means { switch: &self.switch, media: &self.media };
        let Some(signaling) = self.signaling.get_mut(&leg) else { return };
        if signaling.is_waiting() {
            // Nothing is there before it is answered.
            let _ = signaling.move_media(means, now, reason).await;
            return;
        }
        match signaling.move_media(means, now, reason).await {
            Ok(()) => self.media_anew(leg).await,
            Err(MediaError::Unreachable) => {
                tracing::info!(call = %self.call.record().id, %leg, "the media node has gone again");
                self.adrift = Some(Adrift { since: now, look_at: now.plus(LOOK_EVERY), unmade: true });
            }
            Err(error) => {
                tracing::warn!(call = %self.call.record().id, %leg, %error, "media cannot be made anew");
                let _ = self.call.hang_up(now, leg, reason);
            }
        }
    }

    /// A browser learns from its edge that its media node is gone, or wants to go; here it is only waited for.
    async fn await_browser(&mut self, leg: LegId) {
        let Some((endpoint, view)) = self.endpoint(leg).zip(self.call.leg(leg)) else { return };
        let talks = matches!(view.state, LegState::Connected | LegState::Holding);
        let there = self.media.adopt(vec![endpoint]).await.is_ok_and(|adopted| !adopted.is_empty());
        if there {
            return self.media_anew(leg).await;
        }
        if talks {
            self.lost.insert(leg, self.now().plus(LOST_AFTER));
            self.summon_at = Some(self.now().plus(SUMMON_AFTER));
        }
    }

    /// Browsers that are waited for and have not come are told (again) where to; those whose time is over are given up.
    pub(super) async fn miss_browsers(&mut self) {
        let now = self.now();
        if self.summon_at.is_some_and(|at| at <= now) {
            let there = self.switch.media.is_there(self.media.node());
            self.lost.keys().filter(|_| there).for_each(|leg| self.summon(*leg));
            self.summon_at = (!self.lost.is_empty()).then(|| now.plus(SUMMON_AFTER));
        }
        let over = |at: &Timestamp| *at <= now;
        if !self.lost.values().any(over) {
            return;
        }
        if self.whose().await != Whose::Ours {
            // Looked at again, unless it was let go of.
            self.lost.values_mut().filter(|at| over(at)).for_each(|at| *at = now.plus(LOOK_EVERY));
            return;
        }
        let gone: Vec<_> = self.lost.iter().filter(|(_, at)| over(at)).map(|(leg, _)| *leg).collect();
        for leg in gone {
            self.lost.remove(&leg);
            let _ = self.call.hang_up(now, leg, EndReason::Lost);
        }
    }

    /// Tells a leg's browser, which is connected elsewhere, where its media is wanted.
    pub(super) fn summon(&self, leg: LegId) {
        let Some(view) = self.call.leg(leg) else { return };
        let Some((user, device)) = view.user.zip(view.device) else { return };
        let signal = Signal::RtcMigrate { device, node: Some(self.media.node()) };
        self.switch.bus.publish(self.scope, Topic::user(user), signal);
    }

    /// Whether a browser may be connected to another media node than the call is on.
    pub(super) fn may_be_elsewhere(&self) -> bool {
        self.switch.cluster.nodes().with(NodeRole::Media).count() > 1
    }

    /// Orders again all that the relay does for a leg, what the app plays included.
    pub(super) async fn media_anew(&mut self, leg: LegId) {
        self.call.media_anew(leg);
        self.flush_or_log().await;
        let Some((endpoint, playing)) = self.endpoint(leg).zip(self.playing.get(&leg).cloned()) else {
            return;
        };
        if playing.app.is_some() {
            let played = self.media.play(endpoint, playing.id, playing.source, playing.looped).await;
            match played {
                Ok(()) | Err(MediaError::UnknownEndpoint(_)) => {}
                Err(error) => {
                    tracing::warn!(call = %self.call.record().id, %leg, %error, "not played again");
                }
            }
        }
    }

    /// The far end of a leg sends to where its media is now: what is left of it elsewhere goes.
    pub(super) async fn left_behind(&self, leg: LegId) {
        if let Some((left, endpoint)) = self.left.as_ref().zip(self.endpoint(leg)) {
            left.close(endpoint).await;
        }
    }
}
