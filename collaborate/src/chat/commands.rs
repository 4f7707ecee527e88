//! What changes a chat. Each function runs inside one transaction and appends the event that says what it did.

use std::collections::BTreeSet;

use tandem_edge::Invalid;
use tandem_proto::{
    ChatId, MessageId, Stream, Topic, UserId,
    api::{Chat, ChatKind, MarkRead, Message, NewMessage},
    events::chat::{ChatCreated, ChatRead, MessageDeleted, MessageEdited, MessagePosted},
};
use tandem_store::{Expect, Tx};

use super::{ChatError, Outcome, rows};

/// Who shall be in a new chat, checked: the creator is among `members`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Founding {
    pub(super) kind: ChatKind,
    pub(super) title: Option<String>,
    pub(super) members: BTreeSet<UserId>,
}

impl Founding {
    /// The two of a direct chat as one text, the same whoever asks.
    fn pair(&self) -> Option<String> {
        let mut ids = self.members.iter();
        match (self.kind, ids.next(), ids.next()) {
            (ChatKind::Direct, Some(first), Some(second)) => Some(format!("{first}:{second}")),
            _ => None,
        }
    }
}

/// Makes a chat, or answers the direct chat the pair has already: also when both ask at the same time.
pub(super) async fn create(tx: &mut Tx, me: UserId, founding: Founding) -> Result<Outcome<Chat>, ChatError> {
    let (scope, now, chat) = (tx.scope(), tx.now(), ChatId::generate());
    let pair = founding.pair();
    let made = sqlx::query(
        "INSERT INTO chats (org, id, kind, title, pair, created_at, last_seq, last_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $6)
         ON CONFLICT (org, pair) DO NOTHING",
    )
    .bind(scope.org().to_string())
    .bind(chat.to_string())
    .bind(rows::kind_text(founding.kind))
    .bind(founding.title.clone())
    .bind(pair.clone())
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 0 {
        let pair = pair.unwrap_or_default();
        let existing = rows::direct_chat(tx.conn(), scope, &pair).await?.ok_or(ChatError::UnknownChat)?;
        return Ok(Outcome::Existing(rows::chat_of(tx.conn(), scope, me, existing).await?));
    }
    for member in &founding.members {
        sqlx::query("INSERT INTO chat_members (org, chat, member, read_seq) VALUES ($1, $2, $3, 0)")
            .bind(scope.org().to_string())
            .bind(chat.to_string())
            .bind(member.to_string())
            .execute(tx.conn())
            .await?;
    }
    let topics: Vec<Topic> =
        std::iter::once(Topic::chat(chat)).chain(founding.members.iter().copied().map(Topic::user)).collect();
    let Founding { kind, title, members } = founding;
    let event = ChatCreated { chat, kind, title, members: members.into_iter().collect() };
    tx.append(Stream::chat(chat), Expect::Version(0), &topics, &event).await?;
    Ok(Outcome::Made(rows::chat_of(tx.conn(), scope, me, chat).await?))
}

/// Posts a message under the chat's next sequence number, or answers what the author posted under the client id before.
pub(super) async fn post(
    tx: &mut Tx,
    chat: ChatId,
    author: UserId,
    new: NewMessage,
) -> Result<Outcome<Message>, ChatError> {
    let (scope, now) = (tx.scope(), tx.now());
    rows::require_member(tx.conn(), scope, chat, author).await?;
    if let Some(message) = rows::message_by_client_id(tx.conn(), scope, author, new.client_id).await? {
        return if message.chat == chat {
            Ok(Outcome::Existing(message))
        } else {
            Err(ChatError::ClientIdTaken)
        };
    }
    let (seq,): (i64,) = sqlx::query_as(
        "UPDATE chats SET last_seq = last_seq + 1, last_at = $3 WHERE org = $1 AND id = $2 RETURNING last_seq",
    )
    .bind(scope.org().to_string())
    .bind(chat.to_string())
    .bind(now.micros())
    .fetch_one(tx.conn())
    .await?;
    let message = Message {
        id: MessageId::generate(),
        chat,
        seq,
        author,
        client_id: new.client_id,
        text: new.text,
        at: now,
        edited_at: None,
        deleted: false,
    };
    sqlx::query(
        "INSERT INTO chat_messages (org, chat, seq, id, author, client_id, body, at, deleted)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
    )
    .bind(scope.org().to_string())
    .bind(chat.to_string())
    .bind(seq)
    .bind(message.id.to_string())
    .bind(author.to_string())
    .bind(message.client_id.to_string())
    .bind(message.text.clone())
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    let event = MessagePosted { message };
    append(tx, chat, author, Topic::chat(chat), &event).await?;
    Ok(Outcome::Made(event.message))
}

