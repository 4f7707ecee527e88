//! R9: the machine's clock jumps two hours ahead, back, and two hours back, while people talk. Timers are monotonic, the log is ordered by
//! position, nothing ends before its time.

use std::{path::Path, time::Duration};

use tokio::time::sleep;

use super::{Options, ScenarioError, Stage, stage};
use crate::report::Report;

/// What the server's clock is off by, one after the other: ahead, right, back, right.
const JUMPS: [&str; 4] = ["+7200", "+0", "-7200", "+0"];
const AT_LEAST: Duration = Duration::from_secs(4);
const AT_MOST: Duration = Duration::from_millis(11_500);
/// What a wait that does not go by the clock takes anyway.
const GAP_MS: f64 = 60.0;

pub(super) async fn run(options: &Options) -> Result<Report, ScenarioError> {
    let mut report = Report::new(
        "clock",
        format!("the clock jumps +2 h, back, −2 h, back × {}, with {} calls", options.times, options.calls),
    );
    let (mut world, folder) = stage::single(options, None).await?;
    let offset = world.single()?.data().join("clock");
    set(&offset, "+0")?;
    world.single()?.fake_clock(&offset).await?;
    let mut stage = Stage::set(world, folder, options).await?;
    for _ in 0..options.times {
        for jump in JUMPS {
            stage.ready().await;
            set(&offset, jump)?;
            stage.settle(AT_LEAST, AT_MOST).await;
            sleep(Duration::from_secs(1)).await;
        }
    }
    stage.audit(&mut report, [None, None, Some(GAP_MS)]).await?;
    stage.end().await?;
    Ok(report)
}

/// Whole: the program reads the file whenever it asks for the time.
fn set(path: &Path, offset: &str) -> Result<(), ScenarioError> {
    let new = path.with_extension("new");
    let written = std::fs::write(&new, offset).and_then(|()| std::fs::rename(&new, path));
    written.map_err(|error| ScenarioError::Machine(format!("{}: {error}", path.display())))
}
