//! Who changed what, when and from where.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Actor, Timestamp};

/// What was changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditSubject {
    /// Of what kind it is: `person`, `role`, `queue`, …
    pub kind: String,
    /// Which one: its id, or its name where it has no other.
    pub id: String,
    /// What it was called then, where that is known.
    pub name: Option<String>,
}

/// A change, as a list shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Its number in the org's chain. The first is 1, and none is left out.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What happened, as `role.changed`.
    pub what: String,
    /// To what.
    pub subject: AuditSubject,
    /// From which address it was asked for; behind a proxy the proxy's. Absent for the server's own work.
    pub address: Option<String>,
    /// The browser's or program's name for itself.
    pub user_agent: Option<String>,
    /// The request, as the server's log names it.
    pub request: Option<String>,
}

/// A change, with what was before and after.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditDetails {
    /// The entry.
    #[serde(flatten)]
    pub entry: AuditEntry,
    /// The thing as it was; null when it is new. `{"redacted": true}` stands in the place of a secret, and `{"bytes": …, "sha256": …}` of
    /// what is too long.
    pub before: serde_json::Value,
    /// The thing as it is since; null when it is gone.
    pub after: serde_json::Value,
    /// The hash of the entry before it, in hexadecimal.
    pub previous: String,
    /// The hash over all of the entry and the hash before it, which the server alone can make.
    pub hash: String,
}

/// Which changes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only by this person (an id), or by the server itself (`system`).
    #[param(max_length = 36)]
    pub actor: Option<String>,
    /// Only what begins so: `role.changed`, or `role.` for all that happened to roles.
    #[param(max_length = 64)]
    pub what: Option<String>,
    /// Only changes of things of this kind.
    #[param(max_length = 64)]
    pub subject_kind: Option<String>,
    /// Only changes of the thing of this id.
    #[param(max_length = 120)]
    pub subject: Option<String>,
    /// Not before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Only with this text in what happened, the thing, its fields, the address or the browser's name. Case does not matter.
    #[param(max_length = 120)]
    pub query: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
