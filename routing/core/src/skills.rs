//! Skills with levels, as something to compare and to group by.

use std::{collections::HashMap, sync::Arc};

use tandem_proto::{SkillId, api::SkillRequirement};

/// The highest level there is.
pub(crate) const TOP_LEVEL: u8 = 5;

/// A skill's number in its domain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct SkillNo(pub(crate) u32);

/// The numbers of skills, in the order in which they were first named. They decide nothing that is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct SkillBook {
    numbers: HashMap<SkillId, SkillNo>,
    ids: Vec<SkillId>,
}

impl SkillBook {
    /// Of a skill named twice the higher level counts.
    pub(crate) fn set<'a>(&mut self, named: impl IntoIterator<Item = &'a SkillRequirement>) -> Skills {
        Skills::sorted(named.into_iter().map(|s| (self.number(s.skill), s.level.min(TOP_LEVEL))).collect())
    }

    /// The same, if each skill was named before.
    pub(crate) fn known(&self, named: &[SkillRequirement]) -> Option<Skills> {
        let levels = named.iter().map(|s| Some((*self.numbers.get(&s.skill)?, s.level.min(TOP_LEVEL))));
        levels.collect::<Option<_>>().map(Skills::sorted)
    }

    pub(crate) fn number(&mut self, skill: SkillId) -> SkillNo {
        *self.numbers.entry(skill).or_insert_with(|| {
            self.ids.push(skill);
            SkillNo(u32::try_from(self.ids.len() - 1).expect("memory ends before the numbers do"))
        })
    }

    /// As the API has them, by id.
    pub(crate) fn named(&self, skills: &Skills) -> Vec<SkillRequirement> {
        let mut named: Vec<_> = skills
            .iter()
            .map(|(skill, level)| SkillRequirement { skill: self.ids[skill.0 as usize], level })
            .collect();
        named.sort_unstable_by_key(|named| named.skill);
        named
    }
}

/// A set of skills with a level each, sorted by number: what an agent can do, or what an item asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Skills(Option<Arc<[(SkillNo, u8)]>>);

impl Skills {
    /// Nothing.
    pub(crate) const NONE: Self = Self(None);

    fn sorted(mut levels: Vec<(SkillNo, u8)>) -> Self {
        levels.sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
        levels.dedup_by_key(|(skill, _)| *skill);
        Self((!levels.is_empty()).then(|| levels.into()))
    }

    /// Both sets together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(_), Some(_)) => Self::sorted(self.iter().chain(other.iter()).collect()),
        }
    }

    /// Without those that `drops` says.
    pub(crate) fn without(&self, drops: impl Fn(SkillNo) -> bool) -> Self {
        if self.iter().any(|(skill, _)| drops(skill)) {
            Self::sorted(self.iter().filter(|(skill, _)| !drops(*skill)).collect())
        } else {
            self.clone()
        }
    }

    fn levels(&self) -> &[(SkillNo, u8)] {
        self.0.as_deref().unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (SkillNo, u8)> {
        self.levels().iter().copied()
    }

    pub(crate) fn level(&self, skill: SkillNo) -> Option<u8> {
        let levels = self.levels();
        levels.binary_search_by_key(&skill, |(skill, _)| *skill).ok().map(|at| levels[at].1)
    }

    /// Whether each skill in `needs` is here at its level or above.
    pub(crate) fn cover(&self, needs: &Self) -> bool {
        needs.iter().all(|(skill, level)| self.level(skill).is_some_and(|own| own >= level))
    }

    /// How many skills.
    pub(crate) fn count(&self) -> usize {
        self.levels().len()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn skills(book: &mut SkillBook, levels: &[(u128, u8)]) -> Skills {
        let named: Vec<_> = levels
            .iter()
            .map(|(id, level)| SkillRequirement {
                skill: SkillId::from_uuid(Uuid::from_u128(*id)),
                level: *level,
            })
            .collect();
        book.set(&named)
    }

    #[test]
    fn a_level_is_a_floor_and_nothing_is_asked_by_an_empty_set() {
        let mut book = SkillBook::default();
        let agent = skills(&mut book, &[(1, 3), (2, 0)]);
        assert!(agent.cover(&Skills::NONE));
        assert!(agent.cover(&skills(&mut book, &[(1, 3), (2, 0)])));
        assert!(!agent.cover(&skills(&mut book, &[(1, 4)])));
        assert!(!agent.cover(&skills(&mut book, &[(3, 0)])), "level 0 still asks for the skill");
    }

    #[test]
    fn the_higher_level_counts_and_five_is_the_top() {
        let mut book = SkillBook::default();
        assert_eq!(skills(&mut book, &[(1, 2), (1, 9), (1, 3)]), skills(&mut book, &[(1, 5)]));
        let (low, high) = (skills(&mut book, &[(2, 1), (1, 4)]), skills(&mut book, &[(2, 3)]));
        assert_eq!(low.and(&high), skills(&mut book, &[(1, 4), (2, 3)]));
        let (first, _) = high.iter().next().expect("a skill");
        assert_eq!(low.without(|skill| skill == first), skills(&mut book, &[(1, 4)]));
        assert_eq!(high.without(|_| true), Skills::NONE);
    }
}
