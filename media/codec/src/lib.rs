//! Audio as samples: G.711 and Opus in both directions, concealment, resampling, stretching, mixing, tones and WAV files.
//!
//! Pure, like `media/core`. Inside, all audio is 48 kHz mono 16 bit in frames of [`FRAME_SAMPLES`] (20 ms); a codec's own rate is
//! met only at its edge.

pub mod conceal;
pub mod decode;
pub mod encode;
pub mod g711;
pub mod mix;
pub mod receive;
pub mod resample;
pub mod stretch;
pub mod tone;
pub mod wav;

/// Sample rate of everything between decoders and encoders, Hz.
pub const SAMPLE_RATE: u32 = 48_000;
/// Samples of one frame.
pub const FRAME_SAMPLES: usize = 960;
/// One frame.
pub type Frame = [i16; FRAME_SAMPLES];
/// A frame of nothing.
pub const SILENCE: Frame = [0; FRAME_SAMPLES];

/// A codec refused, which means an argument of ours was wrong or the packet was not of that codec.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {source}")]
pub struct CodecError {
    operation: &'static str,
    source: opus::Error,
}
