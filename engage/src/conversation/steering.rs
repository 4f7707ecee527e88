//! Steers one call from its arrival to the end of wrap-up: a pure state machine between call control, the flow and routing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tandem_communicate::control::CallChange;
use tandem_proto::{
    CallId, ConversationId, FlowId, LegId, OfferId, ParticipantId, QueueId, SkillId, Timestamp, UserId,
    api::{EndReason, Outcome, Purpose, SegmentKind, SkillRequirement, WrapUp, WrapUpMode},
};
use tandem_routing::{Input as Routing, OfferResult};

use super::{Conversation, Fact, Recorder, model::Party};
use crate::flow::{Enqueue, Flow, FlowCommand, FlowInput, FlowRun, Playing, Treatment};

/// What happens to a conversation.
#[derive(Clone, Debug)]
pub enum Input {
    /// The first one: the call is there.
    Begin,
    /// Call control's news.
    Call(CallChange),
    /// Call control knows nothing of the call any more.
    CallGone,
    /// Routing reserved an agent.
    Offered {
        /// The reservation.
        offer: OfferId,
        /// Of whom.
        agent: UserId,
        /// Until when.
        expires_at: Timestamp,
    },
    /// Routing ended a reservation.
    OfferEnded {
        /// Which.
        offer: OfferId,
        /// How.
        result: OfferResult,
    },
    /// The agent rings.
    Rung {
        /// For which reservation.
        offer: OfferId,
        /// The agent's leg.
        leg: LegId,
    },
    /// The agent could not be rung.
    RingFailed {
        /// For which reservation.
        offer: OfferId,
        /// Whether that is the agent's doing: no device is there.
        not_responding: bool,
    },
    /// Routing took the agent's answer.
    Accepted {
        /// For which reservation.
        offer: OfferId,
        /// The queue's mode of wrap-up.
        wrap_up: WrapUpMode,
    },
    /// The agent's answer came too late.
    AcceptRefused {
        /// For which reservation.
        offer: OfferId,
    },
    /// Routing would not queue the customer.
    QueueRefused,
    /// The place in the queue that was asked for.
    Position(Option<u32>),
    /// The alerted agent's last device is gone.
    AgentGone {
        /// Who.
        agent: UserId,
    },
    /// Routing let the agent go on: wrap-up is over.
    Released {
        /// Who.
        agent: UserId,
        /// Because its time ran out.
        timed_out: bool,
    },
    /// The agent gave a code.
    WrapUp {
        /// Who.
        agent: UserId,
        /// What.
        wrap_up: WrapUp,
    },
    /// The time of [`Steering::deadline`] has come.
    Deadline,
    /// The flow cannot go on (the log refused, a file is missing).
    Failed,
}

/// What a conversation wants done.
#[derive(Clone, Debug)]
pub enum Command {
    /// Tie the call to the conversation and answer it.
    Answer,
    /// Play to the customer.
    Play {
        /// Number of this playing.
        play: u64,
        /// Names of sounds.
        sounds: Vec<String>,
        /// For ever.
        looped: bool,
    },
    /// Ring an agent; answer with [`Input::Rung`] or [`Input::RingFailed`].
    Ring {
        /// The reservation.
        offer: OfferId,
        /// Whom.
        agent: UserId,
        /// For how long at most.
        timeout: Duration,
    },
    /// End a leg.
    HangUp {
        /// Which.
        leg: LegId,
        /// Why.
        reason: EndReason,
    },
    /// End the call.
    End {
        /// Why.
        reason: EndReason,
    },
    /// Tell routing. `Arrived` is answered with [`Input::QueueRefused`] when it fails, `Accepted` with [`Input::Accepted`] or
    /// [`Input::AcceptRefused`].
    Route(Routing),
    /// Answer with [`Input::Position`].
    AskPosition,
}

/// Ids for the names in a flow, fixed when it was published.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct References {
    /// Queues.
    pub queues: BTreeMap<String, QueueId>,
    /// Skills.
    pub skills: BTreeMap<String, SkillId>,
}

/// What a conversation begins with.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Its id.
    pub id: ConversationId,
    /// The call.
    pub call: CallId,
    /// The customer's leg.
    pub leg: LegId,
    /// How the customer named itself.
    pub from: String,
    /// Number called.
    pub to: String,
    /// When the call came in.
    pub at: Timestamp,
    /// The flow.
    pub flow_id: FlowId,
    /// The flow.
    pub flow: Arc<Flow>,
    /// Its names.
    pub references: References,
    /// The sounds there are.
    pub sounds: Arc<BTreeSet<String>>,
}

