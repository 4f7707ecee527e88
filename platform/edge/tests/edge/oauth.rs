//! OAuth 2 over HTTP: programs, what people allow them, and the tokens they get for it.

use std::{collections::BTreeMap, time::Duration};

use crate::support::{PASSWORD, Server, slug};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures::future::join_all;
use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tandem_core::OrgScope;
use tandem_proto::{Stream, UserId, api::Role};
use tandem_test_support::Postgres;

const NONE: Value = Value::Null;
const REDIRECT: &str = "https://crm.example/cb";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A problem's status and kind.
fn refusal((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, slug(problem))
}

/// A protocol error's status and name.
fn error((status, body): &(u16, Value)) -> (u16, &str) {
    (*status, body["error"].as_str().unwrap_or_default())
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// A registered program, as it speaks for itself.
struct Program {
    id: String,
    secret: Option<String>,
}

impl Program {
    async fn register(server: &Server, admin: &str, settings: Value) -> Self {
        let (status, made) = server.ask(admin, Method::POST, "/oauth/clients", settings).await;
        assert_eq!(status, 201, "{made}");
        let secret = made["secret"].as_str().map(str::to_owned);
        Self { id: text(&made["client"]["id"]).to_owned(), secret }
    }

    /// Asks as a form, with the secret in the header.
    async fn ask(&self, server: &Server, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut basic = None;
        match &self.secret {
            Some(secret) => {
                basic = Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{secret}", self.id))))
            }
            None => _ = form.append_pair("client_id", &self.id),
        }
        post_form(server, path, form.finish(), basic).await
    }

    async fn token(&self, server: &Server, fields: &[(&str, &str)]) -> (u16, Value) {
        self.ask(server, "/oauth/token", fields).await
    }

    async fn exchange(&self, server: &Server, code: &str) -> (u16, Value) {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.token(server, &fields).await
    }

    async fn refresh(&self, server: &Server, token: &str) -> (u16, Value) {
        self.token(server, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    fn request(&self) -> Value {
        json!({
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": REDIRECT,
            "scope": "people:read chat:use",
            "state": "s&t",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        })
    }

    /// A code that somebody with this session gave.
    async fn code(&self, server: &Server, session: &str) -> String {
        let body = json!({ "allow": true, "request": self.request() });
        let (status, onward) = server.ask(session, Method::POST, "/oauth/authorize", body).await;
        assert_eq!(status, 200, "{onward}");
        let pairs = query(text(&onward["location"]));
        assert_eq!(pairs["state"], "s&t");
        assert_eq!(pairs["iss"], format!("http://{}", server.address));
        pairs["code"].clone()
    }
}

async fn post_form(server: &Server, path: &str, body: String, authorization: Option<String>) -> (u16, Value) {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(format!("http://{}/api/v1{path}", server.address))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).expect("a request");
    let (status, headers, answer) = server.send(request).await;
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(status == 401, headers.contains_key(header::WWW_AUTHENTICATE));
    (status.as_u16(), answer)
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

fn query(location: &str) -> BTreeMap<String, String> {
    let (_, query) = location.split_once('?').expect("a query");
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn for_itself(scopes: &[&str], roles: &[&str]) -> Value {
    json!({ "name": "Export", "confidential": true, "grant_types": ["client_credentials"], "scopes": scopes, "roles": roles })
}

fn for_people(confidential: bool) -> Value {
    json!({
        "name": "CRM",
        "confidential": confidential,
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", DEVICE],
        "scopes": ["people:read", "chat:use", "queue:write"],
    })
}

/// The names of events of the org's own stream.
async fn told_of_org(server: &Server, scope: OrgScope) -> Vec<String> {
    let filter = tandem_store::EventFilter { stream: Some(Stream::org(scope.org())), ..Default::default() };
    let (events, _) =
        server.store.events(scope, &filter, tandem_proto::Cursor::START, 200).await.expect("the log reads");
    events.into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn programs_are_registered_changed_and_removed_by_who_may() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, agent) = server.user(org, "amir").await;
    let ask = async |token: &str, method: Method, path: &str, body: Value| {
        server.ask(token, method, &format!("/oauth/clients{path}"), body).await
    };
    assert_eq!(refusal(&ask(&agent, Method::GET, "", NONE).await), (403, "forbidden"));
    assert_eq!(refusal(&ask(&agent, Method::POST, "", for_people(true)).await), (403, "forbidden"));

    let (status, made) = ask(&admin, Method::POST, "", for_people(true)).await;
    assert_eq!(status, 201, "{made}");
    let secret = text(&made["secret"]);
    assert!(secret.starts_with("tds_"));
    let path = format!("/{}", text(&made["client"]["id"]));
    let (_, list) = ask(&admin, Method::GET, "", NONE).await;
    assert_eq!(list["items"], json!([made["client"]]));
    assert!(!list.to_string().contains(secret));

    let mut renamed = for_people(true);
    renamed["name"] = json!(" Customers ");
    let (status, changed) = ask(&admin, Method::PUT, &path, renamed).await;
    assert_eq!((status, &changed["name"]), (200, &json!("Customers")));
    let (_, again) = ask(&admin, Method::POST, &format!("{path}/secret"), NONE).await;
    assert_ne!(again["secret"], made["secret"]);
    let confidential = ask(&admin, Method::PUT, &path, for_people(false)).await;
    assert_eq!(confidential.1["errors"][0]["field"], "confidential");

    let (_, public) = ask(&admin, Method::POST, "", for_people(false)).await;
    assert_eq!(public["secret"], NONE);
    let of_public = format!("/{}/secret", text(&public["client"]["id"]));
    assert_eq!(refusal(&ask(&admin, Method::POST, &of_public, NONE).await), (409, "public-client"));

    assert_eq!(ask(&admin, Method::DELETE, &path, NONE).await.0, 204);
    assert_eq!(refusal(&ask(&admin, Method::DELETE, &path, NONE).await), (404, "not-found"));
    assert_eq!(refusal(&ask(&admin, Method::PUT, &path, for_people(true)).await), (404, "not-found"));
    let told = told_of_org(&server, org).await;
    let of_clients: Vec<&String> = told.iter().filter(|kind| kind.starts_with("client.")).collect();
    let expected =
        ["client.changed", "client.changed", "client.secret.changed", "client.changed", "client.removed"];
    assert_eq!(of_clients, expected);

    // Another org's are nobody's.
    let other = server.org("globex").await;
    let (_, theirs) = server.person(other, "root2", vec![Role::Admin]).await;
    let path = format!("/{}", text(&public["client"]["id"]));
    assert_eq!(refusal(&ask(&theirs, Method::DELETE, &path, NONE).await), (404, "not-found"));
}

#[tokio::test]
async fn a_registration_that_cannot_be_names_the_field() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    for (field, value, blamed) in [
        ("name", json!(" "), "name"),
        ("redirect_uris", json!([]), "redirect_uris"),
        ("redirect_uris", json!(["http://crm.example/cb"]), "redirect_uris"),
        ("redirect_uris", json!(["javascript:alert(1)"]), "redirect_uris"),
        ("redirect_uris", json!(["https://crm.example/cb#x"]), "redirect_uris"),
        ("grant_types", json!([]), "grant_types"),
        ("grant_types", json!(["refresh_token"]), "grant_types"),
        ("scopes", json!([]), "scopes"),
        ("scopes", json!(["chat:abuse"]), "scopes"),
        ("roles", json!(["agent"]), "roles"),
    ] {
        let mut settings = for_people(true);
        settings[field] = value.clone();
        let (status, problem) = server.ask(&admin, Method::POST, "/oauth/clients", settings).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(blamed)), "{value}: {problem}");
    }
    let mut public = for_itself(&["people:read"], &["agent"]);
    public["confidential"] = json!(false);
    let (_, problem) = server.ask(&admin, Method::POST, "/oauth/clients", public).await;
    assert_eq!(problem["errors"][0]["field"], "grant_types");
    let nobody = for_itself(&["people:read"], &[]);
    assert_eq!(
        server.ask(&admin, Method::POST, "/oauth/clients", nobody).await.1["errors"][0]["field"],
        "roles"
    );
}

