//! `ETag` and `If-None-Match` (RFC 9110 §8.8.3, §13.1.2): who has what would be answered is told so in place of it. Saves the way, not
//! the work.

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};

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
    if response.status() != StatusCode::OK || !json || !whole || response.headers().contains_key(header::ETAG)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // A body whose size is known is in memory.
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        return Response::from_parts(parts, Body::empty());
    };
    // Weak: it may be sent compressed or not.
    let tag = format!("W/\"{}\"", &hex::encode(Sha256::digest(&body))[..32]);
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

/// Whether a list of tags has this one, compared weakly.
fn names(list: &HeaderValue, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    list.to_str().is_ok_and(|list| list.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        let names = |list: &'static str| names(&HeaderValue::from_static(list), "W/\"a1\"");
        assert!(names("W/\"a1\"") && names("\"a1\"") && names("\"x\", W/\"a1\"") && names("*"));
        assert!(!names("\"a\"") && !names("a1") && !names(""));
    }
}
