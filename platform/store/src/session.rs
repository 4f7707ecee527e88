//! A writer's connection together with what it knows of the log: the next position, the streams' versions, and the events of the group
//! of commands that is being collected.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use tandem_core::Clock;
use tandem_proto::{Cursor, Event, OrgId, Payload, Position, Stream};
use tandem_vault::DataKey;

use crate::{
    Expect, StoreError,
    engine::Engine,
    gate::Gate,
    insert,
    keys::{self, Holder, Keyring, Made},
    postgres::{self, Doubt},
    reader,
    writer::Job,
};

/// Stream versions remembered. Forgetting costs a look-up, nothing else.
const REMEMBERED: usize = 65_536;

type StreamKey = (OrgId, Stream);

pub(crate) struct Session {
    conn: AnyConnection,
    engine: Engine,
    pub(crate) clock: Arc<dyn Clock>,
    /// The last event, durable or in this group. On PostgreSQL it counts within the group until the group's end names its places.
    last: Cursor,
    /// Versions of streams, with this group's events counted. The table's unique index is the truth.
    versions: HashMap<StreamKey, i64>,
    /// What `versions` held before this command, to undo it.
    undo: Vec<(StreamKey, Option<i64>)>,
    /// Events of this group, in order; they are inserted together at its end.
    appended: Vec<Appended>,
    keys: Arc<Keyring>,
    /// Keys made in this group.
    made: Made,
    /// Whether the connection was used since its savepoint was set.
    touched: bool,
    walls: Walls,
}

/// What PostgreSQL holds for this group.
#[derive(Default)]
struct Walls {
    /// For whom row-level security lets statements work now.
    org: Option<String>,
    locked: HashSet<i64>,
    /// Locked since the savepoint was set: going back to it lets go.
    fresh: Option<i64>,
}

/// An event as its readers get it, and its payload as the table does, where that differs.
pub(crate) struct Appended {
    pub(crate) event: Event,
    pub(crate) sealed: Option<Payload>,
}

/// Where a command began, to go back to.
#[derive(Clone, Copy)]
struct Mark {
    last: Cursor,
    appended: usize,
    made: usize,
}

/// A group that did not become durable, or may not have.
pub(crate) struct Failed {
    pub(crate) error: sqlx::Error,
    /// Set when the connection was lost while the group was made durable.
    pub(crate) doubt: Option<Doubt>,
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self { error, doubt: None }
    }
}

impl Session {
    pub(crate) async fn new(
        mut conn: AnyConnection,
        engine: Engine,
        clock: Arc<dyn Clock>,
        keys: Arc<Keyring>,
    ) -> Result<Self, StoreError> {
        let last = match engine {
            Engine::Sqlite => Position(reader::newest(&mut conn).await?),
            Engine::Postgres => Position(0),
        };
        let (versions, undo, appended) = (HashMap::new(), Vec::new(), Vec::new());
        let last = Cursor { xid: 0, position: last };
        Ok(Self {
            conn,
            engine,
            clock,
            last,
            versions,
            undo,
            appended,
            keys,
            made: Made::default(),
            touched: false,
            walls: Walls::default(),
        })
    }

    /// The newest event written through this session.
    pub(crate) fn head(&self) -> Cursor {
        self.last
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    /// The connection, for statements other than the log's own.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        self.touched = true;
        &mut self.conn
    }

    /// Starts a group whose first command needs `gate`. SQLite's write lock is taken now, so that no statement finds somebody else
    /// ahead. PostgreSQL waits for the first lock only, and only tries further ones: two groups cannot wait for each other.
    pub(crate) async fn begin(&mut self, gate: &Gate) -> Result<(), sqlx::Error> {
        match self.engine {
            Engine::Sqlite => {
                if self.versions.len() > REMEMBERED {
                    self.versions.clear();
                }
                self.statements("BEGIN IMMEDIATE; SAVEPOINT command").await
            }
            Engine::Postgres => {
                // Other nodes write to the same streams.
                self.versions.clear();
                let Gate { key, org, .. } = gate;
                let lock = if gate.is_locked() {
                    format!("SELECT pg_advisory_xact_lock({key}); ")
                } else {
                    String::new()
                };
                let begin = format!(
                    "BEGIN; SELECT set_config('tandem.org', '{org}', true); {lock} SAVEPOINT command"
                );
                self.execute(begin).await?;
                let locked = HashSet::from([*key]);
                self.walls = Walls { org: Some(org.clone()), locked, fresh: None };
                Ok(())
            }
        }
    }

