//! What routing must do, said the simplest way: lists, and scans over all of them. Shares no code with the core but its public types.

use std::time::Duration;

use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{Decision, Evaluation, RoutingStatus, SkillRequirement, WrapUpMode},
};
use tandem_routing::{
    AgentState, DECLINE_PAUSE, Holder, Input, LeftReason, OfferResult, Output, QueueRules, Refused,
    WaitingItem,
};

/// The model of a domain.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    now: Timestamp,
    queues: Vec<(QueueId, QueueRules)>,
    agents: Vec<Agent>,
    stays: Vec<Stay>,
    ended: Vec<(OfferId, ConversationId, OfferResult)>,
    told: Vec<Output>,
}

#[derive(Clone, Debug)]
struct Agent {
    id: UserId,
    skills: Vec<SkillRequirement>,
    queues: Vec<QueueId>,
    capacity: u8,
    on: bool,
    not_responding: bool,
    communicating: bool,
    idle_since: Option<Timestamp>,
    status: RoutingStatus,
    since: Timestamp,
}

/// An item's way through one queue and one agent.
#[derive(Clone, Debug)]
struct Stay {
    item: ConversationId,
    queue: QueueId,
    priority: i32,
    arrival: Timestamp,
    skills: Vec<SkillRequirement>,
    paused: Vec<(UserId, Timestamp)>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Waiting,
    Alerting { offer: OfferId, agent: UserId, expires_at: Timestamp },
    Talking { agent: UserId },
    WrapUp { agent: UserId, until: Option<Timestamp> },
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Expiry(OfferId),
    WrapUp(UserId, ConversationId),
    Pause(ConversationId, UserId),
}

impl Stay {
    fn agent(&self) -> Option<UserId> {
        match self.stage {
            Stage::Waiting | Stage::Over => None,
            Stage::Alerting { agent, .. } | Stage::Talking { agent } | Stage::WrapUp { agent, .. } => {
                Some(agent)
            }
        }
    }

    fn in_queue(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Alerting { .. })
    }

    fn key(&self) -> i64 {
        self.arrival.millis() - 60_000 * i64::from(self.priority)
    }
}

impl Oracle {
    /// Takes an input as the domain does. `offers` gives the ids the domain gave its offers, in order.
    pub fn handle(
        &mut self,
        now: Timestamp,
        input: &Input,
        offers: &mut impl Iterator<Item = OfferId>,
    ) -> (Result<(), Refused>, Vec<Output>) {
        self.now = self.now.max(now);
        self.carry_out_due();
        let result = self.apply(input);
        self.match_all(offers);
        self.statuses();
        self.stays.retain(|stay| stay.stage != Stage::Over);
        (result, std::mem::take(&mut self.told))
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due().into_iter().map(|(at, _)| at).min()
    }

    fn due(&self) -> Vec<(Timestamp, Due)> {
        let mut due = Vec::new();
        for stay in &self.stays {
            match stay.stage {
                Stage::Alerting { offer, expires_at, .. } => due.push((expires_at, Due::Expiry(offer))),
                Stage::WrapUp { agent, until: Some(until) } => {
                    due.push((until, Due::WrapUp(agent, stay.item)))
                }
                _ => {}
            }
            if stay.in_queue() {
                due.extend(stay.paused.iter().map(|(agent, until)| (*until, Due::Pause(stay.item, *agent))));
            }
        }
        due
    }

    fn carry_out_due(&mut self) {
        let mut due = self.due();
        due.retain(|(at, _)| *at <= self.now);
        due.sort_unstable();
        for (_, due) in due {
            match due {
                Due::Expiry(offer) => self.end_offer(offer, OfferResult::Expired),
                Due::WrapUp(agent, item) => self.release(item, agent, true),
                Due::Pause(item, agent) => {
                    let stay = self.stays.iter_mut().find(|stay| stay.item == item && stay.in_queue());
                    stay.expect("a pause's stay").paused.retain(|(paused, _)| *paused != agent);
                }
            }
        }
    }

