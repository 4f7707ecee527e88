//! What two connected clients see of each other.

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tandem_presence::LEASE;
use tandem_proto::{DeviceId, Timestamp};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};
use uuid::Uuid;

use crate::world::World;

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    /// A tab that signed in and follows everything from now on.
    async fn connect(address: SocketAddr, token: &str) -> Self {
        let (stream, _) =
            tokio_tungstenite::connect_async(format!("ws://{address}/api/v1/ws")).await.expect("upgraded");
        let mut client = Self(stream);
        let data = json!({ "token": token, "device": DeviceId::generate() });
        client.send(json!({ "id": 1, "type": "authenticate", "data": data })).await;
        client.until(|frame| frame["type"] == "reply").await;
        client.send(json!({ "id": 2, "type": "subscribe", "data": {} })).await;
        client.until(|frame| frame["type"] == "reply").await;
        client
    }

    async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.expect("sent");
    }

    /// The next frame that is so.
    async fn until(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let frame = self.0.next().await.expect("open").expect("reads");
                if let Ok(text) = frame.to_text()
                    && let Ok(frame) = serde_json::from_str::<Value>(text)
                    && is(&frame)
                {
                    return frame;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), found).await.expect("in time")
    }

    /// The next event of a kind.
    async fn event(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["type"] == "event" && frame["data"]["type"] == kind).await["data"]["data"]
            .clone()
    }
}

#[tokio::test]
async fn a_new_chat_reaches_who_is_connected_and_so_does_what_is_said_in_it() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let address = world.serve().await;
    let mut screen = Client::connect(address, &world.token(&ben)).await;

    let chat = world.ok(&ada, "POST /chats", json!({ "kind": "direct", "members": [ben.user] })).await;
    let chat = chat["id"].as_str().expect("an id");
    assert_eq!(screen.event("chat.created").await["chat"], chat);
    let body = json!({ "client_id": Uuid::new_v4(), "text": "hello" });
    world.ok(&ada, &format!("POST /chats/{chat}/messages"), body).await;
    assert_eq!(screen.event("chat.message.posted").await["message"]["text"], "hello");
    world.ok(&ada, &format!("POST /chats/{chat}/typing"), Value::Null).await;
    let typing = screen.until(|frame| frame["type"] == "signal").await;
    assert_eq!((&typing["data"]["signal"], &typing["data"]["user"]), (&json!("typing"), &json!(ada.user)));
}

#[tokio::test]
async fn a_closed_tab_is_seen_offline() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let address = world.serve().await;
    let mut screen = Client::connect(address, &world.token(&ben)).await;
    let tab = Client::connect(address, &world.token(&ada)).await;
    let of_ada = |event: &Value| event["user"] == json!(ada.user);
    let mut changed = screen.event("presence.changed").await;
    while !of_ada(&changed) {
        changed = screen.event("presence.changed").await;
    }
    assert_eq!(changed["presence"]["primary"], "available");

    let closed = world.clock_now();
    drop(tab);
    // Whether the server saw the socket close or not: the lease ends at the latest then.
    world.pass(LEASE).await;
    let mut changed = screen.event("presence.changed").await;
    while !of_ada(&changed) {
        changed = screen.event("presence.changed").await;
    }
    assert_eq!(changed["presence"]["primary"], "offline");
    let since: Timestamp = serde_json::from_value(changed["presence"]["since"].clone()).expect("a time");
    assert!(since.since(closed) < Duration::from_secs(10));
}
