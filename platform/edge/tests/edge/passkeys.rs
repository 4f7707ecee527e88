//! Passkeys over HTTP, with an authenticator in software.

use std::time::Duration;

use crate::support::{PASSWORD, Server, authenticator::Authenticator, slug};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::{Value, json};
use tandem_core::OrgScope;
use tandem_edge::UserRecord;
use tandem_proto::api::Role;
use tandem_test_support::Postgres;

const NONE: Value = Value::Null;
const HOST: &str = "localhost:8080";
const ORIGIN: &str = "http://localhost:8080";

/// A problem's status and kind.
fn refusal((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, slug(problem))
}

/// Asks as a browser at `host` does.
async fn ask_at(
    server: &Server,
    host: &str,
    token: Option<&str>,
    method: Method,
    path: &str,
    body: Value,
) -> (u16, Value) {
    let uri = format!("http://{}/api/v1{path}", server.address);
    let mut request = Request::builder().method(method).uri(uri).header(header::HOST, host);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let mut bytes = Bytes::new();
    if !body.is_null() {
        request = request.header(header::CONTENT_TYPE, "application/json");
        bytes = Bytes::from(body.to_string());
    }
    let (status, _, answer) = server.send(request.body(Full::new(bytes)).expect("a request")).await;
    (status.as_u16(), answer)
}

async fn ask(server: &Server, token: Option<&str>, method: Method, path: &str, body: Value) -> (u16, Value) {
    ask_at(server, HOST, token, method, path, body).await
}

/// Somebody with a session and a passkey.
struct Holder {
    user: UserRecord,
    token: String,
    key: Authenticator,
    passkey: String,
}

async fn holder(server: &Server, org: OrgScope, name: &str) -> Holder {
    let (user, token) = server.user(org, name).await;
    let mut key = Authenticator::new(ORIGIN, "localhost");
    let (status, made) = add(server, &token, &mut key).await;
    assert_eq!((status, &made["name"], &made["last_used_at"]), (201, &json!("My laptop"), &NONE), "{made}");
    let passkey = made["id"].as_str().expect("an id").to_owned();
    Holder { user, token, key, passkey }
}

async fn add(server: &Server, token: &str, key: &mut Authenticator) -> (u16, Value) {
    let (status, asked) = offer(server, token).await;
    assert_eq!(status, 200, "{asked}");
    let credential = key.create(&asked["options"]);
    let new = json!({ "ceremony": asked["ceremony"], "name": " My laptop ", "credential": credential });
    ask(server, Some(token), Method::POST, "/me/passkeys", new).await
}

async fn offer(server: &Server, token: &str) -> (u16, Value) {
    let proof = json!({ "password": PASSWORD });
    ask(server, Some(token), Method::POST, "/me/passkeys/offer", proof).await
}

async fn sign_in_offer(server: &Server) -> Value {
    let (status, asked) = ask(server, None, Method::POST, "/sessions/passkey/offer", NONE).await;
    assert_eq!(status, 200, "{asked}");
    asked
}

async fn bring(server: &Server, ceremony: &Value, credential: Value) -> (u16, Value) {
    let body = json!({ "ceremony": ceremony, "credential": credential });
    ask(server, None, Method::POST, "/sessions/passkey", body).await
}

async fn sign_in(server: &Server, holder: &mut Holder) -> (u16, Value) {
    let asked = sign_in_offer(server).await;
    let credential = holder.key.get(&asked["options"], holder.user.id.uuid());
    bring(server, &asked["ceremony"], credential).await
}

