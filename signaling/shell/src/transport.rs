//! Opening the transport.

use std::{net::SocketAddr, sync::Arc};

use tandem_core::Clock;
use tandem_sip::{SipEvent, SipStack, StackConfig, Transport};
use tokio::{
    net::TcpListener,
    sync::{broadcast, mpsc},
};

use crate::{
    SipConfig, SipHandle,
    connections::Connections,
    driver::Driver,
    flood::LogLimit,
    greeting::Greeting,
    handle::Addresses,
    sockets::{BindError, Pair, Sockets},
    strays::Strays,
};

/// SIP on the addresses of one node.
#[derive(Debug)]
pub struct SipTransport;

/// Commands that may wait for the driver.
const COMMAND_QUEUE: usize = 1_024;
/// What connections have for the driver.
const INBOX: usize = 256;
/// Lost connections that may wait for whoever asked to be told.
const LOST: usize = 4_096;

impl SipTransport {
    /// Opens UDP and TCP on the same port, and the further addresses of `config`, and starts the task that drives the stack. It must be called within a tokio runtime.
    pub async fn bind(
        config: SipConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<(SipHandle, mpsc::Receiver<SipEvent>), BindError> {
        let Pair { local, udp, tcp } = Pair::open(config.bind).await?;
        let advertised = advertised(&config, local);
        let (commands, command_queue) = mpsc::channel(COMMAND_QUEUE);
        let (events, event_queue) = mpsc::channel(config.event_queue);
        let (inbox, inbound) = mpsc::channel(INBOX);
        let mut stack = StackConfig::new(advertised);
        stack.bound = local;
        stack.max_transactions = config.max_transactions;
        stack.software = config.software.clone().into();
        let further = further(&config).await?;
        let bound = |transport| {
            further.iter().find(|(_, _, greeting)| greeting.transport() == transport).map(|(at, ..)| *at)
        };
        let [tls, ws, wss] = [Transport::Tls, Transport::Ws, Transport::Wss].map(bound);
        let addresses = Addresses { node: config.node, local, advertised, tls, ws, wss };
        let known_as = config.advertise.map(|addr| addr.ip());
        let (lost, _) = broadcast::channel(LOST);
        let handle = SipHandle::new(commands, addresses, lost.downgrade());
        let mut connections = Connections::new(config, inbox.clone(), lost);
        for (bound, listener, greeting) in further {
            let told = SocketAddr::new(known_as.unwrap_or(bound.ip()), bound.port());
            connections.listen(listener, told, greeting);
        }
        let mut sockets = Sockets::new(local);
        sockets.add(local, udp, connections.listen(tcp, local, Greeting::Tcp));
        let driver = Driver {
            stack: SipStack::new(stack, rand::random()),
            clock,
            sockets,
            connections,
            commands: command_queue,
            inbound,
            events,
            strays: Strays::new(addresses.node, inbox),
            log: LogLimit::default(),
        };
        tokio::spawn(driver.run());
        Ok((handle, event_queue))
    }
}

/// Opens the addresses beside UDP's and TCP's.
async fn further(config: &SipConfig) -> Result<Vec<(SocketAddr, TcpListener, Greeting)>, BindError> {
    let mut opened = Vec::new();
    for (addr, greeting) in config.further() {
        let failed = |source| BindError::Further { transport: greeting.transport(), addr, source };
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        opened.push((bound, listener, greeting));
    }
    Ok(opened)
}

fn advertised(config: &SipConfig, local: SocketAddr) -> SocketAddr {
    match config.advertise {
        Some(addr) if addr.port() == 0 => SocketAddr::new(addr.ip(), local.port()),
        Some(addr) => addr,
        None => local,
    }
}
