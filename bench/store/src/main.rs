//! How fast the store is: durable appends by many and by one, the delay until a listener knows, and replay.
//!
//! `make bench-store`. With `QUICK=1` it ends within a minute. The folder of the database is made under `target/`, so that it
//! is on a disk: a memory file system would flatter the flush.
//!
//! Where PostgreSQL is installed, or `TANDEM_BENCH_POSTGRES` is set, a private server is measured as well, beside its own `pgbench`.

mod postgres;

use std::{
    collections::HashMap,
    fs::File,
    io::{Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{AnyConnection, AssertSqlSafe};
use tandem_bench_report::{Row, median, publish, quantile};
use tandem_core::{Clock as _, Mint, OrgScope, SystemClock};
use tandem_proto::{
    ChatId, Cursor, Event, MessageId, OrgId, Stream, Topic, UserId, api, events::chat::MessagePosted,
};
use tandem_store::{BoxFuture, Cause, EventFilter, Expect, Migration, Projection, Store, StoreError, View};
use tempfile::TempDir;

const WRITERS: usize = 64;

/// How much of everything.
struct Size {
    rounds: usize,
    round: Duration,
    replayed: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quick = std::env::var_os("QUICK").is_some();
    let size = if quick {
        Size { rounds: 3, round: Duration::from_secs(2), replayed: 100_000 }
    } else {
        Size { rounds: 7, round: Duration::from_secs(5), replayed: 1_000_000 }
    };
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target");
    std::fs::create_dir_all(&target)?;

    let mut rows = Vec::new();
    rows.extend(append(&target, &size).await?);
    rows.extend(alone(&target, &size).await?);
    rows.extend(replay(&target, &size).await?);
    if std::env::var_os("TANDEM_BENCH_POSTGRES").is_some() || postgres::is_installed() {
        rows.extend(postgres::append(&size).await?);
    }
    publish(&rows, &target.join("bench/store.json"))?;
    Ok(())
}

/// A store in a fresh folder.
async fn open(target: &Path) -> Result<(TempDir, Store), Box<dyn std::error::Error>> {
    let folder = TempDir::new_in(target)?;
    let store = Store::open(&url(&folder), &[TABLES], Vec::new()).await?;
    Ok((folder, store))
}

fn url(folder: &TempDir) -> String {
    format!("sqlite:{}/bench.db", folder.path().display())
}

fn scope() -> OrgScope {
    Mint::for_server().scope(OrgId::generate())
}

/// A chat message of usual length.
fn message(chat: ChatId, author: UserId) -> MessagePosted {
    let text = "The customer says the router blinks red since this morning; can somebody look?".to_owned();
    let at = SystemClock.now();
    let (id, client_id) = (MessageId::generate(), MessageId::generate().uuid());
    let message =
        api::Message { id, chat, seq: 1, author, client_id, text, at, edited_at: None, deleted: false };
    MessagePosted { message }
}

async fn post(store: &Store, scope: OrgScope, chat: ChatId, author: UserId) -> Result<i64, StoreError> {
    let event = message(chat, author);
    store
        .write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let author = event.message.author;
                tx.append_about(author, Stream::chat(chat), Expect::Any, &[Topic::chat(chat)], &event).await
            })
        })
        .await
}

/// Writes one event after the other until `end`; returns how long each took, in milliseconds.
async fn write_until(store: &Store, scope: OrgScope, end: Instant) -> Result<Vec<f64>, StoreError> {
    let (chat, author) = (ChatId::generate(), UserId::generate());
    let mut took = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        post(store, scope, chat, author).await?;
        took.push(milliseconds(began.elapsed()));
    }
    Ok(took)
}

/// Many writers at once, with one listener.
async fn append(target: &Path, size: &Size) -> Result<[Row; 3], Box<dyn std::error::Error>> {
    let (folder, store) = open(target).await?;
    let scope = scope();
    let (mut rates, mut tails, mut delays, mut floors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size.rounds {
        let listener = tokio::spawn(listen(store.clone(), scope, size.round));
        let began = Instant::now();
        let end = began + size.round;
        let writers = (0..WRITERS).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { write_until(&store, scope, end).await })
        });
        let mut took = Vec::new();
        for writer in futures::future::join_all(writers).await {
            took.extend(writer??);
        }
        rates.push(count(took.len()) / began.elapsed().as_secs_f64());
        tails.push(quantile(&mut took, 0.99));
        delays.push(quantile(&mut listener.await?, 0.99));
        floors.push(flushes(folder.path(), size.round / 4)?);
    }
    store.close().await;
    // If each flush made an event of every writer durable, and nothing else took any time.
    let floor = median(floors) * count(WRITERS);
    Ok([
        Row::at_least("durable appends, 64 writers", "events/s", median(rates), 20_000.0).floor(floor),
        Row::at_most("append p99, 64 writers", "ms", median(tails), 10.0),
        Row::at_most("from command to listener p99, 64 writers", "ms", median(delays), 20.0),
    ])
}

