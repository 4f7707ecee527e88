//! Logs, metrics, and where traces join them.

use std::{io::IsTerminal, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, registry::LookupSpan, util::SubscriberInitExt,
};

use crate::{StartError, Traces};

/// Upper bounds of latency buckets, seconds: fine where a healthy server is.
const SECONDS: &[f64] = &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// How often recorded values are folded into buckets, so that a scrape has little to do.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts logging to stderr: lines for people on a terminal, JSON otherwise; and tracing, where `traces` go somewhere. What is traced
/// does not depend on the filter of the log.
///
/// # Errors
/// When the filter cannot be read.
pub fn init_logs(filter: &str, traces: Option<&Traces>) -> Result<(), StartError> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| StartError::Config(format!("log: {filter:?} is not a filter: {error}")))?;
    let started = match traces {
        // One filter for everything is the cheapest: what is not logged does not exist.
        None => tracing_subscriber::registry().with(filter).with(lines()).try_init(),
        Some(traces) => {
            let logs = lines::<Registry>().with_filter(filter);
            tracing_subscriber::registry().with(logs).with(traces.layer()).try_init()
        }
    };
    started.map_err(|error| StartError::Failed(format!("logging cannot start: {error}")))
}

/// How a line of the log looks.
fn lines<S>() -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    if std::io::stderr().is_terminal() {
        fmt::layer().with_writer(std::io::stderr).boxed()
    } else {
        fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed()
    }
}

/// The recorded metrics.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Starts recording everything the process counts.
    ///
    /// # Errors
    /// When something records already.
    pub fn install() -> Result<Self, StartError> {
        let failed = |error| StartError::Failed(format!("metrics cannot be recorded: {error}"));
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
            .map_err(failed)?
            .install_recorder()
            .map(Self)
            .map_err(failed)
    }

    /// As text for Prometheus.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the recorder small. Runs for ever.
    pub async fn upkeep(self) {
        let mut tick = tokio::time::interval(UPKEEP);
        loop {
            tick.tick().await;
            self.0.run_upkeep();
        }
    }
}