async fn a_passkey_signs_in_without_a_name(server: &Server) {
    let org = server.org("acme").await;
    server.org("other").await;
    let mut amir = holder(server, org, "amir").await;
    // Signing in names neither org nor person, and asks for no second factor.
    let (status, signed_in) = sign_in(server, &mut amir).await;
    assert_eq!((status, &signed_in["me"]["user"]["name"]), (201, &json!("amir")), "{signed_in}");
    let token = signed_in["token"].as_str().expect("a token");
    assert_eq!(ask(server, Some(token), Method::GET, "/me", NONE).await.0, 200);

    let path = format!("/me/passkeys/{}", amir.passkey);
    let (_, list) = ask(server, Some(token), Method::GET, "/me/passkeys", NONE).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    assert!(list["items"][0]["last_used_at"].is_string(), "{list}");
    let renamed = ask(server, Some(token), Method::PUT, &path, json!({ "name": "Old laptop" })).await;
    assert_eq!((renamed.0, &renamed.1["name"]), (200, &json!("Old laptop")));

    // Nobody touches somebody else's.
    let (_, bea) = server.user(org, "bea").await;
    let theirs = ask(server, Some(&bea), Method::PUT, &path, json!({ "name": "Mine" })).await;
    assert_eq!(refusal(&theirs), (404, "not-found"));
    assert_eq!(refusal(&ask(server, Some(&bea), Method::DELETE, &path, NONE).await), (404, "not-found"));

    assert_eq!(ask(server, Some(token), Method::DELETE, &path, NONE).await.0, 204);
    assert_eq!(refusal(&sign_in(server, &mut amir).await), (401, "passkey-refused"));
    assert_eq!(refusal(&ask(server, Some(token), Method::DELETE, &path, NONE).await), (404, "not-found"));
    let told = server.told_of(org, amir.user.id).await;
    for kind in ["passkey.added", "passkey.renamed", "passkey.removed"] {
        assert_eq!(told.iter().filter(|each| *each == kind).count(), 1, "{kind}: {told:?}");
    }
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, page) = ask(server, Some(&admin), Method::GET, "/audit?what=passkey.", NONE).await;
    let entries: Vec<&Value> =
        page["items"].as_array().expect("items").iter().map(|entry| &entry["what"]).collect();
    assert_eq!(entries, ["passkey.removed", "passkey.renamed", "passkey.added"]);
}

#[tokio::test]
async fn on_sqlite_a_passkey_signs_in_without_a_name() {
    a_passkey_signs_in_without_a_name(&Server::start().await).await;
}

#[tokio::test]
async fn on_postgres_a_passkey_signs_in_without_a_name() {
    let postgres = Postgres::start();
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    a_passkey_signs_in_without_a_name(&server).await;
}

