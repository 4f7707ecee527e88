//! What waits in a queue, as a search for the first item for an agent needs it.

use std::collections::BTreeSet;

use crate::{
    items::ItemRank,
    media::Kinds,
    skills::{SkillNo, Skills},
};

/// Who looks for an item: what he has room for, his group in the queue, and what he can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeker<'a> {
    pub(crate) room: Kinds,
    pub(crate) group: u8,
    pub(crate) skills: &'a Skills,
}

/// What an item is filed under besides its skills: its kind, and the steps it has taken, a bit for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Class {
    pub(crate) kind: u8,
    pub(crate) taken: u8,
}

impl Class {
    /// Whether it reaches members of a group.
    pub(crate) const fn opens(self, group: u8) -> bool {
        group == 0 || self.taken >> (group - 1) & 1 == 1
    }

    const fn token(self) -> Token {
        Token((self.kind as u32) << 8 | self.taken as u32)
    }
}

/// A turn on the way to a node: a class at the root, below it a skill with a level.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Token(u32);

impl Token {
    const fn class(self) -> Class {
        Class { kind: (self.0 >> 8) as u8, taken: self.0 as u8 }
    }

    const fn skill(skill: SkillNo, level: u8) -> Self {
        Self(skill.0 << 3 | level as u32)
    }

    const fn asked(self) -> (SkillNo, u8) {
        (SkillNo(self.0 >> 3), (self.0 & 7) as u8)
    }
}

/// A tree of what items ask for: on the way from the root to an item lie its class and then its skills, by number. Every branch knows
/// its first item, so that a search leaves out what the seeker cannot do and what comes after the best found. It is exact, and looks at
/// no item but those it could give.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    nodes: Vec<Node>,
    vacant: Vec<u32>,
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Node {
    here: Ranks,
    /// In order; apart from the branches, so that a search for one reads little.
    tokens: Vec<Token>,
    /// One for each token.
    branches: Vec<Branch>,
}

#[derive(Clone, Copy, Debug)]
struct Branch {
    node: u32,
    /// The first item in it.
    first: ItemRank,
}

/// Items that ask for the same. Mostly there is one, and a set would take fourfold the place.
#[derive(Clone, Debug, Default)]
enum Ranks {
    #[default]
    None,
    One(ItemRank),
    Many(BTreeSet<ItemRank>),
}

const ROOT: u32 = 0;

impl Default for Waiting {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], vacant: Vec::new(), len: 0 }
    }
}

impl Waiting {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Puts in an item that is not there.
    pub(crate) fn insert(&mut self, class: Class, skills: &Skills, rank: ItemRank) {
        self.len += 1;
        let mut at = ROOT;
        for token in tokens(class, skills) {
            at = match self.branch(at, token) {
                Ok(found) => {
                    let branch = &mut self.nodes[at as usize].branches[found];
                    branch.first = branch.first.min(rank);
                    branch.node
                }
                Err(place) => {
                    let node = self.vacant.pop().unwrap_or_else(|| {
                        self.nodes.push(Node::default());
                        u32::try_from(self.nodes.len() - 1).expect("memory ends before the numbers do")
                    });
                    let parent = &mut self.nodes[at as usize];
                    parent.tokens.insert(place, token);
                    parent.branches.insert(place, Branch { node, first: rank });
                    node
                }
            };
        }
        self.nodes[at as usize].here.insert(rank);
    }

    /// Takes out an item that is there.
    pub(crate) fn remove(&mut self, class: Class, skills: &Skills, rank: ItemRank) {
        self.len -= 1;
        let mut way = Vec::with_capacity(skills.count() + 1);
        let mut at = ROOT;
        for token in tokens(class, skills) {
            let found =
                self.branch(at, token).unwrap_or_else(|_| unreachable!("an item to remove has its way"));
            way.push((at, found));
            at = self.nodes[at as usize].branches[found].node;
        }
        self.nodes[at as usize].here.remove(rank);
        for (parent, found) in way.into_iter().rev() {
            let Branch { node, first, .. } = self.nodes[parent as usize].branches[found];
            match self.nodes[node as usize].first() {
                Some(next) if first == rank => self.nodes[parent as usize].branches[found].first = next,
                Some(_) => break,
                None => {
                    let parent = &mut self.nodes[parent as usize];
                    parent.tokens.remove(found);
                    parent.branches.remove(found);
                    self.nodes[node as usize] = Node::default();
                    self.vacant.push(node);
                }
            }
        }
    }

