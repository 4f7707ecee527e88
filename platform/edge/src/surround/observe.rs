//! Every request's id, closing log line and metrics; panics and bare refusals become problems.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tandem_proto::{Problem, RequestId, UserId};
use tokio::time::Instant;
use tracing::Instrument;

use crate::{ApiProblem, forward::Carried};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    // A fresh one even if the client sent one: ours are unique and can be trusted in the log. One that another node carried here has its
    // id already.
    let carried = request.extensions().get::<Carried>().and_then(|_| request.extensions().get().copied());
    let id: RequestId = carried.unwrap_or_else(RequestId::generate);
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", %id);
    let mut response = explain(next.run(request).instrument(span.clone()).await, id);
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, taken) = (response.status(), began.elapsed());
    let user = response.extensions().get::<UserId>().map(ToString::to_string);
    tracing::info!(
        parent: &span, %method, path, status = status.as_u16(), us = taken.as_micros() as u64, user,
        "answered"
    );
    let labels = [("method", method.to_string()), ("path", path), ("status", status.as_u16().to_string())];
    metrics::counter!("tandem_http_requests_total", &labels).increment(1);
    metrics::histogram!("tandem_http_request_seconds", &labels[..2]).record(taken.as_secs_f64());
    response
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
