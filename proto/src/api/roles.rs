//! Roles: sets of permissions that people hold by name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

use crate::DivisionId;

/// Longest name of a role, characters.
const NAME_CHARS: usize = 64;

/// A role; each stands for a set of permissions. Written as its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Chats, calls, takes interactions from queues.
    Agent,
    /// Sees and steers queues and agents.
    Supervisor,
    /// Everything.
    Admin,
    /// One that the org defined.
    Custom(RoleName),
}

/// The name of a role that an org defined: a letter, then letters, digits, `_` and `-`, all of them small.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RoleName(String);

/// A text that cannot name a role.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a role's name is a letter and up to 63 of a-z 0-9 _ -")]
pub struct RoleNameError;

impl Role {
    /// Those every org has.
    pub const BUILT_IN: [Self; 3] = [Self::Agent, Self::Supervisor, Self::Admin];

    /// As it is written.
    pub fn name(&self) -> &str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Custom(RoleName(name)) => name,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = RoleNameError;
    fn from_str(text: &str) -> Result<Self, RoleNameError> {
        if let Some(role) = Self::BUILT_IN.into_iter().find(|role| role.name() == text) {
            return Ok(role);
        }
        let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        if begins && text.len() <= NAME_CHARS && text.chars().all(is_fine) {
            Ok(Self::Custom(RoleName(text.to_owned())))
        } else {
            Err(RoleNameError)
        }
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl PartialSchema for Role {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("`agent`, `supervisor`, `admin`, or the name of a role that the org defined."))
            .max_length(Some(NAME_CHARS))
            .examples(["agent"])
            .into()
    }
}
impl ToSchema for Role {}

/// What a role is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleInfo {
    /// Its name, by which people hold it.
    pub name: Role,
    /// The name to show.
    pub title: String,
    /// Names of the permissions it stands for.
    pub permissions: Vec<String>,
    /// Whether every org has it, unchangeable.
    pub built_in: bool,
    /// How many people hold it.
    pub holders: u32,
}

/// `POST /roles`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// Its name: a letter, then letters, digits, `_` and `-`, all small; it never changes.
    pub name: Role,
    /// The name to show.
    pub title: String,
    /// Names of permissions, all of which the caller holds.
    pub permissions: Vec<String>,
}

/// `PUT /roles/{role}`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    /// The name to show.
    pub title: String,
    /// Names of permissions. The caller holds all those that are new.
    pub permissions: Vec<String>,
}

/// `PUT /people/{user}/roles`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRoles {
    /// Roles to be held in all divisions from now on.
    pub roles: Vec<Role>,
    /// Roles to be held in some divisions only. Whatever is in neither list is held no more; one of them has at least one role.
    #[serde(default)]
    pub grants: Vec<RoleGrant>,
}

/// A role held in some divisions only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    /// Which.
    pub role: Role,
    /// In which; at least one.
    pub divisions: Vec<DivisionId>,
}

/// `GET /people/{user}/roles`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RolesHeld {
    /// Roles held in all divisions.
    pub roles: Vec<Role>,
    /// Roles held in some divisions only.
    pub grants: Vec<RoleGrant>,
}

/// A right to one kind of operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PermissionInfo {
    /// Its name, `thing:verb`.
    pub name: String,
    /// What it allows.
    pub description: String,
    /// What it reaches where it is held in some divisions only.
    pub reach: PermissionReach,
}

/// What a permission reaches where it is held in some divisions only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionReach {
    /// What its holder does themselves: held in one division, it is held.
    Holder,
    /// Things of those divisions.
    Division,
    /// Nothing: it concerns the org as a whole, and must be held in all divisions.
    Org,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_written_as_names_and_nothing_else_names_one() {
        for (text, role) in [("agent", Role::Agent), ("admin", Role::Admin)] {
            assert_eq!(text.parse(), Ok(role.clone()));
            assert_eq!(serde_json::to_value(&role).expect("text"), text);
        }
        let custom: Role = "night-shift_2".parse().expect("a name");
        assert_eq!(custom, Role::Custom(RoleName("night-shift_2".into())));
        assert_eq!(serde_json::from_str::<Role>(r#""night-shift_2""#).expect("a role"), custom);
        for wrong in ["", "Admin", "2nd", "a b", "é", "-a", &"a".repeat(65)] {
            assert_eq!(wrong.parse::<Role>(), Err(RoleNameError), "{wrong}");
        }
    }
}
