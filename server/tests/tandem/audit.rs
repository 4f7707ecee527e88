//! Every change is told of: each operation that is no mere look either leaves an entry, or is named here with the reason why not.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Server, run, send, tandem};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _};

/// Operations that change nothing anybody would have to answer for, and why.
const NOT_AUDITED: &[(&str, &[&str])] = &[
    (
        "calls are in the event log and in the call records",
        &["calls_create", "answer", "decline", "dtmf", "hang_up", "hold", "mute"],
    ),
    ("messages are in the event log", &["chats_create", "post", "delete", "edit", "mark_read", "typing"]),
    ("work with customers is in the event log", &["wrap_up"]),
    ("presence is in the event log", &["choose"]),
    (
        "whether it is for anybody is found out later, and then it is in the event log",
        &["requestPasswordReset"],
    ),
    (
        "nothing is changed",
        &["lookUpInvitation", "validate", "showDevice", "pingWebhook", "readBatch", "testIdentityProvider"],
    ),
    (
        "nothing holds until it is confirmed",
        &["offerSecondFactor", "offerMyPasskey", "offerPasskeySignIn", "offerProviderSignIn"],
    ),
    ("nothing is given until somebody decides", &["authorizeDevice"]),
];

/// Operations that leave an entry, as the tests of their own parts show: here it would take an authenticator, a mail, a job that failed, or
/// a receiver that does.
const AUDITED_ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "platform/edge/tests/edge/accounts.rs",
        &["confirmSecondFactor", "disableSecondFactor", "resetSecondFactorOf"],
    ),
    (
        "platform/edge/tests/edge/passkeys.rs",
        &["addMyPasskey", "renameMyPasskey", "removeMyPasskey", "signInWithPasskey"],
    ),
    ("platform/edge/tests/edge/oidc.rs", &["signInWithProvider"]),
    ("platform/edge/tests/edge/mail.rs", &["acceptInvitation", "completePasswordReset"]),
    ("platform/cluster/tests/cluster/jobs.rs", &["retryJob", "discardJob"]),
    ("bridge/tests/webhooks.rs", &["retryDelivery", "discardDelivery"]),
];

/// A server whose operations are carried out one after the other.
struct Story {
    server: Server,
    admin: String,
    done: BTreeSet<String>,
    /// What must be in no entry.
    secrets: Vec<String>,
}

impl Story {
    async fn ask(&self, method: Method, path: &str, token: &str, body: Option<(&str, String)>) -> Value {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(format!("http://{}/api/v1{path}", self.server.http()))
            .header(header::USER_AGENT, "audit-test/1");
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let (kind, body) = body.unwrap_or_default();
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let (status, _, answer) = send(request.body(Body::from(body)).expect("a request")).await;
        let answer = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        assert!(status.is_success(), "{method} {path}: {status} {answer}");
        answer
    }

    async fn newest(&self) -> i64 {
        let page = self.server.json("/api/v1/audit?limit=1", &self.admin).await;
        page["items"][0]["seq"].as_i64().expect("an entry")
    }

