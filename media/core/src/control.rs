//! What a relay can be asked, and what it tells. The relay (`media/relay`) carries these out; call control asks.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use tandem_proto::{EndpointId, RoomId, TrackId, api::TrackSource};

/// An audio codec of an RTP leg.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum AudioCodec {
    /// G.711 µ-law, 8 kHz.
    Pcmu,
    /// G.711 A-law, 8 kHz.
    Pcma,
    /// Opus, RTP clock 48 kHz.
    Opus,
}

impl AudioCodec {
    /// RTP clock rate, Hz.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8_000,
            Self::Opus => 48_000,
        }
    }
}

/// Which way media may flow, as the relay sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// The relay sends to the far end.
    pub send: bool,
    /// The relay takes what the far end sends.
    pub receive: bool,
}

impl Flow {
    /// Both ways.
    pub const BOTH: Self = Self { send: true, receive: true };
}

/// Where an RTP leg sends, and how; from the far end's session description.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RtpRemote {
    /// Signalled address. The relay latches to where packets really come from only within the rules of the source lock.
    pub address: SocketAddr,
    /// Where the far end's signaling comes from; `None`: not known, no other source may latch.
    pub signaling_ip: Option<IpAddr>,
    /// Codec agreed.
    pub codec: AudioCodec,
    /// Its payload type.
    pub payload_type: u8,
    /// Payload type of telephone-event (RFC 4733), if agreed.
    pub dtmf_payload_type: Option<u8>,
    /// Direction.
    pub flow: Flow,
}

/// Where the relay listens for an RTP leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RtpLocal {
    /// Address to be told to the far end.
    pub ip: IpAddr,
    /// RTP port; RTCP is the next one.
    pub port: u16,
}

/// Something to be heard by one endpoint.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Source {
    /// Audio files (WAV, 16 bit mono) one after the other.
    Files(Vec<PathBuf>),
    /// Ringback by the tone plan of the org's country.
    Ringback,
}

/// One playing, so that its end can be told from another's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct PlayId(pub u64);

/// What a media section of a browser's offer is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TrackIntent {
    /// The one sendrecv audio section.
    Primary,
    /// The browser publishes this.
    Publish(TrackSource),
    /// The browser receives this track of another endpoint in its room.
    Receive(TrackId),
}

/// A track an endpoint sends into its room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Published {
    /// Id.
    pub track: TrackId,
    /// Whose.
    pub endpoint: EndpointId,
    /// Source.
    pub source: TrackSource,
}

/// What a relay tells on its own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum MediaEvent {
    /// A browser made its connection (again) and was answered; it is in no room unless it kept its place. Told before it can be
    /// connected, so that whoever waits for it can put it into its room by then.
    Offered {
        /// Which.
        endpoint: EndpointId,
    },
    /// A browser's transport is up.
    Connected {
        /// Which.
        endpoint: EndpointId,
    },
    /// A browser's transport has been silent, or closed, for 5 s; the endpoint is gone and a new offer makes it again. (A page that
    /// is loaded anew and offers within that time keeps its place, and this is not told.)
    Disconnected {
        /// Which.
        endpoint: EndpointId,
    },
    /// A digit was sent, by RFC 4733 or in the offer's other agreed form; told once per key press, at its end.
    Dtmf {
        /// By whom.
        endpoint: EndpointId,
        /// `0-9 * # A-D`.
        digit: char,
    },
    /// A playing came to its end (not told for one that was stopped or loops).
    Played {
        /// Heard by.
        endpoint: EndpointId,
        /// Which.
        play: PlayId,
    },
    /// An RTP leg that should receive has received nothing for the configured time.
    RtpTimeout {
        /// Which.
        endpoint: EndpointId,
    },
    /// The tracks that can be received in a room changed: the full list.
    Tracks {
        /// Where.
        room: RoomId,
        /// All of them.
        tracks: Vec<Published>,
    },
}

/// Numbers of one endpoint since it was made.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct EndpointStats {
    /// RTP packets taken.
    pub packets_received: u64,
    /// RTP packets sent.
    pub packets_sent: u64,
    /// Expected but never received.
    pub packets_lost: u64,
    /// Packets refused: wrong source, bad tag, unknown payload.
    pub packets_refused: u64,
    /// Interarrival jitter (RFC 3550 §6.4.1), milliseconds.
    pub jitter_ms: f32,
    /// Frames the jitter buffer had to invent.
    pub frames_concealed: u64,
}

/// Why a relay refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
pub enum MediaError {
    /// The offer could not be read or used.
    #[error("the session description cannot be used: {0}")]
    BadOffer(String),
    /// No such endpoint.
    #[error("no media endpoint {0}")]
    UnknownEndpoint(EndpointId),
    /// No such track in the endpoint's room.
    #[error("no track {0} to receive here")]
    UnknownTrack(TrackId),
    /// A file to play is missing or not WAV.
    #[error("cannot play {path}: {reason}")]
    BadSource {
        /// Which file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// Every RTP port is taken, or another bound was reached.
    #[error("no capacity: {0}")]
    NoCapacity(Cow<'static, str>),
    /// The relay is stopping.
    #[error("the media relay is stopping")]
    Stopping,
    /// The media node cannot be reached. What was asked may have been done all the same.
    #[error("the media node cannot be reached")]
    Unreachable,
    /// The endpoint is the browser of somebody else.
    #[error("the media endpoint belongs to somebody else")]
    Taken,
}
