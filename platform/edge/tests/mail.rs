//! Invitations and forgotten passwords over HTTP; the mails are read from the folder they are put into.

mod support;

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::{Value, json};
use support::{PASSWORD, Server, slug};
use tandem_bus::Links;
use tandem_cluster::{Cluster, Joining, jobs::Jobs};
use tandem_core::Mint;
use tandem_edge::identity::Mailer;
use tandem_proto::{Cursor, NodeId, NodeInfo, NodeRole, api::Role};
use tandem_store::EventFilter;
use tandem_test_support::Postgres;

const NONE: Value = Value::Null;
const SEVEN_DAYS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A problem's status and kind.
fn refusal((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, slug(problem))
}

/// The folder mails are put into, and those of it that were read.
struct Post {
    folder: PathBuf,
    read: BTreeSet<PathBuf>,
    jobs: Jobs,
    _root: tempfile::TempDir,
}

impl Post {
    /// Has the server send its mail.
    async fn open(server: &Server, alone: bool) -> Self {
        let me = NodeId::generate();
        let links = match alone {
            true => Links::alone(me),
            false => Links::listen(me, ([127, 0, 0, 1], 0).into()).await.expect("a port"),
        };
        let info = NodeInfo::new(me, "test", [NodeRole::Worker], links.address());
        let mint = Arc::new(Mint::for_server());
        let joining = Joining { store: server.store.clone(), mint, links, info, alone };
        let cluster = Cluster::join(joining).await.expect("joins");
        let jobs = Jobs::new(cluster, server.clock.clone());
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("mail");
        let mailer = Mailer::open(&format!("file:{}", folder.display()), "Tandem <tandem@tandem.example>");
        server.identity.send_mail(&jobs, &mailer.expect("opens"));
        jobs.start();
        Self { folder, read: BTreeSet::new(), jobs, _root: root }
    }

    /// Mails that were not read yet.
    fn unread(&mut self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let paths = files.map(|file| file.expect("lists").path());
        let new: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|end| end == "eml") && !self.read.contains(path))
            .collect();
        self.read.extend(new.iter().cloned());
        new.iter().map(|path| std::fs::read_to_string(path).expect("reads").replace("=\r\n", "")).collect()
    }

    /// The next mail. A job's end is a commit, after its mail is there.
    async fn next(&mut self, server: &Server) -> String {
        let mut commits = server.store.commits();
        loop {
            commits.borrow_and_update();
            if let Some(mail) = self.unread().pop() {
                return mail;
            }
            tokio::time::timeout(support::PATIENCE, commits.changed()).await.expect("in time").expect("open");
        }
    }

    /// The secret in the next mail's link.
    async fn token(&mut self, server: &Server, kind: &str) -> String {
        let mail = self.next(server).await;
        let begin = format!("http://{}/{kind}/", server.address);
        let at = mail.find(&begin).unwrap_or_else(|| panic!("no {begin} in {mail}")) + begin.len();
        mail[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
    }
}

async fn anybody(server: &Server, path: &str, body: Value) -> (u16, Value) {
    let path = format!("/api/v1{path}");
    let (status, answer) = server.call(Method::POST, &path, None, Some(&body.to_string())).await;
    (status.as_u16(), answer)
}

fn mia() -> Value {
    json!({ "email": " Mia@Acme.Example ", "name": "mia", "display_name": "Mia", "roles": ["agent"], "extension": "1234" })
}

