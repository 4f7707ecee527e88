//! Invitations and forgotten passwords over HTTP; the mails are read from the folder they are put into, or by a mail server that is hard to
//! please.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use crate::support::{self, PASSWORD, Server, slug};
use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::{Value, json};
use tandem_bus::Links;
use tandem_cluster::{Cluster, Joining, jobs::Jobs};
use tandem_core::Mint;
use tandem_core::OrgScope;
use tandem_edge::identity::Mailer;
use tandem_proto::{Cursor, NodeId, NodeInfo, NodeRole, UserId, api::Role};
use tandem_store::EventFilter;
use tandem_test_support::Postgres;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

const NONE: Value = Value::Null;
const SEVEN_DAYS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What there will be before long.
async fn soon<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    let found = async {
        loop {
            tick.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    };
    tokio::time::timeout(support::PATIENCE, found).await.expect("in time")
}

/// Nothing is left to be done.
async fn all_done(server: &Server) {
    soon(async || {
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE state <> 'done'")
            .fetch_one(server.store.across_orgs())
            .await
            .expect("the jobs read");
        (left == 0).then_some(())
    })
    .await;
}

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
    /// Has the server send its mail into a folder.
    async fn open(server: &Server, alone: bool) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("mail");
        let jobs = send_mail(server, alone, &format!("file:{}", folder.display())).await;
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

    /// The next mail. That it was sent is no event, so the folder is looked at.
    async fn next(&mut self) -> String {
        soon(async || self.unread().pop()).await
    }

    /// The secret in the next mail's link.
    async fn token(&mut self, server: &Server, kind: &str) -> String {
        secret_in(&self.next().await, server, kind)
    }
}

/// Has the server send its mail by `url`.
async fn send_mail(server: &Server, alone: bool, url: &str) -> Jobs {
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
    let mailer = Mailer::open(url, "Tandem <tandem@tandem.example>", None).expect("opens");
    server.identity.send_mail(&jobs, &mailer);
    server.identity.reached_at(format!("http://{}", server.address));
    jobs.start();
    jobs
}

/// The secret of a link in a mail.
fn secret_in(mail: &str, server: &Server, kind: &str) -> String {
    let begin = format!("http://{}/{kind}#", server.address);
    let at = mail.find(&begin).unwrap_or_else(|| panic!("no {begin} in {mail}")) + begin.len();
    mail[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
}

/// How many entries of the audit say so of somebody, by themselves from this machine.
async fn audited(server: &Server, what: &str, who: UserId) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM audit WHERE what = $1 AND subject = $2 AND actor LIKE $3 AND address = '127.0.0.1'",
    )
    .bind(what)
    .bind(who.to_string())
    .bind(format!("%{who}"))
    .fetch_one(server.store.across_orgs())
    .await
    .expect("the audit reads")
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
    let own =
        anybody(server, "/invitations/accept", json!({ "token": token, "password": "Mia@Acme-2026" })).await;
    assert_eq!(refusal(&own), (422, "guessable-password"), "their own name and organisation");
    assert_eq!(own.1["errors"][0]["field"], "password");
    let accept = json!({ "token": token, "password": PASSWORD });
    let (status, joined) = anybody(server, "/invitations/accept", accept.clone()).await;
    assert_eq!((status, &joined["me"]["user"]["extension"]), (201, &json!("1234")), "{joined}");
    assert_eq!(joined["me"]["user"]["email"], "mia@acme.example");
    let user = joined["me"]["user"]["id"].as_str().expect("an id").parse().expect("an id");
    assert_eq!(audited(server, "person.created", user).await, 1);
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
    let invited = events[1].data.read::<Value>().expect("JSON");
    assert_eq!(invited["user"], joined["me"]["user"]["id"], "who is invited is who joins");
    post.jobs.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn on_sqlite_somebody_is_invited_and_joins() {
    somebody_is_invited_and_joins(&Server::start().await, true).await;
}

#[tokio::test]
async fn on_postgres_somebody_is_invited_and_joins() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    somebody_is_invited_and_joins(&server, false).await;
}

