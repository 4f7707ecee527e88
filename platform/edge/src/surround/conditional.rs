//! `ETag` and `If-None-Match` (RFC 9110 §8.8.3, §13.1.2): who has what would be answered is told so in place of it. Saves the way, not
//! the work. `If-Match` is the commands' to check ([`tandem_core::Precondition`]).

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use tandem_core::{CODED, EntityTag};

/// The largest answer that gets a tag.
const BYTES: u64 = 1024 * 1024;

/// Tags answers to `GET`, and leaves out those the client has.
pub(super) async fn conditional(request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let has = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let whole = response.body().size_hint().exact().is_some_and(|bytes| bytes <= BYTES);
    if response.status() != StatusCode::OK || !json || !whole {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // A body whose size is known is in memory.
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        return Response::from_parts(parts, Body::empty());
    };
    // What counts its changes has a tag already.
    let tag = match parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) {
        Some(tag) => tag.to_owned(),
        None => EntityTag::of_bytes(&body).to_string(),
    };
    let known = has.is_some_and(|has| names(&has, &tag));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if !known {
        return Response::from_parts(parts, Body::from(body));
    }
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    Response::from_parts(parts, Body::empty())
}

/// A strong tag names bytes (RFC 9110 §8.8.3.3): those that go out compressed get one of their own, which means the same to us.
pub(super) async fn tell_coded_apart(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let json = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if json && headers.contains_key(header::CONTENT_ENCODING) {
        let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()?.strip_suffix('"'));
        let coded = tag.and_then(|tag| HeaderValue::from_str(&format!("{tag}{CODED}\"")).ok());
        coded.map(|coded| headers.insert(header::ETAG, coded));
    }
    response
}

/// Whether a list of tags has this one, compared weakly.
fn names(list: &HeaderValue, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").replacen(&format!("{CODED}\""), "\"", 1);
    list.to_str().is_ok_and(|list| list.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        let names = |list: &'static str| names(&HeaderValue::from_static(list), "\"a1\"");
        assert!(names("\"a1-gzip\"") && names("W/\"a1-gzip\""));
        assert!(names("W/\"a1\"") && names("\"a1\"") && names("\"x\", W/\"a1\"") && names("*"));
        assert!(!names("\"a\"") && !names("a1") && !names(""));
    }
}
