//! How SIP is reached, and its bounds.

use std::{net::SocketAddr, time::Duration};

use tandem_proto::NodeId;

/// Configuration of the SIP transport.
#[derive(Clone, Debug)]
pub struct SipConfig {
    /// The node whose connections these are.
    pub node: NodeId,
    /// The address of both sockets. Port 0 takes one that is free for UDP and TCP.
    pub bind: SocketAddr,
    /// What peers are told to answer to, when that is not `bind`: behind a NAT, or bound to all addresses. A port of 0 means the bound
    /// one.
    pub advertise: Option<SocketAddr>,
    /// What User-Agent and Server say.
    pub software: String,
    /// Transactions of each side at a time.
    pub max_transactions: usize,
    /// Events that may wait for the transaction user.
    pub event_queue: usize,
    /// TCP connections at a time.
    pub max_connections: usize,
    /// TCP connections from one address at a time.
    pub max_connections_per_source: usize,
    /// How long a connection may be silent between messages. Phones keep theirs open between registrations.
    pub idle_timeout: Duration,
    /// How long the first message, and the rest of any message begun, may take.
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
            advertise: None,
            software: concat!("Tandem/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_transactions: 200_000,
            event_queue: 1_024,
            max_connections: 10_000,
            max_connections_per_source: 256,
            idle_timeout: Duration::from_secs(3_900),
            message_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(5),
        }
    }
}
