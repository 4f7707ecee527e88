//! A made-up site, the same for every run.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use tandem_proto::{
    ConversationId, OfferId, QueueId, SkillId, Timestamp, UserId,
    api::{Evaluation, SkillRequirement, WrapUpMode, WrapUpPolicy},
};
use tandem_routing::{Domain, Input, Output, QueueRules};
use uuid::Uuid;

/// Queues that reach an agent.
const QUEUES_PER_AGENT: usize = 5;
/// Skills an agent has.
const SKILLS_PER_AGENT: usize = 4;

/// How big a site is.
pub(crate) struct Size {
    pub(crate) agents: usize,
    pub(crate) queues: usize,
    pub(crate) skills: usize,
    pub(crate) waiting: usize,
}

/// A domain with everything a workload needs to go on.
pub(crate) struct Floor {
    domain: Domain,
    now: Timestamp,
    random: u64,
    agents: Vec<UserId>,
    queues: Vec<QueueId>,
    skills: Vec<SkillId>,
    arrived: u64,
    offers: Vec<OfferId>,
    talks: VecDeque<(ConversationId, UserId)>,
    waiting: Vec<ConversationId>,
}

impl Floor {
    /// All queues and agents, nobody on yet.
    pub(crate) fn new(size: &Size) -> Self {
        let ids = |kind: u64, n: usize| (0..n as u64).map(move |n| Uuid::from_u64_pair(kind, n));
        let mut floor = Self {
            domain: Domain::new(1, 1),
            now: Timestamp::from_micros(1_700_000_000_000_000),
            random: 1,
            agents: ids(1, size.agents).map(UserId::from_uuid).collect(),
            queues: ids(2, size.queues).map(QueueId::from_uuid).collect(),
            skills: ids(3, size.skills).map(SkillId::from_uuid).collect(),
            arrived: 0,
            offers: vec![],
            talks: VecDeque::new(),
            waiting: vec![],
        };
        let evaluations = [Evaluation::AllSkills, Evaluation::BestAvailable];
        for (n, queue) in floor.queues.clone().into_iter().enumerate() {
            let wrap_up = WrapUpPolicy { mode: WrapUpMode::Optional, seconds: 0 };
            let (alert, evaluation) = (Duration::from_secs(3_600), evaluations[n % 2]);
            floor.handle(Input::QueueSet {
                queue,
                rules: QueueRules { alert, wrap_up, evaluation, skills: vec![] },
            });
        }
        for agent in floor.agents.clone() {
            let queues: BTreeSet<QueueId> = (0..QUEUES_PER_AGENT).map(|_| floor.pick_queue()).collect();
            // Teams: a few sets of skills, as sites have them, rather than one per agent.
            let team = floor.below(size.skills);
            let skills = (0..SKILLS_PER_AGENT).map(|n| {
                let level = u8::try_from(n + 1).unwrap_or(5);
                SkillRequirement { skill: floor.skills[(team + n) % size.skills], level }
            });
            let skills = skills.collect();
            floor.handle(Input::AgentSet { agent, skills, queues, capacity: 1 });
        }
        floor
    }

    pub(crate) fn agents_on(&mut self) {
        for agent in self.agents.clone() {
            self.handle(Input::AgentOn { agent });
        }
    }

    /// An item arrives; how long the domain took, and how many offers it made.
    pub(crate) fn arrival(&mut self) -> (Duration, usize) {
        self.arrived += 1;
        let item = ConversationId::from_uuid(Uuid::from_u64_pair(4, self.arrived));
        let queue = self.pick_queue();
        let asks = self.below(2);
        let level = u8::try_from(self.below(3)).unwrap_or(0);
        let at = self.below(self.skills.len());
        let skill = self.skills[at];
        let skills = (0..asks).map(|_| SkillRequirement { skill, level }).collect();
        self.waiting.push(item);
        let arrival = self.now;
        self.handle(Input::Arrived { item, queue, priority: 0, skills, arrival })
    }

    pub(crate) fn accept_all(&mut self) {
        for offer in std::mem::take(&mut self.offers) {
            self.handle(Input::Accepted { offer });
        }
    }

    /// The longest talk ends, and its agent is free.
    pub(crate) fn end_a_talk(&mut self) -> (Duration, usize) {
        let (item, agent) = self.talks.pop_front().expect("somebody talks");
        self.handle(Input::HandlingEnded { item, agent })
    }

    pub(crate) fn talks(&self) -> usize {
        self.talks.len()
    }

    /// Items nobody could take leave, so that work stays scarce.
    pub(crate) fn forget_waiting(&mut self) {
        for item in std::mem::take(&mut self.waiting) {
            // Most were answered.
            let _ = self.domain.handle(self.now, Input::Removed { item });
            while self.domain.poll_output().is_some() {}
        }
    }

    fn handle(&mut self, input: Input) -> (Duration, usize) {
        self.now = self.now.plus(Duration::from_micros(500));
        let start = Instant::now();
        let result = self.domain.handle(self.now, input);
        let outputs: Vec<Output> = std::iter::from_fn(|| self.domain.poll_output()).collect();
        let time = start.elapsed();
        result.expect("a workload gives only what fits");
        let before = self.offers.len();
        for output in outputs {
            match output {
                Output::Offered { offer, .. } => self.offers.push(offer),
                Output::OfferEnded { item, agent, .. } => self.talks.push_back((item, agent)),
                _ => {}
            }
        }
        (time, self.offers.len() - before)
    }

    fn pick_queue(&mut self) -> QueueId {
        let at = self.below(self.queues.len());
        self.queues[at]
    }

    /// SplitMix64.
    fn below(&mut self, n: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % n as u64).unwrap_or(0)
    }
}
