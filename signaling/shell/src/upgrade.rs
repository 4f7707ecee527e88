//! The HTTP request that becomes a WebSocket (RFC 6455 §4.2), and the answers to all others.

use std::{convert::Infallible, future::ready, net::SocketAddr, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn, upgrade::Upgraded};
use hyper_util::rt::{TokioIo, TokioTimer};
use tandem_proto::Problem;
use tandem_setup::Proxies;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// For the request's head.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Its bytes.
const HEAD_BYTES: usize = 16 * 1024;
/// The subprotocol (RFC 7118 §4).
const SIP: &str = "sip";
/// The version of the WebSocket protocol.
const VERSION: &str = "13";
/// Bytes of a key before base64.
const KEY_BYTES: usize = 16;

/// No WebSocket came of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotUpgraded {
    /// No request in time.
    #[error("no WebSocket was opened in time")]
    Late,
    /// The answer was no, or there was nothing to answer.
    #[error("no WebSocket was opened")]
    Refused,
    /// The connection broke.
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Why a request does not become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
enum Refusal {
    #[error("only GET opens a WebSocket")]
    Method,
    #[error("here is SIP over WebSocket (RFC 7118) and nothing else: ask for an upgrade")]
    NoUpgrade,
    #[error("version 13 of the WebSocket protocol is spoken, and no other")]
    Version,
    #[error("Sec-WebSocket-Key has to be 16 bytes in base64")]
    Key,
    #[error("the subprotocol \"sip\" has to be among those offered")]
    NotSip,
}

/// Answers the first request of a stream. The WebSocket's stream, and whose it is: the sender's, or whom a proxy asks for.
pub(crate) async fn upgrade<S>(
    stream: S,
    from: SocketAddr,
    proxies: &Proxies,
) -> Result<(TokioIo<Upgraded>, SocketAddr), NotUpgraded>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (made, mut taken) = mpsc::channel(1);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let client = proxies.client(from, request.headers());
        let answer = match accepted(&request) {
            Ok(key) => {
                // One connection becomes one WebSocket: there is room for it.
                let _ = made.try_send((hyper::upgrade::on(&mut request), client));
                switched(key)
            }
            Err(refusal) => {
                tracing::debug!(peer = %client, %refusal, "no WebSocket");
                refusal.answer()
            }
        };
        ready(Ok::<_, Infallible>(answer))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await?;
    let (upgraded, client) = taken.try_recv().map_err(|_| NotUpgraded::Refused)?;
    Ok((TokioIo::new(upgraded.await?), client))
}

/// The answer to its key, if a request may become a WebSocket.
fn accepted<B>(request: &Request<B>) -> Result<HeaderValue, Refusal> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return Err(Refusal::Method);
    }
    if request.version() < Version::HTTP_11
        || !names(headers, &header::CONNECTION, "upgrade")
        || !names(headers, &header::UPGRADE, "websocket")
    {
        return Err(Refusal::NoUpgrade);
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
        return Err(Refusal::Version);
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map_or(&b""[..], HeaderValue::as_bytes);
    if STANDARD.decode(key).map_or(0, |bytes| bytes.len()) != KEY_BYTES {
        return Err(Refusal::Key);
    }
    if !names(headers, &header::SEC_WEBSOCKET_PROTOCOL, SIP) {
        return Err(Refusal::NotSip);
    }
    HeaderValue::try_from(derive_accept_key(key)).map_err(|_| Refusal::Key)
}

/// Whether a header that lists tokens has this one.
fn names(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|each| each.trim().eq_ignore_ascii_case(token))
}

fn switched(key: HeaderValue) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SIP));
    answer
}

impl Refusal {
    fn answer(self) -> Response<Full<Bytes>> {
        let (status, slug, more) = match self {
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", Some((header::ALLOW, "GET")))
            }
            Self::NoUpgrade => {
                (StatusCode::UPGRADE_REQUIRED, "websocket-required", Some((header::UPGRADE, "websocket")))
            }
            Self::Version => (
                StatusCode::UPGRADE_REQUIRED,
                "websocket-version",
                Some((header::SEC_WEBSOCKET_VERSION, VERSION)),
            ),
            Self::Key => (StatusCode::BAD_REQUEST, "websocket-key", None),
            Self::NotSip => (StatusCode::BAD_REQUEST, "websocket-subprotocol", None),
        };
        let problem = Problem::new(status.as_u16(), slug, "No WebSocket").detail(self.to_string());
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut answer = Response::new(Full::new(Bytes::from(body)));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        if let Some((name, value)) = more {
            headers.insert(name, HeaderValue::from_static(value));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDSHAKE: [(&str, &str); 5] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-protocol", "chat, SIP"),
    ];

    fn with(changed: Option<(&str, &str)>) -> Request<()> {
        let mut request = Request::get("/");
        for (name, value) in HANDSHAKE {
            let value = changed.filter(|(other, _)| *other == name).map_or(value, |(_, value)| value);
            request = request.header(name, value);
        }
        request.body(()).expect("a request")
    }

    #[test]
    fn the_key_is_answered_as_in_the_rfc() {
        assert_eq!(accepted(&with(None)).expect("taken"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_refused_is_told_why() {
        for (changed, refusal, status) in [
            (("connection", "close"), Refusal::NoUpgrade, 426),
            (("upgrade", "h2c"), Refusal::NoUpgrade, 426),
            (("sec-websocket-version", "8"), Refusal::Version, 426),
            (("sec-websocket-key", "dG9vIHNob3J0"), Refusal::Key, 400),
            (("sec-websocket-key", "!"), Refusal::Key, 400),
            (("sec-websocket-protocol", "xmpp"), Refusal::NotSip, 400),
        ] {
            let refused = accepted(&with(Some(changed))).expect_err("refused");
            assert_eq!((refused, refused.answer().status().as_u16()), (refusal, status), "{changed:?}");
        }
        let mut post = with(None);
        *post.method_mut() = Method::POST;
        assert_eq!(accepted(&post), Err(Refusal::Method));
        let mut old = with(None);
        *old.version_mut() = Version::HTTP_10;
        assert_eq!(accepted(&old), Err(Refusal::NoUpgrade));
    }
}
