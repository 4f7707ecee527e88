//! One person's presence: the merge, without a store.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    DeviceId, Timestamp,
    api::{Activity, ChoosePresence, Presence, PresenceView},
};

use crate::{LEASE, ON_QUEUE_KEPT, Remembered};

/// What is known of one person, and how it merges into one status:
///
/// * Without a live device, Offline. The choice is remembered and counts again when a device comes, but for On Queue, which is dropped
///   with its message: who comes back is Available, and goes on queue by choosing to.
/// * With devices that are all inactive, Idle if Available was chosen; any other choice stands.
/// * Otherwise as chosen; Available if nothing ever was.
/// * What an outage of the store hid is held: for its grace the person counts as there ([`Self::hold`]), and an agent on queue returns
///   to it when a device comes back within [`ON_QUEUE_KEPT`]; the outage took them off, not they.
/// * Activity is beside all that. `since` changes with the primary presence only.
///
/// Devices are browsers. A desk phone holds no lease: a person whose phone alone is registered is Offline here and can still be called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
// Two versions of the server may share a store while one replaces the other.
#[serde(default)]
pub struct Person {
    devices: BTreeMap<DeviceId, Lease>,
    chosen: Presence,
    message: Option<String>,
    activity: Option<Activity>,
    primary: Presence,
    since: Timestamp,
    /// Counts as a device: an outage may hide that there is one.
    held: Option<Lease>,
    /// Until when On Queue is kept without a device.
    on_queue_until: Option<Timestamp>,
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
            held: None,
            on_queue_until: None,
        }
    }
}

impl Person {
    /// A person of whom only the log knows, who counts as there for `grace` if they were. Without a grace nobody has a device or a call.
    pub fn restored(now: Timestamp, grace: Duration, remembered: &Remembered) -> Self {
        let Remembered { view, chosen, .. } = remembered;
        let off_since = if view.primary == Presence::Offline { view.since } else { now };
        let mut person = Self {
            devices: BTreeMap::new(),
            chosen: chosen.primary,
            message: chosen.message.clone(),
            activity: view.activity.filter(|_| !grace.is_zero()),
            primary: view.primary,
            since: view.since,
            held: None,
            on_queue_until: Some(off_since.plus(ON_QUEUE_KEPT)),
        };
        person.hold(now, grace);
        person.expire(now);
        person
    }

    /// Whoever is there stays for `grace` at least: heartbeats may have been lost.
    pub fn hold(&mut self, now: Timestamp, grace: Duration) {
        if self.primary != Presence::Offline {
            self.held = Some(Lease { ends_at: now.plus(grace), active: self.primary != Presence::Idle });
            self.on_queue_until = Some(now.plus(ON_QUEUE_KEPT));
        }
    }

    /// The merged status as of the last operation.
    pub fn view(&self) -> PresenceView {
        // Who is not there is not on queue, even if on the way back to it.
        let shown = self.primary != Presence::Offline || self.chosen != Presence::OnQueue;
        PresenceView {
            primary: self.primary,
            message: self.message.clone().filter(|_| shown),
            activity: self.activity,
            since: self.since,
        }
    }

    /// What counts when a device is there.
    pub fn chosen(&self) -> ChoosePresence {
        ChoosePresence { primary: self.chosen, message: self.message.clone() }
    }

    /// Whether the device's lease holds, or is held.
    pub fn has(&self, device: DeviceId) -> bool {
        self.held.is_some() || self.devices.contains_key(&device)
    }

