//! Matching: which item goes next, to whom, and why.

use std::{cmp::Reverse, collections::BTreeSet};

use tandem_proto::{
    ConversationId, Timestamp, UserId,
    api::{Candidate, Decision, Evaluation, Excluded},
};

use crate::{
    Domain,
    agents::{Agent, AgentRank, Availability},
    domain::Queue,
    items::{Item, ItemRank},
    skills::Skills,
};

/// Candidates a decision names.
const CANDIDATES: usize = 10;
/// Excluded members a decision names.
const EXCLUDED: usize = 20;

/// Where an eligible agent stands for an item: highest total of levels if the queue goes by it, then the agents' own order.
type Standing = (Reverse<u32>, AgentRank);

impl Domain {
    /// Makes every offer that is possible: among the waiting items with an eligible agent the first by rank, to the best agent, and again.
    ///
    /// Only what this input touched can have become matchable, so a frontier of the touched items and of each touched agent's first item
    /// holds the first possible match. Making an offer takes an item and some capacity away and makes nothing else matchable; an entry
    /// gone stale stands for a later one and is looked up anew.
    pub(crate) fn settle(&mut self) {
        let mut frontier: BTreeSet<(ItemRank, Option<UserId>)> = BTreeSet::new();
        for id in std::mem::take(&mut self.matchable.items) {
            let item = self.items.get(&id).filter(|item| item.offer.is_none());
            frontier.extend(item.map(|item| (item.rank, None)));
        }
        for agent in std::mem::take(&mut self.matchable.agents) {
            frontier.extend(self.first_item_for(agent).map(|rank| (rank, Some(agent))));
        }
        while let Some((rank, found_by)) = frontier.pop_first() {
            if self.items.get(&rank.item).is_some_and(|item| item.offer.is_none())
                && let Some((agent, decision)) = self.decide(rank.item)
            {
                self.offer(rank.item, agent, decision);
                frontier.extend(self.first_item_for(agent).map(|rank| (rank, Some(agent))));
            }
            if let Some(agent) = found_by {
                frontier.extend(self.first_item_for(agent).map(|rank| (rank, Some(agent))));
            }
        }
        // Offers file their agents anew; what they could take is settled above.
        self.matchable.agents.clear();
    }

    /// The first waiting item, over all his queues, that an agent may be offered.
    fn first_item_for(&self, id: UserId) -> Option<ItemRank> {
        let agent = self.agents.get(&id).filter(|agent| agent.filed.is_some())?;
        let mut first: Option<ItemRank> = None;
        for queue in agent.queues.iter().filter_map(|queue| self.queues.get(queue)) {
            for (head, needs) in queue.waiting.heads() {
                if first.is_some_and(|first| first < head) {
                    break;
                }
                if queue.suits(&agent.skills, needs) {
                    let open = queue.waiting.group(needs).find(|rank| self.may_have(id, agent, rank.item));
                    first = first.into_iter().chain(open).min();
                }
            }
        }
        first
    }

    fn may_have(&self, id: UserId, agent: &Agent, item: ConversationId) -> bool {
        !agent.work.contains_key(&item) && !self.items[&item].paused.contains_key(&id)
    }

    /// The best agent for a waiting item, with the explanation; none if nobody is eligible.
    fn decide(&self, id: ConversationId) -> Option<(UserId, Decision)> {
        let item = &self.items[&id];
        let queue = &self.queues[&item.queue];
        if queue.free.len() == 0 {
            return None;
        }
        let ranked = self.rank_agents(item, queue);
        let best = ranked.first()?.1.agent;
        Some((best, self.decision(item, queue, &ranked)))
    }

    /// Why a waiting item waits, or why it alerts whom it alerts. None for an item that is not in a queue.
    pub fn explain(&self, now: Timestamp, id: ConversationId) -> Option<Decision> {
        let item = self.items.get(&id)?;
        Some(match item.offer {
            Some(offer) => self.offers[&offer].decision.clone(),
            None => {
                let queue = &self.queues[&item.queue];
                Decision { at: now, ..self.decision(item, queue, &self.rank_agents(item, queue)) }
            }
        })
    }