async fn somebody_is_invited_and_joins(server: &Server, alone: bool) {
    let mut post = Post::open(server, alone).await;
    let org = server.org("Acme").await;
    server.org("Other").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (status, invited) = server.ask(&admin, Method::POST, "/invitations", mia()).await;
    assert_eq!((status, &invited["email"]), (201, &json!("mia@acme.example")), "{invited}");
    let first = post.token(server, "join").await;
    let again = format!("/invitations/{}/resend", invited["id"].as_str().expect("an id"));
    assert_eq!(server.ask(&admin, Method::POST, &again, NONE).await.0, 200);
    let token = post.token(server, "join").await;
    let ended = anybody(server, "/invitations/lookup", json!({ "token": first })).await;
    assert_eq!(refusal(&ended), (404, "link-ended"), "only the last link works");

    let (status, shown) = anybody(server, "/invitations/lookup", json!({ "token": token })).await;
    assert_eq!((status, &shown["org"], &shown["name"]), (200, &json!("Acme"), &json!("mia")), "{shown}");
    let short = anybody(server, "/invitations/accept", json!({ "token": token, "password": "short" })).await;
    assert_eq!((short.0, &short.1["errors"][0]["field"]), (422, &json!("password")));
    let accept = json!({ "token": token, "password": PASSWORD });
    let (status, joined) = anybody(server, "/invitations/accept", accept.clone()).await;
    assert_eq!((status, &joined["me"]["user"]["extension"]), (201, &json!("1234")), "{joined}");
    assert_eq!(joined["me"]["user"]["email"], "mia@acme.example");
    let session = joined["token"].as_str().expect("a token");
    assert_eq!(server.ask(session, Method::GET, "/me", NONE).await.0, 200);
    assert_eq!(
        refusal(&anybody(server, "/invitations/accept", accept).await),
        (404, "link-ended"),
        "works once"
    );
    let (_, list) = server.ask(&admin, Method::GET, "/invitations", NONE).await;
    assert_eq!(list["items"], json!([]));
    let filter = EventFilter::kinds(&["person.invited", "user.created"]);
    let (events, _) = server.store.events(org, &filter, Cursor::START, 10).await.expect("the log reads");
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["user.created", "person.invited", "person.invited", "user.created"]);
    post.jobs.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn on_sqlite_somebody_is_invited_and_joins() {
    somebody_is_invited_and_joins(&Server::start().await, true).await;
}

#[tokio::test]
async fn on_postgres_somebody_is_invited_and_joins() {
    let postgres = Postgres::start();
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    somebody_is_invited_and_joins(&server, false).await;
}

#[tokio::test]
async fn nobody_is_invited_as_what_somebody_is_or_may_not_be() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let invite = async |token: &str, change: Value| {
        let mut body = mia();
        for (field, value) in change.as_object().expect("fields") {
            body[field] = value.clone();
        }
        server.ask(token, Method::POST, "/invitations", body).await
    };
    for (change, field) in [
        (json!({ "email": "mia" }), "email"),
        (json!({ "email": "mia@acme.example\r\nBcc: x@evil.example" }), "email"),
        (json!({ "name": "Mia W" }), "name"),
        (json!({ "roles": [] }), "roles"),
    ] {
        let answer = invite(&admin, change).await;
        assert_eq!((answer.0, &answer.1["errors"][0]["field"]), (422, &json!(field)), "{}", answer.1);
    }
    assert_eq!(invite(&admin, json!({})).await.0, 201);
    for (change, field) in [
        (json!({ "email": "other@acme.example", "extension": "4321" }), "name"),
        (json!({ "name": "other", "extension": "4321" }), "email"),
        (json!({ "name": "other", "email": "other@acme.example" }), "extension"),
        (json!({ "name": "root", "email": "other@acme.example", "extension": "4321" }), "name"),
    ] {
        let answer = invite(&admin, change).await;
        assert_eq!((answer.0, &answer.1["errors"][0]["field"]), (409, &json!(field)), "{}", answer.1);
    }
    let (_, agent) = server.user(org, "amir").await;
    assert_eq!(refusal(&invite(&agent, json!({})).await), (403, "forbidden"));
    let clerk = json!({ "name": "clerk", "title": "Clerk", "permissions": ["people:read", "people:write"] });
    assert_eq!(server.ask(&admin, Method::POST, "/roles", clerk).await.0, 201);
    let (_, clerk) = server.person(org, "cleo", vec!["clerk".parse().expect("a role")]).await;
    let beyond = invite(
        &clerk,
        json!({ "name": "boss", "email": "b@acme.example", "extension": "99", "roles": ["admin"] }),
    );
    assert_eq!(refusal(&beyond.await), (403, "not-yours-to-give"));

    // A link in a mail begins with what nobody but this machine or the operator says.
    let request = Request::post(format!("http://{}/api/v1/password-resets", server.address))
        .header(header::HOST, "evil.example")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(json!({ "login": "root" }).to_string().into()))
        .expect("a request");
    let (status, _, problem) = server.send(request).await;
    assert_eq!((status.as_u16(), slug(&problem)), (409, "url-not-set"));
}

