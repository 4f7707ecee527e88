//! The task of one live call: it feeds the call's decisions and carries out what they order.

mod commands;
mod joining;
mod keeping;
mod moving;
mod orders;
mod outward;
mod replacing;
mod restoring;
mod transferring;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use tandem_call::{Call, Logged, Refused};
use tandem_cluster::Claim;
use tandem_core::OrgScope;
use tandem_media::MediaEvent;
use tandem_proto::{
    CallId, LegId, NodeId, RoomId, Timestamp, UserId,
    api::{self, EndReason, Leg, Track},
};
use tandem_relay::Media;
use tandem_store::Cause;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

pub(crate) use joining::HandOver;
pub(crate) use outward::GoingOut;
pub(crate) use replacing::Replacing;

use super::{
    Command, Owner, Reply, SipLeg, SipLegEvent,
    signaling::{LegNews, Means},
    snapshot::{Done, Playing},
};
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

/// What a call's task is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// `id` is the same when the command is asked again.
    Command {
        id: Uuid,
        command: Command,
        cause: Cause,
        reply: oneshot::Sender<Result<Reply, CallError>>,
    },
    /// A command nobody waits for.
    Order(Command),
    Sip(LegId, Box<SipLegEvent>),
    /// Those a leg talks to, or has rung, are to go on in another call.
    HandOver(Box<HandOver>),
    /// A phone's INVITE is to take the place of a leg.
    Replace(Box<Replacing>),
    Media(NodeId, LegId, MediaEvent),
    Tracks(Vec<tandem_media::Published>),
    TracksNow(oneshot::Sender<Vec<Track>>),
    /// The call as it is; `None` when it is over.
    Describe(oneshot::Sender<Option<api::Call>>),
    /// A media node is gone, or wants to go.
    LeaveMedia(NodeId),
    /// The call may be another node's by now.
    LookWhose,
    /// Another node is to go on with the call.
    GiveUp,
}

/// What a new call is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// Ring a person.
    Person(UserId),
    /// Call a number of the outside, E.164.
    Outside(String),
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
    /// Where its media is.
    media: Media,
    signaling: HashMap<LegId, SipLeg>,
    /// What is played to legs.
    playing: BTreeMap<LegId, Playing>,
    next_play: u64,
    /// Browsers' legs whose transport is gone, and when they are given up.
    lost: BTreeMap<LegId, Timestamp>,
    /// Calls to the outside whose carrier has not shown yet that it works.
    outside: BTreeMap<LegId, GoingOut>,
    /// When they are told (again) where their media is wanted.
    summon_at: Option<Timestamp>,
    /// Where its media was, as long as some of it is there.
    left: Option<Media>,
    /// Since when there is no media node to go to, and when to look again.
    adrift: Option<Adrift>,
    tracks: Vec<Track>,
    /// Legs that went on in other calls, and in which.
    handed_over: BTreeMap<LegId, CallId>,
    done: Done,
    kept: Kept,
    /// When what is being handled happened: the time of every record and notice it leads to, so that they agree to the microsecond.
    at: Timestamp,
}

/// A call whose media node is gone, while no other is there.
#[derive(Clone, Copy, Debug)]
struct Adrift {
    since: Timestamp,
    look_at: Timestamp,
    /// A node was found, but could not be asked for all legs' media.
    unmade: bool,
}

/// How the call stands in the store.
#[derive(Debug, Default)]
struct Kept {
    /// The proof that it is ours; `None` before the first save.
    claim: Option<Claim>,
    /// Of the latest state saved.
    hash: u64,
    /// What happened but could not be written yet.
    unwritten: Vec<Logged>,
    /// When to try again.
    retry_at: Option<Timestamp>,
    /// It is another node's now, or was given up: nothing more is done or said.
    let_go: bool,
    /// It is over, and the store knows.
    closed: bool,
}

impl CallTask {
    /// Starts the task. The first log entry is durable and, for a call to a person, the phones are dialled when this returns.
    pub(crate) async fn start(switch: Arc<Switch>, plan: NewCallPlan) -> Result<api::Call, CallError> {
        // Boxed: it is large, and so would be everything that waits for it.
        Box::pin(Self::make(switch, plan)).await
    }

