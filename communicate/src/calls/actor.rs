//! The task of one live call: it feeds the call's decisions and carries out what they order.

mod orders;

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use tandem_call::{Call, Refused};
use tandem_core::OrgScope;
use tandem_media::{MediaEvent, PlayId, Source};
use tandem_proto::{
    CallId, ConversationId, DeviceId, LegId, RoomId, Timestamp, UserId,
    api::{self, EndReason, Leg, LegState, Track},
};
use tandem_store::Cause;
use tokio::sync::{mpsc, oneshot};

use super::{Owner, SipLeg, SipLegEvent, signaling::LegNews};
use crate::{
    control::{CallError, IncomingCall},
    switch::Switch,
};

/// How long a browser's leg survives without its media transport: a reload comes back within it.
const LOST_AFTER: Duration = Duration::from_secs(10);
/// How long a call that is over waits for the last answers of its SIP dialogs (64 × T1, RFC 3261).
const LINGER: Duration = Duration::from_secs(32);
/// Messages waiting for one call.
pub(crate) const INBOX: usize = 256;

/// What somebody or an app wants of a call.
#[derive(Debug)]
pub(crate) enum Command {
    Answer {
        user: UserId,
        device: DeviceId,
    },
    Decline {
        user: UserId,
    },
    HangUp {
        user: UserId,
    },
    Hold {
        user: UserId,
        held: bool,
    },
    Mute {
        user: UserId,
        muted: bool,
    },
    Digits {
        user: UserId,
        digits: String,
    },
    AppAnswer,
    SetConversation(ConversationId),
    Play {
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    },
    StopPlaying {
        leg: LegId,
    },
    Ring {
        user: UserId,
        timeout: Duration,
        phones: bool,
    },
    HangUpLeg {
        leg: LegId,
        reason: EndReason,
    },
    End {
        reason: EndReason,
    },
    /// The leg's device took another call.
    DeviceTaken {
        leg: LegId,
    },
    /// The leg's browser made its peer connection (again).
    DeviceBack {
        leg: LegId,
    },
    /// The user's last browser is gone.
    UserGone {
        user: UserId,
    },
}

/// What a command is answered with.
#[derive(Debug)]
pub(crate) struct Reply {
    pub call: api::Call,
    /// The leg rung, for [`Command::Ring`].
    pub leg: Option<LegId>,
}

/// What a call's task is told.
#[derive(Debug)]
pub(crate) enum Message {
    Command {
        command: Command,
        cause: Cause,
        reply: oneshot::Sender<Result<Reply, CallError>>,
    },
    /// A command nobody waits for.
    Order(Command),
    Sip(LegId, Box<SipLegEvent>),
    Media(LegId, MediaEvent),
    Tracks(Vec<tandem_media::Published>),
    TracksNow(oneshot::Sender<Vec<Track>>),
}

/// What a new call is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// Ring a person.
    Person(UserId),
    /// Hand it to the app.
    App(Box<IncomingCall>),
    /// It cannot be.
    Nowhere(EndReason),
}

/// A new call.
#[derive(Debug)]
pub(crate) struct NewCallPlan {
    pub scope: OrgScope,
    pub id: CallId,
    pub dialled: String,
    pub video: bool,
    pub caller: Leg,
    pub signaling: Option<SipLeg>,
    pub purpose: Purpose,
    pub cause: Cause,
}

/// A call's task.
pub(crate) struct CallTask {
    switch: Arc<Switch>,
    scope: OrgScope,
    call: Call,
    signaling: HashMap<LegId, SipLeg>,
    /// The app's playings, by the relay's number for them.
    playing: HashMap<PlayId, (LegId, u64)>,
    next_play: u64,
    /// Browsers' legs whose transport is gone, and when they are given up.
    lost: BTreeMap<LegId, Timestamp>,
    tracks: Vec<Track>,
    /// When what is being handled happened: the time of every record and notice it leads to, so that they agree to the microsecond.
    at: Timestamp,
}

