//! The workloads W1 to W7. Each gives how long every input took and which of them made offers: those are the decisions.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tandem_routing::{Asks, Condition, Limit, Media, Step, Utilization};

use crate::site::{Plan, Site, Took};

/// How big to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) agents: usize,
    pub(crate) waiting: usize,
    pub(crate) queues: usize,
    pub(crate) skills: usize,
    pub(crate) giant: usize,
    pub(crate) decisions: usize,
}

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Inputs that made offers.
    pub(crate) decisions: Vec<Duration>,
    /// Offers made,
    pub(crate) offers: usize,
    /// and the processor's time for all inputs, those without offers and the workload itself too.
    pub(crate) total: Duration,
    begun: Duration,
    pub(crate) longest: Duration,
}

impl Measured {
    fn begin() -> Self {
        Self { begun: processor_time(), ..Self::default() }
    }

    fn end(mut self) -> Self {
        self.total = processor_time().saturating_sub(self.begun);
        self
    }

    fn note(&mut self, took: Took) {
        if took.offers > 0 {
            self.decisions.push(took.time);
        }
        self.offers += took.offers;
        self.longest = self.longest.max(took.time);
    }

    fn note_all(&mut self, all: Vec<Took>) {
        all.into_iter().for_each(|took| self.note(took));
    }
}

const MINUTE: Duration = Duration::from_secs(60);

fn plan(size: &Size) -> Plan {
    Plan {
        agents: size.agents,
        queues: size.queues,
        skills: size.skills,
        queues_per_agent: 5,
        skills_per_agent: 4,
        teams: true,
        asks: 1,
        always: false,
        steps: vec![],
        utilization: None,
    }
}

/// W1: all agents are busy and the queues are full, each item with a timer; a decision is what a freed agent gets. `full` learns of the site
/// when everything is there.
pub(crate) fn work_surplus(size: &Size, full: impl FnOnce()) -> Measured {
    // A step that comes in half an hour or more: a timer for every item that waits.
    let step = Step { after: 30 * MINUTE, when: Condition::Always, drops: vec![] };
    let mut site = Site::new(Plan { steps: vec![step], ..plan(size) });
    for _ in 0..size.waiting {
        site.arrival(Asks::default());
    }
    site.agents_on();
    site.accept_all(None);
    full();
    surplus_of_work(&mut site, size.decisions)
}

fn surplus_of_work(site: &mut Site, decisions: usize) -> Measured {
    let mut measured = Measured::begin();
    // Who finds nothing stays free; there is work for nearly all.
    while measured.decisions.len() < decisions && site.talks() > 0 {
        measured.note(site.end_a_talk());
        measured.note(site.arrival(Asks::default()));
        measured.note_all(site.accept_all(None));
    }
    measured.end()
}

/// W2: nine of ten agents are free; a decision is whom an arriving item gets.
pub(crate) fn agent_surplus(size: &Size) -> Measured {
    let mut site = Site::new(plan(size));
    site.agents_on();
    surplus_of_agents(&mut site, size.agents / 10, size.decisions)
}

fn surplus_of_agents(site: &mut Site, talking: usize, decisions: usize) -> Measured {
    let mut measured = Measured::begin();
    while measured.decisions.len() < decisions {
        measured.note(site.arrival(Asks::default()));
        measured.note_all(site.accept_all(None));
        if site.talks() > talking {
            measured.note(site.end_a_talk());
        }
        site.forget_waiting();
    }
    measured.end()
}

/// W3: arrivals for 92 % of the agents' time, talks of three minutes.
pub(crate) fn balanced(size: &Size) -> Measured {
    let mut site = Site::new(plan(size));
    site.agents_on();
    live(&mut site, 0.92, size.decisions, |_| Asks::default())
}

/// W4: the same, and what finds nobody drops its skills in five steps of ten seconds.
pub(crate) fn six_rings(size: &Size) -> Measured {
    let step = Step { after: Duration::from_secs(10), when: Condition::Always, drops: vec![] };
    let mut site = Site::new(Plan { steps: vec![step; 5], asks: 2, ..plan(size) });
    site.agents_on();
    live(&mut site, 0.92, size.decisions, |_| Asks::default())
}

