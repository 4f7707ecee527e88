//! The store of a single process.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tandem_core::OrgScope;
use tandem_proto::{
    DeviceId, OrgId, Timestamp, UserId,
    api::{Activity, Presence, PresenceView},
};

use crate::{Note, Person, PresenceError, PresenceStore, Record, Remembered, Update};

/// Leases and choices in memory. Gone with the process, as the devices' connections are.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    orgs: BTreeMap<OrgId, (OrgScope, BTreeMap<UserId, Record>)>,
    /// Everybody with a lease, by when the next one ends.
    deadlines: BTreeSet<(Timestamp, OrgId, UserId)>,
    /// Whose note is to be written down, and since when.
    unlogged: BTreeMap<(OrgId, UserId), Timestamp>,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        operation: impl FnOnce(&mut Person) -> T,
    ) -> (Option<Update>, T) {
        self.state().change(now, scope, user, operation)
    }
}

impl State {
    fn record(&self, scope: OrgScope, user: UserId) -> Option<&Record> {
        self.orgs.get(&scope.org())?.1.get(&user)
    }

    fn people(&mut self, scope: OrgScope) -> &mut BTreeMap<UserId, Record> {
        &mut self.orgs.entry(scope.org()).or_insert_with(|| (scope, BTreeMap::new())).1
    }

    /// Puts a record in place of the user's.
    fn put(&mut self, scope: OrgScope, user: UserId, record: Record) {
        let deadline = record.person().deadline();
        let old = self.people(scope).insert(user, record).and_then(|old| old.person().deadline());
        let key = |at| (at, scope.org(), user);
        if let Some(at) = old {
            self.deadlines.remove(&key(at));
        }
        self.deadlines.extend(deadline.map(key));
    }

    /// Does something to a person and tells what it changed.
    fn change<T>(
        &mut self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        operation: impl FnOnce(&mut Person) -> T,
    ) -> (Option<Update>, T) {
        let mut record = self.record(scope, user).cloned().unwrap_or_default();
        let (update, result) = record.change(scope, user, operation);
        self.put(scope, user, record);
        if update.is_some() {
            self.unlogged.insert((scope.org(), user), now);
        }
        (update, result)
    }
}

#[async_trait]
impl PresenceStore for MemoryStore {
    async fn renew(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        active: bool,
    ) -> Result<Option<Update>, PresenceError> {
        Ok(self.change(now, scope, user, |person| person.renew(now, device, active)).0)
    }

    async fn release(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        grace: Duration,
    ) -> Result<Option<Update>, PresenceError> {
        Ok(self.change(now, scope, user, |person| person.release(now, device, grace)).0)
    }

    async fn choose(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        primary: Presence,
        message: Option<String>,
    ) -> Result<Option<Update>, PresenceError> {
        let (update, chosen) = self.change(now, scope, user, |person| person.choose(now, primary, message));
        chosen?;
        Ok(update)
    }

    async fn set_activity(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> Result<Option<Update>, PresenceError> {
        Ok(self.change(now, scope, user, |person| person.set_activity(now, activity)).0)
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Update>, PresenceError> {
        let mut state = self.state();
        let mut updates = Vec::new();
        while let Some((ends_at, org, user)) = state.deadlines.first().copied()
            && ends_at <= now
        {
            let scope = state.orgs[&org].0;
            updates.extend(state.change(now, scope, user, |person| person.expire(now)).0);
        }
        Ok(updates)
    }

    async fn next_expiry(&self) -> Result<Option<Timestamp>, PresenceError> {
        Ok(self.state().deadlines.first().map(|(ends_at, ..)| *ends_at))
    }

    async fn unlogged(&self, until: Timestamp) -> Result<Vec<Note>, PresenceError> {
        let state = self.state();
        let due = state.unlogged.iter().filter(|(_, since)| **since <= until);
        let mut notes: Vec<(Timestamp, Note)> = due
            .map(|((org, user), since)| {
                let (scope, people) = &state.orgs[org];
                (*since, people[user].note(*scope, *user))
            })
            .collect();
        notes.sort_by_key(|(since, _)| *since);
        Ok(notes.into_iter().map(|(_, note)| note).collect())
    }

    async fn logged(&self, scope: OrgScope, user: UserId, version: u64) -> Result<(), PresenceError> {
        let mut state = self.state();
        if state.record(scope, user).is_some_and(|record| record.note(scope, user).version == version) {
            state.unlogged.remove(&(scope.org(), user));
        }
        Ok(())
    }

    async fn raise(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        version: u64,
        newest: u64,
    ) -> Result<(), PresenceError> {
        let mut state = self.state();
        if state.people(scope).get_mut(&user).is_some_and(|record| record.raise(version, newest)) {
            state.unlogged.insert((scope.org(), user), now);
        }
        Ok(())
    }

    async fn restore(
        &self,
        now: Timestamp,
        grace: Duration,
        _: &[OrgScope],
        remembered: Vec<Remembered>,
    ) -> Result<bool, PresenceError> {
        let mut state = self.state();
        let known: BTreeMap<_, _> = remembered
            .iter()
            .map(|known| ((known.scope.org(), known.user), (known.scope, Some(known))))
            .collect();
        let had = state
            .orgs
            .iter()
            .flat_map(|(org, (scope, people))| people.keys().map(|user| ((*org, *user), (*scope, None))));
        let everybody: BTreeMap<_, _> = had.chain(known).collect();
        for ((org, user), (scope, known)) in everybody {
            let had = state.record(scope, user).cloned();
            let (record, noted) = Record::restored(had, now, grace, known);
            state.put(scope, user, record);
            if noted {
                state.unlogged.insert((org, user), now);
            }
        }
        Ok(true)
    }

    async fn of(&self, scope: OrgScope, user: UserId) -> Result<PresenceView, PresenceError> {
        let state = self.state();
        Ok(state
            .record(scope, user)
            .map_or_else(|| Person::default().view(), |record| record.person().view()))
    }

    async fn all(&self, scope: OrgScope) -> Result<Vec<(UserId, PresenceView)>, PresenceError> {
        let state = self.state();
        let people = state.orgs.get(&scope.org()).into_iter().flat_map(|(_, people)| people);
        let shown = people.filter(|(_, record)| !record.person().is_plainly_offline());
        Ok(shown.map(|(user, record)| (*user, record.person().view())).collect())
    }

    async fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> Result<bool, PresenceError> {
        Ok(self.state().record(scope, user).is_some_and(|record| record.person().has(device)))
    }
}
