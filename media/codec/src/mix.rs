//! Adding voices: everybody hears the sum less their own.

use crate::{FRAME_SAMPLES, Frame};

/// The sum of a room's voices in one tick.
#[derive(Clone, Debug)]
pub struct Sum {
    samples: Box<[i32; FRAME_SAMPLES]>,
    voices: usize,
}

impl Default for Sum {
    fn default() -> Self {
        Self { samples: Box::new([0; FRAME_SAMPLES]), voices: 0 }
    }
}

impl Sum {
    /// Back to nothing.
    pub fn clear(&mut self) {
        self.samples.fill(0);
        self.voices = 0;
    }

    /// Adds a voice.
    pub fn add(&mut self, voice: &Frame) {
        for (sum, sample) in self.samples.iter_mut().zip(voice) {
            *sum += i32::from(*sample);
        }
        self.voices += 1;
    }

    /// Takes a voice out that was added.
    pub fn subtract(&mut self, voice: &Frame) {
        for (sum, sample) in self.samples.iter_mut().zip(voice) {
            *sum -= i32::from(*sample);
        }
        self.voices -= 1;
    }

    /// Becomes another sum.
    pub fn copy_from(&mut self, other: &Self) {
        self.samples.copy_from_slice(&*other.samples);
        self.voices = other.voices;
    }

    /// Whether no voice is in it.
    pub fn is_empty(&self) -> bool {
        self.voices == 0
    }
}

/// Loudest sample let through unchanged.
const CEILING: i32 = 30_000;
/// How much of a lowered gain comes back each frame.
const RELEASE: f32 = 0.05;

/// Keeps a listener's mix from clipping: the gain falls before a loud frame is over and rises again slowly.
#[derive(Clone, Copy, Debug)]
pub struct Limiter {
    gain: f32,
}

impl Default for Limiter {
    fn default() -> Self {
        Self { gain: 1.0 }
    }
}

impl Limiter {
    /// The sum as samples.
    pub fn run(&mut self, sum: &Sum) -> Frame {
        let mut frame = [0; FRAME_SAMPLES];
        let peak = sum.samples.iter().map(|sample| sample.abs()).max().unwrap_or(0);
        let wanted = if peak > CEILING { CEILING as f32 / peak as f32 } else { 1.0 };
        let end = if wanted < self.gain { wanted } else { (self.gain + RELEASE).min(wanted) };
        if self.gain >= 1.0 && end >= 1.0 {
            for (out, sample) in frame.iter_mut().zip(&*sum.samples) {
                *out = *sample as i16;
            }
            return frame;
        }
        // Down within an eighth of the frame; a peak before that point is caught by the clamp.
        let ramp = if end < self.gain { FRAME_SAMPLES / 8 } else { FRAME_SAMPLES };
        for (n, (out, sample)) in frame.iter_mut().zip(&*sum.samples).enumerate() {
            let way = (n as f32 / ramp as f32).min(1.0);
            let gain = self.gain + (end - self.gain) * way;
            *out = (*sample as f32 * gain).clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16;
        }
        self.gain = end;
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SAMPLE_RATE,
        tone::{goertzel, sine},
    };

    fn voice(frequency: f64, amplitude: f64) -> Frame {
        sine(frequency, SAMPLE_RATE, FRAME_SAMPLES, amplitude).try_into().expect("one frame")
    }

    #[test]
    fn everybody_hears_the_others_and_not_themselves() {
        let voices = [voice(400.0, 6_000.0), voice(1_000.0, 6_000.0), voice(2_000.0, 6_000.0)];
        let mut total = Sum::default();
        voices.iter().for_each(|voice| total.add(voice));
        for (me, frequency) in [400.0, 1_000.0, 2_000.0].into_iter().enumerate() {
            let mut heard = Sum::default();
            heard.copy_from(&total);
            heard.subtract(&voices[me]);
            let frame = Limiter::default().run(&heard);
            for other in [400.0, 1_000.0, 2_000.0] {
                let level = goertzel(&frame, other, SAMPLE_RATE);
                let expected = if other == frequency { 0.0 } else { 6_000.0 };
                assert!((level - expected).abs() < 60.0, "{other}: {level}");
            }
        }
    }

    #[test]
    fn many_loud_voices_are_turned_down_not_clipped() {
        let (mut sum, mut limiter) = (Sum::default(), Limiter::default());
        for _ in 0..5 {
            sum.add(&voice(500.0, 20_000.0));
        }
        limiter.run(&sum);
        let frame = limiter.run(&sum);
        assert!(frame.iter().all(|sample| i32::from(*sample).abs() <= CEILING + 1));
        // A clipped sine has a third harmonic.
        assert!(goertzel(&frame, 1_500.0, SAMPLE_RATE) < 100.0);
        sum.clear();
        sum.add(&voice(500.0, 10_000.0));
        (0..60).for_each(|_| _ = limiter.run(&sum));
        assert_eq!(limiter.run(&sum), voice(500.0, 10_000.0));
    }
}
