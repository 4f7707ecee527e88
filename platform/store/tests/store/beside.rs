//! A new version of a view is built beside the old one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crate::{
    projections::{SEEN, Seen},
    support::{NOTES, Place, append, name_of, new_scope, on_both_engines, settled},
};
use sqlx::{AnyConnection, Row as _};
use tandem_core::OrgScope;
use tandem_proto::Event;
use tandem_store::{BoxFuture, Migration, Options, Projection, Store, StoreError, View};
use tokio::sync::Notify;

const BY_NAME: Migration =
    Migration { name: "0003_seen_by_name", sql: "CREATE INDEX seen_by_name ON seen (name);" };

/// A newer version of [`Seen`], which writes names in capitals. At the name `held` it waits until the test lets go.
struct Loud {
    version: u32,
    holds: AtomicBool,
    held: Notify,
    applied: AtomicUsize,
}

impl Loud {
    fn new(version: u32, holds: bool) -> Arc<Self> {
        let (holds, held, applied) = (AtomicBool::new(holds), Notify::new(), AtomicUsize::new(0));
        Arc::new(Self { version, holds, held, applied })
    }
}

impl Projection for Loud {
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
            if name == "held" && self.holds.load(Ordering::SeqCst) {
                self.held.notify_one();
                return Err(StoreError::Unavailable("held by the test".to_owned()));
            }
            sqlx::query(view.sql("INSERT INTO {seen} (position, name) VALUES ($1, $2)"))
                .bind(event.cursor.position.0)
                .bind(name.to_uppercase())
                .execute(conn)
                .await?;
            self.applied.fetch_add(1, Ordering::SeqCst);
            if name == "fails" { Err(StoreError::Damaged { table: "seen", reason: name }) } else { Ok(()) }
        })
    }
}

async fn open(place: &Place, view: Arc<dyn Projection>) -> Store {
    let migrations = vec![NOTES, SEEN, BY_NAME];
    let options = Options { migrations, projections: vec![view], ..place.options() };
    Store::open_with(options).await.expect("opens")
}

async fn rows(store: &Store) -> String {
    let rows = sqlx::query("SELECT name FROM seen ORDER BY position").fetch_all(store.across_orgs()).await;
    rows.expect("rows").iter().map(|row| row.get::<String, _>(0) + " ").collect()
}

async fn write(store: &Store, scope: OrgScope, names: &[&str]) {
    for name in names {
        append(store, scope, name, &[]).await.expect("written");
    }
    store.projected(settled(store).await).await;
}

/// Tables and indices that are left of views, but for those that are read.
async fn left(place: &Place, store: &Store) -> Vec<String> {
    let sql = if place.is_postgres() {
        "SELECT tablename::text FROM pg_tables WHERE tablename LIKE '%next' \
         UNION SELECT indexname::text FROM pg_indexes WHERE indexname LIKE '%next' \
         UNION SELECT name FROM projection_builds"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%next' \
         UNION SELECT name FROM projection_builds"
    };
    sqlx::query_scalar(sql).fetch_all(store.across_orgs()).await.expect("read")
}

/// Names of the indices of the view's table.
async fn indices(place: &Place, store: &Store) -> Vec<String> {
    let sql = if place.is_postgres() {
        "SELECT indexname::text FROM pg_indexes WHERE tablename = 'seen' ORDER BY 1"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'seen' ORDER BY 1"
    };
    sqlx::query_scalar(sql).fetch_all(store.across_orgs()).await.expect("read")
}

on_both_engines! {
#[tokio::test]
async fn the_old_view_is_read_whole_until_the_new_one_is_and_then_that(place: Place) {
    let scope = new_scope();
    let old = open(&place, Seen::version(1)).await;
    write(&old, scope, &["a", "fails", "held", "b"]).await;
    assert_eq!(rows(&old).await, "a held b ");
    let indexed = indices(&place, &old).await;
    old.close().await;

    let view = Loud::new(2, true);
    let new = open(&place, Arc::<Loud>::clone(&view)).await;
    view.held.notified().await;
    assert_eq!(rows(&new).await, "a held b ", "the old one, while the new one is built");
    append(&new, scope, "c", &[]).await.expect("written");
    view.holds.store(false, Ordering::SeqCst);
    new.projected(settled(&new).await).await;
    assert_eq!(rows(&new).await, "A HELD B C ");
    write(&new, scope, &["d"]).await;
    assert_eq!(rows(&new).await, "A HELD B C D ", "it is kept up in its new place");
    let parked: Vec<String> =
        sqlx::query_scalar("SELECT projection FROM parked_events").fetch_all(new.across_orgs()).await.expect("read");
    assert_eq!(parked, ["seen"], "those of the new view alone");
    assert_eq!(left(&place, &new).await, [""; 0]);
    new.close().await;

    let again = open(&place, Loud::new(3, false)).await;
    again.projected(settled(&again).await).await;
    assert_eq!(rows(&again).await, "A HELD B C D ");
    assert_eq!(left(&place, &again).await, [""; 0]);
    assert_eq!(indices(&place, &again).await, indexed, "after two turns, under their names");
}
}