impl CallTask {
    /// Starts the task. The first log entry is durable and, for a call to a person, the phones are dialled when this returns.
    pub(crate) async fn start(switch: Arc<Switch>, plan: NewCallPlan) -> Result<api::Call, CallError> {
        let (inbox, messages) = mpsc::channel(INBOX);
        let now = switch.clock.now();
        let steered = matches!(plan.purpose, Purpose::App(_));
        let caller = plan.caller.id;
        let call = Call::start(now, plan.id, plan.dialled, plan.video, plan.caller, steered);
        if !switch.registry.add_call(plan.scope, plan.id, inbox) {
            return Err(CallError::Full);
        }
        let mut task = Self {
            scope: plan.scope,
            call,
            signaling: HashMap::new(),
            playing: HashMap::new(),
            next_play: 0,
            lost: BTreeMap::new(),
            tracks: Vec::new(),
            at: now,
            switch,
        };
        if let Some(leg) = plan.signaling {
            leg.register(&task.switch.registry, task.owner(caller));
            task.signaling.insert(caller, leg);
        } else {
            task.claim(caller);
        }
        let begun = task.begin(plan.purpose, plan.cause).await;
        let record = task.call.record().clone();
        match begun {
            Ok(()) => {
                tokio::spawn(task.run(messages));
                Ok(record)
            }
            Err(error) => {
                // Nothing durable says that this call exists: refuse it.
                task.call.end(now, EndReason::Failed);
                let _ = task.flush(Cause::SYSTEM).await;
                task.switch.registry.remove_call(record.id);
                Err(error)
            }
        }
    }

