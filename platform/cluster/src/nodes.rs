//! The living nodes, and which of them something should go to.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use tandem_proto::{Load, NodeId, NodeInfo, NodeRole};

/// The nodes that are there, as of one moment. Cheap to clone.
#[derive(Clone, PartialEq, Debug)]
pub struct Nodes(Arc<Vec<NodeInfo>>);

impl Nodes {
    pub(crate) fn of(mut nodes: Vec<NodeInfo>) -> Self {
        nodes.sort_by_key(|node| node.id);
        Self(Arc::new(nodes))
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[NodeInfo] {
        &self.0
    }

    /// One of them.
    pub fn get(&self, id: NodeId) -> Option<&NodeInfo> {
        self.0.iter().find(|node| node.id == id)
    }

    /// Those with a role, draining ones included.
    pub fn with(&self, role: NodeRole) -> impl Iterator<Item = &NodeInfo> {
        self.0.iter().filter(move |node| node.roles.contains(&role))
    }

    /// Where new work for a role should go: the least busy node that is not draining; a draining one only when there is no other.
    pub fn least_busy(&self, role: NodeRole) -> Option<&NodeInfo> {
        self.with(role).min_by_key(|node| {
            let Load { calls, endpoints } = node.load;
            (node.draining, calls.max(endpoints), node.id)
        })
    }

    /// Where the work named `key` should go: the same node for everybody who asks, and few keys move when nodes come and go (rendezvous
    /// hashing by the nodes' names, so that a restarted node gets its own back).
    pub fn place(&self, role: NodeRole, key: &str) -> Option<&NodeInfo> {
        self.with(role).min_by_key(|node| {
            let mut hasher = DefaultHasher::new();
            (key, &node.name).hash(&mut hasher);
            (node.draining, hasher.finish(), node.id)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, draining: bool, calls: u32) -> NodeInfo {
        NodeInfo {
            draining,
            load: Load { calls, endpoints: 0 },
            ..NodeInfo::new(NodeId::generate(), name, [NodeRole::Sip], None)
        }
    }

    #[test]
    fn work_goes_to_the_least_busy_and_never_to_a_draining_one_if_it_can_be_helped() {
        let nodes = Nodes::of(vec![node("a", false, 5), node("b", false, 2), node("c", true, 0)]);
        assert_eq!(nodes.least_busy(NodeRole::Sip).map(|n| n.name.as_str()), Some("b"));
        assert_eq!(nodes.least_busy(NodeRole::Media), None);
        let last = Nodes::of(vec![node("c", true, 0)]);
        assert_eq!(last.least_busy(NodeRole::Sip).map(|n| n.name.as_str()), Some("c"));
    }

    #[test]
    fn a_key_moves_only_when_its_node_goes() {
        let all = Nodes::of(vec![node("a", false, 0), node("b", false, 0), node("c", false, 0)]);
        let less = Nodes::of(all.all().iter().filter(|n| n.name != "b").cloned().collect());
        for key in (0..100).map(|key| key.to_string()) {
            let place = |nodes: &Nodes| nodes.place(NodeRole::Sip, &key).expect("there is one").name.clone();
            if place(&all) != "b" {
                assert_eq!(place(&all), place(&less));
            }
        }
    }
}
