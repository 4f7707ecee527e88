//! R8: the data folder's file system is full. Calls do not notice, writes are refused with 507 or 503, and all is well once there is
//! room again.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use http::Method;
use serde_json::json;
use tokio::time::sleep;

use super::{Options, ScenarioError, Stage, stage};
use crate::report::{Figure, Report};

const AT_MOST: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(50);
/// Room for the demo and a while of chats.
const SIZE: &str = "64m";
/// How long it stays full.
const FULL_FOR: Duration = Duration::from_secs(6);
/// How long it may take until writes work again.
const RECOVERED_MS: f64 = 5_000.0;

/// A small file system that is gone afterwards.
struct Small(PathBuf);

impl Small {
    fn mount() -> Result<Self, ScenarioError> {
        let folder = std::env::temp_dir().join(format!("tandem-chaos-{}", std::process::id()));
        let machine =
            |error: std::io::Error| ScenarioError::Machine(format!("{}: {error}", folder.display()));
        std::fs::create_dir_all(&folder).map_err(machine)?;
        let options = format!("size={SIZE}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&folder).output();
        match mounted.map_err(machine)? {
            output if output.status.success() => Ok(Self(folder)),
            output => {
                let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                Err(ScenarioError::Machine(format!("a tmpfs cannot be mounted here (it takes root): {why}")))
            }
        }
    }
}

/// Takes all the room there is; what to remove to give it back.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("filler");
    if let Ok(mut file) = File::create(&path) {
        for size in [1 << 16, 1 << 12, 1 << 8] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }
    path
}

impl Drop for Small {
    fn drop(&mut self) {
        // Nothing else can be done about a mount that stays.
        let _ = Command::new("umount").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

pub(super) async fn run(options: &Options) -> Result<Report, ScenarioError> {
    let mut report = Report::new(
        "disk_full",
        format!("a {SIZE} disk runs full × {}, with {} calls", options.times, options.calls),
    );
    let small = Small::mount()?;
    let result = fill_up(&small, options, &mut report).await;
    result.map(|()| report)
}

async fn fill_up(small: &Small, options: &Options, report: &mut Report) -> Result<(), ScenarioError> {
    let (world, folder) = stage::single(options, Some(&small.0)).await?;
    let mut stage = Stage::set(world, folder, options).await?;
    let (mut statuses, mut recoveries) = (Vec::new(), Vec::new());
    let command = stage.durable_command().await?;
    for _ in 0..options.times {
        stage.ready().await;
        let folder = small.0.clone();
        // Not on this thread: audio is counted here.
        let filler = tokio::task::spawn_blocking(move || fill(&folder)).await;
        let filler = filler.map_err(|error| ScenarioError::Machine(error.to_string()))?;
        statuses.extend(refusals(&stage).await);
        let _ = std::fs::remove_file(&filler);
        let emptied = Instant::now();
        while !stage.is_durable(&command).await && emptied.elapsed() < AT_MOST {
            sleep(AGAIN).await;
        }
        recoveries.push(emptied.elapsed());
        stage.settle(Duration::from_secs(2), Duration::from_millis(11_500)).await;
        if stage.world.single()?.has_ended() {
            report.finding("the server ended");
            break;
        }
    }
    let refused = statuses.len() as u64;
    let other = statuses.iter().filter(|status| !matches!(status, 503 | 507)).count() as u64;
    report.figure(Figure::told("writes refused while it was full", "", refused as f64));
    report.figure(Figure::none("refused with anything but 503 and 507", other, refused));
    report.spread("writes again after", &recoveries, [None, None, Some(RECOVERED_MS)]);
    stage.audit(report, [None, None, Some(60.0)]).await?;
    stage.end().await
}

/// Writes while there is no room; the statuses of those refused, 0 for no answer.
async fn refusals(stage: &Stage) -> Vec<u16> {
    let rest = stage.reader.web().rest();
    let (mut statuses, began, mut number) = (Vec::new(), Instant::now(), 0);
    while began.elapsed() < FULL_FOR {
        number += 1;
        let body = json!({ "primary": "busy", "message": format!("{number} {}", "x".repeat(100)) });
        match rest.send(Method::PUT, "/me/presence", Some(&body)).await {
            Ok(answer) if answer.status.is_success() => {}
            Ok(answer) => statuses.push(answer.status.as_u16()),
            Err(_) => statuses.push(0),
        }
        sleep(Duration::from_millis(100)).await;
    }
    statuses
}
