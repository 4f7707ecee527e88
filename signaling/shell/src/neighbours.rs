//! The other nodes that speak SIP, as the transport needs them.

use std::{fmt, net::SocketAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tandem_proto::NodeId;
use tandem_sip::Peer;

/// A boxed future, as [`Neighbours::ask`] answers it.
pub type BoxFuture<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;

/// A SIP message between nodes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Where the message came from, or goes to, as the node sees it whose socket or connection it is.
    pub peer: Peer,
    /// It, as on the wire.
    #[serde(with = "text")]
    pub message: Bytes,
}

/// What is on the wire need not be UTF-8.
mod text {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Bytes::from).map_err(D::Error::custom)
    }
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parcel").field("peer", &self.peer).field("bytes", &self.message.len()).finish()
    }
}

/// The other nodes that speak SIP. What is asked and sent here ends in [`SipHandle::stray`](crate::SipHandle::stray) and
/// [`SipHandle::relay`](crate::SipHandle::relay) of the node named; neither goes on to a third node.
pub trait Neighbours: Send + Sync + 'static {
    /// Those that are there, this one not among them.
    fn others(&self) -> Vec<NodeId>;

    /// The other node that listens at an address of ours.
    fn holder(&self, local: SocketAddr) -> Option<NodeId>;

    /// Whether a node went lately, so that what it had may have no new owner yet.
    fn unsettled(&self) -> bool;

    /// Asks a node to take a stray, and whether it was its own.
    fn ask(&self, node: NodeId, stray: Parcel) -> BoxFuture<bool>;

    /// Hands a message to the node whose socket or connection it must leave through, in order. `false`: it surely did not arrive there.
    fn relay(&self, node: NodeId, parcel: &Parcel) -> bool;
}
