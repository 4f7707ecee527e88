//! Where messages come from and go to.

use std::{fmt, net::SocketAddr, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};
use tandem_proto::NodeId;

use crate::Uri;

/// How bytes travel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Datagrams: the stack repeats what is lost.
    Udp,
    /// A stream: it does not.
    Tcp,
    /// A stream within TLS.
    Tls,
    /// A message in each WebSocket frame (RFC 7118).
    Ws,
    /// The same within TLS.
    Wss,
}

impl Transport {
    /// Its name in a Via.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// Its name in a URI; `None`: it is what a URI means that names none. WebSockets are `ws` with TLS or without (RFC 7118 §5.3).
    pub const fn param(self) -> Option<&'static str> {
        match self {
            Self::Udp => None,
            Self::Tcp => Some("tcp"),
            Self::Tls => Some("tls"),
            Self::Ws | Self::Wss => Some("ws"),
        }
    }

    /// Whether the transport itself delivers.
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// Whether nobody on the way can listen.
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// Whether this server can begin a connection. Where it cannot, the far end is reached over its own connection alone, and not at all
    /// once that is gone: a browser listens nowhere, and a phone has no certificate anybody could check.
    pub const fn is_dialed(self) -> bool {
        matches!(self, Self::Tcp)
    }
}

/// Names as URIs have them, in any case; `wss` is written by some.
impl FromStr for Transport {
    type Err = UnknownTransport;

    fn from_str(name: &str) -> Result<Self, UnknownTransport> {
        const ALL: [Transport; 5] =
            [Transport::Udp, Transport::Tcp, Transport::Tls, Transport::Ws, Transport::Wss];
        ALL.into_iter().find(|each| each.name().eq_ignore_ascii_case(name)).ok_or(UnknownTransport)
    }
}

/// No transport this server knows: SCTP, perhaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown transport")]
pub struct UnknownTransport;

/// A connection: the node that holds it, and its number there. Never used again for another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct FlowId {
    /// Whose it is.
    pub node: NodeId,
    /// Which of its connections.
    pub number: u64,
}

/// The other end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Peer {
    /// How.
    pub transport: Transport,
    /// Where.
    pub addr: SocketAddr,
    /// Over which connection; if that is gone, `addr` is connected to, where the transport [is dialed](Transport::is_dialed).
    #[serde(default, deserialize_with = "flow")]
    pub flow: Option<FlowId>,
    /// The address of ours it knows this server by: packets to it leave from there, so that they pass its NAT. `None`: the node's own.
    #[serde(default)]
    pub local: Option<SocketAddr>,
}

/// Flows that were stored before there were nodes are bare numbers; their connections are long gone.
fn flow<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FlowId>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Flow(FlowId),
        #[expect(dead_code, reason = "it only has to be there")]
        BeforeNodes(u64),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Stored::Flow(flow)) => Some(flow),
        Some(Stored::BeforeNodes(_)) | None => None,
    })
}

impl Peer {
    /// By datagram.
    pub const fn udp(addr: SocketAddr) -> Self {
        Self { transport: Transport::Udp, addr, flow: None, local: None }
    }

    /// By stream, over whatever connection there is or will be.
    pub const fn tcp(addr: SocketAddr) -> Self {
        Self { transport: Transport::Tcp, addr, flow: None, local: None }
    }

    /// The same, reached from the address `local` of ours.
    #[must_use]
    pub const fn from_local(self, local: SocketAddr) -> Self {
        Self { local: Some(local), ..self }
    }

    /// The same, connected to where its Contact says that it listens once its connection is gone. Only the port is believed: the sender
    /// does not choose whom this server connects to.
    #[must_use]
    pub fn listening_at(self, contact: &Uri) -> Self {
        let dialed = |peer: &Self| peer.transport.is_dialed();
        match Self::of(contact).filter(dialed) {
            Some(listening) if dialed(&self) && listening.addr.ip() == self.addr.ip() => {
                Self { addr: listening.addr, ..self }
            }
            _ => self,
        }
    }

