//! What goes over a connection between two nodes.
//!
//! Every frame is `length: u32 · kind: u8 · number: u64 · name length: u8 · name · body`, the length counting what follows it. A kind that
//! is not known is of a newer version and is skipped. So the trace a request belongs to, and the seal of a request or message, are frames of
//! their own before it: who does not know their kinds has the request alone. For that reason seals did not make another [`PROTOCOL`]: nodes
//! of the version before them are served and asked while they are replaced. Who may come without one is decided elsewhere.

use std::io;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use tandem_proto::NodeId;
use tokio_util::codec::{Decoder, Encoder};

use crate::Trace;

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
    /// A request, the seal that says for whom, and the trace it belongs to.
    Ask { number: u64, service: String, body: Bytes, seal: Option<Bytes>, trace: Option<Trace> },
    /// A message without an answer, and its seal.
    Tell { service: String, body: Bytes, seal: Option<Bytes> },
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
#[derive(Debug, Default)]
pub(super) struct Codec {
    /// What the frames before said of the request with that number.
    announced: Option<Announced>,
}

/// What is known of a request, or of a message (number 0), before it comes.
#[derive(Debug, Default)]
struct Announced {
    of: u64,
    trace: Option<Trace>,
    seal: Option<Bytes>,
}

/// The kind of a frame that says which trace the request of its number belongs to; its body is a `traceparent`.
const TRACE: u8 = 9;
/// The kind of a frame that holds the seal of the request or message behind it.
const SEAL: u8 = 10;

impl Encoder<Frame> for Codec {
    type Error = io::Error;

    fn encode(&mut self, frame: Frame, out: &mut BytesMut) -> io::Result<()> {
        let nothing = Bytes::new();
        if let Frame::Ask { number, trace: Some(trace), .. } = &frame {
            put(out, TRACE, *number, "", trace.to_string().as_bytes())?;
        }
        match &frame {
            Frame::Ask { number, seal: Some(seal), .. } => put(out, SEAL, *number, "", seal)?,
            Frame::Tell { seal: Some(seal), .. } => put(out, SEAL, 0, "", seal)?,
            _ => {}
        }
        let (kind, number, name, body) = match &frame {
            Frame::Hello(body) => (1, 0, "", body),
            Frame::Welcome(body) => (2, 0, "", body),
            Frame::Ask { number, service, body, .. } => (3, *number, service.as_str(), body),
            Frame::Tell { service, body, .. } => (4, 0, service.as_str(), body),
            Frame::Answer { number, body } => (5, *number, "", body),
            Frame::Failed { number, body } => (6, *number, "", body),
            Frame::Ping => (7, 0, "", &nothing),
            Frame::Pong => (8, 0, "", &nothing),
            Frame::Unknown => (0, 0, "", &nothing),
        };
        put(out, kind, number, name, body)
    }
}

