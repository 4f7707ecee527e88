//! Conversations in the database: their state as JSON, beside it what lists look for.

use sqlx::Row;
use tandem_core::OrgScope;
use tandem_proto::{ConversationId, QueueId, Stream, Topic, UserId, api::ConversationsQuery};
use tandem_store::{Cause, Store, StoreError, Tx};

use super::{Conversation, Fact, Saved};
use crate::settings::Org;

const TABLE: &str = "engage_conversations";

/// What a step of a conversation writes.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) conversation: Conversation,
    pub(crate) facts: Vec<Fact>,
    /// How to go on from here, as JSON; `None`: nobody will.
    pub(crate) steering: Option<String>,
}

/// Writes a step in one transaction, for as long as the org is this node's.
pub(crate) async fn write(store: &Store, org: &Org, cause: Cause, step: Step) -> Result<(), StoreError> {
    org.write(store, cause, move |tx| {
        Box::pin(async move {
            let Step { conversation, facts, steering } = step;
            if !facts.is_empty() {
                write_in(tx, &conversation, &facts).await?;
            }
            write_steering(tx, conversation.view.id, steering).await
        })
    })
    .await
}

async fn write_steering(tx: &mut Tx, id: ConversationId, steering: Option<String>) -> Result<(), StoreError> {
    let sql = match steering {
        Some(_) => {
            "INSERT INTO engage_steering (org, id, state) VALUES ($1, $2, $3)
             ON CONFLICT (org, id) DO UPDATE SET state = excluded.state"
        }
        None => "DELETE FROM engage_steering WHERE org = $1 AND id = $2",
    };
    let statement = sqlx::query(sql).bind(tx.scope().org().to_string()).bind(id.to_string());
    let statement = match steering {
        Some(state) => statement.bind(state),
        None => statement,
    };
    statement.execute(tx.conn()).await?;
    Ok(())
}

async fn write_in(tx: &mut Tx, conversation: &Conversation, facts: &[Fact]) -> Result<(), StoreError> {
    let (org, view) = (tx.scope().org(), &conversation.view);
    let mut topics = vec![Topic::supervisors(org)];
    topics.extend(view.queue.map(Topic::queue));
    topics.extend(view.participants.iter().filter_map(|participant| participant.user).map(Topic::user));
    topics.sort();
    topics.dedup();
    for fact in facts {
        fact.append(tx, Stream::conversation(view.id), &topics).await?;
    }
    let state = serde_json::to_string(conversation).expect("a conversation is plain data");
    sqlx::query(
        "INSERT INTO engage_conversations (org, id, active, queue, state) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (org, id) DO UPDATE SET active = excluded.active, queue = excluded.queue, state = excluded.state",
    )
    .bind(org.to_string())
    .bind(view.id.to_string())
    .bind(i64::from(view.ended_at.is_none()))
    .bind(view.queue.map(|queue| queue.to_string()))
    .bind(state)
    .execute(tx.conn())
    .await?;
    for user in facts.iter().filter_map(Fact::user) {
        sqlx::query(
            "INSERT INTO engage_conversation_agents (org, conversation, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(org.to_string())
        .bind(view.id.to_string())
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// One conversation.
pub(crate) async fn read(
    store: &Store,
    scope: OrgScope,
    id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    let row = sqlx::query("SELECT state FROM engage_conversations WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(id.to_string())
        .fetch_optional(&mut *store.scoped(scope).await?)
        .await?;
    row.map(|row| state(&row)).transpose()
}

/// A conversation under way, as its last owner left it. One that a version without takeover left has no steering.
pub(crate) type Left = (Conversation, Option<Saved>);

/// All that are under way. Read as the org's owner, after whatever the last owner wrote.
pub(crate) async fn under_way(store: &Store, org: &Org) -> Result<Vec<Left>, StoreError> {
    let rows: Vec<(String, Option<String>)> = org
        .write(store, Cause::SYSTEM, |tx| {
            Box::pin(async move {
                let org = tx.scope().org().to_string();
                let rows = sqlx::query(
                    "SELECT c.state, s.state FROM engage_conversations c
                     LEFT JOIN engage_steering s ON s.org = c.org AND s.id = c.id
                     WHERE c.org = $1 AND (c.active = 1 OR s.id IS NOT NULL) ORDER BY c.id",
                )
                .bind(org)
                .fetch_all(tx.conn())
                .await?;
                rows.iter()
                    .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
                    .collect::<Result<_, StoreError>>()
            })
        })
        .await?;
    rows.into_iter()
        .map(|(conversation, steering)| {
            let steering = steering.map(|text| json("engage_steering", &text)).transpose()?;
            Ok((json(TABLE, &conversation)?, steering))
        })
        .collect()
}

/// Whose conversations a list shows.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// All.
    All,
    /// Those of these queues, and those this agent took part in.
    By(UserId, Vec<QueueId>),
}

/// Newest first, after `before`, at most `limit`.
pub(crate) async fn list(
    store: &Store,
    scope: OrgScope,
    seen: &Seen,
    query: &ConversationsQuery,
    before: Option<ConversationId>,
    limit: u32,
) -> Result<Vec<Conversation>, StoreError> {
    let mut values = vec![scope.org().to_string()];
    let mut bind = |value: String| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut sql = "SELECT state FROM engage_conversations WHERE org = $1".to_owned();
    if let Some(active) = query.active {
        sql.push_str(if active { " AND active = 1" } else { " AND active = 0" });
    }
    if let Some(queue) = query.queue {
        sql.push_str(&format!(" AND queue = {}", bind(queue.to_string())));
    }
    if let Some(before) = before {
        sql.push_str(&format!(" AND id < {}", bind(before.to_string())));
    }
    if let Seen::By(user, queues) = seen {
        let queues: Vec<_> = queues.iter().map(|queue| bind(queue.to_string())).collect();
        let user = bind(user.to_string());
        let took_part = format!(
            "id IN (SELECT conversation FROM engage_conversation_agents WHERE org = $1 AND user_id = {user})"
        );
        let in_queue =
            if queues.is_empty() { String::new() } else { format!("queue IN ({}) OR ", queues.join(", ")) };
        sql.push_str(&format!(" AND ({in_queue}{took_part})"));
    }
    sql.push_str(&format!(" ORDER BY id DESC LIMIT {limit}"));
    let mut statement = sqlx::query(sqlx::AssertSqlSafe(sql));
    for value in values {
        statement = statement.bind(value);
    }
    statement.fetch_all(&mut *store.scoped(scope).await?).await?.iter().map(state).collect()
}

fn state(row: &sqlx::any::AnyRow) -> Result<Conversation, StoreError> {
    json(TABLE, &row.try_get::<String, _>("state")?)
}

fn json<T: serde::de::DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged { table, reason: error.to_string() })
}
