//! The tables in which a new version of a view is built, and how they take the old ones' place.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use tandem_proto::Cursor;

use super::{
    Projection, View,
    standing::{checkpoint, forget_parked},
};
use crate::{StoreError, engine::Engine};

/// What the names of tables that are being built end in.
pub(super) const SUFFIX: &str = "__next";

/// Text of each index of a table that is not made with the table itself.
const INDICES_OF_SQLITE: &str =
    "SELECT name, sql, 0 FROM sqlite_master WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL";
/// Text of each index of a table, and whether it is the primary key's.
const INDICES_OF_POSTGRES: &str = "SELECT c.relname::text, pg_get_indexdef(i.indexrelid), \
        CASE WHEN i.indisprimary THEN 1::bigint ELSE 0::bigint END \
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1)";

/// The name of what is being built.
pub(super) fn named(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

/// Whether a table holds what is not yet part of a view.
pub(crate) fn is_building(table: &str) -> bool {
    table.ends_with(SUFFIX) || table == "projection_builds"
}

/// Makes the tables of the view anew beside those that are read, and begins at the log's beginning.
pub(super) async fn begin(
    conn: &mut AnyConnection,
    engine: Engine,
    projection: &dyn Projection,
) -> Result<(), StoreError> {
    for table in projection.tables() {
        execute(conn, format!("DROP TABLE IF EXISTS \"{}\"", named(table))).await?;
        match engine {
            Engine::Sqlite => copy_shape(conn, table).await?,
            Engine::Postgres => {
                let next = named(table);
                execute(
                    conn,
                    format!("CREATE TABLE \"{next}\" (LIKE \"{table}\" INCLUDING ALL EXCLUDING INDEXES)"),
                )
                .await?;
            }
        }
        copy_indices(conn, engine, table).await?;
    }
    forget_parked(conn, &View::BESIDE.key(projection)).await?;
    checkpoint(conn, View::BESIDE, projection, Cursor::START).await
}

/// SQLite keeps the text that made a table; what follows its name is its shape.
async fn copy_shape(conn: &mut AnyConnection, table: &str) -> Result<(), StoreError> {
    let query = sqlx::query("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1").bind(table);
    let sql: String = query.fetch_one(&mut *conn).await?.try_get(0)?;
    execute(conn, format!("CREATE TABLE \"{}\" {}", named(table), shape(&sql))).await
}

async fn copy_indices(conn: &mut AnyConnection, engine: Engine, table: &str) -> Result<(), StoreError> {
    let sql = if engine == Engine::Sqlite { INDICES_OF_SQLITE } else { INDICES_OF_POSTGRES };
    for row in sqlx::query(sql).bind(table).fetch_all(&mut *conn).await? {
        let (name, sql): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        // An index of SQLite cannot be renamed, so two names take turns.
        let next = name.strip_suffix(SUFFIX).map_or_else(|| named(&name), str::to_owned);
        let unique = if sql.starts_with("CREATE UNIQUE") { "UNIQUE " } else { "" };
        let on = match engine {
            Engine::Sqlite => shape(&sql),
            Engine::Postgres => sql.find(" USING ").map_or("", |at| &sql[at..]),
        };
        let next_table = named(table);
        execute(conn, format!("CREATE {unique}INDEX \"{next}\" ON \"{next_table}\" {on}")).await?;
        if row.try_get::<i64, _>(2)? == 1 {
            execute(
                conn,
                format!(
                    "ALTER TABLE \"{next_table}\" ADD CONSTRAINT \"{next}\" PRIMARY KEY USING INDEX \"{next}\""
                ),
            )
            .await?;
        }
    }
    Ok(())
}

/// What follows the names in a `CREATE`.
fn shape(sql: &str) -> &str {
    sql.find('(').map_or("", |at| &sql[at..])
}

/// Puts what was built in the place of what is read; its checkpoint is for the caller to write.
pub(super) async fn switch(
    conn: &mut AnyConnection,
    engine: Engine,
    projection: &dyn Projection,
) -> Result<(), StoreError> {
    for table in projection.tables() {
        let next = named(table);
        execute(conn, format!("DROP TABLE \"{table}\"")).await?;
        execute(conn, format!("ALTER TABLE \"{next}\" RENAME TO \"{table}\"")).await?;
        if engine == Engine::Postgres {
            for row in sqlx::query(INDICES_OF_POSTGRES).bind(*table).fetch_all(&mut *conn).await? {
                let index: String = row.try_get(0)?;
                if let Some(name) = index.strip_suffix(SUFFIX) {
                    execute(conn, format!("ALTER INDEX \"{index}\" RENAME TO \"{name}\"")).await?;
                }
            }
        }
    }
    forget_parked(conn, projection.name()).await?;
    sqlx::query("UPDATE parked_events SET projection = $1 WHERE projection = $2")
        .bind(projection.name())
        .bind(&*View::BESIDE.key(projection))
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM projection_builds WHERE name = $1")
        .bind(projection.name())
        .execute(conn)
        .await?;
    Ok(())
}

/// Runs a statement once: it is not worth preparing.
async fn execute(conn: &mut AnyConnection, sql: String) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}
