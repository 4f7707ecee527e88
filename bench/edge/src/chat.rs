//! Messages on their way to sockets: how long one takes, and what it costs when a chat is large.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tandem_bench_report::{Row, median, quantile};
use tokio::{sync::mpsc, time::interval};
use uuid::Uuid;

use crate::{
    Size, count,
    crowd::{self, Crowd},
    http::{self, Connection},
    milliseconds,
    people::{self, Person},
    process::Meter,
    socket::Socket,
};

/// Between two messages of a chat that is alive.
const PACE: Duration = Duration::from_millis(20);
/// Messages of a burst, and the time between two bursts.
const BURST: usize = 8;
const BURST_EVERY: Duration = Duration::from_millis(100);
/// People who come to a chat, for what that costs.
const JOINS: usize = 40;

const GOAL_SEEN_MS: f64 = 20.0;
const GOAL_ALL_MS: f64 = 50.0;
const GOAL_JOIN_MS: f64 = 0.2;

fn post(chat: &str, token: &str) -> Vec<u8> {
    http::request("POST", &format!("/api/v1/chats/{chat}/messages"), Some(token), Some(&people::message()))
}

async fn posted(connection: &mut Connection, chat: &str, token: &str) -> io::Result<()> {
    match connection.send(&post(chat, token)).await? {
        (201, _) => Ok(()),
        (status, _) => Err(io::Error::other(format!("a message was answered {status}"))),
    }
}

/// From the request to another member's socket, one message at a time: the commit is on the way.
pub(crate) async fn seen(address: SocketAddr, pair: &[Person], size: &Size) -> io::Result<[Row; 2]> {
    let chat = people::group(address, pair).await?;
    let mut socket = Socket::subscribed(address, &pair[1].token, Uuid::new_v4(), None).await?;
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let reader = tokio::spawn(async move {
        let mut read = Ok(());
        while read.is_ok() {
            read = socket
                .receive(|frame| {
                    if crowd::is_message(frame) {
                        let _ = arrived.send(Instant::now());
                    }
                })
                .await;
        }
    });
    let mut connection = Connection::open(address).await?;
    let (mut pace, mut took) = (interval(PACE), Vec::new());
    for _ in 0..size.messages {
        pace.tick().await;
        let sent = Instant::now();
        posted(&mut connection, &chat, &pair[0].token).await?;
        let arrival = arrivals.recv().await.ok_or_else(|| io::Error::other("the socket was closed"))?;
        took.push(milliseconds(arrival - sent));
    }
    reader.abort();
    Ok([
        Row::plain("message posted → another's socket, durable first: p50", "ms", quantile(&mut took, 0.5)),
        Row::at_most(
            "message posted → another's socket, durable first: p99",
            "ms",
            quantile(&mut took, 0.99),
            GOAL_SEEN_MS,
        ),
    ])
}

/// Everybody's socket, one each, all settled.
pub(crate) async fn gather(address: SocketAddr, members: &[Person]) -> io::Result<Crowd> {
    let mut sockets = Vec::with_capacity(members.len());
    for member in members {
        sockets.push(Socket::subscribed(address, &member.token, Uuid::new_v4(), None).await?);
    }
    let crowd = Crowd::of(sockets, true);
    crowd.quiet().await;
    Ok(crowd)
}

/// What delivering to a chat costs its server, in microseconds per delivery, over what it costs to stand still.
pub(crate) struct FanOut {
    pub(crate) steady: f64,
    pub(crate) burst: f64,
    /// What a message costs that nobody hears.
    pub(crate) post: f64,
    /// The same in a burst, each of its messages.
    pub(crate) burst_post: f64,
    /// A message's frame.
    pub(crate) sample: Vec<u8>,
}

pub(crate) async fn fan_out(
    address: SocketAddr,
    pid: u32,
    members: &[Person],
    silent: &[Person],
    size: &Size,
) -> io::Result<FanOut> {
    let chat = people::group(address, members).await?;
    let unheard = people::group(address, silent).await?;
    let crowd = gather(address, members).await?;
    let mut connections = Vec::new();
    for _ in 0..BURST {
        connections.push(Connection::open(address).await?);
    }
    let (mut steady, mut burst) = (Vec::new(), Vec::new());
    let (mut post, mut burst_post) = (Vec::new(), Vec::new());
    for _ in 0..size.rounds {
        let idle = idle(pid, size.round / 2).await?;
        let meter = Meter::start(pid)?;
        let posts = paced(&mut connections[0], &unheard, &silent[0].token, size.round / 2).await?;
        post.push(meter.used_over(idle)? / count(posts));

        let meter = Meter::start(pid)?;
        let posts = bursts(&mut connections, &unheard, &silent[0].token, size.round / 2).await?;
        burst_post.push(meter.used_over(idle)? / count(posts));

        let (before, meter) = (crowd.messages(), Meter::start(pid)?);
        let posts = paced(&mut connections[0], &chat, &members[0].token, size.round).await?;
        let deliveries = u64::try_from(posts).unwrap_or(0) * crowd.len();
        crowd.reached(before + deliveries).await?;
        steady.push(meter.used_over(idle)? / lossy(deliveries));

        let (before, meter) = (crowd.messages(), Meter::start(pid)?);
        let posts = bursts(&mut connections, &chat, &members[0].token, size.round).await?;
        let deliveries = u64::try_from(posts).unwrap_or(0) * crowd.len();
        crowd.reached(before + deliveries).await?;
        burst.push(meter.used_over(idle)? / lossy(deliveries));
    }
    let (steady, burst) = (median(steady), median(burst));
    let (post, burst_post) = (median(post), median(burst_post));
    Ok(FanOut { steady, burst, post, burst_post, sample: crowd.sample() })
}

