//! The shell around the routing core: one task per org feeds its [`tandem_routing::Domain`], writes what it decides to the log, and
//! only then tells it.
//!
//! The contract: a [`Notice`] is handed out only after the events that say the same are durable, per org in the order in which they
//! were decided. An error of the store means that nothing changed. Who receives the notices must go on receiving them: while too many
//! lie there, inputs are refused as [`EngineError::Overloaded`].

mod domain_task;
mod engine;
mod journal;
mod log;
mod open_items;

use std::sync::Arc;

use tandem_core::OrgScope;
use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp};
use tandem_store::{Migration, Projection, StoreError};

pub use engine::Engine;
pub use tandem_routing::{
    AgentState, Holder, Input, LeftReason, OfferResult, Output, QueueRules, QueueState, Refused, WaitingItem,
};

/// The engine's tables: the epoch each org's domain is in, and the view behind [`Engine::recover`].
pub const MIGRATIONS: &[Migration] = &[Migration {
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
}];

/// The views to give to `Store::open`; without them [`Engine::recover`] refuses.
pub fn projections() -> Vec<Arc<dyn Projection>> {
    vec![Arc::new(open_items::OpenItems)]
}

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
    /// The engine stopped.
    #[error("routing stopped")]
    Closed,
    /// The store was opened without [`projections`].
    #[error("the store was opened without routing's projections")]
    NoProjection,
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// An item that, by the log, was waiting, alerting or with an agent when the process ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecoveredItem {
    /// Which.
    pub item: ConversationId,
    /// Its queue.
    pub queue: QueueId,
    /// Ordering key.
    pub key: i64,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Who had it.
    pub holder: Holder,
    /// The offer that alerted.
    pub offer: Option<OfferId>,
}
