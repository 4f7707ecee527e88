//! The one writer: commands that arrive within a moment share a transaction and its costly flush to disk.
//!
//! **When a group ends.** While one group is being flushed, the next gathers in the queue; it is taken whole, up to [`GROUP`]
//! commands. That alone would let groups alternate between small and large: the writers just answered need a moment to come back. So
//! when the queue runs dry, the group lingers until it is as large as the one before, but no longer than a flush takes lately, nor
//! than [`LINGER`]. A lone writer's groups are of one command, hence it never waits.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use tandem_core::Clock;
use tandem_proto::{Cursor, Event};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{BoxFuture, StoreError, meters, session::Session, sqlite::Database};

/// Commands in a group at most.
const GROUP: usize = 500;
/// Collecting a group takes no longer than this, so that the first in it does not wait for ever.
const COLLECT: Duration = Duration::from_millis(20);
/// Waiting for more commands takes no longer than this.
const LINGER: Duration = Duration::from_millis(2);
/// Below this a timer is coarser than what it should measure; giving way once serves better.
const TICK: Duration = Duration::from_millis(1);
/// A command that takes longer is rolled back: everybody waits behind it.
const COMMAND: Duration = Duration::from_secs(10);
/// Between attempts to open the database again after a failed commit.
const REOPEN: Duration = Duration::from_millis(250);

/// Work for the writer, with somebody who waits for its result.
pub(crate) trait Job: Send {
    /// Does it; says whether to keep what was done.
    fn run(&mut self, session: Session) -> BoxFuture<'_, (Session, bool)>;
    /// Tells the result: its own, unless the group it was in was lost.
    fn answer(self: Box<Self>, lost: Option<&Arc<sqlx::Error>>);
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Jobs(mpsc::Sender<Box<dyn Job>>);

impl Jobs {
    /// A queue for `depth` commands.
    pub(crate) fn new(depth: usize) -> (Self, mpsc::Receiver<Box<dyn Job>>) {
        let (sender, receiver) = mpsc::channel(depth);
        (Self(sender), receiver)
    }

    /// Does `work` in the next group, or refuses it at once when the queue is full.
    pub(crate) async fn offer<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: FnOnce(Session) -> BoxFuture<'static, (Session, Result<T, E>)> + Send + 'static,
    {
        let (task, answer) = Task::new(work);
        match self.0.try_send(Box::new(task)) {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into())),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(StoreError::Closed.into()),
            Err(mpsc::error::TrySendError::Full(_)) => {
                meters::overloaded();
                Err(StoreError::Overloaded.into())
            }
        }
    }

    /// As [`Self::offer`], for the store's own work, which waits for its turn.
    pub(crate) async fn submit<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(Session) -> BoxFuture<'static, (Session, Result<T, StoreError>)> + Send + 'static,
    {
        let (task, answer) = Task::new(work);
        self.0.send(Box::new(task)).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// A [`Job`] of a function and the channel its result goes to.
pub(crate) struct Task<T, E, W> {
    work: Option<W>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, W> Task<T, E, W> {
    pub(crate) fn new(work: W) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Self { work: Some(work), result: None, reply }, answer)
    }
}

impl<T, E, W> Job for Task<T, E, W>
where
    T: Send,
    E: From<StoreError> + Send,
    W: FnOnce(Session) -> BoxFuture<'static, (Session, Result<T, E>)> + Send,
{
    fn run(&mut self, session: Session) -> BoxFuture<'_, (Session, bool)> {
        Box::pin(async move {
            let work = self.work.take().expect("a job runs once");
            let (session, result) = work(session).await;
            let keep = result.is_ok();
            self.result = Some(result);
            (session, keep)
        })
    }

    fn answer(self: Box<Self>, lost: Option<&Arc<sqlx::Error>>) {
        let result = match (self.result, lost) {
            (Some(Err(own)), _) => Err(own),
            (_, Some(error)) => Err(StoreError::Commit(Arc::clone(error)).into()),
            (Some(kept), None) => kept,
            (None, None) => Err(StoreError::Closed.into()),
        };
        // Nobody waits any more: the command stands all the same.
        let _ = self.reply.send(result);
    }
}

/// Waits for `work` as long as a command may take, and turns a panic in it into an error.
pub(crate) async fn guarded<T, E: From<StoreError>>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match tokio::time::timeout(COMMAND, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(StoreError::Panicked(message(&*panic)).into()),
        Err(_) => Err(StoreError::TimedOut(COMMAND).into()),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}

/// What the writer tells the others.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) head: watch::Sender<Cursor>,
    pub(crate) live: broadcast::Sender<Arc<Event>>,
}