/// From the request until the last of all members' sockets has it.
pub(crate) async fn everybody(address: SocketAddr, members: &[Person], size: &Size) -> io::Result<[Row; 2]> {
    let chat = people::group(address, members).await?;
    let crowd = gather(address, members).await?;
    let mut connection = Connection::open(address).await?;
    let (mut pace, mut took) = (interval(PACE * 5), Vec::new());
    for _ in 0..size.messages / 4 {
        pace.tick().await;
        let (sent, before) = (Instant::now(), crowd.messages());
        posted(&mut connection, &chat, &members[0].token).await?;
        crowd.reached(before + crowd.len()).await?;
        took.push(milliseconds(sent.elapsed()));
    }
    let name = |what| format!("message posted → on all of {} sockets: {what}", members.len());
    Ok([
        Row::plain(name("p50"), "ms", quantile(&mut took, 0.5)),
        Row::at_most(name("p99"), "ms", quantile(&mut took, 0.99), GOAL_ALL_MS),
    ])
}

/// Another tab of somebody whose chat has so many members, all connected: connect, sign in, subscribe.
pub(crate) async fn join(address: SocketAddr, pid: u32, members: &[Person], goal: bool) -> io::Result<Row> {
    people::group(address, members).await?;
    let crowd = gather(address, members).await?;
    let idle = idle(pid, Duration::from_secs(1)).await?;
    let meter = Meter::start(pid)?;
    let mut joined = Vec::new();
    for member in members.iter().cycle().take(JOINS) {
        joined.push(Socket::subscribed(address, &member.token, Uuid::new_v4(), None).await?);
    }
    let cost = meter.used_over(idle)? / count(JOINS) / 1e3;
    if crowd.lost() > 0 {
        return Err(io::Error::other(format!("{} members lost their sockets", crowd.lost())));
    }
    let name = format!("join at {} members: server CPU", members.len());
    Ok(if goal { Row::at_most(name, "ms", cost, GOAL_JOIN_MS) } else { Row::plain(name, "ms", cost) })
}

/// What the server uses while nothing is posted, as a share of a core.
async fn idle(pid: u32, time: Duration) -> io::Result<f64> {
    let meter = Meter::start(pid)?;
    tokio::time::sleep(time).await;
    meter.share()
}

async fn paced(connection: &mut Connection, chat: &str, token: &str, time: Duration) -> io::Result<usize> {
    let (mut pace, began, mut posts) = (interval(PACE), Instant::now(), 0);
    while began.elapsed() < time {
        pace.tick().await;
        posted(connection, chat, token).await?;
        posts += 1;
    }
    Ok(posts)
}

async fn bursts(
    connections: &mut [Connection],
    chat: &str,
    token: &str,
    time: Duration,
) -> io::Result<usize> {
    let (mut pace, began, mut posts) = (interval(BURST_EVERY), Instant::now(), 0);
    while began.elapsed() < time {
        pace.tick().await;
        let burst = connections.iter_mut().map(|connection| posted(connection, chat, token));
        posts += futures::future::try_join_all(burst).await?.len();
    }
    Ok(posts)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn lossy(number: u64) -> f64 {
    number as f64
}

/// The same bytes to as many sockets of another server, which sends everybody what it gets from one.
pub(crate) async fn broadcast(
    address: SocketAddr,
    pid: u32,
    sockets: usize,
    text: &[u8],
    size: &Size,
) -> io::Result<(f64, f64)> {
    let mut crowd = Vec::new();
    for _ in 0..sockets {
        crowd.push(Socket::open(address, "/", None).await?);
    }
    let mut speaker = Socket::open(address, "/", None).await?;
    let crowd = Crowd::of(crowd, false);
    let (mut steady, mut burst) = (Vec::new(), Vec::new());
    for _ in 0..size.rounds {
        for (costs, at_once, every) in [(&mut steady, 1, PACE), (&mut burst, BURST, BURST_EVERY)] {
            let idle = idle(pid, size.round / 4).await?;
            let (before, meter, began) = (crowd.messages(), Meter::start(pid)?, Instant::now());
            let (mut pace, mut deliveries) = (interval(every), 0);
            while began.elapsed() < size.round {
                pace.tick().await;
                for _ in 0..at_once {
                    speaker.text(text).await?;
                }
                deliveries += crowd.len() * u64::try_from(at_once).unwrap_or(1);
                // It is sent to the speaker too, who must read it.
                let mut own = 0;
                while own < at_once {
                    speaker.receive(|_| own += 1).await?;
                }
            }
            crowd.reached(before + deliveries).await?;
            let heard_by_all = lossy(deliveries) * (lossy(crowd.len()) + 1.0) / lossy(crowd.len());
            costs.push(meter.used_over(idle)? / heard_by_all);
        }
    }
    Ok((median(steady), median(burst)))
}