    fn apply(&mut self, input: &Input) -> Result<(), Refused> {
        match input.clone() {
            Input::QueueSet { queue, rules } => match self.queues.iter_mut().find(|(id, _)| *id == queue) {
                Some(known) => known.1 = rules,
                None => self.queues.push((queue, rules)),
            },
            Input::QueueRemoved { queue } => {
                self.rules(queue).ok_or(Refused::UnknownQueue(queue))?;
                for waiting in self.waiting(queue) {
                    self.leave(waiting.item, LeftReason::Removed)?;
                }
                self.queues.retain(|(id, _)| *id != queue);
            }
            Input::AgentSet { agent: id, skills, queues, capacity } => {
                let queues = queues.into_iter().collect();
                if let Some(agent) = self.agents.iter_mut().find(|agent| agent.id == id) {
                    (agent.skills, agent.queues, agent.capacity) = (skills, queues, capacity);
                } else {
                    let (status, since) = (RoutingStatus::OffQueue, self.now);
                    let (on, not_responding, communicating, idle_since) = (false, false, false, None);
                    let agent = Agent {
                        id,
                        skills,
                        queues,
                        capacity,
                        on,
                        not_responding,
                        communicating,
                        idle_since,
                        status,
                        since,
                    };
                    self.agents.push(agent);
                    self.agents.sort_by_key(|agent| agent.id);
                }
            }
            Input::AgentOn { agent } => {
                let now = self.now;
                let agent = self.agent_mut(agent)?;
                (agent.on, agent.not_responding) = (true, false);
                agent.idle_since = agent.idle_since.or(Some(now));
            }
            Input::AgentOff { agent: id } => {
                let agent = self.agent_mut(id)?;
                (agent.on, agent.not_responding) = (false, false);
                let mut offers: Vec<OfferId> = Vec::new();
                for stay in &self.stays {
                    match stay.stage {
                        Stage::Alerting { offer, agent, .. } if agent == id => offers.push(offer),
                        _ => {}
                    }
                }
                offers.sort_unstable();
                for offer in offers {
                    self.end_offer(offer, OfferResult::Withdrawn);
                }
            }
            Input::AgentCommunicating { agent, on } => self.agent_mut(agent)?.communicating = on,
            Input::Arrived { item, queue, priority, skills, arrival } => {
                let holder = self.holder(item);
                if !matches!(holder, Holder::Gone | Holder::WrapUp(_)) {
                    return Err(Refused::AlreadyHere { item, holder });
                }
                self.rules(queue).ok_or(Refused::UnknownQueue(queue))?;
                let (paused, stage) = (vec![], Stage::Waiting);
                let stay = Stay { item, queue, priority, arrival, skills: plain(&skills), paused, stage };
                self.told.push(Output::Queued {
                    item,
                    queue,
                    key: stay.key(),
                    priority,
                    skills: stay.skills.clone(),
                });
                self.stays.push(stay);
            }
            Input::Reprioritised { item, priority } => {
                let holder = self.holder(item);
                let stay = self.stays.iter_mut().find(|stay| stay.item == item && stay.in_queue());
                let stay = stay.ok_or(Refused::NotQueued { item, holder })?;
                stay.priority = priority;
                self.told.push(Output::Rekeyed { item, queue: stay.queue, key: stay.key(), priority });
            }
            Input::Abandoned { item } => self.leave(item, LeftReason::Abandoned)?,
            Input::Removed { item } => self.leave(item, LeftReason::Removed)?,
            Input::Accepted { offer } => {
                self.alerting(offer)?;
                self.end_offer(offer, OfferResult::Accepted);
            }
            Input::Declined { offer } => {
                let agent = self.alerting(offer)?;
                self.pause(offer, agent);
                self.end_offer(offer, OfferResult::Declined);
            }
            Input::OfferFailed { offer, not_responding } => {
                let agent = self.alerting(offer)?;
                if not_responding {
                    self.end_offer(offer, OfferResult::Failed);
                    self.vanish(agent);
                } else {
                    self.pause(offer, agent);
                    self.end_offer(offer, OfferResult::Failed);
                }
            }
            Input::HandlingEnded { item, agent } => {
                self.agent_mut(agent)?;
                let holder = self.holder(item);
                let talk = Stage::Talking { agent };
                let at = self.stays.iter().position(|stay| stay.item == item && stay.stage == talk);
                let at = at.ok_or(Refused::NotHandling { item, agent, holder })?;
                let queue = self.stays[at].queue;
                let until = match self.rules(queue).map(|rules| (rules.wrap_up.mode, rules.wrap_up.seconds)) {
                    Some((WrapUpMode::Mandatory, _)) => None,
                    Some((WrapUpMode::Timed, seconds @ 1..)) => {
                        Some(self.now.plus(Duration::from_secs(seconds.into())))
                    }
                    _ => {
                        self.release(item, agent, false);
                        return Ok(());
                    }
                };
                self.stays[at].stage = Stage::WrapUp { agent, until };
                self.told.push(Output::WrapUpStarted { item, queue, agent, until });
            }
            Input::WrapUpDone { item, agent } => {
                self.agent_mut(agent)?;
                let holder = self.holder(item);
                let wraps_up =
                    |stay: &Stay| matches!(stay.stage, Stage::WrapUp { agent: other, .. } if other == agent);
                if !self.stays.iter().any(|stay| stay.item == item && wraps_up(stay)) {
                    return Err(Refused::NotInWrapUp { item, agent, holder });
                }
                self.release(item, agent, false);
            }
            Input::Deadline => {}
        }
        Ok(())
    }