/// W7: calls, messages and emails to agents who take one, three and two, calls in between.
pub(crate) fn many_media(size: &Size) -> Measured {
    let limit =
        |most, by: &[Media]| Limit { most, interrupted_by: by.iter().copied().collect::<BTreeSet<_>>() };
    let media = BTreeMap::from([
        (Media::Voice, limit(1, &[])),
        (Media::Message, limit(3, &[Media::Voice])),
        (Media::Email, limit(2, &[Media::Voice, Media::Message])),
    ]);
    let mut site =
        Site::new(Plan { utilization: Some(Utilization { media, labels: BTreeMap::new() }), ..plan(size) });
    site.agents_on();
    live(&mut site, 2.0, size.decisions, |n| {
        let media = [Media::Voice, Media::Message, Media::Message, Media::Email][n % 4];
        Asks { media, ..Asks::default() }
    })
}

/// Arrivals at a rate that keeps `occupancy` agents of one busy; the first third only fills the site.
fn live(site: &mut Site, occupancy: f64, decisions: usize, asks: impl Fn(usize) -> Asks) -> Measured {
    let talk = 3 * MINUTE;
    let between = talk.div_f64(site.plan.agents as f64 * occupancy);
    let mut measured = Measured::begin();
    let (mut next_arrival, mut arrived) = (site.now, 0);
    let filling = site.plan.agents + decisions / 3;
    while measured.decisions.len() < decisions {
        if arrived == filling {
            measured = Measured::begin();
        }
        let end = site.next_end().filter(|end| *end < next_arrival);
        let next = end.unwrap_or(next_arrival);
        if let Some(due) = site.next_timer().filter(|due| *due < next) {
            site.now = site.now.max(due);
            measured.note(site.deadline());
        } else if let Some(end) = end {
            site.now = site.now.max(end);
            site.end_next().into_iter().for_each(|took| measured.note(took));
        } else {
            site.now = site.now.max(next_arrival);
            arrived += 1;
            measured.note(site.arrival(asks(arrived)));
            next_arrival = next_arrival.plus(site.about(between));
        }
        measured.note_all(site.accept_all(Some(talk)));
    }
    measured.end()
}

/// W5: half of the agents work; within 60 s they go and the others come.
pub(crate) fn shift_change(size: &Size) -> Measured {
    let mut site = Site::new(plan(size));
    for _ in 0..size.waiting {
        site.arrival(Asks::default());
    }
    let half = size.agents / 2;
    (0..half).for_each(|n| {
        site.flip(n, true);
    });
    let mut measured = Measured::begin();
    let each = MINUTE / u32::try_from(half).unwrap_or(u32::MAX);
    for n in 0..half {
        site.now = site.now.plus(each);
        measured.note(site.flip(n, false));
        measured.note(site.flip(half + n, true));
        // Every other offer still alerts when its agent goes.
        if n % 2 == 0 {
            measured.note_all(site.accept_all(None));
        }
    }
    measured.end()
}

fn giant(size: &Size) -> Site {
    Site::new(Plan {
        agents: size.giant,
        queues: 1,
        queues_per_agent: 1,
        skills_per_agent: 12,
        teams: false,
        asks: 3,
        always: true,
        ..plan(size)
    })
}

/// W6: one queue with everything, three skills asked for by each item; more work than agents.
pub(crate) fn giant_work_surplus(size: &Size) -> Measured {
    let mut site = giant(size);
    for _ in 0..10 * size.giant {
        site.arrival(Asks::default());
    }
    site.agents_on();
    site.accept_all(None);
    surplus_of_work(&mut site, size.decisions / 10)
}

/// W6, more agents than work.
pub(crate) fn giant_agent_surplus(size: &Size) -> Measured {
    let mut site = giant(size);
    site.agents_on();
    surplus_of_agents(&mut site, size.giant / 10, size.decisions / 10)
}

/// What this thread has had of the processor, which others use too.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}
