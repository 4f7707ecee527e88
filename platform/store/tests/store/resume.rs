//! A reader with a cursor gets every event once, in order, while others write.

use crate::support::{Place, append, name_of, new_scope, on_both_engines};
use tandem_core::OrgScope;
use tandem_proto::{Cursor, Event, Topic};
use tandem_store::{EventFilter, Options, Store};

const WRITERS: usize = 8;
const EACH: usize = 40;

/// Writers at work, each alternating between the topic that is followed and another.
fn write_all(store: &Store, scope: OrgScope) -> tokio::task::JoinSet<()> {
    (0..WRITERS)
        .map(|writer| {
            let store = store.clone();
            async move {
                for n in 0..EACH {
                    let topic = if n % 2 == 0 { "followed" } else { "other" };
                    append(&store, scope, &format!("{writer}/{n}"), &[topic]).await.expect("written");
                }
            }
        })
        .collect()
}

fn followed() -> EventFilter {
    EventFilter::topics(vec![Topic::from_text("followed")])
}

/// All of each writer's followed events, in its order, and nothing twice.
#[track_caller]
fn assert_complete(events: &[Event]) {
    assert!(events.is_sorted_by(|a, b| a.cursor < b.cursor), "in order, none twice");
    let names: std::collections::BTreeSet<String> = events.iter().map(name_of).collect();
    let wanted = (0..WRITERS).flat_map(|w| (0..EACH).step_by(2).map(move |n| format!("{w}/{n}"))).collect();
    assert_eq!(names, wanted);
}

on_both_engines! {
#[tokio::test(flavor = "multi_thread")]
async fn paging_misses_nothing_while_writers_append(place: Place) {
    let store = place.open().await;
    let scope = new_scope();
    let mut writers = write_all(&store, scope);
    let (mut events, mut cursor, mut limit) = (Vec::new(), Cursor::START, 1);
    loop {
        let writing = writers.try_join_next().is_some() || !writers.is_empty();
        let (page, next) = store.events(scope, &followed(), cursor, limit).await.expect("read");
        assert!(next >= cursor && page.iter().all(|event| event.cursor > cursor && event.cursor <= next));
        let ended = page.len() < limit as usize;
        events.extend(page);
        cursor = next;
        limit = limit % 7 + 1;
        if ended && !writing {
            break;
        }
    }
    assert_complete(&events);
    assert_eq!(cursor, store.head());
}
}

on_both_engines! {
#[tokio::test(flavor = "multi_thread")]
async fn a_follower_goes_from_the_log_to_live_even_when_it_lags(place: Place) {
    let store = Store::open_with(Options { live: 4, ..place.options() }).await.expect("opens");
    let scope = new_scope();
    let mut writers = write_all(&store, scope);
    let mut follow = store.follow(scope, followed(), Cursor::START);
    let mut events = Vec::new();
    // Every few events the reader goes away and comes back with the cursor of the last one it had.
    while events.len() < WRITERS * EACH / 2 {
        events.push(Event::clone(&*follow.next().await.expect("followed")));
        if events.len() % 25 == 0 {
            follow = store.follow(scope, followed(), events[events.len() - 1].cursor);
        }
    }
    while let Some(done) = writers.join_next().await {
        done.expect("a writer's work");
    }
    assert_complete(&events);
}
}

on_both_engines! {
#[tokio::test]
async fn a_follower_learns_that_the_store_closes(place: Place) {
    let store = place.open().await;
    let mut follow = store.follow(new_scope(), EventFilter::default(), Cursor::START);
    let (next, ()) = tokio::join!(follow.next(), store.close());
    assert!(matches!(next, Err(tandem_store::StoreError::Closed)));
}
}
