//! Calls in the store: each change is its events and the record, in one transaction. The record of a call that is over is its call
//! detail record.

use sqlx::Row;
use tandem_call::Logged;
use tandem_core::OrgScope;
use tandem_proto::{
    CallId, OrgId, Stream, Topic, UserId,
    api::{Call, Page},
};
use tandem_store::{Cause, Expect, Store, StoreError, Tx};

/// Which calls to list.
#[derive(Clone, Debug)]
pub(crate) struct CallFilter {
    /// Only those this user had a leg in.
    pub user: Option<UserId>,
    /// Only those that go on, or are over.
    pub active: Option<bool>,
    /// Before this start (µs) and, for the same start, this id.
    pub before: Option<(i64, String)>,
    /// At most so many.
    pub limit: u32,
}

/// The records of all orgs' calls.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    store: Store,
}

impl Records {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Appends what happened and keeps the record as it is now.
    pub(crate) async fn save(
        &self,
        scope: OrgScope,
        cause: Cause,
        record: Call,
        events: Vec<Logged>,
    ) -> Result<(), StoreError> {
        let text = serde_json::to_string(&record).map_err(|e| damaged(&e))?;
        self.store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let mut users: Vec<UserId> = record.legs.iter().filter_map(|leg| leg.user).collect();
                    users.sort_unstable();
                    users.dedup();
                    keep(tx, &record, text, &users).await?;
                    let mut topics: Vec<_> = users.into_iter().map(Topic::user).collect();
                    topics.push(Topic::supervisors(tx.scope().org()));
                    let stream = Stream::call(record.id);
                    for event in events {
                        append(tx, stream.clone(), &topics, event).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// One call.
    pub(crate) async fn get(&self, scope: OrgScope, call: CallId) -> Result<Option<Call>, StoreError> {
        let row = sqlx::query("SELECT record FROM calls WHERE org = $1 AND id = $2")
            .bind(scope.org().to_string())
            .bind(call.to_string())
            .fetch_optional(self.store.reader())
            .await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Calls, newest first.
    pub(crate) async fn list(&self, scope: OrgScope, filter: CallFilter) -> Result<Page<Call>, StoreError> {
        let (before, before_id) = filter.before.unwrap_or((i64::MAX, String::new()));
        let active = filter.active.map_or(-1_i64, i64::from);
        let limit = i64::from(filter.limit);
        // One more than asked for tells whether there is a next page.
        let rows =
            match filter.user {
                Some(user) => sqlx::query(
                    "SELECT c.started_at, c.id, c.record FROM call_users u JOIN calls c ON c.id = u.call_id
                     WHERE u.org = $1 AND u.user_id = $2
                       AND (u.started_at < $3 OR (u.started_at = $3 AND u.call_id < $4))
                       AND ($5 = -1 OR ($5 = 1 AND c.ended_at IS NULL) OR ($5 = 0 AND c.ended_at IS NOT NULL))
                     ORDER BY u.started_at DESC, u.call_id DESC LIMIT $6",
                )
                .bind(scope.org().to_string())
                .bind(user.to_string())
                .bind(before)
                .bind(before_id)
                .bind(active)
                .bind(limit + 1)
                .fetch_all(self.store.reader())
                .await?,
                None => {
                    sqlx::query(
                        "SELECT started_at, id, record FROM calls
                     WHERE org = $1 AND (started_at < $2 OR (started_at = $2 AND id < $3))
                       AND ($4 = -1 OR ($4 = 1 AND ended_at IS NULL) OR ($4 = 0 AND ended_at IS NOT NULL))
                     ORDER BY started_at DESC, id DESC LIMIT $5",
                    )
                    .bind(scope.org().to_string())
                    .bind(before)
                    .bind(before_id)
                    .bind(active)
                    .bind(limit + 1)
                    .fetch_all(self.store.reader())
                    .await?
                }
            };
        let more = rows.len() > filter.limit as usize;
        let kept = &rows[..rows.len().min(filter.limit as usize)];
        let next = match kept.last() {
            Some(last) if more => Some(format!(
                "{}.{}",
                last.try_get::<i64, _>("started_at")?,
                last.try_get::<String, _>("id")?
            )),
            _ => None,
        };
        Ok(Page { items: kept.iter().map(read).collect::<Result<_, _>>()?, next })
    }

    /// Calls that were up when the server stopped without ending them.
    pub(crate) async fn unfinished(&self) -> Result<Vec<(OrgId, Call)>, StoreError> {
        let rows = sqlx::query("SELECT org, record FROM calls WHERE ended_at IS NULL ORDER BY id")
            .fetch_all(self.store.reader())
            .await?;
        rows.iter()
            .map(|row| {
                let org = row.try_get::<String, _>("org")?.parse().map_err(|e: uuid::Error| damaged(&e))?;
                Ok((org, read(row)?))
            })
            .collect()
    }
}

async fn keep(tx: &mut Tx, record: &Call, text: String, users: &[UserId]) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    let started_at = record.started_at.micros();
    sqlx::query(
        "INSERT INTO calls (org, id, started_at, ended_at, record) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, record = excluded.record",
    )
    .bind(org.clone())
    .bind(record.id.to_string())
    .bind(started_at)
    .bind(record.ended_at.map(tandem_proto::Timestamp::micros))
    .bind(text)
    .execute(tx.conn())
    .await?;
    for user in users {
        sqlx::query(
            "INSERT INTO call_users (org, user_id, started_at, call_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(org.clone())
        .bind(user.to_string())
        .bind(started_at)
        .bind(record.id.to_string())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

async fn append(tx: &mut Tx, stream: Stream, topics: &[Topic], event: Logged) -> Result<i64, StoreError> {
    let any = Expect::Any;
    match event {
        Logged::Started(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegAdded(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegRinging(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegAnswered(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegHeld(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegMuted(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegDtmf(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegEnded(e) => tx.append(stream, any, topics, &e).await,
        Logged::Conversation(e) => tx.append(stream, any, topics, &e).await,
        Logged::Ended(e) => tx.append(stream, any, topics, &e).await,
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<Call, StoreError> {
    serde_json::from_str(row.try_get("record")?).map_err(|e| damaged(&e))
}

fn damaged(error: &dyn std::error::Error) -> StoreError {
    StoreError::Damaged { table: "calls", reason: error.to_string() }
}
