//! Concealment for G.711 (in the manner of its Appendix I): the last pitch period goes on, ever more quietly, and the first good
//! samples are blended in.

/// What is remembered: 48 ms at 8 kHz.
const HISTORY: usize = 390;
/// Pitch periods looked for: 66 to 200 Hz.
const PITCH: std::ops::RangeInclusive<usize> = 40..=120;
/// Samples compared to find the period.
const COMPARED: usize = 160;
/// Samples over which periods and the return of the signal are blended: 4 ms.
const BLEND: usize = 32;
/// After 10 ms of concealment, samples until silence: 50 ms.
const FADE: usize = 400;
const FADE_AFTER: usize = 80;

/// Fills the holes of one 8 kHz stream.
#[derive(Clone, Debug)]
pub struct Concealer {
    history: [i16; HISTORY],
    /// The period that is repeated.
    period: usize,
    /// Samples concealed so far; 0 while the signal is good.
    concealed: usize,
}

impl Default for Concealer {
    fn default() -> Self {
        Self { history: [0; HISTORY], period: 0, concealed: 0 }
    }
}

impl Concealer {
    /// Takes received samples, blending them with what was made up before them.
    pub fn good(&mut self, samples: &mut [i16]) {
        if self.concealed > 0 {
            let blend = BLEND.min(samples.len());
            for (n, sample) in samples[..blend].iter_mut().enumerate() {
                let made_up = f32::from(self.continued(n));
                let way = n as f32 / blend as f32;
                *sample = (f32::from(*sample) * way + made_up * (1.0 - way)) as i16;
            }
            self.concealed = 0;
        }
        self.remember(samples);
    }

    /// Makes up samples for a hole.
    pub fn hole(&mut self, out: &mut [i16]) {
        if self.concealed == 0 {
            self.period = self.find_period();
        }
        for (n, sample) in out.iter_mut().enumerate() {
            *sample = self.continued(n);
        }
        self.concealed += out.len();
    }

    /// The sample `ahead` of what was concealed last.
    fn continued(&self, ahead: usize) -> i16 {
        let place = self.concealed + ahead;
        let gain = 1.0 - (place.saturating_sub(FADE_AFTER) as f32 / FADE as f32).min(1.0);
        if gain == 0.0 || self.period == 0 {
            return 0;
        }
        let start = HISTORY - self.period;
        let within = place % self.period;
        let mut sample = f32::from(self.history[start + within]);
        // The end of a period leans towards what came before its beginning, so that the joint is smooth.
        let blend = BLEND.min(self.period / 4);
        let left = self.period - within;
        if left <= blend {
            let way = (blend + 1 - left) as f32 / (blend + 1) as f32;
            sample = sample * (1.0 - way) + f32::from(self.history[start - left]) * way;
        }
        (sample * gain) as i16
    }

    fn find_period(&self) -> usize {
        let recent = &self.history[HISTORY - COMPARED..];
        let score = |period: usize| {
            let earlier = &self.history[HISTORY - COMPARED - period..HISTORY - period];
            let (mut product, mut energy) = (0.0, 1.0);
            for (a, b) in recent.iter().zip(earlier) {
                product += f32::from(*a) * f32::from(*b);
                energy += f32::from(*b) * f32::from(*b);
            }
            product / energy.sqrt()
        };
        PITCH.max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(*PITCH.start())
    }

    fn remember(&mut self, samples: &[i16]) {
        let kept = samples.len().min(HISTORY);
        self.history.copy_within(kept.., 0);
        self.history[HISTORY - kept..].copy_from_slice(&samples[samples.len() - kept..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{goertzel, sine};

    #[test]
    fn a_short_hole_in_a_tone_is_hardly_heard() {
        let tone = sine(200.0, 8_000, 1_600, 8_000.0);
        let mut concealer = Concealer::default();
        let mut out = Vec::new();
        for (n, frame) in tone.chunks(160).enumerate() {
            let mut frame = frame.to_vec();
            if n == 6 {
                concealer.hole(&mut frame)
            } else {
                concealer.good(&mut frame)
            }
            out.extend(frame);
        }
        let level = goertzel(&out[960..1_120], 200.0, 8_000);
        assert!(level > 6_500.0, "{level}");
        let step = out.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max();
        assert!(step < Some(1_900), "{step:?}");
    }

    #[test]
    fn a_long_hole_fades_to_silence() {
        let mut concealer = Concealer::default();
        concealer.good(&mut sine(300.0, 8_000, 800, 8_000.0));
        let mut hole = vec![0; 800];
        concealer.hole(&mut hole);
        assert!(hole[..80].iter().any(|sample| *sample > 5_000));
        assert!(hole[480..].iter().all(|sample| *sample == 0));
    }

    #[test]
    fn silence_is_continued_as_silence() {
        let mut hole = [1; 160];
        Concealer::default().hole(&mut hole);
        assert_eq!(hole, [0; 160]);
    }
}
