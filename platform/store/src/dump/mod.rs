//! A copy of everything the store holds, as text that either engine takes: what is written from a file of SQLite can be read into
//! PostgreSQL, which is how a small installation grows.
//!
//! **What a copy holds.** Every table, the ledger of migrations included, as of one moment, each with the SHA-256 of its rows in the order of
//! its key. What belongs to one engine alone is left out or put in a common form: the transaction numbers of PostgreSQL (`xid`), and those
//! in a column named `cursor` ([`tandem_proto::Cursor`] as text).
//!
//! **What is personal** is encrypted in it, and the keys are in a file of their own ([`Sealing`]): without that file it cannot be read back,
//! and whoever was erased before that file was written is in no older copy either.
//!
//! **What reading it back gives.** The same rows. All events are then of one transaction, in the order of their positions. A copy of an
//! older program is read into that program's tables; the server brings them up to date when it starts.

mod copy;
mod file;
mod personal;
mod restore;
mod tables;

pub use copy::copy;
pub use file::{Column, ColumnKind, Head, Item, Manifest, Reader, Section, SectionKind, Sum, Writer};
pub use personal::{Erased, List, Personal, Sealing};
pub use restore::{Restoring, restore};

use crate::StoreError;

/// Why a copy could not be made, read or put back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DumpError {
    /// The file is not what was written.
    #[error("it is damaged at line {line}: {reason}")]
    Damaged {
        /// Line of the text that was compressed, from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
    },
    /// No back-up at all, or one of a kind this program does not know.
    #[error("it is not a back-up this version reads")]
    Foreign,
    /// There is something in the database already.
    #[error("{database} is not empty: table {table} has rows; restore into a new database")]
    Occupied {
        /// Which database.
        database: String,
        /// A table that has rows.
        table: String,
    },
    /// A newer, or another, program made it.
    #[error("it was made by another version of this program: migration {0} is unknown here, or another")]
    Version(String),
    /// It cannot be read without the file of keys.
    #[error("what is personal in it is encrypted: the file of keys is needed")]
    NoKeys,
    /// The file of keys does not have those of people who came later.
    #[error("the file of keys is older than the back-up: take the newest one")]
    OldKeys,
    /// What was put into the database is not what it gives back.
    #[error("what was restored is not what was backed up: table {0} differs")]
    Different(String),
    /// A table is not as the program makes it.
    #[error("table {table}: {reason}")]
    Table {
        /// Which.
        table: String,
        /// What is wrong.
        reason: String,
    },
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}
