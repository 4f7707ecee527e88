//! Chat. Stream and topic `chat`.

use super::events;
use crate::{ChatId, MessageId, UserId, api};

events! {
    /// A chat was made. Topics: `chat` and the `user` of every member.
    ChatCreated = "chat.created" v 1 {
        /// Which.
        chat: ChatId,
        /// Kind.
        kind: api::ChatKind,
        /// Title.
        title: Option<String>,
        /// Members.
        members: Vec<UserId>,
    }
    /// A message was posted.
    MessagePosted = "chat.message.posted" v 1 personal ["/message/text"] {
        /// The message.
        message: api::Message,
    }
    /// A message was edited.
    MessageEdited = "chat.message.edited" v 1 personal ["/message/text"] {
        /// The message as it is now.
        message: api::Message,
    }
    /// A message was deleted.
    MessageDeleted = "chat.message.deleted" v 1 {
        /// Where.
        chat: ChatId,
        /// Which.
        message: MessageId,
        /// Its sequence number.
        seq: i64,
    }
    /// Somebody read up to a message. Topic: `user` of the reader (all devices).
    ChatRead = "chat.read" v 1 {
        /// Where.
        chat: ChatId,
        /// Who.
        user: UserId,
        /// Up to here.
        seq: i64,
    }
}