#[tokio::test]
async fn nobody_registers_or_takes_over_a_program_that_may_do_more_than_they() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let registrar = json!({ "name": "registrar", "title": "Registrar", "permissions": ["client:read", "client:write", "people:read"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", registrar).await.0, 201);
    let role: Role = "registrar".parse().expect("a role");
    let (_, registrar) = server.person(org, "rita", vec![role]).await;
    let ask = async |method: Method, path: &str, body: Value| {
        server.ask(&registrar, method, &format!("/oauth/clients{path}"), body).await
    };
    let grown = for_itself(&["people:read"], &["admin"]);
    assert_eq!(refusal(&ask(Method::POST, "", grown.clone()).await), (403, "not-yours-to-give"));
    let own = ask(Method::POST, "", for_itself(&["people:read"], &["registrar"])).await;
    assert_eq!(own.0, 201, "{}", own.1);
    let path = format!("/{}", text(&own.1["client"]["id"]));
    assert_eq!(refusal(&ask(Method::PUT, &path, grown.clone()).await), (403, "not-yours-to-give"));

    let theirs = Program::register(&server, &admin, grown).await;
    let path = format!("/{}", theirs.id);
    let secret = format!("{path}/secret");
    assert_eq!(refusal(&ask(Method::POST, &secret, NONE).await), (403, "outranked"));
    assert_eq!(refusal(&ask(Method::DELETE, &path, NONE).await), (403, "outranked"));
    let own = for_itself(&["people:read"], &["registrar"]);
    assert_eq!(refusal(&ask(Method::PUT, &path, own).await), (403, "outranked"));

    // A program that administers is not the administrator that an org needs.
    let me = server.ask(&admin, Method::GET, "/me", NONE).await.1;
    let demote = format!("/people/{}/roles", text(&me["user"]["id"]));
    let demoted = server.ask(&admin, Method::PUT, &demote, json!({ "roles": ["agent"] })).await;
    assert_eq!(refusal(&demoted), (409, "last-administrator"));
}

#[tokio::test]
async fn a_program_acts_for_itself_within_its_scopes_and_roles() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let program =
        Program::register(&server, &admin, for_itself(&["people:read", "queue:write"], &["agent"])).await;
    let own = [("grant_type", "client_credentials")];
    let (status, answer) = program.token(&server, &own).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert_eq!((&answer["scope"], answer.get("refresh_token")), (&json!("people:read"), None));
    let token = text(&answer["access_token"]);
    assert!(token.starts_with("tda_"));
    let (_, me) = server.ask(token, Method::GET, "/me", NONE).await;
    let user: UserId = text(&me["user"]["id"]).parse().expect("an id");
    assert_eq!(me["user"]["display_name"], "Export");
    assert_eq!((&me["permissions"], &me["user"]["title"]), (&json!(["people:read"]), &json!("Program")));
    assert_eq!(server.ask(token, Method::GET, "/roles", NONE).await.0, 200);
    assert_eq!(refusal(&server.ask(token, Method::GET, "/oauth/clients", NONE).await), (403, "forbidden"));
    let more = json!({ "name": "more", "scopes": ["people:read"] });
    assert_eq!(refusal(&server.ask(token, Method::POST, "/me/tokens", more).await), (403, "sign-in-needed"));
    // It has no password, and an empty one is none.
    for password in ["", PASSWORD] {
        assert_eq!(server.sign_in(text(&me["user"]["name"]), password).await.0, 401);
    }

    // In the form, and less than it may.
    let secret = program.secret.clone().expect("a secret");
    let body = format!("grant_type=client_credentials&client_id={}&client_secret={secret}", program.id);
    let narrowed = post_form(&server, "/oauth/token", format!("{body}&scope=people%3Aread"), None).await;
    assert_eq!((narrowed.0, &narrowed.1["scope"]), (200, &json!("people:read")));
    for (scope, why) in
        [("chat:use", "not its to ask for"), ("chat:abuse", "unknown"), ("queue:write", "not held")]
    {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        assert_eq!(error(&program.token(&server, &fields).await), (400, "invalid_scope"), "{why}");
    }
    for (form, expected) in [
        (
            format!("grant_type=client_credentials&client_id={}&client_secret=wrong", program.id),
            (401, "invalid_client"),
        ),
        (format!("grant_type=client_credentials&client_id={}", program.id), (401, "invalid_client")),
        (
            "grant_type=client_credentials&client_id=nobody&client_secret=x".to_owned(),
            (401, "invalid_client"),
        ),
        (body.replace("client_credentials", "password"), (400, "unsupported_grant_type")),
        (body.replace("client_credentials", "refresh_token"), (400, "unauthorized_client")),
        (body.replace("grant_type=client_credentials&", ""), (400, "invalid_request")),
        (format!("{body}&scope=a&scope=b"), (400, "invalid_request")),
    ] {
        assert_eq!(error(&post_form(&server, "/oauth/token", form.clone(), None).await), expected, "{form}");
    }
    let as_json =
        server.ask("", Method::POST, "/oauth/token", json!({ "grant_type": "client_credentials" })).await;
    assert_eq!(refusal(&as_json), (415, "unsupported-media-type"));

    // Its roles are given and taken as everybody's are.
    let roles = format!("/people/{user}/roles");
    assert_eq!(server.ask(&admin, Method::PUT, &roles, json!({ "roles": ["supervisor"] })).await.0, 204);
    let (_, grown) = program.token(&server, &own).await;
    assert_eq!(grown["scope"], "people:read queue:write");

    // Another secret ends what the old one got.
    let path = format!("/oauth/clients/{}/secret", program.id);
    let (_, made) = server.ask(&admin, Method::POST, &path, NONE).await;
    assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(error(&program.token(&server, &own).await), (401, "invalid_client"));
    let program = Program { secret: made["secret"].as_str().map(str::to_owned), ..program };
    let (_, answer) = program.token(&server, &own).await;
    let token = text(&answer["access_token"]);

    server.clock.forward(Duration::from_secs(3_600));
    assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 401, "an hour is over");
    let (_, answer) = program.token(&server, &own).await;
    let mut socket = server.connect(text(&answer["access_token"])).await;
    assert_eq!(server.ask(&admin, Method::POST, &format!("/people/{user}/deactivate"), NONE).await.0, 204);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(error(&program.token(&server, &own).await), (400, "unauthorized_client"));
    let told = server.told_of(org, user).await;
    assert!(
        told.contains(&"token.created".to_owned()) && told.contains(&"session.ended".to_owned()),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_program_gets_so_many_tokens_a_minute() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let program = Program::register(&server, &admin, for_itself(&["people:read"], &["agent"])).await;
    let own = [("grant_type", "client_credentials")];
    for _ in 0..60 {
        assert_eq!(program.token(&server, &own).await.0, 200);
    }
    assert_eq!(error(&program.token(&server, &own).await), (429, "temporarily_unavailable"));
    let other = Program::register(&server, &admin, for_itself(&["people:read"], &["agent"])).await;
    assert_eq!(other.token(&server, &own).await.0, 200, "another is not held up");
    server.clock.forward(Duration::from_secs(120));
    assert_eq!(program.token(&server, &own).await.0, 200);
}

#[tokio::test]
async fn what_a_program_asks_for_is_shown_and_decided() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, session) = server.user(org, "amir").await;
    let program = Program::register(&server, &admin, for_people(false)).await;
    let show = async |token: &str, request: &Value| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in request.as_object().expect("fields") {
            form.append_pair(name, text(value));
        }
        server.ask(token, Method::GET, &format!("/oauth/authorize?{}", form.finish()), NONE).await
    };
    let (status, asked) = show(&session, &program.request()).await;
    assert_eq!((status, &asked["kind"]), (200, &json!("ask")), "{asked}");
    let consent = &asked["consent"];
    assert_eq!((&consent["client"], &consent["org"]), (&json!("CRM"), &json!("acme")));
    assert_eq!(consent["scopes"][0]["description"], "See the directory and presence.");
    assert_eq!(consent["redirect_uri"], REDIRECT);
    // Nobody gives what they do not hold: an agent is not asked about queues.
    let mut all = program.request();
    all.as_object_mut().expect("fields").remove("scope");
    let (_, asked) = show(&session, &all).await;
    let names: Vec<&Value> =
        asked["consent"]["scopes"].as_array().expect("scopes").iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["people:read", "chat:use"]);

    // Where nobody is sent anywhere.
    for (field, value, expected) in [
        ("client_id", "01a20912-8613-739c-9e7c-ec7b435352f6", (404, "not-found")),
        ("client_id", "nobody", (404, "not-found")),
        ("redirect_uri", "https://evil.example/cb", (422, "invalid")),
        ("redirect_uri", "https://crm.example/cb/", (422, "invalid")),
    ] {
        let mut request = program.request();
        request[field] = json!(value);
        assert_eq!(refusal(&show(&session, &request).await), expected, "{field} {value}");
        let body = json!({ "allow": true, "request": request });
        assert_eq!(refusal(&server.ask(&session, Method::POST, "/oauth/authorize", body).await), expected);
    }
    // What its program is told.
    for (field, value, told) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("scope", "chat:abuse", "invalid_scope"),
        ("scope", "role:write", "invalid_scope"),
        ("scope", "queue:write", "invalid_scope"),
    ] {
        let mut request = program.request();
        request[field] = json!(value);
        let (status, answer) = show(&session, &request).await;
        assert_eq!((status, &answer["kind"]), (200, &json!("redirect")), "{field}: {answer}");
        let pairs = query(text(&answer["location"]));
        assert_eq!((pairs["error"].as_str(), pairs["state"].as_str()), (told, "s&t"), "{field} {value}");
        let body = json!({ "allow": true, "request": request });
        let (_, onward) = server.ask(&session, Method::POST, "/oauth/authorize", body).await;
        assert!(!text(&onward["location"]).contains("code="), "{onward}");
    }
    let body = json!({ "allow": false, "request": program.request() });
    let (_, onward) = server.ask(&session, Method::POST, "/oauth/authorize", body).await;
    assert_eq!(query(text(&onward["location"]))["error"], "access_denied");

    // A token allows nothing.
    let (_, made) = server
        .ask(&session, Method::POST, "/me/tokens", json!({ "name": "x", "scopes": ["people:read"] }))
        .await;
    let token = text(&made["token"]);
    assert_eq!(refusal(&show(token, &program.request()).await), (403, "sign-in-needed"));
    let body = json!({ "allow": true, "request": program.request() });
    assert_eq!(
        refusal(&server.ask(token, Method::POST, "/oauth/authorize", body).await),
        (403, "sign-in-needed")
    );
    // Somebody of another org has no such program.
    let other = server.org("globex").await;
    let (_, theirs) = server.user(other, "olga").await;
    assert_eq!(refusal(&show(&theirs, &program.request()).await), (404, "not-found"));
}