    fn rules(&self, queue: QueueId) -> Option<&QueueRules> {
        self.queues.iter().find(|(id, _)| *id == queue).map(|(_, rules)| rules)
    }

    fn agent_mut(&mut self, id: UserId) -> Result<&mut Agent, Refused> {
        self.agents.iter_mut().find(|agent| agent.id == id).ok_or(Refused::UnknownAgent(id))
    }

    fn alerting(&self, offer: OfferId) -> Result<UserId, Refused> {
        for stay in &self.stays {
            match stay.stage {
                Stage::Alerting { offer: other, agent, .. } if other == offer => return Ok(agent),
                _ => {}
            }
        }
        let (_, item, result) =
            *self.ended.iter().find(|(ended, ..)| *ended == offer).ok_or(Refused::UnknownOffer(offer))?;
        Err(Refused::OfferOver { offer, result, item, holder: self.holder(item) })
    }

    /// Who has an item: its queue before a talk, a talk before a wrap-up, of several wrap-ups the last by agent.
    fn holder(&self, item: ConversationId) -> Holder {
        let stays = || self.stays.iter().filter(|stay| stay.item == item);
        if let Some(stay) = stays().find(|stay| stay.in_queue()) {
            return stay.agent().map_or(Holder::Queue, Holder::Alerting);
        }
        if let Some(stay) = stays().find(|stay| matches!(stay.stage, Stage::Talking { .. })) {
            return stay.agent().map_or(Holder::Gone, Holder::Agent);
        }
        stays().filter_map(Stay::agent).max().map_or(Holder::Gone, Holder::WrapUp)
    }

    fn leave(&mut self, item: ConversationId, reason: LeftReason) -> Result<(), Refused> {
        let holder = self.holder(item);
        let at = self.stays.iter().position(|stay| stay.item == item && stay.in_queue());
        let at = at.ok_or(Refused::NotQueued { item, holder })?;
        if let Stage::Alerting { offer, .. } = self.stays[at].stage {
            self.end_offer(offer, OfferResult::Withdrawn);
        }
        self.stays[at].stage = Stage::Over;
        self.told.push(Output::Left { item, queue: self.stays[at].queue, reason });
        Ok(())
    }

    fn vanish(&mut self, agent: UserId) {
        let agent = self.agent_mut(agent).expect("an offer's agent");
        agent.not_responding = agent.on;
    }

    fn pause(&mut self, of: OfferId, agent: UserId) {
        let until = self.now.plus(DECLINE_PAUSE);
        for stay in &mut self.stays {
            if matches!(stay.stage, Stage::Alerting { offer, .. } if offer == of) {
                stay.paused.push((agent, until));
            }
        }
    }

    fn end_offer(&mut self, offer: OfferId, result: OfferResult) {
        let alerts =
            |stay: &&mut Stay| matches!(stay.stage, Stage::Alerting { offer: other, .. } if other == offer);
        let stay = self.stays.iter_mut().find(alerts).expect("an offer that alerts");
        let agent = stay.agent().expect("an offer's agent");
        let (item, queue) = (stay.item, stay.queue);
        self.told.push(Output::OfferEnded { offer, item, queue, agent, result });
        self.ended.push((offer, item, result));
        stay.stage = Stage::Waiting;
        match result {
            OfferResult::Accepted => {
                stay.stage = Stage::Talking { agent };
                self.told.push(Output::Left { item, queue, reason: LeftReason::Answered });
            }
            OfferResult::Expired => self.vanish(agent),
            OfferResult::Declined | OfferResult::Failed | OfferResult::Withdrawn => {}
        }
    }

