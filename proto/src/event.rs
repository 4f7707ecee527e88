//! The event envelope: one shape for the log, REST, SSE, WebSocket and webhooks, and one cursor to resume any of them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    CallId, ChatId, ConversationId, DivisionId, FlowId, JobId, OrgId, Payload, QueueId, Timestamp, UserId,
    WebhookId,
};

/// A place in the log. Positions grow but need not be dense.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
pub struct Position(pub i64);

/// Where a reader stands: everything up to here was seen. Opaque to clients.
///
/// On PostgreSQL positions alone lose events of transactions that commit late, so the cursor leads with the writer's transaction
/// number; SQLite has one writer and leaves it 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Cursor {
    /// Transaction number of the event's writer, 0 on SQLite.
    pub xid: u64,
    /// The event's position.
    pub position: Position,
}

impl Cursor {
    /// Before the first event.
    pub const START: Self = Self { xid: 0, position: Position(0) };
}

/// A cursor that this server never handed out.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a cursor: {0:?}")]
pub struct CursorError(String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.xid, self.position.0)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        let parts = text
            .split_once('-')
            .and_then(|(xid, position)| Some((xid.parse().ok()?, position.parse().ok()?)));
        match parts {
            Some((xid, position)) if position >= 0 => Ok(Self { xid, position: Position(position) }),
            _ => Err(CursorError(text.chars().take(64).collect())),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Cursor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}
impl ToSchema for Cursor {}

/// Who caused an event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody signed in.
    User {
        /// Who.
        id: UserId,
    },
    /// A party outside, such as a caller; `address` is how it named itself, unverified.
    External {
        /// A SIP URI or number.
        address: String,
    },
    /// The server by itself (a timer, a restart).
    System,
}

/// The consistency boundary an event belongs to: its version is unique within it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Stream(String);

/// Who may see an event or a signal: readers subscribe to topics, and the edge lets them have only those they may see.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Topic(String);

macro_rules! scoped {
    ($type:ident: $($(#[$doc:meta])* $fn:ident($arg:ident) = $prefix:literal),+ $(,)?) => {
        impl $type {
            $($(#[$doc])* pub fn $fn(id: $arg) -> Self { Self(format!(concat!($prefix, ":{}"), id)) })+
            /// The text form, `kind:id`.
            pub fn as_str(&self) -> &str { &self.0 }
            /// Takes over a text that came from the store or a wire.
            pub fn from_text(text: impl Into<String>) -> Self { Self(text.into()) }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    };
}

scoped!(Stream:
    /// An org's own life.
    org(OrgId) = "org",
    /// A user's account, profile and presence.
    user(UserId) = "user",
    /// A chat.
    chat(ChatId) = "chat",
    /// A call.
    call(CallId) = "call",
    /// A conversation.
    conversation(ConversationId) = "conversation",
    /// A queue's settings.
    queue(QueueId) = "queue",
    /// A flow's versions.
    flow(FlowId) = "flow",
    /// An org's routing domain.
    routing(OrgId) = "routing",
    /// A job.
    job(JobId) = "job",
    /// A webhook's settings, and what became of it.
    webhook(WebhookId) = "webhook",
);

scoped!(Topic:
    /// Everybody of the org.
    org(OrgId) = "org",
    /// One user, on all devices.
    user(UserId) = "user",
    /// The members of a chat.
    chat(ChatId) = "chat",
    /// The members of a queue and those who supervise it.
    queue(QueueId) = "queue",
    /// Those who supervise the contact centre.
    supervisors(OrgId) = "supervisors",
    /// Those who supervise the contact centre in a division.
    division(DivisionId) = "division",
    /// Those who administer the org.
    admins(OrgId) = "admins",
);

/// A fact in the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Where a reader stands once it has seen this event.
    pub cursor: Cursor,
    /// The tenant.
    pub org: OrgId,
    /// The stream and,
    pub stream: Stream,
    /// in it, this event's version: 1, 2, 3 …
    pub version: i64,
    /// Dotted name, as `chat.message.posted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of the shape of `data`.
    pub schema_version: u16,
    /// When.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// The request or call it came from.
    pub correlation: Option<Uuid>,
    /// The event it reacts to.
    pub causation: Option<Position>,
    /// Whose personal data it carries.
    pub subject: Option<UserId>,
    /// Who may see it.
    pub topics: Vec<Topic>,
    /// The payload: the type named by `kind` in [`crate::events`].
    #[schema(value_type = serde_json::Value)]
    pub data: Payload,
}

impl Event {
    /// The payload as `E`, if this event is one. The store upcasts old shapes on reading.
    ///
    /// # Errors
    /// When the payload is of this kind but does not have its shape.
    pub fn decode<E: EventData>(&self) -> Result<Option<E>, serde_json::Error> {
        if self.kind == E::KIND { self.data.read().map(Some) } else { Ok(None) }
    }
}

/// A payload that may be appended to the log.
pub trait EventData: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Dotted name, never reused for another meaning.
    const KIND: &'static str;
    /// Version of the shape; raised with an upcast when the shape changes.
    const SCHEMA: u16;
    /// Texts in it that are personal to the event's subject, as JSON pointers (RFC 6901): encrypted under that person's key, and gone
    /// when it is destroyed. The rest must not tell who it was but by their id.
    const PERSONAL: &'static [&'static str] = &[];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_refuse_others() {
        let cursor = Cursor { xid: 7, position: Position(42) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "7", "7-", "-1", "a-b", "7--4", "0--1"] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
