//! Reading the log.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row as _, any::AnyRow};
use tandem_proto::{Actor, Cursor, Event, OrgId, Position, Stream};
use uuid::Uuid;

use crate::{EventFilter, StoreError, upcast::upcast};

/// Events one statement reads at most.
const PAGE: u32 = 1_000;
/// Topics one statement looks for at most (SQLite joins up to 500 selects).
const TOPICS: usize = 200;

const COLUMNS: &str = "position, org, stream, version, kind, schema_version, at, actor, correlation, causation, subject, topics, data";

/// The newest position in the log.
pub(crate) async fn newest(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT max(position) FROM events").fetch_one(conn).await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.unwrap_or(0))
}

/// The first `limit` events after `after` that match, and where the search ended: fewer than `limit` mean that everything up to
/// that cursor, at least `head`, was seen.
///
/// `head` must have been durable before the call.
pub(crate) async fn events(
    pool: &AnyPool,
    org: Option<OrgId>,
    filter: &EventFilter,
    after: Cursor,
    limit: u32,
    head: Cursor,
) -> Result<(Vec<Event>, Cursor), StoreError> {
    let mut found = Vec::new();
    let mut seen = after;
    while let Some(wanted) = limit.checked_sub(found.len() as u32).filter(|wanted| *wanted > 0) {
        let page = page(pool, org, filter, seen.position.0, wanted.min(PAGE)).await?;
        let full = page.len() >= wanted.min(PAGE) as usize;
        if let Some(last) = page.last() {
            seen = last.cursor;
        }
        // A stream's events are looked up by stream, so their topics were not part of the search.
        found.extend(page.into_iter().filter(|event| filter.matches_topics(&event.topics)));
        if !full {
            return Ok((found, seen.max(head)));
        }
    }
    Ok((found, seen))
}

/// The first `limit` events after a position, by the index that fits the filter.
async fn page(
    pool: &AnyPool,
    org: Option<OrgId>,
    filter: &EventFilter,
    after: i64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let Some(org) = org.filter(|_| filter.stream.is_none() && !filter.topics.is_empty()) else {
        return by_log(org, filter, after, limit).fetch(pool).await;
    };
    let mut merged = BTreeMap::new();
    for topics in filter.topics.chunks(TOPICS) {
        let topics: Vec<&str> = topics.iter().map(|topic| topic.as_str()).collect();
        for event in by_topics(org, &topics, filter, after, limit).fetch(pool).await? {
            merged.insert(event.cursor, event);
        }
    }
    Ok(merged.into_values().take(limit as usize).collect())
}

fn by_log(org: Option<OrgId>, filter: &EventFilter, after: i64, limit: u32) -> Select {
    let mut select = Select::default();
    let after = select.bind(Bound::Number(after));
    write!(select, "SELECT {COLUMNS} FROM events WHERE position > {after}");
    if let Some(org) = org {
        let org = select.bind(Bound::Text(org.to_string()));
        write!(select, " AND org = {org}");
    }
    if let Some(stream) = &filter.stream {
        let stream = select.bind(Bound::Text(stream.to_string()));
        write!(select, " AND stream = {stream}");
    }
    let kinds = select.kinds(filter);
    let limit = select.bind(Bound::Number(limit.into()));
    write!(select, "{kinds} ORDER BY position LIMIT {limit}");
    select
}

/// Each topic's first `limit` are enough to find the first `limit` of all, and each is one run along the index.
fn by_topics(org: OrgId, topics: &[&str], filter: &EventFilter, after: i64, limit: u32) -> Select {
    let mut select = Select::default();
    let org = select.bind(Bound::Text(org.to_string()));
    let after = select.bind(Bound::Number(after));
    let limit = select.bind(Bound::Number(limit.into()));
    let kinds = select.kinds(filter);
    write!(select, "SELECT {COLUMNS} FROM events WHERE position IN (");
    for (index, topic) in topics.iter().enumerate() {
        let topic = select.bind(Bound::Text((*topic).to_owned()));
        let union = if index == 0 { "" } else { " UNION " };
        write!(
            select,
            "{union}SELECT position FROM (SELECT position FROM event_topics \
             WHERE org = {org} AND topic = {topic} AND position > {after}{kinds} ORDER BY position LIMIT {limit}) AS t{index}"
        );
    }
    write!(select, ") ORDER BY position LIMIT {limit}");
    select
}

