//! A writer: commands that arrive within a moment share a transaction and its costly flush to disk. SQLite has one; on PostgreSQL each
//! process has several, and the commands of an org always go to the same.
//!
//! **When a group ends.** While one group is being flushed, the next gathers in the queue; it is taken whole, up to [`GROUP`]
//! commands. That alone would let groups alternate between small and large: the writers just answered need a moment to come back. So
//! when the queue runs dry, the group lingers until it is as large as the one before, but no longer than a flush takes lately, nor
//! than [`LINGER`]. A lone writer's groups are of one command, hence it never waits.

use std::{
    any::Any,
    collections::{HashSet, VecDeque},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use tandem_core::Clock;
use tandem_proto::{Cursor, Event, EventData as _, events::identity::UserErased};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    BoxFuture, StoreError,
    engine::{Database, Engine},
    error,
    gate::Gate,
    keys::Keyring,
    meters,
    postgres::{self, Doubt, Fate},
    session::{Failed, Session},
};

/// Commands in a group at most.
const GROUP: usize = 500;
/// Collecting a group takes no longer than this, so that the first in it does not wait for ever.
const COLLECT: Duration = Duration::from_millis(20);
/// Waiting for more commands takes no longer than this.
const LINGER: Duration = Duration::from_millis(2);
/// Below this a timer is coarser than what it should measure; giving way once serves better.
const TICK: Duration = Duration::from_millis(1);
/// Between attempts to open the database again after a failed commit.
const REOPEN: Duration = Duration::from_millis(100);
/// How long those wait whose commit is in doubt.
const PATIENCE: Duration = Duration::from_secs(2);
/// SQLSTATE of a lock that was not had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Work for a writer, with somebody who waits for its result.
pub(crate) trait Job: Send {
    /// What it needs to itself.
    fn gate(&self) -> &Gate;
    /// Does it; says whether to keep what was done.
    fn run(&mut self, session: Session) -> BoxFuture<'_, (Session, bool)>;
    /// What was done could not be kept after all.
    fn spoil(&mut self, error: StoreError);
    /// Tells the result: its own, unless the group it was in was lost.
    fn answer(self: Box<Self>, lost: Option<&Lost>);
}

/// Why a group of commands is not in the store.
#[derive(Clone, Debug)]
pub(crate) enum Lost {
    /// The database refused it.
    Refused(Arc<sqlx::Error>),
    /// The database has no room for it.
    Full(String),
    /// The database went away before.
    Away(String),
    /// The database went away meanwhile: perhaps it is in the store.
    InDoubt(String),
}

impl From<&Lost> for StoreError {
    fn from(lost: &Lost) -> Self {
        match lost {
            Lost::Refused(error) => Self::Commit(Arc::clone(error)),
            Lost::Full(reason) => Self::Full(reason.clone()),
            Lost::Away(reason) => Self::Unavailable(reason.clone()),
            Lost::InDoubt(reason) => Self::InDoubt(reason.clone()),
        }
    }
}

/// The way to the writers.
#[derive(Clone)]
pub(crate) struct Jobs(Arc<[mpsc::Sender<Box<dyn Job>>]>);