#[tokio::test]
async fn a_link_ends_by_itself_and_when_it_is_withdrawn() {
    let server = Server::start().await;
    let mut post = Post::open(&server, true).await;
    let org = server.org("acme").await;
    let (root, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (_, invited) = server.ask(&admin, Method::POST, "/invitations", mia()).await;
    let token = post.token(&server, "join").await;
    let look = async || anybody(&server, "/invitations/lookup", json!({ "token": token })).await;
    assert_eq!(look().await.0, 200);
    server.clock.forward(SEVEN_DAYS);
    assert_eq!(refusal(&look().await), (404, "link-ended"), "too old");
    let admin = server.identity.issue_token(org, root.id).await.expect("a token");
    let path = format!("/invitations/{}", invited["id"].as_str().expect("an id"));
    assert_eq!(server.ask(&admin, Method::POST, &format!("{path}/resend"), NONE).await.0, 200);
    let token = post.token(&server, "join").await;
    assert_eq!(server.ask(&admin, Method::DELETE, &path, NONE).await.0, 204);
    let accept = json!({ "token": token, "password": PASSWORD });
    assert_eq!(refusal(&anybody(&server, "/invitations/accept", accept).await), (404, "link-ended"));
    assert_eq!(refusal(&server.ask(&admin, Method::DELETE, &path, NONE).await), (404, "not-found"));
}

async fn who_forgot_chooses_another(server: &Server, alone: bool) {
    let mut post = Post::open(server, alone).await;
    let org = server.org("acme").await;
    let (root, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, here) = server.user(org, "amir").await;
    let to = json!({ "email": "amir@acme.example" });
    let path = format!("/people/{}/email", amir.id);
    assert_eq!(server.ask(&admin, Method::PUT, &path, to).await.0, 204);
    // Nobody of that name, somebody without an address, and somebody who has one: the same answer, and one mail.
    let forgot = async |login: &str| anybody(server, "/password-resets", json!({ "login": login })).await;
    for login in ["nobody", "root", " Amir "] {
        assert_eq!(forgot(login).await, (202, NONE), "{login}");
    }
    let token = post.token(server, "reset").await;

    let choose = async |token: &str, password: &str| {
        anybody(server, "/password-resets/complete", json!({ "token": token, "new_password": password }))
            .await
    };
    assert_eq!(choose(&token, "short").await.0, 422);
    assert_eq!(refusal(&choose("tdw_none", "another good one").await), (404, "link-ended"));
    let mut socket = server.connect(&here).await;
    assert_eq!(choose(&token, "another good one").await.0, 204);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.ask(&here, Method::GET, "/me", NONE).await.0, 401);
    assert_eq!(refusal(&choose(&token, "yet another one").await), (404, "link-ended"), "works once");
    let sign_in = async |password: &str| {
        anybody(server, "/sessions", json!({ "name": "amir", "password": password })).await.0
    };
    assert_eq!((sign_in(PASSWORD).await, sign_in("another good one").await), (401, 201));
    let told = server.told_of(org, amir.id).await;
    assert!(told.contains(&"password.reset.requested".to_owned()), "{told:?}");
    assert!(told.contains(&"password.reset".to_owned()), "{told:?}");
    let told = server.told_of(org, root.id).await;
    assert!(!told.iter().any(|kind| kind.starts_with("password.")), "{told:?}");
    post.jobs.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn on_sqlite_who_forgot_chooses_another() {
    who_forgot_chooses_another(&Server::start().await, true).await;
}

#[tokio::test]
async fn on_postgres_who_forgot_chooses_another() {
    let postgres = Postgres::start();
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    who_forgot_chooses_another(&server, false).await;
}

#[tokio::test]
async fn a_link_for_another_password_ends_and_is_not_asked_for_without_end() {
    let server = Server::start().await;
    let mut post = Post::open(&server, true).await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, _) = server.user(org, "amir").await;
    let path = format!("/people/{}/email", amir.id);
    let set = async |email: Value| server.ask(&admin, Method::PUT, &path, json!({ "email": email })).await;
    assert_eq!(set(json!("amir@acme.example")).await.0, 204);
    let forgot = async |login: &str| anybody(&server, "/password-resets", json!({ "login": login })).await;
    let choose = async |token: &str| {
        anybody(
            &server,
            "/password-resets/complete",
            json!({ "token": token, "new_password": "another good one" }),
        )
        .await
    };
    assert_eq!(forgot("amir").await.0, 202);
    let token = post.token(&server, "reset").await;
    server.clock.forward(Duration::from_secs(30 * 60));
    assert_eq!(refusal(&choose(&token).await), (404, "link-ended"), "too old");
    // Another address: what went to the one before opens nothing.
    assert_eq!(forgot("amir").await.0, 202);
    let token = post.token(&server, "reset").await;
    assert_eq!(set(json!("amir@other.example")).await.0, 204);
    assert_eq!(refusal(&choose(&token).await), (404, "link-ended"), "another address");
    for (login, existing) in [("amir", true), ("nobody", false)] {
        let mut answers = Vec::new();
        for _ in 0..8 {
            answers.push(forgot(login).await.0);
        }
        assert_eq!(answers.last(), Some(&429), "{login} {existing}: {answers:?}");
    }
}
