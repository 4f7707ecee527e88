//! A listener that greets many peers at once, none of them for long.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// A handshake that takes longer has failed.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Handshakes under way. One more ends the oldest: an honest one takes milliseconds, so the oldest are those that say nothing.
const HANDSHAKES: usize = 1_024;
/// The first byte of a peer that speaks TLS: a record of type handshake (RFC 8446 §5.1).
const HANDSHAKE_RECORD: u8 = 22;
/// How much of what a peer says in plain text is read, so that it sees our answer before the connection ends.
const PLAIN_BYTES: u64 = 64 * 1024;
/// And for how long.
const PLAIN_WITHIN: Duration = Duration::from_secs(1);
/// Before the next try when a connection could not be accepted (no more file descriptors).
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// A connection whose handshake is over, and where it is from.
pub type Greeted = (TlsStream<TcpStream>, SocketAddr);

/// Accepts connections and hands out those whose handshake is over; a peer that is silent or slow holds up nobody else.
pub struct TlsListener {
    socket: TcpListener,
    config: Arc<ServerConfig>,
    /// What a peer is told that does not speak TLS.
    plain: &'static [u8],
    under_way: JoinSet<Option<Greeted>>,
    /// The same, the oldest first.
    order: VecDeque<AbortHandle>,
    /// How many they may be.
    most: usize,
}

impl TlsListener {
    /// On a socket that listens. A peer that does not speak TLS is told `plain` and closed.
    pub fn new(socket: TcpListener, config: Arc<ServerConfig>, plain: &'static [u8]) -> Self {
        let (under_way, order) = (JoinSet::new(), VecDeque::new());
        Self { socket, config, plain, under_way, order, most: HANDSHAKES }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The next connection whose handshake is over. Handshakes go on while somebody waits here; giving up the wait loses none.
    pub async fn accept(&mut self) -> Greeted {
        loop {
            tokio::select! {
                Some(ended) = self.under_way.join_next() => {
                    if let Ok(Some(greeted)) = ended {
                        return greeted;
                    }
                }
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, from)) => self.begin(stream, from),
                    Err(error) => {
                        tracing::warn!(%error, "a connection cannot be accepted");
                        tokio::time::sleep(ACCEPT_AGAIN).await;
                    }
                },
            }
        }
    }

    fn begin(&mut self, stream: TcpStream, from: SocketAddr) {
        if self.order.len() >= self.most {
            self.order.retain(|handshake| !handshake.is_finished());
        }
        if self.order.len() >= self.most
            && let Some(oldest) = self.order.pop_front()
        {
            oldest.abort();
            ended("crowded_out");
        }
        // Small frames must not wait for each other.
        let _ = stream.set_nodelay(true);
        let (config, plain) = (Arc::clone(&self.config), self.plain);
        self.order.push_back(self.under_way.spawn(async move {
            let stream = greet(config, stream, from, plain).await;
            Some((stream?, from))
        }));
    }
}

impl std::fmt::Debug for TlsListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsListener").field("socket", &self.socket).finish_non_exhaustive()
    }
}

/// Shakes hands with a peer, for a while. One that does not speak TLS is told `plain`. `None`: it is gone, which was logged and counted.
pub async fn greet(
    config: Arc<ServerConfig>,
    stream: TcpStream,
    from: SocketAddr,
    plain: &[u8],
) -> Option<TlsStream<TcpStream>> {
    let shaken = timeout(HANDSHAKE_WITHIN, shake_hands(config, stream, plain)).await;
    let (outcome, stream) = match shaken {
        Ok(Ok(Some(stream))) => ("done", Some(stream)),
        Ok(Ok(None)) => ("plain", None),
        Ok(Err(error)) => {
            tracing::debug!(%from, %error, "a TLS handshake failed");
            ("failed", None)
        }
        Err(_) => ("late", None),
    };
    ended(outcome);
    stream
}

/// `None`: the peer does not speak TLS, was told so, and is gone.
async fn shake_hands(
    config: Arc<ServerConfig>,
    mut stream: TcpStream,
    plain: &[u8],
) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE_RECORD {
        stream.write_all(plain).await?;
        stream.shutdown().await?;
        // A socket that is closed with unread input is reset, and what was written may be lost.
        let mut rest = stream.take(PLAIN_BYTES);
        let _ = timeout(PLAIN_WITHIN, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
        return Ok(None);
    }
    TlsAcceptor::from(config).accept(stream).await.map(Some)
}

fn ended(outcome: &'static str) {
    metrics::counter!("tandem_tls_handshakes_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, ServerName},
    };
    use tokio_rustls::TlsConnector;

    use super::*;

    #[tokio::test]
    async fn one_too_many_ends_the_oldest_handshake_and_no_other() {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("known")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a pair");
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).expect("a certificate");
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("known")
            .with_root_certificates(roots)
            .with_no_client_auth();

        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("bound");
        let mut listener = TlsListener { most: 2, ..TlsListener::new(socket, Arc::new(server), b"") };
        let (mut first, mut second) = (silent(address).await, silent(address).await);
        let honest = async {
            let stream = TcpStream::connect(address).await.expect("accepted");
            let name = ServerName::try_from("localhost").expect("a name");
            TlsConnector::from(Arc::new(client)).connect(name, stream).await.expect("a handshake")
        };
        let (mut honest, (mut greeted, _)) = tokio::join!(honest, listener.accept());
        greeted.write_all(b"hello").await.expect("sent");
        greeted.flush().await.expect("sent");
        let mut heard = [0; 5];
        honest.read_exact(&mut heard).await.expect("an answer");
        assert_eq!(&heard, b"hello");
        assert!(!matches!(first.read(&mut heard).await, Ok(1..)), "closed");
        let waits = second.try_read(&mut heard).expect_err("nothing to read");
        assert_eq!(waits.kind(), io::ErrorKind::WouldBlock, "it is not closed");
        second.shutdown().await.expect("it is open");
    }

    async fn silent(to: SocketAddr) -> TcpStream {
        TcpStream::connect(to).await.expect("accepted")
    }
}
