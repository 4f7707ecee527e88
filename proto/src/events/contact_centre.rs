//! Queues, flows, conversations and routing.

use super::events;
use crate::{CallId, ConversationId, FlowId, OfferId, ParticipantId, QueueId, SkillId, UserId, api};

events! {
    /// A queue was made or changed. Stream `queue`, topics `supervisors` and `user` of its members.
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
    ConversationStarted = "conversation.started" v 1 {
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
    }
    /// A participant's running segment ended.
    SegmentEnded = "conversation.segment.ended" v 1 {
        /// Which.
        conversation: ConversationId,
        /// Whose.
        participant: ParticipantId,
        /// Kind.
        kind: api::SegmentKind,
        /// How.
        disposition: String,
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
    /// Routing: an agent's status changed. Stream `routing`, topics `supervisors`, `user` of the agent.
    AgentStatusChanged = "agent.status.changed" v 1 {
        /// Who.
        user: UserId,
        /// Now.
        status: api::RoutingStatus,
    }
}
