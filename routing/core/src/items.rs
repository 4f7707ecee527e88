//! Items: their stay in a queue, from arrival to leaving.

use std::collections::BTreeMap;

use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId};

use crate::{
    DECLINE_PAUSE, Domain, Holder, LeftReason, OfferResult, Output, Refused, agents::Stage, domain::Due,
    skills::Skills,
};

/// What a step of priority is worth, in milliseconds of waiting.
const PRIORITY_STEP_MS: i64 = 60_000;

/// A waiting or alerting item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) queue: QueueId,
    pub(crate) priority: i32,
    pub(crate) arrival: Timestamp,
    pub(crate) rank: ItemRank,
    /// What it asks for itself,
    pub(crate) own: Skills,
    /// and together with its queue.
    pub(crate) needs: Skills,
    /// The offer that alerts; none while it waits.
    pub(crate) offer: Option<OfferId>,
    /// Agents who are not offered it until then.
    pub(crate) paused: BTreeMap<UserId, Timestamp>,
}

/// The order of items: smallest key first, then by id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ItemRank {
    pub(crate) key: i64,
    pub(crate) item: ConversationId,
}

/// The ordering key: constant while the item waits, kept over re-offers.
fn key(arrival: Timestamp, priority: i32) -> i64 {
    arrival.millis().saturating_sub(PRIORITY_STEP_MS * i64::from(priority))
}

impl Domain {
    pub(crate) fn arrive(
        &mut self,
        id: ConversationId,
        queue_id: QueueId,
        priority: i32,
        own: &Skills,
        arrival: Timestamp,
    ) -> Result<(), Refused> {
        let holder = self.holder(id);
        if !matches!(holder, Holder::Gone | Holder::WrapUp(_)) {
            return Err(Refused::AlreadyHere { item: id, holder });
        }
        let queue = self.queues.get_mut(&queue_id).ok_or(Refused::UnknownQueue(queue_id))?;
        let rank = ItemRank { key: key(arrival, priority), item: id };
        let needs = queue.skills.and(own);
        queue.order.insert(rank);
        queue.waiting.insert(&needs, rank);
        let (offer, paused) = (None, BTreeMap::new());
        self.items.insert(
            id,
            Item { queue: queue_id, priority, arrival, rank, own: own.clone(), needs, offer, paused },
        );
        self.matchable.items.insert(id);
        self.tell(Output::Queued { item: id, queue: queue_id, key: rank.key, priority, skills: own.named() });
        Ok(())
    }

    pub(crate) fn reprioritise(&mut self, id: ConversationId, priority: i32) -> Result<(), Refused> {
        let holder = self.holder(id);
        let item = self.items.get_mut(&id).ok_or(Refused::NotQueued { item: id, holder })?;
        let rank = ItemRank { key: key(item.arrival, priority), item: id };
        let queue = self.queues.get_mut(&item.queue).expect("an item's queue is known");
        queue.order.remove(&item.rank);
        queue.order.insert(rank);
        if item.offer.is_none() {
            queue.waiting.remove(&item.needs, item.rank);
            queue.waiting.insert(&item.needs, rank);
        }
        (item.rank, item.priority) = (rank, priority);
        let queue = item.queue;
        self.tell(Output::Rekeyed { item: id, queue, key: rank.key, priority });
        Ok(())
    }

    /// Takes an item out of its queue; an offer of it is withdrawn.
    pub(crate) fn leave(&mut self, id: ConversationId, reason: LeftReason) -> Result<(), Refused> {
        let holder = self.holder(id);
        let item = self.items.get(&id).ok_or(Refused::NotQueued { item: id, holder })?;
        if let Some(offer) = item.offer {
            self.close_offer(offer, OfferResult::Withdrawn);
        } else {
            let queue = self.queues.get_mut(&item.queue).expect("an item's queue is known");
            queue.waiting.remove(&item.needs, item.rank);
        }
        self.forget(id, reason);
        Ok(())
    }

    /// The end of an item that is off the shelf and out of any offer.
    pub(crate) fn forget(&mut self, id: ConversationId, reason: LeftReason) {
        let item = self.items.remove(&id).expect("an item that leaves is known");
        self.queues.get_mut(&item.queue).expect("an item's queue is known").order.remove(&item.rank);
        for (agent, until) in item.paused {
            self.deadlines.remove(&(until, Due::Pause(id, agent)));
        }
        self.matchable.items.remove(&id);
        self.tell(Output::Left { item: id, queue: item.queue, reason });
    }

    /// Puts an item whose offer ended back on the shelf, where its key says.
    pub(crate) fn wait_again(&mut self, id: ConversationId) {
        let item = self.items.get_mut(&id).expect("an offer's item is known");
        item.offer = None;
        let queue = self.queues.get_mut(&item.queue).expect("an item's queue is known");
        queue.waiting.insert(&item.needs, item.rank);
        self.matchable.items.insert(id);
    }

    /// Keeps an item from an agent for [`DECLINE_PAUSE`].
    pub(crate) fn pause(&mut self, id: ConversationId, agent: UserId) {
        let until = self.now.plus(DECLINE_PAUSE);
        let item = self.items.get_mut(&id).expect("an offer's item is known");
        if let Some(before) = item.paused.insert(agent, until) {
            self.deadlines.remove(&(before, Due::Pause(id, agent)));
        }
        self.deadlines.insert((until, Due::Pause(id, agent)));
    }

    pub(crate) fn pause_over(&mut self, id: ConversationId, agent: UserId) {
        let item = self.items.get_mut(&id).expect("a pause ends with its item");
        item.paused.remove(&agent);
        if item.offer.is_none() {
            self.matchable.items.insert(id);
        }
    }

    /// Files a queue's waiting items anew after the queue asks for other skills; offers that alert stand.
    pub(crate) fn refile_waiting(&mut self, id: QueueId) {
        let queue = self.queues.get_mut(&id).expect("the queue was just set");
        for rank in &queue.order {
            let item = self.items.get_mut(&rank.item).expect("an item in the order is known");
            let needs = queue.skills.and(&item.own);
            if item.offer.is_none() {
                queue.waiting.remove(&item.needs, *rank);
                queue.waiting.insert(&needs, *rank);
            }
            item.needs = needs;
        }
    }

    /// Who has an item.
    pub fn holder(&self, id: ConversationId) -> Holder {
        if let Some(item) = self.items.get(&id) {
            return item.offer.map_or(Holder::Queue, |offer| Holder::Alerting(self.offers[&offer].agent));
        }
        let agents = self.working.get(&id).into_iter().flatten();
        agents.fold(Holder::Gone, |holder, agent| match self.agents[agent].work[&id].stage {
            Stage::Talk => Holder::Agent(*agent),
            Stage::WrapUp { .. } if matches!(holder, Holder::Agent(_)) => holder,
            Stage::WrapUp { .. } => Holder::WrapUp(*agent),
        })
    }
}
