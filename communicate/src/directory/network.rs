//! Address ranges.

use std::{net::IpAddr, str::FromStr};

/// An address range in CIDR form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Not `address/prefix`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a network in CIDR form: {0:?}")]
pub struct NetworkError(String);

impl Network {
    /// Whether `ip` lies in the range; an IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(self, ip: IpAddr) -> bool {
        let bits = |ip: IpAddr| match ip.to_canonical() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32_u8),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let ((ours, width), (theirs, other_width)) = (bits(self.address), bits(ip));
        let shift = 128 - u32::from(self.prefix);
        width == other_width && (shift == 128 || ours >> shift == theirs >> shift)
    }
}

impl FromStr for Network {
    type Err = NetworkError;
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        if prefix > width { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_they_say() {
        let network = |text: &str| text.parse::<Network>().unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(network("127.0.0.0/8").contains(ip("127.3.2.1")));
        assert!(network("127.0.0.0/8").contains(ip("::ffff:127.0.0.1")));
        assert!(!network("127.0.0.0/8").contains(ip("128.0.0.1")));
        assert!(network("0.0.0.0/0").contains(ip("9.9.9.9")));
        assert!(!network("0.0.0.0/0").contains(ip("2001:db8::1")));
        assert!(network("192.0.2.7/32").contains(ip("192.0.2.7")));
        for wrong in ["127.0.0.1", "127.0.0.0/33", "x/8", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
