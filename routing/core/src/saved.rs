//! A domain as plain data, to go on with in another process.
//!
//! Only what cannot be told from the rest is saved; orders, shelves and deadlines are made anew, so that they cannot contradict it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId, api::SkillRequirement};

use crate::{
    Domain, QueueRules,
    agents::{Agent, Stage},
    domain::{Due, Matchable, Queue},
    items::{Item, ItemRank},
    offers::{Book, Offer},
    shelf::Shelf,
    skills::Skills,
};

/// A domain between two inputs, all outputs polled. [`Domain::restore`] gives one that goes on the same way, to the last id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// In microseconds: before the first input it lies outside what a timestamp's text can say.
    now: i64,
    queues: BTreeMap<QueueId, QueueRules>,
    agents: BTreeMap<UserId, Agent>,
    items: BTreeMap<ConversationId, SavedItem>,
    offers: BTreeMap<OfferId, Offer>,
    book: Book,
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
}

/// Saved data that contradicts itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Inconsistent {
    /// An item is in a queue that is not there.
    #[error("item {0} is in a queue that is not there")]
    Item(ConversationId),
    /// An offer is of an item or an agent that does not know of it.
    #[error("offer {0} is of an item or agent that does not know of it")]
    Offer(OfferId),
}

impl Domain {
    /// Its state, to go on with elsewhere. To be called between inputs, when all outputs are polled.
    pub fn save(&self) -> Saved {
        debug_assert!(self.outputs.is_empty(), "outputs are polled before a domain is saved");
        let item = |(id, item): (&ConversationId, &Item)| {
            let Item { queue, priority, arrival, rank, own, needs: _, offer, paused } = item;
            let saved = SavedItem {
                queue: *queue,
                priority: *priority,
                arrival: *arrival,
                key: rank.key,
                skills: own.named(),
                offer: *offer,
                paused: paused.clone(),
            };
            (*id, saved)
        };
        Saved {
            now: self.now.micros(),
            queues: self.queues.iter().map(|(id, queue)| (*id, queue.rules.clone())).collect(),
            agents: self.agents.clone(),
            items: self.items.iter().map(item).collect(),
            offers: self.offers.clone(),
            book: self.book.clone(),
        }
    }

    /// The domain that was saved.
    ///
    /// # Errors
    /// When the data contradicts itself.
    pub fn restore(saved: Saved) -> Result<Self, Inconsistent> {
        let Saved { now, queues, agents, items, offers, book } = saved;
        let mut domain = Self {
            now: Timestamp::from_micros(now),
            queues: queues.into_iter().map(|(id, rules)| (id, empty(rules))).collect(),
            agents: BTreeMap::new(),
            items: BTreeMap::new(),
            working: BTreeMap::new(),
            offers: BTreeMap::new(),
            book,
            deadlines: BTreeSet::new(),
            matchable: Matchable::default(),
            touched: BTreeSet::new(),
            outputs: VecDeque::new(),
        };
        for (id, agent) in agents {
            domain.restore_agent(id, agent);
        }
        for (id, item) in items {
            domain.restore_item(id, item)?;
        }
        for (id, offer) in offers {
            domain.restore_offer(id, offer)?;
        }
        let offered = domain.items.values().filter_map(|item| item.offer);
        let alerted = domain.agents.values().flat_map(|agent| agent.offers.iter().copied());
        match offered.chain(alerted).find(|offer| !domain.offers.contains_key(offer)) {
            Some(dangling) => Err(Inconsistent::Offer(dangling)),
            None => Ok(domain),
        }
    }

    fn restore_agent(&mut self, id: UserId, mut agent: Agent) {
        for (item, work) in &agent.work {
            self.working.entry(*item).or_default().insert(id);
            if let Stage::WrapUp { until: Some(until) } = work.stage {
                self.deadlines.insert((until, Due::WrapUp(id, *item)));
            }
        }
        agent.filed = agent.rank(id);
        for queue in &agent.queues {
            if let Some(queue) = self.queues.get_mut(queue) {
                queue.file(id, &agent);
            }
        }
        self.agents.insert(id, agent);
    }

    fn restore_item(&mut self, id: ConversationId, saved: SavedItem) -> Result<(), Inconsistent> {
        let SavedItem { queue: queue_id, priority, arrival, key, skills, offer, paused } = saved;
        let queue = self.queues.get_mut(&queue_id).ok_or(Inconsistent::Item(id))?;
        let (rank, own) = (ItemRank { key, item: id }, Skills::new(&skills));
        let needs = queue.skills.and(&own);
        queue.order.insert(rank);
        if offer.is_none() {
            queue.waiting.insert(&needs, rank);
        }
        self.deadlines.extend(paused.iter().map(|(agent, until)| (*until, Due::Pause(id, *agent))));
        self.items.insert(id, Item { queue: queue_id, priority, arrival, rank, own, needs, offer, paused });
        Ok(())
    }

    fn restore_offer(&mut self, id: OfferId, offer: Offer) -> Result<(), Inconsistent> {
        let of_item = self.items.get(&offer.item).is_some_and(|item| item.offer == Some(id));
        let of_agent = self.agents.get(&offer.agent).is_some_and(|agent| agent.offers.contains(&id));
        if !of_item || !of_agent {
            return Err(Inconsistent::Offer(id));
        }
        self.deadlines.insert((offer.expires_at, Due::Offer(id)));
        self.offers.insert(id, offer);
        Ok(())
    }
}

fn empty(rules: QueueRules) -> Queue {
    let skills = Skills::new(&rules.skills);
    let (order, waiting, free, absent) =
        (BTreeSet::new(), Shelf::default(), Shelf::default(), BTreeSet::new());
    Queue { rules, skills, order, waiting, free, absent }
}
