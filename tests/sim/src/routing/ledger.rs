//! What must hold of any run, seen from the inputs and outputs alone.

use std::collections::{BTreeMap, BTreeSet};

use tandem_proto::{ConversationId, OfferId, QueueId, UserId, api::SkillRequirement};
use tandem_routing::{Input, LeftReason, OfferResult, Output, WaitingItem};

/// Books every item, offer and agent, and refuses what does not add up.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    capacity: BTreeMap<UserId, usize>,
    arrivals: BTreeMap<ConversationId, i64>,
    /// Items that asked for more than skills, and queues whose search ever widened: there the key alone does not say who goes first.
    with_wishes: BTreeSet<ConversationId>,
    with_steps: BTreeSet<QueueId>,
    stays: BTreeMap<ConversationId, Stay>,
    offers: BTreeMap<OfferId, (ConversationId, UserId)>,
    used_ids: BTreeSet<OfferId>,
    accepted: Option<(ConversationId, UserId)>,
    work: BTreeSet<(ConversationId, UserId)>,
    /// Queued, left, answered, released.
    counts: [u64; 4],
}

#[derive(Clone, Debug)]
struct Stay {
    queue: QueueId,
    key: i64,
    skills: Vec<SkillRequirement>,
    offer: Option<OfferId>,
    refused_by: BTreeSet<UserId>,
}

impl Ledger {
    /// Notes an input that was taken.
    pub fn taken(&mut self, input: &Input) {
        match input {
            Input::AgentSet { agent, capacity, .. } => {
                self.capacity.insert(*agent, usize::from(*capacity));
            }
            Input::Arrived { item, arrival, asks, .. } => {
                self.arrivals.insert(*item, arrival.millis());
                if !asks.is_plain() {
                    self.with_wishes.insert(*item);
                }
            }
            // Who refused an item does not get it back in another queue either; a stay there knows nothing of it.
            Input::Changed { item, .. } | Input::Moved { item, .. } => {
                self.with_wishes.insert(*item);
            }
            Input::QueueSet { queue, rules } if !rules.steps.is_empty() => {
                self.with_steps.insert(*queue);
            }
            _ => {}
        }
    }

    /// Books an output.
    ///
    /// # Errors
    /// When it contradicts what was booked before.
    pub fn book(&mut self, output: &Output) -> Result<(), String> {
        match output {
            Output::Queued { item, queue, key, priority, skills } => {
                self.counts[0] += 1;
                ensure(
                    *key == self.arrivals[item] - 60_000 * i64::from(*priority),
                    "a key that is not the rule's",
                )?;
                let (skills, offer, refused_by) = (skills.clone(), None, BTreeSet::new());
                let stay = Stay { queue: *queue, key: *key, skills, offer, refused_by };
                ensure(self.stays.insert(*item, stay).is_none(), "an item is queued twice")
            }
            Output::Rekeyed { item, key, priority, .. } => {
                ensure(
                    *key == self.arrivals[item] - 60_000 * i64::from(*priority),
                    "a key that is not the rule's",
                )?;
                self.stay(*item)?.key = *key;
                Ok(())
            }
            Output::Offered { offer, item, agent, decision, .. } => {
                self.offered(*offer, *item, *agent, decision.key)
            }
            Output::OfferEnded { offer, item, agent, result, .. } => {
                ensure(
                    self.offers.remove(offer) == Some((*item, *agent)),
                    "an offer ends that does not alert",
                )?;
                let stay = self.stay(*item)?;
                ensure(stay.offer.take() == Some(*offer), "an item's offer is another")?;
                match result {
                    OfferResult::Accepted => self.accepted = Some((*item, *agent)),
                    OfferResult::Declined | OfferResult::Failed => {
                        stay.refused_by.insert(*agent);
                    }
                    OfferResult::Expired | OfferResult::Withdrawn => {}
                }
                Ok(())
            }
            Output::Left { item, reason, .. } => {
                let stay = self.stays.remove(item).ok_or("an item leaves that is in no queue")?;
                ensure(stay.offer.is_none(), "an item leaves while it alerts")?;
                self.counts[1] += 1;
                let accepted = self.accepted.take().filter(|(accepted, _)| accepted == item);
                ensure(
                    accepted.is_some() == (*reason == LeftReason::Answered),
                    "an answer without its agent",
                )?;
                if let Some(work) = accepted {
                    self.counts[2] += 1;
                    ensure(self.work.insert(work), "an agent takes an item twice")?;
                }
                Ok(())
            }
            Output::WrapUpStarted { item, agent, .. } => {
                ensure(self.work.contains(&(*item, *agent)), "a wrap-up without a talk")
            }
            Output::Released { item, agent, .. } => {
                self.counts[3] += 1;
                ensure(self.work.remove(&(*item, *agent)), "a release without work")
            }
            Output::AgentStatus { .. } => Ok(()),
        }
    }

    /// Compares with what the domain says is in its queues, and sums up.
    ///
    /// # Errors
    /// When something is lost or there twice.
    pub fn balance(&self, items: &[WaitingItem]) -> Result<(), String> {
        let there: Vec<_> = items.iter().map(|item| (item.item, item.key, item.queue)).collect();
        let booked: Vec<_> = self.stays.iter().map(|(item, stay)| (*item, stay.key, stay.queue)).collect();
        ensure(there == booked, "the items in queues are not those booked")?;
        let [queued, left, answered, released] = self.counts;
        ensure(queued == left + booked.len() as u64, "queued = left + there")?;
        ensure(answered == released + self.work.len() as u64, "answered = released + with agents")
    }

    fn stay(&mut self, item: ConversationId) -> Result<&mut Stay, String> {
        self.stays.get_mut(&item).ok_or_else(|| "an item that is in no queue".to_owned())
    }

    fn offered(
        &mut self,
        offer: OfferId,
        item: ConversationId,
        agent: UserId,
        key: i64,
    ) -> Result<(), String> {
        ensure(self.used_ids.insert(offer), "an offer's id is used twice")?;
        let offers = self.offers.values().filter(|(_, other)| *other == agent).count();
        let load = offers + self.work.iter().filter(|(_, other)| *other == agent).count();
        ensure(load < self.capacity[&agent], "an agent is offered more than he has room for")?;
        let stay = self.stay(item)?;
        ensure(stay.offer.is_none(), "an item is offered to two")?;
        ensure(stay.key == key, "a decision with another key")?;
        stay.offer = Some(offer);
        let taken = stay.clone();
        self.offers.insert(offer, (item, agent));
        let overtaken = self.stays.iter().find(|(other, stay)| {
            let by_key = !self.with_wishes.contains(other) && !self.with_wishes.contains(&item);
            let by_key = by_key && !self.with_steps.contains(&taken.queue);
            let alike =
                by_key && stay.queue == taken.queue && stay.skills == taken.skills && stay.offer.is_none();
            let open = !stay.refused_by.contains(&agent) && !self.work.contains(&(**other, agent));
            alike && open && (stay.key, **other) < (taken.key, item)
        });
        ensure(overtaken.is_none(), "an item is overtaken by one that asks for the same")
    }
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
