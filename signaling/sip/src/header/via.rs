//! Via: the way back (RFC 3261 §20.42, RFC 3581).

use std::{fmt, net::IpAddr, net::SocketAddr, str::FromStr};

use crate::{Fault, Host, Name, Params, ParseError, Text, header::lex};

/// One hop of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Via {
    /// `SIP`.
    pub protocol: Text,
    /// `2.0`.
    pub version: Text,
    /// `UDP`, `TCP` …
    pub transport: Text,
    /// Where the sender wants responses.
    pub host: Host,
    /// Its port, if it is written.
    pub port: Option<u16>,
    /// branch, received, rport …
    pub params: Params,
}

/// What every branch made by RFC 3261 starts with.
pub const MAGIC_COOKIE: &str = "z9hG4bK";

impl Via {
    /// A hop of our own, asking for `rport`.
    pub fn new(transport: &'static str, sent_by: SocketAddr, branch: Text) -> Self {
        let mut params = Params::new();
        params.set(Text::of("branch"), Some(branch));
        params.set(Text::of("rport"), None);
        Self {
            protocol: Text::of("SIP"),
            version: Text::of("2.0"),
            transport: Text::of(transport),
            host: Host::Ip(sent_by.ip()),
            port: Some(sent_by.port()),
            params,
        }
    }

    /// The transaction's name at the sender.
    pub fn branch(&self) -> Option<&Text> {
        self.params.get("branch")
    }

    /// Whether `rport` is asked for or filled in.
    pub fn wants_rport(&self) -> bool {
        self.params.has("rport")
    }

    /// The port the request came from, as the next hop saw it.
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport").and_then(|port| port.parse().ok())
    }

    /// The address the request came from, as the next hop saw it.
    pub fn received(&self) -> Option<IpAddr> {
        self.params.get("received").and_then(|ip| ip.trim_matches(['[', ']']).parse().ok())
    }

    /// The multicast address responses are wanted at; this server does not send there.
    pub fn maddr(&self) -> Option<&Text> {
        self.params.get("maddr")
    }

    /// Hops of multicast.
    pub fn ttl(&self) -> Option<u8> {
        self.params.get("ttl").and_then(|ttl| ttl.parse().ok())
    }

    /// Records where the request really came from (RFC 3261 §18.2.1, RFC 3581 §4).
    pub(crate) fn stamp(&mut self, from: SocketAddr) {
        let rport = self.wants_rport();
        if rport {
            self.params.set(Text::of("rport"), Some(from.port().to_string().into()));
        }
        if rport || self.host != Host::Ip(from.ip()) {
            self.params.set(Text::of("received"), Some(from.ip().to_string().into()));
        } else {
            self.params.remove("received");
        }
    }

    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let bad = Fault::Syntax;
        let (protocol, rest) = text.split_once('/').ok_or(bad("no protocol"))?;
        let (version, rest) = rest.split_once('/').ok_or(bad("no transport"))?;
        let rest = lex::trim(rest);
        let (transport, rest) = rest.split_once([' ', '\t']).ok_or(bad("no sent-by"))?;
        let (sent_by, params) = rest.split_once(';').map_or((rest, None), |(s, p)| (s, Some(p)));
        let (protocol, version) = (lex::trim(protocol), lex::trim(version));
        if ![protocol, version, transport].into_iter().all(lex::is_token) {
            return Err(bad("bad protocol"));
        }
        let (host, port) = Host::read_with_port(text, lex::trim(sent_by))?;
        let params = params.map(|list| Params::read(text, list)).transpose()?.unwrap_or_default();
        if params.get("branch").is_some_and(|branch| !lex::is_token(branch)) {
            return Err(bad("bad branch"));
        }
        if params.repeats("branch") {
            return Err(Fault::Repeated);
        }
        let [protocol, version, transport] = [protocol, version, transport].map(|part| text.part(part));
        Ok(Self { protocol, version, transport, host, port, params })
    }
}

impl FromStr for Via {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::read(&Text::from(lex::trim(text))).map_err(|fault| ParseError::header(Name::Via, fault))
    }
}

impl Via {
    pub(crate) fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str(&self.protocol)?;
        out.write_char('/')?;
        out.write_str(&self.version)?;
        out.write_char('/')?;
        out.write_str(&self.transport)?;
        out.write_char(' ')?;
        self.host.print(out)?;
        lex::write_port(out, self.port)?;
        self.params.print(out)
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_white_space_is_read() {
        let via: Via = "SIP  / 2.0  / TCP     spindle.example.com : 5070  ;  branch  =   z9hG4bK9ikj8  "
            .parse()
            .expect("parses");
        assert_eq!(via.to_string(), "SIP/2.0/TCP spindle.example.com:5070;branch=z9hG4bK9ikj8");
    }

    #[test]
    fn the_source_is_stamped_as_rport_asks() {
        let from: SocketAddr = "198.51.100.7:40123".parse().expect("address");
        let mut asked: Via = "SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bKa".parse().expect("parses");
        asked.stamp(from);
        assert_eq!((asked.received(), asked.rport()), (Some(from.ip()), Some(40123)));
        let mut plain: Via =
            "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKa;received=10.9.9.9".parse().expect("parses");
        plain.stamp(from);
        assert_eq!((plain.received(), plain.rport()), (None, None), "a forged received does not survive");
    }
}
