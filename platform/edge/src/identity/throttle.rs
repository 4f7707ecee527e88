//! Slows down guessing: failed sign-ins per account and source, each making the next wait longer.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tandem_proto::Timestamp;

use super::IdentityError;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 5;
/// Wait after the first failure that is not free; doubled by each one after it.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Quiet time after which failures are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(900);
/// Accounts remembered. Beyond it the oldest are forgotten, so that guessing at random names cannot fill the memory.
const REMEMBERED: usize = 10_000;

type Account = (String, Option<IpAddr>);

/// An admitted attempt; counted as failed until it is told to have succeeded.
#[derive(Debug)]
pub(super) struct Attempt(Account);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    fn wait(self) -> Duration {
        match self.count.checked_sub(FREE) {
            None => Duration::ZERO,
            Some(over) => FIRST_WAIT.saturating_mul(1 << over.min(16)).min(LONGEST_WAIT),
        }
    }
}

/// What is remembered of failures.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<BTreeMap<Account, Failures>>);

impl Throttle {
    /// Admits an attempt or tells how long to wait. Counts it as failed at once, so that many at the same moment count too.
    pub(super) fn admit(
        &self,
        now: Timestamp,
        name: &str,
        source: Option<IpAddr>,
    ) -> Result<Attempt, IdentityError> {
        // A name longer than any account's is cut: it fails anyway and must not cost memory.
        let account: Account = (name.chars().take(64).collect(), source);
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = accounts.get(&account).copied() {
            let over_at = failures.last.plus(failures.wait());
            if over_at > now {
                let retry_after_s =
                    u32::try_from(over_at.since(now).as_secs()).unwrap_or(u32::MAX).saturating_add(1);
                return Err(IdentityError::Throttled { retry_after_s });
            }
        }
        if accounts.len() >= REMEMBERED && !accounts.contains_key(&account) {
            forget(&mut accounts, now);
        }
        let failures = accounts.entry(account.clone()).or_insert(Failures { count: 0, last: now });
        if now.since(failures.last) > FORGOTTEN_AFTER {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        Ok(Attempt(account))
    }

    /// The attempt was right: the account's failures are forgotten.
    pub(super) fn succeeded(&self, attempt: Attempt) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&attempt.0);
    }
}

/// Drops what is quiet for long, or the older half when nothing is.
fn forget(accounts: &mut BTreeMap<Account, Failures>, now: Timestamp) {
    accounts.retain(|_, failures| now.since(failures.last) <= FORGOTTEN_AFTER);
    if accounts.len() >= REMEMBERED {
        let mut times: Vec<Timestamp> = accounts.values().map(|failures| failures.last).collect();
        times.sort_unstable();
        let middle = times[times.len() / 2];
        accounts.retain(|_, failures| failures.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn waits_grow_and_success_forgives() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            throttle.admit(at(0), "ada", None).expect("free");
        }
        let wait = |now| match throttle.admit(at(now), "ada", None) {
            Err(IdentityError::Throttled { retry_after_s }) => retry_after_s,
            other => panic!("admitted: {other:?}"),
        };
        assert_eq!(wait(0), 2);
        throttle.admit(at(2), "ada", None).expect("waited");
        assert_eq!(wait(2), 3, "twice as long, rounded up");
        throttle.admit(at(2), "bea", None).expect("another account is free");
        throttle.admit(at(2), "ada", Some(IpAddr::from([192, 0, 2, 1]))).expect("another source is free");
        let attempt = throttle.admit(at(10), "ada", None).expect("waited");
        throttle.succeeded(attempt);
        throttle.admit(at(10), "ada", None).expect("forgiven");
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..(REMEMBERED as i64 * 2) {
            throttle.admit(at(number / 100), &format!("guess{number}"), None).expect("first of its name");
        }
        assert!(throttle.0.lock().expect("unpoisoned").len() <= REMEMBERED);
    }
}