#[tokio::test]
async fn nobody_is_invited_as_what_somebody_is_or_may_not_be() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let early = server.ask(&admin, Method::POST, "/invitations", mia()).await;
    assert_eq!(refusal(&early), (409, "url-not-set"), "nobody said what links begin with");
    server.identity.reached_at("https://tandem.example".into());
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
        (json!({ "display_name": "Mia\r\nBcc: x@evil.example" }), "display_name"),
        (json!({ "roles": [] }), "roles"),
        (json!({ "roles": ["nobody-has-this"] }), "roles"),
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
    // Nothing here knows any more whom it was about.
    let filter = EventFilter::kinds(&["person.invited"]);
    let (events, _) = server.store.events(org, &filter, Cursor::START, 10).await.expect("the log reads");
    assert_eq!(events.len(), 2);
    for event in events {
        let told = event.data.read::<Value>().expect("JSON");
        assert_eq!((&told["name"], &told["email"]), (&json!("[erased]"), &json!("[erased]")));
    }
    let accept = json!({ "token": token, "password": PASSWORD });
    assert_eq!(refusal(&anybody(&server, "/invitations/accept", accept).await), (404, "link-ended"));
    assert_eq!(refusal(&server.ask(&admin, Method::DELETE, &path, NONE).await), (404, "not-found"));
}

/// Somebody who has an address, and a session.
async fn reachable(server: &Server, org: OrgScope, admin: &str, name: &str) -> (UserId, String) {
    let (person, session) = server.user(org, name).await;
    let to = json!({ "email": format!("{name}@acme.example") });
    let path = format!("/people/{}/email", person.id);
    assert_eq!(server.ask(admin, Method::PUT, &path, to).await.0, 204);
    (person.id, session)
}

async fn choose(server: &Server, token: &str, password: &str) -> (u16, Value) {
    anybody(server, "/password-resets/complete", json!({ "token": token, "new_password": password })).await
}

/// Asks as somebody at a place of their own: requests of one are counted.
async fn forgot(server: &Server, login: &str) -> (u16, Value) {
    server.clock.forward(Duration::from_secs(300));
    anybody(server, "/password-resets", json!({ "login": login })).await
}

async fn who_forgot_chooses_another(server: &Server, alone: bool) {
    let mut post = Post::open(server, alone).await;
    let org = server.org("acme").await;
    let (root, admin) = server.person(org, "root", vec![Role::Admin]).await;
    let (amir, here) = reachable(server, org, &admin, "amir").await;
    let token = json!({ "name": "Export", "scopes": ["chat:use"] });
    let (_, made) = server.ask(&here, Method::POST, "/me/tokens", token).await;
    let export = made["token"].as_str().expect("a token");
    // Nobody of that name, somebody without an address, and somebody who has one: the same answer, and one mail.
    for login in ["nobody", "root", " Amir "] {
        assert_eq!(forgot(server, login).await, (202, NONE), "{login}");
    }
    let first = post.token(server, "reset").await;
    assert_eq!(forgot(server, "AMIR@acme.example").await.0, 202);
    let second = post.token(server, "reset").await;

    assert_eq!(choose(server, &first, "short").await.0, 422);
    let guessable = choose(server, &first, "password123").await;
    assert_eq!(refusal(&guessable), (422, "guessable-password"), "{}", guessable.1);
    assert_eq!(refusal(&choose(server, "tdw_none", "another good one").await), (404, "link-ended"));
    let mut socket = server.connect(&here).await;
    assert_eq!(
        choose(server, &first, "another good one").await.0,
        204,
        "who asked again meanwhile spoils nothing"
    );
    assert_eq!(socket.closed().await, 4401);
    for token in [here.as_str(), export] {
        assert_eq!(server.ask(token, Method::GET, "/me", NONE).await.0, 401);
    }
    for used in [&first, &second] {
        assert_eq!(refusal(&choose(server, used, "yet another one").await), (404, "link-ended"));
    }
    let sign_in = async |password: &str| {
        anybody(server, "/sessions", json!({ "name": "amir", "password": password })).await.0
    };
    assert_eq!((sign_in(PASSWORD).await, sign_in("another good one").await), (401, 201));
    let mail = post.next().await;
    assert!(
        mail.contains("amir at acme has a new password") && mail.contains("<amir@acme.example>"),
        "{mail}"
    );
    assert!(!mail.contains("/reset#"), "{mail}");
    let told = server.told_of(org, amir).await;
    for kind in ["password.reset.requested", "password.reset"] {
        assert!(told.contains(&kind.to_owned()), "{told:?}");
    }
    let told = server.told_of(org, root.id).await;
    assert!(!told.iter().any(|kind| kind.starts_with("password.")), "{told:?}");
    assert_eq!(audited(server, "password.reset", amir).await, 1);
    post.jobs.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn on_sqlite_who_forgot_chooses_another() {
    who_forgot_chooses_another(&Server::start().await, true).await;
}

#[tokio::test]
async fn on_postgres_who_forgot_chooses_another() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let server = Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    who_forgot_chooses_another(&server, false).await;
}

