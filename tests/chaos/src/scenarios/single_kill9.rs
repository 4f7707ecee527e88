//! R16: the one process is killed with −9 in the middle of everything, and started again on the same data.

use std::time::Duration;

use tokio::time::sleep;

use super::{Options, ScenarioError, Stage};
use crate::report::Report;

/// Time for the load between two kills; random within it, so that each kill meets another moment.
const BETWEEN: std::ops::Range<f64> = 0.3..2.5;
/// Every so many kills the time before is long enough for customers to come through the greeting, so that some wait, some are alerted and
/// some talk; and the calls before it were ended and made anew, so that there are records of ended and of open ones.
const RESPITE_EVERY: usize = 5;
const RESPITE: std::ops::Range<f64> = 5.0..9.0;
/// After the restart: audio that was restored has to last this long.
const AT_LEAST: Duration = Duration::from_millis(2_000);
/// Longest wait for calls to come back: beyond 10 s they are lost.
const AT_MOST: Duration = Duration::from_millis(11_000);

pub(super) async fn run(options: &Options) -> Result<Report, ScenarioError> {
    let story = format!(
        "kill −9 × {} with {} calls, {} writers, {} customers",
        options.times, options.calls, options.writers, options.customers
    );
    let mut report = Report::new("single_kill9", story);
    let mut stage = Stage::single(options).await?;
    let mut ready = Vec::new();
    for kill in 1..=options.times {
        let respite = kill % RESPITE_EVERY == 0;
        if respite {
            stage.calls.hang_up().await;
        }
        stage.ready().await;
        let between = if respite { RESPITE } else { BETWEEN };
        sleep(Duration::from_secs_f64(rand::random_range(between))).await;
        let single = stage.world.single()?;
        single.kill().await?;
        single.restart().await?;
        ready.push(single.ready_after);
        stage.settle(AT_LEAST, AT_MOST).await;
    }
    report.spread("ready again", &ready, [None, None, None]);
    stage.audit(&mut report, [None, None, Some(3_000.0)]).await?;
    if !report.passes()
        && let Some(folder) = stage.keep()
    {
        report.finding(format!("data and log are kept in {}", folder.display()));
    }
    Ok(report)
}