    async fn begin(&mut self, purpose: Purpose, cause: Cause) -> Result<(), CallError> {
        self.flush(cause.clone()).await?;
        match purpose {
            Purpose::Person(user) => {
                self.ring(user, self.switch.config.ring_timeout, true, cause).await.map(drop).or_else(
                    |error| {
                        match error {
                            // The caller was told by the call itself.
                            CallError::Unreachable => Ok(()),
                            other => Err(other),
                        }
                    },
                )?;
            }
            Purpose::App(mut incoming) => {
                incoming.at = self.call.record().started_at;
                if self.switch.app.incoming.try_send(*incoming).is_err() {
                    self.call.end(self.now(), EndReason::Failed);
                }
            }
            Purpose::Nowhere(reason) => self.call.nobody(self.now(), reason),
        }
        self.flush(Cause::SYSTEM).await?;
        Ok(())
    }

    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let id = self.call.record().id;
        while !self.call.is_over() {
            let due = self.due();
            let message = tokio::select! {
                message = messages.recv() => message,
                () = sleep_until(self.switch.clock.now(), due) => { self.deadline().await; continue }
            };
            let Some(message) = message else { break };
            self.handle(message).await;
        }
        self.linger(&mut messages).await;
        self.switch.registry.remove_call(id);
    }

    /// The call is over; its SIP dialogs may still have something to be answered.
    async fn linger(&mut self, messages: &mut mpsc::Receiver<Message>) {
        let end = tokio::time::sleep(LINGER);
        tokio::pin!(end);
        while self.signaling.values().any(|leg| !leg.is_finished()) {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.handle(message).await,
                    None => return,
                },
                () = &mut end => return,
            }
        }
    }

    async fn handle(&mut self, message: Message) {
        self.at = self.switch.clock.now();
        match message {
            Message::Command { command, cause, reply } => {
                let result = self.command(command, cause).await;
                let result = result.map(|leg| Reply { call: self.call.record().clone(), leg });
                // Whoever asked may have gone.
                let _ = reply.send(result);
            }
            Message::Order(command) => {
                if let Err(error) = self.command(command, Cause::SYSTEM).await {
                    tracing::debug!(call = %self.call.record().id, %error, "order not carried out");
                }
            }
            Message::Sip(leg, event) => self.sip(leg, *event).await,
            Message::Media(leg, event) => self.media(leg, event).await,
            Message::Tracks(published) => self.publish_tracks(published),
            Message::TracksNow(reply) => {
                let _ = reply.send(self.tracks.clone());
            }
        }
    }

    const fn now(&self) -> Timestamp {
        self.at
    }

    fn owner(&self, leg: LegId) -> Owner {
        Owner { call: self.call.record().id, leg }
    }

    fn room(&self) -> RoomId {
        self.call.record().id.into()
    }

    fn due(&self) -> Option<Timestamp> {
        self.call.poll_timeout().into_iter().chain(self.lost.values().copied()).min()
    }

    async fn deadline(&mut self) {
        self.at = self.switch.clock.now();
        let now = self.at;
        let gone: Vec<_> = self.lost.iter().filter(|(_, at)| **at <= now).map(|(leg, _)| *leg).collect();
        for leg in gone {
            self.lost.remove(&leg);
            let _ = self.call.hang_up(now, leg, EndReason::Lost);
        }
        self.call.deadline(now);
        self.flush_or_log().await;
    }

    async fn command(&mut self, command: Command, cause: Cause) -> Result<Option<LegId>, CallError> {
        let now = self.now();
        match command {
            Command::Answer { user, device } => {
                let leg = self
                    .call
                    .ringing_leg_of(user)
                    .ok_or(CallError::WrongState("nothing rings for you in this call"))?;
                self.call.answered(now, leg, Some(device))?;
            }
            Command::Decline { user } => {
                let leg = self
                    .call
                    .ringing_leg_of(user)
                    .ok_or(CallError::WrongState("nothing rings for you in this call"))?;
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
            Command::AppAnswer => self.call.answer_caller(now)?,
            Command::SetConversation(conversation) => self.call.set_conversation(conversation),
            Command::Play { leg, play, files, looped } => self.play(leg, play, files, looped).await?,
            Command::StopPlaying { leg } => {
                let endpoint = self.endpoint(leg).ok_or(CallError::UnknownLeg(leg))?;
                self.switch.relay.stop_playing(endpoint).await?;
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

    fn own_leg(&self, user: UserId) -> Result<LegId, CallError> {
        if self.call.is_over() {
            return Err(CallError::UnknownCall(self.call.record().id));
        }
        self.call.web_leg_of(user).ok_or(CallError::WrongState("you have no leg in this call"))
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

    /// Rings a user's browsers and phones. Answers the browsers' leg, or else the first phone's.
    async fn ring(
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
        self.flush(cause).await?;
        for reach in reached {
            let Some(contact) = reach.contact else { continue };
            let leg = reach.leg.id;
            match SipLeg::dial(&self.switch, self.owner(leg), self.caller_identity(), contact).await {
                Ok(dialled) => {
                    self.signaling.insert(leg, dialled);
                }
                Err(error) => {
                    tracing::warn!(call = %self.call.record().id, %leg, %error, "phone cannot be dialled");
                    let _ = self.call.ended_by_far_end(self.now(), leg, EndReason::Unreachable);
                }
            }
        }
        self.flush(Cause::SYSTEM).await?;
        Ok(first)
    }

    fn caller_identity(&self) -> (String, Option<String>) {
        let caller = self.call.leg(self.call.caller()).expect("a call has its caller's leg");
        (caller.address.clone(), caller.name.clone())
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
        let id = PlayId(self.next_play);
        // One thing plays to a leg at a time; what it replaces will not be reported.
        self.playing.retain(|_, (other, _)| *other != leg);
        self.switch.relay.play(endpoint, id, Source::Files(files), looped).await?;
        self.playing.insert(id, (leg, play));
        Ok(())
    }

    async fn sip(&mut self, leg: LegId, event: SipLegEvent) {
        let Some(signaling) = self.signaling.get_mut(&leg) else { return };
        let news = signaling.handle(&self.switch, event).await;
        let now = self.now();
        for item in news {
            let done = match item {
                LegNews::Ringing => self.call.ringing(leg),
                LegNews::Answered => self.call.answered(now, leg, None),
                LegNews::Hold(held) => self.call.hold(leg, held),
                LegNews::Digit(digit) => self.call.digit(leg, digit),
                LegNews::Ended(reason) => self.call.ended_by_far_end(now, leg, reason),
                LegNews::Unusable(reason) => self.call.hang_up(now, leg, reason),
            };
            if let Err(refused) = done {
                tracing::debug!(call = %self.call.record().id, %leg, %refused, "signaling came too late");
            }
        }
        self.flush_or_log().await;
    }

    async fn media(&mut self, leg: LegId, event: MediaEvent) {
        let now = self.now();
        match event {
            MediaEvent::Connected { .. } => {
                self.lost.remove(&leg);
            }
            MediaEvent::Disconnected { .. } => {
                self.lost.insert(leg, now.plus(LOST_AFTER));
            }
            MediaEvent::Dtmf { digit, .. } => {
                let _ = self.call.digit(leg, digit);
            }
            MediaEvent::Played { play, .. } => {
                if let Some((leg, number)) = self.playing.remove(&play) {
                    self.call.played(leg, number);
                }
            }
            MediaEvent::RtpTimeout { .. } => {
                let _ = self.call.hang_up(now, leg, EndReason::Lost);
            }
            MediaEvent::Tracks { .. } => {}
        }
        self.flush_or_log().await;
    }
}

impl From<Refused> for CallError {
    fn from(refused: Refused) -> Self {
        Self::WrongState(match refused {
            Refused::UnknownLeg => "the leg is over",
            Refused::AlreadyAnswered => "it was answered already",
            Refused::NotConnected => "the leg is not connected",
            Refused::Over => "the call is over",
        })
    }
}

async fn sleep_until(now: Timestamp, due: Option<Timestamp>) {
    match due {
        Some(due) => tokio::time::sleep(due - now).await,
        None => std::future::pending().await,
    }
}
