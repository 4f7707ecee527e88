//! Which agents are on a call that did not come through a queue. Pure: read from the log's `call.*` events.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    CallId, Event, LegId, UserId, api,
    events::call::{CallConversation, CallEnded, CallStarted, LegAdded, LegAnswered, LegEnded},
};

/// Kinds of event this reads.
pub(crate) const KINDS: &[&str] = &[
    "call.started",
    "call.leg.added",
    "call.leg.answered",
    "call.leg.ended",
    "call.conversation",
    "call.ended",
];

/// Calls outside the queues.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct OutsideCalls {
    calls: BTreeMap<CallId, Call>,
    busy: BTreeSet<UserId>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Call {
    /// It belongs to a conversation, so it says nothing.
    from_queue: bool,
    legs: BTreeMap<LegId, Leg>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Leg {
    user: UserId,
    /// Dialled it himself, or answered.
    on_the_line: bool,
}

impl OutsideCalls {
    /// Takes an event in; answers whose state it changed, and to what.
    pub(crate) fn apply(&mut self, event: &Event) -> Result<Vec<(UserId, bool)>, serde_json::Error> {
        if let Some(CallStarted { call, leg, .. }) = event.decode()? {
            self.add(call, &leg);
        } else if let Some(LegAdded { call, leg }) = event.decode()? {
            self.add(call, &leg);
        } else if let Some(LegAnswered { call, leg, .. }) = event.decode()? {
            if let Some(leg) = self.calls.get_mut(&call).and_then(|call| call.legs.get_mut(&leg)) {
                leg.on_the_line = true;
            }
        } else if let Some(LegEnded { call, leg, .. }) = event.decode()? {
            if let Some(call) = self.calls.get_mut(&call) {
                call.legs.remove(&leg);
            }
        } else if let Some(CallConversation { call, .. }) = event.decode()? {
            self.calls.entry(call).or_default().from_queue = true;
        } else if let Some(CallEnded { call, .. }) = event.decode()? {
            self.calls.remove(&call);
        }
        Ok(self.changes())
    }

    /// Who is on such a call.
    pub(crate) const fn busy(&self) -> &BTreeSet<UserId> {
        &self.busy
    }

    fn add(&mut self, call: CallId, leg: &api::Leg) {
        if let Some(user) = leg.user {
            let on_the_line = leg.caller || leg.answered_at.is_some();
            self.calls.entry(call).or_default().legs.insert(leg.id, Leg { user, on_the_line });
        }
    }

    fn changes(&mut self) -> Vec<(UserId, bool)> {
        let outside = self.calls.values().filter(|call| !call.from_queue);
        let legs = outside.flat_map(|call| call.legs.values()).filter(|leg| leg.on_the_line);
        let busy: BTreeSet<_> = legs.map(|leg| leg.user).collect();
        let changes =
            busy.symmetric_difference(&self.busy).map(|user| (*user, busy.contains(user))).collect();
        self.busy = busy;
        changes
    }
}

#[cfg(test)]
mod tests {
    use tandem_proto::{
        Actor, ConversationId, Cursor, EventData, OrgId, Payload, Stream, Timestamp,
        api::{EndReason, LegKind, LegState},
    };

    use super::*;

    fn event<E: EventData>(data: &E) -> Event {
        let org = OrgId::generate();
        Event {
            cursor: Cursor::START,
            org,
            stream: Stream::org(org),
            version: 1,
            kind: E::KIND.to_owned(),
            schema_version: E::SCHEMA,
            at: Timestamp::default(),
            actor: Actor::System,
            correlation: None,
            causation: None,
            subject: None,
            topics: Vec::new(),
            data: Payload::of(data).expect("serialises"),
        }
    }

    fn leg(user: UserId, caller: bool) -> api::Leg {
        api::Leg {
            id: LegId::generate(),
            kind: LegKind::Web,
            user: Some(user),
            device: None,
            address: String::new(),
            name: None,
            state: LegState::Ringing,
            caller,
            muted: false,
            started_at: Timestamp::default(),
            answered_at: None,
            ended_at: None,
            end_reason: None,
            trunk: None,
        }
    }

    fn apply<E: EventData>(calls: &mut OutsideCalls, data: &E) -> Vec<(UserId, bool)> {
        calls.apply(&event(data)).expect("reads")
    }

    #[test]
    fn who_dials_or_answers_is_on_the_line_until_it_ends() {
        let (call, caller, called) = (CallId::generate(), UserId::generate(), UserId::generate());
        let mut calls = OutsideCalls::default();
        let started = CallStarted { call, dialled: "1002".to_owned(), video: false, leg: leg(caller, true) };
        assert_eq!(apply(&mut calls, &started), [(caller, true)]);
        let added = LegAdded { call, leg: leg(called, false) };
        assert_eq!(apply(&mut calls, &added), [], "ringing is not talking");
        let answered = LegAnswered { call, leg: added.leg.id, device: None };
        assert_eq!(apply(&mut calls, &answered), [(called, true)]);
        let ended = LegEnded { call, leg: added.leg.id, reason: EndReason::Hangup };
        assert_eq!(apply(&mut calls, &ended), [(called, false)]);
        assert_eq!(apply(&mut calls, &CallEnded { call, reason: EndReason::Hangup }), [(caller, false)]);
    }

    #[test]
    fn a_call_from_a_queue_does_not_count() {
        let (call, agent) = (CallId::generate(), UserId::generate());
        let mut calls = OutsideCalls::default();
        apply(&mut calls, &CallConversation { call, conversation: ConversationId::generate() });
        let added = LegAdded { call, leg: leg(agent, false) };
        apply(&mut calls, &added);
        assert_eq!(apply(&mut calls, &LegAnswered { call, leg: added.leg.id, device: None }), []);
    }
}
