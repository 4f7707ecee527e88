//! Matching: which item goes next, and to whom.

use std::cmp::Reverse;

use tandem_proto::{Timestamp, UserId, api::Evaluation};

use crate::{
    Domain,
    agents::Agent,
    bits::positions,
    domain::Queue,
    explain::Named,
    items::{Item, ItemRank},
    members::{self, Member, Readiness},
    table::Slot,
    waiting::Seeker,
};

/// Eligible agents a decision names.
pub(crate) const CANDIDATES: usize = 10;

/// An eligible agent, and where he stands: highest preference, highest total of levels if the queue goes by it, least loaded, longest
/// idle, then by id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Ranked {
    preference: Reverse<u8>,
    total: Reverse<u32>,
    load: u16,
    pub(crate) idle_since: Timestamp,
    pub(crate) user: UserId,
    pub(crate) agent: Slot<Agent>,
    /// His position in the queue.
    pub(crate) at: usize,
}

/// Who could have an item, and among those with its skills, who could not.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    /// The eligible agents that stand first, at most [`CANDIDATES`], in order.
    pub(crate) first: Vec<Ranked>,
    pub(crate) eligible: usize,
    /// Free members with the skills.
    pub(crate) suited: usize,
    /// Of these, who has no room for its kind,
    pub(crate) no_room: Named,
    /// whom its search has not come to,
    pub(crate) group_not_open: Named,
    /// and for whom it is not kept.
    pub(crate) not_preferred: Named,
}

impl Domain {
    /// Makes every offer that is possible: among the waiting items with an eligible agent the first by rank, to the best agent, and again.
    ///
    /// Only what this input touched can have become matchable, so a frontier of the touched items and of each touched agent's first item
    /// holds the first possible match. Making an offer takes an item and some capacity away and makes nothing else matchable; an entry
    /// gone stale stands for a later one and is looked up anew.
    pub(crate) fn settle(&mut self) {
        for at in 0..self.touched.len() {
            self.refile(self.touched[at]);
        }
        while let Some(slot) = self.matchable.pop() {
            if let Some(item) = self.items.row(slot).filter(|item| item.offer.is_none()) {
                self.frontier.push(Reverse((item.rank(slot), None)));
            }
        }
        for at in 0..self.touched.len() {
            self.look_for(self.touched[at]);
        }
        while let Some(Reverse((rank, found_by))) = self.frontier.pop() {
            let waits =
                self.items.row(rank.slot).is_some_and(|item| item.id == rank.item && item.offer.is_none());
            let taken = if waits { self.decide(rank.slot) } else { None };
            if let Some(agent) = taken {
                self.look_for(agent);
            }
            if let Some(agent) = found_by.filter(|agent| Some(*agent) != taken) {
                self.look_for(agent);
            }
        }
    }

    /// Puts an agent's first item on the frontier.
    fn look_for(&mut self, agent: Slot<Agent>) {
        if let Some(rank) = self.first_item_for(agent) {
            self.frontier.push(Reverse((rank, Some(agent))));
        }
    }

    /// The first waiting item, over all his queues, that an agent may be offered.
    fn first_item_for(&self, slot: Slot<Agent>) -> Option<ItemRank> {
        let agent = &self.agents[slot];
        let Readiness::Free { room, .. } = agent.readiness else { return None };
        let may = |rank: ItemRank| !agent.has(rank.item) && !self.items[rank.slot].pauses(slot);
        let mut first: Option<ItemRank> = None;
        for joined in &agent.joined {
            let queue = &self.queues[joined.queue];
            if !queue.closed && queue.waiting.len() > 0 {
                let seeker = Seeker { room, group: joined.group, skills: &agent.skills };
                queue.waiting.find(seeker, &mut first, &may);
            }
        }
        let kept = agent.kept.iter().take_while(|rank| first.is_none_or(|first| **rank < first));
        let kept = kept.copied().find(|rank| {
            let item = &self.items[rank.slot];
            let reached = agent.joined(item.queue).is_some_and(|joined| item.class().opens(joined.group));
            reached
                && !self.queues[item.queue].closed
                && room.has(item.kind().number())
                && agent.skills.cover(&item.demand)
                && may(*rank)
        });
        kept.or(first)
    }

    /// Offers a waiting item to its best agent, with the explanation; answers who that is, if anybody is eligible.
    fn decide(&mut self, slot: Slot<Item>) -> Option<Slot<Agent>> {
        let item = &self.items[slot];
        let queue = &self.queues[item.queue];
        if queue.members.free_count() == 0 || queue.closed || item.is_held(self.now) {
            return None;
        }
        let ranking = self.rank_agents(item, queue);
        let best = ranking.first.first()?.agent;
        let decision = self.decision(item, queue, &ranking);
        self.offer(slot, best, decision);
        Some(best)
    }

    /// Who could have an item that is neither held nor in a closed queue.
    pub(crate) fn rank_agents(&self, item: &Item, queue: &Queue) -> Ranking {
        let mut ranking = Ranking::default();
        let members = &queue.members;
        let Some(covering) = members.covering(&item.demand) else { return ranking };
        let by_level =
            queue.rules.as_ref().is_some_and(|rules| rules.evaluation == Evaluation::BestAvailable);
        let scales = if by_level { members.scales(&item.needs) } else { Vec::new() };
        let (kind, class, kept, barred) =
            (item.kind().number(), item.class(), item.is_kept(self.now), self.barred(item));
        for base in 0..members.list().len().div_ceil(64) {
            let word = covering.iter().fold(members.free().word(base), |word, bits| word & bits.word(base));
            ranking.suited += word.count_ones() as usize;
            for at in positions(base, word) {
                let Member { user, agent, group, readiness } = members.list()[at];
                let Readiness::Free { load, idle_since, room } = readiness else { continue };
                let score = item
                    .preferred()
                    .iter()
                    .find(|(preferred, _)| *preferred == agent)
                    .map(|(_, score)| *score);
                if barred.contains(&agent) {
                } else if !room.has(kind) {
                    ranking.no_room.name(user);
                } else if !class.opens(group) {
                    ranking.group_not_open.name(user);
                } else if kept && score.is_none() {
                    ranking.not_preferred.name(user);
                } else {
                    ranking.eligible += 1;
                    // Anybody else's score is one less than the lowest there is.
                    let preference = Reverse(score.map_or(0, |score| score + 1));
                    let total = Reverse(members::total(&scales, at));
                    ranking.place(Ranked { preference, total, load, idle_since, user, agent, at });
                }
            }
        }
        ranking
    }

    /// Who may not have just this item: who has it, and who refused it. In no order.
    fn barred(&self, item: &Item) -> Vec<Slot<Agent>> {
        let working = self.working.get(&item.id).into_iter().flatten().copied();
        working.chain(item.paused.iter().map(|pause| pause.agent)).collect()
    }
}

impl Ranking {
    fn place(&mut self, ranked: Ranked) {
        if self.first.len() == CANDIDATES {
            if self.first.last().is_some_and(|last| *last < ranked) {
                return;
            }
            self.first.pop();
        }
        if self.first.capacity() == 0 {
            self.first.reserve_exact(CANDIDATES);
        }
        let at = self.first.partition_point(|other| *other < ranked);
        self.first.insert(at, ranked);
    }
}
