//! HTTPS: what is spoken, how a certificate is replaced while the server runs, and who cannot harm it.

use std::{fs, path::Path, sync::Arc};

use crate::support::{self, FREE_PORTS, Server, run, tandem};
use axum::http::{Request, StatusCode, header};
use futures::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName},
    version::{TLS12, TLS13},
};
use serde_json::{Value, json};
use tandem_proto::DeviceId;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};

const FLAGS: [&str; 4] = ["--tls-cert", "tls.crt", "--tls-key", "tls.key"];
const GET: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// A certificate for this machine that ends with `year`, and its key: as PEM, and as a client sees it.
fn pair(year: i32) -> (String, String, CertificateDer<'static>) {
    let key = KeyPair::generate().expect("a key");
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "*.tandem.example".to_owned()];
    let mut params = CertificateParams::new(names).expect("names");
    params.not_after = date_time_ymd(year, 12, 31);
    let cert = params.self_signed(&key).expect("signed");
    (cert.pem(), key.serialize_pem(), cert.der().clone())
}

/// Puts a new pair where the server looks for it.
fn install(folder: &Path) -> CertificateDer<'static> {
    let (cert, key, der) = pair(2099);
    fs::write(folder.join("tls.crt"), cert).expect("written");
    fs::write(folder.join("tls.key"), key).expect("written");
    der
}

/// A client that trusts `cert` and speaks `protocol`.
async fn connect(
    server: &Server,
    cert: &CertificateDer<'static>,
    protocol: &[u8],
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(cert.clone()).expect("a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .expect("known")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(server.http()).await.expect("accepted");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn over_http1(server: &Server, cert: &CertificateDer<'static>) -> TlsStream<TcpStream> {
    connect(server, cert, b"http/1.1", &TLS13).await.expect("a handshake")
}

/// What a keep-alive connection answers to [`GET`].
async fn get(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(GET).await.expect("sent");
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(br#"{"status":"ok"}"#) {
        match stream.read(&mut part).await.expect("an answer") {
            0 => panic!("closed after {}", String::from_utf8_lossy(&answer)),
            length => answer.extend_from_slice(&part[..length]),
        }
    }
    String::from_utf8(answer).expect("text")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn https_is_spoken_and_browsers_are_told_to_stay_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let cert = install(folder.path());
    let server = Server::start_with(folder.path(), &FLAGS);
    assert_eq!(server.demo["http"], format!("https://{}", server.http()));

    let mut stream = over_http1(&server, &cert).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let answer = get(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000\r\n"), "{answer}");

    let older = connect(&server, &cert, b"http/1.1", &TLS12).await.expect("a handshake");
    assert_eq!(older.get_ref().1.protocol_version(), Some(ProtocolVersion::TLSv1_2));

    let stream = connect(&server, &cert, b"h2", &TLS13).await.expect("a handshake");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    tokio::spawn(connection);
    let me = Request::get("https://localhost/api/v1/me")
        .header(header::AUTHORIZATION, format!("Bearer {}", server.token("agent1")))
        .body(Empty::<&[u8]>::new())
        .expect("a request");
    let answer = client.send_request(me).await.expect("answered");
    assert_eq!(answer.status(), StatusCode::OK);
    let me: Value =
        serde_json::from_slice(&answer.collect().await.expect("a body").to_bytes()).expect("JSON");
    assert_eq!(me["user"]["name"], "agent1");
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_socket_is_one_of_tls_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let cert = install(folder.path());
    let (server, log) = Server::start_logged(folder.path(), &FLAGS);
    let stream = over_http1(&server, &cert).await;
    let mut request = "wss://localhost/api/v1/ws".into_client_request().expect("a request");
    request.headers_mut().insert(header::ORIGIN, "https://localhost".parse().expect("an origin"));
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.expect("upgraded");
    let data = json!({ "token": server.token("agent1"), "device": DeviceId::generate() });
    let frame = json!({ "id": 1, "type": "authenticate", "data": data });
    socket.send(Message::text(frame.to_string())).await.expect("sent");
    let reply = socket.next().await.expect("a reply").expect("a frame").into_text().expect("text");
    let reply: Value = serde_json::from_str(&reply).expect("JSON");
    assert_eq!(reply["id"], 1);
    assert!(reply["data"]["cursor"].is_string(), "{reply}");

    // It outlives its certificate.
    install(folder.path());
    server.signal("-HUP");
    log.wait_for("a new certificate of the server is in use");
    socket.send(Message::Ping("still there?".into())).await.expect("sent");
    while !matches!(socket.next().await.expect("an answer").expect("a frame"), Message::Pong(_)) {}
    socket.close(None).await.expect("sent");
    let line: Value = serde_json::from_str(&log.wait_for("socket closed")).expect("a line of JSON");
    assert_eq!(line["code"], 1000, "{line}");
    assert!(["id", "org", "user", "node"].iter().all(|field| line[field].is_string()), "{line}");
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_for_new_connections_and_a_broken_one_for_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = install(folder.path());
    let (server, log) = Server::start_logged(folder.path(), &FLAGS);
    let mut kept = over_http1(&server, &first).await;
    get(&mut kept).await;

    // Asked for.
    let second = install(folder.path());
    server.signal("-HUP");
    log.wait_for("a new certificate of the server is in use");
    over_http1(&server, &second).await;
    connect(&server, &first, b"http/1.1", &TLS13).await.expect_err("the first is not shown any more");
    get(&mut kept).await;

    // Broken: the key of another, nothing at all, one that has expired.
    let (_, key, _) = pair(2099);
    fs::write(folder.path().join("tls.key"), key).expect("written");
    server.signal("-HUP");
    let line = log.wait_for("the new certificate of the server is refused");
    assert!(line.contains("tls.key is not the key of tls.crt"), "{line}");
    fs::write(folder.path().join("tls.crt"), "no certificate\n").expect("written");
    server.signal("-HUP");
    let line = log.wait_for("tls.crt holds no certificate in PEM");
    assert!(line.contains("the old one stays in use"), "{line}");
    let (cert, key, _) = pair(2001);
    fs::write(folder.path().join("tls.crt"), cert).expect("written");
    fs::write(folder.path().join("tls.key"), key).expect("written");
    server.signal("-HUP");
    log.wait_for("the certificate expired at 2001-12-31");
    over_http1(&server, &second).await;

    // Found without being asked.
    let third = install(folder.path());
    log.wait_for("a new certificate of the server is in use");
    over_http1(&server, &third).await;
    get(&mut kept).await;

    let (_, _, metrics) = {
        let address = server.runtime["admin"].as_str().expect("an address");
        let scrape = Request::get(format!("http://{address}/metrics"));
        support::send(scrape.body(axum::body::Body::empty()).expect("a request")).await
    };
    let metrics = String::from_utf8(metrics).expect("text");
    let expires =
        metrics.lines().find_map(|line| line.strip_prefix("tandem_tls_certificate_expires_seconds "));
    assert_eq!(expires, Some("4102358400"), "2099-12-31 in {metrics}");
    for counted in ["handshakes_total{outcome=\"done\"} ", "certificate_reads_total{outcome=\"taken\"} 2"] {
        assert!(metrics.contains(&format!("tandem_tls_{counted}")), "{counted} in {metrics}");
    }
    assert!(metrics.contains("tandem_tls_certificate_reads_total{outcome=\"refused\"} "), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_or_something_else_harms_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let cert = install(folder.path());
    let server = Server::start_with(folder.path(), &FLAGS);
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(server.http()).await.expect("accepted"));
    }
    get(&mut over_http1(&server, &cert).await).await;

    let mut plain = TcpStream::connect(server.http()).await.expect("accepted");
    plain.write_all(GET).await.expect("sent");
    let mut answer = String::new();
    plain.read_to_string(&mut answer).await.expect("an answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nHere is HTTPS: use https://\n"), "{answer}");

    let mut noise = TcpStream::connect(server.http()).await.expect("accepted");
    noise.write_all(&[22, 3, 1, 0, 4, 9, 9, 9, 9]).await.expect("sent");
    let _ = noise.read_to_end(&mut Vec::new()).await;
    get(&mut over_http1(&server, &cert).await).await;
    drop(silent);
    assert!(server.stop().success());
}

