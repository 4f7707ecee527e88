//! Calls in the store: each change is its events and the record, in one transaction. The record of a call that is over is its call
//! detail record.

use sqlx::Row;
use tandem_call::Logged;
use tandem_cluster::{Claim, Claiming, Kind};
use tandem_core::OrgScope;
use tandem_edge::page;
use tandem_proto::{
    CallId, OrgId, Stream, Topic, UserId,
    api::{Call, Page},
};
use tandem_store::{
    BoxFuture, Cause, ERASED, Expect, Store, StoreError, Tx,
    dump::{List, Personal},
};

/// Which calls to list.
#[derive(Clone, Debug)]
pub(crate) struct CallFilter {
    /// Only those this user had a leg in.
    pub user: Option<UserId>,
    /// Only those that go on, or are over.
    pub active: Option<bool>,
    /// Before this start (µs) and, for the same start, this id.
    pub before: Option<(i64, CallId)>,
    /// At most so many, and whether there are more.
    pub limit: u32,
}

/// What becomes of a call's state with a save.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is kept, to go on from.
    Kept(String),
    /// It is kept, and another node may go on from it at once.
    GivenUp(String),
    /// The call is over.
    Over,
}

/// What a call writes.
#[derive(Debug)]
pub(crate) struct Save {
    /// The proof that the call is this node's; `None`: it is new.
    pub claim: Option<Claim>,
    pub record: Call,
    pub events: Vec<Logged>,
    pub fate: Fate,
}

/// The records of all orgs' calls.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    store: Store,
    claiming: Claiming,
}

impl Records {
    pub(crate) const fn new(store: Store, claiming: Claiming) -> Self {
        Self { store, claiming }
    }

    /// Appends what happened, and keeps the record and the state as they are now, if the call is still this node's.
    pub(crate) async fn save(&self, scope: OrgScope, cause: Cause, save: Save) -> Result<Claim, StoreError> {
        let claiming = self.claiming;
        self.store
            .write(scope, cause, move |tx| Box::pin(async move { write(tx, claiming, save).await }))
            .await
    }

    /// The same for two calls in one step, which have become one: both are written, or neither.
    pub(crate) async fn save_both(
        &self,
        scope: OrgScope,
        cause: Cause,
        saves: [Save; 2],
    ) -> Result<(), StoreError> {
        let claiming = self.claiming;
        self.store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    for save in saves {
                        write(tx, claiming, save).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Leaves a call that was taken, and not gone on with, to others.
    pub(crate) async fn give_up(&self, scope: OrgScope, claim: Claim) -> Result<(), StoreError> {
        self.store
            .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { claim.give_up(tx).await }))
            .await
    }

