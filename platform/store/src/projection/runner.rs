//! The task that keeps a view.

use std::{sync::Arc, time::Duration};

use sqlx::{AnyConnection, AnyPool};
use tandem_core::Clock;
use tandem_proto::{Cursor, Event, Timestamp};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Projection, View, beside, filter,
    standing::{Standing, checkpoint},
};
use crate::{
    BoxFuture, Follow, StoreError,
    gate::Gate,
    keys::Keyring,
    meters,
    reader::{self, Range},
    session::Session,
    writer::{Jobs, guarded},
};

/// Events in one transaction at first, and at most. As many are taken as hold the writer for [`BRIEF`]: commands wait behind them. The flush
/// that follows does not count: commands share it.
const BATCH: u32 = 100;
const LARGEST_BATCH: u32 = 12_800;
const BRIEF: Duration = Duration::from_millis(20);
/// A checkpoint is written with the view; after so many events that the view did not want, it is written alone.
const IDLE_CHECKPOINT: i64 = 1_000;
/// Before trying again when the database failed.
const RETRY: Duration = Duration::from_secs(1);
/// How long the keeping of a view is left to the node that was first, and how long that one may be idle over an event.
const STAND_BACK: Duration = Duration::from_secs(1);
/// Between looks at a checkpoint that another node moves: first, and at most.
const LOOK: Duration = Duration::from_millis(5);
const LOOK_LATER: Duration = Duration::from_millis(50);

/// Keeps one view up to date, or watches it being kept.
pub(crate) struct Runner {
    pub(crate) projection: Arc<dyn Projection>,
    /// Where this runner keeps it.
    pub(crate) view: View,
    pub(crate) follow: Follow,
    pub(crate) jobs: Jobs,
    pub(crate) pool: AnyPool,
    pub(crate) keys: Arc<Keyring>,
    /// How far the view is, for those who wait for it.
    pub(crate) reached: watch::Sender<Cursor>,
    pub(crate) head: watch::Receiver<Cursor>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) turn: Turn,
    /// Events to take at once.
    pub(crate) batch: Batch,
    /// The checkpoint as this runner knows it.
    pub(crate) stored: Cursor,
}

/// How many events are taken at once, by how long it took lately.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch(u32);

impl Default for Batch {
    fn default() -> Self {
        Self(BATCH)
    }
}

impl Batch {
    /// `events` held the writer for so long.
    fn learn(&mut self, events: usize, took: Duration) {
        if took > BRIEF {
            self.0 = (self.0 / 2).max(BATCH);
        } else if events >= self.0 as usize {
            self.0 = (self.0 * 2).min(LARGEST_BATCH);
        }
    }
}

/// Who keeps a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// This node.
    Ours,
    /// Another node, until then at least.
    Theirs(Instant),
    /// Never this node.
    Never,
}

