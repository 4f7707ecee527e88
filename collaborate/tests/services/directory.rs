//! Finding and adding people.

use crate::world::World;
use serde_json::{Value, json};
use tandem_proto::{UserId, api::Role};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("a list").iter().filter_map(|person| person["name"].as_str()).collect()
}

#[tokio::test]
async fn people_are_listed_by_display_name_page_by_page() {
    let world = World::new().await;
    let [ada, ..] = world.agents(["ada", "cem", "ben", "dora"]).await;
    let elsewhere = world.org("elsewhere").await;
    world.person(elsewhere, "alien", Role::Agent).await;
    let first = world.ok(&ada, "GET /people?limit=3", Value::Null).await;
    assert_eq!(names(&first), ["ada", "ben", "cem"]);
    let next = first["next"].as_str().expect("another page");
    let last = world.ok(&ada, &format!("GET /people?limit=3&cursor={next}"), Value::Null).await;
    assert_eq!(names(&last), ["dora"]);
    assert!(last.get("next").is_none());
    assert_eq!(names(&world.ok(&ada, "GET /people?query=EN", Value::Null).await), ["ben"]);
}

#[tokio::test]
async fn an_admin_adds_people() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let admin = world.person(ada.scope, "root", Role::Admin).await;
    let new = json!({
        "name": "grace", "display_name": "Grace Hopper", "roles": ["agent"], "password": "nanoseconds of wire",
        "extension": "1906",
    });
    let (status, problem) = world.request(&ada, "POST /people", new.clone()).await;
    assert_eq!((status, &problem["type"]), (403, &json!("https://tandem.dev/problems/forbidden")));
    let (status, grace) = world.request(&admin, "POST /people", new.clone()).await;
    assert_eq!(status, 201);
    assert_eq!((&grace["extension"], &grace["presence"]["primary"]), (&json!("1906"), &json!("offline")));
    let id = grace["id"].as_str().expect("an id");
    assert_eq!(world.ok(&ada, &format!("GET /people/{id}"), Value::Null).await["name"], "grace");
    assert_eq!(names(&world.ok(&ada, "GET /people?query=190%20hop", Value::Null).await), ["grace"]);

    for (field, value, status) in [
        ("name", json!("grace"), 409),
        ("extension", json!("1906"), 409),
        ("name", json!("Grace!"), 422),
        ("password", json!("short"), 422),
        ("display_name", json!(""), 422),
        ("extension", json!("x"), 422),
        ("roles", json!([]), 422),
        ("shoe_size", json!(38), 422),
    ] {
        let mut body = json!({
            "name": "other", "display_name": "Other", "roles": ["agent"], "password": "nanoseconds of wire",
        });
        body[field] = value;
        let (answered, problem) = world.request(&admin, "POST /people", body).await;
        assert_eq!((answered, &problem["errors"][0]["field"]), (status, &json!(field)), "{problem}");
    }
}

#[tokio::test]
async fn other_orgs_people_are_not_found() {
    let world = World::new().await;
    let [ada] = world.agents(["ada"]).await;
    let elsewhere = world.org("elsewhere").await;
    let mallory = world.person(elsewhere, "mallory", Role::Admin).await;
    for user in [ada.user, UserId::generate()] {
        assert_eq!(world.request(&mallory, &format!("GET /people/{user}"), Value::Null).await.0, 404);
    }
    assert_eq!(world.request(&mallory, "GET /people/not-an-id", Value::Null).await.0, 404);
    assert_eq!(names(&world.ok(&mallory, "GET /people", Value::Null).await), ["mallory"]);
}
