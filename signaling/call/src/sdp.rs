//! Session descriptions of SIP legs: a neutral audio description read from an offer or answer (RFC 4566, 3264), and the one we write.
//!
//! Only the first audio section is used; every other section of an offer is rejected in its answer with port 0 (RFC 3264 §6).

use std::{fmt::Write as _, net::IpAddr, net::SocketAddr};

use sdp_types::{Media, Session};
use serde::{Deserialize, Serialize};
use tandem_proto::limits;

/// A codec both sides can name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// Opus.
    Opus,
}

impl Codec {
    /// Ours, in the order we like them for a phone: what it can play without a transcoder of its own comes last.
    pub const PREFERENCE: [Self; 3] = [Self::Opus, Self::Pcma, Self::Pcmu];

    const fn rtpmap(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
            Self::Opus => "opus/48000/2",
        }
    }

    const fn default_payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::Opus => 96,
        }
    }

    fn from_rtpmap(value: &str) -> Option<Self> {
        let value = value.trim().to_ascii_lowercase();
        match value.split('/').next()? {
            "pcmu" => Some(Self::Pcmu),
            "pcma" => Some(Self::Pcma),
            "opus" => Some(Self::Opus),
            _ => None,
        }
    }
}

/// Payload type of telephone-event in our own offers.
const DTMF_PAYLOAD_TYPE: u8 = 101;

/// A codec with its payload type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Format {
    /// Codec.
    pub codec: Codec,
    /// RTP payload type.
    pub payload_type: u8,
}

/// Which way media flows, from the describing side's view (RFC 3264 §5.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// It only sends: the classic hold.
    SendOnly,
    /// It only receives.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// What the other side says back when it goes along with all of it.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            same => same,
        }
    }

    /// Whether the describing side sends.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the describing side receives.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

/// A section of an offer, as far as the answer must mirror it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct SectionShape {
    media: String,
    protocol: String,
    formats: String,
}

/// The far end's description.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Description {
    /// Where it wants RTP.
    pub address: SocketAddr,
    /// What it can take, in its order of preference.
    pub formats: Vec<Format>,
    /// Its payload type for telephone-event, if it takes digits.
    pub dtmf_payload_type: Option<u8>,
    /// Direction; a connection address of 0.0.0.0 counts as hold (RFC 2543).
    pub direction: Direction,
    sections: Vec<SectionShape>,
    audio_section: usize,
}

/// Why a description cannot be used. All of them are a 488 (or 400 where it cannot be read at all).
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SdpError {
    /// Larger than the limit.
    #[error("the session description has {0} bytes, more than {max}", max = limits::SDP_BYTES)]
    TooLarge(usize),
    /// Not SDP.
    #[error("the session description cannot be read: {0}")]
    Malformed(String),
    /// No usable audio section.
    #[error("no audio section over RTP/AVP")]
    NoAudio,
    /// Names where a number is needed.
    #[error("no connection address for the audio section")]
    NoAddress,
    /// Nothing we can code.
    #[error("no common codec (we speak opus, PCMA, PCMU)")]
    NoCommonCodec,
}

impl SdpError {
    /// The SIP status that says it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLarge(_) => 413,
            Self::Malformed(_) => 400,
            Self::NoAudio | Self::NoAddress | Self::NoCommonCodec => 488,
        }
    }
}

impl Description {
    /// Reads an offer or answer.
    ///
    /// # Errors
    /// What is wrong with it. A description without any codec of ours is an error: there is nothing to answer.
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        if body.len() > limits::SDP_BYTES {
            return Err(SdpError::TooLarge(body.len()));
        }
        let session = parse_leniently(body)?;
        let audio_section = session
            .medias
            .iter()
            .position(|media| media.media == "audio" && media.port != 0 && is_plain_rtp(&media.proto))
            .ok_or(SdpError::NoAudio)?;
        let media = &session.medias[audio_section];
        let (ip, held_by_address) = address_of(&session, media)?;
        let mut description = Self {
            address: SocketAddr::new(ip, media.port),
            formats: Vec::new(),
            dtmf_payload_type: None,
            direction: if held_by_address { Direction::SendOnly } else { direction_of(&session, media) },
            sections: session.medias.iter().map(shape).collect(),
            audio_section,
        };
        description.read_formats(media);
        if description.formats.is_empty() {
            return Err(SdpError::NoCommonCodec);
        }
        Ok(description)
    }

    fn read_formats(&mut self, media: &Media) {
        for payload_type in media.fmt.split_ascii_whitespace().filter_map(|text| text.parse::<u8>().ok()) {
            let mapped = media
                .get_attribute_values("rtpmap")
                .flatten()
                .filter_map(|value| value.split_once(' '))
                .find(|(number, _)| number.parse() == Ok(payload_type))
                .map(|(_, encoding)| encoding);
            let codec = match (mapped, payload_type) {
                (Some(encoding), _)
                    if encoding.trim().to_ascii_lowercase().starts_with("telephone-event/8000") =>
                {
                    self.dtmf_payload_type.get_or_insert(payload_type);
                    continue;
                }
                (Some(encoding), _) => Codec::from_rtpmap(encoding),
                (None, 0) => Some(Codec::Pcmu),
                (None, 8) => Some(Codec::Pcma),
                (None, _) => None,
            };
            if let Some(codec) = codec
                && !self.formats.iter().any(|format| format.codec == codec)
            {
                self.formats.push(Format { codec, payload_type });
            }
        }
    }

    /// The codec to use: the far end's first (RFC 3264 §6.1), which in an answer is the one it chose.
    pub fn chosen(&self) -> Format {
        self.formats[0]
    }
}

