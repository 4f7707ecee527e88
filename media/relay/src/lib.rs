//! The media relay: sockets and threads around `media/core`. Browsers reach it as ICE-lite WebRTC peers on one UDP port, phones as
//! plain RTP on a port each.
//!
//! The contract: an endpoint hears every other endpoint of its room. What a browser receives as tracks of its own is left out of its
//! primary audio; everything else in the room is in it (passed on as it is when it is one Opus source, else mixed).

use std::{io, net::{IpAddr, SocketAddr}, ops::RangeInclusive};

use tandem_media::{EndpointStats, MediaError, MediaEvent, PlayId, RtpLocal, RtpRemote, Source, TrackIntent};
use tandem_proto::{EndpointId, RoomId};
use tokio::sync::mpsc;

/// How a relay is set up.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// UDP address for all WebRTC peers.
    pub webrtc: SocketAddr,
    /// Address to bind RTP ports on.
    pub rtp_ip: IpAddr,
    /// RTP ports; even ones are used, RTCP on the next.
    pub rtp_ports: RangeInclusive<u16>,
    /// Address told to far ends in place of the bound ones (NAT).
    pub public_ip: Option<IpAddr>,
    /// Silence on an RTP leg that should receive, before [`MediaEvent::RtpTimeout`].
    pub rtp_timeout: std::time::Duration,
}

/// A handle on the relay. Cheap to clone; the relay stops when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Relay {}

#[expect(clippy::todo, clippy::unused_async, reason = "signatures first")]
impl Relay {
    /// Binds the sockets and starts the thread.
    pub fn start(_config: RelayConfig) -> io::Result<(Self, mpsc::Receiver<MediaEvent>)> { todo!() }

    /// Makes (or renegotiates) a browser's peer connection and returns the answer. An offer with a new ICE ufrag and DTLS fingerprint
    /// replaces the endpoint's transport (a reload) and keeps its room and settings.
    pub async fn offer(&self, _endpoint: EndpointId, _sdp: String, _tracks: Vec<(String, TrackIntent)>) -> Result<String, MediaError> { todo!() }

    /// Reserves ports for a phone's leg.
    pub async fn open_rtp(&self, _endpoint: EndpointId) -> Result<RtpLocal, MediaError> { todo!() }

    /// Tells an RTP leg its far end; again after a re-INVITE.
    pub async fn connect_rtp(&self, _endpoint: EndpointId, _remote: RtpRemote) -> Result<(), MediaError> { todo!() }

    /// Puts an endpoint into a room (out of the one it was in). Rooms come with their first endpoint and go with their last.
    pub async fn join(&self, _endpoint: EndpointId, _room: RoomId) -> Result<(), MediaError> { todo!() }

    /// Takes an endpoint out of its room; it hears only what is played to it.
    pub async fn leave(&self, _endpoint: EndpointId) -> Result<(), MediaError> { todo!() }

    /// Drops what the endpoint sends, or stops to.
    pub async fn mute(&self, _endpoint: EndpointId, _muted: bool) -> Result<(), MediaError> { todo!() }

    /// Plays to one endpoint, in place of what played before; over the room's audio if it is in one.
    pub async fn play(&self, _endpoint: EndpointId, _play: PlayId, _source: Source, _looped: bool) -> Result<(), MediaError> { todo!() }

    /// Ends what plays.
    pub async fn stop_playing(&self, _endpoint: EndpointId) -> Result<(), MediaError> { todo!() }

    /// Sends digits to a phone (RFC 4733), 100 ms each with 100 ms between.
    pub async fn send_dtmf(&self, _endpoint: EndpointId, _digits: String) -> Result<(), MediaError> { todo!() }

    /// Height in pixels at which a browser shows a received video; 0 pauses it.
    pub async fn shown_at(&self, _endpoint: EndpointId, _track: tandem_proto::TrackId, _height: u32) -> Result<(), MediaError> { todo!() }

    /// The endpoint's numbers.
    pub async fn stats(&self, _endpoint: EndpointId) -> Result<EndpointStats, MediaError> { todo!() }

    /// Ends an endpoint and frees its ports.
    pub async fn close(&self, _endpoint: EndpointId) { todo!() }
}
