//! The API's documentation: a page of our own that draws the OpenAPI document, so that it works without any other server.

use axum::{
    Router,
    http::{HeaderValue, header},
    response::IntoResponse,
    routing::get,
};
use utoipa::openapi::OpenApi;

use crate::asyncapi;

/// Serves the documents at `/api/v1/openapi.json` and `/api/v1/asyncapi.json`, and the page at `/docs`.
pub(crate) fn routes(document: &OpenApi) -> Router {
    let json = document.to_json().unwrap_or_default();
    let events = asyncapi::describe(document).to_string();
    Router::new()
        .route("/api/v1/asyncapi.json", get(async move || text("application/json", events)))
        .route("/api/v1/openapi.json", get(async move || text("application/json", json)))
        .route("/docs", get(async || text("text/html; charset=utf-8", include_str!("docs/page.html"))))
        .route(
            "/docs/page.js",
            get(async || text("text/javascript; charset=utf-8", include_str!("docs/page.js"))),
        )
        .route(
            "/docs/console.js",
            get(async || text("text/javascript; charset=utf-8", include_str!("docs/console.js"))),
        )
        .route("/docs/page.css", get(async || text("text/css; charset=utf-8", include_str!("docs/page.css"))))
}

fn text<T: IntoResponse>(kind: &'static str, content: T) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, content)
}
