//! The shell around the routing core: one task per org feeds its [`tandem_routing::Domain`], writes what it decides to the log, and
//! only then tells it.
//!
//! The contract: a [`Notice`] is handed out only after the events that say the same are durable, in the order in which they were
//! decided per org. A submit that returns an error of the store changed nothing.

use std::sync::Arc;

use tandem_core::{Clock, OrgScope};
use tandem_proto::{ConversationId, QueueId, Timestamp, UserId, api::Decision};
use tandem_store::{Migration, Store, StoreError};
use tokio::sync::mpsc;

pub use tandem_routing::{
    AgentState, Holder, Input, LeftReason, OfferResult, Output, QueueRules, QueueState, Refused, WaitingItem,
};

/// The engine's table: the epoch each org's domain is in.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0040_routing",
    sql: "CREATE TABLE routing_domains (org text PRIMARY KEY, epoch bigint NOT NULL);",
}];

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
    /// The log could not be written; nothing changed.
    #[error("routing could not write the log: {0}")]
    Store(Arc<StoreError>),
    /// Too much is under way; try again.
    #[error("routing is overloaded")]
    Overloaded,
    /// The engine stopped.
    #[error("routing stopped")]
    Closed,
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
}

/// Routes for all orgs. Cheap to clone; ends when all clones are dropped.
#[derive(Clone, Debug)]
pub struct Engine {}

#[expect(clippy::todo, clippy::unused_async, unused_variables, reason = "signatures first")]
impl Engine {
    /// Starts. Domains begin empty: configuration and items are submitted again (see [`Self::recover`]).
    pub async fn start(store: Store, clock: Arc<dyn Clock>) -> (Self, mpsc::Receiver<Notice>) {
        todo!()
    }

    /// Hands an input to the org's domain; returns once what follows from it is durable.
    pub async fn submit(&self, scope: OrgScope, input: Input) -> Result<(), EngineError> {
        todo!()
    }

    /// What the log says was in the queues or with agents at the end of the last run and was not closed since. To be asked before the first input of a run.
    pub async fn recover(&self, scope: OrgScope) -> Result<Vec<RecoveredItem>, EngineError> {
        todo!()
    }

    /// Marks recovered items as closed in the log (`routing.left` with `removed`, or `routing.released`).
    pub async fn close_recovered(&self, scope: OrgScope, items: &[RecoveredItem]) -> Result<(), EngineError> {
        todo!()
    }

    /// Place of a waiting or alerting item in its queue, 1 is next.
    pub async fn position(&self, scope: OrgScope, item: ConversationId) -> Option<u32> {
        todo!()
    }

    /// One agent.
    pub async fn agent(&self, scope: OrgScope, user: UserId) -> Option<AgentState> {
        todo!()
    }

    /// All agents.
    pub async fn agents(&self, scope: OrgScope) -> Vec<AgentState> {
        todo!()
    }

    /// A queue's waiting and alerting items in order.
    pub async fn waiting(&self, scope: OrgScope, queue: QueueId) -> Vec<WaitingItem> {
        todo!()
    }

    /// All queues.
    pub async fn queues(&self, scope: OrgScope) -> Vec<QueueState> {
        todo!()
    }

    /// Why a waiting item waits (computed now) or why it alerts whom it alerts.
    pub async fn explain(&self, scope: OrgScope, item: ConversationId) -> Option<Decision> {
        todo!()
    }
}
