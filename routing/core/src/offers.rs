//! Offers: reservations of agents, from the making to the one way each ends; and the work that follows an accepted one.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{Decision, WrapUpMode},
};

use crate::{
    Domain, LeftReason, OfferResult, Output, Refused,
    agents::{Stage, Work},
    domain::Due,
};

/// Ended offers that are remembered, so that a late answer learns what became of its item. It comes within seconds, and each is part of
/// every snapshot.
const REMEMBERED: usize = 1_024;

/// An offer that alerts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) item: ConversationId,
    pub(crate) queue: QueueId,
    pub(crate) agent: UserId,
    pub(crate) expires_at: Timestamp,
    #[serde(with = "exact")]
    pub(crate) decision: Decision,
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
    pub(crate) fn offer(&mut self, id: ConversationId, agent: UserId, mut decision: Decision) {
        let offer = self.book.next_id();
        decision.offer = Some(offer);
        decision.agent = Some(agent);
        let item = self.items.get_mut(&id).expect("an item to offer waits");
        let queue_id = item.queue;
        let queue = self.queues.get_mut(&queue_id).expect("an item's queue is known");
        queue.waiting.remove(&item.needs, item.rank);
        item.offer = Some(offer);
        let expires_at = self.now.plus(queue.rules.alert);
        self.deadlines.insert((expires_at, Due::Offer(offer)));
        self.offers.insert(
            offer,
            Offer { item: id, queue: queue_id, agent, expires_at, decision: decision.clone() },
        );
        self.agents.get_mut(&agent).expect("an offer's agent is known").offers.insert(offer);
        self.refile(agent);
        self.tell(Output::Offered { offer, item: id, queue: queue_id, agent, expires_at, decision });
    }

    /// Ends an offer and gives the agent's capacity back. The caller says what becomes of the item.
    pub(crate) fn close_offer(&mut self, id: OfferId, result: OfferResult) -> Offer {
        let offer = self.offers.remove(&id).expect("an offer to close alerts");
        self.deadlines.remove(&(offer.expires_at, Due::Offer(id)));
        self.agents.get_mut(&offer.agent).expect("an offer's agent is known").offers.remove(&id);
        self.book.remember(id, offer.item, result);
        self.refile(offer.agent);
        let Offer { item, queue, agent, .. } = offer;
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
        let Offer { item, queue, agent, .. } = self.close_offer(id, OfferResult::Accepted);
        self.forget(item, LeftReason::Answered);
        let work = Work { queue, stage: Stage::Talk };
        self.agents.get_mut(&agent).expect("an offer's agent is known").work.insert(item, work);
        self.working.entry(item).or_default().insert(agent);
        self.refile(agent);
        Ok(())
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
        let work = self.work_of(item, id)?.filter(|work| work.stage == Stage::Talk);
        let Some(Work { queue, .. }) = work else {
            return Err(Refused::NotHandling { item, agent: id, holder: self.holder(item) });
        };
        let until = match self.queues.get(&queue).map(|queue| queue.rules.wrap_up) {
            Some(policy) if policy.mode == WrapUpMode::Mandatory => None,
            Some(policy) if policy.mode == WrapUpMode::Timed && policy.seconds > 0 => {
                Some(self.now.plus(std::time::Duration::from_secs(policy.seconds.into())))
            }
            _ => {
                self.release(id, item, false);
                return Ok(());
            }
        };
        if let Some(until) = until {
            self.deadlines.insert((until, Due::WrapUp(id, item)));
        }
        let agent = self.agents.get_mut(&id).expect("an agent with work is known");
        agent.work.insert(item, Work { queue, stage: Stage::WrapUp { until } });
        self.touched.insert(id);
        self.tell(Output::WrapUpStarted { item, queue, agent: id, until });
        Ok(())
    }

    pub(crate) fn wrap_up_done(&mut self, item: ConversationId, id: UserId) -> Result<(), Refused> {
        match self.work_of(item, id)?.map(|work| work.stage) {
            Some(Stage::WrapUp { until }) => {
                if let Some(until) = until {
                    self.deadlines.remove(&(until, Due::WrapUp(id, item)));
                }
                self.release(id, item, false);
                Ok(())
            }
            _ => Err(Refused::NotInWrapUp { item, agent: id, holder: self.holder(item) }),
        }
    }

    /// Gives the agent's capacity back after an interaction. From now on he has been idle.
    pub(crate) fn release(&mut self, id: UserId, item: ConversationId, timed_out: bool) {
        let agent = self.agents.get_mut(&id).expect("an agent with work is known");
        let Work { queue, .. } = agent.work.remove(&item).expect("work to release is there");
        agent.idle_since = Some(self.now);
        let others = self.working.get_mut(&item).expect("work is indexed by item");
        others.remove(&id);
        if others.is_empty() {
            self.working.remove(&item);
        }
        self.refile(id);
        self.tell(Output::Released { item, queue, agent: id, timed_out });
    }

    fn work_of(&self, item: ConversationId, id: UserId) -> Result<Option<Work>, Refused> {
        let agent = self.agents.get(&id).ok_or(Refused::UnknownAgent(id))?;
        Ok(agent.work.get(&item).copied())
    }
}
