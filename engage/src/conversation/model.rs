//! A conversation as its facts tell it.

use serde::{Deserialize, Serialize};
use tandem_proto::{
    CallId, ConversationId, FlowId, ParticipantId, QueueId, Timestamp, UserId,
    api::{self, ConversationState, Outcome, Purpose, SegmentKind},
    events::contact_centre::{
        ConversationAttributesSet, ConversationEnded, ConversationStarted, SegmentEnded, SegmentStarted,
        WrapUpGiven,
    },
};
use uuid::Uuid;

use super::Fact;

/// A conversation's state: what the API shows, and what it needs beside that.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Conversation {
    /// As the API shows it (without the place in the queue, which only routing knows).
    pub view: api::Conversation,
    /// The flow that took it.
    pub flow: Option<FlowId>,
}

impl Conversation {
    /// The state after its first fact.
    pub fn begin(started: &ConversationStarted) -> Self {
        let customer = api::Participant {
            id: started.participant,
            purpose: Purpose::Customer,
            user: None,
            queue: None,
            segments: Vec::new(),
            wrap_up: None,
        };
        let view = api::Conversation {
            id: started.conversation,
            call: started.call,
            from: started.from.clone(),
            to: started.to.clone(),
            queue: None,
            state: ConversationState::Flow,
            participants: vec![customer],
            position: None,
            attributes: Default::default(),
            started_at: started.started_at,
            ended_at: None,
            outcome: None,
        };
        Self { view, flow: started.flow }
    }

    /// Takes a fact in.
    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(_) => {}
            Fact::SegmentStarted(started) => self.segment_started(started),
            Fact::SegmentEnded(ended) => {
                let segments =
                    self.participant_mut(ended.participant).map(|participant| &mut participant.segments);
                if let Some(segment) = segments.and_then(|segments| segments.last_mut()) {
                    segment.ended_at = Some(ended.ended_at);
                    segment.disposition = Some(ended.disposition.clone());
                }
            }
            Fact::AttributesSet(set) => self.view.attributes.extend(set.attributes.clone()),
            Fact::WrapUpGiven(given) => {
                if let Some(participant) = self.participant_mut(given.participant) {
                    participant.wrap_up = Some(given.wrap_up.clone());
                }
            }
            Fact::Ended(ended) => {
                self.view.ended_at = Some(ended.ended_at);
                self.view.outcome = Some(ended.outcome);
            }
        }
        self.view.state = self.state();
    }

    fn segment_started(&mut self, started: &SegmentStarted) {
        if self.participant_mut(started.participant).is_none() {
            self.view.participants.push(api::Participant {
                id: started.participant,
                purpose: started.purpose,
                user: started.user,
                queue: started.queue,
                segments: Vec::new(),
                wrap_up: None,
            });
        }
        if let Some(queue) = started.queue {
            self.view.queue = Some(queue);
        }
        if let Some(participant) = self.participant_mut(started.participant) {
            participant.segments.push(api::Segment {
                kind: started.kind,
                started_at: started.started_at,
                ended_at: None,
                disposition: None,
            });
        }
    }

    fn participant_mut(&mut self, id: ParticipantId) -> Option<&mut api::Participant> {
        self.view.participants.iter_mut().find(|participant| participant.id == id)
    }

    /// The newest participant of an agent.
    pub fn agent(&self, user: UserId) -> Option<&api::Participant> {
        self.view.participants.iter().rev().find(|participant| participant.user == Some(user))
    }

    /// The running segments, with their participants.
    pub fn running(&self) -> impl Iterator<Item = (&api::Participant, &api::Segment)> {
        let last = |participant: &api::Participant| {
            participant.segments.last().is_some_and(|s| s.ended_at.is_none())
        };
        self.view
            .participants
            .iter()
            .filter(move |participant| last(participant))
            .filter_map(|participant| participant.segments.last().map(|segment| (participant, segment)))
    }

    /// Where it stands: the most telling of its running segments.
    fn state(&self) -> ConversationState {
        use SegmentKind as Kind;
        let runs = |wanted: &[Kind]| self.running().any(|(_, segment)| wanted.contains(&segment.kind));
        if self.view.ended_at.is_some() {
            ConversationState::Ended
        } else if runs(&[Kind::Talk, Kind::Hold]) {
            ConversationState::Connected
        } else if runs(&[Kind::Alert]) {
            ConversationState::Alerting
        } else if runs(&[Kind::Wait]) {
            ConversationState::Queued
        } else if runs(&[Kind::Ivr]) {
            ConversationState::Flow
        } else if runs(&[Kind::WrapUp]) {
            ConversationState::WrapUp
        } else {
            self.view.state
        }
    }
}

