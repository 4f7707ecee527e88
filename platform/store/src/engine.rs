//! Which database it is, and what the rest of the store asks of either. What differs between them is in `sqlite.rs` and `postgres/`.

use std::{borrow::Cow, time::Duration};

use sqlx::{AnyConnection, AnyPool};

use crate::{StoreError, postgres, sqlite};

/// A database engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    /// One process, one writer.
    Sqlite,
    /// Several processes, each with several writers.
    Postgres,
}

impl Engine {
    /// A migration's text as this engine should have it.
    pub(crate) fn dialect(self, sql: &str) -> Cow<'_, str> {
        match self {
            Self::Sqlite => sqlite::dialect(sql).into(),
            Self::Postgres => sql.into(),
        }
    }

    /// The columns by which the log is in order.
    pub(crate) fn order(self) -> &'static str {
        match self {
            Self::Sqlite => "position",
            Self::Postgres => "xid, position",
        }
    }

    /// The transaction number of an event, as a column.
    pub(crate) fn xid(self) -> &'static str {
        match self {
            Self::Sqlite => "0",
            Self::Postgres => "xid",
        }
    }

    /// How long a command may hold its writer. On PostgreSQL a database that does not answer must be told from a slow command.
    pub(crate) fn command_limit(self) -> Duration {
        match self {
            Self::Sqlite => Duration::from_secs(10),
            Self::Postgres => Duration::from_secs(3),
        }
    }
}

/// A connection beside whoever uses the database at `url`, that reads every org's rows.
pub(crate) async fn beside(url: &str) -> Result<(AnyConnection, Engine), StoreError> {
    match url.starts_with("sqlite:") {
        true => Ok((sqlite::beside(url).await?, Engine::Sqlite)),
        false => Ok((postgres::Database::at(url)?.beside().await?, Engine::Postgres)),
    }
}

/// The database behind a store.
#[derive(Debug)]
pub(crate) enum Database {
    /// A file.
    Sqlite(sqlite::Database),
    /// A server, or several of which one is the primary.
    Postgres(postgres::Database),
}

impl Database {
    /// The database at `url`: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME`.
    pub(crate) fn claim(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return postgres::Database::at(url).map(Self::Postgres);
        }
        sqlite::Database::claim(url).map(Self::Sqlite)
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Its name in messages, without secrets.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Sqlite(file) => file.path().display().to_string(),
            Self::Postgres(server) => server.name().to_owned(),
        }
    }

    /// A connection that writes.
    pub(crate) async fn writer(&self) -> Result<AnyConnection, StoreError> {
        match self {
            Self::Sqlite(file) => file.writer().await,
            Self::Postgres(server) => server.writer().await,
        }
    }

    /// Connections that only read.
    pub(crate) async fn readers(&self) -> Result<AnyPool, StoreError> {
        match self {
            Self::Sqlite(file) => file.readers().await,
            Self::Postgres(server) => Ok(server.readers()),
        }
    }
}
