//! Divisions, and roles held in some of them, over HTTP, on both stores.

use crate::support::{Server, slug};
use http::Method;
use serde_json::{Value, json};
use tandem_proto::{DivisionId, OrgId, api::Role};
use tandem_test_support::Postgres;

const NONE: Value = Value::Null;

/// A problem's status and kind.
fn refusal((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, slug(problem))
}

async fn on_postgres() -> (Postgres, Server) {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    (postgres, server)
}

/// Makes a division and answers its id.
async fn division(server: &Server, admin: &str, name: &str) -> String {
    let (status, made) = server.ask(admin, Method::POST, "/divisions", json!({ "name": name })).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

fn grant(role: &str, divisions: &[&str]) -> Value {
    json!({ "roles": [], "grants": [{ "role": role, "divisions": divisions }] })
}

async fn divisions_are_made_renamed_and_removed(server: Server) {
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, agent) = server.user(org, "amir").await;
    let home = DivisionId::home(org.org()).to_string();

    let (_, list) = server.ask(&agent, Method::GET, "/divisions", NONE).await;
    let whole = json!([{ "id": home, "name": "Home", "home": true, "things": { "person": 2 } }]);
    assert_eq!(list["items"], whole, "every org has one, to which all belongs");
    let make =
        async |name: &str| server.ask(&admin, Method::POST, "/divisions", json!({ "name": name })).await;
    let asked = server.ask(&agent, Method::POST, "/divisions", json!({ "name": "Europe" })).await;
    assert_eq!(refusal(&asked), (403, "forbidden"));
    let europe = division(&server, &admin, " Europe ").await;
    for taken in ["Europe", "Home"] {
        assert_eq!(refusal(&make(taken).await), (409, "taken"), "{taken}");
    }
    assert_eq!(make(" ").await.0, 422);
    let path = format!("/divisions/{europe}");
    let (status, renamed) = server.ask(&admin, Method::PATCH, &path, json!({ "name": "EMEA" })).await;
    assert_eq!((status, &renamed["name"]), (200, &json!("EMEA")));
    for (method, body) in [(Method::PATCH, json!({ "name": "House" })), (Method::DELETE, NONE)] {
        let kept = server.ask(&admin, method, &format!("/divisions/{home}"), body).await;
        assert_eq!(refusal(&kept), (409, "built-in"));
    }

    let things = json!({ "kind": "person", "things": [amir.id] });
    let moved = server.ask(&admin, Method::POST, &format!("{path}/things"), things.clone()).await;
    assert_eq!(moved.0, 204, "{moved:?}");
    assert_eq!(refusal(&server.ask(&admin, Method::DELETE, &path, NONE).await), (409, "division-has-things"));
    let of = format!("/people/{}/roles", amir.id);
    assert_eq!(server.ask(&admin, Method::PUT, &of, grant("agent", &[&europe, &home])).await.0, 204);
    let gone = server.ask(&admin, Method::DELETE, &format!("{path}?move_to={home}"), NONE).await;
    assert_eq!(gone.0, 204, "{gone:?}");
    let (_, held) = server.ask(&admin, Method::GET, &of, NONE).await;
    assert_eq!(held, grant("agent", &[&home]), "what was held in it is held there no more");
    let (_, list) = server.ask(&admin, Method::GET, "/divisions", NONE).await;
    assert_eq!(list["items"], whole);
    assert_eq!(refusal(&server.ask(&admin, Method::DELETE, &path, NONE).await), (404, "not-found"));
    assert_eq!(
        refusal(&server.ask(&admin, Method::POST, &format!("{path}/things"), things).await),
        (404, "not-found")
    );
}

