//! The event log and the state beside it, in one database.
//!
//! One writer with group commit: commands that arrive within a moment share a transaction, each in a savepoint, and are acknowledged
//! together once it is durable. Many readers. The contract: a table is written only through [`Store::write`] (or by a projection),
//! and whatever changes state appends the event that says so in the same command.

use std::{borrow::Cow, future::Future, pin::Pin, sync::Arc};

use sqlx::{AnyConnection, AnyPool};
use tandem_core::OrgScope;
use tandem_proto::{Actor, Cursor, Event, EventData, Stream, Timestamp, Topic, UserId};
use tokio::sync::broadcast;

/// A boxed future, as `Store::write` takes it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A set of statements that runs once per database, in the order of names. SQL both SQLite and PostgreSQL read
/// (`bigint`, `text`, `bytea`; integer µs; JSON as text).
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Unique; sorts in order: `0010_chat`.
    pub name: &'static str,
    /// Statements, ended by `;`.
    pub sql: &'static str,
}

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
    /// Takes one event into the view.
    fn apply<'a>(&'a self, conn: &'a mut AnyConnection, event: &'a Event) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// What the stream's version must be for an append to succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// Any.
    Any,
    /// Exactly this (0: the stream is new).
    Version(i64),
}

/// Who and what a command's events came from.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Who.
    pub actor: Actor,
    /// The request or call.
    pub correlation: Option<uuid::Uuid>,
}

/// Which events a reader wants.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Having any of these topics; empty: all.
    pub topics: Vec<Topic>,
    /// Of these kinds; a trailing `*` matches any ending; empty: all.
    pub kinds: Vec<Cow<'static, str>>,
    /// Of this stream only.
    pub stream: Option<Stream>,
}

/// Why the store refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else appended first.
    #[error("stream {stream} is at version {actual}, not {expected}")]
    Conflict {
        /// Stream.
        stream: String,
        /// Expected version.
        expected: i64,
        /// Actual version.
        actual: i64,
    },
    /// The writer's queue is full; try again later.
    #[error("the store is overloaded")]
    Overloaded,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The data folder or database cannot be used.
    #[error("cannot open {what}: {reason}")]
    Open {
        /// Path or URL, without secrets.
        what: String,
        /// Why.
        reason: String,
    },
    /// A row does not read as what it should be.
    #[error("row of {table} is damaged: {reason}")]
    Damaged {
        /// Table.
        table: &'static str,
        /// Why.
        reason: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {}

#[expect(clippy::todo, clippy::unused_async, unused_variables, reason = "signatures first")]
impl Store {
    /// Opens (and makes) the database at `url` (`sqlite:PATH`), runs migrations, starts the writer and the projections.
    pub async fn open(url: &str, migrations: &[Migration], projections: Vec<Arc<dyn Projection>>) -> Result<Self, StoreError> { todo!() }

    /// Runs a command in the next group commit; returns once it is durable. An error rolls back this command only.
    ///
    /// `store.write(scope, cause, |tx| Box::pin(async move { … })).await`
    pub async fn write<T, E, F>(&self, scope: OrgScope, cause: Cause, command: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    { todo!() }

    /// For queries. Never write through it.
    pub fn reader(&self) -> &AnyPool { todo!() }

    /// Events after `after` that match, oldest first, at most `limit`, and the cursor to go on from (past non-matching events too).
    pub async fn events(&self, scope: OrgScope, filter: &EventFilter, after: Cursor, limit: u32) -> Result<(Vec<Event>, Cursor), StoreError> { todo!() }

    /// The newest cursor that is durable.
    pub fn head(&self) -> Cursor { todo!() }

    /// Every event of every org from now on, after its commit, in order. A receiver that lags catches up with [`Self::events`].
    pub fn live(&self) -> broadcast::Receiver<Arc<Event>> { todo!() }

    /// Waits until all projections have seen everything up to `cursor`.
    pub async fn projected(&self, cursor: Cursor) { todo!() }

    /// Finishes what was accepted and stops.
    pub async fn close(&self) { todo!() }
}

/// The transaction a command runs in.
#[derive(Debug)]
pub struct Tx {}

#[expect(clippy::todo, clippy::unused_async, unused_variables, reason = "signatures first")]
impl Tx {
    /// The org.
    pub fn scope(&self) -> OrgScope { todo!() }

    /// The time of this command, the same for all its events and rows.
    pub fn now(&self) -> Timestamp { todo!() }

    /// The connection, for the command's own tables.
    pub fn conn(&mut self) -> &mut AnyConnection { todo!() }

    /// Appends an event; returns its version within the stream.
    pub async fn append<E: EventData>(&mut self, stream: Stream, expect: Expect, topics: &[Topic], event: &E) -> Result<i64, StoreError> { todo!() }

    /// As [`Self::append`], for an event that carries somebody's personal data.
    pub async fn append_about<E: EventData>(&mut self, subject: UserId, stream: Stream, expect: Expect, topics: &[Topic], event: &E) -> Result<i64, StoreError> { todo!() }
}
