//! Presence of several nodes over one Redis and one log: told everywhere, logged once, right again after Redis was away or emptied.

use std::{sync::Arc, time::Duration};

use redis::AsyncCommands;
use tandem_collaborate::{Collaborate, PresenceBackend, PresenceService, presence::PresenceRefused};
use tandem_core::{Clock, Mint, RequestContext, SystemClock};
use tandem_edge::PresenceGateway;
use tandem_presence::{Change, LEASE, PresenceError, PresenceStore};
use tandem_presence_redis::{Config, RedisStore, TimeOf};
use tandem_proto::{
    DeviceId,
    api::{Activity, ChoosePresence, Presence},
    events::identity::PresenceChanged,
};
use tandem_test_support::Redis;
use tokio::sync::broadcast;

use crate::world::World;

const HEARTBEAT: Duration = Duration::from_secs(3);

struct Nodes {
    world: World,
    redis: Redis,
}

impl Nodes {
    async fn new() -> Self {
        Self { world: World::new().await, redis: Redis::start() }
    }

    fn config(&self) -> Config {
        Config { time: TimeOf::Caller, ..Config::new(self.redis.url()) }
    }

    /// Another node.
    async fn node(&self) -> PresenceService {
        self.node_with(self.world.clock.clone(), self.config()).await
    }

    async fn node_with(&self, clock: Arc<dyn Clock>, config: Config) -> PresenceService {
        let World { store, bus, identity, .. } = &self.world;
        let (store, bus, identity) = (store.clone(), bus.clone(), identity.clone());
        let node = Collaborate::start_with(store, bus, identity, clock, PresenceBackend::Redis(config)).await;
        node.expect("starts").presence().clone()
    }

    /// Everything the log says of somebody's presence.
    async fn logged(&self, ctx: &RequestContext) -> Vec<Presence> {
        let events = self.world.log::<PresenceChanged>(ctx.scope).await;
        let theirs = events.into_iter().filter(|event| event.user == ctx.user);
        theirs.map(|event| event.presence.primary).collect()
    }

    /// As a replica that took over without what was written last.
    async fn forget(&self) {
        let client = redis::Client::open(self.redis.url()).expect("the URL reads");
        let mut raw = client.get_multiplexed_async_connection().await.expect("connects");
        let (seconds, _): (i64, i64) = redis::cmd("TIME").query_async(&mut raw).await.expect("tells");
        let mut forget = redis::pipe();
        forget.atomic().cmd("FLUSHALL").ignore();
        forget.hset("{tandem-presence}:state", "seen", seconds * 1_000_000).ignore();
        let () = forget.query_async(&mut raw).await.expect("forgets");
    }

    /// As an outage that heartbeats were lost in: nobody has looked for an hour.
    async fn unseen(&self) {
        let client = redis::Client::open(self.redis.url()).expect("the URL reads");
        let mut raw = client.get_multiplexed_async_connection().await.expect("connects");
        let key = "{tandem-presence}:state";
        let seen: f64 = raw.hget(key, "seen").await.expect("in use");
        let () = raw.hset(key, "seen", format!("{:.0}", seen - 3.6e9)).await.expect("sets");
    }
}

async fn next(changes: &mut broadcast::Receiver<Change>) -> Change {
    let change = tokio::time::timeout(Duration::from_secs(30), changes.recv()).await;
    change.expect("a change in time").expect("presence runs")
}

async fn choose(
    node: &PresenceService,
    ctx: &RequestContext,
    primary: Presence,
) -> Result<(), PresenceRefused> {
    node.choose(ctx, ChoosePresence { primary, message: None }).await.map(drop)
}

/// Chooses until that works.
async fn choose_in_the_end(node: &PresenceService, ctx: &RequestContext, primary: Presence) {
    let chosen = async {
        while choose(node, ctx, primary).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), chosen).await.expect("in time");
}

async fn primary(node: &PresenceService, ctx: &RequestContext) -> Presence {
    node.of(ctx.scope, ctx.user).await.expect("reads").primary
}

#[tokio::test]
async fn every_node_hears_of_a_change_that_is_logged_once() {
    let nodes = Nodes::new().await;
    let [ada] = nodes.world.agents(["ada"]).await;
    let (one, other) = (nodes.node().await, nodes.node().await);
    let mut heard = [one.changes(), other.changes()];
    let device = DeviceId::generate();
    one.connected(ada.clone(), device).await;
    choose(&other, &ada, Presence::OnQueue).await.expect("chooses");
    other.heartbeat(ada.clone(), device, true).await;
    nodes.world.wind(LEASE);
    for changes in &mut heard {
        for now in [Presence::Available, Presence::OnQueue, Presence::Offline] {
            assert_eq!(next(changes).await.now.primary, now);
        }
    }
    assert_eq!(nodes.logged(&ada).await, [Presence::Available, Presence::OnQueue, Presence::Offline]);
    assert_eq!(primary(&other, &ada).await, Presence::Offline);
}

