//! Where a request came from, as far as it can be told.

use std::{convert::Infallible, net::IpAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{header, request::Parts};

/// Of what a browser or program calls itself, as much is kept.
const USER_AGENT_CHARS: usize = 256;

/// Where a request came from. What a program calls itself is for people to recognise it by; nothing is decided by it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    /// The address of whoever connected.
    pub address: Option<IpAddr>,
    /// The browser's or program's name for itself.
    pub user_agent: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>();
        let named = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let named = named.map(|text| text.chars().take(USER_AGENT_CHARS).collect::<String>());
        Ok(Self {
            address: connected.map(|ConnectInfo(address)| address.ip()),
            user_agent: named.filter(|text| !text.is_empty()),
        })
    }
}
