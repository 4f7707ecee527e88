//! The domain: what it holds, and how an input goes through it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId};

use crate::{
    Input, Output, QueueRules, Refused,
    agents::{Agent, AgentRank},
    items::{Item, ItemRank},
    offers::{Book, Offer},
    shelf::Shelf,
    skills::Skills,
};

/// One org's queues, agents and items. See the crate's documentation for the contract.
///
/// A clone is an independent domain that goes on the same way.
#[derive(Clone, Debug)]
pub struct Domain {
    /// The latest moment seen; time never goes back in here.
    pub(crate) now: Timestamp,
    pub(crate) queues: BTreeMap<QueueId, Queue>,
    pub(crate) agents: BTreeMap<UserId, Agent>,
    /// Waiting and alerting items.
    pub(crate) items: BTreeMap<ConversationId, Item>,
    /// Agents who talk about or wrap up an item.
    pub(crate) working: BTreeMap<ConversationId, BTreeSet<UserId>>,
    /// Offers that alert.
    pub(crate) offers: BTreeMap<OfferId, Offer>,
    pub(crate) book: Book,
    pub(crate) deadlines: BTreeSet<(Timestamp, Due)>,
    /// What this input may have made matchable; empty between inputs.
    pub(crate) matchable: Matchable,
    /// Agents whose status may have changed; empty between inputs.
    pub(crate) touched: BTreeSet<UserId>,
    pub(crate) outputs: VecDeque<Output>,
}

/// A queue with what waits in it and who could take it.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) rules: QueueRules,
    /// What every item here asks for.
    pub(crate) skills: Skills,
    /// Waiting and alerting items, in order.
    pub(crate) order: BTreeSet<ItemRank>,
    /// Waiting items by what they ask for.
    pub(crate) waiting: Shelf<ItemRank>,
    /// Joined agents who have room, by what they can do.
    pub(crate) free: Shelf<AgentRank>,
    /// Joined agents who have none, or are off routing.
    pub(crate) absent: BTreeSet<UserId>,
}

/// What happens by itself at a moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Due {
    /// An offer expires.
    Offer(OfferId),
    /// A timed wrap-up ends.
    WrapUp(UserId, ConversationId),
    /// An agent may be offered an item again.
    Pause(ConversationId, UserId),
}

/// Items and agents among which a match may have become possible: every possible match has one of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matchable {
    pub(crate) items: BTreeSet<ConversationId>,
    pub(crate) agents: BTreeSet<UserId>,
}

impl Domain {
    /// An empty domain. Offers it makes carry ids that follow from `epoch` and `offer_seed` alone, so no two domains may share both.
    pub fn new(epoch: u64, offer_seed: u64) -> Self {
        Self {
            now: Timestamp::from_micros(i64::MIN),
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            items: BTreeMap::new(),
            working: BTreeMap::new(),
            offers: BTreeMap::new(),
            book: Book::new(epoch, offer_seed),
            deadlines: BTreeSet::new(),
            matchable: Matchable::default(),
            touched: BTreeSet::new(),
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
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    fn apply(&mut self, input: Input) -> Result<(), Refused> {
        match input {
            Input::QueueSet { queue, rules } => self.set_queue(queue, rules),
            Input::QueueRemoved { queue } => return self.remove_queue(queue),
            Input::AgentSet { agent, skills, queues, capacity } => {
                self.set_agent(agent, &Skills::new(&skills), queues, capacity);
            }
            Input::AgentOn { agent } => return self.agent_on(agent),
            Input::AgentOff { agent } => return self.agent_off(agent),
            Input::AgentCommunicating { agent, on } => return self.agent_communicating(agent, on),
            Input::Arrived { item, queue, priority, skills, arrival } => {
                return self.arrive(item, queue, priority, &Skills::new(&skills), arrival);
            }
            Input::Reprioritised { item, priority } => return self.reprioritise(item, priority),
            Input::Abandoned { item } => return self.leave(item, crate::LeftReason::Abandoned),
            Input::Removed { item } => return self.leave(item, crate::LeftReason::Removed),
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
        while let Some((at, due)) = self.deadlines.first().copied()
            && at <= self.now
        {
            self.deadlines.remove(&(at, due));
            match due {
                Due::Offer(offer) => self.offer_expired(offer),
                Due::WrapUp(agent, item) => self.release(agent, item, true),
                Due::Pause(item, agent) => self.pause_over(item, agent),
            }
        }
    }

    pub(crate) fn tell(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn set_queue(&mut self, id: QueueId, rules: QueueRules) {
        let skills = Skills::new(&rules.skills);
        if let Some(queue) = self.queues.get_mut(&id) {
            queue.rules = rules;
            if queue.skills != skills {
                queue.skills = skills;
                self.refile_waiting(id);
            }
        } else {
            let (order, waiting) = (BTreeSet::new(), Shelf::default());
            let mut queue =
                Queue { rules, skills, order, waiting, free: Shelf::default(), absent: BTreeSet::new() };
            for (agent_id, agent) in self.agents.iter().filter(|(_, agent)| agent.queues.contains(&id)) {
                queue.file(*agent_id, agent);
            }
            self.queues.insert(id, queue);
        }
        let free = self.queues[&id].free.groups().flat_map(|(_, group)| group).map(|rank| rank.agent);
        self.matchable.agents.extend(free);
    }

    fn remove_queue(&mut self, id: QueueId) -> Result<(), Refused> {
        let queue = self.queues.get(&id).ok_or(Refused::UnknownQueue(id))?;
        for rank in queue.order.clone() {
            self.leave(rank.item, crate::LeftReason::Removed)?;
        }
        self.queues.remove(&id);
        Ok(())
    }
}

impl Queue {
    /// Puts an agent where this queue finds him.
    pub(crate) fn file(&mut self, id: UserId, agent: &Agent) {
        match agent.filed {
            Some(rank) => self.free.insert(&agent.skills, rank),
            None => {
                self.absent.insert(id);
            }
        }
    }

    /// Takes an agent from where [`Self::file`] put him.
    pub(crate) fn unfile(&mut self, id: UserId, agent: &Agent) {
        match agent.filed {
            Some(rank) => self.free.remove(&agent.skills, rank),
            None => {
                self.absent.remove(&id);
            }
        }
    }
}
