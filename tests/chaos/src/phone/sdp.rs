//! What a phone with one codec offers and answers.

use std::net::SocketAddr;

use tandem_call::sdp::{Codec, Description};
use tandem_media::AudioCodec;

/// Content type.
pub(super) const SDP: &str = "application/sdp";
/// Payload type of Opus in our own offers.
const OPUS: u8 = 107;

/// Where the far end wants what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remote {
    pub(super) address: SocketAddr,
    pub(super) payload_type: u8,
    /// Whether it wants to hear anything now.
    pub(super) listens: bool,
}

/// Reads a description; `None` when it has no place for our codec.
pub(super) fn read(body: &[u8], codec: AudioCodec) -> Option<Remote> {
    let description = Description::parse(body).ok()?;
    let wanted = match codec {
        AudioCodec::Pcma => Codec::Pcma,
        AudioCodec::Pcmu => Codec::Pcmu,
        AudioCodec::Opus => Codec::Opus,
    };
    let format = description.formats.iter().find(|format| format.codec == wanted)?;
    Some(Remote {
        address: description.address,
        payload_type: format.payload_type,
        listens: description.direction.receives(),
    })
}

/// Writes a description; each has a greater version than the one before.
pub(super) fn write(rtp: SocketAddr, codec: AudioCodec, payload_type: Option<u8>, version: u32) -> String {
    let (default, rtpmap) = match codec {
        AudioCodec::Pcma => (8, "PCMA/8000"),
        AudioCodec::Pcmu => (0, "PCMU/8000"),
        AudioCodec::Opus => (OPUS, "opus/48000/2"),
    };
    let payload_type = payload_type.unwrap_or(default);
    let (ip, port) = (rtp.ip(), rtp.port());
    format!(
        "v=0\r\no=- {port} {version} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP {payload_type}\r\na=rtpmap:{payload_type} {rtpmap}\r\na=ptime:20\r\na=sendrecv\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let rtp: SocketAddr = "127.0.0.1:4000".parse().expect("an address");
        for codec in [AudioCodec::Pcma, AudioCodec::Pcmu, AudioCodec::Opus] {
            let remote = read(write(rtp, codec, None, 1).as_bytes(), codec).expect("has the codec");
            assert_eq!((remote.address, remote.listens), (rtp, true));
        }
        assert!(read(write(rtp, AudioCodec::Pcma, None, 1).as_bytes(), AudioCodec::Opus).is_none());
    }
}