pub(crate) struct Writer {
    database: Database,
    clock: Arc<dyn Clock>,
    jobs: mpsc::Receiver<Box<dyn Job>>,
    news: News,
    pace: Pace,
}

impl Writer {
    pub(crate) fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        jobs: mpsc::Receiver<Box<dyn Job>>,
        news: News,
    ) -> Self {
        Self { database, clock, jobs, news, pace: Pace::default() }
    }

    /// Writes until `stop`, then what was accepted before it.
    pub(crate) async fn run(mut self, mut session: Session, stop: CancellationToken) {
        loop {
            let first = tokio::select! {
                biased;
                () = stop.cancelled(), if !self.jobs.is_closed() => {
                    self.jobs.close();
                    continue;
                }
                first = self.jobs.recv() => first,
            };
            let Some(first) = first else { break };
            session = match self.group(session, first).await {
                Ok(session) => session,
                Err(lost) => {
                    lost.close().await;
                    self.reopen().await
                }
            };
        }
        session.close().await;
    }

    /// Runs one group. The error is a session whose transaction is in doubt.
    async fn group(&mut self, mut session: Session, first: Box<dyn Job>) -> Result<Session, Session> {
        let began = Instant::now();
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let mut outcome = session.begin().await;
        let mut next = Some(first);
        while let Some(mut job) = next {
            if outcome.is_ok() {
                (session, outcome) = session.run(&mut *job).await;
            }
            done.push(job);
            // A lost group answers what it holds; the rest of the queue belongs to the next one.
            next = if outcome.is_ok() { self.next(began, done.len()).await } else { None };
        }
        let flushing = Instant::now();
        let outcome = match outcome {
            Ok(()) => session.commit().await,
            Err(error) => Err(error),
        };
        self.pace.learn(done.len(), flushing.elapsed());
        meters::group(done.len(), flushing.elapsed(), self.jobs.len());
        match outcome {
            Ok(events) => {
                self.tell(session.head(), events);
                done.into_iter().for_each(|job| job.answer(None));
                Ok(session)
            }
            Err(error) => {
                tracing::error!(%error, commands = done.len(), "a group of commands was lost");
                let error = Arc::new(error);
                done.into_iter().for_each(|job| job.answer(Some(&error)));
                Err(session)
            }
        }
    }

    /// The next command of a group that began at `began` and holds `size`.
    async fn next(&mut self, began: Instant, size: usize) -> Option<Box<dyn Job>> {
        if size >= GROUP || began.elapsed() >= COLLECT {
            return None;
        }
        if let Ok(job) = self.jobs.try_recv() {
            return Some(job);
        }
        let linger = self.pace.linger(size)?;
        if linger < TICK {
            tokio::task::yield_now().await;
            return self.jobs.try_recv().ok();
        }
        tokio::time::timeout(linger.checked_sub(began.elapsed())?, self.jobs.recv()).await.ok().flatten()
    }

    /// The head moves first: whoever gets an event may ask for everything up to it.
    fn tell(&self, head: Cursor, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        self.news.head.send_replace(head);
        for event in events {
            // Nobody listens: nobody misses it.
            let _ = self.news.live.send(Arc::new(event));
        }
    }

    async fn reopen(&self) -> Session {
        loop {
            let opened = match self.database.writer().await {
                Ok(conn) => Session::new(conn, Arc::clone(&self.clock)).await,
                Err(error) => Err(error),
            };
            match opened {
                Ok(session) => return session,
                Err(error) => tracing::error!(%error, "the database cannot be opened again yet"),
            }
            tokio::time::sleep(REOPEN).await;
        }
    }
}

/// How many commands come together lately, and what a flush costs.
#[derive(Default)]
struct Pace {
    size: usize,
    flush: Duration,
}

impl Pace {
    fn learn(&mut self, size: usize, flush: Duration) {
        self.size = size;
        self.flush = (self.flush * 7 + flush) / 8;
    }

    /// How long, from its start, a group of `size` waits for more; not at all when no more are likely.
    fn linger(&self, size: usize) -> Option<Duration> {
        (size < self.size).then(|| self.flush.min(LINGER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_writer_never_waits_and_many_wait_for_each_other() {
        let mut pace = Pace::default();
        assert_eq!(pace.linger(1), None, "an idle system commits at once");
        pace.learn(64, Duration::from_millis(80));
        assert_eq!(pace.linger(1), Some(LINGER), "the others are about to come back");
        assert_eq!(pace.linger(64), None, "they are back");
        pace.learn(1, Duration::from_millis(80));
        assert_eq!(pace.linger(1), None);
    }
}
