//! All connections.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use tandem_sip::{FlowId, Peer, Ticket, Transport};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{broadcast, mpsc},
    task::{AbortHandle, JoinSet},
};

use crate::{
    SipConfig,
    connection::{Connection, Inbound, Outbound, Patience},
    greeting::Greeting,
};

/// The connections by flow and by address. Dropping it ends them.
#[derive(Debug)]
pub(crate) struct Connections {
    config: SipConfig,
    inbox: mpsc::Sender<Inbound>,
    /// Hears of connections that nobody can make again.
    lost: broadcast::Sender<FlowId>,
    open: HashMap<FlowId, Open>,
    /// The latest TCP connection with each address.
    by_addr: HashMap<SocketAddr, FlowId>,
    per_source: HashMap<IpAddr, usize>,
    next_flow: u64,
    tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Open {
    addr: SocketAddr,
    transport: Transport,
    /// Whom it counts for; `None`: a proxy that has not said yet whose it is.
    source: Option<IpAddr>,
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
    pub(crate) fn new(
        config: SipConfig,
        inbox: mpsc::Sender<Inbound>,
        lost: broadcast::Sender<FlowId>,
    ) -> Self {
        let (open, by_addr, per_source) = Default::default();
        Self { config, inbox, lost, open, by_addr, per_source, next_flow: 1, tasks: JoinSet::new() }
    }

    /// Takes connections in, until aborted. Peers know the address as `local`.
    pub(crate) fn listen(
        &mut self,
        listener: TcpListener,
        local: SocketAddr,
        greeting: Greeting,
    ) -> AbortHandle {
        self.tasks.spawn(accept(listener, local, greeting, self.inbox.clone()))
    }

    /// Takes in a new stream, unless there are too many.
    pub(crate) fn accept(
        &mut self,
        stream: TcpStream,
        addr: SocketAddr,
        local: SocketAddr,
        greeting: Greeting,
    ) {
        let from_proxy = greeting.is_web() && self.config.proxies.believes(addr.ip());
        let source = (!from_proxy).then(|| addr.ip());
        if self.open.len() >= self.config.max_connections || source.is_some_and(|source| self.is_full(source))
        {
            return refused(addr);
        }
        let connection = self.register(greeting.transport(), addr, local, source);
        self.tasks.spawn(connection.serve(stream, greeting));
    }

    /// A proxy said whose connection it is: it counts for them from now on, and ends if they have too many.
    pub(crate) fn of_client(&mut self, flow: FlowId, client: SocketAddr) {
        let full = self.is_full(client.ip());
        let Some(open) = self.open.get_mut(&flow).filter(|open| open.source.is_none()) else { return };
        open.source = Some(client.ip());
        *self.per_source.entry(client.ip()).or_default() += 1;
        if full {
            refused(client);
            self.close(flow);
        }
    }

    fn is_full(&self, source: IpAddr) -> bool {
        self.per_source.get(&source).is_some_and(|count| *count >= self.config.max_connections_per_source)
    }

    /// Sends over the peer's flow; by TCP else over any connection with its address, else over a new one that leaves from `local`.
    pub(crate) fn send(
        &mut self,
        to: Peer,
        local: SocketAddr,
        bytes: Bytes,
        ticket: Option<Ticket>,
    ) -> Result<(), Undeliverable> {
        let dialed = to.transport.is_dialed();
        let with_addr = || dialed.then(|| self.by_addr.get(&to.addr).copied()).flatten();
        let known = to.flow.filter(|flow| self.open.contains_key(flow)).or_else(with_addr);
        let flow = match known {
            Some(flow) => flow,
            None if !dialed || self.open.len() >= self.config.max_connections => return Err(Undeliverable),
            None => {
                let connection = self.register(to.transport, to.addr, local, Some(to.addr.ip()));
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
        if !open.transport.is_dialed() {
            // Perhaps nobody wants to know.
            let _ = self.lost.send(flow);
        }
        if open.transport.is_dialed() && self.by_addr.get(&open.addr) == Some(&flow) {
            self.by_addr.remove(&open.addr);
        }
        if let Some(source) = open.source
            && let Some(count) = self.per_source.get_mut(&source)
        {
            *count -= 1;
            if *count == 0 {
                self.per_source.remove(&source);
            }
        }
        self.reap();
    }

    /// Forgets tasks that ended.
    fn reap(&mut self) {
        while self.tasks.try_join_next().is_some() {}
        metrics::gauge!("tandem_sip_connections").set(self.open.len() as f64);
    }

    fn register(
        &mut self,
        transport: Transport,
        addr: SocketAddr,
        local: SocketAddr,
        source: Option<IpAddr>,
    ) -> Connection {
        let flow = FlowId { node: self.config.node, number: self.next_flow };
        self.next_flow += 1;
        let (outbox, queue) = mpsc::channel(OUTBOX);
        let loopback = outbox.downgrade();
        self.open.insert(flow, Open { addr, transport, source, outbox });
        if transport.is_dialed() {
            self.by_addr.insert(addr, flow);
        }
        if let Some(source) = source {
            *self.per_source.entry(source).or_default() += 1;
        }
        self.reap();
        let SipConfig {
            idle_timeout: idle,
            message_timeout: message,
            connect_timeout: connect,
            ping_every,
            ..
        } = self.config;
        Connection {
            flow,
            transport,
            addr,
            local,
            patience: Patience { idle, message, connect, ping_every },
            proxies: self.config.proxies.clone(),
            inbox: self.inbox.clone(),
            outbox: queue,
            loopback,
        }
    }
}

fn refused(addr: SocketAddr) {
    metrics::counter!("tandem_sip_connections_refused_total").increment(1);
    tracing::debug!(peer = %addr, "too many SIP connections");
}

async fn accept(listener: TcpListener, local: SocketAddr, greeting: Greeting, inbox: mpsc::Sender<Inbound>) {
    loop {
        match listener.accept().await {
            Ok((stream, addr)) => {
                let greeting = greeting.clone();
                if inbox.send(Inbound::Accepted { stream, addr, local, greeting }).await.is_err() {
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
