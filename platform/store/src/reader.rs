//! Reading the log.

use std::{collections::BTreeMap, fmt::Write as _};

use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row as _, any::AnyRow};
use tandem_core::OrgScope;
use tandem_proto::{Cursor, Event, OrgId, Position};

use crate::{EventFilter, StoreError, engine::Engine, keys::Keyring, packed, postgres, scoped::Scoped};

/// Events one statement reads at most: a page of the largest payloads (a request's body at most, 1 MiB) is well below the 10⁹ bytes a
/// value may have in either database.
pub(crate) const PAGE: u32 = 512;
/// Topics one statement looks for at most (SQLite joins up to 500 selects).
const TOPICS: usize = 200;

/// The newest position in the log.
pub(crate) async fn newest(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT max(position) FROM events").fetch_one(conn).await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.unwrap_or(0))
}

/// The part of the log to be searched.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub(crate) engine: Engine,
    /// One org's, read behind its wall, or everybody's.
    pub(crate) scope: Option<OrgScope>,
    /// Without this one.
    pub(crate) after: Cursor,
    /// With this one, which must have been the head before: nothing will be written before it.
    pub(crate) head: Cursor,
}

/// The first `limit` events in `range` that match, and where the search ended: fewer than `limit` mean that everything up to the head
/// was seen.
pub(crate) async fn events(
    pool: &AnyPool,
    keys: &Keyring,
    range: Range,
    filter: &EventFilter,
    limit: u32,
) -> Result<(Vec<Event>, Cursor), StoreError> {
    let Some(scope) = range.scope else {
        let mut conn = pool.acquire().await?;
        let (mut found, seen) = along_log(&mut conn, range, filter, limit).await?;
        keys.open(&mut conn, &mut found).await?;
        return Ok((found, seen));
    };
    let mut conn = Scoped::new(pool, range.engine, scope).await?;
    let (mut found, seen) = if filter.stream.is_some() || filter.topics.is_empty() {
        along_log(&mut conn, range, filter, limit).await?
    } else {
        along_topics(&mut conn, range, scope, filter, limit).await?
    };
    keys.open(&mut conn, &mut found).await?;
    Ok((found, seen))
}

/// Page after page of what is on the filter's topics.
async fn along_topics(
    conn: &mut AnyConnection,
    range: Range,
    scope: OrgScope,
    filter: &EventFilter,
    limit: u32,
) -> Result<(Vec<Event>, Cursor), StoreError> {
    let (mut found, mut seen) = (Vec::new(), range.after);
    while let Some(wanted) = limit.checked_sub(found.len() as u32).filter(|wanted| *wanted > 0) {
        let (range, wanted) = (Range { after: seen, ..range }, wanted.min(PAGE));
        let page = merged(&mut *conn, range, scope.org(), filter, wanted).await?;
        let full = page.len() >= wanted as usize;
        if let Some(last) = page.last() {
            seen = last.cursor;
        }
        found.extend(page);
        if !full {
            return Ok((found, seen.max(range.head)));
        }
    }
    Ok((found, seen))
}

/// Page after page of the log itself. While one is taken apart here, the database is at the next.
async fn along_log(
    conn: &mut AnyConnection,
    range: Range,
    filter: &EventFilter,
    limit: u32,
) -> Result<(Vec<Event>, Cursor), StoreError> {
    let (mut found, mut seen, mut ahead) = (Vec::new(), range.after, None);
    while let Some(missing) = limit.checked_sub(found.len() as u32).filter(|missing| *missing > 0) {
        let (page, wanted) = match ahead.take() {
            Some(ahead) => ahead,
            None => next_page(conn, Range { after: seen, ..range }, filter, missing).await?,
        };
        let (rows, last) = packed::extent(&page)?;
        seen = last.unwrap_or(seen);
        if rows < wanted {
            found.extend(matching(&page, filter)?);
            return Ok((found, seen.max(range.head)));
        }
        // Missing still, even if all of these match.
        let still = missing.saturating_sub(rows as u32);
        if still > 0 {
            let next = next_page(conn, Range { after: seen, ..range }, filter, still);
            let (next, matched) = tokio::join!(next, async { matching(&page, filter) });
            found.extend(matched?);
            ahead = Some(next?);
        } else {
            found.extend(matching(&page, filter)?);
        }
    }
    Ok((found, seen))
}

