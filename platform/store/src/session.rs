//! The writer's connection together with what it knows of the log: the next position, the streams' versions, and the events of the
//! group of commands that is being collected.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use sqlx::{AnyConnection, Connection as _};
use tandem_core::Clock;
use tandem_proto::{Cursor, Event, OrgId, Position, Stream};

use crate::{Expect, StoreError, reader, writer::Job};

/// Stream versions remembered. Forgetting costs a look-up, nothing else.
const REMEMBERED: usize = 65_536;

type StreamKey = (OrgId, Stream);

pub(crate) struct Session {
    pub(crate) conn: AnyConnection,
    pub(crate) clock: Arc<dyn Clock>,
    /// Position of the last event, durable or in this group.
    last: i64,
    /// Versions of streams, as the connection's transaction sees them. The table's unique index is the truth.
    versions: HashMap<StreamKey, i64>,
    /// What `versions` held before this command, to undo it.
    undo: Vec<(StreamKey, Option<i64>)>,
    /// Events of this group, in order.
    appended: Vec<Event>,
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
        Ok(Self { conn, clock, last, versions: HashMap::new(), undo: Vec::new(), appended: Vec::new() })
    }

    pub(crate) fn head(&self) -> Cursor {
        Cursor { xid: 0, position: Position(self.last) }
    }

    /// Starts a group. The write lock is taken now, so that no statement in it finds somebody else ahead.
    pub(crate) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        if self.versions.len() > REMEMBERED {
            self.versions.clear();
        }
        self.statement("BEGIN IMMEDIATE").await
    }

    /// Makes the group durable and hands out its events.
    pub(crate) async fn commit(&mut self) -> Result<Vec<Event>, sqlx::Error> {
        self.statement("COMMIT").await?;
        Ok(std::mem::take(&mut self.appended))
    }

    /// Runs `job` in a savepoint of its own. The error means that the whole group is lost: a failing command alone is undone here.
    pub(crate) async fn run(mut self, job: &mut dyn Job) -> (Self, Result<(), sqlx::Error>) {
        let mark = Mark { last: self.last, appended: self.appended.len() };
        self.undo.clear();
        if let Err(error) = self.statement("SAVEPOINT command").await {
            return (self, Err(error));
        }
        let (mut session, keep) = job.run(self).await;
        if !keep {
            session.rewind(mark);
            if let Err(error) = session.statement("ROLLBACK TO SAVEPOINT command").await {
                return (session, Err(error));
            }
        }
        let released = session.statement("RELEASE SAVEPOINT command").await;
        (session, released)
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

    async fn statement(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(sql).execute(&mut self.conn).await.map(drop)
    }

    /// Ends the connection.
    pub(crate) async fn close(self) {
        if let Err(error) = self.conn.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// Appends `draft` to its stream, giving it the next version and position.
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
        if let Err(error) = self.insert(&draft).await {
            self.versions.remove(&key);
            return Err(error.into());
        }
        self.insert_topics(&draft).await?;
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
        let version = sqlx::Row::try_get::<Option<i64>, _>(&row, 0)?.unwrap_or(0);
        self.versions.insert(key.clone(), version);
        Ok(version)
    }

    async fn insert(&mut self, event: &Event) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO events (position, org, stream, version, kind, schema_version, at, actor, correlation, causation, \
             subject, topics, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(event.cursor.position.0)
        .bind(event.org.to_string())
        .bind(event.stream.as_str())
        .bind(event.version)
        .bind(event.kind.as_str())
        .bind(i64::from(event.schema_version))
        .bind(event.at.micros())
        .bind(to_json(&event.actor))
        .bind(event.correlation.map(|id| id.to_string()))
        .bind(event.causation.map(|position| position.0))
        .bind(event.subject.map(|user| user.to_string()))
        .bind(to_json(&event.topics))
        .bind(event.data.to_string())
        .execute(&mut self.conn)
        .await
        .map(drop)
    }

    async fn insert_topics(&mut self, event: &Event) -> Result<(), sqlx::Error> {
        for topic in &event.topics {
            sqlx::query("INSERT INTO event_topics (org, topic, position, kind) VALUES ($1, $2, $3, $4)")
                .bind(event.org.to_string())
                .bind(topic.as_str())
                .bind(event.cursor.position.0)
                .bind(event.kind.as_str())
                .execute(&mut self.conn)
                .await?;
        }
        Ok(())
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .as_ref()
        .map(Value::to_string)
        .expect("an envelope's field has string keys only")
}
