//! Going on with a call of a node that is gone, or of the process that was killed.

use std::{sync::Arc, time::Duration};

use tandem_cluster::Claim;
use tandem_core::OrgScope;
use tandem_proto::{
    EndpointId, LegId, RoomId,
    api::{Activity, EndReason, LegKind, LegState},
};
use tokio::sync::mpsc;

use super::{CallTask, INBOX, Means};
use crate::{calls::snapshot::Snapshot, control::CallError, switch::Switch};

/// How long a media node that did not answer is left alone.
const ADOPT_AGAIN: Duration = Duration::from_millis(200);

impl CallTask {
    /// Starts the task of a call that was taken over. From when this returns it can be found.
    pub(crate) async fn restore(
        switch: Arc<Switch>,
        scope: OrgScope,
        claim: Claim,
        snapshot: Snapshot,
    ) -> Result<(), CallError> {
        let id = snapshot.call.record().id;
        let (inbox, messages) = mpsc::channel(INBOX);
        if !switch.registry.add_call(scope, id, inbox) {
            return Err(CallError::Full);
        }
        let now = switch.clock.now();
        let media = switch.media.on(snapshot.media);
        let mut task = Self::new(Arc::clone(&switch), scope, snapshot.call, media, now);
        task.kept.claim = Some(claim);
        task.next_play = snapshot.plays;
        task.summon_at = snapshot.lost.values().min().copied();
        task.lost = snapshot.lost;
        task.done = snapshot.done;
        task.outside = snapshot.outside;
        task.playing = snapshot.playing;
        for playing in task.playing.values_mut() {
            playing.source = switch.found_source(playing.source.clone());
        }
        for (leg, saved) in snapshot.legs {
            let signaling = saved.restore(&switch);
            // Known before anything can arrive for it.
            signaling.register(&switch.registry, task.owner(leg));
            if let Err(stopped) = signaling.go_on(&switch).await {
                switch.registry.remove_call(id);
                tracing::error!(call = %id, %stopped, "call cannot be gone on with");
                return Err(CallError::Stopping);
            }
            task.signaling.insert(leg, signaling);
        }
        let legs: Vec<_> = task.call.open_legs().map(|leg| leg.id).collect();
        for leg in legs {
            if let Some(endpoint) = task.endpoint(leg) {
                switch.registry.claim_endpoint(endpoint, task.owner(leg));
            }
        }
        tokio::spawn(async move {
            task.go_on().await;
            task.run(messages).await;
        });
        Ok(())
    }

    /// Brings signaling and media in line with the record: what the former owner had ordered may not have been carried out.
    async fn go_on(&mut self) {
        let ended = self.call.record().legs.iter().filter(|leg| leg.state == LegState::Ended);
        let ended: Vec<_> = ended.map(|leg| (leg.id, leg.end_reason.unwrap_or(EndReason::Failed))).collect();
        for (leg, reason) in ended {
            if let Some(signaling) = self.signaling.get_mut(&leg) {
                signaling.release(&self.switch, reason).await;
            }
        }
        if !self.call.is_over() {
            self.show_who_talks().await;
            self.find_legs_media().await;
            self.answer_who_waits().await;
        }
        self.flush_or_log().await;
    }

    async fn show_who_talks(&self) {
        let talks = |state| matches!(state, LegState::Connected | LegState::Holding);
        for user in self.call.open_legs().filter(|leg| talks(leg.state)).filter_map(|leg| leg.user) {
            if self.switch.registry.talk_started(self.scope, user) {
                self.switch.set_activity(self.scope, user, Some(Activity::OnCall)).await;
            }
        }
    }

    /// Legs whose media lives on are left as they are; the others' is made anew.
    async fn find_legs_media(&mut self) {
        let legs: Vec<(LegId, _)> =
            self.call.open_legs().filter_map(|leg| Some((leg.id, self.endpoint(leg.id)?))).collect();
        let Some(adopted) = self.adopt(legs.iter().map(|(_, endpoint)| *endpoint).collect()).await else {
            tracing::info!(call = %self.call.record().id, "the call's media is gone");
            return self.find_media(EndReason::Restart).await;
        };
        for (leg, endpoint) in legs {
            let room = adopted.iter().find(|(adopted, _)| *adopted == endpoint).map(|(_, room)| *room);
            let joined = self.call.is_joined(leg);
            match room {
                Some(room) if room.is_some_and(|room| room == self.room()) == joined => {}
                Some(Some(_)) if !joined => {
                    let _ = self.media.leave(endpoint).await;
                }
                Some(_) => self.media_anew(leg).await,
                None => self.make_media(leg, EndReason::Restart).await,
            }
        }
    }

    /// Hears of the endpoints from now on; `None`: their node is not there.
    async fn adopt(&self, endpoints: Vec<EndpointId>) -> Option<Vec<(EndpointId, Option<RoomId>)>> {
        loop {
            match self.media.adopt(endpoints.clone()).await {
                Ok(adopted) => return Some(adopted),
                Err(error) if self.switch.media.is_there(self.media.node()) => {
                    tracing::warn!(call = %self.call.record().id, %error, "media not adopted yet");
                    tokio::time::sleep(ADOPT_AGAIN).await;
                }
                Err(_) => return None,
            }
        }
    }

    /// Who called us and whose answer was in the record, and may be on its way, is answered; a phone that was not dialled yet is not there.
    async fn answer_who_waits(&mut self) {
        let now = self.now();
        let answered = self.call.open_legs().filter(|leg| leg.answered_at.is_some()).map(|leg| leg.id);
        for leg in answered.collect::<Vec<_>>() {
            let means = Means { switch: &self.switch, media: &self.media };
            let Some(signaling) = self.signaling.get_mut(&leg).filter(|leg| leg.is_waiting()) else {
                continue;
            };
            match signaling.accept_again(means, now).await {
                Ok(()) => self.media_anew(leg).await,
                Err(error) => {
                    tracing::warn!(call = %self.call.record().id, %leg, %error, "caller cannot be answered");
                    let _ = self.call.hang_up(now, leg, EndReason::Failed);
                }
            }
        }
        let undialled: Vec<_> = self
            .call
            .open_legs()
            .filter(|leg| leg.kind != LegKind::Web && !self.signaling.contains_key(&leg.id))
            .map(|leg| leg.id)
            .collect();
        for leg in undialled {
            let _ = self.call.ended_by_far_end(now, leg, EndReason::Unreachable);
        }
    }
}
