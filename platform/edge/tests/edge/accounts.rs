//! Sessions, passwords, tokens, roles and people's accounts over HTTP, and what becomes of open sockets.

use std::time::Duration;

use crate::support::{PASSWORD, PATIENCE, Server, slug};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tandem_core::Clock as _;
use tandem_proto::{DeviceId, Topic, api::Role};
use tandem_test_support::Postgres;

const NONE: Value = Value::Null;

/// A problem's status and kind.
fn refusal((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, slug(problem))
}

#[tokio::test]
async fn ones_sessions_are_listed_and_ended_with_their_sockets() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (amir, here) = server.user(org, "amir").await;
    let (_, signed_in) = server.sign_in("amir", PASSWORD).await;
    let there = signed_in["token"].as_str().expect("a token");
    let mut socket = server.connect(there).await;

    let (_, list) = server.ask(&here, Method::GET, "/me/sessions", NONE).await;
    let items = list["items"].as_array().expect("items");
    assert_eq!(items.len(), 2, "{list}");
    let other = items.iter().find(|each| each["current"] == false).expect("the other one");
    assert_eq!(other["address"], "127.0.0.1");
    assert_eq!(other["id"], signed_in["me"]["session"]);

    // Nobody ends somebody else's.
    let (_, bea) = server.user(org, "bea").await;
    let path = format!("/me/sessions/{}", other["id"].as_str().expect("an id"));
    assert_eq!(refusal(&server.ask(&bea, Method::DELETE, &path, NONE).await), (404, "not-found"));

    assert_eq!(server.ask(&here, Method::DELETE, &path, NONE).await.0, 204);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.ask(there, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(refusal(&server.ask(&here, Method::DELETE, &path, NONE).await), (404, "not-found"));

    // All others at once.
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(server.identity.issue_token(org, amir.id).await.expect("a token"));
    }
    assert_eq!(server.ask(&here, Method::DELETE, "/me/sessions", NONE).await.0, 204);
    for other in &others {
        assert_eq!(server.ask(other, Method::GET, "/me", NONE).await.0, 401);
    }
    assert_eq!(server.ask(&here, Method::GET, "/me", NONE).await.0, 200);
    let told = server.told_of(org, amir.id).await;
    assert_eq!(told.iter().filter(|kind| *kind == "session.ended").count(), 4, "{told:?}");
}

