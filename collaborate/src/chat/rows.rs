//! The tables `chats`, `chat_members` and `chat_messages`: reading them, for commands and queries alike.

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use tandem_core::OrgScope;
use tandem_proto::{
    ChatId, MessageId, Timestamp, UserId,
    api::{Chat, ChatKind, Message},
};
use tandem_store::StoreError;
use uuid::Uuid;

use super::ChatError;
use crate::rows::parsed;

/// Refuses unless `user` is a member of `chat`.
pub(super) async fn require_member(
    conn: &mut AnyConnection,
    scope: OrgScope,
    chat: ChatId,
    user: UserId,
) -> Result<(), ChatError> {
    sqlx::query("SELECT 1 FROM chat_members WHERE org = $1 AND chat = $2 AND member = $3")
        .bind(scope.org().to_string())
        .bind(chat.to_string())
        .bind(user.to_string())
        .fetch_optional(conn)
        .await?
        .map(|_| ())
        .ok_or(ChatError::UnknownChat)
}

/// The chats somebody is a member of.
pub(super) async fn memberships(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
) -> Result<Vec<ChatId>, StoreError> {
    let rows = sqlx::query("SELECT chat FROM chat_members WHERE org = $1 AND member = $2")
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| parsed(row, "chat_members", "chat")).collect()
}

/// The direct chat of a pair.
pub(super) async fn direct_chat(
    conn: &mut AnyConnection,
    scope: OrgScope,
    pair: &str,
) -> Result<Option<ChatId>, StoreError> {
    sqlx::query("SELECT id FROM chats WHERE org = $1 AND pair = $2")
        .bind(scope.org().to_string())
        .bind(pair)
        .fetch_optional(conn)
        .await?
        .map(|row| parsed(&row, "chats", "id"))
        .transpose()
}

/// Chats as a member sees them: those of the subselect `p`, which must have the columns of `chats` and `member, read_seq`.
macro_rules! chats_from {
    ($subselect:literal) => {
        concat!(
            "SELECT p.id AS chat, p.kind, p.title, p.created_at, p.last_at, p.read_seq,
               (SELECT count(*) FROM chat_messages u
                 WHERE u.org = p.org AND u.chat = p.id AND u.seq > p.read_seq AND u.author <> p.member AND u.deleted = 0) AS unread,
               l.id, l.seq, l.author, l.client_id, l.body, l.at, l.edited_at, l.deleted
             FROM (",
            $subselect,
            ") p LEFT JOIN chat_messages l ON l.org = p.org AND l.chat = p.id AND l.seq = p.last_seq
             ORDER BY p.last_at DESC, p.id DESC"
        )
    };
}

/// A chat's place in the list: when it was last active, and its id.
pub(super) type ListKey = (i64, ChatId);

/// Up to `limit` of somebody's chats, last active first, behind `after`, each with its place.
pub(super) async fn chats_of(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
    after: Option<ListKey>,
    limit: u32,
) -> Result<Vec<(Chat, ListKey)>, ChatError> {
    let (last_at, id) = after.map_or((i64::MAX, String::new()), |(at, chat)| (at, chat.to_string()));
    let rows = sqlx::query(chats_from!(
        "SELECT c.*, m.member, m.read_seq FROM chat_members m JOIN chats c ON c.org = m.org AND c.id = m.chat
          WHERE m.org = $1 AND m.member = $2 AND (c.last_at < $3 OR (c.last_at = $3 AND c.id < $4))
          ORDER BY c.last_at DESC, c.id DESC LIMIT $5"
    ))
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .bind(last_at)
    .bind(id)
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await?;
    with_members(conn, scope, &rows).await
}

/// One chat as a member sees it.
pub(super) async fn chat_of(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
    chat: ChatId,
) -> Result<Chat, ChatError> {
    let row = sqlx::query(chats_from!(
        "SELECT c.*, m.member, m.read_seq FROM chat_members m JOIN chats c ON c.org = m.org AND c.id = m.chat
          WHERE m.org = $1 AND m.member = $2 AND m.chat = $3"
    ))
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .bind(chat.to_string())
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(ChatError::UnknownChat)?;
    let chats = with_members(conn, scope, &[row]).await?;
    chats.into_iter().next().map(|(chat, _)| chat).ok_or(ChatError::UnknownChat)
}

async fn with_members(
    conn: &mut AnyConnection,
    scope: OrgScope,
    rows: &[AnyRow],
) -> Result<Vec<(Chat, ListKey)>, ChatError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..rows.len() + 2).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT chat, member FROM chat_members WHERE org = $1 AND chat IN ({}) ORDER BY chat, member",
        places.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(scope.org().to_string());
    for row in rows {
        query = query.bind(row.try_get::<String, _>("chat")?);
    }
    let mut members: HashMap<ChatId, Vec<UserId>> = HashMap::new();
    for row in query.fetch_all(conn).await? {
        let chat = parsed(&row, "chat_members", "chat")?;
        members.entry(chat).or_default().push(parsed(&row, "chat_members", "member")?);
    }
    rows.iter()
        .map(|row| {
            let id = parsed(row, "chats", "chat")?;
            let chat = Chat {
                id,
                kind: kind(row)?,
                title: row.try_get("title")?,
                members: members.remove(&id).unwrap_or_default(),
                last_message: row.try_get::<Option<i64>, _>("seq")?.map(|_| message(row)).transpose()?,
                read_seq: row.try_get("read_seq")?,
                unread: row.try_get("unread")?,
                created_at: time(row, "created_at")?,
            };
            Ok((chat, (row.try_get("last_at")?, id)))
        })
        .collect()
}

