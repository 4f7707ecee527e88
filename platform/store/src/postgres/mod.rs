//! Everything about PostgreSQL that SQLite does otherwise: which server is the primary, how a connection is set up, what a transaction
//! may wait for, and what became of one whose end was not heard.
//!
//! What sqlx's `Any` driver asks, beyond what `sqlite.rs` names: a column's type must be `bigint`, `integer`, `text` or `bytea`, so a sum
//! of `bigint` (a `numeric`) is cast; a statement that fails undoes its command, even when the command takes no notice.

mod doubt;
mod examine;
mod hosts;
pub(crate) mod replicas;
pub(crate) mod walls;

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use sqlx::{
    AnyConnection, AnyPool, Connection as _, Executor as _, Row as _,
    any::{AnyConnectOptions, AnyPoolOptions},
};

use crate::{StoreError, gate};
use hosts::Hosts;

pub use examine::{ServerFacts, examine};

pub(crate) use doubt::{Doubt, Fate, resolve};

/// Connections for queries.
const READERS: u32 = 12;
/// A server that takes longer to greet is taken for dead.
const CONNECT: Duration = Duration::from_secs(1);
/// A statement of the store's own that takes longer is on a server that hangs.
pub(crate) const STATEMENT: Duration = Duration::from_secs(2);
/// Between attempts to find a primary.
const AGAIN: Duration = Duration::from_millis(250);
/// Waiting at start says so this often.
const SAY: Duration = Duration::from_secs(5);

/// Connections that write: a transaction whose node stands still must not hold up the others' for long.
const WRITING: &str = "SET lock_timeout = '1500ms'; SET statement_timeout = '5s'; \
    SET idle_in_transaction_session_timeout = '3s'; SET application_name = 'tandem'";
/// Connections that only read, for every org.
const READING: &str = "SET default_transaction_read_only = on; SET tandem.org = '*'; \
    SET statement_timeout = '60s'; SET application_name = 'tandem reader'";
/// Whether a server is in recovery, and the name of the log file it writes, which begins with its timeline.
const ROLE: &str =
    "SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_walfile_name(pg_current_wal_lsn()) END";

/// The server, or servers, of one database.
#[derive(Debug)]
pub(crate) struct Database {
    hosts: Hosts,
    /// Which of the hosts was the primary last.
    primary: AtomicUsize,
    /// Highest timeline of a primary seen: one with a lower was left behind by a failover.
    timeline: AtomicU64,
    readers: OnceLock<AnyPool>,
}

impl Database {
    /// The database at `url`; nothing is connected yet.
    pub(crate) fn at(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let hosts = Hosts::parse(url)?;
        Ok(Self {
            hosts,
            primary: AtomicUsize::new(0),
            timeline: AtomicU64::new(0),
            readers: OnceLock::new(),
        })
    }

    /// Hosts and database, without secrets.
    pub(crate) fn name(&self) -> &str {
        &self.hosts.name
    }

