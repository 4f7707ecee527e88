//! What can be asked of a domain.

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{RoutingStatus, SkillRequirement},
};

use crate::{Holder, OfferResult, QueueRules};

/// An agent as routing sees him.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgentState {
    /// Who.
    pub agent: UserId,
    /// Status.
    pub status: RoutingStatus,
    /// Since when.
    pub since: Timestamp,
    /// End of the last interaction handled; before the first one, when he first came on queue, if he ever did.
    pub idle_since: Option<Timestamp>,
    /// How many interactions he takes at once.
    pub capacity: u8,
    /// Queues that reach him.
    pub queues: Vec<QueueId>,
    /// Skills with his level.
    pub skills: Vec<SkillRequirement>,
    /// Items alerting, going on or in wrap-up.
    pub items: Vec<ConversationId>,
}

/// A queue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueueState {
    /// Which.
    pub queue: QueueId,
    /// Its rules.
    pub rules: QueueRules,
    /// Items that wait.
    pub waiting: u32,
    /// Items that alert.
    pub alerting: u32,
    /// Agents it reaches that could take an item now, skills aside.
    pub agents_free: u32,
}

/// An item that is waiting or alerting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WaitingItem {
    /// Which.
    pub item: ConversationId,
    /// Where.
    pub queue: QueueId,
    /// Ordering key.
    pub key: i64,
    /// Priority.
    pub priority: i32,
    /// When its wait began.
    pub arrival: Timestamp,
    /// [`Holder::Queue`] or [`Holder::Alerting`].
    pub holder: Holder,
}

/// Where an item stands: for a conversation that wants to know what it missed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// Who has it.
    pub holder: Holder,
    /// The offer that alerts, and when it expires.
    pub offer: Option<(OfferId, Timestamp)>,
    /// How the offer that was asked about ended, if it did.
    pub ended: Option<OfferResult>,
}
