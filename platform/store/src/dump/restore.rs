//! Putting a copy into an empty database.

use std::{collections::BTreeMap, io::BufRead};

use serde_json::Value;
use sqlx::{
    Any, AnyConnection, AssertSqlSafe, Connection as _, Executor as _, any::AnyArguments, query::Query,
};
use tandem_proto::Timestamp;

use super::{
    Column, ColumnKind, DumpError, Head, Item, Manifest, Reader, Sealing, Section, SectionKind, Writer, copy,
    personal::{People, Places},
    tables::{self, Table},
};
use crate::{
    Migration, StoreError,
    engine::{Database, Engine},
    postgres::walls,
    schema,
};

/// Values in one statement at most: both engines take 32766 and more.
const VALUES: usize = 8_192;
/// Rows in one statement at most.
const ROWS: usize = 256;

/// What a copy is read back with.
#[derive(Clone, Copy, Debug)]
pub struct Restoring<'a> {
    /// The tables of a server of this version.
    pub migrations: &'a [Migration],
    /// When it is read back.
    pub now: Timestamp,
    /// What reads what is personal.
    pub sealing: &'a Sealing,
}

/// Puts the tables of a copy into the empty database at `url`, in one transaction, and compares what it then gives back. Lists go to `other`.
/// What is personal to somebody whose key is not among `keys` any more reads as erased.
///
/// # Errors
/// When the copy is damaged or of another program, its keys are missing or older than it, the database has something in it, or what is in it afterwards differs.
pub async fn restore<R: BufRead, K: BufRead>(
    url: &str,
    Restoring { migrations, now, sealing }: Restoring<'_>,
    (head, input): (Head, Reader<R>),
    keys: Option<(Head, Reader<K>)>,
    mut other: impl FnMut(&Section, &[Value]),
) -> Result<Manifest, DumpError> {
    match &keys {
        None if copy::has_keys(&head) => return Err(DumpError::NoKeys),
        Some((of_keys, _)) if of_keys.made_at < head.made_at => return Err(DumpError::OldKeys),
        _ => {}
    }
    let database = Database::claim(url)?;
    let engine = database.engine();
    let mut conn = match &database {
        Database::Sqlite(file) => file.writer().await?,
        Database::Postgres(server) => server.preparing().await?,
    };
    empty(&mut conn, &database).await?;
    let wanted = of_that_time(migrations, &head)?;
    schema::migrate(&mut conn, engine, &wanted, now)
        .await
        .map_err(|error| StoreError::Open { what: database.name(), reason: error.to_string() })?;
    if engine == Engine::Postgres {
        walls::build(&mut conn).await?;
    } else {
        conn.execute("PRAGMA foreign_keys = OFF").await?;
    }

    conn.execute("BEGIN").await?;
    conn.execute("DELETE FROM projections").await?;
    conn.execute("DELETE FROM audit_key").await?;
    conn.execute("DELETE FROM migrations WHERE name <> '0000_log_postgres'").await?;
    let tables = tables::all(&mut conn, engine).await?;
    let people = match keys {
        Some((_, keys)) if copy::has_keys(&head) => {
            fill(&mut conn, keys, &tables, Part::Keys, &mut |_, _| {}).await?;
            Some(People::load(&mut conn, sealing.master.clone()).await?)
        }
        _ => None,
    };
    let part = Part::Data(people.as_ref().map(|people| (sealing, people)));
    let Filled { manifest, expected } = fill(&mut conn, input, &tables, part, &mut other).await?;
    if engine == Engine::Postgres {
        place(&mut conn, &tables).await?;
    }
    conn.execute("COMMIT").await?;
    if engine == Engine::Postgres {
        conn.execute("ANALYZE").await?;
    }
    compare(&mut conn, engine, &expected).await?;
    conn.close().await?;
    Ok(manifest)
}

/// Which of the two files it is.
#[derive(Clone, Copy)]
enum Part<'a> {
    Keys,
    /// All else, and what reads what is personal in it.
    Data(Option<(&'a Sealing, &'a People)>),
}

