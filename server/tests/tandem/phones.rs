//! SIP over TLS and WebSocket, as phones and browsers have it.

use std::{fs, sync::Arc, time::Duration};

use crate::support::Server;
use futures::{SinkExt as _, StreamExt as _};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};
use tandem_core::Secret;
use tandem_sip::{
    DigestClient, Frame, Framer, Message, Method, Name, NameAddr, Request, Response, Transport, Uri,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest as _};

const PATIENCE: Duration = Duration::from_secs(10);
const FLAGS: [&str; 10] = [
    "--tls-cert",
    "tls.crt",
    "--tls-key",
    "tls.key",
    "--sip-tls",
    "127.0.0.1:0",
    "--sip-wss",
    "127.0.0.1:0",
    "--sip-ws",
    "127.0.0.1:0",
];

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed")
}

fn pair(authority: &Authority) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    (params.signed_by(&key, authority).expect("signed"), key)
}

fn install(authority: &Authority, folder: &std::path::Path) {
    let (cert, key) = pair(authority);
    fs::write(folder.join("tls.crt"), cert.pem()).expect("written");
    fs::write(folder.join("tls.key"), key.serialize_pem()).expect("written");
    fs::write(folder.join("ca.crt"), authority.pem()).expect("written");
}

async fn connect(
    address: &str,
    authority: &Authority,
    shown: Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).expect("a certificate");
    let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("known")
        .with_root_certificates(roots);
    let client = match shown {
        Some((cert, key)) => client.with_client_auth_cert(vec![cert], key).expect("a pair"),
        None => client.with_no_client_auth(),
    };
    let stream = TcpStream::connect(address).await.expect("accepted");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(client)).connect(name, stream).await
}

/// Sends a request and hears the answer.
trait Line {
    async fn ask(&mut self, request: &Request) -> Option<Response>;
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line for S {
    async fn ask(&mut self, request: &Request) -> Option<Response> {
        self.write_all(&request.to_bytes()).await.ok()?;
        self.flush().await.ok()?;
        let (mut framer, mut buffer) = (Framer::default(), vec![0; 4096]);
        loop {
            if let Some(Frame::Message(bytes)) = framer.poll().expect("frames") {
                return Some(response(&bytes));
            }
            match timeout(PATIENCE, self.read(&mut buffer)).await.expect("in time") {
                Ok(length @ 1..) => framer.push(&buffer[..length]),
                _ => return None,
            }
        }
    }
}

struct Socket<S>(tokio_tungstenite::WebSocketStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    async fn open(stream: S) -> Self {
        let mut request = "wss://localhost/".into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", "sip".parse().expect("a header"));
        Self(tokio_tungstenite::client_async(request, stream).await.expect("upgraded").0)
    }

    async fn ask(&mut self, request: &Request) -> Option<Response> {
        let text = String::from_utf8(request.to_bytes().to_vec()).expect("text");
        self.0.send(tungstenite::Message::text(text)).await.expect("sent");
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("in time")?.ok()? {
                tungstenite::Message::Text(text) => return Some(response(&text.into())),
                tungstenite::Message::Binary(bytes) => return Some(response(&bytes)),
                _ => {}
            }
        }
    }
}

fn response(bytes: &bytes::Bytes) -> Response {
    match Message::parse(bytes).expect("parses") {
        Message::Response(response) => response,
        Message::Request(request) => panic!("not a response: {request:?}"),
    }
}

/// A REGISTER of the demo's first phone, as over `transport`.
fn register(server: &Server, transport: Transport) -> (Request, DigestClient) {
    let phone = &server.demo["phones"][0];
    let of = |field: &str| phone[field].as_str().expect("text");
    let (user, domain) = (of("auth_user"), of("domain"));
    let aor: NameAddr = format!("<sip:{user}@{domain}>;tag=1").parse().expect("parses");
    let to: NameAddr = format!("<sip:{user}@{domain}>").parse().expect("parses");
    let uri: Uri = format!("sip:{domain}").parse().expect("parses");
    let param = transport.param().unwrap_or("udp");
    let contact = format!("<sip:{user}@df7jal23ls0d.invalid;transport={param}>");
    let request = Request::new(Method::Register, uri, aor, to, format!("call-{}", transport.name()), 1)
        .with(Name::Contact, contact)
        .with(Name::Expires, "600");
    (request, DigestClient::new(user, Secret::new(of("secret"))))
}

