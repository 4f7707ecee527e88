//! Who somebody is here whom a provider knows: whose account it is, or who they become, and what their groups stand for.

use serde_json::{Value, json};
use sqlx::Row as _;
use tandem_core::{Permissions, Rights};
use tandem_proto::{
    DivisionId, Stream, Topic, UserId,
    api::{GroupRule, IdentityProviderInfo, Role},
    events::identity::UserLinked,
    limits::NAME_CHARS,
};
use tandem_store::{Change, Expect, Tx};

use super::{
    super::{IdentityError, UserRecord, id, mail::address, people, roles, sessions::digest, users},
    Refusal,
    id_token::Claims,
    rows,
};

/// Groups of one person that are looked at.
const GROUPS: usize = 1_000;
/// Letters of a login name that is made; a number may follow.
const LOGIN_CHARS: usize = 40;
/// Names that are tried before one with chance in it.
const LOGINS: usize = 20;

/// What a provider says of somebody, as far as it is used.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// What is kept of `sub`: its digest. It stays when somebody is erased, so that they stay out, and says nothing of them.
    subject: String,
    name: Option<String>,
    /// A verified address.
    email: Option<String>,
    login: String,
    groups: Vec<String>,
}

impl Said {
    pub(super) fn of(info: &IdentityProviderInfo, claims: &Claims) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let verified = claims.get("email_verified").and_then(Value::as_bool) == Some(true);
        let email = text(&info.claims.email).filter(|_| verified);
        let email = email.and_then(|email| address("email", email).ok());
        let groups = match claims.get(&info.claims.groups) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(all)) => {
                all.iter().filter_map(Value::as_str).take(GROUPS).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        let name = text(&info.claims.name).map(shown).filter(|name| !name.is_empty());
        let called = email.as_deref().and_then(|email| email.split('@').next());
        let called = called.or_else(|| text("preferred_username")).or(name.as_deref()).unwrap_or_default();
        Self {
            subject: digest(&format!("{}\n{}\n{}", info.id, info.issuer, text("sub").unwrap_or_default())),
            login: login(called),
            name,
            email,
            groups,
        }
    }
}

/// A name to show, whatever a provider wrote.
fn shown(name: &str) -> String {
    let line: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    line.trim().to_owned()
}

/// A login name of what somebody is called.
fn login(called: &str) -> String {
    let kept = called.to_lowercase().chars().map(|c| if c == ' ' { '.' } else { c }).collect::<String>();
    let kept: String = kept
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(*c))
        .take(LOGIN_CHARS)
        .collect();
    if kept.is_empty() { "person".to_owned() } else { kept }
}

