//! Keys as rows.

use std::time::Duration;

use sqlx::{Row as _, any::AnyRow};
use tandem_core::RequestContext;
use tandem_proto::{Problem, SessionId, Timestamp};
use tandem_store::{Cause, Migration, Store, StoreError, Tx};

use crate::ApiProblem;

/// How long a key is remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);
/// How long a request may be under way: twice a handler's time limit.
pub(super) const IN_HAND: Duration = Duration::from_secs(60);
/// Keys one session may use within [`REMEMBERED`].
const KEYS: i64 = 10_000;

pub(crate) const MIGRATION: Migration = Migration {
    name: "0007_idempotency",
    sql: "
        CREATE TABLE idempotency_keys (
            org text NOT NULL,
            session text NOT NULL,
            key_hash text NOT NULL,
            fingerprint text NOT NULL,
            status bigint,
            content_type text,
            body bytea,
            created_at bigint NOT NULL,
            PRIMARY KEY (session, key_hash)
        );
        CREATE INDEX idempotency_keys_by_time ON idempotency_keys (org, created_at);
    ",
};

/// Whose key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) session: SessionId,
    /// SHA-256.
    pub(super) key_hash: String,
}

/// How it stands with a key.
pub(super) enum Standing {
    /// The request is to be carried out.
    Fresh,
    /// It is being carried out.
    InHand,
    /// The key was another request's.
    Another,
    /// It was carried out.
    Done(Answer),
}

/// An answer as it is kept.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    /// Encrypted.
    pub(super) body: Vec<u8>,
}

enum Refused {
    TooMany,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Takes a key for a request, unless it is taken.
pub(super) async fn begin(
    store: &Store,
    context: &RequestContext,
    place: &Place,
    fingerprint: String,
) -> Result<Standing, ApiProblem> {
    let place = place.clone();
    let begun = store.write(context.scope, Cause::request(context), move |tx| {
        Box::pin(async move { take(tx, &place, &fingerprint).await })
    });
    begun.await.map_err(|refused| match refused {
        Refused::Store(error) => error.into(),
        Refused::TooMany => Problem::new(429, "too-many-keys", "Too many requests")
            .detail(format!("at most {KEYS} Idempotency-Keys a day"))
            .retry_after(3_600)
            .into(),
    })
}

async fn take(tx: &mut Tx, place: &Place, fingerprint: &str) -> Result<Standing, Refused> {
    let (org, now) = (tx.scope().org().to_string(), tx.now());
    sqlx::query("DELETE FROM idempotency_keys WHERE org = $1 AND created_at < $2")
        .bind(org.clone())
        .bind(now.minus(REMEMBERED).micros())
        .execute(tx.conn())
        .await?;
    let row = sqlx::query(
        "SELECT fingerprint, status, content_type, body, created_at FROM idempotency_keys
         WHERE org = $1 AND session = $2 AND key_hash = $3",
    )
    .bind(org.clone())
    .bind(place.session.to_string())
    .bind(place.key_hash.clone())
    .fetch_optional(tx.conn())
    .await?;
    if let Some(standing) = row.as_ref().map(|row| standing(row, fingerprint, now)).transpose()?.flatten() {
        return Ok(standing);
    }
    let used = sqlx::query("SELECT count(*) FROM idempotency_keys WHERE org = $1 AND session = $2")
        .bind(org.clone())
        .bind(place.session.to_string())
        .fetch_one(tx.conn())
        .await?;
    if used.try_get::<i64, _>(0)? >= KEYS {
        return Err(Refused::TooMany);
    }
    sqlx::query(
        "INSERT INTO idempotency_keys (org, session, key_hash, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (session, key_hash) DO UPDATE SET created_at = excluded.created_at",
    )
    .bind(org)
    .bind(place.session.to_string())
    .bind(place.key_hash.clone())
    .bind(fingerprint.to_owned())
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    Ok(Standing::Fresh)
}

/// How it stands with a key that was used; `None`: its request was given up.
fn standing(row: &AnyRow, fingerprint: &str, now: Timestamp) -> Result<Option<Standing>, Refused> {
    if row.try_get::<String, _>("fingerprint")? != fingerprint {
        return Ok(Some(Standing::Another));
    }
    let Some(status) = row.try_get::<Option<i64>, _>("status")? else {
        let since = now.since(Timestamp::from_micros(row.try_get("created_at")?));
        return Ok((since < IN_HAND).then_some(Standing::InHand));
    };
    Ok(Some(Standing::Done(Answer {
        status: u16::try_from(status).unwrap_or(500),
        content_type: row.try_get("content_type")?,
        body: row.try_get::<Option<Vec<u8>>, _>("body")?.unwrap_or_default(),
    })))
}

/// Keeps the answer to a key's request.
pub(super) async fn keep(
    store: &Store,
    context: &RequestContext,
    place: &Place,
    answer: Answer,
) -> Result<(), StoreError> {
    let place = place.clone();
    let kept = store.write(context.scope, Cause::request(context), move |tx| {
        Box::pin(async move {
            let org = tx.scope().org().to_string();
            sqlx::query(
                "UPDATE idempotency_keys SET status = $1, content_type = $2, body = $3
                 WHERE org = $4 AND session = $5 AND key_hash = $6",
            )
            .bind(i64::from(answer.status))
            .bind(answer.content_type)
            .bind(answer.body)
            .bind(org)
            .bind(place.session.to_string())
            .bind(place.key_hash)
            .execute(tx.conn())
            .await?;
            Ok::<_, StoreError>(())
        })
    });
    kept.await
}

/// Lets a key be used again.
pub(super) async fn free(store: &Store, context: &RequestContext, place: &Place) -> Result<(), StoreError> {
    let place = place.clone();
    let freed = store.write(context.scope, Cause::request(context), move |tx| {
        Box::pin(async move {
            let org = tx.scope().org().to_string();
            sqlx::query("DELETE FROM idempotency_keys WHERE org = $1 AND session = $2 AND key_hash = $3")
                .bind(org)
                .bind(place.session.to_string())
                .bind(place.key_hash)
                .execute(tx.conn())
                .await?;
            Ok::<_, StoreError>(())
        })
    });
    freed.await
}
