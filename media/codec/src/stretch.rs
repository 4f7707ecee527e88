//! Playing a little faster or slower without changing the pitch: one pitch period is left out or repeated, blended at the joint.

/// Periods looked for: 2.5 to 12.5 ms at 48 kHz.
const SHORTEST: usize = 120;
const LONGEST: usize = 600;
/// Every sixth sample is enough to compare by.
const STEP: usize = 6;
/// Samples compared.
const COMPARED: usize = 480;
/// What must be there to find and take out a period.
pub const NEEDED: usize = 2 * LONGEST;

/// Takes one period out of the first [`NEEDED`] samples; how many samples went.
pub fn squeeze(samples: &mut Vec<i16>) -> usize {
    if samples.len() < NEEDED {
        return 0;
    }
    let period = period(samples);
    for n in 0..period {
        samples[n] = blend(samples[n], samples[n + period], n, period);
    }
    samples.drain(period..2 * period);
    period
}

/// Repeats one period among the first [`NEEDED`] samples; how many samples came.
pub fn stretch(samples: &mut Vec<i16>) -> usize {
    if samples.len() < NEEDED {
        return 0;
    }
    let period = period(samples);
    // From the second period back into the first: both joints are at like places of the wave.
    let joint: Vec<i16> = (0..period).map(|n| blend(samples[n + period], samples[n], n, period)).collect();
    samples.splice(period..period, joint);
    period
}

fn blend(from: i16, to: i16, place: usize, of: usize) -> i16 {
    ((i32::from(from) * (of - place) as i32 + i32::from(to) * place as i32) / of as i32) as i16
}

fn period(samples: &[i16]) -> usize {
    let score = |period: usize| {
        let (mut product, mut energy) = (0.0, 1.0);
        for n in (0..COMPARED).step_by(STEP) {
            let (a, b) = (f32::from(samples[n]), f32::from(samples[n + period]));
            product += a * b;
            energy += b * b;
        }
        product / energy.sqrt()
    };
    let candidates = (SHORTEST..=LONGEST).step_by(STEP / 2);
    candidates.max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SAMPLE_RATE,
        tone::{goertzel, sine},
    };

    fn largest_step(samples: &[i16]) -> i32 {
        samples.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap_or(0)
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_gets_no_clicks() {
        for change in [squeeze, stretch] {
            let tone = sine(310.0, SAMPLE_RATE, 4_800, 8_000.0);
            let mut changed = tone.clone();
            let by = change(&mut changed);
            assert!((SHORTEST..=LONGEST).contains(&by));
            assert_eq!(changed.len().abs_diff(tone.len()), by);
            assert!(largest_step(&changed) <= largest_step(&tone) + 40);
            assert!(goertzel(&changed, 310.0, SAMPLE_RATE) > 7_600.0);
        }
    }

    #[test]
    fn too_little_audio_is_left_alone() {
        let mut samples = vec![1; NEEDED - 1];
        assert_eq!((squeeze(&mut samples), stretch(&mut samples), samples.len()), (0, 0, NEEDED - 1));
    }
}