/// What was put into the database.
struct Filled {
    /// As the file says of itself.
    manifest: Manifest,
    /// As the database must give it back: what was encrypted is not any more.
    expected: Manifest,
}

/// Puts a file's rows into their tables; lists go to `other`.
async fn fill<R: BufRead>(
    conn: &mut AnyConnection,
    mut input: Reader<R>,
    tables: &BTreeMap<String, Table>,
    part: Part<'_>,
    other: &mut impl FnMut(&Section, &[Value]),
) -> Result<Filled, DumpError> {
    let mut expected = Writer::new(std::io::sink());
    let mut filling: Option<Filling> = None;
    let reading = match part {
        Part::Keys => None,
        Part::Data(reading) => reading,
    };
    while let Some(item) = input.next_item()? {
        match item {
            Item::Begin(section) => {
                if copy::is_of_keys(&section) != matches!(part, Part::Keys) {
                    return Err(DumpError::Foreign);
                }
                let places = reading.filter(|_| !section.sealed.is_empty());
                let places = places.and_then(|(sealing, _)| Places::of(sealing, &section));
                let section = Section { sealed: Vec::new(), ..section };
                expected.begin(&section)?;
                filling = Some(Filling { places, ..Filling::new(section, tables)? });
            }
            Item::Row(mut row) => {
                let Some(filling) = &mut filling else { continue };
                if let (Some(places), Some((_, people))) = (&filling.places, reading) {
                    places.open(people, &mut row)?;
                }
                expected.row(&row)?;
                match filling.section.section {
                    SectionKind::Table => filling.take(conn, row).await?,
                    SectionKind::List => other(&filling.section, &row),
                }
            }
            Item::End(_) => {
                if let Some(mut filling) = filling.take() {
                    filling.flush(conn).await?;
                }
                expected.end()?;
            }
        }
    }
    Ok(Filled { manifest: input.finish()?, expected: expected.finish()?.0 })
}

async fn empty(conn: &mut AnyConnection, database: &Database) -> Result<(), DumpError> {
    for (name, table) in tables::all(conn, database.engine()).await? {
        if table.is_occupied(conn).await? {
            return Err(DumpError::Occupied { database: database.name(), table: name });
        }
    }
    Ok(())
}

/// The migrations the copy's tables had seen, which are to be this program's.
fn of_that_time(migrations: &[Migration], head: &Head) -> Result<Vec<Migration>, DumpError> {
    let mut wanted = Vec::new();
    for (name, hash) in &head.ledger {
        let known = schema::LOG_OF_ANY.iter().chain(migrations).find(|migration| migration.name == name);
        let Some(known) = known.filter(|migration| schema::hash_of(migration.sql) == *hash) else {
            return Err(DumpError::Version(name.clone()));
        };
        if schema::LOG_OF_ANY.iter().all(|own| own.name != known.name) {
            wanted.push(*known);
        }
    }
    Ok(wanted)
}

