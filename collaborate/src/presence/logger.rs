//! Writes notes to the log, beside the task that changes leases: a slow disk must not cost a lease.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt, stream};
use tandem_core::Clock;
use tandem_presence::{Note, PresenceError};
use tandem_store::{Cause, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    PresenceRefused,
    journal::{Journal, Written},
    leases::Leases,
    owner::{Whose, answer},
};

/// Notes that wait for the log. One that finds no room is found by the sweep.
pub(super) const NOTES: usize = 8_192;
/// Writes under way at the same time. They share the store's group commits.
const WRITES: usize = 128;
/// Time between attempts to log what could not be logged.
const RETRY: Duration = Duration::from_millis(250);
/// How often to look for notes that nobody wrote down.
const SWEEP: Duration = Duration::from_secs(1);
/// How long whoever made a note has to write it down, before another node does.
const SETTLED: Duration = Duration::from_secs(2);

/// A note to be written down, and who waits for it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) note: Note,
    pub(super) cause: Cause,
    pub(super) done: Option<oneshot::Sender<Result<(), PresenceRefused>>>,
}

/// Why a note is not known to be written down.
#[derive(Debug, thiserror::Error)]
enum Unwritten {
    #[error(transparent)]
    Log(#[from] StoreError),
    #[error(transparent)]
    Leases(#[from] PresenceError),
}

/// The task's state.
pub(super) struct Logger {
    leases: Arc<Leases>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    notes: mpsc::Receiver<Work>,
    /// Whose notes this node could not write, and what they came from.
    failed: HashMap<Whose, (u64, Cause)>,
}

impl Logger {
    pub(super) fn new(
        leases: Arc<Leases>,
        journal: Journal,
        clock: Arc<dyn Clock>,
        notes: mpsc::Receiver<Work>,
    ) -> Self {
        Self { leases, journal, clock, notes, failed: HashMap::new() }
    }

    /// Runs until nobody can hand in notes.
    pub(super) async fn run(mut self) {
        let mut works = Vec::new();
        let mut sweep_at = Instant::now() + SWEEP;
        loop {
            tokio::select! {
                biased;
                received = self.notes.recv_many(&mut works, NOTES) => {
                    if received == 0 {
                        return;
                    }
                    self.write(std::mem::take(&mut works)).await;
                }
                () = tokio::time::sleep_until(sweep_at) => {
                    if let Err(error) = self.sweep().await {
                        tracing::debug!(%error, "notes of presence cannot be looked for");
                    }
                }
            }
            let wait = if self.failed.is_empty() { SWEEP } else { RETRY };
            sweep_at = Instant::now() + wait;
        }
    }

    /// Writes what nobody wrote down, this node's failures at once. Answers how many notes there were.
    pub(super) async fn sweep(&mut self) -> Result<usize, PresenceError> {
        let now = self.leases.now(self.clock.now());
        let until = if self.failed.is_empty() { now.minus(SETTLED) } else { now };
        let notes = self.leases.unlogged(until).await?;
        let found = notes.len();
        let works = notes.into_iter().map(|note| {
            let cause = match self.failed.remove(&(note.scope, note.user)) {
                Some((version, cause)) if version == note.version => cause,
                _ => Cause::SYSTEM,
            };
            Work { note, cause, done: None }
        });
        let works = works.collect();
        // Whatever else failed has been written since by somebody else.
        self.failed.clear();
        self.write(works).await;
        Ok(found)
    }

    /// Writes down everything that is to be written now, whoever made it.
    pub(super) async fn write_all(&mut self) -> Result<(), StoreError> {
        let now = self.leases.now(self.clock.now());
        let damaged =
            |error: PresenceError| StoreError::Damaged { table: "presence", reason: error.to_string() };
        let notes = self.leases.unlogged(now).await.map_err(damaged)?;
        let writes =
            notes.into_iter().map(|note| write(&self.leases, &self.journal, now, Cause::SYSTEM, note));
        let mut written = stream::iter(writes).buffer_unordered(WRITES);
        while let Some((_, result)) = written.next().await {
            match result {
                Ok(()) => {}
                Err(Unwritten::Log(error)) => return Err(error),
                Err(Unwritten::Leases(error)) => return Err(damaged(error)),
            }
        }
        Ok(())
    }

    /// Writes each user's notes in order, different users' side by side.
    async fn write(&mut self, works: Vec<Work>) {
        let mut queues: HashMap<Whose, VecDeque<Work>> = HashMap::new();
        for work in works {
            queues.entry((work.note.scope, work.note.user)).or_default().push_back(work);
        }
        let now = self.leases.now(self.clock.now());
        let (leases, journal) = (&*self.leases, &self.journal);
        let writes = queues.into_iter().map(|(whose, queue)| async move {
            write_in_order(leases, journal, now, queue).await.map(|failed| (whose, failed))
        });
        let refused: Vec<_> =
            stream::iter(writes).buffer_unordered(WRITES).filter_map(std::future::ready).collect().await;
        if let Some((_, (.., error))) = refused.first() {
            tracing::warn!(users = refused.len(), %error, "presence cannot be logged; trying again");
        }
        self.failed.extend(refused.into_iter().map(|(whose, (version, cause, _))| (whose, (version, cause))));
    }
}

/// Writes one user's notes; answers the newest that could not be written, its cause, and why.
async fn write_in_order(
    leases: &Leases,
    journal: &Journal,
    now: tandem_proto::Timestamp,
    mut queue: VecDeque<Work>,
) -> Option<(u64, Cause, Unwritten)> {
    while let Some(Work { note, cause, done }) = queue.pop_front() {
        let version = note.version;
        match write(leases, journal, now, cause, note).await {
            (_, Ok(())) => done.into_iter().for_each(|done| answer(done, Ok(()))),
            (cause, Err(error)) => {
                let waiting = done.into_iter().chain(queue.iter_mut().filter_map(|later| later.done.take()));
                waiting.for_each(|done| answer(done, Err(PresenceRefused::Unlogged)));
                let newest = queue.pop_back().map(|later| (later.note.version, later.cause));
                let (version, cause) = newest.unwrap_or((version, cause));
                return Some((version, cause, error));
            }
        }
    }
    None
}

/// Writes a note down and says so; where the log has another one the store counts on from there, and the sweep writes it again.
async fn write(
    leases: &Leases,
    journal: &Journal,
    now: tandem_proto::Timestamp,
    cause: Cause,
    note: Note,
) -> (Cause, Result<(), Unwritten>) {
    let (scope, user, version) = (note.scope, note.user, note.version);
    let result = match journal.write(cause.clone(), note).await {
        Ok(Written::Holds) => {
            // Failing that, the sweep finds the note, and finds it written.
            if let Err(error) = leases.logged(scope, user, version).await {
                tracing::debug!(%error, "a note that is written down is not known to be");
            }
            Ok(())
        }
        Ok(Written::Other(newest)) => {
            leases.raise(now, scope, user, version, newest).await.map_err(Unwritten::from)
        }
        Err(error) => Err(error.into()),
    };
    (cause, result)
}
