//! Making a copy.

use std::io::Write;

use futures::TryStreamExt as _;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};

use super::{DumpError, Head, Section, Writer, tables};
use crate::engine::{self, Engine};

/// Writes head and tables of the database at `url`, all of one moment. It may be in use meanwhile, by this process or others. Each row is
/// shown to `other` too.
///
/// # Errors
/// When there is no such database, or it or the file fails.
pub async fn copy<W: Write>(
    url: &str,
    version: &str,
    made_at: i64,
    out: &mut Writer<W>,
    mut other: impl FnMut(&Section, &[Value]),
) -> Result<(), DumpError> {
    let (mut conn, engine) = engine::beside(url).await?;
    conn.execute(match engine {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    })
    .await?;
    out.head(&Head::new(version.to_owned(), made_at, ledger(&mut conn).await?))?;
    tables(&mut conn, engine, out, &mut other).await?;
    conn.execute("ROLLBACK").await?;
    Ok(conn.close().await?)
}

/// Writes all tables.
pub(super) async fn tables<W: Write>(
    conn: &mut AnyConnection,
    engine: Engine,
    out: &mut Writer<W>,
    other: &mut impl FnMut(&Section, &[Value]),
) -> Result<(), DumpError> {
    for table in tables::all(conn, engine).await?.into_values() {
        out.begin(&table.section)?;
        let select = table.select(engine);
        let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut *conn);
        while let Some(row) = rows.try_next().await? {
            let values = table.values(&row)?;
            other(&table.section, &values);
            out.row(&values)?;
        }
        out.end()?;
    }
    Ok(())
}

async fn ledger(conn: &mut AnyConnection) -> Result<Vec<(String, String)>, DumpError> {
    let sql = "SELECT name, hash FROM migrations WHERE name <> '0000_log_postgres' ORDER BY name";
    let rows = sqlx::query(sql).fetch_all(conn).await?;
    Ok(rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, sqlx::Error>>()?)
}
