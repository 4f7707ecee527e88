//! A frame that says whose it is and which: it survives wherever packets are passed on as they are.

/// First bytes of a numbered frame, after Opus' table of contents where there is one.
const MARK: [u8; 4] = *b"TnDm";
/// Opus, CELT full band, 20 ms, mono, one frame per packet (RFC 6716 §3.1): whatever follows decodes to something.
const OPUS_TOC: u8 = 0b1111_1000;
/// A frame of G.711.
const G711_BYTES: usize = 160;
/// A frame of Opus, as long as speech usually is.
const OPUS_BYTES: usize = 60;

/// Names a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Who speaks.
    pub stream: u32,
    /// 1, 2, 3 …
    pub number: u64,
}

impl Stamp {
    /// The payload of a G.711 packet.
    pub fn g711(self) -> Vec<u8> {
        let mut payload = self.bytes().to_vec();
        payload.resize(G711_BYTES, 0x55);
        payload
    }

    /// The payload of an Opus packet.
    pub fn opus(self) -> Vec<u8> {
        let mut payload = vec![OPUS_TOC];
        payload.extend(self.bytes());
        payload.resize(OPUS_BYTES, 0x55);
        payload
    }

    fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&MARK);
        bytes[4..8].copy_from_slice(&self.stream.to_be_bytes());
        bytes[8..].copy_from_slice(&self.number.to_be_bytes());
        bytes
    }

    /// Reads either; `None` for anything else: silence, music, a mix.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let at = if payload.starts_with(&MARK) { 4 } else { 5 };
        if at == 5 && !payload.get(1..)?.starts_with(&MARK) {
            return None;
        }
        let stream = payload.get(at..at + 4)?.try_into().ok()?;
        let number = payload.get(at + 4..at + 12)?.try_into().ok()?;
        Some(Self { stream: u32::from_be_bytes(stream), number: u64::from_be_bytes(number) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read_back_and_nothing_else_is() {
        let stamp = Stamp { stream: 7, number: 1 << 40 };
        assert_eq!(Stamp::read(&stamp.g711()), Some(stamp));
        assert_eq!(Stamp::read(&stamp.opus()), Some(stamp));
        assert_eq!(stamp.g711().len(), 160);
        for other in [&[0xD5; 160][..], b"TnDm", b"", &[OPUS_TOC]] {
            assert_eq!(Stamp::read(other), None);
        }
    }
}
