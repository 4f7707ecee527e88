//! Offers: reservations of agents, from the making to the one way each ends; and the work that follows an accepted one.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, OfferId, Timestamp, UserId,
    api::{Decision, WrapUpMode},
};

use crate::{
    Domain, LeftReason, OfferResult, Output, Refused,
    agents::{Agent, Engaged, Stage},
    items::Item,
    table::Slot,
    wheel::{Due, Timer},
};

/// Ended offers that are remembered, so that a late answer learns what became of its item. It comes within seconds, and each is part of
/// every snapshot.
const REMEMBERED: usize = 1_024;

/// An offer that alerts.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) item: Slot<Item>,
    pub(crate) agent: Slot<Agent>,
    pub(crate) expires_at: Timestamp,
    pub(crate) timer: Timer,
    pub(crate) decision: Decision,
}

/// Numbers offers and remembers the last ended ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Book {
    pub(crate) epoch: u64,
    prefix: u64,
    made: u64,
    ended: BTreeMap<OfferId, (ConversationId, OfferResult)>,
    oldest: VecDeque<OfferId>,
}

impl Book {
    pub(crate) fn new(epoch: u64, seed: u64) -> Self {
        let prefix = scramble(seed ^ scramble(epoch));
        Self { epoch, prefix, made: 0, ended: BTreeMap::new(), oldest: VecDeque::new() }
    }

    /// Numbers the offers from here on anew. Those made before keep their ids.
    pub(crate) const fn begin(&mut self, epoch: u64, seed: u64) {
        (self.epoch, self.prefix, self.made) = (epoch, scramble(seed ^ scramble(epoch)), 0);
    }

    /// How an offer ended, of those remembered.
    pub(crate) fn result(&self, offer: OfferId) -> Option<OfferResult> {
        self.ended.get(&offer).map(|(_, result)| *result)
    }

    /// A UUID of version 8: domain and epoch in the upper half, a count in the lower.
    fn next_id(&mut self) -> OfferId {
        self.made += 1;
        let bits = (u128::from(self.prefix) << 64) | u128::from(self.made);
        OfferId::from_uuid(uuid::Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid())
    }

    fn remember(&mut self, offer: OfferId, item: ConversationId, result: OfferResult) {
        if self.oldest.len() == REMEMBERED
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.ended.remove(&oldest);
        }
        self.oldest.push_back(offer);
        self.ended.insert(offer, (item, result));
    }
}

