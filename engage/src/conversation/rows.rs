//! Conversations in the database: their state as JSON, beside it what lists look for.

use sqlx::{AnyPool, Row};
use tandem_core::OrgScope;
use tandem_proto::{ConversationId, QueueId, Stream, Topic, UserId, api::ConversationsQuery};
use tandem_store::{Cause, Store, StoreError, Tx};

use super::{Conversation, Fact};

const TABLE: &str = "engage_conversations";

/// Writes facts and the state they lead to, in one transaction.
pub(crate) async fn write(
    store: &Store,
    scope: OrgScope,
    cause: Cause,
    conversation: Conversation,
    facts: Vec<Fact>,
) -> Result<(), StoreError> {
    store
        .write(scope, cause, move |tx| Box::pin(async move { write_in(tx, &conversation, &facts).await }))
        .await
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
    pool: &AnyPool,
    scope: OrgScope,
    id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    let row = sqlx::query("SELECT state FROM engage_conversations WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(id.to_string())
        .fetch_optional(pool)
        .await?;
    row.map(|row| state(&row)).transpose()
}

/// All that are not over.
pub(crate) async fn open(pool: &AnyPool, scope: OrgScope) -> Result<Vec<Conversation>, StoreError> {
    let rows =
        sqlx::query("SELECT state FROM engage_conversations WHERE org = $1 AND active = 1 ORDER BY id")
            .bind(scope.org().to_string())
            .fetch_all(pool)
            .await?;
    rows.iter().map(state).collect()
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
    pool: &AnyPool,
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
    statement.fetch_all(pool).await?.iter().map(state).collect()
}

fn state(row: &sqlx::any::AnyRow) -> Result<Conversation, StoreError> {
    let text: String = row.try_get("state")?;
    serde_json::from_str(&text)
        .map_err(|error| StoreError::Damaged { table: TABLE, reason: error.to_string() })
}
