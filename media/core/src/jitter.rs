//! The adaptive jitter buffer: takes packets as they come, gives one whenever the decoder needs one.
//!
//! It holds back what [`JitterBuffer::target`] says. A hole with later packets behind it is a loss, and the stream goes on after it;
//! an empty buffer is a delay, and the stream waits for the missing packet (so the buffer grows by itself). What grew too
//! much is taken back by playing a little faster ([`Pace`]), and at once when it is far too much.

use std::time::Duration;

use crate::{delay::DelayEstimator, rtp::Unwrapper};

/// Packets the buffer can hold: more than a second of 20 ms frames.
const SLOTS: usize = 64;
/// Longest payload kept: an RTP packet of one MTU.
const PAYLOAD_MAX: usize = 1_500;
/// Empty for so many pulls in a row, the buffer fills up again before it gives anything.
const STARVED_MAX: u32 = 5;
/// Far too much: this much over the target is dropped, not played faster.
const EXCESS: Duration = Duration::from_millis(120);
/// The level is judged over this many pulls: the lowest counts, so that bursts do not.
const WINDOW: u32 = 25;
/// A gap of sequence numbers this long is a new stream, not loss.
const RESTART: u64 = 500;

/// What the decoder gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next<'a> {
    /// The packet whose turn it is; empty for a number that carries no audio.
    Packet(&'a [u8]),
    /// It was lost. The one after it is here and may carry its repair (Opus in-band FEC).
    Lost {
        /// The packet after the lost one, if it is that one which is there.
        following: Option<&'a [u8]>,
    },
    /// Nothing came in time; the stream is expected to go on.
    Starved,
    /// There is no stream: not begun, filling, or ended.
    Idle,
}

/// What became of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inserted {
    /// It waits for its turn.
    Kept,
    /// Its turn is over.
    Late,
    /// It is here already.
    Duplicate,
    /// Longer than any audio packet.
    TooLong,
}

/// How the decoded audio should be played to bring the buffer to its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// As it is.
    Steady,
    /// Leave out a pitch period.
    Faster,
    /// Repeat a pitch period.
    Slower,
}

/// The buffer of one received stream.
#[derive(Debug)]
pub struct JitterBuffer {
    clock_rate: u32,
    slots: Vec<Slot>,
    sequences: Unwrapper,
    timestamps: Unwrapper,
    delay: DelayEstimator,
    /// The sequence number whose turn it is.
    turn: u64,
    /// The highest one received.
    newest: u64,
    newest_timestamp: u64,
    packet_length: Duration,
    phase: Phase,
    lowest: Duration,
    pulls: u32,
    pace: Pace,
}

#[derive(Debug, Default)]
struct Slot {
    /// 0 when free.
    sequence: u64,
    payload: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Idle,
    Filling { since: Duration },
    Running { starved: u32 },
}

