//! One TCP connection: reads messages, writes what it is given, ends when either stops.

use std::{io, net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use tandem_sip::{FlowId, Frame, Framer, FramingError, Peer, Stray, Ticket, Transport};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::strays::Sought;

/// What connections tell the driver.
#[derive(Debug)]
pub(crate) enum Inbound {
    /// Somebody connected.
    Accepted { stream: TcpStream, addr: SocketAddr, local: SocketAddr },
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
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the peer closed it")]
    ByPeer,
    #[error("idle")]
    Idle,
    #[error("a message took too long")]
    Slow,
    #[error("connecting took too long")]
    NoAnswer,
    #[error("not needed any more")]
    Dropped,
    #[error(transparent)]
    Framing(#[from] FramingError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A connection as its task holds it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) flow: FlowId,
    pub(crate) addr: SocketAddr,
    /// The address of ours the peer knows.
    pub(crate) local: SocketAddr,
    pub(crate) patience: Patience,
    pub(crate) inbox: mpsc::Sender<Inbound>,
    pub(crate) outbox: mpsc::Receiver<Outbound>,
    /// For answers to pings.
    pub(crate) loopback: mpsc::WeakSender<Outbound>,
}

const READ_BYTES: usize = 8 * 1024;

impl Connection {
    /// Serves an accepted stream.
    pub(crate) async fn serve(mut self, stream: TcpStream) {
        let ended = self.exchange(stream).await;
        self.close(&ended).await;
    }

    /// Connects, then serves.
    pub(crate) async fn connect(mut self) {
        let ended = match timeout(self.patience.connect, self.dial()).await {
            Ok(Ok(stream)) => self.exchange(stream).await,
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

    async fn exchange(&mut self, stream: TcpStream) -> Ended {
        if let Err(error) = stream.set_nodelay(true) {
            return error.into();
        }
        let (reader, writer) = stream.into_split();
        let from = Peer {
            transport: Transport::Tcp,
            addr: self.addr,
            flow: Some(self.flow),
            local: Some(self.local),
        };
        tokio::select! {
            ended = read(reader, from, self.patience, &self.inbox, &self.loopback) => ended,
            ended = write(writer, &mut self.outbox) => ended,
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

async fn read(
    mut reader: OwnedReadHalf,
    from: Peer,
    patience: Patience,
    inbox: &mpsc::Sender<Inbound>,
    loopback: &mpsc::WeakSender<Outbound>,
) -> Ended {
    let mut framer = Framer::default();
    let mut buffer = BytesMut::with_capacity(READ_BYTES);
    let mut greeted = false;
    loop {
        let between = greeted && framer.pending() == 0;
        let limit = if between { patience.idle } else { patience.message };
        match timeout(limit, reader.read_buf(&mut buffer)).await {
            Err(_) => return if between { Ended::Idle } else { Ended::Slow },
            Ok(Err(error)) => return error.into(),
            Ok(Ok(0)) => return Ended::ByPeer,
            Ok(Ok(_)) => {}
        }
        framer.push(&buffer);
        buffer.clear();
        loop {
            match framer.poll() {
                Err(error) => return error.into(),
                Ok(None) => break,
                Ok(Some(Frame::Ping)) => pong(loopback),
                Ok(Some(Frame::Message(bytes))) => {
                    if inbox.send(Inbound::Message { from, bytes }).await.is_err() {
                        return Ended::Dropped;
                    }
                }
            }
            greeted = true;
        }
    }
}

/// A peer that asks faster than it reads the answers gets fewer answers.
fn pong(loopback: &mpsc::WeakSender<Outbound>) {
    if let Some(outbox) = loopback.upgrade() {
        let _full = outbox.try_send(Outbound { bytes: Bytes::from_static(Framer::PONG), ticket: None });
    }
}

async fn write(mut writer: OwnedWriteHalf, outbox: &mut mpsc::Receiver<Outbound>) -> Ended {
    while let Some(Outbound { bytes, .. }) = outbox.recv().await {
        if let Err(error) = writer.write_all(&bytes).await {
            return error.into();
        }
    }
    Ended::Dropped
}
