//! Two regions as two servers with stores of their own: what belongs to the one is sent there by the other, which keeps nothing of it.

mod home;
mod region;
mod traces;

use std::collections::BTreeSet;

use crate::support::send;
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, header},
};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tandem_test_support::{Postgres, Redis};
use tokio::net::UdpSocket;
use tokio_tungstenite::tungstenite::Message;

use self::home::Life;
use self::region::{Region, Regions, Stores};

/// Operations that need no token, and how each is sent home without one.
const WITHOUT_TOKEN: [(&str, &str); 14] = [
    ("connect", "by the token of the first frame"),
    ("signIn", "by the org's name"),
    ("getToken", "by the program's id"),
    ("revokeToken", "by the program's id"),
    ("authorizeDevice", "by the program's id"),
    ("requestPasswordReset", "by the org's name"),
    ("completePasswordReset", "by the link's secret"),
    ("lookUpInvitation", "by the link's secret"),
    ("acceptInvitation", "by the link's secret"),
    ("listSignInOptions", "by the org's name"),
    // The home alone tells which providers there are, and what was begun there goes on there.
    ("offerProviderSignIn", "never"),
    ("signInWithProvider", "never"),
    // A passkey is bound to the name of its home: browsers offer it nowhere else.
    ("offerPasskeySignIn", "never"),
    ("signInWithPasskey", "never"),
];

#[tokio::test]
async fn nothing_of_an_org_is_in_another_region_over_files() {
    let regions = Regions::new([Stores::Files, Stores::Files]);
    story(regions).await;
}

#[tokio::test]
async fn nothing_of_an_org_is_in_another_region_over_servers() {
    let postgres = Postgres::start();
    let (here, there) = (Redis::start(), Redis::start());
    let stores = [&here, &there].map(|redis| Stores::Servers {
        database: postgres.database(),
        postgres: &postgres,
        redis,
    });
    story(Regions::new(stores)).await;
}

async fn story(regions: Regions<'_>) {
    let [eu, us] = regions.all();
    let password = eu.make_org(home::ORG, home::LOGIN, home::DISPLAY_NAME);
    us.make_org("Prairie Post", "admin", "Administrator");
    let eu = eu.start();
    let us = us.start();
    // The other region has heard of the org.
    us.log.wait_for("a region told of its organisations");

    let life = Life::lead(&eu, &password).await;
    with_a_token(&us, &life).await;
    without_a_token(&us, &life, &password).await;
    by_socket(&us, &life).await;
    by_phone(&us, &eu, &life).await;
    names_are_of_one_region(&us);
    the_operator_is_told(&us);

    let (eu, us) = (eu.stop(), us.stop());
    let traces = life.traces();
    let at_home = traces::of(&eu).await;
    for (what, trace) in &traces {
        assert!(!at_home.with(trace).is_empty(), "{what} is nowhere at home: it would be found nowhere else");
    }
    let elsewhere = traces::of(&us).await;
    for (what, trace) in &traces {
        assert_eq!(elsewhere.with(trace), Vec::<String>::new(), "{what}");
    }
    a_database_stays_where_it_is(&eu, &us);
}

/// What a refusal of the wrong region looks like.
fn assert_misdirected(what: &str, status: u16, problem: &Value, home: &str) {
    let kind = problem["type"].as_str().unwrap_or_default();
    assert_eq!(
        (status, kind.rsplit('/').next(), problem["address"].as_str()),
        (421, Some("other-region"), Some(home)),
        "{what}: {problem}"
    );
}

