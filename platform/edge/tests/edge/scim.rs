//! Other systems keep up people and groups (RFC 7643, RFC 7644), with the rights of whoever's token they use and no more.

use crate::support::{self, PASSWORD, Server};
use http::{HeaderMap, Method, Request, header};
use http_body_util::Full;
use serde_json::{Value, json};
use tandem_core::OrgScope;
use tandem_edge::scim::operations;
use tandem_proto::api::Role;
use tandem_test_support::Postgres;

const NONE: Value = Value::Null;

/// Asks something of SCIM; answers status, headers and body.
async fn asks(
    server: &Server,
    token: Option<&str>,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Value,
) -> (u16, HeaderMap, Value) {
    let mut request = Request::builder().method(method).uri(format!("http://{}{path}", server.address));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if !body.is_null() {
        request = request.header(header::CONTENT_TYPE, "application/scim+json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, headers, answer) = server.send(request.body(Full::from(body)).expect("a request")).await;
    (status.as_u16(), headers, answer)
}

/// As [`asks`], for one who only needs status and body.
async fn ask(server: &Server, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let (status, _, answer) = asks(server, Some(token), method, &format!("/scim/v2{path}"), &[], body).await;
    (status, answer)
}

fn patch(operations: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

async fn admin(server: &Server, org: OrgScope, name: &str) -> String {
    server.person(org, name, vec![Role::Admin]).await.1
}

/// A personal token with these scopes.
async fn token(server: &Server, session: &str, scopes: &[&str]) -> String {
    let new = json!({ "name": "SCIM", "scopes": scopes, "expires_in_days": 7 });
    let (status, made) = server.ask(session, Method::POST, "/me/tokens", new).await;
    assert_eq!(status, 201, "{made}");
    made["token"].as_str().expect("a token").to_owned()
}

fn id(resource: &Value) -> &str {
    resource["id"].as_str().expect("an id")
}

/// Whether an answer is a refusal as SCIM has it.
fn is_refusal((status, headers, body): &(u16, HeaderMap, Value)) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/scim+json")
        && body["schemas"] == json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        && body["status"].as_str().and_then(|text| text.parse().ok()) == Some(*status)
}

async fn every_operation_refuses_strangers(server: Server) {
    let (ours, theirs) = (server.org("acme").await, server.org("globex").await);
    let (root, hank) = (admin(&server, ours, "root").await, admin(&server, theirs, "hank").await);
    let bare = token(&server, &root, &["chat:use"]).await;
    let (_, ada) = ask(&server, &root, Method::POST, "/Users", json!({ "userName": "ada" })).await;
    let (_, tour) = ask(&server, &root, Method::POST, "/Groups", json!({ "displayName": "Tour" })).await;
    let mut tried = 0;
    for operation in operations() {
        let ours = if operation.path.contains("/Groups") { id(&tour) } else { id(&ada) };
        let path = operation.path.replace("{id}", ours);
        let body = match operation.method {
            Method::POST | Method::PUT => json!({ "userName": "eve", "displayName": "Eve" }),
            Method::PATCH => patch(json!([{ "op": "replace", "path": "displayName", "value": "Eve" }])),
            _ => NONE,
        };
        let call = async |token: Option<&str>| {
            asks(&server, token, operation.method.clone(), &path, &[], body.clone()).await
        };
        let stranger = call(None).await;
        if operation.needs.is_none() {
            let wanted = if operation.path.contains("{id}") { 404 } else { 200 };
            assert_eq!(stranger.0, wanted, "{operation:?}: {}", stranger.2);
            continue;
        }
        tried += 1;
        assert!(stranger.0 == 401 && is_refusal(&stranger), "{operation:?}: {stranger:?}");
        let without = call(Some(&bare)).await;
        assert!(without.0 == 403 && is_refusal(&without), "{operation:?}: {without:?}");
        if operation.path.contains("{id}") {
            let other = call(Some(&hank)).await;
            assert!(other.0 == 404 && is_refusal(&other), "{operation:?}: {other:?}");
        }
    }
    assert_eq!(tried, 14);
    // Nobody of the other org changed anything, and its lists show nothing of ours.
    let (_, still) = ask(&server, &root, Method::GET, &format!("/Users/{}", id(&ada)), NONE).await;
    assert_eq!(still["displayName"], "ada");
    let (_, list) = ask(&server, &hank, Method::GET, "/Users?filter=userName%20eq%20%22ada%22", NONE).await;
    assert_eq!(list["totalResults"], 0, "{list}");
    // Nor is somebody of ours brought into a group of theirs.
    let stolen = json!({ "displayName": "Loot", "members": [{ "value": id(&ada) }] });
    assert_eq!(ask(&server, &hank, Method::POST, "/Groups", stolen).await.0, 400);
    let (_, groups) = ask(&server, &hank, Method::GET, "/Groups", NONE).await;
    assert_eq!(groups["totalResults"], 0, "{groups}");
}

async fn people_come_change_and_go(server: Server) {
    let org = server.org("acme").await;
    let root = admin(&server, org, "root").await;
    let new = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Ada@Example.com", "externalId": "00u1",
        "name": { "givenName": "Ada", "familyName": "Lovelace" }, "title": "Countess", "active": true,
        "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Engines" },
    });
    let (status, headers, ada) =
        asks(&server, Some(&root), Method::POST, "/scim/v2/Users", &[], new.clone()).await;
    assert_eq!((status, &ada["displayName"]), (201, &json!("Ada Lovelace")), "{ada}");
    assert_eq!(headers[header::LOCATION], ada["meta"]["location"].as_str().expect("a location"));
    let path = format!("/Users/{}", id(&ada));
    let (status, again) = ask(&server, &root, Method::POST, "/Users", new).await;
    assert_eq!((status, &again["scimType"]), (409, &json!("uniqueness")), "{again}");

    // Found by what other systems look for, however they write it.
    for filter in [
        r#"userName eq "ada@example.com""#,
        r#"externalId eq "00u1" and active eq "True""#,
        r#"emails[type eq "work"] and name.familyName sw "love""#,
        &format!(r#"id eq "{}""#, id(&ada)),
    ] {
        let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let (status, list) =
            ask(&server, &root, Method::GET, &format!("/Users?filter={query}&attributes=userName"), NONE)
                .await;
        assert_eq!((status, &list["totalResults"]), (200, &json!(1)), "{filter}: {list}");
        assert_eq!(
            list["Resources"][0],
            json!({ "schemas": ada["schemas"], "id": ada["id"], "userName": "Ada@Example.com" })
        );
    }
    let (status, wrong) = ask(&server, &root, Method::GET, "/Users?filter=userName%20eq", NONE).await;
    assert_eq!((status, &wrong["scimType"]), (400, &json!("invalidFilter")), "{wrong}");
    let (_, page) = ask(&server, &root, Method::GET, "/Users?startIndex=2&count=1", NONE).await;
    assert_eq!(
        (&page["totalResults"], &page["itemsPerPage"], &page["startIndex"]),
        (&json!(2), &json!(1), &json!(2))
    );

    // Nobody has a password of ours who came this way; what they may do comes otherwise.
    assert_eq!(server.sign_in("ada@example.com", "").await.0, 401);
    assert_eq!(server.sign_in("ada@example.com", PASSWORD).await.0, 401);
    let user = id(&ada).parse().expect("an id");
    let session = server.identity.issue_token(org, user).await.expect("a token");
    let (_, me) = server.ask(&session, Method::GET, "/me", NONE).await;
    assert_eq!((&me["permissions"], &me["user"]["provisioned"]), (&json!([]), &json!(true)), "{me}");

    // Mail goes where the other system says, unless somebody else has the address.
    let mail_to = async |user| {
        server.identity.user(org, user).await.expect("reads").expect("somebody").email.unwrap_or_default()
    };
    assert_eq!(mail_to(user).await, "ada@example.com");
    let twin = json!({ "userName": "twin", "emails": [{ "value": "Ada@Example.com" }] });
    let (status, twin) = ask(&server, &root, Method::POST, "/Users", twin).await;
    assert_eq!((status, &twin["emails"][0]["value"]), (201, &json!("Ada@Example.com")), "{twin}");
    assert_eq!(mail_to(id(&twin).parse().expect("an id")).await, "");
    let moved = patch(
        json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "ada@other.example" }]),
    );
    assert_eq!(ask(&server, &root, Method::PATCH, &path, moved).await.0, 200);
    assert_eq!(mail_to(user).await, "ada@other.example");

    // A change that was made of an older state is refused.
    let full = format!("/scim/v2{path}");
    let (_, headers, _) = asks(&server, Some(&root), Method::GET, &full, &[], NONE).await;
    let tag = headers[header::ETAG].to_str().expect("a tag").to_owned();
    let known = [("If-None-Match", tag.as_str())];
    assert_eq!(asks(&server, Some(&root), Method::GET, &full, &known, NONE).await.0, 304);
    let rename = patch(json!([{ "op": "Replace", "value": { "name.familyName": "King" } }]));
    let wanted = [("If-Match", tag.as_str())];
    let (status, _, renamed) =
        asks(&server, Some(&root), Method::PATCH, &full, &wanted, rename.clone()).await;
    assert_eq!((status, &renamed["displayName"]), (200, &json!("Ada King")), "{renamed}");
    assert_eq!(asks(&server, Some(&root), Method::PATCH, &full, &wanted, rename).await.0, 412);
    assert_eq!(asks(&server, Some(&root), Method::DELETE, &full, &wanted, NONE).await.0, 412);
    let (status, refused) = ask(
        &server,
        &root,
        Method::PATCH,
        &path,
        patch(json!([{ "op": "replace", "path": "id", "value": "x" }])),
    )
    .await;
    assert_eq!((status, &refused["scimType"]), (400, &json!("mutability")), "{refused}");

    // Deactivating ends what acts for them.
    let mut socket = server.connect(&session).await;
    let off = patch(json!([{ "op": "Replace", "path": "active", "value": "False" }]));
    let (status, gone) = ask(&server, &root, Method::PATCH, &path, off).await;
    assert_eq!((status, &gone["active"]), (200, &json!(false)), "{gone}");
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.ask(&session, Method::GET, "/me", NONE).await.0, 401);
    // A `PUT` that says nothing of it lets nobody in again.
    let (_, put) = ask(&server, &root, Method::PUT, &path, json!({ "userName": "ada@example.com" })).await;
    assert_eq!(
        (&put["active"], &put["title"], &put["displayName"]),
        (&json!(false), &NONE, &json!("ada@example.com"))
    );
    let (_, back) =
        ask(&server, &root, Method::PUT, &path, json!({ "userName": "ada", "active": true })).await;
    assert_eq!((&back["active"], &back["userName"]), (&json!(true), &json!("ada")), "{back}");

    // Who is removed is gone for SCIM alone, and their login name is free.
    assert_eq!(ask(&server, &root, Method::DELETE, &path, NONE).await.0, 204);
    assert_eq!(ask(&server, &root, Method::GET, &path, NONE).await.0, 404);
    assert_eq!(ask(&server, &root, Method::DELETE, &path, NONE).await.0, 404);
    let left = server.identity.user(org, user).await.expect("reads").expect("still there");
    assert!(!left.active && !left.provisioned && left.display_name == "ada", "{left:?}");
    assert_eq!(left.email, None, "another may have it");
    let (status, other) = ask(&server, &root, Method::POST, "/Users", json!({ "userName": "ada" })).await;
    assert_eq!(status, 201, "{other}");
    assert_ne!(other["id"], ada["id"], "another person: what the first one did is not theirs");
    let told = server.told_of(org, user).await;
    for kind in ["user.created", "user.changed", "user.deactivated", "user.reactivated"] {
        assert!(told.iter().any(|one| one == kind), "{kind}: {told:?}");
    }
}