/// One conversation under way.
#[derive(Debug)]
pub struct Steering {
    record: Recorder,
    leg: LegId,
    run: FlowRun,
    references: References,
    sounds: Arc<BTreeSet<String>>,
    stage: Stage,
    play: u64,
    deadline: Option<Timestamp>,
    commands: VecDeque<Command>,
}

/// Where it stands. Each stage holds what only it needs.
#[derive(Debug)]
enum Stage {
    /// In the flow.
    Flow { party: Party },
    /// Waiting.
    Waiting { party: Party, queue: QueueId, treatment: Treatment, alert: Option<Alert> },
    /// With an agent.
    Talking { agent: UserId, party: Party, leg: LegId, wrap_up: WrapUpMode, hung_up_by_agent: bool },
    /// The agent wraps up.
    WrapUp { agent: UserId, party: Party },
    /// Over.
    Over,
}

/// An agent who is alerted.
#[derive(Debug)]
struct Alert {
    offer: OfferId,
    agent: UserId,
    party: Party,
    /// The agent's leg, while it rings.
    leg: Option<LegId>,
    answered_at: Option<Timestamp>,
}

impl Steering {
    /// Begins a conversation; give it [`Input::Begin`] next.
    pub fn new(beginning: Beginning) -> Self {
        let Beginning { id, call, leg, from, to, at, flow_id, flow, references, sounds } = beginning;
        let mut record = Recorder::begin(id, call, from, to, flow_id, at);
        let party = record.party(Purpose::Flow, None, None);
        record.start(party, SegmentKind::Ivr, at);
        Self {
            record,
            leg,
            run: FlowRun::new(flow),
            references,
            sounds,
            stage: Stage::Flow { party },
            play: 0,
            deadline: None,
            commands: VecDeque::new(),
        }
    }

    /// Its state.
    pub const fn conversation(&self) -> &Conversation {
        self.record.conversation()
    }

    /// The facts made since the last call: write them before carrying out a command.
    pub fn facts(&mut self) -> Vec<Fact> {
        self.record.take()
    }

    /// The next thing to do.
    pub fn poll_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// When [`Input::Deadline`] is due.
    pub const fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    /// Whether it is over, wrap-up and all.
    pub const fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// The agent who is alerted, talks or wraps up.
    pub const fn agent(&self) -> Option<UserId> {
        match &self.stage {
            Stage::Waiting { alert: Some(alert), .. } => Some(alert.agent),
            Stage::Talking { agent, .. } | Stage::WrapUp { agent, .. } => Some(*agent),
            _ => None,
        }
    }

    /// Takes an input that happened at `at`.
    pub fn handle(&mut self, at: Timestamp, input: Input) {
        match input {
            Input::Begin => self.commands.push_back(Command::Answer),
            Input::Call(change) => self.call(at, change),
            Input::CallGone => self.customer_gone(at),
            Input::Offered { offer, agent, expires_at } => self.offered(at, offer, agent, expires_at),
            Input::OfferEnded { offer, result } => self.offer_ended(at, offer, result),
            Input::Rung { offer, leg } => self.rung(offer, leg),
            Input::RingFailed { offer, not_responding } => {
                if self.alert(|alert| alert.offer == offer).is_some() {
                    self.offer_failed(at, not_responding);
                }
            }
            Input::Accepted { offer, wrap_up } => self.accepted(at, offer, wrap_up),
            Input::AcceptRefused { offer } => self.accept_refused(at, offer),
            Input::QueueRefused => self.queue_refused(at),
            Input::Position(position) => self.announce(at, position),
            Input::AgentGone { agent } => self.agent_gone(at, agent),
            Input::Released { agent, timed_out } => self.released(at, agent, timed_out),
            Input::WrapUp { agent, wrap_up } => self.wrap_up(at, agent, wrap_up),
            Input::Deadline => self.due(at),
            Input::Failed => self.fail(at),
        }
    }

    fn id(&self) -> ConversationId {
        self.record.conversation().view.id
    }

    fn call(&mut self, at: Timestamp, change: CallChange) {
        match change {
            CallChange::Answered { leg, user: None } if leg == self.leg => self.flow(at, FlowInput::Begin),
            CallChange::Answered { leg, .. } => self.agent_answered(at, leg),
            CallChange::LegEnded { leg, .. } if leg == self.leg => self.customer_gone(at),
            CallChange::LegEnded { leg, reason, .. } => self.agent_leg_ended(at, leg, reason),
            CallChange::Held { leg, held } => self.held(at, leg, held),
            CallChange::Played { leg, play } if leg == self.leg && play == self.play => self.played(at),
            CallChange::Digit { leg, digit } if leg == self.leg => self.flow(at, FlowInput::Digit(digit)),
            CallChange::Ended { .. } => self.customer_gone(at),
            // The end of what was replaced, an agent's digits.
            CallChange::Played { .. } | CallChange::Digit { .. } => {}
        }
    }