fn parse_leniently(body: &[u8]) -> Result<Session, SdpError> {
    let malformed = |error: sdp_types::ParserError| SdpError::Malformed(error.to_string());
    match Session::parse(body) {
        Ok(session) => Ok(session),
        Err(error) => {
            // Phones exist that leave out `s=`, which RFC 4566 §5.3 asks for.
            let text = String::from_utf8_lossy(body);
            if text.lines().any(|line| line.starts_with("s=")) {
                return Err(malformed(error));
            }
            let mut repaired = String::with_capacity(text.len() + 8);
            for line in text.lines() {
                let _ = write!(repaired, "{line}\r\n");
                if line.starts_with("o=") {
                    repaired.push_str("s=-\r\n");
                }
            }
            Session::parse(repaired.as_bytes()).map_err(malformed)
        }
    }
}

fn is_plain_rtp(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("RTP/AVP") || protocol.eq_ignore_ascii_case("RTP/AVPF")
}

fn shape(media: &Media) -> SectionShape {
    SectionShape { media: media.media.clone(), protocol: media.proto.clone(), formats: media.fmt.clone() }
}

fn address_of(session: &Session, media: &Media) -> Result<(IpAddr, bool), SdpError> {
    let connection = media.connections.first().or(session.connection.as_ref()).ok_or(SdpError::NoAddress)?;
    let address = connection.connection_address.split('/').next().unwrap_or_default();
    let ip: IpAddr = address.trim().parse().map_err(|_| SdpError::NoAddress)?;
    Ok((ip, ip.is_unspecified()))
}

fn direction_of(session: &Session, media: &Media) -> Direction {
    let of = |name: &str| match name {
        "sendrecv" => Some(Direction::SendRecv),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::RecvOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    };
    let first = |attributes: &[sdp_types::Attribute]| attributes.iter().find_map(|a| of(&a.attribute));
    first(&media.attributes).or_else(|| first(&session.attributes)).unwrap_or(Direction::SendRecv)
}

/// Our side of a leg's session; each description written raises its version (RFC 3264 §8).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LocalSession {
    /// `o=` session id.
    pub id: u64,
    version: u64,
    address: SocketAddr,
}

impl LocalSession {
    /// A session that receives RTP at `address`.
    pub const fn new(id: u64, address: SocketAddr) -> Self {
        Self { id, version: 0, address }
    }

    /// The same session, received at another address from the next description on.
    pub const fn move_to(&mut self, address: SocketAddr) {
        self.address = address;
    }

    /// Restored from what may be one description old: its version is not used again.
    pub const fn restored(&mut self) {
        self.version += 1;
    }

    /// An offer of every codec we speak.
    pub fn offer(&mut self, direction: Direction) -> String {
        let formats: Vec<_> = Codec::PREFERENCE
            .iter()
            .map(|&codec| Format { codec, payload_type: codec.default_payload_type() })
            .collect();
        let mut sdp = self.head();
        self.audio(&mut sdp, "RTP/AVP", &formats, Some(DTMF_PAYLOAD_TYPE), direction);
        sdp
    }

    /// The answer to `offer`: its first codec that is ours, its payload types, the reverse of its direction.
    pub fn answer(&mut self, offer: &Description) -> String {
        let mut sdp = self.head();
        for (index, section) in offer.sections.iter().enumerate() {
            if index == offer.audio_section {
                let formats = [offer.chosen()];
                self.audio(
                    &mut sdp,
                    &section.protocol,
                    &formats,
                    offer.dtmf_payload_type,
                    offer.direction.reversed(),
                );
            } else {
                let _ = write!(sdp, "m={} 0 {} {}\r\n", section.media, section.protocol, section.formats);
            }
        }
        sdp
    }

    fn head(&mut self) -> String {
        self.version += 1;
        let Self { id, version, address } = self;
        let family = if address.is_ipv4() { "IP4" } else { "IP6" };
        let ip = address.ip();
        format!("v=0\r\no=tandem {id} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n")
    }