    /// A connection to the primary, as soon as there is one. What will not mend by waiting is an error at once.
    pub(crate) async fn await_primary(&self) -> Result<AnyConnection, StoreError> {
        let mut said: Option<tokio::time::Instant> = None;
        loop {
            match self.find().await {
                Ok(conn) => return Ok(conn),
                Err(error @ StoreError::Open { .. }) => return Err(error),
                Err(error) if said.is_none_or(|at| at.elapsed() >= SAY) => {
                    tracing::warn!(database = self.name(), %error, "waiting for the database");
                    said = Some(tokio::time::Instant::now());
                }
                Err(_) => {}
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// A connection that changes the schema, as soon as there is a primary. One node at a time: the others wait here.
    pub(crate) async fn preparing(&self) -> Result<AnyConnection, StoreError> {
        let mut conn = self.await_primary().await?;
        let key = gate::key("schema", "tandem");
        conn.execute("SET tandem.org = '*'").await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(key).execute(&mut conn).await?;
        Ok(conn)
    }

    /// Checks that the log was written on this server, or one it follows from: the transactions of the log are all in its past.
    pub(crate) async fn check_log(&self, conn: &mut AnyConnection) -> Result<(), StoreError> {
        let sql = "SELECT CASE WHEN coalesce(max(xid), 0) < pg_snapshot_xmax(pg_current_snapshot())::text::bigint \
            THEN 1 ELSE 0 END FROM events";
        if sqlx::query(sql).fetch_one(conn).await?.try_get::<i64, _>(0)? == 1 {
            return Ok(());
        }
        let reason =
            "its log was copied row by row from another server; copy the server's files, or follow it"
                .to_owned();
        Err(StoreError::Open { what: self.name().to_owned(), reason })
    }

    /// A connection that writes.
    pub(crate) async fn writer(&self) -> Result<AnyConnection, StoreError> {
        let mut conn = self.find().await?;
        bounded(conn.execute(WRITING)).await?;
        Ok(conn)
    }

    /// Connections that only read, to whichever server is the primary.
    pub(crate) fn readers(&self) -> AnyPool {
        let made = || reading().connect_lazy_with(self.current().clone());
        self.readers.get_or_init(made).clone()
    }

    /// A connection that reads the log.
    pub(crate) async fn tail(&self) -> Result<AnyConnection, StoreError> {
        let mut conn = self.find().await?;
        bounded(conn.execute(READING)).await?;
        Ok(conn)
    }

    /// A connection for a long look at every org's rows.
    pub(crate) async fn beside(&self) -> Result<AnyConnection, StoreError> {
        let mut conn = self.find().await?;
        conn.execute("SET default_transaction_read_only = on; SET tandem.org = '*'; SET application_name = 'tandem backup'")
            .await?;
        Ok(conn)
    }

    fn current(&self) -> &AnyConnectOptions {
        &self.hosts.options[self.primary.load(Ordering::Relaxed)]
    }

    /// Asks all servers; connects to the primary. Of several the one of the newest timeline is it: the others were left behind.
    async fn find(&self) -> Result<AnyConnection, StoreError> {
        let mut best: Option<(u64, usize, AnyConnection)> = None;
        let mut reasons = Vec::new();
        for (index, answer) in join_all(self.hosts.options.iter().map(look)).await.into_iter().enumerate() {
            match answer {
                Ok((Some(timeline), conn)) if best.as_ref().is_none_or(|(of, ..)| timeline > *of) => {
                    best = Some((timeline, index, conn));
                }
                Ok((Some(_), _)) => reasons.push(StoreError::Unavailable("left behind".to_owned())),
                Ok((None, _)) => reasons.push(StoreError::Unavailable("it is a standby".to_owned())),
                Err(error) => reasons.push(self.reason(error)),
            }
        }
        let newest = self.timeline.load(Ordering::Relaxed);
        if let Some((timeline, index, conn)) = best.filter(|(timeline, ..)| *timeline >= newest) {
            self.timeline.fetch_max(timeline, Ordering::Relaxed);
            if self.primary.swap(index, Ordering::Relaxed) != index
                && let Some(readers) = self.readers.get()
            {
                tracing::warn!(database = self.name(), host = index, "another server is the primary now");
                readers.set_connect_options(self.current().clone());
            }
            return Ok(conn);
        }
        let fatal = reasons.iter().position(|reason| matches!(reason, StoreError::Open { .. }));
        if let Some(fatal) = fatal {
            return Err(reasons.swap_remove(fatal));
        }
        let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        Err(StoreError::Unavailable(format!("no server takes writes ({})", reasons.join("; "))))
    }

    fn reason(&self, error: sqlx::Error) -> StoreError {
        let code = code(&error);
        // Wrong role or password, no such database: waiting mends none of these.
        let fatal = matches!(code.as_deref(), Some("28P01" | "28000" | "3D000" | "42501"))
            || matches!(error, sqlx::Error::Configuration(_));
        if fatal {
            return StoreError::Open { what: self.name().to_owned(), reason: error.to_string() };
        }
        StoreError::Unavailable(error.to_string())
    }
}

/// Connects; says which timeline the server writes, or none if it is a standby.
async fn look(options: &AnyConnectOptions) -> Result<(Option<u64>, AnyConnection), sqlx::Error> {
    let asked = async {
        let mut conn = AnyConnection::connect_with(options).await?;
        let file: String = sqlx::query(ROLE).fetch_one(&mut conn).await?.try_get(0)?;
        let timeline = file.get(..8).and_then(|timeline| u64::from_str_radix(timeline, 16).ok());
        Ok((timeline, conn))
    };
    tokio::time::timeout(CONNECT, asked).await.unwrap_or_else(|_| Err(hangs()))
}

fn reading() -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(true)
        .acquire_timeout(STATEMENT)
        .after_connect(|conn, _| Box::pin(async move { conn.execute(READING).await.map(drop) }))
}

/// The result, unless the server hangs.
pub(crate) async fn bounded<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    tokio::time::timeout(STATEMENT, work).await.unwrap_or_else(|_| Err(hangs()))
}

fn hangs() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the database does not answer"))
}

/// The error's SQLSTATE.
pub(crate) fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
}

/// Whether the error says that the database cannot be reached now, rather than that it refused something.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
            true
        }
        // Shut down, starting, connection lost, too many connections, a transaction ended from outside.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08") || code.starts_with("57P") || matches!(&*code, "53300" | "25P03" | "25006")
        }),
        _ => false,
    }
}
