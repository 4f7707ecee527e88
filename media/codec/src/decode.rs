//! Packets to samples.

use opus::Channels;
use tandem_media::{AudioCodec, jitter::Next};

use crate::{CodecError, SAMPLE_RATE, conceal::Concealer, g711, resample::Upsampler};

/// The longest Opus packet: 120 ms.
const OPUS_MAX: usize = 5_760;
/// Longest G.711 packet decoded: 200 ms.
const G711_MAX: usize = 1_600;

/// The decoder of one received stream.
#[derive(Debug)]
pub struct Decoder(Kind);

#[derive(Debug)]
enum Kind {
    G711 { expand: fn(u8) -> i16, concealer: Box<Concealer>, upsampler: Upsampler, samples: Vec<i16> },
    Opus { decoder: opus::Decoder, samples: Vec<i16> },
}

impl Decoder {
    /// A decoder in its initial state.
    pub fn new(codec: AudioCodec) -> Result<Self, CodecError> {
        let expand = match codec {
            AudioCodec::Pcmu => g711::ulaw_decode,
            AudioCodec::Pcma => g711::alaw_decode,
            AudioCodec::Opus => {
                let decoder = opus::Decoder::new(SAMPLE_RATE, Channels::Mono)
                    .map_err(|source| CodecError { operation: "making an Opus decoder", source })?;
                return Ok(Self(Kind::Opus { decoder, samples: vec![0; OPUS_MAX] }));
            }
        };
        let upsampler = Upsampler::new(codec.clock_rate());
        Ok(Self(Kind::G711 { expand, concealer: Box::default(), upsampler, samples: Vec::new() }))
    }

    /// Adds to `out`, at 48 kHz, what comes next of the stream; `packet_ms` is how long a packet is. Whether it had to be made up.
    pub fn run(&mut self, next: Next<'_>, packet_ms: u32, out: &mut Vec<i16>) -> bool {
        match &mut self.0 {
            Kind::G711 { expand, concealer, upsampler, samples } => {
                samples.clear();
                let received = matches!(next, Next::Packet(_));
                if let Next::Packet(payload) = next {
                    samples.extend(payload.iter().take(G711_MAX).map(|code| expand(*code)));
                    concealer.good(samples);
                } else {
                    samples.resize(packet_ms as usize * 8, 0);
                    concealer.hole(samples);
                }
                upsampler.run(samples, |sample| out.push(sample));
                !received
            }
            Kind::Opus { decoder, samples } => {
                let frame = (packet_ms as usize * 48).min(OPUS_MAX);
                let decoded = match next {
                    Next::Packet(payload) if !payload.is_empty() => decoder.decode(payload, samples, false),
                    Next::Lost { following: Some(repair) } => {
                        decoder.decode(repair, &mut samples[..frame], true)
                    }
                    _ => decoder.decode(&[], &mut samples[..frame], false),
                };
                // A packet that is not Opus is as good as lost.
                let whole = decoded.is_ok() && matches!(next, Next::Packet([_, ..]));
                let decoded =
                    decoded.or_else(|_| decoder.decode(&[], &mut samples[..frame], false)).unwrap_or(0);
                out.extend_from_slice(&samples[..decoded]);
                if decoded == 0 {
                    out.extend(std::iter::repeat_n(0, frame));
                }
                !whole
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FRAME_SAMPLES,
        encode::{Encoder, PACKET_MAX},
        tone::{goertzel, sine},
    };

    #[test]
    fn a_tone_survives_every_codec() {
        for codec in [AudioCodec::Pcmu, AudioCodec::Pcma, AudioCodec::Opus] {
            let (mut encoder, mut decoder) =
                (Encoder::new(codec).expect("encoder"), Decoder::new(codec).expect("decoder"));
            let (mut packet, mut out) = ([0; PACKET_MAX], Vec::new());
            for frame in sine(1_000.0, SAMPLE_RATE, 48_000, 8_000.0).chunks(FRAME_SAMPLES) {
                let len = encoder.run(frame.try_into().expect("a frame"), &mut packet).expect("encodes");
                assert!(!decoder.run(Next::Packet(&packet[..len]), 20, &mut out));
            }
            assert_eq!(out.len(), 48_000);
            let level = goertzel(&out[9_600..], 1_000.0, SAMPLE_RATE);
            assert!((level - 8_000.0).abs() < 800.0, "{codec:?}: {level}");
        }
    }

    #[test]
    fn a_lost_opus_packet_is_repaired_or_made_up() {
        let mut encoder = Encoder::new(AudioCodec::Opus).expect("encoder");
        let packets: Vec<Vec<u8>> = sine(500.0, SAMPLE_RATE, 9_600, 8_000.0)
            .chunks(FRAME_SAMPLES)
            .map(|frame| {
                let mut packet = [0; PACKET_MAX];
                let len = encoder.run(frame.try_into().expect("a frame"), &mut packet).expect("encodes");
                packet[..len].to_vec()
            })
            .collect();
        for repair in [None, Some(packets[6].as_slice())] {
            let (mut decoder, mut out) = (Decoder::new(AudioCodec::Opus).expect("decoder"), Vec::new());
            for packet in &packets[..5] {
                decoder.run(Next::Packet(packet), 20, &mut out);
            }
            assert!(decoder.run(Next::Lost { following: repair }, 20, &mut out));
            assert_eq!(out.len(), 6 * FRAME_SAMPLES);
            let level = goertzel(&out[5 * FRAME_SAMPLES..], 500.0, SAMPLE_RATE);
            assert!(level > 4_000.0, "{level}");
        }
    }

    #[test]
    fn rubbish_is_concealed() {
        let (mut decoder, mut out) = (Decoder::new(AudioCodec::Opus).expect("decoder"), Vec::new());
        assert!(decoder.run(Next::Packet(&[0xff; 3]), 20, &mut out));
        assert!(decoder.run(Next::Packet(&[]), 20, &mut out));
        assert_eq!(out.len(), 2 * FRAME_SAMPLES);
    }
}
