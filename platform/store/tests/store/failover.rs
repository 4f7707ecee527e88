//! The primary dies and its standby takes over; a database that is away.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::support::{NOTES, append, name_of, new_scope};
use tandem_proto::Cursor;
use tandem_store::{EventFilter, Store, StoreError};
use tandem_test_support::Postgres;

const WRITERS: usize = 12;
/// Far beyond what the store promises: these are tests of what it answers, not of how fast this machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the writers were told, by name of the event.
#[derive(Default)]
struct Ledger {
    acknowledged: BTreeSet<String>,
    refused: BTreeSet<String>,
    in_doubt: BTreeSet<String>,
    longest: Duration,
}

/// Waits until `reached` holds.
async fn until(what: &str, reached: impl Fn() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_loses_nothing_that_was_acknowledged_and_doubles_nothing() {
    let mut pair = Postgres::start_pair();
    let store = Store::open(&pair.url(), &[NOTES], Vec::new()).await.expect("opens");
    let scopes: Vec<_> = (0..3).map(|_| new_scope()).collect();
    let (stop, good, bad) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (store, scope) = (store.clone(), scopes[writer % scopes.len()]);
        let (stop, good, bad) = (Arc::clone(&stop), Arc::clone(&good), Arc::clone(&bad));
        writers.spawn(async move {
            let mut ledger = Ledger::default();
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let name = format!("{writer}/{n}");
                let began = Instant::now();
                let answer = append(&store, scope, &name, &[]).await;
                ledger.longest = ledger.longest.max(began.elapsed());
                match answer {
                    Ok(_) => {
                        good.fetch_add(1, Ordering::Relaxed);
                        ledger.acknowledged.insert(name);
                    }
                    Err(StoreError::Unavailable(_)) => {
                        bad.fetch_add(1, Ordering::Relaxed);
                        ledger.refused.insert(name);
                    }
                    Err(StoreError::InDoubt(_)) => {
                        bad.fetch_add(1, Ordering::Relaxed);
                        ledger.in_doubt.insert(name);
                    }
                    Err(error) => panic!("only Unavailable or InDoubt meanwhile: {error:?}"),
                }
            }
            ledger
        });
    }
    until("writes before", || good.load(Ordering::Relaxed) > 200).await;
    pair.kill_primary();
    until("a refused write", || bad.load(Ordering::Relaxed) > 0).await;
    pair.promote();
    let so_far = good.load(Ordering::Relaxed);
    until("writes after", || good.load(Ordering::Relaxed) > so_far + 200).await;
    stop.store(true, Ordering::Relaxed);

    let mut all = Ledger::default();
    for ledger in writers.join_all().await {
        all.acknowledged.extend(ledger.acknowledged);
        all.refused.extend(ledger.refused);
        all.in_doubt.extend(ledger.in_doubt);
        all.longest = all.longest.max(ledger.longest);
    }
    let mut kept = Vec::new();
    for scope in scopes {
        let (events, _) =
            store.events(scope, &EventFilter::default(), Cursor::START, 1_000_000).await.expect("read");
        kept.extend(events.iter().map(name_of));
    }
    let names: BTreeSet<String> = kept.iter().cloned().collect();
    assert_eq!(names.len(), kept.len(), "nothing is there twice");
    let lost: Vec<_> = all.acknowledged.difference(&names).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let wrong: Vec<_> = all.refused.intersection(&names).collect();
    assert!(wrong.is_empty(), "said not to be in the store, and is: {wrong:?}");
    tracing::info!(
        acknowledged = all.acknowledged.len(),
        refused = all.refused.len(),
        in_doubt = all.in_doubt.len(),
        longest = ?all.longest,
        "failover"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_said_to_be_and_its_return_is_noticed() {
    let mut server = Postgres::start();
    let store = Store::open(&server.url(), &[NOTES], Vec::new()).await.expect("opens");
    let mut live = store.live();
    let scope = new_scope();
    append(&store, scope, "before", &[]).await.expect("written");
    server.kill();
    let away = append(&store, scope, "away", &[]).await;
    assert!(matches!(away, Err(StoreError::Unavailable(_))), "{away:?}");
    let read = store.events(scope, &EventFilter::default(), Cursor::START, 9).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    server.restart();
    let began = Instant::now();
    while let Err(error) = append(&store, scope, "after", &[]).await {
        assert!(matches!(error, StoreError::Unavailable(_)) && began.elapsed() < PATIENCE, "{error}");
    }
    let mut told = Vec::new();
    while told.last().is_none_or(|name| name != "after") {
        told.push(name_of(&live.recv().await.expect("told")));
    }
    assert_eq!(told, ["before", "after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_closes_while_the_database_is_away() {
    let mut server = Postgres::start();
    let store = Store::open(&server.url(), &[NOTES], Vec::new()).await.expect("opens");
    server.kill();
    let away = append(&store, new_scope(), "away", &[]).await;
    assert!(matches!(away, Err(StoreError::Unavailable(_))), "{away:?}");
    store.close().await;
}
