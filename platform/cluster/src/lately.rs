//! Owners remembered for a moment, for who asks for the same again and again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tandem_proto::NodeId;
use tandem_store::StoreError;

use crate::{Cluster, Kind};

/// How long an owner is remembered.
const REMEMBERED: Duration = Duration::from_secs(1);
/// Things whose owners are remembered. When there are more, those that were looked up too long ago are forgotten, or else all.
const THINGS: usize = 16_384;

/// What was looked up, and when.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<HashMap<(Kind, String), (NodeId, Instant)>>);

impl Memory {
    fn of(&self, kind: Kind, id: &str, now: Instant) -> Option<NodeId> {
        let (node, at) = *self.known().get(&(kind, id.to_owned()))?;
        (now.duration_since(at) < REMEMBERED).then_some(node)
    }

    fn keep(&self, kind: Kind, id: &str, node: NodeId, now: Instant) {
        let mut known = self.known();
        if known.len() >= THINGS {
            known.retain(|_, (_, at)| now.duration_since(*at) < REMEMBERED);
        }
        if known.len() >= THINGS {
            known.clear();
        }
        known.insert((kind, id.to_owned()), (node, now));
    }

    fn forget(&self, kind: Kind, id: &str) {
        self.known().remove(&(kind, id.to_owned()));
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(Kind, String), (NodeId, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cluster {
    /// The node that owns a thing, or did up to a second ago: for who goes there with each of many requests. The contract: a node that
    /// is asked for what it does not own says so, and whoever hears that calls [`Self::forget_owner`] before it looks again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn owner_lately(&self, kind: Kind, id: &str) -> Result<Option<NodeId>, StoreError> {
        let known = self.0.lately.of(kind, id, Instant::now());
        if let Some(node) = known.filter(|node| !self.is_gone(*node)) {
            return Ok(Some(node));
        }
        let asked_at = Instant::now();
        let node = self.owner(kind, id).await?.and_then(|owner| owner.node);
        match node {
            Some(node) => self.0.lately.keep(kind, id, node, asked_at),
            None => self.forget_owner(kind, id),
        }
        Ok(node)
    }

    /// The thing is not with the owner that is remembered.
    pub fn forget_owner(&self, kind: Kind, id: &str) {
        self.0.lately.forget(kind, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_remembered_for_a_moment() {
        let (memory, node, now) = (Memory::default(), NodeId::generate(), Instant::now());
        memory.keep(Kind::Routing, "org", node, now);
        assert_eq!(memory.of(Kind::Routing, "org", now + REMEMBERED / 2), Some(node));
        assert_eq!(memory.of(Kind::Routing, "org", now + REMEMBERED), None);
        assert_eq!(memory.of(Kind::Call, "org", now), None, "another thing of the same id");
        memory.forget(Kind::Routing, "org");
        assert_eq!(memory.of(Kind::Routing, "org", now), None);
    }

    #[test]
    fn not_too_many_are_remembered() {
        let (memory, node, now) = (Memory::default(), NodeId::generate(), Instant::now());
        for n in 0..=THINGS {
            memory.keep(Kind::Call, &n.to_string(), node, now);
        }
        assert_eq!(memory.known().len(), 1);
        memory.keep(Kind::Routing, "org", node, now + REMEMBERED);
        assert_eq!(memory.of(Kind::Routing, "org", now + REMEMBERED), Some(node));
    }
}
