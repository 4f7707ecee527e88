//! Questions to a domain. None changes anything.

use std::collections::{BTreeMap, BTreeSet};

use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId};

use crate::{
    AgentState, Domain, Input, QueueState, Standing, WaitingItem,
    agents::{Agent, Stage},
    items::Item,
};

impl Domain {
    /// The place of a waiting or alerting item in its queue, 1 is next. Alerting items keep their place, so a place gets worse only when
    /// an item with a smaller key arrives. Counts what is ahead: linear in it.
    pub fn position(&self, id: ConversationId) -> Option<u32> {
        let slot = self.items.slot(id)?;
        let item = &self.items[slot];
        let ahead = self.queues[item.queue].order.range(..item.rank(slot)).count();
        Some(u32::try_from(ahead + 1).unwrap_or(u32::MAX))
    }

    /// One agent.
    pub fn agent(&self, id: UserId) -> Option<AgentState> {
        self.agents.get(id).map(|agent| self.agent_state(agent))
    }

    /// All agents, by id.
    pub fn agents(&self) -> Vec<AgentState> {
        let slots = self.agents.sorted(|agent| agent.id);
        slots.into_iter().map(|slot| self.agent_state(&self.agents[slot])).collect()
    }

    /// All queues, by id.
    pub fn queues(&self) -> Vec<QueueState> {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let queues = self.queues.sorted(|queue| queue.id).into_iter().map(|slot| &self.queues[slot]);
        let states = queues.filter_map(|queue| {
            Some(QueueState {
                queue: queue.id,
                rules: queue.rules.clone()?,
                waiting: count(queue.order.len() - queue.alerting),
                alerting: count(queue.alerting),
                agents_free: count(queue.members.free_count()),
            })
        });
        states.collect()
    }

    /// All waiting and alerting items, by id.
    pub fn items(&self) -> Vec<WaitingItem> {
        self.items
            .sorted(|item| item.id)
            .into_iter()
            .map(|slot| self.waiting_item(&self.items[slot]))
            .collect()
    }

    /// A queue's waiting and alerting items, in order.
    pub fn waiting(&self, queue: QueueId) -> Vec<WaitingItem> {
        let order = self.queues.get(queue).into_iter().flat_map(|queue| &queue.order);
        order.map(|rank| self.waiting_item(&self.items[rank.slot])).collect()
    }

    /// Where an item stands, and what became of `offer`.
    pub fn standing(&self, id: ConversationId, offer: Option<OfferId>) -> Standing {
        let alerting = self.items.get(id).and_then(|item| item.offer);
        Standing {
            holder: self.holder(id),
            offer: alerting.map(|offer| (offer, self.offers[&offer].expires_at)),
            ended: offer.and_then(|offer| self.book.result(offer)),
        }
    }

    /// The offers that alert, with the moment each expires at.
    pub fn offers(&self) -> BTreeMap<OfferId, Timestamp> {
        let agents = self.agents.sorted(|agent| agent.id);
        let offers = agents.into_iter().flat_map(|slot| self.agents[slot].offers());
        offers.map(|offer| (offer, self.offers[&offer].expires_at)).collect()
    }

    /// Whether a setting ([`Input::QueueSet`], [`Input::AgentSet`]) would change nothing.
    pub fn is_set(&self, setting: &Input) -> bool {
        match setting {
            Input::QueueSet { queue, rules } => {
                self.queues.get(*queue).is_some_and(|queue| queue.rules.as_ref() == Some(rules))
            }
            Input::AgentSet { agent, skills, queues, capacity } => {
                self.agents.get(*agent).is_some_and(|agent| {
                    self.skills.known(skills).is_some_and(|skills| agent.skills == skills)
                        && agent.joined.iter().map(|joined| joined.id).eq(queues.iter().copied())
                        && agent.capacity == *capacity
                })
            }
            _ => false,
        }
    }

    /// Items agents talk about or wrap up, with those agents; by agent.
    pub fn working(&self) -> impl Iterator<Item = (ConversationId, UserId)> {
        let agents = self.agents.sorted(|agent| agent.id).into_iter().map(|slot| &self.agents[slot]);
        agents.flat_map(|agent| agent.taken().into_iter().map(|item| (item, agent.id)))
    }

    /// Agents who are on a call outside the queues.
    pub fn communicating(&self) -> BTreeSet<UserId> {
        let agents = self.agents.sorted(|agent| agent.id).into_iter().map(|slot| &self.agents[slot]);
        agents.filter(|agent| agent.communicating).map(|agent| agent.id).collect()
    }

    /// How many agents and waiting or alerting items it holds: what copying it costs.
    pub fn size(&self) -> usize {
        self.agents.len() + self.items.len()
    }

    fn agent_state(&self, agent: &Agent) -> AgentState {
        let alerting = agent.offers().into_iter().map(|offer| self.items[self.offers[&offer].item].id);
        AgentState {
            agent: agent.id,
            status: agent.status,
            since: agent.since,
            idle_since: agent.idle_since,
            capacity: agent.capacity,
            queues: agent.joined.iter().map(|joined| joined.id).collect(),
            skills: self.skills.named(&agent.skills),
            items: alerting.chain(agent.taken()).collect(),
        }
    }

    fn waiting_item(&self, item: &Item) -> WaitingItem {
        WaitingItem {
            item: item.id,
            queue: self.queues[item.queue].id,
            key: item.key,
            priority: item.priority,
            arrival: item.arrival,
            holder: self.holder(item.id),
        }
    }
}

impl Agent {
    /// Items he talks about or wraps up, by id.
    fn taken(&self) -> Vec<ConversationId> {
        let taken = self.engaged.iter().filter(|engaged| !matches!(engaged.stage, Stage::Alerting(_)));
        let mut taken: Vec<_> = taken.map(|engaged| engaged.item).collect();
        taken.sort_unstable();
        taken
    }
}