async fn ask(us: &Region<'_>, method: &str, path: &str, headers: HeaderMap, body: String) -> (u16, Value) {
    let mut request = Request::builder()
        .method(method.parse::<Method>().expect("a method"))
        .uri(format!("{}{path}", us.url))
        .body(Body::from(body))
        .expect("a request");
    *request.headers_mut() = headers;
    let (status, _, body) = send(request).await;
    (status.as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn headers(authorization: &str, content_type: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, content_type.parse().expect("a type"));
    if !authorization.is_empty() {
        headers.insert(header::AUTHORIZATION, authorization.parse().expect("a value"));
    }
    headers
}

/// Every operation there is, with every kind of token there is.
async fn with_a_token(us: &Region<'_>, life: &Life) {
    let (_, document) = ask(us, "GET", "/api/v1/openapi.json", HeaderMap::new(), String::new()).await;
    let mut public = BTreeSet::new();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if !["get", "put", "post", "delete", "patch"].contains(&method.as_str()) {
                continue;
            }
            let id = operation["operationId"].as_str().expect("an id");
            assert!(!operation["responses"]["421"].is_null(), "{id} does not say that it answers 421");
            if operation["security"].is_array() {
                public.insert(id.to_owned());
            }
            // Ids of the org itself in every place.
            let path = path.split('/').map(|part| if part.starts_with('{') { &life.user } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            for token in life.tokens() {
                let headers = headers(&format!("Bearer {token}"), "application/json");
                let body = json!({ "text": home::MESSAGE, "name": home::LOGIN }).to_string();
                let (status, problem) = ask(us, &method.to_uppercase(), &path, headers, body).await;
                assert_misdirected(id, status, &problem, &life.home);
            }
            asked += 1;
        }
    }
    assert!(asked > 80, "{asked} operations");
    let known: BTreeSet<String> = WITHOUT_TOKEN.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(public, known, "operations without a token: how are they sent home?");
    // A batch is one request as any other; so is what no route answers.
    let token = headers(&format!("Bearer {}", life.token), "application/json");
    let (status, problem) = ask(us, "GET", "/api/v1/nothing", token, String::new()).await;
    assert_misdirected("no route", status, &problem, &life.home);
}

async fn without_a_token(us: &Region<'_>, life: &Life, password: &str) {
    let sign_in = |org: &str| json!({ "org": org, "name": home::LOGIN, "password": password }).to_string();
    for org in [home::ORG, &home::ORG.to_uppercase()] {
        let (status, problem) =
            ask(us, "POST", "/api/v1/sessions", headers("", "application/json"), sign_in(org)).await;
        assert_misdirected(org, status, &problem, &life.home);
    }
    // Where there are several regions, nobody is looked for in the only org of this one.
    let nameless = json!({ "name": "somebody", "password": "whatever it is" }).to_string();
    let (status, problem) =
        ask(us, "POST", "/api/v1/sessions", headers("", "application/json"), nameless).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("org")), "{problem}");
    // What no region has heard of is refused as ever.
    let unknown = json!({ "org": "Nowhere", "name": "somebody", "password": "whatever it is" }).to_string();
    let (status, _) = ask(us, "POST", "/api/v1/sessions", headers("", "application/json"), unknown).await;
    assert_eq!(status, 401);

    let link = format!("tdi_eu.{}", "A".repeat(43));
    for (path, body) in [
        ("/api/v1/password-resets", json!({ "org": home::ORG, "login": home::LOGIN })),
        ("/api/v1/password-resets/complete", json!({ "token": link, "new_password": password })),
        ("/api/v1/invitations/lookup", json!({ "token": link })),
        ("/api/v1/invitations/accept", json!({ "token": link, "password": password })),
    ] {
        let (status, problem) =
            ask(us, "POST", path, headers("", "application/json"), body.to_string()).await;
        assert_misdirected(path, status, &problem, &life.home);
    }
    let options = format!("/api/v1/sign-in-options?org={}", home::ORG);
    let (status, problem) = ask(us, "GET", &options, HeaderMap::new(), String::new()).await;
    assert_misdirected(&options, status, &problem, &life.home);

    let form = "application/x-www-form-urlencoded";
    let (client, secret) = (&life.client, &life.client_secret);
    let credentials = format!("client_id={client}&client_secret={secret}");
    // A program that has no secret is known by its id alone.
    let public = format!("client_id={client}");
    let refresh = format!("grant_type=refresh_token&refresh_token=tdr_eu.AAAA&client_id={}", us.nobody());
    for (path, fields) in [
        ("/api/v1/oauth/token", format!("grant_type=client_credentials&{credentials}")),
        ("/api/v1/oauth/token", format!("grant_type=refresh_token&refresh_token=x&{public}")),
        ("/api/v1/oauth/token", refresh),
        ("/api/v1/oauth/revoke", format!("token={}&{credentials}", life.access_token)),
        ("/api/v1/oauth/revoke", format!("token=x&{public}")),
        ("/api/v1/oauth/device_authorization", credentials.clone()),
        ("/api/v1/oauth/device_authorization", public.clone()),
    ] {
        let (status, problem) = ask(us, "POST", path, headers("", form), fields.clone()).await;
        assert_misdirected(&fields, status, &problem, &life.home);
    }
    let (status, _) =
        ask(us, "POST", "/api/v1/oauth/token", headers("", form), format!("client_id={}", us.nobody())).await;
    assert_eq!(status, 400, "another's program, in OAuth's own words");
    // What regions tell each other is for regions.
    let (status, _) = ask(us, "GET", "/.well-known/tandem-places", HeaderMap::new(), String::new()).await;
    assert_eq!(status, 404);
}

