//! What routing must do, said the simplest way: lists, and scans over all of them. Shares no code with the core but its public types.

use std::time::Duration;

use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{Decision, Evaluation, RoutingStatus, SkillRequirement, WrapUpMode},
};
use tandem_routing::{
    AgentState, Asks, Condition, DECLINE_PAUSE, Holder, Input, Label, LeftReason, Measured, Media,
    OfferResult, Output, QueueRules, Refused, Utilization, WaitingItem,
};

/// The model of a domain.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    now: Timestamp,
    queues: Vec<(QueueId, QueueRules)>,
    closed: Vec<QueueId>,
    measured: Vec<(QueueId, Measured)>,
    agents: Vec<Agent>,
    stays: Vec<Stay>,
    ended: Vec<(OfferId, ConversationId, OfferResult)>,
    told: Vec<Output>,
}

#[derive(Clone, Debug)]
struct Agent {
    id: UserId,
    skills: Vec<SkillRequirement>,
    /// With his group.
    queues: Vec<(QueueId, u8)>,
    capacity: u8,
    utilization: Option<Utilization>,
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
    asks: Asks,
    /// Steps taken, the one considered next, and when.
    taken: Vec<usize>,
    step: usize,
    next_step: Option<Timestamp>,
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
    Step(ConversationId),
    Opens(ConversationId),
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

    /// How much it prefers an agent.
    fn preference(&self, agent: UserId) -> u32 {
        if self.asks.last_agent == Some(agent) {
            return 1_000;
        }
        let preferred = self.asks.preferred.iter().find(|one| one.agent == agent);
        preferred.map_or(0, |one| 1 + u32::from(one.score.min(100)))
    }

    fn is_kept(&self, now: Timestamp) -> bool {
        let prefers = self.asks.last_agent.is_some() || !self.asks.preferred.is_empty();
        prefers && self.asks.preferred_until.is_some_and(|until| until > now)
    }

    fn is_held(&self, now: Timestamp) -> bool {
        self.asks.not_before.is_some_and(|until| until > now)
    }
}

