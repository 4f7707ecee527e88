//! What somebody may do, and where: permissions in all divisions of the org, and permissions in some.

use std::{collections::BTreeMap, sync::Arc};

use tandem_proto::DivisionId;

use crate::{Permission, Permissions, permission::Reach};

/// The rights somebody holds. Cheap to clone; a test costs a look at a word, and one among the divisions where something more is held.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Rights {
    everywhere: Permissions,
    /// By division; what is held everywhere is not said again, and no set is empty.
    within: Arc<[(DivisionId, Permissions)]>,
    /// Everything that is held somewhere.
    anywhere: Permissions,
}

impl Rights {
    /// Those of `everywhere` in all divisions, and of each set of `within` in its division as well.
    pub fn new(everywhere: Permissions, within: impl IntoIterator<Item = (DivisionId, Permissions)>) -> Self {
        let mut by_division = BTreeMap::<DivisionId, Permissions>::new();
        for (division, held) in within {
            let more = held.without(everywhere);
            if !more.is_empty() {
                let all = by_division.entry(division).or_default();
                *all = all.union(more);
            }
        }
        let anywhere = by_division.values().fold(everywhere, |all, held| all.union(*held));
        Self { everywhere, within: by_division.into_iter().collect(), anywhere }
    }

    /// What is held in all divisions, those that are made tomorrow among them.
    pub const fn everywhere(&self) -> Permissions {
        self.everywhere
    }

    /// What is held in some division at least.
    pub const fn anywhere(&self) -> Permissions {
        self.anywhere
    }

    /// What is held in some divisions beyond what is held in all, by division.
    pub fn within(&self) -> &[(DivisionId, Permissions)] {
        &self.within
    }

    /// What is held in a division.
    pub fn in_division(&self, division: DivisionId) -> Permissions {
        let found = self.within.binary_search_by_key(&division, |(each, _)| *each);
        found.map_or(self.everywhere, |at| self.everywhere.union(self.within[at].1))
    }

    /// Whether there is something to be done with `permission`: for what has no division, all there is to ask. What reaches the whole org
    /// must be held in all divisions.
    pub const fn has(&self, permission: Permission) -> bool {
        match permission.reach() {
            Reach::Org => self.everywhere.has(permission),
            Reach::Holder | Reach::Division => self.anywhere.has(permission),
        }
    }

    /// Whether `permission` is held for things of a division.
    pub fn has_in(&self, permission: Permission, division: DivisionId) -> bool {
        match permission.reach() {
            Reach::Org | Reach::Holder => self.has(permission),
            Reach::Division => self.in_division(division).has(permission),
        }
    }

    /// Whether `permission` is held in all divisions.
    pub const fn has_everywhere(&self, permission: Permission) -> bool {
        match permission.reach() {
            Reach::Holder => self.has(permission),
            Reach::Org | Reach::Division => self.everywhere.has(permission),
        }
    }

    /// The divisions in which `permission` is held, where it is not held in all of them.
    pub fn divisions(&self, permission: Permission) -> impl Iterator<Item = DivisionId> + '_ {
        self.within.iter().filter(move |(_, held)| held.has(permission)).map(|(division, _)| *division)
    }

    /// The permissions with which [`Self::has`] answers yes.
    pub fn usable(&self) -> Permissions {
        Permission::ALL.iter().copied().filter(|permission| self.has(*permission)).collect()
    }

    /// The same, of these permissions alone: what a token is limited to.
    #[must_use]
    pub fn limited_to(&self, scopes: Permissions) -> Self {
        let within = self.within.iter().map(|(division, held)| (*division, held.intersection(scopes)));
        Self::new(self.everywhere.intersection(scopes), within)
    }

    /// Either's.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let within = self.within.iter().chain(&*other.within).copied();
        Self::new(self.everywhere.union(other.everywhere), within)
    }

    /// What both allow, wherever both allow it.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let divisions = self.within.iter().chain(&*other.within).map(|(division, _)| *division);
        let within = divisions
            .map(|division| (division, self.in_division(division).intersection(other.in_division(division))));
        Self::new(self.everywhere.intersection(other.everywhere), within)
    }

    /// What these rights allow somewhere and `other` does not allow there.
    pub fn without(&self, other: &Self) -> Permissions {
        self.within.iter().fold(self.everywhere.without(other.everywhere), |beyond, (division, held)| {
            beyond.union(held.without(other.in_division(*division)))
        })
    }
}

impl From<Permissions> for Rights {
    /// In all divisions.
    fn from(everywhere: Permissions) -> Self {
        Self::new(everywhere, [])
    }
}

impl FromIterator<Permission> for Rights {
    /// In all divisions.
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        iter.into_iter().collect::<Permissions>().into()
    }
}

