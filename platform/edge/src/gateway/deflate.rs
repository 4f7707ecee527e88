//! Compression of messages (permessage-deflate, RFC 7692), each by itself: no side remembers what went before. So a frame is compressed
//! once for all who get it, and a socket keeps no window, which would be more than all the rest of it.
//!
//! What is sent is compressed where it is for many and long enough ([`FROM_BYTES`]). What comes is opened up to a bound, so that a few bytes
//! that stand for gigabytes do no harm. The protocol beneath knows nothing of this: [`Incoming`] shows it a compressed message as a binary
//! one, and remembers what it was.

use std::collections::VecDeque;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use http::{HeaderMap, header};

/// The extension as it is agreed on, whatever else was offered.
pub(super) const AGREED: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
/// Shorter payloads go as they are. Measured on the events of `docs/asyncapi.json` (432 to 1 028 bytes): 5 to 15 µs each at this level,
/// once for all readers, for 40 to 56 % less; the next level that is slower (3) saves a tenth more for three times that. What is shorter,
/// as signals are, saves too few bytes of a packet that goes out anyway.
const FROM_BYTES: usize = 400;
const LEVEL: u32 = 1;
/// What ends each message's data, and is left out (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Whether a client offers the extension in a way that is taken: among its offers, the first that asks for nothing we do not do.
pub(super) fn is_offered(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(is_taken)
}

/// Whether one offer is taken (RFC 7692 §7.1).
fn is_taken(offer: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    if parts.next() != Some("permessage-deflate") {
        return false;
    }
    let mut seen = Vec::new();
    parts.all(|parameter| {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
            None => (parameter, None),
        };
        let again = seen.contains(&name);
        seen.push(name);
        let bits = value.and_then(|bits| bits.parse::<u8>().ok().filter(|_| !bits.starts_with(['0', '+'])));
        !again
            && match (name, value) {
                ("server_no_context_takeover" | "client_no_context_takeover", None) => true,
                ("client_max_window_bits", None) => true,
                ("client_max_window_bits", Some(_)) => matches!(bits, Some(8..=15)),
                // A smaller window than ours would make another frame of what is shared.
                ("server_max_window_bits", Some(_)) => bits == Some(15),
                _ => false,
            }
    })
}

/// Compresses payloads, one after the other.
#[derive(Debug)]
pub(super) struct Deflater(Compress);

impl Default for Deflater {
    fn default() -> Self {
        Self(Compress::new(Compression::new(LEVEL), false))
    }
}

impl Deflater {
    /// A payload compressed, after `room` bytes that are free; `None` where it is too short for that to pay.
    pub(super) fn deflate(&mut self, payload: &[u8], room: usize) -> Option<Vec<u8>> {
        if payload.len() < FROM_BYTES {
            return None;
        }
        self.0.reset();
        let mut out = Vec::with_capacity(room + payload.len() + 64);
        out.resize(room, 0);
        // What does not fit saved nothing.
        self.0.compress_vec(payload, &mut out, FlushCompress::Sync).ok()?;
        let whole = self.0.total_in() == u64::try_from(payload.len()).ok()? && out.ends_with(&TAIL);
        out.truncate(out.len().saturating_sub(TAIL.len()));
        whole.then_some(out)
    }
}

/// Why a message is not opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unopened {
    /// It stands for more than is taken.
    TooBig,
    /// It is not compressed data.
    Garbled,
}

/// What a message of up to `limit` bytes was before it was compressed.
pub(super) fn inflate(message: &[u8], limit: usize) -> Result<Vec<u8>, Unopened> {
    let mut inflater = Decompress::new(false);
    let mut out = Vec::with_capacity(message.len().saturating_mul(3).clamp(64, limit.max(64)));
    for part in [message, &TAIL] {
        let mut rest = part;
        loop {
            if out.len() == out.capacity() {
                out.reserve(out.len());
            }
            let (read, written) = (inflater.total_in(), out.len());
            let opened = inflater.decompress_vec(rest, &mut out, FlushDecompress::None);
            let status = opened.map_err(|_| Unopened::Garbled)?;
            if out.len() > limit {
                return Err(Unopened::TooBig);
            }
            let taken = usize::try_from(inflater.total_in() - read).map_err(|_| Unopened::TooBig)?;
            rest = &rest[taken..];
            match status {
                // A last block, which nothing follows (§7.2.3.5).
                Status::StreamEnd => return Ok(out),
                _ if rest.is_empty() && out.len() < out.capacity() => break,
                _ if taken == 0 && out.len() == written && out.len() < out.capacity() => {
                    return Err(Unopened::Garbled);
                }
                _ => {}
            }
        }
    }
    Ok(out)
}

/// What a message was that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Came {
    Plain,
    CompressedText,
    CompressedBinary,
}

/// Follows the frames that come (RFC 6455 §5.2) and makes binary ones, which are not compressed, of those that are.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    /// Messages that were begun and not asked for yet, oldest first: as many as fit into what is read ahead.
    messages: VecDeque<Came>,
    /// Of the header that is coming.
    head: Vec<u8>,
    /// Bytes of payload until the next header.
    payload: u64,
}

/// Bits of a frame's first two bytes.
const RSV1: u8 = 0x40;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;

