//! The lost-event trap: on PostgreSQL a transaction that began first may commit last.

use std::time::Duration;

use crate::support::{Place, append, name_of, new_scope};
use sqlx::{AnyConnection, Connection as _, Executor as _};
use tandem_core::OrgScope;
use tandem_proto::Cursor;
use tandem_store::{EventFilter, Options, Store};

/// An event written by hand, so that its transaction can be held open. It has its place in the log before it is committed.
async fn begin_slow(place: &Place, scope: OrgScope) -> AnyConnection {
    let mut slow = AnyConnection::connect(&place.url()).await.expect("connects");
    slow.execute("BEGIN; SET LOCAL tandem.org = '*'").await.expect("begins");
    sqlx::query(
        "INSERT INTO events (position, org, stream, version, kind, schema_version, at, actor, topics, data) \
         VALUES (nextval('event_positions'), $1, 'chat:slow', 1, 'org.created', 1, 0, '{\"kind\":\"system\"}', '[]', '{\"name\":\"slow\"}')",
    )
    .bind(scope.org().to_string())
    .execute(&mut slow)
    .await
    .expect("inserted");
    slow
}

async fn page(store: &Store, scope: OrgScope, after: Cursor) -> (Vec<String>, Cursor) {
    let (events, next) = store.events(scope, &EventFilter::default(), after, 10).await.expect("read");
    (events.iter().map(name_of).collect(), next)
}

/// What a reader gets who reads while the slow transaction is open and goes on from its cursor after it committed.
async fn read_around_a_slow_commit(gate: bool) -> (Vec<String>, Vec<String>) {
    let place = Place::postgres();
    let store = Store::open_with(Options { gate, ..place.options() }).await.expect("opens");
    let scope = new_scope();
    append(&store, scope, "before", &[]).await.expect("written");
    let (_, after) = page(&store, scope, Cursor::START).await;
    let mut slow = begin_slow(&place, scope).await;
    append(&store, scope, "fast", &[]).await.expect("written, though not visible to readers yet");
    let (meanwhile, after) = page(&store, scope, after).await;
    slow.execute("COMMIT").await.expect("commits");
    let newest = *store.commits().borrow();
    assert!(store.wait_for(newest, Duration::from_secs(60)).await, "the log goes on");
    let (afterwards, _) = page(&store, scope, after).await;
    (meanwhile, afterwards)
}

#[tokio::test]
async fn an_event_of_a_slow_transaction_is_not_lost() {
    let (meanwhile, afterwards) = read_around_a_slow_commit(true).await;
    assert_eq!(meanwhile, Vec::<String>::new(), "nothing is told that something may still come before");
    assert_eq!(afterwards, ["slow", "fast"], "in one order for everybody");
}

#[tokio::test]
async fn without_the_gate_it_is_lost() {
    let (meanwhile, afterwards) = read_around_a_slow_commit(false).await;
    assert_eq!(meanwhile, ["fast"]);
    assert_eq!(afterwards, Vec::<String>::new(), "the trap: the reader is past the slow one's place");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_follower_misses_an_event_while_two_nodes_write() {
    const EACH: usize = 60;
    let place = Place::postgres();
    let nodes = [place.open().await, place.open().await];
    let scopes = [new_scope(), new_scope()];
    let mut followers: Vec<_> =
        nodes.iter().map(|node| node.follow(scopes[0], EventFilter::default(), Cursor::START)).collect();
    let writers: tokio::task::JoinSet<()> = (0..8)
        .map(|writer| {
            let node = nodes[writer % 2].clone();
            let scope = scopes[writer / 4];
            async move {
                for n in 0..EACH {
                    append(&node, scope, &format!("{writer}/{n}"), &[]).await.expect("written");
                }
            }
        })
        .collect();
    writers.join_all().await;
    let mut told = Vec::new();
    for follower in &mut followers {
        let mut events = Vec::new();
        for _ in 0..4 * EACH {
            events.push(follower.next().await.expect("an event"));
        }
        assert!(events.is_sorted_by(|a, b| a.cursor < b.cursor), "in order");
        assert!(events.is_sorted_by(|a, b| a.version < b.version), "every version once: {events:?}");
        told.push(events);
    }
    assert_eq!(told[0], told[1], "both nodes tell the same");
}
