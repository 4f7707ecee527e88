//! Every request's id, closing log line and metrics; panics and bare refusals become problems.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tandem_bus::trace::{self, TRACEPARENT, Trace};
use tandem_proto::{OrgId, Problem, RequestId, UserId};
use tokio::time::Instant;
use tracing::{Instrument, Span, field::Empty};

use crate::{ApiProblem, forward::Carried};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// On the answer to a request of somebody known: who it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    pub(super) org: OrgId,
    pub(super) user: UserId,
}

pub(super) async fn observe(State(node): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    // A fresh one even if the client sent one: ours are unique and can be trusted in the log. One that another node carried here has its
    // id already.
    let carried = request.extensions().get::<Carried>().is_some();
    let id = request
        .extensions()
        .get::<RequestId>()
        .copied()
        .filter(|_| carried)
        .unwrap_or_else(RequestId::generate);
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let asked = if carried { None } else { asked_within(&request) };
    let span = span(id, &method, &route, carried);
    if let Some(trace) = &asked {
        trace.continues_in(&span);
    }
    let mut response = explain(next.run(request).instrument(span.clone()).await, id);
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, taken) = (response.status(), began.elapsed());
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let asker = response.extensions().get::<Asker>();
    let trace = Trace::of(&span).or(asked).map(|trace| trace.id());
    tracing::info!(
        parent: &span, %method, route, status = status.as_u16(), us = taken.as_micros() as u64,
        org = asker.map(|asker| display(asker.org)), user = asker.map(|asker| display(asker.user)), trace,
        %node, carried,
        "answered"
    );
    let labels = [("method", method.to_string()), ("path", route), ("status", status.as_u16().to_string())];
    metrics::counter!("tandem_http_requests_total", &labels).increment(1);
    metrics::histogram!("tandem_http_request_seconds", &labels[..2]).record(taken.as_secs_f64());
    response
}

/// The span of a request; where there are traces, it begins one or goes on with one, under the names OpenTelemetry has for its fields.
fn span(id: RequestId, method: &Method, route: &str, carried: bool) -> Span {
    if !trace::is_on() {
        return tracing::info_span!("request", %id);
    }
    tracing::info_span!(
        "request", %id,
        otel.name = format!("{method} {route}"),
        // One that was carried here is a part of the trace it came with, or of none.
        otel.kind = if carried { "internal" } else { "server" },
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = Empty,
    )
}

/// The trace the client says the request belongs to.
fn asked_within(request: &Request) -> Option<Trace> {
    let mut values = request.headers().get_all(TRACEPARENT).iter();
    match (values.next(), values.next()) {
        (Some(one), None) => one.to_str().ok()?.parse().ok(),
        _ => None,
    }
}

/// Answers a request whose handler panicked, and keeps serving the others.
pub(super) async fn catch_panic(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|panic| {
        let text =
            panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        tracing::error!(panic = text.unwrap_or("?"), "a handler panicked");
        ApiProblem::internal_unexplained().into_response()
    })
}

/// Names the request in a problem, and makes problems of refusals that come without a body (405, 404 of nested services).
fn explain(mut response: Response, id: RequestId) -> Response {
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if status == StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(405, "method-not-allowed", "This path does not take that method")
        }
        None => return response,
    };
    let (mut parts, _) = response.into_parts();
    let named = Problem { instance: Some(format!("urn:uuid:{id}")), ..problem };
    let mut explained = ApiProblem(named).into_response();
    // The body is a new one: neither the old one's length nor its coding is true of it.
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    for (name, value) in &parts.headers {
        explained.headers_mut().entry(name).or_insert(value.clone());
    }
    explained.extensions_mut().extend(parts.extensions);
    explained
}