    /// Where a URI leads whose host is an address: `transport=tcp` is followed, UDP is the default. `None` for names (resolving them
    /// is a shell's work), for `sips:` and `transport=tls`, to which this server does not connect, and for `transport=ws`, to which nobody
    /// can.
    pub fn of(uri: &Uri) -> Option<Self> {
        let sip = uri.as_sip().filter(|sip| !sip.secure)?;
        let addr = uri.socket_addr()?;
        match sip.params.get("transport").map(|name| name.parse()) {
            None | Some(Ok(Transport::Udp)) => Some(Self::udp(addr)),
            Some(Ok(Transport::Tcp)) => Some(Self::tcp(addr)),
            Some(_) => None,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.transport.name().to_ascii_lowercase(), self.addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_connection_of_before_there_were_nodes_is_gone() {
        let stored = r#"{"transport":"tcp","addr":"192.0.2.1:4000","flow":7}"#;
        let peer: Peer = serde_json::from_str(stored).expect("is read");
        assert_eq!(peer, Peer::tcp(addr("192.0.2.1:4000")));
        let flow = Some(FlowId { node: NodeId::generate(), number: 7 });
        let now = Peer { flow, ..peer }.from_local(addr("192.0.2.9:5060"));
        let text = serde_json::to_string(&now).expect("is written");
        assert_eq!(serde_json::from_str::<Peer>(&text).expect("is read"), now);
    }

    #[test]
    fn where_a_uri_leads() {
        let of = |uri: &str| Peer::of(&uri.parse().expect("a URI"));
        let there = addr("192.0.2.1:5060");
        assert_eq!(of("sip:a@192.0.2.1"), Some(Peer::udp(there)));
        assert_eq!(of("sip:a@192.0.2.1;transport=UDP"), Some(Peer::udp(there)));
        assert_eq!(of("sip:a@192.0.2.1;transport=Tcp"), Some(Peer::tcp(there)));
        for nowhere in [
            "sips:a@192.0.2.1",
            "sip:a@192.0.2.1;transport=tls",
            "sip:a@192.0.2.1;transport=ws",
            "sip:a@192.0.2.1;transport=wss",
            "sip:a@192.0.2.1;transport=sctp",
            "sip:a@df7jal23ls0d.invalid;transport=ws",
        ] {
            assert_eq!(of(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn a_flow_that_cannot_be_dialed_stays_what_it_is() {
        let contact = "sip:a@192.0.2.1:5070;transport=tcp".parse().expect("a URI");
        for transport in [Transport::Tls, Transport::Ws, Transport::Wss] {
            let flow = Some(FlowId { node: NodeId::generate(), number: 1 });
            let peer = Peer { transport, flow, ..Peer::tcp(addr("192.0.2.1:49152")) };
            assert_eq!(peer.listening_at(&contact), peer);
            let text = serde_json::to_string(&peer).expect("is written");
            assert_eq!(serde_json::from_str::<Peer>(&text).expect("is read"), peer);
        }
    }

    #[test]
    fn only_the_port_of_a_contact_is_believed() {
        let connection = Peer::tcp(addr("192.0.2.1:49152"));
        let listening = |contact: &str| connection.listening_at(&contact.parse().expect("a URI")).addr;
        assert_eq!(listening("sip:a@192.0.2.1:5070;transport=tcp"), addr("192.0.2.1:5070"));
        assert_eq!(listening("sip:a@192.0.2.1:5070"), connection.addr, "that is its datagram port");
        assert_eq!(listening("sip:a@198.51.100.1:5070;transport=tcp"), connection.addr, "somebody else's");
        let datagrams = Peer::udp(addr("192.0.2.1:49152"));
        let contact = "sip:a@192.0.2.1:5070;transport=tcp".parse().expect("a URI");
        assert_eq!(datagrams.listening_at(&contact), datagrams);
    }
}
