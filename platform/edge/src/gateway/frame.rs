//! Frames as they go over the wire (RFC 6455 §5.2). A server's are not masked, so one that is for many is encoded once and shared.
//!
//! They are not compressed: an event is some 600 bytes, so there is little to win, and a deflate context kept per socket would cost far
//! more memory than the whole socket does; without one, each reader's frame would differ by what was negotiated.

use bytes::Bytes;
use serde::Serialize;

/// Room for the longest header.
const HEAD: usize = 10;
/// The last fragment of a text.
const FINAL_TEXT: u8 = 0x81;
/// Payload lengths that stand for a longer field.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// A ping without payload.
pub(super) const PING: Bytes = Bytes::from_static(&[0x89, 0]);

/// A text frame of JSON.
pub(super) fn text(value: &impl Serialize) -> Bytes {
    let mut wire = Vec::with_capacity(1_024);
    wire.resize(HEAD, 0);
    // Our own frames always serialise: their maps have text keys and their numbers are finite.
    let written = serde_json::to_writer(&mut wire, value);
    debug_assert!(written.is_ok(), "{written:?}");
    let length = wire.len() - HEAD;
    let start = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..LENGTH_16), _) => {
            wire[HEAD - 2..HEAD].copy_from_slice(&[FINAL_TEXT, length]);
            HEAD - 2
        }
        (_, Ok(length)) => {
            wire[HEAD - 4..HEAD - 2].copy_from_slice(&[FINAL_TEXT, LENGTH_16]);
            wire[HEAD - 2..HEAD].copy_from_slice(&length.to_be_bytes());
            HEAD - 4
        }
        _ => {
            wire[..2].copy_from_slice(&[FINAL_TEXT, LENGTH_64]);
            wire[2..HEAD].copy_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
            0
        }
    };
    wire.shrink_to_fit();
    Bytes::from(wire).slice(start..)
}

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::{
        Message,
        protocol::{Role, WebSocket},
    };

    use super::*;

    #[test]
    fn every_length_reads_as_what_was_written() {
        for length in [0, 1, 123, 124, 65_533, 65_534, 70_000] {
            let value = "x".repeat(length);
            let wire = text(&value);
            let stream = std::io::Cursor::new(wire.to_vec());
            let read = WebSocket::from_raw_socket(stream, Role::Client, None).read().expect("a frame");
            assert_eq!(read, Message::text(format!("{value:?}")), "{length} bytes");
        }
    }
}