fn leaving(request: &Request, transport: Transport) -> Request {
    let branch = format!("z9hG4bK{}{}", request.call_id, request.cseq.number);
    request.clone().leaving(transport, "192.0.2.7:5060".parse().expect("an address"), branch.into())
}

fn address<'a>(server: &'a Server, name: &str) -> &'a str {
    server.runtime[name].as_str().unwrap_or_else(|| panic!("{name} in {}", server.runtime))
}

/// At how many places the demo's first phone is registered. `ask` numbers the questions.
async fn registered(server: &Server, line: &mut impl Line, ask: u32) -> usize {
    let (mut request, account) = register(server, Transport::Tls);
    request.call_id = format!("ask-{ask}").into();
    request.headers.remove(&Name::Contact);
    let challenge = line.ask(&leaving(&request, Transport::Tls)).await.expect("answered");
    account.answer(&mut request, &challenge, "0a4f113b", 1).expect("a challenge");
    let shown = line.ask(&leaving(&request, Transport::Tls)).await.expect("answered");
    assert_eq!(shown.status.code(), 200);
    shown.headers.all(&Name::Contact).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phones_register_by_tls_and_browsers_by_websocket() {
    let (folder, authority) = (tempfile::tempdir().expect("a folder"), authority());
    install(&authority, folder.path());
    let server = Server::start_with(folder.path(), &FLAGS);
    let tls = Transport::Tls;
    let mut phone = connect(address(&server, "sip_tls"), &authority, None).await.expect("greeted");
    let (mut request, account) = register(&server, tls);
    let challenge = phone.ask(&leaving(&request, tls)).await.expect("answered");
    assert_eq!(challenge.status.code(), 401);
    account.answer(&mut request, &challenge, "0a4f113b", 1).expect("a challenge");
    assert_eq!(phone.ask(&leaving(&request, tls)).await.expect("answered").status.code(), 200);

    let stream = connect(address(&server, "sip_wss"), &authority, None).await.expect("greeted");
    let mut browser = Socket::open(stream).await;
    let (mut request, account) = register(&server, Transport::Wss);
    let challenge = browser.ask(&leaving(&request, Transport::Wss)).await.expect("answered");
    assert_eq!(challenge.status.code(), 401);
    account.answer(&mut request, &challenge, "0a4f113b", 1).expect("a challenge");
    let ok = browser.ask(&leaving(&request, Transport::Wss)).await.expect("answered");
    assert_eq!(ok.status.code(), 200);
    assert_eq!(ok.headers.all(&Name::Contact).count(), 2, "the phone and the browser");

    let stream = TcpStream::connect(address(&server, "sip_ws")).await.expect("accepted");
    let mut plain = Socket::open(stream).await;
    let (request, _) = register(&server, Transport::Ws);
    let challenge = plain.ask(&leaving(&request, Transport::Ws)).await.expect("answered");
    assert_eq!(challenge.status.code(), 401);

    // A browser that is closed is not registered any more.
    assert_eq!(registered(&server, &mut phone, 0).await, 2);
    drop(browser);
    let mut ask = 1;
    timeout(PATIENCE, async {
        while registered(&server, &mut phone, ask).await != 1 {
            ask += 1;
        }
    })
    .await
    .expect("forgotten in time");
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phones_without_a_certificate_are_not_let_in_where_they_need_one() {
    let (folder, authority) = (tempfile::tempdir().expect("a folder"), authority());
    install(&authority, folder.path());
    let server = Server::start_with(folder.path(), &[&FLAGS[..], &["--sip-tls-ca", "ca.crt"]].concat());
    let (request, _) = register(&server, Transport::Tls);
    let request = leaving(&request, Transport::Tls);
    let stranger = connect(address(&server, "sip_tls"), &authority, None).await;
    assert!(match stranger {
        Ok(mut stranger) => stranger.ask(&request).await.is_none(),
        Err(_) => true,
    });
    let (cert, key) = pair(&authority);
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let known = connect(address(&server, "sip_tls"), &authority, Some((cert.der().clone(), key))).await;
    let challenge = known.expect("greeted").ask(&request).await.expect("answered");
    assert_eq!(challenge.status.code(), 401);
    assert!(server.stop().success());
}
