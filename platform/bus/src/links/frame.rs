//! What goes over a connection between two nodes.
//!
//! Every frame is `length: u32 · kind: u8 · number: u64 · name length: u8 · name · body`, the length counting what follows it. A kind that
//! is not known is of a newer version and is skipped.

use std::io;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use tandem_proto::NodeId;
use tokio_util::codec::{Decoder, Encoder};

/// The largest frame, bytes after its length: a request with the largest body the API takes, in JSON, with room.
pub(super) const FRAME_BYTES: usize = 4 * 1024 * 1024;
/// What a frame holds besides its name and body.
const HEAD_BYTES: usize = 1 + 8 + 1;
/// The version of this format. Another one is refused; what rides on it (services, fields) may differ between nodes.
pub(super) const PROTOCOL: u16 = 1;

/// One frame. Numbers pair answers with requests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Frame {
    /// The first one, from the side that connected: [`Hello`].
    Hello(Bytes),
    /// The other side's answer: [`Welcome`].
    Welcome(Bytes),
    /// A request.
    Ask { number: u64, service: String, body: Bytes },
    /// A message without an answer.
    Tell { service: String, body: Bytes },
    /// The answer to a request.
    Answer { number: u64, body: Bytes },
    /// A request's failure: a `LinkError`.
    Failed { number: u64, body: Bytes },
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// Of a newer version.
    Unknown,
}

/// Who connects, and to whom it believes it does.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) protocol: u16,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
}

/// What the side that was connected to says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Welcome {
    pub(super) protocol: u16,
    /// Who it really is. The connection is of use only if that was meant.
    pub(super) node: NodeId,
}

/// Whether a message fits into a frame.
pub(super) fn fits(service: &str, body: &[u8]) -> bool {
    HEAD_BYTES + service.len() + body.len() <= FRAME_BYTES
}

/// Reads and writes frames.
#[derive(Debug)]
pub(super) struct Codec;

impl Encoder<Frame> for Codec {
    type Error = io::Error;

    fn encode(&mut self, frame: Frame, out: &mut BytesMut) -> io::Result<()> {
        let nothing = Bytes::new();
        let (kind, number, name, body) = match &frame {
            Frame::Hello(body) => (1, 0, "", body),
            Frame::Welcome(body) => (2, 0, "", body),
            Frame::Ask { number, service, body } => (3, *number, service.as_str(), body),
            Frame::Tell { service, body } => (4, 0, service.as_str(), body),
            Frame::Answer { number, body } => (5, *number, "", body),
            Frame::Failed { number, body } => (6, *number, "", body),
            Frame::Ping => (7, 0, "", &nothing),
            Frame::Pong => (8, 0, "", &nothing),
            Frame::Unknown => (0, 0, "", &nothing),
        };
        let (Ok(name_length), true) = (u8::try_from(name.len()), fits(name, body)) else {
            return Err(invalid("a frame is too large"));
        };
        let length = HEAD_BYTES + name.len() + body.len();
        out.reserve(4 + length);
        out.put_u32(u32::try_from(length).expect("bounded by FRAME_BYTES"));
        out.put_u8(kind);
        out.put_u64(number);
        out.put_u8(name_length);
        out.put_slice(name.as_bytes());
        out.put_slice(body);
        Ok(())
    }
}

impl Decoder for Codec {
    type Item = Frame;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Frame>> {
        let Some(length) = buffer.first_chunk::<4>().map(|head| u32::from_be_bytes(*head) as usize) else {
            return Ok(None);
        };
        if !(HEAD_BYTES..=FRAME_BYTES).contains(&length) {
            return Err(invalid("a frame's length is out of bounds"));
        }
        if buffer.len() < 4 + length {
            buffer.reserve(4 + length - buffer.len());
            return Ok(None);
        }
        buffer.advance(4);
        let mut frame = buffer.split_to(length).freeze();
        let (kind, number, name_length) = (frame.get_u8(), frame.get_u64(), usize::from(frame.get_u8()));
        if name_length > frame.len() {
            return Err(invalid("a frame's name is longer than the frame"));
        }
        let name = frame.split_to(name_length);
        let service =
            || String::from_utf8(name.to_vec()).map_err(|_| invalid("a service's name is not UTF-8"));
        Ok(Some(match kind {
            1 => Frame::Hello(frame),
            2 => Frame::Welcome(frame),
            3 => Frame::Ask { number, service: service()?, body: frame },
            4 => Frame::Tell { service: service()?, body: frame },
            5 => Frame::Answer { number, body: frame },
            6 => Frame::Failed { number, body: frame },
            7 => Frame::Ping,
            8 => Frame::Pong,
            _ => Frame::Unknown,
        }))
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Vec<Frame> {
        let body = Bytes::from_static(br#"{"a":1}"#);
        vec![
            Frame::Hello(body.clone()),
            Frame::Ask { number: u64::MAX, service: "calls".to_owned(), body: body.clone() },
            Frame::Tell { service: String::new(), body: Bytes::new() },
            Frame::Failed { number: 7, body },
            Frame::Ping,
            Frame::Unknown,
            Frame::Pong,
        ]
    }

    #[test]
    fn frames_are_read_as_they_were_written_however_they_arrive() {
        let mut sent = BytesMut::new();
        for frame in frames() {
            Codec.encode(frame, &mut sent).expect("fits");
        }
        for step in [1, 3, sent.len()] {
            let (mut arrived, mut read) = (BytesMut::new(), Vec::new());
            for part in sent.chunks(step) {
                arrived.extend_from_slice(part);
                while let Some(frame) = Codec.decode(&mut arrived).expect("whole frames") {
                    read.push(frame);
                }
            }
            assert_eq!(read, frames(), "in steps of {step}");
        }
    }

    #[test]
    fn what_is_no_frame_is_refused_before_it_is_buffered() {
        for wrong in [&[0xff, 0xff, 0xff, 0xff][..], &[0, 0, 0, 1, 7], b"GET / HTTP/1.1\r\n"] {
            assert!(Codec.decode(&mut BytesMut::from(wrong)).is_err(), "{wrong:?}");
        }
        let mut long_name = BytesMut::new();
        Codec.encode(Frame::Ping, &mut long_name).expect("fits");
        long_name[13] = 9;
        assert!(Codec.decode(&mut long_name).is_err());
        let large = Frame::Answer { number: 1, body: vec![0; FRAME_BYTES].into() };
        assert!(Codec.encode(large, &mut BytesMut::new()).is_err());
    }
}
