//! What the transaction user, and the other nodes, hold of the transport.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tandem_proto::NodeId;
use tandem_sip::{
    ClientTxId, DialogId, FlowId, MAGIC_COOKIE, Peer, Request, Response, ServerTxId, Transport,
};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::{BindError, Neighbours, Parcel, sockets::Pair, strays::KnowsDialog};

/// The SIP transport has stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the SIP transport has stopped")]
pub struct Stopped;

/// What the transaction user wants done, and the other nodes.
pub(crate) enum Command {
    Request { id: ClientTxId, request: Box<Request>, to: Peer },
    Respond { id: ServerTxId, response: Box<Response> },
    Ack { id: ClientTxId, request: Box<Request>, to: Peer },
    Cancel { id: ClientTxId },
    RestoreClient { id: ClientTxId, invite: Box<Request>, to: Peer },
    RestoreServer { id: ServerTxId, invite: Box<Request>, from: Peer },
    KnowDialogs(KnowsDialog),
    Join(Arc<dyn Neighbours>),
    Stray { parcel: Parcel, reply: oneshot::Sender<bool> },
    Relay { from: NodeId, parcel: Parcel },
    Listen(Pair),
    GiveUp { local: SocketAddr, done: oneshot::Sender<()> },
    Drain,
}

/// What does not change about a transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) node: NodeId,
    pub(crate) local: SocketAddr,
    pub(crate) advertised: SocketAddr,
    pub(crate) tls: Option<SocketAddr>,
    pub(crate) ws: Option<SocketAddr>,
    pub(crate) wss: Option<SocketAddr>,
}

#[derive(Debug)]
struct Numbers {
    client: AtomicU64,
    server: AtomicU64,
}

/// A handle on the SIP transport. Cheap to clone; the transport stops when the last one is gone.
///
/// Commands are carried out in the order they were given. They wait only while very many others do.
#[derive(Clone, Debug)]
pub struct SipHandle {
    commands: mpsc::Sender<Command>,
    numbers: Arc<Numbers>,
    addresses: Addresses,
    lost: broadcast::WeakSender<FlowId>,
}

/// A handle that does not keep the transport running.
#[derive(Clone, Debug)]
pub struct WeakSipHandle {
    commands: mpsc::WeakSender<Command>,
    numbers: Arc<Numbers>,
    addresses: Addresses,
    lost: broadcast::WeakSender<FlowId>,
}

impl WeakSipHandle {
    /// The handle, while the transport runs.
    pub fn upgrade(&self) -> Option<SipHandle> {
        let commands = self.commands.upgrade()?;
        let (numbers, lost) = (Arc::clone(&self.numbers), self.lost.clone());
        Some(SipHandle { commands, numbers, addresses: self.addresses, lost })
    }
}

impl SipHandle {
    pub(crate) fn new(
        commands: mpsc::Sender<Command>,
        addresses: Addresses,
        lost: broadcast::WeakSender<FlowId>,
    ) -> Self {
        let (client, server) = (AtomicU64::new(1), AtomicU64::new(ServerTxId::FIRST_RESTORED));
        Self { commands, numbers: Arc::new(Numbers { client, server }), addresses, lost }
    }

    /// For those the transport itself holds.
    pub fn downgrade(&self) -> WeakSipHandle {
        let commands = self.commands.downgrade();
        let (numbers, lost) = (Arc::clone(&self.numbers), self.lost.clone());
        WeakSipHandle { commands, numbers, addresses: self.addresses, lost }
    }

    /// A number for the next request, so that its events are expected before they come.
    pub fn next_client(&self) -> ClientTxId {
        ClientTxId(self.numbers.client.fetch_add(1, Ordering::Relaxed))
    }

    /// A number for a received INVITE that is to be restored, so that its events are expected before they come.
    pub fn next_server(&self) -> ServerTxId {
        ServerTxId(self.numbers.server.fetch_add(1, Ordering::Relaxed))
    }

