//! SIP over sockets.
use std::net::SocketAddr;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tandem_sip::{ClientTxId, Peer, Request, Response, ServerTxId};
use tokio::sync::mpsc;

/// The transport task has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the SIP transport has stopped")]
pub struct Stopped;

pub(crate) enum Command {
    Request { id: ClientTxId, request: Request, to: Peer },
    Respond { id: ServerTxId, response: Response },
    Ack { id: ClientTxId, request: Request, to: Peer },
    Cancel { id: ClientTxId },
}

/// A handle on the SIP transport. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SipHandle {
    commands: mpsc::Sender<Command>,
    next_client: Arc<AtomicU64>,
    local_addr: SocketAddr,
}

impl SipHandle {
    /// A number for the next request.
    pub fn next_client(&self) -> ClientTxId {
        ClientTxId(self.next_client.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a request (not ACK, not CANCEL) in a new transaction. Waits only while the transport is overloaded.
    pub async fn request(&self, id: ClientTxId, request: Request, to: Peer) -> Result<(), Stopped> {
        self.commands.send(Command::Request { id, request, to }).await.map_err(|_| Stopped)
    }

    /// Answers a received request. A response to a transaction that is over is dropped.
    pub async fn respond(&self, id: ServerTxId, response: Response) -> Result<(), Stopped> {
        self.commands.send(Command::Respond { id, response }).await.map_err(|_| Stopped)
    }

    /// Acknowledges the 2xx to the INVITE `id`, now and whenever that 2xx comes again.
    pub async fn ack(&self, id: ClientTxId, request: Request, to: Peer) -> Result<(), Stopped> {
        self.commands.send(Command::Ack { id, request, to }).await.map_err(|_| Stopped)
    }

    /// Gives up a pending INVITE. Its final response (most often 487) still comes as an event.
    pub async fn cancel(&self, id: ClientTxId) -> Result<(), Stopped> {
        self.commands.send(Command::Cancel { id }).await.map_err(|_| Stopped)
    }

    /// The address of both sockets.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}
