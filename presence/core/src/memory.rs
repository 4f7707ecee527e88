//! The store of a single process.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tandem_core::OrgScope;
use tandem_proto::{
    DeviceId, OrgId, Timestamp, UserId,
    api::{Activity, Presence, PresenceView},
};

use crate::{Change, Person, PresenceError, PresenceStore};

/// Leases and choices in memory. Gone with the process, as the devices' connections are.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    orgs: BTreeMap<OrgId, (OrgScope, BTreeMap<UserId, Person>)>,
    /// The leases of everybody by when they end.
    leases: BTreeSet<(Timestamp, OrgId, UserId, DeviceId)>,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn person(&self, scope: OrgScope, user: UserId) -> Option<&Person> {
        self.orgs.get(&scope.org())?.1.get(&user)
    }

    /// Does something to a person and tells the change.
    fn change<T>(
        &mut self,
        scope: OrgScope,
        user: UserId,
        operation: impl FnOnce(&mut Person) -> T,
    ) -> (Option<Change>, T) {
        let org = scope.org();
        let (_, people) = self.orgs.entry(org).or_insert_with(|| (scope, BTreeMap::new()));
        let person = people.entry(user).or_default();
        for (ends_at, device) in person.leases() {
            self.leases.remove(&(ends_at, org, user, device));
        }
        let before = person.view();
        let result = operation(person);
        let now = person.view();
        self.leases.extend(person.leases().map(|(ends_at, device)| (ends_at, org, user, device)));
        ((before != now).then_some(Change { scope, user, before, now }), result)
    }
}

impl PresenceStore for MemoryStore {
    async fn renew(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        active: bool,
    ) -> Result<Option<Change>, PresenceError> {
        Ok(self.state().change(scope, user, |person| person.renew(now, device, active)).0)
    }

    async fn release(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        grace: Duration,
    ) -> Result<Option<Change>, PresenceError> {
        Ok(self.state().change(scope, user, |person| person.release(now, device, grace)).0)
    }

    async fn choose(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        primary: Presence,
        message: Option<String>,
    ) -> Result<Option<Change>, PresenceError> {
        let (change, chosen) =
            self.state().change(scope, user, |person| person.choose(now, primary, message));
        chosen.map_err(|error| PresenceError(error.to_string()))?;
        Ok(change)
    }

    async fn set_activity(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> Result<Option<Change>, PresenceError> {
        Ok(self.state().change(scope, user, |person| person.set_activity(now, activity)).0)
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Change>, PresenceError> {
        let mut state = self.state();
        let mut changes = Vec::new();
        while let Some((ends_at, org, user, _)) = state.leases.first().copied()
            && ends_at <= now
        {
            let scope = state.orgs[&org].0;
            changes.extend(state.change(scope, user, |person| person.expire(now)).0);
        }
        Ok(changes)
    }

    async fn next_expiry(&self) -> Option<Timestamp> {
        self.state().leases.first().map(|(ends_at, ..)| *ends_at)
    }

    async fn of(&self, scope: OrgScope, user: UserId) -> Result<PresenceView, PresenceError> {
        Ok(self.state().person(scope, user).map_or_else(|| Person::default().view(), Person::view))
    }

    async fn all(&self, scope: OrgScope) -> Result<Vec<(UserId, PresenceView)>, PresenceError> {
        let state = self.state();
        let people = state.orgs.get(&scope.org()).into_iter().flat_map(|(_, people)| people);
        let shown = people.filter(|(_, person)| !person.is_plainly_offline());
        Ok(shown.map(|(user, person)| (*user, person.view())).collect())
    }

    async fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> Result<bool, PresenceError> {
        Ok(self.state().person(scope, user).is_some_and(|person| person.has(device)))
    }
}
