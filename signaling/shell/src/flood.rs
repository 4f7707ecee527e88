//! Floods do not fill the log, and do not multiply over the nodes.

use std::{collections::HashMap, hash::Hash, time::Duration};

use tandem_proto::Timestamp;

/// Lets a few lines a second through and counts the rest.
#[derive(Debug, Default)]
pub(crate) struct LogLimit {
    window: Timestamp,
    written: u32,
    suppressed: u64,
}

const WINDOW: Duration = Duration::from_secs(1);
const LINES_PER_WINDOW: u32 = 5;

impl LogLimit {
    /// Whether a line may be written now; if so, how many were not since the last one.
    pub(crate) fn admit(&mut self, now: Timestamp) -> Option<u64> {
        if now - self.window >= WINDOW {
            (self.window, self.written) = (now, 0);
        }
        if self.written == LINES_PER_WINDOW {
            self.suppressed += 1;
            return None;
        }
        self.written += 1;
        Some(std::mem::take(&mut self.suppressed))
    }
}

/// How much each source may cause others to do, and all together.
#[derive(Debug)]
pub(crate) struct Allowance<S> {
    window: Timestamp,
    used: HashMap<S, u32>,
    all: u32,
}

const OF_ONE_SOURCE: u32 = 200;
const OF_ALL: u32 = 2_000;

impl<S: Eq + Hash> Allowance<S> {
    pub(crate) fn new() -> Self {
        Self { window: Timestamp::default(), used: HashMap::new(), all: 0 }
    }

    /// Whether a source may once more within this second.
    pub(crate) fn admit(&mut self, now: Timestamp, source: S) -> bool {
        if now - self.window >= WINDOW {
            (self.window, self.all) = (now, 0);
            self.used.clear();
        }
        if self.all == OF_ALL {
            return false;
        }
        let used = self.used.entry(source).or_default();
        if *used == OF_ONE_SOURCE {
            return false;
        }
        *used += 1;
        self.all += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_leaves_a_few_lines_and_a_count() {
        let mut limit = LogLimit::default();
        let start = Timestamp::from_micros(10_000_000);
        let written = (0..1_000).filter(|_| limit.admit(start).is_some()).count();
        assert_eq!(written, 5);
        assert_eq!(limit.admit(start.plus(WINDOW)), Some(995));
    }

    #[test]
    fn a_source_uses_up_its_own_allowance_and_not_that_of_others() {
        let mut allowance = Allowance::new();
        let start = Timestamp::from_micros(10_000_000);
        let admitted = |allowance: &mut Allowance<u32>, source| {
            (0..1_000).filter(|_| allowance.admit(start, source)).count()
        };
        assert_eq!([1, 2, 2].map(|source| admitted(&mut allowance, source)), [200, 200, 0]);
        let all: usize = (3..100).map(|source| admitted(&mut allowance, source)).sum();
        assert_eq!(all, 2_000 - 400);
        assert!(allowance.admit(start.plus(WINDOW), 2));
    }
}
