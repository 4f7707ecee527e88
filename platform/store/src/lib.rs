//! The event log and the state beside it, in one database.
//!
//! One writer with group commit: commands that arrive within a moment share a transaction, each in a savepoint, and are acknowledged
//! together once it is durable. Many readers. The contract: a table is written only through [`Store::write`] (or by a projection),
//! and whatever changes state appends the event that says so in the same command.
//!
//! A command:
//!
//! ```
//! # use tandem_core::OrgScope;
//! # use tandem_proto::{Stream, Topic, events::identity::OrgCreated};
//! # use tandem_store::{Cause, Expect, Store, StoreError};
//! # async fn example(store: Store, scope: OrgScope, cause: Cause, name: String) -> Result<(), StoreError> {
//! let version = store
//!     .write(scope, cause, |tx| {
//!         Box::pin(async move {
//!             let org = tx.scope().org();
//!             sqlx::query("UPDATE orgs SET name = $1 WHERE id = $2")
//!                 .bind(name.as_str())
//!                 .bind(org.to_string())
//!                 .execute(tx.conn())
//!                 .await?;
//!             let topics = [Topic::org(org)];
//!             let version = tx.append(Stream::org(org), Expect::Any, &topics, &OrgCreated { name }).await?;
//!             Ok::<_, StoreError>(version)
//!         })
//!     })
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! * The error may be any type that is `From<StoreError>`; for `?` on statements give it `From<sqlx::Error>` too.
//! * A command awaits its own statements and nothing else: everybody waits behind it.
//! * Events are inserted together, at the end of the group: a command does not find its own in the tables of the log.
//! * What it does is undone when it returns an error or panics, and only that.
//! * What changes settings, people or rights tells of it with [`Tx::audit`].
//! * Dropping the future of `write` does not withdraw the command.
//! * Columns are `bigint`, `text` or `bytea`: a truth is a `bigint` bound as `i64::from(flag)`, a time integer microseconds. Bind `&str`,
//!   `String`, `i64`, bytes, or an `Option` of these; the top of `sqlite.rs` says why.

pub mod audit;
pub mod dump;
mod engine;
mod error;
mod filter;
mod follow;
mod gate;
mod insert;
mod keys;
mod meters;
mod packed;
mod postgres;
mod projection;
mod reader;
mod schema;
mod scoped;
mod session;
mod sqlite;
mod store;
mod tail;
mod tx;
mod upcast;
mod writer;

pub use audit::{AuditKey, Change, Redacted};
pub use error::StoreError;
pub use filter::EventFilter;
pub use follow::Follow;
pub use keys::{make_keys, make_private, read_keys, read_or_make_keys};
pub use postgres::{ServerFacts, examine};
pub use projection::{Projection, View};
pub use schema::Migration;
pub use scoped::Scoped;
pub use store::{Options, Store};
pub use tandem_vault::{ERASED, LocalKeys, MasterError, MasterKey, erased_name};
pub use tx::{Cause, Expect, Tx};
pub use upcast::upcast;

/// A boxed future, as [`Store::write`] takes it.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