    /// Makes `best` the first item for somebody that `may` be his, if there is one before it.
    pub(crate) fn find(
        &self,
        seeker: Seeker<'_>,
        best: &mut Option<ItemRank>,
        may: &impl Fn(ItemRank) -> bool,
    ) {
        let root = &self.nodes[ROOT as usize];
        for (token, branch) in root.tokens.iter().zip(&root.branches) {
            let class = token.class();
            if seeker.room.has(class.kind) && class.opens(seeker.group) && before(branch.first, *best) {
                self.find_in(branch.node, seeker.skills, best, may);
            }
        }
    }

    fn find_in(
        &self,
        at: u32,
        skills: &Skills,
        best: &mut Option<ItemRank>,
        may: &impl Fn(ItemRank) -> bool,
    ) {
        let node = &self.nodes[at as usize];
        let mut here = node.here.iter().take_while(|here| before(*here, *best));
        if let Some(found) = here.find(|here| may(*here)) {
            *best = Some(found);
        }
        // The sooner something early is found, the more is left out.
        let mut ahead = node.covered(skills, *best);
        ahead.sort_unstable_by_key(|branch| branch.first);
        for branch in ahead {
            if !before(branch.first, *best) {
                return;
            }
            self.find_in(branch.node, skills, best, may);
        }
    }

    fn branch(&self, at: u32, token: Token) -> Result<usize, usize> {
        self.nodes[at as usize].tokens.binary_search(&token)
    }
}

fn tokens(class: Class, skills: &Skills) -> impl Iterator<Item = Token> {
    let skills = skills.iter().map(|(skill, level)| Token::skill(skill, level));
    std::iter::once(class.token()).chain(skills)
}

fn before(rank: ItemRank, best: Option<ItemRank>) -> bool {
    best.is_none_or(|best| rank < best)
}

impl Node {
    /// Branches that somebody covers and that begin before the best.
    fn covered(&self, skills: &Skills, best: Option<ItemRank>) -> Vec<Branch> {
        let mut covered = Vec::new();
        let mut take = |from: usize, to: usize| {
            covered.extend(self.branches[from..to].iter().filter(|branch| before(branch.first, best)));
        };
        if self.tokens.len() <= 4 * skills.count() {
            for (at, token) in self.tokens.iter().enumerate() {
                let (skill, level) = token.asked();
                if skills.level(skill).is_some_and(|own| own >= level) {
                    take(at, at + 1);
                }
            }
        } else {
            for (skill, level) in skills.iter() {
                let from = self.tokens.partition_point(|token| *token < Token::skill(skill, 0));
                let within =
                    self.tokens[from..].iter().take_while(|token| **token <= Token::skill(skill, level));
                take(from, from + within.count());
            }
        }
        covered
    }

    fn first(&self) -> Option<ItemRank> {
        self.here.iter().next().into_iter().chain(self.branches.iter().map(|branch| branch.first)).min()
    }
}

impl Ranks {
    fn insert(&mut self, rank: ItemRank) {
        match self {
            Self::None => *self = Self::One(rank),
            Self::One(one) => *self = Self::Many(BTreeSet::from([*one, rank])),
            Self::Many(many) => {
                many.insert(rank);
            }
        }
    }

    fn remove(&mut self, rank: ItemRank) {
        match self {
            Self::None => unreachable!("an item to remove is there"),
            Self::One(one) => {
                debug_assert!(*one == rank, "an item to remove is there");
                *self = Self::None;
            }
            Self::Many(many) => {
                many.remove(&rank);
                if many.is_empty() {
                    *self = Self::None;
                }
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = ItemRank> {
        let (one, many) = match self {
            Self::None => (None, None),
            Self::One(one) => (Some(*one), None),
            Self::Many(many) => (None, Some(many.iter().copied())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}
