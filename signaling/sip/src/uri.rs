//! SIP, SIPS and tel URIs; other schemes are kept as they are (RFC 3261 §19.1, RFC 3966).

use std::{
    borrow::Cow,
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Fault, Params, ParseError, Part, Text, header::lex};

/// A URI.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Uri {
    /// `sip:` or `sips:`.
    Sip(SipUri),
    /// `tel:`.
    Tel(TelUri),
    /// Any other, kept so that it can be refused with 416 or passed on.
    Other {
        /// What stands before the colon.
        scheme: Text,
        /// What follows it.
        rest: Text,
    },
}

/// A `sip:` or `sips:` URI.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SipUri {
    /// Whether it is `sips:`.
    pub secure: bool,
    /// The part before `@`, escapes kept.
    pub user: Option<Text>,
    /// What follows the user's colon.
    pub password: Option<Text>,
    /// The host.
    pub host: Host,
    /// The port, if it is written.
    pub port: Option<u16>,
    /// `;name=value`.
    pub params: Params,
    /// What follows `?`.
    pub headers: Option<Text>,
}

/// A `tel:` URI.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TelUri {
    /// The number with its visual separators.
    pub number: Text,
    /// `;name=value`.
    pub params: Params,
}

/// The host of a URI or Via.
#[derive(Clone, Debug)]
pub enum Host {
    /// A name, compared without case.
    Name(Text),
    /// An address.
    Ip(IpAddr),
}

impl Uri {
    /// `sip:user@host`, for code that builds its own.
    pub fn sip(user: Option<&str>, host: impl Into<Host>, port: Option<u16>) -> Self {
        Self::Sip(SipUri {
            secure: false,
            user: user.map(escape_user),
            password: None,
            host: host.into(),
            port,
            params: Params::new(),
            headers: None,
        })
    }

    /// The `sip:`/`sips:` URI, if it is one.
    pub const fn as_sip(&self) -> Option<&SipUri> {
        match self {
            Self::Sip(uri) => Some(uri),
            _ => None,
        }
    }

    /// The user part without escapes, or a tel URI's number without visual separators: what was dialled.
    pub fn user(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Sip(uri) => uri.user.as_deref().map(unescape),
            Self::Tel(tel) => Some(tel.number.chars().filter(|c| !"-.()".contains(*c)).collect()),
            Self::Other { .. } => None,
        }
    }

    /// The host; none for URIs without one.
    pub fn host(&self) -> Option<&Host> {
        self.as_sip().map(|uri| &uri.host)
    }

    /// The address it names, when the host is one.
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        let uri = self.as_sip()?;
        let Host::Ip(ip) = uri.host else { return None };
        Some(SocketAddr::new(ip, uri.port.unwrap_or(if uri.secure { 5061 } else { 5060 })))
    }

    /// Whether both name the same resource (RFC 3261 §19.1.4).
    pub fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sip(one), Self::Sip(two)) => one.same_as(two),
            (Self::Tel(_), Self::Tel(_)) => self.user() == other.user(),
            _ => self == other,
        }
    }

    /// A copy that keeps no message alive.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self::read(&Text::from(self.to_string())).unwrap_or_else(|_| self.clone())
    }

    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let bad = Fault::Syntax;
        let (scheme, rest) = text.split_once(':').ok_or(bad("URI without a scheme"))?;
        if !is_scheme(scheme) {
            return Err(bad("bad URI scheme"));
        }
        if rest.bytes().any(|b| b.is_ascii_whitespace() || b.is_ascii_control() || b"<>\"".contains(&b)) {
            return Err(bad("bad character in URI"));
        }
        if scheme.eq_ignore_ascii_case("sip") {
            SipUri::read(text, rest, false).map(Self::Sip)
        } else if scheme.eq_ignore_ascii_case("sips") {
            SipUri::read(text, rest, true).map(Self::Sip)
        } else if scheme.eq_ignore_ascii_case("tel") {
            TelUri::read(text, rest).map(Self::Tel)
        } else {
            Ok(Self::Other { scheme: text.part(scheme), rest: text.part(rest) })
        }
    }
}

