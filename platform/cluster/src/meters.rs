//! The metrics of nodes and of what they own.

use std::time::Duration;

use metrics::{counter, gauge, histogram};
use tandem_proto::api::JobState;

use crate::Kind;

/// Who is there, as this node sees it.
pub(crate) fn nodes(living: usize, gone: usize) {
    gauge!("tandem_nodes_living").set(count(living));
    gauge!("tandem_nodes_gone").set(count(gone));
}

/// What this node owns.
pub(crate) fn owned(counts: &[(Kind, i64)]) {
    for kind in Kind::ALL {
        let owned = counts.iter().find(|(of, _)| *of == kind).map_or(0, |(_, count)| *count);
        gauge!("tandem_owned_things", "kind" => kind.name())
            .set(f64::from(i32::try_from(owned).unwrap_or(i32::MAX)));
    }
}

/// A thing was taken from a node that is gone.
pub(crate) fn taken(kind: Kind) {
    counter!("tandem_owned_taken_total", "kind" => kind.name()).increment(1);
}

/// Jobs about which something is still to be done, over all nodes.
pub(crate) fn jobs(counts: &[(JobState, i64)]) {
    for state in [JobState::Waiting, JobState::Running, JobState::Dead] {
        let jobs = counts.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count);
        gauge!("tandem_jobs", "state" => state.name())
            .set(f64::from(i32::try_from(jobs).unwrap_or(i32::MAX)));
    }
}

/// A job was tried here.
pub(crate) fn job_tried(kind: &str, outcome: &'static str, took: Duration) {
    counter!("tandem_jobs_tried_total", "kind" => kind.to_owned(), "outcome" => outcome).increment(1);
    histogram!("tandem_jobs_seconds", "kind" => kind.to_owned()).record(took.as_secs_f64());
}

/// A job was found that no node wrote so.
pub(crate) fn job_refused() {
    counter!("tandem_jobs_refused_total").increment(1);
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}
