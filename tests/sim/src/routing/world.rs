//! What agents, customers, supervisors and the network do: made up from a seed, and from what the domain told.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tandem_proto::{
    ConversationId, OfferId, QueueId, SkillId, Timestamp, UserId,
    api::{Evaluation, RoutingStatus, SkillRequirement, WrapUpMode, WrapUpPolicy},
};
use tandem_routing::{
    Asks, Condition, Input, Label, Limit, Measured, Media, Output, Preferred, QueueRules, Step, Utilization,
};
use uuid::Uuid;

use crate::Rng;

/// A made-up contact centre. What it does depends on the seed and on [`Self::saw`] alone.
#[derive(Clone, Debug)]
pub struct World {
    rng: Rng,
    now: Timestamp,
    queues: Vec<QueueId>,
    agents: Vec<UserId>,
    skills: Vec<SkillId>,
    /// Items in queues, with some that just left.
    items: Vec<ConversationId>,
    arrived: u64,
    alerting: Vec<OfferId>,
    over: Vec<OfferId>,
    talking: Vec<(ConversationId, UserId)>,
    wrapping: Vec<(ConversationId, UserId)>,
    /// Agents who are off queue or do not respond.
    off: Vec<UserId>,
    /// Percent of the steps in which something arrives.
    arrivals: u64,
    /// Percent of the answers that are lost, so that offers expire.
    lost: u64,
    top_capacity: u64,
    /// Percent of what may be plain that is not: media, preferred agents, rings, limits. In some worlds everything is plain.
    wishes: u64,
    set_up: Vec<Input>,
}

fn id(kind: u64, n: u64) -> Uuid {
    Uuid::from_u64_pair(kind, n)
}

