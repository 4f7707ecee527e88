//! What endpoints say and how they know what they hear.

use std::time::Instant;

use tandem_codec::{
    FRAME_SAMPLES, SAMPLE_RATE,
    decode::Decoder,
    encode::{Encoder, PACKET_MAX},
    tone::{goertzel, sine},
};
use tandem_media::{AudioCodec, jitter::Next};

use super::{Ear, Stamp};

/// Amplitude of a tone.
const AMPLITUDE: f64 = 8_000.0;
/// A tone counts as heard from this share of its amplitude on: 20 ms at the edge of a gap are half of each.
const HEARD_FROM: f64 = 0.35;

/// The stream a tone is counted under.
pub const fn tone_stream(hz: u16) -> u32 {
    0xF000_0000 | hz as u32
}

/// What an endpoint says.
#[derive(Debug)]
pub struct Voice(Kind);

#[derive(Debug)]
enum Kind {
    Numbered { stream: u32, next: u64, codec: AudioCodec },
    Tone { wave: Vec<i16>, at: usize, encoder: Box<Encoder> },
}

impl Voice {
    /// Numbered frames, for a way on which packets are passed on as they are.
    pub const fn numbered(stream: u32, codec: AudioCodec) -> Self {
        Self(Kind::Numbered { stream, next: 1, codec })
    }

    /// A tone, for a way with a transcoder on it. Whole periods fit into a second. `None` when there is no encoder.
    pub fn tone(hz: u16, codec: AudioCodec) -> Option<Self> {
        let wave = sine(hz.into(), SAMPLE_RATE, SAMPLE_RATE as usize, AMPLITUDE);
        Some(Self(Kind::Tone { wave, at: 0, encoder: Box::new(Encoder::new(codec).ok()?) }))
    }

    /// The next 20 ms as a payload.
    pub fn frame(&mut self) -> Vec<u8> {
        match &mut self.0 {
            Kind::Numbered { stream, next, codec } => {
                let stamp = Stamp { stream: *stream, number: *next };
                *next += 1;
                if *codec == AudioCodec::Opus { stamp.opus() } else { stamp.g711() }
            }
            Kind::Tone { wave, at, encoder } => {
                let mut packet = [0; PACKET_MAX];
                let frame = &wave[*at..*at + FRAME_SAMPLES];
                *at = (*at + FRAME_SAMPLES) % wave.len();
                let len = frame.try_into().ok().and_then(|frame| encoder.run(frame, &mut packet).ok());
                packet[..len.unwrap_or(0)].to_vec()
            }
        }
    }
}

/// Tells the ear what a payload was.
#[derive(Debug, Default)]
pub struct Listener {
    tone: Option<(u16, Box<Decoder>, Vec<i16>)>,
}

impl Listener {
    /// Waits for a tone in payloads of a codec.
    pub fn for_tone(hz: u16, codec: AudioCodec) -> Self {
        let decoder = Decoder::new(codec).ok();
        Self { tone: decoder.map(|decoder| (hz, Box::new(decoder), Vec::new())) }
    }

    /// A payload arrived.
    pub fn payload(&mut self, now: Instant, payload: &[u8], ear: &mut Ear) {
        ear.anything(now);
        if let Some(stamp) = Stamp::read(payload) {
            ear.frame(now, stamp.stream, stamp.number);
        } else if let Some((hz, decoder, samples)) = &mut self.tone {
            samples.clear();
            decoder.run(Next::Packet(payload), tandem_media::FRAME_MS, samples);
            for frame in samples.chunks(FRAME_SAMPLES) {
                if goertzel(frame, f64::from(*hz), SAMPLE_RATE) > AMPLITUDE * HEARD_FROM {
                    ear.tone(now, tone_stream(*hz));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_heard_through_a_codec_and_another_is_not() {
        let now = Instant::now();
        for codec in [AudioCodec::Pcma, AudioCodec::Opus] {
            let mut voice = Voice::tone(600, codec).expect("an encoder");
            let (mut right, mut wrong) = (Listener::for_tone(600, codec), Listener::for_tone(1_000, codec));
            let mut ear = Ear::default();
            for _ in 0..50 {
                let payload = voice.frame();
                right.payload(now, &payload, &mut ear);
                wrong.payload(now, &payload, &mut ear);
            }
            let heard = ear.heard(now, tone_stream(600)).expect("heard");
            assert!(heard.received >= 47, "{codec:?}: {heard:?}");
            assert_eq!(ear.heard(now, tone_stream(1_000)), None, "{codec:?}");
        }
    }

    #[test]
    fn numbered_frames_are_heard_by_their_stream() {
        let now = Instant::now();
        let (mut voice, mut ear) = (Voice::numbered(9, AudioCodec::Opus), Ear::default());
        for _ in 0..3 {
            Listener::default().payload(now, &voice.frame(), &mut ear);
        }
        assert_eq!(ear.heard(now, 9).expect("heard").received, 3);
    }
}
