//! Steers one call from its arrival to the end of wrap-up: a pure state machine between call control, the flow and routing.

mod alert;
mod resume;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tandem_communicate::control::CallChange;
use tandem_proto::{
    ConversationId, LegId, OfferId, ParticipantId, QueueId, Timestamp, UserId,
    api::{EndReason, Outcome, Purpose, SegmentKind, SkillRequirement, WrapUp, WrapUpMode},
};
use tandem_routing::{Asks, Input as Routing};

use alert::Alert;
pub use resume::Saved;

use super::{Beginning, Command, Conversation, Fact, Input, Recorder, References, model::Party};
use crate::flow::{Enqueue, FlowCommand, FlowInput, FlowRun, Playing, Treatment};

/// One conversation under way.
#[derive(Debug)]
pub struct Steering {
    record: Recorder,
    leg: LegId,
    flow_version: i64,
    run: FlowRun,
    references: References,
    sounds: Arc<BTreeSet<String>>,
    stage: Stage,
    play: u64,
    /// What plays, for all that is known.
    playing: Option<Playing>,
    deadline: Option<Timestamp>,
    /// When the last digit was pressed: no two are at the same microsecond.
    digit_at: Option<Timestamp>,
    /// The last offer there was,
    offer: Option<OfferId>,
    /// and every agent's leg.
    rung: Vec<LegId>,
    /// What routing was told last.
    told: Option<Routing>,
    /// The call is to be ended.
    ending: Option<EndReason>,
    commands: VecDeque<Command>,
}

/// Where it stands. Each stage holds what only it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
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

impl Steering {
    /// Begins a conversation; give it [`Input::Begin`] next.
    pub fn new(beginning: Beginning) -> Self {
        let Beginning { id, call, leg, from, to, at, flow_id, flow_version, flow, references, sounds } =
            beginning;
        let mut record = Recorder::begin(id, call, from, to, flow_id, at);
        let party = record.party(Purpose::Flow, None, None);
        record.start(party, SegmentKind::Ivr, at);
        Self {
            record,
            leg,
            flow_version,
            run: FlowRun::new(flow),
            references,
            sounds,
            stage: Stage::Flow { party },
            play: 0,
            playing: None,
            deadline: None,
            digit_at: None,
            offer: None,
            rung: Vec::new(),
            told: None,
            ending: None,
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
            Input::Described(call) => self.described(at, &call),
            Input::CutOff => self.cut_off(at),
            Input::Standing(standing) => self.standing(at, standing),
            Input::PlayAgain { play } => self.play_again(play),
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
            CallChange::Answered { leg, user: None } if leg == self.leg => self.customer_answered(at),
            CallChange::Answered { leg, .. } => self.agent_answered(at, leg),
            CallChange::LegEnded { leg, reason: EndReason::Restart, .. } if leg == self.leg => {
                self.cut_off(at);
            }
            CallChange::LegEnded { leg, .. } if leg == self.leg => self.customer_gone(at),
            CallChange::LegEnded { leg, reason, .. } => self.agent_leg_ended(at, leg, reason),
            CallChange::Held { leg, held } => self.held(at, leg, held),
            CallChange::Played { leg, play } if leg == self.leg && play == self.play => self.played(at),
            CallChange::Digit { leg, digit } if leg == self.leg => self.digit(at, digit),
            CallChange::Ended { reason: EndReason::Restart } => self.cut_off(at),
            CallChange::Ended { .. } => self.customer_gone(at),
            // The end of what was replaced, an agent's digits.
            CallChange::Played { .. } | CallChange::Digit { .. } => {}
        }
    }

    // --- flow ---

    fn customer_answered(&mut self, at: Timestamp) {
        // Told twice where the first telling's receipt was lost.
        if !self.run.has_begun() {
            self.flow(at, FlowInput::Begin);
        }
    }

    fn digit(&mut self, at: Timestamp, digit: char) {
        if self.digit_at.replace(at) != Some(at) {
            self.flow(at, FlowInput::Digit(digit));
        }
    }

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
                FlowCommand::Hangup => self.end_call(EndReason::Hangup),
            }
        }
    }

    fn play(&mut self, playing: Playing) {
        self.play += 1;
        self.playing = Some(playing.clone());
        self.commands.push_back(Command::Play {
            play: self.play,
            sounds: playing.sounds,
            looped: playing.looped,
        });
    }

    fn played(&mut self, at: Timestamp) {
        self.playing = None;
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
        self.tell(Routing::Arrived {
            item: self.id(),
            queue,
            priority,
            skills,
            arrival: at,
            asks: Asks::default(),
        });
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
                self.tell(Routing::Abandoned { item: self.id() });
            }
            Stage::Talking { agent, party, wrap_up, hung_up_by_agent, .. } => {
                let disposition = if hung_up_by_agent { "agent_hangup" } else { "hangup" };
                self.talk_over(at, agent, party, wrap_up, disposition);
            }
            stage @ (Stage::WrapUp { .. } | Stage::Over) => self.stage = stage,
        }
    }

    fn talk_over(
        &mut self,
        at: Timestamp,
        agent: UserId,
        party: Party,
        wrap_up: WrapUpMode,
        disposition: &str,
    ) {
        self.record.stop(party.id, disposition, at);
        if wrap_up == WrapUpMode::Optional {
            self.record.end(Outcome::Handled, at);
        } else {
            self.record.start(party, SegmentKind::WrapUp, at);
            self.stage = Stage::WrapUp { agent, party };
        }
        self.tell(Routing::HandlingEnded { item: self.id(), agent });
    }

    fn wrap_up(&mut self, at: Timestamp, agent: UserId, wrap_up: WrapUp) {
        self.record.wrap_up(agent, wrap_up);
        if let Stage::WrapUp { agent: wrapping, party } = &self.stage
            && *wrapping == agent
        {
            let party = party.id;
            self.wrapped_up(at, party, "completed");
            self.tell(Routing::WrapUpDone { item: self.id(), agent });
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

    fn tell(&mut self, input: Routing) {
        self.told = Some(input.clone());
        self.commands.push_back(Command::Route(input));
    }

    fn end_call(&mut self, reason: EndReason) {
        self.ending = Some(reason);
        self.commands.push_back(Command::End { reason });
    }

    fn fail(&mut self, at: Timestamp) {
        let waited = matches!(self.stage, Stage::Waiting { .. });
        if let Stage::Flow { .. } | Stage::Waiting { .. } = &self.stage {
            self.record.stop_all("failed", at);
            self.record.end(Outcome::Failed, at);
            self.stage = Stage::Over;
            self.end_call(EndReason::Failed);
            if waited {
                self.tell(Routing::Removed { item: self.id() });
            }
        }
    }
}
