//! The audio of one call.

use std::time::Instant;

use tandem_media::{AudioCodec, rtp::RtpPacket};

use super::sdp::Remote;
use crate::meter::{Ear, Listener, Voice};

/// Room for any packet.
const PACKET_MAX: usize = 500;

/// Numbers, says and hears. It has no socket.
#[derive(Debug)]
pub(super) struct Audio {
    pub(super) remote: Remote,
    voice: Voice,
    listener: Listener,
    sequence: u16,
    timestamp: u32,
    step: u32,
    ssrc: u32,
}

impl Audio {
    pub(super) fn new(codec: AudioCodec, remote: Remote, voice: Voice, listener: Listener) -> Self {
        let step = codec.clock_rate() / 50;
        Self {
            remote,
            voice,
            listener,
            sequence: rand::random(),
            timestamp: rand::random(),
            step,
            ssrc: rand::random(),
        }
    }

    /// The packet of the next 20 ms.
    pub(super) fn packet(&mut self) -> Option<Vec<u8>> {
        let payload = self.voice.frame();
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(self.step);
        let packet = RtpPacket {
            marker: false,
            payload_type: self.remote.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload: &payload,
        };
        let mut buffer = vec![0; PACKET_MAX];
        let len = packet.write(&mut buffer)?;
        buffer.truncate(len);
        Some(buffer)
    }

    pub(super) fn receive(&mut self, now: Instant, datagram: &[u8], ear: &mut Ear) {
        if let Some(packet) = RtpPacket::parse(datagram) {
            self.listener.payload(now, packet.payload, ear);
        }
    }

    /// The voice, to go on with in another call.
    pub(super) fn into_voice(self) -> Voice {
        self.voice
    }
}
