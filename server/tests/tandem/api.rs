//! The running program: its API as a whole, its pages, its end.

use std::collections::BTreeSet;

use crate::support::{Server, send};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tandem_proto::DeviceId;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn the_demo_is_what_the_contract_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    assert_eq!((&server.demo["org"], &server.demo["numbers"]), (&json!("demo"), &json!(["+15550100"])));
    for (name, extension) in
        [("admin", "1000"), ("agent1", "1001"), ("agent2", "1002"), ("supervisor", "1003")]
    {
        let me = server.json("/api/v1/me", server.token(name)).await;
        assert_eq!((&me["user"]["name"], &me["user"]["extension"]), (&json!(name), &json!(extension)));
    }
    let login = &server.demo["users"][1];
    let body = json!({ "name": login["name"], "password": login["password"] });
    assert_eq!(server.post("/api/v1/sessions", "", &body).await.0, StatusCode::CREATED);

    let admin = server.token("admin");
    let queues = server.json("/api/v1/queues", admin).await;
    let support = &queues["items"][0];
    assert_eq!((&support["name"], support["members"].as_array().map(Vec::len)), (&json!("Support"), Some(2)));
    assert_eq!(server.demo["queues"], json!([{ "id": support["id"], "name": "Support" }]));
    let numbers = server.json("/api/v1/numbers", admin).await;
    let flows = server.json("/api/v1/flows", admin).await;
    let to = json!({ "kind": "flow", "flow": flows["items"][0]["id"] });
    assert_eq!(numbers["items"].as_array().map(Vec::len), Some(1));
    assert_eq!((&numbers["items"][0]["number"], &numbers["items"][0]["to"]), (&json!("+15550100"), &to));
    assert_eq!(numbers["items"][0]["division"], flows["items"][0]["division"], "all belongs to the first");
    let accounts: Vec<&Value> =
        server.demo["phones"].as_array().expect("phones").iter().map(|phone| &phone["auth_user"]).collect();
    assert_eq!(accounts, ["1001", "1002"]);
}

#[tokio::test]
async fn every_operation_is_described() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (status, _, body) = server.get("/api/v1/openapi.json", None).await;
    assert_eq!(status, StatusCode::OK);
    let document: Value = serde_json::from_slice(&body).expect("JSON");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    assert_eq!(
        document["security"],
        json!([{ "bearer": [] }]),
        "a session, unless an operation says otherwise"
    );

    let (mut ids, mut faults) = (BTreeSet::new(), Vec::new());
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let mut expect = |holds: bool, what: &str| {
                if !holds {
                    faults.push(format!("{method} {path}: {what}"));
                }
            };
            expect(path.starts_with("/api/v1/"), "lives elsewhere");
            expect(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "no summary");
            expect(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "not of one product");
            let text = operation.to_string();
            expect(
                text.to_lowercase().contains("needs `") || text.contains("permission"),
                "does not say what permission it needs",
            );
            expect(text.contains("#/components/schemas/Problem"), "has no problem among its answers");
            let of_query = |parameter: &Value| parameter["in"] == "query";
            expect(
                !operation["parameters"].as_array().is_some_and(|all| all.iter().any(of_query))
                    || operation["responses"]["422"].is_object(),
                "takes a query and does not say that it refuses one",
            );
            for (status, response) in operation["responses"].as_object().expect("responses") {
                for (kind, content) in response["content"].as_object().into_iter().flatten() {
                    let is_problem = content["schema"]["$ref"] == "#/components/schemas/Problem";
                    expect(
                        is_problem == (kind == "application/problem+json"),
                        &format!("{status} is described as {kind}"),
                    );
                }
            }
            let public = operation["security"] == json!([{}]) || operation["security"] == json!([]);
            expect(
                public || operation["responses"]["401"].is_object(),
                "needs a session and does not say so",
            );
            let id = operation["operationId"].as_str().unwrap_or_default();
            expect(!id.is_empty() && ids.insert(id.to_owned()), "its operation id is another's too");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(ids.len() > 40, "{}", ids.len());
    let missing: Vec<&str> =
        references(&document).filter(|name| document["components"]["schemas"][*name].is_null()).collect();
    assert!(missing.is_empty(), "schemas that are named and not there: {missing:?}");
    for part in parts(&document["components"]["schemas"]) {
        let name = part["$ref"].as_str().and_then(|target| target.rsplit('/').next()).unwrap_or_default();
        let closed = &document["components"]["schemas"][name]["additionalProperties"];
        assert_ne!(closed, &json!(false), "{name} takes no other fields and is extended: nothing fits that");
    }
}

/// What every `allOf` is made of.
fn parts(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Object(fields) => {
            let own = value["allOf"].as_array().into_iter().flatten();
            Box::new(own.chain(fields.values().flat_map(parts)))
        }
        Value::Array(items) => Box::new(items.iter().flat_map(parts)),
        _ => Box::new(std::iter::empty()),
    }
}

fn references(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::Object(fields) => Box::new(fields.iter().flat_map(|(name, value)| {
            let target =
                value.as_str().filter(|_| name == "$ref").and_then(|target| target.rsplit('/').next());
            target.into_iter().chain(references(value))
        })),
        Value::Array(items) => Box::new(items.iter().flat_map(references)),
        _ => Box::new(std::iter::empty()),
    }
}

