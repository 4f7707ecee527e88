//! Call control as the products above use it: a call that comes in for a flow is handed to a [`CallApp`], which steers it through
//! [`Calls`] and is told what happens by [`CallNotice`]s.

use std::{path::PathBuf, time::Duration};

use tandem_core::OrgScope;
use tandem_proto::{CallId, ConversationId, DeviceId, FlowId, LegId, Timestamp, UserId, api::EndReason};
use tokio::sync::mpsc;

/// A call that reached a number whose destination is a flow. It rings until the app answers it.
#[derive(Clone, Debug)]
pub struct IncomingCall {
    /// The tenant.
    pub scope: OrgScope,
    /// The call.
    pub call: CallId,
    /// The caller's leg.
    pub leg: LegId,
    /// How the caller named itself.
    pub from: String,
    /// Display name, if sent.
    pub from_name: Option<String>,
    /// The number called.
    pub to: String,
    /// The flow the number leads to.
    pub flow: FlowId,
    /// When it came in.
    pub at: Timestamp,
}

/// Something that happened to a call an app steers.
#[derive(Clone, Debug)]
pub struct CallNotice {
    /// The tenant.
    pub scope: OrgScope,
    /// The call.
    pub call: CallId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: CallChange,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub enum CallChange {
    /// A leg was answered (the caller's by [`Calls::answer`], a rung user's by the user). A rung user's leg is connected with the
    /// caller at once: music stops, both are in the call's room.
    Answered {
        /// Which.
        leg: LegId,
        /// The user, for a rung one.
        user: Option<UserId>,
    },
    /// A rung user's leg ended before an answer, or any leg ended after it.
    LegEnded {
        /// Which.
        leg: LegId,
        /// The user, for one of ours.
        user: Option<UserId>,
        /// Why: `Declined`, `NoAnswer`, `Cancelled`, `Unreachable`, `Hangup` …
        reason: EndReason,
        /// Whether it had been answered.
        was_answered: bool,
    },
    /// A leg holds or stopped to.
    Held {
        /// Which.
        leg: LegId,
        /// Whether.
        held: bool,
    },
    /// What [`Calls::play`] started came to its end.
    Played {
        /// The leg.
        leg: LegId,
        /// Number given to `play`.
        play: u64,
    },
    /// A leg sent a digit.
    Digit {
        /// The leg.
        leg: LegId,
        /// `0-9 * # A-D`.
        digit: char,
    },
    /// The call is over; nothing follows.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// Why a command was refused.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No such call, or it is over.
    #[error("no call {0}")]
    UnknownCall(CallId),
    /// No such leg, or it is over.
    #[error("no leg {0}")]
    UnknownLeg(LegId),
    /// The user has no device to ring.
    #[error("nobody is there to ring")]
    Unreachable,
    /// Not possible in the state the call is in.
    #[error("not possible now: {0}")]
    WrongState(&'static str),
    /// The media relay refused.
    #[error(transparent)]
    Media(#[from] tandem_media::MediaError),
    /// The log could not be written.
    #[error(transparent)]
    Store(#[from] tandem_store::StoreError),
    /// The switch is stopping.
    #[error("call control is stopping")]
    Stopping,
}

/// What takes calls whose number leads to a flow: Engage. Bounded channels, one for new calls and one for notices of the calls it took.
#[derive(Debug)]
pub struct CallApp {
    /// New calls.
    pub incoming: mpsc::Sender<IncomingCall>,
    /// What happens to them.
    pub notices: mpsc::Sender<CallNotice>,
}

/// A handle on call control. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Calls {}

#[expect(clippy::todo, clippy::unused_async, unused_variables, reason = "signatures first")]
impl Calls {
    /// Answers the caller's leg; `Answered` follows.
    pub async fn answer(&self, scope: OrgScope, call: CallId) -> Result<(), CallError> { todo!() }

    /// Ties the call to a conversation.
    pub async fn set_conversation(&self, scope: OrgScope, call: CallId, conversation: ConversationId) -> Result<(), CallError> { todo!() }

    /// Plays files to a leg, in place of what played before. `Played { play }` follows unless it loops or is replaced.
    pub async fn play(&self, scope: OrgScope, call: CallId, leg: LegId, play: u64, files: Vec<PathBuf>, looped: bool) -> Result<(), CallError> { todo!() }

    /// Stops what plays.
    pub async fn stop_playing(&self, scope: OrgScope, call: CallId, leg: LegId) -> Result<(), CallError> { todo!() }

    /// Rings a user's browsers (and, if `phones`, registered phones) with this call, for at most `timeout`. Answers the new leg.
    pub async fn ring(&self, scope: OrgScope, call: CallId, user: UserId, timeout: Duration, phones: bool) -> Result<LegId, CallError> { todo!() }

    /// Ends a leg. A call whose caller's leg ends, is over.
    pub async fn hang_up(&self, scope: OrgScope, call: CallId, leg: LegId, reason: EndReason) -> Result<(), CallError> { todo!() }

    /// Ends a call.
    pub async fn end(&self, scope: OrgScope, call: CallId, reason: EndReason) -> Result<(), CallError> { todo!() }

    /// The devices of a user that can be rung now (browsers with a socket).
    pub async fn reachable(&self, scope: OrgScope, user: UserId) -> Vec<DeviceId> { todo!() }
}
