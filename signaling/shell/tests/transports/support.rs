//! An authority, a transport that listens everywhere, and peers that connect to it.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use futures::{SinkExt as _, StreamExt as _};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};
use tandem_core::SystemClock;
use tandem_setup::{Certificates, TlsFiles};
use tandem_signaling::{SipConfig, SipHandle, SipTransport, TlsAddress};
use tandem_sip::{
    Frame, Framer, Message, Method, NameAddr, Peer, Request, Response, SipEvent, StatusCode, Transport, Uri,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message as WsMessage, client::IntoClientRequest as _, http::HeaderValue},
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().expect("an address")
}

pub(crate) async fn in_time<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("in time")
}

/// Signs certificates of servers and phones.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("signed"))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn issue(&self) -> (CertificateDer<'static>, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        (params.signed_by(&key, &self.0).expect("signed").der().clone(), key)
    }

    /// Puts a new pair into a folder.
    pub(crate) fn install(&self, folder: &Path) -> CertificateDer<'static> {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let cert = params.signed_by(&key, &self.0).expect("signed");
        std::fs::write(folder.join("tls.crt"), cert.pem()).expect("written");
        std::fs::write(folder.join("tls.key"), key.serialize_pem()).expect("written");
        cert.der().clone()
    }

    /// A client that trusts it, and shows a certificate if it has one.
    fn client(&self, shown: Option<(CertificateDer<'static>, KeyPair)>) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("a certificate");
        let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("known")
            .with_root_certificates(roots);
        let client = match shown {
            Some((cert, key)) => {
                let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
                client.with_client_auth_cert(vec![cert], key).expect("a pair")
            }
            None => client.with_no_client_auth(),
        };
        TlsConnector::from(Arc::new(client))
    }
}

/// A transport with all its addresses, and the folder its certificate is in.
pub(crate) struct Listening {
    pub(crate) handle: SipHandle,
    pub(crate) events: mpsc::Receiver<SipEvent>,
    pub(crate) certificates: Certificates,
    pub(crate) folder: tempfile::TempDir,
}

impl Listening {
    pub(crate) async fn start(authority: &Authority) -> Self {
        Self::with(authority, |_| {}).await
    }

    pub(crate) async fn with(authority: &Authority, change: impl FnOnce(&mut SipConfig)) -> Self {
        Self::letting_in(authority, None, change).await
    }

    /// Lets in at TLS only whom `known` signed.
    pub(crate) async fn letting_in(
        authority: &Authority,
        known: Option<&Authority>,
        change: impl FnOnce(&mut SipConfig),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        authority.install(folder.path());
        let files = TlsFiles { cert: folder.path().join("tls.crt"), key: folder.path().join("tls.key") };
        let certificates = Certificates::load(files, Arc::new(SystemClock)).await.expect("usable");
        let greeting = match known {
            Some(known) => {
                let file = folder.path().join("ca.crt");
                std::fs::write(&file, known.pem()).expect("written");
                certificates.accepting_known(file, &[b"sip/2"]).await.expect("usable")
            }
            None => certificates.accepting(&[b"sip/2"]),
        };
        let mut config = SipConfig {
            tls: Some(TlsAddress { bind: any_port(), greeting }),
            ws: Some(any_port()),
            wss: Some(TlsAddress { bind: any_port(), greeting: certificates.accepting(&[b"http/1.1"]) }),
            ..SipConfig::new(any_port())
        };
        change(&mut config);
        let (handle, events) = SipTransport::bind(config, Arc::new(SystemClock)).await.expect("binds");
        Self { handle, events, certificates, folder }
    }

    pub(crate) fn at(&self, transport: Transport) -> SocketAddr {
        self.handle.bound(transport).expect("it listens")
    }

    pub(crate) async fn tcp(&self, transport: Transport) -> TcpStream {
        TcpStream::connect(self.at(transport)).await.expect("accepted")
    }

