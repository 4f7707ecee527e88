//! Work done later.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{JobId, Timestamp};

/// What became of a job.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its time, or for its next try.
    Waiting,
    /// A node is at it.
    Running,
    /// It is done.
    Done,
    /// It failed for good and waits for somebody to decide.
    Dead,
    /// Somebody decided that it need not be done.
    Discarded,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Dead, Self::Discarded];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }
}

/// Work to be done later, and again until it succeeds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Which.
    pub id: JobId,
    /// What kind of work.
    pub kind: String,
    /// The name by which it is the same job when it is asked for again.
    pub key: Option<String>,
    /// What became of it.
    pub state: JobState,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it may be tried.
    pub max_attempts: u32,
    /// Not before then.
    pub run_at: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Why the last try failed.
    pub error: Option<String>,
    /// What to do, as its kind has it.
    pub payload: serde_json::Value,
}

/// Which jobs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// Only those in this state.
    #[param(inline)]
    pub state: Option<JobState>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
