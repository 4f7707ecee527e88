//! How dialled text becomes a destination.

use tandem_proto::{UserId, api::NumberTarget};

/// Where a dialled number leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Destination {
    /// A person of ours.
    User(UserId),
    /// One of our outside numbers.
    Number {
        /// E.164.
        number: String,
        /// What it leads to.
        target: NumberTarget,
    },
    /// Somebody outside: whoever a carrier finds.
    Outside {
        /// E.164, or of emergency services.
        number: String,
    },
    /// Nowhere.
    Nowhere,
}

/// Dialled text without what people put in for reading: spaces, dashes, dots, slashes and brackets. `00…` is the international prefix
/// and becomes `+`. Nothing if what is left is not 1 to 32 digits, `*` or `#` with at most one `+` in front.
pub fn normalise(dialled: &str) -> Option<String> {
    let kept: String =
        dialled.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')')).collect();
    let kept = kept.strip_prefix("00").map_or(kept.clone(), |rest| format!("+{rest}"));
    let digits = kept.strip_prefix('+').unwrap_or(&kept);
    let plausible = (1..=32).contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '#');
    plausible.then_some(kept)
}

/// Whether this is a number of the world's plan: `+` and 4 to 15 digits.
pub(crate) fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (4..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit())
}

/// The ways an outside number may be written in a SIP URI: with and without `+`.
pub(super) fn spellings(number: &str) -> [String; 2] {
    let digits = number.trim_start_matches('+');
    [format!("+{digits}"), digits.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_understood() {
        for (typed, number) in [
            ("1001", "1001"),
            (" +1 (555) 01-00 ", "+15550100"),
            ("0044 20 7946 0000", "+442079460000"),
            ("*97", "*97"),
        ] {
            assert_eq!(normalise(typed).as_deref(), Some(number), "{typed}");
        }
        for wrong in ["", "+", "agent", "1;2", "++1", "1+2", "123456789012345678901234567890123"] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
    }
}
