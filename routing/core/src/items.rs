//! Items: their stay in a queue, from arrival to leaving.

use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{Evaluation, SkillRequirement},
};

use crate::{
    Asks, DECLINE_PAUSE, Domain, Holder, LeftReason, OfferResult, Output, Refused, STEPS,
    agents::{Agent, Stage},
    domain::Queue,
    media::Kind,
    skills::Skills,
    table::Slot,
    waiting::Class,
    wheel::{Due, Timer},
    widening::Widening,
};

/// What a step of priority is worth, in milliseconds of waiting.
const PRIORITY_STEP_MS: i64 = 60_000;

/// A waiting or alerting item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ConversationId,
    pub(crate) queue: Slot<Queue>,
    pub(crate) priority: i32,
    pub(crate) arrival: Timestamp,
    pub(crate) key: i64,
    /// Skills it asks for itself,
    pub(crate) own: Skills,
    /// together with its queue's and without what was dropped,
    pub(crate) needs: Skills,
    /// and what an agent must cover: languages too, and skills unless they are disregarded.
    pub(crate) demand: Skills,
    pub(crate) wishes: Option<Box<Wishes>>,
    pub(crate) widening: Widening,
    /// The offer that alerts; none while it waits.
    pub(crate) offer: Option<OfferId>,
    /// Agents who are not offered it until then.
    pub(crate) paused: Vec<Pause>,
    pub(crate) filed: Filed,
}

/// What an item asks for besides skills, where it does.
#[derive(Clone, Debug)]
pub(crate) struct Wishes {
    pub(crate) asks: Asks,
    pub(crate) languages: Skills,
    /// Each once, with the score.
    pub(crate) preferred: Vec<(Slot<Agent>, u8)>,
    /// When it is no longer kept or held, whichever is next.
    pub(crate) opens: Option<Timer>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    pub(crate) agent: Slot<Agent>,
    pub(crate) until: Timestamp,
    pub(crate) timer: Timer,
}

/// Where agents find a waiting item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Filed {
    /// Nowhere: it alerts or is held.
    Nowhere,
    /// In its queue.
    Queue,
    /// With its preferred agents.
    Kept,
}

/// The order of items: smallest key first, then by id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ItemRank {
    pub(crate) key: i64,
    pub(crate) item: ConversationId,
    pub(crate) slot: Slot<Item>,
}

impl Item {
    pub(crate) const fn rank(&self, slot: Slot<Self>) -> ItemRank {
        ItemRank { key: self.key, item: self.id, slot }
    }

    pub(crate) fn kind(&self) -> Kind {
        let asks = self.wishes.as_ref().map(|wishes| &wishes.asks);
        asks.map_or(Kind::default(), |asks| Kind { media: asks.media, label: asks.label })
    }

    pub(crate) fn class(&self) -> Class {
        Class { kind: self.kind().number(), taken: self.widening.taken }
    }

    pub(crate) fn preferred(&self) -> &[(Slot<Agent>, u8)] {
        self.wishes.as_ref().map_or(&[], |wishes| &wishes.preferred)
    }

    /// Whether only preferred agents may have it.
    pub(crate) fn is_kept(&self, now: Timestamp) -> bool {
        let until = self.wishes.as_ref().and_then(|wishes| wishes.asks.preferred_until);
        until.is_some_and(|until| until > now) && !self.preferred().is_empty()
    }

    /// Whether nobody may have it yet.
    pub(crate) fn is_held(&self, now: Timestamp) -> bool {
        let until = self.wishes.as_ref().and_then(|wishes| wishes.asks.not_before);
        until.is_some_and(|until| until > now)
    }

    pub(crate) fn pauses(&self, agent: Slot<Agent>) -> bool {
        self.paused.iter().any(|pause| pause.agent == agent)
    }
}

/// The ordering key: constant while the item waits, kept over re-offers.
fn key(arrival: Timestamp, priority: i32) -> i64 {
    arrival.millis().saturating_sub(PRIORITY_STEP_MS * i64::from(priority))
}

/// An item that comes to a queue.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) item: ConversationId,
    pub(crate) queue: QueueId,
    pub(crate) priority: i32,
    pub(crate) skills: Vec<SkillRequirement>,
    pub(crate) arrival: Timestamp,
    pub(crate) asks: Asks,
}

impl Domain {
    pub(crate) fn arrive(&mut self, arrival: Arrival) -> Result<(), Refused> {
        let Arrival { item: id, queue: queue_id, priority, skills, arrival, asks } = arrival;
        let holder = self.holder(id);
        if !matches!(holder, Holder::Gone | Holder::WrapUp(_)) {
            return Err(Refused::AlreadyHere { item: id, holder });
        }
        let queue = self.queue(queue_id)?;
        let own = self.skills.set(&skills);
        let wishes = self.wishes(id, asks);
        let item = Item {
            id,
            queue,
            priority,
            arrival,
            key: key(arrival, priority),
            own,
            needs: Skills::NONE,
            demand: Skills::NONE,
            wishes,
            widening: Widening::default(),
            offer: None,
            paused: Vec::new(),
            filed: Filed::Nowhere,
        };
        let slot = self.items.insert(id, item);
        self.enter(slot);
        Ok(())
    }

