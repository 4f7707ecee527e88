//! How many of a thing an org may have.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A thing that an org has so many of at most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrgLimit {
    /// People who may sign in.
    People,
    /// Groups of people.
    Groups,
    /// Roles that the org defined.
    Roles,
    /// Registered programs.
    Clients,
    /// SIP phones.
    Phones,
    /// Numbers.
    Numbers,
    /// Carriers.
    Trunks,
    /// Queues.
    Queues,
    /// Flows.
    Flows,
    /// Webhooks.
    Webhooks,
}

/// A name that no limit has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "there is no such limit; those there are: people, groups, roles, clients, phones, numbers, trunks, queues, flows, webhooks"
)]
pub struct UnknownLimit;

impl OrgLimit {
    /// Every limit.
    pub const ALL: [Self; 10] = [
        Self::People,
        Self::Groups,
        Self::Roles,
        Self::Clients,
        Self::Phones,
        Self::Numbers,
        Self::Trunks,
        Self::Queues,
        Self::Flows,
        Self::Webhooks,
    ];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Groups => "groups",
            Self::Roles => "roles",
            Self::Clients => "clients",
            Self::Phones => "phones",
            Self::Numbers => "numbers",
            Self::Trunks => "trunks",
            Self::Queues => "queues",
            Self::Flows => "flows",
            Self::Webhooks => "webhooks",
        }
    }
}

impl fmt::Display for OrgLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for OrgLimit {
    type Err = UnknownLimit;
    fn from_str(text: &str) -> Result<Self, UnknownLimit> {
        Self::ALL.into_iter().find(|limit| limit.name() == text).ok_or(UnknownLimit)
    }
}

/// How many of a thing an org may have, and how many it has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LimitInfo {
    /// Of what.
    pub limit: OrgLimit,
    /// How many there may be.
    pub value: u32,
    /// How many there are.
    pub used: u32,
    /// Whether it was set for this org; else it is what every org has.
    pub set: bool,
}
