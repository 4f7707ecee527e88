//! The processes a Tandem is made of, as its administrators see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{NodeId, NodeInfo};

/// The nodes that are there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct NodeList {
    /// The one that answers.
    pub answering: NodeId,
    /// All of them, the longest running first.
    pub items: Vec<NodeInfo>,
}
