//! What a command needs to itself while it runs.

use sha2::{Digest as _, Sha256};
use tandem_proto::OrgId;

/// On whose behalf a command runs, and what no other command may touch meanwhile.
///
/// Commands of an org run one after the other, whichever node they run on: on SQLite because there is one writer, on PostgreSQL because
/// the org is locked from a command's start until its group is durable. So a command may look before it writes, and no two groups wait
/// for each other's rows. What belongs to no org (nodes that show that they are there) is not locked: a node that stands still must not
/// make the others look dead. Each statement there must be safe by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Gate {
    /// Names the lock.
    pub(crate) key: i64,
    /// For whom it works: an org, or `*` for the store's own.
    pub(crate) org: String,
    pub(crate) kind: Kind,
}

/// Kinds of work, which do not wait for each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// What may wait for no other command.
    Pulse,
    /// What belongs to no org.
    System,
    /// Keeping a view.
    View,
    /// An org's commands.
    Org,
}

impl Gate {
    /// A command of an org.
    pub(crate) fn org(org: OrgId) -> Self {
        let kind = if org.uuid().is_nil() { Kind::System } else { Kind::Org };
        Self { key: key("org", &org.to_string()), org: org.to_string(), kind }
    }

    /// What goes before every other command, and belongs to no org.
    pub(crate) fn pulse(org: OrgId) -> Self {
        Self { kind: Kind::Pulse, ..Self::org(org) }
    }

    /// Work on a view.
    pub(crate) fn view(name: &str) -> Self {
        Self { key: key("view", name), org: "*".to_owned(), kind: Kind::View }
    }

    /// Whether other nodes are kept out.
    pub(crate) fn is_locked(&self) -> bool {
        matches!(self.kind, Kind::View | Kind::Org)
    }

    /// Which of so many writers does it.
    pub(crate) fn lane(&self, lanes: usize) -> usize {
        match (self.kind, lanes.saturating_sub(3)) {
            (_, 0) | (Kind::Pulse, _) => 0,
            (Kind::System, _) => 1,
            (Kind::View, _) => 2,
            (Kind::Org, lanes) => 3 + usize::from(self.key.to_le_bytes()[0]) % lanes,
        }
    }
}

/// The number by which PostgreSQL knows the lock of a thing.
pub(crate) fn key(kind: &str, name: &str) -> i64 {
    let hash = Sha256::digest(format!("{kind}:{name}"));
    i64::from_be_bytes(hash[..8].try_into().expect("a hash has more than eight bytes"))
}
