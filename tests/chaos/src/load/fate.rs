//! What became of a call.

use std::time::Duration;

use serde::Serialize;

use crate::meter::Heard;

/// A gap longer than this is a lost call.
const LOST_AFTER: Duration = Duration::from_secs(10);
/// Silent for this long at the end of a watch: nothing comes any more.
const SILENT: Duration = Duration::from_secs(1);

/// Why a call counts as lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It was ended although nobody hung up.
    Ended,
    /// No audio for more than 10 s.
    LongGap,
    /// Audio one way only afterwards.
    OneWay,
    /// No audio either way afterwards.
    Silent,
}

/// What became of a call while something died.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fate {
    /// Lost, and why.
    pub loss: Option<Loss>,
    /// The longer of both directions' longest gaps.
    pub gap: Duration,
    /// Frames that never arrived, both directions.
    pub frames_lost: u64,
}

/// Judges a call by what both sides heard, and whether it was ended.
pub fn judge(forth: Heard, back: Heard, ended: bool) -> Fate {
    let gap = forth.longest.max(back.longest);
    let loss = match (forth.silent_for > SILENT, back.silent_for > SILENT) {
        _ if ended => Some(Loss::Ended),
        _ if gap > LOST_AFTER => Some(Loss::LongGap),
        (true, true) => Some(Loss::Silent),
        (true, false) | (false, true) => Some(Loss::OneWay),
        (false, false) => None,
    };
    Fate { loss, gap, frames_lost: forth.lost + back.lost }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(longest_ms: u64, silent_ms: u64) -> Heard {
        let ms = Duration::from_millis;
        Heard { received: 9, lost: 1, late: 0, longest: ms(longest_ms), silent_for: ms(silent_ms) }
    }

    #[test]
    fn losses_are_told_apart() {
        let fine = heard(40, 10);
        assert_eq!(judge(fine, heard(900, 0), false).loss, None);
        assert_eq!(judge(fine, heard(900, 0), false).gap, Duration::from_millis(900));
        assert_eq!(judge(fine, fine, true).loss, Some(Loss::Ended));
        assert_eq!(judge(fine, heard(10_500, 0), false).loss, Some(Loss::LongGap));
        assert_eq!(judge(heard(3_000, 3_000), fine, false).loss, Some(Loss::OneWay));
        assert_eq!(judge(heard(3_000, 3_000), heard(3_000, 3_000), false).loss, Some(Loss::Silent));
    }
}