    /// Prepares for a command that needs `gate`; false if another node has that locked.
    pub(crate) async fn enter(&mut self, gate: &Gate) -> Result<bool, sqlx::Error> {
        if self.engine == Engine::Sqlite {
            return Ok(true);
        }
        let is_locked = !gate.is_locked() || self.walls.locked.contains(&gate.key);
        if is_locked && self.walls.org.as_ref() == Some(&gate.org) {
            return Ok(true);
        }
        let enter = sqlx::query(
            "SELECT set_config('tandem.org', $1, true), \
             CASE WHEN $3 = 0 THEN 1 WHEN pg_try_advisory_xact_lock($2) THEN 1 ELSE 0 END",
        );
        let enter = enter.bind(gate.org.as_str()).bind(gate.key).bind(i64::from(!is_locked));
        let got = postgres::bounded(enter.fetch_one(&mut self.conn)).await?.try_get::<i64, _>(1)? == 1;
        self.walls.org = Some(gate.org.clone());
        if got && gate.is_locked() && self.walls.locked.insert(gate.key) {
            self.walls.fresh = Some(gate.key);
        }
        Ok(got)
    }

    /// Makes the group durable and hands out its events.
    pub(crate) async fn commit(&mut self) -> Result<Vec<Event>, Failed> {
        // Inside a savepoint every page to be changed would first be copied. It is gone, and this fails, if a full disk made the
        // database end the transaction by itself and the command took no notice.
        if self.engine == Engine::Sqlite || self.appended.is_empty() {
            self.statements("RELEASE SAVEPOINT command").await?;
        }
        match self.engine {
            Engine::Sqlite => {
                insert::events(&mut self.conn, &self.appended).await?;
                self.statements("COMMIT").await?;
            }
            Engine::Postgres => {
                if !self.appended.is_empty() {
                    postgres::bounded(place(&mut self.conn, &mut self.appended)).await?;
                    postgres::bounded(insert::events(&mut self.conn, &self.appended)).await?;
                }
                self.last = self.appended.last().map_or(Cursor::START, |appended| appended.event.cursor);
                if let Err(error) = self.statements("COMMIT").await {
                    let doubt = postgres::is_away(&error).then(|| self.doubt());
                    return Err(Failed { error, doubt });
                }
            }
        }
        self.touched = false;
        self.made.settle(&self.keys);
        Ok(self.take_appended())
    }

    fn doubt(&self) -> Doubt {
        let event = self.appended.last().map(|appended| &appended.event);
        let event = event.map(|event| (event.org, event.stream.clone(), event.version, event.at));
        Doubt { cursor: self.last, event }
    }

