//! Several nodes on one PostgreSQL.

use std::{sync::Arc, time::Duration};

use crate::{
    projections::{SEEN, Seen},
    support::{NOTES, Place, append, name_of, named, new_scope, settled},
};
use sqlx::Row as _;
use tandem_proto::{Cursor, Stream};
use tandem_store::{Cause, EventFilter, Expect, Options, Projection, Store, StoreError};
use tandem_test_support::Postgres;

async fn open(place: &Place, view: &Arc<Seen>, run_projections: bool) -> Store {
    let migrations = vec![NOTES, SEEN];
    let projections: Vec<Arc<dyn Projection>> = vec![Arc::<Seen>::clone(view)];
    let options = Options { migrations, projections, run_projections, ..place.options() };
    Store::open_with(options).await.expect("opens")
}

async fn rows(store: &Store) -> Vec<String> {
    let rows = sqlx::query("SELECT name FROM seen ORDER BY name").fetch_all(store.across_orgs()).await;
    rows.expect("rows").iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn nodes_that_start_at_once_make_the_schema_once() {
    let place = Place::postgres();
    let stores = tokio::join!(place.open(), place.open(), place.open());
    append(&stores.0, new_scope(), "works", &[]).await.expect("written");
}

#[tokio::test]
async fn a_node_tells_its_listeners_what_another_wrote() {
    let place = Place::postgres();
    let (ours, theirs) = (place.open().await, place.open().await);
    let mut live = theirs.live();
    let mut commits = ours.commits();
    let scope = new_scope();
    append(&ours, scope, "news", &[]).await.expect("written");
    commits.changed().await.expect("a commit is told");
    theirs.wake();
    assert_eq!(name_of(&live.recv().await.expect("told")), "news");
    let (events, cursor) =
        theirs.events(scope, &EventFilter::default(), Cursor::START, 9).await.expect("read");
    assert_eq!((events.len(), cursor), (1, theirs.head()));
    assert!(ours.wait_for(cursor, Duration::from_secs(60)).await);
}

/// Commands that look before they write are safe: those of an org run one after the other on whichever node.
#[tokio::test(flavor = "multi_thread")]
async fn commands_of_an_org_do_not_mix_across_nodes() {
    const EACH: i64 = 40;
    let place = Place::postgres();
    let nodes = [place.open().await, place.open().await];
    let scopes = [new_scope(), new_scope()];
    let count = |node: Store, scope| async move {
        for _ in 0..EACH {
            let counted = node.write(scope, Cause::SYSTEM, |tx| {
                Box::pin(async move {
                    let org = tx.scope().org();
                    let counted = sqlx::query("SELECT count(*) FROM notes WHERE org = $1");
                    let row = counted.bind(org.to_string()).fetch_one(tx.conn()).await?;
                    let count: i64 = row.try_get(0)?;
                    sqlx::query("INSERT INTO notes (id, org, text, done) VALUES ($1, $2, '', 0)")
                        .bind(i64::try_from(org.uuid().as_u64_pair().1 >> 16).unwrap_or(0) + count)
                        .bind(org.to_string())
                        .execute(tx.conn())
                        .await?;
                    tx.append(Stream::org(org), Expect::Version(count), &[], &named("counted")).await?;
                    Ok::<_, StoreError>(())
                })
            });
            counted.await.expect("nobody is refused or waits in a circle");
        }
    };
    let writers = nodes.iter().flat_map(|node| scopes.map(|scope| (node.clone(), scope)));
    let writers: tokio::task::JoinSet<()> = writers.map(|(node, scope)| count(node, scope)).collect();
    writers.join_all().await;
    let total =
        sqlx::query("SELECT count(*) FROM notes").fetch_one(nodes[0].across_orgs()).await.expect("counted");
    assert_eq!(total.get::<i64, _>(0), EACH * 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_kept_by_two_nodes_takes_each_event_once() {
    let place = Place::postgres();
    let views = [Seen::version(1), Seen::version(1)];
    let nodes = [open(&place, &views[0], true).await, open(&place, &views[1], true).await];
    let scope = new_scope();
    let mut wanted = Vec::new();
    for n in 0..60 {
        let name = format!("{n:02}");
        append(&nodes[n % 2], scope, &name, &[]).await.expect("written");
        wanted.push(name);
    }
    let newest = settled(&nodes[0]).await.max(settled(&nodes[1]).await);
    for node in &nodes {
        node.projected(newest).await;
        assert_eq!(rows(node).await, wanted, "each once: `position` is the table's key");
    }
}

#[tokio::test]
async fn a_node_that_keeps_no_views_waits_for_those_that_do() {
    let place = Place::postgres();
    let web = open(&place, &Seen::version(1), false).await;
    let worker = open(&place, &Seen::version(1), true).await;
    append(&web, new_scope(), "a", &[]).await.expect("written");
    web.projected(web.head()).await;
    assert_eq!(rows(&web).await, ["a"]);
    worker.close().await;
    append(&web, new_scope(), "b", &[]).await.expect("written");
    let waited = tokio::time::timeout(Duration::from_millis(300), web.projected(web.head())).await;
    assert!(waited.is_err(), "nobody keeps the view");
    let worker = open(&place, &Seen::version(1), true).await;
    web.projected(web.head()).await;
    assert_eq!(rows(&web).await, ["a", "b"]);
    worker.close().await;
}

#[tokio::test]
async fn a_view_outlives_the_node_that_kept_it_and_a_newer_version_wins() {
    let place = Place::postgres();
    let scope = new_scope();
    let old = open(&place, &Seen::version(1), true).await;
    let spare = open(&place, &Seen::version(1), true).await;
    append(&old, scope, "a", &[]).await.expect("written");
    old.projected(old.head()).await;
    old.close().await;
    append(&spare, scope, "b", &[]).await.expect("written");
    spare.projected(spare.head()).await;
    assert_eq!(rows(&spare).await, ["a", "b"]);

    let new = open(&place, &Seen::version(2), true).await;
    append(&spare, scope, "c", &[]).await.expect("written");
    new.projected(settled(&new).await).await;
    spare.projected(spare.head()).await;
    assert_eq!(rows(&new).await, ["a", "b", "c"], "rebuilt by the newer, left alone by the older");
}

#[tokio::test]
async fn a_wrong_password_or_database_is_said_at_once() {
    let server = Postgres::start();
    for (url, reason) in [
        (server.url().replace("tandem:tandem", "tandem:wrong"), "password"),
        (server.url_of("nowhere"), "nowhere"),
    ] {
        let refused = Store::open(&url, &[], Vec::new()).await.expect_err("refused");
        let StoreError::Open { what, reason: said } = &refused else { panic!("{refused}") };
        assert!(said.contains(reason) && !what.contains("wrong") && !what.contains("tandem:"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_waits_for_a_database_that_is_not_there_yet() {
    let mut server = Postgres::start();
    server.kill();
    let url = server.url();
    let opening = tokio::spawn(async move { Store::open(&url, &[], Vec::new()).await });
    server.restart();
    let store = opening.await.expect("ran").expect("opens");
    append(&store, new_scope(), "works", &[]).await.expect("written");
}
