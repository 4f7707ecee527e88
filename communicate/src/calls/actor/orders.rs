//! Carrying out what a call orders: the log first, then signaling and media.

use tandem_call::{CallChange, Effect, Logged};
use tandem_media::{MediaError, PlayId, Source};
use tandem_proto::{
    EndpointId, LegId, Topic,
    api::{Activity, EndReason, LegKind, LegState, Track},
    ws::Signal,
};
use tandem_relay::Media;
use tandem_store::{Cause, StoreError};

use super::{CallTask, Means, Playing};
use crate::control::CallNotice;

impl CallTask {
    pub(super) fn publish_tracks(&mut self, published: Vec<tandem_media::Published>) {
        let legs: Vec<_> = self
            .call
            .record()
            .legs
            .iter()
            .filter(|l| l.state != LegState::Ended)
            .map(|l| (self.endpoint(l.id), l.user))
            .collect();
        let user_of = |endpoint: EndpointId| {
            legs.iter().find(|(e, _)| *e == Some(endpoint)).and_then(|(_, user)| *user)
        };
        self.tracks = published
            .into_iter()
            .map(|p| Track { id: p.track, endpoint: p.endpoint, user: user_of(p.endpoint), source: p.source })
            .collect();
        for user in legs.iter().filter_map(|(_, user)| *user) {
            let signal = Signal::CallTracks { call: self.call.record().id, tracks: self.tracks.clone() };
            self.switch.bus.publish(self.scope, Topic::user(user), signal);
        }
    }

    /// A leg's media endpoint: a browser's is its device, a phone's its leg.
    pub(super) fn endpoint(&self, leg: LegId) -> Option<EndpointId> {
        let view = self.call.leg(leg)?;
        match view.kind {
            LegKind::Web => view.device.map(EndpointId::from),
            LegKind::Phone | LegKind::Trunk => Some(leg.into()),
        }
    }

    /// The leg's endpoint serves this call from now on; a call it served before is put on hold.
    pub(super) fn claim(&self, leg: LegId) {
        if let Some(endpoint) = self.endpoint(leg) {
            self.switch.endpoint_taken(endpoint, self.owner(leg));
        }
    }

    /// The leg's browser made its connection (again).
    pub(super) async fn rejoin(&mut self, leg: LegId) {
        if self.call.open_legs().any(|open| open.id == leg) {
            self.media_anew(leg).await;
        }
    }

    pub(super) async fn flush_or_log(&mut self) {
        match self.flush(Cause::SYSTEM).await {
            // Another node goes on with it.
            Ok(()) | Err(StoreError::Fenced) => {}
            Err(error) => {
                tracing::error!(call = %self.call.record().id, %error, "call record not written");
            }
        }
    }

