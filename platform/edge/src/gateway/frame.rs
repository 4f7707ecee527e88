//! What readers get, as it goes over the wire: frames of a WebSocket (RFC 6455 §5.2), plain or compressed, and what server-sent events
//! are made of. A server's frames are not masked and each is compressed by itself (`deflate`), so what is for many is encoded once for
//! each coding and shared.

use std::cell::OnceCell;

use bytes::{BufMut, Bytes};
use serde::Serialize;
use tandem_proto::{Cursor, Event};

use super::deflate::Deflater;

/// How a reader takes what it gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coding {
    /// Text frames.
    Text,
    /// The same, of which some are compressed (RFC 7692).
    Deflated,
    /// Server-sent events.
    Stream,
}

/// Room for the longest header.
pub(super) const HEAD: usize = 10;
/// The last fragment of a text.
const FINAL_TEXT: u8 = 0x81;
/// Of a message that is compressed (RFC 7692 §6).
const COMPRESSED: u8 = 0x40;
/// Payload lengths that stand for a longer field.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// A ping without payload.
pub(super) const PING: Bytes = Bytes::from_static(&[0x89, 0]);

/// As [`tandem_proto::ws::ServerFrame::Event`], without a copy of the event.
#[derive(Serialize)]
struct EventFrame<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    cursor: Cursor,
    data: &'a Event,
}

/// Something for many readers, encoded once for each coding that one of them has.
#[derive(Debug, Default)]
pub(super) struct Shared {
    text: OnceCell<Bytes>,
    deflated: OnceCell<Bytes>,
    stream: OnceCell<Bytes>,
}

impl Shared {
    /// An event.
    pub(super) fn event(&self, event: &Event, coding: Coding, deflater: &mut Deflater) -> Bytes {
        match coding {
            Coding::Stream => self.stream.get_or_init(|| streamed(event)).clone(),
            coding => self.socket(coding, deflater, || event_text(event)),
        }
    }

    /// Something that is for sockets only.
    pub(super) fn socket(
        &self,
        coding: Coding,
        deflater: &mut Deflater,
        encode: impl FnOnce() -> Bytes,
    ) -> Bytes {
        let text = self.text.get_or_init(encode);
        match coding {
            Coding::Deflated => self.deflated.get_or_init(|| deflated(text, deflater)).clone(),
            Coding::Text | Coding::Stream => text.clone(),
        }
    }
}

/// An event for one reader. It is not compressed: when many come back at once, each reads the log for itself, and the time is better spent
/// on that.
pub(super) fn event(event: &Event, coding: Coding) -> Bytes {
    match coding {
        Coding::Text | Coding::Deflated => event_text(event),
        Coding::Stream => streamed(event),
    }
}

fn event_text(event: &Event) -> Bytes {
    text(&EventFrame { kind: "event", cursor: event.cursor, data: event })
}

/// A text frame of JSON.
pub(super) fn text(value: &impl Serialize) -> Bytes {
    let mut wire = Vec::with_capacity(1_024);
    wire.resize(HEAD, 0);
    // Our own frames always serialise: their maps have text keys and their numbers are finite.
    let written = serde_json::to_writer(&mut wire, value);
    debug_assert!(written.is_ok(), "{written:?}");
    framed(wire, FINAL_TEXT)
}

/// The same frame, compressed if that makes it smaller.
pub(super) fn deflated(frame: &Bytes, deflater: &mut Deflater) -> Bytes {
    let payload = match frame.get(1) {
        Some(&LENGTH_16) => 4,
        Some(&LENGTH_64) => HEAD,
        _ => 2,
    };
    match deflater.deflate(&frame[payload..], HEAD) {
        Some(wire) if wire.len() < frame.len() => framed(wire, frame[0] | COMPRESSED),
        _ => frame.clone(),
    }
}

/// A frame of the payload that begins after room for the longest header.
pub(super) fn framed(mut wire: Vec<u8>, first: u8) -> Bytes {
    let length = wire.len() - HEAD;
    let start = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..LENGTH_16), _) => {
            wire[HEAD - 2..HEAD].copy_from_slice(&[first, length]);
            HEAD - 2
        }
        (_, Ok(length)) => {
            wire[HEAD - 4..HEAD - 2].copy_from_slice(&[first, LENGTH_16]);
            wire[HEAD - 2..HEAD].copy_from_slice(&length.to_be_bytes());
            HEAD - 4
        }
        _ => {
            wire[..2].copy_from_slice(&[first, LENGTH_64]);
            wire[2..HEAD].copy_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
            0
        }
    };
    wire.shrink_to_fit();
    Bytes::from(wire).slice(start..)
}

/// An event as a server-sent one: its cursor is the id with which a client comes back.
fn streamed(event: &Event) -> Bytes {
    let mut wire = Vec::with_capacity(1_024);
    wire.put_slice(format!("id: {}\ndata: ", event.cursor).as_bytes());
    let data = wire.len();
    let written = serde_json::to_writer(&mut wire, event);
    debug_assert!(written.is_ok(), "{written:?}");
    // A line's end ends the field. In JSON it is mere space, since texts have it escaped.
    wire[data..].iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    wire.put_slice(b"\n\n");
    wire.into()
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

    #[test]
    fn it_is_compressed_once_and_only_where_that_saves() {
        let mut deflater = Deflater::default();
        let shared = Shared::default();
        let encode = || text(&"a text that says the same again and again; ".repeat(20));
        let compressed = shared.socket(Coding::Deflated, &mut deflater, encode);
        let plain = shared.socket(Coding::Text, &mut deflater, || unreachable!("encoded already"));
        assert!(compressed.len() < plain.len() / 4, "{} of {}", compressed.len(), plain.len());
        assert_eq!((compressed[0], plain[0]), (FINAL_TEXT | COMPRESSED, FINAL_TEXT));
        let again = shared.socket(Coding::Deflated, &mut deflater, || unreachable!("encoded already"));
        assert_eq!(again.as_ptr(), compressed.as_ptr(), "shared, not copied");

        let short = Shared::default();
        assert_eq!(short.socket(Coding::Deflated, &mut deflater, || text(&"short"))[0], FINAL_TEXT);
    }
}
