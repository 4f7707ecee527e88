//! The contact centre.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    CallId, ConversationId, DivisionId, FieldError, FlowId, OfferId, ParticipantId, QueueId, SkillId,
    Timestamp, UserId, WrapUpCodeId,
};

use super::PresenceView;

/// A queue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    /// Id.
    pub id: QueueId,
    /// Its settings.
    #[serde(flatten)]
    pub settings: QueueSettings,
    /// The division it belongs to.
    pub division: DivisionId,
    /// Raised by every change; `If-Match`.
    pub version: i64,
}

/// What can be set of a queue. `POST /queues`, `PUT /queues/{queue}`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// Name, unique in the org.
    pub name: String,
    /// Members.
    pub members: Vec<QueueMember>,
    /// Seconds an agent's alert lasts, 5 to 120.
    #[serde(default = "default_alert_seconds")]
    pub alert_seconds: u32,
    /// Service level: answered within this many seconds.
    #[serde(default = "default_target_seconds")]
    pub target_seconds: u32,
    /// Abandons up to this many seconds are short ones.
    #[serde(default = "default_short_abandon_seconds")]
    pub short_abandon_seconds: u32,
    /// Work after the interaction.
    #[serde(default)]
    pub wrap_up: WrapUpPolicy,
    /// How agents are matched.
    #[serde(default)]
    pub evaluation: Evaluation,
    /// Skills every interaction of this queue asks for.
    #[serde(default)]
    pub skills: Vec<SkillRequirement>,
}

fn default_alert_seconds() -> u32 {
    20
}
fn default_target_seconds() -> u32 {
    20
}
fn default_short_abandon_seconds() -> u32 {
    5
}

/// A member of a queue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueMember {
    /// Who.
    pub user: UserId,
    /// Whether this queue reaches the agent now.
    #[serde(default = "yes")]
    pub joined: bool,
}

fn yes() -> bool {
    true
}

/// Work after an interaction (ACW).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrapUpPolicy {
    /// Mode.
    pub mode: WrapUpMode,
    /// Seconds, for the timed mode.
    pub seconds: u32,
}

impl Default for WrapUpPolicy {
    fn default() -> Self {
        Self { mode: WrapUpMode::Timed, seconds: 30 }
    }
}

/// Modes of wrap-up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpMode {
    /// The agent is free at once; a code may be given.
    Optional,
    /// The agent is free once a code is given.
    Mandatory,
    /// The agent is free once a code is given or the time is over.
    Timed,
}

/// How an agent is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evaluation {
    /// Must have all skills; longest idle first.
    #[default]
    AllSkills,
    /// Must have all skills; highest mean level first, then longest idle.
    BestAvailable,
    /// Skills do not matter; longest idle first.
    DisregardSkills,
}

/// A skill that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillRequirement {
    /// Which.
    pub skill: SkillId,
    /// At least this level, 0 to 5.
    #[serde(default)]
    pub level: u8,
}

/// A skill.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Skill {
    /// Id.
    pub id: SkillId,
    /// Name, unique in the org.
    pub name: String,
}

/// `POST /skills`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSkill {
    /// Name.
    pub name: String,
}

/// `PUT /agents/{user}/skills`: replaces them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSkills {
    /// Skills with the agent's level.
    pub skills: Vec<SkillRequirement>,
}

/// What routing sees of an agent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoutingStatus {
    /// Takes nothing.
    OffQueue,
    /// Free.
    Idle,
    /// An offer alerts.
    Alerting,
    /// Has an interaction.
    Interacting,
    /// In wrap-up.
    WrapUp,
    /// On a call outside the queues.
    Communicating,
    /// Let an alert expire; must come back by choosing a presence.
    NotResponding,
}

/// An agent, live.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Who.
    pub user: UserId,
    /// Name to show.
    pub display_name: String,
    /// The division they belong to.
    pub division: DivisionId,
    /// Presence.
    pub presence: PresenceView,
    /// Routing status.
    pub status: RoutingStatus,
    /// Since when.
    pub since: Timestamp,
    /// Queues the agent is a member of.
    pub queues: Vec<QueueId>,
    /// Skills.
    pub skills: Vec<SkillRequirement>,
    /// Conversations alerting, going on or in wrap-up.
    pub conversations: Vec<ConversationId>,
}

/// A queue's live numbers; the counts are since midnight UTC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueueStats {
    /// Which.
    pub queue: QueueId,
    /// Waiting or alerting now.
    pub waiting: u32,
    /// When the longest waiting one arrived.
    pub oldest_since: Option<Timestamp>,
    /// Talking to agents now.
    pub interacting: u32,
    /// Members on queue.
    pub agents_on_queue: u32,
    /// Members free.
    pub agents_idle: u32,
    /// Arrived.
    pub offered: u32,
    /// Reached an agent.
    pub answered: u32,
    /// Left while waiting.
    pub abandoned: u32,
    /// Of these, within the short limit.
    pub abandoned_short: u32,
    /// Σ wait of the answered / answered, milliseconds.
    pub average_speed_of_answer_ms: Option<u64>,
    /// Service levels by variant.
    pub service_level: ServiceLevels,
}

/// Service level by variant, percent. Absent while there is nothing to divide by.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevels {
    /// Answered in time / answered.
    pub ignore_abandons: Option<f64>,
    /// Answered in time / (answered + abandoned).
    pub negative: Option<f64>,
    /// (Answered in time + abandoned in time) / (answered + abandoned).
    pub positive: Option<f64>,
    /// Answered in time / (answered + abandoned − short abandoned).
    pub drop_short: Option<f64>,
}

