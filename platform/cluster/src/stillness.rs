//! How long each node's count has stood still. Decides who is gone; knows no clock and no store.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use tandem_proto::NodeId;

use crate::Timing;

/// The count of a node that owns something but has no row.
pub(crate) const NO_ROW: i64 = -1;

/// What one observer has seen.
#[derive(Debug)]
pub(crate) struct Stillness {
    timing: Timing,
    last_look: Option<Instant>,
    seen: HashMap<NodeId, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    count: i64,
    still: Duration,
}

impl Stillness {
    pub(crate) fn new(timing: Timing) -> Self {
        Self { timing, last_look: None, seen: HashMap::new() }
    }

    /// Takes in what was read at `now`; answers who is gone. Time counts only as far as somebody looked: an observer that hung itself, or
    /// was kept waiting, has not seen anybody stand still meanwhile.
    pub(crate) fn look(
        &mut self,
        now: Instant,
        counts: impl IntoIterator<Item = (NodeId, i64)>,
    ) -> BTreeSet<NodeId> {
        let since = self.last_look.map(|last| now.saturating_duration_since(last)).unwrap_or_default();
        let watched = since.min(2 * self.timing.beat);
        self.last_look = Some(now);
        let before = std::mem::take(&mut self.seen);
        let mut gone = BTreeSet::new();
        for (node, count) in counts {
            let still = match before.get(&node) {
                Some(seen) if seen.count == count => seen.still + watched,
                _ => Duration::ZERO,
            };
            self.seen.insert(node, Seen { count, still });
            if still >= self.timing.gone_after {
                gone.insert(node);
            }
        }
        gone
    }

    /// Nothing could be read: what was seen so far is no proof of anything.
    pub(crate) fn blind(&mut self) {
        self.last_look = None;
        self.seen.values_mut().for_each(|seen| seen.still = Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An observer, its clock, and two nodes: one that beats with each look and one that does not.
    struct Scene {
        stillness: Stillness,
        now: Instant,
        count: i64,
        lively: NodeId,
        still: NodeId,
    }

    impl Scene {
        fn new() -> Self {
            let stillness = Stillness::new(Timing::default());
            let [lively, still] = [(); 2].map(|()| NodeId::generate());
            Self { stillness, now: Instant::now(), count: 0, lively, still }
        }

        fn look_after(&mut self, millis: u64) -> bool {
            self.now += Duration::from_millis(millis);
            self.count += 1;
            let gone = self.stillness.look(self.now, [(self.lively, self.count), (self.still, 7)]);
            assert!(!gone.contains(&self.lively), "who beats is there");
            gone.contains(&self.still)
        }
    }

    #[test]
    fn who_stands_still_for_two_seconds_is_gone() {
        let mut scene = Scene::new();
        let first_gone = (0..20).find(|_| scene.look_after(250));
        assert_eq!(first_gone, Some(8), "the first look starts the clock");
    }

    #[test]
    fn who_beats_again_is_there_again() {
        let mut scene = Scene::new();
        assert!((0..10).any(|_| scene.look_after(250)));
        let node = scene.still;
        assert_eq!(scene.stillness.look(scene.now, [(node, 8)]), BTreeSet::new());
    }

    #[test]
    fn a_store_that_is_away_ends_nobody() {
        let mut scene = Scene::new();
        for _ in 0..100 {
            assert!(!scene.look_after(250));
            scene.stillness.blind();
            scene.now += Duration::from_secs(60);
        }
    }

    #[test]
    fn an_observer_that_hung_has_seen_nothing() {
        let mut scene = Scene::new();
        assert!(!scene.look_after(250));
        assert!(!scene.look_after(30_000), "the whole machine may have stood still");
    }
}
