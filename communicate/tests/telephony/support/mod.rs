//! A server's telephony on loopback, and phones of the test's own to call it.

mod phone;
mod server;
mod session;
mod watch;
mod world;

use std::time::Duration;

pub(crate) use phone::{Alerting, Dialling, Phone, SDP, Talk};
pub(crate) use server::{Limits, Node, Server};
pub(crate) use watch::Watch;
pub(crate) use world::{World, caller, person, rung};

/// No test waits longer for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for what must come.
pub(crate) async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(done) => done,
        Err(_) => panic!("{what}: nothing in {PATIENCE:?}"),
    }
}
