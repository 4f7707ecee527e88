//! What the edge costs: a server's start and memory, small requests, messages on their way to sockets, and sockets that stand still.
//!
//! `make bench-edge`; `make bench-chat` for what is about messages and sockets alone. With `QUICK=1` it ends within a minute; with `PEERS=1` Node's `ws` is installed and measured beside it. The server
//! is the release binary `tandem`, or the one `TANDEM_BIN` names, as a process of its own over the embedded database; its folder is made
//! under `target/`, so that it is on a disk. Where the client shares the server's two cores, rates say little: what counts is the
//! server's processor time.

mod chat;
mod crowd;
mod deflate;
mod floor;
mod http;
mod idle;
mod peer;
mod people;
mod process;
mod requests;
mod server;
mod socket;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use people::Person;
use server::Server;
use tandem_bench_report::{Row, median, publish};
use tempfile::TempDir;

/// Members of the chat that is fanned out to.
const MEMBERS: usize = 200;
/// People who never connect.
const SILENT: usize = 2;
/// A server that nobody uses is left alone for this long before its memory is looked at.
const REST: Duration = Duration::from_secs(10);
const GOAL_READY_MS: f64 = 300.0;
const GOAL_MEMORY_MIB: f64 = 60.0;
/// Shares of the peer's cost.
const GOAL_STEADY: f64 = 0.55;
const GOAL_BURST: f64 = 0.1;
const MIB: f64 = 1024.0 * 1024.0;

/// How much of everything.
struct Size {
    starts: usize,
    rounds: usize,
    round: Duration,
    /// Messages whose way is timed.
    messages: usize,
    /// Members of chats that are joined, the largest last.
    chats: &'static [usize],
    sockets: usize,
}

const QUICK: Size = Size {
    starts: 3,
    rounds: 1,
    round: Duration::from_secs(2),
    messages: 150,
    chats: &[10, 200],
    sockets: 2_000,
};

const FULL: Size = Size {
    starts: 9,
    rounds: 5,
    round: Duration::from_secs(4),
    messages: 1_000,
    chats: &[10, 100, 1_000],
    sockets: 10_000,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let size = if is_set("QUICK") { QUICK } else { FULL };
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target");
    std::fs::create_dir_all(&target)?;
    let folder = TempDir::new_in(&target)?;
    let program = program()?;
    match std::env::args().nth(1).as_deref() {
        None => {
            publish(&measure(&program, folder.path(), &target, &size).await?, &target.join("bench/edge.json"))
        }
        Some("chat") => {
            Server::start(&program, folder.path())?.stop()?;
            let server = Server::start(&program, folder.path())?;
            let people = people(&server, &size).await?;
            let rows = chat_rows(&server, &people, &target, &size).await?;
            server.stop()?;
            publish(&rows, &target.join("bench/chat.json"))
        }
        Some(other) => Err(io::Error::other(format!("there is no part {other:?}: chat, or nothing for all"))),
    }
}

async fn measure(program: &Path, folder: &Path, target: &Path, size: &Size) -> io::Result<Vec<Row>> {
    // The first start makes the demo organisation.
    Server::start(program, folder)?.stop()?;
    let mut starts = Vec::new();
    for _ in 1..size.starts {
        let server = Server::start(program, folder)?;
        starts.push(milliseconds(server.ready_after));
        server.stop()?;
    }
    let server = Server::start(program, folder)?;
    starts.push(milliseconds(server.ready_after));
    let mut rows = vec![Row::at_most("start to ready", "ms", median(starts), GOAL_READY_MS)];

    tokio::time::sleep(REST).await;
    let (address, pid) = (server.address, server.pid());
    rows.push(Row::at_most("idle memory", "MiB", process::memory(pid)? / MIB, GOAL_MEMORY_MIB));

    let people = people(&server, size).await?;
    rows.extend(requests::small(address, pid, &people[0], size).await?);
    rows.push(requests::token(address, pid, &people[0], size).await?);
    rows.extend(chat_rows(&server, &people, target, size).await?);
    rows.extend(idle::sockets(address, pid, &people[..people.len() - SILENT], size).await?);
    server.stop()?;
    Ok(rows)
}

/// As many people as the largest chat has, and some who never connect.
async fn people(server: &Server, size: &Size) -> io::Result<Vec<Person>> {
    let most = size.chats.iter().copied().max().unwrap_or(MEMBERS).max(MEMBERS);
    people::make(server.address, &server.admin_token()?, most + SILENT).await
}

/// Messages on their way to sockets, and who joins.
async fn chat_rows(server: &Server, people: &[Person], target: &Path, size: &Size) -> io::Result<Vec<Row>> {
    let (address, pid) = (server.address, server.pid());
    let (people, silent) = people.split_at(people.len() - SILENT);
    let mut rows = Vec::from(chat::seen(address, &people[..2], size).await?);
    let ours = chat::fan_out(address, pid, &people[..MEMBERS], silent, size).await?;
    let one = floor::tcp(MEMBERS, ours.sample.len() + 4, 1, size.round / 2)?;
    let several = floor::tcp(MEMBERS, ours.sample.len() + 4, 8, size.round / 2)?;
    // The peer stores nothing: what a message costs until it is stored is told apart from what it costs to deliver it.
    let alone = |all: f64, post: f64| (all - post / count(MEMBERS)).max(0.0);
    let mut steady =
        Row::plain("200 members: CPU per delivery, goal 0.55 × peer", "µs", alone(ours.steady, ours.post))
            .floor(one);
    let mut burst = Row::plain(
        "200 members: CPU per delivery in bursts, goal 0.1 × peer",
        "µs",
        alone(ours.burst, ours.burst_post),
    )
    .floor(several);
    if is_set("PEERS") {
        let peer = peer::Peer::start(&target.join("bench/peers/ws"))?;
        let theirs = chat::broadcast(peer.address, peer.pid(), MEMBERS, &ours.sample, size).await?;
        steady = steady.at_most_of(GOAL_STEADY, theirs.0, peer::NAME);
        burst = burst.at_most_of(GOAL_BURST, theirs.1, peer::NAME);
    }
    rows.extend([
        steady,
        burst,
        Row::plain("200 members: CPU per delivery, the durable post included", "µs", ours.steady),
        Row::plain("the same in bursts", "µs", ours.burst),
        Row::plain("a durable message that nobody hears: CPU", "µs", ours.post),
        Row::plain("the same in bursts of 8", "µs", ours.burst_post),
    ]);

    for (number, members) in size.chats.iter().enumerate() {
        let is_last = number + 1 == size.chats.len();
        rows.push(chat::join(address, pid, &people[..*members], is_last).await?);
    }
    rows.extend(chat::everybody(address, people, size).await?);
    rows.extend(deflate::events(&target.join(".."), size.round / 4)?);
    Ok(rows)
}

/// The server to measure: what `TANDEM_BIN` names, or the one that was built beside this program.
fn program() -> io::Result<PathBuf> {
    let program = match std::env::var_os("TANDEM_BIN") {
        Some(named) => PathBuf::from(named),
        None => std::env::current_exe()?.with_file_name("tandem"),
    };
    if program.is_file() {
        Ok(program)
    } else {
        Err(io::Error::other(format!("{} is missing: `make build` makes it", program.display())))
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| value == "1")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
