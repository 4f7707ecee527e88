//! Versions as entity tags: `ETag` out, `If-Match` in (RFC 9110 §8.8.3, §13.1.1).

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tandem_edge::{ApiProblem, Json};

/// A body with its version as `ETag`.
pub(super) fn tagged<T: Serialize>(status: StatusCode, version: i64, body: T) -> Response {
    (status, [(header::ETAG, format!("\"{version}\""))], Json(body)).into_response()
}

/// The version `If-Match` asks for; `None` when it is absent or `*`.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<i64>, ApiProblem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version
        .map(Some)
        .ok_or_else(|| ApiProblem::invalid("If-Match", "must be an ETag this server sent, such as \"3\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &'static str) -> Result<Option<i64>, ApiProblem> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, value.parse().expect("a header"));
        expected(&headers)
    }

    #[test]
    fn only_our_own_tags_are_versions() {
        assert_eq!(read("\"3\""), Ok(Some(3)));
        assert_eq!(read("*"), Ok(None));
        assert_eq!(expected(&HeaderMap::new()), Ok(None));
        for wrong in ["3", "W/\"3\"", "\"three\"", "\"1\", \"2\""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
