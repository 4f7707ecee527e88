//! Opening: the folder, the lock, the migrations, and what is refused with what words.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{NOTES, Place, append, new_scope, on_both_engines, settled};
use tandem_proto::Cursor;
use tandem_store::{Cause, EventFilter, Migration, Store, StoreError};

async fn refusal(place: &Place, migrations: &[Migration]) -> String {
    match Store::open(&place.url(), migrations, Vec::new()).await {
        Err(error @ StoreError::Open { .. }) => error.to_string(),
        other => panic!("should be refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_folder_is_made_and_private() {
    let place = Place::sqlite();
    let _store = place.open().await;
    let mode = |path: &str| {
        let file = place.folder.path().join(path);
        std::fs::metadata(file).expect("exists").permissions().mode() & 0o777
    };
    assert_eq!(mode("data"), 0o700);
    for file in ["data/tandem.db", "data/tandem.db-wal", "data/tandem.db.lock"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_gone() {
    let place = Place::sqlite();
    let store = place.open().await;
    let refused = refusal(&place, &[NOTES]).await;
    assert!(refused.contains("tandem.db: process ") && refused.ends_with("has it open"), "{refused}");
    store.close().await;
    place.open().await;
}

#[tokio::test]
async fn what_cannot_be_a_database_is_refused_by_name() {
    let place = Place::sqlite();
    let file = place.folder.path().join("data");
    std::fs::write(&file, "not a folder").expect("written");
    let refused = refusal(&place, &[]).await;
    assert!(refused.contains(&file.display().to_string()), "{refused}");

    let place = Place::sqlite();
    std::fs::create_dir(place.folder.path().join("data")).expect("made");
    std::fs::write(place.folder.path().join("data/tandem.db"), "not a database".repeat(100))
        .expect("written");
    let refused = refusal(&place, &[]).await;
    assert!(refused.contains("not a database"), "{refused}");
}

on_both_engines! {
#[tokio::test]
async fn migrations_run_once_and_later_ones_join_them(place: Place) {
    let store = place.open().await;
    append(&store, new_scope(), "kept", &[]).await.expect("written");
    let head = settled(&store).await;
    store.close().await;
    let later = Migration { name: "0002_later", sql: "ALTER TABLE notes ADD COLUMN later text;" };
    let store = Store::open(&place.url(), &[later, NOTES], Vec::new()).await.expect("opens");
    assert_eq!(store.head(), head);
    sqlx::query("SELECT later FROM notes").fetch_all(store.across_orgs()).await.expect("the column is there");
    store.close().await;

    let refused = refusal(&place, &[NOTES]).await;
    assert!(refused.contains("newer version") && refused.contains("0002_later"), "{refused}");
}
}

on_both_engines! {
#[tokio::test]
async fn a_changed_or_doubled_migration_is_refused(place: Place) {
    place.open().await.close().await;
    let changed = Migration { sql: "CREATE TABLE notes (id bigint PRIMARY KEY);", ..NOTES };
    let refused = refusal(&place, &[changed]).await;
    assert!(refused.contains("0001_notes was changed after it ran"), "{refused}");
    let refused = refusal(&place, &[NOTES, changed]).await;
    assert!(refused.contains("two migrations are named 0001_notes"), "{refused}");
}
}

on_both_engines! {
#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind(place: Place) {
    let broken = Migration {
        name: "0002_broken",
        sql: "CREATE TABLE half (id bigint); CREATE TABLE half (id bigint);",
    };
    let refused = refusal(&place, &[NOTES, broken]).await;
    assert!(refused.contains("0002_broken failed"), "{refused}");
    let mended = Migration { sql: "CREATE TABLE half (id bigint);", ..broken };
    Store::open(&place.url(), &[NOTES, mended], Vec::new()).await.expect("as if it had never run");
}
}

on_both_engines! {
#[tokio::test]
async fn a_failed_commit_is_told_to_all_of_its_group_and_the_store_goes_on(place: Place) {
    let late_check = Migration {
        name: "0002_late_check",
        sql: "CREATE TABLE parts (note bigint NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED);",
    };
    let store = Store::open(&place.url(), &[NOTES, late_check], Vec::new()).await.expect("opens");
    let scope = new_scope();
    let orphan = store.write(scope, Cause::SYSTEM, |tx| {
        Box::pin(async move {
            sqlx::query("INSERT INTO parts (note) VALUES (7)").execute(tx.conn()).await?;
            Ok::<_, StoreError>(())
        })
    });
    let (orphan, neighbour) = tokio::join!(biased; orphan, append(&store, scope, "same group", &[]));
    assert!(matches!(orphan, Err(StoreError::Commit(_))), "{orphan:?}");
    assert!(matches!(neighbour, Err(StoreError::Commit(_))), "{neighbour:?}");
    assert_eq!(append(&store, scope, "next group", &[]).await.expect("written"), 1);
    let (events, _) = store.events(scope, &EventFilter::default(), Cursor::START, 9).await.expect("read");
    assert_eq!(events.len(), 1, "nothing of the lost group");
}
}
