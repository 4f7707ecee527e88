//! A made-up site, the same for every run of a seed, and what happens in it.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, VecDeque},
    time::{Duration, Instant},
};

use tandem_proto::{
    ConversationId, OfferId, QueueId, SkillId, Timestamp, UserId,
    api::{Evaluation, SkillRequirement, WrapUpMode, WrapUpPolicy},
};
use tandem_routing::{Asks, Domain, Input, Output, QueueRules, Step, Utilization};
use uuid::Uuid;

/// How big a site is, and how its people and work are made.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) agents: usize,
    pub(crate) queues: usize,
    pub(crate) skills: usize,
    /// Queues that reach an agent.
    pub(crate) queues_per_agent: usize,
    /// Skills of an agent: of teams, as sites have them, or each agent's own.
    pub(crate) skills_per_agent: usize,
    pub(crate) teams: bool,
    /// Skills an item asks for: at most so many, or always so many.
    pub(crate) asks: usize,
    pub(crate) always: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) utilization: Option<Utilization>,
}

/// How long the domain took for an input, and how many offers it made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) time: Duration,
    pub(crate) offers: usize,
}

/// A domain with everything a workload needs to go on.
pub(crate) struct Site {
    pub(crate) plan: Plan,
    domain: Domain,
    pub(crate) now: Timestamp,
    random: u64,
    agents: Vec<UserId>,
    queues: Vec<QueueId>,
    skills: Vec<SkillId>,
    arrived: u64,
    offers: Vec<OfferId>,
    talks: VecDeque<(ConversationId, UserId)>,
    /// Ends of talks to come.
    ends: BinaryHeap<Reverse<(Timestamp, ConversationId, UserId)>>,
    waiting: VecDeque<ConversationId>,
}

impl Site {
    pub(crate) fn new(plan: Plan) -> Self {
        let ids = |kind: u64, n: usize| (0..n as u64).map(move |n| Uuid::from_u64_pair(kind, scramble(n)));
        let mut site = Self {
            domain: Domain::new(1, 1),
            now: Timestamp::from_micros(1_700_000_000_000_000),
            random: 1,
            agents: ids(1, plan.agents).map(UserId::from_uuid).collect(),
            queues: ids(2, plan.queues).map(QueueId::from_uuid).collect(),
            skills: ids(3, plan.skills).map(SkillId::from_uuid).collect(),
            arrived: 0,
            offers: vec![],
            talks: VecDeque::new(),
            ends: BinaryHeap::new(),
            waiting: VecDeque::new(),
            plan,
        };
        let evaluations = [Evaluation::AllSkills, Evaluation::BestAvailable];
        for (n, queue) in site.queues.clone().into_iter().enumerate() {
            let wrap_up = WrapUpPolicy { mode: WrapUpMode::Optional, seconds: 0 };
            let (alert, evaluation, steps) =
                (Duration::from_secs(3_600), evaluations[n % 2], site.plan.steps.clone());
            site.handle(Input::QueueSet {
                queue,
                rules: QueueRules { alert, wrap_up, evaluation, skills: vec![], steps },
            });
        }
        // By id, as a restart does it.
        let mut agents = site.agents.clone();
        agents.sort_unstable();
        for agent in agents {
            let queues: BTreeSet<QueueId> =
                (0..site.plan.queues_per_agent).map(|_| site.pick_queue()).collect();
            let team = site.below(site.plan.skills);
            let skills = (0..site.plan.skills_per_agent).map(|n| {
                let at = if site.plan.teams {
                    (team + n) % site.plan.skills
                } else {
                    site.below(site.plan.skills)
                };
                let level =
                    u8::try_from(if site.plan.teams { n + 1 } else { 1 + site.below(5) }).unwrap_or(5);
                SkillRequirement { skill: site.skills[at], level }
            });
            let skills = skills.collect();
            let capacity = if site.plan.utilization.is_some() { 6 } else { 1 };
            site.handle(Input::AgentSet { agent, skills, queues, capacity });
            if let Some(utilization) = site.plan.utilization.clone() {
                site.handle(Input::UtilizationSet { agent, utilization: Some(utilization) });
            }
        }
        site
    }

