//! Skills with levels, as something to compare and to group by.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tandem_proto::{SkillId, api::SkillRequirement};

/// The highest level there is.
const TOP_LEVEL: u8 = 5;

/// A set of skills with a level each, sorted by skill: what an agent can do, or what an item asks for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<(SkillId, u8)>", into = "Vec<(SkillId, u8)>")]
pub(crate) struct Skills(Arc<[(SkillId, u8)]>);

impl Skills {
    /// Of a skill named twice the higher level counts.
    pub(crate) fn new<'a>(named: impl IntoIterator<Item = &'a SkillRequirement>) -> Self {
        Self::sorted(named.into_iter().map(|s| (s.skill, s.level.min(TOP_LEVEL))).collect())
    }

    /// Both sets together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        match (self.0.is_empty(), other.0.is_empty()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => Self::sorted(self.0.iter().chain(other.0.iter()).copied().collect()),
        }
    }

    fn sorted(mut levels: Vec<(SkillId, u8)>) -> Self {
        levels.sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
        levels.dedup_by_key(|(skill, _)| *skill);
        Self(levels.into())
    }

    fn level(&self, skill: SkillId) -> Option<u8> {
        self.0.binary_search_by_key(&skill, |(skill, _)| *skill).ok().map(|at| self.0[at].1)
    }

    /// Whether each skill in `needs` is here at its level or above.
    pub(crate) fn cover(&self, needs: &Self) -> bool {
        needs.0.iter().all(|(skill, level)| self.level(*skill).is_some_and(|own| own >= *level))
    }

    /// Sum of the own levels over the skills in `needs`; one that is not here adds nothing.
    pub(crate) fn total_over(&self, needs: &Self) -> u32 {
        needs.0.iter().filter_map(|(skill, _)| self.level(*skill)).map(u32::from).sum()
    }

    /// How many skills.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// As the API has them.
    pub(crate) fn named(&self) -> Vec<SkillRequirement> {
        self.0.iter().map(|(skill, level)| SkillRequirement { skill: *skill, level: *level }).collect()
    }
}

impl From<Vec<(SkillId, u8)>> for Skills {
    fn from(levels: Vec<(SkillId, u8)>) -> Self {
        Self::sorted(levels)
    }
}

impl From<Skills> for Vec<(SkillId, u8)> {
    fn from(skills: Skills) -> Self {
        skills.0.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn skills(levels: &[(u128, u8)]) -> Skills {
        let named: Vec<_> = levels
            .iter()
            .map(|(id, level)| SkillRequirement {
                skill: SkillId::from_uuid(Uuid::from_u128(*id)),
                level: *level,
            })
            .collect();
        Skills::new(&named)
    }

    #[test]
    fn a_level_is_a_floor_and_nothing_is_asked_by_an_empty_set() {
        let agent = skills(&[(1, 3), (2, 0)]);
        assert!(agent.cover(&skills(&[])));
        assert!(agent.cover(&skills(&[(1, 3), (2, 0)])));
        assert!(!agent.cover(&skills(&[(1, 4)])));
        assert!(!agent.cover(&skills(&[(3, 0)])), "level 0 still asks for the skill");
        assert_eq!(agent.total_over(&skills(&[(1, 1), (3, 1)])), 3);
    }

    #[test]
    fn the_higher_level_counts_and_five_is_the_top() {
        assert_eq!(skills(&[(1, 2), (1, 9), (1, 3)]), skills(&[(1, 5)]));
        assert_eq!(skills(&[(2, 1), (1, 4)]).and(&skills(&[(2, 3)])), skills(&[(1, 4), (2, 3)]));
    }
}
