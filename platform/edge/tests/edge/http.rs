//! Sessions and refusals over HTTP.

use std::{sync::Arc, time::Duration};

use crate::support::{self, MovedClock, PASSWORD, PATIENCE, Server, slug};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::json;
use tandem_core::Mint;
use tandem_edge::Identity;
use tandem_proto::{Topic, api::Role, limits::BODY_BYTES};
use tandem_store::StoreError;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const SESSIONS: &str = "/api/v1/sessions";
const ME: &str = "/api/v1/me";

#[tokio::test]
async fn a_session_lasts_from_sign_in_to_sign_out() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (user, _) = server.user(org, "amir").await;

    let (status, signed_in) = server.sign_in("amir", PASSWORD).await;
    assert_eq!(status, StatusCode::CREATED, "{signed_in}");
    let token = signed_in["token"].as_str().expect("a token");

    let (status, me) = server.call(Method::GET, ME, Some(token), None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(me["user"]["id"], user.id.to_string());
    assert_eq!(me["org"]["name"], "acme");
    assert_eq!(me, signed_in["me"]);

    let (status, _) = server.call(Method::DELETE, "/api/v1/sessions/current", Some(token), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, problem) = server.call(Method::GET, ME, Some(token), None).await;
    assert_eq!((status, slug(&problem)), (StatusCode::UNAUTHORIZED, "unauthenticated"));
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_read_the_same_and_wait_longer() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    server.user(org, "amir").await;
    for name in ["amir", "nobody"] {
        for attempt in 0..5 {
            let (status, mut problem) = server.sign_in(name, "not the password").await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "attempt {attempt}");
            problem.as_object_mut().expect("a problem").remove("instance");
            let expected = json!({
                "type": "https://tandem.dev/problems/wrong-credentials", "title": "Name or password is wrong", "status": 401
            });
            assert_eq!(problem, expected);
        }
        let (status, problem) = server.sign_in(name, PASSWORD).await;
        assert_eq!((status, slug(&problem)), (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"));
        assert!(
            problem["retry_after_seconds"].as_u64().is_some_and(|seconds| (1..=2).contains(&seconds)),
            "{problem}"
        );
    }
    server.clock.forward(Duration::from_secs(2));
    let (status, _) = server.sign_in("amir", PASSWORD).await;
    assert_eq!(status, StatusCode::CREATED, "the right password is taken after the wait");
}

#[tokio::test]
async fn the_org_must_be_named_where_there_are_several() {
    let server = Server::start().await;
    for name in ["acme", "globex"] {
        let org = server.org(name).await;
        server.user(org, "amir").await;
    }
    let (status, problem) = server.sign_in("amir", PASSWORD).await;
    assert_eq!(
        (status, problem["errors"][0]["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("org"))
    );
    let body = json!({ "org": "globex", "name": "amir", "password": PASSWORD }).to_string();
    let (status, signed_in) = server.call(Method::POST, SESSIONS, None, Some(&body)).await;
    assert_eq!((status, &signed_in["me"]["org"]["name"]), (StatusCode::CREATED, &json!("globex")));
}

#[tokio::test]
async fn sessions_end_twelve_hours_after_their_last_use() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let eleven_hours = Duration::from_secs(11 * 3600);
    for _ in 0..3 {
        server.clock.forward(eleven_hours);
        let (status, _) = server.call(Method::GET, ME, Some(&token), None).await;
        assert_eq!(status, StatusCode::OK, "used in time");
    }
    server.clock.forward(Duration::from_secs(12 * 3600));
    for token in [Some(token.as_str()), Some("tdm_invented"), Some(""), None] {
        let (status, problem) = server.call(Method::GET, ME, token, None).await;
        assert_eq!((status, slug(&problem)), (StatusCode::UNAUTHORIZED, "unauthenticated"), "{token:?}");
    }
}

#[tokio::test]
async fn bad_bodies_are_refused_with_what_is_wrong() {
    let server = Server::start().await;
    let post = async |body: &str| server.call(Method::POST, SESSIONS, None, Some(body)).await;

    let (status, problem) = post(r#"{"name": "amir","#).await;
    assert_eq!((status, slug(&problem)), (StatusCode::BAD_REQUEST, "malformed"));

    let (status, problem) = post(r#"{"name": "amir", "password": "x", "remember": true}"#).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("remember"))
    );

    let (status, problem) = post(r#"{"name": ["amir"], "password": "x"}"#).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("name")));

    let (status, problem) = post(&"[".repeat(100_000)).await;
    assert_eq!((status, slug(&problem)), (StatusCode::BAD_REQUEST, "malformed"), "a depth bomb");

    let (status, problem) = post(&format!("\"{}\"", "x".repeat(BODY_BYTES))).await;
    assert_eq!((status, slug(&problem)), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));

    let request = Request::post(format!("http://{}{SESSIONS}", server.address))
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Full::new(Bytes::from_static(b"{}")))
        .expect("a request");
    let (status, _, problem) = server.send(request).await;
    assert_eq!((status, slug(&problem)), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"));
}

#[tokio::test]
async fn every_refusal_is_a_problem_that_names_the_request() {
    let server = Server::start().await;
    for (method, path, status, expected) in [
        (Method::GET, "/api/v1/nothing", StatusCode::NOT_FOUND, "not-found"),
        (Method::PATCH, ME, StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
        (Method::GET, ME, StatusCode::UNAUTHORIZED, "unauthenticated"),
        (Method::GET, "/panic", StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        (Method::GET, "/api/v1/ws", StatusCode::UPGRADE_REQUIRED, "upgrade-required"),
    ] {
        let request = Request::builder().method(method).uri(format!("http://{}{path}", server.address));
        let (answered, headers, problem) =
            server.send(request.body(Full::default()).expect("a request")).await;
        assert_eq!((answered, slug(&problem)), (status, expected), "{path}");
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
        let id = headers["x-request-id"].to_str().expect("an id");
        assert_eq!(problem["instance"], format!("urn:uuid:{id}"), "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(
            headers[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .is_ok_and(|policy| policy.contains("frame-ancestors 'none'"))
        );
    }
}

#[tokio::test]
async fn the_log_shows_what_the_caller_may_see() {
    let server = Server::start().await;
    let (acme, globex) = (server.org("acme").await, server.org("globex").await);
    let (_, token) = server.user(acme, "amir").await;
    server.say(acme, Topic::org(acme.org()), "ours").await;
    server.say(globex, Topic::org(globex.org()), "theirs").await;

    let get = async |query: String| {
        server.call(Method::GET, &format!("/api/v1/events?{query}"), Some(&token), None).await
    };
    let (status, page) = get("kinds=org.*,skill.*&limit=200".into()).await;
    assert_eq!(status, StatusCode::OK);
    let names: Vec<&str> =
        page["items"].as_array().expect("items").iter().filter_map(|e| e["data"]["name"].as_str()).collect();
    assert_eq!(names, ["acme", "ours"]);

    let (_, rest) = get(format!("after={}", page["next"].as_str().expect("a cursor"))).await;
    assert_eq!(rest["items"], json!([]), "nothing after the end");

    let (status, foreign) = get(format!("topics=org:{}", globex.org())).await;
    assert_eq!(
        (status, &foreign["items"]),
        (StatusCode::OK, &json!([])),
        "another org's topic shows nothing"
    );

    let (status, problem) = get("after=0-999999".into()).await;
    assert_eq!((status, slug(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, "unknown-cursor"));

    for (query, field) in
        [("after=yesterday", "after"), ("limit=201", "limit"), ("limit=0", "limit"), ("page=2", "page")]
    {
        let (status, problem) = get(query.into()).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_known_token_costs_no_read_and_is_not_trusted_for_long() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    assert!(server.identity.session(&token).await.is_ok());
    // Behind everybody's back: no event says so.
    let deleted = server.store.write(org, support::cause(), |tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM sessions").execute(tx.conn()).await.map_err(StoreError::from)?;
            Ok::<_, StoreError>(())
        })
    });
    deleted.await.expect("deleted");
    assert!(server.identity.session(&token).await.is_ok(), "remembered, not read");
    server.clock.forward(Duration::from_secs(60));
    assert!(server.identity.session(&token).await.is_err(), "read again after a minute");
}

#[tokio::test]
async fn a_signed_out_token_is_refused_at_once_here_and_soon_elsewhere() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    // Another node, as far as what is remembered goes.
    let clock: Arc<MovedClock> = Arc::clone(&server.clock);
    let other = Identity::new(server.store.clone(), Mint::for_server(), clock);
    let here = server.identity.session(&token).await.expect("a session");
    other.session(&token).await.expect("a session");
    server.identity.sign_out(&here.context).await.expect("signed out");
    assert!(server.identity.session(&token).await.is_err(), "refused at once");
    let refused = async {
        while other.session(&token).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("refused once the log says so");
}

#[tokio::test]
async fn headers_that_look_like_the_servers_own_say_nothing() {
    let server = Server::start().await;
    let (acme, globex) = (server.org("acme").await, server.org("globex").await);
    let (amir, token) = server.user(acme, "amir").await;
    let (hank, _) = server.person(globex, "hank", vec![Role::Admin]).await;
    let pretending = |request: http::request::Builder| {
        request
            .header("x-request-id", "01a20912-8613-739c-9e7c-ec7b435352f6")
            .header("x-tandem-org", globex.org().to_string())
            .header("x-tandem-user", hank.id.to_string())
            .header("x-org", globex.org().to_string())
            .header("x-user-id", hank.id.to_string())
            .header("x-forwarded-user", "hank")
            .header("x-remote-user", "hank")
            .header("x-original-url", "/api/v1/people")
            .header("x-rewrite-url", "/api/v1/people")
            .header("x-http-method-override", "DELETE")
            .header("x-forwarded-for", "127.0.0.1")
            .header("forwarded", "for=127.0.0.1;proto=https")
    };
    let url = format!("http://{}{ME}", server.address);
    let request = pretending(Request::get(&url)).body(Full::default()).expect("a request");
    let (status, headers, problem) = server.send(request).await;
    assert_eq!((status, slug(&problem)), (StatusCode::UNAUTHORIZED, "unauthenticated"));
    assert_ne!(headers["x-request-id"], "01a20912-8613-739c-9e7c-ec7b435352f6", "ids are ours");

    let request = pretending(Request::get(&url)).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let (status, _, me) = server.send(request.body(Full::default()).expect("a request")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&me["user"]["id"], &me["org"]["name"]), (&json!(amir.id.to_string()), &json!("acme")));
}

#[tokio::test]
async fn another_sites_page_acts_for_nobody() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    // What a browser sends by itself opens nothing: no cookie is looked at.
    for cookie in
        [format!("session={token}"), format!("token={token}"), format!("Authorization=Bearer {token}")]
    {
        let request = Request::delete(format!("http://{}/api/v1/me/sessions", server.address))
            .header(header::ORIGIN, "https://evil.example")
            .header(header::COOKIE, cookie);
        let (status, headers, _) = server.send(request.body(Full::default()).expect("a request")).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{headers:?}");
    }
    // Nor may a page of another site ask with a header of its own.
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri(format!("http://{}{ME}", server.address))
        .header(header::ORIGIN, "https://evil.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization");
    let (status, headers, _) = server.send(preflight.body(Full::default()).expect("a request")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{headers:?}");
    // Nothing is kept in a cookie, so there is none to ride on.
    let body = json!({ "name": "amir", "password": PASSWORD }).to_string();
    let request = Request::post(format!("http://{}{SESSIONS}", server.address))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .expect("a request");
    let (status, headers, _) = server.send(request).await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(!headers.contains_key(header::SET_COOKIE));
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    let (_, me) = server.call(Method::GET, ME, Some(&token), None).await;
    assert_eq!(me["user"]["name"], "amir", "the session is still there");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::start().await;
    let mut slow = TcpStream::connect(server.address).await.expect("connected");
    let head = format!(
        "POST {SESSIONS} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
        server.address
    );
    slow.write_all(head.as_bytes()).await.expect("sent");
    // From here on time goes by as soon as nobody has anything to do.
    tokio::time::pause();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 504");
}
