//! The connection to a receiver: HTTP/1.1, kept open between messages, never to an address the server may not connect to.
//!
//! The address is looked up and checked here, and connected to as it was checked: whoever points the name elsewhere meanwhile gains
//! nothing (DNS rebinding). Redirects are not followed.

use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
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

use super::{
    target::{Target, reachable},
    verdict::Outcome,
};
use crate::Networks;

/// To look up and reach a receiver.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// For the receiver to take a message and answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, so that the connection can be used again. Nobody looks at them.
const ANSWER_BYTES: usize = 64 * 1024;
/// Addresses of a name that are tried.
const ADDRESSES: usize = 4;

/// What receivers see us as.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("Tandem/", env!("CARGO_PKG_VERSION")));

/// One message, signed.
pub(crate) struct Message {
    /// The same at every try: receivers know by it what they have.
    pub(crate) id: String,
    /// When it is sent, seconds since the epoch.
    pub(crate) seconds: i64,
    pub(crate) signature: String,
    pub(crate) body: Bytes,
}

/// How receivers are reached. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Way {
    networks: Arc<Networks>,
    tls: TlsConnector,
}

impl Way {
    /// Trusts the certificates the system trusts.
    pub(crate) fn new(networks: Arc<Networks>) -> Self {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "some of the system's certificates cannot be read: webhooks do not trust them");
        }
        roots.add_parsable_certificates(found.certs);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has the protocol's versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { networks, tls: TlsConnector::from(Arc::new(tls)) }
    }

    pub(crate) fn networks(&self) -> &Networks {
        &self.networks
    }

    async fn connect(&self, target: &Target) -> Result<Line, String> {
        let addresses = self.addresses(target).await?;
        let stream = reach(&addresses).await?;
        // Small messages must not wait for each other.
        let _ = stream.set_nodelay(true);
        if !target.is_tls() {
            return Line::new(stream).await;
        }
        let name = match target.host() {
            Host::Domain(name) => ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?,
            Host::Ipv4(address) => ServerName::from(IpAddr::V4(address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::V6(address)),
        };
        let stream = self.tls.connect(name, stream).await.map_err(|error| format!("TLS: {error}"))?;
        Line::new(stream).await
    }

    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, String> {
        let port = target.port();
        let found = match target.host() {
            Host::Ipv4(address) => vec![SocketAddr::from((address, port))],
            Host::Ipv6(address) => vec![SocketAddr::from((address, port))],
            Host::Domain(name) => lookup_host((name, port))
                .await
                .map_err(|error| format!("the name {name} cannot be looked up: {error}"))?
                .collect(),
        };
        match reachable(found, &self.networks) {
            None => Err("the receiver's address is not a public one".to_owned()),
            Some(addresses) if addresses.is_empty() => Err("the receiver's name has no address".to_owned()),
            Some(addresses) => Ok(addresses),
        }
    }
}

/// The first address that can be reached.
async fn reach(addresses: &[SocketAddr]) -> Result<TcpStream, String> {
    let mut last = String::new();
    for address in addresses.iter().take(ADDRESSES) {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = format!("the receiver cannot be reached: {error}"),
        }
    }
    Err(last)
}

/// A connection that is open.
struct Line {
    requests: SendRequest<Full<Bytes>>,
    _running: AbortOnDropHandle<()>,
}

impl Line {
    async fn new(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Self, String> {
        let (requests, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| said(&error))?;
        let running = tokio::spawn(async move {
            // What goes wrong is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(Self { requests, _running: AbortOnDropHandle::new(running) })
    }
}

/// One receiver.
pub(crate) struct Receiver {
    way: Way,
    target: Target,
    line: Option<Line>,
}

impl Receiver {
    pub(crate) fn new(way: Way, target: Target) -> Self {
        Self { way, target, line: None }
    }

    /// Sends a message, once.
    pub(crate) async fn post(&mut self, message: &Message) -> Outcome {
        // A connection the receiver closed while nothing was sent says nothing about the message: there is another.
        if let Some(line) = self.line.take().filter(|line| line.requests.is_ready())
            && let Ok(outcome) = self.exchange(line, message).await
        {
            return outcome;
        }
        let line = match timeout(CONNECT_WITHIN, self.way.connect(&self.target)).await {
            Ok(Ok(line)) => line,
            Ok(Err(why)) => return Outcome::Silent(why),
            Err(_) => return Outcome::Silent("the receiver cannot be reached in time".to_owned()),
        };
        self.exchange(line, message).await.unwrap_or_else(Outcome::Silent)
    }

    /// The error is why the connection failed before anything of an answer came.
    async fn exchange(&mut self, mut line: Line, message: &Message) -> Result<Outcome, String> {
        let answered = timeout(ANSWER_WITHIN, async {
            let answer =
                line.requests.send_request(self.request(message)).await.map_err(|error| said(&error))?;
            let (head, body) = answer.into_parts();
            // What cannot be read to its end is not read: the connection is given up.
            let whole = Limited::new(body, ANSWER_BYTES).collect().await.is_ok();
            Ok::<_, String>((head, whole))
        });
        let Ok(answered) = answered.await else {
            return Ok(Outcome::Silent(format!("no answer within {} s", ANSWER_WITHIN.as_secs())));
        };
        let (head, whole) = answered?;
        if whole {
            self.line = Some(line);
        }
        Ok(Outcome::Answered { status: head.status.as_u16(), retry_after: retry_after(&head.headers) })
    }

    fn request(&self, message: &Message) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(message.body.clone()));
        *request.method_mut() = Method::POST;
        // A URL that was parsed has a path that can be one.
        *request.uri_mut() = self.target.path().parse().unwrap_or_else(|_| Uri::from_static("/"));
        let headers = request.headers_mut();
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set("host", &self.target.authority());
        set("webhook-id", &message.id);
        set("webhook-timestamp", &message.seconds.to_string());
        set("webhook-signature", &message.signature);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, AGENT);
        request
    }
}

/// When the receiver wants to be asked again, if it says so in seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn said(error: &hyper::Error) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("the connection failed: {error}{cause}")
}