#[tokio::test]
async fn a_code_becomes_tokens_once_and_refresh_tokens_rotate() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, session) = server.user(org, "amir").await;
    let program = Program::register(&server, &admin, for_people(true)).await;
    let code = program.code(&server, &session).await;
    let (status, first) = program.exchange(&server, &code).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["scope"], "people:read chat:use");
    let token = text(&first["access_token"]);
    let (_, me) = server.ask(token, Method::GET, "/me", NONE).await;
    assert_eq!(
        (&me["user"]["id"], &me["permissions"]),
        (&json!(amir.id), &json!(["people:read", "chat:use"]))
    );
    assert_eq!(refusal(&server.ask(token, Method::GET, "/oauth/clients", NONE).await), (403, "forbidden"));

    let (_, grants) = server.ask(&session, Method::GET, "/me/grants", NONE).await;
    assert_eq!(grants["items"].as_array().map(Vec::len), Some(1), "{grants}");
    assert_eq!(
        (&grants["items"][0]["name"], &grants["items"][0]["client"]),
        (&json!("CRM"), &json!(program.id))
    );

    let old = text(&first["refresh_token"]);
    assert!(old.starts_with("tdr_"));
    let narrower = [("grant_type", "refresh_token"), ("refresh_token", old), ("scope", "chat:use")];
    let (status, second) = program.token(&server, &narrower).await;
    assert_eq!((status, &second["scope"]), (200, &json!("chat:use")), "{second}");
    let new = text(&second["refresh_token"]);
    assert_ne!(new, old);
    // What was given stays, and nothing is added to it.
    let wider = [("grant_type", "refresh_token"), ("refresh_token", new), ("scope", "queue:write")];
    assert_eq!(error(&program.token(&server, &wider).await), (400, "invalid_scope"));
    let (_, third) = program.refresh(&server, new).await;
    assert_eq!(third["scope"], "people:read chat:use");

    // A refresh token twice ends all: one of the two who brought it is a thief.
    let mut socket = server.connect(text(&third["access_token"])).await;
    assert_eq!(error(&program.refresh(&server, old).await), (400, "invalid_grant"));
    assert_eq!(socket.closed().await, 4401);
    for answer in [&first, &second, &third] {
        assert_eq!(server.ask(text(&answer["access_token"]), Method::GET, "/me", NONE).await.0, 401);
    }
    assert_eq!(error(&program.refresh(&server, text(&third["refresh_token"])).await), (400, "invalid_grant"));
    let (_, grants) = server.ask(&session, Method::GET, "/me/grants", NONE).await;
    assert_eq!(grants["items"], json!([]));
    let told = server.told_of(org, amir.id).await;
    for kind in ["grant.given", "grant.ended", "token.created", "session.ended"] {
        assert!(told.contains(&kind.to_owned()), "{kind}: {told:?}");
    }
    // The person goes on.
    assert_eq!(server.ask(&session, Method::GET, "/me", NONE).await.0, 200);
}

