//! TLS: who is greeted with which certificate, and that messages pass both ways over the one connection.

use tandem_sip::{Message, Peer, SipEvent, StatusCode, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{Authority, Listening, Phone, in_time, invite, register};

/// Registers over a connection, is called over it, and answers.
async fn registers_and_is_called(transport: Transport) {
    let authority = Authority::new();
    let mut server = Listening::start(&authority).await;
    let mut phone = server.phone(transport, &authority).await;
    phone.send(&register(transport, "one")).await;
    let (request, from) = server.answer(StatusCode::OK).await;
    assert_eq!((from.transport, request.via[0].received().is_some()), (transport, true));
    assert_eq!(phone.response().await.status, StatusCode::OK);

    let contact = request.headers.contact().expect("a Contact").uri;
    let id = server.handle.next_client();
    server.handle.request(id, invite(&contact), from).await.expect("running");
    let called = phone.request().await;
    assert_eq!(called.uri, contact, "it is called by the name it gave itself");
    let via = &called.via[0];
    assert_eq!(via.transport.as_str(), transport.name());
    assert_eq!(via.port, Some(server.at(transport).port()));
    assert_eq!(server.handle.contact_addr(&from), server.at(transport));
    let ok = called.response(StatusCode::OK).tagged("t");
    phone.send(std::str::from_utf8(&ok.to_bytes()).expect("text")).await;
    match server.event().await {
        SipEvent::Response { transaction, response, .. } => {
            assert_eq!((transaction, response.status), (id, StatusCode::OK));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_phone_registers_and_is_called_over_tls() {
    registers_and_is_called(Transport::Tls).await;
}

#[tokio::test]
async fn a_phone_registers_and_is_called_over_websocket() {
    registers_and_is_called(Transport::Ws).await;
}

#[tokio::test]
async fn a_phone_registers_and_is_called_over_websocket_and_tls() {
    registers_and_is_called(Transport::Wss).await;
}

#[tokio::test]
async fn once_its_connection_is_gone_a_phone_is_not_called_over_another() {
    for transport in [Transport::Tls, Transport::Ws, Transport::Wss] {
        let authority = Authority::new();
        let mut server = Listening::start(&authority).await;
        let mut phone = server.phone(transport, &authority).await;
        phone.send(&register(transport, "one")).await;
        let (request, from) = server.answer(StatusCode::OK).await;
        phone.response().await;
        drop(phone);
        let contact = request.headers.contact().expect("a Contact").uri;
        // The server hears of it when it hears of it.
        loop {
            let id = server.handle.next_client();
            let mut message = invite(&contact);
            message.call_id = format!("call-{}", id.0).into();
            server.handle.request(id, message, Peer { local: None, ..from }).await.expect("running");
            let failed = SipEvent::TransportFailed { transaction: id };
            match tokio::time::timeout(std::time::Duration::from_millis(20), server.events.recv()).await {
                Ok(event) => break assert_eq!(event, Some(failed), "{transport:?}"),
                Err(_) => server.handle.cancel(id).await.expect("running"),
            }
        }
    }
}

#[tokio::test]
async fn a_ping_is_answered_and_messages_may_come_in_pieces() {
    let authority = Authority::new();
    let mut server = Listening::start(&authority).await;
    let mut stream = server.tls(Transport::Tls, &authority, None).await.expect("greeted");
    stream.write_all(b"\r\n\r\n").await.expect("sent");
    let mut pong = [0; 2];
    in_time(stream.read_exact(&mut pong)).await.expect("a pong");
    assert_eq!(&pong, b"\r\n");
    let message = register(Transport::Tls, "one");
    let mut phone = Phone::of_stream(stream);
    for piece in [&message[..7], &message[7..90], &message[90..]] {
        phone.send(piece).await;
    }
    server.answer(StatusCode::OK).await;
    assert!(matches!(phone.message().await, Message::Response(_)));
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections() {
    let authority = Authority::new();
    let mut server = Listening::start(&authority).await;
    let old = server.tls(Transport::Tls, &authority, None).await.expect("greeted");
    let shown = |stream: &tokio_rustls::client::TlsStream<tokio::net::TcpStream>| {
        stream.get_ref().1.peer_certificates().expect("shown")[0].clone().into_owned()
    };
    let first = shown(&old);
    let second = authority.install(server.folder.path());
    assert!(server.certificates.refresh().await.expect("usable"));
    let new = server.tls(Transport::Tls, &authority, None).await.expect("greeted");
    assert_eq!(shown(&new), second);
    assert_ne!(first, second);
    // The old connection goes on.
    let mut phone = Phone::of_stream(old);
    phone.send(&register(Transport::Tls, "old")).await;
    server.answer(StatusCode::OK).await;
    assert_eq!(phone.response().await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_who_shows_a_certificate_of_the_authority_is_let_in() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let mut server = Listening::letting_in(&authority, Some(&authority), |_| {}).await;
    for shown in [None, Some(stranger.issue())] {
        // With TLS 1.3 the client has finished before the server looks at its certificate.
        let closed = match server.tls(Transport::Tls, &authority, shown).await {
            Ok(stream) => {
                let mut phone = Phone::of_stream(stream);
                in_time(phone.next()).await.is_none()
            }
            Err(_) => true,
        };
        assert!(closed, "let in");
    }
    let known = server.tls(Transport::Tls, &authority, Some(authority.issue())).await.expect("greeted");
    let mut phone = Phone::of_stream(known);
    phone.send(&register(Transport::Tls, "known")).await;
    server.answer(StatusCode::OK).await;
    assert_eq!(phone.response().await.status, StatusCode::OK);
    // Browsers have none: they prove themselves by digest alone.
    let mut browser = server.phone(Transport::Wss, &authority).await;
    browser.send(&register(Transport::Wss, "browser")).await;
    server.answer(StatusCode::OK).await;
    assert_eq!(browser.response().await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_does_not_speak_tls_is_closed_and_disturbs_nobody() {
    let authority = Authority::new();
    let mut server = Listening::start(&authority).await;
    let mut plain = server.tcp(Transport::Tls).await;
    plain.write_all(register(Transport::Tcp, "plain").as_bytes()).await.expect("sent");
    let mut read = Vec::new();
    let _ = in_time(plain.read_to_end(&mut read)).await;
    assert!(read.is_empty(), "{}", String::from_utf8_lossy(&read));
    let mut noise = server.tcp(Transport::Tls).await;
    noise.write_all(&[22, 3, 1, 0, 4, 9, 9, 9, 9]).await.expect("sent");
    let _ = in_time(noise.read_to_end(&mut read)).await;
    let mut phone = server.phone(Transport::Tls, &authority).await;
    phone.send(&register(Transport::Tls, "good")).await;
    server.answer(StatusCode::OK).await;
    assert_eq!(phone.response().await.status, StatusCode::OK);
}