#[tokio::test]
async fn what_another_site_or_person_got_signed_is_refused() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let mut amir = holder(&server, org, "amir").await;
    let bea = holder(&server, org, "bea").await;
    let spoil = |spoil: fn(&mut Authenticator), mend: fn(&mut Authenticator)| (spoil, mend);
    for (what, (spoil, mend)) in [
        (
            "origin",
            spoil(|key| key.origin = "http://localhost:9999".into(), |key| key.origin = ORIGIN.into()),
        ),
        ("site", spoil(|key| key.origin = "https://evil.example".into(), |key| key.origin = ORIGIN.into())),
        ("rp id", spoil(|key| key.rp_id = "evil.example".into(), |key| key.rp_id = "localhost".into())),
        ("user", spoil(|key| key.verifies_its_user = false, |key| key.verifies_its_user = true)),
    ] {
        spoil(&mut amir.key);
        assert_eq!(refusal(&sign_in(&server, &mut amir).await), (401, "passkey-refused"), "{what}");
        mend(&mut amir.key);
        assert_eq!(sign_in(&server, &mut amir).await.0, 201, "{what} mended");
    }

    // One's own key under another's name.
    let asked = sign_in_offer(&server).await;
    let credential = amir.key.get(&asked["options"], bea.user.id.uuid());
    assert_eq!(refusal(&bring(&server, &asked["ceremony"], credential).await), (401, "passkey-refused"));
    // A key nobody knows.
    let asked = sign_in_offer(&server).await;
    let credential = Authenticator::new(ORIGIN, "localhost").get(&asked["options"], amir.user.id.uuid());
    assert_eq!(refusal(&bring(&server, &asked["ceremony"], credential).await), (401, "passkey-refused"));

    // A signature, or what was signed, that was tampered with.
    for field in ["signature", "authenticatorData", "clientDataJSON"] {
        let asked = sign_in_offer(&server).await;
        let mut credential = amir.key.get(&asked["options"], amir.user.id.uuid());
        let whole = credential["response"][field].as_str().expect("text");
        let mut bytes = URL_SAFE_NO_PAD.decode(whole).expect("base64");
        // Of the client's data a letter of the origin's scheme, which leaves it JSON.
        let at = bytes.windows(4).position(|four| four == b"http").unwrap_or(bytes.len() - 1);
        bytes[at] ^= 1;
        credential["response"][field] = URL_SAFE_NO_PAD.encode(bytes).into();
        let answer = bring(&server, &asked["ceremony"], credential).await;
        assert_eq!(refusal(&answer), (401, "passkey-refused"), "{field}");
    }
    assert_eq!(sign_in(&server, &mut amir).await.0, 201);
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_in_time() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let mut amir = holder(&server, org, "amir").await;
    let user = amir.user.id.uuid();

    let asked = sign_in_offer(&server).await;
    let credential = amir.key.get(&asked["options"], user);
    assert_eq!(bring(&server, &asked["ceremony"], credential.clone()).await.0, 201);
    assert_eq!(refusal(&bring(&server, &asked["ceremony"], credential).await), (401, "passkey-refused"));
    // The same challenge signed again.
    let again = amir.key.get(&asked["options"], user);
    assert_eq!(refusal(&bring(&server, &asked["ceremony"], again).await), (401, "passkey-refused"));

    // An answer to another challenge, or to one this server did not seal.
    let (one, other) = (sign_in_offer(&server).await, sign_in_offer(&server).await);
    let credential = amir.key.get(&one["options"], user);
    assert_eq!(
        refusal(&bring(&server, &other["ceremony"], credential.clone()).await),
        (401, "passkey-refused")
    );
    let sealed = one["ceremony"].as_str().expect("text");
    let (body, tag) = sealed.split_once('.').expect("two parts");
    let foreign = other["ceremony"].as_str().and_then(|text| text.split_once('.')).expect("two parts").1;
    for forged in [format!("{body}.{foreign}"), format!("{body}."), body.to_owned(), format!("{tag}.{tag}")] {
        let answer = bring(&server, &json!(forged), credential.clone()).await;
        assert_eq!(refusal(&answer), (401, "passkey-refused"), "{forged}");
    }

    let late = sign_in_offer(&server).await;
    let credential = amir.key.get(&late["options"], user);
    server.clock.forward(Duration::from_secs(301));
    assert_eq!(refusal(&bring(&server, &late["ceremony"], credential).await), (401, "passkey-refused"));
    assert_eq!(sign_in(&server, &mut amir).await.0, 201);
}

#[tokio::test]
async fn a_count_of_uses_that_goes_back_shows_a_copy() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let mut amir = holder(&server, org, "amir").await;
    amir.key.count = 10;
    assert_eq!(sign_in(&server, &mut amir).await.0, 201);
    // It counts one more as it signs: 10 and 11 were, 12 was not.
    for (before, expected) in [(9, 401), (10, 401), (11, 201)] {
        amir.key.count = before;
        assert_eq!(sign_in(&server, &mut amir).await.0, expected, "{before}");
    }
    amir.key.count = 3;
    assert_eq!(refusal(&sign_in(&server, &mut amir).await), (401, "passkey-refused"));
}

#[tokio::test]
async fn who_was_deactivated_stays_out() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let mut amir = holder(&server, org, "amir").await;
    let path = |what: &str| format!("/people/{}/{what}", amir.user.id);
    let (deactivate, reactivate) = (path("deactivate"), path("reactivate"));
    assert_eq!(server.ask(&admin, Method::POST, &deactivate, NONE).await.0, 204);
    assert_eq!(refusal(&sign_in(&server, &mut amir).await), (401, "passkey-refused"));
    assert_eq!(server.ask(&admin, Method::POST, &reactivate, NONE).await.0, 204);
    assert_eq!(sign_in(&server, &mut amir).await.0, 201);
}

