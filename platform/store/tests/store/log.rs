//! Commands, their events, and who reads them.

use std::sync::Arc;

use crate::support::{Place, append, name_of, named, new_scope, next_told, on_both_engines, settled};
use sqlx::Row as _;
use tandem_proto::{Actor, Cursor, Position, Stream, Topic, UserId};
use tandem_store::{Cause, EventFilter, Expect, Options, StoreError};

on_both_engines! {
#[tokio::test]
async fn a_command_changes_its_table_and_appends_what_happened(place: Place) {
    let store = place.open().await;
    let (scope, user) = (new_scope(), UserId::generate());
    let cause = Cause::of(Actor::User { id: user }, Some(uuid::Uuid::now_v7()));
    let mut live = store.live();
    let at = store
        .write(scope, cause.clone(), move |tx| {
            Box::pin(async move {
                sqlx::query("INSERT INTO notes (id, org, text, body, done) VALUES ($1, $2, $3, $4, $5)")
                    .bind(1)
                    .bind(tx.scope().org().to_string())
                    .bind(None::<String>)
                    .bind(vec![0_u8, 255])
                    .bind(i64::from(true))
                    .execute(tx.conn())
                    .await?;
                let org = tx.scope().org();
                tx.caused_by(Position(7));
                tx.append_about(
                    user,
                    Stream::org(org),
                    Expect::Version(0),
                    &[Topic::org(org)],
                    &named("demo"),
                )
                .await?;
                Ok::<_, StoreError>(tx.now())
            })
        })
        .await
        .expect("written");

    let (events, cursor) =
        store.events(scope, &EventFilter::default(), Cursor::START, 10).await.expect("read");
    settled(&store).await;
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    assert_eq!((event.version, event.cursor, event.at), (1, store.head(), at));
    assert_eq!((&event.actor, event.correlation), (&cause.actor, cause.correlation));
    assert_eq!((event.causation, event.subject), (Some(Position(7)), Some(user)));
    assert_eq!((name_of(event).as_str(), cursor), ("demo", store.head()));
    assert_eq!(*next_told(&mut live).await, *event);

    let note =
        sqlx::query("SELECT text, body, done FROM notes").fetch_one(store.across_orgs()).await.expect("a note");
    assert_eq!(note.get::<Option<String>, _>("text"), None);
    assert_eq!(note.get::<Vec<u8>, _>("body"), [0, 255]);
    assert_eq!(note.get::<i64, _>("done"), 1);
}
}

on_both_engines! {
#[tokio::test]
async fn an_outdated_version_is_a_conflict(place: Place) {
    let store = place.open().await;
    let scope = new_scope();
    append(&store, scope, "one", &[]).await.expect("written");
    let error = store
        .write(scope, Cause::SYSTEM, |tx| {
            Box::pin(async move {
                let stream = Stream::org(tx.scope().org());
                tx.append(stream, Expect::Version(0), &[], &named("late")).await
            })
        })
        .await
        .expect_err("somebody was first");
    assert!(matches!(error, StoreError::Conflict { expected: 0, actual: 1, .. }), "{error}");
    assert_eq!(append(&store, scope, "two", &[]).await.expect("written"), 2);
}
}

on_both_engines! {
#[tokio::test]
async fn orgs_do_not_see_each_other(place: Place) {
    let store = place.open().await;
    let (ours, theirs) = (new_scope(), new_scope());
    append(&store, theirs, "theirs", &["all"]).await.expect("written");
    append(&store, ours, "ours", &["all"]).await.expect("written");
    for filter in [EventFilter::default(), EventFilter::topics(vec![Topic::from_text("all")])] {
        let (events, _) = store.events(ours, &filter, Cursor::START, 10).await.expect("read");
        assert_eq!(events.iter().map(name_of).collect::<Vec<_>>(), ["ours"]);
    }
}
}

on_both_engines! {
#[tokio::test]
async fn filters_find_what_they_name_and_nothing_else(place: Place) {
    let store = place.open().await;
    let scope = new_scope();
    for (name, topics) in [("a", &["x"][..]), ("b", &["y"]), ("c", &["x", "y", "x"]), ("d", &[])] {
        append(&store, scope, name, topics).await.expect("written");
    }
    let (all, _) = store.events(scope, &EventFilter::default(), Cursor::START, 9).await.expect("read");
    let cursors: Vec<Cursor> = std::iter::once(Cursor::START).chain(all.iter().map(|e| e.cursor)).collect();
    let names = async |filter: EventFilter, after: usize, limit: u32| {
        let after = cursors[after];
        let (events, cursor) = store.events(scope, &filter, after, limit).await.expect("read");
        (events.iter().map(name_of).collect::<String>(), cursor.position.0)
    };
    let topics =
        |names: &[&str]| EventFilter::topics(names.iter().map(|name| Topic::from_text(*name)).collect());
    assert_eq!(names(EventFilter::default(), 0, 9).await, ("abcd".to_owned(), 4));
    assert_eq!(names(EventFilter::default(), 0, 2).await, ("ab".to_owned(), 2));
    assert_eq!(names(topics(&["x"]), 0, 9).await, ("ac".to_owned(), 4), "past what does not match");
    assert_eq!(names(topics(&["x", "y"]), 0, 9).await, ("abc".to_owned(), 4), "each once");
    assert_eq!(names(topics(&["x", "y"]), 0, 2).await, ("ab".to_owned(), 2));
    assert_eq!(names(topics(&["y"]), 2, 9).await, ("c".to_owned(), 4));
    assert_eq!(names(EventFilter::kinds(&["org.*"]), 0, 9).await.0, "abcd");
    assert_eq!(names(EventFilter::kinds(&["org_created", "chat.*"]), 0, 9).await, (String::new(), 4));
    let stream = EventFilter { stream: Some(Stream::org(scope.org())), ..topics(&["y"]) };
    assert_eq!(names(stream.clone(), 0, 9).await.0, "bc");
    assert_eq!(names(stream, 0, 1).await, ("b".to_owned(), 2));
    let many: Vec<String> = (0..450).map(|n| format!("t{n}")).chain(["y".to_owned()]).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(names(topics(&many), 0, 9).await.0, "bc", "more topics than one statement takes");
}
}