impl SipUri {
    fn read(text: &Text, rest: &str, secure: bool) -> Result<Self, Fault> {
        let (userinfo, rest) = match rest.split_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, rest),
        };
        let (user, password) =
            match userinfo.map(|info| info.split_once(':').map_or((info, None), |(u, p)| (u, Some(p)))) {
                Some(("", _)) => return Err(Fault::Syntax("empty user in URI")),
                Some((user, password)) => (Some(user), password),
                None => (None, None),
            };
        for part in [user, password].into_iter().flatten() {
            check_escapes(part)?;
        }
        let (rest, headers) =
            rest.split_once('?').map_or((rest, None), |(rest, headers)| (rest, Some(headers)));
        let (hostport, params) =
            rest.split_once(';').map_or((rest, None), |(host, params)| (host, Some(params)));
        let (host, port) = Host::read_with_port(text, hostport)?;
        let params = params.map(|list| Params::read(text, list)).transpose()?.unwrap_or_default();
        let [user, password, headers] =
            [user, password, headers].map(|part| part.map(|part| text.part(part)));
        Ok(Self { secure, user, password, host, port, params, headers })
    }

    /// The values of its headers of this name, without escapes (RFC 3261 §19.1.1).
    pub fn headers_named(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        let headers = self.headers.as_deref().unwrap_or_default().split('&');
        let named = headers.filter_map(|header| header.split_once('='));
        named
            .filter(move |(own, _)| unescape(own).eq_ignore_ascii_case(name))
            .map(|(_, value)| unescape(value))
    }

    fn same_as(&self, other: &Self) -> bool {
        let plain = |part: &Option<Text>| part.as_deref().map(|text| unescape(text).into_owned());
        self.secure == other.secure
            && plain(&self.user) == plain(&other.user)
            && plain(&self.password) == plain(&other.password)
            && self.host == other.host
            && self.port == other.port
            && same_params(&self.params, &other.params)
            && same_headers(self.headers.as_deref(), other.headers.as_deref())
    }
}

/// Parameters in both must match; these must match even when only one side has them.
fn same_params(one: &Params, two: &Params) -> bool {
    const ALWAYS: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];
    let fits = |a: &Params, b: &Params| {
        a.iter().all(|(name, value)| {
            if !b.has(name) {
                return !ALWAYS.iter().any(|always| always.eq_ignore_ascii_case(name));
            }
            let plain = |value: Option<&Text>| value.map(|value| unescape(value).to_ascii_lowercase());
            plain(value) == plain(b.get(name))
        })
    };
    fits(one, two) && fits(two, one)
}

fn same_headers(one: Option<&str>, two: Option<&str>) -> bool {
    let sorted = |headers: Option<&str>| {
        let mut list: Vec<String> = headers
            .into_iter()
            .flat_map(|headers| headers.split('&'))
            .map(|header| match header.split_once('=') {
                Some((name, value)) => format!("{}={}", name.to_ascii_lowercase(), unescape(value)),
                None => header.to_ascii_lowercase(),
            })
            .collect();
        list.sort();
        list
    };
    sorted(one) == sorted(two)
}

impl TelUri {
    fn read(text: &Text, rest: &str) -> Result<Self, Fault> {
        let (number, params) = rest.split_once(';').map_or((rest, None), |(n, p)| (n, Some(p)));
        let digits = number.strip_prefix('+').unwrap_or(number);
        if !digits.bytes().any(|b| b.is_ascii_hexdigit() || b == b'*' || b == b'#')
            || !digits.bytes().all(|b| b.is_ascii_hexdigit() || b"*#-.()".contains(&b))
        {
            return Err(Fault::Syntax("bad telephone number"));
        }
        let params = params.map(|list| Params::read(text, list)).transpose()?.unwrap_or_default();
        Ok(Self { number: text.part(number), params })
    }
}

impl Host {
    /// Reads `host[:port]`; white space around the colon is allowed in a Via.
    pub(crate) fn read_with_port(text: &Text, hostport: &str) -> Result<(Self, Option<u16>), Fault> {
        let (host, port) = match hostport.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']').ok_or(Fault::Syntax("unclosed IPv6 address"))?;
                let ip = ipv6(address).ok_or(Fault::Syntax("bad IPv6 address"))?;
                let port = match lex::trim(rest) {
                    "" => None,
                    rest => Some(rest.strip_prefix(':').ok_or(Fault::Syntax("bad port"))?),
                };
                (Self::Ip(IpAddr::V6(ip)), port)
            }
            None => {
                let (name, port) = hostport.split_once(':').map_or((hostport, None), |(h, p)| (h, Some(p)));
                (Self::read_name(text, lex::trim(name))?, port)
            }
        };
        let port = port.map(|port| lex::number::<u16>(lex::trim(port))).transpose()?;
        if port == Some(0) {
            return Err(Fault::OutOfRange);
        }
        Ok((host, port))
    }

    fn read_name(text: &Text, name: &str) -> Result<Self, Fault> {
        if let Ok(ip) = name.parse() {
            return Ok(Self::Ip(IpAddr::V4(ip)));
        }
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        if name.is_empty() || !name.bytes().all(fits) {
            return Err(Fault::Syntax("bad host"));
        }
        Ok(Self::Name(text.part(name)))
    }
}

