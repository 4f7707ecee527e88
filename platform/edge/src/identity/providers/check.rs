//! Checks of what administrators set.

use serde::{Deserialize, Serialize};
use tandem_outbound::{Networks, Target};
use tandem_proto::{
    IdentityProviderId, Timestamp,
    api::{ClaimNames, GroupRule, IdentityProviderInfo, IdentityProviderSettings, Role},
};

use super::super::{IdentityError, named, users::some_roles};

/// A client id, a secret, a group: characters.
const CHARS: usize = 512;
const SCOPES: usize = 20;
const RULES: usize = 100;
const DOMAINS: usize = 50;

/// A provider's settings as they are kept, but for the secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(skip)]
    pub(super) name: String,
    #[serde(skip)]
    pub(super) issuer: String,
    #[serde(skip)]
    pub(super) client_id: String,
    pub(super) scopes: Vec<String>,
    pub(super) claims: ClaimNames,
    pub(super) rules: Vec<GroupRule>,
    pub(super) roles: Vec<Role>,
    pub(super) create_people: bool,
    pub(super) link_by_email: bool,
    pub(super) email_domains: Vec<String>,
    pub(super) second_factor: bool,
}

impl Kept {
    /// Every role somebody may get by it.
    pub(super) fn all_roles(&self) -> Vec<Role> {
        let mut all: Vec<Role> = self.rules.iter().flat_map(|rule| rule.roles.clone()).collect();
        all.extend(self.roles.iter().cloned());
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(super) fn info(
        self,
        id: IdentityProviderId,
        has_secret: bool,
        created_at: Timestamp,
        changed_at: Timestamp,
    ) -> IdentityProviderInfo {
        let Self { name, issuer, client_id, scopes, claims, rules, roles, .. } = self;
        IdentityProviderInfo {
            id,
            name,
            issuer,
            client_id,
            has_secret,
            scopes,
            claims,
            rules,
            roles,
            create_people: self.create_people,
            link_by_email: self.link_by_email,
            email_domains: self.email_domains,
            second_factor: self.second_factor,
            created_at,
            changed_at,
        }
    }

    /// The same of what is shown.
    pub(super) fn of(info: &IdentityProviderInfo) -> Self {
        let info = info.clone();
        Self {
            name: info.name,
            issuer: info.issuer,
            client_id: info.client_id,
            scopes: info.scopes,
            claims: info.claims,
            rules: info.rules,
            roles: info.roles,
            create_people: info.create_people,
            link_by_email: info.link_by_email,
            email_domains: info.email_domains,
            second_factor: info.second_factor,
        }
    }
}

/// Settings that can be taken.
pub(super) struct Checked {
    pub(super) kept: Kept,
    /// None: the one until now.
    pub(super) secret: Option<String>,
}

/// Checks settings, and writes them as they are kept.
pub(super) fn settings(
    settings: IdentityProviderSettings,
    networks: &Networks,
) -> Result<Checked, IdentityError> {
    let IdentityProviderSettings { claims, rules, roles, .. } = settings;
    let secret = match settings.client_secret {
        Some(secret) if secret.is_empty() => Some(secret),
        Some(secret) => Some(line("client_secret", &secret)?),
        None => None,
    };
    let kept = Kept {
        name: named("name", &settings.name)?,
        issuer: issuer(&settings.issuer, networks)?,
        client_id: line("client_id", &settings.client_id)?,
        scopes: scopes(settings.scopes)?,
        claims: ClaimNames {
            name: line("claims.name", &claims.name)?,
            email: line("claims.email", &claims.email)?,
            groups: line("claims.groups", &claims.groups)?,
        },
        rules: self::rules(rules)?,
        roles: some_roles(roles)?,
        create_people: settings.create_people,
        link_by_email: settings.link_by_email,
        email_domains: domains(settings.email_domains)?,
        second_factor: settings.second_factor,
    };
    Ok(Checked { kept, secret })
}

/// An issuer to the letter: it is compared so (Discovery §4.3).
pub(super) fn issuer(text: &str, networks: &Networks) -> Result<String, IdentityError> {
    let text = text.trim();
    Target::read(text, networks).map_err(|why| IdentityError::invalid("issuer", why))?;
    if text.contains('?') {
        return Err(IdentityError::invalid("issuer", "must not have a query"));
    }
    Ok(text.to_owned())
}

fn line(field: &'static str, text: &str) -> Result<String, IdentityError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > CHARS || text.contains(char::is_control) {
        return Err(IdentityError::invalid(field, format!("1 to {CHARS} characters, none that controls")));
    }
    Ok(text.to_owned())
}

