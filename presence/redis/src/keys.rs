//! Names in Redis.

use tandem_core::{Mint, OrgScope};
use tandem_proto::UserId;

/// The keys of one presence. They share a hash tag: a script touches several, and a Redis cluster keeps those in one place.
pub(crate) struct Keys {
    pub(crate) state: String,
    pub(crate) restoring: String,
    pub(crate) deadlines: String,
    pub(crate) unlogged: String,
    people: String,
}

impl Keys {
    pub(crate) fn new(prefix: &str) -> Self {
        let key = |name: &str| format!("{{{prefix}}}:{name}");
        Self {
            state: key("state"),
            restoring: key("restoring"),
            deadlines: key("deadlines"),
            unlogged: key("unlogged"),
            people: key("people"),
        }
    }

    pub(crate) fn people(&self, scope: OrgScope) -> String {
        format!("{}:{}", self.people, scope.org())
    }
}

/// A user of an org, as a member of a sorted set.
pub(crate) fn member(scope: OrgScope, user: UserId) -> String {
    format!("{} {user}", scope.org())
}

/// Whom a member means.
pub(crate) fn whose(member: &str, mint: &Mint) -> Option<(OrgScope, UserId)> {
    let (org, user) = member.split_once(' ')?;
    Some((mint.scope(org.parse().ok()?), user.parse().ok()?))
}