async fn a_group_gives_its_roles(server: Server) {
    let org = server.org("acme").await;
    let root = admin(&server, org, "root").await;
    let (ann, anns) = server.user(org, "ann").await;
    let may = async |permission: &str| {
        let (_, me) = server.ask(&anns, Method::GET, "/me", NONE).await;
        me["permissions"].as_array().expect("a list").iter().any(|held| held == permission)
    };
    let (_, tour) =
        ask(&server, &root, Method::POST, "/Groups", json!({ "displayName": "Tour", "externalId": "g1" }))
            .await;
    let path = format!("/Groups/{}", id(&tour));
    let roles = json!({ "roles": ["supervisor"] });
    let (status, info) = server.ask(&root, Method::PUT, &format!("{path}/roles").to_lowercase(), roles).await;
    assert_eq!(
        (status, &info["roles"], &info["provisioned"]),
        (200, &json!(["supervisor"]), &json!(true)),
        "{info}"
    );

    // Nobody gives by a group what they do not hold.
    let weak = token(&server, &root, &["people:read", "people:write", "role:write"]).await;
    let join = patch(json!([{ "op": "Add", "path": "members", "value": [{ "value": ann.id }] }]));
    let (status, refused) = ask(&server, &weak, Method::PATCH, &path, join.clone()).await;
    assert_eq!(status, 403, "{refused}");
    let native = format!("/groups/{}/members/{}", id(&tour), ann.id);
    assert_eq!(server.ask(&weak, Method::PUT, &native, NONE).await.0, 403);
    let more = json!({ "roles": ["admin"] });
    assert_eq!(server.ask(&weak, Method::PUT, &format!("{path}/roles").to_lowercase(), more).await.0, 403);
    assert!(!may("queue:write").await);

    // Open sockets follow.
    let mut socket = server.connect(&anns).await;
    socket.subscribe(None).await;
    let (status, joined) = ask(&server, &root, Method::PATCH, &path, join.clone()).await;
    assert_eq!((status, &joined["members"][0]["value"]), (200, &json!(ann.id)), "{joined}");
    assert!(may("queue:write").await);
    let version = joined["meta"]["version"].clone();
    let (_, same) = ask(&server, &root, Method::PATCH, &path, join).await;
    assert_eq!(same["meta"]["version"], version, "nothing changed");
    let (_, shown) = ask(&server, &root, Method::GET, &format!("/Users/{}", ann.id), NONE).await;
    assert_eq!(shown["groups"][0]["display"], "Tour", "{shown}");
    let filter =
        format!("/Groups?filter=members%5Bvalue%20eq%20%22{}%22%5D&excludedAttributes=members", ann.id);
    let (_, found) = ask(&server, &root, Method::GET, &filter, NONE).await;
    assert_eq!((&found["totalResults"], &found["Resources"][0]["members"]), (&json!(1), &NONE), "{found}");

    // Nobody changes somebody who may do more than they, by a group too.
    let agents = ["people:read", "people:write", "chat:use", "call:use", "agent:on_queue", "queue:read"];
    let agents = token(&server, &root, &agents).await;
    let off = patch(json!([{ "op": "replace", "value": { "active": false } }]));
    assert_eq!(ask(&server, &agents, Method::PATCH, &format!("/Users/{}", ann.id), off).await.0, 403);
    // A role that a group stands for is not removed.
    let new = json!({ "name": "night", "title": "Night", "permissions": ["chat:use"] });
    assert_eq!(server.ask(&root, Method::POST, "/roles", new).await.0, 201);
    let both = json!({ "roles": ["supervisor", "night"] });
    assert_eq!(server.ask(&root, Method::PUT, &format!("{path}/roles").to_lowercase(), both).await.0, 200);
    assert_eq!(
        support::slug(&server.ask(&root, Method::DELETE, "/roles/night", NONE).await.1),
        "role-is-held"
    );

    let leave = patch(json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", ann.id) }]));
    let (status, left) = ask(&server, &root, Method::PATCH, &path, leave).await;
    assert_eq!((status, &left["members"]), (200, &NONE), "{left}");
    assert!(!may("queue:write").await);
    assert_eq!(server.ask(&root, Method::PUT, &native, NONE).await.0, 204);
    assert!(may("queue:write").await);
    assert_eq!(ask(&server, &root, Method::DELETE, &path, NONE).await.0, 204);
    assert!(!may("queue:write").await, "the group is gone, and with it what it gave");
    let told = server.told_of(org, ann.id).await;
    let of = |kind: &str| told.iter().filter(|one| *one == kind).count();
    assert_eq!((of("group.member.added"), of("group.member.removed")), (2, 1), "{told:?}");
}

async fn no_more_than_the_org_may_have(server: Server) {
    use tandem_proto::api::OrgLimit;
    let org = server.org("acme").await;
    let root = admin(&server, org, "root").await;
    let limits = async || {
        let (status, page) = server.ask(&root, Method::GET, "/org/limits", NONE).await;
        assert_eq!(status, 200, "{page}");
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|one| one["limit"] == "people")
            .cloned()
            .expect("people")
    };
    assert_eq!(limits().await, json!({ "limit": "people", "value": 100_000, "used": 1, "set": false }));
    server.identity.set_limit(org, support::cause(), OrgLimit::People, 3).await.expect("set");
    let make =
        async |name: &str| ask(&server, &root, Method::POST, "/Users", json!({ "userName": name })).await;
    let (_, bob) = make("bob").await;
    // Of many at once one gets the last place.
    let made = futures::future::join_all(["c1", "c2", "c3", "c4", "c5"].map(make)).await;
    let statuses: Vec<u16> = made.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{made:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 4, "{made:?}");
    assert_eq!(limits().await, json!({ "limit": "people", "value": 3, "used": 3, "set": true }));
    // Who may not sign in takes no place, until they come back.
    let active = |is: bool| patch(json!([{ "op": "replace", "value": { "active": is } }]));
    let path = format!("/Users/{}", id(&bob));
    assert_eq!(ask(&server, &root, Method::PATCH, &path, active(false)).await.0, 200);
    assert_eq!(make("eve").await.0, 201);
    let refused = server.ask(&root, Method::POST, &format!("/people/{}/reactivate", id(&bob)), NONE).await;
    assert_eq!((refused.0, support::slug(&refused.1)), (409, "limit-reached"), "{}", refused.1);
    assert_eq!(refused.1["errors"][0], json!({ "field": "people", "message": "3 of 3" }), "{}", refused.1);
    // Fewer than there are takes nobody away.
    server.identity.set_limit(org, support::cause(), OrgLimit::People, 1).await.expect("set");
    assert_eq!(limits().await["used"], 3);
    server.identity.set_limit(org, support::cause(), OrgLimit::Groups, 0).await.expect("set");
    let refused = server.ask(&root, Method::POST, "/groups", json!({ "name": "Tour" })).await;
    assert_eq!((refused.0, support::slug(&refused.1)), (409, "limit-reached"), "{}", refused.1);
}

