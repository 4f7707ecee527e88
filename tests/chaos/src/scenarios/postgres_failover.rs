//! R6: the primary is killed, the synchronous standby promoted. Only 503 with Retry-After meanwhile, and nothing acknowledged is lost.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{Options, ScenarioError, Stage};
use crate::report::{Figure, Report};

/// A supervisor that has not promoted the standby by then is not going to.
const NOTICE: Duration = Duration::from_secs(5);
/// Longest time without writes.
const WITHOUT_WRITES_MS: f64 = 15_000.0;
const AT_MOST: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(50);

pub(super) async fn run(options: &Options) -> Result<Report, ScenarioError> {
    let story = format!(
        "the primary is killed and the standby promoted, with {} calls, {} writers",
        options.calls, options.writers
    );
    let mut report = Report::new("postgres_failover", story);
    let mut stage = Stage::cluster(options).await?;
    stage.ready().await;
    let command = stage.durable_command().await?;
    let before = stage.counts();
    let killed = Instant::now();
    stage.world.cluster()?.kill_primary()?;
    let mut unaided = true;
    while !stage.is_durable(&command).await && killed.elapsed() < AT_MOST {
        sleep(AGAIN).await;
        if killed.elapsed() > NOTICE && unaided {
            unaided = false;
            stage.world.cluster()?.promote();
        }
    }
    let written = killed.elapsed();
    stage.settle(Duration::from_secs(3), Duration::from_millis(11_500)).await;
    let during = stage.counts().since(&before);
    let without = Some(written.as_secs_f64() * 1_000.0);
    report.figure(Figure::at_most("without writes", "ms", without, WITHOUT_WRITES_MS));
    report.figure(Figure::told("503 with Retry-After meanwhile", "", during.later as f64));
    stage.audit(&mut report, [None, None, Some(100.0)]).await?;
    Ok(report)
}
