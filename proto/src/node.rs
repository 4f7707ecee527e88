//! The processes a Tandem is made of.

use std::{collections::BTreeSet, fmt, net::SocketAddr, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::NodeId;

/// What a process does. Alone it does everything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// HTTP and WebSocket.
    Edge,
    /// SIP transports, calls and registrations.
    Sip,
    /// The media relay.
    Media,
    /// Routing domains and the conversations in them.
    Engine,
    /// Projections and jobs.
    Worker,
}

impl NodeRole {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Edge, Self::Sip, Self::Media, Self::Engine, Self::Worker];

    /// As it is written in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Sip => "sip",
            Self::Media => "media",
            Self::Engine => "engine",
            Self::Worker => "worker",
        }
    }
}

impl fmt::Display for NodeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No role has that name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no role {0:?}: edge, sip, media, engine and worker are")]
pub struct UnknownRole(String);

impl FromStr for NodeRole {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// How busy a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Load {
    /// Calls it owns.
    pub calls: u32,
    /// Media endpoints it serves.
    pub endpoints: u32,
}

/// A process as the others know it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct NodeInfo {
    /// This run of it.
    pub id: NodeId,
    /// What its operator calls it; the same after a restart.
    pub name: String,
    /// What it does.
    pub roles: BTreeSet<NodeRole>,
    /// Where other nodes reach it; `None`: it is alone.
    #[schema(value_type = Option<String>)]
    pub links: Option<SocketAddr>,
    /// Where HTTP is answered.
    #[schema(value_type = Option<String>)]
    pub http: Option<SocketAddr>,
    /// Where SIP is listened to.
    #[schema(value_type = Option<String>)]
    pub sip: Option<SocketAddr>,
    /// Where WebRTC media is listened to.
    #[schema(value_type = Option<String>)]
    pub media: Option<SocketAddr>,
    /// The program's version.
    pub version: String,
    /// It takes no new work.
    pub draining: bool,
    /// How busy it is.
    pub load: Load,
}

impl NodeInfo {
    /// A node that serves nowhere yet and has nothing to do.
    pub fn new(
        id: NodeId,
        name: &str,
        roles: impl IntoIterator<Item = NodeRole>,
        links: Option<SocketAddr>,
    ) -> Self {
        Self {
            id,
            name: name.to_owned(),
            roles: roles.into_iter().collect(),
            links,
            http: None,
            sip: None,
            media: None,
            version: String::new(),
            draining: false,
            load: Load::default(),
        }
    }
}
