//! Agents: who takes interactions, and what routing says of him.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId, api::RoutingStatus};

use crate::{Domain, OfferResult, Output, Refused, skills::Skills};

/// An agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Agent {
    pub(crate) skills: Skills,
    pub(crate) queues: BTreeSet<QueueId>,
    pub(crate) capacity: u8,
    pub(crate) availability: Availability,
    /// On a call outside the queues.
    pub(crate) communicating: bool,
    /// End of the last interaction handled; before the first one, when he first came on queue. Going off and on does not change it.
    pub(crate) idle_since: Option<Timestamp>,
    /// Offers that alert him.
    pub(crate) offers: BTreeSet<OfferId>,
    /// Items he talks about or wraps up.
    pub(crate) work: BTreeMap<ConversationId, Work>,
    /// The rank under which his queues file him as free; none while he has no room or is off routing.
    #[serde(skip)]
    pub(crate) filed: Option<AgentRank>,
    /// The status last told, and since when.
    pub(crate) status: RoutingStatus,
    pub(crate) since: Timestamp,
}

/// Whether an agent wants interactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Availability {
    Off,
    On,
    NotResponding,
}

/// What an agent does with an item he took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(crate) queue: QueueId,
    pub(crate) stage: Stage,
}

/// How far he is with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Stage {
    Talk,
    WrapUp { until: Option<Timestamp> },
}

/// The order of free agents: least loaded, then longest idle, then by id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct AgentRank {
    pub(crate) load: usize,
    pub(crate) idle_since: Timestamp,
    pub(crate) agent: UserId,
}

impl Agent {
    fn load(&self) -> usize {
        self.offers.len() + self.work.len()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.load() < usize::from(self.capacity)
    }

    pub(crate) fn rank(&self, id: UserId) -> Option<AgentRank> {
        let free = self.availability == Availability::On && !self.communicating && self.has_room();
        let idle_since = self.idle_since.filter(|_| free)?;
        Some(AgentRank { load: self.load(), idle_since, agent: id })
    }

    /// What he does counts before what he wants.
    fn status_now(&self) -> RoutingStatus {
        if self.work.values().any(|work| work.stage == Stage::Talk) {
            RoutingStatus::Interacting
        } else if !self.offers.is_empty() {
            RoutingStatus::Alerting
        } else if !self.work.is_empty() {
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
    pub(crate) fn set_agent(&mut self, id: UserId, skills: &Skills, queues: BTreeSet<QueueId>, capacity: u8) {
        self.unfile(id);
        let now = self.now;
        let agent = self.agents.entry(id).or_insert_with(|| Agent {
            skills: skills.clone(),
            queues: BTreeSet::new(),
            capacity,
            availability: Availability::Off,
            communicating: false,
            idle_since: None,
            offers: BTreeSet::new(),
            work: BTreeMap::new(),
            filed: None,
            status: RoutingStatus::OffQueue,
            since: now,
        });
        agent.skills = skills.clone();
        agent.queues = queues;
        agent.capacity = capacity;
        self.file(id);
    }

    pub(crate) fn agent_on(&mut self, id: UserId) -> Result<(), Refused> {
        let now = self.now;
        let agent = self.agents.get_mut(&id).ok_or(Refused::UnknownAgent(id))?;
        agent.availability = Availability::On;
        agent.idle_since.get_or_insert(now);
        self.refile(id);
        Ok(())
    }

    pub(crate) fn agent_off(&mut self, id: UserId) -> Result<(), Refused> {
        let agent = self.agents.get_mut(&id).ok_or(Refused::UnknownAgent(id))?;
        agent.availability = Availability::Off;
        for offer in agent.offers.clone() {
            let offer = self.close_offer(offer, OfferResult::Withdrawn);
            self.wait_again(offer.item);
        }
        self.refile(id);
        Ok(())
    }

    pub(crate) fn agent_communicating(&mut self, id: UserId, on: bool) -> Result<(), Refused> {
        self.agents.get_mut(&id).ok_or(Refused::UnknownAgent(id))?.communicating = on;
        self.refile(id);
        Ok(())
    }

    /// Takes an agent off routing until he comes on queue again.
    pub(crate) fn not_responding(&mut self, id: UserId) {
        let agent = self.agents.get_mut(&id).expect("an offer's agent is known");
        if agent.availability == Availability::On {
            agent.availability = Availability::NotResponding;
        }
        self.refile(id);
    }

    /// Files an agent anew after something about him changed.
    pub(crate) fn refile(&mut self, id: UserId) {
        self.unfile(id);
        self.file(id);
    }

    fn unfile(&mut self, id: UserId) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        for queue in &agent.queues {
            if let Some(queue) = self.queues.get_mut(queue) {
                queue.unfile(id, agent);
            }
        }
        agent.filed = None;
    }

    fn file(&mut self, id: UserId) {
        let agent = self.agents.get_mut(&id).expect("a filed agent is known");
        agent.filed = agent.rank(id);
        for queue in &agent.queues {
            if let Some(queue) = self.queues.get_mut(queue) {
                queue.file(id, agent);
            }
        }
        if agent.filed.is_some() {
            self.matchable.agents.insert(id);
        }
        self.touched.insert(id);
    }

    /// Tells the statuses that differ from those told before.
    pub(crate) fn tell_statuses(&mut self) {
        for id in std::mem::take(&mut self.touched) {
            let agent = self.agents.get_mut(&id).expect("a touched agent is known");
            let status = agent.status_now();
            if status != agent.status {
                (agent.status, agent.since) = (status, self.now);
                self.tell(Output::AgentStatus { agent: id, status, since: self.now });
            }
        }
    }
}
