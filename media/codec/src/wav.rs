//! WAV files: 16 bit mono PCM at 8, 16, 24 or 48 kHz.

use crate::{SAMPLE_RATE, resample::Upsampler};

/// Why a file cannot be played.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WavError {
    /// No RIFF/WAVE header, or chunks that do not add up.
    #[error("not a WAV file")]
    NotWav,
    /// Another encoding than 16 bit PCM.
    #[error("only 16 bit PCM can be played")]
    NotPcm16,
    /// More than one channel.
    #[error("{0} channels; only mono can be played")]
    NotMono(u16),
    /// A rate that does not divide 48 kHz.
    #[error("sample rate {0} Hz; 8, 16, 24 and 48 kHz can be played")]
    Rate(u32),
}

/// Reads a file's samples, at 48 kHz.
pub fn read(file: &[u8]) -> Result<Vec<i16>, WavError> {
    let (rate, samples) = parse(file)?;
    if rate == SAMPLE_RATE {
        return Ok(samples);
    }
    let mut out = Vec::with_capacity(samples.len() * (SAMPLE_RATE / rate) as usize);
    Upsampler::new(rate).run(&samples, |sample| out.push(sample));
    Ok(out)
}

fn parse(file: &[u8]) -> Result<(u32, Vec<i16>), WavError> {
    let body =
        file.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..)).and_then(|rest| rest.strip_prefix(b"WAVE"));
    let mut rest = body.ok_or(WavError::NotWav)?;
    let mut rate = None;
    loop {
        let (header, after) = rest.split_at_checked(8).ok_or(WavError::NotWav)?;
        let len = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        // A recorder that was killed leaves a length that is too long; what is there can be played.
        let chunk = &after[..len.min(after.len())];
        match (&header[..4], rate) {
            (b"fmt ", _) => rate = Some(format(chunk)?),
            (b"data", Some(rate)) => {
                let samples =
                    chunk.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
                return Ok((rate, samples));
            }
            _ => {}
        }
        rest = after.get(len + len % 2..).ok_or(WavError::NotWav)?;
    }
}

fn format(chunk: &[u8]) -> Result<u32, WavError> {
    let field = |at: usize| chunk.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let (Some(mut encoding), Some(channels), Some(low), Some(high), Some(bits)) =
        (field(0), field(2), field(4), field(6), field(14))
    else {
        return Err(WavError::NotWav);
    };
    if encoding == 0xfffe {
        encoding = field(24).unwrap_or(encoding); // WAVE_FORMAT_EXTENSIBLE: the real one is further on
    }
    let rate = u32::from(high) << 16 | u32::from(low);
    match (encoding, bits, channels) {
        (1, 16, 1) if [8_000, 16_000, 24_000, 48_000].contains(&rate) => Ok(rate),
        (1, 16, 1) => Err(WavError::Rate(rate)),
        (1, 16, _) => Err(WavError::NotMono(channels)),
        _ => Err(WavError::NotPcm16),
    }
}

/// Writes a mono file.
pub fn write(samples: &[i16], rate: u32) -> Vec<u8> {
    let data = samples.len() as u32 * 2;
    let mut file = Vec::with_capacity(44 + data as usize);
    file.extend(b"RIFF");
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]); // PCM, mono
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend([2, 0, 16, 0]); // bytes of a sample, bits
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tone::{goertzel, sine};

    #[test]
    fn files_of_every_rate_come_out_at_48_khz() {
        for rate in [8_000, 16_000, 24_000, 48_000] {
            let file = write(&sine(440.0, rate, rate as usize, 9_000.0), rate);
            let samples = read(&file).expect("readable");
            assert_eq!(samples.len(), 48_000);
            assert!((goertzel(&samples, 440.0, 48_000) - 9_000.0).abs() < 200.0);
        }
    }

    #[test]
    fn what_cannot_be_played_is_named() {
        let mut file = write(&[0; 10], 16_000);
        assert_eq!(read(&file[..20]), Err(WavError::NotWav));
        assert_eq!(read(b"ID3 something else"), Err(WavError::NotWav));
        assert_eq!(read(&write(&[0; 10], 44_100)), Err(WavError::Rate(44_100)));
        file[22] = 2;
        assert_eq!(read(&file), Err(WavError::NotMono(2)));
        file[20] = 7;
        assert_eq!(read(&file), Err(WavError::NotPcm16));
    }

    proptest! {
        #[test]
        fn reading_never_panics(at in 0_usize..44, byte: u8, cut in 0_usize..64) {
            let mut file = write(&[1; 10], 16_000);
            file[at] = byte;
            file.truncate(cut);
            let _ = read(&file);
        }
    }
}
