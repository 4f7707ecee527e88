//! The writer's connection together with what it knows of the log: the next position, the streams' versions, and the events of the
//! group of commands that is being collected.

use std::{collections::HashMap, sync::Arc};

use sqlx::{AnyConnection, Connection as _, Executor as _, Row as _};
use tandem_core::Clock;
use tandem_proto::{Cursor, Event, OrgId, Position, Stream};

use crate::{Expect, StoreError, insert, reader, writer::Job};

/// Stream versions remembered. Forgetting costs a look-up, nothing else.
const REMEMBERED: usize = 65_536;

type StreamKey = (OrgId, Stream);

pub(crate) struct Session {
    conn: AnyConnection,
    pub(crate) clock: Arc<dyn Clock>,
    /// Position of the last event, durable or in this group.
    last: i64,
    /// Versions of streams, with this group's events counted. The table's unique index is the truth.
    versions: HashMap<StreamKey, i64>,
    /// What `versions` held before this command, to undo it.
    undo: Vec<(StreamKey, Option<i64>)>,
    /// Events of this group, in order; they are inserted together at its end.
    appended: Vec<Event>,
    /// Whether the connection was used since its savepoint was set.
    touched: bool,
}

/// Where a command began, to go back to.
#[derive(Clone, Copy)]
struct Mark {
    last: i64,
    appended: usize,
}

impl Session {
    pub(crate) async fn new(mut conn: AnyConnection, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let last = reader::newest(&mut conn).await?;
        let (versions, undo, appended) = (HashMap::new(), Vec::new(), Vec::new());
        Ok(Self { conn, clock, last, versions, undo, appended, touched: false })
    }

    pub(crate) fn head(&self) -> Cursor {
        Cursor { xid: 0, position: Position(self.last) }
    }

    /// The connection, for statements other than the log's own.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        self.touched = true;
        &mut self.conn
    }

    /// Starts a group. The write lock is taken now, so that no statement in it finds somebody else ahead.
    pub(crate) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        if self.versions.len() > REMEMBERED {
            self.versions.clear();
        }
        self.statements("BEGIN IMMEDIATE; SAVEPOINT command").await
    }

    /// Makes the group durable and hands out its events.
    pub(crate) async fn commit(&mut self) -> Result<Vec<Event>, sqlx::Error> {
        // Inside a savepoint every page to be changed would first be copied. It is gone, and this fails, if a full disk made the
        // database end the transaction by itself and the command took no notice.
        self.statements("RELEASE SAVEPOINT command").await?;
        insert::events(&mut self.conn, &self.appended).await?;
        self.statements("COMMIT").await?;
        self.touched = false;
        Ok(std::mem::take(&mut self.appended))
    }

    /// Runs `job` as if in a transaction of its own. The error means that the whole group is lost; a failing command alone is undone
    /// here.
    ///
    /// Every call of the database is an exchange with another thread, so a savepoint is set anew only when the one before it was
    /// used.
    pub(crate) async fn run(mut self, job: &mut dyn Job) -> (Self, Result<(), sqlx::Error>) {
        if self.touched {
            if let Err(error) = self.statements("RELEASE SAVEPOINT command; SAVEPOINT command").await {
                return (self, Err(error));
            }
            self.touched = false;
        }
        let mark = Mark { last: self.last, appended: self.appended.len() };
        self.undo.clear();
        let (mut session, keep) = job.run(self).await;
        let mut done = Ok(());
        if !keep {
            session.rewind(mark);
            if session.touched {
                done = session.statements("ROLLBACK TO SAVEPOINT command").await;
                session.touched = false;
            }
        }
        (session, done)
    }

    fn rewind(&mut self, mark: Mark) {
        self.last = mark.last;
        self.appended.truncate(mark.appended);
        for (key, version) in self.undo.drain(..).rev() {
            match version {
                Some(version) => self.versions.insert(key, version),
                None => self.versions.remove(&key),
            };
        }
    }

    async fn statements(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.conn.execute(sql).await.map(drop)
    }

    /// Ends the connection.
    pub(crate) async fn close(self) {
        if let Err(error) = self.conn.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// Appends `draft` to its stream, giving it the next version and position. Its row is written at the end of the group.
    pub(crate) async fn append(&mut self, mut draft: Event, expect: Expect) -> Result<i64, StoreError> {
        let key = (draft.org, draft.stream.clone());
        let actual = self.version_of(&key).await?;
        if let Expect::Version(expected) = expect
            && expected != actual
        {
            return Err(StoreError::Conflict { stream: draft.stream.to_string(), expected, actual });
        }
        draft.version = actual + 1;
        draft.cursor.position = Position(self.last + 1);
        self.last += 1;
        self.undo.push((key.clone(), self.versions.insert(key, draft.version)));
        let version = draft.version;
        self.appended.push(draft);
        Ok(version)
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
