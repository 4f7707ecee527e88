//! Opening the sockets.

use std::{io, net::SocketAddr, sync::Arc};

use socket2::{Domain, Protocol, Socket, Type};
use tandem_core::Clock;
use tandem_sip::{SipEvent, SipStack, StackConfig};
use tokio::{
    net::{TcpListener, UdpSocket},
    sync::mpsc,
};

use crate::{SipConfig, SipHandle, connections::Connections, driver::Driver, flood::LogLimit};

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
}

/// SIP on one address.
#[derive(Debug)]
pub struct SipTransport;

/// Commands that may wait for the driver.
const COMMAND_QUEUE: usize = 1_024;
/// What connections have for the driver.
const INBOX: usize = 256;
/// Tries to find a port that is free for both protocols.
const PORT_TRIES: usize = 32;
/// Asked of the kernel, which may give less: a burst of REGISTERs after an outage has to fit.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

impl SipTransport {
    /// Opens UDP and TCP on the same port and starts the task that drives the stack. It must be called within a tokio runtime.
    pub async fn bind(
        config: SipConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<(SipHandle, mpsc::Receiver<SipEvent>), BindError> {
        let (udp, tcp) = open(config.bind).await?;
        let local_addr = udp.local_addr().map_err(|source| BindError::Udp { addr: config.bind, source })?;
        let advertised = advertised(&config, local_addr);
        let (commands, command_queue) = mpsc::channel(COMMAND_QUEUE);
        let (events, event_queue) = mpsc::channel(config.event_queue);
        let (inbox, inbound) = mpsc::channel(INBOX);
        let mut stack = StackConfig::new(advertised);
        stack.max_transactions = config.max_transactions;
        stack.software = config.software.clone().into();
        let driver = Driver {
            stack: SipStack::new(stack, rand::random()),
            clock,
            udp,
            connections: Connections::new(config, inbox, tcp),
            commands: command_queue,
            inbound,
            events,
            log: LogLimit::default(),
        };
        tokio::spawn(driver.run());
        Ok((SipHandle::new(commands, local_addr, advertised), event_queue))
    }
}

fn advertised(config: &SipConfig, local: SocketAddr) -> SocketAddr {
    match config.advertise {
        Some(addr) if addr.port() == 0 => SocketAddr::new(addr.ip(), local.port()),
        Some(addr) => addr,
        None => local,
    }
}

async fn open(addr: SocketAddr) -> Result<(UdpSocket, TcpListener), BindError> {
    let mut tries = if addr.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        let udp = open_udp(addr).map_err(|source| BindError::Udp { addr, source })?;
        let local = udp.local_addr().map_err(|source| BindError::Udp { addr, source })?;
        tries -= 1;
        match TcpListener::bind(local).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(source) if tries == 0 => return Err(BindError::Tcp { addr: local, source }),
            Err(_) => {}
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