    fn decision(&self, item: &Item, queue: &Queue, ranked: &[Standing]) -> Decision {
        let asked = item.needs.count().max(1) as f64;
        let candidates = ranked.iter().map(|(_, rank)| {
            let total = self.agents[&rank.agent].skills.total_over(&item.needs);
            Candidate { agent: rank.agent, score: f64::from(total) / asked, idle_since: rank.idle_since }
        });
        let suiting = queue.free.groups().filter(|(skills, _)| queue.suits(skills, &item.needs));
        let free: usize = suiting.map(|(_, group)| group.len()).sum();
        let barred = self.barred(item).filter(|(_, agent, _)| queue.suits(&agent.skills, &item.needs));
        Decision {
            at: self.now,
            offer: None,
            agent: None,
            key: item.rank.key,
            candidates: candidates.collect(),
            eligible: u32::try_from(free - barred.count()).unwrap_or(u32::MAX),
            excluded: self.excluded(item, queue),
        }
    }

    /// The eligible agents that stand first, at most [`CANDIDATES`], in order.
    fn rank_agents(&self, item: &Item, queue: &Queue) -> Vec<Standing> {
        let mut first: Vec<Standing> = Vec::with_capacity(CANDIDATES + 1);
        for (skills, group) in queue.free.groups() {
            if !queue.suits(skills, &item.needs) {
                continue;
            }
            let total = match queue.rules.evaluation {
                Evaluation::BestAvailable => skills.total_over(&item.needs),
                Evaluation::AllSkills | Evaluation::DisregardSkills => 0,
            };
            for rank in group {
                let standing = (Reverse(total), *rank);
                if first.len() == CANDIDATES && first.last().is_some_and(|last| *last < standing) {
                    break;
                }
                if self.may_have(rank.agent, &self.agents[&rank.agent], item.rank.item) {
                    let at = first.partition_point(|other| *other < standing);
                    first.insert(at, standing);
                    first.truncate(CANDIDATES);
                }
            }
        }
        first
    }

    /// Free members who may not have just this item, with the reason.
    fn barred<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = (UserId, &'a Agent, &'static str)> {
        let working = self.working.get(&item.rank.item).into_iter().flatten();
        let has_it = working.clone().map(|agent| (*agent, "has_it"));
        let paused = item.paused.keys().filter(move |agent| !working.clone().any(|other| other == *agent));
        has_it.chain(paused.map(|agent| (*agent, "declined_before"))).filter_map(|(id, reason)| {
            let agent = &self.agents[&id];
            (agent.filed.is_some() && agent.queues.contains(&item.queue)).then_some((id, agent, reason))
        })
    }

    /// Members that are not eligible: those who may not have this item, those who lack a skill, then those who are not free.
    fn excluded(&self, item: &Item, queue: &Queue) -> Vec<Excluded> {
        let barred: Vec<_> =
            self.barred(item).map(|(agent, _, reason)| (agent, reason)).take(EXCLUDED).collect();
        let unsuited = queue.free.groups().filter(|(skills, _)| !queue.suits(skills, &item.needs));
        let unskilled = unsuited
            .flat_map(|(_, group)| group)
            .filter(|rank| !barred.iter().any(|(agent, _)| *agent == rank.agent))
            .map(|rank| (rank.agent, "missing_skill"));
        let absent = queue.absent.iter().map(|agent| (*agent, self.agents[agent].absence()));
        let all = barred.iter().copied().chain(unskilled).chain(absent).take(EXCLUDED);
        all.map(|(agent, reason)| Excluded { agent, reason: reason.to_owned() }).collect()
    }
}

impl Queue {
    /// Whether skills are enough for what an item asks for.
    fn suits(&self, has: &Skills, needs: &Skills) -> bool {
        self.rules.evaluation == Evaluation::DisregardSkills || has.cover(needs)
    }
}

impl Agent {
    /// Why he is not free.
    fn absence(&self) -> &'static str {
        match self.availability {
            Availability::Off => "off_queue",
            Availability::NotResponding => "not_responding",
            Availability::On if self.communicating => "communicating",
            Availability::On => "at_capacity",
        }
    }
}
