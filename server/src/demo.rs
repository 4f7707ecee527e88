//! `--demo`: an organisation to try the server with, made in an empty data folder.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use futures::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};
use tandem_core::OrgScope;
use tandem_edge::{IdentityError, UserRecord};
use tandem_proto::{
    DivisionId, QueueId,
    api::{NewPerson, NewTrunk, Number, NumberTarget, Role},
};
use tandem_setup::{Config, StartError};
use tandem_store::Cause;

use crate::compose::Parts;

/// Name of the file in the data folder.
const FILE: &str = "demo.json";
const ORG: &str = "demo";
const CAUSE: Cause = Cause::SYSTEM;
/// The number customers call.
const NUMBER: &str = "+15550100";
/// Where its calls come from: this machine.
const TRUNK: &str = "127.0.0.0/8";
/// Who takes them.
const AGENTS: [&str; 2] = ["agent1", "agent2"];

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

/// Where the demo is reached.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// By browsers and programs: a URL.
    pub(crate) http: String,
    /// By phones.
    pub(crate) sip: SocketAddr,
}

/// Makes the demo organisation, or brings `demo.json` up to date when it was made before. Answers what to tell the operator.
pub(crate) async fn prepare(config: &Config, parts: &Parts, reached: Reached) -> Result<String, StartError> {
    let path = config.data.join(FILE);
    let mut demo = match fs::read(&path) {
        Ok(bytes) => revive(parts, &bytes).await?,
        Err(_) => make(parts, reached.sip).await?,
    };
    demo.http = reached.http;
    demo.sip = reached.sip;
    for phone in &mut demo.phones {
        phone.domain = reached.sip.ip().to_string();
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

async fn make(parts: &Parts, sip: SocketAddr) -> Result<Demo, StartError> {
    if !parts.identity.orgs().await.map_err(broken)?.is_empty() {
        return Err(StartError::Failed(
            "the data folder has organisations but no demo.json; start without --demo or with an empty --data folder".into(),
        ));
    }
    let scope = parts.identity.create_org(ORG).await.map_err(broken)?;
    let people = try_join_all(PEOPLE.map(|character| person(parts, scope, character))).await?;
    let user = |name: &str| people.iter().find(|(user, _)| user.name == name).map(|(user, _)| user);
    let agents: Vec<&UserRecord> = AGENTS.iter().filter_map(|name| user(name)).collect();
    let ids: Vec<_> = agents.iter().map(|agent| agent.id).collect();
    let (contact_centre, phones) = try_join(
        async { parts.engage.seed_demo(scope, &ids).await.map_err(broken) },
        try_join_all(agents.iter().map(|agent| phone(parts, scope, agent))),
    )
    .await?;
    let to = NumberTarget::Flow { flow: contact_centre.flow };
    let number = Number { number: NUMBER.to_owned(), to, division: DivisionId::home(scope.org()) };
    parts.communicate.numbers().set(scope, CAUSE, number).await.map_err(broken)?;
    let (name, network) = ("demo".to_owned(), Some(TRUNK.to_owned()));
    let trunk = NewTrunk { name, network, out: None, secret: None };
    parts.communicate.trunks().create(scope, CAUSE, trunk).await.map_err(broken)?;
    Ok(Demo {
        org: ORG.to_owned(),
        http: String::new(),
        sip,
        users: people.into_iter().map(|(_, login)| login).collect(),
        phones,
        numbers: vec![NUMBER.to_owned()],
        queues: vec![NamedQueue { id: contact_centre.queue, name: "Support".to_owned() }],
    })
}

/// A SIP phone named after the agent's extension.
async fn phone(parts: &Parts, scope: OrgScope, agent: &UserRecord) -> Result<PhoneLogin, StartError> {
    let extension = agent.extension.clone().unwrap_or_default();
    let made = parts.communicate.create_phone(scope, CAUSE, agent.id, &extension, agent.division).await;
    let (account, secret) = made.map_err(broken)?;
    Ok(PhoneLogin { extension, auth_user: account.auth_user, secret, domain: String::new() })
}

async fn person(
    parts: &Parts,
    scope: OrgScope,
    (name, display_name, title, roles, extension): Character,
) -> Result<(UserRecord, Login), StartError> {
    let password = secret();
    let new = NewPerson {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        title: Some(title.to_owned()),
        roles: roles.to_vec(),
        password: password.clone(),
        extension: Some(extension.to_owned()),
    };
    let user = parts.identity.create_user(scope, CAUSE, new).await.map_err(broken)?;
    let token = parts.identity.issue_token(scope, user.id).await.map_err(broken)?;
    Ok((user, Login { name: name.to_owned(), password, token, extension: extension.to_owned() }))
}

/// Random, easy to copy: 16 letters and digits without look-alikes.
pub(crate) fn secret() -> String {
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

fn broken(error: impl std::fmt::Display) -> StartError {
    StartError::Failed(format!("the demo cannot be made: {error}"))
}
