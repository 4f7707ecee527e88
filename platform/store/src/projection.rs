//! Views made of the log alone, each kept up to date by a task of its own.
//!
//! Several nodes may keep the same view: the checkpoint is compared in the transaction that moves it, so each event is taken in once. Who
//! finds that another was first stands back for a while and only watches the checkpoint, as does a node that keeps no views. A node
//! whose version of a view is older than the checkpoint's leaves it alone.

use std::{borrow::Cow, sync::Arc, time::Duration};

use sqlx::{AnyConnection, AnyPool, Row as _};
use tandem_core::Clock;
use tandem_proto::{Cursor, Event, Timestamp};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    BoxFuture, EventFilter, Follow, StoreError,
    engine::Engine,
    gate::Gate,
    meters, reader,
    session::Session,
    writer::{Jobs, guarded},
};

/// Events in one transaction at first, and at most. As many are taken as fit into [`BRIEF`]: commands wait behind them.
const BATCH: u32 = 100;
const LARGEST_BATCH: u32 = 6_400;
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

/// A rebuildable view. Its checkpoint is stored in the transaction that changes the view.
pub trait Projection: Send + Sync + 'static {
    /// Unique name.
    fn name(&self) -> &'static str;
    /// Raised to rebuild from the start.
    fn version(&self) -> u32;
    /// Kinds of event it wants; a trailing `*` matches any ending.
    fn kinds(&self) -> &'static [&'static str];
    /// Empties the view.
    fn reset<'a>(&'a self, conn: &'a mut AnyConnection) -> BoxFuture<'a, Result<(), StoreError>>;
    /// Takes one event into the view. An event it fails on is parked (table `parked_events`) and the view goes on without it.
    fn apply<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// What a projection wants of the log.
pub(crate) fn filter(projection: &dyn Projection) -> EventFilter {
    let kinds = projection.kinds().iter().map(|kind| Cow::Borrowed(*kind)).collect();
    EventFilter { kinds, ..EventFilter::default() }
}

/// What the table says of a view: which version it is of, and what it has seen.
#[derive(Clone, Copy)]
struct Standing {
    version: i64,
    seen: Cursor,
}

async fn standing(
    executor: impl sqlx::Executor<'_, Database = sqlx::Any>,
    projection: &dyn Projection,
) -> Result<Option<Standing>, StoreError> {
    let query = sqlx::query("SELECT version, xid, position FROM projections WHERE name = $1");
    let Some(row) = query.bind(projection.name()).fetch_optional(executor).await? else { return Ok(None) };
    Ok(Some(Standing { version: row.try_get(0)?, seen: reader::cursor(&row, 1, 2)? }))
}

/// Where the view stands. If this node is to keep it, a view of an older version is emptied first.
pub(crate) async fn prepare(
    conn: &mut AnyConnection,
    engine: Engine,
    projection: &dyn Projection,
    keeps: bool,
) -> Result<Cursor, StoreError> {
    sqlx::query("BEGIN").execute(&mut *conn).await?;
    if engine == Engine::Postgres {
        // Whoever keeps the older version ends what he is at.
        let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(Gate::view(projection.name()).key);
        lock.execute(&mut *conn).await?;
    }
    let seen = match standing(&mut *conn, projection).await? {
        Some(standing) if standing.version >= i64::from(projection.version()) || !keeps => standing.seen,
        Some(_) | None if keeps => {
            tracing::info!(projection = projection.name(), version = projection.version(), "rebuilding");
            projection.reset(conn).await?;
            sqlx::query("DELETE FROM parked_events WHERE projection = $1")
                .bind(projection.name())
                .execute(&mut *conn)
                .await?;
            checkpoint(conn, projection, Cursor::START).await?;
            Cursor::START
        }
        Some(_) | None => Cursor::START,
    };
    sqlx::query("COMMIT").execute(&mut *conn).await?;
    Ok(seen)
}