    // --- flow ---

    fn flow(&mut self, at: Timestamp, input: FlowInput) {
        if !matches!(self.stage, Stage::Flow { .. }) {
            return;
        }
        for command in self.run.handle(input) {
            match command {
                FlowCommand::Play(sounds) => self.play(Playing { sounds, looped: false }),
                FlowCommand::Timer(after) => self.deadline = after.map(|after| at.plus(after)),
                FlowCommand::Set(attributes) => self.record.set(attributes),
                FlowCommand::Enqueue(enqueue) => self.enqueue(at, enqueue),
                FlowCommand::Hangup => self.commands.push_back(Command::End { reason: EndReason::Hangup }),
            }
        }
    }

    fn play(&mut self, playing: Playing) {
        self.play += 1;
        self.commands.push_back(Command::Play {
            play: self.play,
            sounds: playing.sounds,
            looped: playing.looped,
        });
    }

    fn played(&mut self, at: Timestamp) {
        match &self.stage {
            Stage::Flow { .. } => self.flow(at, FlowInput::Played),
            Stage::Waiting { treatment, .. } => {
                if let Some(music) = treatment.music() {
                    self.play(music);
                }
            }
            _ => {}
        }
    }

    fn due(&mut self, at: Timestamp) {
        self.deadline = None;
        match &self.stage {
            Stage::Flow { .. } => self.flow(at, FlowInput::Timeout),
            Stage::Waiting { .. } => self.commands.push_back(Command::AskPosition),
            _ => {}
        }
    }

    // --- queue ---

    fn enqueue(&mut self, at: Timestamp, enqueue: Enqueue) {
        let Stage::Flow { party: flow } = &self.stage else { return };
        let (queue, skills) = (self.references.queues.get(&enqueue.queue), self.skills(&enqueue.skills));
        let (Some(queue), Some(skills)) = (queue.copied(), skills) else {
            return self.flow(at, FlowInput::QueueRefused);
        };
        let flow = flow.id;
        self.record.stop(flow, "completed", at);
        let party = self.record.party(Purpose::Queue, None, Some(queue));
        self.record.start(party, SegmentKind::Wait, at);
        self.deadline = None;
        self.stage = Stage::Waiting { party, queue, treatment: Treatment::new(enqueue.hold), alert: None };
        let priority = enqueue.priority;
        self.commands.push_back(Command::Route(Routing::Arrived {
            item: self.id(),
            queue,
            priority,
            skills,
            arrival: at,
        }));
        self.commands.push_back(Command::AskPosition);
    }

    fn skills(&self, wanted: &[(String, u8)]) -> Option<Vec<SkillRequirement>> {
        let id = |name: &String| self.references.skills.get(name).copied();
        wanted
            .iter()
            .map(|(name, level)| Some(SkillRequirement { skill: id(name)?, level: *level }))
            .collect()
    }

    fn queue_refused(&mut self, at: Timestamp) {
        let Stage::Waiting { party: waited, .. } = &self.stage else { return };
        let waited = waited.id;
        self.record.stop(waited, "refused", at);
        let party = self.record.party(Purpose::Flow, None, None);
        self.record.start(party, SegmentKind::Ivr, at);
        self.stage = Stage::Flow { party };
        self.deadline = None;
        self.flow(at, FlowInput::QueueRefused);
    }

    fn announce(&mut self, at: Timestamp, position: Option<u32>) {
        let Stage::Waiting { treatment, .. } = &self.stage else { return };
        self.deadline = treatment.period().map(|period| at.plus(period));
        if let Some(playing) = treatment.announce(position, &self.sounds) {
            self.play(playing);
        }
    }

    // --- alert ---

    fn offered(&mut self, at: Timestamp, offer: OfferId, agent: UserId, expires_at: Timestamp) {
        let Stage::Waiting { queue, alert: None, .. } = &self.stage else { return };
        let party = self.record.party(Purpose::Agent, Some(agent), Some(*queue));
        self.record.start(party, SegmentKind::Alert, at);
        if let Stage::Waiting { alert, .. } = &mut self.stage {
            *alert = Some(Alert { offer, agent, party, leg: None, answered_at: None });
        }
        self.commands.push_back(Command::Ring { offer, agent, timeout: expires_at - at });
    }

