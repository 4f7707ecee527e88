//! Between 48 kHz and its whole fractions (8, 16, 24 kHz): one polyphase low-pass filter for both directions.
//!
//! Own code rather than a library's, because the factors are whole, the frames fixed and the state small: 2 ms of delay each way
//! at 8 kHz and no allocation after it is made.

use std::f64::consts::PI;

use crate::SAMPLE_RATE;

/// Samples of the lower rate that meet in one output sample.
const TAPS: usize = 32;
/// Kaiser window parameter: about 60 dB of stop band.
const BETA: f64 = 5.65;
/// Cut-off as a share of the lower rate's half.
const CUTOFF: f64 = 0.94;

/// The prototype filter at 48 kHz, unity gain at 0 Hz.
fn prototype(factor: usize) -> Vec<f32> {
    let len = TAPS * factor;
    let middle = (len as f64 - 1.0) / 2.0;
    let cutoff = CUTOFF / factor as f64;
    let taps: Vec<f64> = (0..len)
        .map(|n| {
            let x = n as f64 - middle;
            let sinc = if x == 0.0 { cutoff } else { (PI * cutoff * x).sin() / (PI * x) };
            let edge = x / (middle + 0.5);
            sinc * bessel(BETA * (1.0 - edge * edge).max(0.0).sqrt())
        })
        .collect();
    let gain: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / gain) as f32).collect()
}

/// The modified Bessel function of order zero, for the Kaiser window.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..32 {
        term *= (x / (2.0 * f64::from(n))).powi(2);
        sum += term;
    }
    sum
}

fn factor(rate: u32) -> usize {
    assert!(rate > 0 && SAMPLE_RATE.is_multiple_of(rate), "{rate} Hz is not a whole fraction of 48 kHz");
    (SAMPLE_RATE / rate) as usize
}

/// From a lower rate to 48 kHz.
#[derive(Clone, Debug)]
pub struct Upsampler {
    /// One sub-filter for each output sample between two inputs; newest input first.
    phases: Vec<[f32; TAPS]>,
    history: [f32; TAPS],
}

impl Upsampler {
    /// `rate` must divide 48 000.
    pub fn new(rate: u32) -> Self {
        let factor = factor(rate);
        let taps = prototype(factor);
        let phases = (0..factor)
            .map(|phase| std::array::from_fn(|tap| taps[tap * factor + phase] * factor as f32))
            .collect();
        Self { phases, history: [0.0; TAPS] }
    }

    /// Calls `out` with each sample made from `input`, in order.
    pub fn run(&mut self, input: &[i16], mut out: impl FnMut(i16)) {
        if self.phases.len() == 1 {
            return input.iter().for_each(|sample| out(*sample));
        }
        for sample in input {
            self.history.copy_within(..TAPS - 1, 1);
            self.history[0] = f32::from(*sample);
            for phase in &self.phases {
                out(round(dot(phase, &self.history)));
            }
        }
    }
}

/// From 48 kHz to a lower rate.
#[derive(Clone, Debug)]
pub struct Downsampler {
    factor: usize,
    taps: Vec<f32>,
    /// The tail of the input before, then the input: taps never wrap.
    window: Vec<f32>,
}

impl Downsampler {
    /// `rate` must divide 48 000.
    pub fn new(rate: u32) -> Self {
        let factor = factor(rate);
        let taps = prototype(factor);
        let window = vec![0.0; taps.len() - factor];
        Self { factor, taps, window }
    }

    /// Writes the samples made from `input` (a multiple of the factor long) to `out`; their number.
    pub fn run(&mut self, input: &[i16], out: &mut [i16]) -> usize {
        let made = input.len() / self.factor;
        if self.factor == 1 {
            out[..made].copy_from_slice(input);
            return made;
        }
        let tail = self.taps.len() - self.factor;
        self.window.extend(input.iter().map(|sample| f32::from(*sample)));
        for (n, sample) in out[..made].iter_mut().enumerate() {
            // The filter is symmetric, so it need not be turned round.
            *sample = round(dot(&self.taps, &self.window[n * self.factor..]));
        }
        let consumed = self.window.len() - tail;
        self.window.copy_within(consumed.., 0);
        self.window.truncate(tail);
        made
    }
}

fn dot(taps: &[f32], samples: &[f32]) -> f32 {
    // Four sums, so that they can be made side by side.
    let mut sums = [0.0_f32; 4];
    for (taps, samples) in taps.chunks_exact(4).zip(samples.chunks_exact(4)) {
        for lane in 0..4 {
            sums[lane] += taps[lane] * samples[lane];
        }
    }
    sums.iter().sum()
}

fn round(sample: f32) -> i16 {
    sample.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{goertzel, sine};

    #[test]
    fn a_voice_tone_passes_and_its_images_do_not() {
        let mut up = Upsampler::new(8_000);
        let mut out = Vec::new();
        up.run(&sine(1_000.0, 8_000, 8_000, 10_000.0), |sample| out.push(sample));
        assert_eq!(out.len(), 48_000);
        let tone = goertzel(&out[4_800..], 1_000.0, 48_000);
        assert!((tone - 10_000.0).abs() < 200.0, "{tone}");
        for image in [7_000.0, 9_000.0, 15_000.0] {
            assert!(goertzel(&out[4_800..], image, 48_000) < 15.0);
        }
    }

    #[test]
    fn what_a_lower_rate_cannot_carry_is_removed() {
        for (frequency, expected) in
            [(1_000.0, 10_000.0), (3_300.0, 10_000.0), (5_000.0, 0.0), (7_000.0, 0.0)]
        {
            let mut down = Downsampler::new(8_000);
            let mut out = vec![0; 8_000];
            for (input, out) in sine(frequency, 48_000, 48_000, 10_000.0).chunks(960).zip(out.chunks_mut(160))
            {
                assert_eq!(down.run(input, out), 160);
            }
            let heard = f64::min(frequency, 8_000.0 - frequency);
            let level = goertzel(&out[800..], heard, 8_000);
            assert!((level - expected).abs() < 500.0, "{frequency}: {level}");
        }
    }

    #[test]
    fn equal_rates_change_nothing() {
        let input = sine(440.0, 48_000, 960, 5_000.0);
        let (mut out, mut copy) = (vec![0; 960], Vec::new());
        assert_eq!(Downsampler::new(48_000).run(&input, &mut out), 960);
        Upsampler::new(48_000).run(&input, |sample| copy.push(sample));
        assert_eq!((&out, &copy), (&input, &input));
    }
}
