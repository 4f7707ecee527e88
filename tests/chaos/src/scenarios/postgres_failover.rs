//! R6: the primary is killed, the synchronous standby promoted. Only 503 with Retry-After meanwhile, and nothing acknowledged is lost.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::sleep;

use super::{Options, ScenarioError, Stage};
use crate::report::{Figure, Report};

/// How long nobody promotes: an operator, or a tool, has to notice first.
const NOTICE: Duration = Duration::from_secs(3);
/// Longest time without writes.
const WITHOUT_WRITES_MS: f64 = 15_000.0;
const AT_MOST: Duration = Duration::from_secs(30);

pub(super) async fn run(options: &Options) -> Result<Report, ScenarioError> {
    let story = format!(
        "the primary is killed and the standby promoted, with {} calls, {} writers",
        options.calls, options.writers
    );
    let mut report = Report::new("postgres_failover", story);
    let mut stage = Stage::cluster(options).await?;
    stage.ready().await;
    let before = stage.counts();
    let cluster = stage.world.cluster()?;
    let killed = Instant::now();
    cluster.kill_primary()?;
    sleep(NOTICE).await;
    stage.world.cluster()?.promote()?;
    let promoted = killed.elapsed();
    // A write of our own tells when writing works again.
    let reader = stage.reader.web().rest().clone();
    while reader.put("/me/presence", &json!({ "primary": "available" })).await.is_err()
        && killed.elapsed() < AT_MOST
    {
        sleep(Duration::from_millis(100)).await;
    }
    let written = killed.elapsed();
    stage.settle(Duration::from_secs(3), Duration::from_millis(11_500)).await;
    let during = stage.counts().since(&before);
    report.figure(Figure::told("standby promoted after", "ms", promoted.as_secs_f64() * 1_000.0));
    let without = Some(written.as_secs_f64() * 1_000.0);
    report.figure(Figure::at_most("without writes", "ms", without, WITHOUT_WRITES_MS));
    report.figure(Figure::told("503 with Retry-After meanwhile", "", during.later as f64));
    stage.audit(&mut report, [None, None, Some(100.0)]).await?;
    Ok(report)
}
