//! How far a view is, as the database tells it.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use tandem_proto::Cursor;

use super::{Projection, View, beside};
use crate::{StoreError, engine::Engine, gate::Gate, reader};

/// Which version a view is of, and what it has seen.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub(super) version: i64,
    pub(super) seen: Cursor,
}

impl Standing {
    /// Of a view that nobody has made.
    pub(super) const NONE: Self = Self { version: 0, seen: Cursor::START };

    pub(super) async fn of(
        executor: impl sqlx::Executor<'_, Database = sqlx::Any>,
        view: View,
        projection: &dyn Projection,
    ) -> Result<Option<Self>, StoreError> {
        let query = sqlx::query(match view {
            View::LIVE => "SELECT version, xid, position FROM projections WHERE name = $1",
            View::BESIDE => "SELECT version, xid, position FROM projection_builds WHERE name = $1",
        });
        let Some(row) = query.bind(projection.name()).fetch_optional(executor).await? else {
            return Ok(None);
        };
        Ok(Some(Self { version: row.try_get(0)?, seen: reader::cursor(&row, 1, 2)? }))
    }
}

/// Writes down what a view has seen.
pub(super) async fn checkpoint(
    conn: &mut AnyConnection,
    view: View,
    projection: &dyn Projection,
    seen: Cursor,
) -> Result<(), StoreError> {
    let table = if view == View::LIVE { "projections" } else { "projection_builds" };
    let sql = format!(
        "INSERT INTO {table} (name, version, xid, position) VALUES ($1, $2, $3, $4) ON CONFLICT (name) \
         DO UPDATE SET version = excluded.version, xid = excluded.xid, position = excluded.position"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(projection.name())
        .bind(i64::from(projection.version()))
        .bind(reader::xid_of(seen))
        .bind(seen.position.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets which events the view could not take.
pub(super) async fn forget_parked(conn: &mut AnyConnection, key: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM parked_events WHERE projection = $1").bind(key).execute(conn).await?;
    Ok(())
}

/// Where the keeping of a view begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) view: View,
    pub(crate) seen: Cursor,
}

/// Where the view stands. If this node is to keep it, and it is of an older version, a new one is begun beside it, or its building gone
/// on with. A file has no other node: whatever version its view is of, it is to be this program's.
pub(crate) async fn prepare(
    conn: &mut AnyConnection,
    engine: Engine,
    projection: &dyn Projection,
    keeps: bool,
) -> Result<Start, StoreError> {
    sqlx::query("BEGIN").execute(&mut *conn).await?;
    if engine == Engine::Postgres {
        // Whoever keeps the older version ends what he is at.
        let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(Gate::view(projection.name()).key);
        lock.execute(&mut *conn).await?;
    }
    let version = i64::from(projection.version());
    let is_wanted =
        |had: &Standing| had.version == version || engine == Engine::Postgres && had.version > version;
    let start = match Standing::of(&mut *conn, View::LIVE, projection).await? {
        Some(live) if is_wanted(&live) || !keeps => Start { view: View::LIVE, seen: live.seen },
        None if !keeps => Start { view: View::LIVE, seen: Cursor::START },
        // Nobody reads it yet.
        None => {
            for table in projection.tables() {
                sqlx::query(AssertSqlSafe(format!("DELETE FROM \"{table}\""))).execute(&mut *conn).await?;
            }
            forget_parked(conn, projection.name()).await?;
            checkpoint(conn, View::LIVE, projection, Cursor::START).await?;
            Start { view: View::LIVE, seen: Cursor::START }
        }
        Some(_) => {
            let begun = Standing::of(&mut *conn, View::BESIDE, projection).await?;
            let seen = match begun.filter(is_wanted) {
                Some(begun) => begun.seen,
                None => {
                    tracing::info!(projection = projection.name(), version, "a new version is built");
                    beside::begin(conn, engine, projection).await?;
                    Cursor::START
                }
            };
            Start { view: View::BESIDE, seen }
        }
    };
    sqlx::query("COMMIT").execute(&mut *conn).await?;
    Ok(start)
}