on_both_engines! {
#[tokio::test]
async fn a_build_that_was_cut_off_is_gone_on_with(place: Place) {
    let scope = new_scope();
    let old = open(&place, Seen::version(1)).await;
    for _ in 0..3 {
        let many = (0..50).map(|_| append(&old, scope, "x", &[]));
        futures::future::try_join_all(many).await.expect("written");
    }
    write(&old, scope, &["held"]).await;
    let before = rows(&old).await;
    old.close().await;

    // The first batch is stored, the second has what it is held at.
    let view = Loud::new(2, true);
    let new = open(&place, Arc::<Loud>::clone(&view)).await;
    view.held.notified().await;
    let built: i64 =
        sqlx::query_scalar("SELECT count(*) FROM seen__next").fetch_one(new.across_orgs()).await.expect("counted");
    assert!(0 < built && built < 151, "some of it: {built}");
    new.close().await;

    let still = open(&place, Loud::new(2, true)).await;
    assert_eq!(rows(&still).await, before, "what is read is still the old one");
    still.close().await;

    let view = Loud::new(2, false);
    let new = open(&place, Arc::<Loud>::clone(&view)).await;
    new.projected(settled(&new).await).await;
    assert_eq!(rows(&new).await, before.to_uppercase());
    let applied = view.applied.load(Ordering::SeqCst);
    assert_eq!(i64::try_from(applied).expect("few"), 151 - built, "from its checkpoint");
}
}

on_both_engines! {
#[tokio::test]
async fn a_version_that_is_newer_than_what_is_built_begins_anew(place: Place) {
    let scope = new_scope();
    let old = open(&place, Seen::version(1)).await;
    write(&old, scope, &["a", "held"]).await;
    old.close().await;
    let view = Loud::new(2, true);
    let new = open(&place, Arc::<Loud>::clone(&view)).await;
    view.held.notified().await;
    new.close().await;
    let view = Loud::new(3, false);
    let newer = open(&place, Arc::<Loud>::clone(&view)).await;
    newer.projected(settled(&newer).await).await;
    assert_eq!((rows(&newer).await.as_str(), view.applied.load(Ordering::SeqCst)), ("A HELD ", 2));
}
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_of_the_old_version_keep_the_old_view_and_do_not_touch_the_new_one() {
    let place = Place::postgres();
    let scope = new_scope();
    let old = open(&place, Seen::version(1)).await;
    write(&old, scope, &["a", "held"]).await;
    let views = [Loud::new(2, true), Loud::new(2, true)];
    let new = [
        open(&place, Arc::<Loud>::clone(&views[0])).await,
        open(&place, Arc::<Loud>::clone(&views[1])).await,
    ];
    views[0].held.notified().await;
    views[1].held.notified().await;
    write(&old, scope, &["b"]).await;
    assert_eq!(rows(&new[0]).await, "a held b ", "the old node keeps it up");

    for view in &views {
        view.holds.store(false, Ordering::SeqCst);
    }
    for node in &new {
        node.projected(settled(&old).await).await;
        assert_eq!(rows(node).await, "A HELD B ");
    }
    for (name, writer) in [("c", &old), ("d", &new[0]), ("e", &new[1]), ("f", &old)] {
        append(writer, scope, name, &[]).await.expect("written");
    }
    let mut newest = settled(&old).await;
    for node in &new {
        newest = newest.max(settled(node).await);
    }
    for node in new.iter().chain([&old]) {
        node.projected(newest).await;
        assert_eq!(rows(node).await, "A HELD B C D E F ", "each event once, by the new version");
    }
    assert_eq!(left(&place, &old).await, [""; 0]);
}
