//! An org's life in its home region, of which there must be no trace elsewhere.

use axum::{
    body::Body,
    http::{Request, header},
};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tandem_proto::DeviceId;
use tokio_tungstenite::tungstenite::Message;

use super::region::Region;
use crate::support::send;

pub(crate) const ORG: &str = "hafenkontor.example";
/// Its SIP domain is its name.
pub(crate) const DOMAIN: &str = ORG;
pub(crate) const LOGIN: &str = "ottilie";
pub(crate) const DISPLAY_NAME: &str = "Ottilie Hafenmeister";
pub(crate) const MESSAGE: &str = "Der Schlepper legt um vier ab";
pub(crate) const PHONE: &str = "bruecke-7";
const OTHER_LOGIN: &str = "fiete";
const OTHER_NAME: &str = "Fiete Ankerwind";
const CHAT: &str = "Leinen los im Nordhafen";
const PROGRAM: &str = "Tidenkalender";
const QUEUE: &str = "Lotsendienst";
const HOOK: &str = "hooks.tidenkalender.example";
const NUMBER: &str = "+4948525550137";

/// What there is of it.
pub(crate) struct Life {
    /// Where it is at home.
    pub(crate) home: String,
    org: String,
    /// The administrator.
    pub(crate) user: String,
    other: String,
    chat: String,
    pub(crate) token: String,
    personal: String,
    pub(crate) access_token: String,
    pub(crate) client: String,
    pub(crate) client_secret: String,
    pub(crate) phone: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("text: {value}")).to_owned()
}

impl Life {
    /// Signs in, and does what people do.
    pub(crate) async fn lead(eu: &Region<'_>, password: &str) -> Self {
        let sign_in = json!({ "org": ORG, "name": LOGIN, "password": password });
        let signed_in = at(eu, "POST", "/sessions", "", &sign_in).await;
        let token = text(&signed_in["token"]);
        assert!(token.starts_with("tdm_eu."), "a token names its region");
        let me = &signed_in["me"];
        assert_eq!(me["org"]["region"], "eu");
        let (org, user) = (text(&me["org"]["id"]), text(&me["user"]["id"]));

        let person = json!({
            "name": OTHER_LOGIN, "display_name": OTHER_NAME, "roles": ["agent"], "password": "ahoi, ahoi, ahoi",
        });
        let other = text(&at(eu, "POST", "/people", &token, &person).await["id"]);
        let chat = json!({ "kind": "group", "title": CHAT, "members": [other] });
        let chat = text(&at(eu, "POST", "/chats", &token, &chat).await["id"]);
        let message = json!({ "client_id": DeviceId::generate(), "text": MESSAGE });
        at(eu, "POST", &format!("/chats/{chat}/messages"), &token, &message).await;

        let personal = json!({ "name": "Ausfuhr", "scopes": ["chat:use"] });
        let personal = text(&at(eu, "POST", "/me/tokens", &token, &personal).await["token"]);
        let program = json!({
            "name": PROGRAM, "confidential": true, "redirect_uris": [], "grant_types": ["client_credentials"],
            "scopes": ["chat:use"], "roles": ["agent"],
        });
        let made = at(eu, "POST", "/oauth/clients", &token, &program).await;
        let (client, client_secret) = (text(&made["client"]["id"]), text(&made["secret"]));
        let access_token = own_token(eu, &client, &client_secret).await;

        let phone = at(eu, "POST", "/phones", &token, &json!({ "user": user, "auth_user": PHONE })).await;
        assert!(phone["secret"].is_string() || phone["phone"].is_object(), "{phone}");
        at(eu, "PUT", "/numbers/%2B4948525550137", &token, &json!({ "kind": "user", "user": user })).await;
        at(eu, "POST", "/queues", &token, &json!({ "name": QUEUE, "members": [] })).await;
        let hook = json!({ "name": "Tiden", "url": format!("https://{HOOK}/neu"), "kinds": ["chat.*"] });
        at(eu, "POST", "/webhooks", &token, &hook).await;
        be_there(eu, &token).await;
        Self {
            home: eu.url.clone(),
            org,
            user,
            other,
            chat,
            token,
            personal,
            access_token,
            client,
            client_secret,
            phone: PHONE.to_owned(),
        }
    }

    /// One of each kind.
    pub(crate) fn tokens(&self) -> [&str; 3] {
        [&self.token, &self.personal, &self.access_token]
    }

    /// What it leaves in stores, by what it is.
    pub(crate) fn traces(&self) -> Vec<(&'static str, String)> {
        let hash = |token: &str| {
            let (prefix, random) = token.split_once("_eu.").expect("a token of the region");
            hex::encode(Sha256::digest(format!("{prefix}_{random}")))
        };
        vec![
            ("the org", self.org.clone()),
            ("its name", ORG.to_owned()),
            ("somebody", self.user.clone()),
            ("somebody else", self.other.clone()),
            ("a login name", LOGIN.to_owned()),
            ("another", OTHER_LOGIN.to_owned()),
            ("a name", DISPLAY_NAME.to_owned()),
            ("another's name", OTHER_NAME.to_owned()),
            ("a chat", self.chat.clone()),
            ("its title", CHAT.to_owned()),
            ("a message", MESSAGE.to_owned()),
            ("a program", self.client.clone()),
            ("its name", PROGRAM.to_owned()),
            ("a phone", PHONE.to_owned()),
            ("a number", NUMBER.to_owned()),
            ("a queue", QUEUE.to_owned()),
            ("a webhook", HOOK.to_owned()),
            ("a session's token", hash(&self.token)),
            ("a personal token", hash(&self.personal)),
            ("a program's token", hash(&self.access_token)),
        ]
    }
}

async fn at(eu: &Region<'_>, method: &str, path: &str, token: &str, body: &Value) -> Value {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{}/api/v1{path}", eu.url))
        .header(header::CONTENT_TYPE, "application/json");
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let (status, _, answer) = send(request.body(Body::from(body.to_string())).expect("a request")).await;
    let answer = serde_json::from_slice(&answer).unwrap_or(Value::Null);
    assert!(status.is_success(), "{method} {path}: {status} {answer}");
    answer
}

/// What the program gets for itself.
async fn own_token(eu: &Region<'_>, client: &str, secret: &str) -> String {
    let fields = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
    let request = Request::post(format!("{}/api/v1/oauth/token", eu.url))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(fields));
    let (_, _, answer) = send(request.expect("a request")).await;
    text(&serde_json::from_slice::<Value>(&answer).expect("JSON")["access_token"])
}

/// A browser that is open: presence knows of it.
async fn be_there(eu: &Region<'_>, token: &str) {
    let url = format!("{}/api/v1/ws", eu.url.replacen("http", "ws", 1));
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("connected");
    for (id, kind, data) in [
        (1, "authenticate", json!({ "token": token, "device": DeviceId::generate() })),
        (2, "heartbeat", json!({ "active": true })),
        (3, "subscribe", json!({ "topics": [] })),
    ] {
        let frame = json!({ "id": id, "type": kind, "data": data });
        socket.send(Message::text(frame.to_string())).await.expect("sent");
    }
    let answered = |frame: &Message| {
        let frame = frame.to_text().ok().and_then(|text| serde_json::from_str::<Value>(text).ok());
        frame.is_some_and(|frame| frame["id"] == 3)
    };
    while !answered(&socket.next().await.expect("open").expect("a frame")) {}
}
