//! Where a request came from, as far as it can be told.

use std::convert::Infallible;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{Extensions, HeaderMap, header, request::Parts};
use tandem_core::Origin;

/// Where the request came from, as a handler's argument.
#[derive(Clone, Debug)]
pub(crate) struct AskedFrom(pub(crate) Origin);

/// Where a request came from: as the node knows it that was asked first, or as the connection says.
pub(crate) fn of(headers: &HeaderMap, extensions: &Extensions) -> Origin {
    if let Some(carried) = extensions.get::<Origin>() {
        return carried.clone();
    }
    let connected = extensions.get::<ConnectInfo<std::net::SocketAddr>>();
    let named = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Origin::new(connected.map(|ConnectInfo(address)| address.ip()), named)
}

impl<S: Send + Sync> FromRequestParts<S> for AskedFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(of(&parts.headers, &parts.extensions)))
    }
}