#[tokio::test]
async fn every_operation_refuses_strangers() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (_, _, body) = server.get("/api/v1/openapi.json", None).await;
    let document: Value = serde_json::from_slice(&body).expect("JSON");
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let public = operation["security"] == json!([{}]) || operation["security"] == json!([]);
            if public || operation["responses"]["401"].is_null() {
                continue;
            }
            let filled = path.split('/').map(|part| {
                if part.starts_with('{') { "01a20912-8613-739c-9e7c-ec7b435352f6" } else { part }
            });
            let url = format!("http://{}{}", server.http(), filled.collect::<Vec<_>>().join("/"));
            let request = Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(url)
                .header(header::AUTHORIZATION, "Bearer tdm_invented")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from("{}"));
            let (status, headers, _) = send(request.expect("a request")).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn pages_are_served_and_cached() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (status, headers, page) = server.get("/", None).await;
    assert_eq!(
        (status, &headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"text/html; charset=utf-8".parse().expect("a value"))
    );
    assert_eq!(server.get("/chats/anything", None).await.2, page, "the client routes by itself");

    let known = Request::get(format!("http://{}/", server.http()))
        .header(header::IF_NONE_MATCH, &headers[header::ETAG]);
    let (status, _, body) = send(known.body(Body::empty()).expect("a request")).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));

    for path in ["/missing.js", "/api/v1/missing", "/api/v2", "/docs/missing.js"] {
        let (status, headers, _) = server.get(path, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
    }

    let (_, headers, docs) = server.get("/docs", None).await;
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("script-src"), "{policy}");
    let docs = String::from_utf8(docs).expect("UTF-8");
    assert!(!docs.contains("://") && docs.contains("/docs/page.js"), "nothing comes from elsewhere");
}

#[tokio::test]
async fn operators_see_health_and_metrics() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    server.json("/api/v1/me", server.token("agent1")).await;
    let admin = server.runtime["admin"].as_str().expect("an address");
    let get = async |path: &str| {
        let request = Request::get(format!("http://{admin}{path}")).body(Body::empty());
        let (status, _, body) = send(request.expect("a request")).await;
        (status, String::from_utf8(body).expect("UTF-8"))
    };
    assert_eq!(get("/healthz").await, (StatusCode::OK, r#"{"status":"ok"}"#.to_owned()));
    assert_eq!(get("/readyz").await, (StatusCode::OK, r#"{"status":"ready"}"#.to_owned()));
    let (status, metrics) = get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    let counted = r#"tandem_http_requests_total{method="GET",path="/api/v1/me",status="200"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(server.get("/metrics", None).await.0 == StatusCode::NOT_FOUND, "not for users");
}

#[tokio::test]
async fn a_message_reaches_a_socket_that_a_stop_sends_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{}/api/v1/ws", server.http()))
        .await
        .expect("upgraded");
    for frame in [
        json!({ "id": 1, "type": "authenticate", "data": { "token": server.token("agent2"), "device": DeviceId::generate() } }),
        json!({ "id": 2, "type": "subscribe", "data": {} }),
    ] {
        socket.send(Message::text(frame.to_string())).await.expect("sent");
        while next(&mut socket).await["id"] != frame["id"] {}
    }
    let bea = server.json("/api/v1/me", server.token("agent2")).await["user"]["id"].clone();
    let (status, chat) = server
        .post("/api/v1/chats", server.token("agent1"), &json!({ "kind": "direct", "members": [bea] }))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{chat}");
    let path = format!("/api/v1/chats/{}/messages", chat["id"].as_str().expect("an id"));
    let message = json!({ "client_id": DeviceId::generate(), "text": "hello" });
    let (status, posted) = server.post(&path, server.token("agent1"), &message).await;
    assert_eq!(status, StatusCode::CREATED, "{posted}");
    let seen = loop {
        let frame = next(&mut socket).await;
        if frame["data"]["type"] == "chat.message.posted" {
            break frame;
        }
    };
    assert!(seen.to_string().contains("hello"), "{seen}");

    let stopped = tokio::task::spawn_blocking(move || server.stop());
    let code = loop {
        if let Message::Close(frame) = socket.next().await.expect("the close frame").expect("readable") {
            break u16::from(frame.expect("a reason").code);
        }
    };
    assert_eq!(code, 1001);
    drop(socket);
    assert!(stopped.await.expect("joined").success());
}

async fn next<S>(socket: &mut S) -> Value
where
    S: futures::Stream<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
    loop {
        if let Message::Text(text) = socket.next().await.expect("open").expect("readable") {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_is_trusted_says_for_whom_it_asks_and_nobody_else_does() {
    for (flags, expected) in [(&["--trusted-proxies", "127.0.0.0/8"][..], "203.0.113.9"), (&[], "127.0.0.1")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start_with(folder.path(), flags);
        let login = &server.demo["users"][1];
        let request = Request::post(format!("http://{}/api/v1/sessions", server.http()))
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-forwarded-for", "198.51.100.7, 203.0.113.9")
            .body(Body::from(json!({ "name": login["name"], "password": login["password"] }).to_string()));
        let (status, _, body) = send(request.expect("a request")).await;
        assert_eq!(status, StatusCode::CREATED);
        let session: Value = serde_json::from_slice(&body).expect("JSON");
        let sessions = server.json("/api/v1/me/sessions", session["token"].as_str().expect("a token")).await;
        let addresses: Vec<&Value> = sessions["items"]
            .as_array()
            .expect("sessions")
            .iter()
            .map(|session| &session["address"])
            .collect();
        assert!(addresses.contains(&&json!(expected)), "{flags:?}: {addresses:?}");
        assert!(!addresses.contains(&&json!("198.51.100.7")), "what the client wrote itself");
    }
}