/// What PostgreSQL has beyond SQLite. The events are this transaction's, hence before everything that is written later.
async fn place(conn: &mut AnyConnection, tables: &BTreeMap<String, Table>) -> Result<(), DumpError> {
    conn.execute("SELECT setval('event_positions', (SELECT max(position) FROM events)) WHERE EXISTS (SELECT 1 FROM events)")
        .await?;
    conn.execute("UPDATE projections SET xid = pg_current_xact_id()::text::bigint WHERE position > 0")
        .await?;
    for (name, _) in tables.iter().filter(|(_, table)| table.has_cursor()) {
        let sql = format!(
            "UPDATE \"{name}\" SET cursor = pg_current_xact_id()::text || '-' || split_part(cursor, '-', 2) \
             WHERE split_part(cursor, '-', 2) <> '0'"
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn compare(conn: &mut AnyConnection, engine: Engine, manifest: &Manifest) -> Result<(), DumpError> {
    let mut again = Writer::new(std::io::sink());
    copy::tables(conn, engine, None, &mut again, &mut |_, _| {}).await?;
    let (found, _) = again.finish()?;
    let found: BTreeMap<_, _> = found.sections.into_iter().map(|sum| (sum.end.clone(), sum)).collect();
    for sum in manifest.tables() {
        if found.get(&sum.end) != Some(sum) {
            return Err(DumpError::Different(sum.end.clone()));
        }
    }
    match found.into_values().find(|sum| sum.rows > 0 && manifest.tables().all(|had| had.end != sum.end)) {
        Some(extra) => Err(DumpError::Different(extra.end)),
        None => Ok(()),
    }
}

/// A table that is being filled.
struct Filling {
    section: Section,
    /// Where what is to be decrypted lies.
    places: Option<Places>,
    run: usize,
    rows: Vec<Vec<Value>>,
}

impl Filling {
    fn new(section: Section, tables: &BTreeMap<String, Table>) -> Result<Self, DumpError> {
        if section.section == SectionKind::Table {
            let Some(table) = tables.get(&section.name) else {
                return Err(wrong(&section, "the program makes no such table"));
            };
            if table.section.columns != section.columns {
                return Err(wrong(&section, "the program makes it with other columns"));
            }
        }
        let run = (VALUES / section.columns.len().max(1)).clamp(1, ROWS);
        Ok(Self { section, places: None, run, rows: Vec::new() })
    }

    async fn take(&mut self, conn: &mut AnyConnection, row: Vec<Value>) -> Result<(), DumpError> {
        if row.len() != self.section.columns.len() {
            return Err(wrong(&self.section, "a row has another number of columns"));
        }
        self.rows.push(row);
        if self.rows.len() < self.run { Ok(()) } else { self.flush(conn).await }
    }

    async fn flush(&mut self, conn: &mut AnyConnection) -> Result<(), DumpError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut query = sqlx::query(AssertSqlSafe(self.insert()));
        for row in self.rows.drain(..) {
            for (Column(name, kind), value) in self.section.columns.iter().zip(row) {
                query = bind(query, *kind, value)
                    .ok_or_else(|| wrong(&self.section, &format!("a value of {name} cannot be one")))?;
            }
        }
        // A last, shorter run would else stay prepared for nothing.
        let done = query.persistent(false).execute(conn).await;
        done.map(drop).map_err(|error| wrong(&self.section, &error.to_string()))
    }

    fn insert(&self) -> String {
        let columns: Vec<String> =
            self.section.columns.iter().map(|Column(name, _)| format!("\"{name}\"")).collect();
        let row = |row: usize| {
            let first = row * columns.len() + 1;
            let placeholders: Vec<String> = (first..first + columns.len()).map(|n| format!("${n}")).collect();
            format!("({})", placeholders.join(", "))
        };
        let rows: Vec<String> = (0..self.rows.len()).map(row).collect();
        format!("INSERT INTO \"{}\" ({}) VALUES {}", self.section.name, columns.join(", "), rows.join(", "))
    }
}

type Statement = Query<'static, Any, AnyArguments>;

fn bind(query: Statement, kind: ColumnKind, value: Value) -> Option<Statement> {
    Some(match (kind, value) {
        (ColumnKind::Bigint, Value::Null) => query.bind(None::<i64>),
        (ColumnKind::Text, Value::Null) => query.bind(None::<String>),
        (ColumnKind::Bytea, Value::Null) => query.bind(None::<Vec<u8>>),
        (ColumnKind::Bigint, Value::Number(number)) => query.bind(number.as_i64()?),
        (ColumnKind::Text, Value::String(text)) => query.bind(text),
        (ColumnKind::Bytea, Value::String(digits)) => query.bind(hex::decode(digits).ok()?),
        _ => return None,
    })
}

fn wrong(section: &Section, reason: &str) -> DumpError {
    DumpError::Table { table: section.name.clone(), reason: reason.to_owned() }
}