    pub(crate) fn agents_on(&mut self) -> Vec<Took> {
        self.agents.clone().into_iter().map(|agent| self.handle(Input::AgentOn { agent })).collect()
    }

    /// An agent, by number, comes or goes.
    pub(crate) fn flip(&mut self, n: usize, on: bool) -> Took {
        let agent = self.agents[n];
        self.handle(if on { Input::AgentOn { agent } } else { Input::AgentOff { agent } })
    }

    pub(crate) fn arrival(&mut self, asks: Asks) -> Took {
        self.arrived += 1;
        let item = ConversationId::from_uuid(Uuid::from_u64_pair(4, scramble(self.arrived)));
        let queue = self.pick_queue();
        let count = if self.plan.always { self.plan.asks } else { self.below(self.plan.asks + 1) };
        let skills = (0..count).map(|_| {
            let at = self.below(self.skills.len());
            SkillRequirement { skill: self.skills[at], level: u8::try_from(self.below(3)).unwrap_or(0) }
        });
        let skills = skills.collect();
        self.waiting.push_back(item);
        let arrival = self.now;
        self.handle(Input::Arrived { item, queue, priority: 0, skills, arrival, asks })
    }

    /// Every offer is accepted; each talk ends after about `talk`, if that is said.
    pub(crate) fn accept_all(&mut self, talk: Option<Duration>) -> Vec<Took> {
        let offers = std::mem::take(&mut self.offers);
        let took = offers.into_iter().map(|offer| self.handle(Input::Accepted { offer })).collect();
        if let Some(mean) = talk {
            for (item, agent) in std::mem::take(&mut self.talks) {
                let at = self.now.plus(self.about(mean));
                self.ends.push(Reverse((at, item, agent)));
            }
        }
        took
    }

    /// The longest talk ends, and its agent is free.
    pub(crate) fn end_a_talk(&mut self) -> Took {
        let (item, agent) = self.talks.pop_front().expect("somebody talks");
        self.handle(Input::HandlingEnded { item, agent })
    }

    /// When the next talk ends.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.ends.peek().map(|Reverse((at, ..))| *at)
    }

    /// The talk that is to end next does.
    pub(crate) fn end_next(&mut self) -> Option<Took> {
        let Reverse((_, item, agent)) = self.ends.pop()?;
        Some(self.handle(Input::HandlingEnded { item, agent }))
    }

    pub(crate) fn next_timer(&self) -> Option<Timestamp> {
        self.domain.poll_timeout()
    }

    pub(crate) fn deadline(&mut self) -> Took {
        self.handle(Input::Deadline)
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

    fn handle(&mut self, input: Input) -> Took {
        self.now = self.now.plus(Duration::from_micros(100));
        let start = Instant::now();
        let result = self.domain.handle(self.now, input);
        let outputs: Vec<Output> = std::iter::from_fn(|| self.domain.poll_output()).collect();
        let due = self.domain.poll_timeout();
        let time = start.elapsed();
        std::hint::black_box(due);
        result.expect("a workload gives only what fits");
        let mut offers = 0;
        for output in outputs {
            match output {
                Output::Offered { offer, .. } => {
                    offers += 1;
                    self.offers.push(offer);
                }
                Output::OfferEnded { item, agent, result: tandem_routing::OfferResult::Accepted, .. } => {
                    self.talks.push_back((item, agent));
                }
                Output::OfferEnded { offer, .. } => self.offers.retain(|other| *other != offer),
                _ => {}
            }
        }
        Took { time, offers }
    }

    fn pick_queue(&mut self) -> QueueId {
        let at = self.below(self.queues.len());
        self.queues[at]
    }

    /// Exponentially distributed.
    pub(crate) fn about(&mut self, mean: Duration) -> Duration {
        let uniform = (self.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
        mean.mul_f64(-uniform.ln())
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        usize::try_from(scramble(self.random) % n as u64).unwrap_or(0)
    }
}

/// The finaliser of SplitMix64.
const fn scramble(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
