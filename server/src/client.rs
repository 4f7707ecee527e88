//! The web client, embedded in the program.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, File, include_dir};
use tandem_edge::no_route;

/// `web/dist`, or the page that says how to build it (`build.rs`).
static CLIENT: Dir<'_> = include_dir!("$OUT_DIR/client");

/// Files whose names change with their content.
const HASHED: &str = "assets/";

/// Answers with a file of the client. A path that names no file is a page of the client, which routes by itself.
pub(crate) async fn serve(request: Request) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return no_route(request.method().clone(), request.uri().clone()).await.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let page = if last_segment(path).contains('.') { None } else { CLIENT.get_file("index.html") };
    let Some(file) = CLIENT.get_file(path).or(page) else {
        return no_route(request.method().clone(), request.uri().clone()).await.into_response();
    };
    answer(file, request.headers().get(header::IF_NONE_MATCH))
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn answer(file: &'static File<'static>, known: Option<&HeaderValue>) -> Response {
    let tag = tag(file.contents());
    let unchanged = known.is_some_and(|known| *known == tag);
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { file.contents().into_response() };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    let hashed = file.path().to_str().is_some_and(|path| path.starts_with(HASHED));
    let caching = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    let kind = mime_guess::from_path(file.path()).first_or_octet_stream();
    if let Ok(kind) = HeaderValue::from_str(&with_charset(kind.as_ref())) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

fn with_charset(kind: &str) -> String {
    if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

fn tag(content: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    // Weak, because the same content may be sent compressed.
    HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish()))
        .unwrap_or(HeaderValue::from_static("W/\"0\""))
}