/// A statement whose shape depends on the filter. Its text is made of constants and placeholders only.
#[derive(Default)]
struct Select {
    sql: String,
    bound: Vec<Bound>,
}

enum Bound {
    Text(String),
    Number(i64),
}

impl Select {
    fn bind(&mut self, value: Bound) -> String {
        self.bound.push(value);
        format!("${}", self.bound.len())
    }

    fn write_fmt(&mut self, text: std::fmt::Arguments<'_>) {
        self.sql.write_fmt(text).expect("writing to a string");
    }

    /// ` AND (…)`, or nothing for all kinds. Not `LIKE`: the `_` of our kinds would match anything.
    fn kinds(&mut self, filter: &EventFilter) -> String {
        let tests: Vec<String> = filter
            .kinds
            .iter()
            .map(|kind| match kind.strip_suffix('*') {
                None => format!("kind = {}", self.bind(Bound::Text(kind.to_string()))),
                Some(start) => {
                    let start = self.bind(Bound::Text(start.to_owned()));
                    format!("substr(kind, 1, length({start})) = {start}")
                }
            })
            .collect();
        if tests.is_empty() { String::new() } else { format!(" AND ({})", tests.join(" OR ")) }
    }

    async fn fetch(self, pool: &AnyPool) -> Result<Vec<Event>, StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(self.sql));
        for value in self.bound {
            query = match value {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(pool).await?.iter().map(event).collect()
    }
}

/// A row of [`COLUMNS`] as an event in today's shape.
fn event(row: &AnyRow) -> Result<Event, StoreError> {
    let position = Position(row.try_get(0)?);
    let kind: String = row.try_get(4)?;
    let stored = u16::try_from(row.try_get::<i64, _>(5)?).map_err(|e| damaged(position, e))?;
    let (schema_version, data) = upcast(&kind, stored, json(row, 12, position)?);
    Ok(Event {
        cursor: Cursor { xid: 0, position },
        org: text(row, 1, position)?,
        stream: Stream::from_text(row.try_get::<String, _>(2)?),
        version: row.try_get(3)?,
        kind,
        schema_version,
        at: tandem_proto::Timestamp::from_micros(row.try_get(6)?),
        actor: json::<Actor>(row, 7, position)?,
        correlation: optional::<Uuid>(row, 8, position)?,
        causation: row.try_get::<Option<i64>, _>(9)?.map(Position),
        subject: optional(row, 10, position)?,
        topics: json(row, 11, position)?,
        data,
    })
}

fn text<T: std::str::FromStr<Err: ToString>>(
    row: &AnyRow,
    column: usize,
    at: Position,
) -> Result<T, StoreError> {
    row.try_get::<&str, _>(column)?.parse().map_err(|e: T::Err| damaged(at, e))
}

fn optional<T: std::str::FromStr<Err: ToString>>(
    row: &AnyRow,
    column: usize,
    at: Position,
) -> Result<Option<T>, StoreError> {
    match row.try_get::<Option<&str>, _>(column)? {
        Some(text) => text.parse().map(Some).map_err(|e: T::Err| damaged(at, e)),
        None => Ok(None),
    }
}

fn json<T: DeserializeOwned>(row: &AnyRow, column: usize, at: Position) -> Result<T, StoreError> {
    serde_json::from_str(row.try_get::<&str, _>(column)?).map_err(|e| damaged(at, e))
}

fn damaged(position: Position, reason: impl ToString) -> StoreError {
    StoreError::damaged("events", format!("at position {}: {}", position.0, reason.to_string()))
}
