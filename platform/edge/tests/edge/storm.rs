//! A thousand sockets that are cut at once.

use std::sync::Arc;

use crate::support::{self, Server};
use futures::{StreamExt, stream};
use tandem_proto::Topic;
use tandem_test_support::Postgres;
use tokio_tungstenite::tungstenite::Message;

const SOCKETS: usize = 1_000;
/// Who come back are so many at a time on their way in.
const AT_ONCE: usize = 100;

/// When a socket is to come back, in milliseconds, as its close frame says.
async fn told(socket: &mut support::Socket) -> u64 {
    loop {
        let message = socket.stream.next().await.expect("the close frame comes first").expect("readable");
        if let Message::Close(frame) = message {
            let frame = frame.expect("with a reason");
            assert_eq!(u16::from(frame.code), 1001);
            let number = frame
                .reason
                .strip_prefix("the server stops; resume in ")
                .and_then(|rest| rest.strip_suffix(" ms"));
            return number
                .and_then(|number| number.parse().ok())
                .unwrap_or_else(|| panic!("{}", frame.reason));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_come_back_spread_over_a_time_and_miss_nothing() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let stopping = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    let org = stopping.org("acme").await;
    let mut tokens = Vec::new();
    for number in 0..10 {
        tokens.push(stopping.user(org, &format!("person{number}")).await.1);
    }
    let sockets = stream::iter(0..SOCKETS).map(|number| {
        let (server, token) = (&stopping, &tokens[number % tokens.len()]);
        async move {
            let mut socket = server.connect(token).await;
            socket.subscribe(None).await;
            socket
        }
    });
    let mut sockets: Vec<_> = sockets.buffer_unordered(AT_ONCE).collect().await;
    stopping.say(org, Topic::org(org.org()), "before").await;
    let mut seen = String::new();
    for socket in &mut sockets {
        let (name, cursor) = socket.event().await;
        assert_eq!(name, "before");
        seen = cursor;
    }

    // Everybody is told another moment: no tenth of the time has far more than a tenth of them.
    let ((), told) = tokio::join!(stopping.edge.drain(), async {
        stream::iter(sockets)
            .map(|mut socket| async move { told(&mut socket).await })
            .buffer_unordered(SOCKETS)
            .collect::<Vec<_>>()
            .await
    });
    let window = *told.iter().max().expect("some");
    assert!((500..=1_000).contains(&window), "a millisecond each: {window}");
    let mut tenths = [0; 10];
    told.iter().for_each(|ms| tenths[usize::try_from(ms * 10 / (window + 1)).expect("small")] += 1);
    assert!(tenths.iter().all(|count| (30..=250).contains(count)), "{tenths:?}");

    // Another node takes them in, in the order in which they come, while the log goes on.
    let node = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    let node = Arc::new(node);
    node.say(org, Topic::org(org.org()), "while away").await;
    let writer = tokio::spawn({
        let node = Arc::clone(&node);
        async move {
            for number in 0..50 {
                node.say(org, Topic::org(org.org()), number.to_string()).await;
            }
        }
    });
    let back = stream::iter(0..SOCKETS).map(|number| {
        let (node, seen, token) = (&node, seen.as_str(), &tokens[number % tokens.len()]);
        async move {
            let mut socket = node.connect(token).await;
            socket.subscribe(Some(seen)).await;
            assert_eq!(socket.event().await.0, "while away");
            for number in 0..50 {
                assert_eq!(socket.event().await.0, number.to_string());
            }
        }
    });
    back.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    writer.await.expect("all written");
}
