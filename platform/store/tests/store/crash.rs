//! The process is killed in the middle of its work: what it acknowledged is there, and nothing is there in part.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use crate::support::{NOTES, Place, name_of, named, new_scope};
use sqlx::Row as _;
use tandem_proto::{Stream, UserId};
use tandem_store::{Cause, EventFilter, Expect, Store, StoreError};

/// The parent of a test starts the test again as its own child, which is told by this variable where to write.
const URL: &str = "TANDEM_TEST_CRASH_URL";
const NAME: &str = "crash::every_acknowledged_command_survives_kill_9_and_none_is_torn_on_sqlite";
const WRITERS: i64 = 16;

#[test]
fn every_acknowledged_command_survives_kill_9_and_none_is_torn_on_sqlite() {
    match std::env::var_os(URL) {
        Some(url) => runtime().block_on(write_for_ever(url.to_str().expect("a URL"))),
        None => kill_and_check(&Place::sqlite()),
    }
}

#[test]
fn every_acknowledged_command_survives_kill_9_and_none_is_torn_on_postgres() {
    kill_and_check(&Place::postgres());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

fn kill_and_check(place: &Place) {
    let mut acknowledged = BTreeSet::new();
    for kill_after in [1, 150, 400] {
        acknowledged.extend(kill_a_writer(&place.url(), kill_after));
        runtime().block_on(check(place, &acknowledged));
    }
}

/// Runs a writer and kills it after so many acknowledgements; returns all it gave.
fn kill_a_writer(url: &str, kill_after: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", NAME, "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"))
        .lines()
        .map(|line| line.expect("text"))
        .filter_map(|line| line.strip_prefix("acknowledged ").map(str::to_owned));
    let mut acknowledged: Vec<String> = lines.by_ref().take(kill_after).collect();
    assert_eq!(acknowledged.len(), kill_after, "the child ended by itself");
    child.kill().expect("killed");
    acknowledged.extend(lines);
    child.wait().expect("gone");
    acknowledged
}

/// Every command writes two rows and an event with one name, and says the name once it is acknowledged.
async fn write_for_ever(url: &str) {
    let store = Store::open(url, &[NOTES], Vec::new()).await.expect("opens");
    let writers = (0..WRITERS).map(|writer| {
        let store = store.clone();
        async move {
            loop {
                let name = format!("{writer} {}", UserId::generate());
                let command = name.clone();
                let written = store.write(new_scope(), Cause::SYSTEM, move |tx| {
                    Box::pin(async move {
                        for _ in 0..2 {
                            sqlx::query("INSERT INTO notes (id, org, text, done) VALUES ($1, $2, $3, 0)")
                                .bind(random())
                                .bind(tx.scope().org().to_string())
                                .bind(command.as_str())
                                .execute(tx.conn())
                                .await?;
                        }
                        let stream = Stream::org(tx.scope().org());
                        tx.append(stream, Expect::Version(0), &[], &named(command)).await?;
                        Ok::<_, StoreError>(())
                    })
                });
                written.await.expect("written");
                writeln!(std::io::stdout(), "acknowledged {name}").expect("the parent listens");
            }
        }
    });
    futures::future::join_all(writers).await;
}

/// A number nobody else has.
fn random() -> i64 {
    (UserId::generate().uuid().as_u64_pair().1 >> 1).cast_signed()
}

async fn check(place: &Place, acknowledged: &BTreeSet<String>) {
    let store = place.open().await;
    let rows = sqlx::query("SELECT org, text FROM notes ORDER BY text")
        .fetch_all(store.across_orgs())
        .await
        .expect("rows");
    let mut kept = BTreeSet::new();
    for pair in rows.chunks(2) {
        let [first, second] = pair else { panic!("a torn command: a row without its twin") };
        let name: String = first.get("text");
        assert_eq!(name, second.get::<String, _>("text"), "a torn command");
        let org = first.get::<String, _>("org").parse().expect("an org");
        let scope = tandem_core::Mint::for_server().scope(org);
        let (events, _) =
            store.events(scope, &EventFilter::default(), Default::default(), 9).await.expect("read");
        assert_eq!(events.iter().map(name_of).collect::<Vec<_>>(), [name.as_str()], "a torn command");
        kept.insert(name);
    }
    if !place.is_postgres() {
        assert_eq!(
            store.head().position.0,
            kept.len() as i64,
            "an event for every command, and dense positions"
        );
    }
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    store.close().await;
}
