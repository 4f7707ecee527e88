//! Listeners: who is let in, for how long a peer may be silent, and where a request is from.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::Response,
    serve::{Listener as Accepting, ListenerExt as _},
};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tandem_setup::{Certificates, Proxies, StartError, TlsListener, tls::Greeted};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::server::TlsStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service as _;

/// What is spoken over TLS, what the server likes best first. WebSockets come over HTTP/1.1: HTTP/2 does not offer them here.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// Browsers that came by TLS once do not come without it for a year (RFC 6797).
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// What somebody is told who speaks HTTP where HTTPS is spoken.
const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 28\r\n\
    connection: close\r\n\r\nHere is HTTPS: use https://\n";

/// From a connection's start, or its last answer, to the end of the next request's head. So long may it also lie idle: longer than proxies
/// keep theirs, or they would send requests into connections that are being closed.
const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// How often an HTTP/2 peer is asked whether it is there, and how soon it answers.
const ALIVE_EVERY: Duration = Duration::from_secs(30);
/// Requests of one HTTP/2 connection that are under way at once.
const STREAMS: u32 = 128;
/// Bytes of a request's head.
const HEAD_BYTES: u32 = 64 * 1024;
/// Connections that carry requests. Further ones wait to be accepted. A connection that became a WebSocket does not count here.
const CONNECTIONS: usize = 50_000;

/// A bound TCP listener.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    /// Where it really listens.
    pub(crate) address: SocketAddr,
    certificates: Option<Certificates>,
    proxies: Proxies,
    most: usize,
}

impl Listener {
    /// Binds. `what` and `option` name it in the refusal.
    pub(crate) async fn bind(
        what: &'static str,
        option: &'static str,
        address: SocketAddr,
    ) -> Result<Self, StartError> {
        let refused = |reason| StartError::Listen { what, address, option, reason };
        let socket = TcpListener::bind(address).await.map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        Ok(Self { socket, address, certificates: None, proxies: Proxies::default(), most: CONNECTIONS })
    }

    /// The same, speaking HTTPS where there is a certificate.
    pub(crate) fn with_tls(self, certificates: Option<Certificates>) -> Self {
        Self { certificates, ..self }
    }

    /// The same, believing these proxies when they say for whom they ask.
    pub(crate) fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// Serves until `stopping`, then finishes the requests under way.
    pub(crate) async fn serve(self, router: Router, stopping: CancellationToken) {
        let serving = Serving {
            room: Arc::new(Semaphore::new(self.most)),
            proxies: self.proxies,
            under_way: TaskTracker::new(),
            stopping,
        };
        match self.certificates {
            None => {
                let plain = self.socket.tap_io(|stream| {
                    // Small frames must not wait for each other.
                    let _ = stream.set_nodelay(true);
                });
                serving.run(plain, router).await;
            }
            Some(certificates) => {
                let tls = TlsListener::new(self.socket, certificates.accepting(&PROTOCOLS), NOT_TLS);
                serving.run(Tls(tls), router.layer(from_fn(tls_only))).await;
            }
        }
    }
}

/// A TLS listener, as axum wants one.
struct Tls(TlsListener);

impl Accepting for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Greeted {
        self.0.accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that says which protocol was agreed on.
trait Spoken: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Whether it is HTTP/2.
    fn is_http2(&self) -> bool;
}

impl Spoken for TcpStream {
    /// Nothing is agreed on without TLS.
    fn is_http2(&self) -> bool {
        false
    }
}

impl Spoken for TlsStream<TcpStream> {
    fn is_http2(&self) -> bool {
        self.get_ref().1.alpn_protocol() == Some(PROTOCOLS[0])
    }
}

/// What all connections of a listener share.
struct Serving {
    room: Arc<Semaphore>,
    proxies: Proxies,
    under_way: TaskTracker,
    stopping: CancellationToken,
}

