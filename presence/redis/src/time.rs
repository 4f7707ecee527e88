//! Whose time counts. Leases that several nodes renew and end need one clock; a node whose own is hours ahead would end everybody's.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use tandem_presence::PresenceError;
use tandem_proto::Timestamp;

use crate::link::{Asks, Link};

/// Whose time counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeOf {
    /// Redis', as of the last pass, and what has passed since.
    Redis,
    /// The caller's: there is one clock, a test's.
    Caller,
}

/// The time as nodes share it.
#[derive(Debug)]
pub(crate) struct SharedTime {
    of: TimeOf,
    measured: Mutex<Option<(Instant, Timestamp)>>,
}

impl SharedTime {
    pub(crate) fn new(of: TimeOf) -> Self {
        Self { of, measured: Mutex::default() }
    }

    /// Now; `local` until Redis was asked.
    pub(crate) fn now(&self, local: Timestamp) -> Timestamp {
        let measured = *self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        measured.map_or(local, |(when, time)| time.plus(when.elapsed()))
    }

    /// Asks Redis for its time.
    pub(crate) async fn measure(&self, link: &Link) -> Result<(), PresenceError> {
        if self.of == TimeOf::Redis {
            let (seconds, micros): (i64, i64) = link
                .ask(Asks::Pass, async |mut redis| redis::cmd("TIME").query_async(&mut redis).await)
                .await?;
            let time = Timestamp::from_micros(seconds * 1_000_000 + micros);
            *self.measured.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), time));
        }
        Ok(())
    }
}
