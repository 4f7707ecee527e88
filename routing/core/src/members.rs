//! A queue's members, as a search for the best of them needs them.

use std::collections::BTreeMap;

use tandem_proto::{Timestamp, UserId};

use crate::{
    agents::Agent,
    bits::Bits,
    media::Kinds,
    skills::{SkillNo, Skills, TOP_LEVEL},
    table::Slot,
};

/// Whether an agent could take something, and where he stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Readiness {
    Free {
        load: u16,
        idle_since: Timestamp,
        /// What he has room for; not empty.
        room: Kinds,
    },
    Absent(Absence),
}

/// Why an agent takes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Absence {
    OffQueue,
    NotResponding,
    Communicating,
    AtCapacity,
}

impl Absence {
    pub(crate) const ALL: [Self; 4] =
        [Self::OffQueue, Self::NotResponding, Self::Communicating, Self::AtCapacity];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OffQueue => "off_queue",
            Self::NotResponding => "not_responding",
            Self::Communicating => "communicating",
            Self::AtCapacity => "at_capacity",
        }
    }
}

/// A member.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) user: UserId,
    pub(crate) agent: Slot<Agent>,
    /// 0, or the number of the step that brings items to him.
    pub(crate) group: u8,
    pub(crate) readiness: Readiness,
}

/// Members by id, each at a position, with bits by position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    list: Vec<Member>,
    free: Bits,
    free_count: usize,
    /// Per skill, who has it at level 0 at least, 1 at least, and so on.
    levels: BTreeMap<SkillNo, [Bits; TOP_LEVEL as usize + 1]>,
    absent: [u32; 4],
}

impl Members {
    pub(crate) fn list(&self) -> &[Member] {
        &self.list
    }

    pub(crate) fn free_count(&self) -> usize {
        self.free_count
    }

    pub(crate) fn free(&self) -> &Bits {
        &self.free
    }

    /// How many are absent for a reason.
    pub(crate) fn absent(&self, why: Absence) -> u32 {
        self.absent[why as usize]
    }

    /// Where somebody is, or would be.
    pub(crate) fn position(&self, user: UserId) -> Result<usize, usize> {
        self.list.binary_search_by_key(&user, |member| member.user)
    }

    pub(crate) fn insert(&mut self, member: Member, skills: &Skills) {
        let Err(at) = self.position(member.user) else { unreachable!("a new member is not there") };
        let appended = at == self.list.len();
        let readiness = member.readiness;
        self.list.insert(at, member);
        if !appended {
            self.free.insert(at, false);
            self.levels.values_mut().flatten().for_each(|bits| bits.insert(at, false));
        }
        for (skill, level) in skills.iter() {
            let levels = self.levels.entry(skill).or_default();
            levels[..=usize::from(level)].iter_mut().for_each(|bits| bits.set(at, true));
        }
        self.book(at, readiness, true);
    }

    pub(crate) fn remove(&mut self, user: UserId) {
        let Ok(at) = self.position(user) else { unreachable!("a member to remove is there") };
        self.book(at, self.list[at].readiness, false);
        self.list.remove(at);
        self.free.remove(at);
        self.levels.values_mut().flatten().for_each(|bits| bits.remove(at));
    }

    /// Somebody is ready or absent from now on. `hint` is where he was last; answers where he is.
    pub(crate) fn set(&mut self, user: UserId, hint: usize, readiness: Readiness) -> usize {
        let at = match self.list.get(hint) {
            Some(member) if member.user == user => hint,
            _ => self.position(user).unwrap_or_else(|_| unreachable!("a member to set is there")),
        };
        self.book(at, self.list[at].readiness, false);
        self.list[at].readiness = readiness;
        self.book(at, readiness, true);
        at
    }

    fn book(&mut self, at: usize, readiness: Readiness, there: bool) {
        match readiness {
            Readiness::Free { .. } => {
                self.free.set(at, there);
                self.free_count = if there { self.free_count + 1 } else { self.free_count - 1 };
            }
            Readiness::Absent(why) => {
                let count = &mut self.absent[why as usize];
                *count = if there { *count + 1 } else { *count - 1 };
            }
        }
    }

    /// Words of the bits that say who covers `needs`; none, if there is a skill nobody has.
    pub(crate) fn covering<'a>(&'a self, needs: &Skills) -> Option<Vec<&'a Bits>> {
        needs.iter().map(|(skill, level)| Some(&self.levels.get(&skill)?[usize::from(level)])).collect()
    }

    /// The levels of each skill in `needs`.
    pub(crate) fn scales<'a>(&'a self, needs: &Skills) -> Vec<&'a [Bits]> {
        needs.iter().filter_map(|(skill, _)| self.levels.get(&skill)).map(|levels| &levels[1..]).collect()
    }
}

/// The sum of somebody's levels over the skills of some scales.
pub(crate) fn total(scales: &[&[Bits]], at: usize) -> u32 {
    let mut total = 0;
    for levels in scales {
        // Who has a level has all below.
        total += u32::try_from(levels.iter().take_while(|bits| bits.get(at)).count()).unwrap_or(0);
    }
    total
}
