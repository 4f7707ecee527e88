//! WebSockets: which requests become one, what may come in a frame, and whose they are behind a proxy.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use tandem_setup::Proxies;
use tandem_sip::{StatusCode, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue};

use crate::support::{Authority, Listening, Phone, in_time, register};

/// What is answered to an HTTP request, up to the end of the connection.
async fn answered(server: &Listening, request: &str) -> String {
    let mut stream = server.tcp(Transport::Ws).await;
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    in_time(stream.read_to_string(&mut answer)).await.expect("an answer, then the end");
    answer
}

const OFFER: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[tokio::test]
async fn other_requests_are_told_what_is_here() {
    let server = Listening::start(&Authority::new()).await;
    for (request, status, kind) in [
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            "426 Upgrade Required",
            "websocket-required",
        ),
        (format!("{OFFER}\r\n"), "400 Bad Request", "websocket-subprotocol"),
        (format!("{OFFER}Sec-WebSocket-Protocol: xmpp\r\n\r\n"), "400 Bad Request", "websocket-subprotocol"),
        (
            format!("{}Sec-WebSocket-Protocol: sip\r\n\r\n", OFFER.replace("Version: 13", "Version: 7")),
            "426 Upgrade Required",
            "websocket-version",
        ),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".to_owned(),
            "405 Method Not Allowed",
            "method-not-allowed",
        ),
    ] {
        let answer = answered(&server, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains(&format!("/problems/{kind}\"")), "{answer}");
    }
    let garbage = answered(&server, "\u{1}\u{2}\u{3} not HTTP at all\r\n\r\n").await;
    assert!(garbage.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{garbage}");
    let sip = answered(&server, &register(Transport::Tcp, "one")).await;
    assert!(sip.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{sip}");
}

#[tokio::test]
async fn plain_http_where_tls_is_spoken_is_told_so() {
    let server = Listening::start(&Authority::new()).await;
    let mut stream = server.tcp(Transport::Wss).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    in_time(stream.read_to_string(&mut answer)).await.expect("an answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
    assert!(body.contains("use wss://"), "{answer}");
}

#[tokio::test]
async fn a_message_is_text_or_bytes_and_pings_are_answered() {
    let authority = Authority::new();
    let mut server = Listening::start(&authority).await;
    let Phone::Socket(mut socket) = server.phone(Transport::Ws, &authority).await else {
        unreachable!("it is one")
    };
    socket.send(Message::text(register(Transport::Ws, "text"))).await.expect("sent");
    server.answer(StatusCode::OK).await;
    assert!(matches!(in_time(socket.next()).await, Some(Ok(Message::Text(_)))));
    // Latin-1 is no UTF-8, and comes as bytes; so does what is answered to it.
    let bytes = register(Transport::Ws, "bytes").replace("<sip:1001@demo>;", "M\u{fc}ller <sip:1001@demo>;");
    let bytes: Vec<u8> = bytes.chars().map(|each| u8::try_from(u32::from(each)).expect("Latin-1")).collect();
    socket.send(Message::binary(bytes)).await.expect("sent");
    server.answer(StatusCode::OK).await;
    assert!(matches!(in_time(socket.next()).await, Some(Ok(Message::Text(_) | Message::Binary(_)))));
    socket.send(Message::Ping("there?".into())).await.expect("sent");
    assert_eq!(in_time(socket.next()).await.expect("open").expect("a frame"), Message::Pong("there?".into()));
    socket.send(Message::text("\r\n\r\n")).await.expect("sent");
    assert_eq!(in_time(socket.next()).await.expect("open").expect("a frame"), Message::text("\r\n"));
}

#[tokio::test]
async fn a_peer_is_asked_whether_it_is_there_and_closed_if_not() {
    let authority = Authority::new();
    let every = Duration::from_millis(50);
    let mut server = Listening::with(&authority, |config| config.ping_every = every).await;
    let Phone::Socket(mut socket) = server.phone(Transport::Ws, &authority).await else {
        unreachable!("it is one")
    };
    socket.send(Message::text(register(Transport::Ws, "one"))).await.expect("sent");
    server.answer(StatusCode::OK).await;
    let mut pings = 0;
    // Reading answers pings.
    while pings < 8 {
        let frame = in_time(socket.next()).await.expect("open").expect("a frame");
        pings += u32::from(matches!(frame, Message::Ping(_)));
    }
    // What reads no more answers none: the server ends it.
    let mut raw = in_time(async { socket }).await;
    let stream = raw.get_mut();
    let mut rest = Vec::new();
    let _ = in_time(stream.read_to_end(&mut rest)).await;
}

#[tokio::test]
async fn behind_a_proxy_a_socket_is_its_clients() {
    let authority = Authority::new();
    let ours = Proxies::within(&["127.0.0.1/32".parse().expect("a network")]);
    let mut server = Listening::with(&authority, |config| {
        config.proxies = ours;
        config.max_connections_per_source = 1;
    })
    .await;
    let mut open = Vec::new();
    for (client, branch) in [("203.0.113.9", "one"), ("203.0.113.10", "two")] {
        let mut socket = forwarded(&server, client).await;
        socket.send(Message::text(register(Transport::Ws, branch))).await.expect("sent");
        let (request, from) = server.answer(StatusCode::OK).await;
        assert_eq!(from.addr.ip().to_string(), client);
        assert_eq!(request.via[0].received().map(|ip| ip.to_string()).as_deref(), Some(client));
        open.push(socket);
    }
    // One more of the same client is one too many.
    let mut third = forwarded(&server, "203.0.113.9").await;
    let closed = in_time(async { while third.next().await.is_some_and(|frame| frame.is_ok()) {} });
    closed.await;
}

async fn forwarded(
    server: &Listening,
    client: &'static str,
) -> tokio_tungstenite::WebSocketStream<tokio::net::TcpStream> {
    let mut request = "ws://localhost/".into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("sip"));
    request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static(client));
    let stream = server.tcp(Transport::Ws).await;
    in_time(tokio_tungstenite::client_async(request, stream)).await.expect("upgraded").0
}
