//! Views: kept up to date, resumed, rebuilt, and not stopped by an event they cannot take.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::support::{Place, append, name_of, new_scope, on_both_engines};
use sqlx::{AnyConnection, Row as _};
use tandem_proto::{Event, SessionId, Stream, UserId, events::identity::SessionEnded};
use tandem_store::{BoxFuture, Cause, Expect, Migration, Options, Projection, Store, StoreError, View};

pub(crate) const SEEN: Migration = Migration {
    name: "0002_seen",
    sql: "CREATE TABLE seen (position bigint PRIMARY KEY, name text NOT NULL);",
};

/// Writes down what it sees. Chokes on the names `fails` and `panics`.
pub(crate) struct Seen {
    version: u32,
    applied: AtomicUsize,
}

impl Seen {
    pub(crate) fn version(version: u32) -> Arc<Self> {
        Arc::new(Self { version, applied: AtomicUsize::new(0) })
    }
}

impl Projection for Seen {
    fn name(&self) -> &'static str {
        "seen"
    }
    fn version(&self) -> u32 {
        self.version
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["org.*"]
    }
    fn tables(&self) -> &'static [&'static str] {
        &["seen"]
    }
    fn apply<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        view: View,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let name = name_of(event);
            sqlx::query(view.sql("INSERT INTO {seen} (position, name) VALUES ($1, $2)"))
                .bind(event.cursor.position.0)
                .bind(name.as_str())
                .execute(conn)
                .await?;
            self.applied.fetch_add(1, Ordering::Relaxed);
            assert_ne!(name, "panics", "a fault in a projection");
            if name == "fails" { Err(StoreError::Damaged { table: "seen", reason: name }) } else { Ok(()) }
        })
    }
}

async fn open(place: &Place, view: &Arc<Seen>) -> Store {
    let options = place.options();
    let migrations = [options.migrations.clone(), vec![SEEN]].concat();
    let projections: Vec<Arc<dyn Projection>> = vec![Arc::<Seen>::clone(view)];
    Store::open_with(Options { migrations, projections, ..options }).await.expect("opens")
}

async fn seen(store: &Store) -> String {
    store.projected(store.head()).await;
    let rows = sqlx::query("SELECT name FROM seen ORDER BY position")
        .fetch_all(store.across_orgs())
        .await
        .expect("rows");
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

on_both_engines! {
#[tokio::test]
async fn a_view_follows_resumes_and_is_rebuilt_when_its_version_rises(place: Place) {
    let scope = new_scope();
    let view = Seen::version(1);
    let store = open(&place, &view).await;
    for name in ["a", "b", "c"] {
        append(&store, scope, name, &[]).await.expect("written");
    }
    assert_eq!(seen(&store).await, "abc");
    store.close().await;

    let view = Seen::version(1);
    let store = open(&place, &view).await;
    append(&store, scope, "d", &[]).await.expect("written");
    assert_eq!(seen(&store).await, "abcd");
    assert_eq!(view.applied.load(Ordering::Relaxed), 1, "resumed from its checkpoint");
    store.close().await;

    let view = Seen::version(2);
    let store = open(&place, &view).await;
    assert_eq!(seen(&store).await, "abcd");
    assert_eq!(view.applied.load(Ordering::Relaxed), 4, "from the start");
}
}

on_both_engines! {
#[tokio::test]
async fn a_new_view_catches_up_with_a_long_log(place: Place) {
    let scope = new_scope();
    let store = open(&place, &Seen::version(1)).await;
    for _ in 0..12 {
        let many = (0..50).map(|_| append(&store, scope, "x", &[]));
        futures::future::try_join_all(many).await.expect("written");
    }
    store.close().await;
    let store = open(&place, &Seen::version(2)).await;
    assert_eq!(seen(&store).await.len(), 600);
}
}

on_both_engines! {
#[tokio::test]
async fn an_event_it_cannot_take_is_parked_and_the_view_goes_on(place: Place) {
    let scope = new_scope();
    let store = place.open().await;
    for name in ["a", "fails", "b", "panics", "c"] {
        append(&store, scope, name, &[]).await.expect("written");
    }
    store.close().await;

    let store = open(&place, &Seen::version(1)).await;
    assert_eq!(seen(&store).await, "abc", "nothing of the parked ones is left in the view");
    let parked = async |store: &Store| {
        let sql = "SELECT projection, position, error FROM parked_events ORDER BY position";
        let rows = sqlx::query(sql).fetch_all(store.across_orgs()).await.expect("rows");
        rows.iter().map(|r| (r.get(0), r.get(1), r.get(2))).collect::<Vec<(String, i64, String)>>()
    };
    let rows = parked(&store).await;
    let [fails, panics] = &rows[..] else { panic!("two parked: {rows:?}") };
    assert_eq!((fails.0.as_str(), fails.1), ("seen", 2));
    assert!(panics.1 == 4 && panics.2.contains("a fault in a projection"), "{panics:?}");

    append(&store, scope, "d", &[]).await.expect("written");
    assert_eq!(seen(&store).await, "abcd");
    store.close().await;
    let store = open(&place, &Seen::version(1)).await;
    assert_eq!((seen(&store).await.as_str(), parked(&store).await.len()), ("abcd", 2), "parked once");
}
}

on_both_engines! {
#[tokio::test]
async fn a_view_has_seen_what_it_does_not_want(place: Place) {
    let store = open(&place, &Seen::version(1)).await;
    store
        .write(new_scope(), Cause::SYSTEM, |tx| {
            Box::pin(async move {
                let event = SessionEnded { session: SessionId::generate() };
                tx.append(Stream::user(UserId::generate()), Expect::Any, &[], &event).await
            })
        })
        .await
        .expect("written");
    assert_eq!(seen(&store).await, "");
}
}
