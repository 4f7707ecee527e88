//! What is too large, too slow or too many.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use tandem_proto::limits::SIP_MESSAGE_BYTES;
use tandem_sip::{StatusCode, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};

use crate::support::{Authority, Listening, Phone, in_time, register};

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_socket_and_says_so() {
    let authority = Authority::new();
    let mut server = Listening::start(&authority).await;
    let Phone::Socket(mut socket) = server.phone(Transport::Ws, &authority).await else {
        unreachable!("it is one")
    };
    socket.send(Message::text("x".repeat(SIP_MESSAGE_BYTES + 1))).await.expect("sent");
    let frame = in_time(socket.next()).await.expect("a last frame").expect("not reset");
    let Message::Close(Some(why)) = frame else { panic!("{frame:?}") };
    assert_eq!(why.code, CloseCode::Size);
    assert!(server.events.try_recv().is_err(), "nobody hears of it");
    // Others are served.
    let mut phone = server.phone(Transport::Ws, &authority).await;
    phone.send(&register(Transport::Ws, "one")).await;
    server.answer(StatusCode::OK).await;
    assert_eq!(phone.response().await.status, StatusCode::OK);
}

#[tokio::test]
async fn text_that_is_none_ends_the_socket_and_garbage_in_it_does_not() {
    let authority = Authority::new();
    let mut server = Listening::start(&authority).await;
    let mut phone = server.phone(Transport::Ws, &authority).await;
    phone.send("this is no SIP").await;
    phone.send(&register(Transport::Ws, "one")).await;
    server.answer(StatusCode::OK).await;
    assert_eq!(phone.response().await.status, StatusCode::OK);

    let Phone::Socket(mut socket) = server.phone(Transport::Ws, &authority).await else {
        unreachable!("it is one")
    };
    // A masked text frame of two bytes that are no UTF-8.
    socket.get_mut().write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]).await.expect("sent");
    let frame = in_time(socket.next()).await.expect("a last frame").expect("not reset");
    let Message::Close(Some(why)) = frame else { panic!("{frame:?}") };
    assert_eq!(why.code, CloseCode::Invalid);
}

#[tokio::test]
async fn a_stream_with_a_message_that_is_too_large_is_closed() {
    let authority = Authority::new();
    let server = Listening::start(&authority).await;
    let mut stream = server.tls(Transport::Tls, &authority, None).await.expect("greeted");
    let head = register(Transport::Tls, "one").replace("Content-Length: 0", "Content-Length: 99999");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut rest = Vec::new();
    let _ = in_time(stream.read_to_end(&mut rest)).await;
    assert!(rest.is_empty());
}

#[tokio::test]
async fn who_says_nothing_after_the_handshake_is_closed() {
    let authority = Authority::new();
    let soon = Duration::from_millis(50);
    let server = Listening::with(&authority, |config| config.message_timeout = soon).await;
    for transport in [Transport::Tls, Transport::Ws, Transport::Wss] {
        let mut phone = server.phone(transport, &authority).await;
        assert!(in_time(phone.next()).await.is_none(), "{transport:?}");
    }
    // One byte now and then is no message either.
    let mut stream = server.tls(Transport::Tls, &authority, None).await.expect("greeted");
    in_time(async {
        let mut byte = [0];
        loop {
            let _ = stream.write_all(b"x").await;
            let _ = stream.flush().await;
            match tokio::time::timeout(Duration::from_millis(10), stream.read(&mut byte)).await {
                Err(_) => {}
                Ok(_) => break,
            }
        }
    })
    .await;
}

#[tokio::test]
async fn handshakes_count_as_connections() {
    let authority = Authority::new();
    let mut server = Listening::with(&authority, |config| config.max_connections_per_source = 2).await;
    // Both say nothing, and keep others of their address out, whatever these speak.
    let _silent = server.tcp(Transport::Tls).await;
    let mut phone = server.phone(Transport::Ws, &authority).await;
    phone.send(&register(Transport::Ws, "one")).await;
    server.answer(StatusCode::OK).await;
    for transport in [Transport::Tcp, Transport::Tls, Transport::Ws, Transport::Wss] {
        let mut third = server.tcp(transport).await;
        let mut byte = [0];
        let read = in_time(third.read(&mut byte)).await;
        assert!(matches!(read, Ok(0) | Err(_)), "{transport:?}");
    }
}
