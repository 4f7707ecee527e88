//! How long the routing core takes to decide: the workloads W1 to W7 at full size, and beside it what polling a database takes. Prints a
//! table and writes `target/bench/routing.json`. `QUICK=1` runs a small site, `ONLY=W1` one workload.

mod site;
mod sql;
mod workloads;

use std::{path::Path, time::Duration};

use sql::Surplus;
use tandem_bench_report::{Row, publish};
use workloads::{Measured, Size};

/// What the core is held to: a release build on one core.
const P50_US: f64 = 5.0;
const P99_US: f64 = 50.0;
const GIANT_P99_US: f64 = 1_000.0;
const RATE: f64 = 50_000.0;
const MEMORY_MIB: f64 = 2_048.0;
/// Timers are carried out no later than this, so no input may take longer.
const LATE_MS: f64 = 50.0;

const FULL: Size = Size {
    agents: 100_000,
    waiting: 1_000_000,
    queues: 5_000,
    skills: 200,
    giant: 20_000,
    decisions: 200_000,
};
const QUICK: Size =
    Size { agents: 5_000, waiting: 50_000, queues: 250, skills: 200, giant: 2_000, decisions: 20_000 };

#[expect(clippy::disallowed_methods, reason = "how long to run is for whoever runs it to say")]
fn set(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let size = if set("QUICK").as_deref() == Some("1") { QUICK } else { FULL };
    let only = set("ONLY");
    let wanted = |name: &str| only.as_deref().is_none_or(|only| name.starts_with(only));
    let mut rows = Vec::new();
    if wanted("W1") {
        let mut memory = 0.0;
        let measured = workloads::work_surplus(&size, || memory = resident_mib());
        report(&mut rows, "W1 work surplus", &measured, P99_US);
        rows.push(Row::at_most(
            "W1: memory, everything there and a timer for each item",
            "MiB",
            memory,
            MEMORY_MIB,
        ));
    }
    type Workload = fn(&Size) -> Measured;
    let workloads: [(&'static str, Workload, f64); 7] = [
        ("W2 agent surplus", workloads::agent_surplus, P99_US),
        ("W3 balanced, 92 %", workloads::balanced, P99_US),
        ("W4 six rings", workloads::six_rings, P99_US),
        ("W5 shift change", workloads::shift_change, P99_US),
        ("W6 giant queue, work surplus", workloads::giant_work_surplus, GIANT_P99_US),
        ("W6 giant queue, agent surplus", workloads::giant_agent_surplus, GIANT_P99_US),
        ("W7 many media", workloads::many_media, P99_US),
    ];
    for (name, workload, p99) in workloads {
        if wanted(name) {
            report(&mut rows, name, &workload(&size), p99);
        }
    }
    if wanted("SQL") {
        for agents in [100, 1_000, 10_000, 100_000].into_iter().filter(|agents| *agents <= size.agents) {
            beside_sql(&mut rows, agents).await?;
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    Ok(publish(&rows, &folder.join("routing.json"))?)
}

fn report(rows: &mut Vec<Row>, name: &str, measured: &Measured, p99_goal: f64) {
    let mut times: Vec<f64> = measured.decisions.iter().map(micros).collect();
    let rate = measured.offers as f64 / measured.total.as_secs_f64();
    let giant = p99_goal > P99_US;
    let row = |what: &str| format!("{name}: {what} (N = {})", measured.decisions.len());
    let (p50, p99) =
        (tandem_bench_report::quantile(&mut times, 0.5), tandem_bench_report::quantile(&mut times, 0.99));
    rows.push(if giant {
        Row::plain(row("p50"), "µs", p50)
    } else {
        Row::at_most(row("p50"), "µs", p50, P50_US)
    });
    rows.push(Row::at_most(row("p99"), "µs", p99, p99_goal));
    let what = format!("{name}: decisions per second of the processor, all inputs counted");
    rows.push(if giant { Row::plain(what, "1/s", rate) } else { Row::at_least(what, "1/s", rate, RATE) });
    let longest = measured.longest.as_secs_f64() * 1e3;
    rows.push(Row::at_most(format!("{name}: longest input"), "ms", longest, LATE_MS));
}

/// The middle decision of the core beside a pass of a polling dispatcher, by how many there are.
async fn beside_sql(rows: &mut Vec<Row>, agents: usize) -> Result<(), sqlx::Error> {
    let size = Size {
        agents,
        waiting: agents,
        queues: (agents / 20).max(1),
        skills: 200,
        giant: 0,
        decisions: 10_000.min(10 * agents),
    };
    for (surplus, mode, measured) in [
        (Surplus::Work, "work surplus", workloads::work_surplus(&size, || ())),
        (Surplus::Agents, "agent surplus", workloads::agent_surplus(&size)),
    ] {
        let mut times: Vec<f64> = measured.decisions.iter().map(micros).collect();
        let ours = tandem_bench_report::quantile(&mut times, 0.5);
        for (indexed, peer) in [(false, "polling SQLite, no indexes"), (true, "polling SQLite, indexes")] {
            // A pass over every item and agent without an index takes minutes beyond this.
            if agents > 1_000 && !indexed {
                continue;
            }
            let pass = micros(&sql::pass(agents, surplus, indexed).await?);
            let name =
                format!("{agents} agents, {mode}: a decision, {}", if indexed { "indexes" } else { "none" });
            rows.push(Row { peer: Some(pass), peer_name: Some(peer), ..Row::plain(name, "µs", ours) });
        }
    }
    Ok(())
}

fn micros(time: &Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Memory of this process now.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1_024.0
}