impl World {
    /// The contact centre of a seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let count = |rng: &mut Rng, low, high| 0..rng.between(low, high);
        let mut world = Self {
            now: Timestamp::from_micros(1_700_000_000_000_000),
            queues: count(&mut rng, 1, 4).map(|n| QueueId::from_uuid(id(1, n))).collect(),
            agents: count(&mut rng, 1, 9).map(|n| UserId::from_uuid(id(2, n))).collect(),
            skills: count(&mut rng, 0, 4).map(|n| SkillId::from_uuid(id(3, n))).collect(),
            items: vec![],
            arrived: 0,
            alerting: vec![],
            over: vec![],
            talking: vec![],
            wrapping: vec![],
            off: vec![],
            arrivals: rng.between(3, 35),
            lost: rng.between(0, 40),
            top_capacity: rng.between(1, 3),
            wishes: if rng.chance(25) { 0 } else { rng.between(5, 70) },
            set_up: vec![],
            rng,
        };
        let mut set_up: Vec<Input> =
            world.queues.clone().into_iter().map(|queue| world.queue_set(queue)).collect();
        set_up.extend(world.agents.clone().into_iter().map(|agent| world.agent_set(agent)));
        set_up.extend(world.agents.iter().map(|agent| Input::AgentOn { agent: *agent }));
        // Mostly in order; now and then agents before their queues, or on before they are known.
        if world.rng.chance(20) {
            for at in (1..set_up.len()).rev() {
                set_up.swap(at, usize::try_from(world.rng.below(at as u64 + 1)).unwrap_or(0));
            }
        }
        set_up.reverse();
        world.set_up = set_up;
        world
    }

    /// What happens next. `due` is when the domain wants to be called.
    pub fn next(&mut self, due: Option<Timestamp>) -> (Timestamp, Input) {
        self.pass_time(due);
        let input = self.set_up.pop().unwrap_or_else(|| self.something());
        (self.now, input)
    }

    /// Takes note of what the domain told.
    pub fn saw(&mut self, output: &Output) {
        match output {
            Output::Offered { offer, .. } => self.alerting.push(*offer),
            Output::OfferEnded { offer, item, agent, result, .. } => {
                self.alerting.retain(|alerting| alerting != offer);
                self.over.push(*offer);
                if *result == tandem_routing::OfferResult::Accepted {
                    self.talking.push((*item, *agent));
                }
            }
            Output::WrapUpStarted { item, agent, .. } => {
                self.talking.retain(|talk| talk != &(*item, *agent));
                self.wrapping.push((*item, *agent));
            }
            Output::Released { item, agent, .. } => {
                self.talking.retain(|talk| talk != &(*item, *agent));
                self.wrapping.retain(|wrap| wrap != &(*item, *agent));
            }
            Output::Queued { item, .. } => self.items.push(*item),
            Output::Left { item, .. } if self.items.len() > 3 => self.items.retain(|there| there != item),
            Output::AgentStatus { agent, status, .. } => {
                self.off.retain(|off| off != agent);
                if matches!(status, RoutingStatus::OffQueue | RoutingStatus::NotResponding) {
                    self.off.push(*agent);
                }
            }
            Output::Left { .. } | Output::Rekeyed { .. } => {}
        }
    }

    /// Mostly a little; sometimes to the very microsecond something is due, one before, or long; now and then the clock goes back.
    fn pass_time(&mut self, due: Option<Timestamp>) {
        let step = match self.rng.below(100) {
            0..=59 => self.rng.below(2_000_000),
            60..=63 => self.rng.below(90_000_000),
            64..=79 => {
                if let Some(due) = due.filter(|due| *due > self.now) {
                    self.now = due.minus(Duration::from_micros(self.rng.below(2)));
                }
                0
            }
            85..=87 => {
                self.now = self.now.minus(Duration::from_micros(self.rng.below(2_000_000)));
                0
            }
            _ => 0,
        };
        self.now = self.now.plus(Duration::from_micros(step));
    }

    fn something(&mut self) -> Input {
        if self.rng.chance(self.arrivals) {
            return self.arrival();
        }
        if self.wishes > 0 && self.rng.chance(12) {
            return self.something_special();
        }
        match self.rng.below(100) {
            0..=34 => self.answer(),
            35..=54 => self.end_talk(),
            55..=69 => self.wrapped_up(),
            70..=74 => self.with_item(|item, _| Input::Abandoned { item }),
            75 => self.with_item(|item, _| Input::Removed { item }),
            76..=78 => self.with_item(|item, rng| Input::Reprioritised { item, priority: priority(rng) }),
            79..=87 => match self.rng.pick(&self.off).copied() {
                Some(agent) => Input::AgentOn { agent },
                None => self.with_agent(|agent, _| Input::AgentOn { agent }),
            },
            88..=89 => self.with_agent(|agent, _| Input::AgentOff { agent }),
            90..=93 => self.with_agent(|agent, rng| Input::AgentCommunicating { agent, on: rng.chance(40) }),
            94..=95 => self.with_agent(|_, _| Input::Deadline),
            96..=97 => match self.rng.pick(&self.agents).copied() {
                Some(agent) => self.agent_set(agent),
                None => Input::Deadline,
            },
            _ => {
                let queue = *self.rng.pick(&self.queues).unwrap_or(&QueueId::from_uuid(id(1, 99)));
                if self.rng.chance(10) { Input::QueueRemoved { queue } } else { self.queue_set(queue) }
            }
        }
    }

    fn something_special(&mut self) -> Input {
        let queue = *self.rng.pick(&self.queues).unwrap_or(&QueueId::from_uuid(id(1, 99)));
        match self.rng.below(10) {
            0 | 1 => {
                let asks = self.asks();
                self.with_item(|item, _| Input::Changed { item, asks })
            }
            2 | 3 => self.with_item(|item, _| Input::Moved { item, queue }),
            4 => {
                let closed = self.rng.chance(30);
                Input::QueueClosed { queue, closed }
            }
            5 => {
                let estimated_wait = self.rng.chance(70).then(|| Duration::from_secs(self.rng.below(60)));
                let service_level =
                    self.rng.chance(70).then(|| u8::try_from(self.rng.below(101)).unwrap_or(0));
                Input::QueueMeasured { queue, measured: Measured { estimated_wait, service_level } }
            }
            6 | 7 => self.with_agent(|agent, rng| {
                let group = if rng.chance(60) { 0 } else { u8::try_from(rng.between(1, 6)).unwrap_or(1) };
                Input::MemberSet { agent, queue, group: rng.chance(75).then_some(group) }
            }),
            _ => {
                let utilization = self.rng.chance(70).then(|| self.utilization());
                self.with_agent(|agent, _| Input::UtilizationSet { agent, utilization })
            }
        }
    }

    fn media(&mut self) -> Media {
        let media = [Media::Voice, Media::Callback, Media::Message, Media::Email, Media::WorkItem];
        // Mostly few, so that they meet.
        let few = if self.rng.chance(80) { &media[..2] } else { &media[..] };
        *self.rng.pick(few).unwrap_or(&Media::Voice)
    }

    fn label(&mut self) -> Option<Label> {
        let number = u8::try_from(self.rng.below(3)).unwrap_or(0);
        if self.rng.chance(70) { None } else { Label::try_from(number).ok() }
    }

    fn utilization(&mut self) -> Utilization {
        let mut media = BTreeMap::new();
        for _ in 0..self.rng.between(1, 4) {
            let most = u8::try_from(self.rng.between(0, 2)).unwrap_or(1);
            let interrupted_by = (0..self.rng.below(3)).map(|_| self.media()).collect();
            media.insert(self.media(), Limit { most, interrupted_by });
        }
        let mut labels = BTreeMap::new();
        for _ in 0..self.rng.below(3) {
            let most = u8::try_from(self.rng.between(0, 2)).unwrap_or(1);
            let interrupted_by = (0..self.rng.below(2)).filter_map(|_| self.label()).collect();
            labels.extend(self.label().map(|label| (label, Limit { most, interrupted_by })));
        }
        Utilization { media, labels }
    }

    fn asks(&mut self) -> Asks {
        let mut asks = Asks::default();
        if !self.rng.chance(self.wishes) {
            return asks;
        }
        if self.rng.chance(50) {
            (asks.media, asks.label) = (self.media(), self.label());
        }
        if self.rng.chance(20) {
            asks.languages = self.some_skills(1, 3);
        }
        if self.rng.chance(30) {
            asks.last_agent = self.rng.pick(&self.agents).copied();
        }
        for _ in 0..self.rng.below(4) {
            let score = u8::try_from(self.rng.below(120)).unwrap_or(0);
            let agent = self.rng.pick(&self.agents).copied().unwrap_or(UserId::from_uuid(id(2, 99)));
            asks.preferred.push(Preferred { agent, score });
        }
        let soon = |rng: &mut Rng, now: Timestamp| now.plus(Duration::from_millis(rng.below(20) * 1_000));
        if self.rng.chance(50) {
            asks.preferred_until = Some(soon(&mut self.rng, self.now));
        }
        if self.rng.chance(15) {
            asks.not_before = Some(soon(&mut self.rng, self.now));
        }
        asks
    }

    fn steps(&mut self) -> Vec<Step> {
        if !self.rng.chance(self.wishes) {
            return vec![];
        }
        let mut steps = vec![];
        for _ in 0..self.rng.between(1, 6) {
            let when = match self.rng.below(8) {
                0 => Condition::WaitingOver(u32::try_from(self.rng.below(5)).unwrap_or(1)),
                1 => Condition::EstimatedWaitOver(Duration::from_secs(self.rng.below(60))),
                2 => Condition::ServiceLevelUnder(u8::try_from(self.rng.below(101)).unwrap_or(80)),
                _ => Condition::Always,
            };
            let drops = self.some_skills(2, 0).into_iter().map(|drop| drop.skill).collect();
            steps.push(Step { after: Duration::from_secs(self.rng.below(15)), when, drops });
        }
        steps
    }

    fn with_item(&mut self, input: impl FnOnce(ConversationId, &mut Rng) -> Input) -> Input {
        let item = *self.rng.pick(&self.items).unwrap_or(&ConversationId::from_uuid(id(4, 0)));
        input(item, &mut self.rng)
    }

    fn with_agent(&mut self, input: impl FnOnce(UserId, &mut Rng) -> Input) -> Input {
        let agent = *self.rng.pick(&self.agents).unwrap_or(&UserId::from_uuid(id(2, 99)));
        input(agent, &mut self.rng)
    }

    fn arrival(&mut self) -> Input {
        // Some come back, some arrive twice.
        let again = self.rng.chance(8).then(|| self.rng.pick(&self.items).copied()).flatten();
        let talked =
            self.rng.chance(5).then(|| self.rng.pick(&self.wrapping).map(|(item, _)| *item)).flatten();
        let item = again.or(talked).unwrap_or_else(|| {
            self.arrived += 1;
            // Ids in no order of time, so that ties are broken by more than luck.
            ConversationId::from_uuid(id(4, Rng::new(self.arrived).bits()))
        });
        let queue = *self.rng.pick(&self.queues).unwrap_or(&QueueId::from_uuid(id(1, 99)));
        let skills = if self.rng.chance(50) { self.some_skills(2, 5) } else { vec![] };
        // Whole seconds, so that keys are often equal.
        let arrival = Timestamp::from_micros(self.now.micros() / 1_000_000 * 1_000_000);
        let asks = self.asks();
        Input::Arrived { item, queue, priority: priority(&mut self.rng), skills, arrival, asks }
    }

    fn answer(&mut self) -> Input {
        if self.rng.chance(self.lost) {
            return Input::Deadline;
        }
        if self.alerting.is_empty() && self.rng.chance(90) {
            return self.arrival();
        }
        let stale = self.rng.chance(8).then(|| self.rng.pick(&self.over).copied()).flatten();
        let offer = stale.or_else(|| self.rng.pick(&self.alerting).copied());
        let offer = offer.unwrap_or(OfferId::from_uuid(Uuid::nil()));
        match self.rng.below(10) {
            0..=6 => Input::Accepted { offer },
            7 | 8 => Input::Declined { offer },
            _ => Input::OfferFailed { offer, not_responding: self.rng.chance(50) },
        }
    }

    fn end_talk(&mut self) -> Input {
        match self.rng.pick(&self.talking).copied() {
            Some((item, agent)) => Input::HandlingEnded { item, agent },
            None if self.rng.chance(90) => self.answer(),
            None => self.with_agent(|agent, _| Input::HandlingEnded {
                item: ConversationId::from_uuid(id(4, 0)),
                agent,
            }),
        }
    }

    fn wrapped_up(&mut self) -> Input {
        let all: Vec<_> = self.wrapping.iter().chain(self.talking.first()).copied().collect();
        match self.rng.pick(&all).copied() {
            Some((item, agent)) => Input::WrapUpDone { item, agent },
            None => self.answer(),
        }
    }

    fn some_skills(&mut self, most: u64, top_level: u64) -> Vec<SkillRequirement> {
        let mut some = vec![];
        for _ in 0..self.rng.between(0, most) {
            if let Some(skill) = self.rng.pick(&self.skills).copied() {
                let level = u8::try_from(self.rng.between(0, top_level)).unwrap_or(0);
                some.push(SkillRequirement { skill, level });
            }
        }
        some
    }

    fn agent_set(&mut self, agent: UserId) -> Input {
        let queues: BTreeSet<QueueId> =
            self.queues.clone().into_iter().filter(|_| self.rng.chance(60)).collect();
        let capacity = u8::try_from(self.rng.between(1, self.top_capacity)).unwrap_or(1);
        let capacity = if self.rng.chance(3) { 0 } else { capacity };
        Input::AgentSet { agent, skills: self.some_skills(5, 6), queues, capacity }
    }

    fn queue_set(&mut self, queue: QueueId) -> Input {
        let modes = [WrapUpMode::Optional, WrapUpMode::Mandatory, WrapUpMode::Timed];
        let mode = *self.rng.pick(&modes).unwrap_or(&WrapUpMode::Timed);
        let ways = [Evaluation::AllSkills, Evaluation::BestAvailable, Evaluation::DisregardSkills];
        let evaluation = *self.rng.pick(&ways).unwrap_or(&Evaluation::AllSkills);
        let rules = QueueRules {
            alert: Duration::from_secs(self.rng.between(1, 20)),
            wrap_up: WrapUpPolicy { mode, seconds: u32::try_from(self.rng.below(30)).unwrap_or(0) },
            evaluation,
            skills: if self.rng.chance(25) { self.some_skills(1, 3) } else { vec![] },
            steps: self.steps(),
        };
        Input::QueueSet { queue, rules }
    }
}

fn priority(rng: &mut Rng) -> i32 {
    if rng.chance(70) { 0 } else { i32::try_from(rng.between(0, 10)).unwrap_or(0) - 5 }
}
