//! How long a jitter buffer has to hold packets back: from how late they come, compared with the quickest ones.

use std::time::Duration;

/// Resolution of the measurement, milliseconds.
const BUCKET_MS: u64 = 5;
const BUCKETS: usize = 60;
/// Share of packets that must be in time.
const QUANTILE: f32 = 0.97;
/// How slowly old packets are forgotten: half of their weight is gone after some 350 packets (7 s).
const KEEP: f32 = 0.998;
/// The quickest packet is looked for in windows of this length, so that clock drift does not count as delay.
const BASE_WINDOW: Duration = Duration::from_secs(2);
/// Added to what was measured: packets and ticks do not meet exactly.
const MARGIN: Duration = Duration::from_millis(10);
/// Smallest target.
pub(crate) const TARGET_MIN: Duration = Duration::from_millis(20);
/// Largest target.
pub(crate) const TARGET_MAX: Duration = Duration::from_millis(200);

#[derive(Clone, Debug)]
pub(crate) struct DelayEstimator {
    weights: [f32; BUCKETS],
    seen: u32,
    /// Smallest transit (arrival minus media time, µs) of this window and of the one before.
    quickest: i64,
    quickest_before: i64,
    window_since: Option<Duration>,
    target: Duration,
}

impl DelayEstimator {
    pub(crate) fn new() -> Self {
        Self {
            weights: [0.0; BUCKETS],
            seen: 0,
            quickest: i64::MAX,
            quickest_before: i64::MAX,
            window_since: None,
            target: 2 * TARGET_MIN,
        }
    }

    /// Takes a packet: when it came, and its media time.
    pub(crate) fn packet(&mut self, arrived: Duration, media: Duration) {
        let transit = arrived.as_micros() as i64 - media.as_micros() as i64;
        let since = *self.window_since.get_or_insert(arrived);
        if arrived.saturating_sub(since) >= BASE_WINDOW {
            self.quickest_before = self.quickest;
            self.quickest = transit;
            self.window_since = Some(arrived);
        }
        self.quickest = self.quickest.min(transit);
        let late_ms = (transit - self.quickest.min(self.quickest_before)) / 1_000;
        let bucket = (late_ms as u64 / BUCKET_MS).min(BUCKETS as u64 - 1) as usize;

        self.seen = self.seen.saturating_add(1);
        // At the start every packet weighs the same, so that the first ones do not stand out for long.
        let keep = KEEP.min(1.0 - 1.0 / self.seen as f32);
        for weight in &mut self.weights {
            *weight *= keep;
        }
        self.weights[bucket] += 1.0 - keep;
        self.target = self.measured();
    }

    fn measured(&self) -> Duration {
        let mut below = 0.0;
        let bucket = self.weights.iter().position(|weight| {
            below += weight;
            below >= QUANTILE
        });
        let late = Duration::from_millis((bucket.unwrap_or(BUCKETS - 1) as u64 + 1) * BUCKET_MS);
        (late + MARGIN).clamp(TARGET_MIN, TARGET_MAX)
    }

    /// How much should wait in the buffer when a frame is taken.
    pub(crate) fn target(&self) -> Duration {
        self.target
    }
}