/// The finaliser of SplitMix64: each input has its own output, and near inputs lie far apart.
const fn scramble(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Domain {
    /// Reserves the agent of `decision` for a waiting item.
    pub(crate) fn offer(&mut self, slot: Slot<Item>, agent: Slot<Agent>, mut decision: Decision) {
        let id = self.book.next_id();
        decision.offer = Some(id);
        decision.agent = Some(self.agents[agent].id);
        self.unfile(slot);
        let item = &mut self.items[slot];
        item.offer = Some(id);
        let (item_id, kind, queue) = (item.id, item.kind(), &mut self.queues[item.queue]);
        queue.alerting += 1;
        let queue_id = queue.id;
        let alert = queue.rules.as_ref().map(|rules| rules.alert).expect("an item's queue has rules");
        let expires_at = self.now.plus(alert);
        let timer = self.wheel.set(expires_at, Due::Offer(id));
        self.offers.insert(id, Offer { item: slot, agent, expires_at, timer, decision: decision.clone() });
        let stage = Stage::Alerting(id);
        self.agents[agent].engaged.push(Engaged { item: item_id, queue: queue_id, kind, stage });
        self.touch(agent);
        self.refile(agent);
        let agent = self.agents[agent].id;
        self.tell(Output::Offered { offer: id, item: item_id, queue: queue_id, agent, expires_at, decision });
    }

    /// Ends an offer and gives the agent's capacity back. The caller says what becomes of the item.
    pub(crate) fn close_offer(&mut self, id: OfferId, result: OfferResult) -> Offer {
        let offer = self.offers.remove(&id).expect("an offer to close alerts");
        // One that expired is off the wheel.
        if result != OfferResult::Expired {
            self.wheel.cancel(offer.timer);
        }
        let agent = &mut self.agents[offer.agent];
        agent.engaged.retain(|engaged| engaged.stage != Stage::Alerting(id));
        let (item, agent) = (&self.items[offer.item], agent.id);
        let queue = &mut self.queues[item.queue];
        queue.alerting -= 1;
        let (item, queue) = (item.id, queue.id);
        self.book.remember(id, item, result);
        self.touch(offer.agent);
        self.tell(Output::OfferEnded { offer: id, item, queue, agent, result });
        offer
    }

    fn must_alert(&self, id: OfferId) -> Result<(), Refused> {
        if self.offers.contains_key(&id) {
            return Ok(());
        }
        let (item, result) = *self.book.ended.get(&id).ok_or(Refused::UnknownOffer(id))?;
        Err(Refused::OfferOver { offer: id, result, item, holder: self.holder(item) })
    }

    pub(crate) fn accept(&mut self, id: OfferId) -> Result<(), Refused> {
        self.must_alert(id)?;
        let Offer { item, agent, .. } = self.close_offer(id, OfferResult::Accepted);
        let item = &mut self.items[item];
        item.offer = None;
        let (item, kind, queue) = (item.id, item.kind(), self.queues[item.queue].id);
        self.forget(item, LeftReason::Answered);
        self.agents[agent].engaged.push(Engaged { item, queue, kind, stage: Stage::Talk });
        self.works_on(agent, item);
        Ok(())
    }

    /// Notes that an agent talks about an item or wraps it up.
    pub(crate) fn works_on(&mut self, agent: Slot<Agent>, item: ConversationId) {
        let working = self.working.entry(item).or_default();
        let at = working.partition_point(|other| self.agents[*other].id < self.agents[agent].id);
        working.insert(at, agent);
    }

    pub(crate) fn decline(&mut self, id: OfferId) -> Result<(), Refused> {
        self.must_alert(id)?;
        let offer = self.close_offer(id, OfferResult::Declined);
        self.pause(offer.item, offer.agent);
        self.wait_again(offer.item);
        Ok(())
    }

    pub(crate) fn offer_failed(&mut self, id: OfferId, not_responding: bool) -> Result<(), Refused> {
        self.must_alert(id)?;
        let offer = self.close_offer(id, OfferResult::Failed);
        if not_responding {
            self.not_responding(offer.agent);
        } else {
            self.pause(offer.item, offer.agent);
        }
        self.wait_again(offer.item);
        Ok(())
    }

    pub(crate) fn offer_expired(&mut self, id: OfferId) {
        let offer = self.close_offer(id, OfferResult::Expired);
        self.not_responding(offer.agent);
        self.wait_again(offer.item);
    }

    /// Ends a talk; wrap-up by the policy the queue has now, none if the queue is gone.
    pub(crate) fn handling_ended(&mut self, item: ConversationId, id: UserId) -> Result<(), Refused> {
        let slot = self.agents.slot(id).ok_or(Refused::UnknownAgent(id))?;
        let work = self.agents[slot].work(item).map(|work| (work.stage, work.queue));
        let Some((Stage::Talk, queue)) = work else {
            return Err(Refused::NotHandling { item, agent: id, holder: self.holder(item) });
        };
        let until = match self
            .queue(queue)
            .ok()
            .and_then(|queue| self.queues[queue].rules.as_ref())
            .map(|r| r.wrap_up)
        {
            Some(policy) if policy.mode == WrapUpMode::Mandatory => None,
            Some(policy) if policy.mode == WrapUpMode::Timed && policy.seconds > 0 => {
                Some(self.now.plus(std::time::Duration::from_secs(policy.seconds.into())))
            }
            _ => {
                self.release(slot, item, false);
                return Ok(());
            }
        };
        let ends = until.map(|until| (until, self.wheel.set(until, Due::WrapUp(id, item))));
        if let Some(work) = self.agents[slot].work(item) {
            work.stage = Stage::WrapUp(ends);
        }
        self.touch(slot);
        self.tell(Output::WrapUpStarted { item, queue, agent: id, until });
        Ok(())
    }

    pub(crate) fn wrap_up_done(&mut self, item: ConversationId, id: UserId) -> Result<(), Refused> {
        let slot = self.agents.slot(id).ok_or(Refused::UnknownAgent(id))?;
        let Some(Stage::WrapUp(ends)) = self.agents[slot].work(item).map(|work| work.stage) else {
            return Err(Refused::NotInWrapUp { item, agent: id, holder: self.holder(item) });
        };
        if let Some((_, timer)) = ends {
            self.wheel.cancel(timer);
        }
        self.release(slot, item, false);
        Ok(())
    }

    pub(crate) fn wrap_up_over(&mut self, id: UserId, item: ConversationId) {
        let slot = self.agents.slot(id).expect("an agent with work is known");
        self.release(slot, item, true);
    }

    /// Gives the agent's capacity back after an interaction. From now on he has been idle.
    fn release(&mut self, slot: Slot<Agent>, item: ConversationId, timed_out: bool) {
        let agent = &mut self.agents[slot];
        let queue = agent.work(item).expect("work to release is there").queue;
        agent.engaged.retain(|engaged| engaged.item != item);
        agent.idle_since = Some(self.now);
        let agent = agent.id;
        let others = self.working.get_mut(&item).expect("work is indexed by item");
        others.retain(|other| *other != slot);
        if others.is_empty() {
            self.working.remove(&item);
        }
        self.touch(slot);
        self.tell(Output::Released { item, queue, agent, timed_out });
    }
}
