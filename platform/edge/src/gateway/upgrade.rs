//! The handshake of a WebSocket (RFC 6455 §4.2), as a handler's argument.

use axum::{
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tandem_proto::Problem;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{deflate, frame::Coding};
use crate::ApiProblem;

/// A request to go on as a WebSocket.
pub(super) struct Upgrade {
    key: HeaderValue,
    coding: Coding,
    on_upgrade: OnUpgrade,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        let headers = &parts.headers;
        if parts.method != Method::GET {
            return Err(refused("the handshake is a GET"));
        }
        if !names(headers, &header::CONNECTION, "upgrade") || !names(headers, &header::UPGRADE, "websocket") {
            return Err(refused("send `Connection: Upgrade` and `Upgrade: websocket`"));
        }
        if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            return Err(refused("only version 13 is known"));
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY).cloned();
        let key = key.ok_or_else(|| refused("`Sec-WebSocket-Key` is missing"))?;
        let on_upgrade = parts.extensions.remove::<OnUpgrade>();
        let on_upgrade = on_upgrade.ok_or_else(|| refused("this connection cannot be upgraded"))?;
        let coding = if deflate::is_offered(headers) { Coding::Deflated } else { Coding::Text };
        Ok(Self { key, coding, on_upgrade })
    }
}

impl Upgrade {
    /// Accepts, and goes on with `serve` once the answer is out. A client that goes away before is not served.
    pub(super) fn accept<F>(
        self,
        serve: impl FnOnce(TokioIo<Upgraded>, Coding) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { key, coding, on_upgrade } = self;
        tokio::spawn(async move {
            if let Ok(upgraded) = on_upgrade.await {
                // A task of its own, so that this one's room is given back.
                tokio::spawn(serve(TokioIo::new(upgraded), coding));
            }
        });
        let headers = [
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
        ];
        let mut response = (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response();
        if let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) {
            response.headers_mut().insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        }
        if coding == Coding::Deflated {
            let agreed = HeaderValue::from_static(deflate::AGREED);
            response.headers_mut().insert(header::SEC_WEBSOCKET_EXTENSIONS, agreed);
        }
        response
    }
}

/// Whether a header that is a list names `token`.
fn names(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|each| each.trim().eq_ignore_ascii_case(token))
}

fn refused(why: &str) -> ApiProblem {
    Problem::new(426, "upgrade-required", "This is a WebSocket").detail(why).into()
}