    fn audio(
        &self,
        sdp: &mut String,
        protocol: &str,
        formats: &[Format],
        dtmf: Option<u8>,
        direction: Direction,
    ) {
        let _ = write!(sdp, "m=audio {} {protocol}", self.address.port());
        for payload_type in formats.iter().map(|f| f.payload_type).chain(dtmf) {
            let _ = write!(sdp, " {payload_type}");
        }
        sdp.push_str("\r\n");
        for Format { codec, payload_type } in formats {
            let _ = write!(sdp, "a=rtpmap:{payload_type} {}\r\n", codec.rtpmap());
            if *codec == Codec::Opus {
                let _ = write!(sdp, "a=fmtp:{payload_type} useinbandfec=1\r\n");
            }
        }
        if let Some(payload_type) = dtmf {
            let _ =
                write!(sdp, "a=rtpmap:{payload_type} telephone-event/8000\r\na=fmtp:{payload_type} 0-16\r\n");
        }
        let _ = write!(sdp, "a=ptime:20\r\na={}\r\n", direction.name());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARESIP: &str = "v=0\r\no=- 3 4 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\na=tool:x\r\n\
        m=audio 20202 RTP/AVP 96 8 0 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\nm=video 20204 RTP/AVP 97\r\na=rtpmap:97 VP8/90000\r\n";

    #[test]
    fn an_offer_is_read_and_answered_section_for_section() {
        let offer = Description::parse(BARESIP.as_bytes()).expect("reads");
        assert_eq!(offer.address, "10.0.0.9:20202".parse().unwrap());
        assert_eq!(offer.chosen(), Format { codec: Codec::Opus, payload_type: 96 });
        assert_eq!(offer.dtmf_payload_type, Some(101));
        let answer = LocalSession::new(1, "127.0.0.1:41000".parse().unwrap()).answer(&offer);
        assert!(answer.contains("m=audio 41000 RTP/AVP 96 101\r\n"), "{answer}");
        assert!(answer.contains("m=video 0 RTP/AVP 97\r\n"), "{answer}");
        let read = Description::parse(answer.as_bytes()).expect("our own answer reads");
        assert_eq!(read.chosen(), offer.chosen());
    }

    #[test]
    fn static_payload_types_need_no_rtpmap() {
        let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8 0\r\n";
        let codecs: Vec<_> =
            Description::parse(sdp.as_bytes()).unwrap().formats.iter().map(|f| f.codec).collect();
        assert_eq!(codecs, [Codec::Pcma, Codec::Pcmu]);
    }

    #[test]
    fn hold_is_answered_in_reverse() {
        let held = BARESIP.replace("a=sendrecv", "a=sendonly");
        let offer = Description::parse(held.as_bytes()).unwrap();
        assert_eq!(offer.direction, Direction::SendOnly);
        let answer = LocalSession::new(1, "127.0.0.1:41000".parse().unwrap()).answer(&offer);
        assert!(answer.contains("a=recvonly\r\n"));
        let old_hold = BARESIP.replace("c=IN IP4 10.0.0.9", "c=IN IP4 0.0.0.0");
        assert_eq!(Description::parse(old_hold.as_bytes()).unwrap().direction, Direction::SendOnly);
    }

    #[test]
    fn a_missing_session_name_is_forgiven() {
        let sdp = BARESIP.replace("s=-\r\n", "");
        assert!(Description::parse(sdp.as_bytes()).is_ok());
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_name() {
        let only = |line: &str| {
            format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{line}\r\n")
        };
        let refusal = |sdp: String| Description::parse(sdp.as_bytes()).unwrap_err();
        assert_eq!(
            refusal(only("m=audio 6000 RTP/AVP 18\r\na=rtpmap:18 G729/8000")),
            SdpError::NoCommonCodec
        );
        assert_eq!(refusal(only("m=video 6000 RTP/AVP 97")), SdpError::NoAudio);
        assert_eq!(refusal(only("m=audio 0 RTP/AVP 0")), SdpError::NoAudio);
        assert_eq!(refusal(only("m=audio 6000 RTP/SAVP 0")), SdpError::NoAudio);
        assert_eq!(
            refusal(only("m=audio 6000 RTP/AVP 0").replace("127.0.0.1\r\nt", "host.example\r\nt")),
            SdpError::NoAddress
        );
        assert!(matches!(refusal("nonsense".into()), SdpError::Malformed(_)));
        assert!(matches!(
            refusal(format!("{BARESIP}a={}", "x".repeat(limits::SDP_BYTES))),
            SdpError::TooLarge(_)
        ));
    }

    #[test]
    fn every_description_raises_the_version() {
        let mut local = LocalSession::new(9, "127.0.0.1:41000".parse().unwrap());
        assert!(local.offer(Direction::SendRecv).contains("o=tandem 9 1 "));
        assert!(local.offer(Direction::SendRecv).contains("o=tandem 9 2 "));
        local.move_to("127.0.0.2:42000".parse().unwrap());
        local.restored();
        let moved = local.offer(Direction::SendRecv);
        assert!(moved.contains("o=tandem 9 4 IN IP4 127.0.0.2\r\n"), "{moved}");
        assert!(moved.contains("m=audio 42000 "), "{moved}");
    }
}