    /// A request as it will be sent to `to`, its Via included: what is kept to be restored has to be in this form, and sent in it.
    pub fn leaving(&self, request: Request, to: &Peer) -> Request {
        let branch = format!("{MAGIC_COOKIE}{:024x}", rand::random::<u128>() >> 32);
        request.leaving(to.transport, self.contact_addr(to), branch.into())
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

    /// Goes on, as `id` (a [`Self::next_client`]), with an INVITE that another run or another node sent and that has no final response
    /// yet: `invite` as [`Self::leaving`] made it, and where it went. It is sent again, so that the latest response is repeated. From now
    /// on its responses come as events, and it can be acknowledged and cancelled.
    pub async fn restore_client(&self, id: ClientTxId, invite: Request, to: Peer) -> Result<(), Stopped> {
        self.give(Command::RestoreClient { id, invite: Box::new(invite), to }).await
    }

    /// Goes on, as `id` (a [`Self::next_server`]), with an INVITE that another run or another node received and did not answer finally, or
    /// not for certain: `invite` as the event told it, and where it came from. From now on it can be answered, its repetitions are
    /// answered, and its CANCEL comes as an event.
    pub async fn restore_server(&self, id: ServerTxId, invite: Request, from: Peer) -> Result<(), Stopped> {
        self.give(Command::RestoreServer { id, invite: Box::new(invite), from }).await
    }

    /// Tells how to know the dialogs of this node. Requests within others are then taken to the nodes that know theirs, and told as
    /// events only here when nobody does. `knows` is asked by the task that drives the transport: it must not wait.
    pub async fn know_dialogs(
        &self,
        knows: impl Fn(&DialogId) -> bool + Send + Sync + 'static,
    ) -> Result<(), Stopped> {
        self.give(Command::KnowDialogs(Arc::new(knows))).await
    }

    /// Makes the transport one of several.
    pub async fn join(&self, neighbours: Arc<dyn Neighbours>) -> Result<(), Stopped> {
        self.give(Command::Join(neighbours)).await
    }

    /// A stray of another node: whether it belongs here, and was taken.
    pub async fn stray(&self, parcel: Parcel) -> bool {
        let (reply, answer) = oneshot::channel();
        self.give(Command::Stray { parcel, reply }).await.is_ok() && answer.await.unwrap_or(false)
    }

    /// Sends a message of the node `from` through a socket or connection of this one. `false` when too much waits, and it was not taken.
    pub fn relay(&self, from: NodeId, parcel: Parcel) -> bool {
        self.commands.try_send(Command::Relay { from, parcel }).is_ok()
    }

    /// Listens at one more address, as the stand-in of the node whose it is.
    ///
    /// # Errors
    /// When the sockets cannot be opened, most often because the address is not one of this machine's.
    pub async fn listen(&self, addr: SocketAddr) -> Result<(), BindError> {
        let pair = Pair::open(addr).await?;
        // A transport that has stopped drops the sockets.
        let _ = self.give(Command::Listen(pair)).await;
        Ok(())
    }

    /// Stops to listen at an address, once what waited there is read. Connections that were made through it go on.
    pub async fn give_up(&self, local: SocketAddr) {
        let (done, given) = oneshot::channel();
        if self.give(Command::GiveUp { local, done }).await.is_ok() {
            let _ = given.await;
        }
    }

    /// Tells from now on of connections that ended and cannot be made again from here: whoever was reached over one is not any more. Who
    /// reads too slowly misses some. `None` when the transport has stopped.
    pub fn lost_flows(&self) -> Option<broadcast::Receiver<FlowId>> {
        self.lost.upgrade().map(|lost| lost.subscribe())
    }

    /// Takes no new dialogs from now on; everything else goes on.
    pub async fn drain(&self) -> Result<(), Stopped> {
        self.give(Command::Drain).await
    }

    /// The node whose transport it is.
    pub const fn node(&self) -> NodeId {
        self.addresses.node
    }

    /// The address of its own sockets.
    pub const fn local_addr(&self) -> SocketAddr {
        self.addresses.local
    }

    /// Where it listens for what is spoken over `transport`, if it does.
    pub const fn bound(&self, transport: Transport) -> Option<SocketAddr> {
        match transport {
            Transport::Udp | Transport::Tcp => Some(self.addresses.local),
            Transport::Tls => self.addresses.tls,
            Transport::Ws => self.addresses.ws,
            Transport::Wss => self.addresses.wss,
        }
    }

    /// The address peers are told: for Contact headers.
    pub const fn advertised_addr(&self) -> SocketAddr {
        self.addresses.advertised
    }

    /// The address a peer is told: that by which it knows this server.
    pub fn contact_addr(&self, peer: &Peer) -> SocketAddr {
        peer.local.filter(|local| *local != self.addresses.local).unwrap_or(self.addresses.advertised)
    }

    async fn give(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }
}
