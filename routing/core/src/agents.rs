//! Agents: who takes interactions, and what routing says of him.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{RoutingStatus, SkillRequirement},
};

use crate::{
    Domain, OfferResult, Output, Refused, Utilization,
    domain::Queue,
    items::ItemRank,
    media::{Kind, Kinds},
    members::{Absence, Member, Readiness},
    skills::Skills,
    table::Slot,
    wheel::Timer,
};

/// An agent.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) id: UserId,
    pub(crate) skills: Skills,
    /// Queues that reach him, by id.
    pub(crate) joined: Vec<Joined>,
    pub(crate) capacity: u8,
    pub(crate) utilization: Option<Box<Utilization>>,
    pub(crate) availability: Availability,
    /// On a call outside the queues.
    pub(crate) communicating: bool,
    /// End of the last interaction handled; before the first one, when he first came on queue. Going off and on does not change it.
    pub(crate) idle_since: Option<Timestamp>,
    /// Items that alert him, that he talks about or wraps up, in no order; each once.
    pub(crate) engaged: Vec<Engaged>,
    /// Waiting items that are kept for him and others.
    pub(crate) kept: BTreeSet<ItemRank>,
    /// What his queues know of him.
    pub(crate) readiness: Readiness,
    /// The status last told, and since when.
    pub(crate) status: RoutingStatus,
    pub(crate) since: Timestamp,
    /// Something about him changed in this input.
    pub(crate) touched: bool,
}

/// A queue that reaches an agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Joined {
    pub(crate) id: QueueId,
    pub(crate) queue: Slot<Queue>,
    pub(crate) group: u8,
    /// His position among its members when it was last looked up.
    pub(crate) hint: u32,
}

/// Whether an agent wants interactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Availability {
    Off,
    On,
    NotResponding,
}

/// An item an agent has, or is offered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Engaged {
    pub(crate) item: ConversationId,
    pub(crate) queue: QueueId,
    pub(crate) kind: Kind,
    pub(crate) stage: Stage,
}

/// How far he is with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    Alerting(OfferId),
    Talk,
    WrapUp(Option<(Timestamp, Timer)>),
}

impl Agent {
    pub(crate) fn new(id: UserId, now: Timestamp) -> Self {
        Self {
            id,
            skills: Skills::NONE,
            joined: Vec::new(),
            capacity: 0,
            utilization: None,
            availability: Availability::Off,
            communicating: false,
            idle_since: None,
            engaged: Vec::new(),
            kept: BTreeSet::new(),
            readiness: Readiness::Absent(Absence::OffQueue),
            status: RoutingStatus::OffQueue,
            since: now,
            touched: false,
        }
    }

    /// Offers that alert him, by id.
    pub(crate) fn offers(&self) -> Vec<OfferId> {
        let mut offers: Vec<_> = self
            .engaged
            .iter()
            .filter_map(|engaged| match engaged.stage {
                Stage::Alerting(offer) => Some(offer),
                Stage::Talk | Stage::WrapUp(_) => None,
            })
            .collect();
        offers.sort_unstable();
        offers
    }

    pub(crate) fn has(&self, item: ConversationId) -> bool {
        self.engaged.iter().any(|engaged| engaged.item == item)
    }

    /// How far he is with an item he took.
    pub(crate) fn work(&mut self, item: ConversationId) -> Option<&mut Engaged> {
        let took =
            |engaged: &&mut Engaged| engaged.item == item && !matches!(engaged.stage, Stage::Alerting(_));
        self.engaged.iter_mut().find(took)
    }

    pub(crate) fn joined(&self, queue: Slot<Queue>) -> Option<&Joined> {
        self.joined.iter().find(|joined| joined.queue == queue)
    }

    pub(crate) fn ready(&self) -> Readiness {
        match (self.availability, self.idle_since) {
            (Availability::Off, _) | (_, None) => Readiness::Absent(Absence::OffQueue),
            (Availability::NotResponding, _) => Readiness::Absent(Absence::NotResponding),
            (Availability::On, _) if self.communicating => Readiness::Absent(Absence::Communicating),
            (Availability::On, Some(idle_since)) => {
                let room = self.room();
                if room.is_empty() {
                    Readiness::Absent(Absence::AtCapacity)
                } else {
                    let load = u16::try_from(self.engaged.len()).unwrap_or(u16::MAX);
                    Readiness::Free { load, idle_since, room }
                }
            }
        }
    }

    fn room(&self) -> Kinds {
        if self.engaged.len() >= usize::from(self.capacity) {
            return Kinds::NONE;
        }
        self.utilization.as_ref().map_or(Kinds::ALL, |utilization| {
            let has: Vec<Kind> = self.engaged.iter().map(|engaged| engaged.kind).collect();
            utilization.room(&has)
        })
    }

    /// What he does counts before what he wants.
    fn status_now(&self) -> RoutingStatus {
        let any = |wanted: fn(Stage) -> bool| self.engaged.iter().any(|engaged| wanted(engaged.stage));
        if any(|stage| stage == Stage::Talk) {
            RoutingStatus::Interacting
        } else if any(|stage| matches!(stage, Stage::Alerting(_))) {
            RoutingStatus::Alerting
        } else if !self.engaged.is_empty() {
            RoutingStatus::WrapUp
        } else {
            match self.availability {
                Availability::Off => RoutingStatus::OffQueue,
                Availability::NotResponding => RoutingStatus::NotResponding,
                Availability::On if self.communicating => RoutingStatus::Communicating,
                Availability::On => RoutingStatus::Idle,
            }
        }
    }
}

