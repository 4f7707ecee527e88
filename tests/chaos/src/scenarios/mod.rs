//! One story per file: what dies, under what load, and what must be true afterwards (DESIGN §5).

mod clock;
mod disk_full;
mod kill_role;
mod partition;
mod postgres_failover;
mod redis_away;
mod rolling;
mod sigstop;
mod single_kill9;
mod stage;

use std::path::PathBuf;

use crate::{load::LoadError, report::Report, rest::RestError, world::WorldError};

pub use stage::{Outcome, Stage};

/// How much of everything.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program under test, where a scenario starts it itself.
    pub bin: PathBuf,
    /// `cluster.json` of a cluster that runs; scenarios start their own, if none is given.
    pub cluster: Option<PathBuf>,
    /// What starts a cluster.
    pub script: PathBuf,
    /// How often the thing is done.
    pub times: usize,
    /// Calls that are up meanwhile.
    pub calls: usize,
    /// People who write meanwhile.
    pub writers: usize,
    /// Customers who call the queue meanwhile.
    pub customers: usize,
    /// Where data goes; a folder that is removed afterwards, if none is given.
    pub data: Option<PathBuf>,
}

/// A scenario that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The world.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The comparison afterwards.
    #[error("the server's history cannot be read: {0}")]
    History(#[from] RestError),
    /// This machine cannot.
    #[error("{0}")]
    Machine(String),
}

/// The scenarios by name, and whether each needs a cluster.
pub const ALL: &[(&str, bool)] = &[
    ("single_kill9", false),
    ("disk_full", false),
    ("sigstop", false),
    ("clock", false),
    ("kill_edge", true),
    ("kill_sip", true),
    ("kill_media", true),
    ("kill_engine", true),
    ("kill_worker", true),
    ("sigstop_engine", true),
    ("sigstop_sip", true),
    ("redis_killed", true),
    ("redis_flushed", true),
    ("redis_away", true),
    ("rolling", true),
    ("partition", true),
    // The last on a cluster: it is left without a standby.
    ("postgres_failover", true),
];

/// Carries a scenario out.
///
/// # Errors
/// When it could not be; what it found is in the report, good or bad.
pub async fn run(name: &str, options: &Options) -> Result<Report, ScenarioError> {
    match name {
        "single_kill9" => single_kill9::run(options).await,
        "disk_full" => disk_full::run(options).await,
        "sigstop" => sigstop::single(options).await,
        "sigstop_engine" => sigstop::role("engine", options).await,
        "sigstop_sip" => sigstop::role("sip", options).await,
        "postgres_failover" => postgres_failover::run(options).await,
        "redis_killed" => redis_away::killed(options).await,
        "redis_flushed" => redis_away::flushed(options).await,
        "redis_away" => redis_away::away(options).await,
        "clock" => clock::run(options).await,
        "partition" => partition::run(options).await,
        "rolling" => rolling::run(options).await,
        _ => match name.strip_prefix("kill_") {
            Some(role) => kill_role::run(role, options).await,
            None => Err(ScenarioError::Machine(format!("there is no scenario {name}"))),
        },
    }
}
