//! Proxies that are believed when they say for whom they ask (`X-Forwarded-For`).

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Addresses that are looked at: nobody stands behind more proxies.
const HOPS: usize = 16;

/// Networks the proxies are in; none is believed by default.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// Those in `networks`.
    pub fn within(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    /// Who asks over a connection that is `from` somewhere: the last address in front of our own proxies. Each of them adds whom it was asked by
    /// at the end; what stands before that, anybody may have written.
    pub fn client(&self, from: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.believes(from.ip()) {
            return from;
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let told = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).take(HOPS);
        let mut client = from.ip();
        for told in told {
            let Some(address) = address(told.trim()) else { break };
            client = address;
            if !self.believes(address) {
                break;
            }
        }
        SocketAddr::new(client, from.port())
    }

    /// Whether a proxy of ours is there.
    pub fn believes(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }
}

/// An address, with or without a port.
fn address(told: &str) -> Option<IpAddr> {
    let alone = told.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let address = alone.or_else(|_| told.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, from: &str, told: &[&str]) -> String {
        let networks: Vec<IpNet> = proxies
            .split(',')
            .filter(|network| !network.is_empty())
            .map(|network| network.parse().expect("a network"))
            .collect();
        let mut headers = HeaderMap::new();
        for told in told {
            headers.append(FORWARDED_FOR, told.parse().expect("a header"));
        }
        let from = SocketAddr::new(from.parse().expect("an address"), 1234);
        Proxies::within(&networks).client(from, &headers).ip().to_string()
    }

    #[test]
    fn only_our_proxies_are_believed_and_only_for_what_they_saw() {
        let ours = "10.0.0.0/8,fd00::/8";
        for (from, told, expected) in [
            // Nobody's word counts but a proxy's.
            ("192.0.2.1", &["203.0.113.9"][..], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            // What the client wrote itself stands before what the proxy added, in the same line or in one of its own.
            ("10.0.0.1", &["198.51.100.7, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.7", "203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["10.9.9.9, 203.0.113.9"], "203.0.113.9"),
            // Two proxies of ours.
            ("fd00::1", &["203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // Ports and brackets.
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
            // Nonsense is nobody: the nearest that is known asks.
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9, , 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["' OR 1=1 --"], "10.0.0.1"),
        ] {
            assert_eq!(client(ours, from, told), expected, "{from} {told:?}");
        }
        assert_eq!(client("", "127.0.0.1", &["203.0.113.9"]), "127.0.0.1", "none is believed by default");
        let long = vec!["10.0.0.2"; 100].join(", ");
        assert_eq!(client(ours, "10.0.0.1", &[&format!("203.0.113.9, {long}")]), "10.0.0.2", "bounded");
    }
}
