//! Erlang C, by its formula and by the routing core: calls that arrive at random and talk for random times, and agents who all do the same.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    time::Duration,
};

use tandem_proto::{
    ConversationId, QueueId, Timestamp, UserId,
    api::{Evaluation, WrapUpMode, WrapUpPolicy},
};
use tandem_routing::{Asks, Domain, Input, Output, QueueRules};
use uuid::Uuid;

use crate::Rng;

/// A site of one queue.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Calls per second.
    pub arrivals: f64,
    /// Mean length of a call in seconds.
    pub handling: f64,
    /// Agents.
    pub agents: u32,
    /// Answered in time is answered within so many seconds.
    pub target: f64,
}

/// What callers find.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Service {
    /// The share that has to wait.
    pub waits: f64,
    /// The share that is answered in time.
    pub level: f64,
    /// Mean wait in seconds.
    pub speed: f64,
}

/// By the formula: `1/B_k = 1 + (k/a)/B_{k−1}`, `C = nB/(n − a(1 − B))`.
pub fn formula(load: Load) -> Service {
    let (a, n) = (load.arrivals * load.handling, f64::from(load.agents));
    let blocked = (1..=load.agents).fold(1.0, |inverse, k| 1.0 + f64::from(k) / a * inverse).recip();
    let waits = n * blocked / (n - a * (1.0 - blocked));
    let level = 1.0 - waits * (-(n - a) * load.target / load.handling).exp();
    Service { waits, level, speed: waits * load.handling / (n - a) }
}

/// By routing `calls` calls after `warm_up` others.
pub fn simulated(seed: u64, load: Load, warm_up: u64, calls: u64) -> Service {
    let mut rng = Rng::new(seed);
    let mut domain = Domain::new(1, seed);
    let start = Timestamp::from_micros(1_700_000_000_000_000);
    let queue = QueueId::from_uuid(Uuid::from_u128(1));
    let rules = QueueRules {
        alert: Duration::from_secs(20),
        wrap_up: WrapUpPolicy { mode: WrapUpMode::Optional, seconds: 0 },
        evaluation: Evaluation::AllSkills,
        skills: vec![],
        steps: vec![],
    };
    let mut tell = |now: Timestamp, input: Input| -> Vec<Output> {
        domain.handle(now, input).expect("a call that fits");
        std::iter::from_fn(|| domain.poll_output()).collect()
    };
    tell(start, Input::QueueSet { queue, rules });
    for n in 0..load.agents {
        let agent = UserId::from_uuid(Uuid::from_u64_pair(2, n.into()));
        tell(start, Input::AgentSet { agent, skills: vec![], queues: BTreeSet::from([queue]), capacity: 1 });
        tell(start, Input::AgentOn { agent });
    }
    let mut random = |mean: f64| {
        let uniform = (rng.below(1 << 40) as f64 + 0.5) / (1_u64 << 40) as f64;
        Duration::from_secs_f64(-uniform.ln() * mean)
    };
    let mut ends: BinaryHeap<Reverse<(Timestamp, ConversationId, UserId)>> = BinaryHeap::new();
    let mut arrivals = BTreeMap::new();
    let mut waits = Vec::new();
    let mut next = start;
    let mut arrived = 0;
    while (waits.len() as u64) < warm_up + calls {
        let end = ends.peek().copied().filter(|Reverse((at, ..))| *at <= next);
        let (now, input) = match end {
            Some(Reverse((at, item, agent))) => {
                ends.pop();
                (at, Input::HandlingEnded { item, agent })
            }
            None => {
                arrived += 1;
                let item = ConversationId::from_uuid(Uuid::from_u64_pair(3, arrived));
                let (arrival, asks) = (next, Asks::default());
                arrivals.insert(item, arrival);
                next = next.plus(random(load.arrivals.recip()));
                (arrival, Input::Arrived { item, queue, priority: 0, skills: vec![], arrival, asks })
            }
        };
        for output in tell(now, input) {
            if let Output::Offered { offer, item, agent, .. } = output {
                tell(now, Input::Accepted { offer });
                let arrival = arrivals.remove(&item).expect("an item arrived");
                waits.push(now.since(arrival).as_secs_f64());
                ends.push(Reverse((now.plus(random(load.handling)), item, agent)));
            }
        }
    }
    let counted = &waits[usize::try_from(warm_up).unwrap_or(0)..];
    let count = counted.len() as f64;
    let share = |of: &dyn Fn(f64) -> bool| counted.iter().filter(|wait| of(**wait)).count() as f64 / count;
    Service {
        waits: share(&|wait| wait > 0.0),
        level: share(&|wait| wait <= load.target),
        speed: counted.iter().sum::<f64>() / count,
    }
}