#[tokio::test]
async fn one_session_too_many_ends_the_one_that_was_idle_for_longest() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (amir, first) = server.user(org, "amir").await;
    server.clock.forward(Duration::from_secs(1));
    let second = server.identity.issue_token(org, amir.id).await.expect("a token");
    for _ in 0..99 {
        server.clock.forward(Duration::from_millis(1));
        server.identity.issue_token(org, amir.id).await.expect("a token");
    }
    assert_eq!(server.ask(&first, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(server.ask(&second, Method::GET, "/me", NONE).await.0, 200);
}

#[tokio::test]
async fn a_session_ends_however_often_it_is_used() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (amir, session) = server.user(org, "amir").await;
    let ten_hours = Duration::from_secs(10 * 3_600);
    // 72 times 10 hours are 30 days.
    for _ in 0..71 {
        server.clock.forward(ten_hours);
        assert_eq!(server.ask(&session, Method::GET, "/me", NONE).await.0, 200);
    }
    let (_, list) = server.ask(&session, Method::GET, "/me/sessions", NONE).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    let mut socket = server.connect(&session).await;
    server.clock.forward(ten_hours);
    assert_eq!(server.ask(&session, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(server.identity.sessions(org, amir.id, None).await.expect("lists").len(), 0);
    // What it opened ends with it, as soon as it is used.
    socket.text(r#"{"id":99,"type":"heartbeat","data":{"active":true}}"#).await;
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.sign_in("amir", PASSWORD).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_ends_other_sessions() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (amir, here) = server.user(org, "amir").await;
    let elsewhere = server.identity.issue_token(org, amir.id).await.expect("a token");
    let mut socket = server.connect(&elsewhere).await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        server.ask(&here, Method::PUT, "/me/password", body).await
    };
    for (current, new, field) in [
        ("not the password", "another good one", "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ] {
        let (status, problem) = change(current, new).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
    for guessable in ["1234567890", "password123", "amir-at-acme-1"] {
        assert_eq!(refusal(&change(PASSWORD, guessable).await), (422, "guessable-password"), "{guessable}");
    }
    assert_eq!(change(PASSWORD, "another good one").await.0, 204);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.ask(&elsewhere, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(server.ask(&here, Method::GET, "/me", NONE).await.0, 200);
    assert_eq!(server.sign_in("amir", PASSWORD).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(server.sign_in("amir", "another good one").await.0, StatusCode::CREATED);
    assert!(server.told_of(org, amir.id).await.contains(&"user.password.changed".to_owned()));

    // Who has the session but not the password does not get to guess.
    for _ in 0..5 {
        assert_eq!(change("guess", "yet another one").await.0, 422);
    }
    assert_eq!(refusal(&change("guess", "yet another one").await), (429, "too-many-requests"));
}

#[tokio::test]
async fn a_token_opens_what_it_is_limited_to_until_it_ends() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (root, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let new = json!({ "name": "Export", "scopes": ["people:read"], "expires_in_days": 7 });
    let (status, made) = server.ask(&admin, Method::POST, "/me/tokens", new.clone()).await;
    assert_eq!(status, 201, "{made}");
    let token = made["token"].as_str().expect("a token");
    assert!(token.starts_with("tdp_"));
    assert_eq!(made["info"]["last_used_at"], NONE);

    let (_, me) = server.ask(token, Method::GET, "/me", NONE).await;
    assert_eq!((&me["user"]["id"], &me["permissions"]), (&json!(root.id), &json!(["people:read"])));
    assert_eq!(server.ask(token, Method::GET, "/roles", NONE).await.0, 200);
    assert_eq!(
        refusal(
            &server
                .ask(
                    token,
                    Method::POST,
                    "/roles",
                    json!({ "name": "x", "title": "X", "permissions": ["people:read"] })
                )
                .await
        ),
        (403, "forbidden")
    );
    // A token does not make tokens, and does not take the account over.
    assert_eq!(
        refusal(&server.ask(token, Method::POST, "/me/tokens", new.clone()).await),
        (403, "sign-in-needed")
    );
    let password = json!({ "current_password": PASSWORD, "new_password": "another good one" });
    assert_eq!(
        refusal(&server.ask(token, Method::PUT, "/me/password", password).await),
        (403, "sign-in-needed")
    );

    let (_, list) = server.ask(&admin, Method::GET, "/me/tokens", NONE).await;
    assert!(list["items"][0]["last_used_at"].is_string(), "{list}");
    assert!(!list.to_string().contains(token), "shown once");
    let (_, sessions) = server.ask(&admin, Method::GET, "/me/sessions", NONE).await;
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "a token is no session");

    // It does not outgrow its owner.
    server.person(org, "other", vec![Role::Admin]).await;
    let roles = json!({ "name": "guest", "title": "Guest", "permissions": ["chat:use"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", roles).await.0, 201);
    let path = format!("/people/{}/roles", root.id);
    assert_eq!(server.ask(&admin, Method::PUT, &path, json!({ "roles": ["guest"] })).await.0, 204);
    let (_, me) = server.ask(token, Method::GET, "/me", NONE).await;
    assert_eq!(me["permissions"], json!([]));

    let mut socket = server.connect(token).await;
    let path = format!("/me/tokens/{}", made["info"]["id"].as_str().expect("an id"));
    assert_eq!(server.ask(&admin, Method::DELETE, &path, NONE).await.0, 204);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(refusal(&server.ask(&admin, Method::DELETE, &path, NONE).await), (404, "not-found"));
}

#[tokio::test]
async fn a_token_that_cannot_be_is_refused_and_one_that_may_be_ends_by_itself() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, amir) = server.user(org, "amir").await;
    let make = async |body: Value| server.ask(&amir, Method::POST, "/me/tokens", body).await;
    for (body, field) in [
        (json!({ "name": " ", "scopes": ["chat:use"] }), "name"),
        (json!({ "name": "x", "scopes": [] }), "scopes"),
        (json!({ "name": "x", "scopes": ["chat:abuse"] }), "scopes"),
        (json!({ "name": "x", "scopes": ["chat:use"], "expires_in_days": 0 }), "expires_in_days"),
        (json!({ "name": "x", "scopes": ["chat:use"], "expires_in_days": 367 }), "expires_in_days"),
    ] {
        let (status, problem) = make(body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
    let beyond = make(json!({ "name": "x", "scopes": ["chat:use", "people:write"] })).await;
    assert_eq!(refusal(&beyond), (403, "not-yours-to-give"));

    let (_, made) = make(json!({ "name": "x", "scopes": ["chat:use"], "expires_in_days": 1 })).await;
    let token = made["token"].as_str().expect("a token");
    server.clock.forward(Duration::from_secs(86_000));
    assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 200, "using it");
    server.clock.forward(Duration::from_secs(500));
    assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 401, "does not move its end");
}

#[tokio::test]
async fn somebody_deactivated_is_out_at_once_and_reads_as_unknown() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, session) = server.user(org, "amir").await;
    let new = json!({ "name": "x", "scopes": ["chat:use"] });
    let (_, made) = server.ask(&session, Method::POST, "/me/tokens", new).await;
    let token = made["token"].as_str().expect("a token");
    let mut sockets = [server.connect(&session).await, server.connect(token).await];

    let of = |what: &str| format!("/people/{}/{what}", amir.id);
    let (_, list) = server.ask(&admin, Method::GET, &of("sessions"), NONE).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    for _ in 0..2 {
        assert_eq!(server.ask(&admin, Method::POST, &of("deactivate"), NONE).await.0, 204);
    }
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 4401);
    }
    for token in [session.as_str(), token] {
        assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 401);
    }
    let (status, mut known) = server.sign_in("amir", PASSWORD).await;
    let (_, mut unknown) = server.sign_in("nobody", PASSWORD).await;
    for problem in [&mut known, &mut unknown] {
        problem.as_object_mut().expect("a problem").remove("instance");
    }
    assert_eq!((status, known), (StatusCode::UNAUTHORIZED, unknown));

    for _ in 0..2 {
        assert_eq!(server.ask(&admin, Method::POST, &of("reactivate"), NONE).await.0, 204);
    }
    assert_eq!(server.sign_in("amir", PASSWORD).await.0, StatusCode::CREATED);
    let told = server.told_of(org, amir.id).await;
    let count = |kind: &str| told.iter().filter(|each| *each == kind).count();
    assert_eq!((count("user.deactivated"), count("user.reactivated")), (1, 1), "{told:?}");
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_hold_nor_touches_who_holds_more() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (root, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let clerk = json!({ "name": "clerk", "title": "Clerk", "permissions": ["people:read", "people:write", "role:write"] });
    let (status, role) = server.ask(&admin, Method::POST, "/roles", clerk.clone()).await;
    assert_eq!((status, &role["built_in"], &role["holders"]), (201, &json!(false), &json!(0)));
    assert_eq!(refusal(&server.ask(&admin, Method::POST, "/roles", clerk).await), (409, "taken"));
    let (amir, token) = server.person(org, "amir", vec!["clerk".parse().expect("a role")]).await;
    let (agent, _) = server.user(org, "agnes").await;

    let set = async |user, roles: Value| {
        server.ask(&token, Method::PUT, &format!("/people/{user}/roles"), json!({ "roles": roles })).await
    };
    assert_eq!(refusal(&set(amir.id, json!(["admin"])).await), (403, "not-yours-to-give"));
    // Agents hold what a clerk does not.
    assert_eq!(refusal(&set(agent.id, json!(["clerk"])).await), (403, "outranked"));
    for what in ["deactivate", "reactivate"] {
        let path = format!("/people/{}/{what}", root.id);
        assert_eq!(refusal(&server.ask(&token, Method::POST, &path, NONE).await), (403, "outranked"));
    }
    let path = format!("/people/{}/sessions", root.id);
    assert_eq!(refusal(&server.ask(&token, Method::DELETE, &path, NONE).await), (403, "outranked"));
    let grown = json!({ "title": "Clerk", "permissions": ["people:read", "people:write", "role:write", "node:view"] });
    assert_eq!(
        refusal(&server.ask(&token, Method::PUT, "/roles/clerk", grown).await),
        (403, "not-yours-to-give")
    );
    assert_eq!(refusal(&set(amir.id, json!(["nobody-has-this"])).await), (422, "invalid"));
    assert_eq!(refusal(&set(amir.id, json!([])).await), (422, "invalid"));

    // A role that is held stays; one that every org has stays as it is.
    assert_eq!(
        refusal(&server.ask(&admin, Method::DELETE, "/roles/clerk", NONE).await),
        (409, "role-is-held")
    );
    assert_eq!(refusal(&server.ask(&admin, Method::DELETE, "/roles/agent", NONE).await), (409, "built-in"));
    assert_eq!(
        refusal(&server.ask(&admin, Method::DELETE, "/roles/nothing", NONE).await),
        (404, "not-found")
    );
    let path = format!("/people/{}/roles", amir.id);
    assert_eq!(server.ask(&admin, Method::PUT, &path, json!({ "roles": ["agent"] })).await.0, 204);
    assert_eq!(server.ask(&admin, Method::DELETE, "/roles/clerk", NONE).await.0, 204);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (root, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (other, second) = server.person(org, "other", vec![Role::Admin]).await;
    let roles = |user| format!("/people/{user}/roles");
    let agent = json!({ "roles": ["agent"] });
    assert_eq!(
        refusal(&server.ask(&admin, Method::POST, &format!("/people/{}/deactivate", root.id), NONE).await),
        (409, "yourself")
    );
    assert_eq!(
        server.ask(&admin, Method::POST, &format!("/people/{}/deactivate", other.id), NONE).await.0,
        204
    );
    assert_eq!(
        refusal(&server.ask(&admin, Method::PUT, &roles(root.id), agent.clone()).await),
        (409, "last-administrator")
    );
    assert_eq!(server.ask(&second, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(
        server.ask(&admin, Method::POST, &format!("/people/{}/reactivate", other.id), NONE).await.0,
        204
    );
    assert_eq!(server.ask(&admin, Method::PUT, &roles(root.id), agent).await.0, 204);
    // And acts as what it is from then on.
    assert_eq!(
        server.ask(&admin, Method::POST, &format!("/people/{}/deactivate", other.id), NONE).await.0,
        403
    );
}

#[tokio::test]
async fn other_rights_hold_by_the_next_request_and_on_open_sockets() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let watch = json!({ "name": "watch", "title": "Watch", "permissions": ["people:read"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", watch).await.0, 201);
    let (_, token) = server.person(org, "amir", vec!["watch".parse().expect("a role")]).await;
    let mut socket = server.socket().await;
    socket.authenticate(&token, DeviceId::generate()).await;
    socket.subscribe(None).await;
    // A topic that is granted to whoever may see nodes.
    let secret = Topic::from_text("admins:of-the-test");
    server.granted.to_holders_of_node_view(secret.clone());
    server.say(org, secret.clone(), "unseen").await;
    let permissions = async || server.ask(&token, Method::GET, "/me", NONE).await.1["permissions"].clone();

    let change = json!({ "title": "Watch", "permissions": ["people:read", "node:view"] });
    assert_eq!(server.ask(&admin, Method::PUT, "/roles/watch", change).await.0, 200);
    assert_eq!(permissions().await, json!(["people:read", "node:view"]));
    server.say(org, secret.clone(), "seen").await;
    while socket.event().await.0 != "seen" {}

    let change = json!({ "title": "Watch", "permissions": ["people:read"] });
    assert_eq!(server.ask(&admin, Method::PUT, "/roles/watch", change).await.0, 200);
    assert_eq!(permissions().await, json!(["people:read"]));
    server.say(org, secret, "unseen").await;
    server.say(org, Topic::org(org.org()), "the end").await;
    loop {
        let (name, _) = socket.event().await;
        assert_ne!(name, "unseen");
        if name == "the end" {
            break;
        }
    }
}

#[tokio::test]
async fn another_orgs_people_roles_and_sessions_are_not_there() {
    let server = Server::start().await;
    let (acme, globex) = (server.org("acme").await, server.org("globex").await);
    let (_, admin) = server.person(acme, "root", vec![Role::Admin]).await;
    let (theirs, their_token) = server.person(globex, "root", vec![Role::Admin]).await;
    let new = json!({ "name": "x", "scopes": ["chat:use"] });
    let (_, made) = server.ask(&their_token, Method::POST, "/me/tokens", new).await;
    let role = json!({ "name": "ours", "title": "Ours", "permissions": ["chat:use"] });
    assert_eq!(server.ask(&their_token, Method::POST, "/roles", role).await.0, 201);
    let (_, me) = server.ask(&their_token, Method::GET, "/me", NONE).await;
    let change = json!({ "title": "X", "permissions": ["chat:use"] });
    for (method, path, body) in [
        (Method::GET, format!("/people/{}/sessions", theirs.id), NONE),
        (Method::DELETE, format!("/people/{}/sessions", theirs.id), NONE),
        (Method::POST, format!("/people/{}/deactivate", theirs.id), NONE),
        (Method::POST, format!("/people/{}/reactivate", theirs.id), NONE),
        (Method::PUT, format!("/people/{}/roles", theirs.id), json!({ "roles": ["agent"] })),
        (Method::DELETE, format!("/me/sessions/{}", me["session"].as_str().expect("an id")), NONE),
        (Method::DELETE, format!("/me/tokens/{}", made["info"]["id"].as_str().expect("an id")), NONE),
        (Method::PUT, "/roles/ours".to_owned(), change),
        (Method::DELETE, "/roles/ours".to_owned(), NONE),
    ] {
        let answer = server.ask(&admin, method.clone(), &path, body).await;
        assert_eq!(refusal(&answer), (404, "not-found"), "{method} {path}");
    }
    let (_, roles) = server.ask(&admin, Method::GET, "/roles", NONE).await;
    assert_eq!(roles["items"].as_array().map(Vec::len), Some(3), "{roles}");
}

/// What an authenticator with `secret` shows at the server's time, moved by `steps` of thirty seconds.
fn code(server: &Server, secret: &str, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().expect("a secret");
    let seconds = server.clock.now().micros() / 1_000_000 + 30 * steps;
    totp.generate(u64::try_from(seconds).expect("positive")).to_string()
}

#[tokio::test]
async fn a_second_factor_is_asked_for_at_sign_in_and_each_code_works_once() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (amir, session) = server.user(org, "amir").await;
    let post = async |path: &str, body: Value| server.ask(&session, Method::POST, path, body).await;
    let sign_in = async |code: Value| {
        let body = json!({ "name": "amir", "password": PASSWORD, "code": code }).to_string();
        let (status, answer) = server.call(Method::POST, "/api/v1/sessions", None, Some(&body)).await;
        (status.as_u16(), answer)
    };
    let state = async || server.ask(&session, Method::GET, "/me/second-factor", NONE).await.1;
    assert_eq!(state().await, json!({ "on": false, "recovery_codes_left": 0 }));

    let early = post("/me/second-factor/confirm", json!({ "code": "000000" })).await;
    assert_eq!(refusal(&early), (409, "nothing-offered"));
    let wrong = post("/me/second-factor", json!({ "password": "not the password" })).await;
    assert_eq!((wrong.0, &wrong.1["errors"][0]["field"]), (422, &json!("password")));
    let (status, offer) = post("/me/second-factor", json!({ "password": PASSWORD })).await;
    assert_eq!(status, 200, "{offer}");
    let secret = offer["secret"].as_str().expect("a secret");
    assert!(offer["uri"].as_str().is_some_and(|uri| uri.contains(secret) && uri.contains("amir")), "{offer}");
    // Offered is not on.
    assert_eq!(sign_in(NONE).await.0, 201);
    assert_eq!(
        refusal(&post("/me/second-factor/confirm", json!({ "code": "nonsense" })).await),
        (422, "invalid")
    );
    let (status, recovery) =
        post("/me/second-factor/confirm", json!({ "code": code(&server, secret, 0) })).await;
    assert_eq!((status, recovery["codes"].as_array().map(Vec::len)), (200, Some(10)));
    assert_eq!(state().await, json!({ "on": true, "recovery_codes_left": 10 }));
    assert_eq!(
        refusal(&post("/me/second-factor", json!({ "password": PASSWORD })).await),
        (409, "second-factor-on")
    );

    assert_eq!(refusal(&sign_in(NONE).await), (401, "second-factor-needed"));
    assert_eq!(
        refusal(&sign_in(json!(code(&server, secret, 0))).await),
        (401, "wrong-code"),
        "used to confirm"
    );
    assert_eq!(refusal(&sign_in(json!(code(&server, secret, 3))).await), (401, "wrong-code"), "not yet");
    server.clock.forward(Duration::from_secs(30));
    let now = json!(code(&server, secret, 0));
    assert_eq!(sign_in(now.clone()).await.0, 201);
    assert_eq!(refusal(&sign_in(now).await), (401, "wrong-code"), "used");
    let spare = recovery["codes"][0].as_str().expect("a code").to_uppercase().replace('-', " ");
    assert_eq!(sign_in(json!(spare)).await.0, 201);
    assert_eq!(refusal(&sign_in(json!(spare)).await), (401, "wrong-code"), "used");
    assert_eq!(state().await["recovery_codes_left"], 9);

    // A wrong password is told as ever, code or no code.
    let body = json!({ "name": "amir", "password": "wrong", "code": "000000" }).to_string();
    let (_, problem) = server.call(Method::POST, "/api/v1/sessions", None, Some(&body)).await;
    assert_eq!(slug(&problem), "wrong-credentials");
    assert!(server.told_of(org, amir.id).await.contains(&"user.second_factor.changed".to_owned()));

    assert_eq!(post("/me/second-factor/disable", json!({ "password": "wrong" })).await.0, 422);
    assert_eq!(post("/me/second-factor/disable", json!({ "password": PASSWORD })).await.0, 204);
    assert_eq!(sign_in(NONE).await.0, 201);
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, page) = server.ask(&admin, Method::GET, "/audit?what=second_factor.changed", NONE).await;
    let entries: Vec<&Value> =
        page["items"].as_array().expect("items").iter().map(|entry| &entry["subject"]["id"]).collect();
    assert_eq!(entries, [&json!(amir.id), &json!(amir.id)], "on, and off");
}

#[tokio::test]
async fn codes_are_not_guessed_and_a_lost_factor_is_taken_away_by_who_may() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (root, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, session) = server.user(org, "amir").await;
    let (_, offer) =
        server.ask(&session, Method::POST, "/me/second-factor", json!({ "password": PASSWORD })).await;
    let secret = offer["secret"].as_str().expect("a secret");
    let confirm = json!({ "code": code(&server, secret, 0) });
    assert_eq!(server.ask(&session, Method::POST, "/me/second-factor/confirm", confirm).await.0, 200);
    server.clock.forward(Duration::from_secs(30));
    let sign_in = async |code: Value| {
        let body = json!({ "name": "amir", "password": PASSWORD, "code": code }).to_string();
        let (status, answer) = server.call(Method::POST, "/api/v1/sessions", None, Some(&body)).await;
        (status.as_u16(), answer)
    };
    for _ in 0..5 {
        assert_eq!(refusal(&sign_in(json!("nonsense")).await), (401, "wrong-code"));
    }
    let right = json!(code(&server, secret, 0));
    assert_eq!(refusal(&sign_in(right).await), (429, "too-many-requests"));

    let path = format!("/people/{}/second-factor", amir.id);
    assert_eq!(refusal(&server.ask(&session, Method::DELETE, &path, NONE).await), (403, "forbidden"));
    for _ in 0..2 {
        assert_eq!(server.ask(&admin, Method::DELETE, &path, NONE).await.0, 204);
    }
    assert_eq!(sign_in(NONE).await.0, 201);

    // What locked it is told of, though nobody waited for that to be written.
    let told = async {
        loop {
            let (_, page) = server.ask(&admin, Method::GET, "/audit?what=sign_in.locked", NONE).await;
            if let Some(entry) = page["items"].as_array().and_then(|items| items.first()) {
                return entry.clone();
            }
        }
    };
    let entry = tokio::time::timeout(PATIENCE, told).await.expect("told of");
    assert_eq!((&entry["subject"]["id"], &entry["address"]), (&json!(amir.id), &json!("127.0.0.1")));
    let (_, page) = server.ask(&admin, Method::GET, "/audit?what=second_factor.&limit=1", NONE).await;
    let (newest, next) = (&page["items"][0], page["next"].as_str().expect("more"));
    assert_eq!((&newest["subject"]["id"], &newest["actor"]["id"]), (&json!(amir.id), &json!(root.id)));
    let (_, page) =
        server.ask(&admin, Method::GET, &format!("/audit?what=second_factor.&cursor={next}"), NONE).await;
    assert_eq!(
        (page["items"].as_array().map(Vec::len), &page["items"][0]["actor"]["id"]),
        (Some(1), &json!(amir.id))
    );

    // Whoever reads it must be allowed to, and sees their own org's alone.
    assert_eq!(refusal(&server.ask(&session, Method::GET, "/audit", NONE).await), (403, "forbidden"));
    let other = server.org("other").await;
    let (_, theirs) = server.person(other, "root", vec![Role::Admin]).await;
    let (_, page) = server.ask(&theirs, Method::GET, &format!("/audit?subject={}", amir.id), NONE).await;
    assert_eq!(page["items"], json!([]));
    assert_eq!(refusal(&server.ask(&theirs, Method::GET, "/audit/99", NONE).await), (404, "not-found"));
    assert_eq!(refusal(&server.ask(&theirs, Method::GET, "/audit?actor=ada", NONE).await), (422, "invalid"));
}

/// The statements are the same on both engines; here PostgreSQL reads each once.
#[tokio::test]
async fn the_same_statements_hold_on_postgresql() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, session) = server.user(org, "amir").await;
    let of = |what: &str| format!("/people/{}/{what}", amir.id);

    let role = json!({ "name": "guest", "title": "Guest", "permissions": ["chat:use"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", role.clone()).await.0, 201);
    assert_eq!(refusal(&server.ask(&admin, Method::POST, "/roles", role).await), (409, "taken"));
    assert_eq!(server.ask(&admin, Method::PUT, &of("roles"), json!({ "roles": ["guest"] })).await.0, 204);
    let change = json!({ "title": "Guest", "permissions": ["chat:use", "call:use"] });
    let (_, changed) = server.ask(&admin, Method::PUT, "/roles/guest", change).await;
    assert_eq!(changed["holders"], 1, "{changed}");
    let (_, me) = server.ask(&session, Method::GET, "/me", NONE).await;
    assert_eq!(me["permissions"], json!(["chat:use", "call:use"]));
    assert_eq!(server.ask(&admin, Method::PUT, &of("roles"), json!({ "roles": ["agent"] })).await.0, 204);
    assert_eq!(server.ask(&admin, Method::DELETE, "/roles/guest", NONE).await.0, 204);

    let new = json!({ "name": "x", "scopes": ["chat:use"] });
    let (_, made) = server.ask(&session, Method::POST, "/me/tokens", new).await;
    let token = made["token"].as_str().expect("a token");
    assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 200);
    let (_, list) = server.ask(&session, Method::GET, "/me/tokens", NONE).await;
    assert!(list["items"][0]["last_used_at"].is_string(), "{list}");
    let path = format!("/me/tokens/{}", made["info"]["id"].as_str().expect("an id"));
    assert_eq!(server.ask(&session, Method::DELETE, &path, NONE).await.0, 204);

    let password = json!({ "current_password": PASSWORD, "new_password": "another good one" });
    assert_eq!(server.ask(&session, Method::PUT, "/me/password", password).await.0, 204);
    let (_, offer) = server
        .ask(&session, Method::POST, "/me/second-factor", json!({ "password": "another good one" }))
        .await;
    let confirm = json!({ "code": code(&server, offer["secret"].as_str().expect("a secret"), 0) });
    let (status, recovery) = server.ask(&session, Method::POST, "/me/second-factor/confirm", confirm).await;
    assert_eq!(status, 200, "{recovery}");
    let body = json!({ "name": "amir", "password": "another good one", "code": recovery["codes"][9] });
    let (status, _) = server.call(Method::POST, "/api/v1/sessions", None, Some(&body.to_string())).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(server.ask(&admin, Method::DELETE, &of("second-factor"), NONE).await.0, 204);
    assert_eq!(server.ask(&session, Method::DELETE, "/me/sessions", NONE).await.0, 204);

    let mut socket = server.connect(&session).await;
    assert_eq!(server.ask(&admin, Method::POST, &of("deactivate"), NONE).await.0, 204);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.sign_in("amir", "another good one").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(server.ask(&admin, Method::POST, &of("reactivate"), NONE).await.0, 204);
    assert_eq!(server.sign_in("amir", "another good one").await.0, StatusCode::CREATED);
}
