//! The shell around the routing core: one task per org feeds its [`tandem_routing::Domain`], writes what it decides to the log, and
//! only then tells it.
//!
//! The contract: a [`Notice`] is handed out only after the events that say the same are durable, per org in the order in which they
//! were decided. An error of the store means that nothing changed. Who receives the notices must go on receiving them: while too many
//! lie there, inputs are refused as [`EngineError::Overloaded`].
//!
//! A node routes for an org while its [`tandem_cluster::Claim`] holds: each commit holds it in the same transaction. What a commit writes is enough for
//! another node to go on from it exactly: the inputs, or now and then a snapshot of the domain.

mod domain_task;
mod durable;
mod engine;
mod journal;
mod log;
mod settling;

use std::sync::Arc;

use tandem_core::OrgScope;
use tandem_proto::Timestamp;
use tandem_store::{Migration, StoreError};

pub use engine::Engine;
pub use tandem_routing::{
    AgentState, Asks, Holder, Input, LeftReason, OfferResult, Output, QueueRules, QueueState, Refused,
    Standing, WaitingItem,
};

/// The engine's tables: the epoch each org's domain is in, its last snapshot, and the inputs since.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0040_routing",
        sql: "
        CREATE TABLE routing_domains (org text PRIMARY KEY, epoch bigint NOT NULL);
        CREATE TABLE routing_open_items (
            org text NOT NULL, item text NOT NULL, worker text NOT NULL, queue text NOT NULL, stage text NOT NULL,
            item_key bigint NOT NULL, queued_at bigint NOT NULL, agent text NOT NULL, offer text NOT NULL,
            PRIMARY KEY (org, item, worker)
        );
        CREATE TABLE routing_agents (org text NOT NULL, agent text NOT NULL, PRIMARY KEY (org, agent));
    ",
    },
    Migration {
        name: "0041_routing_snapshots",
        sql: "
        DROP TABLE routing_open_items;
        DROP TABLE routing_agents;
        CREATE TABLE routing_snapshots (org text PRIMARY KEY, epoch bigint NOT NULL, state text NOT NULL);
        CREATE TABLE routing_inputs (org text NOT NULL, number bigint NOT NULL, inputs text NOT NULL, PRIMARY KEY (org, number));
    ",
    },
];

/// Something that was decided and is durable.
#[derive(Clone, PartialEq, Debug)]
pub struct Notice {
    /// The tenant.
    pub scope: OrgScope,
    /// When it was decided.
    pub at: Timestamp,
    /// What.
    pub output: Output,
}

/// Why an input was not taken.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// It does not fit what is; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The log could not be read or written; nothing changed.
    #[error("routing cannot use the log: {0}")]
    Store(Arc<StoreError>),
    /// Too much is under way; try again.
    #[error("routing is overloaded")]
    Overloaded,
    /// Another node has the org, or nobody yet; ask again there.
    #[error("this node does not route for the org")]
    NotHere,
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Fenced => Self::NotHere,
            error => Self::Store(Arc::new(error)),
        }
    }
}
