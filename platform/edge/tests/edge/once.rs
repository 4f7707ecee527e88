//! Requests that are sent again: `Idempotency-Key` and `If-None-Match`.

use crate::support::Server;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};
use sqlx::Row as _;
use tandem_proto::api::Role;

/// A `POST` with a key.
async fn keyed(
    server: &Server,
    token: &str,
    path: &str,
    key: &str,
    body: &Value,
) -> (StatusCode, HeaderMap, Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("http://{}/api/v1{path}", server.address))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("Idempotency-Key", key)
        .body(Full::from(body.to_string()))
        .expect("a request");
    server.send(request).await
}

fn new_token(name: &str) -> Value {
    json!({ "name": name, "scopes": ["chat:use"] })
}

#[tokio::test]
async fn what_is_sent_again_under_its_key_is_done_once() {
    let server = Server::start().await;
    let scope = server.org("acme").await;
    let (user, token) = server.user(scope, "ada").await;
    let (first, headers, made) = keyed(&server, &token, "/me/tokens", "k1", &new_token("CI")).await;
    assert_eq!((first, headers.get("idempotency-replayed")), (StatusCode::CREATED, None), "{made}");
    let (again, headers, same) = keyed(&server, &token, "/me/tokens", "k1", &new_token("CI")).await;
    assert_eq!((again, &same), (StatusCode::CREATED, &made));
    assert_eq!(headers["idempotency-replayed"], "true");
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");

    let (status, _, refused) = keyed(&server, &token, "/me/tokens", "k1", &new_token("other")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["type"], "https://tandem.dev/problems/key-reused");
    assert_eq!(keyed(&server, &token, "/me/tokens", "k2", &new_token("CI")).await.0, StatusCode::CREATED);
    // A key is its session's.
    let other = server.identity.issue_token(scope, user.id).await.expect("a session");
    let (status, headers, _) = keyed(&server, &other, "/me/tokens", "k1", &new_token("CI")).await;
    assert_eq!((status, headers.get("idempotency-replayed")), (StatusCode::CREATED, None));
    assert_eq!(server.identity.tokens(scope, user.id).await.expect("read").len(), 3);

    // The secret in the answer cannot be read from the store.
    let secret = made["token"].as_str().expect("a token").as_bytes().to_vec();
    let rows = sqlx::query("SELECT body FROM idempotency_keys")
        .fetch_all(server.store.across_orgs())
        .await
        .expect("read");
    assert_eq!(rows.len(), 3);
    for row in rows {
        let body: Vec<u8> = row.get("body");
        assert!(!body.is_empty() && !body.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn what_was_refused_may_succeed_under_the_same_key() {
    let server = Server::start().await;
    let scope = server.org("acme").await;
    let (user, token) = server.user(scope, "ada").await;
    let (_, admin) = server.person(scope, "root", vec![Role::Admin]).await;
    let wanted = json!({ "name": "CI", "scopes": ["queue:supervise"] });
    let (status, _, refused) = keyed(&server, &token, "/me/tokens", "k", &wanted).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    let path = format!("/people/{}/roles", user.id);
    let (status, body) = server.ask(&admin, Method::PUT, &path, json!({ "roles": ["supervisor"] })).await;
    assert_eq!(status / 100, 2, "{body}");
    let (status, headers, made) = keyed(&server, &token, "/me/tokens", "k", &wanted).await;
    assert_eq!((status, headers.get("idempotency-replayed")), (StatusCode::CREATED, None), "{made}");
    let (status, headers, same) = keyed(&server, &token, "/me/tokens", "k", &wanted).await;
    assert_eq!((status, same), (StatusCode::CREATED, made));
    assert!(headers.contains_key("idempotency-replayed"));
}

#[tokio::test]
async fn many_at_once_under_one_key_are_one() {
    let server = Server::start().await;
    let scope = server.org("acme").await;
    let (user, token) = server.user(scope, "ada").await;
    let body = new_token("CI");
    let answers =
        futures::future::join_all((0..20).map(|_| keyed(&server, &token, "/me/tokens", "k", &body))).await;
    for (status, _, answer) in &answers {
        let in_hand = answer["type"] == "https://tandem.dev/problems/still-in-hand";
        assert!(
            *status == StatusCode::CREATED || (*status == StatusCode::CONFLICT && in_hand),
            "{status} {answer}"
        );
    }
    assert!(answers.iter().any(|(status, ..)| *status == StatusCode::CREATED));
    assert_eq!(server.identity.tokens(scope, user.id).await.expect("read").len(), 1);
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_named() {
    let server = Server::start().await;
    let scope = server.org("acme").await;
    let (_, token) = server.user(scope, "ada").await;
    for wrong in ["", " ", "two words", &"k".repeat(256)] {
        let (status, _, refused) = keyed(&server, &token, "/me/tokens", wrong, &new_token("CI")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert_eq!(refused["errors"][0]["field"], "Idempotency-Key");
    }
    // Without a caller there is nobody whose key it is.
    let (status, ..) = keyed(&server, "nobody", "/me/tokens", "k", &new_token("CI")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_has_the_answer_is_told_so() {
    let server = Server::start().await;
    let scope = server.org("acme").await;
    let (user, token) = server.user(scope, "ada").await;
    let get = async |known: &str| {
        let request = Request::builder()
            .uri(format!("http://{}/api/v1/me/tokens", server.address))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::IF_NONE_MATCH, known)
            .body(Full::default())
            .expect("a request");
        server.send(request).await
    };
    let (status, headers, body) = get("\"nothing\"").await;
    assert_eq!((status, body["items"].as_array().map(Vec::len)), (StatusCode::OK, Some(0)), "{body}");
    let tag = headers[header::ETAG].to_str().expect("text").to_owned();
    let (status, headers, body) = get(&tag).await;
    assert_eq!((status, body), (StatusCode::NOT_MODIFIED, Value::Null));
    assert_eq!(headers[header::ETAG], tag);
    let made = keyed(&server, &token, "/me/tokens", "k", &new_token("CI")).await;
    assert_eq!(made.0, StatusCode::CREATED, "{} {}", user.id, made.2);
    let (status, headers, _) = get(&tag).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(headers[header::ETAG], tag);
}
