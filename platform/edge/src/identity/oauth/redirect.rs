//! Where browsers may be sent back to.

use url::{Host, Url};

/// Longest URI.
const BYTES: usize = 2_000;

/// Refuses what a program cannot register.
pub(super) fn check(uri: &str) -> Result<(), &'static str> {
    if uri.len() > BYTES {
        return Err("is too long");
    }
    if !uri.bytes().all(|byte| byte.is_ascii_graphic()) || uri.contains('#') {
        return Err("must be printable ASCII without a fragment");
    }
    let parsed = Url::parse(uri).map_err(|_| "is no absolute URI")?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("must not name a user");
    }
    match parsed.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&parsed) => Ok(()),
        _ => Err("must begin with https://, or http:// on 127.0.0.1, [::1] or localhost"),
    }
}

/// Whether `given` is one of those `registered`: character by character, but for the port of an IP address of the browser's own machine,
/// which a program there does not know in advance (RFC 8252 §7.3).
pub(super) fn allows(registered: &[String], given: &str) -> bool {
    registered.iter().any(|each| each == given) || on_any_port(registered, given)
}

fn on_any_port(registered: &[String], given: &str) -> bool {
    let Some(given) = portless(given) else { return false };
    registered.iter().filter_map(|each| portless(each)).any(|each| each == given)
}

/// A redirect to an IP address of the browser's own machine, without its port.
fn portless(uri: &str) -> Option<Url> {
    check(uri).ok()?;
    let mut parsed = Url::parse(uri).ok()?;
    let by_address = matches!(parsed.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) && is_loopback(&parsed);
    if parsed.scheme() != "http" || !by_address {
        return None;
    }
    parsed.set_port(None).ok()?;
    Some(parsed)
}

fn is_loopback(uri: &Url) -> bool {
    match uri.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `uri` with `pairs` in its query.
pub(super) fn with(uri: &str, pairs: &[(&str, &str)]) -> String {
    match Url::parse(uri) {
        Ok(mut uri) => {
            uri.query_pairs_mut().extend_pairs(pairs);
            uri.into()
        }
        // It was checked when it was registered.
        Err(_) => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_the_browsers_own_machine_can_be_registered() {
        for uri in ["https://crm.example/cb", "https://crm.example/cb?tenant=1", "http://127.0.0.1:8080/cb"] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
        assert_eq!(check("http://[::1]/cb"), Ok(()));
        assert_eq!(check("http://localhost:3000/cb"), Ok(()));
        for uri in [
            "http://crm.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://localhost.evil.example/cb",
            "https://user@crm.example/",
            "https://crm.example/cb#here",
            "https://crm.example/c b",
            "javascript:alert(1)",
            "data:text/html,x",
            "/cb",
            "",
            "https://",
        ] {
            assert!(check(uri).is_err(), "{uri}");
        }
        assert!(check(&format!("https://crm.example/{}", "x".repeat(BYTES))).is_err());
    }

    #[test]
    fn a_redirect_is_compared_exactly_but_for_a_local_port() {
        let registered = [
            "https://crm.example/cb".to_owned(),
            "http://127.0.0.1/cb".into(),
            "http://localhost:1/cb".into(),
        ];
        for given in ["https://crm.example/cb", "http://127.0.0.1/cb", "http://127.0.0.1:4711/cb"] {
            assert!(allows(&registered, given), "{given}");
        }
        for given in [
            "https://crm.example/cb/",
            "https://crm.example/cb?x=1",
            "https://CRM.example/cb",
            "https://crm.example:443/cb",
            "https://crm.example.evil/cb",
            "http://127.0.0.1:4711/other",
            "http://127.0.0.2:4711/cb",
            "http://localhost:2/cb",
            "http://127.0.0.1:4711@evil.example/cb",
        ] {
            assert!(!allows(&registered, given), "{given}");
        }
    }

    #[test]
    fn what_is_added_joins_the_query() {
        let pairs = [("code", "a b"), ("state", "&=")];
        assert_eq!(
            with("https://crm.example/cb?x=1", &pairs),
            "https://crm.example/cb?x=1&code=a+b&state=%26%3D"
        );
    }
}
