//! Sign-in, people and presence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Role, RoleGrant};
use crate::{DivisionId, OrgId, SessionId, Timestamp, UserId};

/// `POST /sessions`: signs in with a password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The org's name; may be left out while the server has one org, and is of one region.
    #[serde(default)]
    pub org: Option<String>,
    /// Login name.
    #[schema(example = "agent1")]
    pub name: String,
    /// Password.
    pub password: String,
    /// Where a second factor is on: the authenticator's six digits, or a recovery code.
    #[serde(default)]
    pub code: Option<String>,
}

/// A new session.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// Bearer token, shown once.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who it is for.
    pub me: Me,
}

/// `GET /me`: who one is and what one may do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The user.
    pub user: Person,
    /// The org.
    pub org: Org,
    /// The session used.
    pub session: SessionId,
    /// Names of the permissions that can be used: held in some division at least, or in all where they concern the org as a whole.
    pub permissions: Vec<String>,
    /// Names of the permissions that are held in some divisions only, with those divisions.
    #[serde(default)]
    pub divided: BTreeMap<String, Vec<DivisionId>>,
}

/// An org, as its members see it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Org {
    /// Id.
    pub id: OrgId,
    /// Name.
    pub name: String,
    /// The region it lives in, where there are several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<String>,
}

/// Somebody in the directory.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Id.
    pub id: UserId,
    /// Login name.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// Job title.
    pub title: Option<String>,
    /// Internal number that rings this person.
    pub extension: Option<String>,
    /// Where mail to them goes.
    #[serde(default)]
    pub email: Option<String>,
    /// Roles held in all divisions.
    pub roles: Vec<Role>,
    /// Roles held in some divisions only.
    #[serde(default)]
    pub grants: Vec<RoleGrant>,
    /// The division they belong to.
    pub division: DivisionId,
    /// False for somebody who may not sign in any more; their name stays for what they did.
    pub active: bool,
    /// True for somebody whose names and whatever else was personal to them are gone for ever.
    #[serde(default)]
    pub erased: bool,
    /// Whether another system keeps them up by SCIM, and would undo what is changed here.
    #[serde(default)]
    pub provisioned: bool,
    /// Presence now.
    pub presence: PresenceView,
}

/// `POST /keys/rotate`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyRotated {
    /// The version of the key the org's data is under now: 1, 2, 3 …
    pub version: i64,
}

/// `GET /people`: who to list, by display name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Words; each must occur in the display name, the login name or the extension. Case does not matter.
    #[param(max_length = 120)]
    pub query: Option<String>,
    /// Only people of this division.
    pub division: Option<DivisionId>,
    /// Only these: ids separated by commas, at most 200. Of those one may not see, or that are nobody's, nothing comes.
    pub ids: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// `POST /people`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Login name: 1–128 of `a-z 0-9 . _ - @ + # '`.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// Job title.
    #[serde(default)]
    pub title: Option<String>,
    /// Roles.
    pub roles: Vec<Role>,
    /// At least 10 characters.
    pub password: String,
    /// Internal number, digits.
    #[serde(default)]
    pub extension: Option<String>,
}

/// First level of presence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Reachable.
    Available,
    /// Wants no interruption.
    Busy,
    /// Not at the desk.
    Away,
    /// On a break.
    Break,
    /// At a meal.
    Meal,
    /// In a meeting.
    Meeting,
    /// In training.
    Training,
    /// Has not touched any device for a while.
    Idle,
    /// No device.
    Offline,
    /// Takes interactions from queues.
    OnQueue,
}

/// What somebody is doing, beside the chosen presence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// On a call.
    OnCall,
}

/// Somebody's presence, merged over devices, choice and routing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PresenceView {
    /// First level.
    pub primary: Presence,
    /// Second level: the org's or person's own words.
    pub message: Option<String>,
    /// Doing now.
    pub activity: Option<Activity>,
    /// Since when this primary presence holds.
    pub since: Timestamp,
}

/// `PUT /me/presence`. `Idle` and `Offline` cannot be chosen; `OnQueue` needs the permission `agent:on_queue`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoosePresence {
    /// First level.
    pub primary: Presence,
    /// Second level, at most 120 characters.
    #[serde(default)]
    pub message: Option<String>,
}
