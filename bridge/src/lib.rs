//! Bridge: other systems. Webhooks today.
//!
//! It decides nothing about what it carries: what somebody may see is the edge's to say, and what happened the log's.

mod delivery;
mod webhooks;

use tandem_cluster::Cluster;
use tandem_proto::NodeRole;
use tandem_store::Migration;
use utoipa_axum::router::OpenApiRouter;

pub use delivery::verdict::Pace;
pub use webhooks::{COUNTED, Parts, Webhooks};

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "0060_webhooks", sql: include_str!("../migrations/0060_webhooks.sql") }];

/// The product, started: on nodes that work, it sends.
pub fn start(parts: Parts) -> Webhooks {
    let cluster: Cluster = parts.cluster.clone();
    let webhooks = Webhooks::new(parts);
    if cluster.has(NodeRole::Worker) {
        webhooks.start();
    }
    webhooks
}

/// The routes of the product, relative to `/api/v1`.
pub fn routes(webhooks: Webhooks) -> OpenApiRouter {
    webhooks::routes(webhooks)
}
