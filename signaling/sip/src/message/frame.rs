//! Messages in a stream (RFC 3261 §18.3, keep-alives of RFC 5626 §3.5.1).

use bytes::{Buf, Bytes, BytesMut};
use tandem_proto::limits::SIP_MESSAGE_BYTES;

/// Cuts a byte stream into messages. Holds at most one message that is not complete.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: BytesMut,
    /// How far the end of the head was looked for, so that a slow sender costs no second look.
    searched: usize,
    /// Length of the whole message once its head is known.
    length: Option<usize>,
}

/// A piece of a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// A message, for [`Message::parse`](crate::Message::parse).
    Message(Bytes),
    /// `CRLF CRLF` between messages: the peer asks whether we are there; answer with [`Framer::PONG`].
    Ping,
}

/// The stream cannot be cut any further; the connection is to be closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FramingError {
    /// The head or the whole message is over the limit.
    #[error("message too large")]
    TooLarge,
    /// No, two or an unreadable Content-Length: where the next message starts is unknown.
    #[error("no usable Content-Length")]
    ContentLength,
    /// A line of the head ends with CR or LF alone: where others would see the head's end is unknown.
    #[error("a bare CR or LF in the head")]
    LineEnd,
}

impl Framer {
    /// The answer to a [`Frame::Ping`].
    pub const PONG: &'static [u8] = b"\r\n";

    /// Adds bytes as they were read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// How many bytes wait to become a frame.
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// The next complete piece; `None` until more bytes come.
    pub fn poll(&mut self) -> Result<Option<Frame>, FramingError> {
        if self.length.is_none() && self.searched == 0 {
            match self.buffer[..] {
                [b'\r', b'\n', b'\r', b'\n', ..] => {
                    self.buffer.advance(4);
                    return Ok(Some(Frame::Ping));
                }
                [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return Ok(None),
                [b'\r', b'\n', ..] => self.buffer.advance(2),
                _ => {}
            }
        }
        if self.length.is_none() {
            let from = self.searched.saturating_sub(3);
            let Some(at) = memchr::memmem::find(&self.buffer[from..], b"\r\n\r\n") else {
                self.searched = self.buffer.len();
                let over = self.buffer.len() > SIP_MESSAGE_BYTES;
                return if over { Err(FramingError::TooLarge) } else { Ok(None) };
            };
            let head = from + at + 4;
            let length = head.saturating_add(content_length(&self.buffer[..head])?);
            if length > SIP_MESSAGE_BYTES {
                return Err(FramingError::TooLarge);
            }
            self.length = Some(length);
        }
        match self.length {
            Some(length) if self.buffer.len() >= length => {
                (self.searched, self.length) = (0, None);
                Ok(Some(Frame::Message(self.buffer.split_to(length).freeze())))
            }
            _ => Ok(None),
        }
    }
}

/// The one Content-Length of a head. Two of them, even equal ones, are how messages are smuggled.
fn content_length(head: &[u8]) -> Result<usize, FramingError> {
    let crs = memchr::memchr_iter(b'\r', head).filter(|at| head.get(at + 1) == Some(&b'\n')).count();
    let ends = memchr::memchr2_iter(b'\r', b'\n', head).count();
    if ends != 2 * crs {
        return Err(FramingError::LineEnd);
    }
    let mut found = None;
    let mut lines = head.split(|b| *b == b'\n').skip(1).peekable();
    while let Some(line) = lines.next() {
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let name = line[..colon].trim_ascii();
        if line[0].is_ascii_whitespace()
            || !(name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l"))
        {
            continue;
        }
        let mut value = line[colon + 1..].to_vec();
        while let Some(more) = lines.next_if(|next| next.first().is_some_and(|b| *b == b' ' || *b == b'\t')) {
            value.extend_from_slice(more);
        }
        let value = value.trim_ascii();
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let length = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
        if found.replace(length.ok_or(FramingError::ContentLength)?).is_some() {
            return Err(FramingError::ContentLength);
        }
    }
    found.ok_or(FramingError::ContentLength)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYE: &[u8] = b"BYE sip:a@b SIP/2.0\r\nl : 4\r\nVia: SIP/2.0/TCP c\r\n\r\nbody";

    fn frames(framer: &mut Framer) -> Vec<Frame> {
        std::iter::from_fn(|| framer.poll().expect("frames")).collect()
    }

    #[test]
    fn one_byte_at_a_time_and_all_at_once_give_the_same() {
        let stream = [b"\r\n\r\n".as_slice(), BYE, b"\r\n", BYE, b"\r\n\r\n", BYE].concat();
        let mut whole = Framer::default();
        whole.push(&stream);
        let at_once = frames(&mut whole);
        let mut framer = Framer::default();
        let singly: Vec<Frame> = stream
            .iter()
            .flat_map(|byte| {
                framer.push(&[*byte]);
                frames(&mut framer)
            })
            .collect();
        assert_eq!(at_once.len(), 5);
        assert_eq!(at_once, singly);
        assert_eq!(framer.pending(), 0);
    }

    #[test]
    fn streams_that_cannot_be_cut_are_errors() {
        let poll = |bytes: &[u8]| {
            let mut framer = Framer::default();
            framer.push(bytes);
            framer.poll()
        };
        assert_eq!(
            poll(b"BYE a SIP/2.0\r\nl: 1\r\nContent-Length: 1\r\n\r\nx"),
            Err(FramingError::ContentLength)
        );
        assert_eq!(poll(b"BYE a SIP/2.0\r\nl: -1\r\n\r\nx"), Err(FramingError::ContentLength));
        for smuggled in ["l: 0\n\nl: 9\r\n", "l: 0\rl: 9\r\n", "l: 0\n", "a: b\r\r\nl: 0\r\n"] {
            let stream = format!("BYE a SIP/2.0\r\n{smuggled}\r\n\r\n");
            assert_eq!(poll(stream.as_bytes()), Err(FramingError::LineEnd), "{smuggled:?}");
        }
        assert_eq!(poll(b"BYE a SIP/2.0\r\nf: x\r\n\r\n"), Err(FramingError::ContentLength));
        assert_eq!(poll(b"BYE a SIP/2.0\r\nl: 99999999\r\n\r\n"), Err(FramingError::TooLarge));
        assert_eq!(poll(&vec![b'x'; SIP_MESSAGE_BYTES + 1]), Err(FramingError::TooLarge));
    }
}
