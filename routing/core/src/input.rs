//! What a domain is told.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, OfferId, QueueId, Timestamp, UserId,
    api::{Evaluation, SkillRequirement, WrapUpPolicy},
};

/// How a queue treats its items and agents.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueueRules {
    /// How long an offer lasts before it expires.
    pub alert: Duration,
    /// What follows an interaction.
    pub wrap_up: WrapUpPolicy,
    /// How agents are matched and ranked.
    pub evaluation: Evaluation,
    /// Skills every item of this queue asks for, besides its own.
    pub skills: Vec<SkillRequirement>,
}

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
    /// An agent was made or changed. A new one is off queue. Offers and interactions he has are kept, whatever changed.
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
