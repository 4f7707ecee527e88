//! R1–R4: a node of one role is killed with −9, another takes over, and the killed one comes back before the next round.

use std::time::Duration;

use tokio::time::sleep;

use super::{Options, ScenarioError, Stage};
use crate::{report::Report, world::Signal};

/// Time for the load between two kills.
const BETWEEN: std::ops::Range<f64> = 0.5..3.0;
/// A node is gone 2 s after its last beat, and what it owned is taken then: so long it must be watched at least.
const AT_LEAST: Duration = Duration::from_secs(6);
const AT_MOST: Duration = Duration::from_millis(11_500);

/// DESIGN §5's gap for the death of a role, milliseconds: p50, p99, max.
const fn gap(role: &str) -> [Option<f64>; 3] {
    match role.as_bytes() {
        // Whatever is passed on, the generator's two clocks are 20 ms apart at worst.
        b"edge" | b"sip" => [None, None, Some(60.0)],
        b"media" => [Some(1_000.0), Some(2_000.0), Some(3_000.0)],
        _ => [None, None, Some(100.0)],
    }
}

pub(super) async fn run(role: &str, options: &Options) -> Result<Report, ScenarioError> {
    let story = format!(
        "kill −9 of {role} nodes × {} with {} calls, {} writers, {} customers",
        options.times, options.calls, options.writers, options.customers
    );
    let mut report = Report::new(&format!("kill_{role}"), story);
    let mut stage = Stage::cluster(options).await?;
    for round in 0..options.times {
        stage.ready().await;
        sleep(Duration::from_secs_f64(rand::random_range(BETWEEN))).await;
        let cluster = stage.world.cluster()?;
        let nodes = cluster.with_role(role);
        let Some(node) = nodes.get(round % nodes.len().max(1)).copied() else {
            return Err(ScenarioError::Machine(format!("the cluster has no {role} node")));
        };
        cluster.end(node, Signal::Kill).await?;
        stage.settle(AT_LEAST, AT_MOST).await;
        stage.world.cluster()?.back(node).await?;
    }
    stage.audit(&mut report, gap(role)).await?;
    Ok(report)
}