async fn by_socket(us: &Region<'_>, life: &Life) {
    let url = format!("{}/api/v1/ws", us.url.replacen("http", "ws", 1));
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("connected");
    let frame =
        json!({ "id": 1, "type": "authenticate", "data": { "token": life.token, "device": life.user } });
    socket.send(Message::text(frame.to_string())).await.expect("sent");
    let answer = socket.next().await.expect("an answer").expect("a frame").into_text().expect("text");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let problem = &answer["data"];
    assert_misdirected("the socket", 421, problem, &life.home);
    let closed = socket.next().await.expect("the close").expect("a frame");
    assert!(matches!(&closed, Message::Close(Some(frame)) if u16::from(frame.code) == 4401), "{closed:?}");
}

async fn by_phone(us: &Region<'_>, eu: &Region<'_>, life: &Life) {
    let phone = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let (here, domain, user) = (phone.local_addr().expect("bound"), home::DOMAIN, home::PHONE);
    for (method, target, contact) in [
        ("REGISTER", format!("sip:{domain}"), format!("<sip:{}>", eu.sip)),
        ("INVITE", format!("sip:100@{domain}"), format!("<sip:100@{}>", eu.sip)),
    ] {
        let to = if method == "REGISTER" { format!("sip:{user}@{domain}") } else { target.clone() };
        let request = format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{method}\r\nMax-Forwards: 70\r\n\
             From: <sip:{user}@{domain}>;tag=a\r\nTo: <{to}>\r\nCall-ID: {method}@phone\r\nCSeq: 1 {method}\r\n\
             Contact: <sip:{user}@{here}>\r\nContent-Length: 0\r\n\r\n"
        );
        phone.send_to(request.as_bytes(), &us.sip).await.expect("sent");
        let answer = loop {
            let mut buffer = [0; 4_096];
            let (length, _) = phone.recv_from(&mut buffer).await.expect("an answer");
            let answer = String::from_utf8_lossy(&buffer[..length]).into_owned();
            // An INVITE's answer comes again until it is acknowledged, which this phone does not do.
            if !answer.starts_with("SIP/2.0 100") && answer.contains(&format!("CSeq: 1 {method}")) {
                break answer;
            }
        };
        assert!(answer.starts_with("SIP/2.0 302 "), "{answer}");
        assert!(answer.lines().any(|line| line == format!("Contact: {contact}")), "{answer}");
    }
    assert_eq!(life.phone, home::PHONE);
}

fn names_are_of_one_region(us: &Region<'_>) {
    if us.takes_commands() {
        let (code, _, stderr) = us.said(&["org", "create", home::ORG]);
        assert_eq!((code, stderr.contains("taken")), (1, true), "{stderr}");
    }
}

fn the_operator_is_told(us: &Region<'_>) {
    let (_, told, _) = us.said(&["doctor"]);
    assert!(
        told.contains("ok    region eu at http://127.0.0.1:") && told.contains(": 1 organisations"),
        "{told}"
    );
}

fn a_database_stays_where_it_is(eu: &Region<'_>, us: &Region<'_>) {
    let (code, _, stderr) = eu.said_as(us, &["org", "list"]);
    assert_eq!((code, stderr.contains("is of the region eu, not of us")), (2, true), "{stderr}");
    let (code, told, _) = eu.said(&["org", "list"]);
    assert_eq!((code, told.contains(home::ORG)), (0, true), "{told}");
}
