//! The handle everybody holds.

use std::{sync::Arc, time::Duration};

use sqlx::{AnyConnection, AnyPool, Connection as _};
use tandem_core::{Clock, OrgScope, SystemClock};
use tandem_proto::{Cursor, Event};
use tandem_vault::MasterKey;
use tokio::{
    sync::{Notify, broadcast, watch},
    time::timeout,
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use tracing::Instrument as _;

use crate::{
    AuditKey, BoxFuture, Cause, EventFilter, Follow, Migration, Projection, Scoped, StoreError, Tx, audit,
    engine::{Database, Engine},
    follow::Log,
    gate::Gate,
    keys::{self, Keyring},
    postgres::{replicas::Replicas, walls},
    projection::{self, Batch, Runner, Start, Turn, View},
    reader::{self, Range},
    schema,
    session::Session,
    tail::Tail,
    writer::{Jobs, News, Writer, guarded},
};

/// Connections that write, on PostgreSQL: one for the node's pulse, one for what belongs to no org, one for the views, the others for orgs.
const WRITERS: usize = 7;
/// How long a reader waits for its own process's newest commit to be in the log as all see it. It is there within a moment, unless some
/// older transaction hangs.
const SETTLE: Duration = Duration::from_secs(2);

/// How to open a store.
pub struct Options {
    /// `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME`: of several hosts, whichever is the primary.
    pub url: String,
    /// Servers to read from where the newest is not needed, as `url`; PostgreSQL only.
    pub replicas: Option<String>,
    /// The tables of those who use the store.
    pub migrations: Vec<Migration>,
    /// Views to keep.
    pub projections: Vec<Arc<dyn Projection>>,
    /// Whether this process keeps the views, or only waits for others that do.
    pub run_projections: bool,
    /// What the orgs' keys are encrypted under. Without one SQLite has its own in the file `master.key` beside the database, made where it is
    /// missing, and PostgreSQL refuses what would have to be encrypted.
    pub master: Option<Arc<dyn MasterKey>>,
    /// Tells commands the time.
    pub clock: Arc<dyn Clock>,
    /// Commands that may wait for the writer before others are refused.
    pub queue: usize,
    /// What audit entries are authenticated with. [`AuditKey::PUBLIC`] unless it is set.
    pub audit_key: AuditKey,
    /// Events kept for a slow listener before it must catch up from the log.
    pub live: usize,
    /// For the test that shows what happens without: whether readers wait for older transactions.
    #[doc(hidden)]
    pub gate: bool,
}

impl Options {
    /// Without tables and views of others, with the machine's clock.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            replicas: None,
            migrations: Vec::new(),
            projections: Vec::new(),
            run_projections: true,
            master: None,
            clock: Arc::new(SystemClock),
            queue: 4_096,
            audit_key: AuditKey::PUBLIC,
            live: 8_192,
            gate: true,
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
    engine: Engine,
    audit_key: AuditKey,
    jobs: Jobs,
    readers: AnyPool,
    replicas: Option<Arc<Replicas>>,
    news: News,
    wake: Arc<Notify>,
    views: Vec<watch::Receiver<Cursor>>,
    /// Ends the views, then the writers, then who reads the log's end.
    stop_views: DropGuard,
    stop_writers: DropGuard,
    stop_tail: DropGuard,
    views_running: TaskTracker,
    writers_running: TaskTracker,
    tail_running: TaskTracker,
}

impl Store {
    /// Opens (and makes) the database at `url`, runs migrations, starts the writers and the projections.
    pub async fn open(
        url: &str,
        migrations: &[Migration],
        projections: Vec<Arc<dyn Projection>>,
    ) -> Result<Self, StoreError> {
        Self::open_with(Options { migrations: migrations.to_vec(), projections, ..Options::new(url) }).await
    }

    /// As [`Self::open`], with every choice open.
    ///
    /// Waits, and says so in the log, until the database answers.
    ///
    /// # Errors
    /// [`StoreError::Open`] for what waiting does not mend.
    pub async fn open_with(options: Options) -> Result<Self, StoreError> {
        let database = Arc::new(Database::claim(&options.url)?);
        let engine = database.engine();
        let keys = Arc::new(Keyring::new(master(&database, &options)?));
        let (conn, starts) = prepare(&database, &keys, &options).await?;
        let readers = database.readers().await?;
        let clock = &options.clock;

        let (sessions, head) = match &*database {
            Database::Sqlite(_) => {
                let session = Session::new(conn, engine, Arc::clone(clock), Arc::clone(&keys)).await?;
                let head = session.head();
                (vec![session], head)
            }
            Database::Postgres(_) => {
                conn.close().await?;
                let mut sessions = Vec::new();
                for _ in 0..WRITERS {
                    let (conn, keys) = (database.writer().await?, Arc::clone(&keys));
                    sessions.push(Session::new(conn, engine, Arc::clone(clock), keys).await?);
                }
                (sessions, reader::settled(&mut *readers.acquire().await?).await?)
            }
        };
        let news = News::new(head, options.live, keys);
        let (jobs, queues) = Jobs::new(options.queue, sessions.len());
        let [stop_views, stop_writers, stop_tail] = std::array::from_fn(|_| CancellationToken::new());

        let writers_running = TaskTracker::new();
        for (session, queue) in sessions.into_iter().zip(queues) {
            let writer = Writer::new(Arc::clone(&database), Arc::clone(clock), queue, news.clone());
            writers_running.spawn(writer.run(session, stop_writers.clone()));
        }

        let (tail_running, wake) = (TaskTracker::new(), Arc::new(Notify::new()));
        if engine == Engine::Postgres {
            let tail = Tail::new(Arc::clone(&database), news.clone(), Arc::clone(&wake), options.gate);
            tail_running.spawn(tail.run(stop_tail.clone()));
        }
        let replicas = options.replicas.as_deref().filter(|_| engine == Engine::Postgres);
        let replicas = replicas.map(Replicas::at).transpose()?;
        if let Some(replicas) = &replicas {
            tail_running.spawn(Arc::clone(replicas).watch(stop_tail.clone()));
        }

        let mut store = Inner {
            engine,
            audit_key: options.audit_key.clone(),
            jobs,
            readers,
            replicas,
            news,
            wake,
            views: Vec::new(),
            stop_views: stop_views.clone().drop_guard(),
            stop_writers: stop_writers.drop_guard(),
            stop_tail: stop_tail.drop_guard(),
            views_running: TaskTracker::new(),
            writers_running,
            tail_running,
        };
        for (projection, Start { view, seen }) in options.projections.into_iter().zip(starts) {
            let reached = watch::Sender::new(if view == View::LIVE { seen } else { Cursor::START });
            store.views.push(reached.subscribe());
            let filter = projection::filter(&*projection);
            let runner = Runner {
                projection,
                view,
                follow: Follow::new(store.log(), None, filter, seen, stop_views.clone()).reading_ahead(),
                jobs: store.jobs.clone(),
                pool: store.readers.clone(),
                keys: Arc::clone(&store.news.keys),
                reached,
                head: store.news.head.subscribe(),
                clock: Arc::clone(&options.clock),
                batch: Batch::default(),
                turn: if options.run_projections { Turn::Ours } else { Turn::Never },
                stored: seen,
            };
            store.views_running.spawn(runner.run(stop_views.clone()));
        }
        Ok(Self(Arc::new(store)))
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
        self.command(Gate::org(scope.org()), scope, cause, command).await
    }

    /// As [`Self::write`], for the one command that others must not hold up, however many and slow they are: the one that shows the other
    /// nodes that this one lives. On PostgreSQL a connection does nothing else. On SQLite, where there are no other nodes, it waits its turn.
    pub async fn write_pulse<T, E, F>(&self, scope: OrgScope, cause: Cause, command: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        self.command(Gate::pulse(scope.org()), scope, cause, command).await
    }

    async fn command<T, E, F>(&self, gate: Gate, scope: OrgScope, cause: Cause, command: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let key = self.0.audit_key.clone();
        let work = move |session| -> BoxFuture<'static, _> {
            Box::pin(async move {
                let limit = Session::engine(&session).command_limit();
                let mut tx = Tx::new(session, scope, cause, key);
                let result = guarded(limit, async { command(&mut tx).await }).await;
                (tx.into_session(), result)
            })
        };
        self.0.jobs.offer(gate, work).instrument(tracing::debug_span!("commit")).await
    }

    /// For the queries of one org: on PostgreSQL row-level security hides all other orgs' rows, whatever the statement says.
    pub async fn scoped(&self, scope: OrgScope) -> Result<Scoped, StoreError> {
        Scoped::new(&self.0.readers, self.0.engine, scope).await
    }

    /// As [`Self::scoped`], for queries whose answer may be some seconds old: of a replica, if one answers.
    pub async fn scoped_stale(&self, scope: OrgScope) -> Result<Scoped, StoreError> {
        let replica = self.0.replicas.as_ref().and_then(|replicas| replicas.pool());
        Scoped::new(replica.unwrap_or(&self.0.readers), self.0.engine, scope).await
    }

    /// For queries that no org's wall may stand before: those that find out whose something is (a token, a dialled number),
    /// and the server's own work over all orgs (what is due, what was left behind, who owns what). What is read for one org is read
    /// through [`Self::scoped`]. Each use says why it is right; `tests/tidy` looks for that.
    ///
    /// Never write through it: it is refused.
    pub fn across_orgs(&self) -> &AnyPool {
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
        self.0.settle().await;
        let range = Range { engine: self.0.engine, scope: Some(scope), after, head: self.head() };
        reader::events(&self.0.readers, self.keys(), range, filter, limit).await
    }

    pub(crate) fn keys(&self) -> &Keyring {
        &self.0.news.keys
    }

    /// The newest event of the log as this process knows it: everything up to it is durable, and nothing will be written before it.
    ///
    /// Where several nodes write, it trails what they wrote, this process included, by a moment. [`Self::events`] and [`Self::projected`]
    /// wait for what this process wrote; [`Self::wait_for`] waits for what somebody else saw.
    pub fn head(&self) -> Cursor {
        *self.0.news.head.borrow()
    }

    /// Waits until the head is at `cursor`, but no longer than `within`; says whether it is. A cursor that another node handed out may be
    /// ahead of this node's head for a moment.
    pub async fn wait_for(&self, cursor: Cursor, within: Duration) -> bool {
        let mut head = self.0.news.head.subscribe();
        self.wake();
        timeout(within, head.wait_for(|head| *head >= cursor)).await.is_ok_and(|reached| reached.is_ok())
    }

    /// Looks for what other nodes wrote. To be called when one says that it did; without it that is found within 200 ms.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Changes with every commit of this process, for whoever tells the other nodes to [`Self::wake`].
    pub fn commits(&self) -> watch::Receiver<Cursor> {
        self.0.news.commits.subscribe()
    }

    /// Every event of every org from now on, after its commit, in order. A receiver that lags catches up with [`Self::events`].
    pub fn live(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.news.live.subscribe()
    }

    /// Events of the org after `after`, from the log and then live: what [`Self::events`] and [`Self::live`] make together.
    pub fn follow(&self, scope: OrgScope, filter: EventFilter, after: Cursor) -> Follow {
        Follow::new(self.0.log(), Some(scope), filter, after, self.0.stop_views.token().clone())
    }

    /// Waits until all projections have seen everything up to `cursor`, and everything this process wrote before.
    pub async fn projected(&self, cursor: Cursor) {
        let cursor = cursor.max(*self.0.news.commits.borrow());
        for view in &self.0.views {
            // An error means that the view's task is gone: the store closes.
            let _ = view.clone().wait_for(|reached| *reached >= cursor).await;
        }
    }

    pub(crate) fn audit_key(&self) -> &AuditKey {
        &self.0.audit_key
    }

    /// Leaves nothing in SQLite's files of what was overwritten: its write-ahead log is taken into the database and emptied, unless somebody
    /// reads from it for long. PostgreSQL does that in its own time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        if self.0.engine == Engine::Sqlite {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&self.0.readers).await?;
        }
        Ok(())
    }

    /// Finishes what was accepted and stops.
    pub async fn close(&self) {
        let inner = &self.0;
        for (stop, running) in [
            (&inner.stop_views, &inner.views_running),
            (&inner.stop_writers, &inner.writers_running),
            (&inner.stop_tail, &inner.tail_running),
        ] {
            stop.token().cancel();
            running.close();
            running.wait().await;
        }
        inner.readers.close().await;
    }
}

