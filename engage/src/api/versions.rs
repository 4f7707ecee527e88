//! Versions as entity tags (RFC 9110 §8.8.3).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tandem_core::EntityTag;
use tandem_edge::Json;

/// A body with its version as `ETag`.
pub(super) fn tagged<T: Serialize>(status: StatusCode, version: i64, body: T) -> Response {
    (status, [(header::ETAG, EntityTag::version(version).to_string())], Json(body)).into_response()
}
