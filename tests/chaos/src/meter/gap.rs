//! One direction of a call, at its receiver.

use std::time::{Duration, Instant};

/// Counts what arrives of one stream of numbered frames.
///
/// A gap is a stretch without a frame that is newer than all before it: what comes late or twice does not end one.
#[derive(Clone, Debug)]
pub struct Meter {
    newest: Option<u64>,
    newest_at: Option<Instant>,
    since: Instant,
    longest: Duration,
    received: u64,
    lost: u64,
    late: u64,
}

/// What a [`Meter`] has seen since it was last reset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Heard {
    /// Frames in order.
    pub received: u64,
    /// Numbers that were jumped over.
    pub lost: u64,
    /// Frames that came after a newer one, or twice.
    pub late: u64,
    /// Longest stretch without a frame in order, the one that lasts included.
    pub longest: Duration,
    /// How long that one lasts by now.
    pub silent_for: Duration,
}

impl Meter {
    /// Nothing heard.
    pub const fn new(now: Instant) -> Self {
        Self {
            newest: None,
            newest_at: None,
            since: now,
            longest: Duration::ZERO,
            received: 0,
            lost: 0,
            late: 0,
        }
    }

    /// A frame arrived.
    pub fn frame(&mut self, now: Instant, number: u64) {
        match self.newest {
            Some(newest) if number <= newest => {
                self.late += 1;
                return;
            }
            Some(newest) => self.lost += number - newest - 1,
            None => {}
        }
        if let Some(at) = self.newest_at {
            self.longest = self.longest.max(now.saturating_duration_since(at));
        }
        self.received += 1;
        self.newest = Some(number);
        self.newest_at = Some(now);
    }

    /// A frame without a number of its own arrived: a tone's.
    pub fn frame_next(&mut self, now: Instant) {
        self.frame(now, self.newest.map_or(0, |newest| newest + 1));
    }

    /// A new call: what came before belongs to another one.
    pub const fn begin(&mut self, now: Instant) {
        self.newest = None;
        self.newest_at = None;
        self.watch(now);
    }

    /// Counts from now on. A gap that began before still counts from its beginning.
    pub const fn watch(&mut self, now: Instant) {
        self.since = now;
        self.longest = Duration::ZERO;
        self.received = 0;
        self.lost = 0;
        self.late = 0;
    }

    /// What was heard.
    pub fn heard(&self, now: Instant) -> Heard {
        let silent_for = now.saturating_duration_since(self.newest_at.unwrap_or(self.since));
        Heard {
            received: self.received,
            lost: self.lost,
            late: self.late,
            longest: self.longest.max(silent_for),
            silent_for,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(20);

    fn after(start: Instant, frames: u32) -> Instant {
        start + FRAME * frames
    }

    #[test]
    fn a_gap_is_the_longest_stretch_without_something_newer() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        for number in 0..10 {
            meter.frame(after(start, number), number.into());
        }
        meter.frame(after(start, 25), 25);
        let heard = meter.heard(after(start, 26));
        assert_eq!((heard.received, heard.lost, heard.late), (11, 15, 0));
        assert_eq!(heard.longest, FRAME * 16);
    }

    #[test]
    fn what_comes_late_or_twice_ends_no_gap() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        meter.frame(start, 5);
        meter.frame(after(start, 10), 5);
        meter.frame(after(start, 11), 4);
        meter.frame(after(start, 20), 6);
        let heard = meter.heard(after(start, 20));
        assert_eq!((heard.received, heard.lost, heard.late), (2, 0, 2));
        assert_eq!(heard.longest, FRAME * 20);
    }

    #[test]
    fn a_gap_that_lasts_counts() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        assert_eq!(meter.heard(after(start, 50)).longest, FRAME * 50, "never heard");
        meter.frame(after(start, 50), 1);
        meter.watch(after(start, 60));
        let heard = meter.heard(after(start, 100));
        assert_eq!((heard.longest, heard.silent_for), (FRAME * 50, FRAME * 50), "it began before the watch");
        assert_eq!(heard.received, 0);
    }

    #[test]
    fn a_new_call_begins_without_a_gap() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        meter.frame(start, 1);
        meter.begin(after(start, 500));
        meter.frame(after(start, 501), 900);
        meter.frame(after(start, 502), 901);
        let heard = meter.heard(after(start, 502));
        assert_eq!((heard.longest, heard.lost, heard.received), (FRAME, 0, 2));
    }
}
