//! R5: Redis is killed, flushed, or away for a minute. Calls go on, new ones are set up, and presence is right soon after.

use std::time::{Duration, Instant};

use tandem_proto::api::{Page, Person, Presence};
use tokio::time::sleep;

use super::{Options, ScenarioError, Stage};
use crate::{
    report::{Figure, Report},
    world::Signal,
};

/// How long it is away, when it is away.
const AWAY: Duration = Duration::from_secs(60);
/// Presence is right after this.
const PRESENCE_MS: f64 = 10_000.0;
const AT_MOST: Duration = Duration::from_millis(11_500);

pub(super) async fn killed(options: &Options) -> Result<Report, ScenarioError> {
    gone("redis_killed", "Redis is killed and starts again, empty", Duration::ZERO, options).await
}

/// It stands still, which is worse than being gone: connections hang. Then it is killed and comes back empty.
pub(super) async fn away(options: &Options) -> Result<Report, ScenarioError> {
    gone("redis_away", "Redis is away for 60 s", AWAY, options).await
}

async fn gone(name: &str, story: &str, away: Duration, options: &Options) -> Result<Report, ScenarioError> {
    let mut report = Report::new(name, format!("{story}, with {} calls", options.calls));
    let mut stage = Stage::cluster(options).await?;
    stage.ready().await;
    let signal = if away.is_zero() { Signal::Kill } else { Signal::Stop };
    stage.world.cluster()?.signal_redis(signal)?;
    // While it is away a second lot of calls is set up: those that are up are hung up first, so all have to be made anew.
    let during = Instant::now();
    stage.settle(Duration::from_secs(3), AT_MOST).await;
    stage.calls.hang_up().await;
    let wanted = stage.calls.pairs.len();
    let made = stage.calls.set_up().await;
    sleep(away.saturating_sub(during.elapsed())).await;
    if !away.is_zero() {
        stage.world.cluster()?.signal_redis(Signal::Kill)?;
    }
    stage.world.cluster()?.redis_back().await?;
    let lost = wanted.saturating_sub(made) as f64 / wanted.max(1) as f64 * 100.0;
    report
        .figure(Figure::at_most("new calls not set up meanwhile", "%", Some(lost), 5.0).over(wanted as u64));
    finish(stage, report).await
}

pub(super) async fn flushed(options: &Options) -> Result<Report, ScenarioError> {
    let mut report =
        Report::new("redis_flushed", format!("FLUSHALL × {}, with {} calls", options.times, options.calls));
    let mut stage = Stage::cluster(options).await?;
    for _ in 0..options.times {
        stage.ready().await;
        stage.world.cluster()?.flush_redis().await?;
        stage.settle(Duration::from_secs(3), AT_MOST).await;
    }
    report.figure(Figure::told("flushes", "", options.times as f64));
    finish(stage, report).await
}

/// Everybody who has a socket must be shown as there.
async fn finish(mut stage: Stage, mut report: Report) -> Result<Report, ScenarioError> {
    let back = Instant::now();
    let right = loop {
        let people: Result<Page<Person>, _> = stage.reader.web().rest().get("/people?query=supervisor").await;
        let here =
            people.is_ok_and(|page| page.items.iter().any(|it| it.presence.primary != Presence::Offline));
        if here || back.elapsed() > AT_MOST {
            break here.then(|| back.elapsed());
        }
        sleep(Duration::from_millis(200)).await;
    };
    let right = right.unwrap_or(AT_MOST).as_secs_f64() * 1_000.0;
    report.figure(Figure::at_most("presence right after", "ms", Some(right), PRESENCE_MS));
    stage.audit(&mut report, [None, None, Some(60.0)]).await?;
    Ok(report)
}