#[tokio::test]
async fn of_choices_on_several_nodes_at_once_the_last_stands_everywhere() {
    let nodes = Nodes::new().await;
    let [ada] = nodes.world.agents(["ada"]).await;
    let both = [nodes.node().await, nodes.node().await];
    both[0].connected(ada.clone(), DeviceId::generate()).await;
    let presences = [Presence::Busy, Presence::Available, Presence::Away, Presence::Meal, Presence::OnQueue];
    let chosen = (0..40).map(|n| choose(&both[n % 2], &ada, presences[n * 7 % presences.len()]));
    futures::future::try_join_all(chosen).await.expect("chosen");
    let now = primary(&both[0], &ada).await;
    assert_eq!(primary(&both[1], &ada).await, now);
    let logged = nodes.logged(&ada).await;
    assert_eq!(logged.last(), Some(&now));
    assert!(logged.windows(2).all(|pair| pair[0] != pair[1]), "nothing twice: {logged:?}");
}

#[tokio::test]
async fn what_a_node_died_over_is_logged_by_another() {
    let nodes = Nodes::new().await;
    let [ada] = nodes.world.agents(["ada"]).await;
    let node = nodes.node().await;
    let mut changes = node.changes();
    // A node that changes the leases and never comes to write it down.
    let dead = RedisStore::open(nodes.config(), Arc::new(Mint::for_server())).expect("the URL reads");
    dead.expire(nodes.world.clock_now()).await.expect("in use");
    let now = dead.now(nodes.world.clock_now());
    dead.renew(now, ada.scope, ada.user, DeviceId::generate(), true).await.expect("renews").expect("came");
    nodes.world.wind(HEARTBEAT);
    assert_eq!(next(&mut changes).await.now.primary, Presence::Available);
    assert_eq!(nodes.logged(&ada).await, [Presence::Available]);
}

#[tokio::test]
async fn an_emptied_redis_takes_nobody_off_queue_who_is_there() {
    let nodes = Nodes::new().await;
    let [ada, ben, cem] = nodes.world.agents(["ada", "ben", "cem"]).await;
    let (one, other) = (nodes.node().await, nodes.node().await);
    let device = DeviceId::generate();
    one.connected(ada.clone(), device).await;
    other.connected(ben.clone(), DeviceId::generate()).await;
    for ctx in [&ada, &ben] {
        choose(&one, ctx, Presence::OnQueue).await.expect("chooses");
    }
    one.set_activity(ada.scope, ada.user, Some(Activity::OnCall)).await.expect("shown");
    let mut changes = other.changes();

    nodes.redis.flush();
    choose_in_the_end(&one, &cem, Presence::Busy).await;
    assert!(one.device_present(ada.scope, ada.user, device).await.expect("reads"));
    for _ in 0..3 {
        nodes.world.wind(HEARTBEAT);
        one.heartbeat(ada.clone(), device, true).await;
    }
    let gone = next(&mut changes).await;
    assert_eq!(
        (gone.user, gone.before.primary, gone.now.primary),
        (ben.user, Presence::OnQueue, Presence::Offline)
    );
    let view = other.of(ada.scope, ada.user).await.expect("reads");
    assert_eq!((view.primary, view.activity), (Presence::OnQueue, Some(Activity::OnCall)));
    assert_eq!(nodes.logged(&ada).await.last(), Some(&Presence::OnQueue));
    assert!(!nodes.logged(&ada).await.contains(&Presence::Offline), "the outage was not seen");
    other.connected(ben.clone(), DeviceId::generate()).await;
    assert_eq!(primary(&one, &ben).await, Presence::OnQueue, "back soon after an outage");
}