    /// The group's events.
    pub(crate) fn take_appended(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.appended).into_iter().map(|appended| appended.event).collect()
    }

    /// Runs `job` as if in a transaction of its own. The error means that the whole group is lost; a failing command alone is undone
    /// here.
    ///
    /// Every call of the database is an exchange with another thread or machine, so a savepoint is set anew only when the one before it
    /// was used.
    pub(crate) async fn run(mut self, job: &mut dyn Job) -> (Self, Result<(), sqlx::Error>) {
        if self.touched {
            if let Err(error) = self.statements("RELEASE SAVEPOINT command; SAVEPOINT command").await {
                return (self, Err(error));
            }
            self.touched = false;
        }
        let mark = Mark { last: self.last, appended: self.appended.len(), made: self.made.len() };
        self.undo.clear();
        let (mut session, keep) = job.run(self).await;
        let done = match (keep, session.engine) {
            (false, _) => session.go_back(mark).await,
            (true, Engine::Postgres) if session.touched => session.keep(mark, job).await,
            (true, _) => Ok(()),
        };
        session.walls.fresh = None;
        (session, done)
    }

    /// PostgreSQL refuses to go on after a statement that failed, even if the command took no notice: then it is undone after all.
    async fn keep(&mut self, mark: Mark, job: &mut dyn Job) -> Result<(), sqlx::Error> {
        match self.statements("RELEASE SAVEPOINT command; SAVEPOINT command").await {
            Ok(()) => {
                self.touched = false;
                Ok(())
            }
            Err(error) if postgres::is_away(&error) => Err(error),
            Err(error) => {
                job.spoil(StoreError::Database(error));
                self.go_back(mark).await
            }
        }
    }

    async fn go_back(&mut self, mark: Mark) -> Result<(), sqlx::Error> {
        self.last = mark.last;
        self.appended.truncate(mark.appended);
        self.made.truncate(mark.made);
        for (key, version) in self.undo.drain(..).rev() {
            match version {
                Some(version) => self.versions.insert(key, version),
                None => self.versions.remove(&key),
            };
        }
        if !self.touched {
            return Ok(());
        }
        self.statements("ROLLBACK TO SAVEPOINT command").await?;
        self.touched = false;
        self.walls.org = None;
        if let Some(key) = self.walls.fresh {
            self.walls.locked.remove(&key);
        }
        Ok(())
    }

    /// Ends a group of which nothing shall be kept.
    pub(crate) async fn roll_back(&mut self) -> Result<(), sqlx::Error> {
        self.appended.clear();
        self.made = Made::default();
        self.statements("ROLLBACK").await
    }

    async fn statements(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.execute(sql.to_owned()).await
    }

    async fn execute(&mut self, sql: String) -> Result<(), sqlx::Error> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.conn);
        match self.engine {
            Engine::Sqlite => done.await.map(drop),
            Engine::Postgres => postgres::bounded(done).await.map(drop),
        }
    }

    /// Ends the connection.
    pub(crate) async fn close(self) {
        let closed = match self.engine {
            Engine::Sqlite => self.conn.close().await,
            Engine::Postgres => postgres::bounded(self.conn.close()).await,
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "the database did not close cleanly");
        }
    }

    /// Appends `draft` to its stream, giving it the next version and position. Its row is written at the end of the group.
    /// The texts at `personal` are written encrypted under the key of its subject, or the org's where it has none.
    pub(crate) async fn append(
        &mut self,
        mut draft: Event,
        personal: &[&str],
        expect: Expect,
    ) -> Result<i64, StoreError> {
        let key = (draft.org, draft.stream.clone());
        let actual = self.version_of(&key).await?;
        if let Expect::Version(expected) = expect
            && expected != actual
        {
            return Err(StoreError::Conflict { stream: draft.stream.to_string(), expected, actual });
        }
        draft.version = actual + 1;
        let sealed = match personal {
            [] => None,
            personal => {
                let key = self.key(draft.org, Holder::of(draft.subject), draft.at.micros()).await?;
                let sealed = tandem_vault::seal_fields(
                    key.as_ref(),
                    &keys::place_of(&draft),
                    personal,
                    draft.data.as_str(),
                );
                Some(Payload::from_text(&sealed.map_err(|error| StoreError::damaged("events", error))?))
            }
        };
        self.last.position.0 += 1;
        draft.cursor = self.last;
        self.undo.push((key.clone(), self.versions.insert(key, draft.version)));
        let version = draft.version;
        self.appended.push(Appended { event: draft, sealed });
        Ok(version)
    }

    /// A holder's key, which is made if there never was one; `None` if it was destroyed.
    pub(crate) async fn key(
        &mut self,
        org: OrgId,
        holder: Holder,
        now: i64,
    ) -> Result<Option<DataKey>, StoreError> {
        if let Some(key) = self.made.of(org, holder) {
            return Ok(Some(key));
        }
        if let Some(held) = self.keys.find(&mut self.conn, org, holder).await? {
            return Ok(held.key().cloned());
        }
        self.touched = true;
        self.made.make(&self.keys, &mut self.conn, org, holder, now).await
    }

    /// Gives an org a new key.
    pub(crate) async fn rotate_key(&mut self, org: OrgId, now: i64) -> Result<i64, StoreError> {
        self.touched = true;
        keys::rotate(&self.keys, &mut self.made, &mut self.conn, org, now).await
    }

    async fn version_of(&mut self, key: &StreamKey) -> Result<i64, StoreError> {
        if let Some(version) = self.versions.get(key) {
            return Ok(*version);
        }
        let row = sqlx::query("SELECT max(version) FROM events WHERE org = $1 AND stream = $2")
            .bind(key.0.to_string())
            .bind(key.1.as_str())
            .fetch_one(&mut self.conn)
            .await?;
        let version = row.try_get::<Option<i64>, _>(0)?.unwrap_or(0);
        self.versions.insert(key.clone(), version);
        Ok(version)
    }
}

/// Ends the savepoint and gives the group's events their places, in one exchange. The log is the store's own work, whoever's events they
/// are.
async fn place(conn: &mut AnyConnection, events: &mut [Appended]) -> Result<(), sqlx::Error> {
    let sql = format!(
        "RELEASE SAVEPOINT command; SELECT pg_current_xact_id()::text::bigint, nextval('event_positions') \
         FROM set_config('tandem.org', '*', true), generate_series(1, {})",
        events.len()
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(conn).await?;
    for (appended, row) in events.iter_mut().zip(rows) {
        appended.event.cursor = reader::cursor(&row, 0, 1)?;
    }
    Ok(())
}
