//! Whatever a client writes into its request, it is who its token says, and nothing that looks like ours gets past the door.

use std::net::SocketAddr;

use crate::support::Server;
use axum::{Router, extract::Request, routing::get};
use serde_json::{Value, json};
use tandem_core::RequestContext;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Says who asks, and the names of the headers that are seen.
async fn who(request: Request) -> axum::Json<Value> {
    let context = request.extensions().get::<RequestContext>();
    let names: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
    axum::Json(json!({ "user": context.map(|context| context.user.to_string()), "headers": names }))
}

/// Sends bytes as they are; the status and the body.
async fn send(to: SocketAddr, lines: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(to).await.expect("accepted");
    let request = format!("GET /who HTTP/1.1\r\nhost: tandem\r\nconnection: close\r\n{lines}\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    // One that is refused in the middle may be reset.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, body.to_owned())
}

/// Ways to write a header called `name` that says `value`.
fn spellings(name: &str, value: &str) -> Vec<String> {
    let upper = name.to_uppercase();
    let mixed: String = name
        .chars()
        .enumerate()
        .map(|(at, letter)| if at % 2 == 0 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    let (under, dotted, bare) = (name.replace('-', "_"), name.replace('-', "."), name.replace('-', ""));
    vec![
        format!("{name}: {value}\r\n"),
        format!("{upper}: {value}\r\n"),
        format!("{mixed}: {value}\r\n"),
        format!("{under}: {value}\r\n"),
        format!("{}: {value}\r\n", under.to_uppercase()),
        format!("HTTP_{}: {value}\r\n", under.to_uppercase()),
        format!("{dotted}: {value}\r\n"),
        format!("{bare}: {value}\r\n"),
        format!("x-{name}: {value}\r\n"),
        format!("-{name}: {value}\r\n"),
        format!("{name}-: {value}\r\n"),
        format!("{name}:{value}\r\n"),
        format!("{name}:\t {value} \t\r\n"),
        format!("{name} : {value}\r\n"),
        format!(" {name}: {value}\r\n"),
        format!("\t{name}: {value}\r\n"),
        format!("{name}\r\n : {value}\r\n"),
        format!("{name}:\r\n {value}\r\n"),
        format!("accept: a\r\n {name}: {value}\r\n"),
        format!("accept: a\n{name}: {value}\r\n"),
        format!("accept: a\r{name}: {value}\r\n"),
        format!("accept: a, {name}: {value}\r\n"),
        format!("accept: a%0d%0a{name}: {value}\r\n"),
        format!("{name}: {value}\r\n{name}: {value}\r\n"),
        format!("{name}: {value}\r\n{upper}: other\r\n{under}: {value}\r\n"),
        format!("{name}: {value}, {value}\r\n"),
        format!("{name}:\r\n"),
        format!("{name}\0: {value}\r\n"),
        format!("{name}\u{e9}: {value}\r\n"),
        format!("connection: {name}\r\n{name}: {value}\r\n"),
        format!("te: trailers\r\ntrailer: {name}\r\n{name}: {value}\r\n"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_header_from_outside_changes_who_somebody_is() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (amir, token) = server.user(org, "amir").await;
    let (victim, _) = server.user(org, "victim").await;
    let app = server.edge.surround(Router::new().route("/who", get(who)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, app).await });

    let (victim, amir) = (victim.id.to_string(), amir.id.to_string());
    let names = [
        "tandem-context",
        "x-tandem-user",
        "x-tandem-seal",
        "tandem-carried",
        "x-internal-user",
        "x-remote-user",
    ];
    let callers = [(String::new(), None), (format!("authorization: Bearer {token}\r\n"), Some(&amir))];
    let (mut tried, mut taken) = (0, 0);
    for (header, expected) in &callers {
        for name in names {
            for lines in spellings(name, &victim) {
                for request in [format!("{header}{lines}"), format!("{lines}{header}")] {
                    let (status, body) = send(address, &request).await;
                    tried += 1;
                    if status == 0 || status == 400 {
                        continue;
                    }
                    taken += 1;
                    assert_eq!(status, 200, "{request:?}: {body}");
                    let seen: Value = serde_json::from_str(&body).expect("JSON");
                    // What a folded line swallowed is no token any more: nobody is fine, somebody else is not.
                    let user = seen["user"].as_str();
                    assert!(user.is_none() || user == expected.map(String::as_str), "{request:?}: {body}");
                    let names = seen["headers"].as_array().expect("names");
                    for seen in names.iter().filter_map(Value::as_str) {
                        let letters: String = seen.chars().filter(char::is_ascii_alphanumeric).collect();
                        let ours =
                            ["tandem", "internal", "remoteuser"].iter().any(|ours| letters.contains(ours));
                        assert!(!ours, "{seen} is seen after {request:?}");
                    }
                }
            }
        }
    }
    assert!(tried >= 50 * callers.len() && taken > 50, "{taken} of {tried} were taken");
    // And the token itself still says who asks.
    let (_, body) =
        send(address, &format!("authorization: Bearer {token}\r\ntandem-context: {victim}\r\n")).await;
    let seen: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(seen["user"].as_str(), Some(amir.as_str()));
}
