//! What can go wrong.

use std::{path::Path, sync::Arc};

use crate::postgres;

/// Why the store refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
    /// The command panicked; what it did was rolled back.
    #[error("the command panicked: {0}")]
    Panicked(String),
    /// The command held the writer too long; what it did was rolled back. A command awaits only its own statements.
    #[error("the command took longer than {0:?}")]
    TimedOut(std::time::Duration),
    /// The group of commands this one was in could not be made durable; nothing of it is in the store.
    #[error("the commit failed: {0}")]
    Commit(Arc<sqlx::Error>),
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
    /// Somebody else owns it now: whoever gets this lets go of it and says nothing.
    #[error("somebody else owns it now")]
    Fenced,
    /// The database cannot be reached now, or is failing over. Nothing of the command is in the store; it may be tried again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database went away while it made the command durable, and could not be asked in time whether it did.
    #[error("the database went away during the commit: {0}")]
    InDoubt(String),
    /// There is no room for more. Nothing of the command is in the store.
    #[error("the database has no room left: {0}")]
    Full(String),
    /// There is no key to encrypt under, or not the one that something is encrypted under.
    #[error("encryption at rest: {0}")]
    Keys(String),
    /// The database failed.
    #[error(transparent)]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_full(&error) {
            Self::Full(error.to_string())
        } else if postgres::is_away(&error) || is_unreadable(&error) {
            Self::Unavailable(error.to_string())
        } else {
            Self::Database(error)
        }
    }
}

/// SQLITE_FULL, as sqlx writes it, and PostgreSQL's disk_full.
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    matches!(postgres::code(error).as_deref(), Some("13" | "53100"))
}

/// SQLITE_IOERR in one of its shapes: the disk fails, or is full where SQLite cannot tell.
pub(crate) fn is_unreadable(error: &sqlx::Error) -> bool {
    const IOERR: u32 = 10;
    // An SQLSTATE has five places; SQLite's codes of this kind have at most four.
    postgres::code(error)
        .filter(|code| code.len() < 5)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == IOERR)
}

impl StoreError {
    pub(crate) fn open(what: &Path, reason: impl ToString) -> Self {
        Self::Open { what: what.display().to_string(), reason: reason.to_string() }
    }

    pub(crate) fn damaged(table: &'static str, reason: impl ToString) -> Self {
        Self::Damaged { table, reason: reason.to_string() }
    }
}
