//! Floods do not fill the log.

use std::time::Duration;

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
}