    /// Carries out `operation` as `token`, and looks for the entry it must leave.
    async fn did(
        &mut self,
        operation: &str,
        what: &str,
        request: (Method, &str),
        token: &str,
        body: Option<(&str, String)>,
    ) -> Value {
        let before = self.newest().await;
        let answer = self.ask(request.0, request.1, token, body).await;
        for field in ["secret", "token", "access_token", "refresh_token"] {
            self.secrets.extend(answer[field].as_str().map(str::to_owned));
        }
        let path = format!("/api/v1/audit?what={what}&limit=10");
        let page = self.server.json(&path, &self.admin).await;
        let entry = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|entry| entry["seq"].as_i64() > Some(before));
        let entry = entry.unwrap_or_else(|| panic!("{operation} left no {what}"));
        assert_eq!(
            (&entry["address"], &entry["user_agent"]),
            (&json!("127.0.0.1"), &json!("audit-test/1")),
            "{operation}"
        );
        let path = format!("/api/v1/audit/{}", entry["seq"]);
        let details = self.server.json(&path, &self.admin).await;
        assert!(
            !details["before"].is_null() || !details["after"].is_null(),
            "{operation} says nothing: {details}"
        );
        self.done.insert(operation.to_owned());
        answer
    }

    async fn json(&mut self, operation: &str, what: &str, request: (Method, &str), body: &Value) -> Value {
        let admin = self.admin.clone();
        let body = if body.is_null() { None } else { Some(("application/json", body.to_string())) };
        self.did(operation, what, request, &admin, body).await
    }

    async fn form(&mut self, operation: &str, what: &str, path: &str, fields: &str) -> Value {
        let body = Some(("application/x-www-form-urlencoded", fields.to_owned()));
        self.did(operation, what, (Method::POST, path), "", body).await
    }

    async fn sign_in(&mut self, name: &str, password: &str) -> String {
        let body = json!({ "name": name, "password": password }).to_string();
        let body = Some(("application/json", body));
        let signed_in = self.did("signIn", "session.started", (Method::POST, "/sessions"), "", body).await;
        signed_in["token"].as_str().expect("a token").to_owned()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

async fn people_and_rights(story: &mut Story) {
    use Method as M;
    let none = Value::Null;
    let role = json!({ "name": "night-shift", "title": "Night shift", "permissions": ["chat:use"] });
    story.json("createRole", "role.created", (M::POST, "/roles"), &role).await;
    let change = json!({ "title": "Nights", "permissions": ["chat:use", "call:use"] });
    story.json("changeRole", "role.changed", (M::PUT, "/roles/night-shift"), &change).await;
    let newest = story.newest().await;
    let details = story.server.json(&format!("/api/v1/audit/{newest}"), &story.admin).await;
    assert_eq!(details["before"]["permissions"], json!(["chat:use"]));
    assert_eq!(details["after"]["title"], "Nights");
    assert_eq!((&details["actor"]["kind"], &details["subject"]["name"]), (&json!("user"), &json!("Nights")));
    story.json("removeRole", "role.removed", (M::DELETE, "/roles/night-shift"), &none).await;

    let made = story
        .json("createDivision", "division.created", (M::POST, "/divisions"), &json!({ "name": "Europe" }))
        .await;
    let division = format!("/divisions/{}", text(&made["id"]));
    let renamed = json!({ "name": "EMEA" });
    story.json("renameDivision", "division.renamed", (M::PATCH, &division), &renamed).await;
    let me = story.server.json("/api/v1/me", &story.admin).await;
    let things = json!({ "kind": "person", "things": [me["user"]["id"]] });
    let moved = format!("{division}/things");
    story.json("moveToDivision", "division.things.moved", (M::POST, &moved), &things).await;
    let gone = format!("{division}?move_to={}", text(&me["org"]["id"]));
    story.json("removeDivision", "division.removed", (M::DELETE, &gone), &none).await;

    let group =
        story.json("createGroup", "group.created", (M::POST, "/groups"), &json!({ "name": "Tour" })).await;
    let group = format!("/groups/{}", group["id"].as_str().expect("an id"));
    let name = json!({ "name": "Tours" });
    story.json("changeGroup", "group.changed", (M::PUT, &group), &name).await;
    let roles = json!({ "roles": ["supervisor"] });
    story.json("setRolesOfGroup", "group.roles.changed", (M::PUT, &format!("{group}/roles")), &roles).await;
    let member = format!("{group}/members/{}", me["user"]["id"].as_str().expect("an id"));
    story.json("addToGroup", "group.member.added", (M::PUT, &member), &none).await;
    story.json("removeFromGroup", "group.member.removed", (M::DELETE, &member), &none).await;
    story.json("removeGroup", "group.removed", (M::DELETE, &group), &none).await;
    let mut provider = json!({
        "name": "Acme accounts", "issuer": "https://accounts.acme.example", "client_id": "tandem",
        "client_secret": "a provider gave it", "roles": ["agent"], "create_people": true, "link_by_email": false,
        "second_factor": false,
    });
    story.secrets.push("a provider gave it".to_owned());
    let (what, path) = ("identity_provider.created", "/identity-providers");
    let made = story.json("createIdentityProvider", what, (M::POST, path), &provider).await;
    let path = format!("{path}/{}", text(&made["id"]));
    provider["create_people"] = false.into();
    let what = "identity_provider.changed";
    story.json("changeIdentityProvider", what, (M::PUT, &path), &provider).await;
    let what = "sign_in.settings.changed";
    for passwords in ["administrators", "everybody"] {
        let change = json!({ "passwords": passwords });
        story.json("changeSignInSettings", what, (M::PUT, "/sign-in-settings"), &change).await;
    }
    let what = "identity_provider.removed";
    story.json("removeIdentityProvider", what, (M::DELETE, &path), &none).await;

    let (password, other) = ("correct horse 1", "battery staple 2");
    story.secrets.extend([password.to_owned(), other.to_owned()]);
    let person =
        json!({ "name": "cleo", "display_name": "Cleo Caller", "roles": ["agent"], "password": password });
    let cleo = story.json("add", "person.created", (M::POST, "/people"), &person).await;
    let path = format!("/people/{}", text(&cleo["id"]));
    let roles = json!({ "roles": ["agent", "supervisor"] });
    story.json("setRolesOf", "person.roles.changed", (M::PUT, &format!("{path}/roles")), &roles).await;
    story
        .json("deactivatePerson", "person.deactivated", (M::POST, &format!("{path}/deactivate")), &none)
        .await;
    story
        .json("reactivatePerson", "person.reactivated", (M::POST, &format!("{path}/reactivate")), &none)
        .await;

    let gone =
        json!({ "name": "dora", "display_name": "Dora Gone", "roles": ["agent"], "password": password });
    let dora =
        story.ask(M::POST, "/people", &admin(story), Some(("application/json", gone.to_string()))).await;
    let gone = format!("/people/{}", text(&dora["id"]));
    story.ask(M::POST, &format!("{gone}/deactivate"), &admin(story), None).await;
    story.json("erasePerson", "person.erased", (M::POST, &format!("{gone}/erase")), &none).await;
    story.secrets.push("Dora Gone".to_owned());
    story.json("rotateKey", "key.rotated", (M::POST, "/keys/rotate"), &none).await;

    let email = json!({ "email": "cleo@acme.example" });
    story.json("setEmailOf", "person.email.changed", (M::PUT, &format!("{path}/email")), &email).await;
    let guest = json!({ "email": "greta@acme.example", "name": "greta", "display_name": "Greta Guest", "roles": ["agent"] });
    let invited = story.json("invite", "person.invited", (M::POST, "/invitations"), &guest).await;
    let invitation = format!("/invitations/{}", text(&invited["id"]));
    let resend = format!("{invitation}/resend");
    story.json("inviteAgain", "person.invited.again", (M::POST, &resend), &none).await;
    story.json("withdrawInvitation", "invitation.withdrawn", (M::DELETE, &invitation), &none).await;
    story.secrets.extend(["cleo@acme.example", "greta@acme.example", "Greta Guest"].map(str::to_owned));

    let here = story.sign_in("cleo", password).await;
    let there = story.sign_in("cleo", password).await;
    let mine = story.ask(M::GET, "/me/sessions", &here, None).await;
    let elsewhere = mine["items"].as_array().expect("items").iter().find(|each| each["current"] == false);
    let elsewhere = format!("/me/sessions/{}", text(&elsewhere.expect("another")["id"]));
    story.did("endMySession", "session.ended", (M::DELETE, &elsewhere), &here, None).await;
    drop(there);
    story.did("endMyOtherSessions", "sessions.ended", (M::DELETE, "/me/sessions"), &here, None).await;
    let token = json!({ "name": "Export", "scopes": ["chat:use"] }).to_string();
    let token = Some(("application/json", token));
    let token = story.did("createMyToken", "token.created", (M::POST, "/me/tokens"), &here, token).await;
    let token = format!("/me/tokens/{}", text(&token["info"]["id"]));
    story.did("revokeMyToken", "token.ended", (M::DELETE, &token), &here, None).await;
    let change = json!({ "current_password": password, "new_password": other }).to_string();
    let change = Some(("application/json", change));
    story.did("changeMyPassword", "password.changed", (M::PUT, "/me/password"), &here, change).await;
    story.did("signOut", "session.ended", (M::DELETE, "/sessions/current"), &here, None).await;
    story.json("endSessionsOf", "sessions.ended", (M::DELETE, &format!("{path}/sessions")), &none).await;
}

fn admin(story: &Story) -> String {
    story.admin.clone()
}

async fn programs(story: &mut Story) {
    use Method as M;
    let none = Value::Null;
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let settings = |name: &str| {
        json!({
            "name": name, "confidential": true, "redirect_uris": ["https://crm.example/"],
            "grant_types": ["authorization_code", "client_credentials", "refresh_token", device],
            "scopes": ["chat:use"], "roles": ["agent"],
        })
    };
    let made =
        story.json("createClient", "client.created", (M::POST, "/oauth/clients"), &settings("CRM")).await;
    let client = text(&made["client"]["id"]);
    let path = format!("/oauth/clients/{client}");
    story.json("changeClient", "client.changed", (M::PUT, &path), &settings("Customers")).await;
    let secret = format!("{path}/secret");
    let made = story.json("changeClientSecret", "client.secret.changed", (M::POST, &secret), &none).await;
    let credentials = format!("client_id={client}&client_secret={}", text(&made["secret"]));

    let own = format!("grant_type=client_credentials&{credentials}");
    let own = story.form("getToken", "token.issued", "/oauth/token", &own).await;
    let own = format!("token={}&{credentials}", text(&own["access_token"]));
    story.form("revokeToken", "token.returned", "/oauth/revoke", &own).await;

    let request = json!({
        "response_type": "code", "client_id": client, "redirect_uri": "https://crm.example/",
        "code_challenge": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "code_challenge_method": "S256",
    });
    let decision = json!({ "allow": true, "request": request });
    story.json("decideAuthorization", "grant.allowed", (M::POST, "/oauth/authorize"), &decision).await;
    let form = Some(("application/x-www-form-urlencoded", credentials.clone()));
    let codes = story.ask(M::POST, "/oauth/device_authorization", "", form).await;
    let decision = json!({ "user_code": codes["user_code"], "allow": true });
    story.json("decideDevice", "grant.allowed", (M::POST, "/oauth/device"), &decision).await;
    let poll = format!("grant_type={device}&device_code={}&{credentials}", text(&codes["device_code"]));
    story.form("getToken", "grant.given", "/oauth/token", &poll).await;
    let grants = story.ask(M::GET, "/me/grants", &story.admin, None).await;
    let grant = format!("/me/grants/{}", text(&grants["items"][0]["grant"]));
    story.json("endMyGrant", "grant.ended", (M::DELETE, &grant), &none).await;
    story.json("removeClient", "client.removed", (M::DELETE, &path), &none).await;
}

async fn settings(story: &mut Story) {
    use Method as M;
    let none = Value::Null;
    let me = story.ask(M::GET, "/me", &story.admin, None).await;
    let me = text(&me["user"]["id"]);
    let skill =
        story.json("create_skill", "skill.created", (M::POST, "/skills"), &json!({ "name": "Dutch" })).await;
    let skills = json!({ "skills": [{ "skill": skill["id"], "level": 3 }] });
    story
        .json("set_skills", "agent.skills.changed", (M::PUT, &format!("/agents/{me}/skills")), &skills)
        .await;
    let queue = json!({ "name": "Sales", "members": [] });
    let queue = story.json("queues_create", "queue.created", (M::POST, "/queues"), &queue).await;
    let path = format!("/queues/{}", text(&queue["id"]));
    let queue = json!({ "name": "Sales", "members": [{ "user": me, "joined": true }] });
    story.json("queues_update", "queue.changed", (M::PUT, &path), &queue).await;
    let flows = story.ask(M::GET, "/flows", &story.admin, None).await;
    let (flow, version) = (text(&flows["items"][0]["text"]), text(&flows["items"][0]["id"]));
    let name = text(&flows["items"][0]["name"]);
    let other = json!({ "text": flow.replacen(&name, "Another", 1) });
    story.json("publish", "flow.published", (M::POST, "/flows"), &other).await;
    story
        .json(
            "flows_update",
            "flow.published",
            (M::PUT, &format!("/flows/{version}")),
            &json!({ "text": flow }),
        )
        .await;
    let number = json!({ "kind": "user", "user": me });
    story.json("set_number", "number.set", (M::PUT, "/numbers/%2B15550177"), &number).await;
    let phone = json!({ "user": me, "auth_user": "desk-7" });
    story.json("create_phone", "phone.created", (M::POST, "/phones"), &phone).await;
    let out = json!({ "host": "sip.carrier.example", "username": "tandem" });
    let trunk = json!({ "name": "main", "out": out, "secret": "never shown" });
    story.json("createTrunk", "trunk.created", (M::POST, "/trunks"), &trunk).await;
    story.json("changeTrunk", "trunk.changed", (M::PUT, "/trunks/main"), &json!({ "out": out })).await;
    story.json("removeTrunk", "trunk.removed", (M::DELETE, "/trunks/main"), &none).await;

    let hook = json!({ "name": "CRM", "url": "https://crm.example/hook", "kinds": ["call.*"] });
    let made = story.json("createWebhook", "webhook.created", (M::POST, "/webhooks"), &hook).await;
    let path = format!("/webhooks/{}", text(&made["webhook"]["id"]));
    let hook =
        json!({ "name": "CRM", "url": "https://crm.example/hook", "kinds": ["call.*"], "paused": true });
    story.json("changeWebhook", "webhook.changed", (M::PUT, &path), &hook).await;
    story
        .json("changeWebhookSecret", "webhook.secret.changed", (M::POST, &format!("{path}/secret")), &none)
        .await;
    let replay = json!({ "after": "0-0" });
    story.json("replayWebhook", "webhook.replayed", (M::POST, &format!("{path}/replay")), &replay).await;
    story.json("removeWebhook", "webhook.removed", (M::DELETE, &path), &none).await;
}

#[tokio::test]
async fn every_change_is_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let admin = server.token("admin").to_owned();
    let mut story = Story { admin, server, done: BTreeSet::new(), secrets: Vec::new() };
    people_and_rights(&mut story).await;
    programs(&mut story).await;
    settings(&mut story).await;

    let mut reasons = BTreeMap::new();
    for (reason, operations) in NOT_AUDITED.iter().chain(AUDITED_ELSEWHERE) {
        for operation in *operations {
            assert!(reasons.insert((*operation).to_owned(), *reason).is_none(), "{operation} is named twice");
        }
    }
    let document = story.server.json("/api/v1/openapi.json", "").await;
    let mut there_are = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if !["put", "post", "delete", "patch"].contains(&method.as_str()) {
                continue;
            }
            let id = text(&operation["operationId"]);
            let is_done = story.done.contains(&id);
            assert!(is_done != reasons.contains_key(&id), "{method} {path} ({id}): audited, or why not?");
            there_are.insert(id);
        }
    }
    let named: BTreeSet<String> = reasons.into_keys().chain(story.done.clone()).collect();
    assert_eq!(named.difference(&there_are).collect::<Vec<_>>(), Vec::<&String>::new(), "no such operation");

    // Nothing that lets somebody in is in any entry.
    assert!(story.secrets.len() > 10, "{}", story.secrets.len());
    let newest = story.newest().await;
    for seq in 1..=newest {
        let entry = story.server.json(&format!("/api/v1/audit/{seq}"), &story.admin).await.to_string();
        assert!(story.secrets.iter().all(|secret| !entry.contains(secret)), "{entry}");
    }
    assert!(newest > 40);

    // An agent sees nothing of it.
    let (status, _, _) = story.server.get("/api/v1/audit", Some(story.server.token("agent1"))).await;
    assert_eq!(status, 403);
    assert!(story.server.stop().success());
}

