//! The metrics of what is sent.

use std::time::Duration;

use metrics::{counter, histogram};

use super::verdict::Verdict;

/// A message was sent once.
pub(crate) fn tried(verdict: Verdict, took: Duration) {
    let outcome = match verdict {
        Verdict::Delivered => "delivered",
        Verdict::Again(_) => "again",
        Verdict::SetAside => "set_aside",
        Verdict::Suspend => "suspended",
    };
    counter!("tandem_webhook_tries_total", "outcome" => outcome).increment(1);
    histogram!("tandem_webhook_try_seconds").record(took.as_secs_f64());
}
