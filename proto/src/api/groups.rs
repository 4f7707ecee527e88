//! Groups: people who are named together, and hold roles together.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Role;
use crate::{GroupId, UserId};

/// A group of people.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupInfo {
    /// Id.
    pub id: GroupId,
    /// Its name; no other of the org's has it, however it is capitalised.
    pub name: String,
    /// Roles that its members hold as long as they are members.
    pub roles: Vec<Role>,
    /// How many people are in it.
    pub members: u32,
    /// Whether another system keeps it up by SCIM, and would undo what is changed here.
    pub provisioned: bool,
}

/// Somebody in a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupMember {
    /// Who.
    pub user: UserId,
    /// Their name to show.
    pub display_name: String,
    /// Whether they may sign in.
    pub active: bool,
}

/// `POST /groups`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Its name.
    pub name: String,
}

/// `PUT /groups/{group}`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeGroup {
    /// Its name.
    pub name: String,
}

/// `PUT /groups/{group}/roles`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetGroupRoles {
    /// All roles that its members hold from now on; may be none.
    pub roles: Vec<Role>,
}
