//! The arithmetic of queue numbers.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_proto::api::{QueueSettings, SegmentKind, ServiceLevels};

/// The limits a queue's waits are judged by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Answered in time up to this many seconds.
    pub target_seconds: u32,
    /// An abandon is short up to this many seconds.
    pub short_abandon_seconds: u32,
}

impl From<&QueueSettings> for Limits {
    fn from(settings: &QueueSettings) -> Self {
        Self {
            target_seconds: settings.target_seconds,
            short_abandon_seconds: settings.short_abandon_seconds,
        }
    }
}

/// What happened to the waits of a queue. Each wait counts once as offered and once as how it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Arrived.
    pub offered: u32,
    /// Reached an agent.
    pub answered: u32,
    /// Of these, within the target.
    pub answered_in_time: u32,
    /// Left while waiting.
    pub abandoned: u32,
    /// Of these, within the target.
    pub abandoned_in_time: u32,
    /// Of the abandoned, within the short limit.
    pub abandoned_short: u32,
    /// Σ wait of the answered, milliseconds.
    pub wait_answered_ms: u64,
}

impl Counts {
    /// A segment began.
    pub const fn started(&mut self, kind: SegmentKind) {
        if matches!(kind, SegmentKind::Wait) {
            self.offered += 1;
        }
    }

    /// A segment ended.
    pub fn ended(&mut self, kind: SegmentKind, disposition: &str, lasted: Duration, limits: Limits) {
        if kind != SegmentKind::Wait {
            return;
        }
        let in_time = lasted <= Duration::from_secs(limits.target_seconds.into());
        match disposition {
            "answered" => {
                self.answered += 1;
                self.answered_in_time += u32::from(in_time);
                self.wait_answered_ms += u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX);
            }
            "abandoned" => {
                self.abandoned += 1;
                self.abandoned_in_time += u32::from(in_time);
                self.abandoned_short +=
                    u32::from(lasted <= Duration::from_secs(limits.short_abandon_seconds.into()));
            }
            _ => {}
        }
    }

    /// Takes another interval's counts in.
    pub const fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.answered_in_time += other.answered_in_time;
        self.abandoned += other.abandoned;
        self.abandoned_in_time += other.abandoned_in_time;
        self.abandoned_short += other.abandoned_short;
        self.wait_answered_ms += other.wait_answered_ms;
    }

    /// Average speed of answer (ASA): Σ wait of the answered / answered.
    pub fn average_speed_of_answer_ms(&self) -> Option<u64> {
        self.wait_answered_ms.checked_div(self.answered.into())
    }

    /// The service level in all its variants.
    pub fn service_levels(&self) -> ServiceLevels {
        let (answered, abandoned) = (self.answered, self.abandoned);
        ServiceLevels {
            ignore_abandons: percent(self.answered_in_time, answered),
            negative: percent(self.answered_in_time, answered + abandoned),
            positive: percent(self.answered_in_time + self.abandoned_in_time, answered + abandoned),
            drop_short: percent(self.answered_in_time, answered + abandoned - self.abandoned_short),
        }
    }
}

fn percent(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) * 100.0 / f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { target_seconds: 20, short_abandon_seconds: 5 };

    fn counts(waits: &[(u32, &str, u64)]) -> Counts {
        let mut counts = Counts::default();
        for (times, disposition, seconds) in waits {
            for _ in 0..*times {
                counts.started(SegmentKind::Wait);
                counts.ended(SegmentKind::Wait, disposition, Duration::from_secs(*seconds), LIMITS);
            }
        }
        counts
    }

    #[test]
    fn service_levels_of_the_published_example() {
        // Answered in time 70, abandoned in time 10, answered late 20.
        let levels =
            counts(&[(70, "answered", 20), (10, "abandoned", 20), (20, "answered", 21)]).service_levels();
        assert!((levels.ignore_abandons.expect("answered some") - 77.777_8).abs() < 0.001);
        assert_eq!((levels.negative, levels.positive), (Some(70.0), Some(80.0)));
        assert_eq!(levels.drop_short, Some(70.0), "none of the abandons was short");
    }

    #[test]
    fn short_abandons_are_left_out_where_the_name_says_so() {
        let counts = counts(&[(8, "answered", 1), (1, "abandoned", 5), (1, "abandoned", 30)]);
        assert_eq!((counts.abandoned, counts.abandoned_short), (2, 1));
        assert_eq!(counts.service_levels().drop_short, Some(8.0 * 100.0 / 9.0));
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        assert_eq!(Counts::default().service_levels(), ServiceLevels::default());
        assert_eq!(Counts::default().average_speed_of_answer_ms(), None);
        assert_eq!(
            counts(&[(2, "answered", 10), (2, "answered", 20)]).average_speed_of_answer_ms(),
            Some(15_000)
        );
    }

    #[test]
    fn a_wait_that_a_restart_cut_off_is_offered_but_neither_answered_nor_abandoned() {
        let counts = counts(&[(1, "restart", 3)]);
        assert_eq!((counts.offered, counts.answered, counts.abandoned), (1, 0, 0));
    }
}