#[tokio::test]
async fn a_code_is_bound_to_who_asked_and_how() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, session) = server.user(org, "amir").await;
    let program = Program::register(&server, &admin, for_people(true)).await;
    let other = Program::register(&server, &admin, for_people(false)).await;

    // A second use ends what came of the first.
    let code = program.code(&server, &session).await;
    let (_, tokens) = program.exchange(&server, &code).await;
    assert_eq!(error(&program.exchange(&server, &code).await), (400, "invalid_grant"));
    assert_eq!(server.ask(text(&tokens["access_token"]), Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(
        error(&program.refresh(&server, text(&tokens["refresh_token"])).await),
        (400, "invalid_grant")
    );

    // Whatever is wrong, the code is used up.
    for (field, value) in
        [("redirect_uri", "https://crm.example/other"), ("code_verifier", &VERIFIER.replace('d', "e"))]
    {
        let code = program.code(&server, &session).await;
        let mut fields = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ]);
        fields.insert(field, value);
        let fields: Vec<(&str, &str)> = fields.into_iter().collect();
        assert_eq!(error(&program.token(&server, &fields).await), (400, "invalid_grant"), "{field}");
        assert_eq!(error(&program.exchange(&server, &code).await), (400, "invalid_grant"), "used up");
    }
    let code = program.code(&server, &session).await;
    let without = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", REDIRECT)];
    assert_eq!(error(&program.token(&server, &without).await), (400, "invalid_request"));
    assert_eq!(error(&other.exchange(&server, &code).await), (400, "invalid_grant"), "another program's");
    let code = program.code(&server, &session).await;
    server.clock.forward(Duration::from_secs(60));
    assert_eq!(error(&program.exchange(&server, &code).await), (400, "invalid_grant"), "a minute is over");
    assert_eq!(error(&program.exchange(&server, "tdc_invented").await), (400, "invalid_grant"));
}

