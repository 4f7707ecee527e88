//! What everybody may rely on.

use tandem_proto::Topic;
use tokio::sync::broadcast::error::TryRecvError;

use crate::support::{Two, an_org, next, publish, soon, typing};

/// Runs each of the promises on both engines.
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        mod in_one_process {
            $(#[tokio::test]
            async fn $name() { super::$name(super::Two::in_one_process().await).await })+
        }
        mod over_redis {
            $(#[tokio::test]
            async fn $name() { super::$name(super::Two::over_redis().await).await })+
        }
    };
}

promises!(
    everybody_hears_a_signal_with_its_org_and_topic,
    a_signal_is_heard_here_at_once_and_once,
    signals_of_one_arrive_in_order,
    nobody_hears_what_was_before,
    a_slow_listener_loses_the_oldest_and_is_told,
    a_commit_wakes_everybody,
    many_commits_at_once_wake_at_least_once_after_the_last,
    it_is_connected,
);

async fn everybody_hears_a_signal_with_its_org_and_topic(two: Two) {
    let mut listeners = [two.here.subscribe(), two.there.subscribe(), two.there.clone().subscribe()];
    for speaker in [&two.here, &two.there] {
        let published = publish(speaker, an_org());
        for listener in &mut listeners {
            assert_eq!(next(listener).await, published);
        }
    }
}

async fn a_signal_is_heard_here_at_once_and_once(two: Two) {
    let (mut here, mut there) = (two.here.subscribe(), two.there.subscribe());
    let published = publish(&two.here, an_org());
    let got = here.try_recv().expect("without waiting for anybody");
    assert_eq!((got.org, got.topic, got.signal.as_ref().clone()), published);
    assert_eq!(next(&mut there).await, published);
    // Were it to come back, it would come before what the other says now.
    let answer = publish(&two.there, an_org());
    assert_eq!(next(&mut here).await, answer);
    assert_eq!(here.try_recv().expect_err("nothing else"), TryRecvError::Empty);
}

async fn signals_of_one_arrive_in_order(two: Two) {
    let mut there = two.there.subscribe();
    let scope = an_org();
    let published: Vec<_> = (0..1_000).map(|_| publish(&two.here, scope)).collect();
    for expected in published {
        assert_eq!(next(&mut there).await, expected);
    }
}

async fn nobody_hears_what_was_before(two: Two) {
    publish(&two.here, an_org());
    let mut here = two.here.subscribe();
    let after = publish(&two.here, an_org());
    assert_eq!(next(&mut here).await, after);
}

async fn a_slow_listener_loses_the_oldest_and_is_told(two: Two) {
    let scope = an_org();
    let mut here = two.here.subscribe();
    for _ in 0..=4_096 {
        two.here.publish(scope, Topic::org(scope.org()), typing());
    }
    assert_eq!(here.try_recv().expect_err("one too many"), TryRecvError::Lagged(1));
    assert!(here.try_recv().is_ok(), "and goes on");
}

async fn a_commit_wakes_everybody(two: Two) {
    for speaker in [&two.here, &two.there] {
        let mut sleepers = [two.here.woken(), two.there.woken()];
        speaker.wake();
        for sleeper in &mut sleepers {
            soon(sleeper.changed()).await.expect("the bus lives");
        }
    }
}

async fn many_commits_at_once_wake_at_least_once_after_the_last(two: Two) {
    let mut sleeper = two.there.woken();
    for _ in 0..10_000 {
        two.here.wake();
    }
    soon(sleeper.changed()).await.expect("the bus lives");
    let before = *sleeper.borrow_and_update();
    two.here.wake();
    soon(sleeper.wait_for(|count| *count > before)).await.expect("the bus lives");
}

async fn it_is_connected(two: Two) {
    assert!(two.here.is_connected() && two.there.is_connected());
}