    async fn make(switch: Arc<Switch>, plan: NewCallPlan) -> Result<api::Call, CallError> {
        let (inbox, messages) = mpsc::channel(INBOX);
        let now = switch.clock.now();
        let steered = matches!(plan.purpose, Purpose::App(_));
        let caller = plan.caller.id;
        // Where no media is, no call can be: as good as no room.
        let media = switch.media_for(plan.scope).ok_or(CallError::Full)?;
        let call = Call::start(now, plan.id, plan.dialled, plan.video, plan.caller, steered);
        if !switch.registry.add_call(plan.scope, plan.id, inbox) {
            return Err(CallError::Full);
        }
        let mut task = Self::new(switch, plan.scope, call, media, now);
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

    fn new(switch: Arc<Switch>, scope: OrgScope, call: Call, media: Media, at: Timestamp) -> Self {
        Self {
            switch,
            scope,
            call,
            media,
            signaling: HashMap::new(),
            playing: BTreeMap::new(),
            next_play: 0,
            lost: BTreeMap::new(),
            outside: BTreeMap::new(),
            summon_at: None,
            left: None,
            adrift: None,
            tracks: Vec::new(),
            handed_over: BTreeMap::new(),
            done: Done::default(),
            kept: Kept::default(),
            at,
        }
    }

    async fn begin(&mut self, purpose: Purpose, cause: Cause) -> Result<(), CallError> {
        self.flush(cause.clone()).await?;
        match purpose {
            Purpose::Person(user) => {
                let rung = self.ring(user, self.switch.config.ring_timeout, true, cause).await;
                match rung {
                    // The caller was told by the call itself.
                    Ok(_) | Err(CallError::Unreachable) => {}
                    Err(error) => return Err(error),
                }
            }
            Purpose::Outside(number) => match self.call_out(number, cause).await {
                Ok(_) | Err(CallError::Unreachable) => {}
                Err(error) => return Err(error),
            },
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
        let end = tokio::time::sleep(LINGER);
        tokio::pin!(end);
        let mut lingers = false;
        while !self.is_finished() {
            if self.call.is_over() && !std::mem::replace(&mut lingers, true) {
                end.as_mut().reset(tokio::time::Instant::now() + LINGER);
            }
            let due = self.due();
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.handle(message).await,
                    None => break,
                },
                () = sleep_until(self.switch.clock.now(), due) => self.deadline().await,
                () = &mut end, if lingers => break,
            }
        }
        if self.kept.let_go {
            self.forget_activity();
        }
        self.switch.registry.remove_call(id);
    }

    /// Nothing is left to do: it was let go of, or is over and neither the store nor a SIP dialog waits for anything.
    fn is_finished(&self) -> bool {
        self.kept.let_go || (self.kept.closed && self.signaling.values().all(SipLeg::is_finished))
    }

