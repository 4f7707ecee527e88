//! Webhooks: what people do with them (`commands`, `routes`), how they stand in the store (`rows`), and who sends (`desk`, `sender`).
//!
//! A webhook is a reader of the log with a cursor of its own, like any other: what cannot be sent now stays in the log, and nothing else
//! needs to be kept for it. It belongs to a user and is told what that user may see, as `GET /events` would tell them. One node sends for
//! it ([`tandem_cluster::Kind::Webhook`]); another goes on where that one stopped. What was sent but not noted by then is sent again
//! under the same `webhook-id`.

mod check;
mod commands;
mod desk;
mod error;
mod routes;
mod rows;
mod sender;

use std::sync::Arc;

use tandem_cluster::Cluster;
use tandem_core::Clock;
use tandem_edge::{Edge, Identity};
use tandem_outbound::{Networks, Way};
use tandem_store::Store;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use commands::COUNTED;

use crate::Pace;

pub(crate) use routes::routes;

/// What webhooks stand on.
pub struct Parts {
    /// Log and state.
    pub store: Store,
    /// Who sends for which.
    pub cluster: Cluster,
    /// What somebody may see.
    pub edge: Edge,
    /// What somebody may do.
    pub identity: Identity,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where they may point.
    pub networks: Networks,
    /// How they are tried.
    pub pace: Pace,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("networks", &self.networks)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

/// The webhooks of all orgs. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks(Arc<Inner>);

struct Inner {
    store: Store,
    cluster: Cluster,
    edge: Edge,
    identity: Identity,
    clock: Arc<dyn Clock>,
    way: Way,
    pace: Pace,
    senders: desk::Senders,
    stop: CancellationToken,
    running: TaskTracker,
}

impl Webhooks {
    /// The webhooks, nothing being sent yet.
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { store, cluster, edge, identity, clock, networks, pace } = parts;
        Self(Arc::new(Inner {
            store,
            cluster,
            edge,
            identity,
            clock,
            way: Way::new(networks),
            pace,
            senders: desk::Senders::default(),
            stop: CancellationToken::new(),
            running: TaskTracker::new(),
        }))
    }

    /// Begins to send. To be called where the node's roles say so.
    pub(crate) fn start(&self) {
        self.0.running.spawn(desk::take_orphans(Arc::clone(&self.0)));
        self.0.running.spawn(desk::wake_senders(Arc::clone(&self.0)));
    }

    /// Sends no more, and notes what was sent. Other nodes may go on once this one has left the cluster.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.running.close();
        self.0.running.wait().await;
    }
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhooks").field("senders", &self.0.senders).finish_non_exhaustive()
    }
}