async fn who_looks_after_a_division_keeps_up_its_people(server: Server) {
    let org = server.org("acme").await;
    let root = admin(&server, org, "root").await;
    let (lena, local) = server.person(org, "lena", vec![Role::Agent]).await;
    let (_, europe) = server.ask(&root, Method::POST, "/divisions", json!({ "name": "Europe" })).await;
    let held = json!({ "roles": [], "grants": [{ "role": "admin", "divisions": [europe["id"]] }] });
    let path = format!("/people/{}/roles", lena.id);
    assert_eq!(server.ask(&root, Method::PUT, &path, held).await.0, 204);
    let (_, ada) = ask(&server, &root, Method::POST, "/Users", json!({ "userName": "ada" })).await;
    let path = format!("/Users/{}", id(&ada));
    let leaves = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    for (method, path, body) in [
        (Method::POST, "/Users", json!({ "userName": "bob" })),
        (Method::POST, "/Groups", json!({ "displayName": "Tour" })),
        (Method::PATCH, path.as_str(), leaves.clone()),
        (Method::DELETE, path.as_str(), Value::Null),
    ] {
        let (status, answer) = ask(&server, &local, method.clone(), path, body).await;
        assert_eq!(status, 403, "{method} {path}: {answer}");
    }
    let things = json!({ "kind": "person", "things": [ada["id"]] });
    let to = format!("/divisions/{}/things", id(&europe));
    assert_eq!(server.ask(&root, Method::POST, &to, things).await.0, 204);
    let (status, left) = ask(&server, &local, Method::PATCH, &path, leaves).await;
    assert_eq!((status, &left["active"]), (200, &json!(false)));
}

macro_rules! on_both {
    ($($story:ident: $sqlite:ident, $postgres:ident;)+) => {$(
        #[tokio::test]
        async fn $sqlite() {
            $story(Server::start().await).await;
        }

        #[tokio::test]
        async fn $postgres() {
            let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
            $story(Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await).await;
        }
    )+};
}

on_both! {
    every_operation_refuses_strangers: strangers_on_sqlite, strangers_on_postgres;
    people_come_change_and_go: people_on_sqlite, people_on_postgres;
    a_group_gives_its_roles: groups_on_sqlite, groups_on_postgres;
    no_more_than_the_org_may_have: limits_on_sqlite, limits_on_postgres;
    who_looks_after_a_division_keeps_up_its_people: divisions_on_sqlite, divisions_on_postgres;
}
