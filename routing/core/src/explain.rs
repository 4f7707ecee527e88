//! Explanations: who could have had an item, and why others could not.

use std::borrow::Cow;

use tandem_proto::{
    ConversationId, Timestamp, UserId,
    api::{Candidate, Decision, Excluded, ExcludedCount},
};

use crate::{
    Domain,
    bits::positions,
    domain::Queue,
    items::Item,
    matching::Ranking,
    members::{self, Absence, Readiness},
};

/// Excluded members a decision names.
const EXCLUDED: usize = 20;

/// Members that are not eligible for one reason: how many, and the first of them.
#[derive(Debug, Default)]
pub(crate) struct Named {
    count: usize,
    first: Vec<UserId>,
}

impl Named {
    pub(crate) fn name(&mut self, user: UserId) {
        self.count += 1;
        if self.first.len() < EXCLUDED {
            self.first.push(user);
        }
    }
}

impl Domain {
    /// Why a waiting item waits, or why it alerts whom it alerts. None for an item that is not in a queue.
    pub fn explain(&self, now: Timestamp, id: ConversationId) -> Option<Decision> {
        let item = self.items.get(id)?;
        if let Some(offer) = item.offer {
            return Some(self.offers[&offer].decision.clone());
        }
        let queue = &self.queues[item.queue];
        let nobody = match (queue.closed, item.is_held(self.now)) {
            (true, _) => Some("queue_closed"),
            (false, true) => Some("held"),
            (false, false) => None,
        };
        let decision = match nobody {
            Some(reason) => {
                let mut told = Told::default();
                let members = queue.members.list();
                told.count(reason, members.len());
                told.name(reason, members.iter().map(|member| member.user));
                told.decision(self.now, item.key)
            }
            None => self.decision(item, queue, &self.rank_agents(item, queue)),
        };
        Some(Decision { at: now, ..decision })
    }

    pub(crate) fn decision(&self, item: &Item, queue: &Queue, ranking: &Ranking) -> Decision {
        let (members, asked) = (&queue.members, item.needs.count().max(1) as f64);
        let scales = members.scales(&item.needs);
        let candidates = ranking.first.iter().map(|ranked| Candidate {
            agent: ranked.user,
            score: f64::from(members::total(&scales, ranked.at)) / asked,
            idle_since: ranked.idle_since,
        });
        let candidates = candidates.collect();
        let eligible = u32::try_from(ranking.eligible).unwrap_or(u32::MAX);
        let told = self.excluded(item, queue, ranking);
        Decision { candidates, eligible, ..told.decision(self.now, item.key) }
    }

    /// Members that are not eligible: those who may not have just this item, those who lack a skill, those with other obstacles, then those
    /// who are not free.
    fn excluded(&self, item: &Item, queue: &Queue, ranking: &Ranking) -> Told {
        let members = &queue.members;
        let mut told = Told::default();
        let working = self.working.get(&item.id).map_or(&[][..], Vec::as_slice);
        let mut barred = Vec::new();
        for slot in working {
            barred.push(("has_it", self.agents[*slot].id));
        }
        let mut refused: Vec<_> =
            item.paused.iter().filter(|pause| !working.contains(&pause.agent)).collect();
        refused.sort_unstable_by_key(|pause| self.agents[pause.agent].id);
        barred.extend(refused.iter().map(|pause| ("declined_before", self.agents[pause.agent].id)));
        let covering = members.covering(&item.demand);
        let covers = |base: usize| {
            covering
                .as_ref()
                .map_or(0, |covering| covering.iter().fold(u64::MAX, |word, bits| word & bits.word(base)))
        };
        let mut unsuited = members.free_count() - ranking.suited;
        barred.retain(|(reason, user)| {
            let Ok(at) = members.position(*user) else { return false };
            let free = matches!(members.list()[at].readiness, Readiness::Free { .. });
            if free {
                unsuited -= usize::from(covers(at / 64) >> (at % 64) & 1 == 0);
                told.count(reason, 1);
                told.name(reason, [*user]);
            }
            free
        });
        told.count("missing_skill", unsuited);
        let words = members.list().len().div_ceil(64);
        let users = |word: &dyn Fn(usize) -> u64, told: &mut Told, reason: Option<&'static str>| {
            for at in (0..words).flat_map(|base| positions(base, word(base))) {
                let Some(member) = members.list().get(at) else { break };
                let reason = match (reason, member.readiness) {
                    (Some(reason), _) => reason,
                    (None, Readiness::Absent(why)) => why.name(),
                    (None, Readiness::Free { .. }) => continue,
                };
                if told.excluded.len() == EXCLUDED {
                    break;
                }
                if !barred.iter().any(|(_, user)| *user == member.user) {
                    told.name(reason, [member.user]);
                }
            }
        };
        if unsuited > 0 {
            users(&|base| members.free().word(base) & !covers(base), &mut told, Some("missing_skill"));
        }
        let no_room = ranking.no_room.count + members.absent(Absence::AtCapacity) as usize;
        told.count("at_capacity", no_room);
        told.name("at_capacity", ranking.no_room.first.iter().copied());
        for (reason, named) in
            [("group_not_open", &ranking.group_not_open), ("not_preferred", &ranking.not_preferred)]
        {
            told.count(reason, named.count);
            told.name(reason, named.first.iter().copied());
        }
        for why in Absence::ALL.into_iter().filter(|why| *why != Absence::AtCapacity) {
            told.count(why.name(), members.absent(why) as usize);
        }
        users(&|base| !members.free().word(base), &mut told, None);
        told
    }
}

/// Who is excluded, in the making.
#[derive(Debug, Default)]
struct Told {
    excluded: Vec<Excluded>,
    counts: Vec<ExcludedCount>,
}

impl Told {
    fn count(&mut self, reason: &'static str, members: usize) {
        let members = u32::try_from(members).unwrap_or(u32::MAX);
        match self.counts.iter_mut().find(|count| count.reason == reason) {
            Some(count) => count.members = count.members.saturating_add(members),
            None if members > 0 => self.counts.push(ExcludedCount { reason: Cow::Borrowed(reason), members }),
            None => {}
        }
    }

    fn name(&mut self, reason: &'static str, users: impl IntoIterator<Item = UserId>) {
        let room = EXCLUDED - self.excluded.len();
        let named =
            users.into_iter().take(room).map(|agent| Excluded { agent, reason: Cow::Borrowed(reason) });
        self.excluded.extend(named);
    }

    fn decision(self, at: Timestamp, key: i64) -> Decision {
        let Self { excluded, counts } = self;
        Decision { at, offer: None, agent: None, key, candidates: Vec::new(), eligible: 0, excluded, counts }
    }
}
