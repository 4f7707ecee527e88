//! What people and the app want of a call.

use std::{path::PathBuf, time::Duration};

use tandem_media::{MediaError, PlayId, Source};
use tandem_proto::{
    LegId, Timestamp, UserId,
    api::{EndReason, LegState},
};
use tandem_store::Cause;
use uuid::Uuid;

use super::{CallTask, Command, LOST_AFTER, Means, Playing, SipLeg};
use crate::{
    calls::{Calling, Contact, signaling::SignalingError},
    control::CallError,
};

impl CallTask {
    /// Carries a command out, unless that was done already: asked again, it is answered as then.
    pub(super) async fn command_once(
        &mut self,
        id: Uuid,
        command: Command,
        cause: Cause,
    ) -> Result<Option<LegId>, CallError> {
        if let Some(done) = self.done.find(id) {
            return Ok(done);
        }
        self.done.begin(id);
        let result = self.command(command, cause).await;
        if result.is_err() {
            self.done.refused(id);
        }
        result
    }

    pub(super) async fn command(
        &mut self,
        command: Command,
        cause: Cause,
    ) -> Result<Option<LegId>, CallError> {
        let now = self.now();
        match command {
            Command::Answer { user, device } => {
                let leg = self.ringing_leg(user)?;
                self.prepare_caller().await?;
                self.call.answered(now, leg, Some(device))?;
            }
            Command::Decline { user } => {
                let leg = self.ringing_leg(user)?;
                self.call.hang_up(now, leg, EndReason::Declined)?;
            }
            Command::HangUp { user } => {
                let leg = self.own_leg(user)?;
                self.call.hang_up(now, leg, EndReason::Hangup)?;
            }
            Command::Hold { user, held } => self.call.hold(self.own_leg(user)?, held)?,
            Command::Mute { user, muted } => self.call.mute(self.own_leg(user)?, muted)?,
            Command::Digits { user, digits } => {
                let leg = self.own_leg(user)?;
                for digit in digits.chars() {
                    self.call.digit(leg, digit)?;
                }
            }
            Command::AppAnswer => {
                self.prepare_caller().await?;
                self.call.answer_caller(now)?;
            }
            Command::SetConversation(conversation) => self.call.set_conversation(conversation),
            Command::Play { leg, play, files, looped } => self.play(leg, play, files, looped).await?,
            Command::StopPlaying { leg } => {
                let endpoint = self.endpoint(leg).ok_or(CallError::UnknownLeg(leg))?;
                self.playing.remove(&leg);
                self.media.stop_playing(endpoint).await?;
            }
            Command::Ring { user, timeout, phones } => {
                return self.ring(user, timeout, phones, cause).await.map(Some);
            }
            Command::HangUpLeg { leg, reason } => {
                self.call.hang_up(now, leg, reason).map_err(|_| CallError::UnknownLeg(leg))?;
            }
            Command::End { reason } => self.call.end(now, reason),
            Command::DeviceTaken { leg } => self.call.hold(leg, true)?,
            Command::DeviceBack { leg } => {
                self.lost.remove(&leg);
                self.rejoin(leg).await;
            }
            Command::UserGone { user } => self.user_gone(now, user),
        }
        self.flush(cause).await?;
        Ok(None)
    }

    fn ringing_leg(&self, user: UserId) -> Result<LegId, CallError> {
        let leg = self.call.ringing_leg_of(user);
        leg.ok_or(CallError::WrongState("nothing rings for you in this call".into()))
    }

    fn own_leg(&self, user: UserId) -> Result<LegId, CallError> {
        if self.call.is_over() {
            return Err(CallError::UnknownCall(self.call.record().id));
        }
        self.call.web_leg_of(user).ok_or(CallError::WrongState("you have no leg in this call".into()))
    }

    fn user_gone(&mut self, now: Timestamp, user: UserId) {
        let Some(leg) = self.call.web_leg_of(user) else { return };
        match self.call.leg(leg).map(|l| l.state) {
            Some(LegState::Ringing) => {
                let _ = self.call.ended_by_far_end(now, leg, EndReason::Unreachable);
            }
            Some(_) => {
                self.lost.entry(leg).or_insert(now.plus(LOST_AFTER));
            }
            None => {}
        }
    }

    /// Makes sure that a caller who waits can be answered, before anything says that it was. One who cannot be is refused.
    pub(super) async fn prepare_caller(&mut self) -> Result<(), CallError> {
        let caller = self.call.caller();
        let means = Means { switch: &self.switch, media: &self.media };
        let Some(signaling) = self.signaling.get_mut(&caller) else { return Ok(()) };
        let Err(error) = signaling.prepare(means).await else { return Ok(()) };
        tracing::warn!(call = %self.call.record().id, %error, "caller cannot be answered");
        let _ = self.call.hang_up(self.at, caller, EndReason::Failed);
        self.flush_or_log().await;
        Err(match error {
            SignalingError::Media(error) => error.into(),
            SignalingError::Transport(_) | SignalingError::Dialog(_) => CallError::Stopping,
        })
    }

    /// Rings a user's browsers and phones. Answers the browsers' leg, or else the first phone's.
    pub(super) async fn ring(
        &mut self,
        user: UserId,
        timeout: Duration,
        phones: bool,
        cause: Cause,
    ) -> Result<LegId, CallError> {
        let reached = self.switch.reach(self.scope, user, phones).await?;
        let now = self.now();
        let Some(first) = reached.first().map(|r| r.leg.id) else {
            if !self.call.is_steered() {
                self.call.nobody(now, EndReason::Unreachable);
                self.flush(cause).await?;
            }
            return Err(CallError::Unreachable);
        };
        let legs = reached.iter().map(|r| r.leg.clone()).collect();
        self.call.ring(now, legs, now.plus(timeout))?;
        self.done.rang(first);
        self.flush(cause).await?;
        for reach in reached {
            let Some(contact) = reach.contact else { continue };
            let leg = reach.leg.id;
            self.dial(leg, self.caller_identity(), contact).await;
        }
        self.flush(Cause::SYSTEM).await?;
        Ok(first)
    }

    /// Calls a leg's far end. One that cannot be is out of reach.
    pub(super) async fn dial(&mut self, leg: LegId, caller: Calling, contact: Contact) {
        match SipLeg::dial(self.means(), self.owner(leg), caller, contact).await {
            Ok(dialled) => {
                self.signaling.insert(leg, dialled);
            }
            Err(error) => {
                tracing::warn!(call = %self.call.record().id, %leg, %error, "a leg cannot be dialled");
                let _ = self.call.ended_by_far_end(self.now(), leg, EndReason::Unreachable);
            }
        }
    }

    fn caller_identity(&self) -> Calling {
        let caller = self.call.leg(self.call.caller()).expect("a call has its caller's leg");
        Calling { address: caller.address.clone(), name: caller.name.clone(), asserted: false }
    }

    async fn play(
        &mut self,
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    ) -> Result<(), CallError> {
        let endpoint = self.endpoint(leg).ok_or(CallError::UnknownLeg(leg))?;
        self.next_play += 1;
        let playing =
            Playing { id: PlayId(self.next_play), app: Some(play), source: Source::Files(files), looped };
        // One thing plays to a leg at a time; what it replaces will not be reported.
        self.playing.remove(&leg);
        match self.media.play(endpoint, playing.id, playing.source.clone(), looped).await {
            // It is played where the leg's media is made anew.
            Ok(()) | Err(MediaError::Unreachable) => {}
            Err(error) => return Err(error.into()),
        }
        self.playing.insert(leg, playing);
        Ok(())
    }
}