impl Serving {
    async fn run<L>(self, mut listener: L, router: Router)
    where
        L: Accepting<Addr = SocketAddr, Io: Spoken>,
    {
        let accept = async {
            loop {
                let Ok(place) = Arc::clone(&self.room).acquire_owned().await else { return };
                let (stream, from) = listener.accept().await;
                let connection = self.connection(stream, from, router.clone());
                self.under_way.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
        };
        let _ = self.stopping.run_until_cancelled(accept).await;
        drop(listener);
        self.under_way.close();
        self.under_way.wait().await;
    }

    /// Answers the requests of a connection until it ends or the server stops.
    ///
    /// The protocol is known before: hyper-util, which would find it out, gives a peer that says nothing all the time in the world.
    fn connection<S: Spoken>(
        &self,
        stream: S,
        from: SocketAddr,
        router: Router,
    ) -> impl Future<Output = ()> + Send + use<S> {
        let (proxies, stopping) = (self.proxies.clone(), self.stopping.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            let client = proxies.client(from, request.headers());
            request.extensions_mut().insert(ConnectInfo(client));
            let mut router = router.clone();
            async move {
                let Ok(response): Result<Response, Infallible> = router.call(request.map(Body::new)).await;
                Ok::<_, Infallible>(response)
            }
        });
        async move {
            let (http2, stream) = (stream.is_http2(), TokioIo::new(stream));
            let ended = if http2 {
                let connection = http2::Builder::new(TokioExecutor::new())
                    .timer(TokioTimer::new())
                    .keep_alive_interval(ALIVE_EVERY)
                    .keep_alive_timeout(ALIVE_EVERY)
                    .max_concurrent_streams(STREAMS)
                    .max_header_list_size(HEAD_BYTES)
                    .serve_connection(stream, service);
                finished(connection, http2::Connection::graceful_shutdown, &stopping).await
            } else {
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_WITHIN)
                    .max_buf_size(HEAD_BYTES as usize)
                    .serve_connection(stream, service)
                    .with_upgrades();
                finished(connection, http1::UpgradeableConnection::graceful_shutdown, &stopping).await
            };
            if let Err(error) = ended {
                tracing::debug!(%from, %error, "a connection ended");
            }
        }
    }
}

/// Waits for a connection's end; once the server stops, for no more than the requests that are under way.
async fn finished<C: Future>(
    connection: C,
    shut: fn(Pin<&mut C>),
    stopping: &CancellationToken,
) -> C::Output {
    let mut connection = pin!(connection);
    if let Some(ended) = stopping.run_until_cancelled(connection.as_mut()).await {
        return ended;
    }
    shut(connection.as_mut());
    connection.await
}

/// What every answer over TLS says: the browser is to stay with TLS.
async fn tls_only(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    response
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn listening(most: usize) -> (SocketAddr, CancellationToken) {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener { most, ..Listener::bind("HTTP", "--http", nowhere).await.expect("a port") };
        let (address, stopping) = (listener.address, CancellationToken::new());
        let router = Router::new().route("/", get(async || "here"));
        tokio::spawn(listener.serve(router, stopping.clone()));
        (address, stopping)
    }

    async fn begin(to: SocketAddr, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(to).await.expect("accepted");
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut all = String::new();
        let _ = stream.read_to_string(&mut all).await;
        all
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_end_ends_the_connection_and_so_does_silence() {
        let (address, _stopping) = listening(CONNECTIONS).await;
        let began = tokio::time::Instant::now();
        for head in ["", "G", "GET / HTTP/1.1\r\nhost: here\r\nx-slow: "] {
            assert!(!rest(begin(address, head).await).await.contains("200"), "{head:?}");
        }
        assert!(began.elapsed() >= 3 * HEAD_WITHIN, "each was given its time");
        let whole = "GET / HTTP/1.1\r\nhost: here\r\n\r\n";
        assert!(
            rest(begin(address, whole).await).await.ends_with("here"),
            "idle, it is closed after its answer"
        );
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_until_another_ends() {
        let (address, _stopping) = listening(1).await;
        let first = begin(address, "GET / HTTP/1.1\r\nhost: here\r\n").await;
        let second = begin(address, "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await;
        drop(first);
        assert!(rest(second).await.ends_with("here"));
    }

    #[tokio::test]
    async fn stopping_finishes_what_is_under_way() {
        let (address, stopping) = listening(CONNECTIONS).await;
        let idle = begin(address, "GET / HTTP/1.1\r\nhost: here\r\n\r\n").await;
        let mut answered = [0; 8];
        idle.peek(&mut answered).await.expect("an answer");
        stopping.cancel();
        assert!(rest(idle).await.ends_with("here"), "and is closed then");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
    }
}
