//! The memory store: it conforms, and any order of operations gives what a naive model gives.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use proptest::prelude::*;
use tandem_core::{Mint, OrgScope};
use tandem_presence::{LEASE, MemoryStore, PresenceStore, conformance::conforms};
use tandem_proto::{
    DeviceId, OrgId, Timestamp, UserId,
    api::{Activity, Presence, PresenceView},
};
use uuid::Uuid;

/// Memory never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the memory store waited"),
    }
}

#[test]
fn the_memory_store_conforms() {
    let scopes = [OrgId::generate(), OrgId::generate()].map(|org| Mint::for_server().scope(org));
    at_once(conforms(async || MemoryStore::default(), async |_: &MemoryStore| {}, scopes));
}

const USERS: u8 = 3;

#[derive(Clone, Debug)]
enum Op {
    Renew(u8, u8, bool),
    Release(u8, u8, u64),
    Choose(u8, Presence, Option<String>),
    Activity(u8, Option<Activity>),
    Expire,
    Pass(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let user = 0..USERS;
    let chosen = prop::sample::select(vec![
        Presence::Available,
        Presence::Busy,
        Presence::OnQueue,
        Presence::Idle,
        Presence::Offline,
    ]);
    prop_oneof![
        4 => (user.clone(), 0_u8..3, any::<bool>()).prop_map(|(u, d, active)| Op::Renew(u, d, active)),
        2 => (user.clone(), 0_u8..3, 0_u64..4_000).prop_map(|(u, d, grace)| Op::Release(u, d, grace)),
        2 => (user.clone(), chosen, prop::option::of("[ab]")).prop_map(|(u, p, m)| Op::Choose(u, p, m)),
        1 => (user, any::<bool>()).prop_map(|(u, on)| Op::Activity(u, on.then_some(Activity::OnCall))),
        2 => Just(Op::Expire),
        4 => (0_u64..6_000).prop_map(Op::Pass),
    ]
}

/// Everything ever said, looked through anew for every answer.
#[derive(Default)]
struct Model {
    /// User, device, end, active.
    leases: Vec<(u8, u8, Timestamp, bool)>,
    people: [ModelPerson; USERS as usize],
}

#[derive(Clone)]
struct ModelPerson {
    chosen: Presence,
    message: Option<String>,
    activity: Option<Activity>,
    shown: (Presence, Timestamp),
}

impl Default for ModelPerson {
    fn default() -> Self {
        let shown = (Presence::Offline, Timestamp::default());
        Self { chosen: Presence::Available, message: None, activity: None, shown }
    }
}

impl Model {
    fn lapse(&mut self, now: Timestamp, user: u8) {
        self.leases.retain(|lease| lease.0 != user || lease.2 > now);
        let person = &mut self.people[usize::from(user)];
        if person.chosen == Presence::OnQueue && !self.leases.iter().any(|lease| lease.0 == user) {
            person.chosen = Presence::Available;
            person.message = None;
        }
    }

    fn show(&mut self, now: Timestamp, user: u8) {
        let active: Vec<_> =
            self.leases.iter().filter(|lease| lease.0 == user).map(|lease| lease.3).collect();
        let person = &mut self.people[usize::from(user)];
        let primary = match person.chosen {
            _ if active.is_empty() => Presence::Offline,
            Presence::Available if !active.contains(&true) => Presence::Idle,
            chosen => chosen,
        };
        if person.shown.0 != primary {
            person.shown = (primary, now);
        }
    }

    fn apply(&mut self, now: Timestamp, op: &Op) {
        match op.clone() {
            Op::Renew(user, device, active) => {
                self.lapse(now, user);
                self.leases.retain(|lease| (lease.0, lease.1) != (user, device));
                self.leases.push((user, device, now.plus(LEASE), active));
                self.show(now, user);
            }
            Op::Release(user, device, grace) => {
                for lease in self.leases.iter_mut().filter(|lease| (lease.0, lease.1) == (user, device)) {
                    lease.2 = lease.2.min(now.plus(Duration::from_millis(grace)));
                }
                self.lapse(now, user);
                self.show(now, user);
            }
            Op::Choose(_, Presence::Idle | Presence::Offline, _) | Op::Pass(_) => {}
            Op::Choose(user, primary, message) => {
                let person = &mut self.people[usize::from(user)];
                (person.chosen, person.message) = (primary, message);
                self.lapse(now, user);
                self.show(now, user);
            }
            Op::Activity(user, activity) => {
                self.people[usize::from(user)].activity = activity;
                self.lapse(now, user);
                self.show(now, user);
            }
            Op::Expire => {
                for user in 0..USERS {
                    self.lapse(now, user);
                    self.show(now, user);
                }
            }
        }
    }

    fn view(&self, user: u8) -> PresenceView {
        let person = &self.people[usize::from(user)];
        let (primary, since) = person.shown;
        PresenceView { primary, message: person.message.clone(), activity: person.activity, since }
    }
}

fn user(n: u8) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n.into()))
}

fn device(n: u8) -> DeviceId {
    DeviceId::from_uuid(Uuid::from_u128(n.into()))
}

/// Does it to the store; gives how many changes were told.
fn told(store: &MemoryStore, scope: OrgScope, now: Timestamp, op: &Op) -> usize {
    let change = match op.clone() {
        Op::Renew(u, d, active) => {
            at_once(store.renew(now, scope, user(u), device(d), active)).expect("renews")
        }
        Op::Release(u, d, grace) => {
            let grace = Duration::from_millis(grace);
            at_once(store.release(now, scope, user(u), device(d), grace)).expect("releases")
        }
        Op::Choose(u, primary, message) => {
            at_once(store.choose(now, scope, user(u), primary, message)).unwrap_or_default()
        }
        Op::Activity(u, activity) => {
            at_once(store.set_activity(now, scope, user(u), activity)).expect("sets")
        }
        Op::Expire => {
            let updates = at_once(store.expire(now)).expect("expires");
            return updates.iter().filter(|update| update.change().is_some()).count();
        }
        Op::Pass(_) => None,
    };
    usize::from(change.is_some_and(|update| update.change().is_some()))
}

proptest! {
    #[test]
    fn any_operations_give_what_the_model_gives(ops in prop::collection::vec(op(), 0..80)) {
        let scope = Mint::for_server().scope(OrgId::from_uuid(Uuid::from_u128(1)));
        let (store, mut model) = (MemoryStore::default(), Model::default());
        let mut now = Timestamp::from_micros(1_000_000);
        for op in ops {
            if let Op::Pass(millis) = op {
                now = now.plus(Duration::from_millis(millis));
            }
            let before: Vec<_> = (0..USERS).map(|u| model.view(u)).collect();
            model.apply(now, &op);
            let changed = (0..USERS).filter(|u| model.view(*u) != before[usize::from(*u)]).count();
            prop_assert_eq!(told(&store, scope, now, &op), changed, "each change is told once: {:?}", op);
            for u in 0..USERS {
                prop_assert_eq!(at_once(store.of(scope, user(u))).expect("reads"), model.view(u), "{:?}", op);
                for d in 0..3 {
                    let held = model.leases.iter().any(|lease| (lease.0, lease.1) == (u, d));
                    let present = at_once(store.device_present(scope, user(u), device(d))).expect("reads");
                    prop_assert_eq!(present, held);
                }
            }
            prop_assert_eq!(at_once(store.next_expiry()).expect("reads"), model.leases.iter().map(|lease| lease.2).min());
            if matches!(op, Op::Expire) {
                prop_assert!(at_once(store.next_expiry()).expect("reads").is_none_or(|next| next > now));
            }
        }
    }
}
