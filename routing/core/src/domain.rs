//! The domain: what it holds, and how an input goes through it.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap, VecDeque},
};

use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId};

use crate::{
    Input, LeftReason, Measured, Output, QueueRules, Refused,
    agents::Agent,
    items::{Arrival, Item, ItemRank},
    members::Members,
    offers::{Book, Offer},
    skills::{SkillBook, Skills},
    table::{Slot, Table},
    waiting::Waiting,
    wheel::{Due, Wheel},
};

/// One org's queues, agents and items. See the crate's documentation for the contract.
///
/// A clone is an independent domain that goes on the same way.
#[derive(Clone, Debug)]
pub struct Domain {
    /// The latest moment seen; time never goes back in here.
    pub(crate) now: Timestamp,
    pub(crate) skills: SkillBook,
    /// Queues that are set, and those that are only named by members.
    pub(crate) queues: Table<QueueId, Queue>,
    pub(crate) agents: Table<UserId, Agent>,
    /// Waiting and alerting items.
    pub(crate) items: Table<ConversationId, Item>,
    /// Agents who talk about or wrap up an item, by id.
    pub(crate) working: HashMap<ConversationId, Vec<Slot<Agent>>>,
    /// Offers that alert.
    pub(crate) offers: HashMap<OfferId, Offer>,
    pub(crate) book: Book,
    pub(crate) wheel: Wheel,
    /// Items this input may have made matchable; empty between inputs.
    pub(crate) matchable: Vec<Slot<Item>>,
    /// Agents this input changed, each once; empty between inputs.
    pub(crate) touched: Vec<Slot<Agent>>,
    /// Possible matches still to be looked at; empty between inputs.
    pub(crate) frontier: BinaryHeap<Reverse<(ItemRank, Option<Slot<Agent>>)>>,
    pub(crate) outputs: VecDeque<Output>,
}

/// A queue with what waits in it and who could take it.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) id: QueueId,
    /// None while it is not set: then nothing waits in it.
    pub(crate) rules: Option<QueueRules>,
    /// What every item here asks for.
    pub(crate) skills: Skills,
    /// Nothing is offered from it.
    pub(crate) closed: bool,
    pub(crate) measured: Measured,
    /// Waiting and alerting items, in order.
    pub(crate) order: BTreeSet<ItemRank>,
    /// How many of them alert.
    pub(crate) alerting: usize,
    /// Waiting items by what they ask for, without those that are held or kept for some.
    pub(crate) waiting: Waiting,
    /// Agents it reaches.
    pub(crate) members: Members,
}

impl Queue {
    pub(crate) fn new(id: QueueId) -> Self {
        Self {
            id,
            rules: None,
            skills: Skills::NONE,
            closed: false,
            measured: Measured::default(),
            order: BTreeSet::new(),
            alerting: 0,
            waiting: Waiting::default(),
            members: Members::default(),
        }
    }
}

impl Domain {
    /// An empty domain. Offers it makes carry ids that follow from `epoch` and `offer_seed` alone, so no two domains may share both.
    pub fn new(epoch: u64, offer_seed: u64) -> Self {
        Self::at(Timestamp::from_micros(i64::MIN), Book::new(epoch, offer_seed))
    }

    pub(crate) fn at(now: Timestamp, book: Book) -> Self {
        Self {
            now,
            skills: SkillBook::default(),
            queues: Table::default(),
            agents: Table::default(),
            items: Table::default(),
            working: HashMap::new(),
            offers: HashMap::new(),
            book,
            wheel: Wheel::default(),
            matchable: Vec::new(),
            touched: Vec::new(),
            frontier: BinaryHeap::new(),
            outputs: VecDeque::new(),
        }
    }

    /// The epoch it is in.
    pub const fn epoch(&self) -> u64 {
        self.book.epoch
    }

    /// Goes on in another epoch: offers made from now on carry its ids, those that alert keep theirs.
    pub const fn begin_epoch(&mut self, epoch: u64, offer_seed: u64) {
        self.book.begin(epoch, offer_seed);
    }