#[tokio::test]
async fn the_operator_sees_whether_anything_was_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let audit = |words: &[&str]| {
        let mut command = tandem(folder.path());
        command.arg("audit").args(words);
        run(command)
    };
    // While the server runs.
    let (code, heads, _) = audit(&["head"]);
    assert_eq!((code, heads.lines().count()), (0, 1), "{heads}");
    std::fs::write(folder.path().join("heads"), &heads).expect("written");
    let words: Vec<&str> = heads.split_whitespace().collect();
    let (org, last) = (words[0], words[1].parse::<i64>().expect("a number"));
    let (code, told, stderr) = audit(&["verify", "--head", "heads"]);
    assert_eq!((code, told.starts_with(&format!("ok    {org} {last} entries"))), (0, true), "{told}{stderr}");
    assert!(server.stop().success());

    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", folder.path().join("data/tandem.db").display());
    let mut conn = AnyConnection::connect(&url).await.expect("connects");
    for sql in [
        "UPDATE audit SET actor = 'system:' WHERE seq = 2".to_owned(),
        format!("DELETE FROM audit WHERE seq = {last}"),
    ] {
        let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.expect("done");
        assert_eq!(done.rows_affected(), 1);
    }
    conn.close().await.expect("closed");
    let (code, told, _) = audit(&["verify"]);
    assert_eq!(
        (code, told.contains(&format!("FAIL  {org} entry 2: it is not as it was written"))),
        (1, true),
        "{told}"
    );
    let (code, told, _) = audit(&["verify", "--org", org, "--head", "heads"]);
    assert_eq!((code, told.contains(&format!("FAIL  {org} entry {last}: "))), (1, true), "{told}");

    let (code, _, stderr) = audit(&["verify", "--head", "data/audit.key"]);
    assert_eq!((code, stderr.contains("line 1 is not ORG NUMBER HASH")), (2, true), "{stderr}");
    std::fs::write(folder.path().join("other.key"), "ab".repeat(32)).expect("written");
    let (code, _, stderr) = audit(&["verify", "--audit-key", "other.key"]);
    assert_eq!((code, stderr.contains("they were made with")), (4, true), "{stderr}");
    let (code, _, stderr) = audit(&["head", "--audit-key", "none.key"]);
    assert_eq!((code, stderr.contains("none.key")), (2, true), "{stderr}");
}
