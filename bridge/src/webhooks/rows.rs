//! Webhooks and deliveries as rows.

use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use tandem_core::OrgScope;
use tandem_proto::{
    Cursor, Timestamp, WebhookId,
    api::{Delivery, DeliveryState, WebhookInfo, WebhookState},
};
use tandem_store::{Store, StoreError, Tx};

const COLUMNS: &str = "id, name, url, kinds, user_id, state, reason, secret, old_secret, old_secret_until, seen, edition, \
    failing_since, attempts, next_try_at, error, created_at, changed_at";
const DELIVERY_COLUMNS: &str = "event, kind, state, attempts, status, error, at, took_ms";

/// Deliveries that need no more deciding are remembered, the newest ones of each webhook.
const REMEMBERED: i64 = 1_000;

/// A webhook as it is kept.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Hook {
    pub(super) info: WebhookInfo,
    /// Sealed ([`Self::place`]).
    pub(super) secret: String,
    /// The secret before, and until when it signs too.
    pub(super) old_secret: Option<(String, Timestamp)>,
    /// Raised with every change somebody makes.
    pub(super) edition: i64,
}

impl Hook {
    /// Where a secret of the webhook belongs.
    pub(super) fn place(webhook: WebhookId) -> String {
        format!("webhook {webhook}")
    }

    /// What messages are signed with at a time, sealed.
    pub(super) fn sealed_secrets(&self, now: Timestamp) -> Vec<&str> {
        let old = self.old_secret.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(self.secret.as_str()).chain(old.map(|(old, _)| old.as_str())).collect()
    }

    /// Nothing is failing any more.
    pub(super) fn clear(&mut self) {
        self.info.failing_since = None;
        self.info.attempts = 0;
        self.info.next_try_at = None;
        self.info.error = None;
    }
}

fn damaged(table: &'static str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { table, reason: error.to_string() }
}

fn number(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

fn hook(row: &AnyRow) -> Result<Hook, StoreError> {
    let broken = |error: &dyn std::fmt::Display| damaged("webhooks", error);
    let time = |column| Ok::<_, StoreError>(Timestamp::from_micros(row.try_get(column)?));
    let perhaps =
        |column| Ok::<_, StoreError>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros));
    let state: String = row.try_get("state")?;
    let old_secret: Option<String> = row.try_get("old_secret")?;
    let info = WebhookInfo {
        id: row.try_get::<String, _>("id")?.parse().map_err(|e| broken(&e))?,
        name: row.try_get("name")?,
        url: row.try_get("url")?,
        kinds: serde_json::from_str(&row.try_get::<String, _>("kinds")?).map_err(|e| broken(&e))?,
        user: row.try_get::<String, _>("user_id")?.parse().map_err(|e| broken(&e))?,
        state: WebhookState::ALL
            .into_iter()
            .find(|known| known.name() == state)
            .ok_or_else(|| damaged("webhooks", format!("state {state}")))?,
        reason: row.try_get("reason")?,
        seen: row.try_get::<String, _>("seen")?.parse().map_err(|e| broken(&e))?,
        failing_since: perhaps("failing_since")?,
        attempts: number(row.try_get("attempts")?),
        next_try_at: perhaps("next_try_at")?,
        error: row.try_get("error")?,
        created_at: time("created_at")?,
        changed_at: time("changed_at")?,
    };
    Ok(Hook {
        info,
        secret: row.try_get("secret")?,
        old_secret: old_secret.zip(perhaps("old_secret_until")?),
        edition: row.try_get("edition")?,
    })
}

fn delivery(row: &AnyRow) -> Result<Delivery, StoreError> {
    let state: String = row.try_get("state")?;
    Ok(Delivery {
        event: row.try_get::<String, _>("event")?.parse().map_err(|e| damaged("webhook_deliveries", e))?,
        kind: row.try_get("kind")?,
        state: DeliveryState::ALL
            .into_iter()
            .find(|known| known.name() == state)
            .ok_or_else(|| damaged("webhook_deliveries", format!("state {state}")))?,
        attempts: number(row.try_get("attempts")?),
        status: row.try_get::<Option<i64>, _>("status")?.and_then(|status| u16::try_from(status).ok()),
        error: row.try_get("error")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        took_ms: number(row.try_get("took_ms")?),
    })
}

