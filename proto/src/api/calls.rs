//! Telephony.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    CallId, ConversationId, DeviceId, DivisionId, EndpointId, LegId, PhoneId, Timestamp, TrackId, UserId,
};

/// `POST /calls`: calls a person or a number from a device of one's own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCall {
    /// The calling device: the one this tab authenticated its socket with.
    pub device: DeviceId,
    /// Whom or what.
    pub to: CallTarget,
    /// Whether the caller wants video (the other decides for itself).
    #[serde(default)]
    pub video: bool,
}

/// Whom a call is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CallTarget {
    /// A person, on all devices.
    User {
        /// Who.
        user: UserId,
    },
    /// Digits or `+` E.164, through the dial plan.
    Number {
        /// As dialled.
        number: String,
    },
}

/// `POST /calls/{call}/answer`: answers the leg that rings for oneself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerCall {
    /// The device that takes it.
    pub device: DeviceId,
}

/// `PUT /calls/{call}/hold`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldCall {
    /// Whether one's leg holds the others.
    pub held: bool,
}

/// `PUT /calls/{call}/mute`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteCall {
    /// Whether the server drops what one's leg sends.
    pub muted: bool,
}

/// `POST /calls/{call}/dtmf`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendDtmf {
    /// 1 to 32 of `0-9 * # A-D`.
    pub digits: String,
}

/// Who is at the other end of the wire of a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegKind {
    /// A browser.
    Web,
    /// A registered SIP phone.
    Phone,
    /// A carrier.
    Trunk,
}

/// Where a leg stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegState {
    /// Dialling out; the far end has not been reached.
    Dialing,
    /// The far end is alerted.
    Ringing,
    /// Talking.
    Connected,
    /// Connected and holding the others.
    Holding,
    /// Over.
    Ended,
}

/// Why a leg or call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// This side hung up.
    Hangup,
    /// The other side hung up.
    RemoteHangup,
    /// Given up before an answer.
    Cancelled,
    /// Answered on another device or by another person.
    AnsweredElsewhere,
    /// Refused.
    Declined,
    /// Busy.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// The destination does not exist.
    NotFound,
    /// Known, but no device is there.
    Unreachable,
    /// No common codec or transport.
    MediaMismatch,
    /// Media or signaling was lost.
    Lost,
    /// The server was restarted while the call was up.
    Restart,
    /// The server could not go on.
    Failed,
}

/// One side of a call.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Leg {
    /// Id.
    pub id: LegId,
    /// Kind.
    pub kind: LegKind,
    /// The person, where it is one of ours.
    pub user: Option<UserId>,
    /// The device, once one took the leg.
    pub device: Option<DeviceId>,
    /// Number, extension or URI of the party.
    pub address: String,
    /// Name to show.
    pub name: Option<String>,
    /// State.
    pub state: LegState,
    /// Whether this leg started the call.
    pub caller: bool,
    /// Whether the server drops what it sends.
    pub muted: bool,
    /// When it began to ring or dial.
    pub started_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub end_reason: Option<EndReason>,
    /// The carrier it came or went by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trunk: Option<String>,
}

/// A call, live or over (then it is the call detail record).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Call {
    /// Id.
    pub id: CallId,
    /// The contact-centre conversation it belongs to.
    pub conversation: Option<ConversationId>,
    /// Number dialled.
    pub dialled: String,
    /// Whether it was started with video.
    pub video: bool,
    /// All legs there were, in order of their start.
    pub legs: Vec<Leg>,
    /// When it began.
    pub started_at: Timestamp,
    /// When two legs first talked, or a flow answered.
    pub answered_at: Option<Timestamp>,
    /// When the last leg ended.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub end_reason: Option<EndReason>,
}

/// `GET /calls`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CallsQuery {
    /// Only calls that go on (true) or are over (false).
    pub active: Option<bool>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// What a track shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrackSource {
    /// A microphone or phone.
    Microphone,
    /// A camera.
    Camera,
    /// A screen.
    Screen,
}

/// Something an endpoint of a call sends, that others may receive.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Track {
    /// Id, to be named in `rtc.offer`.
    pub id: TrackId,
    /// Whose.
    pub endpoint: EndpointId,
    /// The person, where it is one of ours.
    pub user: Option<UserId>,
    /// Source.
    pub source: TrackSource,
}

/// A SIP phone's account. The secret is shown once, when it is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Phone {
    /// Id.
    pub id: PhoneId,
    /// Whose it is.
    pub user: UserId,
    /// What the phone authenticates as.
    pub auth_user: String,
    /// Only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
    /// Where it registered from, while it is registered.
    pub contacts: Vec<String>,
    /// The division it belongs to.
    pub division: DivisionId,
}

/// `POST /phones`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPhone {
    /// Whose it is.
    pub user: UserId,
    /// What it authenticates as: 1–64 of `A-Z a-z 0-9 . _ -`.
    pub auth_user: String,
}

/// Where an outside number leads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Number {
    /// E.164 with `+`.
    pub number: String,
    /// Destination.
    pub to: NumberTarget,
    /// The division it belongs to.
    pub division: DivisionId,
}

/// Destination of a number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NumberTarget {
    /// A flow.
    Flow {
        /// Which.
        flow: crate::FlowId,
    },
    /// A person.
    User {
        /// Who.
        user: UserId,
    },
}
