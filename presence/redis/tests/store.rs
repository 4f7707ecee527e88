//! The Redis store against a real Redis: it conforms, also when several nodes use it at once, and it fails fast while Redis is away.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use redis::AsyncCommands;
use tandem_core::{Mint, OrgScope};
use tandem_presence::{LEASE, PresenceError, PresenceStore, conformance::conforms};
use tandem_presence_redis::{Config, RedisStore, TimeOf};
use tandem_proto::{DeviceId, OrgId, Timestamp, UserId, api::Presence};
use tandem_test_support::Redis;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).plus(Duration::from_millis(millis))
}

fn scope() -> OrgScope {
    Mint::for_server().scope(OrgId::generate())
}

/// A node's store, on a time that the test tells.
fn node(redis: &Redis, prefix: &str) -> RedisStore {
    let config = Config { prefix: prefix.to_owned(), time: TimeOf::Caller, ..Config::new(redis.url()) };
    RedisStore::open(config, Arc::new(Mint::for_server())).expect("the URL reads")
}

/// A node's store in use.
async fn used(redis: &Redis, prefix: &str) -> RedisStore {
    let store = node(redis, prefix);
    assert!(store.restore(at(0), LEASE, &[], Vec::new()).await.expect("restores"));
    store
}

/// Asks until the answer is as it should be.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.expect("in time")
}

fn redis() -> &'static Redis {
    static REDIS: OnceLock<Redis> = OnceLock::new();
    REDIS.get_or_init(Redis::start)
}

#[tokio::test]
async fn the_redis_store_conforms() {
    let fresh = AtomicU32::new(0);
    let make = async || used(redis(), &format!("conforms{}", fresh.fetch_add(1, Ordering::Relaxed))).await;
    let outage = async |_: &RedisStore| {
        let client = redis::Client::open(redis().url()).expect("the URL reads");
        let mut raw = client.get_multiplexed_async_connection().await.expect("connects");
        let last = fresh.load(Ordering::Relaxed) - 1;
        let () = raw.del(format!("{{conforms{last}}}:state")).await.expect("deletes");
    };
    conforms(make, outage, [scope(), scope()]).await;
}

#[tokio::test]
async fn of_many_nodes_one_is_told_each_change() {
    let nodes = [used(redis(), "many").await, used(redis(), "many").await, used(redis(), "many").await];
    let scope = scope();
    let people: Vec<_> = (0..300).map(|_| (UserId::generate(), DeviceId::generate())).collect();
    for (user, device) in &people {
        let renewals = nodes.iter().map(|node| node.renew(at(0), scope, *user, *device, true));
        let told = futures::future::join_all(renewals).await;
        assert_eq!(told.into_iter().filter_map(|update| update.expect("renews")).count(), 1);
    }
    assert_eq!(nodes[1].unlogged(at(0)).await.expect("reads").len(), 256, "a batch");
    let passes = nodes.iter().map(|node| node.expire(at(0).plus(LEASE)));
    let told =
        futures::future::join_all(passes).await.into_iter().flat_map(|updates| updates.expect("expires"));
    let mut gone: Vec<_> = told.map(|update| update.note.user).collect();
    gone.sort_unstable();
    let mut everybody: Vec<_> = people.iter().map(|(user, _)| *user).collect();
    everybody.sort_unstable();
    assert_eq!(gone, everybody);
    assert_eq!(nodes[2].next_expiry().await.expect("reads"), None);
}

#[tokio::test]
async fn an_emptied_redis_is_restored_once() {
    let redis = Redis::start();
    let nodes = [node(&redis, "p"), node(&redis, "p")];
    let (scope, user, device) = (scope(), UserId::generate(), DeviceId::generate());
    let scopes = [scope];
    assert_eq!(nodes[0].expire(at(0)).await, Err(PresenceError::Unrestored), "nobody has used it");
    let restored =
        futures::future::join_all(nodes.iter().map(|node| node.restore(at(0), LEASE, &scopes, Vec::new())))
            .await;
    assert!(restored.contains(&Ok(true)), "{restored:?}");
    let update = nodes[1].renew(at(0), scope, user, device, true).await.expect("renews").expect("came");

    redis.flush();
    assert_eq!(nodes[0].renew(at(1), scope, user, device, true).await, Err(PresenceError::Unrestored));
    assert_eq!(nodes[1].of(scope, user).await, Err(PresenceError::Unrestored));
    let known = tandem_presence::Remembered {
        scope,
        user,
        version: update.note.version,
        view: update.note.view.clone(),
        chosen: update.note.chosen,
    };
    assert_eq!(nodes[0].restore(at(2), LEASE, &[scope], vec![known]).await, Ok(true));
    assert_eq!(nodes[1].of(scope, user).await, Ok(update.note.view), "held");
    assert_eq!(nodes[1].restore(at(3), LEASE, &[scope], Vec::new()).await, Ok(true), "it is in use");
    let gone = nodes[1].expire(at(2).plus(LEASE)).await.expect("expires");
    assert_eq!(gone.len(), 1, "no heartbeat came");
}

#[tokio::test]
async fn while_redis_is_away_operations_fail_fast_and_then_work_again() {
    let mut redis = Redis::start();
    let store = used(&redis, "p").await;
    let (scope, user, device) = (scope(), UserId::generate(), DeviceId::generate());
    store.renew(at(0), scope, user, device, true).await.expect("renews");
    let fails_fast = async |store: &RedisStore| {
        let asked = Instant::now();
        let answer = store.choose(at(1), scope, user, Presence::Busy, None).await;
        assert!(matches!(answer, Err(PresenceError::Away(_))), "{answer:?}");
        assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
        assert!(matches!(store.expire(at(1)).await, Err(PresenceError::Away(_))));
    };
    redis.freeze();
    fails_fast(&store).await;
    redis.thaw();
    until(async || store.expire(at(2)).await.ok()).await;
    assert_eq!(store.of(scope, user).await.expect("reads").primary, Presence::Available);

    redis.kill();
    fails_fast(&store).await;
    redis.restart();
    let answer = until(async || match store.expire(at(3)).await {
        Err(PresenceError::Away(_)) => None,
        answer => Some(answer),
    });
    assert_eq!(answer.await, Err(PresenceError::Unrestored), "it came back empty");
}

#[tokio::test]
async fn the_time_is_redis_and_not_of_a_node_that_is_hours_ahead() {
    let store =
        RedisStore::open(Config::new(redis().url()), Arc::new(Mint::for_server())).expect("the URL reads");
    store.restore(at(0), LEASE, &[], Vec::new()).await.expect("restores");
    store.expire(at(0)).await.expect("expires");
    let (now, ahead) = (store.now(at(0)), store.now(at(7_200_000)));
    assert!(ahead.since(now) < Duration::from_secs(60), "{now} {ahead}");
}
