//! What nodes say to each other about media. Plain data: SDP as text, sounds by their path in the sounds folder.

use serde::{Deserialize, Serialize};
use tandem_media::{EndpointStats, MediaEvent, PlayId, RtpLocal, RtpRemote, Source, TrackIntent};
use tandem_proto::{EndpointId, OrgId, RoomId, TrackId, UserId};

/// The service that takes [`Request`]s.
pub(super) const COMMANDS: &str = "media";
/// The service that hears [`Told`].
pub(super) const EVENTS: &str = "media-events";

/// Whose browser an endpoint is. Nobody else can speak for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Maker {
    /// The tenant.
    pub org: OrgId,
    /// Who signed in on it.
    pub user: UserId,
}

/// One operation of [`super::Media`] each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    Offer { endpoint: EndpointId, maker: Maker, sdp: String, tracks: Vec<(String, TrackIntent)> },
    MadeBy { endpoint: EndpointId, maker: Maker },
    OpenRtp { endpoint: EndpointId },
    ConnectRtp { endpoint: EndpointId, remote: RtpRemote },
    Join { endpoint: EndpointId, room: RoomId },
    Leave { endpoint: EndpointId },
    Mute { endpoint: EndpointId, muted: bool },
    Play { endpoint: EndpointId, play: PlayId, source: Source, looped: bool },
    StopPlaying { endpoint: EndpointId },
    SendDtmf { endpoint: EndpointId, digits: String },
    ShownAt { endpoint: EndpointId, track: TrackId, height: u32 },
    Stats { endpoint: EndpointId },
    Close { endpoint: EndpointId },
    Adopt { endpoints: Vec<EndpointId> },
    Ping,
}

/// What a [`Request`] that was carried out is answered with.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Done,
    Described(String),
    Opened(RtpLocal),
    Counted(EndpointStats),
    Adopted(Vec<(EndpointId, Option<RoomId>)>),
}

/// What a media node tells others by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    /// To whoever controls what it is about.
    Event(MediaEvent),
    /// A browser's endpoint ended by itself; to edge nodes.
    Gone(EndpointId),
    /// The node is there and its media thread runs.
    Beat(Beat),
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Beat {
    pub(super) endpoints: u32,
    pub(super) draining: bool,
}
