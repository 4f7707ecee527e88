//! The log as server-sent events, read as a client would, line by line.

use std::sync::Arc;

use crate::support::{PATIENCE, Server, slug};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tandem_core::Permission;
use tandem_proto::{ChatId, DeviceId, Topic, api::Role, limits::STREAMS_PER_SESSION, ws::Signal};
use tandem_test_support::Postgres;

/// An event as it came.
#[derive(Clone, PartialEq, Debug, Default)]
struct Told {
    name: String,
    id: String,
    data: Value,
}

struct Stream {
    body: Incoming,
    read: Vec<u8>,
    /// The connection goes with its client.
    _client: Client<HttpConnector, Empty<Bytes>>,
}

impl Stream {
    async fn ask(
        server: &Server,
        token: &str,
        query: &str,
        after: Option<&str>,
    ) -> Result<Self, (StatusCode, Value)> {
        let mut request = Request::builder()
            .uri(format!("http://{}/api/v1/events{query}", server.address))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::ACCEPT, "text/event-stream")
            .header(header::ACCEPT_ENCODING, "gzip");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let response =
            client.request(request.body(Empty::new()).expect("a request")).await.expect("answered");
        let (parts, body) = response.into_parts();
        if parts.status != StatusCode::OK {
            let problem = body.collect().await.expect("a whole body").to_bytes();
            return Err((parts.status, serde_json::from_slice(&problem).expect("a problem")));
        }
        assert_eq!(parts.headers[header::CONTENT_TYPE], "text/event-stream");
        assert!(!parts.headers.contains_key(header::CONTENT_ENCODING), "nothing holds it back");
        Ok(Self { body, read: Vec::new(), _client: client })
    }

    /// One that is open; what it says first.
    async fn open(server: &Server, token: &str, query: &str, after: Option<&str>) -> (Self, Told) {
        let mut stream = Self::ask(server, token, query, after).await.expect("a stream");
        let open = stream.next().await.expect("the first event");
        assert_eq!(open.name, "open", "{open:?}");
        (stream, open)
    }

    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Told> {
        loop {
            while let Some(end) = self.read.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.read.drain(..end + 2).collect();
                let text = String::from_utf8(block).expect("text");
                let field =
                    |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                // A comment alone is no event.
                if let Some(data) = field("data: ") {
                    let data = serde_json::from_str(&data).expect("JSON");
                    let (name, id) = (field("event: ").unwrap_or_default(), field("id: ").expect("a cursor"));
                    return Some(Told { name, id, data });
                }
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.expect("in time")?;
            if let Ok(data) = frame.expect("readable").into_data() {
                self.read.extend_from_slice(&data);
            }
        }
    }

    /// The name in the next event, and its cursor.
    async fn said(&mut self) -> (String, String) {
        let told = self.next().await.expect("an event");
        assert_eq!((told.name.as_str(), &told.data["cursor"]), ("", &json!(told.id)));
        (told.data["data"]["name"].as_str().unwrap_or_default().to_owned(), told.id)
    }

    /// What the stream's end says, whatever comes before it.
    async fn closed(&mut self) -> Told {
        let mut last = Told::default();
        while let Some(told) = self.next().await {
            last = told;
        }
        assert_eq!(last.name, "close", "{last:?}");
        assert_eq!(last.data["after"], json!(last.id));
        last
    }
}

#[tokio::test]
async fn events_come_to_those_who_may_see_them_and_as_they_are_read() {
    let server = Server::start().await;
    let (acme, globex) = (server.org("acme").await, server.org("globex").await);
    let (_, token) = server.user(acme, "amir").await;
    let before = server.store.head().to_string();
    let (mut stream, open) = Stream::open(&server, &token, "", None).await;
    assert_eq!((&open.id, &open.data["cursor"]), (&before, &json!(before)), "from now on");
    assert!(
        open.data["topics"].as_array().expect("topics").contains(&json!(Topic::org(acme.org()).as_str()))
    );

    let chat = ChatId::generate();
    server.say(globex, Topic::org(globex.org()), "theirs").await;
    server.say(acme, Topic::chat(chat), "before joining").await;
    server.say(acme, Topic::org(acme.org()), "ours\nin two lines").await;
    let told = stream.next().await.expect("an event");
    let (_, page) = server.ask(&token, Method::GET, &format!("/events?after={before}"), Value::Null).await;
    assert_eq!(page["items"], json!([told.data]), "as it is read");

    // Rights are followed as they change, and signals are not of the log.
    server.granted.0.lock().expect("unpoisoned").insert(Topic::chat(chat));
    server.say(acme, Topic::chat(chat), "regrant").await;
    server.bus.publish(acme, Topic::chat(chat), Signal::RtcLost { device: DeviceId::generate() });
    server.say(acme, Topic::chat(chat), "in the chat").await;
    assert_eq!(stream.said().await.0, "regrant");
    assert_eq!(stream.said().await.0, "in the chat");
    server.granted.0.lock().expect("unpoisoned").clear();
    server.say(acme, Topic::chat(chat), "regrant").await;
    server.say(acme, Topic::chat(chat), "after leaving").await;
    server.say(acme, Topic::org(acme.org()), "last").await;
    assert_eq!(stream.said().await.0, "regrant");
    assert_eq!(stream.said().await.0, "last");
}