async fn checkpoint(
    conn: &mut AnyConnection,
    projection: &dyn Projection,
    seen: Cursor,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO projections (name, version, xid, position) VALUES ($1, $2, $3, $4) ON CONFLICT (name) \
         DO UPDATE SET version = excluded.version, xid = excluded.xid, position = excluded.position",
    )
    .bind(projection.name())
    .bind(i64::from(projection.version()))
    .bind(reader::xid_of(seen))
    .bind(seen.position.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps one view up to date, or watches it being kept.
pub(crate) struct Runner {
    pub(crate) projection: Arc<dyn Projection>,
    pub(crate) follow: Follow,
    pub(crate) jobs: Jobs,
    pub(crate) pool: AnyPool,
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
    /// `events` took so long.
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
            let events: Arc<[Arc<Event>]> = match self.follow.batch(self.batch.0).await {
                Ok(events) => events.into(),
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(projection = name, %error, "the log cannot be read");
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            };
            let (seen, began) = (self.follow.seen(), Instant::now());
            while let Err(error) = self.take(&events, seen).await {
                match error {
                    StoreError::Closed => return,
                    StoreError::Fenced => self.turn = Turn::Theirs(Instant::now() + STAND_BACK),
                    error => {
                        tracing::error!(projection = name, %error, "the view cannot be stored");
                        tokio::time::sleep(RETRY).await;
                    }
                }
            }
            self.batch.learn(events.len(), began.elapsed());
            let seen = self.follow.seen();
            meters::projection_lag(name, self.head.borrow().position.0 - seen.position.0);
            self.reached.send_replace(seen);
        }
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
        if events.is_empty() && seen.position.0 - self.stored.position.0 < IDLE_CHECKPOINT {
            return Ok(());
        }
        self.store(events, seen).await
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
            let is_newer = standing.version > i64::from(self.projection.version());
            if began.elapsed() >= STAND_BACK && self.turn != Turn::Never && !is_newer {
                self.turn = Turn::Ours;
                self.stored = standing.seen;
                self.follow.jump(standing.seen);
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOK_LATER);
        }
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        let standing = standing(&self.pool, &*self.projection).await?;
        Ok(standing.unwrap_or(Standing { version: 0, seen: Cursor::START }))
    }

    /// Takes the events into the view. Only when that fails are they taken one by one, to find the one it fails on.
    async fn store(&mut self, events: &Arc<[Arc<Event>]>, seen: Cursor) -> Result<(), StoreError> {
        let batch = Arc::clone(events);
        match self.apply(batch.iter().cloned().collect(), seen).await {
            Err(error) if is_of_event(&error) => {}
            done => return done,
        }
        for event in batch.iter() {
            if event.cursor <= self.stored {
                continue;
            }
            match self.apply(vec![Arc::clone(event)], event.cursor).await {
                Err(error) if is_of_event(&error) => self.park(event, &error).await?,
                done => done?,
            }
        }
        self.apply(Vec::new(), seen).await
    }

    /// Takes events into the view in one transaction.
    async fn apply(&mut self, events: Vec<Arc<Event>>, seen: Cursor) -> Result<(), StoreError> {
        let (projection, stored) = (Arc::clone(&self.projection), self.stored);
        self.submit(seen, move |session| {
            Box::pin(async move {
                holds(session, &*projection, stored).await?;
                for event in &events {
                    projection.apply(session.conn(), event).await?;
                }
                checkpoint(session.conn(), &*projection, seen).await
            })
        })
        .await
    }

    /// Puts aside an event that the view failed on.
    async fn park(&mut self, event: &Event, error: &StoreError) -> Result<(), StoreError> {
        let name = self.projection.name();
        let seen = event.cursor;
        tracing::error!(projection = name, position = seen.position.0, kind = event.kind, %error, "event parked");
        meters::parked(name);
        let (projection, stored) = (Arc::clone(&self.projection), self.stored);
        let (error, now) = (error.to_string(), self.clock.now());
        self.submit(seen, move |session| {
            Box::pin(async move {
                holds(session, &*projection, stored).await?;
                park(session.conn(), &*projection, seen, now, error).await
            })
        })
        .await
    }

    /// Has a writer do `work`, which moves the checkpoint to `seen`.
    async fn submit<W>(&mut self, seen: Cursor, work: W) -> Result<(), StoreError>
    where
        W: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<(), StoreError>> + Send + 'static,
    {
        let gate = Gate::view(self.projection.name());
        let done = self.jobs.submit(gate, move |mut session| {
            Box::pin(async move {
                let limit = session.engine().command_limit();
                let done = guarded(limit, async { work(&mut session).await }).await;
                (session, done)
            })
        });
        done.await?;
        self.stored = seen;
        Ok(())
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

/// Checks that nobody else moved the checkpoint. A single writer's cannot have moved.
async fn holds(session: &mut Session, projection: &dyn Projection, stored: Cursor) -> Result<(), StoreError> {
    if session.engine() == Engine::Sqlite {
        return Ok(());
    }
    match standing(session.conn(), projection).await? {
        Some(standing) if standing.version == i64::from(projection.version()) && standing.seen == stored => {
            Ok(())
        }
        _ => Err(StoreError::Fenced),
    }
}

async fn park(
    conn: &mut AnyConnection,
    projection: &dyn Projection,
    seen: Cursor,
    now: Timestamp,
    error: String,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO parked_events (projection, position, at, error) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (projection, position) DO UPDATE SET at = excluded.at, error = excluded.error",
    )
    .bind(projection.name())
    .bind(seen.position.0)
    .bind(now.micros())
    .bind(error)
    .execute(&mut *conn)
    .await?;
    checkpoint(conn, projection, seen).await
}