    /// The state to go on from.
    pub(crate) async fn state(&self, scope: OrgScope, call: CallId) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT state FROM call_states WHERE org = $1 AND call = $2")
            .bind(scope.org().to_string())
            .bind(call.to_string())
            .fetch_optional(&mut *self.store.scoped(scope).await?)
            .await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// One call.
    pub(crate) async fn get(&self, scope: OrgScope, call: CallId) -> Result<Option<Call>, StoreError> {
        let row = sqlx::query("SELECT record FROM calls WHERE org = $1 AND id = $2")
            .bind(scope.org().to_string())
            .bind(call.to_string())
            .fetch_optional(&mut *self.store.scoped(scope).await?)
            .await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Calls, newest first.
    pub(crate) async fn list(&self, scope: OrgScope, filter: CallFilter) -> Result<Page<Call>, StoreError> {
        let CallFilter { user, active, before, limit } = filter;
        let (before, before_id) =
            before.map_or((i64::MAX, String::new()), |(at, call)| (at, call.to_string()));
        let query = match user {
            Some(_) => sqlx::query(
                "SELECT c.record FROM call_users u JOIN calls c ON c.id = u.call_id
                 WHERE u.org = $1 AND (u.started_at < $2 OR (u.started_at = $2 AND u.call_id < $3))
                   AND ($4 = -1 OR ($4 = 1 AND c.ended_at IS NULL) OR ($4 = 0 AND c.ended_at IS NOT NULL))
                   AND u.user_id = $6
                 ORDER BY u.started_at DESC, u.call_id DESC LIMIT $5",
            ),
            None => sqlx::query(
                "SELECT record FROM calls
                 WHERE org = $1 AND (started_at < $2 OR (started_at = $2 AND id < $3))
                   AND ($4 = -1 OR ($4 = 1 AND ended_at IS NULL) OR ($4 = 0 AND ended_at IS NOT NULL))
                 ORDER BY started_at DESC, id DESC LIMIT $5",
            ),
        };
        let query = query
            .bind(scope.org().to_string())
            .bind(before)
            .bind(before_id)
            .bind(active.map_or(-1_i64, i64::from))
            .bind(i64::from(limit) + 1);
        let query = match user {
            Some(user) => query.bind(user.to_string()),
            None => query,
        };
        let rows = query.fetch_all(&mut *self.store.scoped(scope).await?).await?;
        let calls = rows.iter().map(read).collect::<Result<Vec<Call>, _>>()?;
        Ok(page::page(calls, limit, |call| (call.started_at.micros(), call.id)))
    }

    /// Calls that go on by their record but have no state to go on from.
    pub(crate) async fn stateless(&self) -> Result<Vec<(OrgId, Call)>, StoreError> {
        // All orgs: a process that died left calls of any.
        let rows = sqlx::query(
            "SELECT org, record FROM calls WHERE ended_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM call_states WHERE call_states.call = calls.id) ORDER BY id",
        )
        .fetch_all(self.store.across_orgs())
        .await?;
        rows.iter()
            .map(|row| {
                let org = row.try_get::<String, _>("org")?.parse().map_err(|e: uuid::Error| damaged(&e))?;
                Ok((org, read(row)?))
            })
            .collect()
    }
}

async fn write(tx: &mut Tx, claiming: Claiming, save: Save) -> Result<Claim, StoreError> {
    let Save { claim, record, events, fate } = save;
    let id = record.id.to_string();
    let claim = match claim {
        Some(claim) => {
            claim.hold(tx).await?;
            claim
        }
        None => claiming.claim(tx, Kind::Call, &id).await?,
    };
    if !events.is_empty() {
        log(tx, &record, events).await?;
    }
    match fate {
        Fate::Kept(state) => keep_state(tx, &id, state).await?,
        Fate::GivenUp(state) => {
            keep_state(tx, &id, state).await?;
            claim.give_up(tx).await?;
        }
        Fate::Over => {
            sqlx::query("DELETE FROM call_states WHERE call = $1").bind(id).execute(tx.conn()).await?;
            claim.end(tx).await?;
        }
    }
    Ok(claim)
}

async fn log(tx: &mut Tx, record: &Call, events: Vec<Logged>) -> Result<(), StoreError> {
    let mut users: Vec<UserId> = record.legs.iter().filter_map(|leg| leg.user).collect();
    users.sort_unstable();
    users.dedup();
    keep(tx, record, &users).await?;
    let mut topics: Vec<_> = users.into_iter().map(Topic::user).collect();
    topics.push(Topic::supervisors(tx.scope().org()));
    let stream = Stream::call(record.id);
    for event in events {
        append(tx, stream.clone(), &topics, event).await?;
    }
    Ok(())
}

async fn keep_state(tx: &mut Tx, call: &str, state: String) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO call_states (call, org, state) VALUES ($1, $2, $3)
         ON CONFLICT (call) DO UPDATE SET state = excluded.state",
    )
    .bind(call)
    .bind(tx.scope().org().to_string())
    .bind(state)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn keep(tx: &mut Tx, record: &Call, users: &[UserId]) -> Result<(), StoreError> {
    let text = serde_json::to_string(record).map_err(|e| damaged(&e))?;
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
        Logged::Started(e) => tx.append_about(e.leg.user, stream, any, topics, &e).await,
        Logged::LegAdded(e) => tx.append_about(e.leg.user, stream, any, topics, &e).await,
        Logged::LegRinging(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegAnswered(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegHeld(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegMuted(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegDtmf(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegTransferred(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegReplaced(e) => tx.append(stream, any, topics, &e).await,
        Logged::LegEnded(e) => tx.append(stream, any, topics, &e).await,
        Logged::Conversation(e) => tx.append(stream, any, topics, &e).await,
        Logged::Ended(e) => tx.append(stream, any, topics, &e).await,
    }
}

/// What is personal in the records of calls.
pub(crate) const PERSONAL: Personal = Personal {
    table: "calls",
    subject: "id",
    texts: &[],
    lists: &[List { column: "record", at: "/legs", subject: "user", texts: &["name", "address"] }],
};

/// Takes somebody's name and number out of the records of their calls.
pub(crate) fn erase(
    tx: &mut Tx,
    user: UserId,
    from: Option<String>,
) -> BoxFuture<'_, Result<Option<String>, StoreError>> {
    Box::pin(async move {
        let org = tx.scope().org().to_string();
        let rows = sqlx::query(
            "SELECT c.id, c.record FROM call_users u JOIN calls c ON c.id = u.call_id \
             WHERE u.org = $1 AND u.user_id = $2 AND u.call_id > $3 ORDER BY u.call_id LIMIT 200",
        )
        .bind(org.as_str())
        .bind(user.to_string())
        .bind(from.unwrap_or_default())
        .fetch_all(tx.conn())
        .await?;
        let mut last = None;
        for row in rows {
            let id: String = row.try_get("id")?;
            let mut record = read(&row)?;
            for leg in record.legs.iter_mut().filter(|leg| leg.user == Some(user)) {
                leg.name = leg.name.take().map(|_| ERASED.to_owned());
                ERASED.clone_into(&mut leg.address);
            }
            sqlx::query("UPDATE calls SET record = $1 WHERE org = $2 AND id = $3")
                .bind(serde_json::to_string(&record).map_err(|e| damaged(&e))?)
                .bind(org.as_str())
                .bind(id.as_str())
                .execute(tx.conn())
                .await?;
            last = Some(id);
        }
        Ok(last)
    })
}

fn read(row: &sqlx::any::AnyRow) -> Result<Call, StoreError> {
    serde_json::from_str(row.try_get("record")?).map_err(|e| damaged(&e))
}

fn damaged(error: &dyn std::error::Error) -> StoreError {
    StoreError::Damaged { table: "calls", reason: error.to_string() }
}