/// All of an org, oldest first.
pub(super) async fn list(store: &Store, scope: OrgScope) -> Result<Vec<Hook>, StoreError> {
    let mut conn = store.scoped(scope).await?;
    let rows =
        sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM webhooks WHERE org = $1 ORDER BY id")))
            .bind(scope.org().to_string())
            .fetch_all(&mut *conn)
            .await?;
    rows.iter().map(hook).collect()
}

pub(super) async fn get(
    store: &Store,
    scope: OrgScope,
    webhook: WebhookId,
) -> Result<Option<Hook>, StoreError> {
    let mut conn = store.scoped(scope).await?;
    let row =
        sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM webhooks WHERE org = $1 AND id = $2")))
            .bind(scope.org().to_string())
            .bind(webhook.to_string())
            .fetch_optional(&mut *conn)
            .await?;
    row.as_ref().map(hook).transpose()
}

/// As [`get`], in a command, until whose end nobody else changes it: what is decided by what it is now holds.
pub(super) async fn read(tx: &mut Tx, webhook: WebhookId) -> Result<Option<Hook>, StoreError> {
    let org = tx.scope().org().to_string();
    let sql = format!("UPDATE webhooks SET org = org WHERE org = $1 AND id = $2 RETURNING {COLUMNS}");
    let row =
        sqlx::query(AssertSqlSafe(sql)).bind(org).bind(webhook.to_string()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(hook).transpose()
}

/// Writes a webhook whole.
pub(super) async fn write(tx: &mut Tx, hook: &Hook) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    let Hook { info, secret, old_secret, edition } = hook;
    let (old, until) = old_secret.clone().unzip();
    sqlx::query(
        "INSERT INTO webhooks (id, org, name, url, kinds, user_id, state, reason, secret, old_secret, old_secret_until, seen,
             edition, failing_since, attempts, next_try_at, error, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, kinds = excluded.kinds,
             user_id = excluded.user_id, state = excluded.state, reason = excluded.reason, secret = excluded.secret,
             old_secret = excluded.old_secret, old_secret_until = excluded.old_secret_until, seen = excluded.seen,
             edition = excluded.edition, failing_since = excluded.failing_since, attempts = excluded.attempts,
             next_try_at = excluded.next_try_at, error = excluded.error, changed_at = excluded.changed_at",
    )
    .bind(info.id.to_string())
    .bind(org)
    .bind(info.name.clone())
    .bind(info.url.clone())
    .bind(serde_json::to_string(&info.kinds).unwrap_or_default())
    .bind(info.user.to_string())
    .bind(info.state.name())
    .bind(info.reason.clone())
    .bind(secret.clone())
    .bind(old)
    .bind(until.map(Timestamp::micros))
    .bind(info.seen.to_string())
    .bind(*edition)
    .bind(info.failing_since.map(Timestamp::micros))
    .bind(i64::from(info.attempts))
    .bind(info.next_try_at.map(Timestamp::micros))
    .bind(info.error.clone())
    .bind(info.created_at.micros())
    .bind(info.changed_at.micros())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn remove(tx: &mut Tx, webhook: WebhookId) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    for sql in [
        "DELETE FROM webhook_deliveries WHERE org = $1 AND webhook = $2",
        "DELETE FROM webhooks WHERE org = $1 AND id = $2",
    ] {
        sqlx::query(sql).bind(org.clone()).bind(webhook.to_string()).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Writes what became of an event. `next_try_at` is for one that waits.
pub(super) async fn note(
    tx: &mut Tx,
    webhook: WebhookId,
    delivery: &Delivery,
    next_try_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    sqlx::query(
        "INSERT INTO webhook_deliveries (org, webhook, event, xid, position, kind, state, attempts, status, error, at, took_ms,
             next_try_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (webhook, event) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
             status = excluded.status, error = excluded.error, at = excluded.at, took_ms = excluded.took_ms,
             next_try_at = excluded.next_try_at",
    )
    .bind(org)
    .bind(webhook.to_string())
    .bind(delivery.event.to_string())
    // Transaction numbers stay far below.
    .bind(i64::try_from(delivery.event.xid).unwrap_or(i64::MAX))
    .bind(delivery.event.position.0)
    .bind(delivery.kind.clone())
    .bind(delivery.state.name())
    .bind(i64::from(delivery.attempts))
    .bind(delivery.status.map(i64::from))
    .bind(delivery.error.clone())
    .bind(delivery.at.micros())
    .bind(i64::from(delivery.took_ms))
    .bind(next_try_at.map(Timestamp::micros))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many wait for somebody to decide.
pub(super) async fn set_aside(tx: &mut Tx, webhook: WebhookId) -> Result<i64, StoreError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT count(*) FROM webhook_deliveries WHERE org = $1 AND webhook = $2 AND state = 'set_aside'",
    )
    .bind(org)
    .bind(webhook.to_string())
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

/// Forgets deliveries that need no more deciding, but for the newest.
pub(super) async fn forget_old(tx: &mut Tx, webhook: WebhookId) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    let sql = format!(
        "DELETE FROM webhook_deliveries WHERE org = $1 AND webhook = $2 AND event IN (
             SELECT event FROM webhook_deliveries WHERE webhook = $2 AND state IN ('delivered', 'discarded')
             ORDER BY xid DESC, position DESC LIMIT 10000 OFFSET {REMEMBERED})"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(org).bind(webhook.to_string()).execute(tx.conn()).await?;
    Ok(())
}

/// What became of one event, in a command.
pub(super) async fn delivery_of(
    tx: &mut Tx,
    webhook: WebhookId,
    event: Cursor,
) -> Result<Option<Delivery>, StoreError> {
    let org = tx.scope().org().to_string();
    let sql = format!(
        "SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries WHERE org = $1 AND webhook = $2 AND event = $3"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(org)
        .bind(webhook.to_string())
        .bind(event.to_string())
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(delivery).transpose()
}

/// The newest first, below `before`: at most `limit`.
pub(super) async fn deliveries(
    store: &Store,
    scope: OrgScope,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    before: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let mut conn = store.scoped(scope).await?;
    let sql = format!(
        "SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries
         WHERE org = $1 AND webhook = $2 AND ($3 = '' OR state = $3) AND (xid < $4 OR (xid = $4 AND position < $5))
         ORDER BY xid DESC, position DESC LIMIT $6"
    );
    let (xid, position) = before.map_or((i64::MAX, i64::MAX), |before| {
        (i64::try_from(before.xid).unwrap_or(i64::MAX), before.position.0)
    });
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(webhook.to_string())
        .bind(state.map_or("", DeliveryState::name))
        .bind(xid)
        .bind(position)
        .bind(i64::from(limit))
        .fetch_all(&mut *conn)
        .await?;
    rows.iter().map(delivery).collect()
}

/// The oldest event somebody wants sent again, and when that is due.
pub(super) async fn next_waiting(
    store: &Store,
    scope: OrgScope,
    webhook: WebhookId,
) -> Result<Option<(Delivery, Timestamp)>, StoreError> {
    let mut conn = store.scoped(scope).await?;
    let sql = format!(
        "SELECT {DELIVERY_COLUMNS}, next_try_at FROM webhook_deliveries
         WHERE org = $1 AND webhook = $2 AND state = 'waiting' ORDER BY next_try_at, xid, position LIMIT 1"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(webhook.to_string())
        .fetch_optional(&mut *conn)
        .await?;
    let read = |row: &AnyRow| {
        let due = row.try_get::<Option<i64>, _>("next_try_at")?.unwrap_or_default();
        Ok((delivery(row)?, Timestamp::from_micros(due)))
    };
    row.as_ref().map(read).transpose()
}
