//! A received stream as frames: jitter buffer, decoder and pace in one.

use std::time::Duration;

use tandem_media::{
    AudioCodec, FRAME_MS,
    jitter::{Inserted, JitterBuffer, Next, Pace},
};

use crate::{CodecError, FRAME_SAMPLES, Frame, decode::Decoder, stretch};

/// Turns packets that come when they like into one frame per tick.
#[derive(Debug)]
pub struct Receiver {
    buffer: JitterBuffer,
    decoder: Decoder,
    decoded: Vec<i16>,
    concealed: u64,
}

impl Receiver {
    /// For a stream of this codec.
    pub fn new(codec: AudioCodec) -> Result<Self, CodecError> {
        Ok(Self {
            buffer: JitterBuffer::new(codec.clock_rate()),
            decoder: Decoder::new(codec)?,
            decoded: Vec::with_capacity(8 * FRAME_SAMPLES),
            concealed: 0,
        })
    }

    /// Takes a packet.
    pub fn insert(&mut self, now: Duration, sequence: u16, timestamp: u32, payload: &[u8]) -> Inserted {
        self.buffer.insert(now, sequence, timestamp, payload)
    }

    /// A sequence number that carries no audio.
    pub fn skip(&mut self, sequence: u16) {
        self.buffer.skip(sequence);
    }

    /// Writes the frame of this tick; false (and nothing is written) when there is no stream now.
    pub fn frame(&mut self, now: Duration, frame: &mut Frame) -> bool {
        while self.decoded.len() < FRAME_SAMPLES {
            let waiting = Duration::from_micros(self.decoded.len() as u64 * 1_000 / 48);
            let packet_ms = (self.buffer.packet_length().as_millis() as u32).max(1);
            let next = self.buffer.next(now, waiting);
            let packet_ms = if next == Next::Starved { FRAME_MS } else { packet_ms };
            if next == Next::Packet(&[]) {
                continue;
            }
            if next == Next::Idle {
                if self.decoded.is_empty() {
                    return false;
                }
                self.decoded.resize(FRAME_SAMPLES, 0);
                break;
            }
            self.concealed += u64::from(self.decoder.run(next, packet_ms, &mut self.decoded));
            match self.buffer.pace() {
                Pace::Steady => {}
                Pace::Faster => self.change_pace(now, stretch::squeeze),
                Pace::Slower => self.change_pace(now, stretch::stretch),
            }
        }
        frame.copy_from_slice(&self.decoded[..FRAME_SAMPLES]);
        self.decoded.drain(..FRAME_SAMPLES);
        true
    }

    /// A period is found in more than one frame, so the next packet is decoded ahead if it is there.
    fn change_pace(&mut self, now: Duration, change: fn(&mut Vec<i16>) -> usize) {
        if self.decoded.len() < stretch::NEEDED && self.buffer.level() > self.buffer.packet_length() {
            let packet_ms = self.buffer.packet_length().as_millis() as u32;
            let waiting = Duration::from_micros(self.decoded.len() as u64 * 1_000 / 48);
            let next = self.buffer.next(now, waiting);
            self.concealed += u64::from(self.decoder.run(next, packet_ms.max(1), &mut self.decoded));
        }
        change(&mut self.decoded);
    }

    /// Packets that had to be made up.
    pub fn concealed(&self) -> u64 {
        self.concealed
    }

    /// What is held back now, decoded or not.
    pub fn delay(&self) -> Duration {
        self.buffer.level() + Duration::from_micros(self.decoded.len() as u64 * 1_000 / 48)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SAMPLE_RATE,
        encode::{Encoder, PACKET_MAX},
        tone::sine,
    };

    /// Sends a tone through a network with delays and loss; the frames heard, one per 20 ms.
    fn hear(codec: AudioCodec, delay: impl Fn(u64) -> Option<u64>) -> (Vec<Frame>, Receiver) {
        let mut encoder = Encoder::new(codec).expect("encoder");
        let mut arrivals: Vec<(u64, u64, Vec<u8>)> = Vec::new();
        for (n, frame) in sine(800.0, SAMPLE_RATE, 48_000 * 10, 8_000.0).chunks(FRAME_SAMPLES).enumerate() {
            let mut packet = [0; PACKET_MAX];
            let len = encoder.run(frame.try_into().expect("a frame"), &mut packet).expect("encodes");
            if let Some(delay) = delay(n as u64) {
                arrivals.push((n as u64 * 20 + delay, n as u64, packet[..len].to_vec()));
            }
        }
        arrivals.sort();
        let (mut receiver, mut frames) = (Receiver::new(codec).expect("receiver"), Vec::new());
        let mut arrivals = arrivals.into_iter().peekable();
        let step = codec.clock_rate() / 50;
        for now in (0..10_000).step_by(20) {
            while let Some((at, n, packet)) = arrivals.next_if(|(at, ..)| *at <= now) {
                receiver.insert(Duration::from_millis(at), n as u16, n as u32 * step, &packet);
            }
            let mut frame = crate::SILENCE;
            receiver.frame(Duration::from_millis(now), &mut frame);
            frames.push(frame);
        }
        (frames, receiver)
    }

    fn silent(frames: &[Frame]) -> usize {
        let level =
            |frame: &Frame| frame.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>().sqrt() / 31.0;
        frames.iter().filter(|frame| level(frame) < 500.0).count()
    }

    #[test]
    fn a_stream_with_jitter_and_loss_is_heard_whole() {
        for codec in [AudioCodec::Pcma, AudioCodec::Opus] {
            let wobble = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 50;
            let (frames, receiver) = hear(codec, |n| (n % 25 != 7).then(|| 20 + wobble(n)));
            assert!(silent(&frames[15..]) <= 2, "{codec:?}: {}", silent(&frames[15..]));
            assert!(receiver.concealed() >= 19);
            assert!(receiver.delay() < Duration::from_millis(150), "{:?}", receiver.delay());
        }
    }

    #[test]
    fn delay_comes_down_after_a_bad_spell() {
        let wobble = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 120;
        let (frames, receiver) = hear(AudioCodec::Pcma, |n| Some(if n < 60 { 20 + wobble(n) } else { 20 }));
        assert_eq!(silent(&frames[120..]), 0);
        assert!(receiver.delay() <= Duration::from_millis(160), "{:?}", receiver.delay());
    }
}