#[tokio::test]
async fn topics_and_kinds_narrow_it_live_and_from_the_log() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (user, token) = server.user(org, "amir").await;
    let topics = format!("?topics={}", Topic::user(user.id));
    for (query, all) in [
        (topics.as_str(), &["mine"][..]),
        ("?kinds=chat.*,skill.*", &["everybody", "mine"]),
        ("?kinds=user.created", &["bea"]),
    ] {
        let from = server.store.head().to_string();
        let (mut live, _) = Stream::open(&server, &token, query, None).await;
        server.say(org, Topic::org(org.org()), "everybody").await;
        server.say(org, Topic::user(user.id), "mine").await;
        if query.ends_with("user.created") {
            server.user(org, "bea").await;
        }
        let (mut read, _) = Stream::open(&server, &token, query, Some(&from)).await;
        for stream in [&mut live, &mut read] {
            for name in all {
                assert_eq!(stream.said().await.0, *name, "{query}");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_before_it_begins() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    for (query, after, status, kind) in [
        ("?after=soon", None, 422, "invalid"),
        ("", Some("soon"), 422, "invalid"),
        ("", Some("0-999999"), 422, "unknown-cursor"),
        ("?limit=5", None, 422, "invalid"),
        ("?colour=red", None, 422, "invalid"),
    ] {
        let (refused, problem) = Stream::ask(&server, &token, query, after).await.err().expect("refused");
        assert_eq!((refused.as_u16(), slug(&problem)), (status, kind), "{query} {after:?}");
    }
    let refused = Stream::ask(&server, "tdm_invented", "", None).await.err().expect("refused");
    assert_eq!(refused.0, 401);

    let mut open = Vec::new();
    for _ in 0..STREAMS_PER_SESSION {
        open.push(Stream::open(&server, &token, "", None).await);
    }
    let (refused, problem) = Stream::ask(&server, &token, "", None).await.err().expect("refused");
    assert_eq!((refused.as_u16(), slug(&problem)), (429, "too-many-requests"));
    open.pop();
    let again = async {
        while Stream::ask(&server, &token, "", None).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("one that ended makes room");
}

#[tokio::test]
async fn it_ends_with_the_session_and_with_the_server() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let (mut stream, _) = Stream::open(&server, &token, "", None).await;
    server.say(org, Topic::org(org.org()), "before").await;
    let (name, seen) = stream.said().await;
    assert_eq!(name, "before");
    let (status, _) = server.call(Method::DELETE, "/api/v1/sessions/current", Some(&token), None).await;
    assert_eq!(status, 204);
    let closed = stream.closed().await;
    assert_eq!(closed.data["code"], 4401, "signed out");
    assert!(closed.id >= seen);
    assert!(Stream::ask(&server, &token, "", None).await.is_err());

    let (_, token) = server.user(org, "bea").await;
    let (mut stream, open) = Stream::open(&server, &token, "", None).await;
    let (closed, ()) = tokio::join!(stream.closed(), server.edge.drain());
    assert_eq!((&closed.data["code"], &closed.id), (&json!(1001), &open.id));
    let later = closed.data["retry_ms"].as_u64().expect("a number");
    assert!((1_000..=5_000).contains(&later), "{later}");
    let refused = Stream::ask(&server, &token, "", None).await.err().expect("refused");
    assert_eq!(refused.0, 503);
}

#[tokio::test]
async fn rights_that_are_taken_narrow_it() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let secret = Topic::chat(ChatId::generate());
    server.granted.to_holders_of_node_view(secret.clone());
    let (admin, token) = server.person(org, "ada", vec![Role::Admin]).await;
    assert!(server.identity.authenticate(&token).await.expect("a session").may(Permission::NodeView));
    let (mut stream, _) = Stream::open(&server, &token, "", None).await;
    server.say(org, secret.clone(), "to the mighty").await;
    assert_eq!(stream.said().await.0, "to the mighty");
    let roles = json!({ "roles": ["agent"] });
    let (_, other) = server.person(org, "otto", vec![Role::Admin]).await;
    let (status, answer) =
        server.ask(&other, Method::PUT, &format!("/people/{}/roles", admin.id), roles).await;
    assert_eq!(status, 204, "{answer}");
    server.say(org, secret, "no longer").await;
    server.say(org, Topic::org(org.org()), "to all").await;
    loop {
        let (name, _) = stream.said().await;
        assert_ne!(name, "no longer");
        if name == "to all" {
            break;
        }
    }
}

/// Reads on over connections that are cut after a few events, wherever the writer is.
async fn no_gap_and_no_double(server: Arc<Server>) {
    const EVENTS: usize = 300;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let (mut stream, _) = Stream::open(&server, &token, "", None).await;
    server.say(org, Topic::org(org.org()), "start").await;
    let from = loop {
        let (name, cursor) = stream.said().await;
        if name == "start" {
            break cursor;
        }
    };
    let writer = tokio::spawn({
        let server = Arc::clone(&server);
        async move {
            for number in 0..EVENTS {
                server.say(org, Topic::org(org.org()), number.to_string()).await;
            }
        }
    });
    let (mut after, mut expected, mut rounds) = (from, 0, 0);
    while expected < EVENTS {
        // By the header and by the parameter; the header counts.
        let (mut stream, _) = match rounds % 2 {
            0 => Stream::open(&server, &token, "?after=0-0", Some(&after)).await,
            _ => Stream::open(&server, &token, &format!("?after={after}"), None).await,
        };
        for _ in 0..7 + rounds % 11 {
            if expected == EVENTS {
                break;
            }
            let (name, cursor) = stream.said().await;
            assert_eq!(name, expected.to_string(), "in round {rounds}");
            (after, expected) = (cursor, expected + 1);
        }
        rounds += 1;
    }
    writer.await.expect("all written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resuming_while_events_are_appended_leaves_no_gap_and_no_double() {
    no_gap_and_no_double(Arc::new(Server::start().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resuming_on_postgres_leaves_no_gap_and_no_double() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    no_gap_and_no_double(Arc::new(server)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_cut_told_where_and_resumes() {
    const EVENTS: usize = 500;
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let (mut stream, _) = Stream::open(&server, &token, "", None).await;
    // It reads nothing while far more comes than is kept for it, in its queue and on its way.
    let large = "x".repeat(64 * 1024);
    for number in 0..EVENTS {
        server.say(org, Topic::org(org.org()), format!("{number} {large}")).await;
    }
    let mut expected = 0;
    let closed = loop {
        let told = stream.next().await.expect("it says why it ends");
        if told.name == "close" {
            break told;
        }
        let name = told.data["data"]["name"].as_str().expect("a name");
        assert!(name.starts_with(&format!("{expected} ")), "{expected}: {}", &name[..8]);
        expected += 1;
    };
    assert_eq!(closed.data["code"], 1013);
    assert!(stream.next().await.is_none() && expected < EVENTS, "{expected} of them came");
    let (mut stream, _) = Stream::open(&server, &token, "", Some(&closed.id)).await;
    for number in expected..EVENTS {
        let (name, _) = stream.said().await;
        assert!(name.starts_with(&format!("{number} ")), "{number}: {}", &name[..8]);
    }
}

#[tokio::test]
async fn the_same_events_come_by_rest_stream_and_socket() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let from = server.store.head().to_string();
    let (mut stream, _) = Stream::open(&server, &token, "", None).await;
    let mut socket = server.connect(&token).await;
    socket.subscribe(None).await;
    for number in 0..20 {
        server.say(org, Topic::org(org.org()), format!("{number} \"ä\\\u{2028}")).await;
    }
    let (_, page) = server.ask(&token, Method::GET, &format!("/events?after={from}"), Value::Null).await;
    let items = page["items"].as_array().expect("events");
    assert_eq!(items.len(), 20);
    for item in items {
        let told = stream.next().await.expect("an event");
        let frame = socket.frame().await.expect("an event");
        assert_eq!((&told.data, &frame["data"]), (item, item));
        assert_eq!((json!(told.id), &frame["cursor"]), (item["cursor"].clone(), &item["cursor"]));
    }
}
