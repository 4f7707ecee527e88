//! A server that sends back what it gets, for a suite that tries what RFC 6455 says (`make fuzz-ws`). The handshake, the reading, the way
//! out and the closing are the event socket's; only the bound of a message is another, as the suite sends up to 16 MiB.

use std::io::{Read as _, Write as _};

use axum::{Router, routing::get};
use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpListener;
use tokio_tungstenite::connect_async;

use super::*;
use crate::gateway::{deflate::Deflater, upgrade::Upgrade};

const MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Beside the test's name on the command line: it goes on until its input ends (tests/fuzz/websocket.sh).
const GO_ON: &str = "until-its-input-ends";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serves_the_websocket_suite() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let router = Router::new().route("/", get(async |upgrade: Upgrade| upgrade.accept(echo)));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });

    let (mut socket, _) = connect_async(format!("ws://{address}/")).await.expect("accepted");
    for message in [Message::text("κόσμε"), Message::binary(vec![0, 255])] {
        socket.send(message.clone()).await.expect("sent");
        assert_eq!(socket.next().await.expect("an answer").expect("a message"), message);
    }
    socket.close(None).await.expect("closed");

    if std::env::args().any(|argument| argument == GO_ON) {
        writeln!(std::io::stdout(), "echo on {address}").expect("somebody reads");
        let told = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        told.await.expect("not cancelled").expect("it ends");
    }
    serving.abort();
}

async fn echo(connection: TokioIo<Upgraded>, coding: Coding) {
    let outgoing = Outgoing::new(connection, coding);
    let mut reader = Reader::taking(MESSAGE_BYTES, outgoing.clone(), LogLine::begin("echo".into(), None));
    tokio::select! {
        why = repeat(&mut reader) => outgoing.close(why),
        () = outgoing.carry() => {}
        _ = outgoing.closed() => {}
    }
    let why = outgoing.closed().await;
    reader.end(why, 1).await;
}

async fn repeat(reader: &mut Reader) -> Closing {
    let outgoing = reader.outgoing.clone();
    let mut deflater = Deflater::default();
    loop {
        let (first, payload) = match reader.heard().await {
            None | Some(Ok(Message::Close(_))) => return Closing::Gone,
            Some(Ok(Message::Text(text))) => (0x81, text.as_bytes().to_vec()),
            Some(Ok(Message::Binary(data))) => (0x82, data.to_vec()),
            Some(Ok(_)) => continue,
            Some(Err(error)) => return fault(&error),
        };
        let mut frame = frame::framed([vec![0; frame::HEAD], payload].concat(), first);
        if outgoing.coding() == Coding::Deflated {
            frame = frame::deflated(&frame, &mut deflater);
        }
        outgoing.push_control(&frame);
        outgoing.flush();
    }
}