/// Whether somebody with such limits who has `has` takes one of a medium with a label.
fn takes(limits: &Utilization, has: &[(Media, Option<Label>)], media: Media, label: Option<Label>) -> bool {
    let Some(of_media) = limits.media.get(&media) else { return false };
    let same_media = has.iter().filter(|(other, _)| *other == media).count();
    let same_label = has.iter().filter(|(_, other)| label.is_some() && *other == label).count();
    let of_label = label.and_then(|label| limits.labels.get(&label));
    let interrupts_all = has.iter().filter(|(other, _)| *other != media).all(|(other, other_label)| {
        let by_media = limits.media.get(other).is_some_and(|limit| limit.interrupted_by.contains(&media));
        let other_limit = other_label.and_then(|other| limits.labels.get(&other));
        let by_label =
            other_limit.is_some_and(|limit| label.is_some_and(|label| limit.interrupted_by.contains(&label)));
        by_media || by_label
    });
    same_media < usize::from(of_media.most)
        && of_label.is_none_or(|limit| same_label < usize::from(limit.most))
        && interrupts_all
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
        // What opens is over once its moment has passed; the rest is taken away when it is carried out.
        let ahead = |(at, due): &(Timestamp, Due)| !matches!(due, Due::Opens(_)) || *at > self.now;
        self.due().into_iter().filter(ahead).map(|(at, _)| at).min()
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
                due.extend(stay.next_step.map(|at| (at, Due::Step(stay.item))));
                let opens = [stay.asks.preferred_until, stay.asks.not_before].into_iter().flatten();
                due.extend(opens.map(|at| (at, Due::Opens(stay.item))));
            }
        }
        due
    }

    fn carry_out_due(&mut self) {
        loop {
            let mut due = self.due();
            // What opens has no state of its own.
            due.retain(|(at, due)| *at <= self.now && !matches!(due, Due::Opens(_)));
            let Some((at, due)) = due.into_iter().min() else { return };
            match due {
                Due::Expiry(offer) => self.end_offer(offer, OfferResult::Expired),
                Due::WrapUp(agent, item) => self.release(item, agent, true),
                Due::Pause(item, agent) => {
                    let stay = self.stays.iter_mut().find(|stay| stay.item == item && stay.in_queue());
                    stay.expect("a pause's stay").paused.retain(|(paused, _)| *paused != agent);
                }
                Due::Step(item) => self.consider_step(item, at),
                Due::Opens(_) => {}
            }
        }
    }

    fn consider_step(&mut self, item: ConversationId, at: Timestamp) {
        let place =
            self.stays.iter().position(|stay| stay.item == item && stay.in_queue()).expect("a step's stay");
        let (queue, number) = (self.stays[place].queue, self.stays[place].step);
        let in_queue = self.stays.iter().filter(|stay| stay.queue == queue && stay.in_queue()).count();
        let measured =
            self.measured.iter().find(|(id, _)| *id == queue).map_or(Measured::default(), |(_, m)| *m);
        let steps = self.rules(queue).expect("a stay's queue").steps.clone();
        let holds = match steps[number].when {
            Condition::Always => true,
            Condition::WaitingOver(items) => in_queue > items as usize,
            Condition::EstimatedWaitOver(wait) => measured.estimated_wait.is_some_and(|is| is > wait),
            Condition::ServiceLevelUnder(percent) => measured.service_level.is_some_and(|is| is < percent),
        };
        let stay = &mut self.stays[place];
        if holds {
            stay.taken.push(number);
        }
        stay.step += 1;
        stay.next_step = steps.get(stay.step).filter(|_| stay.step < 5).map(|step| at.plus(step.after));
    }

    /// The steps of a stay that begins them at `now`.
    fn first_step(&self, queue: QueueId) -> Option<Timestamp> {
        self.rules(queue).and_then(|rules| rules.steps.first()).map(|step| self.now.plus(step.after))
    }

    fn cleaned(&self, mut asks: Asks) -> Asks {
        let known = |agent: UserId| self.agents.iter().any(|other| other.id == agent);
        asks.last_agent = asks.last_agent.filter(|agent| known(*agent));
        asks.preferred = asks.preferred.into_iter().take(10).filter(|one| known(one.agent)).collect();
        asks
    }

    fn apply(&mut self, input: &Input) -> Result<(), Refused> {
        match input.clone() {
            Input::QueueSet { queue, rules } => match self.queues.iter_mut().find(|(id, _)| *id == queue) {
                Some(known) => {
                    let steps_differ = known.1.steps != rules.steps;
                    known.1 = rules;
                    let first_step = self.first_step(queue);
                    for stay in self.stays.iter_mut().filter(|stay| stay.queue == queue && stay.in_queue()) {
                        if steps_differ {
                            (stay.taken, stay.step, stay.next_step) = (vec![], 0, first_step);
                        }
                    }
                }
                None => self.queues.push((queue, rules)),
            },
            Input::QueueClosed { queue, closed } => {
                self.rules(queue).ok_or(Refused::UnknownQueue(queue))?;
                self.closed.retain(|id| *id != queue);
                if closed {
                    self.closed.push(queue);
                }
            }
            Input::QueueMeasured { queue, measured } => {
                self.rules(queue).ok_or(Refused::UnknownQueue(queue))?;
                self.measured.retain(|(id, _)| *id != queue);
                self.measured.push((queue, measured));
            }
            Input::QueueRemoved { queue } => {
                self.rules(queue).ok_or(Refused::UnknownQueue(queue))?;
                for waiting in self.waiting(queue) {
                    self.leave(waiting.item, LeftReason::Removed)?;
                }
                self.queues.retain(|(id, _)| *id != queue);
                self.closed.retain(|id| *id != queue);
                self.measured.retain(|(id, _)| *id != queue);
            }
            Input::AgentSet { agent: id, skills, queues, capacity } => {
                let known = self.agents.iter().find(|agent| agent.id == id);
                let group = |queue: QueueId| {
                    let before =
                        known.and_then(|agent| agent.queues.iter().find(|(other, _)| *other == queue));
                    before.map_or(0, |(_, group)| *group)
                };
                let queues = queues.into_iter().map(|queue| (queue, group(queue))).collect();
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
                        utilization: None,
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
            Input::MemberSet { agent, queue, group } => {
                let agent = self.agent_mut(agent)?;
                agent.queues.retain(|(id, _)| *id != queue);
                agent.queues.extend(group.map(|group| (queue, group.min(5))));
                agent.queues.sort_unstable();
            }
            Input::UtilizationSet { agent, utilization } => self.agent_mut(agent)?.utilization = utilization,
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
            Input::Arrived { item, queue, priority, skills, arrival, asks } => {
                let holder = self.holder(item);
                if !matches!(holder, Holder::Gone | Holder::WrapUp(_)) {
                    return Err(Refused::AlreadyHere { item, holder });
                }
                self.rules(queue).ok_or(Refused::UnknownQueue(queue))?;
                let stay = Stay {
                    item,
                    queue,
                    priority,
                    arrival,
                    skills: plain(&skills),
                    asks: self.cleaned(asks),
                    taken: vec![],
                    step: 0,
                    next_step: self.first_step(queue),
                    paused: vec![],
                    stage: Stage::Waiting,
                };
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
            Input::Changed { item, asks } => {
                let (holder, asks) = (self.holder(item), self.cleaned(asks));
                let stay = self.stays.iter_mut().find(|stay| stay.item == item && stay.in_queue());
                stay.ok_or(Refused::NotQueued { item, holder })?.asks = asks;
            }
            Input::Moved { item, queue } => {
                let holder = self.holder(item);
                let at = self.stays.iter().position(|stay| stay.item == item && stay.in_queue());
                let at = at.ok_or(Refused::NotQueued { item, holder })?;
                self.rules(queue).ok_or(Refused::UnknownQueue(queue))?;
                if let Stage::Alerting { offer, .. } = self.stays[at].stage {
                    self.end_offer(offer, OfferResult::Withdrawn);
                }
                self.told.push(Output::Left { item, queue: self.stays[at].queue, reason: LeftReason::Moved });
                let first_step = self.first_step(queue);
                let stay = &mut self.stays[at];
                stay.queue = queue;
                (stay.taken, stay.step, stay.next_step) = (vec![], 0, first_step);
                let (key, priority, skills) = (stay.key(), stay.priority, stay.skills.clone());
                self.told.push(Output::Queued { item, queue, key, priority, skills });
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
        let mut needs = plain(&rules.skills.iter().chain(&stay.skills).copied().collect::<Vec<_>>());
        needs.retain(|need| !stay.taken.iter().any(|step| rules.steps[*step].drops.contains(&need.skill)));
        needs
    }

    fn has(&self, agent: UserId) -> Vec<(Media, Option<Label>)> {
        let stays = self.stays.iter().filter(|stay| stay.agent() == Some(agent));
        stays.map(|stay| (stay.asks.media, stay.asks.label)).collect()
    }

    /// Whether an agent's limits leave room for anything at all.
    fn takes_anything(&self, agent: &Agent) -> bool {
        let media = [Media::Voice, Media::Callback, Media::Message, Media::Email, Media::WorkItem];
        let has = self.has(agent.id);
        agent.utilization.as_ref().is_none_or(|limits| {
            let labels = (0..11).filter_map(|label| Label::try_from(label).ok()).map(Some);
            labels.chain([None]).any(|label| media.iter().any(|media| takes(limits, &has, *media, label)))
        })
    }

    /// Why an agent cannot be offered an item, if he cannot.
    fn obstacle(&self, agent: &Agent, stay: &Stay) -> Option<&'static str> {
        let rules = self.rules(stay.queue).expect("a stay's queue");
        let lacks_any = |needs: &[SkillRequirement]| {
            needs.iter().any(|need| level(agent, need).is_none_or(|own| own < need.level.min(5)))
        };
        let lacks = lacks_any(&stay.asks.languages)
            || (rules.evaluation != Evaluation::DisregardSkills && lacks_any(&self.needs(stay)));
        let no_room = agent
            .utilization
            .as_ref()
            .is_some_and(|limits| !takes(limits, &self.has(agent.id), stay.asks.media, stay.asks.label));
        let Some((_, group)) = agent.queues.iter().find(|(id, _)| *id == stay.queue) else {
            return Some("not_joined");
        };
        if self.closed.contains(&stay.queue) {
            Some("queue_closed")
        } else if stay.is_held(self.now) {
            Some("held")
        } else if !agent.on {
            Some("off_queue")
        } else if agent.not_responding {
            Some("not_responding")
        } else if agent.communicating {
            Some("communicating")
        } else if self.load(agent.id) >= usize::from(agent.capacity) || !self.takes_anything(agent) {
            Some("at_capacity")
        } else if self.stays.iter().any(|other| other.item == stay.item && other.agent() == Some(agent.id)) {
            Some("has_it")
        } else if stay.paused.iter().any(|(paused, _)| *paused == agent.id) {
            Some("declined_before")
        } else if lacks {
            Some("missing_skill")
        } else if no_room {
            Some("at_capacity")
        } else if *group != 0 && !stay.taken.contains(&(usize::from(*group) - 1)) {
            Some("group_not_open")
        } else if stay.is_kept(self.now) && stay.preference(agent.id) == 0 {
            Some("not_preferred")
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
            let preference = std::cmp::Reverse(stay.preference(agent.id));
            (preference, -total, self.load(agent.id), agent.idle_since, agent.id)
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
        use tandem_proto::api::{Candidate, Excluded, ExcludedCount};
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
            Some(Excluded { agent: agent.id, reason: reason.into() })
        });
        let excluded: Vec<_> = excluded.collect();
        let mut counts: Vec<ExcludedCount> = Vec::new();
        for Excluded { reason, .. } in &excluded {
            match counts.iter_mut().find(|count| count.reason == *reason) {
                Some(count) => count.members += 1,
                None => counts.push(ExcludedCount { reason: reason.clone(), members: 1 }),
            }
        }
        Decision {
            at: self.now,
            offer: None,
            agent: None,
            key: stay.key(),
            candidates: candidates.collect(),
            eligible: u32::try_from(eligible.len()).expect("few agents"),
            excluded,
            counts,
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
                queues: agent.queues.iter().map(|(queue, _)| *queue).collect(),
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
