//! Presence on fake time: leases end exactly, the log says what is so, a restart leaves no ghosts.

use std::time::Duration;

use crate::world::World;
use serde_json::{Value, json};
use tandem_collaborate::presence::PresenceRefused;
use tandem_core::{Permission, RequestContext};
use tandem_edge::PresenceGateway;
use tandem_presence::{Change, LEASE};
use tandem_proto::{
    DeviceId, Topic,
    api::{Activity, ChoosePresence, Presence, PresenceView, Role},
    events::identity::PresenceChanged,
};
use tokio::sync::broadcast;

const TICK: Duration = Duration::from_micros(1);

async fn presence(world: &World, ctx: &RequestContext) -> PresenceView {
    world.collaborate.presence().of(ctx.scope, ctx.user).await.expect("leases read")
}

async fn primary(world: &World, ctx: &RequestContext) -> Presence {
    presence(world, ctx).await.primary
}

async fn choose(world: &World, ctx: &RequestContext, primary: Presence) {
    let chosen = ChoosePresence { primary, message: None };
    world.collaborate.presence().choose(ctx, chosen).await.expect("may be chosen");
}

async fn next(changes: &mut broadcast::Receiver<Change>) -> Change {
    let change = tokio::time::timeout(Duration::from_secs(5), changes.recv()).await;
    change.expect("a change in time").expect("presence runs")
}

/// What a listener that rebuilds from the log ends with.
async fn logged(world: &World, ctx: &RequestContext) -> Vec<Presence> {
    let events = world.log::<PresenceChanged>(ctx.scope).await;
    events.into_iter().filter(|event| event.user == ctx.user).map(|event| event.presence.primary).collect()
}

#[tokio::test]
async fn a_device_that_falls_silent_is_gone_when_its_lease_ends() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let (service, device) = (world.collaborate.presence(), DeviceId::generate());
    let mut changes = service.changes();
    service.connected(ada.clone(), device).await;
    let change = next(&mut changes).await;
    assert_eq!((change.before.primary, change.now.primary), (Presence::Offline, Presence::Available));

    world.pass(LEASE - Duration::from_secs(2)).await;
    service.heartbeat(ada.clone(), device, true).await;
    world.pass(LEASE - TICK).await;
    service.connected(ben.clone(), DeviceId::generate()).await;
    assert_eq!(next(&mut changes).await.user, ben.user, "nothing of ada's came before");
    assert_eq!(primary(&world, &ada).await, Presence::Available);

    let due = world.clock_now().plus(TICK);
    world.pass(TICK).await;
    let change = next(&mut changes).await;
    assert_eq!((change.user, change.now.primary, change.now.since), (ada.user, Presence::Offline, due));
    assert_eq!(logged(&world, &ada).await, [Presence::Available, Presence::Offline]);
    let events = world.events::<PresenceChanged>(ada.scope).await;
    assert!(events.iter().all(|event| event.topics == [Topic::org(ada.scope.org())]));
}

#[tokio::test]
async fn a_closed_browser_is_offline_within_ten_seconds_and_off_queue() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let (service, device) = (world.collaborate.presence(), DeviceId::generate());
    let mut changes = service.changes();
    service.connected(ada.clone(), device).await;
    choose(&world, &ada, Presence::OnQueue).await;
    assert_eq!(next(&mut changes).await.now.primary, Presence::Available);
    assert_eq!(next(&mut changes).await.now.primary, Presence::OnQueue);

    let closed = world.clock_now();
    service.disconnected(ada.clone(), device).await;
    world.pass(Duration::from_secs(5)).await;
    let change = next(&mut changes).await;
    assert_eq!((change.before.primary, change.now.primary), (Presence::OnQueue, Presence::Offline));
    assert!(change.now.since.since(closed) < Duration::from_secs(10));
}

#[tokio::test]
async fn a_reload_is_not_seen() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let (service, device) = (world.collaborate.presence(), DeviceId::generate());
    service.connected(ada.clone(), device).await;
    service.disconnected(ada.clone(), device).await;
    world.pass(Duration::from_secs(4)).await;
    service.connected(ada.clone(), device).await;
    world.pass(Duration::from_secs(4)).await;
    service.heartbeat(ada.clone(), device, true).await;
    assert_eq!(primary(&world, &ada).await, Presence::Available);
    assert_eq!(logged(&world, &ada).await, [Presence::Available]);
}

#[tokio::test]
async fn the_log_ends_with_what_is_so() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let service = world.collaborate.presence();
    let presences = [Presence::Busy, Presence::Available, Presence::Away, Presence::Meal, Presence::OnQueue];
    service.connected(ada.clone(), DeviceId::generate()).await;
    let chosen = (0..40).map(|n| choose(&world, &ada, presences[n * 7 % presences.len()]));
    futures::future::join_all(chosen).await;
    assert_eq!(logged(&world, &ada).await.last(), Some(&primary(&world, &ada).await));
}

