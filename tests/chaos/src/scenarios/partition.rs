//! R7: a node is cut off from all others, is heard by nobody, or comes and goes. It is still alive: it must not act for what others own by
//! then, and must be one of them again soon after.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{Options, ScenarioError, Stage};
use crate::{
    report::Report,
    world::{Cut, Hosts},
};

const ROLES: [&str; 5] = ["sip", "media", "engine", "edge", "worker"];
/// Longer than the 2 s after which a node is gone.
const CUT_FOR: Duration = Duration::from_secs(5);
/// Shorter than that, again and again.
const FLAP: Duration = Duration::from_millis(700);
/// A node that is let back is ready after this.
const HEALED_MS: f64 = 10_000.0;
const AT_LEAST: Duration = Duration::from_secs(4);
const AT_MOST: Duration = Duration::from_millis(11_500);
/// DESIGN §5's longest gap, which is that of a media node.
const GAP_MS: f64 = 3_000.0;

/// How a node's network fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Off,
    OneWay,
    Flapping,
}

pub(super) async fn run(options: &Options) -> Result<Report, ScenarioError> {
    let story = format!(
        "a node of each role cut off, mute, flapping × {}, with {} calls, {} writers, {} customers",
        options.times, options.calls, options.writers, options.customers
    );
    let mut report = Report::new("partition", story);
    let mut stage = Stage::own_cluster(options, Hosts::Own).await?;
    let mut healed = Vec::new();
    for round in 0..options.times {
        for role in ROLES {
            for fault in [Fault::Off, Fault::OneWay, Fault::Flapping] {
                stage.ready().await;
                let nodes = stage.world.cluster()?.with_role(role);
                let Some(node) = nodes.get(round % nodes.len().max(1)).copied() else {
                    return Err(ScenarioError::Machine(format!("the cluster has no {role} node")));
                };
                fail(&mut stage, node, fault).await?;
                let began = Instant::now();
                stage.settle(AT_LEAST, AT_MOST).await;
                stage.world.cluster()?.answers(node).await?;
                healed.push(began.elapsed());
            }
        }
    }
    report.spread("a node ready after its return", &healed, [None, None, Some(HEALED_MS)]);
    stage.audit(&mut report, [None, None, Some(GAP_MS)]).await?;
    Ok(report)
}

async fn fail(stage: &mut Stage, node: usize, fault: Fault) -> Result<(), ScenarioError> {
    let cluster = stage.world.cluster()?;
    match fault {
        Fault::Off => {
            cluster.cut(node, Cut::Off)?;
            sleep(CUT_FOR).await;
        }
        Fault::OneWay => {
            cluster.cut(node, Cut::Mute)?;
            sleep(CUT_FOR).await;
        }
        Fault::Flapping => {
            for _ in 0..4 {
                cluster.cut(node, Cut::Off)?;
                sleep(FLAP).await;
                cluster.cut(node, Cut::Healed)?;
                sleep(FLAP).await;
            }
        }
    }
    Ok(cluster.cut(node, Cut::Healed)?)
}
