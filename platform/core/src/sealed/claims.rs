//! What a seal says.

use std::fmt;

use serde::{Deserialize, Serialize};
use tandem_proto::{DivisionId, NodeId, OrgId, RequestId, SessionId, Timestamp, UserId};
use uuid::Uuid;

use super::{DIGESTS, SealError, WITHIN_BYTES};
use crate::{Mint, Origin, Permission, Permissions, Reach, RequestContext, Rights};

/// For whom a node works.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Behalf {
    /// For nobody: the nodes' own work.
    System,
    /// For one org, and none of its people: its contact centre, its calls.
    Org(OrgId),
    /// For somebody who was authenticated at the node that sealed it.
    Person(Person),
}

/// Somebody, as far as another node must know them: a [`RequestContext`] before it is a right to anything.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Person {
    /// Their org.
    pub org: OrgId,
    /// Who.
    pub user: UserId,
    /// Their session.
    pub session: SessionId,
    /// What they may do.
    pub rights: Rights,
    /// The request.
    pub request: RequestId,
    /// Whether those are all their rights. What somebody holds in some divisions only may be too much for a seal: then it is left out, and
    /// who needs it asks the store.
    pub complete: bool,
}

impl Person {
    /// What they ask with.
    pub fn context(&self, mint: &Mint) -> RequestContext {
        RequestContext {
            scope: mint.scope(self.org),
            user: self.user,
            session: self.session,
            rights: self.rights.clone(),
            request: self.request,
            // Whoever carries a request says where it came from.
            origin: Origin::NONE,
        }
    }
}

impl From<&RequestContext> for Person {
    fn from(context: &RequestContext) -> Self {
        let RequestContext { scope, user, session, rights, request, origin: _ } = context;
        Self {
            org: scope.org(),
            user: *user,
            session: *session,
            rights: rights.clone(),
            request: *request,
            complete: true,
        }
    }
}

impl Behalf {
    /// The org, if there is one.
    pub const fn org(&self) -> Option<OrgId> {
        match self {
            Self::System => None,
            Self::Org(org) => Some(*org),
            Self::Person(person) => Some(person.org),
        }
    }

    /// The person, if there is one.
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::System | Self::Org(_) => None,
        }
    }
}

/// Whom a seal is for: one service of one node, or every process that hears the bus.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Audience {
    /// A service of a node.
    Service(String, NodeId),
    /// The bus.
    Bus,
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service, node) => write!(f, "{service}@{node}"),
            Self::Bus => f.write_str("bus"),
        }
    }
}

/// Tells messages apart: the first bytes of their SHA-256.
pub type Digest = [u8; 16];

/// What a seal says, beside the node that made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claims {
    /// Tells seals apart.
    pub id: Uuid,
    /// For whom it was made.
    pub behalf: Behalf,
    /// Whom it is for.
    pub audience: Audience,
    /// When it was made.
    pub from: Timestamp,
    /// From when on it is of no use.
    pub until: Timestamp,
    /// The messages it is of; none: any message to its audience.
    pub messages: Vec<Digest>,
}

/// The claims as they are written: those that PASETO registers under its names, the others under ours.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    iss: NodeId,
    aud: std::borrow::Cow<'a, str>,
    iat: Timestamp,
    exp: Timestamp,
    jti: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<OrgId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    /// By name: their numbers differ between versions. A version that knows no divisions takes them to hold everywhere, so what is held for
    /// things of some divisions is not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<String>>,
    /// What is held in all divisions, where that is not the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    everywhere: Option<Vec<String>>,
    /// What is held in some divisions beyond that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    within: Vec<Within>,
    /// Whether what is held in some divisions was too much.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    incomplete: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    messages: Vec<u128>,
}

/// The same permissions, held in each of these divisions.
#[derive(Serialize, Deserialize)]
struct Within {
    permissions: Vec<String>,
    divisions: Vec<u128>,
}

