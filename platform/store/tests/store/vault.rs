//! What is personal is encrypted, under a key per person, which can be destroyed.

use std::sync::Arc;

use sqlx::Row as _;
use tandem_core::OrgScope;
use tandem_proto::{
    Cursor, Event, Stream, Topic, UserId,
    api::Role,
    events::identity::{UserCreated, UserErased},
};
use tandem_store::{Cause, ERASED, EventFilter, Expect, LocalKeys, Options, Store, StoreError};

use crate::support::{Place, new_scope, next_told, on_both_engines, settled};

fn created(user: UserId, name: &str) -> UserCreated {
    let (display_name, roles) = (format!("{name} Lovelace"), vec![Role::Agent]);
    UserCreated { user, name: name.into(), display_name, roles, extension: None }
}

async fn create(store: &Store, scope: OrgScope, user: UserId, name: &'static str) {
    let written = store.write(scope, Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            let topics = [Topic::org(tx.scope().org())];
            tx.append_about(user, Stream::user(user), Expect::Any, &topics, &created(user, name)).await
        })
    });
    let _: i64 = written.await.map_err(|error: StoreError| error).expect("written");
}

async fn erase(store: &Store, scope: OrgScope, user: UserId) {
    let written =
        store.write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { tx.destroy_key(user).await }));
    written.await.map_err(|error: StoreError| error).expect("destroyed");
}

async fn history(store: &Store, scope: OrgScope) -> Vec<Event> {
    settled(store).await;
    store.events(scope, &EventFilter::default(), Cursor::START, 100).await.expect("read").0
}

async fn names(store: &Store, scope: OrgScope) -> Vec<String> {
    let created = |event: &Event| event.decode::<UserCreated>().expect("decodes");
    history(store, scope).await.iter().filter_map(created).map(|event| event.display_name).collect()
}

/// The payloads as they lie in the table.
async fn stored(store: &Store) -> Vec<String> {
    let rows = sqlx::query("SELECT data FROM events ORDER BY position").fetch_all(store.across_orgs()).await;
    rows.expect("rows").iter().map(|row| row.try_get(0).expect("text")).collect()
}

on_both_engines! {
    #[tokio::test]
    async fn a_person_is_erased_and_nobody_else(place: Place) {
        let store = place.open().await;
        let (scope, ada, bea) = (new_scope(), UserId::generate(), UserId::generate());
        let mut live = store.live();
        create(&store, scope, ada, "ada").await;
        create(&store, scope, bea, "bea").await;
        let told = next_told(&mut live).await;
        assert_eq!(told.decode::<UserCreated>().expect("decodes"), Some(created(ada, "ada")), "plain to listeners");
        assert_eq!(names(&store, scope).await, ["ada Lovelace", "bea Lovelace"]);
        for data in stored(&store).await {
            assert!(!data.contains("Lovelace") && !data.contains("\"ada\"") && !data.contains("\"bea\""), "{data}");
            assert!(data.contains(&ada.to_string()) || data.contains(&bea.to_string()), "ids stay: {data}");
        }

        erase(&store, scope, ada).await;
        assert_eq!(names(&store, scope).await, [ERASED, "bea Lovelace"]);
        let last = history(&store, scope).await.pop().expect("events");
        assert_eq!(last.decode::<UserErased>().expect("decodes"), Some(UserErased { user: ada }));
        // Nothing is encrypted for them any more either.
        create(&store, scope, ada, "ada").await;
        assert_eq!(names(&store, scope).await, [ERASED, "bea Lovelace", ERASED]);
        store.close().await;
        let store = place.open().await;
        assert_eq!(names(&store, scope).await, [ERASED, "bea Lovelace", ERASED], "with nothing remembered");
        store.close().await;
    }

    #[tokio::test]
    async fn what_is_undone_takes_its_keys_with_it(place: Place) {
        let store = place.open().await;
        let (scope, ada) = (new_scope(), UserId::generate());
        let undone = store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let stream = Stream::user(ada);
                tx.append_about(ada, stream, Expect::Any, &[], &created(ada, "ada")).await?;
                Err::<(), _>(StoreError::Fenced)
            })
        });
        assert!(undone.await.is_err());
        create(&store, scope, ada, "ada").await;
        assert_eq!(names(&store, scope).await, ["ada Lovelace"]);
        store.close().await;
        let store = place.open().await;
        assert_eq!(names(&store, scope).await, ["ada Lovelace"], "from the tables alone");
        store.close().await;
    }

    #[tokio::test]
    async fn keys_are_rotated_while_they_are_used(place: Place) {
        let store = place.open().await;
        let (scope, ada, bea) = (new_scope(), UserId::generate(), UserId::generate());
        create(&store, scope, ada, "ada").await;
        let sealed = store.write(scope, Cause::SYSTEM, |tx| {
            Box::pin(async move { tx.seal_secret("webhook 1", "whsec").await })
        });
        let sealed: String = sealed.await.map_err(|error: StoreError| error).expect("sealed");
        for version in 2..4 {
            let rotated = store.write(scope, Cause::SYSTEM, |tx| Box::pin(async move { tx.rotate_key().await }));
            assert_eq!(rotated.await.map_err(|error: StoreError| error).expect("rotated"), version);
        }
        create(&store, scope, bea, "bea").await;
        store.close().await;

        // Under another master key, the one before still set.
        let old = format!("tests {}=", "A".repeat(43));
        let both = LocalKeys::parse(&format!("{}{old}", *LocalKeys::generate("new"))).expect("keys");
        let alone = LocalKeys::generate("other");
        let options = |keys| Options { master: Some(Arc::new(keys) as _), ..place.options() };
        let store = Store::open_with(options(both)).await.expect("opens");
        assert_eq!(names(&store, scope).await, ["ada Lovelace", "bea Lovelace"]);
        assert_eq!(store.open_secret(scope, "webhook 1", &sealed).await.expect("opens"), "whsec");
        assert!(store.open_secret(scope, "webhook 2", &sealed).await.is_err(), "it belongs elsewhere");
        let rows = sqlx::query("SELECT version, master FROM org_keys").fetch_all(store.across_orgs()).await;
        let row = rows.expect("rows").pop().expect("one");
        assert_eq!((row.get::<i64, _>(0), row.get::<String, _>(1)), (3, "new".to_owned()));
        store.close().await;

        let wrong = Store::open_with(options(LocalKeys::parse(&alone).expect("a key"))).await;
        let refused = wrong.expect_err("not its key").to_string();
        assert!(refused.contains("\"new\""), "{refused}");
    }

    #[tokio::test]
    async fn what_was_changed_in_the_table_is_not_taken_for_what_was_written(place: Place) {
        let store = place.open().await;
        let (scope, ada) = (new_scope(), UserId::generate());
        create(&store, scope, ada, "ada").await;
        create(&store, scope, ada, "eva").await;
        settled(&store).await;
        let swapped = store.write(scope, Cause::SYSTEM, |tx| {
            Box::pin(async move {
                let sql = "UPDATE events SET data = (SELECT o.data FROM events o WHERE o.version = 2) WHERE version = 1";
                sqlx::query(sql).execute(tx.conn()).await?;
                Ok::<_, StoreError>(())
            })
        });
        swapped.await.expect("written");
        let read = store.events(scope, &EventFilter::default(), Cursor::START, 100).await;
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
        store.close().await;
    }
}
