//! Traces: what a request went through, on however many nodes, sent to an OpenTelemetry collector.
//!
//! They may be lost and never hold anything up: spans wait in a bounded queue, a full one drops them, and a thread of its own sends them
//! on. Only spans of Tandem's own crates leave the process; events do not, since log lines may hold more than a collector should see.

use std::time::Duration;

use opentelemetry::{
    Context, KeyValue, TraceId,
    trace::{Link, SpanKind, TraceContextExt as _, TraceState, TracerProvider as _},
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{
        BatchConfigBuilder, BatchSpanProcessor, Sampler, SamplingDecision, SamplingResult, SdkTracerProvider,
        ShouldSample,
    },
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, filter_fn},
    registry::LookupSpan,
};

use crate::{Config, StartError};

/// Spans that may wait to be sent; more are dropped.
const QUEUE_SPANS: usize = 8_192;
/// Spans sent at once.
const BATCH_SPANS: usize = 512;
/// Spans are sent this often, or when a batch is full.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// A collector that takes longer is away.
const SEND_WITHIN: Duration = Duration::from_secs(3);
/// What is left may take so long at the end.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// Where spans go.
#[derive(Clone, Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// As the configuration says; `None`: nothing is traced and nothing runs for it. Not to be called on a runtime's thread.
    ///
    /// # Errors
    /// When the exporter cannot be made.
    pub fn start(config: &Config, version: &'static str) -> Result<Option<Self>, StartError> {
        let Some(collector) = &config.otlp else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{collector}/v1/traces"))
            .with_timeout(SEND_WITHIN)
            .build()
            .map_err(|error| StartError::Config(format!("otlp: {error}")))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE_SPANS)
            .with_max_export_batch_size(BATCH_SPANS)
            .with_scheduled_delay(SEND_EVERY)
            .build();
        let resource = Resource::builder()
            .with_service_name("tandem")
            .with_attribute(KeyValue::new("service.instance.id", config.name.clone()))
            .with_attribute(KeyValue::new("service.version", version))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
            .with_sampler(FromRequests(Sampler::ParentBased(Box::new(Sampler::AlwaysOn))))
            .with_resource(resource)
            .build();
        Ok(Some(Self(provider)))
    }

    /// What makes spans of those of `tracing`.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    {
        let ours = filter_fn(|span| span.is_span() && span.target().starts_with("tandem"))
            .with_max_level_hint(LevelFilter::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("tandem"))
            .with_location(false)
            .with_threads(false)
            .with_level(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    }

    /// Sends what is left, for two seconds at most. Not to be called on a runtime's thread.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(FLUSH_WITHIN) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// A trace begins with a request from outside, or goes on from one; what a node does by itself makes none.
#[derive(Clone, Debug)]
struct FromRequests(Sampler);

impl ShouldSample for FromRequests {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let goes_on = parent.is_some_and(|parent| parent.span().span_context().is_valid());
        if goes_on || *kind == SpanKind::Server {
            return self.0.should_sample(parent, trace, name, kind, attributes, links);
        }
        SamplingResult {
            decision: SamplingDecision::Drop,
            attributes: Vec::new(),
            trace_state: TraceState::NONE,
        }
    }
}
