//! A copy of one engine's database, read into another's.

use sqlx::Row as _;
use tandem_core::{OrgScope, SystemClock};
use tandem_proto::Cursor;
use tandem_store::{
    Cause, EventFilter, Migration, Options, Store, StoreError,
    dump::{self, DumpError, Reader, Writer},
};

use crate::support::{NOTES, Place, append, name_of, new_scope, on_both_engines};

const PLACES: Migration = Migration {
    name: "0002_places",
    sql: "CREATE TABLE places (org text PRIMARY KEY, cursor text NOT NULL);",
};

fn options(place: &Place) -> Options {
    Options { migrations: vec![NOTES, PLACES], ..Options::new(place.url()) }
}

/// Events of two orgs, and rows with everything a column can hold.
async fn fill(store: &Store) -> Vec<OrgScope> {
    let scopes = vec![new_scope(), new_scope()];
    for number in 0..150 {
        append(store, scopes[number % 2], &format!("event {number}"), &["a", "b"]).await.expect("written");
    }
    let newest = crate::support::settled(store).await;
    for (index, scope) in scopes.iter().enumerate() {
        let id = i64::try_from(index).expect("small");
        let kept = store.write(*scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let org = tx.scope().org().to_string();
                sqlx::query("INSERT INTO notes (id, org, text, body, done) VALUES ($1, $2, $3, $4, $5)")
                    .bind(id)
                    .bind(org.as_str())
                    .bind((id == 0).then_some("Grüße\n\"[]\""))
                    .bind((id == 1).then(|| vec![0_u8, 255]))
                    .bind(i64::MIN)
                    .execute(tx.conn())
                    .await?;
                let place = sqlx::query("INSERT INTO places (org, cursor) VALUES ($1, $2)");
                place.bind(org).bind(newest.to_string()).execute(tx.conn()).await?;
                Ok::<_, StoreError>(())
            })
        });
        kept.await.expect("written");
    }
    scopes
}

async fn copy(place: &Place) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    dump::copy(&place.url(), "1", 7, &mut writer, |_, _| {}).await.expect("copied");
    writer.finish().expect("memory").1
}

async fn restore(place: &Place, copy: &[u8]) -> Result<dump::Manifest, DumpError> {
    let input = Reader::new(copy)?;
    dump::restore(&place.url(), &[NOTES, PLACES], &SystemClock, input, |_, _| {}).await
}

async fn history(store: &Store, scope: OrgScope) -> Vec<(i64, String)> {
    let read = store.events(scope, &EventFilter::default(), Cursor::START, 1_000).await.expect("read").0;
    read.iter().map(|event| (event.version, name_of(event))).collect()
}

/// Copies `from`, while it is in use, into `to`; both then hold the same and `to` goes on.
async fn moves(from: Place, to: Place) {
    let store = Store::open_with(options(&from)).await.expect("opens");
    let scopes = fill(&store).await;
    let copied = copy(&from).await;
    let restored = restore(&to, &copied).await.expect("restored");
    assert!(restored.rows() > 450, "{restored:?}");

    let other = Store::open_with(options(&to)).await.expect("opens");
    for scope in &scopes {
        let before = history(&store, *scope).await;
        assert_eq!((before.len(), history(&other, *scope).await), (75, before));
    }
    let row = sqlx::query("SELECT cursor FROM places").fetch_one(other.across_orgs()).await.expect("a row");
    let place: Cursor = row.try_get::<String, _>(0).expect("text").parse().expect("a cursor");
    assert_eq!(place, other.head(), "what was seen is seen still");

    let version = append(&other, scopes[0], "later", &["a"]).await.expect("written");
    assert_eq!(version, 76);
    assert_eq!(
        history(&other, scopes[0]).await.last().expect("events").1,
        "later",
        "it comes after the others"
    );
    let refused = restore(&to, &copied);
    other.close().await;
    store.close().await;
    let refused = refused.await.expect_err("there is something in it");
    assert!(matches!(&refused, DumpError::Occupied { .. }), "{refused}");
    assert_ne!(copy(&to).await, copied, "the later event");
}

on_both_engines! {
    #[tokio::test]
    async fn a_copy_is_read_into_sqlite(place: Place) {
        moves(place, Place::sqlite()).await;
    }

    #[tokio::test]
    async fn a_copy_is_read_into_postgres(place: Place) {
        moves(place, Place::postgres()).await;
    }

    #[tokio::test]
    async fn a_copy_that_is_not_whole_leaves_nothing(place: Place) {
        let source = Place::sqlite();
        let store = Store::open_with(options(&source)).await.expect("opens");
        fill(&store).await;
        let copied = copy(&source).await;
        store.close().await;

        let error = restore(&place, &copied[..copied.len() / 2]).await.expect_err("damaged");
        assert!(matches!(error, DumpError::Damaged { .. }), "{error}");
        let unknown = Reader::new(copied.as_slice()).expect("a copy");
        let unknown = dump::restore(&place.url(), &[NOTES], &SystemClock, unknown, |_, _| {}).await;
        let error = unknown.expect_err("of another version").to_string();
        assert!(error.contains("0002_places"), "{error}");
        restore(&place, &copied).await.expect("nothing was left in the way");
    }
}

#[tokio::test]
async fn only_a_database_that_is_there_is_copied() {
    let place = Place::sqlite();
    let copied = dump::copy(&place.url(), "1", 7, &mut Writer::new(Vec::new()), |_, _| {}).await;
    let error = copied.expect_err("there is none").to_string();
    assert!(error.contains("there is no such file"), "{error}");
}
