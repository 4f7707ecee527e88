//! Tones: ringback, and what tests make and measure.

use std::f64::consts::TAU;

use crate::{FRAME_SAMPLES, Frame, SAMPLE_RATE};

/// Ringing as the caller hears it: which tones, and how long on and off.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cadence {
    /// Frequencies that sound together, Hz; 0 for none.
    pub frequencies: [f64; 2],
    /// Sound, milliseconds.
    pub on_ms: u64,
    /// Pause, milliseconds.
    pub off_ms: u64,
}

/// Most of Europe (ITU-T E.180: 425 Hz, 1 s on, 4 s off).
pub const RINGBACK_EUROPE: Cadence = Cadence { frequencies: [425.0, 0.0], on_ms: 1_000, off_ms: 4_000 };
/// North America (440 and 480 Hz, 2 s on, 4 s off).
pub const RINGBACK_NORTH_AMERICA: Cadence =
    Cadence { frequencies: [440.0, 480.0], on_ms: 2_000, off_ms: 4_000 };

/// Amplitude of each tone: about −18 dBm0.
const AMPLITUDE: f64 = 3_600.0;
/// Sound begins and ends over this many samples, so that it does not click.
const RAMP: u64 = SAMPLE_RATE as u64 / 100;

/// Plays a cadence for ever.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    cadence: Cadence,
    position: u64,
}

impl ToneGenerator {
    /// From its beginning.
    pub fn new(cadence: Cadence) -> Self {
        Self { cadence, position: 0 }
    }

    /// The next frame.
    pub fn frame(&mut self) -> Frame {
        let rate = u64::from(SAMPLE_RATE);
        let (on, off) = (self.cadence.on_ms * rate / 1_000, self.cadence.off_ms * rate / 1_000);
        let mut frame = [0; FRAME_SAMPLES];
        for sample in &mut frame {
            let place = self.position % (on + off).max(1);
            self.position += 1;
            if place >= on {
                continue;
            }
            let ramp = (place.min(on - place) as f64 / RAMP as f64).min(1.0);
            let time = place as f64 / rate as f64;
            let tones = self.cadence.frequencies.iter().map(|frequency| (TAU * frequency * time).sin());
            *sample = (tones.sum::<f64>() * AMPLITUDE * ramp) as i16;
        }
        frame
    }
}

/// A sine.
pub fn sine(frequency: f64, rate: u32, samples: usize, amplitude: f64) -> Vec<i16> {
    (0..samples).map(|n| ((TAU * frequency * n as f64 / f64::from(rate)).sin() * amplitude) as i16).collect()
}

/// Amplitude of one frequency in the samples (Goertzel's algorithm).
pub fn goertzel(samples: &[i16], frequency: f64, rate: u32) -> f64 {
    let coefficient = 2.0 * (TAU * frequency / f64::from(rate)).cos();
    let (mut before, mut last) = (0.0, 0.0);
    for sample in samples {
        (before, last) = (last, f64::from(*sample) + coefficient * last - before);
    }
    let power = last * last + before * before - coefficient * last * before;
    power.max(0.0).sqrt() * 2.0 / samples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cadence_sounds_and_pauses() {
        let mut generator = ToneGenerator::new(RINGBACK_EUROPE);
        let heard: Vec<bool> =
            (0..500).map(|_| goertzel(&generator.frame(), 425.0, SAMPLE_RATE) > 500.0).collect();
        assert!(heard[..49].iter().all(|on| *on));
        assert!(heard[50..250].iter().all(|on| !*on));
        assert!(heard[251..299].iter().all(|on| *on));
    }

    #[test]
    fn goertzel_measures_amplitude() {
        let tone = sine(880.0, 8_000, 8_000, 5_000.0);
        assert!((goertzel(&tone, 880.0, 8_000) - 5_000.0).abs() < 20.0);
        assert!(goertzel(&tone, 440.0, 8_000) < 20.0);
    }
}