    /// When the next lease ends.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.leases().map(|lease| lease.ends_at).min()
    }

    /// Whether there is nothing to show of this person.
    pub fn is_plainly_offline(&self) -> bool {
        let PresenceView { primary, message, activity, .. } = self.view();
        primary == Presence::Offline && message.is_none() && activity.is_none()
    }

    fn leases(&self) -> impl Iterator<Item = &Lease> {
        self.devices.values().chain(&self.held)
    }

    /// A device is there until `now +` [`LEASE`].
    pub fn renew(&mut self, now: Timestamp, device: DeviceId, active: bool) {
        self.end_lapsed(now);
        self.devices.insert(device, Lease { ends_at: now.plus(LEASE), active });
        self.on_queue_until = None;
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
        self.on_queue_until = None;
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
        self.held = self.held.filter(|lease| lease.ends_at > now);
        let kept = self.on_queue_until.is_some_and(|until| until > now);
        if self.leases().next().is_none() && self.chosen == Presence::OnQueue && !kept {
            (self.chosen, self.message) = (Presence::Available, None);
        }
    }

    fn merge(&mut self, now: Timestamp) {
        let primary = if self.leases().next().is_none() {
            Presence::Offline
        } else if self.chosen == Presence::Available && self.leases().all(|lease| !lease.active) {
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

    fn remembered(primary: Presence, since: u64, chosen: Presence) -> Remembered {
        let view =
            PresenceView { primary, message: None, activity: Some(Activity::OnCall), since: at(since) };
        let scope = tandem_core::Mint::for_server().scope(tandem_proto::OrgId::from_uuid(Uuid::nil()));
        let user = tandem_proto::UserId::from_uuid(Uuid::nil());
        let message = Some("mornings".to_owned());
        Remembered { scope, user, version: 7, view, chosen: ChoosePresence { primary: chosen, message } }
    }

    #[test]
    fn an_outage_is_not_seen_by_who_comes_back_within_its_grace() {
        let was = remembered(Presence::OnQueue, 5, Presence::OnQueue);
        let mut person = Person::restored(at(100), LEASE, &was);
        assert_eq!((person.view().primary, person.view().since), (Presence::OnQueue, at(5)));
        assert_eq!((person.view().activity, person.has(TAB)), (Some(Activity::OnCall), true));
        person.renew(at(103), TAB, true);
        person.expire(at(108));
        assert_eq!((person.view().primary, person.view().since), (Presence::OnQueue, at(5)));
        person.expire(at(111));
        assert_eq!((person.view().primary, person.view().message), (Presence::Offline, None));
        person.renew(at(112), TAB, true);
        assert_eq!(person.view().primary, Presence::Available, "this time it was the browser");
    }

    #[test]
    fn who_comes_back_after_the_grace_was_offline_and_is_on_queue_again() {
        let was = remembered(Presence::OnQueue, 5, Presence::OnQueue);
        for (grace, offline_at) in [(LEASE, 108), (Duration::ZERO, 100)] {
            let mut person = Person::restored(at(100), grace, &was);
            person.expire(at(108));
            let view = person.view();
            assert_eq!((view.primary, view.since, view.message), (Presence::Offline, at(offline_at), None));
            let mut late = person.clone();
            person.renew(at(131), TAB, true);
            assert_eq!(person.view().primary, Presence::OnQueue);
            assert_eq!(person.view().message.as_deref(), Some("mornings"));
            late.renew(at(132), TAB, true);
            assert_eq!(late.view().primary, Presence::Available);
        }
    }

    #[test]
    fn a_second_restart_does_not_lengthen_what_is_kept() {
        let mut person =
            Person::restored(at(130), Duration::ZERO, &remembered(Presence::Offline, 100, Presence::OnQueue));
        person.renew(at(131), TAB, true);
        assert_eq!(person.view().primary, Presence::OnQueue);
        let mut late =
            Person::restored(at(132), Duration::ZERO, &remembered(Presence::Offline, 100, Presence::OnQueue));
        late.renew(at(133), TAB, true);
        assert_eq!(late.view().primary, Presence::Available);
    }

    #[test]
    fn who_was_idle_is_held_as_idle() {
        let mut person =
            Person::restored(at(100), LEASE, &remembered(Presence::Idle, 5, Presence::Available));
        assert_eq!((person.view().primary, person.view().since), (Presence::Idle, at(5)));
        person.renew(at(101), TAB, true);
        assert_eq!(person.view().primary, Presence::Available);
    }
}
