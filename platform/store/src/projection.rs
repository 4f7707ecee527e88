//! Views made of the log alone, each kept up to date by a task of its own.

use std::{borrow::Cow, sync::Arc, time::Duration};

use sqlx::{AnyConnection, Row as _};
use tandem_core::Clock;
use tandem_proto::{Cursor, Event, Position, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    BoxFuture, EventFilter, Follow, StoreError, meters,
    writer::{Jobs, guarded},
};

/// Events in one transaction at most: commands wait behind it.
const BATCH: u32 = 100;
/// A checkpoint is written with the view; after so many events that the view did not want, it is written alone.
const IDLE_CHECKPOINT: i64 = 1_000;
/// Before trying again when the database failed.
const RETRY: Duration = Duration::from_secs(1);

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

/// Where the view stands. A view of another version is emptied first.
pub(crate) async fn prepare(
    conn: &mut AnyConnection,
    projection: &dyn Projection,
) -> Result<Cursor, StoreError> {
    let row = sqlx::query("SELECT version, position FROM projections WHERE name = $1")
        .bind(projection.name())
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(row) = row
        && row.try_get::<i64, _>(0)? == i64::from(projection.version())
    {
        return Ok(Cursor { xid: 0, position: Position(row.try_get(1)?) });
    }
    tracing::info!(projection = projection.name(), version = projection.version(), "rebuilding");
    sqlx::query("BEGIN").execute(&mut *conn).await?;
    projection.reset(conn).await?;
    sqlx::query("DELETE FROM parked_events WHERE projection = $1")
        .bind(projection.name())
        .execute(&mut *conn)
        .await?;
    checkpoint(conn, projection, Position(0)).await?;
    sqlx::query("COMMIT").execute(&mut *conn).await?;
    Ok(Cursor::START)
}

async fn checkpoint(
    conn: &mut AnyConnection,
    projection: &dyn Projection,
    seen: Position,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO projections (name, version, position) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, position = excluded.position",
    )
    .bind(projection.name())
    .bind(i64::from(projection.version()))
    .bind(seen.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps one view up to date.
pub(crate) struct Runner {
    pub(crate) projection: Arc<dyn Projection>,
    pub(crate) follow: Follow,
    pub(crate) jobs: Jobs,
    /// How far the view is, for those who wait for it.
    pub(crate) reached: watch::Sender<Cursor>,
    pub(crate) head: watch::Receiver<Cursor>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Runner {
    /// Runs until `stop` or until the store closes.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let _ = stop.run_until_cancelled(self.keep_up()).await;
    }

    async fn keep_up(&mut self) {
        let name = self.projection.name();
        let mut stored = self.follow.seen().position;
        loop {
            let events: Arc<[Arc<Event>]> = match self.follow.batch(BATCH).await {
                Ok(events) => events.into(),
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(projection = name, %error, "the log cannot be read");
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            };
            let seen = self.follow.seen();
            if !events.is_empty() || seen.position.0 - stored.0 >= IDLE_CHECKPOINT {
                while let Err(error) = self.store(&events, seen.position).await {
                    if matches!(error, StoreError::Closed) {
                        return;
                    }
                    tracing::error!(projection = name, %error, "the view cannot be stored");
                    tokio::time::sleep(RETRY).await;
                }
                stored = seen.position;
            }
            meters::projection_lag(name, self.head.borrow().position.0 - seen.position.0);
            self.reached.send_replace(seen);
        }
    }

    /// Takes the events into the view. Only when that fails are they taken one by one, to find the one it fails on.
    async fn store(&self, events: &Arc<[Arc<Event>]>, seen: Position) -> Result<(), StoreError> {
        let (projection, batch) = (Arc::clone(&self.projection), Arc::clone(events));
        let together = self.jobs.submit(move |mut session| {
            Box::pin(async move {
                let done = guarded(async {
                    for event in &*batch {
                        projection.apply(session.conn(), event).await?;
                    }
                    checkpoint(session.conn(), &*projection, seen).await
                });
                let done = done.await;
                (session, done)
            })
        });
        match together.await {
            Ok(()) => return Ok(()),
            Err(StoreError::Closed) => return Err(StoreError::Closed),
            Err(_) => {}
        }
        for event in &**events {
            if let Err(error) = self.store_one(Arc::clone(event)).await {
                if matches!(error, StoreError::Closed | StoreError::Commit(_)) {
                    return Err(error);
                }
                self.park(event, &error).await?;
            }
        }
        let projection = Arc::clone(&self.projection);
        self.jobs
            .submit(move |mut session| {
                Box::pin(async move {
                    let done = guarded(checkpoint(session.conn(), &*projection, seen)).await;
                    (session, done)
                })
            })
            .await
    }

    async fn store_one(&self, event: Arc<Event>) -> Result<(), StoreError> {
        let projection = Arc::clone(&self.projection);
        self.jobs
            .submit(move |mut session| {
                Box::pin(async move {
                    let done = guarded(async {
                        projection.apply(session.conn(), &event).await?;
                        checkpoint(session.conn(), &*projection, event.cursor.position).await
                    });
                    let done = done.await;
                    (session, done)
                })
            })
            .await
    }

    /// Puts aside an event that the view failed on.
    async fn park(&self, event: &Event, error: &StoreError) -> Result<(), StoreError> {
        let name = self.projection.name();
        let position = event.cursor.position;
        tracing::error!(projection = name, position = position.0, kind = event.kind, %error, "event parked");
        meters::parked(name);
        let (projection, error, now) = (Arc::clone(&self.projection), error.to_string(), self.clock.now());
        self.jobs
            .submit(move |mut session| {
                Box::pin(async move {
                    let done = guarded(park(session.conn(), &*projection, position, now, error)).await;
                    (session, done)
                })
            })
            .await
    }
}

async fn park(
    conn: &mut AnyConnection,
    projection: &dyn Projection,
    position: Position,
    now: Timestamp,
    error: String,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO parked_events (projection, position, at, error) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (projection, position) DO UPDATE SET at = excluded.at, error = excluded.error",
    )
    .bind(projection.name())
    .bind(position.0)
    .bind(now.micros())
    .bind(error)
    .execute(&mut *conn)
    .await?;
    checkpoint(conn, projection, position).await
}
