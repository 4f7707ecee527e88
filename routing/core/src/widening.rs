//! How the search for an agent widens while an item waits: its queue's steps, and its own moments.

use tandem_proto::{ConversationId, Timestamp};

use crate::{
    Condition, Domain, STEPS,
    domain::Queue,
    items::Item,
    table::Slot,
    wheel::{Due, Timer},
};

/// How far its search has widened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Widening {
    /// Steps taken, a bit for each.
    pub(crate) taken: u8,
    /// The step considered next, and when.
    pub(crate) step: u8,
    pub(crate) next: Option<(Timestamp, Timer)>,
}

impl Domain {
    /// An item is no longer held, or no longer kept for some.
    pub(crate) fn opened(&mut self, id: ConversationId, at: Timestamp) {
        let slot = self.items.slot(id).expect("what opens is known");
        if let Some(wishes) = &mut self.items[slot].wishes {
            wishes.opens = wishes.asks.opens_after(at).map(|at| self.wheel.set(at, Due::Opens(id)));
        }
        self.unfile(slot);
        self.file(slot);
    }

    /// Begins an item's steps anew.
    pub(crate) fn widen_anew(&mut self, slot: Slot<Item>) {
        let before = std::mem::take(&mut self.items[slot].widening);
        before.next.into_iter().for_each(|(_, timer)| self.wheel.cancel(timer));
        self.await_step(slot, self.now);
    }

    /// Waits for an item's next step, if there is one; the one before was at `from`.
    fn await_step(&mut self, slot: Slot<Item>, from: Timestamp) {
        let item = &mut self.items[slot];
        let steps = self.queues[item.queue].rules.as_ref().map_or(&[][..], |rules| &rules.steps);
        let step = steps.iter().take(STEPS).nth(usize::from(item.widening.step));
        item.widening.next = step.map(|step| {
            let at = from.plus(step.after);
            (at, self.wheel.set(at, Due::Step(item.id)))
        });
    }

    /// The next step of an item's widening is due.
    pub(crate) fn step_due(&mut self, id: ConversationId, at: Timestamp) {
        let slot = self.items.slot(id).expect("what widens is known");
        let item = &self.items[slot];
        let (queue, number) = (&self.queues[item.queue], item.widening.step);
        let when =
            queue.rules.as_ref().and_then(|rules| rules.steps.get(usize::from(number))).map(|step| step.when);
        let taken = when.is_some_and(|when| queue.fulfils(when));
        if taken {
            self.unfile(slot);
        }
        let widening = &mut self.items[slot].widening;
        widening.taken |= u8::from(taken) << number;
        widening.step += 1;
        if taken {
            self.file(slot);
        }
        self.await_step(slot, at);
    }
}

impl Queue {
    fn fulfils(&self, when: Condition) -> bool {
        match when {
            Condition::Always => true,
            Condition::WaitingOver(items) => self.order.len() > items as usize,
            Condition::EstimatedWaitOver(wait) => self.measured.estimated_wait.is_some_and(|is| is > wait),
            Condition::ServiceLevelUnder(percent) => {
                self.measured.service_level.is_some_and(|is| is < percent)
            }
        }
    }
}