/// What somebody holds from now on: what their groups stand for, and what no rule is about.
fn roles_by(held: &[Role], rules: &[GroupRule], groups: &[String], otherwise: &[Role]) -> Vec<Role> {
    let given = rules.iter().filter(|rule| groups.contains(&rule.group)).flat_map(|rule| &rule.roles);
    let about = |role: &Role| rules.iter().any(|rule| rule.roles.contains(role));
    let mut all: Vec<Role> = given.chain(held.iter().filter(|role| !about(role))).cloned().collect();
    if all.is_empty() {
        all = otherwise.to_vec();
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Finds or makes whoever a provider means, and gives them what their groups stand for.
pub(super) async fn admit(
    tx: &mut Tx,
    info: &IdentityProviderInfo,
    said: Said,
) -> Result<UserId, IdentityError> {
    let scope = tx.scope();
    if !info.email_domains.is_empty() {
        let domain = said.email.as_deref().and_then(|email| email.rsplit('@').next());
        if !domain.is_some_and(|domain| info.email_domains.iter().any(|each| each == domain)) {
            return Err(Refusal::Address.into());
        }
    }
    let user = match rows::linked(tx, info.id, &said.subject).await? {
        Some(user) => user,
        None => first_time(tx, info, &said).await?,
    };
    let person = people::person(tx, scope, user).await?;
    if !person.active {
        return Err(Refusal::Stranger.into());
    }
    if !info.rules.is_empty() {
        // Who holds a role in some divisions does not hold none.
        let otherwise: &[Role] = if person.grants.is_empty() { &info.roles } else { &[] };
        let roles = there_are(tx, roles_by(&person.roles, &info.rules, &said.groups, otherwise)).await?;
        if roles.is_empty() && person.grants.is_empty() {
            return Err(Refusal::Stranger.into());
        }
        set_roles(tx, &person, roles).await?;
    }
    Ok(user)
}

/// Somebody whose account at the provider is not known yet.
async fn first_time(tx: &mut Tx, info: &IdentityProviderInfo, said: &Said) -> Result<UserId, IdentityError> {
    let theirs = match &said.email {
        Some(email) => by_email(tx, email).await?,
        None => None,
    };
    let user = match theirs {
        // Who has an account there already does not get a second one by an address that moved on to somebody else.
        Some(user) if info.link_by_email && !rows::is_linked(tx, info.id, user).await? => user,
        Some(_) => return Err(Refusal::Taken.into()),
        None if info.create_people => make(tx, info, said).await?,
        None => return Err(Refusal::Stranger.into()),
    };
    rows::link(tx, info.id, &said.subject, user).await?;
    let change = Change::new("person.linked", "person", user);
    tx.audit(change.after(&json!({ "identity_provider": info.id }))).await?;
    let topics = [Topic::user(user), Topic::admins(tx.scope().org())];
    let event = UserLinked { user, provider: info.id };
    tx.append(Stream::user(user), Expect::Any, &topics, &event).await?;
    Ok(user)
}

async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<UserId>, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query("SELECT id FROM users WHERE org = $1 AND email = $2")
        .bind(org)
        .bind(email.to_owned())
        .fetch_optional(tx.conn())
        .await?;
    row.map(|row| id(&row, "users", "id")).transpose()
}

/// Somebody new, who has no password, in the division every org has.
async fn make(tx: &mut Tx, info: &IdentityProviderInfo, said: &Said) -> Result<UserId, IdentityError> {
    let name = free_login(tx, &said.login).await?;
    let roles = there_are(tx, roles_by(&info.roles, &info.rules, &said.groups, &info.roles)).await?;
    if roles.is_empty() {
        return Err(Refusal::Stranger.into());
    }
    let record = UserRecord {
        id: UserId::generate(),
        display_name: said.name.clone().unwrap_or_else(|| name.clone()),
        name,
        title: None,
        extension: None,
        email: said.email.clone(),
        roles,
        grants: Vec::new(),
        division: DivisionId::home(tx.scope().org()),
        active: true,
        erased: false,
        provisioned: false,
    };
    Ok(users::insert(tx, record, String::new(), None).await?.id)
}

async fn free_login(tx: &mut Tx, wanted: &str) -> Result<String, IdentityError> {
    let org = tx.scope().org().to_string();
    for number in 1..=LOGINS {
        let name = if number == 1 { wanted.to_owned() } else { format!("{wanted}-{number}") };
        let sql = "SELECT (SELECT count(*) FROM users WHERE org = $1 AND name = $2)
                        + (SELECT count(*) FROM invitations WHERE org = $1 AND name = $2) AS holders";
        let row = sqlx::query(sql).bind(org.clone()).bind(name.clone()).fetch_one(tx.conn()).await?;
        if row.try_get::<i64, _>("holders")? == 0 {
            return Ok(name);
        }
    }
    Ok(format!("{wanted}-{}", hex::encode(rand::random::<[u8; 8]>())))
}

/// Those of `roles` that the org still has: one that was removed is named by a rule for nothing.
async fn there_are(tx: &mut Tx, roles: Vec<Role>) -> Result<Vec<Role>, IdentityError> {
    let mut there = Vec::with_capacity(roles.len());
    for role in roles {
        match roles::known(tx, std::slice::from_ref(&role)).await {
            Ok(()) => there.push(role),
            Err(IdentityError::Invalid { .. }) => {
                tracing::warn!(%role, "an identity provider's settings name a role that there is not");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(there)
}

/// Whoever wrote the rules held all they give, in all divisions. The last administrator stays one, whatever their groups.
async fn set_roles(tx: &mut Tx, person: &UserRecord, mut roles: Vec<Role>) -> Result<(), IdentityError> {
    let mut held = person.roles.clone();
    held.sort_unstable();
    if roles == held {
        return Ok(());
    }
    let all = Rights::from(Permissions::of(&Role::Admin));
    match people::set_roles(tx, &all, person.id, roles.clone(), None).await {
        Err(IdentityError::Conflict { slug: "last-administrator", .. }) => {
            roles.push(Role::Admin);
            roles.sort_unstable();
            if roles == held { Ok(()) } else { people::set_roles(tx, &all, person.id, roles, None).await }
        }
        set => set,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(group: &str, roles: &[Role]) -> GroupRule {
        GroupRule { group: group.into(), roles: roles.to_vec() }
    }

    #[test]
    fn roles_follow_groups_and_others_stay() {
        let own = "night".parse::<Role>().expect("a name");
        let rules = [rule("leads", &[Role::Supervisor]), rule("staff", &[Role::Agent])];
        let by = |held: &[Role], groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            roles_by(held, &rules, &groups, &[Role::Agent])
        };
        assert_eq!(by(&[Role::Agent], &["staff", "leads"]), sorted([Role::Agent, Role::Supervisor]));
        assert_eq!(by(&[Role::Supervisor, own.clone()], &["staff"]), sorted([Role::Agent, own.clone()]));
        assert_eq!(by(&[Role::Supervisor], &[]), [Role::Agent], "who would hold none");
        assert_eq!(by(std::slice::from_ref(&own), &[]), [own]);
    }

    fn sorted<const N: usize>(mut roles: [Role; N]) -> [Role; N] {
        roles.sort_unstable();
        roles
    }

    #[test]
    fn names_are_what_they_may_be() {
        assert_eq!(login("Mia Müller"), "mia.mller");
        assert_eq!(login("日本"), "person");
        assert_eq!(login(&"x".repeat(100)).len(), LOGIN_CHARS);
        assert_eq!(shown(" Mia\r\nBcc: x "), "MiaBcc: x");
    }
}
