//! SIP over UDP, TCP, TLS and WebSockets: the sockets around the pure [`SipStack`](tandem_sip::SipStack).
//!
//! One task owns the stack. It never waits for the transaction user: while that is slow to take events, the network is not read
//! (datagrams wait in the socket, streams are not drained), but commands are carried out and timers run. The one contract: take events
//! from the receiver given by [`SipTransport::bind`], and keep a [`SipHandle`] as long as SIP is to be spoken.

mod among;
mod config;
mod connection;
mod connections;
mod driver;
mod flood;
mod greeting;
mod handle;
mod keeper;
mod linked;
mod neighbours;
mod node;
mod sockets;
mod strays;
mod stream;
mod transport;
mod upgrade;
mod websocket;

pub use config::{SipConfig, TlsAddress};
pub use handle::{SipHandle, Stopped, WeakSipHandle};
pub use linked::LinkedNodes;
pub use neighbours::{BoxFuture, Neighbours, Parcel};
pub use node::{SipNode, StartError};
pub use sockets::BindError;
pub use transport::SipTransport;
