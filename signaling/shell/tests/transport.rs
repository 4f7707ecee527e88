//! The transport on loopback: what arrives over real sockets becomes events, and commands become messages.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tandem_core::SystemClock;
use tandem_signaling::{SipConfig, SipHandle, SipTransport};
use tandem_sip::{Message, Method, NameAddr, Peer, Request, Response, SipEvent, StatusCode, Uri};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    sync::mpsc,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(5);

fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().expect("address")
}

async fn bind(change: impl FnOnce(&mut SipConfig)) -> (SipHandle, mpsc::Receiver<SipEvent>) {
    let mut config = SipConfig::new(any_port());
    change(&mut config);
    SipTransport::bind(config, Arc::new(SystemClock)).await.expect("binds")
}

async fn next(events: &mut mpsc::Receiver<SipEvent>) -> SipEvent {
    timeout(PATIENCE, events.recv()).await.expect("in time").expect("running")
}

fn request(method: Method, to: SocketAddr) -> Request {
    let uri = Uri::sip(Some("1001"), to.ip(), Some(to.port()));
    let from: NameAddr = "<sip:caller@127.0.0.1>;tag=f".parse().expect("parses");
    Request::new(method, uri.clone(), from, uri.into(), "call-1", 1)
}

fn options(transport: &str, branch: &str) -> Vec<u8> {
    format!(
        "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.1:9;rport;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: {branch}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

async fn answer_next(handle: &SipHandle, events: &mut mpsc::Receiver<SipEvent>, status: StatusCode) {
    let SipEvent::Request { transaction, request, .. } = next(events).await else { panic!("not a request") };
    handle.respond(transaction, request.response(status)).await.expect("running");
}

fn response(bytes: &[u8]) -> Response {
    match Message::parse(&bytes.to_vec().into()) {
        Ok(Message::Response(response)) => response,
        other => panic!("not a response: {other:?}"),
    }
}

async fn round_trip(peer: impl Fn(SocketAddr) -> Peer) {
    let (caller, mut caller_events) = bind(|_| {}).await;
    let (called, mut called_events) = bind(|_| {}).await;
    let id = caller.next_client();
    let to = called.local_addr();
    caller.request(id, request(Method::Message, to), peer(to)).await.expect("running");
    answer_next(&called, &mut called_events, StatusCode::ACCEPTED).await;
    match next(&mut caller_events).await {
        SipEvent::Response { transaction, response, .. } => {
            assert_eq!((transaction, response.status), (id, StatusCode::ACCEPTED));
            assert!(response.to.tag().is_some(), "the stack tags what has no tag");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_answered_over_udp() {
    round_trip(Peer::udp).await;
}

#[tokio::test]
async fn a_request_is_answered_over_tcp() {
    round_trip(Peer::tcp).await;
}

#[tokio::test]
async fn two_messages_in_one_write_and_pings_between() {
    let (handle, mut events) = bind(|_| {}).await;
    let mut stream = TcpStream::connect(handle.local_addr()).await.expect("connects");
    let bytes =
        [b"\r\n\r\n".to_vec(), options("TCP", "one"), b"\r\n\r\n".to_vec(), options("TCP", "two")].concat();
    stream.write_all(&bytes).await.expect("writes");
    answer_next(&handle, &mut events, StatusCode::OK).await;
    answer_next(&handle, &mut events, StatusCode::OK).await;
    let mut read = String::new();
    while read.matches("SIP/2.0 200").count() < 2 {
        let mut buffer = [0; 4096];
        let len = timeout(PATIENCE, stream.read(&mut buffer)).await.expect("in time").expect("reads");
        assert_ne!(len, 0, "closed early");
        read.push_str(std::str::from_utf8(&buffer[..len]).expect("text"));
    }
    assert!(read.starts_with("\r\n"), "a ping is answered");
}

#[tokio::test]
async fn nobody_listening_fails_the_request() {
    let (handle, mut events) = bind(|_| {}).await;
    let closed = {
        let (other, _events) = bind(|_| {}).await;
        let addr = other.local_addr();
        drop(other);
        addr
    };
    // The other side may take a moment to let go of its port.
    while TcpStream::connect(closed).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let id = handle.next_client();
    handle.request(id, request(Method::Options, closed), Peer::tcp(closed)).await.expect("running");
    assert_eq!(next(&mut events).await, SipEvent::TransportFailed { transaction: id });
}

#[tokio::test]
async fn garbage_is_answered_or_dropped_and_disturbs_nobody() {
    let (handle, mut events) = bind(|_| {}).await;
    let socket = UdpSocket::bind(any_port()).await.expect("binds");
    let broken =
        String::from_utf8(options("UDP", "bad")).expect("text").replace("CSeq: 1 OPTIONS", "CSeq: 1 BYE");
    for datagram in [
        b"\0\0\0".to_vec(),
        vec![0xff; 60_000],
        b"\r\n\r\n".to_vec(),
        broken.into_bytes(),
        options("UDP", "good"),
    ] {
        socket.send_to(&datagram, handle.local_addr()).await.expect("sends");
    }
    let mut buffer = vec![0; 4096];
    let len = timeout(PATIENCE, socket.recv(&mut buffer)).await.expect("in time").expect("reads");
    let refused = response(&buffer[..len]);
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.phrase.contains("CSeq"), "{}", refused.phrase);
    answer_next(&handle, &mut events, StatusCode::OK).await;
    let len = timeout(PATIENCE, socket.recv(&mut buffer)).await.expect("in time").expect("reads");
    assert_eq!(response(&buffer[..len]).status, StatusCode::OK);
}

#[tokio::test]
async fn a_source_has_a_bounded_number_of_connections() {
    let (handle, mut events) = bind(|config| config.max_connections_per_source = 1).await;
    let mut first = TcpStream::connect(handle.local_addr()).await.expect("connects");
    first.write_all(&options("TCP", "first")).await.expect("writes");
    answer_next(&handle, &mut events, StatusCode::OK).await;
    let mut second = TcpStream::connect(handle.local_addr()).await.expect("connects");
    let mut byte = [0];
    let read = timeout(PATIENCE, second.read(&mut byte)).await.expect("in time");
    assert!(matches!(read, Ok(0) | Err(_)), "the second one is closed");
}

#[tokio::test]
async fn a_connection_that_sends_nothing_is_closed() {
    let (handle, _events) = bind(|config| config.message_timeout = Duration::from_millis(50)).await;
    let mut stream = TcpStream::connect(handle.local_addr()).await.expect("connects");
    stream.write_all(b"OPTIONS sip:half").await.expect("writes");
    let mut byte = [0];
    let read = timeout(PATIENCE, stream.read(&mut byte)).await.expect("in time");
    assert!(matches!(read, Ok(0) | Err(_)), "half a message is not waited for");
}

#[tokio::test]
async fn a_slow_user_of_events_can_still_command() {
    let (handle, mut events) = bind(|config| config.event_queue = 1).await;
    let socket = UdpSocket::bind(any_port()).await.expect("binds");
    for n in 0..50 {
        socket.send_to(&options("UDP", &format!("n{n}")), handle.local_addr()).await.expect("sends");
    }
    for _ in 0..2_000 {
        let cancel = handle.cancel(handle.next_client());
        timeout(PATIENCE, cancel).await.expect("commands are taken").expect("running");
    }
    for _ in 0..50 {
        answer_next(&handle, &mut events, StatusCode::OK).await;
    }
}
