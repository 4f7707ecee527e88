//! Time as an argument. Cores take a [`Timestamp`]; shells read a [`Clock`], so that tests own time.

use std::{
    sync::{LazyLock, Mutex, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use tandem_proto::Timestamp;

/// Tells the wall-clock time.
pub trait Clock: Send + Sync + 'static {
    /// Now. Never earlier than it was, nor ahead by more than a tenth of what has passed since: timers may go by it.
    fn now(&self) -> Timestamp;
}

/// The machine's clock, without its jumps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        static READING: LazyLock<(Instant, Mutex<Steady>)> = LazyLock::new(|| {
            let (began, wall) = machine();
            (began, Mutex::new(Steady { monotonic: 0, now: wall }))
        });
        let (began, steady) = &*READING;
        // Each change is whole, so a panic elsewhere leaves nothing half done.
        let mut steady = steady.lock().unwrap_or_else(PoisonError::into_inner);
        let (monotonic, wall) = machine();
        let now = steady.read(nanoseconds(monotonic.duration_since(*began)), wall);
        Timestamp::from_micros(now / 1_000)
    }
}

/// Both of the machine's clocks: one that only goes on, and the time of day in nanoseconds since the epoch.
#[expect(clippy::disallowed_methods, reason = "the one place where time enters")]
fn machine() -> (Instant, i64) {
    (Instant::now(), nanoseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()))
}

fn nanoseconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// Follows the time of day by the monotonic clock. Somebody who sets the machine's clock moves it by at most a tenth of the time that
/// passes, so that what waits ten seconds waits between nine and eleven: leases, offers and retransmissions do not notice, and
/// timestamps are right again within ten times what the clock was off. A start takes the time as it is.
#[derive(Clone, Copy, Debug)]
struct Steady {
    /// The monotonic clock when it was read last, in nanoseconds.
    monotonic: i64,
    /// What was said then, in nanoseconds since the epoch.
    now: i64,
}

impl Steady {
    const fn read(&mut self, monotonic: i64, wall: i64) -> i64 {
        let passed = monotonic.saturating_sub(self.monotonic);
        if passed > 0 {
            let expected = self.now.saturating_add(passed);
            let (off, most) = (wall.saturating_sub(expected), passed / 10);
            let taken = if off > most {
                most
            } else if off < -most {
                -most
            } else {
                off
            };
            *self = Self { monotonic, now: expected.saturating_add(taken) };
        }
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const HOUR: i64 = 3_600 * SECOND;

    #[test]
    fn the_machines_clock_is_of_this_century_and_never_goes_back() {
        let mut before = SystemClock.now();
        assert!(before.micros() > 1_700_000_000_000_000, "{before}");
        for _ in 0..10_000 {
            let now = SystemClock.now();
            assert!(now >= before);
            before = now;
        }
    }

    #[test]
    fn a_clock_that_is_kept_by_the_network_is_told_as_it_is() {
        let mut steady = Steady { monotonic: 0, now: 0 };
        // 500 parts per million, the most a time daemon does.
        for second in 1..1_000 {
            let wall = second * (SECOND + 500_000);
            assert_eq!(steady.read(second * SECOND, wall), wall);
        }
    }

    #[test]
    fn a_clock_that_jumps_is_followed_by_a_tenth() {
        for (jump, rate) in [(2 * HOUR, 11), (-2 * HOUR, 9)] {
            let mut steady = Steady { monotonic: 0, now: 0 };
            for second in 1..=60 {
                let now = steady.read(second * SECOND, second * SECOND + jump);
                assert_eq!(now, second * SECOND / 10 * rate);
            }
            let long = 30 * HOUR;
            for hour in 1..=long / HOUR {
                steady.read(60 * SECOND + hour * HOUR, 60 * SECOND + hour * HOUR + jump);
            }
            let end = 60 * SECOND + long;
            assert_eq!(steady.read(end + SECOND, end + SECOND + jump), end + SECOND + jump, "caught up");
        }
    }

    #[test]
    fn whoever_reads_late_changes_nothing() {
        let mut steady = Steady { monotonic: 5 * SECOND, now: 50 * SECOND };
        assert_eq!(steady.read(4 * SECOND, 60 * SECOND), 50 * SECOND);
        assert_eq!(steady.read(5 * SECOND, 60 * SECOND), 50 * SECOND);
    }
}
