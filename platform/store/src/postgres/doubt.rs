//! A commit whose answer was lost: did it happen?
//!
//! A transaction number alone does not tell: numbers that a lost primary gave out and its standby never heard of are given out again.
//! So a group is known by one of its events; its number only tells whether it may still be under way.

use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Row as _};
use tandem_proto::{Cursor, OrgId, Stream, Timestamp};

use super::{STATEMENT, bounded};

/// Between looks at a transaction that is still under way.
const PAUSE: Duration = Duration::from_millis(20);

/// What is known of a group that may have been committed.
#[derive(Debug)]
pub(crate) struct Doubt {
    /// Its last event's place.
    pub(crate) cursor: Cursor,
    /// The event.
    pub(crate) event: Option<(OrgId, Stream, i64, Timestamp)>,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// It is durable.
    Committed,
    /// Nothing of it is in the store, or will be.
    Lost,
    /// Not to be found out in time.
    Unknown,
}

/// Asks the primary of now.
pub(crate) async fn resolve(conn: &mut AnyConnection, doubt: &Doubt) -> Result<Fate, sqlx::Error> {
    let Some((org, stream, version, at)) = &doubt.event else { return Ok(Fate::Unknown) };
    let began = Instant::now();
    while began.elapsed() < STATEMENT {
        // Asked first: an event committed between the two is then found.
        let ended = has_ended(conn, doubt.cursor.xid).await?;
        let found = sqlx::query(
            "SELECT version FROM events WHERE position = $1 AND org = $2 AND stream = $3 AND version = $4 AND at = $5",
        )
        .bind(doubt.cursor.position.0)
        .bind(org.to_string())
        .bind(stream.as_str())
        .bind(*version)
        .bind(at.micros());
        if bounded(found.fetch_optional(&mut *conn)).await?.is_some() {
            return Ok(Fate::Committed);
        }
        if ended {
            return Ok(Fate::Lost);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Fate::Unknown)
}

/// Whether no transaction of this number is under way. A number not given out yet is of a transaction this server never heard of.
async fn has_ended(conn: &mut AnyConnection, xid: u64) -> Result<bool, sqlx::Error> {
    let sql = "SELECT CASE WHEN $1 < pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN 1 \
        WHEN $1 >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN 1 \
        WHEN pg_xact_status($1::text::xid8) = 'in progress' THEN 0 ELSE 1 END";
    let asked = sqlx::query(sql).bind(i64::try_from(xid).unwrap_or(i64::MAX));
    Ok(bounded(asked.fetch_one(conn)).await?.try_get::<i64, _>(0)? == 1)
}