/// How long after its command began each event reached a listener, in milliseconds.
async fn listen(store: Store, scope: OrgScope, time: Duration) -> Vec<f64> {
    let mut delays = Vec::new();
    let mut follow = store.follow(scope, EventFilter::kinds(&["chat.*"]), store.head());
    let _ = tokio::time::timeout(time, async {
        while let Ok(event) = follow.next().await {
            delays.push(milliseconds(SystemClock.now() - event.at));
        }
    })
    .await;
    delays
}

/// One writer: what an idle system's user feels. The floor is the disk's own flush.
async fn alone(target: &Path, size: &Size) -> Result<[Row; 2], Box<dyn std::error::Error>> {
    let (folder, store) = open(target).await?;
    let (mut rates, mut tails, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size.rounds {
        let began = Instant::now();
        let mut took = write_until(&store, scope(), began + size.round / 2).await?;
        rates.push(count(took.len()) / began.elapsed().as_secs_f64());
        tails.push(quantile(&mut took, 0.99));
        floors.push(flushes(folder.path(), size.round / 4)?);
    }
    store.close().await;
    let floor = median(floors);
    Ok([
        Row::plain("durable appends, 1 writer", "events/s", median(rates)).floor(floor),
        Row::plain("append p99, 1 writer", "ms", median(tails)),
    ])
}

/// Pages of 4 KiB written over others and flushed one by one, per second: what a log that is used again does at best.
fn flushes(folder: &Path, time: Duration) -> std::io::Result<f64> {
    const PAGES: usize = 256;
    let mut file = File::create(folder.join("floor"))?;
    file.write_all(&[0; 4_096 * PAGES])?;
    file.sync_all()?;
    let (began, mut flushed) = (Instant::now(), 0);
    while began.elapsed() < time {
        if flushed % PAGES == 0 {
            file.rewind()?;
        }
        file.write_all(&[1; 4_096])?;
        file.sync_data()?;
        flushed += 1;
    }
    Ok(count(flushed) / began.elapsed().as_secs_f64())
}

/// A view of how much was said in each chat.
struct Posted {
    name: &'static str,
    table: &'static str,
    /// Whether it looks into each payload, or can do with the envelope.
    reads: bool,
}

const LIGHT: Posted = Posted { name: "posted", table: "posted", reads: false };
const READING: Posted = Posted { name: "written", table: "written", reads: true };

const TABLES: Migration = Migration {
    name: "0001_posted",
    sql: "CREATE TABLE posted (chat text PRIMARY KEY, messages bigint NOT NULL, bytes bigint NOT NULL);
        CREATE TABLE written (chat text PRIMARY KEY, messages bigint NOT NULL, bytes bigint NOT NULL);",
};

impl Projection for Posted {
    fn name(&self) -> &'static str {
        self.name
    }
    fn version(&self) -> u32 {
        1
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["chat.*"]
    }
    fn tables(&self) -> &'static [&'static str] {
        if self.reads { &["written"] } else { &["posted"] }
    }
    fn apply<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        view: View,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.apply_all(conn, view, &[Arc::new(event.clone())]).await })
    }
    fn apply_all<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        view: View,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let mut chats: HashMap<&str, (i64, usize)> = HashMap::new();
            for event in events {
                let bytes = if self.reads { text_of(event)?.len() } else { event.data.as_str().len() };
                let (messages, all) = chats.entry(event.stream.as_str()).or_default();
                *messages += 1;
                *all += bytes;
            }
            let rows: Vec<_> =
                chats.iter().map(|(chat, (messages, bytes))| (chat, messages, bytes)).collect();
            let sql = if self.reads { INTO_WRITTEN } else { INTO_POSTED };
            let rows = serde_json::to_string(&rows).map_err(|e| damaged(self.table, e))?;
            sqlx::query(view.sql(sql)).bind(rows).execute(conn).await?;
            Ok(())
        })
    }
}

