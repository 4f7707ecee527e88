//! Questions to a domain. None changes anything.

use std::collections::{BTreeMap, BTreeSet};

use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId};

use crate::{
    AgentState, Domain, Input, QueueState, Standing, WaitingItem, agents::Agent, items::Item, skills::Skills,
};

impl Domain {
    /// The place of a waiting or alerting item in its queue, 1 is next. Alerting items keep their place, so a place gets worse only when
    /// an item with a smaller key arrives. Counts what is ahead: linear in it.
    pub fn position(&self, id: ConversationId) -> Option<u32> {
        let item = self.items.get(&id)?;
        let ahead = self.queues[&item.queue].order.range(..item.rank).count();
        Some(u32::try_from(ahead + 1).unwrap_or(u32::MAX))
    }

    /// One agent.
    pub fn agent(&self, id: UserId) -> Option<AgentState> {
        self.agents.get(&id).map(|agent| self.agent_state(id, agent))
    }

    /// All agents, by id.
    pub fn agents(&self) -> Vec<AgentState> {
        self.agents.iter().map(|(id, agent)| self.agent_state(*id, agent)).collect()
    }

    /// All queues, by id.
    pub fn queues(&self) -> Vec<QueueState> {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let states = self.queues.iter().map(|(id, queue)| QueueState {
            queue: *id,
            rules: queue.rules.clone(),
            waiting: count(queue.waiting.len()),
            alerting: count(queue.order.len() - queue.waiting.len()),
            agents_free: count(queue.free.len()),
        });
        states.collect()
    }

    /// All waiting and alerting items, by id.
    pub fn items(&self) -> Vec<WaitingItem> {
        self.items.iter().map(|(id, item)| self.waiting_item(*id, item)).collect()
    }

    /// A queue's waiting and alerting items, in order.
    pub fn waiting(&self, queue: QueueId) -> Vec<WaitingItem> {
        let order = self.queues.get(&queue).into_iter().flat_map(|queue| &queue.order);
        order.map(|rank| self.waiting_item(rank.item, &self.items[&rank.item])).collect()
    }

    /// Where an item stands, and what became of `offer`.
    pub fn standing(&self, id: ConversationId, offer: Option<OfferId>) -> Standing {
        let alerting = self.items.get(&id).and_then(|item| item.offer);
        Standing {
            holder: self.holder(id),
            offer: alerting.map(|offer| (offer, self.offers[&offer].expires_at)),
            ended: offer.and_then(|offer| self.book.result(offer)),
        }
    }

    /// The offers that alert, with the moment each expires at.
    pub fn offers(&self) -> BTreeMap<OfferId, Timestamp> {
        self.offers.iter().map(|(id, offer)| (*id, offer.expires_at)).collect()
    }

    /// Whether a setting ([`Input::QueueSet`], [`Input::AgentSet`]) would change nothing.
    pub fn is_set(&self, setting: &Input) -> bool {
        match setting {
            Input::QueueSet { queue, rules } => {
                self.queues.get(queue).is_some_and(|queue| queue.rules == *rules)
            }
            Input::AgentSet { agent, skills, queues, capacity } => {
                self.agents.get(agent).is_some_and(|agent| {
                    agent.skills == Skills::new(skills)
                        && agent.queues == *queues
                        && agent.capacity == *capacity
                })
            }
            _ => false,
        }
    }

    /// Items agents talk about or wrap up, with those agents.
    pub fn working(&self) -> impl Iterator<Item = (ConversationId, UserId)> {
        self.working.iter().flat_map(|(item, agents)| agents.iter().map(|agent| (*item, *agent)))
    }

    /// Agents who are on a call outside the queues.
    pub fn communicating(&self) -> BTreeSet<UserId> {
        let busy = self.agents.iter().filter(|(_, agent)| agent.communicating);
        busy.map(|(id, _)| *id).collect()
    }

    /// How many agents and waiting or alerting items it holds: what copying it costs.
    pub fn size(&self) -> usize {
        self.agents.len() + self.items.len()
    }

    fn agent_state(&self, id: UserId, agent: &Agent) -> AgentState {
        let alerting = agent.offers.iter().map(|offer| self.offers[offer].item);
        AgentState {
            agent: id,
            status: agent.status,
            since: agent.since,
            idle_since: agent.idle_since,
            capacity: agent.capacity,
            queues: agent.queues.iter().copied().collect(),
            skills: agent.skills.named(),
            items: alerting.chain(agent.work.keys().copied()).collect(),
        }
    }

    fn waiting_item(&self, id: ConversationId, item: &Item) -> WaitingItem {
        let Item { queue, priority, arrival, rank, .. } = item;
        let holder = self.holder(id);
        WaitingItem { item: id, queue: *queue, key: rank.key, priority: *priority, arrival: *arrival, holder }
    }
}
