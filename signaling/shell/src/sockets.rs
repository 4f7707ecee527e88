//! The addresses SIP is listened to at: the node's own and those it stands in for.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    task::{Context, Poll},
};

use socket2::{Domain, Protocol, Socket, Type};
use tandem_sip::Transport;
use tokio::{
    io::ReadBuf,
    net::{TcpListener, UdpSocket},
    task::AbortHandle,
};

/// The sockets could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// UDP.
    #[error("cannot open udp {addr} for SIP: {source}")]
    Udp {
        /// Which.
        addr: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// TCP.
    #[error("cannot open tcp {addr} for SIP: {source}")]
    Tcp {
        /// Which.
        addr: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// One of the addresses beside these.
    #[error("cannot open {} {addr} for SIP: {source}", transport.name())]
    Further {
        /// What would be spoken there.
        transport: Transport,
        /// Which.
        addr: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// Both sockets of an address, not yet served.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) local: SocketAddr,
    pub(crate) udp: UdpSocket,
    pub(crate) tcp: TcpListener,
}

/// Tries to find a port that is free for both protocols.
const PORT_TRIES: usize = 32;
/// Asked of the kernel, which may give less: a burst of REGISTERs after an outage has to fit.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

impl Pair {
    pub(crate) async fn open(addr: SocketAddr) -> Result<Self, BindError> {
        let mut tries = if addr.port() == 0 { PORT_TRIES } else { 1 };
        loop {
            let udp = open_udp(addr).map_err(|source| BindError::Udp { addr, source })?;
            let local = udp.local_addr().map_err(|source| BindError::Udp { addr, source })?;
            tries -= 1;
            match TcpListener::bind(local).await {
                Ok(tcp) => return Ok(Self { local, udp, tcp }),
                Err(source) if tries == 0 => return Err(BindError::Tcp { addr: local, source }),
                Err(_) => {}
            }
        }
    }
}

fn open_udp(addr: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(addr), Type::DGRAM, Some(Protocol::UDP))?;
    if let Err(error) = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES) {
        tracing::debug!(%error, "the receive buffer keeps its size");
    }
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    UdpSocket::from_std(socket.into())
}

/// What is listened to. Connections that were accepted are not among it: they go on when their address is given up.
#[derive(Debug)]
pub(crate) struct Sockets {
    own: SocketAddr,
    open: Vec<Listener>,
    /// Where reading begins, so that a flood at one address leaves the others their turn.
    turn: usize,
}

#[derive(Debug)]
struct Listener {
    local: SocketAddr,
    udp: UdpSocket,
    accepting: AbortHandle,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A datagram that was read.
pub(crate) struct Received {
    pub(crate) local: SocketAddr,
    pub(crate) from: SocketAddr,
    pub(crate) len: usize,
}

impl Sockets {
    /// None yet; `own` is the node's.
    pub(crate) const fn new(own: SocketAddr) -> Self {
        Self { own, open: Vec::new(), turn: 0 }
    }

    pub(crate) fn add(&mut self, local: SocketAddr, udp: UdpSocket, accepting: AbortHandle) {
        self.open.push(Listener { local, udp, accepting });
    }

    /// Stops to listen; what waits in the socket must have been read.
    pub(crate) fn remove(&mut self, local: SocketAddr) {
        self.open.retain(|listener| listener.local != local);
    }

    pub(crate) fn has(&self, local: SocketAddr) -> bool {
        self.open.iter().any(|listener| listener.local == local)
    }

    /// Where packets leave from for a peer that knows `local`.
    pub(crate) fn leave_from(&self, local: Option<SocketAddr>) -> SocketAddr {
        local.filter(|local| self.has(*local)).unwrap_or(self.own)
    }

    /// The next datagram at any address.
    pub(crate) async fn recv(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        poll_fn(|cx| self.poll_recv(cx, buffer)).await
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<Received>> {
        for _ in 0..self.open.len() {
            self.turn = (self.turn + 1) % self.open.len();
            let Listener { local, udp, .. } = &self.open[self.turn];
            let mut read = ReadBuf::new(buffer);
            if let Poll::Ready(from) = udp.poll_recv_from(cx, &mut read) {
                let len = read.filled().len();
                return Poll::Ready(from.map(|from| Received { local: *local, from, len }));
            }
        }
        Poll::Pending
    }

    /// A datagram that waits at an address already.
    pub(crate) fn waiting(&self, local: SocketAddr, buffer: &mut [u8]) -> Option<Received> {
        let listener = self.open.iter().find(|listener| listener.local == local)?;
        let (len, from) = listener.udp.try_recv_from(buffer).ok()?;
        Some(Received { local, from, len })
    }

    /// Sends a datagram from the address `local`.
    pub(crate) async fn send(&self, local: SocketAddr, bytes: &[u8], to: SocketAddr) -> bool {
        match self.open.iter().find(|listener| listener.local == local) {
            Some(listener) => listener.udp.send_to(bytes, to).await.is_ok(),
            None => false,
        }
    }
}
