//! Opening the transport.

use std::{net::SocketAddr, sync::Arc};

use tandem_core::Clock;
use tandem_sip::{SipEvent, SipStack, StackConfig};
use tokio::sync::mpsc;

use crate::{
    SipConfig, SipHandle,
    connections::Connections,
    driver::Driver,
    flood::LogLimit,
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

impl SipTransport {
    /// Opens UDP and TCP on the same port and starts the task that drives the stack. It must be called within a tokio runtime.
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
        let addresses = Addresses { node: config.node, local, advertised };
        let mut connections = Connections::new(config, inbox.clone());
        let mut sockets = Sockets::new(local);
        sockets.add(local, udp, connections.listen(tcp, local));
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
        Ok((SipHandle::new(commands, addresses), event_queue))
    }
}

fn advertised(config: &SipConfig, local: SocketAddr) -> SocketAddr {
    match config.advertise {
        Some(addr) if addr.port() == 0 => SocketAddr::new(addr.ip(), local.port()),
        Some(addr) => addr,
        None => local,
    }
}
