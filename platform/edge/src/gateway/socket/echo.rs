//! A server that sends back what it gets, for a suite that tries what RFC 6455 says (`make fuzz-ws`). The handshake, the reading, the way
//! out and the closing are the event socket's; only the bound of a message is another, as the suite sends up to 16 MiB.

use std::io::{Read as _, Write as _};

use axum::{Router, routing::get};
use tokio::net::TcpListener;

use super::*;
use crate::gateway::upgrade::Upgrade;

const MESSAGE_BYTES: usize = 16 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "serves until its input ends: tests/fuzz/websocket.sh starts it"]
async fn serves_the_websocket_suite() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    writeln!(std::io::stdout(), "echo on {address}").expect("somebody reads");
    let router = Router::new().route("/", get(async |upgrade: Upgrade| upgrade.accept(echo)));
    let told = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let serving = axum::serve(listener, router);
    let ended = tokio::select! {
        served = serving => served,
        told = told => told.expect("not cancelled").map(drop),
    };
    ended.expect("served until told");
}

async fn echo(connection: TokioIo<Upgraded>) {
    let outgoing = Outgoing::new(connection);
    let mut reader = Reader::taking(MESSAGE_BYTES, outgoing.clone(), LogLine::begin("echo".into(), None));
    tokio::select! {
        why = repeat(&mut reader) => outgoing.close(why),
        () = outgoing.carry() => {}
        _ = outgoing.closed() => {}
    }
    let why = outgoing.closed().await;
    reader.end(why).await;
}

async fn repeat(reader: &mut Reader) -> Closing {
    let outgoing = reader.outgoing.clone();
    loop {
        match reader.heard().await {
            None | Some(Ok(Message::Close(_))) => return Closing::Gone,
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                std::future::poll_fn(|context| {
                    let mut pipe = Pipe { outgoing: &outgoing, context };
                    Poll::Ready(
                        reader
                            .protocol
                            .write(&mut pipe, message.clone())
                            .and_then(|()| reader.protocol.flush(&mut pipe)),
                    )
                })
                .await
                .expect("written to the queue");
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return fault(&error),
        }
    }
}
