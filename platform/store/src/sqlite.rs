//! Everything about SQLite that PostgreSQL does otherwise: where the database lies, who may open it, how a connection is set up,
//! and the one word of SQL that differs.
//!
//! What sqlx's `Any` driver asks of a table and of a statement, on SQLite:
//! * columns are `bigint`, `text` or `bytea`; a column declared `boolean`, `date` or `timestamp` cannot be read through `Any`, so a
//!   truth is a `bigint` bound as `i64::from(flag)` and a time is integer microseconds;
//! * integers come back as `i64`, whatever was bound;
//! * `NULL` has no type: read nullable columns as `Option<T>`, bind `Option<T>`;
//! * `rows_affected` works, `last_insert_id` does not: name ids yourself or use `RETURNING`;
//! * bind `String`, `&str`, `i64`, `Vec<u8>` or `&[u8]`.

use std::{
    borrow::Cow,
    fmt::Write as _,
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    AnyConnection, AnyPool, Connection as _, Executor as _,
    any::{AnyConnectOptions, AnyPoolOptions},
};

use crate::StoreError;

/// Connections for queries. SQLite's readers do not block each other or the writer.
const READERS: u32 = 8;

/// Every connection: commits survive a power cut, references hold, and a lock held for a moment (a checkpoint, a backup) is waited
/// for. What a savepoint keeps to go back to stays in memory; a file for it would cost more than the commit. The write-ahead log is taken
/// into the database every 16 MiB: that takes two more flushes, for which the group that finds it due waits, and pages that were changed
/// several times meanwhile are written once. What is removed is overwritten.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
    PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4096; \
    PRAGMA secure_delete = ON;";

/// A database file that this process alone may open.
#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    options: AnyConnectOptions,
    /// Locked for as long as it is open; the system frees it when the process dies, however it dies.
    _lock: File,
}

impl Database {
    /// Takes the database at `url` (`sqlite:PATH`) for this process, making the folder (0700) and the file (0600) where missing.
    pub(crate) fn claim(url: &str) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|e| StoreError::open(folder, e))?;
        let lock = lock(&path)?;
        private().append(true).open(&path).map_err(|e| StoreError::open(&path, e))?;
        sqlx::any::install_default_drivers();
        let options = url_of(&path).parse().map_err(|e| StoreError::open(&path, e))?;
        Ok(Self { path, options, _lock: lock })
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The connection that writes.
    pub(crate) async fn writer(&self) -> Result<AnyConnection, StoreError> {
        let mut conn =
            AnyConnection::connect_with(&self.options).await.map_err(|e| StoreError::open(&self.path, e))?;
        conn.execute(PRAGMAS).await.map_err(|e| StoreError::open(&self.path, e))?;
        Ok(conn)
    }

    /// Connections that only read.
    pub(crate) async fn readers(&self) -> Result<AnyPool, StoreError> {
        AnyPoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|conn, _| {
                Box::pin(async move {
                    conn.execute(PRAGMAS).await?;
                    conn.execute("PRAGMA query_only = ON").await.map(drop)
                })
            })
            .connect_with(self.options.clone())
            .await
            .map_err(|e| StoreError::open(&self.path, e))
    }
}

/// A connection that only reads the database at `url`, whoever has it open: readers and the writer of SQLite do not block each other.
pub(crate) async fn beside(url: &str) -> Result<AnyConnection, StoreError> {
    let path = path_of(url)?;
    let fail = |error: sqlx::Error| StoreError::open(&path, error);
    if !path.is_file() {
        return Err(StoreError::open(&path, "there is no such file"));
    }
    sqlx::any::install_default_drivers();
    // Opened for writing, since whoever reads alone must make SQLite's index of the newest pages, a file beside it.
    let mut conn = AnyConnection::connect(&format!("{}?mode=rw", url_of(&path))).await.map_err(fail)?;
    conn.execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON").await.map_err(fail)?;
    Ok(conn)
}

/// A schema's text as SQLite should have it. Only an `integer PRIMARY KEY` is the table's own order in SQLite; a `bigint` one, the
/// same to PostgreSQL, would cost a second index.
pub(crate) fn dialect(sql: &str) -> String {
    sql.replace("bigint PRIMARY KEY", "integer PRIMARY KEY")
}

fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    let refuse = |reason: &str| {
        // What follows the scheme may hold a password.
        let scheme = url.split_once(':').map_or("…", |(scheme, _)| scheme);
        StoreError::Open { what: format!("{scheme}:…"), reason: reason.to_owned() }
    };
    let Some(path) = url.strip_prefix("sqlite:") else { return Err(refuse("only sqlite:PATH is known")) };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path == ":memory:" {
        return Err(refuse("a path to a file is needed"));
    }
    std::path::absolute(path).map_err(|e| StoreError::open(Path::new(path), e))
}

/// The path as a URL that cannot be read as anything else (`?` and `#` may be in a file's name).
fn url_of(path: &Path) -> String {
    let mut url = String::from("sqlite://");
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' => url.push(char::from(byte)),
            _ => write!(url, "%{byte:02X}").expect("writing to a string"),
        }
    }
    url
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    options
}

/// Two servers on one database would each believe to be the only writer.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let fail = |error: std::io::Error| StoreError::open(&name, error);
    let mut file = private().read(true).write(true).truncate(false).open(&name).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(fail(error)),
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let known = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
            let holder = if known {
                Cow::from(format!("process {}", holder.trim()))
            } else {
                "another process".into()
            };
            return Err(StoreError::open(path, format!("{holder} has it open")));
        }
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(fail)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file_whatever_its_name() {
        assert_eq!(path_of("sqlite:/data/tandem.db").expect("path"), Path::new("/data/tandem.db"));
        assert_eq!(path_of("sqlite:///data/tandem.db").expect("path"), Path::new("/data/tandem.db"));
        assert_eq!(url_of(Path::new("/a b/100%?#.db")), "sqlite:///a%20b/100%25%3F%23%2Edb");
    }

    #[test]
    fn a_refused_url_keeps_its_secrets() {
        let error = path_of("postgres://tandem:secret@host/db").expect_err("not built in");
        assert!(!error.to_string().contains("secret"), "{error}");
        assert!(path_of("sqlite::memory:").is_err());
    }
}