/// The log's next page, packed, and how many rows it has unless the log ends there.
async fn next_page(
    conn: &mut AnyConnection,
    range: Range,
    filter: &EventFilter,
    missing: u32,
) -> Result<(String, usize), StoreError> {
    let wanted = missing.min(PAGE);
    Ok((by_log(range, filter, wanted).fetch(conn).await?, wanted as usize))
}

/// A page's events that match. A stream's events are looked up by stream, so their topics were not part of the search.
fn matching(page: &str, filter: &EventFilter) -> Result<Vec<Event>, StoreError> {
    let mut events = read(page)?;
    events.retain(|event| filter.matches_topics(&event.topics));
    Ok(events)
}

/// The first `limit` events of an org on any of the filter's topics.
async fn merged(
    conn: &mut AnyConnection,
    range: Range,
    org: OrgId,
    filter: &EventFilter,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let mut merged = BTreeMap::new();
    for topics in filter.topics.chunks(TOPICS) {
        let topics: Vec<&str> = topics.iter().map(|topic| topic.as_str()).collect();
        for event in read(&by_topics(range, org, &topics, filter, limit).fetch(conn).await?)? {
            merged.insert(event.cursor, event);
        }
    }
    Ok(merged.into_values().take(limit as usize).collect())
}

fn by_log(range: Range, filter: &EventFilter, limit: u32) -> Select {
    let mut select = Select::default();
    let within = select.within(range);
    let (order, row) = (range.engine.order(), packed::row(range.engine));
    write!(select, "SELECT {row} AS packed FROM events WHERE {within}");
    if let Some(scope) = range.scope {
        let org = select.bind(Bound::Text(scope.org().to_string()));
        write!(select, " AND org = {org}");
    }
    if let Some(stream) = &filter.stream {
        let stream = select.bind(Bound::Text(stream.to_string()));
        write!(select, " AND stream = {stream}");
    }
    let kinds = select.kinds(filter);
    let limit = select.bind(Bound::Number(limit.into()));
    write!(select, "{kinds} ORDER BY {order} LIMIT {limit}");
    select
}

/// Each topic's first `limit` are enough to find the first `limit` of all, and each is one run along the index.
fn by_topics(range: Range, org: OrgId, topics: &[&str], filter: &EventFilter, limit: u32) -> Select {
    let mut select = Select::default();
    let org = select.bind(Bound::Text(org.to_string()));
    let within = select.within(range);
    let limit = select.bind(Bound::Number(limit.into()));
    let kinds = select.kinds(filter);
    let (order, row) = (range.engine.order(), packed::row(range.engine));
    write!(select, "SELECT {row} AS packed FROM events WHERE position IN (");
    for (index, topic) in topics.iter().enumerate() {
        let topic = select.bind(Bound::Text((*topic).to_owned()));
        let union = if index == 0 { "" } else { " UNION " };
        write!(
            select,
            "{union}SELECT position FROM (SELECT position FROM event_topics \
             WHERE org = {org} AND topic = {topic} AND {within}{kinds} ORDER BY {order} LIMIT {limit}) AS t{index}"
        );
    }
    write!(select, ") ORDER BY {order} LIMIT {limit}");
    select
}

/// The events of a range that a view wants, at most a page, read through a connection of the caller's.
pub(crate) async fn on(
    conn: &mut AnyConnection,
    keys: &Keyring,
    range: Range,
    filter: &EventFilter,
) -> Result<Vec<Event>, StoreError> {
    let mut events = read(&by_log(range, filter, PAGE).fetch(&mut *conn).await?)?;
    keys.open(conn, &mut events).await?;
    Ok(events)
}

