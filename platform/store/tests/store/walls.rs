//! Row-level security: what a command that forgets its `WHERE org = …` can reach.

use crate::support::{NOTES, Place, append, new_scope};
use sqlx::{AnyConnection, Connection as _, Row as _};
use tandem_core::OrgScope;
use tandem_store::{Cause, Store, StoreError};
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

#[tokio::test]
async fn a_command_reaches_its_own_org_only() {
    let server = Postgres::start();
    let store = Store::open(&server.url(), &[NOTES], Vec::new()).await.expect("opens");
    let (ours, theirs) = notes_of_two(&store).await;
    assert_eq!(careless(&store, ours).await, 1, "ours");
    assert!(!can_write_for(&store, ours, theirs).await);
    let mut scoped = store.scoped(ours).await.expect("a connection");
    for table in ["notes", "events"] {
        assert_eq!(count(&mut scoped, table).await, 1, "{table}");
    }
    drop(scoped);
    let mut all = store.reader().acquire().await.expect("a connection");
    assert_eq!(count(&mut all, "notes").await, 2, "the scope ended with what was read through it");

    // It is the wall that did it.
    server.admin("tandem", "ALTER TABLE notes DISABLE ROW LEVEL SECURITY");
    assert_eq!(careless(&store, ours).await, 2);
    assert!(can_write_for(&store, ours, theirs).await);
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