    async fn handle(&mut self, message: Message) {
        self.at = self.switch.clock.now();
        match message {
            Message::Command { id, command, cause, reply } => {
                let result = self.command_once(id, command, cause).await;
                if self.kept.let_go {
                    // Whoever took the call is asked in place of this node.
                    return;
                }
                let result = result.map(|leg| Reply { call: self.call.record().clone(), leg });
                // Whoever asked may have gone.
                let _ = reply.send(result);
            }
            Message::Order(command) => {
                if let Err(error) = self.command(command, Cause::SYSTEM).await {
                    tracing::debug!(call = %self.call.record().id, %error, "order not carried out");
                }
            }
            Message::Sip(leg, _) | Message::Media(_, leg, _) if self.handed_over.contains_key(&leg) => {
                self.pass_on(leg, message).await;
            }
            Message::Sip(leg, event) => self.sip(leg, *event).await,
            Message::HandOver(asked) => self.hand_over(*asked).await,
            Message::Replace(asked) => self.replace(*asked).await,
            Message::Media(node, leg, event) => self.media(node, leg, event).await,
            Message::Tracks(published) => self.publish_tracks(published),
            Message::TracksNow(reply) => {
                let _ = reply.send(self.tracks.clone());
            }
            Message::Describe(reply) => {
                let _ = reply.send((!self.call.is_over()).then(|| self.call.record().clone()));
            }
            Message::LeaveMedia(node) => self.leave_media(node).await,
            // What is over belongs to nobody any more.
            Message::LookWhose if self.call.is_over() => {}
            Message::LookWhose => drop(self.whose().await),
            Message::GiveUp => self.give_up().await,
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

    fn means(&self) -> Means<'_> {
        Means { switch: &self.switch, media: &self.media }
    }

    fn due(&self) -> Option<Timestamp> {
        let legs = self.signaling.values().filter_map(SipLeg::due);
        self.call
            .poll_timeout()
            .into_iter()
            .chain(self.lost.values().copied())
            .chain(self.summon_at)
            .chain(self.silent_until())
            .chain(legs)
            .chain(self.kept.retry_at)
            .chain(self.adrift.map(|adrift| adrift.look_at))
            .min()
    }

    async fn deadline(&mut self) {
        self.at = self.switch.clock.now();
        let now = self.at;
        self.miss_browsers().await;
        let mut heard = Vec::new();
        for (leg, signaling) in &mut self.signaling {
            let means = Means { switch: &self.switch, media: &self.media };
            heard.extend(signaling.deadline(means, now).await.map(|news| (*leg, news)));
        }
        for (leg, news) in heard {
            self.hear(leg, news).await;
        }
        self.leave_the_silent().await;
        if self.adrift.is_some_and(|adrift| adrift.look_at <= now) {
            self.find_media(EndReason::Lost).await;
        }
        self.call.deadline(now);
        self.flush_or_log().await;
    }

    async fn sip(&mut self, leg: LegId, event: SipLegEvent) {
        let now = self.now();
        let Some(signaling) = self.signaling.get_mut(&leg) else { return };
        let means = Means { switch: &self.switch, media: &self.media };
        let news = signaling.handle(means, now, event).await;
        for item in news {
            self.hear(leg, item).await;
        }
        self.flush_or_log().await;
    }

    async fn hear(&mut self, leg: LegId, news: LegNews) {
        let now = self.now();
        if matches!(news, LegNews::Answered | LegNews::Ended(_)) {
            self.carrier_works(leg);
        }
        if news == LegNews::Answered && self.prepare_caller().await.is_err() {
            return;
        }
        let done = match news {
            LegNews::Ringing => self.call.ringing(leg),
            LegNews::Answered => self.call.answered(now, leg, None),
            LegNews::Hold(held) => self.call.hold(leg, held),
            LegNews::Digit(digit) => self.call.digit(leg, digit),
            LegNews::Ended(reason) => self.call.ended_by_far_end(now, leg, reason),
            LegNews::Unusable(reason) => self.call.hang_up(now, leg, reason),
            LegNews::Heard | LegNews::Challenged | LegNews::Failed(_) => {
                self.hear_of_server(leg, news).await;
                Ok(())
            }
            LegNews::Moved => {
                self.left_behind(leg).await;
                Ok(())
            }
            LegNews::Refers => {
                self.refer(leg).await;
                Ok(())
            }
        };
        if let Err(refused) = done {
            tracing::debug!(call = %self.call.record().id, %leg, %refused, "signaling came too late");
        }
    }

    async fn media(&mut self, node: NodeId, leg: LegId, event: MediaEvent) {
        if node != self.media.node() {
            // Of a node the call has left, or where a browser is that is needed here.
            if matches!(event, MediaEvent::Offered { .. }) && self.switch.media.is_there(self.media.node()) {
                self.summon(leg);
            }
            return;
        }
        let now = self.now();
        match event {
            MediaEvent::Offered { .. } => {
                self.lost.remove(&leg);
                self.rejoin(leg).await;
            }
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
                let ended = self.playing.get(&leg).is_some_and(|playing| playing.id == play);
                if let Some(number) = ended.then(|| self.playing.remove(&leg)).flatten().and_then(|p| p.app) {
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
        Self::WrongState(
            match refused {
                Refused::UnknownLeg => "the leg is over",
                Refused::AlreadyAnswered => "it was answered already",
                Refused::NotConnected => "the leg is not connected",
                Refused::Over => "the call is over",
                Refused::NotNow => "the call cannot be transferred now",
            }
            .into(),
        )
    }
}

async fn sleep_until(now: Timestamp, due: Option<Timestamp>) {
    match due {
        Some(due) => tokio::time::sleep(due - now).await,
        None => std::future::pending().await,
    }
}