impl JitterBuffer {
    /// An empty buffer for a stream with this RTP clock.
    pub fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            slots: (0..SLOTS).map(|_| Slot::default()).collect(),
            sequences: Unwrapper::default(),
            timestamps: Unwrapper::default(),
            delay: DelayEstimator::new(),
            turn: 0,
            newest: 0,
            newest_timestamp: 0,
            packet_length: crate::FRAME,
            phase: Phase::Idle,
            lowest: Duration::MAX,
            pulls: 0,
            pace: Pace::Steady,
        }
    }

    /// What the buffer aims to hold when a packet is taken.
    pub fn target(&self) -> Duration {
        self.delay.target()
    }

    /// How long one packet of the stream is.
    pub fn packet_length(&self) -> Duration {
        self.packet_length
    }

    /// Takes a packet in.
    pub fn insert(&mut self, now: Duration, sequence: u16, timestamp: u32, payload: &[u8]) -> Inserted {
        if payload.len() > PAYLOAD_MAX {
            return Inserted::TooLong;
        }
        let mut number = self.sequences.sequence(sequence);
        let mut media = self.timestamps.timestamp(timestamp);
        if self.newest > 0 && number.abs_diff(self.newest) > RESTART {
            self.restart();
            number = self.sequences.sequence(sequence);
            media = self.timestamps.timestamp(timestamp);
        }
        self.measure(now, number, media);
        match self.phase {
            Phase::Idle => {
                self.turn = number;
                self.phase = Phase::Filling { since: now };
            }
            // While filling, an earlier packet may still move the start back.
            Phase::Filling { .. } if number < self.turn && self.turn - number < SLOTS as u64 => {
                self.turn = number
            }
            _ if number < self.turn => return Inserted::Late,
            _ => {}
        }
        if number - self.turn >= SLOTS as u64 {
            self.skip_to(number + 1 - SLOTS as u64 / 2);
        }
        let slot = &mut self.slots[number as usize % SLOTS];
        if slot.sequence == number {
            return Inserted::Duplicate;
        }
        slot.sequence = number;
        slot.payload.clear();
        slot.payload.extend_from_slice(payload);
        Inserted::Kept
    }

    /// A sequence number that carries no audio (a telephone-event): not lost, and nothing to play.
    pub fn skip(&mut self, sequence: u16) {
        let number = self.sequences.sequence(sequence);
        let ahead = number.checked_sub(self.turn);
        if self.phase == Phase::Idle || ahead.is_none_or(|ahead| ahead >= SLOTS as u64) {
            return;
        }
        self.newest = self.newest.max(number);
        let slot = &mut self.slots[number as usize % SLOTS];
        slot.sequence = number;
        slot.payload.clear();
    }

    fn measure(&mut self, now: Duration, number: u64, media: u64) {
        let media_time = Duration::from_micros(media * 1_000_000 / u64::from(self.clock_rate));
        if number <= self.newest {
            self.delay.packet(now, media_time);
            return;
        }
        if number == self.newest + 1 {
            let units = media.saturating_sub(self.newest_timestamp) as u32;
            let length = Duration::from_micros(u64::from(units) * 1_000_000 / u64::from(self.clock_rate));
            // A longer step is a pause in speech, not a packet's length.
            if (5..=120).contains(&length.as_millis()) {
                self.packet_length = length;
            }
        }
        self.newest = number;
        self.newest_timestamp = media;
        self.delay.packet(now, media_time);
    }

    fn restart(&mut self) {
        for slot in &mut self.slots {
            slot.sequence = 0;
        }
        self.sequences = Unwrapper::default();
        self.timestamps = Unwrapper::default();
        self.delay = DelayEstimator::new();
        self.newest = 0;
        self.phase = Phase::Idle;
    }

    /// What waits here, holes included, from the packet whose turn it is to the newest.
    pub fn level(&self) -> Duration {
        match self.phase {
            Phase::Idle => Duration::ZERO,
            _ => self.packet_length * (self.newest + 1).saturating_sub(self.turn) as u32,
        }
    }

    /// What comes next. `decoded` is how much decoded audio still waits behind the buffer.
    pub fn next(&mut self, now: Duration, decoded: Duration) -> Next<'_> {
        match self.phase {
            Phase::Idle => return Next::Idle,
            Phase::Filling { since } => {
                if self.level() < self.target() && now.saturating_sub(since) < self.target() {
                    return Next::Idle;
                }
                self.phase = Phase::Running { starved: 0 };
            }
            Phase::Running { .. } => {}
        }
        self.judge(decoded);
        let turn = self.turn;
        if self.holds(turn) {
            self.phase = Phase::Running { starved: 0 };
            self.turn += 1;
            let slot = &mut self.slots[turn as usize % SLOTS];
            slot.sequence = 0;
            return Next::Packet(&slot.payload);
        }
        if self.newest < turn {
            return self.starve();
        }
        self.phase = Phase::Running { starved: 0 };
        self.turn += 1;
        let following =
            self.holds(turn + 1).then(|| self.slots[(turn + 1) as usize % SLOTS].payload.as_slice());
        Next::Lost { following }
    }

    fn starve(&mut self) -> Next<'_> {
        let starved = if let Phase::Running { starved } = self.phase { starved + 1 } else { 1 };
        self.phase = if starved < STARVED_MAX { Phase::Running { starved } } else { Phase::Idle };
        self.lowest = Duration::ZERO;
        if starved < STARVED_MAX { Next::Starved } else { Next::Idle }
    }

    /// Compares what waited over the last window with the target.
    fn judge(&mut self, decoded: Duration) {
        let level = self.level() + decoded;
        let target = self.target();
        if level > target + EXCESS {
            let surplus = level - target;
            let packets = (surplus.as_micros() / self.packet_length.as_micros().max(1)) as u64;
            self.skip_to((self.turn + packets).min(self.newest));
        }
        self.lowest = self.lowest.min(level);
        self.pulls += 1;
        let enough = self.lowest <= target + self.packet_length;
        match self.pace {
            // One pitch period at a time, until the level is right.
            Pace::Faster if level <= target + self.packet_length / 2 => self.pace = Pace::Steady,
            Pace::Slower if level >= target => self.pace = Pace::Steady,
            _ => {}
        }
        if self.pulls < WINDOW {
            return;
        }
        self.pace = if !enough {
            Pace::Faster
        } else if self.lowest + crate::FRAME < target && !self.lowest.is_zero() {
            Pace::Slower
        } else {
            Pace::Steady
        };
        self.lowest = Duration::MAX;
        self.pulls = 0;
    }

    /// How the audio taken last should be played.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    fn skip_to(&mut self, turn: u64) {
        for number in self.turn..turn.min(self.turn + SLOTS as u64) {
            let slot = &mut self.slots[number as usize % SLOTS];
            if slot.sequence == number {
                slot.sequence = 0;
            }
        }
        self.turn = turn;
    }

    fn holds(&self, number: u64) -> bool {
        self.slots[number as usize % SLOTS].sequence == number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a sender into a buffer on fake time: packet `n` is sent at 20·n ms and arrives `delay(n)` later, or never.
    struct Story {
        buffer: JitterBuffer,
        /// What was taken: packet numbers, losses as -1, starvation as -2.
        taken: Vec<i64>,
        largest_target: Duration,
    }

    fn tell(packets: u64, packet_ms: f64, delay: impl Fn(u64) -> Option<u64>) -> Story {
        let mut arrivals: Vec<(u64, u64)> =
            (0..packets).filter_map(|n| Some(((n as f64 * packet_ms) as u64 + delay(n)?, n))).collect();
        arrivals.sort();
        let mut story =
            Story { buffer: JitterBuffer::new(8_000), taken: Vec::new(), largest_target: Duration::ZERO };
        let mut arrivals = arrivals.into_iter().peekable();
        // Decoded audio waiting to be played; stretching and squeezing it is the decoder's part.
        let mut decoded_ms = 0_i64;
        for tick in 0..packets + 30 {
            let now = tick * 20 + 7;
            while let Some((at, n)) = arrivals.next_if(|(at, _)| *at <= now) {
                let sequence = (n as u16).wrapping_add(65_500);
                story.buffer.insert(Duration::from_millis(at), sequence, n as u32 * 160, &n.to_be_bytes());
            }
            while decoded_ms < 20 {
                let decoded = Duration::from_millis(decoded_ms as u64);
                let taken = match story.buffer.next(Duration::from_millis(now), decoded) {
                    Next::Packet(payload) => {
                        u64::from_be_bytes(payload.try_into().expect("eight bytes")) as i64
                    }
                    Next::Lost { .. } => -1,
                    Next::Starved => -2,
                    Next::Idle => {
                        decoded_ms = 20;
                        break;
                    }
                };
                story.taken.push(taken);
                story.largest_target = story.largest_target.max(story.buffer.target());
                decoded_ms += match story.buffer.pace() {
                    Pace::Steady => 20,
                    Pace::Faster => 12,
                    Pace::Slower => 28,
                };
            }
            decoded_ms -= 20;
        }
        story
    }

    impl Story {
        fn count(&self, what: i64) -> usize {
            self.taken.iter().filter(|taken| **taken == what).count()
        }
        fn packets(&self) -> Vec<i64> {
            self.taken.iter().copied().filter(|taken| *taken >= 0).collect()
        }
    }

    fn wobble(n: u64, most: u64) -> u64 {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (most + 1)
    }

    #[test]
    fn a_clean_stream_is_played_whole_with_the_least_delay() {
        let story = tell(500, 20.0, |_| Some(30));
        assert_eq!(story.packets(), (0..500).collect::<Vec<_>>());
        assert_eq!(story.buffer.target(), Duration::from_millis(20));
    }

    #[test]
    fn a_lost_packet_is_one_loss_and_nothing_waits_for_it() {
        let story = tell(500, 20.0, |n| (n % 20 != 10).then_some(30));
        assert_eq!(story.count(-1), 25);
        assert_eq!(story.packets().len(), 475);
    }

    #[test]
    fn jitter_raises_the_target_until_hardly_anything_is_missing() {
        let story = tell(1_500, 20.0, |n| Some(30 + wobble(n, 60)));
        assert!(story.buffer.target() >= Duration::from_millis(60), "{:?}", story.buffer.target());
        let missed = story.taken[200..].iter().filter(|taken| **taken < 0).count();
        assert!(missed < 40, "{missed} of 1300 missed");
        assert!(story.packets().is_sorted());
    }

    #[test]
    fn the_target_falls_again_when_the_jitter_is_over() {
        let story = tell(4_000, 20.0, |n| Some(if n < 500 { 30 + wobble(n, 80) } else { 30 }));
        assert!(story.largest_target >= Duration::from_millis(80));
        assert!(story.buffer.target() <= Duration::from_millis(25), "{:?}", story.buffer.target());
    }

    #[test]
    fn reordered_packets_are_played_in_order() {
        let story = tell(1_000, 20.0, |n| Some(if n % 10 == 3 { 75 } else { 30 }));
        assert!(story.packets().is_sorted());
        assert!(story.packets().len() > 950, "{}", story.packets().len());
    }

    #[test]
    fn a_burst_after_a_stall_is_not_kept_as_delay() {
        let story =
            tell(1_000, 20.0, |n| Some(if (400..420).contains(&n) { 30 + (420 - n) * 20 } else { 30 }));
        assert!(story.packets().is_sorted());
        assert!(story.buffer.level() <= Duration::from_millis(60), "{:?}", story.buffer.level());
    }

    #[test]
    fn a_quick_or_slow_sender_clock_neither_fills_nor_empties_it_for_long() {
        let quick = tell(6_000, 19.9, |_| Some(30)); // 0.5 %
        assert!(quick.buffer.level() < Duration::from_millis(200), "{:?}", quick.buffer.level());
        let slow = tell(6_000, 20.1, |_| Some(30));
        assert!(slow.count(-2) < 60, "{}", slow.count(-2));
    }

    #[test]
    fn a_long_silence_fills_the_buffer_anew() {
        let story = tell(400, 20.0, |n| (!(100..200).contains(&n)).then_some(30));
        assert!(story.count(-2) <= 2 * STARVED_MAX as usize);
        assert_eq!(story.packets().last(), Some(&399));
    }

    #[test]
    fn numbers_without_audio_are_no_loss() {
        let mut buffer = JitterBuffer::new(8_000);
        let ms = Duration::from_millis;
        for n in 0..6_u16 {
            let at = ms(u64::from(n) * 20);
            if (2..4).contains(&n) {
                buffer.skip(n);
            } else {
                buffer.insert(at, n, u32::from(n) * 160, &[n as u8]);
            }
        }
        let mut taken = Vec::new();
        while let Next::Packet(payload) = buffer.next(ms(120), Duration::ZERO) {
            taken.extend_from_slice(payload);
        }
        assert_eq!(taken, [0, 1, 4, 5]);
    }

    #[test]
    fn late_and_repeated_packets_are_named() {
        let mut buffer = JitterBuffer::new(8_000);
        let ms = Duration::from_millis;
        for n in 0..4 {
            assert_eq!(buffer.insert(ms(n * 20), n as u16, n as u32 * 160, &[]), Inserted::Kept);
        }
        assert_eq!(buffer.insert(ms(80), 3, 480, &[]), Inserted::Duplicate);
        assert!(matches!(buffer.next(ms(80), Duration::ZERO), Next::Packet(_)));
        assert_eq!(buffer.insert(ms(81), 0, 0, &[]), Inserted::Late);
        assert_eq!(buffer.insert(ms(82), 40_000, 9, &[1]), Inserted::Kept, "a new stream starts");
        assert_eq!(buffer.insert(ms(82), 40_001, 9, &[0; 2_000]), Inserted::TooLong);
    }
}
