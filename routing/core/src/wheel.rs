//! What is due when.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use tandem_proto::{ConversationId, OfferId, Timestamp, UserId};

/// What happens by itself at a moment. At the same moment the smaller one happens first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Due {
    /// An offer expires.
    Offer(OfferId),
    /// A timed wrap-up ends.
    WrapUp(UserId, ConversationId),
    /// An agent may be offered an item again.
    Pause(ConversationId, UserId),
    /// An item's next step of widening is considered.
    Step(ConversationId),
    /// An item is no longer held, or no longer kept for its preferred agents.
    Opens(ConversationId),
}

/// Microseconds to a slot, as a power of two: about a second.
const SLOT_BITS: u32 = 20;
/// Slots: 268 s together, longer than alerts, pauses and most wrap-ups last.
const SLOTS: usize = 256;
/// The same, as what slots are counted in.
const REACH: i64 = 256;

/// Names an entry until it has happened or was cancelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Timer(u32);

/// A wheel of slots that turns with time; each slot is a heap, in which what was cancelled lies until it comes up. What is beyond the
/// wheel's reach is kept in order and moves onto it. Setting and cancelling take constant time within reach.
#[derive(Clone, Debug)]
pub(crate) struct Wheel {
    entries: Vec<Entry>,
    vacant: Vec<u32>,
    slots: Vec<Slot>,
    /// Which slots have live entries.
    occupied: [u64; SLOTS / 64],
    /// The slot, counted since the epoch, that the wheel begins with now.
    start: i64,
    beyond: BTreeMap<(Timestamp, Due), Timer>,
    /// The first moment at which anything is due.
    next: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Entry {
    at: Timestamp,
    due: Due,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Slot(u16),
    Beyond,
    /// Cancelled, and still in its slot's heap.
    Cancelled,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    heap: BinaryHeap<Reverse<(Timestamp, Due, Timer)>>,
    live: u32,
}

impl Default for Wheel {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            vacant: Vec::new(),
            slots: vec![Slot::default(); SLOTS],
            occupied: [0; SLOTS / 64],
            start: i64::MIN >> SLOT_BITS,
            beyond: BTreeMap::new(),
            next: None,
        }
    }
}

impl Wheel {
    pub(crate) fn set(&mut self, at: Timestamp, due: Due) -> Timer {
        let entry = Entry { at, due, place: Place::Beyond };
        let timer = match self.vacant.pop() {
            Some(vacant) => {
                self.entries[vacant as usize] = entry;
                Timer(vacant)
            }
            None => {
                self.entries.push(entry);
                Timer(u32::try_from(self.entries.len() - 1).expect("memory ends before the numbers do"))
            }
        };
        self.place(timer);
        if self.next.is_none_or(|next| at < next) {
            self.next = Some(at);
        }
        timer
    }

    /// Cancels an entry that has not happened yet.
    pub(crate) fn cancel(&mut self, timer: Timer) {
        let Entry { at, due, place } = self.entries[timer.0 as usize];
        match place {
            Place::Slot(slot) => {
                self.entries[timer.0 as usize].place = Place::Cancelled;
                self.one_less(slot);
            }
            Place::Beyond => {
                self.beyond.remove(&(at, due));
                self.vacant.push(timer.0);
            }
            Place::Cancelled => unreachable!("an entry is cancelled once"),
        }
        if self.next == Some(at) {
            self.next = self.first();
        }
    }

    /// When something is due next.
    pub(crate) const fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// The first thing that is due by `now`, and when it was.
    pub(crate) fn pop(&mut self, now: Timestamp) -> Option<(Timestamp, Due)> {
        if self.next.is_none_or(|next| next > now) {
            return None;
        }
        // What is due and beyond comes onto the wheel; nothing on it lies before what is due.
        let due = self.next.map(slot_of)?;
        self.turn_to(due);
        let slot = self.first_slot()?;
        let Reverse((at, due, timer)) = self.slots[usize::from(slot)].heap.pop()?;
        self.vacant.push(timer.0);
        self.one_less(slot);
        self.next = self.first();
        Some((at, due))
    }

    /// Lets the wheel begin at `now`, if nothing is due before.
    pub(crate) fn turn(&mut self, now: Timestamp) {
        self.turn_to(self.next.map_or(slot_of(now), |next| slot_of(next).min(slot_of(now))));
    }