impl std::fmt::Debug for Rights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rights")
            .field("everywhere", &self.everywhere)
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The naive model: every right that is held, one by one. `None`: in all divisions.
    type Model = BTreeSet<(Option<DivisionId>, Permission)>;

    fn division(number: u8) -> DivisionId {
        DivisionId::from_uuid(uuid::Uuid::from_u128(number.into()))
    }

    fn some_permissions() -> impl Strategy<Value = Permissions> {
        any::<u64>().prop_map(|bits| {
            let chosen = Permission::ALL.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
            chosen.map(|(_, permission)| *permission).collect()
        })
    }

    /// Few divisions, so that they meet.
    fn parts() -> impl Strategy<Value = (Permissions, Vec<(DivisionId, Permissions)>)> {
        let within = prop::collection::vec(((0_u8..6).prop_map(division), some_permissions()), 0..8);
        (some_permissions(), within)
    }

    fn model((everywhere, within): &(Permissions, Vec<(DivisionId, Permissions)>)) -> Model {
        let all = [(None, *everywhere)].into_iter();
        let all = all.chain(within.iter().map(|(division, held)| (Some(*division), *held)));
        all.flat_map(|(place, held)| {
            Permission::ALL.iter().filter(move |each| held.has(**each)).map(move |each| (place, *each))
        })
        .collect()
    }

    fn rights((everywhere, within): &(Permissions, Vec<(DivisionId, Permissions)>)) -> Rights {
        Rights::new(*everywhere, within.iter().copied())
    }

    fn holds(model: &Model, permission: Permission, place: Option<DivisionId>) -> bool {
        model.contains(&(None, permission)) || place.is_some() && model.contains(&(place, permission))
    }

    fn somewhere(model: &Model, permission: Permission) -> bool {
        model.iter().any(|(_, held)| *held == permission)
    }

    fn answers(model: &Model, permission: Permission, place: DivisionId) -> bool {
        match permission.reach() {
            Reach::Holder => somewhere(model, permission),
            Reach::Org => holds(model, permission, None),
            Reach::Division => holds(model, permission, Some(place)),
        }
    }

    proptest! {
        #[test]
        fn every_answer_is_the_models(parts in parts()) {
            let (rights, model) = (rights(&parts), model(&parts));
            for permission in Permission::ALL.iter().copied() {
                for place in (0..7).map(division) {
                    prop_assert_eq!(rights.has_in(permission, place), answers(&model, permission, place));
                    prop_assert_eq!(
                        rights.in_division(place).has(permission),
                        holds(&model, permission, Some(place))
                    );
                }
                let whole = permission.reach() == Reach::Org;
                let anywhere = if whole { holds(&model, permission, None) } else { somewhere(&model, permission) };
                prop_assert_eq!(rights.has(permission), anywhere);
                prop_assert_eq!(rights.usable().has(permission), anywhere);
                let listed: BTreeSet<_> = rights.divisions(permission).collect();
                let named = (0..6).map(division).filter(|place| model.contains(&(Some(*place), permission)));
                let named: BTreeSet<_> = named.filter(|_| !holds(&model, permission, None)).collect();
                prop_assert_eq!(listed, named);
            }
        }

        #[test]
        fn a_token_allows_what_both_it_and_its_owner_hold(parts in parts(), scopes in some_permissions()) {
            let (limited, held) = (rights(&parts).limited_to(scopes), rights(&parts));
            for place in (0..7).map(division) {
                prop_assert_eq!(limited.in_division(place), held.in_division(place).intersection(scopes));
            }
            prop_assert_eq!(limited.everywhere(), held.everywhere().intersection(scopes));
            prop_assert!(limited.without(&held).is_empty());
        }

        #[test]
        fn what_is_beyond_is_what_the_model_finds(some in parts(), others in parts()) {
            let beyond = rights(&some).without(&rights(&others));
            let (some, others) = (model(&some), model(&others));
            let expected: Permissions =
                some.iter().filter(|(place, held)| !holds(&others, *held, *place)).map(|(_, held)| *held).collect();
            prop_assert_eq!(beyond, expected);
        }

        #[test]
        fn an_intersection_holds_what_both_hold(some in parts(), others in parts()) {
            let (some, others) = (rights(&some), rights(&others));
            let both = some.intersection(&others);
            for place in (0..7).map(division) {
                let expected = some.in_division(place).intersection(others.in_division(place));
                prop_assert_eq!(both.in_division(place), expected);
            }
            prop_assert_eq!(both.everywhere(), some.everywhere().intersection(others.everywhere()));
            prop_assert!(both.without(&some).is_empty() && both.without(&others).is_empty());
        }

        #[test]
        fn a_union_holds_what_either_holds(some in parts(), others in parts()) {
            let (some, others) = (rights(&some), rights(&others));
            let both = some.union(&others);
            for place in (0..7).map(division) {
                prop_assert_eq!(both.in_division(place), some.in_division(place).union(others.in_division(place)));
            }
            prop_assert!(some.without(&both).is_empty() && others.without(&both).is_empty());
        }
    }
}