impl Incoming {
    /// What came next, to be shown to the protocol as it is left here.
    pub(super) fn pass(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            if self.payload > 0 {
                let skipped = usize::try_from(self.payload).map_or(bytes.len(), |left| left.min(bytes.len()));
                self.payload -= skipped as u64;
                bytes = &mut bytes[skipped..];
                continue;
            }
            if self.head.is_empty() {
                bytes[0] = self.begun(bytes[0]);
            }
            self.head.push(bytes[0]);
            bytes = &mut bytes[1..];
            if let Some(length) = payload_length(&self.head) {
                self.payload = length;
                self.head.clear();
            }
        }
    }

    /// A frame begins; answers its first byte as it is shown.
    fn begun(&mut self, first: u8) -> u8 {
        let (came, shown) = match (first & OPCODE, first & RSV1 != 0) {
            (TEXT, true) => (Came::CompressedText, (first & !RSV1 & !OPCODE) | BINARY),
            (BINARY, true) => (Came::CompressedBinary, first & !RSV1),
            (TEXT | BINARY, false) => (Came::Plain, first),
            // The bit is for a message's first frame alone: elsewhere the protocol refuses it.
            (CONTINUATION, _) | (_, _) => return first,
        };
        self.messages.push_back(came);
        shown
    }

    /// What the message was that the protocol hands out next.
    pub(super) fn next(&mut self) -> Came {
        self.messages.pop_front().unwrap_or(Came::Plain)
    }
}

/// The length of a frame's payload, once its header is there.
fn payload_length(head: &[u8]) -> Option<u64> {
    let second = *head.get(1)?;
    let extended = match second & LENGTH {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mask = if second & MASKED == 0 { 0 } else { 4 };
    if head.len() < 2 + extended + mask {
        return None;
    }
    let read = |bytes: &[u8]| bytes.iter().fold(0, |length, byte| (length << 8) | u64::from(*byte));
    Some(if extended == 0 { u64::from(second & LENGTH) } else { read(&head[2..2 + extended]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_taken_where_all_it_asks_for_is_done() {
        for taken in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "x-other, permessage-deflate; server_no_context_takeover; client_max_window_bits=\"10\"",
            "permessage-deflate; server_max_window_bits=10, permessage-deflate; server_max_window_bits=15",
        ] {
            let headers =
                HeaderMap::from_iter([(header::SEC_WEBSOCKET_EXTENSIONS, taken.parse().expect("a header"))]);
            assert!(is_offered(&headers), "{taken}");
        }
        for refused in [
            "",
            "permessage-bzip2",
            "permessage-deflate; server_max_window_bits=10",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; client_max_window_bits=16",
            "permessage-deflate; client_max_window_bits=08",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; dictionary",
        ] {
            assert!(!is_taken(refused), "{refused}");
        }
    }

    #[test]
    fn what_is_compressed_opens_again() {
        let mut deflater = Deflater::default();
        for length in [FROM_BYTES, 1_000, 70_000, 256 * 1024] {
            let payload: Vec<u8> = (0..length).map(|n| b"0123456789abcdef {}"[n * n / 7 % 19]).collect();
            let wire = deflater.deflate(&payload, 3).expect("long enough");
            assert_eq!(inflate(&wire[3..], length), Ok(payload), "{length} bytes");
        }
        assert_eq!(deflater.deflate(&[b'x'; FROM_BYTES - 1], 0), None);
        assert_eq!(inflate(&[], 10), Ok(Vec::new()));
        // RFC 7692 §7.2.3.1, §7.2.3.3 and §7.2.3.4: "Hello", one block that is compressed, one that is not, and a last one.
        for hello in [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..],
            &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
        ] {
            assert_eq!(inflate(hello, 5).as_deref(), Ok(&b"Hello"[..]), "{hello:?}");
        }
    }

    #[test]
    fn a_bomb_is_put_down() {
        let bomb = Deflater::default().deflate(&vec![0; 8 * 1024 * 1024], 0).expect("long enough");
        assert!(bomb.len() < 512 * 1024, "{}", bomb.len());
        assert_eq!(inflate(&bomb, 256 * 1024), Err(Unopened::TooBig));
        assert_eq!(inflate(b"\xff\xff\xff", 100), Err(Unopened::Garbled));
    }

    #[test]
    fn headers_are_found_wherever_reads_are_cut() {
        let frame = |first: u8, length: usize| {
            let mut frame = vec![first];
            match length {
                0..=125 => frame.push(MASKED | u8::try_from(length).expect("short")),
                126..=65_535 => {
                    frame.push(MASKED | 126);
                    frame.extend(u16::try_from(length).expect("fits").to_be_bytes());
                }
                _ => {
                    frame.push(MASKED | 127);
                    frame.extend((length as u64).to_be_bytes());
                }
            }
            frame.extend([0xc1; 4]);
            frame.extend(vec![0xc1; length]);
            frame
        };
        // A compressed text in two parts with a ping between, a plain text, a compressed binary.
        let parts =
            [(0x41, 200, 0x02), (0x89, 3, 0x89), (0x80, 70_000, 0x80), (0x81, 0, 0x81), (0xc2, 126, 0x82)];
        for step in [1, 3, 1_000, 100_000] {
            let mut incoming = Incoming::default();
            let mut wire: Vec<u8> =
                parts.iter().flat_map(|(first, length, _)| frame(*first, *length)).collect();
            wire.chunks_mut(step).for_each(|chunk| incoming.pass(chunk));
            let shown: Vec<u8> = parts
                .iter()
                .flat_map(|(first, length, shown)| {
                    let mut frame = frame(*first, *length);
                    frame[0] = *shown;
                    frame
                })
                .collect();
            assert!(wire == shown, "in steps of {step}");
            let came: Vec<Came> = (0..4).map(|_| incoming.next()).collect();
            assert_eq!(came, [Came::CompressedText, Came::Plain, Came::CompressedBinary, Came::Plain]);
        }
    }
}
