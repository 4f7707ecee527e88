//! Numbers of queues: counts per interval (a projection of the log), live numbers, and the signals that carry them.
//!
//! `docs/contact-centre.md` defines each number; [`Counts`] is the one place that computes it.

mod board;
mod counts;
mod decisions;
mod intervals;
mod outside;
mod signals;

use std::sync::Arc;

use tandem_store::Projection;

pub(crate) use board::Board;
pub use counts::{Counts, Limits};
pub(crate) use decisions::of_conversation as decisions_of;
pub(crate) use signals::{board, follow};

/// The projections of this crate, to be given to the store.
pub fn projections() -> Vec<Arc<dyn Projection>> {
    vec![Arc::new(intervals::Intervals), Arc::new(decisions::Decisions)]
}
