//! What a call asks of its shell.

use serde::{Deserialize, Serialize};
use tandem_proto::{
    LegId, UserId,
    api::EndReason,
    events::call::{
        CallConversation, CallEnded, CallStarted, LegAdded, LegAnswered, LegDtmf, LegEnded, LegHeld,
        LegMuted, LegReplaced, LegRinging, LegTransferred,
    },
};

/// An order to the shell.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Append to the log; comes before whatever the event leads to.
    Log(Logged),
    /// Tell the calling side that somebody is alerted (180).
    Alert(LegId),
    /// Answer the calling side (200).
    Accept(LegId),
    /// End signaling with a leg's far end: refuse, CANCEL or BYE, as its dialog stands.
    Release {
        /// Leg.
        leg: LegId,
        /// Why.
        reason: EndReason,
    },
    /// Tell a leg how the transfer went that it asked for.
    Referred {
        /// Leg.
        leg: LegId,
        /// Why nobody answered; `None`: somebody did.
        failed: Option<EndReason>,
    },
    /// Into the call's room.
    Join(LegId),
    /// Out of it.
    Leave(LegId),
    /// Play ringback.
    Ringback(LegId),
    /// Play music, looped.
    HoldMusic(LegId),
    /// Stop what plays.
    Quiet(LegId),
    /// Drop what the leg sends, or stop to.
    Mute {
        /// Leg.
        leg: LegId,
        /// Whether.
        muted: bool,
    },
    /// Send a digit to a leg's far end.
    SendDigit {
        /// Leg.
        leg: LegId,
        /// `0-9 * # A-D`.
        digit: char,
    },
    /// Free the leg's media.
    CloseMedia(LegId),
    /// Tell the app that steers the call.
    Notice(CallChange),
}

/// Events a call appends.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the payloads say it")]
pub enum Logged {
    Started(CallStarted),
    LegAdded(LegAdded),
    LegRinging(LegRinging),
    LegAnswered(LegAnswered),
    LegHeld(LegHeld),
    LegMuted(LegMuted),
    LegDtmf(LegDtmf),
    LegTransferred(LegTransferred),
    LegReplaced(LegReplaced),
    LegEnded(LegEnded),
    Conversation(CallConversation),
    Ended(CallEnded),
}

/// What happened to a call, told to the app that steers it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallChange {
    /// A leg was answered: the caller's by the app, a rung user's by the user. A rung user's leg is connected with the caller at
    /// once: music stops, both are in the call's room.
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
    /// What the app played came to its end.
    Played {
        /// The leg.
        leg: LegId,
        /// The app's number for it.
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
