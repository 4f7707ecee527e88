//! How fast a dead node is noticed.

use std::time::Duration;

/// How often a node shows that it is there.
pub const BEAT: Duration = Duration::from_millis(250);
/// A node whose count stands still for so long is gone.
pub const GONE_AFTER: Duration = Duration::from_secs(2);

/// The pace of beats. All nodes of a store need the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// How often a node shows that it is there, and looks for the others.
    pub beat: Duration,
    /// A node whose count stands still for so long is gone.
    pub gone_after: Duration,
    /// How long an orphan is left to the node it is placed on before it is offered to all.
    pub left_to_its_place: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { beat: BEAT, gone_after: GONE_AFTER, left_to_its_place: Duration::from_secs(1) }
    }
}
