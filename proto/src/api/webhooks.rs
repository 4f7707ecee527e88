//! Webhooks: systems elsewhere that are told of events.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Cursor, Timestamp, UserId, WebhookId};

/// How a webhook is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// It is told of events.
    Active,
    /// Somebody let it rest.
    Paused,
    /// The server gave it up; the reason is beside it.
    Suspended,
}

impl WebhookState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Suspended];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
        }
    }
}

/// `POST /webhooks` and `PUT /webhooks/{webhook}`: what a webhook is to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// A name for people, 1 to 120 characters.
    pub name: String,
    /// Where events are sent: an `https:` address that the public can reach.
    pub url: String,
    /// Kinds of events to send, at most 100; a trailing `*` matches any ending (`call.*`). None: all.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Whether it shall rest. What happens meanwhile is sent when it goes on.
    #[serde(default)]
    pub paused: bool,
}

/// A webhook.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookInfo {
    /// Which.
    pub id: WebhookId,
    /// Its name.
    pub name: String,
    /// Where events are sent.
    pub url: String,
    /// Which kinds; none: all.
    pub kinds: Vec<String>,
    /// It is told what this user may see: who made it, or gave it another address last.
    pub user: UserId,
    /// How it is.
    pub state: WebhookState,
    /// Why the server gave it up.
    pub reason: Option<String>,
    /// Everything up to here was sent, set aside, or not for it.
    pub seen: Cursor,
    /// Since when the event it stands at has been refused.
    pub failing_since: Option<Timestamp>,
    /// How often that was sent.
    pub attempts: u32,
    /// When it is sent again.
    pub next_try_at: Option<Timestamp>,
    /// What came of the last time.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody changed it last.
    pub changed_at: Timestamp,
}

/// A webhook just made, or with a new secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookMade {
    /// What it is.
    pub webhook: WebhookInfo,
    /// What its messages are signed with, `whsec_` and base64, shown this once.
    pub secret: String,
}

/// `POST /webhooks/{webhook}/replay`: from where events are sent once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookReplay {
    /// After this cursor; `0-0` is the start of the log.
    pub after: Cursor,
}

/// What became of sending an event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It arrived.
    Delivered,
    /// It was refused again and again; somebody has to decide.
    SetAside,
    /// Somebody wants it sent again.
    Waiting,
    /// Somebody decided that it need not be sent.
    Discarded,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Delivered, Self::SetAside, Self::Waiting, Self::Discarded];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::SetAside => "set_aside",
            Self::Waiting => "waiting",
            Self::Discarded => "discarded",
        }
    }
}

/// One event and what became of sending it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// The event's cursor, which is its `webhook-id`.
    pub event: Cursor,
    /// The event's kind.
    pub kind: String,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// The receiver's last HTTP status, if it answered.
    pub status: Option<u16>,
    /// Why it was not taken the last time.
    pub error: Option<String>,
    /// When it was sent last.
    pub at: Timestamp,
    /// How long that took, ms.
    pub took_ms: u32,
}

/// Which deliveries.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    /// Only those in this state.
    #[param(inline)]
    pub state: Option<DeliveryState>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