#[tokio::test]
async fn making_one_needs_the_password_a_session_and_an_answer_of_ones_own() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let amir = holder(&server, org, "amir").await;
    let (_, bea) = server.user(org, "bea").await;

    let wrong = json!({ "password": "not the password" });
    let answer = ask(&server, Some(&bea), Method::POST, "/me/passkeys/offer", wrong).await;
    assert_eq!((answer.0, &answer.1["errors"][0]["field"]), (422, &json!("password")));
    let scopes = json!({ "name": "Export", "scopes": ["chat:use"] });
    let (_, made) = server.ask(&bea, Method::POST, "/me/tokens", scopes).await;
    let token = made["token"].as_str().expect("a token");
    assert_eq!(refusal(&offer(&server, token).await), (403, "sign-in-needed"));

    // What was asked for by Amir is not Bea's, and works once; the key he has is offered to no second passkey.
    let (_, asked) = offer(&server, &amir.token).await;
    assert_eq!(asked["options"]["excludeCredentials"].as_array().map(Vec::len), Some(1), "{asked}");
    assert_eq!(asked["options"]["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["options"]["authenticatorSelection"]["userVerification"], "required");
    let mut key = Authenticator::new(ORIGIN, "localhost");
    let body = |credential: Value, name: &str| json!({ "ceremony": asked["ceremony"], "name": name, "credential": credential });
    let credential = key.create(&asked["options"]);
    for (token, body, field) in [
        (&bea, body(credential.clone(), "Key"), "ceremony"),
        (&amir.token, body(credential.clone(), "  "), "name"),
        (&amir.token, body(json!({}), "Key"), "credential"),
        (&amir.token, body(json!({ "id": "x", "rawId": "x", "type": "public-key" }), "Key"), "credential"),
    ] {
        let answer = ask(&server, Some(token), Method::POST, "/me/passkeys", body).await;
        assert_eq!((answer.0, &answer.1["errors"][0]["field"]), (422, &json!(field)), "{}", answer.1);
    }
    for (origin, rp_id) in [("https://evil.example", "localhost"), (ORIGIN, "evil.example")] {
        let credential = Authenticator::new(origin, rp_id).create(&asked["options"]);
        let answer =
            ask(&server, Some(&amir.token), Method::POST, "/me/passkeys", body(credential, "Key")).await;
        assert_eq!(
            (answer.0, &answer.1["errors"][0]["field"]),
            (422, &json!("credential")),
            "{origin} {rp_id}"
        );
    }
    let new = body(credential.clone(), "Key");
    assert_eq!(ask(&server, Some(&amir.token), Method::POST, "/me/passkeys", new.clone()).await.0, 201);
    let again = ask(&server, Some(&amir.token), Method::POST, "/me/passkeys", new).await;
    assert_eq!((again.0, &again.1["errors"][0]["field"]), (422, &json!("ceremony")));

    // No more than there may be.
    for _ in 0..18 {
        let mut key = Authenticator::new(ORIGIN, "localhost");
        assert_eq!(add(&server, &amir.token, &mut key).await.0, 201);
    }
    assert_eq!(refusal(&offer(&server, &amir.token).await), (409, "too-many-passkeys"));
}

#[tokio::test]
async fn a_server_that_is_not_known_by_a_name_has_no_passkeys() {
    let server = Server::start().await;
    server.org("acme").await;
    for (host, problem) in [("127.0.0.1:8080", "no-name"), ("evil.example", "url-not-set")] {
        let answer = ask_at(&server, host, None, Method::POST, "/sessions/passkey/offer", NONE).await;
        assert_eq!(refusal(&answer), (409, problem), "{host}");
    }
}
