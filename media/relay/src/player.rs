//! What is played to one endpoint, frame by frame.

use std::sync::Arc;

use tandem_codec::{
    FRAME_SAMPLES, Frame, SILENCE,
    tone::{RINGBACK_EUROPE, ToneGenerator},
};
use tandem_media::PlayId;

use crate::{clips::Clip, command::Program};

#[derive(Debug)]
pub(crate) struct Player {
    pub(crate) play: PlayId,
    looped: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Clips { clips: Vec<Arc<Clip>>, clip: usize, sample: usize },
    Tone(ToneGenerator),
}

impl Player {
    pub(crate) fn new(play: PlayId, program: Program, looped: bool) -> Self {
        let state = match program {
            Program::Clips(clips) => State::Clips { clips, clip: 0, sample: 0 },
            Program::Ringback => State::Tone(ToneGenerator::new(RINGBACK_EUROPE)),
        };
        Self { play, looped, state }
    }

    /// The next frame; `None` after the last one. Clips follow each other without a gap.
    pub(crate) fn frame(&mut self) -> Option<Frame> {
        let (clips, clip, sample) = match &mut self.state {
            State::Tone(tone) => return Some(tone.frame()),
            State::Clips { clips, clip, sample } => (clips, clip, sample),
        };
        let (mut frame, mut filled) = (SILENCE, 0);
        while filled < FRAME_SAMPLES {
            if *clip == clips.len() && self.looped {
                *clip = 0;
            }
            let Some(current) = clips.get(*clip) else { break };
            let rest = &current.samples[*sample..];
            let taken = rest.len().min(FRAME_SAMPLES - filled);
            frame[filled..filled + taken].copy_from_slice(&rest[..taken]);
            filled += taken;
            *sample += taken;
            if *sample == current.samples.len() {
                *clip += 1;
                *sample = 0;
            }
        }
        (filled > 0).then_some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(samples: std::ops::Range<i16>) -> Arc<Clip> {
        Arc::new(Clip { samples: samples.collect() })
    }

    #[test]
    fn a_list_is_played_without_a_gap_and_ends_once() {
        let program = Program::Clips(vec![clip(0..1_000), clip(1_000..1_500)]);
        let mut player = Player::new(PlayId(1), program, false);
        let heard: Vec<i16> = std::iter::from_fn(|| player.frame()).flatten().collect();
        assert_eq!(heard.len(), 2 * FRAME_SAMPLES);
        assert!(heard[..1_500].iter().copied().eq(0..1_500));
        assert!(heard[1_500..].iter().all(|sample| *sample == 0));
        assert!(player.frame().is_none());
    }

    #[test]
    fn a_loop_goes_on() {
        let mut player = Player::new(PlayId(1), Program::Clips(vec![clip(0..700)]), true);
        let heard: Vec<i16> = (0..7).filter_map(|_| player.frame()).flatten().collect();
        assert!(heard.iter().copied().eq((0..700).cycle().take(7 * FRAME_SAMPLES)));
    }
}