/// One customer matter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// Id.
    pub id: ConversationId,
    /// The call that carries it.
    pub call: Option<CallId>,
    /// How the customer named itself.
    pub from: String,
    /// Number called.
    pub to: String,
    /// The queue it is or was last in.
    pub queue: Option<QueueId>,
    /// Where it stands.
    pub state: ConversationState,
    /// Everybody who took part, in order.
    pub participants: Vec<Participant>,
    /// Place in the queue now, 1 is next.
    pub position: Option<u32>,
    /// What the flow noted: `set` and `collect` nodes.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Start.
    pub started_at: Timestamp,
    /// End of the last segment.
    pub ended_at: Option<Timestamp>,
    /// Why it ended.
    pub outcome: Option<Outcome>,
}

/// Where a conversation stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// In a flow before any queue.
    Flow,
    /// Waiting.
    Queued,
    /// An agent is alerted.
    Alerting,
    /// With an agent.
    Connected,
    /// The customer is gone, the agent wraps up.
    WrapUp,
    /// Over.
    Ended,
}

/// How a conversation ended for the customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An agent talked to the customer.
    Handled,
    /// The customer left while waiting.
    Abandoned,
    /// The customer left in the flow, or the flow ended the call.
    FlowEnded,
    /// The server was restarted.
    Restart,
    /// It could not be carried on.
    Failed,
}

/// What somebody is in a conversation for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The outside party.
    Customer,
    /// The flow.
    Flow,
    /// The queue (ACD).
    Queue,
    /// An agent.
    Agent,
}

/// A party in a conversation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Id.
    pub id: ParticipantId,
    /// For what.
    pub purpose: Purpose,
    /// The agent.
    pub user: Option<UserId>,
    /// The queue.
    pub queue: Option<QueueId>,
    /// Timed stretches, in order.
    pub segments: Vec<Segment>,
    /// The code the agent gave.
    pub wrap_up: Option<WrapUp>,
}

/// A timed stretch.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Segment {
    /// Of what kind.
    pub kind: SegmentKind,
    /// From.
    pub started_at: Timestamp,
    /// To; absent while it lasts.
    pub ended_at: Option<Timestamp>,
    /// How it ended: `answered`, `declined`, `expired`, `withdrawn`, `abandoned`, `hangup`, `completed`, `timeout` …
    pub disposition: Option<String>,
}

/// Kinds of segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// In the flow.
    Ivr,
    /// Waiting in a queue (alerting of agents goes on inside it).
    Wait,
    /// An agent's alert.
    Alert,
    /// Talk.
    Talk,
    /// On hold.
    Hold,
    /// After the talk.
    WrapUp,
}

/// Wrap-up as given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct WrapUp {
    /// Code.
    pub code: WrapUpCodeId,
    /// Note.
    pub note: Option<String>,
}

/// A code an agent may give.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct WrapUpCode {
    /// Id.
    pub id: WrapUpCodeId,
    /// Name.
    pub name: String,
}

/// `POST /conversations/{conversation}/wrap-up`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveWrapUp {
    /// Code.
    pub code: WrapUpCodeId,
    /// Note, at most 4 000 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// `GET /conversations`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConversationsQuery {
    /// Only those that go on (true) or are over (false).
    pub active: Option<bool>,
    /// Only those of this queue.
    pub queue: Option<QueueId>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Why an agent was chosen, or none: `GET /conversations/{conversation}/decisions`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// The offer made; absent when nobody was eligible.
    pub offer: Option<OfferId>,
    /// The agent chosen.
    pub agent: Option<UserId>,
    /// The item's ordering key: arrival in ms − 60 000 × priority.
    pub key: i64,
    /// Eligible agents in the order they were ranked, at most 10.
    pub candidates: Vec<Candidate>,
    /// How many were eligible.
    pub eligible: u32,
    /// Members that were not, with the reason; at most 20.
    pub excluded: Vec<Excluded>,
    /// How many members were not, by reason. Missing where none were, and in decisions made before this was counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<ExcludedCount>,
}

/// An eligible agent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// Who.
    pub agent: UserId,
    /// Mean level over the skills asked for.
    pub score: f64,
    /// Free since.
    pub idle_since: Timestamp,
}

/// A member that was not eligible.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Excluded {
    /// Who.
    pub agent: UserId,
    /// Why: `off_queue`, `at_capacity`, `not_responding`, `communicating`, `missing_skill`, `not_joined`, `declined_before`,
    /// `has_it` (wraps up this very interaction), `group_not_open` (the search has not widened to his group), `not_preferred` (kept for
    /// preferred agents for now), `queue_closed`, `held` (not before its time).
    #[schema(value_type = String)]
    pub reason: Cow<'static, str>,
}

/// How many members were not eligible for a reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExcludedCount {
    /// As in [`Excluded`].
    #[schema(value_type = String)]
    pub reason: Cow<'static, str>,
    /// How many.
    pub members: u32,
}

/// A flow.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Flow {
    /// Id.
    pub id: FlowId,
    /// Name, from the text.
    pub name: String,
    /// Version published.
    pub version: i64,
    /// The text (TOML; `docs/flows.md` has the schema).
    pub text: String,
    /// When this version was published.
    pub published_at: Timestamp,
    /// The division it belongs to.
    pub division: DivisionId,
}

/// `POST /flows`, `PUT /flows/{flow}`, `POST /flows/validate`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowText {
    /// The text.
    pub text: String,
}

/// What is wrong with a flow; empty when nothing is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct FlowCheck {
    /// Faults, with line and field.
    pub errors: Vec<FieldError>,
}