impl Inner {
    fn log(&self) -> Log {
        let live = self.news.live.subscribe();
        let (pool, keys) = (self.readers.clone(), Arc::clone(&self.news.keys));
        Log { pool, keys, engine: self.engine, live, head: self.news.head.subscribe() }
    }

    /// Waits until the log as all see it has what this process wrote.
    async fn settle(&self) {
        let own = *self.news.commits.borrow();
        let mut head = self.news.head.subscribe();
        let _ = timeout(SETTLE, head.wait_for(|head| *head >= own)).await;
    }
}

/// Brings the schema up to date and finds where each view stands. One node at a time.
async fn prepare(
    database: &Database,
    keys: &Keyring,
    options: &Options,
) -> Result<(AnyConnection, Vec<Start>), StoreError> {
    let engine = database.engine();
    let mut conn = match database {
        Database::Sqlite(file) => file.writer().await?,
        Database::Postgres(server) => server.preparing().await?,
    };
    schema::migrate(&mut conn, engine, &options.migrations, options.clock.now())
        .await
        .map_err(|error| StoreError::Open { what: database.name(), reason: error.to_string() })?;
    if let Database::Postgres(server) = database {
        server.check_log(&mut conn).await?;
    }
    audit::check_key(&mut conn, &options.audit_key)
        .await
        .map_err(|reason| StoreError::Open { what: database.name(), reason })?;
    keys::check(keys, &mut conn).await?;
    let rewrapped = keys::rewrap(keys, &mut conn).await?;
    if rewrapped > 0 {
        tracing::info!(keys = rewrapped, "org keys are under another master key now");
    }
    let mut starts = Vec::new();
    for projection in &options.projections {
        let keeps = options.run_projections;
        starts.push(projection::prepare(&mut conn, engine, &**projection, keeps).await?);
    }
    if engine == Engine::Postgres {
        // Before the tables of views that are built, too.
        walls::build(&mut conn).await?;
    }
    Ok((conn, starts))
}

/// The master key that is set, or the one beside an embedded database.
fn master(database: &Database, options: &Options) -> Result<Option<Arc<dyn MasterKey>>, StoreError> {
    if let Some(master) = &options.master {
        return Ok(Some(Arc::clone(master)));
    }
    let Database::Sqlite(file) = database else { return Ok(None) };
    Ok(Some(Arc::new(keys::read_or_make_keys(&file.path().with_file_name("master.key"))?)))
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("head", &self.head()).finish_non_exhaustive()
    }
}
