//! The store's metrics.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

/// A group was flushed.
#[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
pub(crate) fn group(commands: usize, flush: Duration, queued: usize) {
    histogram!("tandem_store_commit_seconds").record(flush.as_secs_f64());
    histogram!("tandem_store_group_commands").record(commands as f64);
    gauge!("tandem_store_queue_commands").set(queued as f64);
}

/// A command was refused because the queue was full.
pub(crate) fn overloaded() {
    counter!("tandem_store_overloaded_total").increment(1);
}

/// How far a projection is behind the log.
#[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
pub(crate) fn projection_lag(projection: &'static str, events: i64) {
    gauge!("tandem_store_projection_lag_events", "projection" => projection).set(events as f64);
}

/// An event that a projection could not take was put aside.
pub(crate) fn parked(projection: &'static str) {
    counter!("tandem_store_parked_events_total", "projection" => projection).increment(1);
}
