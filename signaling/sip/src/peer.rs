//! Where messages come from and go to.

use std::{fmt, net::SocketAddr};

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
    /// Over which connection; if that is gone, `addr` is connected to.
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
        let streams = |peer: &Self| peer.transport == Transport::Tcp;
        match Self::of(contact).filter(streams) {
            Some(listening) if streams(&self) && listening.addr.ip() == self.addr.ip() => {
                Self { addr: listening.addr, ..self }
            }
            _ => self,
        }
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