const INTO_POSTED: &str = "INSERT INTO {posted} (chat, messages, bytes) \
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE true \
    ON CONFLICT (chat) DO UPDATE SET messages = messages + excluded.messages, bytes = bytes + excluded.bytes";
const INTO_WRITTEN: &str = "INSERT INTO {written} (chat, messages, bytes) \
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE true \
    ON CONFLICT (chat) DO UPDATE SET messages = messages + excluded.messages, bytes = bytes + excluded.bytes";

fn text_of(event: &Event) -> Result<String, StoreError> {
    let posted = event.decode::<MessagePosted>().map_err(|e| damaged("events", e))?;
    Ok(posted.map(|posted| posted.message.text).unwrap_or_default())
}

fn damaged(table: &'static str, reason: impl ToString) -> StoreError {
    StoreError::Damaged { table, reason: reason.to_string() }
}

/// A long log: read by pages, read by one topic's members who were away, and taken into a view.
async fn replay(target: &Path, size: &Size) -> Result<[Row; 4], Box<dyn std::error::Error>> {
    let (folder, store) = open(target).await?;
    let scope = scope();
    let chats: Vec<ChatId> = (0..1_000).map(|_| ChatId::generate()).collect();
    fill(&store, scope, &chats, size.replayed).await?;

    let (mut paged, mut resumed) = (Vec::new(), Vec::new());
    for round in 0..size.rounds {
        let began = Instant::now();
        let read = read_all(&store, scope, &EventFilter::default()).await?;
        paged.push(count(read) / began.elapsed().as_secs_f64());

        let topics = chats.iter().skip(round).step_by(50).map(|chat| Topic::chat(*chat)).collect();
        let began = Instant::now();
        let read = read_all(&store, scope, &EventFilter::topics(topics)).await?;
        resumed.push(count(read) / began.elapsed().as_secs_f64());
    }
    store.close().await;
    let (mut light, mut reading) = (Vec::new(), Vec::new());
    for _ in 0..size.rounds {
        light.push(project(&folder, LIGHT, size.replayed).await?);
        reading.push(project(&folder, READING, size.replayed).await?);
    }
    Ok([
        Row::at_least("replay into a view that counts", "events/s", median(light), 500_000.0),
        Row::at_least("replay into a view that reads payloads", "events/s", median(reading), 500_000.0),
        Row::plain("replay by pages", "events/s", median(paged)),
        Row::plain("resume by 20 of 1 000 topics", "events/s", median(resumed)),
    ])
}

/// Has a view taken in from the log's beginning: events per second, from opening the store until the view's checkpoint is at its end.
async fn project(folder: &TempDir, view: Posted, events: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let table = view.table;
    let name = view.name;
    let began = Instant::now();
    let store = Store::open(&url(folder), &[TABLES], vec![Arc::new(view)]).await?;
    store.projected(store.head()).await;
    let took = began.elapsed();
    let sql = format!("SELECT coalesce(sum(messages), 0) FROM {table}");
    let counted: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(store.across_orgs()).await?;
    assert_eq!(counted.unsigned_abs(), events, "the view has every event once");
    // So that the next round begins at the beginning.
    let forgotten = store.write(scope(), Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM projections WHERE name = $1").bind(name).execute(tx.conn()).await?;
            Ok::<_, StoreError>(())
        })
    });
    forgotten.await?;
    store.close().await;
    Ok(count(usize::try_from(counted)?) / took.as_secs_f64())
}

/// Appends `events` events, many to a command.
async fn fill(store: &Store, scope: OrgScope, chats: &[ChatId], events: u64) -> Result<(), StoreError> {
    const COMMAND: u64 = 1_000;
    let author = UserId::generate();
    for first in (0..events).step_by(usize::try_from(COMMAND).unwrap_or(1)) {
        let chats = chats.to_vec();
        store
            .write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    for (_, chat) in (first..first + COMMAND).zip(chats.iter().cycle()) {
                        let event = message(*chat, author);
                        tx.append_about(
                            author,
                            Stream::chat(*chat),
                            Expect::Any,
                            &[Topic::chat(*chat)],
                            &event,
                        )
                        .await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
    }
    Ok(())
}

async fn read_all(store: &Store, scope: OrgScope, filter: &EventFilter) -> Result<usize, StoreError> {
    const PAGE: u32 = 1_000;
    let (mut cursor, mut read) = (Cursor::START, 0);
    loop {
        let (events, next) = store.events(scope, filter, cursor, PAGE).await?;
        read += events.len();
        cursor = next;
        if events.len() < PAGE as usize {
            return Ok(read);
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