/// Makes facts of a conversation and keeps its state in step with them.
#[derive(Clone, Debug)]
pub struct Recorder {
    conversation: Conversation,
    facts: Vec<Fact>,
}

/// Whose a new segment is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Party {
    pub(super) id: ParticipantId,
    pub(super) purpose: Purpose,
    pub(super) user: Option<UserId>,
    pub(super) queue: Option<QueueId>,
}

impl Recorder {
    /// Begins a conversation.
    pub fn begin(
        id: ConversationId,
        call: CallId,
        from: String,
        to: String,
        flow: FlowId,
        at: Timestamp,
    ) -> Self {
        let started = ConversationStarted {
            conversation: id,
            call: Some(call),
            from,
            to,
            flow: Some(flow),
            participant: participant_id(id, 0),
            started_at: at,
        };
        Self { conversation: Conversation::begin(&started), facts: vec![Fact::Started(started)] }
    }

    /// Goes on with one that was stored.
    pub const fn resume(conversation: Conversation) -> Self {
        Self { conversation, facts: Vec::new() }
    }

    /// The state.
    pub const fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// The facts made since the last call.
    pub fn take(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.facts)
    }

    fn record(&mut self, fact: Fact) {
        self.conversation.apply(&fact);
        self.facts.push(fact);
    }

    /// A party that was not there before.
    pub(super) fn party(&self, purpose: Purpose, user: Option<UserId>, queue: Option<QueueId>) -> Party {
        let view = &self.conversation.view;
        Party { id: participant_id(view.id, view.participants.len()), purpose, user, queue }
    }

    /// Starts a segment.
    pub(super) fn start(&mut self, party: Party, kind: SegmentKind, at: Timestamp) {
        self.record(Fact::SegmentStarted(SegmentStarted {
            conversation: self.conversation.view.id,
            participant: party.id,
            purpose: party.purpose,
            user: party.user,
            queue: party.queue,
            kind,
            started_at: at,
        }));
    }

    /// Ends the running segment of a party, if it has one.
    pub(super) fn stop(&mut self, party: ParticipantId, disposition: &str, at: Timestamp) {
        let running = self.conversation.running().find(|(participant, _)| participant.id == party);
        let Some((participant, segment)) = running else { return };
        let ended = SegmentEnded {
            conversation: self.conversation.view.id,
            participant: party,
            purpose: participant.purpose,
            user: participant.user,
            queue: participant.queue,
            kind: segment.kind,
            started_at: segment.started_at,
            // A clock that went back makes a segment of no length, never a negative one.
            ended_at: at.max(segment.started_at),
            disposition: disposition.to_owned(),
        };
        self.record(Fact::SegmentEnded(ended));
    }

    /// Ends whatever runs.
    pub fn stop_all(&mut self, disposition: &str, at: Timestamp) {
        let running: Vec<_> = self.conversation.running().map(|(participant, _)| participant.id).collect();
        for party in running {
            self.stop(party, disposition, at);
        }
    }

    /// Notes attributes.
    pub(super) fn set(&mut self, attributes: std::collections::BTreeMap<String, String>) {
        let conversation = self.conversation.view.id;
        self.record(Fact::AttributesSet(ConversationAttributesSet { conversation, attributes }));
    }

    /// Notes an agent's code; `false` when the agent took no part.
    pub fn wrap_up(&mut self, agent: UserId, wrap_up: api::WrapUp) -> bool {
        let Some(participant) = self.conversation.agent(agent).map(|participant| participant.id) else {
            return false;
        };
        let conversation = self.conversation.view.id;
        self.record(Fact::WrapUpGiven(WrapUpGiven { conversation, participant, wrap_up }));
        true
    }

    /// Ends the conversation, once.
    pub fn end(&mut self, outcome: Outcome, at: Timestamp) {
        if self.conversation.view.ended_at.is_none() {
            let conversation = self.conversation.view.id;
            self.record(Fact::Ended(ConversationEnded { conversation, outcome, ended_at: at }));
        }
    }
}

/// Participants are numbered within their conversation, so that a core needs no source of ids.
fn participant_id(conversation: ConversationId, index: usize) -> ParticipantId {
    ParticipantId::from_uuid(Uuid::from_u128(conversation.uuid().as_u128() ^ (index as u128 + 1)))
}
