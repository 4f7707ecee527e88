//! What is done with a stream before messages come over it.

use std::sync::Arc;

use rustls::ServerConfig;
use tandem_sip::Transport;

/// What an address greets its peers with.
#[derive(Clone, Debug)]
pub(crate) enum Greeting {
    /// Nothing.
    Tcp,
    /// A TLS handshake.
    Tls(Arc<ServerConfig>),
    /// A WebSocket's.
    Ws,
    /// Both.
    Wss(Arc<ServerConfig>),
}

impl Greeting {
    /// What is spoken then.
    pub(crate) const fn transport(&self) -> Transport {
        match self {
            Self::Tcp => Transport::Tcp,
            Self::Tls(_) => Transport::Tls,
            Self::Ws => Transport::Ws,
            Self::Wss(_) => Transport::Wss,
        }
    }

    /// Whether HTTP comes first, in which a proxy says for whom it asks.
    pub(crate) const fn is_web(&self) -> bool {
        matches!(self, Self::Ws | Self::Wss(_))
    }
}
