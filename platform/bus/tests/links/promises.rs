//! What everybody may rely on, however far the other end is.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tandem_bus::LinkError;
use tokio::sync::{Notify, Semaphore, mpsc};

use crate::support::{AT_MOST, Ends, soon};

/// Runs each of the promises over both kinds of link.
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        mod within_one_process {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Ends::one_process().await).await })+
        }
        mod over_tcp {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Ends::over_tcp().await).await })+
        }
    };
}

promises!(
    a_request_is_answered,
    many_requests_are_under_way_at_once,
    messages_arrive_in_order,
    what_is_told_before_is_heard_before_what_is_asked_after,
    a_deadline_ends_the_wait_and_not_the_work,
    what_a_node_does_not_do_is_said,
    what_is_not_understood_is_said,
    a_handler_that_panics_fails_its_request_alone,
    too_many_requests_at_once_are_refused,
    what_is_too_large_is_refused_both_ways,
);

async fn a_request_is_answered(Ends { here, there }: Ends) {
    let asker = here.me();
    there.serve("double", move |from, n: u64| async move { (from.node == asker).then_some(2 * n) });
    let answer: Result<Option<u64>, _> = here.ask(there.me(), "double", &21_u64, AT_MOST).await;
    assert_eq!(answer, Ok(Some(42)));
}

async fn many_requests_are_under_way_at_once(Ends { here, there }: Ends) {
    const MANY: usize = 500;
    let all_are_here = Arc::new(tokio::sync::Barrier::new(MANY));
    there.serve("meet", move |_, n: usize| {
        let barrier = Arc::clone(&all_are_here);
        async move {
            barrier.wait().await;
            n
        }
    });
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..MANY {
        let (here, to) = (here.clone(), there.me());
        asking.spawn(async move { here.ask::<_, usize>(to, "meet", &n, AT_MOST).await == Ok(n) });
    }
    let answered = soon(asking.join_all()).await;
    assert!(answered.into_iter().all(|right| right));
}

async fn messages_arrive_in_order(Ends { here, there }: Ends) {
    let (heard, mut hears) = mpsc::unbounded_channel();
    there.hear("count", move |_, n: u32| heard.send(n).expect("somebody listens"));
    for n in 0..3_000_u32 {
        here.tell(there.me(), "count", &n).expect("there is room");
    }
    for n in 0..3_000 {
        assert_eq!(soon(hears.recv()).await, Some(n));
    }
}

async fn what_is_told_before_is_heard_before_what_is_asked_after(Ends { here, there }: Ends) {
    if here.me() == there.me() {
        // To oneself, requests need not wait behind messages.
        return;
    }
    let (heard, mut hears) = mpsc::unbounded_channel();
    there.hear("told", move |_, n: u32| heard.send(n).expect("somebody listens"));
    there.serve("asked", |_, (): ()| async {});
    for n in 0..50_u32 {
        here.tell(there.me(), "told", &n).expect("there is room");
        here.ask::<_, ()>(there.me(), "asked", &(), AT_MOST).await.expect("answered");
        assert_eq!(hears.try_recv(), Ok(n));
    }
}

async fn a_deadline_ends_the_wait_and_not_the_work(Ends { here, there }: Ends) {
    let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (goes, does) = (Arc::clone(&go), Arc::clone(&done));
    there.serve("slow", move |_, (): ()| {
        let (go, done) = (Arc::clone(&goes), Arc::clone(&does));
        async move {
            go.notified().await;
            done.notify_one();
        }
    });
    let answer: Result<(), _> = here.ask(there.me(), "slow", &(), Duration::from_millis(50)).await;
    assert_eq!(answer, Err(LinkError::TimedOut));
    go.notify_one();
    soon(done.notified()).await;
}

async fn what_a_node_does_not_do_is_said(Ends { here, there }: Ends) {
    there.hear("heard", |_, _: Value| {});
    for name in ["newer", "heard"] {
        let answer: Result<(), _> = here.ask(there.me(), name, &(), AT_MOST).await;
        assert_eq!(answer, Err(LinkError::NoService(name.to_owned())));
    }
}

#[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
struct Known {
    known: u8,
}

async fn what_is_not_understood_is_said(Ends { here, there }: Ends) {
    there.serve("strict", |_, known: Known| async move { known });
    let newer = json!({ "known": 1, "of a newer version": true });
    assert_eq!(here.ask(there.me(), "strict", &newer, AT_MOST).await, Ok(Known { known: 1 }));
    for (question, wrong) in
        [("the request", json!({ "known": "one" })), ("the answer", json!({ "known": 1 }))]
    {
        let answer: Result<bool, _> = here.ask(there.me(), "strict", &wrong, AT_MOST).await;
        assert!(matches!(answer, Err(LinkError::Malformed(_))), "{question}: {answer:?}");
    }
}

async fn a_handler_that_panics_fails_its_request_alone(Ends { here, there }: Ends) {
    there.serve("fragile", |_, fall: bool| async move { assert!(!fall, "as the test wants") });
    let (heard, mut hears) = mpsc::unbounded_channel();
    there.hear("fragile too", move |_, fall: bool| {
        assert!(!fall, "as the test wants");
        heard.send(()).expect("somebody listens");
    });
    let answer: Result<(), _> = here.ask(there.me(), "fragile", &true, AT_MOST).await;
    assert!(matches!(answer, Err(LinkError::Failed(_))), "{answer:?}");
    assert_eq!(here.ask(there.me(), "fragile", &false, AT_MOST).await, Ok(()));
    for fall in [true, false] {
        here.tell(there.me(), "fragile too", &fall).expect("there is room");
    }
    soon(hears.recv()).await.expect("the second was heard");
}

async fn too_many_requests_at_once_are_refused(Ends { here, there }: Ends) {
    let gate = Arc::new(Semaphore::new(0));
    let opens = Arc::clone(&gate);
    there.serve("gate", move |_, (): ()| {
        let gate = Arc::clone(&opens);
        async move { drop(gate.acquire().await) }
    });
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..1_100 {
        let (here, to) = (here.clone(), there.me());
        asking.spawn(async move { here.ask::<_, ()>(to, "gate", &(), AT_MOST).await });
    }
    for _ in 0..1_100 - 1_024 {
        let refused = soon(asking.join_next()).await.expect("some are refused").expect("no panic");
        assert_eq!(refused, Err(LinkError::Overloaded));
    }
    gate.close();
    assert!(soon(asking.join_all()).await.iter().all(Result::is_ok), "what was taken is answered");
}

async fn what_is_too_large_is_refused_both_ways(Ends { here, there }: Ends) {
    const MOST: usize = 4 * 1024 * 1024;
    there.serve("grow", |_, bytes: usize| async move { "x".repeat(bytes) });
    there.serve("shrink", |_, text: String| async move { text.len() });
    let (to, large) = (there.me(), "x".repeat(MOST));
    let answer: Result<usize, _> = here.ask(to, "shrink", &large, AT_MOST).await;
    assert_eq!(answer, Err(LinkError::TooLarge(MOST + 2)));
    assert_eq!(here.tell(to, "shrink", &large), Err(LinkError::TooLarge(MOST + 2)));
    let answer: Result<String, _> = here.ask(to, "grow", &MOST, AT_MOST).await;
    assert_eq!(answer, Err(LinkError::TooLarge(MOST + 2)));
    let fits = MOST - 100;
    assert_eq!(here.ask(to, "shrink", &large[..fits], AT_MOST).await, Ok(fits), "and the link still works");
    assert_eq!(here.ask::<_, String>(to, "grow", &fits, AT_MOST).await.map(|text| text.len()), Ok(fits));
}