/// Gives one's own message another text. The texts before stay in the log.
pub(super) async fn edit(
    tx: &mut Tx,
    chat: ChatId,
    me: UserId,
    id: MessageId,
    text: String,
) -> Result<Message, ChatError> {
    let mut message = own_message(tx, chat, me, id).await?;
    if message.deleted {
        return Err(ChatError::Deleted);
    }
    if message.text == text {
        return Ok(message);
    }
    (message.text, message.edited_at) = (text, Some(tx.now()));
    let scope = tx.scope();
    sqlx::query("UPDATE chat_messages SET body = $3, edited_at = $4 WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(id.to_string())
        .bind(message.text.clone())
        .bind(tx.now().micros())
        .execute(tx.conn())
        .await?;
    let event = MessageEdited { message };
    append(tx, chat, me, Topic::chat(chat), &event).await?;
    Ok(event.message)
}

/// Takes one's own message back: it keeps its place and loses its text. Doing so again changes nothing.
pub(super) async fn delete(tx: &mut Tx, chat: ChatId, me: UserId, id: MessageId) -> Result<(), ChatError> {
    let message = own_message(tx, chat, me, id).await?;
    if message.deleted {
        return Ok(());
    }
    let scope = tx.scope();
    sqlx::query("UPDATE chat_messages SET body = '', deleted = 1 WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    append(tx, chat, me, Topic::chat(chat), &MessageDeleted { chat, message: id, seq: message.seq }).await
}

/// Moves one's read position forward; a position behind it changes nothing.
pub(super) async fn mark_read(
    tx: &mut Tx,
    chat: ChatId,
    me: UserId,
    read: MarkRead,
) -> Result<(), ChatError> {
    let scope = tx.scope();
    rows::require_member(tx.conn(), scope, chat, me).await?;
    let (last_seq,): (i64,) = sqlx::query_as("SELECT last_seq FROM chats WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(chat.to_string())
        .fetch_one(tx.conn())
        .await?;
    if !(0..=last_seq).contains(&read.seq) {
        return Err(Invalid::new("seq", format!("must be 0 to {last_seq}, the newest message's")).into());
    }
    let moved = sqlx::query(
        "UPDATE chat_members SET read_seq = $4 WHERE org = $1 AND chat = $2 AND member = $3 AND read_seq < $4",
    )
    .bind(scope.org().to_string())
    .bind(chat.to_string())
    .bind(me.to_string())
    .bind(read.seq)
    .execute(tx.conn())
    .await?;
    if moved.rows_affected() == 0 {
        return Ok(());
    }
    append(tx, chat, me, Topic::user(me), &ChatRead { chat, user: me, seq: read.seq }).await
}

async fn own_message(tx: &mut Tx, chat: ChatId, me: UserId, id: MessageId) -> Result<Message, ChatError> {
    let scope = tx.scope();
    rows::require_member(tx.conn(), scope, chat, me).await?;
    let message = rows::message_of(tx.conn(), scope, chat, id).await?;
    if message.author == me { Ok(message) } else { Err(ChatError::NotTheAuthor) }
}

/// Appends to the chat's stream what `subject` wrote or did. The order of a chat is its sequence numbers, so any version will do.
async fn append<E: tandem_proto::EventData>(
    tx: &mut Tx,
    chat: ChatId,
    subject: UserId,
    topic: Topic,
    event: &E,
) -> Result<(), ChatError> {
    tx.append_about(subject, Stream::chat(chat), Expect::Any, &[topic], event).await?;
    Ok(())
}