fn put(out: &mut BytesMut, kind: u8, number: u64, name: &str, body: &[u8]) -> io::Result<()> {
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

impl Decoder for Codec {
    type Item = Frame;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Frame>> {
        loop {
            let Some(Wire { kind, number, name, body }) = take(buffer)? else { return Ok(None) };
            let announced =
                self.announced.take().filter(|announced| announced.of == number).unwrap_or_default();
            let service =
                || String::from_utf8(name.to_vec()).map_err(|_| invalid("a service's name is not UTF-8"));
            return Ok(Some(match kind {
                1 => Frame::Hello(body),
                2 => Frame::Welcome(body),
                3 => {
                    let Announced { trace, seal, .. } = announced;
                    Frame::Ask { number, service: service()?, body, seal, trace }
                }
                4 => Frame::Tell { service: service()?, body, seal: announced.seal },
                5 => Frame::Answer { number, body },
                6 => Frame::Failed { number, body },
                7 => Frame::Ping,
                8 => Frame::Pong,
                TRACE => {
                    // What is no trace concerns nobody.
                    let trace = std::str::from_utf8(&body).ok().and_then(|text| text.parse().ok());
                    self.announced = Some(Announced { of: number, trace, ..announced });
                    continue;
                }
                SEAL => {
                    self.announced = Some(Announced { of: number, seal: Some(body), ..announced });
                    continue;
                }
                _ => Frame::Unknown,
            }));
        }
    }
}

/// A frame's parts.
struct Wire {
    kind: u8,
    number: u64,
    name: Bytes,
    body: Bytes,
}

/// Takes the next frame out of what arrived, once all of it is there.
fn take(buffer: &mut BytesMut) -> io::Result<Option<Wire>> {
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
    Ok(Some(Wire { kind, number, name, body: frame }))
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE_TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn ask(trace: Option<&str>) -> Frame {
        sealed_ask(trace, None)
    }

    fn sealed_ask(trace: Option<&str>, seal: Option<&'static str>) -> Frame {
        let trace = trace.map(|text| text.parse().expect("a traceparent"));
        let body = Bytes::from_static(br#"{"a":1}"#);
        let seal = seal.map(|seal| Bytes::from_static(seal.as_bytes()));
        Frame::Ask { number: u64::MAX, service: "calls".to_owned(), body, seal, trace }
    }

    fn tell(seal: Option<&'static str>) -> Frame {
        let seal = seal.map(|seal| Bytes::from_static(seal.as_bytes()));
        Frame::Tell { service: "news".to_owned(), body: Bytes::new(), seal }
    }

    fn written(frame: Frame) -> BytesMut {
        let mut bytes = BytesMut::new();
        Codec::default().encode(frame, &mut bytes).expect("fits");
        bytes
    }

    fn frames() -> Vec<Frame> {
        let body = Bytes::from_static(br#"{"a":1}"#);
        vec![
            Frame::Hello(body.clone()),
            ask(Some(TRACE_TEXT)),
            ask(None),
            Frame::Tell { service: String::new(), body: Bytes::new(), seal: None },
            sealed_ask(Some(TRACE_TEXT), Some("seal")),
            tell(Some("seal")),
            sealed_ask(None, Some("another")),
            tell(None),
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
            sent.extend(written(frame));
        }
        for step in [1, 3, sent.len()] {
            let (mut codec, mut arrived, mut read) = (Codec::default(), BytesMut::new(), Vec::new());
            for part in sent.chunks(step) {
                arrived.extend_from_slice(part);
                while let Some(frame) = codec.decode(&mut arrived).expect("whole frames") {
                    read.push(frame);
                }
            }
            assert_eq!(read, frames(), "in steps of {step}");
        }
    }

    #[test]
    fn what_is_no_frame_is_refused_before_it_is_buffered() {
        for wrong in [&[0xff, 0xff, 0xff, 0xff][..], &[0, 0, 0, 1, 7], b"GET / HTTP/1.1\r\n"] {
            assert!(Codec::default().decode(&mut BytesMut::from(wrong)).is_err(), "{wrong:?}");
        }
        let mut long_name = written(Frame::Ping);
        long_name[13] = 9;
        assert!(Codec::default().decode(&mut long_name).is_err());
        let large = Frame::Answer { number: 1, body: vec![0; FRAME_BYTES].into() };
        assert!(Codec::default().encode(large, &mut BytesMut::new()).is_err());
    }

    #[test]
    fn who_does_not_know_of_traces_has_the_request_as_ever() {
        let (plain, traced) = (written(ask(None)), written(ask(Some(TRACE_TEXT))));
        let (announcement, request) = traced.split_at(traced.len() - plain.len());
        assert_eq!(request, plain, "the same frame, behind another");
        assert_eq!(announcement[4], TRACE, "of a kind that older versions skip");
        assert_eq!(announcement.len(), 4 + HEAD_BYTES + TRACE_TEXT.len());
    }

    #[test]
    fn who_does_not_know_of_seals_has_what_is_sealed_as_ever() {
        for (plain, sealed) in [(ask(None), sealed_ask(None, Some("seal"))), (tell(None), tell(Some("seal")))]
        {
            let (plain, sealed) = (written(plain), written(sealed));
            let (announcement, frame) = sealed.split_at(sealed.len() - plain.len());
            assert_eq!(frame, plain, "the same frame, behind another");
            assert_eq!(announcement[4], SEAL, "of a kind that older versions skip");
        }
    }

    #[test]
    fn a_seal_is_of_what_comes_right_behind_it_alone() {
        let mut codec = Codec::default();
        let mut read = |frames: &[&BytesMut]| {
            let mut arrived = BytesMut::new();
            frames.iter().for_each(|frame| arrived.extend_from_slice(frame));
            let mut read = Vec::new();
            while let Some(frame) = codec.decode(&mut arrived).expect("whole frames") {
                read.push(frame);
            }
            read
        };
        let mut alone = BytesMut::new();
        put(&mut alone, SEAL, 0, "", b"seal").expect("fits");
        let (ping, told, asked) = (written(Frame::Ping), written(tell(None)), written(ask(None)));
        assert_eq!(read(&[&alone, &told, &told]), [tell(Some("seal")), tell(None)], "of one message");
        assert_eq!(read(&[&alone, &ping, &told]), [Frame::Ping, tell(None)], "not past another frame");
        assert_eq!(read(&[&alone, &asked]), [ask(None)], "not of a request with another number");
    }

    #[test]
    fn a_trace_is_of_the_request_behind_it_alone() {
        let mut codec = Codec::default();
        let mut arrived = BytesMut::new();
        put(&mut arrived, TRACE, 7, "", TRACE_TEXT.as_bytes()).expect("fits");
        put(&mut arrived, TRACE, u64::MAX, "", b"no trace").expect("fits");
        arrived.extend(written(ask(None)));
        assert_eq!(codec.decode(&mut arrived).expect("a frame"), Some(ask(None)));
        put(&mut arrived, TRACE, 7, "", TRACE_TEXT.as_bytes()).expect("fits");
        arrived.extend(written(ask(None)));
        assert_eq!(codec.decode(&mut arrived).expect("a frame"), Some(ask(None)), "another's");
    }
}
