//! TLS between nodes: both sides show a certificate of the same authority, TLS 1.3.
//!
//! What it is made of is asked for at each handshake, so that a certificate can be replaced while connections that are up stay.

use std::{io, sync::Arc};

use rustls::{ClientConfig, ServerConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::Neighbour;

/// A connection, encrypted or not.
pub(super) type Wire = Box<dyn Stream>;

/// Bytes in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

type Current<T> = Arc<dyn Fn() -> Arc<T> + Send + Sync>;

/// How nodes greet each other over TLS. Cheap to clone.
#[derive(Clone)]
pub struct LinkTls {
    accepting: Current<ServerConfig>,
    connecting: Current<ClientConfig>,
}

impl LinkTls {
    /// From what makes the current configuration of either side. The one that accepts must insist on a certificate of its peer.
    pub fn new(
        accepting: impl Fn() -> Arc<ServerConfig> + Send + Sync + 'static,
        connecting: impl Fn() -> Arc<ClientConfig> + Send + Sync + 'static,
    ) -> Self {
        Self { accepting: Arc::new(accepting), connecting: Arc::new(connecting) }
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<Wire> {
        Ok(Box::new(TlsAcceptor::from((self.accepting)()).accept(stream).await?))
    }

    /// Its certificate must be for the node's name, or for its address where no name is known.
    pub(super) async fn connect(&self, stream: TcpStream, to: &Neighbour) -> io::Result<Wire> {
        let name = match &to.name {
            Some(name) => ServerName::try_from(name.clone()).map_err(io::Error::other)?,
            None => ServerName::from(to.address.ip()),
        };
        Ok(Box::new(TlsConnector::from((self.connecting)()).connect(name, stream).await?))
    }
}

impl std::fmt::Debug for LinkTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkTls").finish_non_exhaustive()
    }
}
