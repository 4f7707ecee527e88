//! What is asked of a call, here or from another node.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    ConversationId, DeviceId, LegId, UserId,
    api::{self, EndReason},
};

/// What somebody or an app wants of a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    Answer {
        user: UserId,
        device: DeviceId,
    },
    Decline {
        user: UserId,
    },
    HangUp {
        user: UserId,
    },
    Hold {
        user: UserId,
        held: bool,
    },
    Mute {
        user: UserId,
        muted: bool,
    },
    Digits {
        user: UserId,
        digits: String,
    },
    AppAnswer,
    SetConversation(ConversationId),
    Play {
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    },
    StopPlaying {
        leg: LegId,
    },
    Ring {
        user: UserId,
        timeout: Duration,
        phones: bool,
    },
    HangUpLeg {
        leg: LegId,
        reason: EndReason,
    },
    End {
        reason: EndReason,
    },
    /// The leg's device took another call.
    DeviceTaken {
        leg: LegId,
    },
    /// The leg's browser made its peer connection (again).
    DeviceBack {
        leg: LegId,
    },
    /// The user's last browser is gone.
    UserGone {
        user: UserId,
    },
}

/// What a command is answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// The call as it is then.
    pub call: api::Call,
    /// The leg rung, for [`Command::Ring`].
    pub leg: Option<LegId>,
}