async fn a_role_reaches_its_divisions_and_no_further(server: Server) {
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let [(lena, local), (amir, _), (bea, _)] = [
        server.person(org, "lena", vec![Role::Agent]).await,
        server.user(org, "amir").await,
        server.user(org, "bea").await,
    ];
    let europe = division(&server, &admin, "Europe").await;
    let asia = division(&server, &admin, "Asia").await;
    let put = async |token: &str, division: &str, people: &[tandem_proto::UserId]| {
        let things = json!({ "kind": "person", "things": people });
        server.ask(token, Method::POST, &format!("/divisions/{division}/things"), things).await
    };
    assert_eq!(put(&admin, &europe, &[lena.id, amir.id]).await.0, 204);
    assert_eq!(put(&admin, &asia, &[bea.id]).await.0, 204);

    let set = async |token: &str, user: tandem_proto::UserId, held: Value| {
        server.ask(token, Method::PUT, &format!("/people/{user}/roles"), held).await
    };
    assert_eq!(set(&admin, lena.id, grant("admin", &[&europe])).await.0, 204);
    let (_, me) = server.ask(&local, Method::GET, "/me", NONE).await;
    let permissions = me["permissions"].as_array().expect("names");
    assert!(permissions.contains(&json!("people:write")) && permissions.contains(&json!("chat:use")));
    assert!(!permissions.contains(&json!("audit:read")), "it is the org's as a whole");
    assert_eq!(me["divided"]["people:write"], json!([europe]));

    // Accounts of one's own division, and of another.
    let account = async |user: tandem_proto::UserId, what: &str| {
        server.ask(&local, Method::POST, &format!("/people/{user}/{what}"), NONE).await
    };
    assert_eq!(refusal(&account(bea.id, "deactivate").await), (403, "other-division"));
    // What amir holds, he holds everywhere: more than who administers Europe.
    assert_eq!(refusal(&account(amir.id, "deactivate").await), (403, "outranked"));
    assert_eq!(refusal(&set(&local, amir.id, grant("agent", &[&europe])).await), (403, "outranked"));
    assert_eq!(set(&admin, amir.id, grant("agent", &[&europe])).await.0, 204);
    assert_eq!(set(&local, amir.id, grant("supervisor", &[&europe])).await.0, 204);
    assert_eq!(account(amir.id, "deactivate").await.0, 204);
    assert_eq!(account(amir.id, "reactivate").await.0, 204);
    for (held, why) in [
        (grant("agent", &[&europe, &asia]), "not-yours-to-give"),
        (json!({ "roles": ["agent"] }), "not-yours-to-give"),
    ] {
        assert_eq!(refusal(&set(&local, amir.id, held).await), (403, why));
    }
    assert_eq!(refusal(&set(&local, bea.id, grant("agent", &[&europe])).await), (403, "other-division"));

    // Nothing comes from, nor goes to, where one holds nothing.
    assert_eq!(refusal(&put(&local, &asia, &[amir.id]).await), (404, "not-found"));
    assert_eq!(refusal(&put(&local, &europe, &[bea.id]).await), (403, "other-division"));
    let nobody = [tandem_proto::UserId::generate()];
    assert_eq!(refusal(&put(&local, &europe, &nobody).await), (404, "not-found"));
    // All of them or none.
    assert_eq!(refusal(&put(&local, &europe, &[amir.id, bea.id]).await), (403, "other-division"));

    // What concerns everybody needs it everywhere.
    let role = json!({ "name": "guest", "title": "Guest", "permissions": ["chat:use"] });
    assert_eq!(refusal(&server.ask(&local, Method::POST, "/roles", role).await), (403, "other-division"));
    assert_eq!(refusal(&server.ask(&local, Method::GET, "/audit", NONE).await), (403, "forbidden"));

    // A bare list of roles is held in all divisions.
    assert_eq!(set(&admin, amir.id, json!({ "roles": ["agent"] })).await.0, 204);
    let (_, held) = server.ask(&admin, Method::GET, &format!("/people/{}/roles", amir.id), NONE).await;
    assert_eq!(held, json!({ "roles": ["agent"], "grants": [] }));
    let told = server.told_of(org, amir.id).await;
    assert_eq!(told.iter().filter(|kind| *kind == "user.grants.set").count(), 3, "{told:?}");
    let last = server.ask(&admin, Method::GET, "/me", NONE).await.1["user"]["id"].as_str().map(str::to_owned);
    let last = last.expect("an id").parse().expect("a user");
    assert_eq!(refusal(&set(&admin, last, grant("admin", &[&europe])).await), (409, "last-administrator"));
}

