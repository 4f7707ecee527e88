//! What happened in each queue per quarter of an hour: a view of the log that can be thrown away and rebuilt.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Row};
use tandem_core::OrgScope;
use tandem_proto::{
    Event, OrgId, QueueId, Timestamp,
    api::SegmentKind,
    events::contact_centre::{QueueChanged, SegmentEnded, SegmentStarted},
};
use tandem_store::{BoxFuture, Projection, Store, StoreError, View};

use super::{Counts, Limits};

const TABLE: &str = "engage_intervals";
/// Length of an interval, µs.
const INTERVAL: i64 = 15 * 60 * 1_000_000;
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// Of a queue whose settings the log does not have.
const DEFAULT: Limits = Limits { target_seconds: 20, short_abandon_seconds: 5 };

/// Midnight UTC before `at`.
pub(super) fn midnight(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().div_euclid(DAY) * DAY)
}

/// The projection.
#[derive(Debug)]
pub(super) struct Intervals;

impl Projection for Intervals {
    fn name(&self) -> &'static str {
        "engage.intervals"
    }

    fn version(&self) -> u32 {
        1
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["queue.changed", "conversation.segment.started", "conversation.segment.ended"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["engage_intervals", "engage_interval_limits"]
    }

    fn apply<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        view: View,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(apply(conn, view, event))
    }
}

async fn apply(conn: &mut AnyConnection, view: View, event: &Event) -> Result<(), StoreError> {
    if let Some(QueueChanged { queue, settings }) = decode(event)? {
        sqlx::query(view.sql(
            "INSERT INTO {engage_interval_limits} (org, queue, limits) VALUES ($1, $2, $3)
             ON CONFLICT (org, queue) DO UPDATE SET limits = excluded.limits",
        ))
        .bind(event.org.to_string())
        .bind(queue.to_string())
        .bind(serde_json::to_string(&Limits::from(&settings)).expect("limits are plain data"))
        .execute(conn)
        .await?;
    } else if let Some(SegmentStarted {
        queue: Some(queue),
        kind: kind @ SegmentKind::Wait,
        started_at,
        ..
    }) = decode(event)?
    {
        count(conn, view, event.org, queue, started_at, |counts| counts.started(kind)).await?;
    } else if let Some(ended) = decode::<SegmentEnded>(event)?
        && let (Some(queue), SegmentKind::Wait) = (ended.queue, ended.kind)
    {
        let limits = limits(conn, view, event.org, queue).await?;
        let lasted = ended.ended_at - ended.started_at;
        count(conn, view, event.org, queue, ended.ended_at, |counts| {
            counts.ended(ended.kind, &ended.disposition, lasted, limits)
        })
        .await?;
    }
    Ok(())
}

async fn limits(
    conn: &mut AnyConnection,
    view: View,
    org: OrgId,
    queue: QueueId,
) -> Result<Limits, StoreError> {
    let sql = view.sql("SELECT limits FROM {engage_interval_limits} WHERE org = $1 AND queue = $2");
    let row = sqlx::query(sql).bind(org.to_string()).bind(queue.to_string()).fetch_optional(conn).await?;
    row.map_or(Ok(DEFAULT), |row| json("engage_interval_limits", &row.try_get::<String, _>(0)?))
}

async fn count(
    conn: &mut AnyConnection,
    view: View,
    org: OrgId,
    queue: QueueId,
    at: Timestamp,
    change: impl FnOnce(&mut Counts),
) -> Result<(), StoreError> {
    let starts_at = at.micros().div_euclid(INTERVAL) * INTERVAL;
    let sql =
        view.sql("SELECT counts FROM {engage_intervals} WHERE org = $1 AND queue = $2 AND starts_at = $3");
    let row = sqlx::query(sql)
        .bind(org.to_string())
        .bind(queue.to_string())
        .bind(starts_at)
        .fetch_optional(&mut *conn)
        .await?;
    let mut counts: Counts = match row {
        Some(row) => json(TABLE, &row.try_get::<String, _>(0)?)?,
        None => Counts::default(),
    };
    change(&mut counts);
    sqlx::query(view.sql(
        "INSERT INTO {engage_intervals} (org, queue, starts_at, counts) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org, queue, starts_at) DO UPDATE SET counts = excluded.counts",
    ))
    .bind(org.to_string())
    .bind(queue.to_string())
    .bind(starts_at)
    .bind(serde_json::to_string(&counts).expect("counts are plain data"))
    .execute(conn)
    .await?;
    Ok(())
}

/// Each queue's counts since `from`.
pub(super) async fn since(
    store: &Store,
    scope: OrgScope,
    from: Timestamp,
) -> Result<BTreeMap<QueueId, Counts>, StoreError> {
    let rows = sqlx::query("SELECT queue, counts FROM engage_intervals WHERE org = $1 AND starts_at >= $2")
        .bind(scope.org().to_string())
        .bind(from.micros())
        .fetch_all(&mut *store.scoped(scope).await?)
        .await?;
    let mut counts = BTreeMap::<_, Counts>::new();
    for row in rows {
        let queue: String = row.try_get(0)?;
        let queue = queue
            .parse()
            .map_err(|error: uuid::Error| StoreError::Damaged { table: TABLE, reason: error.to_string() })?;
        counts.entry(queue).or_default().add(&json(TABLE, &row.try_get::<String, _>(1)?)?);
    }
    Ok(counts)
}

fn decode<E: tandem_proto::EventData>(event: &Event) -> Result<Option<E>, StoreError> {
    event.decode().map_err(|error| StoreError::Damaged { table: "events", reason: error.to_string() })
}

fn json<T: serde::de::DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged { table, reason: error.to_string() })
}
