//! Carriers that failed a moment ago. Each node learns that by itself, and forgets it soon.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tandem_proto::{OrgId, Timestamp};

/// How long a carrier that failed is tried after the others.
const REST: Duration = Duration::from_secs(30);

/// Until when which carriers rest. As many as failed within [`REST`], which are no more than there are.
#[derive(Debug, Default)]
pub(crate) struct Resting(Mutex<HashMap<(OrgId, String), Timestamp>>);

impl Resting {
    /// It failed.
    pub(crate) fn failed(&self, org: OrgId, trunk: &str, now: Timestamp) {
        let mut resting = self.lock();
        resting.retain(|_, until| now < *until);
        resting.insert((org, trunk.to_owned()), now.plus(REST));
    }

    /// It took a call.
    pub(crate) fn works(&self, org: OrgId, trunk: &str) {
        self.lock().remove(&(org, trunk.to_owned()));
    }

    /// Whether it is better to try others first.
    pub(crate) fn rests(&self, org: OrgId, trunk: &str, now: Timestamp) -> bool {
        self.lock().get(&(org, trunk.to_owned())).is_some_and(|until| now < *until)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(OrgId, String), Timestamp>> {
        // Each change is one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_failed_rests_for_a_while_unless_it_works_again() {
        let (resting, org, now) = (Resting::default(), OrgId::generate(), Timestamp::from_micros(1));
        resting.failed(org, "main", now);
        assert!(resting.rests(org, "main", now) && !resting.rests(org, "spare", now));
        assert!(!resting.rests(OrgId::generate(), "main", now), "another org's");
        assert!(!resting.rests(org, "main", now.plus(REST)));
        resting.works(org, "main");
        assert!(!resting.rests(org, "main", now));
    }
}
