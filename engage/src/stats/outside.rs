//! Calls outside the queues as the log told of them up to a cursor, kept from one owner of an org to the next.

use sqlx::Row as _;
use tandem_proto::{Cursor, Event};
use tandem_store::{Cause, EventFilter, Store, StoreError};

use crate::{
    live::{OUTSIDE_KINDS, OutsideCalls},
    settings::Org,
};

const TABLE: &str = "engage_outside";
/// Events read at a time.
const BATCH: u32 = 500;

/// Saves them as of `seen`.
pub(super) async fn save(
    store: &Store,
    org: &Org,
    calls: &OutsideCalls,
    seen: Cursor,
) -> Result<(), StoreError> {
    let calls = serde_json::to_string(calls).expect("calls are plain data");
    org.write(store, Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO engage_outside (org, cursor, calls) VALUES ($1, $2, $3)
                 ON CONFLICT (org) DO UPDATE SET cursor = excluded.cursor, calls = excluded.calls",
            )
            .bind(tx.scope().org().to_string())
            .bind(seen.to_string())
            .bind(calls)
            .execute(tx.conn())
            .await?;
            Ok(())
        })
    })
    .await
}

/// Reads what the last owner saved, and from the log what followed, up to `head`. Nothing, where nobody saved anything yet.
pub(super) async fn read(store: &Store, org: &Org, head: Cursor) -> Result<OutsideCalls, StoreError> {
    let row = sqlx::query("SELECT cursor, calls FROM engage_outside WHERE org = $1")
        .bind(org.scope.org().to_string())
        .fetch_optional(&mut *store.scoped(org.scope).await?)
        .await?;
    let Some(row) = row else { return Ok(OutsideCalls::default()) };
    let mut seen: Cursor = row.try_get::<String, _>(0)?.parse().map_err(damaged)?;
    let mut calls: OutsideCalls = serde_json::from_str(&row.try_get::<String, _>(1)?).map_err(damaged)?;
    let filter = EventFilter::kinds(OUTSIDE_KINDS);
    while seen < head {
        let (events, next) = store.events(org.scope, &filter, seen, BATCH).await?;
        for event in events.iter().filter(|event| event.cursor <= head) {
            apply(&mut calls, event)?;
        }
        if events.len() < BATCH as usize {
            break;
        }
        seen = next;
    }
    Ok(calls)
}

fn apply(calls: &mut OutsideCalls, event: &Event) -> Result<(), StoreError> {
    calls
        .apply(event)
        .map(drop)
        .map_err(|error| StoreError::Damaged { table: "events", reason: error.to_string() })
}

fn damaged(error: impl ToString) -> StoreError {
    StoreError::Damaged { table: TABLE, reason: error.to_string() }
}
