//! What every [`PresenceStore`] must do, as a test suite. A store's tests call [`conforms`] with a way to make an empty store.

use std::time::Duration;

use tandem_core::OrgScope;
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, ChoosePresence, Presence, PresenceView},
};

use crate::{LEASE, Note, ON_QUEUE_KEPT, PresenceError, PresenceStore, Remembered, Update};

/// Long before any lease ends by itself.
const GRACE: Duration = Duration::from_secs(3);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).plus(Duration::from_millis(millis))
}

fn from_to(update: Option<&Update>) -> Option<(Presence, Presence)> {
    update.map(|update| (update.before.primary, update.note.view.primary))
}

async fn next_expiry<S: PresenceStore>(store: &S) -> Option<Timestamp> {
    store.next_expiry().await.expect("reads")
}

async fn unlogged<S: PresenceStore>(store: &S, millis: u64) -> Vec<Note> {
    store.unlogged(at(millis)).await.expect("reads")
}

/// Runs the suite; `scopes` are two different orgs, which a fresh store knows nothing of. `outage` brings a store to where it takes
/// [`PresenceStore::restore`].
///
/// # Panics
/// When the store does not conform.
pub async fn conforms<S: PresenceStore>(
    make: impl AsyncFn() -> S,
    outage: impl AsyncFn(&S),
    scopes: [OrgScope; 2],
) {
    leases_begin_renew_and_lapse(&make().await, scopes[0]).await;
    a_goodbye_ends_at_its_grace(&make().await, scopes[0]).await;
    on_queue_needs_a_device(&make().await, scopes[0]).await;
    since_is_of_the_primary(&make().await, scopes[0]).await;
    nothing_lapsed_is_alive(&make().await, scopes[0]).await;
    orgs_do_not_see_each_other(&make().await, scopes).await;
    a_change_is_unlogged_until_it_is_logged(&make().await, scopes).await;
    a_store_that_forgot_counts_on(&make().await, scopes[0]).await;
    what_was_written_down_is_restored(&make().await, &outage, scopes[0]).await;
    who_is_there_is_held(&make().await, &outage, scopes[0]).await;
}

async fn leases_begin_renew_and_lapse<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, device) = (UserId::generate(), DeviceId::generate());
    assert_eq!(store.of(scope, user).await.expect("reads").primary, Presence::Offline);
    assert_eq!(next_expiry(store).await, None);
    let change = store.renew(at(0), scope, user, device, true).await.expect("renews");
    assert_eq!(from_to(change.as_ref()), Some((Presence::Offline, Presence::Available)));
    assert!(store.device_present(scope, user, device).await.expect("reads"));
    assert_eq!(store.renew(at(5_000), scope, user, device, true).await.expect("renews"), None);
    let lapses = at(5_000).plus(LEASE);
    assert_eq!(next_expiry(store).await, Some(lapses));
    assert_eq!(store.expire(lapses.minus(Duration::from_millis(1))).await.expect("expires"), []);
    let changes = store.expire(lapses).await.expect("expires");
    assert_eq!(changes.len(), 1, "told once: {changes:?}");
    assert_eq!(from_to(changes.first()), Some((Presence::Available, Presence::Offline)));
    assert_eq!(store.expire(lapses).await.expect("expires"), []);
    assert!(!store.device_present(scope, user, device).await.expect("reads"));
    assert_eq!(next_expiry(store).await, None);
}

async fn a_goodbye_ends_at_its_grace<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, [tab, other]) = (UserId::generate(), [DeviceId::generate(), DeviceId::generate()]);
    store.renew(at(0), scope, user, tab, true).await.expect("renews");
    assert_eq!(store.release(at(1_000), scope, user, tab, GRACE).await.expect("releases"), None);
    assert_eq!(next_expiry(store).await, Some(at(4_000)));
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
    assert_eq!(next_expiry(store).await, None, "who is gone cannot say goodbye");
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
        let refused = store.choose(at(62_000), scope, user, primary, None).await;
        assert!(matches!(refused, Err(PresenceError::NotChosen(_))), "{primary:?}");
    }
}

async fn since_is_of_the_primary<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, device) = (UserId::generate(), DeviceId::generate());
    store.renew(at(0), scope, user, device, true).await.expect("renews");
    store.choose(at(1), scope, user, Presence::Busy, None).await.expect("chooses");
    let message = Some("writing".to_owned());
    let change = store.choose(at(2), scope, user, Presence::Busy, message.clone()).await.expect("chooses");
    assert_eq!(change.expect("the message changed").note.view.message, message);
    let on_call = Some(Activity::OnCall);
    let change = store.set_activity(at(3), scope, user, on_call).await.expect("sets");
    assert_eq!(change.expect("the activity changed").note.view.activity, on_call);
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
    while let Some(next) = next_expiry(store).await {
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
    assert_eq!(changes.iter().map(|change| change.note.scope).collect::<Vec<_>>(), [scopes[0]]);
}

