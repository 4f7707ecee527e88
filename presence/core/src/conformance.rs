//! What every [`PresenceStore`] must do, as a test suite. A store's tests call [`conforms`] with a way to make an empty store.

use std::time::Duration;

use tandem_core::OrgScope;
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, Presence},
};

use crate::{Change, LEASE, PresenceStore};

/// Long before any lease ends by itself.
const GRACE: Duration = Duration::from_secs(3);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).plus(Duration::from_millis(millis))
}

fn from_to(change: Option<&Change>) -> Option<(Presence, Presence)> {
    change.map(|change| (change.before.primary, change.now.primary))
}

/// Runs the suite; `scopes` are two different orgs, which a fresh store knows nothing of.
///
/// # Panics
/// When the store does not conform.
pub async fn conforms<S: PresenceStore>(make: impl AsyncFn() -> S, scopes: [OrgScope; 2]) {
    leases_begin_renew_and_lapse(&make().await, scopes[0]).await;
    a_goodbye_ends_at_its_grace(&make().await, scopes[0]).await;
    on_queue_needs_a_device(&make().await, scopes[0]).await;
    since_is_of_the_primary(&make().await, scopes[0]).await;
    nothing_lapsed_is_alive(&make().await, scopes[0]).await;
    orgs_do_not_see_each_other(&make().await, scopes).await;
}

async fn leases_begin_renew_and_lapse<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, device) = (UserId::generate(), DeviceId::generate());
    assert_eq!(store.of(scope, user).await.expect("reads").primary, Presence::Offline);
    assert_eq!(store.next_expiry().await, None);
    let change = store.renew(at(0), scope, user, device, true).await.expect("renews");
    assert_eq!(from_to(change.as_ref()), Some((Presence::Offline, Presence::Available)));
    assert!(store.device_present(scope, user, device).await.expect("reads"));
    assert_eq!(store.renew(at(5_000), scope, user, device, true).await.expect("renews"), None);
    let lapses = at(5_000).plus(LEASE);
    assert_eq!(store.next_expiry().await, Some(lapses));
    assert_eq!(store.expire(lapses.minus(Duration::from_millis(1))).await.expect("expires"), []);
    let changes = store.expire(lapses).await.expect("expires");
    assert_eq!(changes.len(), 1, "told once: {changes:?}");
    assert_eq!(from_to(changes.first()), Some((Presence::Available, Presence::Offline)));
    assert_eq!(store.expire(lapses).await.expect("expires"), []);
    assert!(!store.device_present(scope, user, device).await.expect("reads"));
    assert_eq!(store.next_expiry().await, None);
}

async fn a_goodbye_ends_at_its_grace<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, [tab, other]) = (UserId::generate(), [DeviceId::generate(), DeviceId::generate()]);
    store.renew(at(0), scope, user, tab, true).await.expect("renews");
    assert_eq!(store.release(at(1_000), scope, user, tab, GRACE).await.expect("releases"), None);
    assert_eq!(store.next_expiry().await, Some(at(4_000)));
    assert_eq!(
        store.renew(at(3_000), scope, user, tab, true).await.expect("renews"),
        None,
        "a reload is not seen"
    );
    assert_eq!(store.expire(at(4_000)).await.expect("expires"), []);
    store.renew(at(4_000), scope, user, other, false).await.expect("renews");
    let change = store.release(at(5_000), scope, user, tab, Duration::ZERO).await.expect("releases");
    assert_eq!(
        from_to(change.as_ref()),
        Some((Presence::Available, Presence::Idle)),
        "the other is inactive"
    );
    let change = store.release(at(6_000), scope, user, other, Duration::ZERO).await.expect("releases");
    assert_eq!(from_to(change.as_ref()), Some((Presence::Idle, Presence::Offline)));
    assert_eq!(store.release(at(7_000), scope, user, other, GRACE).await.expect("releases"), None);
    assert_eq!(store.next_expiry().await, None, "who is gone cannot say goodbye");
}