/// What nobody can tell apart from outside nobody can tell by what is done either: one job for each, which does not say for whom.
#[tokio::test]
async fn asking_for_another_password_is_the_same_work_whoever_there_is() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    reachable(&server, org, &admin, "amir").await;
    server.identity.reached_at("https://tandem.example".into());
    for login in ["amir", "amir@acme.example", "nobody", "nobody@acme.example"] {
        let body =
            json!({ "login": login, "org": if login == "nobody" { "none" } else { "acme" } }).to_string();
        let request = Request::post(format!("http://{}/api/v1/password-resets", server.address))
            // Whoever asks does not say where links lead.
            .header(header::HOST, "evil.example")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body.into()))
            .expect("a request");
        let (status, headers, answer) = server.send(request).await;
        let mut names: Vec<_> = headers.keys().map(ToString::to_string).collect();
        names.sort();
        assert_eq!((status.as_u16(), answer), (202, NONE), "{login}: {names:?}");
    }
    let sql = "SELECT kind, org, payload FROM jobs ORDER BY id";
    let jobs: Vec<(String, String, String)> =
        sqlx::query_as(sql).fetch_all(server.store.across_orgs()).await.expect("the jobs read");
    assert_eq!(jobs.len(), 4);
    for (kind, org, payload) in jobs {
        assert_eq!((kind.as_str(), org), ("password.reset", uuid::Uuid::nil().to_string()));
        assert!(payload.contains("https://tandem.example") && !payload.contains("evil"), "{payload}");
        assert!(!payload.contains("amir") && !payload.contains("nobody"), "{payload}");
    }
    let last = anybody(&server, "/password-resets", json!({ "login": "amir" })).await;
    assert_eq!(last.0, 202, "five are free");
    let more = anybody(&server, "/password-resets", json!({ "login": "somebody" })).await;
    assert_eq!(refusal(&more), (429, "too-many-requests"), "of one source, whoever it asks for");
}

#[tokio::test]
async fn a_link_for_another_password_ends_with_what_it_was_for() {
    let server = Server::start().await;
    let mut post = Post::open(&server, true).await;
    let org = server.org("acme").await;
    let (root, _) = server.person(org, "root", vec![Role::Admin]).await;
    let admin = async || server.identity.issue_token(org, root.id).await.expect("a token");
    let (amir, _) = reachable(&server, org, &admin().await, "amir").await;
    let link = async |post: &mut Post| {
        assert_eq!(forgot(&server, "amir").await.0, 202);
        post.token(&server, "reset").await
    };
    let ended = async |token: &str, why: &str| {
        assert_eq!(refusal(&choose(&server, token, "another good one").await), (404, "link-ended"), "{why}");
    };
    let token = link(&mut post).await;
    server.clock.forward(Duration::from_secs(3_600));
    ended(&token, "too old").await;

    let token = link(&mut post).await;
    let path = format!("/people/{amir}/email");
    let elsewhere = json!({ "email": "amir@other.example" });
    assert_eq!(server.ask(&admin().await, Method::PUT, &path, elsewhere).await.0, 204);
    let mail = post.next().await;
    assert!(
        mail.contains("amir at acme gets mail elsewhere") && mail.contains("<amir@acme.example>"),
        "{mail}"
    );
    ended(&token, "another address").await;

    let token = link(&mut post).await;
    let path = format!("/people/{amir}");
    assert_eq!(server.ask(&admin().await, Method::POST, &format!("{path}/deactivate"), NONE).await.0, 204);
    ended(&token, "deactivated").await;
    assert_eq!(forgot(&server, "amir").await.0, 202, "nobody learns that either");
    all_done(&server).await;
    assert_eq!(post.unread().len(), 0);
    assert_eq!(server.ask(&admin().await, Method::POST, &format!("{path}/reactivate"), NONE).await.0, 204);
    ended(&token, "deactivated meanwhile").await;

    // At most five at a time; the sixth request makes no mail, and spoils none.
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(link(&mut post).await);
    }
    assert_eq!(forgot(&server, "amir").await.0, 202);
    all_done(&server).await;
    assert_eq!(post.unread().len(), 0);
    assert_eq!(choose(&server, &tokens[0], "another good one").await.0, 204);
    ended(&tokens[4], "one was used").await;

    let gone = link_after_notice(&server, &mut post).await;
    assert_eq!(server.ask(&admin().await, Method::POST, &format!("{path}/deactivate"), NONE).await.0, 204);
    assert_eq!(server.ask(&admin().await, Method::POST, &format!("{path}/erase"), NONE).await.0, 204);
    ended(&gone, "erased").await;
    let (_, person) = server.ask(&admin().await, Method::GET, "/me", NONE).await;
    assert!(person["user"]["email"].is_null());
    let row: Option<String> = sqlx::query_scalar("SELECT email FROM users WHERE id = $1")
        .bind(amir.to_string())
        .fetch_one(server.store.across_orgs())
        .await
        .expect("reads");
    assert_eq!(row, None);
}