    fn rung(&mut self, offer: OfferId, leg: LegId) {
        match self.alert(|alert| alert.offer == offer) {
            Some(alert) => alert.leg = Some(leg),
            // The reservation ended while the agent was being rung.
            None => self.commands.push_back(Command::HangUp { leg, reason: EndReason::Cancelled }),
        }
    }

    fn agent_answered(&mut self, at: Timestamp, leg: LegId) {
        let Some(alert) = self.alert(|alert| alert.leg == Some(leg)) else {
            // Too late: the reservation is gone. The customer hears music again.
            self.commands.push_back(Command::HangUp { leg, reason: EndReason::AnsweredElsewhere });
            return self.resume_music();
        };
        alert.answered_at = Some(at);
        let offer = alert.offer;
        self.commands.push_back(Command::Route(Routing::Accepted { offer }));
    }

    fn accepted(&mut self, at: Timestamp, offer: OfferId, wrap_up: WrapUpMode) {
        let Some(Alert { agent, party, leg: Some(leg), answered_at, .. }) =
            self.take_alert(|alert| alert.offer == offer)
        else {
            return;
        };
        // The talk began when the agent answered, not when the log said so.
        let at = answered_at.unwrap_or(at);
        if let Stage::Waiting { party: waited, .. } = &self.stage {
            let waited = waited.id;
            self.record.stop(waited, "answered", at);
        }
        self.record.stop(party.id, "answered", at);
        self.record.start(party, SegmentKind::Talk, at);
        self.deadline = None;
        self.stage = Stage::Talking { agent, party, leg, wrap_up, hung_up_by_agent: false };
    }

    fn accept_refused(&mut self, at: Timestamp, offer: OfferId) {
        let Some(alert) = self.take_alert(|alert| alert.offer == offer) else { return };
        self.record.stop(alert.party.id, "expired", at);
        if let Some(leg) = alert.leg {
            self.commands.push_back(Command::HangUp { leg, reason: EndReason::AnsweredElsewhere });
        }
        self.resume_music();
    }

    fn resume_music(&mut self) {
        if let Stage::Waiting { treatment, .. } = &self.stage
            && let Some(music) = treatment.music()
        {
            self.play(music);
        }
    }

    fn offer_ended(&mut self, at: Timestamp, offer: OfferId, result: OfferResult) {
        if result == OfferResult::Accepted {
            return;
        }
        let Some(alert) = self.take_alert(|alert| alert.offer == offer) else { return };
        let (disposition, reason) = match result {
            OfferResult::Expired => ("expired", EndReason::NoAnswer),
            OfferResult::Declined => ("declined", EndReason::Declined),
            OfferResult::Failed => ("failed", EndReason::Unreachable),
            _ => ("withdrawn", EndReason::Cancelled),
        };
        self.record.stop(alert.party.id, disposition, at);
        if let Some(leg) = alert.leg {
            self.commands.push_back(Command::HangUp { leg, reason });
        }
        if alert.answered_at.is_some() {
            self.resume_music();
        }
    }

    /// The alerted agent cannot be reached: routing looks for another, and the agent has to come back by choice.
    fn offer_failed(&mut self, at: Timestamp, not_responding: bool) {
        let Some(alert) = self.take_alert(|_| true) else { return };
        self.record.stop(alert.party.id, "failed", at);
        self.commands.push_back(Command::Route(Routing::OfferFailed { offer: alert.offer, not_responding }));
    }

    fn agent_gone(&mut self, at: Timestamp, agent: UserId) {
        if let Some(alert) = self.alert(|alert| alert.agent == agent && alert.answered_at.is_none()) {
            let leg = alert.leg.take();
            self.offer_failed(at, true);
            self.commands.extend(leg.map(|leg| Command::HangUp { leg, reason: EndReason::Unreachable }));
        }
    }

    fn agent_leg_ended(&mut self, at: Timestamp, leg: LegId, reason: EndReason) {
        if let Stage::Talking { leg: talking, hung_up_by_agent, .. } = &mut self.stage {
            if *talking == leg && !*hung_up_by_agent {
                // The talk lasts until the call is over, so that the segments add up to it.
                *hung_up_by_agent = true;
                self.commands.push_back(Command::End { reason: EndReason::Hangup });
            }
            return;
        }
        let Some(alert) = self.alert(|alert| alert.leg == Some(leg)) else { return };
        alert.leg = None;
        let offer = alert.offer;
        match reason {
            EndReason::Declined | EndReason::Busy | EndReason::Hangup => {
                if let Some(alert) = self.take_alert(|_| true) {
                    self.record.stop(alert.party.id, "declined", at);
                }
                self.commands.push_back(Command::Route(Routing::Declined { offer }));
            }
            // Routing keeps the time of the alert; a call that is given up is told by its own end.
            EndReason::NoAnswer
            | EndReason::Cancelled
            | EndReason::RemoteHangup
            | EndReason::AnsweredElsewhere => {}
            EndReason::Unreachable
            | EndReason::Lost
            | EndReason::NotFound
            | EndReason::MediaMismatch
            | EndReason::Restart
            | EndReason::Failed => self.offer_failed(at, true),
        }
    }