    /// Carries out what the call ordered: first the log, then the rest, then the state as that left it. A log that cannot be written now
    /// does not stop the call (people talk); whoever commanded is told.
    pub(super) async fn flush(&mut self, cause: Cause) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        loop {
            let (events, orders) = self.ordered();
            if events.is_empty() && orders.is_empty() {
                break;
            }
            if !events.is_empty() {
                self.kept.unwritten.extend(events.iter().cloned());
                outcome = outcome.and(self.save(cause.clone()).await);
                if self.kept.let_go {
                    return Err(StoreError::Fenced);
                }
                self.note_activity(&events).await;
            }
            for order in orders {
                self.carry_out(order).await;
            }
        }
        outcome.and(self.save_rest().await)
    }

    /// What the call has ordered since: what to write first, then what to do.
    pub(super) fn ordered(&mut self) -> (Vec<Logged>, Vec<Effect>) {
        let (mut events, mut orders) = (Vec::new(), Vec::new());
        while let Some(effect) = self.call.poll_effect() {
            match effect {
                Effect::Log(event) => events.push(event),
                order => orders.push(order),
            }
        }
        (events, orders)
    }

    /// People with a connected leg are shown as on a call.
    pub(super) async fn note_activity(&self, events: &[Logged]) {
        for event in events {
            let (leg, connected) = match event {
                Logged::LegAnswered(e) => (e.leg, true),
                Logged::LegEnded(e) => (e.leg, false),
                _ => continue,
            };
            let Some(view) = self.call.leg(leg) else { continue };
            let Some(user) = view.user.filter(|_| view.answered_at.is_some()) else { continue };
            let registry = &self.switch.registry;
            let changed = if connected {
                registry.talk_started(self.scope, user)
            } else {
                registry.talk_ended(self.scope, user)
            };
            if changed {
                self.switch.set_activity(self.scope, user, connected.then_some(Activity::OnCall)).await;
            }
        }
    }

    pub(super) async fn carry_out(&mut self, order: Effect) {
        let result = match order {
            Effect::Log(_) => Ok(()),
            Effect::Notice(change) => {
                self.notify(change);
                Ok(())
            }
            Effect::Alert(leg) => {
                if let Some(signaling) = self.signaling.get_mut(&leg) {
                    signaling.alert(&self.switch, self.at).await;
                }
                Ok(())
            }
            Effect::Accept(leg) => {
                self.accept(leg).await;
                Ok(())
            }
            Effect::Release { leg, reason } => {
                if let Some(signaling) = self.signaling.get_mut(&leg) {
                    signaling.release(&self.switch, reason).await;
                }
                Ok(())
            }
            Effect::Referred { leg, failed } => {
                self.tell_referrer(leg, failed).await;
                Ok(())
            }
            Effect::Join(leg) => self.join(leg).await,
            Effect::Leave(leg) => {
                self.on_endpoint(leg, async |media, endpoint| media.leave(endpoint).await).await
            }
            Effect::Ringback(leg) => self.sound(leg, Source::Ringback).await,
            Effect::HoldMusic(leg) => {
                let music = self.switch.config.hold_music.clone();
                self.sound(leg, Source::Files(vec![music])).await
            }
            Effect::Quiet(leg) => {
                self.playing.remove(&leg);
                self.on_endpoint(leg, async |media, endpoint| media.stop_playing(endpoint).await).await
            }
            Effect::Mute { leg, muted } => {
                self.on_endpoint(leg, async |media, endpoint| media.mute(endpoint, muted).await).await
            }
            Effect::SendDigit { leg, digit } => {
                self.on_endpoint(leg, async |media, endpoint| {
                    media.send_dtmf(endpoint, digit.to_string()).await
                })
                .await
            }
            Effect::CloseMedia(leg) => {
                self.close_media(leg).await;
                Ok(())
            }
        };
        match result {
            // A browser that has not made its connection yet joins when it does.
            // Where a node is gone, all is ordered again on another.
            Ok(()) | Err(MediaError::UnknownEndpoint(_) | MediaError::Unreachable) => {}
            Err(error) => tracing::warn!(call = %self.call.record().id, %error, "media order failed"),
        }
    }

    async fn on_endpoint(
        &self,
        leg: LegId,
        order: impl AsyncFnOnce(&Media, EndpointId) -> Result<(), MediaError>,
    ) -> Result<(), MediaError> {
        match self.endpoint(leg) {
            Some(endpoint) => order(&self.media, endpoint).await,
            None => Ok(()),
        }
    }

    async fn sound(&mut self, leg: LegId, source: Source) -> Result<(), MediaError> {
        self.next_play += 1;
        let playing = Playing { id: PlayId(self.next_play), app: None, source, looped: true };
        self.playing.insert(leg, playing.clone());
        self.on_endpoint(leg, async |media, endpoint| {
            media.play(endpoint, playing.id, playing.source, playing.looped).await
        })
        .await
    }

    pub(super) async fn accept(&mut self, leg: LegId) {
        let means = Means { switch: &self.switch, media: &self.media };
        let Some(signaling) = self.signaling.get_mut(&leg) else { return };
        match signaling.accept(means, self.at).await {
            Ok(()) if signaling.is_held() => {
                // Who calls with a hold is put on hold as if it had come later.
                let _ = self.call.hold(leg, true);
            }
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(call = %self.call.record().id, %leg, %error, "caller cannot be answered");
                let _ = self.call.hang_up(self.at, leg, EndReason::Failed);
            }
        }
    }

    async fn join(&mut self, leg: LegId) -> Result<(), MediaError> {
        self.claim(leg);
        let Some((endpoint, view)) = self.endpoint(leg).zip(self.call.leg(leg)) else { return Ok(()) };
        let (web, muted) = (view.kind == LegKind::Web, view.muted);
        let joined = self.media.join(endpoint, self.room()).await;
        if web && matches!(joined, Err(MediaError::UnknownEndpoint(_))) && self.may_be_elsewhere() {
            self.summon(leg);
        }
        joined?;
        // A browser's mute is its leg's, not the one of the call it was in before.
        self.media.mute(endpoint, muted).await
    }

    async fn close_media(&mut self, leg: LegId) {
        self.lost.remove(&leg);
        let Some(endpoint) = self.endpoint(leg) else { return };
        let served = self.switch.registry.release_endpoint(endpoint, self.owner(leg));
        self.playing.remove(&leg);
        if self.call.leg(leg).is_some_and(|l| l.kind != LegKind::Web) {
            self.media.close(endpoint).await;
            self.left_behind(leg).await;
        } else if served {
            let _ = self.media.stop_playing(endpoint).await;
            let _ = self.media.leave(endpoint).await;
        }
    }

    fn notify(&mut self, what: CallChange) {
        let notice = CallNotice { scope: self.scope, call: self.call.record().id, at: self.now(), what };
        if self.switch.app.notices.try_send(notice).is_err() && !self.call.is_over() {
            tracing::error!(call = %self.call.record().id, "the app does not keep up; its call is ended");
            let now = self.now();
            self.call.end(now, EndReason::Failed);
        }
    }
}
