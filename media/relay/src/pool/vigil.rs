//! Which other media nodes are there, by their heartbeats and by the reader's own clock: no I/O, no clock of its own.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tandem_proto::NodeId;

use super::wire::Beat;

/// A node that was never heard may take this long: its connection has yet to come up.
const FIRST_BEAT_WITHIN: Duration = Duration::from_secs(2);

#[derive(Debug)]
struct Seen {
    heard: Option<Beat>,
    /// When it was last heard, or became known.
    at: Instant,
    lost: bool,
}

/// Watches heartbeats.
#[derive(Debug)]
pub(super) struct Vigil {
    nodes: HashMap<NodeId, Seen>,
    lost_after: Duration,
    checked: Instant,
}

impl Vigil {
    pub(super) fn new(now: Instant, lost_after: Duration) -> Self {
        Self { nodes: HashMap::new(), lost_after, checked: now }
    }

    /// How often [`Self::check`] should be called.
    pub(super) fn check_every(&self) -> Duration {
        self.lost_after / 16
    }

    /// Whether there is anybody to watch.
    pub(super) fn is_idle(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Takes the list of those that should be there; answers those that left it and were not lost before.
    pub(super) fn know(&mut self, now: Instant, nodes: &[NodeId]) -> Vec<NodeId> {
        if self.is_idle() {
            self.checked = now;
        }
        for node in nodes {
            self.nodes.entry(*node).or_insert(Seen { heard: None, at: now, lost: false });
        }
        let left = |node: &NodeId| !nodes.contains(node);
        let gone = self.nodes.iter().filter(|(node, seen)| left(node) && !seen.lost).map(|(node, _)| *node);
        let gone = gone.collect();
        self.nodes.retain(|node, _| !left(node));
        gone
    }

    /// A heartbeat; whether it is the first that says that the node drains. One that was lost is there again; one that is not known
    /// (yet) is not counted.
    pub(super) fn hear(&mut self, now: Instant, node: NodeId, beat: Beat) -> bool {
        let Some(seen) = self.nodes.get_mut(&node) else { return false };
        let drained = seen.heard.is_some_and(|before| before.draining);
        *seen = Seen { heard: Some(beat), at: now, lost: false };
        beat.draining && !drained
    }

    /// Nodes that are lost now and were not before.
    pub(super) fn check(&mut self, now: Instant) -> Vec<NodeId> {
        // While this process stood still, beats waited unread.
        let stood_still = now.duration_since(self.checked).saturating_sub(2 * self.check_every());
        self.checked = now;
        let mut lost = Vec::new();
        for (node, seen) in &mut self.nodes {
            seen.at = (seen.at + stood_still).min(now);
            let patience = if seen.heard.is_some() { self.lost_after } else { FIRST_BEAT_WITHIN };
            if !seen.lost && now.duration_since(seen.at) >= patience {
                seen.lost = true;
                lost.push(*node);
            }
        }
        lost
    }

    /// The node does not answer on a connection that broke; whether that is news.
    pub(super) fn lose(&mut self, node: NodeId) -> bool {
        self.nodes.get_mut(&node).is_some_and(|seen| !std::mem::replace(&mut seen.lost, true))
    }

    pub(super) fn is_lost(&self, node: NodeId) -> bool {
        self.nodes.get(&node).is_some_and(|seen| seen.lost)
    }

    /// What the node last told of itself; `None`: it was not heard yet, or is lost.
    pub(super) fn last(&self, node: NodeId) -> Option<Beat> {
        self.nodes.get(&node).filter(|seen| !seen.lost)?.heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOST_AFTER: Duration = Duration::from_millis(450);
    const BEAT: Duration = Duration::from_millis(100);

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    /// Calls `check` as often as it should be, up to a time.
    fn watch(vigil: &mut Vigil, until: Instant) -> Vec<NodeId> {
        let mut lost = Vec::new();
        while vigil.checked < until {
            let next = (vigil.checked + vigil.check_every()).min(until);
            lost.extend(vigil.check(next));
        }
        lost
    }

    #[test]
    fn a_node_that_is_not_heard_is_lost_once_and_back_with_its_next_beat() {
        let (start, node) = (Instant::now(), NodeId::generate());
        let mut vigil = Vigil::new(start, LOST_AFTER);
        assert!(vigil.know(start, &[node]).is_empty());
        assert!(watch(&mut vigil, at(start, 1_900)).is_empty(), "its connection may be on its way");
        assert!(vigil.last(node).is_none());
        assert!(!vigil.hear(at(start, 1_900), node, Beat::default()));
        assert!(watch(&mut vigil, at(start, 2_300)).is_empty());
        assert_eq!(watch(&mut vigil, at(start, 2_400)), [node]);
        assert!(vigil.is_lost(node) && vigil.last(node).is_none());
        assert!(watch(&mut vigil, at(start, 9_000)).is_empty(), "told once");
        assert!(vigil.hear(at(start, 9_000), node, Beat { endpoints: 7, draining: true }), "it drains: news");
        assert!(!vigil.hear(at(start, 9_000), node, Beat { endpoints: 7, draining: true }), "no news");
        assert_eq!(vigil.last(node).map(|beat| beat.endpoints), Some(7));
        assert!(vigil.lose(node) && !vigil.lose(node));
    }

    #[test]
    fn an_observer_that_stood_still_accuses_nobody() {
        let (start, node) = (Instant::now(), NodeId::generate());
        let mut vigil = Vigil::new(start, LOST_AFTER);
        vigil.know(start, &[node]);
        vigil.hear(start, node, Beat::default());
        assert!(watch(&mut vigil, start + BEAT).is_empty());
        assert!(vigil.check(at(start, 5_000)).is_empty(), "4.9 s in which nothing was read");
        assert_eq!(watch(&mut vigil, at(start, 5_500)), [node], "but then it really is silent");
    }

    #[test]
    fn a_node_that_leaves_is_lost_unless_it_was_before() {
        let (start, a, b) = (Instant::now(), NodeId::generate(), NodeId::generate());
        let mut vigil = Vigil::new(start, LOST_AFTER);
        vigil.know(start, &[a, b]);
        assert!(vigil.lose(b));
        assert_eq!(vigil.know(start, &[]), [a]);
        assert!(vigil.is_idle() && vigil.know(start, &[]).is_empty());
    }
}
