//! Identifiers. Each is its own type over a UUID (version 7, so that rows made together lie together); none converts silently into
//! another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes over an id that was made elsewhere (a row, a wire).
            pub const fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            /// The bare UUID, for storage and for deriving a related id.
            pub const fn uuid(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(&self.0, f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!(stringify!($name), "({})"), self.0) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> { Uuid::from_str(text).map(Self) }
        }
        impl $name {
            /// A fresh id. Shells call this; a core is given its ids.
            pub fn generate() -> Self { Self(Uuid::now_v7()) }
        }
    )+};
}

ids! {
    /// A tenant.
    OrgId,
    /// A part of an org, to which things belong.
    DivisionId,
    /// A person who can sign in.
    UserId,
    /// One sign-in, or one token that acts for somebody.
    SessionId,
    /// A key of an authenticator that signs somebody in.
    PasskeyId,
    /// Somebody who was asked to join an org.
    InvitationId,
    /// People who are named together.
    GroupId,
    /// A server elsewhere that says who somebody is.
    IdentityProviderId,
    /// A program that is registered with an org.
    ClientId,
    /// What somebody allowed a program.
    GrantId,
    /// Something a user can be reached on: a browser tab or a SIP phone.
    DeviceId,
    /// A direct or group chat.
    ChatId,
    /// One chat message.
    MessageId,
    /// A contact-centre queue.
    QueueId,
    /// A skill agents have and interactions ask for.
    SkillId,
    /// One customer matter over any media.
    ConversationId,
    /// A party in a conversation.
    ParticipantId,
    /// Signaling between parties.
    CallId,
    /// One side of a call.
    LegId,
    /// A media meeting point.
    RoomId,
    /// What a leg sends: one audio or video source.
    TrackId,
    /// A media endpoint on a relay: a browser's peer connection or a phone's RTP leg. A browser's is its device id, a phone's its leg id.
    EndpointId,
    /// A reservation of an agent for an interaction.
    OfferId,
    /// A caller's way before an agent.
    FlowId,
    /// A SIP phone's account.
    PhoneId,
    /// A code an agent gives an interaction afterwards.
    WrapUpCodeId,
    /// One HTTP request or SIP transaction, for correlation.
    RequestId,
    /// Work to be done later, and again until it succeeds.
    JobId,
    /// A system elsewhere that is told of events.
    WebhookId,
    /// One run of one server process; a restart makes a new one.
    NodeId,
}

impl DivisionId {
    /// The division every org has: things belong to it where nobody says otherwise.
    pub const fn home(org: OrgId) -> Self {
        Self::from_uuid(org.uuid())
    }
}

impl From<DeviceId> for EndpointId {
    fn from(device: DeviceId) -> Self {
        Self::from_uuid(device.uuid())
    }
}

impl From<LegId> for EndpointId {
    fn from(leg: LegId) -> Self {
        Self::from_uuid(leg.uuid())
    }
}

impl From<CallId> for RoomId {
    fn from(call: CallId) -> Self {
        Self::from_uuid(call.uuid())
    }
}
