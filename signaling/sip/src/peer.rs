//! Where messages come from and go to.

use std::{fmt, net::SocketAddr};

use serde::{Deserialize, Serialize};

use crate::Uri;

/// How bytes travel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Datagrams: the stack repeats what is lost.
    Udp,
    /// A stream: it does not.
    Tcp,
}

impl Transport {
    /// Its name in a Via.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }

    /// Whether the transport itself delivers.
    pub const fn is_reliable(self) -> bool {
        matches!(self, Self::Tcp)
    }
}

/// A connection, as the shell numbers it. Never used again for another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct FlowId(pub u64);

/// The other end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Peer {
    /// How.
    pub transport: Transport,
    /// Where.
    pub addr: SocketAddr,
    /// Over which connection; if that is gone, `addr` is connected to.
    pub flow: Option<FlowId>,
}

impl Peer {
    /// By datagram.
    pub const fn udp(addr: SocketAddr) -> Self {
        Self { transport: Transport::Udp, addr, flow: None }
    }

    /// By stream, over whatever connection there is or will be.
    pub const fn tcp(addr: SocketAddr) -> Self {
        Self { transport: Transport::Tcp, addr, flow: None }
    }

    /// Where a URI leads whose host is an address: `transport=tcp` is followed, UDP is the default. `None` for names (resolving them
    /// is a shell's work) and for `sips:`, which needs TLS.
    pub fn of(uri: &Uri) -> Option<Self> {
        let sip = uri.as_sip().filter(|sip| !sip.secure)?;
        let addr = uri.socket_addr()?;
        match sip.params.get("transport").map(|name| name.to_ascii_lowercase()).as_deref() {
            None | Some("udp") => Some(Self::udp(addr)),
            Some("tcp") => Some(Self::tcp(addr)),
            Some(_) => None,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.transport.name().to_ascii_lowercase(), self.addr)
    }
}