/// Names of scopes (RFC 6749 §3.3), without the one that is always asked for.
fn scopes(mut scopes: Vec<String>) -> Result<Vec<String>, IdentityError> {
    let one = |scope: &String| {
        !scope.is_empty()
            && scope.len() <= CHARS
            && scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    if scopes.len() > SCOPES || !scopes.iter().all(one) {
        return Err(IdentityError::invalid("scopes", format!("at most {SCOPES} names without blanks")));
    }
    scopes.retain(|scope| scope != "openid");
    scopes.dedup();
    Ok(scopes)
}

fn rules(rules: Vec<GroupRule>) -> Result<Vec<GroupRule>, IdentityError> {
    if rules.len() > RULES {
        return Err(IdentityError::invalid("rules", format!("at most {RULES}")));
    }
    let one = |rule: GroupRule| {
        Ok(GroupRule { group: line("rules", &rule.group)?, roles: some_roles(rule.roles)? })
    };
    rules.into_iter().map(one).collect()
}

fn domains(domains: Vec<String>) -> Result<Vec<String>, IdentityError> {
    let mut read: Vec<String> =
        domains.iter().map(|domain| domain.trim().trim_start_matches('@').to_lowercase()).collect();
    read.sort_unstable();
    read.dedup();
    let one = |domain: &String| {
        domain.len() <= 253
            && domain.contains('.')
            && domain
                .split('.')
                .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
    };
    if read.len() > DOMAINS || !read.iter().all(one) {
        return Err(IdentityError::invalid("email_domains", format!("at most {DOMAINS}, as acme.example")));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> IdentityProviderSettings {
        IdentityProviderSettings {
            name: " Acme ".into(),
            issuer: "https://id.acme.example/".into(),
            client_id: "tandem".into(),
            client_secret: None,
            scopes: vec!["openid".into(), "email".into()],
            claims: ClaimNames::default(),
            rules: Vec::new(),
            roles: vec![Role::Agent],
            create_people: true,
            link_by_email: false,
            email_domains: vec!["@Acme.Example".into()],
            second_factor: false,
        }
    }

    #[test]
    fn settings_are_kept_as_they_are_compared() {
        let kept = settings(wanted(), &Networks::default()).expect("fine").kept;
        assert_eq!((kept.name.as_str(), kept.issuer.as_str()), ("Acme", "https://id.acme.example/"));
        assert_eq!((kept.scopes, kept.email_domains), (vec!["email".into()], vec!["acme.example".into()]));
    }

    #[test]
    fn the_field_at_fault_is_named() {
        type Spoil = fn(&mut IdentityProviderSettings);
        let cases: [(&str, Spoil); 9] = [
            ("name", |s| s.name = "\n".into()),
            ("issuer", |s| s.issuer = "http://id.acme.example".into()),
            ("issuer", |s| s.issuer = "https://10.0.0.1".into()),
            ("issuer", |s| s.issuer = "https://id.acme.example/?a=b".into()),
            ("client_id", |s| s.client_id = String::new()),
            ("scopes", |s| s.scopes = vec!["two words".into()]),
            ("claims.groups", |s| s.claims.groups = " ".into()),
            ("roles", |s| s.roles.clear()),
            ("email_domains", |s| s.email_domains = vec!["acme".into()]),
        ];
        for (field, spoil) in cases {
            let mut spoilt = wanted();
            spoil(&mut spoilt);
            match settings(spoilt, &Networks::default()).map(|_| ()) {
                Err(IdentityError::Invalid { field: at, .. }) => assert_eq!(at, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