#[tokio::test]
async fn what_was_allowed_ends_however_often_it_is_used() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, session) = server.user(org, "amir").await;
    let program = Program::register(&server, &admin, for_people(true)).await;
    let code = program.code(&server, &session).await;
    let (_, mut tokens) = program.exchange(&server, &code).await;
    let day = 86_400;
    for _ in 0..3 {
        server.clock.forward(Duration::from_secs(29 * day));
        let (status, next) = program.refresh(&server, text(&tokens["refresh_token"])).await;
        assert_eq!((status, &next["expires_in"]), (200, &json!(3_600)), "{next}");
        tokens = next;
    }
    server.clock.forward(Duration::from_secs(3 * day - 600));
    let (status, last) = program.refresh(&server, text(&tokens["refresh_token"])).await;
    assert_eq!(status, 200, "{last}");
    assert!(
        last["expires_in"].as_u64().is_some_and(|left| left <= 600),
        "it ends with what was allowed: {last}"
    );
    server.clock.forward(Duration::from_secs(600));
    assert_eq!(error(&program.refresh(&server, text(&last["refresh_token"])).await), (400, "invalid_grant"));
    assert_eq!(server.ask(text(&last["access_token"]), Method::GET, "/me", Value::Null).await.0, 401);
    assert!(server.told_of(org, amir.id).await.contains(&"grant.ended".to_owned()));
    assert_eq!(server.identity.grants(org, amir.id).await.expect("lists").len(), 0);
}