async fn groups_mail_and_invitations_keep_to_divisions(server: Server) {
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let [(lena, local), (amir, _), (bea, hers)] = [
        server.person(org, "lena", vec![Role::Agent]).await,
        server.user(org, "amir").await,
        server.user(org, "bea").await,
    ];
    let europe = division(&server, &admin, "Europe").await;
    let things = json!({ "kind": "person", "things": [amir.id] });
    let path = format!("/divisions/{europe}/things");
    assert_eq!(server.ask(&admin, Method::POST, &path, things).await.0, 204);
    for (user, held) in [(lena.id, grant("admin", &[&europe])), (amir.id, grant("agent", &[&europe]))] {
        assert_eq!(server.ask(&admin, Method::PUT, &format!("/people/{user}/roles"), held).await.0, 204);
    }

    // A group is the org's; who is in it is said by whoever looks after them.
    let ask = async |method: Method, path: &str, body: Value| server.ask(&local, method, path, body).await;
    let name = json!({ "name": "Tour" });
    assert_eq!(refusal(&ask(Method::POST, "/groups", name.clone()).await), (403, "other-division"));
    let (_, group) = server.ask(&admin, Method::POST, "/groups", name).await;
    let group = format!("/groups/{}", group["id"].as_str().expect("an id"));
    let member = |user: tandem_proto::UserId| format!("{group}/members/{user}");
    assert_eq!(ask(Method::PUT, &member(amir.id), NONE).await.0, 204);
    assert_eq!(refusal(&ask(Method::PUT, &member(bea.id), NONE).await), (403, "other-division"));
    let roles = json!({ "roles": ["agent"] });
    let of = format!("{group}/roles");
    for (method, path, body) in [
        (Method::PUT, group.as_str(), json!({ "name": "Tours" })),
        (Method::PUT, of.as_str(), roles),
        (Method::DELETE, group.as_str(), NONE),
    ] {
        assert_eq!(refusal(&ask(method, path, body).await), (403, "other-division"), "{path}");
    }

    // What a group gives is held in all divisions, beside what is held in some.
    let supervisors = json!({ "roles": ["supervisor"] });
    assert_eq!(server.ask(&admin, Method::PUT, &of, supervisors).await.0, 200);
    assert_eq!(server.ask(&admin, Method::PUT, &member(bea.id), NONE).await.0, 204);
    let held = grant("admin", &[&europe]);
    assert_eq!(server.ask(&admin, Method::PUT, &format!("/people/{}/roles", bea.id), held).await.0, 204);
    let (_, me) = server.ask(&hers, Method::GET, "/me", NONE).await;
    let permissions = me["permissions"].as_array().expect("names");
    assert!(permissions.contains(&json!("queue:supervise")), "{me}");
    assert_eq!(me["divided"]["queue:supervise"], NONE, "by the group");
    assert_eq!(me["divided"]["people:write"], json!([europe]), "beside it");
    let out = ask(Method::DELETE, &member(amir.id), NONE).await;
    assert_eq!(refusal(&out), (403, "not-yours-to-give"));

    // Where mail goes lets its reader in. Who is invited comes into Home.
    let email = json!({ "email": "amir@acme.example" });
    let set = async |user: tandem_proto::UserId| {
        ask(Method::PUT, &format!("/people/{user}/email"), email.clone()).await
    };
    assert_eq!(refusal(&set(bea.id).await), (403, "other-division"));
    assert_eq!(refusal(&set(amir.id).await), (403, "outranked"), "by the group");
    assert_eq!(server.ask(&admin, Method::DELETE, &group, NONE).await.0, 204);
    assert_eq!(set(amir.id).await.0, 204);
    let new =
        json!({ "email": "new@acme.example", "name": "new", "display_name": "New", "roles": ["agent"] });
    assert_eq!(refusal(&ask(Method::POST, "/invitations", new).await), (403, "other-division"));
}

/// A test on both stores.
macro_rules! on_both {
    ($($test:ident),+) => { $(mod $test {
        #[tokio::test]
        async fn sqlite() {
            super::$test(super::Server::start().await).await;
        }

        #[tokio::test]
        async fn postgres() {
            let (_postgres, server) = super::on_postgres().await;
            super::$test(server).await;
        }
    })+ };
}

on_both!(
    divisions_are_made_renamed_and_removed,
    a_role_reaches_its_divisions_and_no_further,
    groups_mail_and_invitations_keep_to_divisions
);

#[tokio::test]
async fn grants_are_bounded_and_name_what_there_is() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, agent) = server.user(org, "amir").await;
    let europe = division(&server, &admin, "Europe").await;
    let set = async |held: Value| {
        server.ask(&admin, Method::PUT, &format!("/people/{}/roles", amir.id), held).await
    };
    let many: Vec<_> = (0..201).map(|_| DivisionId::generate().to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for wrong in [
        grant("agent", &many),
        grant("agent", &[]),
        grant("agent", &[&DivisionId::generate().to_string()]),
        grant("agent", &[&DivisionId::home(OrgId::generate()).to_string()]),
        grant("nobodys", &[&europe]),
        json!({ "roles": [], "grants": [] }),
    ] {
        assert_eq!(set(wrong.clone()).await.0, 422, "{wrong}");
    }
    // A role that is held everywhere is not held in some divisions as well, and one that is named twice is held once.
    let twice = json!([{ "role": "agent", "divisions": [europe] }, { "role": "supervisor", "divisions": [europe, europe] }]);
    assert_eq!(set(json!({ "roles": ["agent"], "grants": twice })).await.0, 204);
    let (_, held) = server.ask(&agent, Method::GET, &format!("/people/{}/roles", amir.id), NONE).await;
    assert_eq!(
        held,
        json!({ "roles": ["agent"], "grants": [{ "role": "supervisor", "divisions": [europe] }] })
    );
    // A role that is held in a division is held.
    let role = json!({ "name": "guest", "title": "Guest", "permissions": ["chat:use"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", role).await.0, 201);
    assert_eq!(set(grant("guest", &[&europe])).await.0, 204);
    let gone = server.ask(&admin, Method::DELETE, "/roles/guest", NONE).await;
    assert_eq!(refusal(&gone), (409, "role-is-held"));
    let (_, shown) = server.ask(&admin, Method::GET, "/roles/guest", NONE).await;
    assert_eq!(shown["holders"], 1);
}
