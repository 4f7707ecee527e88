//! The connection: HTTP/1.1 to an address the server may connect to.
//!
//! The address is looked up and checked here, and connected to as it was checked: whoever points the name elsewhere meanwhile gains
//! nothing (DNS rebinding).

use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::Host;

use crate::{Networks, Target};

/// To look up and reach an address.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Addresses of a name that are tried.
const ADDRESSES: usize = 4;

/// What others see us as.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("Tandem/", env!("CARGO_PKG_VERSION")));

/// Why nothing came of a request, for people.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreachable {
    /// Nobody may have the server connect there.
    #[error("the address is not a public one")]
    NotPublic,
    /// A name without addresses.
    #[error("the name has no address")]
    NoAddress,
    /// A name that the resolver does not know, or does not answer for.
    #[error("the name {0} cannot be looked up: {1}")]
    Unknown(String, String),
    /// Nobody takes the connection.
    #[error("cannot be reached: {0}")]
    Connect(String),
    /// Not in time.
    #[error("cannot be reached in time")]
    Late,
    /// Not who the address says, or nobody the system trusts.
    #[error("TLS: {0}")]
    Tls(String),
    /// It ended before an answer came.
    #[error("the connection failed: {0}")]
    Broken(String),
    /// No whole answer in time.
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// An answer that is longer than anybody reads.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status; a redirect is one like any other.
    pub status: u16,
    /// Its body.
    pub body: Bytes,
}

/// How others are reached. Cheap to clone.
#[derive(Clone)]
pub struct Way {
    networks: Arc<Networks>,
    tls: Arc<OnceLock<TlsConnector>>,
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Way").field("networks", &self.networks).finish_non_exhaustive()
    }
}

impl Way {
    /// Trusts the certificates the system trusts, as they are when it first connects by TLS.
    pub fn new(networks: Networks) -> Self {
        Self { networks: Arc::new(networks), tls: Arc::default() }
    }

    /// Where it may connect to.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// A connection to `target`.
    ///
    /// # Errors
    /// [`Unreachable`], within five seconds.
    pub async fn connect(&self, target: &Target) -> Result<Line, Unreachable> {
        let connected = async {
            let addresses = self.addresses(target).await?;
            let stream = reach(&addresses).await?;
            // Small messages must not wait for each other.
            let _ = stream.set_nodelay(true);
            if !target.is_tls() {
                return Line::new(stream).await;
            }
            let name = match target.host() {
                Host::Domain(name) => ServerName::try_from(name.to_owned())
                    .map_err(|error| Unreachable::Tls(error.to_string()))?,
                Host::Ipv4(address) => ServerName::from(IpAddr::V4(address)),
                Host::Ipv6(address) => ServerName::from(IpAddr::V6(address)),
            };
            let stream = self.tls().connect(name, stream).await;
            Line::new(stream.map_err(|error| Unreachable::Tls(error.to_string()))?).await
        };
        timeout(CONNECT_WITHIN, connected).await.unwrap_or(Err(Unreachable::Late))
    }

    /// Asks `target` once, over a connection of its own.
    ///
    /// # Errors
    /// [`Unreachable`]: also for an answer longer than `bytes`, or one that has not come whole `within` that time.
    pub async fn ask(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
        bytes: usize,
        within: Duration,
    ) -> Result<Answer, Unreachable> {
        let asked = async {
            let mut line = self.connect(target).await?;
            let (head, body) = line.send(target, request).await?.into_parts();
            match Limited::new(body, bytes).collect().await {
                Ok(whole) => Ok(Answer { status: head.status.as_u16(), body: whole.to_bytes() }),
                Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                    Err(Unreachable::TooLong(bytes))
                }
                Err(error) => Err(Unreachable::Broken(error.to_string())),
            }
        };
        timeout(within, asked).await.unwrap_or(Err(Unreachable::Silent(within)))
    }

    fn tls(&self) -> &TlsConnector {
        self.tls.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::warn!(%error, "some of the system's certificates cannot be read: they are not trusted");
            }
            roots.add_parsable_certificates(found.certs);
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let tls = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("the provider has the protocol's versions")
                .with_root_certificates(roots)
                .with_no_client_auth();
            TlsConnector::from(Arc::new(tls))
        })
    }

    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Unreachable> {
        let port = target.port();
        let found = match target.host() {
            Host::Ipv4(address) => vec![SocketAddr::from((address, port))],
            Host::Ipv6(address) => vec![SocketAddr::from((address, port))],
            Host::Domain(name) => lookup_host((name, port))
                .await
                .map_err(|error| Unreachable::Unknown(name.to_owned(), error.to_string()))?
                .collect(),
        };
        match reachable(found, &self.networks) {
            None => Err(Unreachable::NotPublic),
            Some(addresses) if addresses.is_empty() => Err(Unreachable::NoAddress),
            Some(addresses) => Ok(addresses),
        }
    }
}

/// The addresses of a name that may be connected to. `None`: there are some, but none that may be.
fn reachable(found: impl IntoIterator<Item = SocketAddr>, networks: &Networks) -> Option<Vec<SocketAddr>> {
    let (mut allowed, mut some) = (Vec::new(), false);
    for address in found {
        some = true;
        if networks.allow(address.ip()) {
            allowed.push(address);
        }
    }
    (!allowed.is_empty() || !some).then_some(allowed)
}

/// The first address that can be reached.
async fn reach(addresses: &[SocketAddr]) -> Result<TcpStream, Unreachable> {
    let mut last = String::new();
    for address in addresses.iter().take(ADDRESSES) {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error.to_string(),
        }
    }
    Err(Unreachable::Connect(last))
}

/// A connection that is open.
pub struct Line {
    requests: SendRequest<Full<Bytes>>,
    _running: AbortOnDropHandle<()>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

impl Line {
    async fn new(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Self, Unreachable> {
        let (requests, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        let running = tokio::spawn(async move {
            // What goes wrong is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(Self { requests, _running: AbortOnDropHandle::new(running) })
    }

    /// Whether it would take a request.
    pub fn is_ready(&self) -> bool {
        self.requests.is_ready()
    }

    /// Sends a request for `target`'s path; the method, the body and further headers are the caller's. How long that may take is, too.
    ///
    /// # Errors
    /// [`Unreachable::Broken`].
    pub async fn send(
        &mut self,
        target: &Target,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Unreachable> {
        // A URL that was parsed has a path that can be one.
        *request.uri_mut() = target.path().parse().unwrap_or_else(|_| Uri::from_static("/"));
        let headers = request.headers_mut();
        if let Ok(host) = HeaderValue::from_str(&target.authority()) {
            headers.insert(header::HOST, host);
        }
        headers.insert(header::USER_AGENT, AGENT);
        self.requests.send_request(request).await.map_err(|error| broken(&error))
    }
}

fn broken(error: &hyper::Error) -> Unreachable {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Unreachable::Broken(format!("{error}{cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_as_good_as_its_addresses() {
        let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let networks = Networks::default();
        assert_eq!(
            reachable([at("8.8.8.8:443"), at("10.0.0.1:443")], &networks),
            Some(vec![at("8.8.8.8:443")])
        );
        assert_eq!(reachable([at("10.0.0.1:443"), at("[::1]:443")], &networks), None);
        assert_eq!(reachable([], &networks), Some(Vec::new()));
    }
}