#[tokio::test]
async fn many_who_bring_one_code_or_refresh_token_at_once_keep_nothing() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, session) = server.user(org, "amir").await;
    let program = Program::register(&server, &admin, for_people(true)).await;
    let code = program.code(&server, &session).await;
    let answers = join_all((0..8).map(|_| program.exchange(&server, &code))).await;
    let given: Vec<&Value> =
        answers.iter().filter(|(status, _)| *status == 200).map(|(_, body)| body).collect();
    assert_eq!(given.len(), 1, "{answers:?}");
    assert_eq!(server.ask(text(&given[0]["access_token"]), Method::GET, "/me", NONE).await.0, 401);

    let code = program.code(&server, &session).await;
    let (_, tokens) = program.exchange(&server, &code).await;
    let refresh = text(&tokens["refresh_token"]);
    let answers = join_all((0..8).map(|_| program.refresh(&server, refresh))).await;
    let given: Vec<&Value> =
        answers.iter().filter(|(status, _)| *status == 200).map(|(_, body)| body).collect();
    assert_eq!(given.len(), 1, "{answers:?}");
    assert_eq!(server.ask(text(&given[0]["access_token"]), Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(server.ask(&session, Method::GET, "/me/grants", NONE).await.1["items"], json!([]));
}

#[tokio::test]
async fn what_was_allowed_ends_with_whoever_gave_or_got_it() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, session) = server.user(org, "amir").await;
    let program = Program::register(&server, &admin, for_people(true)).await;
    let other = Program::register(&server, &admin, for_people(true)).await;
    let allow = async || {
        let code = program.code(&server, &session).await;
        program.exchange(&server, &code).await.1
    };
    let opens =
        async |tokens: &Value| server.ask(text(&tokens["access_token"]), Method::GET, "/me", NONE).await.0;
    let over = async |tokens: &Value| {
        assert_eq!(opens(tokens).await, 401);
        let refreshed = program.refresh(&server, text(&tokens["refresh_token"])).await;
        assert!(refreshed.1["error"].is_string(), "{}", refreshed.1);
    };

    // The program gives back: an access token alone, or all. Another program's tokens are none of its business.
    let tokens = allow().await;
    let back = async |who: &Program, token: &Value| {
        who.ask(&server, "/oauth/revoke", &[("token", text(token))]).await.0
    };
    assert_eq!(back(&other, &tokens["access_token"]).await, 200);
    assert_eq!(back(&other, &tokens["refresh_token"]).await, 200);
    assert_eq!(opens(&tokens).await, 200);
    assert_eq!(back(&program, &tokens["access_token"]).await, 200);
    assert_eq!(opens(&tokens).await, 401);
    let (_, tokens) = program.refresh(&server, text(&tokens["refresh_token"])).await;
    assert_eq!(opens(&tokens).await, 200);
    assert_eq!(back(&program, &tokens["refresh_token"]).await, 200);
    over(&tokens).await;
    assert_eq!(back(&program, &json!("tdr_invented")).await, 200);
    let nobody = post_form(&server, "/oauth/revoke", "token=x&client_id=nobody".into(), None).await;
    assert_eq!(error(&nobody), (401, "invalid_client"));

    // The person takes back, and nobody else.
    let tokens = allow().await;
    let (_, grants) = server.ask(&session, Method::GET, "/me/grants", NONE).await;
    let path = format!("/me/grants/{}", text(&grants["items"][0]["grant"]));
    assert_eq!(refusal(&server.ask(&admin, Method::DELETE, &path, NONE).await), (404, "not-found"));
    assert_eq!(server.ask(&session, Method::DELETE, &path, NONE).await.0, 204);
    over(&tokens).await;
    assert_eq!(refusal(&server.ask(&session, Method::DELETE, &path, NONE).await), (404, "not-found"));

    // An administrator signs the person out everywhere.
    let tokens = allow().await;
    let sessions = format!("/people/{}/sessions", amir.id);
    assert_eq!(server.ask(&admin, Method::DELETE, &sessions, NONE).await.0, 204);
    over(&tokens).await;
    let session = server.identity.issue_token(org, amir.id).await.expect("a session");

    // What the person or the program may not any more, a token does not either.
    let code = program.code(&server, &session).await;
    let (_, tokens) = program.exchange(&server, &code).await;
    let narrower = json!({ "name": "CRM", "confidential": true, "redirect_uris": [REDIRECT], "scopes": ["chat:use"],
        "grant_types": ["authorization_code", "refresh_token"] });
    let path = format!("/oauth/clients/{}", program.id);
    assert_eq!(server.ask(&admin, Method::PUT, &path, narrower).await.0, 200);
    assert_eq!(opens(&tokens).await, 401, "got when it might do more");
    let (_, tokens) = program.refresh(&server, text(&tokens["refresh_token"])).await;
    assert_eq!(tokens["scope"], "chat:use");

    // The program is removed.
    assert_eq!(server.ask(&admin, Method::DELETE, &path, NONE).await.0, 204);
    over(&tokens).await;
    assert_eq!(server.ask(&session, Method::GET, "/me/grants", NONE).await.1["items"], json!([]));

    // The person is deactivated.
    let code = other.code(&server, &session).await;
    let (_, tokens) = other.exchange(&server, &code).await;
    let code = other.code(&server, &session).await;
    assert_eq!(
        server.ask(&admin, Method::POST, &format!("/people/{}/deactivate", amir.id), NONE).await.0,
        204
    );
    assert_eq!(opens(&tokens).await, 401);
    assert_eq!(error(&other.refresh(&server, text(&tokens["refresh_token"])).await), (400, "invalid_grant"));
    assert_eq!(error(&other.exchange(&server, &code).await), (400, "invalid_grant"), "a code of before");
}

