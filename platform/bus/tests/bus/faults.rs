//! Redis that is killed, empty, hung or not there yet.

use tandem_bus::{Bus, Seals};
use tandem_proto::NodeId;
use tandem_test_support::Redis;

use crate::support::{Two, an_org, bus, is_connected, next, publish, soon};

/// Both hear both.
async fn they_hear_each_other(two: &Two) {
    let mut listeners = [two.here.subscribe(), two.there.subscribe()];
    for speaker in [&two.here, &two.there] {
        let published = publish(speaker, an_org());
        for listener in &mut listeners {
            assert_eq!(next(listener).await, published);
        }
    }
}

#[tokio::test]
async fn a_redis_that_was_killed_is_found_again_and_what_was_said_meanwhile_is_not_repeated() {
    let mut two = Two::over_redis().await;
    two.redis().kill();
    for bus in [&two.here, &two.there] {
        is_connected(bus, false).await;
    }
    let scope = an_org();
    // More than any queue holds: nothing waits and nothing fails.
    for _ in 0..10_000 {
        publish(&two.here, scope);
    }
    let (mut here, mut there) = (two.here.subscribe(), two.there.subscribe());
    let published = publish(&two.here, scope);
    assert_eq!(next(&mut here).await, published, "here it is heard all the same");
    let mut woken = two.there.woken();
    two.redis().restart();
    for bus in [&two.here, &two.there] {
        is_connected(bus, true).await;
    }
    soon(woken.changed()).await.expect("whoever may have missed something looks");
    let published = publish(&two.here, scope);
    assert_eq!(next(&mut there).await, published, "and nothing old before it");
    they_hear_each_other(&two).await;
}

#[tokio::test]
async fn a_redis_that_forgets_everything_changes_nothing() {
    let mut two = Two::over_redis().await;
    two.redis().flush();
    they_hear_each_other(&two).await;
}

#[tokio::test]
async fn a_redis_that_hangs_is_noticed_and_found_again() {
    let mut two = Two::over_redis().await;
    two.redis().freeze();
    for bus in [&two.here, &two.there] {
        is_connected(bus, false).await;
    }
    two.redis().thaw();
    for bus in [&two.here, &two.there] {
        is_connected(bus, true).await;
    }
    they_hear_each_other(&two).await;
}

#[tokio::test]
async fn a_redis_that_comes_late_is_waited_for() {
    let mut redis = Redis::start();
    let url = redis.url();
    redis.kill();
    let [here, there] = [(); 2].map(|()| bus(&url));
    assert!(!here.is_connected());
    let mut listener = here.subscribe();
    let published = publish(&here, an_org());
    assert_eq!(next(&mut listener).await, published);
    redis.restart();
    for bus in [&here, &there] {
        is_connected(bus, true).await;
    }
    they_hear_each_other(&Two { here, there, redis: Some(redis) }).await;
}

#[tokio::test]
async fn databases_of_one_redis_do_not_hear_each_other() {
    let mut two = Two::over_redis().await;
    let apart = bus(&format!("{}/7", two.redis().url()));
    is_connected(&apart, true).await;
    let (mut here, mut elsewhere) = (two.here.subscribe(), apart.subscribe());
    publish(&apart, an_org());
    let published = publish(&two.there, an_org());
    assert_eq!(next(&mut here).await, published);
    assert!(elsewhere.try_recv().is_ok(), "its own");
    assert!(elsewhere.try_recv().is_err(), "and no other");
}

#[tokio::test]
async fn what_is_no_url_is_refused_and_not_repeated() {
    let error = Bus::redis("rediss:secret@nowhere", Seals::new(NodeId::generate())).expect_err("no URL");
    assert!(!error.to_string().contains("secret"), "{error}");
}