    fn alert(&mut self, wanted: impl Fn(&Alert) -> bool) -> Option<&mut Alert> {
        match &mut self.stage {
            Stage::Waiting { alert, .. } => alert.as_mut().filter(|alert| wanted(alert)),
            _ => None,
        }
    }

    fn take_alert(&mut self, wanted: impl Fn(&Alert) -> bool) -> Option<Alert> {
        match &mut self.stage {
            Stage::Waiting { alert, .. } => alert.take_if(|alert| wanted(alert)),
            _ => None,
        }
    }

    // --- talk and after ---

    fn held(&mut self, at: Timestamp, leg: LegId, held: bool) {
        let Stage::Talking { party, leg: talking, .. } = &self.stage else { return };
        let (party, kind) = (*party, if held { SegmentKind::Hold } else { SegmentKind::Talk });
        let running = self
            .record
            .conversation()
            .running()
            .any(|(who, segment)| who.id == party.id && segment.kind == kind);
        if *talking == leg && !running {
            self.record.stop(party.id, if held { "held" } else { "resumed" }, at);
            self.record.start(party, kind, at);
        }
    }

    fn customer_gone(&mut self, at: Timestamp) {
        self.deadline = None;
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Flow { .. } => {
                self.record.stop_all("hangup", at);
                self.record.end(Outcome::FlowEnded, at);
            }
            Stage::Waiting { party, alert, .. } => {
                if let Some(alert) = alert {
                    self.record.stop(alert.party.id, "withdrawn", at);
                }
                self.record.stop(party.id, "abandoned", at);
                self.record.end(Outcome::Abandoned, at);
                self.commands.push_back(Command::Route(Routing::Abandoned { item: self.id() }));
            }
            Stage::Talking { agent, party, wrap_up, hung_up_by_agent, .. } => {
                self.record.stop(party.id, if hung_up_by_agent { "agent_hangup" } else { "hangup" }, at);
                if wrap_up == WrapUpMode::Optional {
                    self.record.end(Outcome::Handled, at);
                } else {
                    self.record.start(party, SegmentKind::WrapUp, at);
                    self.stage = Stage::WrapUp { agent, party };
                }
                self.commands.push_back(Command::Route(Routing::HandlingEnded { item: self.id(), agent }));
            }
            stage @ (Stage::WrapUp { .. } | Stage::Over) => self.stage = stage,
        }
    }

    fn wrap_up(&mut self, at: Timestamp, agent: UserId, wrap_up: WrapUp) {
        self.record.wrap_up(agent, wrap_up);
        if let Stage::WrapUp { agent: wrapping, party } = &self.stage
            && *wrapping == agent
        {
            let party = party.id;
            self.wrapped_up(at, party, "completed");
            self.commands.push_back(Command::Route(Routing::WrapUpDone { item: self.id(), agent }));
        }
    }

    fn released(&mut self, at: Timestamp, agent: UserId, timed_out: bool) {
        if let Stage::WrapUp { agent: wrapping, party } = &self.stage
            && *wrapping == agent
        {
            let party = party.id;
            self.wrapped_up(at, party, if timed_out { "timeout" } else { "completed" });
        }
    }

    fn wrapped_up(&mut self, at: Timestamp, party: ParticipantId, disposition: &str) {
        self.record.stop(party, disposition, at);
        self.record.end(Outcome::Handled, at);
        self.stage = Stage::Over;
    }

    fn fail(&mut self, at: Timestamp) {
        let waited = matches!(self.stage, Stage::Waiting { .. });
        if let Stage::Flow { .. } | Stage::Waiting { .. } = &self.stage {
            self.record.stop_all("failed", at);
            self.record.end(Outcome::Failed, at);
            self.stage = Stage::Over;
            self.commands.push_back(Command::End { reason: EndReason::Failed });
            if waited {
                self.commands.push_back(Command::Route(Routing::Removed { item: self.id() }));
            }
        }
    }
}