/// Events after a cursor whatever they are, for the log's own reader, in order, as far as nothing can be written before them any more:
/// a transaction that began before a visible one's end may still commit, and its events belong before. Says also whether there are
/// more that wait for such a transaction.
///
/// An event that does not read is left out: it must not stop the others.
pub(crate) async fn tail(
    conn: &mut AnyConnection,
    keys: &Keyring,
    after: Cursor,
    gate: bool,
) -> Result<(Vec<Event>, bool), StoreError> {
    let gate = if gate { "xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint" } else { "true" };
    let row = packed::row(Engine::Postgres);
    let sql = format!(
        "SELECT string_agg(packed, '') FILTER (WHERE is_final), count(*) FILTER (WHERE NOT is_final) FROM (\
             SELECT {row} AS packed, {gate} AS is_final FROM events WHERE (xid, position) > ($1, $2) \
             ORDER BY xid, position LIMIT $3) AS page"
    );
    let query =
        sqlx::query(AssertSqlSafe(sql)).bind(xid_of(after)).bind(after.position.0).bind(i64::from(PAGE));
    let page = postgres::bounded(query.fetch_one(&mut *conn)).await?;
    let mut events = Vec::new();
    for event in packed::events(page.try_get::<Option<&str>, _>(0)?.unwrap_or_default()) {
        match event {
            Ok(event) => events.push(event),
            Err(error) => tracing::error!(%error, "an event is passed over"),
        }
    }
    let is_gated = page.try_get::<i64, _>(1)? > 0;
    keys.open_each(conn, &mut events).await?;
    Ok((in_order(events), is_gated))
}

/// Databases aggregate a sorted page in its order, without a promise to.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    if !events.is_sorted_by_key(|event| event.cursor) {
        events.sort_unstable_by_key(|event| event.cursor);
    }
    events
}

/// The newest event before which nothing will be written any more, where several write at once.
pub(crate) async fn settled(conn: &mut AnyConnection) -> Result<Cursor, sqlx::Error> {
    let sql = "SELECT xid, position FROM events WHERE xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint \
        ORDER BY xid DESC, position DESC LIMIT 1";
    sqlx::query(sql).fetch_optional(conn).await?.map_or(Ok(Cursor::START), |row| cursor(&row, 0, 1))
}

/// A cursor of two columns.
pub(crate) fn cursor(row: &AnyRow, xid: usize, position: usize) -> Result<Cursor, sqlx::Error> {
    let xid = row.try_get::<i64, _>(xid)?;
    Ok(Cursor { xid: xid.unsigned_abs(), position: Position(row.try_get(position)?) })
}

/// The cursor's transaction number as a column has it.
pub(crate) fn xid_of(cursor: Cursor) -> i64 {
    i64::try_from(cursor.xid).unwrap_or(i64::MAX)
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

    /// The test for being in a range.
    fn within(&mut self, range: Range) -> String {
        let mut bind = |number| self.bind(Bound::Number(number));
        match range.engine {
            Engine::Sqlite => {
                let (after, head) = (bind(range.after.position.0), bind(range.head.position.0));
                format!("position > {after} AND position <= {head}")
            }
            Engine::Postgres => {
                let (xid, after) = (bind(xid_of(range.after)), bind(range.after.position.0));
                let (of_head, head) = (bind(xid_of(range.head)), bind(range.head.position.0));
                format!("(xid, position) > ({xid}, {after}) AND (xid, position) <= ({of_head}, {head})")
            }
        }
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

    /// The page that the statement selects, packed.
    async fn fetch(self, conn: &mut AnyConnection) -> Result<String, StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(packed::all_of(&self.sql)));
        for value in self.bound {
            query = match value {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        let page = query.fetch_one(conn).await?;
        Ok(page.try_get::<Option<String>, _>(0)?.unwrap_or_default())
    }
}

/// The events of a packed page.
fn read(page: &str) -> Result<Vec<Event>, StoreError> {
    Ok(in_order(packed::events(page).collect::<Result<_, _>>()?))
}
