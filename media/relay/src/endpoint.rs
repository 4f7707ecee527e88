//! An endpoint as the thread sees it: its transport, the voice it sends, the audio it is sent.

use std::time::Duration;

use tandem_codec::{Frame, SILENCE, receive::Receiver};
use tandem_media::{AudioCodec, EndpointStats, room::Party, rtp::Reception};
use tandem_proto::{EndpointId, RoomId};

use crate::{leg::RtpLeg, outlet::Outlet, peer::WebPeer, player::Player};

#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: EndpointId,
    pub(crate) room: Option<RoomId>,
    pub(crate) muted: bool,
    pub(crate) player: Option<Player>,
    pub(crate) transport: Transport,
    pub(crate) voice: Voice,
    pub(crate) outlet: Outlet,
    pub(crate) sent: u64,
    pub(crate) refused: u64,
}

#[derive(Debug)]
pub(crate) enum Transport {
    Web(Box<WebPeer>),
    Phone(Box<RtpLeg>),
}

/// The voice an endpoint sends.
#[derive(Debug)]
pub(crate) struct Voice {
    pub(crate) codec: AudioCodec,
    pub(crate) reception: Reception,
    pub(crate) received: u64,
    /// Endpoints that are sent its packets as they are.
    pub(crate) pass_to: Vec<usize>,
    /// There while somebody hears it in a mix.
    pub(crate) receiver: Option<Receiver>,
    /// The frame of this tick, if `sounding`.
    pub(crate) frame: Box<Frame>,
    pub(crate) sounding: bool,
    concealed_before: u64,
}

impl Voice {
    pub(crate) fn new(codec: AudioCodec) -> Self {
        Self {
            codec,
            reception: Reception::new(codec.clock_rate()),
            received: 0,
            pass_to: Vec::new(),
            receiver: None,
            frame: Box::new(SILENCE),
            sounding: false,
            concealed_before: 0,
        }
    }

    /// Takes another codec, if it is another.
    pub(crate) fn set_codec(&mut self, codec: AudioCodec) {
        if codec != self.codec {
            self.codec = codec;
            self.reception = Reception::new(codec.clock_rate());
            self.decode(false);
        }
    }

    /// Starts or ends decoding.
    pub(crate) fn decode(&mut self, wanted: bool) {
        if wanted && self.receiver.is_none() {
            let made = Receiver::new(self.codec);
            self.receiver =
                made.inspect_err(|error| tracing::error!(%error, "a voice cannot be decoded")).ok();
        } else if !wanted && let Some(receiver) = self.receiver.take() {
            self.concealed_before += receiver.concealed();
            self.sounding = false;
        }
    }

    /// Makes the frame of this tick.
    pub(crate) fn tick(&mut self, now: Duration) {
        self.sounding = self.receiver.as_mut().is_some_and(|receiver| receiver.frame(now, &mut self.frame));
    }

    fn concealed(&self) -> u64 {
        self.concealed_before + self.receiver.as_ref().map_or(0, Receiver::concealed)
    }
}

impl Endpoint {
    pub(crate) fn new(id: EndpointId, transport: Transport) -> Self {
        let codec = AudioCodec::Opus;
        let (voice, outlet) = (Voice::new(codec), Outlet::new(codec));
        Self { id, room: None, muted: false, player: None, transport, voice, outlet, sent: 0, refused: 0 }
    }

    pub(crate) fn phone(&mut self) -> Option<&mut RtpLeg> {
        if let Transport::Phone(leg) = &mut self.transport { Some(leg) } else { None }
    }

    pub(crate) fn web(&mut self) -> Option<&mut WebPeer> {
        if let Transport::Web(peer) = &mut self.transport { Some(peer) } else { None }
    }

    pub(crate) fn is_phone(&self) -> bool {
        matches!(self.transport, Transport::Phone(_))
    }

    /// Whether it can be sent audio, and sends some.
    pub(crate) fn party(&self) -> Party {
        let (hears, sends) = match &self.transport {
            Transport::Web(peer) => peer
                .primary
                .filter(|_| !peer.lost)
                .map_or((false, false), |primary| (primary.sends, primary.receives)),
            Transport::Phone(leg) => {
                leg.remote.map_or((false, false), |remote| (remote.flow.send, remote.flow.receive))
            }
        };
        Party {
            sends: (sends && !self.muted).then_some(self.voice.codec),
            hears: hears.then_some(self.outlet.codec),
            playing: self.player.is_some(),
        }
    }

    pub(crate) fn stats(&self) -> EndpointStats {
        EndpointStats {
            packets_received: self.voice.received,
            packets_sent: self.sent,
            packets_lost: self.voice.reception.lost(),
            packets_refused: self.refused,
            jitter_ms: self.voice.reception.jitter_ms(),
            frames_concealed: self.voice.concealed(),
        }
    }
}
