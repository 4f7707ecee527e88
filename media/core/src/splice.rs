//! One outgoing RTP stream made of many: its sequence numbers and timestamps run on whatever it is cut together from.

use std::time::Duration;

use crate::rtp::Unwrapper;

/// What a receiver sees as one stream, though playing, mixing and passed-on sources take turns in it.
#[derive(Clone, Debug)]
pub struct Splice {
    clock_rate: u32,
    /// The next number never used before. Extended, so that it carries SRTP's rollover count.
    next_sequence: u64,
    last: Option<Sent>,
    passing: Option<Passing>,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    timestamp: u32,
    at: Duration,
    /// Length of what was sent, in clock units.
    length: u32,
}

#[derive(Clone, Copy, Debug)]
struct Passing {
    source: u64,
    incoming: Unwrapper,
    first_incoming: u64,
    first_outgoing: u64,
    timestamp_offset: u32,
}

impl Splice {
    /// A stream that starts anywhere: `sequence` and `timestamp` should be random (RFC 3550 §5.1).
    pub fn new(clock_rate: u32, sequence: u16, timestamp: u32) -> Self {
        // Below half the range, so that SRTP's rollover count is 0 for both ends even if the first packets are reordered.
        let next_sequence = u64::from(sequence & 0x7fff);
        let last = Some(Sent { timestamp, at: Duration::ZERO, length: 0 });
        Self { clock_rate, next_sequence, last, passing: None }
    }

    /// The stream's clock.
    pub fn clock_rate(&self) -> u32 {
        self.clock_rate
    }

    /// Numbers for a packet of our own making that is `length` clock units long.
    pub fn make(&mut self, now: Duration, length: u32) -> (u64, u32) {
        self.passing = None;
        let timestamp = self.continue_at(now, true);
        self.last = Some(Sent { timestamp, at: now, length });
        (self.number(), timestamp)
    }

    /// A number for one more packet with a timestamp used before (a telephone-event goes on).
    pub fn number(&mut self) -> u64 {
        let number = self.next_sequence;
        self.next_sequence += 1;
        number
    }

    /// Numbers for a packet passed on from `source` (whatever tells sources apart, the SSRC among it). Gaps and reordering stay
    /// visible. `None` for packets from before the source's turn.
    pub fn pass(&mut self, now: Duration, source: u64, sequence: u16, timestamp: u32) -> Option<(u64, u32)> {
        if self.passing.is_none_or(|passing| passing.source != source) {
            let mut incoming = Unwrapper::default();
            let first_incoming = incoming.sequence(sequence);
            let timestamp_offset = self.continue_at(now, false).wrapping_sub(timestamp);
            let first_outgoing = self.next_sequence;
            self.passing =
                Some(Passing { source, incoming, first_incoming, first_outgoing, timestamp_offset });
        }
        let passing = self.passing.as_mut()?;
        let ahead = passing.incoming.sequence(sequence).checked_sub(passing.first_incoming)?;
        let number = passing.first_outgoing + ahead;
        let timestamp = timestamp.wrapping_add(passing.timestamp_offset);
        if number >= self.next_sequence {
            self.next_sequence = number + 1;
            let length = self.clock_rate / 50;
            self.last = Some(Sent { timestamp, at: now, length });
        }
        Some((number, timestamp))
    }

    /// The next packet from outside starts a turn of its own: its timeline is not trusted to have run on.
    pub fn cut(&mut self) {
        self.passing = None;
    }

    /// When something was last sent.
    pub fn last_sent(&self) -> Option<Duration> {
        self.last.map(|sent| sent.at).filter(|at| !at.is_zero())
    }

    /// The RTP time of `now`, for reports.
    pub fn timestamp_at(&self, now: Duration) -> u32 {
        self.last.map_or(0, |sent| sent.timestamp.wrapping_add(self.units(now.saturating_sub(sent.at))))
    }

    /// Where the timeline stands. Frames made at ticks follow each other without seams: ticks come a little early or late.
    fn continue_at(&self, now: Duration, ticking: bool) -> u32 {
        let Some(sent) = self.last else { return 0 };
        let elapsed = self.units(now.saturating_sub(sent.at));
        let seamless = ticking && sent.length > 0 && elapsed < sent.length + self.clock_rate / 25;
        sent.timestamp.wrapping_add(if seamless { sent.length } else { elapsed.max(sent.length) })
    }

    fn units(&self, time: Duration) -> u32 {
        (time.as_micros() * u128::from(self.clock_rate) / 1_000_000) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn made_frames_have_no_seams_though_ticks_wobble() {
        let mut splice = Splice::new(8_000, 9, 1_000);
        let (first, start) = splice.make(ms(100), 160);
        for n in 1..50_u32 {
            let wobble = if n % 2 == 0 { 3 } else { 0 };
            let (number, timestamp) = splice.make(ms(100 + u64::from(n) * 20 + wobble), 160);
            assert_eq!((number, timestamp), (first + u64::from(n), start + n * 160));
        }
    }

    #[test]
    fn a_passed_on_source_keeps_its_gaps_and_its_order() {
        let mut splice = Splice::new(8_000, 9, 1_000);
        let (number, timestamp) = splice.make(ms(100), 160);
        let (a, at) = splice.pass(ms(120), 1, 65_535, 77).expect("taken");
        assert_eq!((a, at), (number + 1, timestamp + 160));
        assert_eq!(splice.pass(ms(160), 1, 1, 77 + 320), Some((a + 2, at + 320)), "one is missing");
        assert_eq!(splice.pass(ms(161), 1, 0, 77 + 160), Some((a + 1, at + 160)), "and came late");
        assert_eq!(splice.pass(ms(162), 1, 65_534, 77 - 1), None, "from before its turn");
        assert_eq!(splice.make(ms(180), 160), (a + 3, at + 480));
    }

    #[test]
    fn time_runs_on_through_a_silence() {
        let mut splice = Splice::new(48_000, 9, 1_000);
        let (_, before) = splice.pass(ms(1_000), 1, 10, 0).expect("taken");
        let (_, after) = splice.pass(ms(3_000), 2, 500, 123_456).expect("taken");
        assert_eq!(after - before, 96_000);
    }
}