    pub(crate) async fn tls(
        &self,
        transport: Transport,
        authority: &Authority,
        shown: Option<(CertificateDer<'static>, KeyPair)>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from("localhost").expect("a name");
        authority.client(shown).connect(name, self.tcp(transport).await).await
    }

    /// A peer that speaks as it should over any of them.
    pub(crate) async fn phone(&self, transport: Transport, authority: &Authority) -> Phone {
        match transport {
            Transport::Tcp => Phone::of_stream(self.tcp(transport).await),
            Transport::Tls => Phone::of_stream(self.tls(transport, authority, None).await.expect("greeted")),
            Transport::Ws => Phone::of_socket(self.tcp(transport).await).await,
            Transport::Wss => {
                Phone::of_socket(self.tls(transport, authority, None).await.expect("greeted")).await
            }
            Transport::Udp => unreachable!("a datagram is no connection"),
        }
    }

    pub(crate) async fn event(&mut self) -> SipEvent {
        in_time(self.events.recv()).await.expect("running")
    }

    /// The next event, a request, answered.
    pub(crate) async fn answer(&mut self, status: StatusCode) -> (Request, Peer) {
        let event = self.event().await;
        let SipEvent::Request { transaction, request, from } = event else { panic!("{event:?}") };
        self.handle.respond(transaction, request.response(status)).await.expect("running");
        (request, from)
    }
}

/// The far end of a connection.
pub(crate) enum Phone {
    Stream { stream: Box<dyn AnyStream>, framer: Framer },
    Socket(Box<WebSocketStream<Box<dyn AnyStream>>>),
}

/// Any stream of bytes.
pub(crate) trait AnyStream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> AnyStream for S {}

impl Phone {
    pub(crate) fn of_stream(stream: impl AnyStream + 'static) -> Self {
        Self::Stream { stream: Box::new(stream), framer: Framer::default() }
    }

    pub(crate) async fn of_socket(stream: impl AnyStream + 'static) -> Self {
        let mut request = "ws://localhost/".into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("sip"));
        let stream: Box<dyn AnyStream> = Box::new(stream);
        let (socket, answer) =
            in_time(tokio_tungstenite::client_async(request, stream)).await.expect("upgraded");
        assert_eq!(answer.headers()["sec-websocket-protocol"], "sip");
        Self::Socket(Box::new(socket))
    }

    pub(crate) async fn send(&mut self, text: &str) {
        match self {
            Self::Stream { stream, .. } => {
                stream.write_all(text.as_bytes()).await.expect("sent");
                stream.flush().await.expect("sent");
            }
            Self::Socket(socket) => socket.send(WsMessage::text(text)).await.expect("sent"),
        }
    }

    /// What comes next, if it is a message.
    pub(crate) async fn message(&mut self) -> Message {
        in_time(self.next()).await.expect("not closed")
    }

    /// `None` when the connection ended.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        match self {
            Self::Stream { stream, framer } => loop {
                if let Some(Frame::Message(bytes)) = framer.poll().expect("frames") {
                    return Some(Message::parse(&bytes).expect("parses"));
                }
                let mut buffer = vec![0; 4096];
                match stream.read(&mut buffer).await {
                    Ok(length @ 1..) => framer.push(&buffer[..length]),
                    _ => return None,
                }
            },
            Self::Socket(socket) => loop {
                match socket.next().await?.ok()? {
                    WsMessage::Text(text) => return Some(Message::parse(&text.into()).expect("parses")),
                    WsMessage::Binary(bytes) => return Some(Message::parse(&bytes).expect("parses")),
                    _ => {}
                }
            },
        }
    }

    pub(crate) async fn response(&mut self) -> Response {
        match self.message().await {
            Message::Response(response) => response,
            Message::Request(request) => panic!("not a response: {request:?}"),
        }
    }

    pub(crate) async fn request(&mut self) -> Request {
        match self.message().await {
            Message::Request(request) => request,
            Message::Response(response) => panic!("not a request: {response:?}"),
        }
    }
}

/// As a browser writes it: its host is no address.
pub(crate) fn register(transport: Transport, branch: &str) -> String {
    let (via, param) = (transport.name(), transport.param().unwrap_or("udp"));
    format!(
        "REGISTER sip:demo SIP/2.0\r\nVia: SIP/2.0/{via} df7jal23ls0d.invalid;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:1001@demo>;tag=1\r\nTo: <sip:1001@demo>\r\nCall-ID: {branch}\r\nCSeq: 1 REGISTER\r\n\
         Contact: <sip:1001@df7jal23ls0d.invalid;transport={param}>;expires=600\r\nContent-Length: 0\r\n\r\n"
    )
}

/// An INVITE to who registered.
pub(crate) fn invite(to: &Uri) -> Request {
    let from: NameAddr = "<sip:1002@demo>;tag=f".parse().expect("parses");
    Request::new(Method::Invite, to.clone(), from, to.clone().into(), "call-1", 1)
}
