//! The contact centre by its log: who waited kept their place, nobody was offered twice, and the order was kept.

use std::collections::{BTreeMap, HashMap, HashSet};

use tandem_proto::{
    ConversationId, Event, OfferId, QueueId, UserId,
    api::Outcome,
    events::contact_centre::{
        ConversationEnded, RoutingLeft, RoutingOfferEnded, RoutingOffered, RoutingQueued, RoutingRekeyed,
        RoutingReleased,
    },
};

/// The outcome.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RoutingAudit {
    /// Items that were queued.
    pub queued: u64,
    /// Items that reached an agent.
    pub answered: u64,
    /// Conversations the server ended because of its own failure (`restart`, `failed`) while they waited or an agent was alerted,
    pub places_lost: u64,
    /// and while they talked to an agent.
    pub talks_lost: u64,
    /// Offers of an item that was offered or taken already, or to an agent who had one.
    pub offered_twice: u64,
    /// Offers of an item while one before it waited for the same agent.
    pub out_of_order: u64,
    /// Offers of an engine that was replaced already.
    pub stale: u64,
    /// Some of what is wrong, to look it up.
    pub examples: Vec<String>,
}

/// Examples kept.
const EXAMPLES: usize = 5;

#[derive(Default)]
struct Replay {
    waiting: BTreeMap<ConversationId, (QueueId, i64)>,
    offers: HashMap<ConversationId, (OfferId, UserId)>,
    handling: HashMap<UserId, ConversationId>,
    tried: HashSet<(UserId, ConversationId)>,
    /// Taken out of their queue by nobody's wish: it is told why when the conversation ends.
    removed: HashSet<ConversationId>,
    talked: HashSet<ConversationId>,
    epoch: u64,
    audit: RoutingAudit,
}

/// Replays the log. It needs every `routing.*` and `conversation.ended` event of one org, oldest first.
pub fn audit_routing(log: &[Event]) -> RoutingAudit {
    let mut replay = Replay::default();
    log.iter().for_each(|event| replay.event(event));
    replay.audit.examples.truncate(EXAMPLES);
    replay.audit
}

impl Replay {
    fn event(&mut self, event: &Event) {
        if let Ok(Some(it)) = event.decode::<RoutingQueued>() {
            self.audit.queued += 1;
            self.waiting.insert(it.conversation, (it.queue, it.key));
        } else if let Ok(Some(it)) = event.decode::<RoutingRekeyed>() {
            if let Some((_, key)) = self.waiting.get_mut(&it.conversation) {
                *key = it.key;
            }
        } else if let Ok(Some(it)) = event.decode::<RoutingOffered>() {
            self.offered(event, &it);
        } else if let Ok(Some(it)) = event.decode::<RoutingOfferEnded>() {
            self.offers.remove(&it.conversation);
            if it.result == "accepted" {
                self.handling.insert(it.agent, it.conversation);
            } else {
                self.tried.insert((it.agent, it.conversation));
            }
        } else if let Ok(Some(it)) = event.decode::<RoutingLeft>() {
            self.waiting.remove(&it.conversation);
            match it.reason.as_str() {
                "answered" => {
                    self.audit.answered += 1;
                    self.talked.insert(it.conversation);
                }
                "removed" => _ = self.removed.insert(it.conversation),
                _ => {}
            }
        } else if let Ok(Some(it)) = event.decode::<RoutingReleased>() {
            self.handling.remove(&it.agent);
        } else if let Ok(Some(it)) = event.decode::<ConversationEnded>() {
            let waited =
                self.waiting.remove(&it.conversation).is_some() | self.removed.remove(&it.conversation);
            self.offers.remove(&it.conversation);
            self.handling.retain(|_, handled| *handled != it.conversation);
            if matches!(it.outcome, Outcome::Restart | Outcome::Failed) {
                self.audit.places_lost += u64::from(waited);
                self.audit.talks_lost += u64::from(!waited && self.talked.contains(&it.conversation));
            }
        }
    }

