//! `--demo`: an organisation to try the server with, made in an empty data folder through the public API.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use futures::future::try_join_all;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tandem_core::OrgScope;
use tandem_edge::{IdentityError, UserRecord};
use tandem_proto::{
    Actor, QueueId, UserId,
    api::{NewPerson, Role},
};
use tandem_setup::{Config, Runtime, StartError};
use tandem_store::Cause;
use tower::ServiceExt;

use crate::compose::Parts;

/// Name of the file in the data folder.
const FILE: &str = "demo.json";
const ORG: &str = "demo";

/// `demo.json`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Demo {
    org: String,
    http: String,
    sip: SocketAddr,
    users: Vec<Login>,
    phones: Vec<PhoneLogin>,
    numbers: Vec<String>,
    queues: Vec<NamedQueue>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Login {
    name: String,
    password: String,
    token: String,
    extension: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct PhoneLogin {
    extension: String,
    auth_user: String,
    secret: String,
    domain: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct NamedQueue {
    id: QueueId,
    name: String,
}

/// Login name, name to show, title, roles, extension.
type Character = (&'static str, &'static str, &'static str, &'static [Role], &'static str);

const PEOPLE: [Character; 4] = [
    ("admin", "Ada Admin", "Administrator", &[Role::Admin], "1000"),
    ("agent1", "Amir Agent", "Support agent", &[Role::Agent], "1001"),
    ("agent2", "Bea Agent", "Support agent", &[Role::Agent], "1002"),
    ("supervisor", "Sol Supervisor", "Support lead", &[Role::Supervisor], "1003"),
];

/// Makes the demo organisation, or brings `demo.json` up to date when it was made before. Answers what to tell the operator.
pub(crate) async fn prepare(
    config: &Config,
    parts: &Parts,
    app: &Router,
    runtime: &Runtime,
) -> Result<String, StartError> {
    let path = config.data.join(FILE);
    let mut demo = match fs::read(&path) {
        Ok(bytes) => revive(parts, &bytes).await?,
        Err(_) => make(parts, app, runtime).await?,
    };
    demo.http = format!("http://{}", runtime.http);
    demo.sip = runtime.sip;
    for phone in &mut demo.phones {
        phone.domain = runtime.sip.ip().to_string();
    }
    write(&path, &demo)
        .map_err(|error| StartError::Data { path: config.data.clone(), reason: error.to_string() })?;
    Ok(told(&demo, &path))
}

/// The demo of an earlier start, with tokens that hold.
async fn revive(parts: &Parts, bytes: &[u8]) -> Result<Demo, StartError> {
    let mut demo: Demo = serde_json::from_slice(bytes)
        .map_err(|error| StartError::Failed(format!("{FILE} cannot be read: {error}")))?;
    let scope = parts.identity.org_by_name(&demo.org).await.map_err(broken)?;
    let scope =
        scope.ok_or_else(|| StartError::Failed(format!("{FILE} belongs to another database; remove it")))?;
    let users = parts.identity.users(scope).await.map_err(broken)?;
    for login in &mut demo.users {
        match parts.identity.authenticate(&login.token).await {
            Ok(_) => {}
            Err(IdentityError::NoSession) => {
                if let Some(user) = users.iter().find(|user| user.name == login.name) {
                    login.token = parts.identity.issue_token(scope, user.id).await.map_err(broken)?;
                }
            }
            Err(error) => return Err(broken(error)),
        }
    }
    Ok(demo)
}

async fn make(parts: &Parts, app: &Router, runtime: &Runtime) -> Result<Demo, StartError> {
    if !parts.identity.orgs().await.map_err(broken)?.is_empty() {
        return Err(StartError::Failed(
            "the data folder has organisations but no demo.json; start without --demo or with an empty --data folder".into(),
        ));
    }
    let scope = parts.identity.create_org(ORG).await.map_err(broken)?;
    let people = try_join_all(PEOPLE.map(|character| person(parts, scope, character))).await?;
    let admin = Client { app: app.clone(), token: people[0].1.token.clone() };
    let _ = (&admin, runtime);
    Ok(Demo {
        org: ORG.to_owned(),
        http: String::new(),
        sip: runtime.sip,
        users: people.into_iter().map(|(_, login)| login).collect(),
        phones: Vec::new(),
        numbers: Vec::new(),
        queues: Vec::new(),
    })
}

async fn person(
    parts: &Parts,
    scope: OrgScope,
    (name, display_name, title, roles, extension): Character,
) -> Result<(UserRecord, Login), StartError> {
    let password = secret();
    let cause = Cause { actor: Actor::System, correlation: None };
    let new = NewPerson {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        title: Some(title.to_owned()),
        roles: roles.to_vec(),
        password: password.clone(),
        extension: Some(extension.to_owned()),
    };
    let user = parts.identity.create_user(scope, cause, new).await.map_err(broken)?;
    let token = parts.identity.issue_token(scope, user.id).await.map_err(broken)?;
    Ok((user, Login { name: name.to_owned(), password, token, extension: extension.to_owned() }))
}

/// The public API, used inside the process.
struct Client {
    app: Router,
    token: String,
}

impl Client {
    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, StartError> {
        let failed = |reason: String| {
            StartError::Failed(format!("the demo cannot be made: {method} {path}: {reason}"))
        };
        let body = serde_json::to_vec(body).map_err(|error| failed(error.to_string()))?;
        let request = Request::builder()
            .method(method.clone())
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|error| failed(error.to_string()))?;
        let response = self.app.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status();
        let answer =
            response.into_body().collect().await.map_err(|error| failed(error.to_string()))?.to_bytes();
        if !status.is_success() {
            return Err(failed(format!("{status} {}", String::from_utf8_lossy(&answer))));
        }
        let answer = if answer.is_empty() {
            serde_json::to_vec(&Value::Null).unwrap_or_default()
        } else {
            answer.to_vec()
        };
        serde_json::from_slice(&answer).map_err(|error| failed(error.to_string()))
    }
}

/// Random, easy to copy: 16 letters and digits without look-alikes.
fn secret() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..16).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
}

/// Replaces the file; only the server's account may read it.
fn write(path: &Path, demo: &Demo) -> std::io::Result<()> {
    let half = path.with_extension("json.new");
    let _ = fs::remove_file(&half);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&half)?;
    file.write_all(&serde_json::to_vec_pretty(demo)?)?;
    file.sync_all()?;
    fs::rename(half, path)
}

fn told(demo: &Demo, path: &Path) -> String {
    let logins: Vec<String> = demo
        .users
        .iter()
        .map(|user| format!("  {:<12}{}   extension {}", user.name, user.password, user.extension))
        .collect();
    let phones: Vec<String> = demo
        .phones
        .iter()
        .map(|phone| format!("  {:<12}{}   at {}", phone.auth_user, phone.secret, demo.sip))
        .collect();
    let mut lines = vec![format!("demo  {}", demo.http), "sign in as".to_owned()];
    lines.extend(logins);
    if !phones.is_empty() {
        lines.push("SIP phones".to_owned());
        lines.extend(phones);
    }
    for number in &demo.numbers {
        lines.push(format!("call  sip:{number}@{}", demo.sip));
    }
    lines.push(format!("all of it in {}", path.display()));
    lines.join("\n")
}

fn broken(error: IdentityError) -> StartError {
    StartError::Failed(format!("the demo cannot be made: {error}"))
}
