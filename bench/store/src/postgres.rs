//! The store on a private PostgreSQL, beside what `pgbench` makes of the same server.

use std::{
    io::Write as _,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use tandem_bench_report::{Row, median, quantile};
use tandem_store::{Options, Store};
use tandem_test_support::Postgres;

use crate::{Size, count, scope, write_until};

const WRITERS: usize = 32;
/// Tenants among whom the writers are spread: commands of one run one after the other.
const ORGS: usize = 8;
/// As long as a chat message's event.
const SCRIPT: &str = "INSERT INTO single (data) VALUES (repeat('x', 500));\n";

/// Whether a server can be had here.
pub(crate) fn is_installed() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.into_iter().any(|version| version.path().join("bin/pgbench").exists())
}

/// Many writers at once, in rounds that alternate with `pgbench`.
pub(crate) async fn append(size: &Size) -> Result<[Row; 2], Box<dyn std::error::Error>> {
    let server = Postgres::start();
    server.admin("tandem", "CREATE TABLE single (id bigserial PRIMARY KEY, data text NOT NULL); ALTER TABLE single OWNER TO tandem");
    let store = Store::open_with(Options {
        master: Some(Arc::new(tandem_test_support::master_key())),
        ..Options::new(server.url())
    })
    .await?;
    let scopes: Vec<_> = (0..ORGS).map(|_| scope()).collect();
    let (mut rates, mut tails, mut peers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size.rounds {
        let (began, end) = (Instant::now(), Instant::now() + size.round);
        let writers = (0..WRITERS).map(|writer| {
            let (store, scope) = (store.clone(), scopes[writer % ORGS]);
            tokio::spawn(async move { write_until(&store, scope, end).await })
        });
        let mut took = Vec::new();
        for writer in futures::future::join_all(writers).await {
            took.extend(writer??);
        }
        rates.push(count(took.len()) / began.elapsed().as_secs_f64());
        tails.push(quantile(&mut took, 0.99));
        peers.push(pgbench(&server, size.round)?);
    }
    store.close().await;
    Ok([
        Row::at_least("PostgreSQL, durable appends, 32 writers", "events/s", median(rates), median(peers))
            .goal_of("pgbench, single inserts, 32 clients"),
        Row::plain("PostgreSQL, append p99, 32 writers", "ms", median(tails)),
    ])
}

/// Single inserts by as many clients, per second.
fn pgbench(server: &Postgres, time: Duration) -> Result<f64, Box<dyn std::error::Error>> {
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(SCRIPT.as_bytes())?;
    let output = Command::new(Postgres::program("pgbench"))
        .current_dir(Path::new("/"))
        .env("PGPASSWORD", "tandem")
        .args(["-n", "-M", "prepared", "-h", "127.0.0.1", "-U", "tandem", "-j", "2"])
        .args(["-p", &server.port().to_string(), "-c", &WRITERS.to_string()])
        .args(["-T", &time.as_secs().max(1).to_string(), "-f"])
        .arg(script.path())
        .arg("tandem")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.ok_or_else(|| format!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr)).into())
}