impl Jobs {
    /// Queues for `depth` commands each.
    pub(crate) fn new(depth: usize, writers: usize) -> (Self, Vec<mpsc::Receiver<Box<dyn Job>>>) {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..writers).map(|_| mpsc::channel(depth)).unzip();
        (Self(senders.into()), receivers)
    }

    fn lane(&self, gate: &Gate) -> &mpsc::Sender<Box<dyn Job>> {
        &self.0[gate.lane(self.0.len())]
    }

    /// Does `work` in the next group, or refuses it at once when the queue is full.
    pub(crate) async fn offer<T, E, W>(&self, gate: Gate, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: FnOnce(Session) -> BoxFuture<'static, (Session, Result<T, E>)> + Send + 'static,
    {
        let lane = self.lane(&gate);
        let (task, answer) = Task::new(gate, work);
        match lane.try_send(Box::new(task)) {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into())),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(StoreError::Closed.into()),
            Err(mpsc::error::TrySendError::Full(_)) => {
                meters::overloaded();
                Err(StoreError::Overloaded.into())
            }
        }
    }

    /// As [`Self::offer`], for the store's own work, which waits for its turn.
    pub(crate) async fn submit<T, W>(&self, gate: Gate, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(Session) -> BoxFuture<'static, (Session, Result<T, StoreError>)> + Send + 'static,
    {
        let lane = self.lane(&gate).clone();
        let (task, answer) = Task::new(gate, work);
        lane.send(Box::new(task)).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// A [`Job`] of a function and the channel its result goes to.
pub(crate) struct Task<T, E, W> {
    gate: Gate,
    work: Option<W>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, W> Task<T, E, W> {
    pub(crate) fn new(gate: Gate, work: W) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Self { gate, work: Some(work), result: None, reply }, answer)
    }
}

impl<T, E, W> Job for Task<T, E, W>
where
    T: Send,
    E: From<StoreError> + Send,
    W: FnOnce(Session) -> BoxFuture<'static, (Session, Result<T, E>)> + Send,
{
    fn gate(&self) -> &Gate {
        &self.gate
    }

    fn spoil(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn run(&mut self, session: Session) -> BoxFuture<'_, (Session, bool)> {
        Box::pin(async move {
            let work = self.work.take().expect("a job runs once");
            let (session, result) = work(session).await;
            let keep = result.is_ok();
            self.result = Some(result);
            (session, keep)
        })
    }

    fn answer(self: Box<Self>, lost: Option<&Lost>) {
        let result = match (self.result, lost) {
            (Some(Err(own)), None | Some(Lost::Refused(_))) => Err(own),
            // Its own error may well be that of the database that went away.
            (_, Some(lost)) => Err(StoreError::from(lost).into()),
            (Some(kept), None) => kept,
            (None, None) => Err(StoreError::Closed.into()),
        };
        // Nobody waits any more: the command stands all the same.
        let _ = self.reply.send(result);
    }
}

/// Waits for `work` as long as a command may take, and turns a panic in it into an error.
pub(crate) async fn guarded<T, E: From<StoreError>>(
    limit: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match tokio::time::timeout(limit, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(StoreError::Panicked(message(&*panic)).into()),
        Err(_) => Err(StoreError::TimedOut(limit).into()),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}

/// What the others are told of the log.
#[derive(Clone, Debug)]
pub(crate) struct News {
    /// Everything up to here is durable, and nothing will be written before it.
    pub(crate) head: watch::Sender<Cursor>,
    pub(crate) live: broadcast::Sender<Arc<Event>>,
    /// The newest event this process wrote.
    pub(crate) commits: watch::Sender<Cursor>,
    pub(crate) keys: Arc<Keyring>,
}

impl News {
    pub(crate) fn new(head: Cursor, live: usize, keys: Arc<Keyring>) -> Self {
        Self {
            head: watch::Sender::new(head),
            live: broadcast::Sender::new(live),
            commits: watch::Sender::new(head),
            keys,
        }
    }

    /// The head moves first: whoever gets an event may ask for everything up to it.
    pub(crate) fn tell(&self, head: Cursor, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        self.head.send_replace(head);
        for event in events {
            if event.kind == UserErased::KIND
                && let Some(user) = event.subject
            {
                self.keys.forget(event.org, user);
            }
            // Nobody listens: nobody misses it.
            let _ = self.live.send(Arc::new(event));
        }
    }

    fn committed(&self, last: Cursor) {
        self.commits.send_modify(|newest| *newest = last.max(*newest));
    }
}

/// A group in whose commit the connection was lost.
struct Pending {
    jobs: Vec<Box<dyn Job>>,
    doubt: Doubt,
    since: Instant,
}

pub(crate) struct Writer {
    database: Arc<Database>,
    clock: Arc<dyn Clock>,
    jobs: mpsc::Receiver<Box<dyn Job>>,
    /// Commands whose org another node had locked; they come first in the next group.
    deferred: VecDeque<Box<dyn Job>>,
    news: News,
    pace: Pace,
}

impl Writer {
    pub(crate) fn new(
        database: Arc<Database>,
        clock: Arc<dyn Clock>,
        jobs: mpsc::Receiver<Box<dyn Job>>,
        news: News,
    ) -> Self {
        Self { database, clock, jobs, deferred: VecDeque::new(), news, pace: Pace::default() }
    }

    /// Writes until `stop`, then what was accepted before it.
    pub(crate) async fn run(mut self, mut session: Session, stop: CancellationToken) {
        loop {
            let first = match self.deferred.pop_front() {
                Some(first) => Some(first),
                None => tokio::select! {
                    biased;
                    () = stop.cancelled(), if !self.jobs.is_closed() => {
                        self.jobs.close();
                        continue;
                    }
                    first = self.jobs.recv() => first,
                },
            };
            let Some(first) = first else { break };
            session = match self.group(session, first).await {
                Ok(session) => session,
                Err((lost, pending)) => {
                    lost.close().await;
                    let Some(session) = self.reopen(pending, &stop).await else { return };
                    session
                }
            };
        }
        session.close().await;
    }

    /// Runs one group. The error is a session whose transaction is lost or in doubt.
    async fn group(
        &mut self,
        mut session: Session,
        first: Box<dyn Job>,
    ) -> Result<Session, (Session, Option<Pending>)> {
        let began = Instant::now();
        if let Err(error) = session.begin(first.gate()).await {
            return self.not_begun(session, first, error).await;
        }
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let mut outcome = Ok(());
        let mut earlier = std::mem::take(&mut self.deferred);
        let mut busy = HashSet::new();
        let mut next = Some(first);
        while let Some(mut job) = next {
            let entered =
                if busy.contains(&job.gate().key) { Ok(false) } else { session.enter(job.gate()).await };
            match entered {
                Ok(true) => {
                    (session, outcome) = session.run(&mut *job).await;
                    done.push(job);
                }
                Ok(false) => {
                    busy.insert(job.gate().key);
                    self.deferred.push_back(job);
                }
                Err(error) => {
                    outcome = Err(error);
                    done.push(job);
                }
            }
            // A lost group answers what it holds; the rest of the queue belongs to the next one.
            next = match (&outcome, earlier.pop_front()) {
                (Ok(()), Some(job)) => Some(job),
                (Ok(()), None) => self.next(began, done.len() + self.deferred.len()).await,
                (Err(_), job) => {
                    self.deferred.extend(job);
                    self.deferred.append(&mut earlier);
                    None
                }
            };
        }
        let flushing = Instant::now();
        let outcome = match outcome {
            Ok(()) => session.commit().await,
            Err(error) => Err(error.into()),
        };
        self.pace.learn(done.len(), flushing.elapsed());
        meters::group(done.len(), flushing.elapsed(), self.jobs.len());
        match outcome {
            Ok(events) => {
                self.tell(&session, events);
                done.into_iter().for_each(|job| job.answer(None));
                Ok(session)
            }
            Err(Failed { error, doubt: Some(doubt) }) => {
                tracing::warn!(%error, commands = done.len(), "the end of a group of commands was not heard");
                session.take_appended();
                Err((session, Some(Pending { jobs: done, doubt, since: flushing })))
            }
            Err(Failed { error, doubt: None }) => {
                tracing::error!(%error, commands = done.len(), "a group of commands was lost");
                let lost = lost(error);
                done.into_iter().for_each(|job| job.answer(Some(&lost)));
                Err((session, None))
            }
        }
    }

    /// A group that could not begin; its first command was not started.
    async fn not_begun(
        &mut self,
        mut session: Session,
        first: Box<dyn Job>,
        error: sqlx::Error,
    ) -> Result<Session, (Session, Option<Pending>)> {
        if postgres::code(&error).as_deref() == Some(LOCK_NOT_AVAILABLE) {
            let held = Lost::Away("another node holds what the command needs".to_owned());
            first.answer(Some(&held));
            return match session.roll_back().await {
                Ok(()) => Ok(session),
                Err(_) => Err((session, None)),
            };
        }
        tracing::error!(%error, "a group of commands could not begin");
        match lost(error) {
            // Nothing was done: it goes first on the next connection, unless there is none soon.
            Lost::Away(_) => self.deferred.push_front(first),
            lost => first.answer(Some(&lost)),
        }
        Err((session, None))
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

    fn tell(&self, session: &Session, events: Vec<Event>) {
        let Some(last) = events.last().map(|event| event.cursor) else { return };
        if session.engine() == Engine::Sqlite {
            self.news.tell(last, events);
        }
        self.news.committed(last);
    }

    /// Opens the database again, on whichever server takes writes now. Who waits meanwhile is told; so are those whose commit was in
    /// doubt, as soon as it is not, or when their patience ends.
    async fn reopen(&mut self, mut pending: Option<Pending>, stop: &CancellationToken) -> Option<Session> {
        loop {
            let mut reason = match self.open().await {
                Ok(session) => match self.settle(&mut pending).await {
                    Ok(()) => return Some(session),
                    Err(error) => error.to_string(),
                },
                Err(error) => error.to_string(),
            };
            if let Some(doubtful) = pending.take_if(|pending| pending.since.elapsed() > PATIENCE) {
                answer(doubtful.jobs, &Lost::InDoubt(reason.clone()));
            }
            tracing::error!(reason, "the database cannot be opened again yet");
            if self.database.engine() == Engine::Postgres {
                reason.insert_str(0, "nobody takes writes: ");
                self.turn_away(&Lost::Away(reason));
            }
            if stop.is_cancelled() && self.database.engine() == Engine::Postgres {
                self.jobs.close();
                self.turn_away(&Lost::Away("the store closes".to_owned()));
                if let Some(doubtful) = pending.take() {
                    answer(doubtful.jobs, &Lost::InDoubt("the store closes".to_owned()));
                }
                return None;
            }
            tokio::time::sleep(REOPEN).await;
        }
    }

    async fn open(&mut self) -> Result<Session, StoreError> {
        let conn = self.database.writer().await?;
        let keys = Arc::clone(&self.news.keys);
        Session::new(conn, self.database.engine(), Arc::clone(&self.clock), keys).await
    }

    /// Finds out what became of a commit in doubt and answers it.
    async fn settle(&mut self, pending: &mut Option<Pending>) -> Result<(), StoreError> {
        let Some(doubt) = pending.as_ref().map(|pending| &pending.doubt) else { return Ok(()) };
        let Database::Postgres(server) = &*self.database else { return Ok(()) };
        let mut conn = server.tail().await?;
        let fate = postgres::resolve(&mut conn, doubt).await?;
        let Some(Pending { jobs, doubt, .. }) = pending.take() else { return Ok(()) };
        tracing::warn!(?fate, commands = jobs.len(), "a commit in doubt was looked up");
        match fate {
            Fate::Committed => {
                self.news.committed(doubt.cursor);
                jobs.into_iter().for_each(|job| job.answer(None));
            }
            Fate::Lost => answer(jobs, &Lost::Away("the connection was lost".to_owned())),
            Fate::Unknown => answer(jobs, &Lost::InDoubt("it could not be looked up".to_owned())),
        }
        Ok(())
    }

    /// Answers all who wait.
    fn turn_away(&mut self, lost: &Lost) {
        self.deferred.drain(..).for_each(|job| job.answer(Some(lost)));
        while let Ok(job) = self.jobs.try_recv() {
            job.answer(Some(lost));
        }
    }
}

fn answer(jobs: Vec<Box<dyn Job>>, lost: &Lost) {
    jobs.into_iter().for_each(|job| job.answer(Some(lost)));
}

fn lost(error: sqlx::Error) -> Lost {
    if error::is_full(&error) {
        Lost::Full(error.to_string())
    } else if postgres::is_away(&error) || error::is_unreadable(&error) {
        Lost::Away(error.to_string())
    } else {
        Lost::Refused(Arc::new(error))
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
