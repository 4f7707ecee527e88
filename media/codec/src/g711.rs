//! G.711: A-law and µ-law, decoded by table and encoded by segment (ITU-T G.711, 1988).

/// µ-law silence.
pub const ULAW_SILENCE: u8 = 0xff;
/// A-law silence.
pub const ALAW_SILENCE: u8 = 0xd5;

static ULAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = !(code as u8);
        let exponent = (bits >> 4 & 7) as i16;
        let magnitude = (((bits & 0x0f) as i16) << 3 | 0x84) << exponent;
        table[code] = if bits & 0x80 != 0 { 0x84 - magnitude } else { magnitude - 0x84 };
        code += 1;
    }
    table
};

static ALAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = code as u8 ^ 0x55;
        let exponent = (bits >> 4 & 7) as i16;
        let mantissa = ((bits & 0x0f) as i16) << 4 | 8;
        let magnitude = if exponent == 0 { mantissa } else { (mantissa | 0x100) << (exponent - 1) };
        table[code] = if bits & 0x80 != 0 { magnitude } else { -magnitude };
        code += 1;
    }
    table
};

/// A µ-law code as a sample.
pub fn ulaw_decode(code: u8) -> i16 {
    ULAW[usize::from(code)]
}

/// An A-law code as a sample.
pub fn alaw_decode(code: u8) -> i16 {
    ALAW[usize::from(code)]
}

/// The nearest µ-law code.
pub fn ulaw_encode(sample: i16) -> u8 {
    const CLIP: i32 = 32_635;
    let sign = if sample < 0 { 0x80 } else { 0 };
    let biased = i32::from(sample).abs().min(CLIP) + 0x84;
    let exponent = 24 - biased.leading_zeros(); // 7 (0x84 has its highest bit there) … 14, less 7
    let mantissa = biased >> (exponent + 3) & 0x0f;
    !(sign | (exponent as u8) << 4 | mantissa as u8)
}

/// The nearest A-law code.
pub fn alaw_encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    // One's complement keeps the halves symmetric: -1 is as small as 0.
    let magnitude = if sample < 0 { !sample } else { sample } >> 4;
    let code = if magnitude < 16 {
        magnitude as u8
    } else {
        let exponent = 12 - magnitude.leading_zeros() as u8; // bit 4 is segment 1
        exponent << 4 | (magnitude >> (exponent - 1) & 0x0f) as u8
    };
    (sign | code) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(ulaw_decode(0x00), -32_124);
        assert_eq!(ulaw_decode(0x80), 32_124);
        assert_eq!(ulaw_decode(ULAW_SILENCE), 0);
        assert_eq!(alaw_decode(0x2a), -32_256);
        assert_eq!(alaw_decode(0xaa), 32_256);
        assert_eq!(alaw_decode(ALAW_SILENCE), 8);
        assert_eq!(ulaw_encode(0), ULAW_SILENCE);
        assert_eq!(alaw_encode(0), ALAW_SILENCE);
        assert_eq!(ulaw_encode(i16::MAX), 0x80);
        assert_eq!(ulaw_encode(i16::MIN), 0x00);
        assert_eq!(alaw_encode(i16::MAX), 0xaa);
        assert_eq!(alaw_encode(i16::MIN), 0x2a);
    }

    #[test]
    fn every_code_survives_a_round_trip() {
        for code in 0..=255 {
            assert_eq!(alaw_encode(alaw_decode(code)), code);
            // µ-law has two zeros; we send one of them.
            let expected = if code == 0x7f { ULAW_SILENCE } else { code };
            assert_eq!(ulaw_encode(ulaw_decode(code)), expected);
        }
    }

    #[test]
    fn the_error_is_a_small_part_of_the_sample() {
        for sample in i16::MIN..=i16::MAX {
            for decoded in [alaw_decode(alaw_encode(sample)), ulaw_decode(ulaw_encode(sample))] {
                let error = (i32::from(decoded) - i32::from(sample)).abs();
                assert!(
                    error <= i32::from(sample).abs() / 24 + 16 || !(-32_000..=32_000).contains(&sample),
                    "{sample} {decoded}"
                );
            }
        }
    }
}
