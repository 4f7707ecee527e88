//! R10: a process stands still for 1, 5 and 30 s and goes on. Alone, its calls have a gap of that length; in a cluster others take
//! over, and what the old owner still wants to write is refused.

use std::time::Duration;

use tokio::time::sleep;

use super::{Options, ScenarioError, Stage};
use crate::{report::Report, world::Signal};

/// How long it stands still.
const STILL: [u64; 3] = [1, 5, 30];
/// One process cannot send while it stands still: that is the gap, and a little to get going again.
const SLACK_MS: f64 = 1_500.0;
const AT_LEAST: Duration = Duration::from_secs(4);
const AT_MOST: Duration = Duration::from_millis(11_500);

pub(super) async fn single(options: &Options) -> Result<Report, ScenarioError> {
    let mut report = Report::new(
        "sigstop",
        format!("SIGSTOP of the one process for 1 and 5 s, with {} calls", options.calls),
    );
    let mut stage = Stage::single(options).await?;
    // 30 s are over the 10 s after which a call counts as lost, whoever stands still.
    for seconds in STILL.into_iter().filter(|seconds| *seconds < 10) {
        stage.ready().await;
        let single = stage.world.single()?;
        single.signal(Signal::Stop)?;
        sleep(Duration::from_secs(seconds)).await;
        single.signal(Signal::Cont)?;
        stage.settle(AT_LEAST, AT_MOST).await;
    }
    stage.audit(&mut report, [None, None, Some(5_000.0 + SLACK_MS)]).await?;
    Ok(report)
}

pub(super) async fn role(role: &str, options: &Options) -> Result<Report, ScenarioError> {
    let name = format!("sigstop_{role}");
    let mut report = Report::new(
        &name,
        format!("SIGSTOP of a {role} node for 1, 5 and 30 s, with {} calls", options.calls),
    );
    let mut stage = Stage::cluster(options).await?;
    for (round, seconds) in STILL.into_iter().enumerate() {
        stage.ready().await;
        let nodes = stage.world.cluster()?.with_role(role);
        let Some(node) = nodes.get(round % nodes.len().max(1)).copied() else {
            return Err(ScenarioError::Machine(format!("the cluster has no {role} node")));
        };
        stage.world.cluster()?.signal(node, Signal::Stop)?;
        sleep(Duration::from_secs(seconds)).await;
        stage.world.cluster()?.signal(node, Signal::Cont)?;
        stage.settle(AT_LEAST, AT_MOST).await;
    }
    stage.audit(&mut report, [None, None, Some(60.0)]).await?;
    Ok(report)
}