    /// Lets an item that is in no queue enter the one it names.
    fn enter(&mut self, slot: Slot<Item>) {
        self.widen_anew(slot);
        let item = &self.items[slot];
        let (id, key, priority) = (item.id, item.key, item.priority);
        let skills = self.skills.named(&item.own);
        let queue = &mut self.queues[item.queue];
        queue.order.insert(item.rank(slot));
        let queue = queue.id;
        self.file(slot);
        self.tell(Output::Queued { item: id, queue, key, priority, skills });
    }

    pub(crate) fn wishes(&mut self, id: ConversationId, mut asks: Asks) -> Option<Box<Wishes>> {
        if asks.is_plain() {
            return None;
        }
        // Who is not known now counts for nothing later either, here or where the domain is restored.
        asks.last_agent = asks.last_agent.filter(|agent| self.agents.slot(*agent).is_some());
        asks.preferred.truncate(crate::PREFERRED);
        asks.preferred.retain(|one| self.agents.slot(one.agent).is_some());
        let languages = self.skills.set(&asks.languages);
        let preferred =
            asks.scores().filter_map(|(agent, score)| Some((self.agents.slot(agent)?, score))).collect();
        let opens = asks.opens_after(self.now).map(|at| self.wheel.set(at, Due::Opens(id)));
        Some(Box::new(Wishes { asks, languages, preferred, opens }))
    }

    pub(crate) fn change(&mut self, id: ConversationId, asks: Asks) -> Result<(), Refused> {
        let slot = self.in_queue(id)?;
        self.unfile(slot);
        let wishes = self.wishes(id, asks);
        let before = std::mem::replace(&mut self.items[slot].wishes, wishes);
        before.and_then(|before| before.opens).into_iter().for_each(|timer| self.wheel.cancel(timer));
        // What alerts counts as what it is now.
        let (offer, kind) = (self.items[slot].offer, self.items[slot].kind());
        if let Some(agent) = offer.map(|offer| self.offers[&offer].agent) {
            for engaged in self.agents[agent].engaged.iter_mut().filter(|engaged| engaged.item == id) {
                engaged.kind = kind;
            }
            self.touch(agent);
        }
        self.file(slot);
        Ok(())
    }

    pub(crate) fn move_item(&mut self, id: ConversationId, to: QueueId) -> Result<(), Refused> {
        let slot = self.in_queue(id)?;
        let to = self.queue(to)?;
        if let Some(offer) = self.items[slot].offer {
            self.close_offer(offer, OfferResult::Withdrawn);
            self.items[slot].offer = None;
        }
        self.unfile(slot);
        let item = &mut self.items[slot];
        let queue = &mut self.queues[item.queue];
        queue.order.remove(&item.rank(slot));
        item.queue = to;
        let queue = queue.id;
        self.tell(Output::Left { item: id, queue, reason: LeftReason::Moved });
        self.enter(slot);
        Ok(())
    }

    pub(crate) fn reprioritise(&mut self, id: ConversationId, priority: i32) -> Result<(), Refused> {
        let slot = self.in_queue(id)?;
        self.unfile(slot);
        let item = &mut self.items[slot];
        let queue = &mut self.queues[item.queue];
        queue.order.remove(&item.rank(slot));
        (item.key, item.priority) = (key(item.arrival, priority), priority);
        queue.order.insert(item.rank(slot));
        let (queue, key) = (queue.id, item.key);
        self.file(slot);
        self.tell(Output::Rekeyed { item: id, queue, key, priority });
        Ok(())
    }

    /// Takes an item out of its queue; an offer of it is withdrawn.
    pub(crate) fn leave(&mut self, id: ConversationId, reason: LeftReason) -> Result<(), Refused> {
        let slot = self.in_queue(id)?;
        if let Some(offer) = self.items[slot].offer {
            self.close_offer(offer, OfferResult::Withdrawn);
        }
        self.forget(id, reason);
        Ok(())
    }

    /// The end of an item that is out of any offer.
    pub(crate) fn forget(&mut self, id: ConversationId, reason: LeftReason) {
        let slot = self.items.slot(id).expect("an item that leaves is known");
        self.unfile(slot);
        let item = self.items.remove(id);
        let queue = &mut self.queues[item.queue];
        queue.order.remove(&item.rank(slot));
        let queue = queue.id;
        let opens = item.wishes.and_then(|wishes| wishes.opens);
        let pauses = item.paused.into_iter().map(|pause| pause.timer);
        let step = item.widening.next.map(|(_, timer)| timer);
        opens.into_iter().chain(pauses).chain(step).for_each(|timer| self.wheel.cancel(timer));
        self.tell(Output::Left { item: id, queue, reason });
    }

