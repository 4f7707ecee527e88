//! The handle everybody holds.

use std::sync::Arc;

use sqlx::AnyPool;
use tandem_core::{Clock, OrgScope, SystemClock};
use tandem_proto::{Cursor, Event};
use tokio::sync::{broadcast, watch};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    BoxFuture, Cause, EventFilter, Follow, Migration, Projection, StoreError, Tx,
    projection::{self, Runner},
    reader, schema,
    session::Session,
    sqlite::Database,
    writer::{Jobs, News, Writer, guarded},
};

/// How to open a store.
pub struct Options {
    /// `sqlite:PATH`.
    pub url: String,
    /// The tables of those who use the store.
    pub migrations: Vec<Migration>,
    /// Views to keep.
    pub projections: Vec<Arc<dyn Projection>>,
    /// Tells commands the time.
    pub clock: Arc<dyn Clock>,
    /// Commands that may wait for the writer before others are refused.
    pub queue: usize,
    /// Events kept for a slow listener before it must catch up from the log.
    pub live: usize,
}

impl Options {
    /// Without tables and views of others, with the machine's clock.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            migrations: Vec::new(),
            projections: Vec::new(),
            clock: Arc::new(SystemClock),
            queue: 4_096,
            live: 8_192,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("queue", &self.queue)
            .field("live", &self.live)
            .finish_non_exhaustive()
    }
}

/// The store. Cheap to clone. It stops when the last clone is dropped; [`Self::close`] waits for it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    jobs: Jobs,
    readers: AnyPool,
    news: News,
    views: Vec<watch::Receiver<Cursor>>,
    /// Ends the views, then the writer.
    stop_views: DropGuard,
    stop_writer: DropGuard,
    views_running: TaskTracker,
    writer_running: TaskTracker,
}

impl Store {
    /// Opens (and makes) the database at `url` (`sqlite:PATH`), runs migrations, starts the writer and the projections.
    pub async fn open(
        url: &str,
        migrations: &[Migration],
        projections: Vec<Arc<dyn Projection>>,
    ) -> Result<Self, StoreError> {
        Self::open_with(Options { migrations: migrations.to_vec(), projections, ..Options::new(url) }).await
    }

    /// As [`Self::open`], with every choice open.
    pub async fn open_with(options: Options) -> Result<Self, StoreError> {
        let Options { url, migrations, projections, clock, queue, live } = options;
        let database = Database::claim(&url)?;
        let mut conn = database.writer().await?;
        schema::migrate(&mut conn, &migrations, clock.now())
            .await
            .map_err(|error| StoreError::open(database.path(), error))?;
        let mut checkpoints = Vec::new();
        for projection in &projections {
            checkpoints.push(projection::prepare(&mut conn, &**projection).await?);
        }
        let readers = database.readers().await?;
        let session = Session::new(conn, Arc::clone(&clock)).await?;
        let news = News { head: watch::Sender::new(session.head()), live: broadcast::Sender::new(live) };
        let (jobs, queue) = Jobs::new(queue);
        let (stop_views, stop_writer) = (CancellationToken::new(), CancellationToken::new());

        let writer_running = TaskTracker::new();
        let writer = Writer::new(database, Arc::clone(&clock), queue, news.clone());
        writer_running.spawn(writer.run(session, stop_writer.clone()));

        let views_running = TaskTracker::new();
        let mut views = Vec::new();
        for (projection, checkpoint) in projections.into_iter().zip(checkpoints) {
            let reached = watch::Sender::new(checkpoint);
            views.push(reached.subscribe());
            let follow = Follow::new(
                readers.clone(),
                None,
                projection::filter(&*projection),
                checkpoint,
                news.head.subscribe(),
                news.live.subscribe(),
                stop_views.clone(),
            );
            let head = news.head.subscribe();
            let runner =
                Runner { projection, follow, jobs: jobs.clone(), reached, head, clock: Arc::clone(&clock) };
            views_running.spawn(runner.run(stop_views.clone()));
        }
        Ok(Self(Arc::new(Inner {
            jobs,
            readers,
            news,
            views,
            stop_views: stop_views.drop_guard(),
            stop_writer: stop_writer.drop_guard(),
            views_running,
            writer_running,
        })))
    }

    /// Runs a command in the next group commit; returns once it is durable. An error rolls back this command only.
    ///
    /// `store.write(scope, cause, |tx| Box::pin(async move { … })).await`
    pub async fn write<T, E, F>(&self, scope: OrgScope, cause: Cause, command: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let work = move |session| -> BoxFuture<'static, _> {
            Box::pin(async move {
                let mut tx = Tx::new(session, scope, cause);
                let result = guarded(async { command(&mut tx).await }).await;
                (tx.into_session(), result)
            })
        };
        self.0.jobs.offer(work).await
    }

    /// For queries. Never write through it; SQLite refuses it.
    pub fn reader(&self) -> &AnyPool {
        &self.0.readers
    }

    /// Events after `after` that match, oldest first, at most `limit`, and the cursor to go on from (past non-matching events too).
    /// Fewer than `limit` events mean that there were no more.
    pub async fn events(
        &self,
        scope: OrgScope,
        filter: &EventFilter,
        after: Cursor,
        limit: u32,
    ) -> Result<(Vec<Event>, Cursor), StoreError> {
        reader::events(&self.0.readers, Some(scope.org()), filter, after, limit, self.head()).await
    }

    /// The newest cursor that is durable.
    pub fn head(&self) -> Cursor {
        *self.0.news.head.borrow()
    }

    /// Every event of every org from now on, after its commit, in order. A receiver that lags catches up with [`Self::events`].
    pub fn live(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.news.live.subscribe()
    }

    /// Events of the org after `after`, from the log and then live: what [`Self::events`] and [`Self::live`] make together.
    pub fn follow(&self, scope: OrgScope, filter: EventFilter, after: Cursor) -> Follow {
        let live = self.live();
        let stop = self.0.stop_views.token().clone();
        Follow::new(
            self.0.readers.clone(),
            Some(scope.org()),
            filter,
            after,
            self.0.news.head.subscribe(),
            live,
            stop,
        )
    }

    /// Waits until all projections have seen everything up to `cursor`.
    pub async fn projected(&self, cursor: Cursor) {
        for view in &self.0.views {
            // An error means that the view's task is gone: the store closes.
            let _ = view.clone().wait_for(|reached| *reached >= cursor).await;
        }
    }

    /// Finishes what was accepted and stops.
    pub async fn close(&self) {
        self.0.stop_views.token().cancel();
        self.0.views_running.close();
        self.0.views_running.wait().await;
        self.0.stop_writer.token().cancel();
        self.0.writer_running.close();
        self.0.writer_running.wait().await;
        self.0.readers.close().await;
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("head", &self.head()).finish_non_exhaustive()
    }
}