/// An IPv6 address; one written by the letter of RFC 3261's grammar may have a colon too many before an IPv4 tail (RFC 5118 §4.10).
fn ipv6(address: &str) -> Option<Ipv6Addr> {
    address.parse().ok().or_else(|| address.replacen(":::", "::", 1).parse().ok())
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(two)) => one.eq_ignore_ascii_case(two),
            (Self::Ip(one), Self::Ip(two)) => one == two,
            _ => false,
        }
    }
}

impl Eq for Host {}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        Self::Ip(ip)
    }
}

impl From<&str> for Host {
    fn from(name: &str) -> Self {
        name.parse().map_or_else(|_| Self::Name(name.into()), Self::Ip)
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn check_escapes(text: &str) -> Result<(), Fault> {
    let hex_follows = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    let sound = text.split('%').skip(1).all(hex_follows);
    if sound { Ok(()) } else { Err(Fault::Syntax("bad escape in URI")) }
}

/// Resolves `%41`; text whose escapes do not make UTF-8 stays as it is.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        match (bytes[at], digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                plain.extend(u8::try_from(high << 4 | low));
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn escape_user(user: &str) -> Text {
    use fmt::Write;
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&b);
    if user.bytes().all(fits) {
        return user.into();
    }
    let mut escaped = String::with_capacity(user.len() + 8);
    for byte in user.bytes() {
        if fits(byte) {
            escaped.push(char::from(byte));
        } else {
            let _infallible = write!(escaped, "%{byte:02X}");
        }
    }
    escaped.into()
}

impl FromStr for Uri {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::read(&Text::from(text)).map_err(|fault| ParseError::new(Part::Uri, fault))
    }
}

impl Host {
    pub(crate) fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Name(name) => out.write_str(name),
            Self::Ip(IpAddr::V4(ip)) => {
                let [a, b, c, d] = ip.octets();
                lex::write_number(out, a)?;
                [b, c, d].into_iter().try_for_each(|octet| {
                    out.write_char('.')?;
                    lex::write_number(out, octet)
                })
            }
            Self::Ip(IpAddr::V6(ip)) => write!(out, "[{ip}]"),
        }
    }
}

impl Uri {
    pub(crate) fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Sip(uri) => uri.print(out),
            Self::Tel(tel) => {
                out.write_str("tel:")?;
                out.write_str(&tel.number)?;
                tel.params.print(out)
            }
            Self::Other { scheme, rest } => {
                out.write_str(scheme)?;
                out.write_char(':')?;
                out.write_str(rest)
            }
        }
    }
}

impl SipUri {
    fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str(if self.secure { "sips:" } else { "sip:" })?;
        if let Some(user) = &self.user {
            out.write_str(user)?;
            if let Some(password) = &self.password {
                out.write_char(':')?;
                out.write_str(password)?;
            }
            out.write_char('@')?;
        }
        self.host.print(out)?;
        lex::write_port(out, self.port)?;
        self.params.print(out)?;
        match &self.headers {
            Some(headers) => {
                out.write_char('?')?;
                out.write_str(headers)
            }
            None => Ok(()),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

impl Serialize for Uri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Uri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Text::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn equal_by_the_examples_of_the_rfc() {
        for (one, two) in [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
        ] {
            assert!(uri(one).same_as(&uri(two)), "{one} {two}");
        }
    }

    #[test]
    fn different_by_the_examples_of_the_rfc() {
        for (one, two) in [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:carol@chicago.com;security=off", "sip:carol@chicago.com;security=on"),
        ] {
            assert!(!uri(one).same_as(&uri(two)), "{one} {two}");
        }
    }

    #[test]
    fn what_was_dialled() {
        assert_eq!(uri("sip:%2B15550100@example.org").user().as_deref(), Some("+15550100"));
        assert_eq!(uri("tel:+1-555-01.00").user().as_deref(), Some("+15550100"));
        assert_eq!(uri("urn:service:sos").user(), None);
        assert_eq!(Uri::sip(Some("a b@c"), "h", None).to_string(), "sip:a%20b%40c@h");
        assert_eq!(
            uri("sip:user;par=u%40example.net@example.com").user().as_deref(),
            Some("user;par=u@example.net")
        );
    }

    #[test]
    fn faults_are_named() {
        for text in [
            "alice",
            "sip:",
            "sip:@host",
            "sip:a@b@c",
            "sip:a@[::1",
            "sip:a@h:70000",
            "sip:a@h:0",
            "sip:%4@h",
            "sip:a b@h",
            "tel:",
            "1sip:a@h",
        ] {
            assert!(text.parse::<Uri>().is_err(), "{text}");
        }
    }
}
