//! Failures counted in this process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tandem_proto::Timestamp;
use tandem_store::BoxFuture;

use super::{Account, Away, FIRST_WAIT, FORGOTTEN_AFTER, FREE, LONGEST_WAIT, Limits, Verdict};

/// Accounts remembered. Beyond it the oldest are forgotten, so that guessing at random names cannot fill the memory.
const REMEMBERED: usize = 10_000;

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
pub(super) struct Memory(Mutex<BTreeMap<Account, Failures>>);

impl Memory {
    pub(super) fn decide(&self, now: Timestamp, account: &Account) -> Verdict {
        let mut accounts = self.accounts();
        if let Some(failures) = accounts.get(account) {
            let over_at = failures.last.plus(failures.wait());
            if over_at > now {
                return Verdict::Wait(over_at.since(now));
            }
        }
        if accounts.len() >= REMEMBERED && !accounts.contains_key(account) {
            make_room(&mut accounts, now);
        }
        let failures = accounts.entry(account.clone()).or_insert(Failures { count: 0, last: now });
        if now.since(failures.last) > FORGOTTEN_AFTER {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        Verdict::Admitted { locks: failures.count >= FREE }
    }

    pub(super) fn forget(&self, account: &Account) {
        self.accounts().remove(account);
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<Account, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limits for Memory {
    fn admit<'a>(&'a self, now: Timestamp, account: &'a Account) -> BoxFuture<'a, Result<Verdict, Away>> {
        Box::pin(std::future::ready(Ok(self.decide(now, account))))
    }

    fn forgive<'a>(&'a self, account: &'a Account) -> BoxFuture<'a, Result<(), Away>> {
        self.forget(account);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Drops what is quiet for long, or the older half when nothing is.
fn make_room(accounts: &mut BTreeMap<Account, Failures>, now: Timestamp) {
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

    #[test]
    fn memory_is_bounded() {
        let limits = Memory::default();
        for number in 0..(REMEMBERED as i64 * 2) {
            let now = Timestamp::from_micros(number * 10_000);
            let verdict = limits.decide(now, &Account::new(&format!("guess{number}"), None));
            assert_eq!(verdict, Verdict::Admitted { locks: false });
        }
        assert!(limits.accounts().len() <= REMEMBERED);
    }
}