async fn a_change_is_unlogged_until_it_is_logged<S: PresenceStore>(store: &S, scopes: [OrgScope; 2]) {
    let (ada, ben, device) = (UserId::generate(), UserId::generate(), DeviceId::generate());
    let come = store.renew(at(2), scopes[0], ada, device, true).await.expect("renews").expect("came").note;
    let ben_came =
        store.renew(at(1), scopes[1], ben, device, true).await.expect("renews").expect("came").note;
    assert_eq!(unlogged(store, 0).await, []);
    assert_eq!(unlogged(store, 2).await, [ben_came.clone(), come.clone()], "the oldest first");
    let busy = store
        .choose(at(3), scopes[0], ada, Presence::Busy, None)
        .await
        .expect("chooses")
        .expect("chose")
        .note;
    assert!(busy.version > come.version);
    store.logged(scopes[0], ada, come.version).await.expect("takes it");
    assert_eq!(unlogged(store, 3).await, [ben_came.clone(), busy.clone()], "the newer one is not");
    store.logged(scopes[0], ada, busy.version).await.expect("takes it");
    assert_eq!(store.renew(at(4), scopes[0], ada, device, true).await.expect("renews"), None);
    assert_eq!(unlogged(store, 4).await, [ben_came], "a heartbeat is not worth a note");
    store.release(at(5), scopes[0], ada, device, Duration::ZERO).await.expect("releases");
    let hidden =
        store.choose(at(6), scopes[0], ada, Presence::Away, None).await.expect("chooses").expect("chose");
    assert_eq!((hidden.change(), hidden.note.chosen.primary), (None, Presence::Away), "kept while offline");
}

async fn a_store_that_forgot_counts_on<S: PresenceStore>(store: &S, scope: OrgScope) {
    let (user, device) = (UserId::generate(), DeviceId::generate());
    let note = store.renew(at(0), scope, user, device, true).await.expect("renews").expect("came").note;
    store.logged(scope, user, note.version).await.expect("takes it");
    store.raise(at(1), scope, user, note.version + 1, 90).await.expect("raises");
    assert_eq!(unlogged(store, 1).await, [], "another note than the one meant");
    store.raise(at(1), scope, user, note.version, 90).await.expect("raises");
    let again = unlogged(store, 1).await;
    assert!(again.iter().all(|again| again.version > 90 && again.view == note.view), "{again:?}");
    assert_eq!(again.len(), 1);
}

async fn what_was_written_down_is_restored<S: PresenceStore>(
    store: &S,
    outage: &impl AsyncFn(&S),
    scope: OrgScope,
) {
    let [ada, ben, cem] = [(); 3].map(|()| UserId::generate());
    let (device, message) = (DeviceId::generate(), Some("mornings".to_owned()));
    let known = |user, primary, version| {
        let view = PresenceView { primary, message: message.clone(), activity: None, since: at(0) };
        let chosen = match primary {
            Presence::Offline => Presence::Meal,
            primary => primary,
        };
        let chosen = ChoosePresence { primary: chosen, message: message.clone() };
        Remembered { scope, user, version, view, chosen }
    };
    let busy = store.renew(at(500), scope, cem, device, true).await.expect("renews").expect("came").note;
    let remembered = vec![
        known(ada, Presence::OnQueue, 7),
        known(ben, Presence::Offline, 3),
        known(cem, Presence::Away, busy.version - 1),
    ];
    outage(store).await;
    assert!(store.restore(at(1_000), LEASE, &[scope], remembered).await.expect("restores"));
    let all = store.all(scope).await.expect("reads");
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(
        store.of(scope, cem).await.expect("reads").primary,
        Presence::Available,
        "newer than what was known"
    );
    assert_eq!(store.of(scope, ben).await.expect("reads").since, at(0));
    assert_eq!(unlogged(store, 60_000).await.len(), 1, "only cem's is news");
    assert!(store.device_present(scope, ada, device).await.expect("reads"), "any of hers may be there");
    assert_eq!(
        store.renew(at(2_000), scope, ada, device, true).await.expect("renews"),
        None,
        "an outage is not seen"
    );
    let left =
        store.release(at(9_500), scope, ada, device, Duration::ZERO).await.expect("releases").expect("left");
    assert_eq!(from_to(Some(&left)), Some((Presence::OnQueue, Presence::Offline)));
    assert!(left.note.version > 7);
}

async fn who_is_there_is_held<S: PresenceStore>(store: &S, outage: &impl AsyncFn(&S), scope: OrgScope) {
    let (ada, ben) = (UserId::generate(), UserId::generate());
    let devices = [DeviceId::generate(), DeviceId::generate()];
    for (user, device) in [(ada, devices[0]), (ben, devices[1])] {
        store.renew(at(0), scope, user, device, true).await.expect("renews");
        store.choose(at(1), scope, user, Presence::OnQueue, None).await.expect("chooses");
    }
    let back = at(60_000);
    outage(store).await;
    assert!(store.restore(back, LEASE, &[scope], Vec::new()).await.expect("restores"));
    assert_eq!(store.expire(back).await.expect("expires"), [], "the outage is not absence");
    assert_eq!(store.renew(at(62_000), scope, ada, devices[0], true).await.expect("renews"), None);
    let gone = store.expire(back.plus(LEASE)).await.expect("expires");
    assert_eq!(gone.iter().map(|update| update.note.user).collect::<Vec<_>>(), [ben]);
    assert_eq!(from_to(gone.first()), Some((Presence::OnQueue, Presence::Offline)));
    let late = back.plus(ON_QUEUE_KEPT).minus(Duration::from_millis(1));
    let returned = store.renew(late, scope, ben, devices[1], true).await.expect("renews");
    assert_eq!(from_to(returned.as_ref()), Some((Presence::Offline, Presence::OnQueue)));
}
