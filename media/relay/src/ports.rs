//! RTP ports: pairs of sockets from a range, the ones freed longest ago first.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
};

use mio::net::UdpSocket;

#[derive(Debug)]
pub(crate) struct PortPool {
    ip: IpAddr,
    free: VecDeque<u16>,
}

/// The sockets of one leg.
#[derive(Debug)]
pub(crate) struct PortPair {
    pub(crate) port: u16,
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
}

impl PortPool {
    pub(crate) fn new(ip: IpAddr, range: RangeInclusive<u16>) -> Self {
        let end = *range.end();
        Self { ip, free: range.filter(|port| port.is_multiple_of(2) && *port < end).collect() }
    }

    /// Binds a pair. Ports that somebody else has are passed over and tried again much later.
    pub(crate) fn open(&mut self) -> Option<PortPair> {
        for _ in 0..self.free.len() {
            let port = self.free.pop_front()?;
            match (self.bind(port), self.bind(port + 1)) {
                (Ok(rtp), Ok(rtcp)) => return Some(PortPair { port, rtp, rtcp }),
                _ => self.free.push_back(port),
            }
        }
        None
    }

    fn bind(&self, port: u16) -> io::Result<UdpSocket> {
        UdpSocket::bind(SocketAddr::new(self.ip, port))
    }

    /// Takes a pair back; its sockets close here.
    pub(crate) fn close(&mut self, pair: PortPair) {
        self.free.push_back(pair.port);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn pairs_are_even_and_odd_bounded_and_reused_last() {
        // Whatever is free there: the range is only looked at through the pool.
        let mut pool = PortPool::new(Ipv4Addr::LOCALHOST.into(), 28_101..=28_140);
        let first = pool.open().expect("a pair");
        let second = pool.open().expect("a pair");
        assert!(first.port.is_multiple_of(2) && first.port != second.port);
        assert_eq!(first.rtcp.local_addr().map(|address| address.port()).ok(), Some(first.port + 1));
        let freed = first.port;
        pool.close(first);
        assert_ne!(pool.open().expect("a pair").port, freed);
        let rest: Vec<PortPair> = std::iter::from_fn(|| pool.open()).collect();
        assert!(rest.len() <= 18);
        assert!(pool.open().is_none());
    }
}
