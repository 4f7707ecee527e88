//! What a first screen costs: a desktop loads what it will show for the day, a phone what fits on it.
#![expect(clippy::print_stdout, reason = "the figures are what it is about")]

use crate::support::Server;
use axum::http::StatusCode;
use serde_json::{Value, json};
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

/// A row of the list of chats, as both screens show it.
#[derive(PartialEq, Eq, Debug)]
struct Row {
    title: String,
    unread: u64,
    author: String,
    text: String,
}

/// The first rows of the list, from the chats and those who are in them.
fn rows(chats: &Value, people: &Value, count: usize) -> Vec<Row> {
    let people = people.as_array().expect("people");
    let name = |id: &Value| {
        let person = people.iter().find(|person| person["id"] == *id).unwrap_or_else(|| panic!("no {id}"));
        person["display_name"].as_str().expect("a name").to_owned()
    };
    let row = |chat: &Value| Row {
        title: chat["title"].as_str().expect("a title").to_owned(),
        unread: chat["unread"].as_u64().expect("a number"),
        author: name(&chat["last_message"]["author"]),
        text: chat["last_message"]["text"].as_str().expect("a text").to_owned(),
    };
    chats.as_array().expect("chats").iter().take(count).map(row).collect()
}

/// A list of chats: the desktop's client has all chats and all people at hand, a phone shows as many rows as fit and who wrote last in them.
#[tokio::test]
async fn a_phones_list_of_chats_costs_a_tenth_of_a_desktops_and_shows_the_same() {
    /// Rows of 72 pixels on 812.
    const ROWS: usize = 11;
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
    let everybody = server.json("/api/v1/people?limit=200", me).await;
    let colleagues = everybody["items"].as_array().expect("people").iter();
    let colleagues =
        colleagues.filter(|person| ["agent2", "supervisor"].iter().any(|name| person["name"] == *name));
    let colleagues: Vec<&Value> = colleagues.map(|person| &person["id"]).collect();
    for number in 0..PEOPLE {
        let members: Vec<&Value> =
            people.iter().cycle().skip(number).take(6).chain(colleagues.iter().copied()).collect();
        let chat = json!({ "kind": "group", "title": format!("Team {number}"), "members": members });
        let (status, chat) = server.post("/api/v1/chats", me, &chat).await;
        assert_eq!(status, StatusCode::CREATED, "{chat}");
        let path = format!("/api/v1/chats/{}/messages", chat["id"].as_str().expect("an id"));
        let message =
            json!({ "client_id": DeviceId::generate(), "text": "Can somebody look at the router?" });
        let author = server.token(["agent1", "agent2", "supervisor"][number % 3]);
        assert_eq!(server.post(&path, author, &message).await.0, StatusCode::CREATED);
    }

    let body = async |path: &str| {
        let (status, _, body) = server.get(path, Some(me)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&body));
        (body.len(), serde_json::from_slice::<Value>(&body).expect("JSON"))
    };
    let (bytes_of_people, everybody) = body("/api/v1/people?limit=200").await;
    let (bytes_of_chats, chats) = body("/api/v1/chats?limit=200").await;
    let desktop = bytes_of_people + bytes_of_chats;
    let fields = "id,title,unread,last_message.author,last_message.text,included.people.id,included.people.display_name";
    let (phone, answer) =
        body(&format!("/api/v1/chats?limit={ROWS}&expand=last_message.author&fields={fields}")).await;
    println!("list of chats: phone {phone} bytes of desktop's {desktop}");
    let shown = rows(&answer["items"], &answer["included"]["people"], ROWS);
    assert_eq!((shown.len(), &shown), (ROWS, &rows(&chats["items"], &everybody["items"], ROWS)));
    assert!(phone * 10 <= desktop, "{phone} of {desktop} bytes");
    assert!(server.stop().success());
}
