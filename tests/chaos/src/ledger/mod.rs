//! What the server acknowledged, held against what it knows afterwards. Pure: no request is made here.

mod journal;
mod messages;
mod routing;

pub use journal::{Journal, JournalAudit};
pub use messages::{MessageAudit, Messages};
pub use routing::{RoutingAudit, audit_routing};
