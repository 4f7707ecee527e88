//! Where users come, as browsers know it: what passkeys are bound to, and where identity providers send people back to.
//!
//! It is what the operator said (the setting `url`). Where nothing was said, or an address of this machine, it is what a browser on this
//! machine called it; never what a request from elsewhere claims.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::{header, request::Parts, uri::Authority};
use url::{Host, Url};

use super::IdentityError;
use crate::{ApiProblem, Edge};

/// Scheme, host and port of the web client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site(Url);

impl Site {
    /// What the operator said, or else the host a browser on this machine named.
    ///
    /// # Errors
    /// [`IdentityError::Conflict`] when nothing was said and the host is not this machine.
    pub(super) fn of(url: Option<&str>, host: Option<&str>) -> Result<Self, IdentityError> {
        // An address of this machine is one of several things to call it.
        let text = match (url.filter(|url| !is_this_machine(url)), host) {
            (Some(url), _) => url.to_owned(),
            (None, Some(host)) if is_loopback(host) => format!("http://{host}"),
            _ => {
                return Err(IdentityError::Conflict {
                    slug: "url-not-set",
                    detail: "the server does not know where users come: its operator must set `url`".into(),
                });
            }
        };
        Url::parse(&text).map(Self).map_err(|error| IdentityError::invalid("url", error.to_string()))
    }

    /// The address of one of its pages, whose path begins with a slash.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0.origin().ascii_serialization())
    }

    /// The origin, and the name that passkeys are bound to.
    ///
    /// # Errors
    /// [`IdentityError::Conflict`] for an address, which no passkey can be bound to (WebAuthn §5.1.2).
    pub(super) fn relying_party(&self) -> Result<(&Url, &str), IdentityError> {
        match self.0.host() {
            Some(Host::Domain(name)) => Ok((&self.0, name)),
            _ => Err(IdentityError::Conflict {
                slug: "no-name",
                detail: "passkeys are bound to a name, not to an address: open the server by its name".into(),
            }),
        }
    }
}

impl FromRequestParts<Edge> for Site {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, ApiProblem> {
        let named = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let named = named.or_else(|| parts.uri.authority().map(Authority::as_str));
        Ok(Self::of(edge.identity.0.url.as_deref(), named)?)
    }
}

/// Whether a URL's host is an address of this machine.
fn is_this_machine(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

/// Whether a `Host` is this machine, as somebody on it may call it.
pub(super) fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_is_called_as_the_browser_calls_it() {
        let url = Some("http://127.0.0.1:8080");
        let site = Site::of(url, Some("localhost:8080")).expect("this machine");
        assert_eq!(site.relying_party().expect("a name").1, "localhost");
        assert!(matches!(
            Site::of(url, Some("elsewhere.example")),
            Err(IdentityError::Conflict { slug: "url-not-set", .. })
        ));
    }

    #[test]
    fn what_the_operator_said_holds_whatever_a_request_claims() {
        let said = Some("https://tandem.example");
        for host in [Some("evil.example"), Some("localhost:8080"), None] {
            let site = Site::of(said, host).expect("a site");
            assert_eq!(site.relying_party().expect("a name").1, "tandem.example");
        }
    }

    #[test]
    fn unless_it_was_said_only_this_machine_is_known() {
        let site = Site::of(None, Some("localhost:8080")).expect("a site");
        let (origin, name) = site.relying_party().expect("a name");
        assert_eq!((origin.as_str(), name), ("http://localhost:8080/", "localhost"));
        for address in ["127.0.0.1:8080", "[::1]:8080"] {
            let site = Site::of(None, Some(address)).expect("a site");
            assert!(matches!(site.relying_party(), Err(IdentityError::Conflict { slug: "no-name", .. })));
        }
        for host in
            [Some("evil.example"), Some("localhost.evil.example"), Some("localhost@evil.example"), None]
        {
            let refused = Site::of(None, host);
            assert!(matches!(refused, Err(IdentityError::Conflict { slug: "url-not-set", .. })), "{host:?}");
        }
    }
}