/// A link for Amir, after the mail that tells him of the last one's use.
async fn link_after_notice(server: &Server, post: &mut Post) -> String {
    let mail = post.next().await;
    assert!(mail.contains("has a new password"), "{mail}");
    assert_eq!(forgot(server, "amir").await.0, 202);
    post.token(server, "reset").await
}

/// A mail server that answers the first who comes with "later", hears out the second and is gone before it says so, and takes the rest. Mails
/// it heard, oldest first.
async fn hard_to_please() -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp+plain://{}", listener.local_addr().expect("bound"));
    let (heard, mails) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        for nth in 0.. {
            let (stream, _) = listener.accept().await.expect("a client");
            if let Some(mail) = hear(stream, nth).await
                && heard.send(mail).is_err()
            {
                return;
            }
        }
    });
    (url, mails)
}

async fn hear(stream: TcpStream, nth: usize) -> Option<String> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = None;
    write.write_all(b"220 mail.example\r\n").await.ok()?;
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "RCPT" if nth == 0 => "450 4.7.1 come back later",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push_str("\r\n");
                }
                mail = Some(text);
                if nth == 1 {
                    break;
                }
                "250 taken"
            }
            "QUIT" => break,
            _ => "250 so be it",
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            break;
        }
    }
    mail
}

#[tokio::test]
async fn a_mail_comes_however_often_it_takes_and_is_the_same_mail_each_time() {
    let server = Server::start().await;
    let (url, mut mails) = hard_to_please().await;
    let jobs = send_mail(&server, true, &url).await;
    let org = server.org("Acme").await;
    let (_, admin) = server.person(org, "root", vec![Role::Admin]).await;
    assert_eq!(server.ask(&admin, Method::POST, "/invitations", mia()).await.0, 201);
    let mut next = async || {
        tokio::time::timeout(support::PATIENCE, mails.recv()).await.expect("in time").expect("a mail")
    };
    let (lost, taken) = (next().await, next().await);
    let part = |mail: &str, name: &str| {
        mail.lines().find(|line| line.starts_with(name)).map(str::to_owned).expect("a header")
    };
    assert_eq!(part(&lost, "Message-ID:"), part(&taken, "Message-ID:"));
    let link = |mail: &str| secret_in(&mail.replace("=\r\n", ""), &server, "join");
    assert_eq!(link(&lost), link(&taken));
    let look = anybody(&server, "/invitations/lookup", json!({ "token": link(&taken) })).await;
    assert_eq!(look.0, 200);

    // It says so once it is taken, and keeps the secret no longer.
    soon(async || {
        let (_, list) = server.ask(&admin, Method::GET, "/invitations", NONE).await;
        list["items"][0]["sent_at"].is_string().then_some(())
    })
    .await;
    let kept: String = sqlx::query_scalar("SELECT secret FROM invitations")
        .fetch_one(server.store.across_orgs())
        .await
        .expect("reads");
    assert_eq!(kept, "");
    jobs.stop(Duration::from_secs(5)).await;
    assert!(mails.try_recv().is_err(), "once it was taken it is not sent again");
}
