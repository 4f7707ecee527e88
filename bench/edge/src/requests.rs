//! Small requests on kept connections, in a closed loop.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tandem_bench_report::{Row, median, quantile};

use crate::{Size, count, http, http::Connection, microseconds, people::Person, process::Meter};

/// Connections, each with one request under way.
const CONNECTIONS: usize = 16;
/// Cores the goal is stated for.
const CORES: f64 = 2.0;
const GOAL_RATE: f64 = 20_000.0;
const GOAL_TOKEN_US: f64 = 20.0;

/// What one round of requests took.
struct Round {
    /// Per second.
    rate: f64,
    /// The server's, in microseconds per request.
    cpu: f64,
    /// In microseconds, of each.
    took: Vec<f64>,
}

/// `/me` and one person of the directory.
pub(crate) async fn small(
    address: SocketAddr,
    pid: u32,
    person: &Person,
    size: &Size,
) -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let directory = format!("/api/v1/people/{}", person.id);
    for (what, path) in [("GET /me", "/api/v1/me"), ("GET /people/{id}", directory.as_str())] {
        let request = http::request("GET", path, Some(&person.token), None);
        let (mut rates, mut costs, mut halves, mut tails) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..size.rounds {
            let mut round = run(address, pid, &request, size.round).await?;
            rates.push(round.rate);
            costs.push(round.cpu);
            halves.push(quantile(&mut round.took, 0.5));
            tails.push(quantile(&mut round.took, 0.99));
        }
        let cpu = median(costs);
        rows.extend([
            Row::at_least(
                format!("{what}: two cores by CPU per request"),
                "1/s",
                CORES * 1e6 / cpu,
                GOAL_RATE,
            ),
            Row::plain(format!("{what}: server CPU"), "µs", cpu),
            Row::plain(format!("{what}: rate, the client on the same cores"), "1/s", median(rates)),
            Row::plain(format!("{what}: p50, {CONNECTIONS} connections"), "µs", median(halves)),
            Row::plain(format!("{what}: p99, {CONNECTIONS} connections"), "µs", median(tails)),
        ]);
    }
    Ok(rows)
}

/// What a token adds to a request that needs none.
pub(crate) async fn token(address: SocketAddr, pid: u32, person: &Person, size: &Size) -> io::Result<Row> {
    let without = http::request("GET", "/healthz", None, None);
    let with = http::request("GET", "/healthz", Some(&person.token), None);
    let mut differences = Vec::new();
    for _ in 0..size.rounds {
        let plain = run(address, pid, &without, size.round / 2).await?.cpu;
        differences.push(run(address, pid, &with, size.round / 2).await?.cpu - plain);
    }
    Ok(Row::at_most("token check, by a request with and without", "µs", median(differences), GOAL_TOKEN_US))
}

async fn run(address: SocketAddr, pid: u32, request: &[u8], time: Duration) -> io::Result<Round> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(address).await?);
    }
    let (meter, began) = (Meter::start(pid)?, Instant::now());
    let loops = connections.into_iter().map(|mut connection| async move {
        let mut took = Vec::new();
        while began.elapsed() < time {
            let sent = Instant::now();
            let (status, _) = connection.send(request).await?;
            if status != 200 {
                return Err(io::Error::other(format!("answered {status}")));
            }
            took.push(microseconds(sent.elapsed()));
        }
        Ok(took)
    });
    let took = futures::future::try_join_all(loops).await?.concat();
    let rate = count(took.len()) / began.elapsed().as_secs_f64();
    let cpu = microseconds(meter.used()?) / count(took.len());
    Ok(Round { rate, cpu, took })
}
