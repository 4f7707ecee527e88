//! Frames to packets.

use opus::{Application, Bitrate, Channels};
use tandem_media::AudioCodec;

use crate::{CodecError, FRAME_SAMPLES, Frame, SAMPLE_RATE, g711, resample::Downsampler};

/// Room for any packet an encoder makes.
pub const PACKET_MAX: usize = 400;
/// Good speech, full band.
const OPUS_BITRATE: i32 = 32_000;
/// Loss the in-band repair is sized for, per cent.
const OPUS_EXPECTED_LOSS: i32 = 5;
/// Of 10; speech gains little above.
const OPUS_COMPLEXITY: i32 = 5;

/// The encoder of one sent stream; makes one packet of each frame.
#[derive(Debug)]
pub struct Encoder(Kind);

#[derive(Debug)]
enum Kind {
    G711 { compress: fn(i16) -> u8, downsampler: Downsampler },
    Opus(opus::Encoder),
}

impl Encoder {
    /// An encoder in its initial state.
    pub fn new(codec: AudioCodec) -> Result<Self, CodecError> {
        let compress = match codec {
            AudioCodec::Pcmu => g711::ulaw_encode,
            AudioCodec::Pcma => g711::alaw_encode,
            AudioCodec::Opus => return opus_encoder().map(|encoder| Self(Kind::Opus(encoder))),
        };
        Ok(Self(Kind::G711 { compress, downsampler: Downsampler::new(codec.clock_rate()) }))
    }

    /// Encodes a frame into `packet`; the packet's length.
    pub fn run(&mut self, frame: &Frame, packet: &mut [u8; PACKET_MAX]) -> Result<usize, CodecError> {
        match &mut self.0 {
            Kind::G711 { compress, downsampler } => {
                let mut samples = [0; FRAME_SAMPLES];
                let made = downsampler.run(frame, &mut samples);
                for (code, sample) in packet.iter_mut().zip(&samples[..made]) {
                    *code = compress(*sample);
                }
                Ok(made)
            }
            Kind::Opus(encoder) => encoder
                .encode(frame, packet)
                .map_err(|source| CodecError { operation: "encoding Opus", source }),
        }
    }
}

fn opus_encoder() -> Result<opus::Encoder, CodecError> {
    let make = || {
        let mut encoder = opus::Encoder::new(SAMPLE_RATE, Channels::Mono, Application::Voip)?;
        encoder.set_bitrate(Bitrate::Bits(OPUS_BITRATE))?;
        encoder.set_inband_fec(true)?;
        encoder.set_packet_loss_perc(OPUS_EXPECTED_LOSS)?;
        encoder.set_complexity(OPUS_COMPLEXITY)?;
        Ok(encoder)
    };
    make().map_err(|source| CodecError { operation: "making an Opus encoder", source })
}
