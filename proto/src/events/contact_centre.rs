//! Queues, flows, conversations and routing.

use std::collections::BTreeMap;

use super::events;
use crate::{
    CallId, ConversationId, FlowId, OfferId, ParticipantId, QueueId, SkillId, Timestamp, UserId,
    WrapUpCodeId, api,
};

events! {
    /// A queue was made or changed. Stream `queue`, topics `supervisors`, `queue`, `division` of a new one, and `user` of its members.
    QueueChanged = "queue.changed" v 1 {
        /// Which.
        queue: QueueId,
        /// As it is now.
        settings: api::QueueSettings,
    }
    /// A skill was made. Stream `org`.
    SkillCreated = "skill.created" v 1 {
        /// Id.
        skill: SkillId,
        /// Name.
        name: String,
    }
    /// A wrap-up code was made. Stream `org`, topic `supervisors`.
    WrapUpCodeCreated = "wrap_up_code.created" v 1 {
        /// Id.
        code: WrapUpCodeId,
        /// Name.
        name: String,
    }
    /// An agent's skills were set. Stream `user`, topics `user`, `supervisors`.
    AgentSkillsSet = "agent.skills.set" v 1 {
        /// Who.
        user: UserId,
        /// Skills with levels.
        skills: Vec<api::SkillRequirement>,
    }
    /// A flow's version was published. Stream `flow`, topic `supervisors`.
    FlowPublished = "flow.published" v 1 {
        /// Which.
        flow: FlowId,
        /// Name.
        name: String,
        /// Version.
        version: i64,
        /// Text.
        text: String,
    }
    /// A conversation began. Stream `conversation`, topic `supervisors`.
    ConversationStarted = "conversation.started" v 1 personal ["/from"] {
        /// Which.
        conversation: ConversationId,
        /// Its call.
        call: Option<CallId>,
        /// From.
        from: String,
        /// To.
        to: String,
        /// The flow that takes it.
        flow: Option<FlowId>,
        /// The customer.
        participant: ParticipantId,
        /// When it began.
        started_at: Timestamp,
    }
    /// A segment began, and with its first one the participant. Topics: `supervisors`, `queue`, `user` of the agent.
    SegmentStarted = "conversation.segment.started" v 1 {
        /// Which.
        conversation: ConversationId,
        /// Whose.
        participant: ParticipantId,
        /// For what.
        purpose: api::Purpose,
        /// The agent.
        user: Option<UserId>,
        /// The queue.
        queue: Option<QueueId>,
        /// Kind.
        kind: api::SegmentKind,
        /// From. A segment starts at the very instant the one before it in the customer's path ended.
        started_at: Timestamp,
    }
    /// A participant's running segment ended: all there is to know of it, so that reports need nothing else.
    SegmentEnded = "conversation.segment.ended" v 1 {
        /// Which.
        conversation: ConversationId,
        /// Whose.
        participant: ParticipantId,
        /// For what.
        purpose: api::Purpose,
        /// The agent.
        user: Option<UserId>,
        /// The queue.
        queue: Option<QueueId>,
        /// Kind.
        kind: api::SegmentKind,
        /// From.
        started_at: Timestamp,
        /// To.
        ended_at: Timestamp,
        /// How.
        disposition: String,
    }
    /// The flow noted something about the matter.
    ConversationAttributesSet = "conversation.attributes.set" v 1 {
        /// Which.
        conversation: ConversationId,
        /// New and changed attributes.
        attributes: BTreeMap<String, String>,
    }
    /// An agent gave a wrap-up code.
    WrapUpGiven = "conversation.wrap_up.given" v 1 {
        /// Which.
        conversation: ConversationId,
        /// The agent's participant.
        participant: ParticipantId,
        /// Code and note.
        wrap_up: api::WrapUp,
    }
    /// A conversation is over.
    ConversationEnded = "conversation.ended" v 1 {
        /// Which.
        conversation: ConversationId,
        /// How.
        outcome: api::Outcome,
        /// When.
        ended_at: Timestamp,
    }
    /// Routing: an item waits. Stream `routing` for this and the following; topic `queue`.
    RoutingQueued = "routing.queued" v 1 {
        /// The item.
        conversation: ConversationId,
        /// Where.
        queue: QueueId,
        /// Ordering key.
        key: i64,
        /// Priority.
        priority: i32,
        /// Skills asked for.
        skills: Vec<api::SkillRequirement>,
    }
    /// Routing: an agent is reserved for an item. Topics `queue`, `user` of the agent.
    RoutingOffered = "routing.offered" v 1 {
        /// The item.
        conversation: ConversationId,
        /// Where.
        queue: QueueId,
        /// The reservation.
        offer: OfferId,
        /// Fencing epoch of the engine that made it.
        epoch: u64,
        /// The agent.
        agent: UserId,
        /// When the reservation lapses.
        expires_at: crate::Timestamp,
        /// Why this agent.
        decision: api::Decision,
    }
    /// Routing: an offer ended.
    RoutingOfferEnded = "routing.offer.ended" v 1 {
        /// The item.
        conversation: ConversationId,
        /// Where.
        queue: QueueId,
        /// The reservation.
        offer: OfferId,
        /// The agent.
        agent: UserId,
        /// `accepted`, `declined`, `expired`, `withdrawn`, `failed`.
        result: String,
    }
    /// Routing: an item left its queue.
    RoutingLeft = "routing.left" v 1 {
        /// The item.
        conversation: ConversationId,
        /// Where.
        queue: QueueId,
        /// `answered`, `abandoned`, `removed`.
        reason: String,
    }
    /// Routing: an item's key changed with its priority.
    RoutingRekeyed = "routing.rekeyed" v 1 {
        /// The item.
        conversation: ConversationId,
        /// Where.
        queue: QueueId,
        /// The new ordering key.
        key: i64,
        /// The new priority.
        priority: i32,
    }
    /// Routing: the talk is over and the agent's wrap-up began. Topics `queue`, `user` of the agent.
    RoutingWrapUpStarted = "routing.wrap_up.started" v 1 {
        /// The item.
        conversation: ConversationId,
        /// Its queue.
        queue: QueueId,
        /// The agent.
        agent: UserId,
        /// When it ends by itself.
        until: Option<crate::Timestamp>,
    }
    /// Routing: an agent is through with an item, wrap-up included. Topics `queue`, `user` of the agent.
    RoutingReleased = "routing.released" v 1 {
        /// The item.
        conversation: ConversationId,
        /// Its queue.
        queue: QueueId,
        /// The agent.
        agent: UserId,
        /// Whether the wrap-up's time ran out.
        timed_out: bool,
    }
    /// Routing: an agent's status changed. Stream `routing`, topics `supervisors`, `user` of the agent.
    AgentStatusChanged = "agent.status.changed" v 1 {
        /// Who.
        user: UserId,
        /// Now.
        status: api::RoutingStatus,
    }
}