#[tokio::test]
async fn while_redis_is_away_nobody_is_gone_and_what_is_known_is_told() {
    let mut nodes = Nodes::new().await;
    let [ada] = nodes.world.agents(["ada"]).await;
    let node = nodes.node().await;
    let device = DeviceId::generate();
    node.connected(ada.clone(), device).await;
    choose(&node, &ada, Presence::OnQueue).await.expect("chooses");
    let mut changes = node.changes();
    nodes.redis.kill();
    nodes.world.wind(Duration::from_secs(60));
    let refused = choose(&node, &ada, Presence::Busy).await;
    assert!(matches!(refused, Err(PresenceRefused::Leases(PresenceError::Away(_)))), "{refused:?}");
    assert!(node.set_activity(ada.scope, ada.user, Some(Activity::OnCall)).await.is_err());
    assert_eq!(primary(&node, &ada).await, Presence::OnQueue);
    assert!(node.device_present(ada.scope, ada.user, device).await.expect("known"));
    assert_eq!(node.all(ada.scope).await.expect("known").len(), 1);

    nodes.redis.restart();
    let shown = next(&mut changes).await;
    assert_eq!(
        (shown.now.primary, shown.now.activity),
        (Presence::OnQueue, Some(Activity::OnCall)),
        "was owed"
    );
    node.heartbeat(ada.clone(), device, true).await;
    assert_eq!(primary(&node, &ada).await, Presence::OnQueue);
    assert!(!nodes.logged(&ada).await.contains(&Presence::Offline));
}

#[tokio::test]
async fn a_redis_that_kept_its_leases_takes_nobody_off_queue_either() {
    let nodes = Nodes::new().await;
    let [ada, ben] = nodes.world.agents(["ada", "ben"]).await;
    let node = nodes.node().await;
    let device = DeviceId::generate();
    node.connected(ada.clone(), device).await;
    node.connected(ben.clone(), DeviceId::generate()).await;
    choose(&node, &ada, Presence::OnQueue).await.expect("chooses");
    let mut changes = node.changes();
    nodes.unseen().await;
    nodes.world.wind(Duration::from_secs(60));
    choose_in_the_end(&node, &ben, Presence::Busy).await;
    assert_eq!(next(&mut changes).await.now.primary, Presence::Busy);
    for _ in 0..3 {
        nodes.world.wind(HEARTBEAT);
        node.heartbeat(ada.clone(), device, true).await;
    }
    let gone = next(&mut changes).await;
    assert_eq!((gone.user, gone.now.primary), (ben.user, Presence::Offline));
    assert_eq!(nodes.logged(&ada).await, [Presence::Available, Presence::OnQueue]);
}

#[tokio::test]
async fn a_redis_that_forgot_unnoticed_counts_on_from_the_log() {
    let nodes = Nodes::new().await;
    let [ada] = nodes.world.agents(["ada"]).await;
    let node = nodes.node().await;
    let device = DeviceId::generate();
    node.connected(ada.clone(), device).await;
    choose(&node, &ada, Presence::Busy).await.expect("chooses");
    let mut changes = node.changes();
    nodes.forget().await;
    node.heartbeat(ada.clone(), device, true).await;
    nodes.world.wind(HEARTBEAT);
    assert_eq!(next(&mut changes).await.now.primary, Presence::Available);
    choose(&node, &ada, Presence::Meal).await.expect("chooses");
    assert_eq!(next(&mut changes).await.now.primary, Presence::Meal);
}

#[tokio::test]
async fn a_node_that_starts_changes_nothing() {
    let nodes = Nodes::new().await;
    let [ada] = nodes.world.agents(["ada"]).await;
    let first = nodes.node().await;
    first.connected(ada.clone(), DeviceId::generate()).await;
    choose(&first, &ada, Presence::OnQueue).await.expect("chooses");
    drop(first);
    let second = nodes.node().await;
    assert_eq!(primary(&second, &ada).await, Presence::OnQueue);
    assert_eq!(nodes.logged(&ada).await, [Presence::Available, Presence::OnQueue]);
}

/// In real time, and on Redis' own clock.
#[tokio::test]
async fn presence_is_right_soon_after_redis_was_lost() {
    let mut nodes = Nodes::new().await;
    let [ada, ben] = nodes.world.agents(["ada", "ben"]).await;
    let node = nodes.node_with(Arc::new(SystemClock), Config::new(nodes.redis.url())).await;
    let device = DeviceId::generate();
    node.connected(ada.clone(), device).await;
    node.connected(ben.clone(), DeviceId::generate()).await;
    choose(&node, &ada, Presence::OnQueue).await.expect("chooses");
    let mut changes = node.changes();
    nodes.redis.restart();
    let mut beat = tokio::time::interval(HEARTBEAT);
    let gone = loop {
        tokio::select! {
            change = next(&mut changes) => break change,
            _ = beat.tick() => node.heartbeat(ada.clone(), device, true).await,
        }
    };
    assert_eq!((gone.user, gone.now.primary), (ben.user, Presence::Offline));
    assert_eq!(primary(&node, &ada).await, Presence::OnQueue);
}