#[tokio::test]
async fn what_the_log_refuses_is_logged_and_told_later() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let service = world.collaborate.presence();
    service.connected(ada.clone(), DeviceId::generate()).await;
    let mut changes = service.changes();
    world.tamper("ALTER TABLE presence RENAME TO elsewhere").await;
    for primary in ["busy", "meal"] {
        let (status, _) = world.request(&ada, "PUT /me/presence", json!({ "primary": primary })).await;
        assert_eq!(status, 503);
    }
    assert!(changes.try_recv().is_err(), "nobody is told what the log does not have");
    world.tamper("ALTER TABLE elsewhere RENAME TO presence").await;
    let change = next(&mut changes).await;
    assert_eq!((change.before.primary, change.now.primary), (Presence::Available, Presence::Meal));
    assert_eq!(logged(&world, &ada).await, [Presence::Available, Presence::Meal]);
}

#[tokio::test]
async fn what_somebody_said_is_gone_with_them() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let admin = world.person(ada.scope, "admin", Role::Admin).await;
    let mut changes = world.collaborate.presence().changes();
    world.ok(&ada, "PUT /me/presence", json!({ "primary": "busy", "message": "in labour" })).await;
    assert_eq!(next(&mut changes).await.now.message.as_deref(), Some("in labour"));
    for command in ["deactivate", "erase"] {
        world.ok(&admin, &format!("POST /people/{}/{command}", ada.user), Value::Null).await;
    }
    assert_eq!(next(&mut changes).await.now.message, None);
    let gone = world.ok(&admin, &format!("GET /people/{}", ada.user), Value::Null).await;
    assert_eq!((&gone["erased"], &gone["presence"]["message"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn a_call_shows_as_activity() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let service = world.collaborate.presence();
    service.connected(ada.clone(), DeviceId::generate()).await;
    for activity in [Some(Activity::OnCall), None] {
        service.set_activity(ada.scope, ada.user, activity).await.expect("is logged");
        assert_eq!(presence(&world, &ada).await.activity, activity);
        let last = world.log::<PresenceChanged>(ada.scope).await.pop().expect("an event");
        assert_eq!(last.presence.activity, activity);
    }
}

#[tokio::test]
async fn a_restart_leaves_no_ghosts_and_keeps_choices() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    for ctx in [&ada, &ben] {
        world.collaborate.presence().connected(ctx.clone(), DeviceId::generate()).await;
    }
    choose(&world, &ada, Presence::Busy).await;

    let world = world.restart().await;
    for ctx in [&ada, &ben] {
        assert_eq!(primary(&world, ctx).await, Presence::Offline);
        assert_eq!(logged(&world, ctx).await.last(), Some(&Presence::Offline), "the log was corrected");
    }
    for (ctx, expected) in [(&ada, Presence::Busy), (&ben, Presence::Available)] {
        world.collaborate.presence().connected(ctx.clone(), DeviceId::generate()).await;
        assert_eq!(primary(&world, ctx).await, expected);
    }

    let before = world.log::<PresenceChanged>(ada.scope).await.len();
    let [ada_device, ben_device] = [(); 2].map(|()| DeviceId::generate());
    world.collaborate.presence().disconnected(ada.clone(), ada_device).await;
    world.collaborate.presence().disconnected(ben.clone(), ben_device).await;
    assert_eq!(world.log::<PresenceChanged>(ada.scope).await.len(), before, "unknown devices change nothing");
}

#[tokio::test]
async fn an_agent_is_back_on_queue_after_a_restart_only_when_back_soon() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    for ctx in [&ada, &ben] {
        world.collaborate.presence().connected(ctx.clone(), DeviceId::generate()).await;
        choose(&world, ctx, Presence::OnQueue).await;
    }
    let world = world.restart().await;
    world.collaborate.presence().connected(ada.clone(), DeviceId::generate()).await;
    assert_eq!(primary(&world, &ada).await, Presence::OnQueue);
    world.pass(Duration::from_secs(60)).await;
    world.collaborate.presence().connected(ben.clone(), DeviceId::generate()).await;
    assert_eq!(primary(&world, &ben).await, Presence::Available);
}

#[tokio::test]
async fn what_can_be_chosen() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let mut clerk = ada.clone();
    clerk.rights = [Permission::PeopleRead].into_iter().collect();
    world.collaborate.presence().connected(ada.clone(), DeviceId::generate()).await;

    let chosen = json!({ "primary": "meeting", "message": "room 5" });
    let view = world.ok(&ada, "PUT /me/presence", chosen).await;
    assert_eq!((&view["primary"], &view["message"]), (&json!("meeting"), &json!("room 5")));
    let on_queue = ChoosePresence { primary: Presence::OnQueue, message: None };
    let refused = world.collaborate.presence().choose(&clerk, on_queue).await;
    assert!(matches!(refused, Err(PresenceRefused::Forbidden(Permission::AgentOnQueue))));
    let admin = world.person(ada.scope, "root", Role::Admin).await;
    let me = world.ok(&ada, "GET /me", Value::Null).await;
    assert_eq!(me["user"]["presence"], view);
    let seen = world.ok(&admin, &format!("GET /people/{}", ada.user), Value::Null).await;
    assert_eq!(seen["presence"], view);

    let long = "x".repeat(121);
    for (body, status) in [
        (json!({ "primary": "idle" }), 422),
        (json!({ "primary": "offline" }), 422),
        (json!({ "primary": "asleep" }), 422),
        (json!({ "primary": "busy", "message": long }), 422),
        (json!({ "primary": "busy", "until": "noon" }), 422),
        (json!({ "primary": "on_queue" }), 200),
    ] {
        let (answered, answer) = world.request(&ada, "PUT /me/presence", body).await;
        assert_eq!(answered, status, "{answer}");
    }
}
