//! A domain as plain data, to go on with in another process.
//!
//! Only what cannot be told from the rest is saved; orders, trees and timers are made anew, so that they cannot contradict it. The form is
//! that of earlier versions, with what they did not know left out where it is as it was then: nodes of both run side by side.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, OfferId, QueueId, SkillId, Timestamp, UserId,
    api::{Decision, RoutingStatus, SkillRequirement},
};

use crate::{
    Asks, Domain, Measured, QueueRules, Utilization,
    agents::{Agent, Availability, Engaged, Joined, Stage},
    items::{Filed, Item, Pause},
    media::Kind,
    members::Member,
    offers::{Book, Offer},
    skills::Skills,
    wheel::Due,
    widening::Widening,
};

/// A domain between two inputs, all outputs polled. [`Domain::restore`] gives one that goes on the same way, to the last id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// In microseconds: before the first input it lies outside what a timestamp's text can say.
    now: i64,
    queues: BTreeMap<QueueId, QueueRules>,
    agents: BTreeMap<UserId, SavedAgent>,
    items: BTreeMap<ConversationId, SavedItem>,
    offers: BTreeMap<OfferId, SavedOffer>,
    book: Book,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    closed: BTreeSet<QueueId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    measured: BTreeMap<QueueId, Measured>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedAgent {
    skills: Vec<(SkillId, u8)>,
    queues: BTreeSet<QueueId>,
    capacity: u8,
    availability: Availability,
    communicating: bool,
    idle_since: Option<Timestamp>,
    offers: BTreeSet<OfferId>,
    work: BTreeMap<ConversationId, SavedWork>,
    status: RoutingStatus,
    since: Timestamp,
    /// Those that are not 0.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    groups: BTreeMap<QueueId, u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    utilization: Option<Utilization>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedWork {
    queue: QueueId,
    stage: SavedStage,
    #[serde(default, skip_serializing_if = "Kind::is_plain")]
    kind: Kind,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum SavedStage {
    Talk,
    WrapUp { until: Option<Timestamp> },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedItem {
    queue: QueueId,
    priority: i32,
    arrival: Timestamp,
    key: i64,
    skills: Vec<SkillRequirement>,
    offer: Option<OfferId>,
    paused: BTreeMap<UserId, Timestamp>,
    #[serde(default, skip_serializing_if = "Asks::is_plain")]
    asks: Asks,
    #[serde(default, skip_serializing_if = "SavedWidening::is_nothing")]
    widening: SavedWidening,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct SavedWidening {
    taken: u8,
    step: u8,
    next: Option<Timestamp>,
}

impl SavedWidening {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedOffer {
    item: ConversationId,
    queue: QueueId,
    agent: UserId,
    expires_at: Timestamp,
    #[serde(with = "exact")]
    decision: Decision,
}

/// A decision with its scores to the last bit, which decimal numbers do not promise.
mod exact {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use tandem_proto::api::Decision;

    pub(super) fn serialize<S: Serializer>(decision: &Decision, to: S) -> Result<S::Ok, S::Error> {
        let scores: Vec<u64> =
            decision.candidates.iter().map(|candidate| candidate.score.to_bits()).collect();
        (decision, scores).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decision, D::Error> {
        let (mut decision, scores) = <(Decision, Vec<u64>)>::deserialize(from)?;
        for (candidate, bits) in decision.candidates.iter_mut().zip(scores) {
            candidate.score = f64::from_bits(bits);
        }
        Ok(decision)
    }
}

/// Saved data that contradicts itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Inconsistent {
    /// An item is in a queue that is not there, or refused by an agent who is not.
    #[error("item {0} names a queue or an agent that is not there")]
    Item(ConversationId),
    /// An offer is of an item or an agent that does not know of it.
    #[error("offer {0} is of an item or agent that does not know of it")]
    Offer(OfferId),
}

impl Domain {
    /// Its state, to go on with elsewhere. To be called between inputs, when all outputs are polled.
    pub fn save(&self) -> Saved {
        debug_assert!(self.outputs.is_empty(), "outputs are polled before a domain is saved");
        let queues: Vec<_> =
            self.queues.sorted(|queue| queue.id).into_iter().map(|slot| &self.queues[slot]).collect();
        let agents = self.agents.sorted(|agent| agent.id).into_iter().map(|slot| &self.agents[slot]);
        let items = self.items.sorted(|item| item.id).into_iter().map(|slot| &self.items[slot]);
        let offers =
            items.clone().filter_map(|item| item.offer).map(|id| (id, self.saved_offer(&self.offers[&id])));
        Saved {
            now: self.now.micros(),
            queues: queues.iter().filter_map(|queue| Some((queue.id, queue.rules.clone()?))).collect(),
            agents: agents.map(|agent| (agent.id, self.saved_agent(agent))).collect(),
            items: items.map(|item| (item.id, self.saved_item(item))).collect(),
            offers: offers.collect(),
            book: self.book.clone(),
            closed: queues.iter().filter(|queue| queue.closed).map(|queue| queue.id).collect(),
            measured: queues
                .iter()
                .filter(|queue| queue.measured != Measured::default())
                .map(|queue| (queue.id, queue.measured))
                .collect(),
        }
    }

    fn saved_agent(&self, agent: &Agent) -> SavedAgent {
        let work = agent.engaged.iter().filter_map(|engaged| {
            let stage = match engaged.stage {
                Stage::Alerting(_) => return None,
                Stage::Talk => SavedStage::Talk,
                Stage::WrapUp(ends) => SavedStage::WrapUp { until: ends.map(|(until, _)| until) },
            };
            Some((engaged.item, SavedWork { queue: engaged.queue, stage, kind: engaged.kind }))
        });
        let in_groups = agent.joined.iter().filter(|joined| joined.group != 0);
        SavedAgent {
            skills: self.skills.named(&agent.skills).into_iter().map(|s| (s.skill, s.level)).collect(),
            queues: agent.joined.iter().map(|joined| joined.id).collect(),
            capacity: agent.capacity,
            availability: agent.availability,
            communicating: agent.communicating,
            idle_since: agent.idle_since,
            offers: agent.offers().into_iter().collect(),
            work: work.collect(),
            status: agent.status,
            since: agent.since,
            groups: in_groups.map(|joined| (joined.id, joined.group)).collect(),
            utilization: agent.utilization.as_deref().cloned(),
        }
    }

    fn saved_item(&self, item: &Item) -> SavedItem {
        let Widening { taken, step, next } = item.widening;
        SavedItem {
            queue: self.queues[item.queue].id,
            priority: item.priority,
            arrival: item.arrival,
            key: item.key,
            skills: self.skills.named(&item.own),
            offer: item.offer,
            paused: item.paused.iter().map(|pause| (self.agents[pause.agent].id, pause.until)).collect(),
            asks: item.wishes.as_ref().map(|wishes| wishes.asks.clone()).unwrap_or_default(),
            widening: SavedWidening { taken, step, next: next.map(|(at, _)| at) },
        }
    }

    fn saved_offer(&self, offer: &Offer) -> SavedOffer {
        let item = &self.items[offer.item];
        SavedOffer {
            item: item.id,
            queue: self.queues[item.queue].id,
            agent: self.agents[offer.agent].id,
            expires_at: offer.expires_at,
            decision: offer.decision.clone(),
        }
    }

    /// The domain that was saved.
    ///
    /// # Errors
    /// When the data contradicts itself.
    pub fn restore(saved: Saved) -> Result<Self, Inconsistent> {
        let Saved { now, queues, agents, items, offers, book, closed, measured } = saved;
        let mut domain = Self::at(Timestamp::from_micros(now), book);
        domain.wheel.turn(domain.now);
        for (id, rules) in queues {
            let slot = domain.queue_slot(id);
            let skills = domain.skills.set(&rules.skills);
            let queue = &mut domain.queues[slot];
            (queue.rules, queue.skills) = (Some(rules), skills);
            queue.closed = closed.contains(&id);
            queue.measured = measured.get(&id).copied().unwrap_or_default();
        }
        let mut alerted = BTreeSet::new();
        for (id, agent) in agents {
            alerted.extend(agent.offers.iter().map(|offer| (*offer, id)));
            domain.restore_agent(id, agent);
        }
        for (id, item) in items {
            domain.restore_item(id, item)?;
        }
        for (id, offer) in offers {
            if !alerted.contains(&(id, offer.agent)) {
                return Err(Inconsistent::Offer(id));
            }
            domain.restore_offer(id, offer)?;
        }
        for slot in domain.agents.sorted(|agent| agent.id) {
            domain.refile(slot);
        }
        domain.matchable.clear();
        let items = domain.items.sorted(|item| item.id);
        let offered = items.into_iter().filter_map(|slot| domain.items[slot].offer);
        let known = alerted.into_iter().map(|(offer, _)| offer);
        match offered.chain(known).find(|offer| !domain.offers.contains_key(offer)) {
            Some(dangling) => Err(Inconsistent::Offer(dangling)),
            None => Ok(domain),
        }
    }

    fn restore_agent(&mut self, id: UserId, saved: SavedAgent) {
        let named =
            saved.skills.iter().map(|(skill, level)| SkillRequirement { skill: *skill, level: *level });
        let skills = self.skills.set(&named.collect::<Vec<_>>());
        let mut agent = Agent::new(id, saved.since);
        agent.skills = skills.clone();
        agent.capacity = saved.capacity;
        agent.utilization = saved.utilization.map(Box::new);
        agent.availability = saved.availability;
        agent.communicating = saved.communicating;
        agent.idle_since = saved.idle_since;
        agent.status = saved.status;
        for (item, SavedWork { queue, stage, kind }) in saved.work {
            let stage = match stage {
                SavedStage::Talk => Stage::Talk,
                SavedStage::WrapUp { until } => {
                    Stage::WrapUp(until.map(|until| (until, self.wheel.set(until, Due::WrapUp(id, item)))))
                }
            };
            agent.engaged.push(Engaged { item, queue, kind, stage });
        }
        let readiness = agent.readiness;
        let slot = self.agents.insert(id, agent);
        for engaged in self.agents[slot].engaged.clone() {
            self.works_on(slot, engaged.item);
        }
        for id in saved.queues {
            let queue = self.queue_slot(id);
            let group = saved.groups.get(&id).copied().unwrap_or(0);
            let user = self.agents[slot].id;
            self.queues[queue].members.insert(Member { user, agent: slot, group, readiness }, &skills);
            self.agents[slot].joined.push(Joined { id, queue, group, hint: 0 });
        }
    }

    fn restore_item(&mut self, id: ConversationId, saved: SavedItem) -> Result<(), Inconsistent> {
        let queue = self.queue(saved.queue).map_err(|_| Inconsistent::Item(id))?;
        let own = self.skills.set(&saved.skills);
        let wishes = self.wishes(id, saved.asks);
        let SavedWidening { taken, step, next } = saved.widening;
        let next = next.map(|at| (at, self.wheel.set(at, Due::Step(id))));
        let mut paused = Vec::new();
        for (user, until) in saved.paused {
            let agent = self.agents.slot(user).ok_or(Inconsistent::Item(id))?;
            paused.push(Pause { agent, until, timer: self.wheel.set(until, Due::Pause(id, user)) });
        }
        let item = Item {
            id,
            queue,
            priority: saved.priority,
            arrival: saved.arrival,
            key: saved.key,
            own,
            needs: Skills::NONE,
            demand: Skills::NONE,
            wishes,
            widening: Widening { taken, step, next },
            offer: saved.offer,
            paused,
            filed: Filed::Nowhere,
        };
        let slot = self.items.insert(id, item);
        let rank = self.items[slot].rank(slot);
        self.queues[queue].order.insert(rank);
        self.file(slot);
        Ok(())
    }

    fn restore_offer(&mut self, id: OfferId, saved: SavedOffer) -> Result<(), Inconsistent> {
        let item = self.items.slot(saved.item).filter(|slot| self.items[*slot].offer == Some(id));
        let agent = self.agents.slot(saved.agent);
        let (Some(slot), Some(agent)) = (item, agent) else { return Err(Inconsistent::Offer(id)) };
        let item = &self.items[slot];
        let queue = &mut self.queues[item.queue];
        queue.alerting += 1;
        let (kind, queue, stage) = (item.kind(), queue.id, Stage::Alerting(id));
        self.agents[agent].engaged.push(Engaged { item: item.id, queue, kind, stage });
        let timer = self.wheel.set(saved.expires_at, Due::Offer(id));
        let SavedOffer { expires_at, decision, .. } = saved;
        self.offers.insert(id, Offer { item: slot, agent, expires_at, timer, decision });
        Ok(())
    }
}
