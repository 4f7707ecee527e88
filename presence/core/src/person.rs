//! One person's presence: the merge, without a store.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    DeviceId, Timestamp,
    api::{Activity, Presence, PresenceView},
};

use crate::LEASE;

/// What is known of one person, and how it merges into one status:
///
/// * Without a live device, Offline. The choice is remembered and counts again when a device comes, but for On Queue, which is dropped
///   with its message: who comes back is Available, and goes on queue by choosing to.
/// * With devices that are all inactive, Idle if Available was chosen; any other choice stands.
/// * Otherwise as chosen; Available if nothing ever was.
/// * Activity is beside all that. `since` changes with the primary presence only.
///
/// Devices are browsers. A desk phone holds no lease: a person whose phone alone is registered is Offline here and can still be called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    devices: BTreeMap<DeviceId, Lease>,
    chosen: Presence,
    message: Option<String>,
    activity: Option<Activity>,
    primary: Presence,
    since: Timestamp,
}

/// A device's lease.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Lease {
    ends_at: Timestamp,
    active: bool,
}

/// A presence that follows from devices and cannot be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} cannot be chosen")]
pub struct NotChosen(pub Presence);

impl Default for Person {
    fn default() -> Self {
        Self {
            devices: BTreeMap::new(),
            chosen: Presence::Available,
            message: None,
            activity: None,
            primary: Presence::Offline,
            since: Timestamp::default(),
        }
    }
}

impl Person {
    /// The merged status as of the last operation.
    pub fn view(&self) -> PresenceView {
        PresenceView {
            primary: self.primary,
            message: self.message.clone(),
            activity: self.activity,
            since: self.since,
        }
    }

    /// Whether the device's lease holds.
    pub fn has(&self, device: DeviceId) -> bool {
        self.devices.contains_key(&device)
    }

    /// When each lease ends.
    pub fn leases(&self) -> impl Iterator<Item = (Timestamp, DeviceId)> {
        self.devices.iter().map(|(device, lease)| (lease.ends_at, *device))
    }

    /// Whether there is nothing to show of this person.
    pub fn is_plainly_offline(&self) -> bool {
        self.primary == Presence::Offline && self.message.is_none() && self.activity.is_none()
    }

    /// A device is there until `now +` [`LEASE`].
    pub fn renew(&mut self, now: Timestamp, device: DeviceId, active: bool) {
        self.end_lapsed(now);
        self.devices.insert(device, Lease { ends_at: now.plus(LEASE), active });
        self.merge(now);
    }

    /// A device goes at `now + grace` unless it renews. One that is not there is none.
    pub fn release(&mut self, now: Timestamp, device: DeviceId, grace: Duration) {
        if let Some(lease) = self.devices.get_mut(&device) {
            lease.ends_at = lease.ends_at.min(now.plus(grace));
        }
        self.expire(now);
    }

    /// The choice from now on.
    ///
    /// # Errors
    /// Idle and Offline follow from devices.
    pub fn choose(
        &mut self,
        now: Timestamp,
        primary: Presence,
        message: Option<String>,
    ) -> Result<(), NotChosen> {
        if matches!(primary, Presence::Idle | Presence::Offline) {
            return Err(NotChosen(primary));
        }
        (self.chosen, self.message) = (primary, message);
        self.expire(now);
        Ok(())
    }

    /// What the person does from now on.
    pub fn set_activity(&mut self, now: Timestamp, activity: Option<Activity>) {
        self.activity = activity;
        self.expire(now);
    }

    /// Ends the leases that lapsed.
    pub fn expire(&mut self, now: Timestamp) {
        self.end_lapsed(now);
        self.merge(now);
    }

    fn end_lapsed(&mut self, now: Timestamp) {
        self.devices.retain(|_, lease| lease.ends_at > now);
        if self.devices.is_empty() && self.chosen == Presence::OnQueue {
            (self.chosen, self.message) = (Presence::Available, None);
        }
    }

    fn merge(&mut self, now: Timestamp) {
        let primary = if self.devices.is_empty() {
            Presence::Offline
        } else if self.chosen == Presence::Available && self.devices.values().all(|lease| !lease.active) {
            Presence::Idle
        } else {
            self.chosen
        };
        if primary != self.primary {
            (self.primary, self.since) = (primary, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TAB: DeviceId = DeviceId::from_uuid(Uuid::from_u128(1));
    const OTHER_TAB: DeviceId = DeviceId::from_uuid(Uuid::from_u128(2));

    fn at(seconds: u64) -> Timestamp {
        Timestamp::default().plus(Duration::from_secs(seconds))
    }

    #[test]
    fn one_active_device_is_enough_to_be_available() {
        let mut person = Person::default();
        person.renew(at(1), TAB, true);
        person.renew(at(2), OTHER_TAB, false);
        assert_eq!(person.view().primary, Presence::Available);
        person.renew(at(3), TAB, false);
        assert_eq!((person.view().primary, person.view().since), (Presence::Idle, at(3)));
        person.renew(at(4), OTHER_TAB, true);
        assert_eq!((person.view().primary, person.view().since), (Presence::Available, at(4)));
    }

    #[test]
    fn a_choice_other_than_available_stands_while_nobody_touches_a_device() {
        let mut person = Person::default();
        person.renew(at(1), TAB, true);
        person.choose(at(2), Presence::OnQueue, None).expect("can be chosen");
        person.renew(at(3), TAB, false);
        assert_eq!((person.view().primary, person.view().since), (Presence::OnQueue, at(2)));
    }

    #[test]
    fn a_closed_browser_is_offline_and_on_queue_is_dropped() {
        let mut person = Person::default();
        person.renew(at(1), TAB, true);
        person.choose(at(1), Presence::OnQueue, Some("mornings".into())).expect("can be chosen");
        person.expire(at(8));
        assert_eq!(person.view().primary, Presence::OnQueue);
        person.expire(at(9));
        assert_eq!((person.view().primary, person.view().message), (Presence::Offline, None));
        person.renew(at(20), TAB, true);
        assert_eq!(person.view().primary, Presence::Available);
    }

    #[test]
    fn a_lease_that_lapsed_unseen_drops_on_queue_all_the_same() {
        let mut person = Person::default();
        person.renew(at(1), TAB, true);
        person.choose(at(1), Presence::OnQueue, None).expect("can be chosen");
        person.renew(at(30), TAB, true);
        assert_eq!(person.view().primary, Presence::Available);
    }

    #[test]
    fn other_choices_are_remembered_while_offline() {
        let mut person = Person::default();
        person.renew(at(1), TAB, true);
        person.choose(at(1), Presence::Meal, Some("back at one".into())).expect("can be chosen");
        person.release(at(2), TAB, Duration::ZERO);
        assert_eq!(person.view().primary, Presence::Offline);
        assert!(!person.is_plainly_offline(), "the message is to be seen");
        person.renew(at(3), TAB, true);
        assert_eq!(person.view().primary, Presence::Meal);
    }

    #[test]
    fn a_reload_within_the_grace_is_not_seen() {
        let mut person = Person::default();
        person.renew(at(1), TAB, true);
        person.release(at(2), TAB, Duration::from_secs(3));
        person.renew(at(4), TAB, true);
        person.expire(at(11));
        assert_eq!((person.view().primary, person.view().since), (Presence::Available, at(1)));
    }

    #[test]
    fn what_follows_from_devices_cannot_be_chosen() {
        let mut person = Person::default();
        for primary in [Presence::Idle, Presence::Offline] {
            assert_eq!(person.choose(at(1), primary, None), Err(NotChosen(primary)));
        }
    }
}
