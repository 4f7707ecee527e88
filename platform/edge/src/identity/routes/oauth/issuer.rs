//! Who this server is to programs, and where they find what (RFC 8414).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use tandem_core::Permission;
use tandem_proto::api::{GrantType, ServerMetadata};

use super::super::super::site::is_loopback;
use crate::Json;

/// This server as the request named it: scheme, host and port. Whoever stands in front of it says by `X-Forwarded-Proto` whether it was
/// asked by TLS; where nobody says, it was, unless on the machine itself.
pub(crate) struct Issuer(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Issuer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST.as_str()).or_else(|| parts.uri.authority().map(|named| named.as_str()));
        let host = host.filter(|host| host.parse::<http::uri::Authority>().is_ok()).unwrap_or("localhost");
        let scheme = match text("x-forwarded-proto") {
            Some(scheme @ ("http" | "https")) => scheme,
            _ if is_loopback(host) => "http",
            _ => "https",
        };
        Ok(Self(format!("{scheme}://{host}")))
    }
}

/// `GET /.well-known/oauth-authorization-server`
pub(super) async fn metadata(Issuer(issuer): Issuer) -> Json<ServerMetadata> {
    let at = |path: &str| format!("{issuer}{path}");
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Json(ServerMetadata {
        authorization_endpoint: at("/oauth/authorize"),
        token_endpoint: at("/api/v1/oauth/token"),
        revocation_endpoint: at("/api/v1/oauth/revoke"),
        device_authorization_endpoint: at("/api/v1/oauth/device_authorization"),
        service_documentation: at("/docs"),
        scopes_supported: Permission::ALL.iter().map(|permission| permission.name().to_owned()).collect(),
        response_types_supported: names(&["code"]),
        response_modes_supported: names(&["query"]),
        grant_types_supported: GrantType::ALL.iter().map(|way| way.name().to_owned()).collect(),
        token_endpoint_auth_methods_supported: names(&["client_secret_basic", "client_secret_post", "none"]),
        code_challenge_methods_supported: names(&["S256"]),
        authorization_response_iss_parameter_supported: true,
        issuer,
    })
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[tokio::test]
    async fn the_issuer_is_what_the_request_was_sent_to() {
        for (host, proto, issuer) in [
            ("127.0.0.1:8080", None, "http://127.0.0.1:8080"),
            ("[::1]:8080", None, "http://[::1]:8080"),
            ("localhost", None, "http://localhost"),
            ("tandem.example", None, "https://tandem.example"),
            ("tandem.example", Some("http"), "http://tandem.example"),
            ("127.0.0.1:8443", Some("https"), "https://127.0.0.1:8443"),
            ("tandem.example", Some("javascript"), "https://tandem.example"),
            ("no host", None, "http://localhost"),
        ] {
            let mut request = Request::builder().header(header::HOST, host);
            if let Some(proto) = proto {
                request = request.header("x-forwarded-proto", proto);
            }
            let (mut parts, ()) = request.body(()).expect("a request").into_parts();
            let Ok(Issuer(found)) = Issuer::from_request_parts(&mut parts, &()).await;
            assert_eq!(found, issuer);
        }
    }
}
