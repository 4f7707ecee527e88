//! The event socket, with a real client.

use std::time::Duration;

use crate::support::{PATIENCE, Server};
use http::Method;
use serde_json::json;
use tandem_proto::{
    ChatId, Cursor, DeviceId, Topic,
    limits::{SDP_BYTES, WS_MESSAGE_BYTES, WS_QUEUE_FRAMES},
    ws::Signal,
};
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::{MaybeTlsStream, tungstenite::client::IntoClientRequest};

#[tokio::test]
async fn the_first_frame_must_authenticate() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;

    let mut eager = server.socket().await;
    let refused = eager.subscribe(None).await;
    assert_eq!((&refused["type"], &refused["data"]["status"]), (&json!("error"), &json!(401)));
    assert_eq!(eager.closed().await, 4401);

    let mut stranger = server.socket().await;
    let refused = stranger.authenticate("tdm_invented", DeviceId::generate()).await;
    assert_eq!((&refused["type"], &refused["data"]["status"]), (&json!("error"), &json!(401)));
    assert_eq!(stranger.closed().await, 4401);

    let mut socket = server.socket().await;
    let welcome = socket.authenticate(&token, DeviceId::generate()).await;
    assert_eq!((&welcome["type"], &welcome["data"]["heartbeat_seconds"]), (&json!("reply"), &json!(3)));
    let again = socket.authenticate(&token, DeviceId::generate()).await;
    assert_eq!(again["data"]["status"], 409, "one authentication per socket");
}

#[tokio::test]
async fn another_sites_page_cannot_connect() {
    let server = Server::start().await;
    let mut request = format!("ws://{}/api/v1/ws", server.address).into_client_request().expect("a request");
    request.headers_mut().insert("origin", "https://evil.example".parse().expect("a header"));
    let refused = tokio_tungstenite::connect_async(request).await.expect_err("must be refused");
    assert!(refused.to_string().contains("403"), "{refused}");
}

