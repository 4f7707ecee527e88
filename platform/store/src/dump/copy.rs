//! Making a copy.

use std::io::Write;

use futures::TryStreamExt as _;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};

use super::{
    DumpError, Head, Sealing, Section, Writer,
    personal::{People, Places},
    tables::{self, Table},
};
use crate::{
    engine::{self, Engine},
    keys,
};

/// Writes head and tables of the database at `url`, all of one moment. It may be in use meanwhile, by this process or others. Each row is
/// shown to `other` too. The keys go to `keys`.
///
/// # Errors
/// When there is no such database, or it or the file fails.
pub async fn copy<W: Write, K: Write>(
    url: &str,
    version: &str,
    made_at: i64,
    sealing: &Sealing,
    (out, keys): (&mut Writer<W>, &mut Writer<K>),
    mut other: impl FnMut(&Section, &[Value]),
) -> Result<(), DumpError> {
    let (mut conn, engine) = engine::beside(url).await?;
    conn.execute(match engine {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    })
    .await?;
    let head = Head::new(version.to_owned(), made_at, ledger(&mut conn).await?);
    out.head(&head)?;
    keys.head(&head)?;
    // A database of an older program has none.
    let people = match has_keys(&head) {
        true => Some(People::load(&mut conn, sealing.master.clone()).await?),
        false => None,
    };
    let sealing = people.as_ref().map(|people| (sealing, people));
    tables(&mut conn, engine, sealing, out, &mut other).await?;
    for table in tables::all(&mut conn, engine).await?.into_values() {
        if is_of_keys(&table.section) {
            rows(&mut conn, engine, table, None, keys, &mut |_, _| {}).await?;
        }
    }
    conn.execute("ROLLBACK").await?;
    Ok(conn.close().await?)
}

pub(super) fn is_of_keys(section: &Section) -> bool {
    keys::TABLES.contains(&section.name.as_str())
}

/// Whether the tables of keys are there, by the migrations a copy's tables had seen.
pub(super) fn has_keys(head: &Head) -> bool {
    head.ledger.iter().any(|(name, _)| name == keys::KEYS.name)
}

/// Writes all tables but those of keys.
pub(super) async fn tables<W: Write>(
    conn: &mut AnyConnection,
    engine: Engine,
    sealing: Option<(&Sealing, &People)>,
    out: &mut Writer<W>,
    other: &mut impl FnMut(&Section, &[Value]),
) -> Result<(), DumpError> {
    for table in tables::all(conn, engine).await?.into_values() {
        if !is_of_keys(&table.section) {
            rows(conn, engine, table, sealing, out, other).await?;
        }
    }
    Ok(())
}

async fn rows<W: Write>(
    conn: &mut AnyConnection,
    engine: Engine,
    mut table: Table,
    sealing: Option<(&Sealing, &People)>,
    out: &mut Writer<W>,
    other: &mut impl FnMut(&Section, &[Value]),
) -> Result<(), DumpError> {
    let places = sealing.and_then(|(sealing, people)| Some((Places::of(sealing, &table.section)?, people)));
    if let Some((places, _)) = &places {
        table.section.sealed = places.names();
    }
    out.begin(&table.section)?;
    let mut rows = sqlx::query(AssertSqlSafe(table.select(engine))).fetch(&mut *conn);
    while let Some(row) = rows.try_next().await? {
        let mut values = table.values(&row)?;
        other(&table.section, &values);
        if let Some((places, people)) = &places {
            places.seal(people, &mut values);
        }
        out.row(&values)?;
    }
    out.end()
}

async fn ledger(conn: &mut AnyConnection) -> Result<Vec<(String, String)>, DumpError> {
    let sql = "SELECT name, hash FROM migrations WHERE name <> '0000_log_postgres' ORDER BY name";
    let rows = sqlx::query(sql).fetch_all(conn).await?;
    Ok(rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, sqlx::Error>>()?)
}
