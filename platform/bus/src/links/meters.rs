//! The metrics of links.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use super::LinkError;

/// A request ended.
pub(super) fn asked(service: &'static str, result: Result<(), &LinkError>, took: Duration) {
    let outcome = match result {
        Ok(()) => "answered",
        Err(LinkError::Unreachable(_)) => "unreachable",
        Err(LinkError::TimedOut) => "timed_out",
        Err(LinkError::NoService(_)) => "no_service",
        Err(LinkError::Malformed(_)) => "malformed",
        Err(LinkError::Overloaded) => "overloaded",
        Err(LinkError::TooLarge(_)) => "too_large",
        Err(LinkError::Failed(_)) => "failed",
        Err(LinkError::Refused(_)) => "refused",
    };
    counter!("tandem_links_asks_total", "service" => service, "outcome" => outcome).increment(1);
    histogram!("tandem_links_ask_seconds", "service" => service).record(took.as_secs_f64());
}

/// Messages and requests that wait to be sent, over all peers.
pub(super) fn queued(change: i32) {
    gauge!("tandem_links_queued_frames").increment(f64::from(change));
}

/// Requests of this node that wait for their answers.
pub(super) fn waiting(change: i32) {
    gauge!("tandem_links_waiting_asks").increment(f64::from(change));
}

/// Requests of others that are being answered.
pub(super) fn answering(change: i32) {
    gauge!("tandem_links_answering_asks").increment(f64::from(change));
}

/// Connections to other nodes that are up.
pub(super) fn connections(change: i32) {
    gauge!("tandem_links_connections").increment(f64::from(change));
}

/// A connection broke or did not come up.
pub(super) fn broken() {
    counter!("tandem_links_broken_total").increment(1);
}

/// Something was refused because too much waits.
pub(super) fn overloaded() {
    counter!("tandem_links_overloaded_total").increment(1);
}

/// A message arrived that nobody takes.
pub(super) fn unheard() {
    counter!("tandem_links_unheard_total").increment(1);
}
