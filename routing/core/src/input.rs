//! What a domain is told.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tandem_proto::{ConversationId, OfferId, QueueId, Timestamp, UserId, api::SkillRequirement};

use crate::{Asks, Measured, QueueRules, Utilization};

/// Something that happened, with the moment given to [`crate::Domain::handle`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Input {
    /// A queue was made or its rules changed. Offers that alert keep the expiry they have.
    QueueSet {
        /// Which.
        queue: QueueId,
        /// Its rules from now on.
        rules: QueueRules,
    },
    /// A queue is gone: its items leave as [`crate::LeftReason::Removed`]; interactions already with agents go on.
    QueueRemoved {
        /// Which.
        queue: QueueId,
    },
    /// A queue is closed, by its schedule or in an emergency, or open again. While it is closed its items wait, keep their keys and go on
    /// widening, and are offered to nobody; offers that alert go on.
    QueueClosed {
        /// Which.
        queue: QueueId,
        /// Closed (true) or open.
        closed: bool,
    },
    /// Somebody measured a queue, for the conditions of steps considered from now on.
    QueueMeasured {
        /// Which.
        queue: QueueId,
        /// What is known now.
        measured: Measured,
    },
    /// An agent was made or changed. A new one is off queue. In queues that go on reaching him he keeps his group, in others it is 0. Offers and interactions he has are kept, whatever changed.
    AgentSet {
        /// Who.
        agent: UserId,
        /// Skills with his level. A level above 5 counts as 5; of a skill named twice the higher level counts.
        skills: Vec<SkillRequirement>,
        /// Queues that reach him now (joined memberships). Queues not set yet may be named.
        queues: BTreeSet<QueueId>,
        /// How many interactions he takes at once; 1 for voice.
        capacity: u8,
    },
    /// A queue reaches an agent from now on, or no longer. Offers and interactions he has are kept.
    MemberSet {
        /// Who.
        agent: UserId,
        /// Which; it may not be set yet.
        queue: QueueId,
        /// None when it no longer reaches him. In group 0 it does at once, in group n (up to 5) with items that took the queue's n-th step.
        group: Option<u8>,
    },
    /// How much of what an agent takes at once, besides his capacity; no matter of what, if none.
    UtilizationSet {
        /// Who.
        agent: UserId,
        /// From now on.
        utilization: Option<Utilization>,
    },
    /// An agent takes interactions from now on; the way back from Not Responding, too.
    AgentOn {
        /// Who.
        agent: UserId,
    },
    /// An agent takes nothing new. His offers are withdrawn; what he has he finishes first.
    AgentOff {
        /// Who.
        agent: UserId,
    },
    /// An agent began or ended a call outside the queues; meanwhile he is offered nothing.
    AgentCommunicating {
        /// Who.
        agent: UserId,
        /// Began (true) or ended.
        on: bool,
    },
    /// An item enters a queue.
    Arrived {
        /// Which.
        item: ConversationId,
        /// Where.
        queue: QueueId,
        /// Each step weighs as much as a minute of waiting.
        priority: i32,
        /// Skills asked for, besides the queue's.
        skills: Vec<SkillRequirement>,
        /// When its wait began: now, or earlier for one that was in a queue before.
        arrival: Timestamp,
        /// What it asks for besides.
        #[serde(default, skip_serializing_if = "Asks::is_plain")]
        asks: Asks,
    },
    /// A waiting or alerting item asks for something else from now on: a call becomes a callback, another agent is preferred. Its key and
    /// its steps stay; an offer that alerts goes on.
    Changed {
        /// Which.
        item: ConversationId,
        /// From now on.
        asks: Asks,
    },
    /// A waiting or alerting item goes to another queue (overflow, a supervisor) with its key. An offer of it is withdrawn; its steps are
    /// those of the other queue, from the first.
    Moved {
        /// Which.
        item: ConversationId,
        /// Where.
        queue: QueueId,
    },
    /// A waiting or alerting item's priority changes, and with it its key.
    Reprioritised {
        /// Which.
        item: ConversationId,
        /// From now on.
        priority: i32,
    },
    /// The customer left while the item was waiting or alerting.
    Abandoned {
        /// Which.
        item: ConversationId,
    },
    /// A waiting or alerting item was taken out (a transfer, a supervisor).
    Removed {
        /// Which.
        item: ConversationId,
    },
    /// The agent took the offer.
    Accepted {
        /// Which.
        offer: OfferId,
    },
    /// The agent refused the offer. He is not offered the item again for [`crate::DECLINE_PAUSE`].
    Declined {
        /// Which.
        offer: OfferId,
    },
    /// The offer could not be delivered. He is not offered the item again for [`crate::DECLINE_PAUSE`].
    OfferFailed {
        /// Which.
        offer: OfferId,
        /// The agent's device vanished: he is Not Responding.
        not_responding: bool,
    },
    /// The talk is over; wrap-up by the queue's policy follows.
    HandlingEnded {
        /// Which.
        item: ConversationId,
        /// Whose talk.
        agent: UserId,
    },
    /// The agent finished the wrap-up.
    WrapUpDone {
        /// Which.
        item: ConversationId,
        /// Whose.
        agent: UserId,
    },
    /// Nothing but time passed: what was due by now is carried out (as before any other input).
    Deadline,
}
