//! One connection: greets the peer, reads messages, writes what it is given, ends when either stops.

use std::{io, net::SocketAddr, time::Duration};

use bytes::Bytes;
use tandem_setup::{Proxies, tls};
use tandem_sip::{FlowId, Framer, FramingError, Peer, Stray, Ticket, Transport};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_tungstenite::tungstenite;

use crate::{greeting::Greeting, strays::Sought, stream, upgrade::NotUpgraded, websocket};

/// What connections tell the driver.
#[derive(Debug)]
pub(crate) enum Inbound {
    /// Somebody connected.
    Accepted { stream: TcpStream, addr: SocketAddr, local: SocketAddr, greeting: Greeting },
    /// A proxy said for whom it connected.
    Client { flow: FlowId, addr: SocketAddr },
    /// A message came.
    Message { from: Peer, bytes: Bytes },
    /// What was found out about a stray.
    Sought(Sought),
    /// Nobody else has a stray: perhaps this node, by now? It takes it then.
    Again { stray: Stray, reply: oneshot::Sender<bool> },
    /// The connection is gone; these messages were not sent.
    Closed { flow: FlowId, unsent: Vec<Ticket> },
}

/// A message to write, and who waits for it.
#[derive(Debug)]
pub(crate) struct Outbound {
    pub(crate) bytes: Bytes,
    pub(crate) ticket: Option<Ticket>,
}

/// A connection's times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) idle: Duration,
    pub(crate) message: Duration,
    pub(crate) connect: Duration,
    pub(crate) ping_every: Duration,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    #[error("no TLS handshake")]
    NoTls,
    #[error(transparent)]
    NoWebSocket(#[from] NotUpgraded),
    #[error("the peer closed it")]
    ByPeer,
    #[error("idle")]
    Idle,
    #[error("a message took too long")]
    Slow,
    #[error("the peer does not take what it is sent")]
    NotReading,
    #[error("connecting took too long")]
    NoAnswer,
    #[error("not needed any more")]
    Dropped,
    #[error(transparent)]
    Framing(#[from] FramingError),
    #[error(transparent)]
    WebSocket(#[from] tungstenite::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A connection as its task holds it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) flow: FlowId,
    pub(crate) transport: Transport,
    pub(crate) addr: SocketAddr,
    /// The address of ours the peer knows.
    pub(crate) local: SocketAddr,
    pub(crate) patience: Patience,
    /// Who may say whose a WebSocket is.
    pub(crate) proxies: Proxies,
    pub(crate) inbox: mpsc::Sender<Inbound>,
    pub(crate) outbox: mpsc::Receiver<Outbound>,
    /// For answers to pings.
    pub(crate) loopback: mpsc::WeakSender<Outbound>,
}

/// What somebody is told who speaks HTTP where HTTPS is spoken.
const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 38\r\n\
    connection: close\r\n\r\nHere are WebSockets by TLS: use wss://";
/// Whoever speaks SIP in the clear where TLS is spoken is told nothing: there is no answer without a request that was read.
const NO_ANSWER: &[u8] = b"";

impl Connection {
    /// Serves an accepted stream.
    pub(crate) async fn serve(mut self, stream: TcpStream, greeting: Greeting) {
        let ended = self.greet(stream, greeting).await;
        self.close(&ended).await;
    }

    async fn greet(&mut self, stream: TcpStream, greeting: Greeting) -> Ended {
        if let Err(error) = stream.set_nodelay(true) {
            return error.into();
        }
        match greeting {
            Greeting::Tcp => self.exchange(stream.into_split()).await,
            Greeting::Tls(config) => match tls::greet(config, stream, self.addr, NO_ANSWER).await {
                Some(stream) => self.exchange(tokio::io::split(stream)).await,
                None => Ended::NoTls,
            },
            // A WebSocket's state is large, and other connections shall not have room for it.
            Greeting::Ws => Box::pin(websocket::serve(self, stream)).await,
            Greeting::Wss(config) => match tls::greet(config, stream, self.addr, NOT_TLS).await {
                Some(stream) => Box::pin(websocket::serve(self, stream)).await,
                None => Ended::NoTls,
            },
        }
    }

    /// Connects, then serves.
    pub(crate) async fn connect(mut self) {
        let ended = match timeout(self.patience.connect, self.dial()).await {
            Ok(Ok(stream)) => match stream.set_nodelay(true) {
                Ok(()) => self.exchange(stream.into_split()).await,
                Err(error) => error.into(),
            },
            Ok(Err(error)) => error.into(),
            Err(_) => Ended::NoAnswer,
        };
        self.close(&ended).await;
    }

    /// From the address the peer knows, where that is one of this machine's: firewalls and carriers look at it.
    async fn dial(&self) -> io::Result<TcpStream> {
        let socket = if self.addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        let ip = self.local.ip();
        if !ip.is_unspecified() && ip.is_loopback() == self.addr.ip().is_loopback() {
            socket.bind(SocketAddr::new(ip, 0)).or_else(not_here)?;
        }
        socket.connect(self.addr).await
    }

    /// The other end, as it is reached over this connection.
    pub(crate) const fn peer(&self) -> Peer {
        Peer { transport: self.transport, addr: self.addr, flow: Some(self.flow), local: Some(self.local) }
    }

    async fn exchange(
        &mut self,
        (reader, writer): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    ) -> Ended {
        let from = self.peer();
        tokio::select! {
            ended = stream::read(reader, from, self.patience, &self.inbox, &self.loopback) => ended,
            ended = stream::write(writer, &mut self.outbox, self.patience.message) => ended,
        }
    }

    async fn close(mut self, ended: &Ended) {
        tracing::debug!(peer = %self.addr, reason = %ended, "SIP connection closed");
        self.outbox.close();
        let mut unsent = Vec::new();
        while let Some(Outbound { ticket, .. }) = self.outbox.recv().await {
            unsent.extend(ticket);
        }
        // When the driver is gone there is nobody to tell.
        let _gone = self.inbox.send(Inbound::Closed { flow: self.flow, unsent }).await;
    }
}

/// Another node took that address over, or it has gone to another machine: any other will do.
fn not_here(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AddrNotAvailable { Ok(()) } else { Err(error) }
}

/// A peer that asks faster than it reads the answers gets fewer answers.
pub(crate) fn pong(loopback: &mpsc::WeakSender<Outbound>) {
    if let Some(outbox) = loopback.upgrade() {
        let _full = outbox.try_send(Outbound { bytes: Bytes::from_static(Framer::PONG), ticket: None });
    }
}
