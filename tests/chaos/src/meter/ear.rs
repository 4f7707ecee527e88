//! Everybody one endpoint hears.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{Heard, Meter};

/// A meter per stream.
#[derive(Debug, Default)]
pub struct Ear {
    meters: HashMap<u32, Meter>,
    /// When anything at all was heard, music and silence included.
    anything_at: Option<Instant>,
    /// How late this endpoint's own 20 ms came at most: below this, no gap can be told from the meter's own.
    pub own_lateness: Duration,
}

impl Ear {
    /// A frame of a stream arrived.
    pub fn frame(&mut self, now: Instant, stream: u32, number: u64) {
        self.meters.entry(stream).or_insert_with(|| Meter::new(now)).frame(now, number);
    }

    /// One more 20 ms of a tone was heard.
    pub fn tone(&mut self, now: Instant, stream: u32) {
        let meter = self.meters.entry(stream).or_insert_with(|| Meter::new(now));
        meter.frame_next(now);
    }

    /// Something was heard, whatever it was.
    pub const fn anything(&mut self, now: Instant) {
        self.anything_at = Some(now);
    }

    /// How long nothing at all was heard; `None` when nothing was since the call began.
    pub fn silent_for(&self, now: Instant) -> Option<Duration> {
        self.anything_at.map(|at| now.saturating_duration_since(at))
    }

    /// A new call with that stream.
    pub fn begin(&mut self, now: Instant, stream: u32) {
        self.anything_at = None;
        self.meters.entry(stream).or_insert_with(|| Meter::new(now)).begin(now);
    }

    /// Counts from now on.
    pub fn watch(&mut self, now: Instant, stream: u32) {
        self.own_lateness = Duration::ZERO;
        self.meters.entry(stream).or_insert_with(|| Meter::new(now)).watch(now);
    }

    /// What was heard of a stream.
    pub fn heard(&self, now: Instant, stream: u32) -> Option<Heard> {
        self.meters.get(&stream).map(|meter| meter.heard(now))
    }
}
