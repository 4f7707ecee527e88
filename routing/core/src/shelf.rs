//! Entries in order, in groups that need the same look at skills.

use std::collections::{BTreeMap, BTreeSet};

use crate::skills::Skills;

/// What waits in a queue, or who is free for it: ordered by `R`, grouped by skills. Whoever searches it looks at a group's skills once,
/// not at each entry's, and at groups in the order of their first entries.
#[derive(Clone, Debug)]
pub(crate) struct Shelf<R> {
    groups: BTreeMap<Skills, BTreeSet<R>>,
    /// The first entry of each group.
    heads: BTreeMap<R, Skills>,
    len: usize,
}

impl<R> Default for Shelf<R> {
    fn default() -> Self {
        Self { groups: BTreeMap::new(), heads: BTreeMap::new(), len: 0 }
    }
}

impl<R: Ord + Copy> Shelf<R> {
    /// Puts in an entry that is not there.
    pub(crate) fn insert(&mut self, skills: &Skills, entry: R) {
        self.len += 1;
        if let Some(group) = self.groups.get_mut(skills) {
            let head = *group.first().expect("a group has entries");
            group.insert(entry);
            if entry < head {
                self.heads.remove(&head);
                self.heads.insert(entry, skills.clone());
            }
        } else {
            self.groups.insert(skills.clone(), BTreeSet::from([entry]));
            self.heads.insert(entry, skills.clone());
        }
    }

    /// Takes out an entry that is there.
    pub(crate) fn remove(&mut self, skills: &Skills, entry: R) {
        let group = self.groups.get_mut(skills).expect("an entry to remove has a group");
        let was_there = group.remove(&entry);
        debug_assert!(was_there, "an entry to remove is in its group");
        self.len -= 1;
        let next = group.first().copied();
        if next.is_none() {
            self.groups.remove(skills);
        }
        if self.heads.remove(&entry).is_some()
            && let Some(next) = next
        {
            self.heads.insert(next, skills.clone());
        }
    }

    /// The first entry of each group with its skills, in the order of entries.
    pub(crate) fn heads(&self) -> impl Iterator<Item = (R, &Skills)> {
        self.heads.iter().map(|(entry, skills)| (*entry, skills))
    }

    /// The entries of the group with these skills, in order.
    pub(crate) fn group(&self, skills: &Skills) -> impl Iterator<Item = R> {
        self.groups.get(skills).into_iter().flatten().copied()
    }

    /// All groups, by skills.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&Skills, &BTreeSet<R>)> {
        self.groups.iter()
    }

    /// How many entries.
    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tandem_proto::{SkillId, api::SkillRequirement};
    use uuid::Uuid;

    use super::*;

    fn group(id: u8) -> Skills {
        Skills::new(&[SkillRequirement { skill: SkillId::from_uuid(Uuid::from_u128(id.into())), level: 1 }])
    }

    proptest! {
        #[test]
        fn heads_are_the_least_of_each_group(ops in prop::collection::vec((0_u8..4, 0_u32..40), 0..120)) {
            let mut shelf = Shelf::default();
            let mut model: BTreeMap<u32, u8> = BTreeMap::new();
            for (id, entry) in ops {
                if let Some(held_in) = model.remove(&entry) {
                    shelf.remove(&group(held_in), entry);
                } else {
                    model.insert(entry, id);
                    shelf.insert(&group(id), entry);
                }
                let heads: Vec<_> = shelf.heads().map(|(entry, skills)| (entry, skills.clone())).collect();
                let mut expected: Vec<_> = (0..4)
                    .filter_map(|id| model.iter().find(|(_, g)| **g == id).map(|(entry, _)| (*entry, group(id))))
                    .collect();
                expected.sort();
                prop_assert_eq!(heads, expected);
                prop_assert_eq!(shelf.len(), model.len());
            }
        }
    }
}