#[tokio::test]
async fn bad_frames_are_answered_and_harm_nothing() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let mut socket = server.connect(&token).await;
    for (frame, id, status) in [
        ("nonsense", 0, 400),
        (r#"{"id":7,"type":"dance","data":{}}"#, 7, 422),
        (r#"{"id":8,"type":"heartbeat","data":{"active":"yes"}}"#, 8, 422),
        (r#"{"id":9,"type":"subscribe","data":{"after":"soon"}}"#, 9, 422),
    ] {
        socket.text(frame).await;
        let error = socket.frame().await.expect("an error frame");
        assert_eq!(
            (&error["type"], &error["id"], &error["data"]["status"]),
            (&json!("error"), &json!(id), &json!(status))
        );
    }
    let bomb = format!(r#"{{"id":1,"type":"heartbeat","data":{}{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
    socket.text(&bomb).await;
    assert_eq!(socket.frame().await.expect("an error frame")["data"]["status"], 400);
    let refused = socket.request("rtc.offer", json!({ "sdp": "x".repeat(SDP_BYTES + 1) })).await;
    assert_eq!(refused["data"]["status"], 413);
    let refused = socket.request("subscribe", json!({ "after": "0-999999" })).await;
    assert_eq!(refused["data"]["status"], 422, "a cursor of the future");
    let answer = socket.request("rtc.offer", json!({ "sdp": "v=0" })).await;
    assert_eq!(answer["data"]["sdp"], "v=0", "the socket still works");
    socket.text(&"x".repeat(WS_MESSAGE_BYTES + 1)).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn a_flood_is_refused() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let mut socket = server.connect(&token).await;
    let mut answers = Vec::new();
    for _ in 0..300 {
        answers.push(socket.request("heartbeat", json!({ "active": true })).await);
    }
    assert!(answers[..100].iter().all(|answer| answer["type"] == "reply"));
    assert_eq!(answers[299]["data"]["status"], 429);
}

#[tokio::test]
async fn a_device_has_one_socket_the_newest() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let device = DeviceId::generate();
    let mut older = server.socket().await;
    older.authenticate(&token, device).await;
    let mut newer = server.socket().await;
    newer.authenticate(&token, device).await;
    assert_eq!(older.closed().await, 4409);
    newer.request("heartbeat", json!({ "active": true })).await;
    let seen: Vec<&str> = server.seen.0.lock().expect("unpoisoned").iter().map(|(what, _)| *what).collect();
    assert_eq!(seen, ["connected", "connected", "heartbeat"], "the device never went");
    newer.stream.close(None).await.expect("closed");
    let gone = async {
        while server.seen.0.lock().expect("unpoisoned").last() != Some(&("disconnected", device)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("told that the device went");
}

#[tokio::test]
async fn sockets_end_with_their_session() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let mut socket = server.connect(&token).await;
    let (status, _) = server.call(Method::DELETE, "/api/v1/sessions/current", Some(&token), None).await;
    assert_eq!(status, 204);
    assert_eq!(socket.closed().await, 4401, "signed out");

    let (_, token) = server.user(org, "bea").await;
    let mut socket = server.connect(&token).await;
    server.clock.forward(Duration::from_secs(12 * 3600));
    socket.text(r#"{"type":"heartbeat","data":{"active":true}}"#).await;
    assert_eq!(socket.closed().await, 4401, "expired");
}

#[tokio::test]
async fn a_draining_server_sends_clients_elsewhere() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let mut socket = server.connect(&token).await;
    let (code, ()) = tokio::join!(socket.closed(), server.edge.drain());
    assert_eq!(code, 1001);
}

#[tokio::test]
async fn events_and_signals_come_to_those_who_may_see_them() {
    let server = Server::start().await;
    let (acme, globex) = (server.org("acme").await, server.org("globex").await);
    let (_, token) = server.user(acme, "amir").await;
    let mut socket = server.connect(&token).await;
    socket.subscribe(None).await;
    let chat = ChatId::generate();
    server.say(globex, Topic::org(globex.org()), "theirs").await;
    server.say(acme, Topic::chat(chat), "before joining").await;
    server.say(acme, Topic::org(acme.org()), "ours").await;
    assert_eq!(socket.event().await.0, "ours");

    // A topic is granted, and the event that says so is seen on it.
    server.granted.0.lock().expect("unpoisoned").insert(Topic::chat(chat));
    server.say(acme, Topic::chat(chat), "regrant").await;
    server.say(acme, Topic::chat(chat), "in the chat").await;
    assert_eq!(socket.event().await.0, "regrant");
    assert_eq!(socket.event().await.0, "in the chat");

    let signal = Signal::RtcLost { device: DeviceId::generate() };
    server.bus.publish(globex, Topic::chat(chat), signal.clone());
    server.bus.publish(acme, Topic::chat(ChatId::generate()), signal.clone());
    server.bus.publish(acme, Topic::chat(chat), signal.clone());
    let frame = socket.frame().await.expect("a signal");
    assert_eq!((&frame["type"], &frame["topic"]), (&json!("signal"), &json!(Topic::chat(chat).as_str())));

    // It is taken away: the event that says so is the last.
    server.granted.0.lock().expect("unpoisoned").clear();
    server.say(acme, Topic::chat(chat), "regrant").await;
    server.say(acme, Topic::chat(chat), "after leaving").await;
    server.say(acme, Topic::org(acme.org()), "last").await;
    assert_eq!(socket.event().await.0, "regrant");
    assert_eq!(socket.event().await.0, "last");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resuming_under_concurrent_writes_leaves_no_gap_and_no_double() {
    const EVENTS: usize = 600;
    let server = std::sync::Arc::new(Server::start().await);
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let writer = tokio::spawn({
        let server = std::sync::Arc::clone(&server);
        async move {
            for number in 0..EVENTS {
                server.say(org, Topic::org(org.org()), number.to_string()).await;
            }
        }
    });
    let mut after = server.store.head().to_string();
    let (mut expected, mut rounds) = (0, 0);
    // Each connection is cut after a few events, wherever the writer is by then.
    while expected < EVENTS {
        let mut socket = server.connect(&token).await;
        socket.subscribe(Some(&after)).await;
        for _ in 0..(7 + rounds * 5).min(EVENTS - expected) {
            let (name, cursor) = socket.event().await;
            assert_eq!(name, expected.to_string(), "round {rounds}");
            (expected, after) = (expected + 1, cursor);
        }
        rounds += 1;
    }
    writer.await.expect("written");
    assert!(rounds > 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_closed_and_resumes() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let mut socket = server.connect(&token).await;
    socket.subscribe(None).await;
    // More than the queue and the kernel's buffers hold, all while the client reads nothing.
    let events = WS_QUEUE_FRAMES * 2;
    let filler = "x".repeat(12_000);
    let writes =
        (0..events).map(|number| server.say(org, Topic::org(org.org()), format!("{number} {filler}")));
    futures::future::join_all(writes).await;
    let number = |name: &str| name.split(' ').next().and_then(|n| n.parse::<usize>().ok()).expect("a number");
    let (mut seen, mut after) = (Vec::new(), String::new());
    let code: u16 = loop {
        match socket.frame().await {
            Ok(frame) => {
                seen.push(number(frame["data"]["data"]["name"].as_str().expect("a name")));
                after = frame["cursor"].as_str().expect("a cursor").to_owned();
            }
            Err(code) => break code.into(),
        }
    };
    assert_eq!(code, 1013);
    assert!(!seen.is_empty() && seen.len() < events);

    let mut socket = server.connect(&token).await;
    socket.subscribe(Some(&after)).await;
    while seen.len() < events {
        seen.push(number(&socket.event().await.0));
    }
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..events), "each exactly once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_readers_get_everything_once_and_in_order() {
    const EVENTS: usize = 120;
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let mut sockets = Vec::new();
    for _ in 0..40 {
        let mut socket = server.connect(&token).await;
        socket.subscribe(None).await;
        sockets.push(socket);
    }
    let writes = (0..EVENTS).map(|number| server.say(org, Topic::org(org.org()), number.to_string()));
    let readers = sockets.iter_mut().map(|socket| async {
        let mut names = Vec::new();
        let mut cursors = Vec::new();
        while names.len() < EVENTS {
            let (name, cursor) = socket.event().await;
            names.push(name);
            cursors.push(cursor.parse::<Cursor>().expect("a cursor"));
        }
        assert!(cursors.is_sorted(), "in the log's order");
        names
    });
    let (_, heard) = tokio::join!(futures::future::join_all(writes), futures::future::join_all(readers));
    assert!(heard.iter().all(|names| *names == heard[0]), "the same for all");
    let mut names = heard[0].clone();
    names.sort_unstable_by_key(|name| name.parse::<usize>().expect("a number"));
    assert_eq!(names, (0..EVENTS).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_subscription_takes_the_place_of_an_earlier_one() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    for number in 0..300 {
        server.say(org, Topic::org(org.org()), format!("old {number}")).await;
    }
    let mut socket = server.connect(&token).await;
    socket.text(r#"{"id":101,"type":"subscribe","data":{"after":"0-0"}}"#).await;
    socket.text(r#"{"id":102,"type":"subscribe","data":{}}"#).await;
    let mut answered = false;
    // Whatever the first had got to: once the second is there, only what is new comes, and it comes once.
    while !answered {
        answered = socket.frame().await.expect("a frame")["id"] == 102;
    }
    for name in ["new", "newer"] {
        server.say(org, Topic::org(org.org()), name).await;
    }
    let mut heard = Vec::new();
    while heard.last().is_none_or(|name| name != "newer") {
        heard.push(socket.event().await.0);
    }
    assert_eq!(heard, ["new", "newer"]);
}

#[tokio::test]
async fn what_breaks_the_protocol_is_told_so() {
    let server = Server::start().await;
    // A reserved opcode; a text that is no UTF-8; a frame without a mask.
    for (frame, code) in [
        (&[0x83, 0x80, 0, 0, 0, 0][..], 1002),
        (&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe], 1007),
        (&[0x81, 0x02, b'{', b'}'], 1002),
    ] {
        let mut socket = server.socket().await;
        let MaybeTlsStream::Plain(wire) = socket.stream.get_mut() else { panic!("no TLS here") };
        wire.write_all(frame).await.expect("sent");
        assert_eq!(socket.closed().await, code, "{frame:x?}");
    }
}