#[tokio::test]
async fn a_device_waits_until_somebody_decided() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, session) = server.user(org, "amir").await;
    let program = Program::register(&server, &admin, for_people(false)).await;
    let begin = async || {
        let (status, codes) =
            program.ask(&server, "/oauth/device_authorization", &[("scope", "chat:use")]).await;
        assert_eq!(status, 200, "{codes}");
        codes
    };
    let poll = async |codes: &Value| {
        let fields = [("grant_type", DEVICE), ("device_code", text(&codes["device_code"]))];
        program.token(&server, &fields).await
    };
    let decide = async |codes: &Value, allow: bool| {
        let body = json!({ "user_code": text(&codes["user_code"]).to_lowercase(), "allow": allow });
        server.ask(&session, Method::POST, "/oauth/device", body).await
    };
    let codes = begin().await;
    let user_code = text(&codes["user_code"]);
    assert_eq!(codes["verification_uri"], format!("http://{}/device", server.address));
    assert!(text(&codes["verification_uri_complete"]).ends_with(user_code));

    // Slower each time it asks too soon.
    assert_eq!(error(&poll(&codes).await), (400, "authorization_pending"));
    assert_eq!(error(&poll(&codes).await), (400, "slow_down"));
    server.clock.forward(Duration::from_secs(6));
    assert_eq!(error(&poll(&codes).await), (400, "slow_down"));
    server.clock.forward(Duration::from_secs(15));
    assert_eq!(error(&poll(&codes).await), (400, "authorization_pending"));

    let look = json!({ "user_code": user_code.replace('-', " ") });
    let (_, consent) = server.ask(&session, Method::POST, "/oauth/device/lookup", look.clone()).await;
    assert_eq!((&consent["client"], &consent["scopes"][0]["name"]), (&json!("CRM"), &json!("chat:use")));
    assert_eq!(decide(&codes, true).await.0, 204);
    assert_eq!(refusal(&decide(&codes, false).await), (404, "not-found"), "it is decided");
    assert_eq!(
        refusal(&server.ask(&session, Method::POST, "/oauth/device/lookup", look).await),
        (404, "not-found")
    );
    let (status, tokens) = poll(&codes).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!("chat:use")), "{tokens}");
    let (_, me) = server.ask(text(&tokens["access_token"]), Method::GET, "/me", NONE).await;
    assert_eq!(me["user"]["id"], json!(amir.id));
    assert_eq!(error(&poll(&codes).await), (400, "invalid_grant"), "it works once");
    assert_eq!(program.refresh(&server, text(&tokens["refresh_token"])).await.0, 200);

    let refused = begin().await;
    assert_eq!(decide(&refused, false).await.0, 204);
    assert_eq!(error(&poll(&refused).await), (400, "access_denied"));
    let forgotten = begin().await;
    server.clock.forward(Duration::from_secs(600));
    assert_eq!(refusal(&decide(&forgotten, true).await), (404, "not-found"));
    assert_eq!(error(&poll(&forgotten).await), (400, "expired_token"));

    // Guesses are counted.
    let guess = async || {
        let body = json!({ "user_code": "BBBB-BBBB", "allow": true });
        server.ask(&admin, Method::POST, "/oauth/device", body).await
    };
    for _ in 0..5 {
        assert_eq!(refusal(&guess().await), (404, "not-found"));
    }
    assert_eq!(refusal(&guess().await), (429, "too-many-requests"));
}

