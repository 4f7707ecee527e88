//! What a PostgreSQL server says of itself, for an operator who wonders whether it fits.

use std::time::Duration;

use sqlx::{Connection as _, Row as _};

use super::{Database, bounded};
use crate::StoreError;

/// What a PostgreSQL server says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerFacts {
    /// Its version: 150004 is 15.4.
    pub version: i64,
    /// Whether the role is one that row-level security does not hold.
    pub bypasses_walls: bool,
    /// Its clock, microseconds since 1970.
    pub now: i64,
    /// How long asking took: its clock is known no better.
    pub took: Duration,
    /// Connections it takes.
    pub max_connections: i64,
    /// `synchronous_standby_names`; empty: a commit waits for no standby.
    pub synchronous: String,
    /// Standbys that follow it now.
    pub standbys: i64,
    /// What the nodes say of themselves, as JSON.
    pub nodes: Vec<String>,
}

/// Asks the server at `url`: of several, the primary.
///
/// # Errors
/// When there is none that answers and takes writes.
pub async fn examine(url: &str) -> Result<ServerFacts, StoreError> {
    let mut conn = Database::at(url)?.beside().await?;
    let began = std::time::Instant::now();
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, \
        current_setting('server_version_num')::bigint, \
        (SELECT CASE WHEN rolsuper OR rolbypassrls THEN 1 ELSE 0 END FROM pg_roles WHERE rolname = current_user)::bigint, \
        current_setting('max_connections')::bigint, current_setting('synchronous_standby_names'), \
        (SELECT count(*) FROM pg_stat_replication)::bigint, \
        CASE WHEN to_regclass('nodes') IS NULL THEN 0 ELSE 1 END::bigint";
    let row = bounded(sqlx::query(sql).fetch_one(&mut conn)).await?;
    let took = began.elapsed();
    let mut nodes = Vec::new();
    if row.try_get::<i64, _>(6)? == 1 {
        for row in bounded(sqlx::query("SELECT info FROM nodes ORDER BY info").fetch_all(&mut conn)).await? {
            nodes.push(row.try_get(0)?);
        }
    }
    let facts = ServerFacts {
        now: row.try_get(0)?,
        version: row.try_get(1)?,
        bypasses_walls: row.try_get::<i64, _>(2)? == 1,
        took,
        max_connections: row.try_get(3)?,
        synchronous: row.try_get(4)?,
        standbys: row.try_get(5)?,
        nodes,
    };
    conn.close().await?;
    Ok(facts)
}
