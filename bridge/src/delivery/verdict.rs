//! What follows from the fate of one try. Pure: the caller has the clock and the dice.
//!
//! A webhook's events go in order, one at a time, so a receiver that does not answer holds up what is behind: that is kept in the log
//! and costs nothing. One that answers but refuses an event again and again is taken at its word: the event is set aside and the next
//! goes. A receiver that takes nothing for days, or says that it is gone, is left alone until somebody sees to it.

use std::time::Duration;

/// A receiver may ask for longer, but not for longer than this.
const ASKED_AT_MOST: Duration = Duration::from_secs(3_600);

/// How receivers are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Before the second try; doubled for each further one.
    pub backoff: Duration,
    /// Between two tries at most.
    pub backoff_at_most: Duration,
    /// Tries of an event that its receiver answers and refuses.
    pub tries: u32,
    /// For how long a receiver that takes nothing is tried.
    pub given_up_after: Duration,
}

impl Default for Pace {
    /// 12 tries in some 20 minutes; three days.
    fn default() -> Self {
        Self {
            backoff: Duration::from_secs(1),
            backoff_at_most: Duration::from_secs(300),
            tries: 12,
            given_up_after: Duration::from_secs(3 * 24 * 3_600),
        }
    }
}

/// How one try ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// The receiver answered, perhaps with a wish when to come back.
    Answered { status: u16, retry_after: Option<Duration> },
    /// It could not be reached, or did not answer in time; why, for people.
    Silent(String),
}

impl Outcome {
    /// What was wrong, for people; `None`: nothing.
    pub(crate) fn error(&self) -> Option<String> {
        match self {
            Self::Answered { status: 200..=299, .. } => None,
            Self::Answered { status: 300..=399, .. } => {
                Some("the receiver sends elsewhere; redirects are not followed".to_owned())
            }
            Self::Answered { status, .. } => Some(format!("the receiver answered {status}")),
            Self::Silent(why) => Some(why.clone()),
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(*status),
            Self::Silent(_) => None,
        }
    }
}

/// What is done about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// The event arrived.
    Delivered,
    /// The event is sent again after this time.
    Again(Duration),
    /// The event is set aside, and the next one goes.
    SetAside,
    /// The receiver is left alone.
    Suspend,
}

/// What to do after the `tries`th try (from 1) of an event, if the receiver has taken nothing for `failing`. `spread`, 0 to 1, keeps
/// receivers that failed together from being tried together.
pub(crate) fn decide(outcome: &Outcome, tries: u32, failing: Duration, pace: Pace, spread: f64) -> Verdict {
    let again = |asked: Option<Duration>| {
        let doubled =
            pace.backoff.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX));
        let own = doubled.min(pace.backoff_at_most).mul_f64(1.0 + spread.clamp(0.0, 1.0) / 2.0);
        Verdict::Again(own.max(asked.unwrap_or_default().min(ASKED_AT_MOST)))
    };
    match outcome {
        Outcome::Answered { status: 200..=299, .. } => Verdict::Delivered,
        Outcome::Answered { status: 410, .. } => Verdict::Suspend,
        _ if failing >= pace.given_up_after => Verdict::Suspend,
        // It is overloaded, or what stands before it cannot reach it: that says nothing about the event.
        Outcome::Answered { status: 408 | 425 | 429 | 502..=504, retry_after } => again(*retry_after),
        Outcome::Answered { .. } if tries >= pace.tries => Verdict::SetAside,
        Outcome::Answered { retry_after, .. } => again(*retry_after),
        Outcome::Silent(_) => again(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(60);

    fn decided(outcome: &Outcome, tries: u32, failing: Duration, spread: f64) -> Verdict {
        decide(outcome, tries, failing, Pace::default(), spread)
    }

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None }
    }

    #[test]
    fn waits_double_up_to_a_bound() {
        let waits: Vec<_> = (1..=11)
            .map(|tries| match decided(&answered(500), tries, SOON, 0.0) {
                Verdict::Again(after) => after.as_secs(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(decided(&answered(500), 1, SOON, 1.0), Verdict::Again(Duration::from_millis(1_500)));
        assert_eq!(
            decided(&Outcome::Silent("x".into()), u32::MAX, SOON, 0.0),
            Verdict::Again(Duration::from_secs(300))
        );
    }

    #[test]
    fn an_event_that_is_refused_is_set_aside_and_one_that_is_not_answered_waits() {
        for status in [301, 400, 404, 500] {
            assert_eq!(decided(&answered(status), 12, SOON, 0.0), Verdict::SetAside, "{status}");
        }
        for outcome in [answered(429), answered(503), answered(504), Outcome::Silent("refused".into())] {
            assert!(matches!(decided(&outcome, 1_000, SOON, 0.0), Verdict::Again(_)), "{outcome:?}");
        }
    }

    #[test]
    fn a_receiver_that_is_gone_is_left_alone() {
        assert_eq!(decided(&answered(410), 1, Duration::ZERO, 0.0), Verdict::Suspend);
        assert_eq!(
            decided(&Outcome::Silent("refused".into()), 900, Pace::default().given_up_after, 0.0),
            Verdict::Suspend
        );
        assert_eq!(decided(&answered(204), 900, Pace::default().given_up_after, 0.0), Verdict::Delivered);
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_within_reason() {
        let asks =
            |seconds| Outcome::Answered { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(decided(&asks(30), 1, SOON, 0.0), Verdict::Again(Duration::from_secs(30)));
        assert_eq!(decided(&asks(1_000_000), 1, SOON, 0.0), Verdict::Again(ASKED_AT_MOST));
        assert_eq!(decided(&asks(0), 3, SOON, 0.0), Verdict::Again(Duration::from_secs(4)));
    }
}
