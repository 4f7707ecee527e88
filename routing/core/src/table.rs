//! Rows with a public id each, found by it once and by their slot from then on.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    marker::PhantomData,
    ops::{Index, IndexMut},
};

/// Where a row is. It means something for as long as the row is there.
pub(crate) struct Slot<T>(u32, PhantomData<fn() -> T>);

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl<T> PartialEq for Slot<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Slot<T> {}

impl<T> PartialOrd for Slot<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Slot<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The rows. Which slot a row gets follows from what happened before, so slots decide nothing that is told.
#[derive(Clone, Debug)]
pub(crate) struct Table<Id, T> {
    slots: HashMap<Id, Slot<T>>,
    rows: Vec<Option<T>>,
    vacant: Vec<u32>,
}

impl<Id, T> Default for Table<Id, T> {
    fn default() -> Self {
        Self { slots: HashMap::new(), rows: Vec::new(), vacant: Vec::new() }
    }
}

impl<Id: Copy + Eq + Hash + Ord, T> Table<Id, T> {
    pub(crate) fn slot(&self, id: Id) -> Option<Slot<T>> {
        self.slots.get(&id).copied()
    }

    pub(crate) fn get(&self, id: Id) -> Option<&T> {
        self.slot(id).map(|slot| &self[slot])
    }

    /// The row in a slot, if there is one (it may be another than there was).
    pub(crate) fn row(&self, slot: Slot<T>) -> Option<&T> {
        self.rows.get(slot.0 as usize)?.as_ref()
    }

    /// Puts in a row that is not there.
    pub(crate) fn insert(&mut self, id: Id, row: T) -> Slot<T> {
        let at = self.vacant.pop().unwrap_or_else(|| {
            self.rows.push(None);
            u32::try_from(self.rows.len() - 1).expect("memory ends before the numbers do")
        });
        self.rows[at as usize] = Some(row);
        let slot = Slot(at, PhantomData);
        let before = self.slots.insert(id, slot);
        debug_assert!(before.is_none(), "a row to insert is not there");
        slot
    }

    /// Takes out a row that is there.
    pub(crate) fn remove(&mut self, id: Id) -> T {
        let slot = self.slots.remove(&id).expect("a row to remove is there");
        self.vacant.push(slot.0);
        self.rows[slot.0 as usize].take().expect("a slot in use has a row")
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// All slots, in the order of what `id` says of their rows.
    pub(crate) fn sorted(&self, id: impl Fn(&T) -> Id) -> Vec<Slot<T>> {
        let mut all: Vec<(Id, Slot<T>)> = (0..)
            .zip(&self.rows)
            .filter_map(|(at, row)| Some((id(row.as_ref()?), Slot(at, PhantomData))))
            .collect();
        all.sort_unstable();
        all.into_iter().map(|(_, slot)| slot).collect()
    }
}

impl<Id, T> Index<Slot<T>> for Table<Id, T> {
    type Output = T;

    fn index(&self, slot: Slot<T>) -> &T {
        self.rows[slot.0 as usize].as_ref().expect("a slot in use has a row")
    }
}

impl<Id, T> IndexMut<Slot<T>> for Table<Id, T> {
    fn index_mut(&mut self, slot: Slot<T>) -> &mut T {
        self.rows[slot.0 as usize].as_mut().expect("a slot in use has a row")
    }
}
