//! Calls. Stream `call`; topics: `user` of every person with a leg (a ringing one too), and `supervisors`.

use super::events;
use crate::{CallId, ConversationId, DeviceId, LegId, PhoneId, UserId, api};

events! {
    /// A call began.
    CallStarted = "call.started" v 1 personal ["/leg/name", "/leg/address"] {
        /// Which.
        call: CallId,
        /// The number dialled.
        dialled: String,
        /// With video.
        video: bool,
        /// The leg that called.
        leg: api::Leg,
    }
    /// A leg was added and rings or dials.
    LegAdded = "call.leg.added" v 1 personal ["/leg/name", "/leg/address"] {
        /// The call.
        call: CallId,
        /// The leg.
        leg: api::Leg,
    }
    /// A leg's far end is being alerted.
    LegRinging = "call.leg.ringing" v 1 {
        /// The call.
        call: CallId,
        /// The leg.
        leg: LegId,
    }
    /// A leg was answered.
    LegAnswered = "call.leg.answered" v 1 {
        /// The call.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// The device that took it.
        device: Option<DeviceId>,
    }
    /// A leg holds the others, or stopped to.
    LegHeld = "call.leg.held" v 1 {
        /// The call.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// Whether it holds.
        held: bool,
    }
    /// The server drops what a leg sends, or stopped to.
    LegMuted = "call.leg.muted" v 1 {
        /// The call.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// Whether it is muted.
        muted: bool,
    }
    /// A leg sent a digit.
    LegDtmf = "call.leg.dtmf" v 1 {
        /// The call.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// `0-9 * # A-D`.
        digit: char,
    }
    /// A leg goes on in another call (attended transfer): told in the former before it ends there, in the new once it was added.
    LegTransferred = "call.leg.transferred" v 1 {
        /// The call this is told in.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// The call it was in.
        from: CallId,
        /// The call it goes on in.
        to: CallId,
    }
    /// Another leg of the same person takes the place of a leg, which ends.
    LegReplaced = "call.leg.replaced" v 1 {
        /// The call.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// The one in its place.
        by: LegId,
    }
    /// A leg ended.
    LegEnded = "call.leg.ended" v 1 {
        /// The call.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// Why.
        reason: api::EndReason,
    }
    /// The call was tied to a conversation.
    CallConversation = "call.conversation" v 1 {
        /// The call.
        call: CallId,
        /// The conversation.
        conversation: ConversationId,
    }
    /// The call is over.
    CallEnded = "call.ended" v 1 {
        /// Which.
        call: CallId,
        /// Why.
        reason: api::EndReason,
    }
    /// A phone's account was made. Stream `user`, topics `user`, `admins`.
    PhoneCreated = "phone.created" v 1 {
        /// Which.
        phone: PhoneId,
        /// Whose.
        user: UserId,
        /// What it authenticates as.
        auth_user: String,
    }
    /// A phone registered, having had no registration. Stream `user`, topics `user`, `admins`.
    PhoneRegistered = "phone.registered" v 1 {
        /// Which.
        phone: PhoneId,
        /// Whose.
        user: UserId,
    }
    /// A phone's last registration ended or lapsed. Stream `user`, topics `user`, `admins`.
    PhoneUnregistered = "phone.unregistered" v 1 {
        /// Which.
        phone: PhoneId,
        /// Whose.
        user: UserId,
    }
    /// An outside number leads somewhere (else). Stream `org`, topic `admins`.
    NumberSet = "number.set" v 1 {
        /// E.164.
        number: String,
        /// Where to.
        target: api::NumberTarget,
    }
    /// A trunk was made or changed. Stream `org`, topic `admins`.
    TrunkSet = "trunk.set" v 1 {
        /// Name.
        name: String,
        /// Where it sends from, CIDR; empty: nothing is taken from it unasked.
        network: String,
        /// How calls go out by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        out: Option<api::TrunkOut>,
    }
    /// A trunk was removed. Stream `org`, topic `admins`.
    TrunkRemoved = "trunk.removed" v 1 {
        /// Name.
        name: String,
    }
}