/// What is held in some divisions, unless it is too much for a seal.
fn within(rights: &Rights) -> Option<Vec<Within>> {
    let mut divisions = std::collections::BTreeMap::<Vec<String>, Vec<u128>>::new();
    for (division, held) in rights.within() {
        divisions.entry(held.names()).or_default().push(division.uuid().as_u128());
    }
    let within = divisions.into_iter().map(|(permissions, divisions)| Within { permissions, divisions });
    let within: Vec<_> = within.collect();
    let bytes = serde_json::to_vec(&within).map_or(usize::MAX, |text| text.len());
    (bytes <= WITHIN_BYTES).then_some(within)
}

/// What holds whatever a thing's division is.
fn undivided(rights: &Rights) -> Permissions {
    let own = |permission: &Permission| permission.reach() == Reach::Holder && rights.has(*permission);
    rights.everywhere().union(Permission::ALL.iter().copied().filter(own).collect())
}

/// A right of a newer version is none here.
fn known(names: &[String]) -> Permissions {
    names.iter().filter_map(|name| name.parse::<Permission>().ok()).collect()
}

fn rights(permissions: &[String], everywhere: Option<&[String]>, within: &[Within]) -> Rights {
    let within = within.iter().flat_map(|Within { permissions, divisions }| {
        let held = known(permissions);
        divisions.iter().map(move |id| (DivisionId::from_uuid(Uuid::from_u128(*id)), held))
    });
    Rights::new(known(everywhere.unwrap_or(permissions)), within)
}

pub(super) fn written(claims: &Claims, node: NodeId) -> Vec<u8> {
    let Claims { id, behalf, audience, from, until, messages } = claims;
    let person = behalf.person();
    let rights = person.map(|person| &person.rights);
    let within = rights.filter(|rights| !rights.within().is_empty()).map(within);
    let everywhere =
        matches!(within, Some(Some(_))).then(|| rights.map(|rights| rights.everywhere().names()));
    let wire = Wire {
        iss: node,
        aud: audience.to_string().into(),
        iat: *from,
        exp: *until,
        jti: *id,
        org: behalf.org(),
        sub: person.map(|person| person.user),
        session: person.map(|person| person.session),
        permissions: rights.map(|rights| undivided(rights).names()),
        everywhere: everywhere.flatten(),
        incomplete: matches!(within, Some(None)) || person.is_some_and(|person| !person.complete),
        within: within.flatten().unwrap_or_default(),
        request: person.map(|person| person.request),
        messages: messages.iter().map(|digest| u128::from_be_bytes(*digest)).collect(),
    };
    serde_json::to_vec(&wire).expect("claims are plain data")
}

/// What was written and signed, and by which node it says it was.
pub(super) fn read(text: &str, audience: &Audience) -> Result<(Claims, NodeId), SealError> {
    // Signed, so it is of a node of ours; one that is not understood is of a version that says things in another way.
    let wire: Wire<'_> = serde_json::from_str(text).map_err(|_| SealError::Malformed)?;
    if *wire.aud != audience.to_string() {
        return Err(SealError::WrongAudience);
    }
    if wire.messages.len() > DIGESTS {
        return Err(SealError::Malformed);
    }
    let behalf = match (wire.org, wire.sub, wire.session, wire.permissions, wire.request) {
        (None, None, None, None, None) => Behalf::System,
        (Some(org), None, None, None, None) => Behalf::Org(org),
        (Some(org), Some(user), Some(session), Some(names), Some(request)) => {
            let rights = rights(&names, wire.everywhere.as_deref(), &wire.within);
            Behalf::Person(Person { org, user, session, rights, request, complete: !wire.incomplete })
        }
        // Half of a person is nobody.
        _ => return Err(SealError::Malformed),
    };
    let claims = Claims {
        id: wire.jti,
        behalf,
        audience: audience.clone(),
        from: wire.iat,
        until: wire.exp,
        messages: wire.messages.into_iter().map(u128::to_be_bytes).collect(),
    };
    Ok((claims, wire.iss))
}
