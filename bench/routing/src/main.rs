//! How long the routing core takes to decide: W1, more work than agents, and W2, more agents than work. Prints a table and writes
//! `target/bench/routing.json`. `QUICK=1` runs a small site.

mod floor;

use std::{path::Path, time::Duration};

use floor::{Floor, Size};
use serde_json::{Value, json};

/// What the core is held to (`p50`, `p99`): a release build on one core.
const GOAL: [Duration; 2] = [Duration::from_micros(5), Duration::from_micros(50)];
/// Decisions per second and core.
const GOAL_RATE: f64 = 50_000.0;

#[expect(clippy::disallowed_methods, reason = "how long to run is for whoever runs it to say")]
fn quick() -> bool {
    std::env::var("QUICK").is_ok_and(|quick| quick == "1")
}

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn main() -> std::io::Result<()> {
    let (size, decisions) = if quick() {
        (Size { agents: 2_000, queues: 50, skills: 20, waiting: 20_000 }, 20_000)
    } else {
        (Size { agents: 20_000, queues: 500, skills: 50, waiting: 200_000 }, 200_000)
    };
    println!(
        "{} agents, {} queues, {} skills; W1 with {} waiting; {decisions} decisions each",
        size.agents, size.queues, size.skills, size.waiting
    );
    println!("{:<44} {:>8} {:>12} {:>12}  ", "", "unit", "ours", "goal");
    let mut rows: Vec<Value> = vec![];
    type Workload = fn(&Size, usize) -> Vec<Duration>;
    let workloads: [(&str, Workload); 2] =
        [("W1 work surplus", work_surplus), ("W2 agent surplus", agent_surplus)];
    for (name, workload) in workloads {
        let mut times = workload(&size, decisions);
        times.sort_unstable();
        let total: Duration = times.iter().sum();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6;
        let rate = times.len() as f64 / total.as_secs_f64();
        for (what, unit, ours, goal, more_is_better) in [
            ("decision p50", "µs", at(50), GOAL[0].as_secs_f64() * 1e6, false),
            ("decision p99", "µs", at(99), GOAL[1].as_secs_f64() * 1e6, false),
            ("decisions per second and core", "1/s", rate, GOAL_RATE, true),
        ] {
            let pass = if more_is_better { ours >= goal } else { ours <= goal };
            let name = format!("{name}: {what}");
            println!(
                "{name:<44} {unit:>8} {ours:>12.1} {goal:>12.1}  {}",
                if pass { "pass" } else { "miss" }
            );
            rows.push(json!({
                "name": name, "unit": unit, "ours": ours, "peer": null, "peer_name": null, "floor": null,
                "goal": goal, "pass": pass,
            }));
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("routing.json"), format!("{:#}\n", Value::from(rows)))
}

/// All agents are busy and the queues are full: a decision is what a freed agent gets.
fn work_surplus(size: &Size, decisions: usize) -> Vec<Duration> {
    let mut floor = Floor::new(size);
    for _ in 0..size.waiting {
        floor.arrival();
    }
    floor.agents_on();
    let mut times = Vec::with_capacity(decisions);
    while times.len() < decisions {
        floor.accept_all();
        let (time, offers) = floor.end_a_talk();
        times.extend((offers > 0).then_some(time));
        floor.arrival();
    }
    times
}

/// Nine of ten agents are free: a decision is whom an arriving item gets.
fn agent_surplus(size: &Size, decisions: usize) -> Vec<Duration> {
    let mut floor = Floor::new(size);
    floor.agents_on();
    let mut times = Vec::with_capacity(decisions);
    while times.len() < decisions {
        let (time, offers) = floor.arrival();
        times.extend((offers > 0).then_some(time));
        floor.accept_all();
        if floor.talks() > size.agents / 10 {
            floor.end_a_talk();
        }
        floor.forget_waiting();
    }
    times
}
