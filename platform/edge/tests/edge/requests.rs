//! What holds for every request: how many are taken, which fields are answered, several in one, and only if nothing was changed.

use std::{collections::BTreeSet, num::NonZeroU32};

use crate::support::{PATIENCE, Server, slug};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tandem_edge::RequestLimits;
use tandem_proto::{Topic, api::Role};
use tandem_test_support::Postgres;

const HANG_UP: &str = "/calls/01a20912-8613-739c-9e7c-ec7b435352f6/hangup";

fn limits(per_client: u32, per_org: u32) -> RequestLimits {
    RequestLimits {
        per_client: NonZeroU32::new(per_client),
        per_org: NonZeroU32::new(per_org),
        ..RequestLimits::default()
    }
}

#[tokio::test]
async fn answers_tell_how_much_more_is_taken_and_calls_can_always_be_ended() {
    let server = Server::start_limited(limits(3, 5)).await;
    let org = server.org("acme").await;
    let (_, ada) = server.user(org, "ada").await;
    let (_, bea) = server.user(org, "bea").await;
    let get = async |token: &str| server.with_headers(token, Method::GET, "/me", &[], Value::Null).await;

    let (status, headers, _) = get(&ada).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["ratelimit-policy"], r#""client";q=3;w=60, "org";q=5;w=60"#);
    assert_eq!(headers["ratelimit"], r#""client";r=2;t=20, "org";r=4;t=12"#);
    for _ in 0..2 {
        assert_eq!(get(&ada).await.0, StatusCode::OK);
    }
    let (status, headers, problem) = get(&ada).await;
    assert_eq!((status, slug(&problem)), (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"));
    assert!(headers["ratelimit"].to_str().is_ok_and(|left| left.starts_with(r#""client";r=0;t="#)));
    let wait: u64 = headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
    assert!((1..=23).contains(&wait), "{wait}");
    assert_eq!(problem["retry_after_seconds"], wait);

    // What one client was refused is not her colleague's loss; what both have together is.
    for _ in 0..2 {
        assert_eq!(get(&bea).await.0, StatusCode::OK);
    }
    let (status, _, problem) = get(&bea).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(problem["detail"].as_str().is_some_and(|why| why.contains("one org")), "{problem}");
    for token in [&ada, &bea] {
        for _ in 0..10 {
            let (status, headers, _) =
                server.with_headers(token, Method::POST, HANG_UP, &[], json!({})).await;
            assert_eq!((status, headers.get("ratelimit")), (StatusCode::NO_CONTENT, None));
        }
    }

    server.clock.forward(std::time::Duration::from_secs(60));
    assert_eq!(get(&ada).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_node_with_too_much_to_do_refuses_all_but_what_is_urgent() {
    let server = Server::start_limited(RequestLimits { at_once: 1, ..RequestLimits::default() }).await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "ada").await;
    let held = server.call(Method::GET, "/held", None, None);
    let meanwhile = async {
        tokio::time::timeout(PATIENCE, server.gate.came.notified()).await.expect("it came");
        let (status, headers, problem) =
            server.with_headers(&token, Method::GET, "/me", &[], Value::Null).await;
        assert_eq!((status, slug(&problem)), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
        let wait: u64 = headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
        assert!((1..=3).contains(&wait), "{wait}");
        let (status, _, _) = server.with_headers(&token, Method::POST, HANG_UP, &[], json!({})).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        assert_eq!(server.call(Method::GET, "/healthz", None, None).await.0, StatusCode::OK);
        server.gate.open.notify_one();
    };
    let (answered, ()) = tokio::join!(held, meanwhile);
    assert_eq!(answered.0, StatusCode::OK, "what was under way goes on");
    assert_eq!(server.call(Method::GET, "/api/v1/me", Some(&token), None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn only_the_fields_that_are_named_are_answered() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (user, token) = server.user(org, "ada").await;
    let get = async |path: &str, headers: &[(&str, &str)]| {
        server.with_headers(&token, Method::GET, path, headers, Value::Null).await
    };
    let (status, _, me) = get("/me?fields=user.name,user.id,org.name", &[]).await;
    assert_eq!(status, StatusCode::OK, "{me}");
    assert_eq!(me, json!({ "user": { "name": "ada", "id": user.id }, "org": { "name": "acme" } }));

    let (_, _, page) = get("/events?limit=1&fields=type&kinds=org.*", &[]).await;
    assert_eq!(page["items"], json!([{ "type": "org.created" }]));
    assert!(page["next"].is_string(), "a page stays one: {page}");
    let (_, _, roles) = get("/roles?fields=name", &[]).await;
    assert_eq!(roles["items"][0], json!({ "name": "agent" }));

    for (path, named) in [
        ("/me?fields=user.name,colour,user.age", vec!["colour", "user.age"]),
        ("/events?fields=items", vec!["items"]),
        // Also where there is nothing to see it by.
        ("/events?after=0-999999&fields=colour", vec!["colour"]),
        ("/me?fields=", vec!["fields"]),
    ] {
        let (status, _, problem) = get(path, &[]).await;
        assert_eq!((status, slug(&problem)), (StatusCode::BAD_REQUEST, "unknown-fields"), "{path}");
        let errors = problem["errors"].as_array().expect("errors");
        let fields: Vec<&str> = errors.iter().filter_map(|error| error["field"].as_str()).collect();
        assert_eq!(fields, named);
    }
    for path in ["/api/v1/me?fields=", "/api/v1/me?fields=colour", "/api/v1/me?expand=colour"] {
        let (status, problem) = server.call(Method::GET, path, None, None).await;
        assert_eq!(
            status,
            StatusCode::UNAUTHORIZED,
            "{path}: nobody is told what is wrong with it: {problem}"
        );
    }
    let (status, _, problem) = get("/roles/nothing?fields=name", &[]).await;
    assert_eq!((status, slug(&problem)), (StatusCode::NOT_FOUND, "not-found"));

    // It is the same state, whatever of it is sent.
    let (_, whole, _) = get("/me", &[]).await;
    let (_, part, _) = get("/me?fields=org", &[]).await;
    assert_eq!(whole[header::ETAG], part[header::ETAG]);
    let tag = whole[header::ETAG].to_str().expect("text");
    assert_eq!(get("/me?fields=org", &[("if-none-match", tag)]).await.0, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn several_reads_are_one_request_and_each_as_if_alone() {
    let server = Server::start_limited(limits(11, 1_000)).await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "ada").await;
    let batch = async |requests: Value| {
        server.with_headers(&token, Method::POST, "/batch", &[], json!({ "requests": requests })).await
    };
    let reads = json!([
        { "path": "/me", "fields": "user.name" },
        { "path": "/roles?fields=name", },
        { "path": "/oauth/clients" },
        { "path": "/nothing" },
        { "path": "/me?fields=colour" },
    ]);
    let (status, headers, answer) = batch(reads).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let answers = answer["answers"].as_array().expect("answers");
    let statuses: Vec<u64> = answers.iter().filter_map(|answer| answer["status"].as_u64()).collect();
    assert_eq!(statuses, [200, 200, 403, 404, 400]);
    assert_eq!(answers[0]["body"], json!({ "user": { "name": "ada" } }));
    assert_eq!(slug(&answers[2]["body"]), "forbidden");
    assert!(headers["ratelimit"].to_str().is_ok_and(|left| left.starts_with(r#""client";r=10;"#)));

    // Each was counted: 1 + 5, and now 1 + 1.
    let tag = answers[0]["etag"].clone();
    let (_, headers, answer) = batch(json!([{ "path": "/me", "if_none_match": tag }])).await;
    assert_eq!(answer["answers"], json!([{ "status": 304, "etag": tag }]));
    assert!(
        headers["ratelimit"].to_str().is_ok_and(|left| left.starts_with(r#""client";r=4;"#)),
        "{headers:?}"
    );
    let (_, _, answer) = batch(json!([{ "path": "/me" }, { "path": "/me" }, { "path": "/me" }])).await;
    let refused = answer["answers"].as_array().expect("answers").iter().filter(|each| each["status"] == 429);
    assert_eq!(refused.count(), 1, "the limit holds within: {answer}");

    let (_, stranger) =
        server.call(Method::POST, "/api/v1/batch", None, Some(r#"{"requests":[{"path":"/me"}]}"#)).await;
    assert_eq!(slug(&stranger), "unauthenticated");
}

#[tokio::test]
async fn a_batch_is_bounded() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "ada").await;
    let batch = async |requests: Value| {
        server.with_headers(&token, Method::POST, "/batch", &[], json!({ "requests": requests })).await
    };
    for (requests, field) in [
        (json!([]), "requests"),
        (json!(vec![json!({ "path": "/me" }); 21]), "requests"),
        (json!([{ "path": "/me" }, { "path": "/batch" }]), "requests[1].path"),
        (json!([{ "path": "me" }]), "requests[0].path"),
        (json!([{ "path": "//elsewhere.example/" }]), "requests[0].path"),
        (json!([{ "path": "/a b" }]), "requests[0].path"),
        (json!([{ "path": "/me", "if_none_match": "a\nb" }]), "requests[0].if_none_match"),
        (json!([{ "path": "/me", "method": "DELETE" }]), "requests[0].method"),
    ] {
        let (status, _, problem) = batch(requests.clone()).await;
        let named = &problem["errors"][0]["field"];
        assert_eq!((status, named), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{requests}");
    }
    for _ in 0..120 {
        server.say(org, Topic::org(org.org()), "x".repeat(5_000)).await;
    }
    let large = json!({ "path": "/events?limit=200" });
    let (status, _, answer) = batch(json!([large, large, { "path": "/me" }])).await;
    assert_eq!(status, StatusCode::OK);
    let statuses: Vec<&Value> =
        answer["answers"].as_array().expect("answers").iter().map(|a| &a["status"]).collect();
    assert_eq!(statuses, [200, 413, 200], "what is small still fits");
    assert_eq!(slug(&answer["answers"][1]["body"]), "batch-full");
}

/// Of several who read the same, one writes.
async fn one_of_many_writers_wins(server: Server) {
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "ada", vec![Role::Admin]).await;
    let role = json!({ "name": "night", "title": "Night", "permissions": ["chat:use"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", role).await.0, 201);
    for round in 0..5 {
        let (_, read, _) = server.with_headers(&admin, Method::GET, "/roles/night", &[], Value::Null).await;
        let tag = read[header::ETAG].to_str().expect("text").to_owned();
        let writers = (0..6).map(|writer| {
            let change = json!({ "title": format!("{round}/{writer}"), "permissions": ["chat:use"] });
            let (server, admin, tag) = (&server, &admin, &tag);
            async move {
                server.with_headers(admin, Method::PUT, "/roles/night", &[("if-match", tag)], change).await
            }
        });
        let answers = futures::future::join_all(writers).await;
        let won: Vec<_> = answers.iter().filter(|(status, ..)| *status == StatusCode::OK).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let lost = answers.iter().filter(|(status, _, problem)| {
            *status == StatusCode::PRECONDITION_FAILED && slug(problem) == "precondition-failed"
        });
        assert_eq!(lost.count(), 5, "{answers:?}");
        let (_, _, now) = server.with_headers(&admin, Method::GET, "/roles/night", &[], Value::Null).await;
        assert_eq!(now, won[0].2, "what the winner wrote stands");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_writers_wins_on_sqlite() {
    one_of_many_writers_wins(Server::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_writers_wins_on_postgres() {
    let postgres = Postgres::start();
    let folder = tempfile::tempdir().expect("a folder");
    one_of_many_writers_wins(Server::start_on(&postgres.database(), folder).await).await;
}

#[tokio::test]
async fn a_precondition_is_read_as_the_rfc_says() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "ada", vec![Role::Admin]).await;
    let role = json!({ "name": "night", "title": "Night", "permissions": ["chat:use"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", role).await.0, 201);
    let put = async |tag: &str| {
        let change = json!({ "title": "Night", "permissions": ["chat:use"] });
        server.with_headers(&admin, Method::PUT, "/roles/night", &[("if-match", tag)], change).await
    };
    let coded = [("accept-encoding", "gzip")];
    let get = async |headers: &[(&str, &str)]| {
        let (_, headers, _) =
            server.with_headers(&admin, Method::GET, "/roles/night", headers, Value::Null).await;
        headers[header::ETAG].to_str().expect("text").to_owned()
    };
    let (plain, gzip) = (get(&[]).await, get(&coded).await);
    assert!(gzip.ends_with("-gzip\"") && plain != gzip, "other bytes, another tag: {gzip}");
    for fits in ["*", &plain, &gzip, &format!("\"x\", {plain}"), &format!("W/\"y\", {plain}")] {
        assert_eq!(put(fits).await.0, StatusCode::OK, "{fits}");
    }
    for other in ["\"x\"", &format!("W/{plain}")] {
        let (status, _, problem) = put(other).await;
        assert_eq!(
            (status, slug(&problem)),
            (StatusCode::PRECONDITION_FAILED, "precondition-failed"),
            "{other}"
        );
    }
    for wrong in ["nonsense", "", "*, \"x\"", "\"x"] {
        let (status, _, problem) = put(wrong).await;
        assert_eq!((status, slug(&problem)), (StatusCode::BAD_REQUEST, "malformed"), "{wrong}");
    }
    let remove = async |tag: &str| {
        server.with_headers(&admin, Method::DELETE, "/roles/night", &[("if-match", tag)], Value::Null).await.0
    };
    assert_eq!(remove("\"x\"").await, StatusCode::PRECONDITION_FAILED);
    assert_eq!(remove(&plain).await, StatusCode::NO_CONTENT);
    assert_eq!(remove(&plain).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_is_changed_only_as_it_was_read() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "ada", vec![Role::Admin]).await;
    let settings = |name: &str| {
        json!({ "name": name, "confidential": true, "redirect_uris": [], "grant_types": ["client_credentials"],
            "scopes": ["chat:use"], "roles": ["agent"] })
    };
    let (_, made) = server.ask(&admin, Method::POST, "/oauth/clients", settings("CRM")).await;
    let path = format!("/oauth/clients/{}", made["client"]["id"].as_str().expect("an id"));
    let (_, read, shown) = server.with_headers(&admin, Method::GET, &path, &[], Value::Null).await;
    assert_eq!(shown, made["client"]);
    let tag = read[header::ETAG].to_str().expect("text");
    let mut seen = BTreeSet::new();
    for name in ["Sales", "Support"] {
        let put = server.with_headers(&admin, Method::PUT, &path, &[("if-match", tag)], settings(name)).await;
        seen.insert(put.0.as_u16());
    }
    assert_eq!(seen, [200, 412].into());
    let (status, ..) =
        server.with_headers(&admin, Method::DELETE, &path, &[("if-match", tag)], Value::Null).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    let (_, _, now) = server.with_headers(&admin, Method::GET, &path, &[], Value::Null).await;
    assert_eq!(now["name"], "Sales");
}
