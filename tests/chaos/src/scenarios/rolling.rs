//! R12: every node is asked to end and started again, one after the other, under load. Nobody notices.

use std::time::Duration;

use super::{Options, ScenarioError, Stage};
use crate::{
    report::{Figure, Report},
    world::Signal,
};

/// Time a node has to hand over and end.
const ENDS_WITHIN_MS: f64 = 10_000.0;
const AT_MOST: Duration = Duration::from_millis(11_500);

pub(super) async fn run(options: &Options) -> Result<Report, ScenarioError> {
    let mut report = Report::new(
        "rolling",
        format!("every node replaced × {}, with {} calls", options.times, options.calls),
    );
    let mut stage = Stage::cluster(options).await?;
    let before = stage.counts();
    let mut ended = Vec::new();
    for _ in 0..options.times {
        for node in 0..stage.world.cluster()?.nodes().len() {
            stage.ready().await;
            let cluster = stage.world.cluster()?;
            ended.push(cluster.end(node, Signal::Term).await?);
            cluster.back(node).await?;
            stage.settle(Duration::from_secs(3), AT_MOST).await;
        }
    }
    let during = stage.counts().since(&before);
    report.figure(Figure::none("5xx", during.server_errors(), during.ok));
    report.spread("node ends after", &ended, [None, None, Some(ENDS_WITHIN_MS)]);
    stage.audit(&mut report, [None, Some(100.0), None]).await?;
    Ok(report)
}
