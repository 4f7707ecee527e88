//! What a first screen costs: a desktop loads what it will show for the day, a phone what fits on it.
#![expect(clippy::print_stdout, reason = "the figures are what it is about")]

#[expect(dead_code, reason = "each test file uses its part")]
mod support;

use axum::http::StatusCode;
use serde_json::{Value, json};
use support::Server;
use tandem_proto::DeviceId;

/// What the web client asks for when somebody has signed in.
const DESKTOP: [&str; 7] = [
    "/api/v1/me",
    "/api/v1/people?limit=200",
    "/api/v1/chats?limit=200",
    "/api/v1/calls?active=true&limit=200",
    "/api/v1/agents/me",
    "/api/v1/queues?limit=200",
    "/api/v1/queues/stats?limit=200",
];
const PEOPLE: usize = 24;
const CHATS: usize = 12;

/// Who one is, the newest chats with what was said last, and the call that may be up.
fn phone() -> Value {
    json!({ "requests": [
        { "path": "/me", "fields": "user.id,user.display_name,user.presence.primary" },
        { "path": "/chats?limit=5", "fields": "id,title,unread,last_message.text,last_message.at" },
        { "path": "/calls?active=true&limit=1", "fields": "id,started_at,legs.name,legs.state" },
        { "path": "/agents/me", "fields": "status" },
    ] })
}

#[tokio::test]
async fn a_phones_first_screen_costs_a_tenth_of_a_desktops() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (admin, me) = (server.token("admin"), server.token("agent1"));
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let person = json!({ "name": format!("person{number}"), "display_name": format!("Person {number}"),
            "title": "Customer service", "roles": ["agent"], "password": "correct horse battery" });
        let (status, made) = server.post("/api/v1/people", admin, &person).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        people.push(made["id"].clone());
    }
    for number in 0..CHATS {
        let chat = json!({ "kind": "group", "title": format!("Team {number}"), "members": people[number..number + 8] });
        let (status, chat) = server.post("/api/v1/chats", me, &chat).await;
        assert_eq!(status, StatusCode::CREATED, "{chat}");
        let path = format!("/api/v1/chats/{}/messages", chat["id"].as_str().expect("an id"));
        let text = "Can somebody look at the router?";
        let message = json!({ "client_id": DeviceId::generate(), "text": text });
        assert_eq!(server.post(&path, me, &message).await.0, StatusCode::CREATED);
    }

    let mut desktop = 0;
    for path in DESKTOP {
        let (status, _, body) = server.get(path, Some(me)).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        println!("desktop {:>6} bytes GET {path}", body.len());
        desktop += body.len();
    }
    let (status, answer) = server.post("/api/v1/batch", me, &phone()).await;
    let phone = answer.to_string().len();
    println!("phone   {phone:>6} bytes POST /api/v1/batch, of {desktop}");
    let answers = answer["answers"].as_array().expect("answers");
    assert!(status == StatusCode::OK && answers.iter().all(|each| each["status"] == 200), "{answer}");
    let chats = answers[1]["body"]["items"].as_array().expect("chats");
    assert_eq!(chats.len(), 5);
    assert_eq!(chats[0]["last_message"]["text"], "Can somebody look at the router?");
    assert!(phone * 10 <= desktop, "{phone} of {desktop} bytes");
    assert!(server.stop().success());
}
