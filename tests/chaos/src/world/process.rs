//! Signals, by the `kill` program.

use std::{process::Command, time::Duration};

use super::WorldError;

/// What a process is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// It ends at once.
    Kill,
    /// It is asked to end.
    Term,
    /// It stands still,
    Stop,
    /// and goes on.
    Cont,
    /// PostgreSQL: ends without a checkpoint, its children too.
    Quit,
}

/// Ticks a second of `/proc/PID/stat`; Linux fixes it for programs.
const TICKS: u64 = 100;

/// Sends a signal.
///
/// # Errors
/// When there is no such process.
pub fn signal(pid: u32, signal: Signal) -> Result<(), WorldError> {
    let name = match signal {
        Signal::Kill => "-KILL",
        Signal::Term => "-TERM",
        Signal::Stop => "-STOP",
        Signal::Cont => "-CONT",
        Signal::Quit => "-QUIT",
    };
    let done = Command::new("kill").args([name, &pid.to_string()]).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(WorldError::Other(format!("process {pid} cannot be sent {name}"))),
        Err(error) => Err(WorldError::Io("kill".to_owned(), error)),
    }
}

/// Whether a process is there and not a zombie.
pub fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| fields.first().is_some_and(|state| state != "Z"))
}

/// User and system time of a process.
pub(super) fn cpu_time(pid: u32) -> Option<Duration> {
    let fields = stat(pid)?;
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 1_000 / TICKS))
}

/// Fields after the name, from the state on.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_ascii_whitespace().map(str::to_owned).collect())
}