async fn on_queue_needs_a_device<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, device) = (UserId::generate(), DeviceId::generate());
    let none = store.choose(at(0), scope, user, Presence::OnQueue, None).await.expect("chooses");
    assert_eq!(none, None);
    store.renew(at(1), scope, user, device, true).await.expect("renews");
    assert_eq!(store.of(scope, user).await.expect("reads").primary, Presence::Available);
    let change = store.choose(at(2), scope, user, Presence::OnQueue, None).await.expect("chooses");
    assert_eq!(from_to(change.as_ref()), Some((Presence::Available, Presence::OnQueue)));
    assert_eq!(
        store.renew(at(3), scope, user, device, false).await.expect("renews"),
        None,
        "inactive is on queue"
    );
    let changes = store.expire(at(60_000)).await.expect("expires");
    assert_eq!(from_to(changes.first()), Some((Presence::OnQueue, Presence::Offline)));
    let change = store.renew(at(61_000), scope, user, device, true).await.expect("renews");
    assert_eq!(from_to(change.as_ref()), Some((Presence::Offline, Presence::Available)));
    for primary in [Presence::Idle, Presence::Offline] {
        assert!(store.choose(at(62_000), scope, user, primary, None).await.is_err(), "{primary:?}");
    }
}

async fn since_is_of_the_primary<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, device) = (UserId::generate(), DeviceId::generate());
    store.renew(at(0), scope, user, device, true).await.expect("renews");
    store.choose(at(1), scope, user, Presence::Busy, None).await.expect("chooses");
    let message = Some("writing".to_owned());
    let change = store.choose(at(2), scope, user, Presence::Busy, message.clone()).await.expect("chooses");
    assert_eq!(change.expect("the message changed").now.message, message);
    let on_call = Some(Activity::OnCall);
    let change = store.set_activity(at(3), scope, user, on_call).await.expect("sets");
    assert_eq!(change.expect("the activity changed").now.activity, on_call);
    assert_eq!(store.set_activity(at(4), scope, user, on_call).await.expect("sets"), None);
    let view = store.of(scope, user).await.expect("reads");
    assert_eq!((view.primary, view.since, view.message), (Presence::Busy, at(1), message));
}

async fn nothing_lapsed_is_alive<S: PresenceStore>(store: &S, scope: OrgScope) {
    let people: Vec<_> = (0..20).map(|n| (n, UserId::generate(), DeviceId::generate())).collect();
    for (n, user, device) in &people {
        store.renew(at(n * 1_000), scope, *user, *device, true).await.expect("renews");
    }
    let mut gone = 0;
    while let Some(next) = store.next_expiry().await {
        gone += store.expire(next).await.expect("expires").len();
        for (n, user, device) in &people {
            let alive = at(n * 1_000).plus(LEASE) > next;
            assert_eq!(store.device_present(scope, *user, *device).await.expect("reads"), alive);
        }
        assert_eq!(store.all(scope).await.expect("reads").len(), people.len() - gone);
    }
    assert_eq!(gone, people.len());
}

async fn orgs_do_not_see_each_other<S: PresenceStore>(store: &S, scopes: [OrgScope; 2]) {
    let (user, device) = (UserId::generate(), DeviceId::generate());
    store.renew(at(0), scopes[0], user, device, true).await.expect("renews");
    assert_eq!(store.of(scopes[1], user).await.expect("reads").primary, Presence::Offline);
    assert!(!store.device_present(scopes[1], user, device).await.expect("reads"));
    assert_eq!(store.all(scopes[1]).await.expect("reads"), []);
    let all = store.all(scopes[0]).await.expect("reads");
    assert_eq!(all.iter().map(|(user, _)| *user).collect::<Vec<_>>(), [user]);
    let changes = store.expire(at(60_000)).await.expect("expires");
    assert_eq!(changes.iter().map(|change| change.scope).collect::<Vec<_>>(), [scopes[0]]);
}
