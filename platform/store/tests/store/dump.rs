//! A copy of one engine's database, read into another's.

use std::sync::Arc;

use sqlx::Row as _;
use tandem_core::{Clock as _, OrgScope, SystemClock};
use tandem_proto::{Cursor, Stream, UserId, events::identity::UserCreated};
use tandem_store::{
    Cause, ERASED, EventFilter, Expect, Migration, Options, Store, StoreError,
    dump::{self, DumpError, Erased, Personal, Reader, Restoring, Sealing, Writer},
};

use crate::support::{NOTES, Place, append, name_of, new_scope, on_both_engines};

const PLACES: Migration = Migration {
    name: "0002_places",
    sql: "CREATE TABLE places (org text PRIMARY KEY, cursor text NOT NULL);",
};

fn options(place: &Place) -> Options {
    Options { migrations: vec![NOTES, PLACES], ..place.options() }
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

/// What is personal in the notes of these tests: whoever `org` names too.
fn sealing() -> Sealing {
    let notes = Personal { table: "notes", subject: "org", texts: &[("text", Erased::Text)], lists: &[] };
    Sealing { master: Some(Arc::new(tandem_test_support::master_key())), personal: vec![notes] }
}

/// A copy and its keys.
struct Copy {
    data: Vec<u8>,
    keys: Vec<u8>,
}

async fn copy_at(place: &Place, made_at: i64) -> Copy {
    let (mut data, mut keys) = (Writer::new(Vec::new()), Writer::new(Vec::new()));
    dump::copy(&place.url(), "1", made_at, &sealing(), (&mut data, &mut keys), |_, _| {})
        .await
        .expect("copied");
    Copy { data: data.finish().expect("memory").1, keys: keys.finish().expect("memory").1 }
}

async fn copy(place: &Place) -> Copy {
    copy_at(place, 7).await
}

async fn restore(place: &Place, data: &[u8], keys: Option<&[u8]>) -> Result<dump::Manifest, DumpError> {
    let sealing = sealing();
    let restoring = Restoring { migrations: &[NOTES, PLACES], now: SystemClock.now(), sealing: &sealing };
    let keys = keys.map(Reader::new).transpose()?;
    dump::restore(&place.url(), restoring, Reader::new(data)?, keys, |_, _| {}).await
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
    let restored = restore(&to, &copied.data, Some(&copied.keys)).await.expect("restored");
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
    let refused = restore(&to, &copied.data, Some(&copied.keys));
    other.close().await;
    store.close().await;
    let refused = refused.await.expect_err("there is something in it");
    assert!(matches!(&refused, DumpError::Occupied { .. }), "{refused}");
    assert_ne!(copy(&to).await.data, copied.data, "the later event");
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

        let Copy { data, keys } = copied;
        let error = restore(&place, &data[..data.len() / 2], Some(&keys)).await.expect_err("damaged");
        assert!(matches!(error, DumpError::Damaged { .. }), "{error}");
        let (unknown, its_keys) = (Reader::new(data.as_slice()).expect("a copy"), Reader::new(keys.as_slice()));
        let sealing = sealing();
        let restoring = Restoring { migrations: &[NOTES], now: SystemClock.now(), sealing: &sealing };
        let unknown = dump::restore(&place.url(), restoring, unknown, its_keys.ok(), |_, _| {}).await;
        let error = unknown.expect_err("of another version").to_string();
        assert!(error.contains("0002_places"), "{error}");
        let error = restore(&place, &data, None).await.expect_err("no keys");
        assert!(matches!(error, DumpError::NoKeys), "{error}");
        restore(&place, &data, Some(&keys)).await.expect("nothing was left in the way");
    }
}

#[tokio::test]
async fn only_a_database_that_is_there_is_copied() {
    let place = Place::sqlite();
    let (mut data, mut keys) = (Writer::new(Vec::new()), Writer::new(Vec::new()));
    let copied = dump::copy(&place.url(), "1", 7, &sealing(), (&mut data, &mut keys), |_, _| {}).await;
    let error = copied.expect_err("there is none").to_string();
    assert!(error.contains("there is no such file"), "{error}");
}

on_both_engines! {
    #[tokio::test]
    async fn who_was_erased_is_in_no_older_copy(place: Place) {
        let store = Store::open_with(options(&place)).await.expect("opens");
        let scope = new_scope();
        // The org's id stands for somebody's here: the notes are about them.
        let user: UserId = scope.org().to_string().parse().expect("an id");
        let write = store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let event = UserCreated {
                    user,
                    name: "ada".into(),
                    display_name: "Ada Lovelace".into(),
                    roles: Vec::new(),
                    extension: None,
                };
                tx.append_about(user, Stream::user(user), Expect::Any, &[], &event).await?;
                sqlx::query("INSERT INTO notes (id, org, text, done) VALUES (1, $1, 'wrote Notes', 0)")
                    .bind(user.to_string())
                    .execute(tx.conn())
                    .await?;
                Ok::<_, StoreError>(())
            })
        });
        write.await.expect("written");
        crate::support::settled(&store).await;
        let before = copy_at(&place, 7).await;
        let text = String::from_utf8(before.data.clone()).expect("UTF-8");
        assert!(!text.contains("Lovelace") && !text.contains("wrote Notes"), "{text}");

        let erased = store.write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { tx.destroy_key(user).await }));
        erased.await.map_err(|error: StoreError| error).expect("destroyed");
        let after = copy_at(&place, 8).await;
        store.close().await;

        let read = async |keys: &[u8]| {
            let other = Place::sqlite();
            restore(&other, &before.data, Some(keys)).await.expect("restored");
            let store = Store::open_with(options(&other)).await.expect("opens");
            let note = sqlx::query("SELECT text FROM notes").fetch_one(store.across_orgs()).await.expect("a row");
            let events = store.events(scope, &EventFilter::default(), Cursor::START, 9).await.expect("read").0;
            let name = events[0].decode::<UserCreated>().expect("decodes").expect("it").display_name;
            store.close().await;
            (note.get::<String, _>(0), name)
        };
        assert_eq!(read(&before.keys).await, ("wrote Notes".to_owned(), "Ada Lovelace".to_owned()));
        assert_eq!(read(&after.keys).await, (ERASED.to_owned(), ERASED.to_owned()), "the newest keys");
        let stale = restore(&Place::sqlite(), &after.data, Some(&before.keys)).await.expect_err("too old");
        assert!(matches!(stale, DumpError::OldKeys), "{stale}");
    }
}