    fn offered(&mut self, event: &Event, it: &RoutingOffered) {
        let (item, agent) = (it.conversation, it.agent);
        let taken = self.handling.values().any(|handled| *handled == item);
        let engaged = self.handling.contains_key(&agent) || self.offers.values().any(|(_, to)| *to == agent);
        if taken || engaged || self.offers.contains_key(&item) {
            self.audit.offered_twice += 1;
            self.audit.examples.push(format!("offered twice: {item} to {agent} at {}", event.cursor));
        }
        if it.epoch < self.epoch {
            self.audit.stale += 1;
            self.audit.examples.push(format!("epoch {} after {} at {}", it.epoch, self.epoch, event.cursor));
        }
        self.epoch = self.epoch.max(it.epoch);
        let own = self.waiting.get(&item).map(|(_, key)| *key);
        let earlier = self.waiting.iter().find(|(other, (queue, key))| {
            *queue == it.queue
                && own.is_some_and(|own| *key < own)
                && !self.offers.contains_key(other)
                && !self.tried.contains(&(agent, **other))
        });
        if let Some((earlier, _)) = earlier {
            self.audit.out_of_order += 1;
            self.audit.examples.push(format!("{item} offered before {earlier} at {}", event.cursor));
        }
        self.offers.insert(item, (it.offer, agent));
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use tandem_proto::{
        Actor, Cursor, EventData, OrgId, Payload, Position, Stream, Timestamp, api::Decision,
    };

    use super::*;

    struct Log(Vec<Event>, QueueId);

    impl Log {
        fn add<E: EventData + Serialize>(&mut self, data: &E) {
            let position = self.0.len() as i64 + 1;
            self.0.push(Event {
                cursor: Cursor { xid: 0, position: Position(position) },
                org: OrgId::generate(),
                stream: Stream::from_text("routing:a"),
                version: position,
                kind: E::KIND.to_owned(),
                schema_version: E::SCHEMA,
                at: Timestamp::default(),
                actor: Actor::System,
                correlation: None,
                causation: None,
                subject: None,
                topics: Vec::new(),
                data: Payload::of(data).expect("serialises"),
            });
        }

        fn queued(&mut self, key: i64) -> ConversationId {
            let conversation = ConversationId::generate();
            self.add(&RoutingQueued { conversation, queue: self.1, key, priority: 0, skills: Vec::new() });
            conversation
        }

        fn offered(&mut self, conversation: ConversationId, agent: UserId, epoch: u64) -> OfferId {
            let offer = OfferId::generate();
            let decision = Decision {
                at: Timestamp::default(),
                offer: Some(offer),
                agent: Some(agent),
                key: 0,
                candidates: Vec::new(),
                eligible: 1,
                excluded: Vec::new(),
                counts: Vec::new(),
            };
            let expires_at = Timestamp::default();
            self.add(&RoutingOffered {
                conversation,
                queue: self.1,
                offer,
                epoch,
                agent,
                expires_at,
                decision,
            });
            offer
        }

        fn offer_ended(&mut self, conversation: ConversationId, agent: UserId, offer: OfferId, result: &str) {
            let result = result.to_owned();
            self.add(&RoutingOfferEnded { conversation, queue: self.1, offer, agent, result });
        }

        fn left(&mut self, conversation: ConversationId) {
            self.add(&RoutingLeft { conversation, queue: self.1, reason: "answered".to_owned() });
        }
    }

    #[test]
    fn an_ordinary_day_is_fine() {
        let (mut log, agent) = (Log(Vec::new(), QueueId::generate()), UserId::generate());
        let (first, second) = (log.queued(1), log.queued(2));
        let offer = log.offered(first, agent, 1);
        log.offer_ended(first, agent, offer, "expired");
        // The first was tried with this agent already.
        let offer = log.offered(second, agent, 1);
        log.offer_ended(second, agent, offer, "accepted");
        log.left(second);
        let audit = audit_routing(&log.0);
        assert_eq!(audit, RoutingAudit { queued: 2, answered: 1, ..RoutingAudit::default() });
    }

    #[test]
    fn faults_are_found() {
        let (mut log, agent) = (Log(Vec::new(), QueueId::generate()), UserId::generate());
        let (first, second) = (log.queued(1), log.queued(2));
        log.offered(second, agent, 2);
        log.offered(first, UserId::generate(), 1);
        log.offered(first, UserId::generate(), 2);
        log.add(&ConversationEnded {
            conversation: first,
            outcome: Outcome::Restart,
            ended_at: Timestamp::default(),
        });
        let audit = audit_routing(&log.0);
        assert_eq!((audit.out_of_order, audit.stale, audit.offered_twice), (1, 1, 1));
        assert_eq!((audit.places_lost, audit.talks_lost), (1, 0));
        assert_eq!(audit.examples.len(), 3);
    }
}
