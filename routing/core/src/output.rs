//! What a domain tells, and why it refuses.

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{Decision, RoutingStatus, SkillRequirement},
};

/// A fact that follows from an input, in the order it came about.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Output {
    /// An item waits. Told once per stay in a queue; an item whose offer ended unanswered waits again with the same key.
    Queued {
        /// The item.
        item: ConversationId,
        /// Where.
        queue: QueueId,
        /// Ordering key, smallest first: arrival in ms − 60 000 × priority.
        key: i64,
        /// Priority.
        priority: i32,
        /// Skills it asks for itself.
        skills: Vec<SkillRequirement>,
    },
    /// An item's key changed with its priority.
    Rekeyed {
        /// The item.
        item: ConversationId,
        /// Where.
        queue: QueueId,
        /// The new key.
        key: i64,
        /// The new priority.
        priority: i32,
    },
    /// An agent is reserved for an item until the offer ends.
    Offered {
        /// The reservation.
        offer: OfferId,
        /// The item.
        item: ConversationId,
        /// Where it waits.
        queue: QueueId,
        /// The agent.
        agent: UserId,
        /// The first moment at which it can no longer be accepted.
        expires_at: Timestamp,
        /// Why this agent.
        decision: Decision,
    },
    /// An offer ended. Told exactly once per offer.
    OfferEnded {
        /// The reservation.
        offer: OfferId,
        /// The item.
        item: ConversationId,
        /// Where it waits.
        queue: QueueId,
        /// The agent.
        agent: UserId,
        /// How.
        result: OfferResult,
    },
    /// An item left its queue. Told exactly once per [`Output::Queued`].
    Left {
        /// The item.
        item: ConversationId,
        /// Where it waited.
        queue: QueueId,
        /// Why.
        reason: LeftReason,
    },
    /// An agent's wrap-up began.
    WrapUpStarted {
        /// The item.
        item: ConversationId,
        /// Its queue.
        queue: QueueId,
        /// Whose.
        agent: UserId,
        /// When it ends by itself; never, in the mandatory mode.
        until: Option<Timestamp>,
    },
    /// An agent is through with an item: the talk and, where there is one, the wrap-up. Told exactly once per answered item.
    Released {
        /// The item.
        item: ConversationId,
        /// Its queue.
        queue: QueueId,
        /// Who.
        agent: UserId,
        /// The wrap-up's time ran out (rather than that the agent finished it or there was none).
        timed_out: bool,
    },
    /// An agent's status changed.
    AgentStatus {
        /// Who.
        agent: UserId,
        /// Now.
        status: RoutingStatus,
        /// Since when.
        since: Timestamp,
    },
}

/// How an offer ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferResult {
    /// The agent took it.
    Accepted,
    /// The agent refused it.
    Declined,
    /// Its time ran out.
    Expired,
    /// The item left, or the agent went off queue.
    Withdrawn,
    /// It could not be delivered.
    Failed,
}

impl OfferResult {
    /// As the log names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Failed => "failed",
        }
    }
}

/// Why an item left its queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftReason {
    /// An agent took it.
    Answered,
    /// The customer left.
    Abandoned,
    /// It was taken out, or its queue was removed.
    Removed,
    /// It went on to another queue, with its key.
    Moved,
}

impl LeftReason {
    /// As the log names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::Removed => "removed",
            Self::Moved => "moved",
        }
    }
}

/// Who has an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Holder {
    /// Nobody yet: it waits.
    Queue,
    /// It alerts this agent.
    Alerting(UserId),
    /// This agent talks.
    Agent(UserId),
    /// This agent wraps it up.
    WrapUp(UserId),
    /// Nobody any more.
    Gone,
}

/// An input that does not fit what is. It changed nothing, but what was due by its moment was carried out: poll for outputs all the same.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// No such queue.
    #[error("queue {0} is not known to routing")]
    UnknownQueue(QueueId),
    /// No such agent.
    #[error("agent {0} is not known to routing")]
    UnknownAgent(UserId),
    /// An item arrived that is already waiting, alerting or with an agent.
    #[error("item {item} is already here ({holder:?})")]
    AlreadyHere {
        /// The item.
        item: ConversationId,
        /// Who has it.
        holder: Holder,
    },
    /// The item neither waits nor alerts.
    #[error("item {item} is in no queue ({holder:?})")]
    NotQueued {
        /// The item.
        item: ConversationId,
        /// Who has it.
        holder: Holder,
    },
    /// No such offer, or one that ended long ago.
    #[error("offer {0} is not known to routing")]
    UnknownOffer(OfferId),
    /// The offer ended before.
    #[error("offer {offer} already ended ({result:?}); item {item}: {holder:?}")]
    OfferOver {
        /// The offer.
        offer: OfferId,
        /// How it ended.
        result: OfferResult,
        /// Its item.
        item: ConversationId,
        /// Who has the item now.
        holder: Holder,
    },
    /// The agent does not talk with this item.
    #[error("agent {agent} does not have item {item} ({holder:?})")]
    NotHandling {
        /// The item.
        item: ConversationId,
        /// The agent.
        agent: UserId,
        /// Who has it.
        holder: Holder,
    },
    /// The agent has no wrap-up open for this item.
    #[error("agent {agent} has no wrap-up open for item {item} ({holder:?})")]
    NotInWrapUp {
        /// The item.
        item: ConversationId,
        /// The agent.
        agent: UserId,
        /// Who has it.
        holder: Holder,
    },
}