#[tokio::test]
async fn programs_find_out_what_there_is() {
    let server = Server::start().await;
    let request = Request::get(format!("http://{}/.well-known/oauth-authorization-server", server.address))
        .body(Full::new(Bytes::new()))
        .expect("a request");
    let (status, _, found) = server.send(request).await;
    assert_eq!(status, 200);
    let issuer = format!("http://{}", server.address);
    assert_eq!(found["issuer"], issuer);
    assert_eq!(found["token_endpoint"], format!("{issuer}/api/v1/oauth/token"));
    assert_eq!(found["authorization_endpoint"], format!("{issuer}/oauth/authorize"));
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    assert!(found["scopes_supported"].as_array().expect("scopes").contains(&json!("chat:use")));
}

/// The same SQL, where several nodes write at once.
#[tokio::test]
async fn programs_work_on_postgres_too() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, session) = server.user(org, "amir").await;

    let own = Program::register(&server, &admin, for_itself(&["people:read"], &["agent"])).await;
    let (status, answer) = own.token(&server, &[("grant_type", "client_credentials")]).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(server.ask(text(&answer["access_token"]), Method::GET, "/me", NONE).await.0, 200);

    let program = Program::register(&server, &admin, for_people(true)).await;
    let code = program.code(&server, &session).await;
    let (status, first) = program.exchange(&server, &code).await;
    assert_eq!(status, 200, "{first}");
    let (_, second) = program.refresh(&server, text(&first["refresh_token"])).await;
    assert_eq!(server.ask(text(&second["access_token"]), Method::GET, "/me", NONE).await.0, 200);
    let (_, grants) = server.ask(&session, Method::GET, "/me/grants", NONE).await;
    assert_eq!(grants["items"][0]["name"], "CRM");
    assert_eq!(error(&program.refresh(&server, text(&first["refresh_token"])).await), (400, "invalid_grant"));
    assert_eq!(server.ask(text(&second["access_token"]), Method::GET, "/me", NONE).await.0, 401);
    let code = program.code(&server, &session).await;
    assert_eq!(program.exchange(&server, &code).await.0, 200);
    assert_eq!(error(&program.exchange(&server, &code).await), (400, "invalid_grant"));

    let (_, codes) = program.ask(&server, "/oauth/device_authorization", &[]).await;
    let poll = [("grant_type", DEVICE), ("device_code", text(&codes["device_code"]))];
    assert_eq!(error(&program.token(&server, &poll).await), (400, "authorization_pending"));
    let body = json!({ "user_code": codes["user_code"], "allow": true });
    assert_eq!(server.ask(&session, Method::POST, "/oauth/device", body).await.0, 204);
    let (status, tokens) = program.token(&server, &poll).await;
    assert_eq!(status, 200, "{tokens}");
    let back = [("token", text(&tokens["access_token"]))];
    assert_eq!(program.ask(&server, "/oauth/revoke", &back).await.0, 200);
    assert_eq!(server.ask(text(&tokens["access_token"]), Method::GET, "/me", NONE).await.0, 401);

    let (_, list) = server.ask(&admin, Method::GET, "/oauth/clients", NONE).await;
    assert_eq!(list["items"][0]["roles"], json!(["agent"]), "{list}");
    for each in [own, program] {
        assert_eq!(
            server.ask(&admin, Method::DELETE, &format!("/oauth/clients/{}", each.id), NONE).await.0,
            204
        );
    }
}
