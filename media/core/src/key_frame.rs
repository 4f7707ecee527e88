//! Whether an RTP payload begins a picture that can be decoded alone; the only thing we look at inside video.

/// A video codec that is passed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VideoCodec {
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
    /// RFC 6184.
    H264,
}

/// Whether a key frame begins with this packet.
pub fn begins_key_frame(codec: VideoCodec, payload: &[u8]) -> bool {
    match codec {
        VideoCodec::Vp8 => vp8(payload).unwrap_or(false),
        VideoCodec::Vp9 => vp9(payload).unwrap_or(false),
        VideoCodec::H264 => h264(payload).unwrap_or(false),
    }
}

fn vp8(payload: &[u8]) -> Option<bool> {
    let (first, mut rest) = payload.split_first()?;
    if first & 0x80 != 0 {
        let (extensions, after) = rest.split_first()?;
        rest = after;
        if extensions & 0x80 != 0 {
            let long = rest.first()? & 0x80 != 0;
            rest = rest.get(if long { 2 } else { 1 }..)?;
        }
        // TL0PICIDX, and TID with KEYIDX.
        let more = usize::from(extensions & 0x40 != 0) + usize::from(extensions & 0x30 != 0);
        rest = rest.get(more..)?;
    }
    let begins = first & 0x10 != 0 && first & 0x07 == 0;
    Some(begins && rest.first()? & 1 == 0)
}

fn vp9(payload: &[u8]) -> Option<bool> {
    let (first, mut rest) = payload.split_first()?;
    let (picture_id, inter, layers, begins) = (first & 0x80, first & 0x40, first & 0x20, first & 0x08);
    if picture_id != 0 {
        let long = rest.first()? & 0x80 != 0;
        rest = rest.get(if long { 2 } else { 1 }..)?;
    }
    let lowest = layers == 0 || rest.first()? >> 1 & 7 == 0;
    Some(inter == 0 && begins != 0 && lowest)
}

fn h264(payload: &[u8]) -> Option<bool> {
    const IDR: u8 = 5;
    const SPS: u8 = 7;
    let key = |kind: u8| matches!(kind & 0x1f, IDR | SPS);
    let (first, rest) = payload.split_first()?;
    Some(match first & 0x1f {
        // Several units in one packet: two bytes of length before each. Parameters come first.
        24 => key(*rest.get(2)?),
        // A part of one unit; the first has the start bit.
        28 => rest.first()? & 0x80 != 0 && key(*rest.first()?),
        kind => key(kind),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn key_frames_are_told_from_others() {
        let cases: [(VideoCodec, &[u8], bool); 13] = [
            (VideoCodec::Vp8, &[0x10, 0x00], true),
            (VideoCodec::Vp8, &[0x10, 0x01], false),
            (VideoCodec::Vp8, &[0x00, 0x00], false),
            (VideoCodec::Vp8, &[0x90, 0xe0, 0x81, 0x02, 0x07, 0x20, 0x00], true),
            (VideoCodec::Vp8, &[0x90, 0xe0, 0x81, 0x02, 0x07, 0x20, 0x01], false),
            (VideoCodec::Vp9, &[0x88, 0x81, 0x02], true),
            (VideoCodec::Vp9, &[0xc8, 0x81, 0x02], false),
            (VideoCodec::Vp9, &[0xa8, 0x01, 0x02], false),
            (VideoCodec::H264, &[0x67], true),
            (VideoCodec::H264, &[0x61], false),
            (VideoCodec::H264, &[0x78, 0, 9, 0x67], true),
            (VideoCodec::H264, &[0x7c, 0x85], true),
            (VideoCodec::H264, &[0x7c, 0x05], false),
        ];
        for (codec, payload, expected) in cases {
            assert_eq!(begins_key_frame(codec, payload), expected, "{codec:?} {payload:x?}");
        }
    }

    proptest! {
        #[test]
        fn looking_never_panics(payload in proptest::collection::vec(any::<u8>(), 0..12)) {
            for codec in [VideoCodec::Vp8, VideoCodec::Vp9, VideoCodec::H264] {
                begins_key_frame(codec, &payload);
            }
        }
    }
}