    /// Takes an input that happened at `now`. First what was due by then is carried out (an offer can be accepted until just before its
    /// expiry), then the input, then everything that became matchable is matched. A `now` before the last one counts as the last one.
    ///
    /// # Errors
    /// When the input does not fit what is. Then only what was due changed something.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Result<(), Refused> {
        self.now = self.now.max(now);
        self.carry_out_due();
        let result = self.apply(input);
        self.settle();
        self.tell_statuses();
        result
    }

    /// What followed, oldest first.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When something is due next.
    pub const fn poll_timeout(&self) -> Option<Timestamp> {
        self.wheel.next()
    }

    fn apply(&mut self, input: Input) -> Result<(), Refused> {
        match input {
            Input::QueueSet { queue, rules } => self.set_queue(queue, rules),
            Input::QueueRemoved { queue } => return self.remove_queue(queue),
            Input::QueueClosed { queue, closed } => return self.close_queue(queue, closed),
            Input::QueueMeasured { queue, measured } => {
                let queue = self.queue(queue)?;
                self.queues[queue].measured = measured;
            }
            Input::AgentSet { agent, skills, queues, capacity } => {
                self.set_agent(agent, &skills, &queues, capacity);
            }
            Input::MemberSet { agent, queue, group } => return self.set_member(agent, queue, group),
            Input::UtilizationSet { agent, utilization } => return self.set_utilization(agent, utilization),
            Input::AgentOn { agent } => return self.agent_on(agent),
            Input::AgentOff { agent } => return self.agent_off(agent),
            Input::AgentCommunicating { agent, on } => return self.agent_communicating(agent, on),
            Input::Arrived { item, queue, priority, skills, arrival, asks } => {
                return self.arrive(Arrival { item, queue, priority, skills, arrival, asks });
            }
            Input::Changed { item, asks } => return self.change(item, asks),
            Input::Moved { item, queue } => return self.move_item(item, queue),
            Input::Reprioritised { item, priority } => return self.reprioritise(item, priority),
            Input::Abandoned { item } => return self.leave(item, LeftReason::Abandoned),
            Input::Removed { item } => return self.leave(item, LeftReason::Removed),
            Input::Accepted { offer } => return self.accept(offer),
            Input::Declined { offer } => return self.decline(offer),
            Input::OfferFailed { offer, not_responding } => return self.offer_failed(offer, not_responding),
            Input::HandlingEnded { item, agent } => return self.handling_ended(item, agent),
            Input::WrapUpDone { item, agent } => return self.wrap_up_done(item, agent),
            Input::Deadline => {}
        }
        Ok(())
    }

    fn carry_out_due(&mut self) {
        while let Some((at, due)) = self.wheel.pop(self.now) {
            match due {
                Due::Offer(offer) => self.offer_expired(offer),
                Due::WrapUp(agent, item) => self.wrap_up_over(agent, item),
                Due::Pause(item, agent) => self.pause_over(item, agent),
                Due::Step(item) => self.step_due(item, at),
                Due::Opens(item) => self.opened(item, at),
            }
        }
        self.wheel.turn(self.now);
    }

    pub(crate) fn tell(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    /// A queue that is set.
    pub(crate) fn queue(&self, id: QueueId) -> Result<Slot<Queue>, Refused> {
        let set = self.queues.slot(id).filter(|slot| self.queues[*slot].rules.is_some());
        set.ok_or(Refused::UnknownQueue(id))
    }

    /// A queue, set or only named.
    pub(crate) fn queue_slot(&mut self, id: QueueId) -> Slot<Queue> {
        self.queues.slot(id).unwrap_or_else(|| self.queues.insert(id, Queue::new(id)))
    }

    /// Forgets a queue that is neither set nor named.
    pub(crate) fn drop_if_unused(&mut self, slot: Slot<Queue>) {
        let queue = &self.queues[slot];
        if queue.rules.is_none() && queue.members.list().is_empty() {
            let id = queue.id;
            self.queues.remove(id);
        }
    }

    fn set_queue(&mut self, id: QueueId, rules: QueueRules) {
        let slot = self.queue_slot(id);
        let skills = self.skills.set(&rules.skills);
        let queue = &mut self.queues[slot];
        let steps_differ = queue.rules.as_ref().is_some_and(|before| before.steps != rules.steps);
        let same_evaluation =
            queue.rules.as_ref().is_some_and(|before| before.evaluation == rules.evaluation);
        if !steps_differ && same_evaluation && queue.skills == skills {
            queue.rules = Some(rules);
            return;
        }
        // Who waits is matched anew by what the queue asks for now.
        let waiting: Vec<_> = queue.order.iter().map(|rank| rank.slot).collect();
        for item in &waiting {
            self.unfile(*item);
        }
        let queue = &mut self.queues[slot];
        queue.rules = Some(rules);
        queue.skills = skills;
        for item in waiting {
            if steps_differ {
                self.widen_anew(item);
            }
            self.file(item);
        }
    }

    fn remove_queue(&mut self, id: QueueId) -> Result<(), Refused> {
        let slot = self.queue(id)?;
        for rank in self.queues[slot].order.clone() {
            self.leave(rank.item, LeftReason::Removed)?;
        }
        let queue = &mut self.queues[slot];
        (queue.rules, queue.closed, queue.measured) = (None, false, Measured::default());
        queue.skills = Skills::NONE;
        self.drop_if_unused(slot);
        Ok(())
    }

    fn close_queue(&mut self, id: QueueId, closed: bool) -> Result<(), Refused> {
        let slot = self.queue(id)?;
        self.queues[slot].closed = closed;
        if !closed {
            self.matchable.extend(self.queues[slot].order.iter().map(|rank| rank.slot));
        }
        Ok(())
    }
}
