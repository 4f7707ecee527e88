//! The life of a server: start, ready, drain.

use std::{future::Future, time::Duration};

use tandem_setup::{Config, Metrics, Runtime, StartError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    compose::{self, Parts},
    demo,
    http::{self, Listener},
    say,
};

/// Longest time between the wish to stop and the end of the process.
const STOP_WITHIN: Duration = Duration::from_secs(10);

pub(crate) async fn serve(config: Config) -> Result<(), StartError> {
    let began = Instant::now();
    let metrics = Metrics::install()?;
    compose::data_folder(&config.data)?;
    let listener = Listener::bind("HTTP", "--http", config.http).await?;
    let admin = Listener::bind("metrics and health", "--admin", config.admin).await?;
    let parts = compose::start(&config).await?;
    let runtime = Runtime {
        http: listener.address,
        admin: admin.address,
        sip: parts.sip,
        media: parts.media,
        pid: std::process::id(),
    };
    let app = http::app(&parts);
    let demo = if config.demo { Some(demo::prepare(&config, &parts, &runtime).await?) } else { None };
    runtime
        .write(&config.data)
        .map_err(|error| StartError::Data { path: config.data.clone(), reason: error.to_string() })?;

    let stopping = CancellationToken::new();
    let servers = [
        tokio::spawn(listener.serve(app, stopping.clone())),
        tokio::spawn(admin.serve(http::admin(&parts, metrics.clone()), stopping.clone())),
    ];
    tokio::spawn(metrics.upkeep());
    say(&format!("ready http://{} in {} ms", runtime.http, began.elapsed().as_millis()))?;
    if let Some(demo) = demo {
        say(&demo)?;
    }

    let reason = tandem_setup::stop_requested()
        .await
        .map_err(|error| StartError::Failed(format!("signals cannot be listened to: {error}")))?;
    tracing::info!(reason, "draining");
    Runtime::remove(&config.data);
    if tokio::time::timeout(STOP_WITHIN, stop(parts, stopping, servers)).await.is_err() {
        tracing::warn!("not everything ended in time");
    }
    Ok(())
}

/// Takes no more work, lets clients go elsewhere, ends what was begun, closes the store last.
async fn stop<T: Future>(parts: Parts, stopping: CancellationToken, servers: [T; 2]) {
    parts.stopping.cancel();
    stopping.cancel();
    // Phones are told by BYE; one that does not answer is not waited for.
    let _ = tokio::time::timeout(Duration::from_secs(3), parts.communicate.drain()).await;
    parts.edge.drain().await;
    // Idle keep-alive connections end at once; requests under way get their answer.
    let _ = tokio::time::timeout(Duration::from_secs(3), futures::future::join_all(servers)).await;
    parts.store.close().await;
    tracing::info!("stopped");
}
