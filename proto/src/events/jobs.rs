//! Work done later, where somebody has to know about it. That a job ran is no event; what it did is.

use super::events;
use crate::JobId;

events! {
    /// A job failed for good and waits for somebody to decide. Stream `job`, topic `admins`.
    JobDeadLettered = "job.dead_lettered" v 1 {
        /// Which.
        job: JobId,
        /// Its kind.
        kind: String,
        /// How often it was tried.
        attempts: u32,
        /// Why the last try failed.
        error: String,
    }
    /// Somebody had a dead job tried again. Stream `job`, topic `admins`.
    JobRetried = "job.retried" v 1 {
        /// Which.
        job: JobId,
        /// Its kind.
        kind: String,
    }
    /// Somebody decided that a job need not be done. Stream `job`, topic `admins`.
    JobDiscarded = "job.discarded" v 1 {
        /// Which.
        job: JobId,
        /// Its kind.
        kind: String,
    }
}
