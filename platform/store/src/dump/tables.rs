//! Which tables a database has, and how their rows are read.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};

use super::{Column, ColumnKind, DumpError, Section, SectionKind};
use crate::{engine::Engine, projection};

const OF_SQLITE: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name";
const OF_POSTGRES: &str = "SELECT table_name::text COLLATE \"C\" FROM information_schema.tables \
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1";

/// Name, type and place in the primary key (0: none) of each column.
const COLUMNS_OF_SQLITE: &str = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
const COLUMNS_OF_POSTGRES: &str = "SELECT c.column_name::text, c.data_type::text, coalesce(( \
        SELECT k.ordinal_position FROM information_schema.key_column_usage k \
        JOIN information_schema.table_constraints t ON t.constraint_schema = k.constraint_schema \
            AND t.constraint_name = k.constraint_name AND t.table_name = k.table_name \
        WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema \
            AND k.table_name = c.table_name AND k.column_name = c.column_name), 0)::bigint \
    FROM information_schema.columns c \
    WHERE c.table_schema = current_schema() AND c.table_name = $1 ORDER BY c.ordinal_position";

/// A table as a copy has it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) section: Section,
    /// Its primary key; all columns of a table that has none.
    key: Vec<Column>,
}

/// All tables, by name, but for those of views that are being built: they are built anew.
pub(super) async fn all(
    conn: &mut AnyConnection,
    engine: Engine,
) -> Result<BTreeMap<String, Table>, DumpError> {
    let sql = if engine == Engine::Sqlite { OF_SQLITE } else { OF_POSTGRES };
    let mut tables = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(&mut *conn).await? {
        let name: String = row.try_get(0)?;
        if projection::is_building(&name) {
            continue;
        }
        let table = Table::read(conn, engine, &name).await?;
        tables.insert(name, table);
    }
    Ok(tables)
}

impl Table {
    async fn read(conn: &mut AnyConnection, engine: Engine, name: &str) -> Result<Self, DumpError> {
        let sql = if engine == Engine::Sqlite { COLUMNS_OF_SQLITE } else { COLUMNS_OF_POSTGRES };
        let (mut columns, mut key) = (Vec::new(), BTreeMap::new());
        for row in sqlx::query(sql).bind(name).fetch_all(conn).await? {
            let (column, kind, place): (String, String, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            // A number of one server's own.
            if column == "xid" {
                continue;
            }
            let kind = match kind.to_ascii_lowercase().as_str() {
                "bigint" | "integer" => ColumnKind::Bigint,
                "text" => ColumnKind::Text,
                "bytea" => ColumnKind::Bytea,
                other => {
                    let reason = format!("column {column} is of type {other}, which no copy can hold");
                    return Err(DumpError::Table { table: name.to_owned(), reason });
                }
            };
            let column = Column(column, kind);
            if place > 0 {
                key.insert(place, column.clone());
            }
            columns.push(column);
        }
        let key = if key.is_empty() { columns.clone() } else { key.into_values().collect() };
        let section =
            Section { section: SectionKind::Table, name: name.to_owned(), columns, sealed: Vec::new() };
        Ok(Self { section, key })
    }

    /// All rows in the order of their key, the same on both engines.
    pub(super) fn select(&self, engine: Engine) -> String {
        let Section { name, columns, .. } = &self.section;
        let columns: Vec<String> = columns.iter().map(|column| expression(engine, name, column)).collect();
        let key: Vec<String> = self.key.iter().map(|column| order(engine, column)).collect();
        let filter = if name == "migrations" { " WHERE name <> '0000_log_postgres'" } else { "" };
        format!("SELECT {} FROM \"{name}\"{filter} ORDER BY {}", columns.join(", "), key.join(", "))
    }

    /// A row as a copy has it.
    pub(super) fn values(&self, row: &AnyRow) -> Result<Vec<Value>, DumpError> {
        let columns = self.section.columns.iter().enumerate();
        let values = columns.map(|(index, Column(_, kind))| value(row, index, *kind));
        values.collect::<Result<_, _>>().map_err(|error: sqlx::Error| DumpError::Table {
            table: self.section.name.clone(),
            reason: error.to_string(),
        })
    }

    /// Whether it has rows that a new database has not.
    pub(super) async fn is_occupied(&self, conn: &mut AnyConnection) -> Result<bool, DumpError> {
        let name = &self.section.name;
        if ["migrations", "projections", "audit_key"].contains(&name.as_str()) {
            return Ok(false);
        }
        let sql = format!("SELECT 1 FROM \"{name}\" LIMIT 1");
        Ok(sqlx::query(AssertSqlSafe(sql)).fetch_optional(conn).await?.is_some())
    }

    /// Whether it has a column that names a place in the log.
    pub(super) fn has_cursor(&self) -> bool {
        self.section.columns.iter().any(is_cursor)
    }
}

pub(super) fn is_cursor(column: &Column) -> bool {
    column.0 == "cursor" && column.1 == ColumnKind::Text
}

/// How far a view has seen is told by a position alone if what it has seen is the log's beginning in the order of positions too, which
/// it is but for transactions that overlapped. A view that has seen something else is made anew where it is restored.
fn expression(engine: Engine, table: &str, column: &Column) -> String {
    let Column(name, _) = column;
    if engine == Engine::Sqlite {
        return format!("\"{name}\"");
    }
    let place = "(projections.xid, projections.position)";
    let seen = format!(
        "greatest(projections.position, (SELECT max(s.position) FROM events s WHERE (s.xid, s.position) <= {place}))"
    );
    let is_other = format!(
        "EXISTS (SELECT 1 FROM events e WHERE (e.xid, e.position) > {place} AND e.position <= {seen})"
    );
    match (table, name.as_str()) {
        ("projections", "version") => format!("CASE WHEN {is_other} THEN 0::bigint ELSE version END"),
        ("projections", "position") => format!("CASE WHEN {is_other} THEN 0::bigint ELSE {seen} END"),
        _ if is_cursor(column) => "'0-' || split_part(cursor, '-', 2)".to_owned(),
        _ => format!("\"{name}\""),
    }
}

fn order(engine: Engine, Column(name, kind): &Column) -> String {
    match (engine, kind) {
        (Engine::Postgres, ColumnKind::Text) => format!("\"{name}\" COLLATE \"C\" NULLS FIRST"),
        _ => format!("\"{name}\" NULLS FIRST"),
    }
}

fn value(row: &AnyRow, index: usize, kind: ColumnKind) -> Result<Value, sqlx::Error> {
    Ok(match kind {
        ColumnKind::Bigint => row.try_get::<Option<i64>, _>(index)?.into(),
        ColumnKind::Text => row.try_get::<Option<String>, _>(index)?.into(),
        ColumnKind::Bytea => row.try_get::<Option<Vec<u8>>, _>(index)?.map(hex::encode).into(),
    })
}
