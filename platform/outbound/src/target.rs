//! An address that somebody named, checked.

use std::net::IpAddr;

use url::{Host, Url};

use crate::Networks;

/// An address, characters.
const CHARS: usize = 2_000;

/// A checked address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    url: Url,
    is_tls: bool,
}

impl Target {
    /// Takes an address somebody wrote. A name is looked at when it is connected to: until then anybody may point it elsewhere.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn read(text: &str, networks: &Networks) -> Result<Self, &'static str> {
        let refuse = Err::<Self, _>;
        if text.chars().nth(CHARS).is_some() {
            return refuse("at most 2000 characters");
        }
        let Ok(url) = Url::parse(text) else { return refuse("must be an address: https://HOST/PATH") };
        let is_tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return refuse("must begin with https://"),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not hold a name or password");
        }
        if url.fragment().is_some() {
            return refuse("must not have a part behind #");
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return refuse("must name a host"),
        };
        match literal {
            Some(address) if !networks.allow(address) => refuse("this address is not a public one"),
            Some(address) if !is_tls && !networks.adds(address) => refuse("must begin with https://"),
            None if !is_tls => refuse("must begin with https://"),
            _ => Ok(Self { url, is_tls }),
        }
    }

    /// Whether it is asked by TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The name or address to connect to, as the URL has it.
    pub fn host(&self) -> Host<&str> {
        self.url.host().unwrap_or(Host::Domain(""))
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// The header `host`.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Path and query, as a request line has them.
    pub fn path(&self) -> String {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", self.url.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> Option<&'static str> {
        Target::read(text, &Networks::default()).err()
    }

    #[test]
    fn public_addresses_over_tls_are_taken() {
        for fine in [
            "https://crm.example/hook",
            "https://crm.example:8443/a?b=c",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
        ] {
            assert_eq!(why(fine), None, "{fine}");
        }
        let target = Target::read("https://crm.example:8443/a%20b?c=d", &Networks::default()).expect("fine");
        assert_eq!(
            (target.authority().as_str(), target.path().as_str(), target.port()),
            ("crm.example:8443", "/a%20b?c=d", 8443)
        );
    }

    #[test]
    fn other_addresses_are_refused_however_they_are_written() {
        for refused in [
            "crm.example",
            "//crm.example/",
            "ftp://crm.example/",
            "file:///etc/passwd",
            "gopher://crm.example/",
            "http://crm.example/",
            "http://8.8.8.8/",
            "https://user@crm.example/",
            "https://u:p@crm.example/",
            "https://crm.example/#x",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://0x7f.1/",
            "https://0/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/",
            "https://10.0.0.1:8080/",
            "https://①②⑦.0.0.1/",
            "https://127。0。0。1/",
            "https:///",
            "https://",
            "https://crm\u{0}.example/",
            "javascript:alert(1)",
            "data:text/plain,x",
        ] {
            assert!(why(refused).is_some(), "{refused}");
        }
    }

    #[test]
    fn plain_http_goes_only_where_the_operator_says() {
        let networks = Networks::with(vec!["127.0.0.0/8".parse().expect("a network")]);
        assert!(Target::read("http://127.0.0.1:9000/hook", &networks).is_ok());
        assert!(Target::read("http://8.8.8.8/", &networks).is_err());
        assert!(Target::read("http://localhost/", &networks).is_err());
    }
}
