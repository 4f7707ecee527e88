//! Chat.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{ChatId, MessageId, Timestamp, UserId};

/// What kind of chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// Two people; at most one per pair.
    Direct,
    /// Several people, with a title.
    Group,
}

/// `POST /chats`. For a direct chat that exists already, that one is answered (200 in place of 201).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChat {
    /// Kind.
    pub kind: ChatKind,
    /// The others; oneself is added.
    pub members: Vec<UserId>,
    /// Title, for groups.
    #[serde(default)]
    pub title: Option<String>,
}

/// A chat as one member sees it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Chat {
    /// Id.
    pub id: ChatId,
    /// Kind.
    pub kind: ChatKind,
    /// Title, for groups.
    pub title: Option<String>,
    /// Members, oneself included.
    pub members: Vec<UserId>,
    /// Newest message.
    pub last_message: Option<Message>,
    /// Sequence number up to which one has read.
    pub read_seq: i64,
    /// Messages of others after that.
    pub unread: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A message.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Id.
    pub id: MessageId,
    /// Where.
    pub chat: ChatId,
    /// 1, 2, 3 … within the chat, without holes.
    pub seq: i64,
    /// Who.
    pub author: UserId,
    /// The author's own id for it.
    pub client_id: Uuid,
    /// Text; empty once deleted.
    pub text: String,
    /// When it was posted.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// `POST /chats/{chat}/messages`. Posting the same `client_id` again answers the message made the first time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Made by the client, so that a retry is not a second message.
    pub client_id: Uuid,
    /// 1 to 16 000 characters.
    pub text: String,
}

/// `PATCH /chats/{chat}/messages/{message}`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    /// The new text.
    pub text: String,
}

/// `PUT /chats/{chat}/read`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// Read up to and including this sequence number. It only moves forward.
    pub seq: i64,
}

/// `GET /chats/{chat}/messages`: newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Only messages with a smaller sequence number.
    pub before: Option<i64>,
    /// Only messages with a greater one.
    pub after: Option<i64>,
    /// `next` of the page before; `before` and `after` stay as they were.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