    fn release(&mut self, item: ConversationId, id: UserId, timed_out: bool) {
        let works = |stay: &&mut Stay| stay.item == item && !stay.in_queue() && stay.agent() == Some(id);
        let stay = self.stays.iter_mut().find(works).expect("work to release");
        stay.stage = Stage::Over;
        let queue = stay.queue;
        let now = self.now;
        self.agent_mut(id).expect("an agent with work").idle_since = Some(now);
        self.told.push(Output::Released { item, queue, agent: id, timed_out });
    }

    fn load(&self, agent: UserId) -> usize {
        self.stays.iter().filter(|stay| stay.agent() == Some(agent)).count()
    }

    fn needs(&self, stay: &Stay) -> Vec<SkillRequirement> {
        let rules = self.rules(stay.queue).expect("a stay's queue");
        plain(&rules.skills.iter().chain(&stay.skills).copied().collect::<Vec<_>>())
    }

    /// Why an agent cannot be offered an item, if he cannot.
    fn obstacle(&self, agent: &Agent, stay: &Stay) -> Option<&'static str> {
        let rules = self.rules(stay.queue).expect("a stay's queue");
        let lacks = self.needs(stay).iter().any(|need| level(agent, need).is_none_or(|own| own < need.level));
        if !agent.queues.contains(&stay.queue) {
            Some("not_joined")
        } else if !agent.on {
            Some("off_queue")
        } else if agent.not_responding {
            Some("not_responding")
        } else if agent.communicating {
            Some("communicating")
        } else if self.load(agent.id) >= usize::from(agent.capacity) {
            Some("at_capacity")
        } else if self.stays.iter().any(|other| other.item == stay.item && other.agent() == Some(agent.id)) {
            Some("has_it")
        } else if stay.paused.iter().any(|(paused, _)| *paused == agent.id) {
            Some("declined_before")
        } else if lacks && rules.evaluation != Evaluation::DisregardSkills {
            Some("missing_skill")
        } else {
            None
        }
    }

    /// The eligible agents for an item, best first.
    fn eligible(&self, stay: &Stay) -> Vec<UserId> {
        let rules = self.rules(stay.queue).expect("a stay's queue");
        let mut eligible: Vec<&Agent> =
            self.agents.iter().filter(|agent| self.obstacle(agent, stay).is_none()).collect();
        eligible.sort_by_key(|agent| {
            let by_level = rules.evaluation == Evaluation::BestAvailable;
            let total = if by_level { self.total(agent, stay) } else { 0 };
            (-total, self.load(agent.id), agent.idle_since, agent.id)
        });
        eligible.iter().map(|agent| agent.id).collect()
    }

    fn total(&self, agent: &Agent, stay: &Stay) -> i64 {
        self.needs(stay).iter().filter_map(|need| level(agent, need)).map(i64::from).sum()
    }

    /// Again and again: the first waiting item somebody is eligible for, to the best agent.
    fn match_all(&mut self, offers: &mut impl Iterator<Item = OfferId>) {
        loop {
            let mut order: Vec<usize> =
                (0..self.stays.len()).filter(|at| self.stays[*at].stage == Stage::Waiting).collect();
            order.sort_by_key(|at| (self.stays[*at].key(), self.stays[*at].item));
            let first = order.into_iter().find_map(|at| Some((at, *self.eligible(&self.stays[at]).first()?)));
            let Some((at, agent)) = first else { return };
            let offer = offers.next().unwrap_or(OfferId::from_uuid(uuid::Uuid::nil()));
            let stay = &self.stays[at];
            let (item, queue) = (stay.item, stay.queue);
            let expires_at = self.now.plus(self.rules(queue).expect("a stay's queue").alert);
            let decision = Decision { offer: Some(offer), agent: Some(agent), ..self.decision(stay) };
            self.told.push(Output::Offered { offer, item, queue, agent, expires_at, decision });
            self.stays[at].stage = Stage::Alerting { offer, agent, expires_at };
        }
    }

    /// Why a waiting item waits now; all members that are not eligible, however many.
    pub fn explain(&self, item: ConversationId) -> Option<Decision> {
        let stay = self.stays.iter().find(|stay| stay.item == item && stay.stage == Stage::Waiting);
        stay.map(|stay| self.decision(stay))
    }

    fn decision(&self, stay: &Stay) -> Decision {
        use tandem_proto::api::{Candidate, Excluded};
        let eligible = self.eligible(stay);
        let needs = self.needs(stay).len().max(1);
        let of = |id: &UserId| self.agents.iter().find(|agent| agent.id == *id).expect("an agent");
        let candidates = eligible.iter().take(10).map(|id| Candidate {
            agent: *id,
            score: self.total(of(id), stay) as f64 / needs as f64,
            idle_since: of(id).idle_since.expect("who is on was idle once"),
        });
        let excluded = self.agents.iter().filter_map(|agent| {
            let reason = self.obstacle(agent, stay).filter(|reason| *reason != "not_joined")?;
            Some(Excluded { agent: agent.id, reason: reason.to_owned() })
        });
        Decision {
            at: self.now,
            offer: None,
            agent: None,
            key: stay.key(),
            candidates: candidates.collect(),
            eligible: u32::try_from(eligible.len()).expect("few agents"),
            excluded: excluded.collect(),
        }
    }

    fn status(&self, agent: &Agent) -> RoutingStatus {
        let has = |wanted: fn(&Stage) -> bool| {
            self.stays.iter().any(|stay| stay.agent() == Some(agent.id) && wanted(&stay.stage))
        };
        if has(|stage| matches!(stage, Stage::Talking { .. })) {
            RoutingStatus::Interacting
        } else if has(|stage| matches!(stage, Stage::Alerting { .. })) {
            RoutingStatus::Alerting
        } else if has(|stage| matches!(stage, Stage::WrapUp { .. })) {
            RoutingStatus::WrapUp
        } else if !agent.on {
            RoutingStatus::OffQueue
        } else if agent.not_responding {
            RoutingStatus::NotResponding
        } else if agent.communicating {
            RoutingStatus::Communicating
        } else {
            RoutingStatus::Idle
        }
    }

    fn statuses(&mut self) {
        for at in 0..self.agents.len() {
            let status = self.status(&self.agents[at]);
            let agent = &mut self.agents[at];
            if agent.status != status {
                (agent.status, agent.since) = (status, self.now);
                self.told.push(Output::AgentStatus { agent: agent.id, status, since: self.now });
            }
        }
    }

    /// All agents, by id. Items are sorted.
    pub fn agents(&self) -> Vec<AgentState> {
        let state = |agent: &Agent| {
            let mut items: Vec<_> = self
                .stays
                .iter()
                .filter(|stay| stay.agent() == Some(agent.id))
                .map(|stay| stay.item)
                .collect();
            items.sort_unstable();
            AgentState {
                agent: agent.id,
                status: agent.status,
                since: agent.since,
                idle_since: agent.idle_since,
                capacity: agent.capacity,
                queues: agent.queues.clone(),
                skills: plain(&agent.skills),
                items,
            }
        };
        self.agents.iter().map(state).collect()
    }

    /// The queues there are.
    pub fn queues(&self) -> Vec<QueueId> {
        self.queues.iter().map(|(id, _)| *id).collect()
    }

    /// A queue's waiting and alerting items in order.
    pub fn waiting(&self, queue: QueueId) -> Vec<WaitingItem> {
        let mut stays: Vec<_> =
            self.stays.iter().filter(|stay| stay.queue == queue && stay.in_queue()).collect();
        stays.sort_by_key(|stay| (stay.key(), stay.item));
        let show = |stay: &&Stay| WaitingItem {
            item: stay.item,
            queue,
            key: stay.key(),
            priority: stay.priority,
            arrival: stay.arrival,
            holder: self.holder(stay.item),
        };
        stays.iter().map(show).collect()
    }
}

fn level(agent: &Agent, need: &SkillRequirement) -> Option<u8> {
    agent.skills.iter().filter(|own| own.skill == need.skill).map(|own| own.level.min(5)).max()
}

/// Each skill once, at its highest level of at most 5, sorted.
fn plain(skills: &[SkillRequirement]) -> Vec<SkillRequirement> {
    let mut plain: Vec<SkillRequirement> = Vec::new();
    for skill in skills {
        let level = skill.level.min(5);
        match plain.iter_mut().find(|known| known.skill == skill.skill) {
            Some(known) => known.level = known.level.max(level),
            None => plain.push(SkillRequirement { skill: skill.skill, level }),
        }
    }
    plain.sort_by_key(|skill| skill.skill);
    plain
}