#[test]
fn a_pair_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = |command: &str, more: &[&str]| {
        let mut program = tandem(folder.path());
        program.arg(command).args(FREE_PORTS).args(FLAGS).args(more);
        run(program)
    };
    let (code, _, stderr) = said("serve", &[]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.starts_with("tandem: tls_cert, tls_key: tls.crt cannot be read: "), "{stderr}");

    install(folder.path());
    let (code, stdout, _) = said("doctor", &["--url", "https://eu.tandem.example:8443"]);
    assert_eq!(code, 0, "{stdout}");
    assert!(
        stdout.contains("ok    certificate tls.crt: for localhost 127.0.0.1 *.tandem.example, "),
        "{stdout}"
    );
    let (code, stdout, _) = said("doctor", &["--url", "https://tandem.example"]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("WARN  certificate tls.crt: it is for localhost"), "{stdout}");

    let (cert, _, _) = pair(2099);
    fs::write(folder.path().join("tls.crt"), cert).expect("written");
    for command in ["serve", "doctor"] {
        let (code, stdout, stderr) = said(command, &[]);
        assert_ne!(code, 0);
        assert!((stdout + &stderr).contains("tls.key is not the key of tls.crt"), "{command}: {stderr}");
    }

    let (cert, key, _) = pair(2001);
    fs::write(folder.path().join("tls.crt"), cert).expect("written");
    fs::write(folder.path().join("tls.key"), key).expect("written");
    let (code, stdout, _) = said("doctor", &[]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("FAIL  certificate tls.crt: the certificate expired at 2001-12-31"), "{stdout}");
}

#[test]
fn plain_text_for_others_is_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let warned = |more: &[&str]| {
        let mut program = tandem(folder.path());
        program.args(["doctor", "--http", "0.0.0.0:0"]).args(&FREE_PORTS[2..]).args(more);
        let (_, stdout, _) = run(program);
        stdout.contains("WARN  TLS: passwords and messages cross the network in plain text")
    };
    assert!(warned(&[]));
    assert!(!warned(&["--url", "https://tandem.example"]));
}
