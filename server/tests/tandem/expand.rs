//! `expand`: what ids in an answer name comes with it, as it would have come alone.

use std::collections::BTreeSet;

use crate::support::{Log, Server};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use tandem_proto::DeviceId;

/// The names of things that are included, each once.
fn names(answer: &Value, list: &str, field: &str) -> BTreeSet<String> {
    let things = answer["included"][list].as_array().unwrap_or_else(|| panic!("no {list}: {answer}"));
    let names: BTreeSet<String> =
        things.iter().map(|thing| thing[field].as_str().expect("a name").to_owned()).collect();
    assert_eq!(names.len(), things.len(), "each once: {answer}");
    names
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The routes of the requests that are answered with the next one to a route.
fn routes_until(log: &Log, route: &str) -> Vec<String> {
    let of = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        Some(line["route"].as_str()?.to_owned())
    };
    log.until(&format!("\"route\":\"{route}\"")).iter().filter_map(|line| of(line)).collect()
}

#[tokio::test]
async fn what_ids_name_comes_with_the_answer_and_no_more_than_may_be_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, log) = Server::start_logged(folder.path(), &[]);
    let (admin, me) = (server.token("admin"), server.token("agent1"));
    let people = server.json("/api/v1/people?limit=200", admin).await;
    let id = |name: &str| {
        let person = people["items"].as_array().expect("people").iter().find(|person| person["name"] == name);
        person.expect("there")["id"].clone()
    };
    let (status, chat) = server
        .post(
            "/api/v1/chats",
            me,
            &json!({ "kind": "group", "title": "Team", "members": [id("agent2"), id("supervisor")] }),
        )
        .await;
    assert_eq!(status, StatusCode::CREATED, "{chat}");
    let chat = chat["id"].as_str().expect("an id").to_owned();
    for (who, text) in [("agent1", "one"), ("agent2", "two"), ("agent1", "three")] {
        let message = json!({ "client_id": DeviceId::generate(), "text": text });
        let path = format!("/api/v1/chats/{chat}/messages");
        assert_eq!(server.post(&path, server.token(who), &message).await.0, StatusCode::CREATED);
    }

    // A list, and one thing.
    let all = ["agent1", "agent2", "supervisor"];
    let chats = server.json("/api/v1/chats?expand=members,last_message.author", me).await;
    assert_eq!(names(&chats, "people", "name"), set(&all));
    let one =
        server.json(&format!("/api/v1/chats/{chat}?expand=last_message.author&expand=members"), me).await;
    assert_eq!((names(&one, "people", "name"), &one["title"]), (set(&all), &json!("Team")));
    // As it would have come alone, and with one request for all of them.
    let path = format!("/api/v1/people/{}", id("agent2").as_str().expect("an id"));
    let alone = server.json(&path, me).await;
    assert!(one["included"]["people"].as_array().expect("people").contains(&alone), "{alone}");
    drop(routes_until(&log, "/api/v1/people/{user}"));
    let messages = server.json(&format!("/api/v1/chats/{chat}/messages?expand=author"), me).await;
    assert_eq!(names(&messages, "people", "name"), set(&["agent1", "agent2"]));
    let asked = routes_until(&log, "/api/v1/chats/{chat}/messages");
    assert_eq!(asked, ["/api/v1/people", "/api/v1/chats/{chat}/messages"]);

    // Two steps, of two lists.
    let agents = server.json("/api/v1/agents?expand=queues,queues.members.user,user", admin).await;
    assert_eq!(names(&agents, "queues", "name"), set(&["Support"]));
    assert!(names(&agents, "people", "name").is_superset(&set(&["agent1", "agent2"])));
    let queue = server.demo["queues"][0]["id"].as_str().expect("a queue");
    let (status, headers, body) =
        server.get(&format!("/api/v1/queues/{queue}?expand=members.user,skills.skill"), Some(admin)).await;
    let queue: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((status, &queue["included"]["skills"]), (StatusCode::OK, &json!([])));
    let tag = headers[header::ETAG].to_str().expect("text");
    assert!(tag.len() > 10, "of all that is shown, not the queue's version: {tag}");

    // With less of it, and in a batch.
    let fields = "fields=id,included.people.display_name&expand=members";
    let chats = server.json(&format!("/api/v1/chats?{fields}"), me).await;
    assert_eq!(chats["items"], json!([{ "id": chat }]));
    let people = chats["included"]["people"].as_array().expect("people");
    assert!(
        people.len() == 3 && people.iter().all(|person| person.as_object().expect("one").len() == 1),
        "{chats}"
    );
    let batch = json!({ "requests": [{ "path": "/chats?expand=members", "fields": "id,included.people.display_name" }] });
    let (_, answer) = server.post("/api/v1/batch", me, &batch).await;
    assert_eq!(answer["answers"][0]["body"], chats);
    let (status, _, body) =
        server.get("/api/v1/chats?expand=members&fields=id,included.people.colour", Some(me)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(String::from_utf8_lossy(&body).contains("included.people.colour"));

    // What there is not to be expanded is named, with what there is.
    for (path, known) in [
        ("/api/v1/chats?expand=colour", "members"),
        ("/api/v1/chats?expand=members.user", "members"),
        ("/api/v1/people?expand=id", "nothing"),
        ("/api/v1/chats?expand=", "members"),
    ] {
        let (status, _, body) = server.get(path, Some(me)).await;
        let problem: Value = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}: {problem}");
        assert!(problem["type"].as_str().expect("a type").ends_with("/unknown-expansions"), "{problem}");
        assert!(problem["errors"][0]["message"].as_str().expect("why").contains(known), "{problem}");
    }

    // Who may not list people gets them no other way.
    let token = json!({ "name": "chats only", "scopes": ["chat:use"], "expires_in_days": 1 });
    let (status, made) = server.post("/api/v1/me/tokens", me, &token).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let token = made["token"].as_str().expect("a token");
    assert_eq!(server.get("/api/v1/chats", Some(token)).await.0, StatusCode::OK);
    let (status, _, body) = server.get("/api/v1/chats?expand=members", Some(token)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(String::from_utf8_lossy(&body).contains("people:read"));
    assert!(server.stop().success());
}