/// A chat's messages with `after < seq < before`, newest first, up to `limit`.
pub(super) async fn messages(
    conn: &mut AnyConnection,
    scope: OrgScope,
    chat: ChatId,
    before: i64,
    after: i64,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let rows = sqlx::query(
        "SELECT chat, id, seq, author, client_id, body, at, edited_at, deleted FROM chat_messages
          WHERE org = $1 AND chat = $2 AND seq < $3 AND seq > $4 ORDER BY seq DESC LIMIT $5",
    )
    .bind(scope.org().to_string())
    .bind(chat.to_string())
    .bind(before)
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rows.iter().map(message).collect()
}

/// One message of a chat.
pub(super) async fn message_of(
    conn: &mut AnyConnection,
    scope: OrgScope,
    chat: ChatId,
    id: MessageId,
) -> Result<Message, ChatError> {
    let row = sqlx::query(
        "SELECT chat, id, seq, author, client_id, body, at, edited_at, deleted FROM chat_messages
          WHERE org = $1 AND id = $2 AND chat = $3",
    )
    .bind(scope.org().to_string())
    .bind(id.to_string())
    .bind(chat.to_string())
    .fetch_optional(conn)
    .await?
    .ok_or(ChatError::UnknownMessage)?;
    Ok(message(&row)?)
}

/// What an author posted under a client id, in whichever chat.
pub(super) async fn message_by_client_id(
    conn: &mut AnyConnection,
    scope: OrgScope,
    author: UserId,
    client_id: Uuid,
) -> Result<Option<Message>, StoreError> {
    sqlx::query(
        "SELECT chat, id, seq, author, client_id, body, at, edited_at, deleted FROM chat_messages
          WHERE org = $1 AND author = $2 AND client_id = $3",
    )
    .bind(scope.org().to_string())
    .bind(author.to_string())
    .bind(client_id.to_string())
    .fetch_optional(conn)
    .await?
    .map(|row| message(&row))
    .transpose()
}

fn message(row: &AnyRow) -> Result<Message, StoreError> {
    Ok(Message {
        id: parsed(row, "chat_messages", "id")?,
        chat: parsed(row, "chat_messages", "chat")?,
        seq: row.try_get("seq")?,
        author: parsed(row, "chat_messages", "author")?,
        client_id: parsed(row, "chat_messages", "client_id")?,
        text: row.try_get("body")?,
        at: time(row, "at")?,
        edited_at: row.try_get::<Option<i64>, _>("edited_at")?.map(Timestamp::from_micros),
        deleted: row.try_get::<i64, _>("deleted")? != 0,
    })
}

/// The column `kind` of `chats`.
pub(super) const fn kind_text(kind: ChatKind) -> &'static str {
    match kind {
        ChatKind::Direct => "direct",
        ChatKind::Group => "group",
    }
}

fn kind(row: &AnyRow) -> Result<ChatKind, StoreError> {
    let text: String = row.try_get("kind")?;
    [ChatKind::Direct, ChatKind::Group]
        .into_iter()
        .find(|kind| kind_text(*kind) == text)
        .ok_or_else(|| StoreError::Damaged { table: "chats", reason: format!("kind {text:?}") })
}

fn time(row: &AnyRow, column: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_micros(row.try_get(column)?))
}
