//! All TCP connections.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use tandem_sip::{FlowId, Peer, Ticket};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};

use crate::{
    SipConfig,
    connection::{Connection, Inbound, Outbound, Patience},
};

/// The connections by flow and by address. Dropping it ends them.
#[derive(Debug)]
pub(crate) struct Connections {
    config: SipConfig,
    inbox: mpsc::Sender<Inbound>,
    open: HashMap<FlowId, Open>,
    /// The latest connection with each address.
    by_addr: HashMap<SocketAddr, FlowId>,
    per_source: HashMap<IpAddr, usize>,
    next_flow: u64,
    tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Open {
    addr: SocketAddr,
    outbox: mpsc::Sender<Outbound>,
}

/// A message could not be handed to a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Undeliverable;

/// Messages that may wait for a connection's socket; a peer that does not read is cut off.
const OUTBOX: usize = 256;
/// After accepting failed (most often for lack of file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

impl Connections {
    pub(crate) fn new(config: SipConfig, inbox: mpsc::Sender<Inbound>) -> Self {
        let (open, by_addr, per_source) = Default::default();
        Self { config, inbox, open, by_addr, per_source, next_flow: 1, tasks: JoinSet::new() }
    }

    /// Takes connections in, until aborted.
    pub(crate) fn listen(&mut self, listener: TcpListener, local: SocketAddr) -> AbortHandle {
        self.tasks.spawn(accept(listener, local, self.inbox.clone()))
    }

    /// Takes in a new stream, unless there are too many.
    pub(crate) fn accept(&mut self, stream: TcpStream, addr: SocketAddr, local: SocketAddr) {
        let from_source = self.per_source.get(&addr.ip()).copied().unwrap_or(0);
        if self.open.len() >= self.config.max_connections
            || from_source >= self.config.max_connections_per_source
        {
            metrics::counter!("tandem_sip_connections_refused_total").increment(1);
            tracing::debug!(peer = %addr, "too many SIP connections");
            return;
        }
        let connection = self.register(addr, local);
        self.tasks.spawn(connection.serve(stream));
    }

    /// Sends over the peer's flow, else over any connection with its address, else over a new one that leaves from `local`.
    pub(crate) fn send(
        &mut self,
        to: Peer,
        local: SocketAddr,
        bytes: Bytes,
        ticket: Option<Ticket>,
    ) -> Result<(), Undeliverable> {
        let known = to
            .flow
            .filter(|flow| self.open.contains_key(flow))
            .or_else(|| self.by_addr.get(&to.addr).copied());
        let flow = match known {
            Some(flow) => flow,
            None if self.open.len() >= self.config.max_connections => return Err(Undeliverable),
            None => {
                let connection = self.register(to.addr, local);
                let flow = connection.flow;
                self.tasks.spawn(connection.connect());
                flow
            }
        };
        let sent = self.open.get(&flow).map(|open| open.outbox.try_send(Outbound { bytes, ticket }));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => {
                self.close(flow);
                Err(Undeliverable)
            }
        }
    }

    /// Forgets a connection; its task ends once the outbox is gone.
    pub(crate) fn close(&mut self, flow: FlowId) {
        let Some(open) = self.open.remove(&flow) else { return };
        if self.by_addr.get(&open.addr) == Some(&flow) {
            self.by_addr.remove(&open.addr);
        }
        if let Some(count) = self.per_source.get_mut(&open.addr.ip()) {
            *count -= 1;
            if *count == 0 {
                self.per_source.remove(&open.addr.ip());
            }
        }
        self.reap();
    }

    /// Forgets tasks that ended.
    fn reap(&mut self) {
        while self.tasks.try_join_next().is_some() {}
        metrics::gauge!("tandem_sip_connections").set(self.open.len() as f64);
    }

    fn register(&mut self, addr: SocketAddr, local: SocketAddr) -> Connection {
        let flow = FlowId { node: self.config.node, number: self.next_flow };
        self.next_flow += 1;
        let (outbox, queue) = mpsc::channel(OUTBOX);
        let loopback = outbox.downgrade();
        self.open.insert(flow, Open { addr, outbox });
        self.by_addr.insert(addr, flow);
        *self.per_source.entry(addr.ip()).or_default() += 1;
        self.reap();
        let SipConfig { idle_timeout: idle, message_timeout: message, connect_timeout: connect, .. } =
            self.config;
        let patience = Patience { idle, message, connect };
        Connection { flow, addr, local, patience, inbox: self.inbox.clone(), outbox: queue, loopback }
    }
}

async fn accept(listener: TcpListener, local: SocketAddr, inbox: mpsc::Sender<Inbound>) {
    loop {
        match listener.accept().await {
            Ok((stream, addr)) => {
                if inbox.send(Inbound::Accepted { stream, addr, local }).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept SIP connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