    fn turn_to(&mut self, start: i64) {
        if start <= self.start {
            return;
        }
        self.start = start;
        while let Some(first) = self.beyond.first_entry()
            && slot_of(first.key().0).saturating_sub(start) < REACH
        {
            let timer = first.remove();
            self.place(timer);
        }
    }

    fn place(&mut self, timer: Timer) {
        let Entry { at, due, .. } = self.entries[timer.0 as usize];
        let number = slot_of(at).max(self.start);
        let place = if number.saturating_sub(self.start) < REACH {
            let slot = on_wheel(number);
            self.slots[usize::from(slot)].heap.push(Reverse((at, due, timer)));
            self.slots[usize::from(slot)].live += 1;
            self.occupied[usize::from(slot) / 64] |= 1 << (slot % 64);
            Place::Slot(slot)
        } else {
            self.beyond.insert((at, due), timer);
            Place::Beyond
        };
        self.entries[timer.0 as usize].place = place;
    }

    fn one_less(&mut self, number: u16) {
        let slot = &mut self.slots[usize::from(number)];
        slot.live -= 1;
        if slot.live == 0 {
            self.vacant.extend(slot.heap.drain().map(|Reverse((_, _, timer))| timer.0));
            self.occupied[usize::from(number) / 64] &= !(1 << (number % 64));
        }
    }

    /// The first moment of a live entry; clears away what was cancelled before it.
    fn first(&mut self) -> Option<Timestamp> {
        let Some(slot) = self.first_slot() else {
            return self.beyond.first_key_value().map(|((at, _), _)| *at);
        };
        let heap = &mut self.slots[usize::from(slot)].heap;
        while let Some(Reverse((at, _, timer))) = heap.peek().copied() {
            if self.entries[timer.0 as usize].place != Place::Cancelled {
                return Some(at);
            }
            heap.pop();
            self.vacant.push(timer.0);
        }
        unreachable!("an occupied slot has a live entry")
    }

    /// The first occupied slot from the start on, around the wheel.
    fn first_slot(&self) -> Option<u16> {
        let start = usize::from(on_wheel(self.start));
        let words = self.occupied.len();
        for n in 0..=words {
            let at = (start / 64 + n) % words;
            let from_start = u64::MAX << (start % 64);
            let word = match n {
                0 => self.occupied[at] & from_start,
                n if n == words => self.occupied[at] & !from_start,
                _ => self.occupied[at],
            };
            if word != 0 {
                return u16::try_from(at * 64 + word.trailing_zeros() as usize).ok();
            }
        }
        None
    }
}

const fn slot_of(at: Timestamp) -> i64 {
    at.micros() >> SLOT_BITS
}

fn on_wheel(number: i64) -> u16 {
    u16::try_from(number.rem_euclid(REACH)).expect("a slot of the wheel")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn it_gives_what_an_ordered_list_gives(
            ops in prop::collection::vec((0_u8..8, 0_u64..2_000_000_000, any::<prop::sample::Index>()), 0..400),
        ) {
            let mut wheel = Wheel::default();
            let mut list: Vec<(Timestamp, Due, Timer)> = vec![];
            let mut now = Timestamp::from_micros(i64::MIN);
            for (n, (op, micros, any)) in ops.into_iter().enumerate() {
                match op {
                    // Near ones, far ones, some in the past.
                    0..=3 => {
                        let base = now.max(Timestamp::from_micros(-5_000));
                        let after = Duration::from_micros(if op == 0 { micros } else { micros / 300 });
                        let at = if op == 3 { base.minus(after / 100) } else { base.plus(after) };
                        let due = Due::Step(ConversationId::from_uuid(Uuid::from_u128(n as u128)));
                        list.push((at, due, wheel.set(at, due)));
                    }
                    4 | 5 if !list.is_empty() => {
                        let (.., timer) = list.remove(any.index(list.len()));
                        wheel.cancel(timer);
                    }
                    _ => {
                        let base = now.max(Timestamp::from_micros(0));
                        now = base.plus(Duration::from_micros(if op == 6 { micros } else { micros / 1_000 }));
                        list.sort_unstable();
                        while let Some((at, due)) = wheel.pop(now) {
                            let (first_at, first, _) = list.remove(0);
                            prop_assert_eq!((at, due), (first_at, first));
                        }
                        wheel.turn(now);
                        prop_assert!(list.first().is_none_or(|(at, ..)| *at > now));
                    }
                }
                prop_assert_eq!(wheel.next(), list.iter().map(|(at, ..)| *at).min());
            }
        }
    }
}
