//! What the transaction user holds.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tandem_sip::{ClientTxId, Peer, Request, Response, ServerTxId};
use tokio::sync::mpsc;

/// The SIP transport has stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the SIP transport has stopped")]
pub struct Stopped;

/// What the transaction user wants done.
#[derive(Debug)]
pub(crate) enum Command {
    Request { id: ClientTxId, request: Box<Request>, to: Peer },
    Respond { id: ServerTxId, response: Box<Response> },
    Ack { id: ClientTxId, request: Box<Request>, to: Peer },
    Cancel { id: ClientTxId },
}

/// A handle on the SIP transport. Cheap to clone; the transport stops when the last one is gone.
///
/// Commands are carried out in the order they were given. They wait only while very many others do.
#[derive(Clone, Debug)]
pub struct SipHandle {
    commands: mpsc::Sender<Command>,
    next_client: Arc<AtomicU64>,
    local_addr: SocketAddr,
    advertised: SocketAddr,
}

impl SipHandle {
    pub(crate) fn new(
        commands: mpsc::Sender<Command>,
        local_addr: SocketAddr,
        advertised: SocketAddr,
    ) -> Self {
        Self { commands, next_client: Arc::new(AtomicU64::new(1)), local_addr, advertised }
    }

    /// A number for the next request, so that its events are expected before they come.
    pub fn next_client(&self) -> ClientTxId {
        ClientTxId(self.next_client.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a request (not ACK, not CANCEL) in a new transaction. What comes of it comes as events.
    pub async fn request(&self, id: ClientTxId, request: Request, to: Peer) -> Result<(), Stopped> {
        self.give(Command::Request { id, request: Box::new(request), to }).await
    }

    /// Answers a received request. An answer to a transaction that is over is dropped.
    pub async fn respond(&self, id: ServerTxId, response: Response) -> Result<(), Stopped> {
        self.give(Command::Respond { id, response: Box::new(response) }).await
    }

    /// Acknowledges the 2xx to the INVITE `id`, now and whenever that 2xx comes again.
    pub async fn ack(&self, id: ClientTxId, request: Request, to: Peer) -> Result<(), Stopped> {
        self.give(Command::Ack { id, request: Box::new(request), to }).await
    }

    /// Gives up a pending INVITE. Its final response (most often 487) still comes as an event.
    pub async fn cancel(&self, id: ClientTxId) -> Result<(), Stopped> {
        self.give(Command::Cancel { id }).await
    }

    /// The address of both sockets.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The address peers are told: for Contact headers.
    pub const fn advertised_addr(&self) -> SocketAddr {
        self.advertised
    }

    async fn give(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }
}