    fn in_queue(&self, id: ConversationId) -> Result<Slot<Item>, Refused> {
        self.items.slot(id).ok_or_else(|| Refused::NotQueued { item: id, holder: self.holder(id) })
    }

    /// Files an item where those find it who may have it, if it waits and is not held.
    pub(crate) fn file(&mut self, slot: Slot<Item>) {
        let item = &mut self.items[slot];
        let queue = &mut self.queues[item.queue];
        let steps = queue.rules.as_ref().map_or(&[][..], |rules| &rules.steps);
        let (taken, steps) = (item.widening.taken, &steps[..steps.len().min(STEPS)]);
        item.needs = queue.skills.and(&item.own);
        if taken != 0 && steps.iter().any(|step| !step.drops.is_empty()) {
            let dropped =
                (0..).zip(steps).filter(|(at, _)| taken >> at & 1 == 1).flat_map(|(_, step)| &step.drops);
            let dropped: Vec<_> = dropped.map(|skill| self.skills.number(*skill)).collect();
            item.needs = item.needs.without(|skill| dropped.contains(&skill));
        }
        let evaluation = queue.rules.as_ref().map_or_else(Evaluation::default, |rules| rules.evaluation);
        let skills = if evaluation == Evaluation::DisregardSkills { &Skills::NONE } else { &item.needs };
        item.demand =
            item.wishes.as_ref().map_or_else(|| skills.clone(), |wishes| wishes.languages.and(skills));
        if item.offer.is_some() || item.is_held(self.now) {
            return;
        }
        let rank = item.rank(slot);
        if item.is_kept(self.now) {
            item.filed = Filed::Kept;
            for (agent, _) in item.preferred() {
                self.agents[*agent].kept.insert(rank);
            }
        } else {
            item.filed = Filed::Queue;
            queue.waiting.insert(item.class(), &item.demand, rank);
        }
        self.matchable.push(slot);
    }

    /// Takes an item from where [`Self::file`] put it.
    pub(crate) fn unfile(&mut self, slot: Slot<Item>) {
        let item = &mut self.items[slot];
        let rank = item.rank(slot);
        match std::mem::replace(&mut item.filed, Filed::Nowhere) {
            Filed::Nowhere => {}
            Filed::Queue => self.queues[item.queue].waiting.remove(item.class(), &item.demand, rank),
            Filed::Kept => {
                for (agent, _) in item.preferred() {
                    self.agents[*agent].kept.remove(&rank);
                }
            }
        }
    }

    /// Files an item whose offer ended again, where its key says.
    pub(crate) fn wait_again(&mut self, slot: Slot<Item>) {
        self.items[slot].offer = None;
        self.file(slot);
    }

    /// Keeps an item from an agent for [`DECLINE_PAUSE`].
    pub(crate) fn pause(&mut self, slot: Slot<Item>, agent: Slot<Agent>) {
        let until = self.now.plus(DECLINE_PAUSE);
        let item = &mut self.items[slot];
        let timer = self.wheel.set(until, Due::Pause(item.id, self.agents[agent].id));
        let pause = Pause { agent, until, timer };
        match item.paused.iter_mut().find(|pause| pause.agent == agent) {
            Some(before) => self.wheel.cancel(std::mem::replace(before, pause).timer),
            None => item.paused.push(pause),
        }
    }

    pub(crate) fn pause_over(&mut self, id: ConversationId, agent: UserId) {
        let slot = self.items.slot(id).expect("a pause ends with its item");
        let agent = self.agents.slot(agent).expect("a pause's agent is known");
        let item = &mut self.items[slot];
        item.paused.retain(|pause| pause.agent != agent);
        self.matchable.push(slot);
    }

    /// Who has an item.
    pub fn holder(&self, id: ConversationId) -> Holder {
        if let Some(item) = self.items.get(id) {
            return item
                .offer
                .map_or(Holder::Queue, |offer| Holder::Alerting(self.agents[self.offers[&offer].agent].id));
        }
        let agents = self.working.get(&id).into_iter().flatten();
        agents.fold(Holder::Gone, |holder, agent| {
            let agent = &self.agents[*agent];
            let talks =
                agent.engaged.iter().any(|engaged| engaged.item == id && engaged.stage == Stage::Talk);
            match holder {
                Holder::Agent(_) => holder,
                _ if talks => Holder::Agent(agent.id),
                _ => Holder::WrapUp(agent.id),
            }
        })
    }
}