on_both_engines! {
#[tokio::test]
async fn a_failing_or_panicking_command_undoes_only_itself(place: Place) {
    let store = place.open().await;
    let scope = new_scope();
    let attempt = |name: &'static str| {
        let store = store.clone();
        async move {
            store
                .write(scope, Cause::SYSTEM, move |tx| {
                    Box::pin(async move {
                        let org = tx.scope().org();
                        sqlx::query("INSERT INTO notes (id, org, text, done) VALUES ($1, $2, $3, 0)")
                            .bind(i64::from(name.as_bytes()[0]))
                            .bind(org.to_string())
                            .bind(name)
                            .execute(tx.conn())
                            .await?;
                        tx.append(Stream::org(org), Expect::Any, &[], &named(name)).await?;
                        assert_ne!(name, "panics", "a fault in a command");
                        if name == "fails" { Err(StoreError::Overloaded) } else { Ok(()) }
                    })
                })
                .await
        }
    };
    let (good, fails, panics, twice, last) = tokio::join!(
        attempt("good"),
        attempt("fails"),
        attempt("panics"),
        attempt("goes twice"),
        attempt("last")
    );
    assert!(good.is_ok() && last.is_ok());
    assert!(matches!(fails, Err(StoreError::Overloaded)));
    assert!(matches!(panics, Err(StoreError::Panicked(text)) if text.contains("a fault in a command")));
    assert!(
        matches!(twice, Err(StoreError::Database(error)) if error.as_database_error().is_some_and(|e| e.is_unique_violation()))
    );
    let (events, _) = store.events(scope, &EventFilter::default(), Cursor::START, 10).await.expect("read");
    let seen: Vec<_> = events.iter().map(|e| (name_of(e), e.version, e.cursor.position.0)).collect();
    assert_eq!(
        seen,
        [("good".to_owned(), 1, 1), ("last".to_owned(), 2, 2)],
        "dense, as if the others had not been"
    );
    let notes =
        sqlx::query("SELECT text FROM notes ORDER BY id").fetch_all(store.across_orgs()).await.expect("notes");
    assert_eq!(notes.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>(), ["good", "last"]);
}
}

on_both_engines! {
#[tokio::test]
async fn a_full_queue_refuses_and_a_closed_store_says_so(place: Place) {
    let store = tandem_store::Store::open_with(Options { queue: 1, ..place.options() }).await.expect("opens");
    let scope = new_scope();
    let (entered, has_entered) = tokio::sync::oneshot::channel();
    let gate = Arc::new(tokio::sync::Notify::new());
    let blocker = tokio::spawn({
        let (store, gate) = (store.clone(), Arc::clone(&gate));
        async move {
            store
                .write(scope, Cause::SYSTEM, move |_| {
                    Box::pin(async move {
                        entered.send(()).expect("the test waits");
                        gate.notified().await;
                        Ok::<_, StoreError>(())
                    })
                })
                .await
        }
    });
    has_entered.await.expect("the command runs");
    let waiting = append(&store, scope, "waits", &[]);
    let refused = append(&store, scope, "refused", &[]);
    let release = async { gate.notify_one() };
    let (waiting, refused, ()) = tokio::join!(biased; waiting, refused, release);
    assert_eq!(waiting.expect("it had a place"), 1);
    assert!(matches!(refused, Err(StoreError::Overloaded)));
    blocker.await.expect("ran").expect("written");

    store.close().await;
    assert!(matches!(append(&store, scope, "late", &[]).await, Err(StoreError::Closed)));
    let again = place.open().await;
    assert_eq!(again.head().position, Position(1));
}
}

on_both_engines! {
#[tokio::test]
async fn the_reader_cannot_write(place: Place) {
    let store = place.open().await;
    let error = sqlx::query("DELETE FROM notes").execute(store.across_orgs()).await.expect_err("refused");
    let error = error.to_string();
    assert!(error.contains("readonly") || error.contains("read-only"), "{error}");
}
}
