//! What a command needs to itself while it runs.

use sha2::{Digest as _, Sha256};
use tandem_proto::OrgId;

/// On whose behalf a command runs, and what no other command may touch meanwhile.
///
/// Commands of an org run one after the other, whichever node they run on: on SQLite because there is one writer, on PostgreSQL because
/// the org is locked from a command's start until its group is durable. So a command may look before it writes, and no two groups wait
/// for each other's rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Gate {
    /// Locked for the command.
    pub(crate) key: i64,
    /// For whom it works: an org, or `*` for the store's own.
    pub(crate) org: String,
}

impl Gate {
    /// A command of an org.
    pub(crate) fn org(org: OrgId) -> Self {
        Self { key: key("org", &org.to_string()), org: org.to_string() }
    }

    /// Work on a view.
    pub(crate) fn view(name: &str) -> Self {
        Self { key: key("view", name), org: "*".to_owned() }
    }
}

/// The number by which PostgreSQL knows the lock of a thing.
pub(crate) fn key(kind: &str, name: &str) -> i64 {
    let hash = Sha256::digest(format!("{kind}:{name}"));
    i64::from_be_bytes(hash[..8].try_into().expect("a hash has more than eight bytes"))
}
