//! The log's own tables, and the migrations of everybody's.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use tandem_proto::Timestamp;

use crate::{audit, engine::Engine, keys::KEYS};

/// A set of statements that runs once per database, in the order of names. SQL both SQLite and PostgreSQL read
/// (`bigint`, `text`, `bytea`; integer µs; JSON as text).
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Unique; sorts in order: `0010_chat`.
    pub name: &'static str,
    /// Statements, ended by `;`.
    pub sql: &'static str,
}

/// The log. `event_topics` repeats the kind so that resuming by topic and kind reads this index alone, however much of the log
/// belongs to others.
const LOG: Migration = Migration {
    name: "0000_log",
    sql: "
        CREATE TABLE events (
            position bigint PRIMARY KEY,
            org text NOT NULL,
            stream text NOT NULL,
            version bigint NOT NULL,
            kind text NOT NULL,
            schema_version bigint NOT NULL,
            at bigint NOT NULL,
            actor text NOT NULL,
            correlation text,
            causation bigint,
            subject text,
            topics text NOT NULL,
            data text NOT NULL
        );
        CREATE UNIQUE INDEX events_of_stream ON events (org, stream, version);
        CREATE INDEX events_of_org ON events (org, position);
        CREATE TABLE event_topics (
            org text NOT NULL,
            topic text NOT NULL,
            position bigint NOT NULL,
            kind text NOT NULL
        );
        CREATE UNIQUE INDEX event_topics_in_order ON event_topics (org, topic, position, kind);
        CREATE TABLE projections (
            name text PRIMARY KEY,
            version bigint NOT NULL,
            position bigint NOT NULL
        );
        CREATE TABLE parked_events (
            projection text NOT NULL,
            position bigint NOT NULL,
            at bigint NOT NULL,
            error text NOT NULL,
            PRIMARY KEY (projection, position)
        );
    ",
};

/// A view's checkpoint is a whole cursor.
const CURSOR: Migration = Migration {
    name: "0000_log_cursor",
    sql: "ALTER TABLE projections ADD COLUMN xid bigint NOT NULL DEFAULT 0;",
};

/// Where several nodes write at once, positions come from a sequence, and the log is in the order of the transactions that wrote it.
const LOG_OF_MANY: Migration = Migration {
    name: "0000_log_postgres",
    sql: "
        CREATE SEQUENCE event_positions;
        ALTER TABLE events ADD COLUMN xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
        CREATE UNIQUE INDEX events_in_order ON events (xid, position);
        DROP INDEX events_of_org;
        CREATE INDEX events_of_org ON events (org, xid, position);
        ALTER TABLE event_topics ADD COLUMN xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
        DROP INDEX event_topics_in_order;
        CREATE UNIQUE INDEX event_topics_in_order ON event_topics (org, topic, xid, position, kind);
    ",
};

/// How far new versions of views are that are built beside the old ones. A copy of an older program is put into tables made by this one
/// and then migrated once more, hence the condition.
const BUILDS: Migration = Migration {
    name: "0000_log_views",
    sql: "CREATE TABLE IF NOT EXISTS projection_builds (name text PRIMARY KEY, version bigint NOT NULL, xid bigint NOT NULL, position bigint NOT NULL);",
};

/// What the log is on either engine, what it is encrypted under, and the audit chains beside it.
pub(crate) const LOG_OF_ANY: [Migration; 5] = [LOG, CURSOR, KEYS, BUILDS, audit::MIGRATION];

const LEDGER: &str =
    "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, hash text NOT NULL, at bigint NOT NULL)";

/// Why a database's schema and this program do not fit.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrationError {
    #[error("two migrations are named {0}")]
    Twice(&'static str),
    #[error("migration {0} was changed after it ran here; add a new one in its place")]
    Changed(&'static str),
    #[error("it was made by a newer version of this program: migration {0} is unknown")]
    Unknown(String),
    #[error("migration {name} failed: {error}")]
    Failed { name: &'static str, error: sqlx::Error },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Brings the database up to date. Each migration runs in a transaction of its own, so that a failing one leaves nothing behind.
pub(crate) async fn migrate(
    conn: &mut AnyConnection,
    engine: Engine,
    migrations: &[Migration],
    now: Timestamp,
) -> Result<(), MigrationError> {
    let own: &[Migration] = match engine {
        Engine::Sqlite => &LOG_OF_ANY,
        Engine::Postgres => &[LOG, CURSOR, KEYS, BUILDS, audit::MIGRATION, LOG_OF_MANY],
    };
    let mut wanted = BTreeMap::new();
    for migration in own.iter().chain(migrations) {
        if wanted.insert(migration.name, migration.sql).is_some() {
            return Err(MigrationError::Twice(migration.name));
        }
    }
    sqlx::query(LEDGER).execute(&mut *conn).await?;
    for row in sqlx::query("SELECT name, hash FROM migrations ORDER BY name").fetch_all(&mut *conn).await? {
        let (name, hash): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        match wanted.remove_entry(name.as_str()) {
            None => return Err(MigrationError::Unknown(name)),
            Some((name, sql)) if hash_of(sql) != hash => return Err(MigrationError::Changed(name)),
            Some(_) => {}
        }
    }
    for (name, sql) in wanted {
        if let Err(error) = run(conn, engine, name, sql, now).await {
            sqlx::query("ROLLBACK").execute(&mut *conn).await?;
            return Err(MigrationError::Failed { name, error });
        }
        tracing::debug!(name, "migrated");
    }
    Ok(())
}

async fn run(
    conn: &mut AnyConnection,
    engine: Engine,
    name: &str,
    sql: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN").execute(&mut *conn).await?;
    sqlx::raw_sql(AssertSqlSafe(engine.dialect(sql).into_owned())).execute(&mut *conn).await?;
    sqlx::query("INSERT INTO migrations (name, hash, at) VALUES ($1, $2, $3)")
        .bind(name)
        .bind(hash_of(sql))
        .bind(now.micros())
        .execute(&mut *conn)
        .await?;
    sqlx::query("COMMIT").execute(&mut *conn).await.map(drop)
}

pub(crate) fn hash_of(sql: &str) -> String {
    hex::encode(Sha256::digest(sql))
}
