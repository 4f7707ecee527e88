//! What the handle asks of the thread.

use std::sync::Arc;

use tandem_media::{EndpointStats, MediaError, PlayId, RtpLocal, RtpRemote, TrackIntent};
use tandem_proto::{EndpointId, RoomId, TrackId};
use tokio::sync::oneshot;

use crate::clips::Clip;

pub(crate) type Reply<T> = oneshot::Sender<Result<T, MediaError>>;

/// What is to be played, ready to be.
#[derive(Debug)]
pub(crate) enum Program {
    Clips(Vec<Arc<Clip>>),
    Ringback,
}

/// One method of [`crate::Relay`] each.
#[derive(Debug)]
pub(crate) enum Command {
    Offer { endpoint: EndpointId, sdp: String, tracks: Vec<(String, TrackIntent)>, reply: Reply<String> },
    OpenRtp { endpoint: EndpointId, reply: Reply<RtpLocal> },
    ConnectRtp { endpoint: EndpointId, remote: RtpRemote, reply: Reply<()> },
    Join { endpoint: EndpointId, room: RoomId, reply: Reply<()> },
    Leave { endpoint: EndpointId, reply: Reply<()> },
    Mute { endpoint: EndpointId, muted: bool, reply: Reply<()> },
    Play { endpoint: EndpointId, play: PlayId, program: Program, looped: bool, reply: Reply<()> },
    StopPlaying { endpoint: EndpointId, reply: Reply<()> },
    SendDtmf { endpoint: EndpointId, digits: String, reply: Reply<()> },
    ShownAt { endpoint: EndpointId, track: TrackId, height: u32, reply: Reply<()> },
    Stats { endpoint: EndpointId, reply: Reply<EndpointStats> },
    Close { endpoint: EndpointId, reply: Reply<()> },
}
