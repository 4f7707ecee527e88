//! Row-level security: what a command that forgets its `WHERE org = …` can reach.

use crate::support::{NOTES, Place, append, new_scope};
use futures::future::join_all;
use sqlx::{AnyConnection, Connection as _, Row as _};
use tandem_core::OrgScope;
use tandem_proto::Cursor;
use tandem_store::{Cause, EventFilter, Store, StoreError};
use tandem_test_support::Postgres;

/// Notes of two orgs.
async fn notes_of_two(store: &Store) -> (OrgScope, OrgScope) {
    let scopes = (new_scope(), new_scope());
    for (id, scope) in [(1, scopes.0), (2, scopes.1)] {
        let written = store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let org = tx.scope().org().to_string();
                let insert =
                    sqlx::query("INSERT INTO notes (id, org, text, done) VALUES ($1, $2, 'ours', 0)");
                insert.bind(id).bind(org).execute(tx.conn()).await?;
                Ok::<_, StoreError>(())
            })
        });
        written.await.expect("written");
        append(store, scope, "happened", &[]).await.expect("written");
    }
    scopes
}

/// How many notes a command changes that forgot to name its org.
async fn careless(store: &Store, scope: OrgScope) -> u64 {
    let changed = store.write(scope, Cause::SYSTEM, |tx| {
        Box::pin(async move {
            let changed = sqlx::query("UPDATE notes SET text = 'careless'").execute(tx.conn()).await?;
            Ok::<_, StoreError>(changed.rows_affected())
        })
    });
    changed.await.expect("allowed")
}

/// Whether a command may write a row of another org.
async fn can_write_for(store: &Store, scope: OrgScope, other: OrgScope) -> bool {
    let written = store.write(scope, Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            let insert = sqlx::query("INSERT INTO notes (id, org, text, done) VALUES (9, $1, 'theirs', 0)");
            insert.bind(other.org().to_string()).execute(tx.conn()).await?;
            Ok::<_, StoreError>(())
        })
    });
    match written.await {
        Ok(()) => true,
        Err(error) => {
            assert!(error.to_string().contains("row-level security"), "{error}");
            false
        }
    }
}

async fn count(conn: &mut AnyConnection, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query(sql).fetch_one(conn).await.expect("counted").get(0)
}

// Several threads: one of them is blocked while the server is told something, and connections come back to the pool meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_reaches_its_own_org_only() {
    let server = Postgres::start();
    let store = Store::open(&server.url(), &[NOTES], Vec::new()).await.expect("opens");
    let (ours, theirs) = notes_of_two(&store).await;
    assert_eq!(careless(&store, ours).await, 1, "ours");
    assert!(!can_write_for(&store, ours, theirs).await);

    // It is the wall that did it.
    server.admin("tandem", "ALTER TABLE notes DISABLE ROW LEVEL SECURITY");
    assert_eq!(careless(&store, ours).await, 2);
    assert!(can_write_for(&store, ours, theirs).await);
}

/// How many rows of a table a read finds that forgot to name its org.
async fn careless_read(store: &Store, scope: OrgScope, table: &str) -> i64 {
    count(&mut store.scoped(scope).await.expect("a connection"), table).await
}

// Several threads: one of them is blocked while the server is told something, and connections come back to the pool meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_sees_its_own_org_only() {
    let server = Postgres::start();
    let store = Store::open(&server.url(), &[NOTES], Vec::new()).await.expect("opens");
    let (ours, theirs) = notes_of_two(&store).await;
    for table in ["notes", "events"] {
        for scope in [ours, theirs] {
            assert_eq!(careless_read(&store, scope, table).await, 1, "{table}");
        }
        assert_eq!(careless_read(&store, new_scope(), table).await, 0, "{table}");
    }
    let write = sqlx::query("UPDATE notes SET text = 'read'");
    let error =
        write.execute(&mut *store.scoped(ours).await.expect("a connection")).await.expect_err("refused");
    assert!(error.to_string().contains("read-only"), "{error}");

    // It is the wall that did it.
    server.admin("tandem", "DROP POLICY tandem_org ON notes; ALTER TABLE notes DISABLE ROW LEVEL SECURITY");
    assert_eq!(careless_read(&store, ours, "notes").await, 2);
}

// Several threads: one of them is blocked while the server is told something, and connections come back to the pool meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_an_org_is_read_behind_its_wall() {
    let server = Postgres::start();
    let store = Store::open(&server.url(), &[NOTES], Vec::new()).await.expect("opens");
    let (ours, theirs) = notes_of_two(&store).await;
    let everything = EventFilter::default();
    assert_eq!(store.events(ours, &everything, Cursor::START, 10).await.expect("reads").0.len(), 1);
    // Who reads for all orgs sees nothing any more.
    let only_for_one =
        "CREATE POLICY for_one ON events AS RESTRICTIVE USING (current_setting('tandem.org', true) <> '*')";
    server.admin("tandem", only_for_one);
    assert_eq!(count(&mut store.across_orgs().acquire().await.expect("a connection"), "events").await, 0);
    for scope in [ours, theirs] {
        let (read, _) = store.events(scope, &everything, Cursor::START, 10).await.expect("reads");
        assert_eq!(read.iter().map(|event| event.org).collect::<Vec<_>>(), [scope.org()]);
        let mut follow = store.follow(scope, everything.clone(), Cursor::START);
        assert_eq!(follow.next().await.expect("reads").org, scope.org());
    }
}

/// Runs `work` until it is done, or has had so many turns.
async fn for_turns(turns: usize, work: impl Future<Output = i64>) {
    let passed = async {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        read = work => assert_eq!(read, 1, "an org's own"),
        () = passed => {}
    }
}

#[tokio::test]
async fn a_scope_ends_with_what_is_read_through_it() {
    let place = Place::postgres();
    let store = place.open().await;
    let (ours, theirs) = notes_of_two(&store).await;
    // Those who read for an org go away at every moment there is: before they are lent a connection, while its transaction begins,
    // while they read, and when they have read.
    for round in 0..40 {
        let reads = (0..30).map(|reader| {
            let scope = if reader % 2 == 0 { ours } else { theirs };
            for_turns(reader * reader + round, careless_read(&store, scope, "notes"))
        });
        join_all(reads).await;
        let mut all = store.across_orgs().acquire().await.expect("a connection");
        assert_eq!(count(&mut all, "notes").await, 2, "round {round}");
    }
}

#[tokio::test]
async fn who_does_not_say_for_whom_sees_nothing() {
    let place = Place::postgres();
    let store = place.open().await;
    notes_of_two(&store).await;
    let mut forgetful = AnyConnection::connect(&place.url()).await.expect("connects");
    for table in ["notes", "events", "event_topics"] {
        assert_eq!(count(&mut forgetful, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn every_table_with_an_org_is_walled() {
    let server = Postgres::start();
    let store = Store::open(&server.url(), &[NOTES], Vec::new()).await.expect("opens");
    store.close().await;
    let open = server.admin(
        "tandem",
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE a.attname = 'org' AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    );
    assert_eq!(open.trim(), "");
}
