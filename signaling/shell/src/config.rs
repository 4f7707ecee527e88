//! How SIP is reached, and its bounds.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rustls::ServerConfig;
use tandem_proto::NodeId;
use tandem_setup::Proxies;

use crate::greeting::Greeting;

/// Where TLS is spoken, and how peers are greeted there.
#[derive(Clone, Debug)]
pub struct TlsAddress {
    /// The address. Port 0 takes a free one.
    pub bind: SocketAddr,
    /// The certificate, and whom it is shown.
    pub greeting: Arc<ServerConfig>,
}

/// Configuration of the SIP transport.
#[derive(Clone, Debug)]
pub struct SipConfig {
    /// The node whose connections these are.
    pub node: NodeId,
    /// The address of both sockets. Port 0 takes one that is free for UDP and TCP.
    pub bind: SocketAddr,
    /// Where SIP over TLS is listened to beside it.
    pub tls: Option<TlsAddress>,
    /// Where WebSockets are (RFC 7118), without TLS,
    pub ws: Option<SocketAddr>,
    /// and with it.
    pub wss: Option<TlsAddress>,
    /// Whose word counts when they say whose WebSocket it is.
    pub proxies: Proxies,
    /// What peers are told to answer to, when that is not `bind`: behind a NAT, or bound to all addresses. A port of 0 means the bound
    /// one.
    pub advertise: Option<SocketAddr>,
    /// What User-Agent and Server say.
    pub software: String,
    /// Transactions of each side at a time.
    pub max_transactions: usize,
    /// Events that may wait for the transaction user.
    pub event_queue: usize,
    /// Connections at a time, whatever is spoken over them.
    pub max_connections: usize,
    /// Connections from one address at a time.
    pub max_connections_per_source: usize,
    /// How long a connection may be silent between messages. Phones keep theirs open between registrations.
    pub idle_timeout: Duration,
    /// How often the other end of a WebSocket is asked whether it is there: it cannot ask itself, and proxies close what is silent. One that
    /// has said nothing for three times as long is gone.
    pub ping_every: Duration,
    /// How long the first message, the rest of any message begun, and taking one from us may take.
    pub message_timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
}

impl SipConfig {
    /// The usual values.
    pub fn new(bind: SocketAddr) -> Self {
        Self {
            node: NodeId::generate(),
            bind,
            tls: None,
            ws: None,
            wss: None,
            proxies: Proxies::default(),
            advertise: None,
            software: concat!("Tandem/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_transactions: 200_000,
            event_queue: 1_024,
            max_connections: 10_000,
            max_connections_per_source: 256,
            idle_timeout: Duration::from_secs(3_900),
            ping_every: Duration::from_secs(25),
            message_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(5),
        }
    }

    /// The addresses beside `bind`.
    pub(crate) fn further(&self) -> impl Iterator<Item = (SocketAddr, Greeting)> {
        let tls = self.tls.as_ref().map(|at| (at.bind, Greeting::Tls(Arc::clone(&at.greeting))));
        let ws = self.ws.map(|bind| (bind, Greeting::Ws));
        let wss = self.wss.as_ref().map(|at| (at.bind, Greeting::Wss(Arc::clone(&at.greeting))));
        [tls, ws, wss].into_iter().flatten()
    }
}