impl Runner {
    /// Runs until `stop` or until the store closes.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let _ = stop.run_until_cancelled(self.keep_up()).await;
    }

    async fn keep_up(&mut self) {
        let name = self.projection.name();
        loop {
            let most = self.batch.0;
            let batch = if self.view == View::BESIDE && self.follow.is_level() {
                match self.settle_in().await {
                    Ok(()) => {}
                    Err(StoreError::Closed) => return,
                    Err(StoreError::Fenced) => self.stand_back(),
                    Err(error) => {
                        tracing::error!(projection = name, %error, "the new view cannot be put in place")
                    }
                }
                if self.view == View::LIVE {
                    self.tell();
                    continue;
                }
                match timeout(RETRY, self.follow.batch(most)).await {
                    Ok(batch) => batch,
                    Err(_) => continue,
                }
            } else {
                self.follow.batch(most).await
            };
            let events: Arc<[Arc<Event>]> = match batch {
                Ok(events) => events.into(),
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(projection = name, %error, "the log cannot be read");
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            };
            let seen = self.follow.seen();
            while let Err(error) = self.take(&events, seen).await {
                match error {
                    StoreError::Closed => return,
                    StoreError::Fenced => self.stand_back(),
                    error => {
                        tracing::error!(projection = name, %error, "the view cannot be stored");
                        tokio::time::sleep(RETRY).await;
                    }
                }
            }
            self.tell();
        }
    }

    fn stand_back(&mut self) {
        self.turn = Turn::Theirs(Instant::now() + STAND_BACK);
    }

    /// Tells those who wait how far the view is that is read.
    fn tell(&self) {
        let seen = self.follow.seen();
        meters::projection_lag(self.projection.name(), self.head.borrow().position.0 - seen.position.0);
        if self.view == View::LIVE {
            self.reached.send_replace(seen);
        }
    }

    /// Has the view that was built read from now on, or waits until the node that built it has.
    async fn settle_in(&mut self) -> Result<(), StoreError> {
        while let Turn::Theirs(until) = self.turn {
            let standing = self.standing().await?;
            if self.view == View::LIVE {
                return Ok(());
            }
            if until <= Instant::now() && !self.is_newer(standing) {
                (self.turn, self.stored) = (Turn::Ours, standing.seen);
            } else {
                tokio::time::sleep(LOOK_LATER).await;
            }
        }
        let Some(seen) = self.switch().await? else { return Ok(()) };
        (self.view, self.stored) = (View::LIVE, seen);
        tracing::info!(
            projection = self.projection.name(),
            version = self.projection.version(),
            "the new version is in place"
        );
        Ok(())
    }

    /// Takes in what the old view has seen beyond the new one, and switches, all in one transaction; not if that is much.
    async fn switch(&mut self) -> Result<Option<Cursor>, StoreError> {
        let (projection, stored) = (Arc::clone(&self.projection), self.stored);
        let keys = Arc::clone(&self.keys);
        self.write(move |session| {
            Box::pin(async move {
                let projection = &*projection;
                holds(session, View::BESIDE, projection, stored).await?;
                let engine = session.engine();
                let conn = session.conn();
                let live = Standing::of(&mut *conn, View::LIVE, projection).await?.unwrap_or(Standing::NONE);
                let range = Range { engine, scope: None, after: stored, head: live.seen };
                let missed = if live.seen > stored {
                    reader::on(conn, &keys, range, &filter(projection)).await?
                } else {
                    Vec::new()
                };
                if missed.len() >= reader::PAGE as usize {
                    return Ok(None);
                }
                let missed: Vec<Arc<Event>> = missed.into_iter().map(Arc::new).collect();
                projection.apply_all(conn, View::BESIDE, &missed).await?;
                beside::switch(conn, engine, projection).await?;
                let seen = stored.max(live.seen);
                checkpoint(conn, View::LIVE, projection, seen).await?;
                Ok(Some(seen))
            })
        })
        .await
    }

    /// Sees to it that the events are in the view.
    async fn take(&mut self, events: &Arc<[Arc<Event>]>, seen: Cursor) -> Result<(), StoreError> {
        if matches!(self.turn, Turn::Theirs(until) if until <= Instant::now()) {
            self.stored = self.standing().await?.seen;
            self.turn = Turn::Ours;
        }
        if self.turn != Turn::Ours {
            return self.watch(events).await;
        }
        // Another node, or the switch to a new version, may have taken in some of them.
        let events = match events.iter().take_while(|event| event.cursor <= self.stored).count() {
            0 => Arc::clone(events),
            taken => Arc::from(&events[taken..]),
        };
        if events.is_empty() && seen.position.0 - self.stored.position.0 < IDLE_CHECKPOINT {
            return Ok(());
        }
        self.store(&events, seen).await
    }

    /// Waits until another node took the events into the view; if none does, it is this node's turn again.
    async fn watch(&mut self, events: &Arc<[Arc<Event>]>) -> Result<(), StoreError> {
        let Some(last) = events.last().map(|event| event.cursor) else { return Ok(()) };
        let (began, mut pause) = (Instant::now(), LOOK);
        loop {
            let standing = self.standing().await?;
            if standing.seen >= last {
                return Ok(());
            }
            if began.elapsed() >= STAND_BACK && self.turn != Turn::Never && !self.is_newer(standing) {
                self.turn = Turn::Ours;
                self.stored = standing.seen;
                self.follow.jump(standing.seen);
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOK_LATER);
        }
    }

    /// Where the view stands. One that another node built, or that this node only reads, is the one in place.
    async fn standing(&mut self) -> Result<Standing, StoreError> {
        let projection = &*self.projection;
        let live = Standing::of(&self.pool, View::LIVE, projection).await?.unwrap_or(Standing::NONE);
        if self.view == View::BESIDE && live.version < i64::from(projection.version()) {
            let built = Standing::of(&self.pool, View::BESIDE, projection).await?;
            return Ok(built.unwrap_or(Standing::NONE));
        }
        self.view = View::LIVE;
        Ok(live)
    }

    fn is_newer(&self, standing: Standing) -> bool {
        standing.version > i64::from(self.projection.version())
    }

    /// Takes the events into the view. Only when that fails are they taken one by one, to find the one it fails on.
    async fn store(&mut self, events: &Arc<[Arc<Event>]>, seen: Cursor) -> Result<(), StoreError> {
        match self.apply(Arc::clone(events), seen).await {
            Err(error) if is_of_event(&error) => {}
            done => return done,
        }
        for event in events.iter() {
            if event.cursor <= self.stored {
                continue;
            }
            match self.apply([Arc::clone(event)].into(), event.cursor).await {
                Err(error) if is_of_event(&error) => self.park(event, &error).await?,
                done => done?,
            }
        }
        self.apply(Arc::default(), seen).await
    }

    /// Takes events into the view in one transaction.
    async fn apply(&mut self, events: Arc<[Arc<Event>]>, seen: Cursor) -> Result<(), StoreError> {
        let (projection, view, stored) = (Arc::clone(&self.projection), self.view, self.stored);
        let count = events.len();
        let held = self
            .submit(seen, move |session| {
                Box::pin(async move {
                    let began = Instant::now();
                    holds(session, view, &*projection, stored).await?;
                    if !events.is_empty() {
                        projection.apply_all(session.conn(), view, &events).await?;
                    }
                    checkpoint(session.conn(), view, &*projection, seen).await?;
                    Ok(began.elapsed())
                })
            })
            .await?;
        self.batch.learn(count, held);
        Ok(())
    }

    /// Puts aside an event that the view failed on.
    async fn park(&mut self, event: &Event, error: &StoreError) -> Result<(), StoreError> {
        let name = self.projection.name();
        let seen = event.cursor;
        tracing::error!(projection = name, position = seen.position.0, kind = event.kind, %error, "event parked");
        meters::parked(name);
        let (projection, view, stored) = (Arc::clone(&self.projection), self.view, self.stored);
        let (error, now) = (error.to_string(), self.clock.now());
        self.submit(seen, move |session| {
            Box::pin(async move {
                holds(session, view, &*projection, stored).await?;
                park(session.conn(), view, &*projection, seen, now, error).await
            })
        })
        .await
    }

    /// Has a writer do `work`, which moves the checkpoint to `seen`.
    async fn submit<T, W>(&mut self, seen: Cursor, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<T, StoreError>> + Send + 'static,
    {
        let done = self.write(work).await?;
        self.stored = seen;
        Ok(done)
    }

    async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<T, StoreError>> + Send + 'static,
    {
        let gate = Gate::view(self.projection.name());
        let done = self.jobs.submit(gate, move |mut session| {
            Box::pin(async move {
                let limit = session.engine().command_limit();
                let done = guarded(limit, async { work(&mut session).await }).await;
                (session, done)
            })
        });
        done.await
    }
}

/// Whether an error can be the event's fault, rather than that of the database.
fn is_of_event(error: &StoreError) -> bool {
    !matches!(
        error,
        StoreError::Closed
            | StoreError::Commit(_)
            | StoreError::Fenced
            | StoreError::Unavailable(_)
            | StoreError::InDoubt(_)
    )
}

/// Checks that nobody else moved the checkpoint.
async fn holds(
    session: &mut Session,
    view: View,
    projection: &dyn Projection,
    stored: Cursor,
) -> Result<(), StoreError> {
    match Standing::of(session.conn(), view, projection).await? {
        Some(standing) if standing.version == i64::from(projection.version()) && standing.seen == stored => {
            Ok(())
        }
        _ => Err(StoreError::Fenced),
    }
}

async fn park(
    conn: &mut AnyConnection,
    view: View,
    projection: &dyn Projection,
    seen: Cursor,
    now: Timestamp,
    error: String,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO parked_events (projection, position, at, error) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (projection, position) DO UPDATE SET at = excluded.at, error = excluded.error",
    )
    .bind(&*view.key(projection))
    .bind(seen.position.0)
    .bind(now.micros())
    .bind(error)
    .execute(&mut *conn)
    .await?;
    checkpoint(conn, view, projection, seen).await
}
