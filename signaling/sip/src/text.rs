//! Text that many values share.

use std::{borrow::Borrow, cmp::Ordering, fmt, hash, ops::Deref, ops::Range, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Immutable UTF-8, cheap to clone: either static, or a slice of the head of the message it was read from.
///
/// A slice keeps its whole message alive; state that outlives a transaction holds [`Text::detached`] copies.
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Shared { base: Arc<str>, start: u32, end: u32 },
}

impl Text {
    /// Text known at compile time; nothing is allocated.
    pub const fn of(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(text) => text,
            Repr::Shared { base, start, end } => &base[*start as usize..*end as usize],
        }
    }

    /// A copy that keeps nothing else alive.
    #[must_use]
    pub fn detached(&self) -> Self {
        match &self.0 {
            Repr::Static(_) => self.clone(),
            Repr::Shared { base, start, end } if *start == 0 && *end as usize == base.len() => self.clone(),
            Repr::Shared { .. } => Self::from(self.as_str()),
        }
    }

    /// The part at `range` (byte offsets on character boundaries), sharing the same memory.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        match &self.0 {
            Repr::Static(text) => Self(Repr::Static(&text[range])),
            Repr::Shared { base, start, .. } => {
                let offset = |at: usize| start + u32::try_from(at).expect("a slice lies within its text");
                debug_assert!(
                    self.as_str().get(range.clone()).is_some(),
                    "a slice lies on character boundaries"
                );
                Self(Repr::Shared {
                    base: Arc::clone(base),
                    start: offset(range.start),
                    end: offset(range.end),
                })
            }
        }
    }

    /// `part`, which was cut out of this text, as a slice of it.
    pub(crate) fn part(&self, part: &str) -> Self {
        let (own, part_at) = (self.as_str().as_ptr() as usize, part.as_ptr() as usize);
        match part_at.checked_sub(own) {
            Some(at) if at + part.len() <= self.len() => self.slice(at..at + part.len()),
            _ => Self::from(part),
        }
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(Arc::<str>::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(Arc::<str>::from(text))
    }
}

impl From<Arc<str>> for Text {
    fn from(base: Arc<str>) -> Self {
        let end = u32::try_from(base.len()).expect("no text here comes near 4 GiB");
        Self(Repr::Shared { base, start: 0, end })
    }
}

impl From<&Self> for Text {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::of("")
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl hash::Hash for Text {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_share_memory_and_detached_copies_do_not() {
        let line = Text::from("Call-ID: a84b4c76e66710");
        let value = line.part(line.split_at(9).1);
        assert_eq!(value, "a84b4c76e66710");
        assert_eq!(value.as_ptr() as usize, line.as_ptr() as usize + 9);
        assert_ne!(value.detached().as_ptr(), value.as_ptr());
    }

    #[test]
    fn a_part_from_elsewhere_is_copied() {
        assert_eq!(Text::of("abc").part("xyz"), "xyz");
    }
}
