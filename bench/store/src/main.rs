//! How fast the store is: durable appends by many and by one, the delay until a listener knows, and replay.
//!
//! `make bench-store`. With `QUICK=1` it ends within half a minute. The folder of the database is made under `target/`, so that it
//! is on a disk: a memory file system would flatter the flush.
//!
//! Where PostgreSQL is installed, or `TANDEM_BENCH_POSTGRES` is set, a private server is measured as well, beside its own `pgbench`.

mod postgres;

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::AnyConnection;
use tandem_bench_report::{Row, median, publish, quantile};
use tandem_core::{Clock as _, Mint, OrgScope, SystemClock};
use tandem_proto::{
    ChatId, Cursor, Event, MessageId, OrgId, Stream, Topic, UserId, api, events::chat::MessagePosted,
};
use tandem_store::{BoxFuture, Cause, EventFilter, Expect, Projection, Store, StoreError};
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
async fn open(
    target: &Path,
    projections: Vec<Arc<dyn Projection>>,
) -> Result<(TempDir, Store), Box<dyn std::error::Error>> {
    let folder = TempDir::new_in(target)?;
    let store = Store::open(&url(&folder), &[], projections).await?;
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
            Box::pin(
                async move { tx.append(Stream::chat(chat), Expect::Any, &[Topic::chat(chat)], &event).await },
            )
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
    let (_folder, store) = open(target, Vec::new()).await?;
    let scope = scope();
    let (mut rates, mut tails, mut delays) = (Vec::new(), Vec::new(), Vec::new());
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
    }
    store.close().await;
    Ok([
        Row::at_least("durable appends, 64 writers", "events/s", median(rates), 20_000.0),
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
    let (folder, store) = open(target, Vec::new()).await?;
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

/// Pages of 4 KiB appended and flushed one by one, per second.
fn flushes(folder: &Path, time: Duration) -> std::io::Result<f64> {
    let mut file = File::create(folder.join("floor"))?;
    let (began, mut flushed) = (Instant::now(), 0);
    while began.elapsed() < time {
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        flushed += 1;
    }
    Ok(count(flushed) / began.elapsed().as_secs_f64())
}

/// A view in memory: what is measured is the way to it.
#[derive(Default)]
struct Counter(AtomicU64);

impl Projection for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }
    fn version(&self) -> u32 {
        1
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["chat.*"]
    }
    fn reset<'a>(&'a self, _: &'a mut AnyConnection) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
    fn apply<'a>(
        &'a self,
        _: &'a mut AnyConnection,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            let posted = event
                .decode::<MessagePosted>()
                .map_err(|e| StoreError::Damaged { table: "events", reason: e.to_string() })?;
            self.0.fetch_add(u64::from(posted.is_some()), Ordering::Relaxed);
            Ok(())
        })
    }
}

/// A long log: read by pages, read by one topic's members who were away, and taken into a view.
async fn replay(target: &Path, size: &Size) -> Result<[Row; 3], Box<dyn std::error::Error>> {
    let (folder, store) = open(target, Vec::new()).await?;
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

    let began = Instant::now();
    let view = Arc::new(Counter::default());
    let store = Store::open(&url(&folder), &[], vec![Arc::<Counter>::clone(&view)]).await?;
    store.projected(store.head()).await;
    let projected = count(usize::try_from(view.0.load(Ordering::Relaxed))?) / began.elapsed().as_secs_f64();
    store.close().await;
    Ok([
        Row::at_least("replay into a view", "events/s", projected, 500_000.0),
        Row::plain("replay by pages", "events/s", median(paged)),
        Row::plain("resume by 20 of 1 000 topics", "events/s", median(resumed)),
    ])
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
                        tx.append(Stream::chat(*chat), Expect::Any, &[Topic::chat(*chat)], &event).await?;
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