impl Domain {
    pub(crate) fn set_agent(
        &mut self,
        id: UserId,
        skills: &[SkillRequirement],
        queues: &BTreeSet<QueueId>,
        capacity: u8,
    ) {
        let skills = self.skills.set(skills);
        let slot = self.agents.slot(id).unwrap_or_else(|| self.agents.insert(id, Agent::new(id, self.now)));
        let agent = &self.agents[slot];
        let groups: BTreeMap<QueueId, u8> = queues
            .iter()
            .map(|queue| (*queue, agent.joined.iter().find(|j| j.id == *queue).map_or(0, |j| j.group)))
            .collect();
        self.agents[slot].capacity = capacity;
        self.join(slot, skills, &groups);
    }

    /// Gives an agent skills and queues with his group in each.
    fn join(&mut self, slot: Slot<Agent>, skills: Skills, groups: &BTreeMap<QueueId, u8>) {
        let agent = &mut self.agents[slot];
        let (user, readiness) = (agent.id, agent.readiness);
        let same_skills = agent.skills == skills;
        let before = std::mem::take(&mut agent.joined);
        agent.skills = skills.clone();
        let stays = |joined: &Joined| same_skills && groups.get(&joined.id) == Some(&joined.group);
        for joined in before.iter().filter(|joined| !stays(joined)) {
            self.queues[joined.queue].members.remove(user);
        }
        let mut joined: Vec<Joined> = before.iter().filter(|joined| stays(joined)).copied().collect();
        for (id, group) in groups {
            if !before.iter().any(|joined| joined.id == *id && stays(joined)) {
                let queue = self.queue_slot(*id);
                let member = Member { user, agent: slot, group: *group, readiness };
                self.queues[queue].members.insert(member, &skills);
                joined.push(Joined { id: *id, queue, group: *group, hint: 0 });
            }
        }
        joined.sort_unstable_by_key(|joined| joined.id);
        self.agents[slot].joined = joined;
        self.touch(slot);
        for joined in before {
            self.drop_if_unused(joined.queue);
        }
    }

    pub(crate) fn set_member(
        &mut self,
        id: UserId,
        queue: QueueId,
        group: Option<u8>,
    ) -> Result<(), Refused> {
        let slot = self.agents.slot(id).ok_or(Refused::UnknownAgent(id))?;
        let agent = &self.agents[slot];
        let mut groups: BTreeMap<QueueId, u8> = agent.joined.iter().map(|j| (j.id, j.group)).collect();
        match group {
            Some(group) => groups.insert(queue, group.min(MOST_GROUPS)),
            None => groups.remove(&queue),
        };
        let skills = agent.skills.clone();
        self.join(slot, skills, &groups);
        Ok(())
    }

    pub(crate) fn set_utilization(
        &mut self,
        id: UserId,
        utilization: Option<Utilization>,
    ) -> Result<(), Refused> {
        let slot = self.agents.slot(id).ok_or(Refused::UnknownAgent(id))?;
        self.agents[slot].utilization = utilization.map(Box::new);
        self.touch(slot);
        Ok(())
    }

    pub(crate) fn agent_on(&mut self, id: UserId) -> Result<(), Refused> {
        let now = self.now;
        let slot = self.agents.slot(id).ok_or(Refused::UnknownAgent(id))?;
        let agent = &mut self.agents[slot];
        agent.availability = Availability::On;
        agent.idle_since.get_or_insert(now);
        self.touch(slot);
        Ok(())
    }

    pub(crate) fn agent_off(&mut self, id: UserId) -> Result<(), Refused> {
        let slot = self.agents.slot(id).ok_or(Refused::UnknownAgent(id))?;
        self.agents[slot].availability = Availability::Off;
        for offer in self.agents[slot].offers() {
            let offer = self.close_offer(offer, OfferResult::Withdrawn);
            self.wait_again(offer.item);
        }
        self.touch(slot);
        Ok(())
    }

    pub(crate) fn agent_communicating(&mut self, id: UserId, on: bool) -> Result<(), Refused> {
        let slot = self.agents.slot(id).ok_or(Refused::UnknownAgent(id))?;
        self.agents[slot].communicating = on;
        self.touch(slot);
        Ok(())
    }

    /// Takes an agent off routing until he comes on queue again.
    pub(crate) fn not_responding(&mut self, slot: Slot<Agent>) {
        let agent = &mut self.agents[slot];
        if agent.availability == Availability::On {
            agent.availability = Availability::NotResponding;
        }
        self.touch(slot);
    }

    /// Notes that something about an agent changed.
    pub(crate) fn touch(&mut self, slot: Slot<Agent>) {
        let agent = &mut self.agents[slot];
        if !agent.touched {
            agent.touched = true;
            self.touched.push(slot);
        }
    }

    /// Tells an agent's queues how ready he is.
    pub(crate) fn refile(&mut self, slot: Slot<Agent>) {
        let agent = &mut self.agents[slot];
        let readiness = agent.ready();
        if agent.readiness == readiness {
            return;
        }
        agent.readiness = readiness;
        for joined in &mut agent.joined {
            let members = &mut self.queues[joined.queue].members;
            let at = members.set(agent.id, joined.hint as usize, readiness);
            joined.hint = u32::try_from(at).unwrap_or(u32::MAX);
        }
    }

    /// Tells the statuses that differ from those told before.
    pub(crate) fn tell_statuses(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        if touched.len() > 1 {
            touched.sort_unstable_by_key(|slot| self.agents[*slot].id);
        }
        for slot in touched.drain(..) {
            let agent = &mut self.agents[slot];
            agent.touched = false;
            let status = agent.status_now();
            if status != agent.status {
                (agent.status, agent.since) = (status, self.now);
                let agent = agent.id;
                self.tell(Output::AgentStatus { agent, status, since: self.now });
            }
        }
        // Its memory is used again.
        self.touched = touched;
    }
}

/// The last group there is: that of the last step.
const MOST_GROUPS: u8 = 5;
