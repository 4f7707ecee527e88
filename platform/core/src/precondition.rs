//! Entity tags and what a client may demand of them before something is changed (RFC 9110 §8.8.3, §13.1.1).
//!
//! The contract: what `GET` answers and what a command compares are tagged by the same function, and a command checks within its
//! transaction, on what it has locked. Then of two writers who read the same state one wins.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// What is put behind a tag's text when the answer goes out compressed: those are other bytes of the same state.
pub const CODED: &str = "-gzip";
/// Tags one `If-Match` may name.
const TAGS: usize = 100;

/// A strong entity tag: the quoted text that names one state of a thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityTag(String);

impl EntityTag {
    /// Of a thing as it is sent: a digest of its JSON.
    pub fn of_bytes(json: &[u8]) -> Self {
        Self(hex::encode(&Sha256::digest(json)[..16]))
    }

    /// Of a thing, as [`Self::of_bytes`] of what it would be sent as.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn of(view: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(view).map(|json| Self::of_bytes(&json))
    }

    /// Of a thing that counts its changes.
    pub fn version(version: i64) -> Self {
        Self(version.to_string())
    }
}

impl std::fmt::Display for EntityTag {
    /// With its quotes, as in the header.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// What `If-Match` demands of the present state.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Precondition(Option<Wanted>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Wanted {
    /// `*`: that there is one.
    Any,
    /// That it is one of these. Weak ones are left out: they match nothing strongly.
    OneOf(Vec<String>),
}

/// The state is another than was demanded.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it was changed since it was read: its ETag is {actual} now")]
pub struct PreconditionFailed {
    /// The tag it has.
    pub actual: EntityTag,
}

/// An `If-Match` that does not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be * or ETags in their quotes, separated by commas")]
pub struct BadPrecondition;

impl Precondition {
    /// Nothing is demanded.
    pub const NONE: Self = Self(None);

    /// Reads the values of `If-Match`; none: nothing is demanded.
    ///
    /// # Errors
    /// For what is no list of entity tags, `*` among tags, or more than a hundred.
    pub fn read<'v>(values: impl IntoIterator<Item = &'v str>) -> Result<Self, BadPrecondition> {
        let (mut any, mut tags, mut named) = (0, Vec::new(), 0);
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(Self::NONE);
        }
        for value in values {
            let mut rest = value.trim();
            if rest == "*" {
                any += 1;
                continue;
            }
            while !rest.is_empty() {
                let (tag, after) = first(rest)?;
                named += 1;
                tags.extend(tag.map(str::to_owned));
                rest = after;
            }
        }
        match (any, named) {
            (1, 0) => Ok(Self(Some(Wanted::Any))),
            (0, 1..=TAGS) => Ok(Self(Some(Wanted::OneOf(tags)))),
            _ => Err(BadPrecondition),
        }
    }

    /// Refuses unless a thing is in a state that was demanded, if one was.
    ///
    /// # Errors
    /// [`PreconditionFailed`].
    pub fn check(&self, view: &impl Serialize) -> Result<(), PreconditionFailed> {
        if matches!(self.0, None | Some(Wanted::Any)) {
            return Ok(());
        }
        // What cannot be written was never read: no tag is its.
        self.check_tag(EntityTag::of(view).unwrap_or_else(|_| EntityTag(String::new())))
    }

    /// As [`Self::check`], of a thing whose tag is known.
    ///
    /// # Errors
    /// [`PreconditionFailed`].
    pub fn check_tag(&self, actual: EntityTag) -> Result<(), PreconditionFailed> {
        match &self.0 {
            Some(Wanted::OneOf(tags)) if !tags.contains(&actual.0) => Err(PreconditionFailed { actual }),
            _ => Ok(()),
        }
    }
}

/// The first tag of a list, without its quotes, and the list behind it; no tag for a weak one.
fn first(list: &str) -> Result<(Option<&str>, &str), BadPrecondition> {
    let (weak, quoted) = match list.strip_prefix("W/") {
        Some(quoted) => (true, quoted),
        None => (false, list),
    };
    let (tag, after) =
        quoted.strip_prefix('"').and_then(|text| text.split_once('"')).ok_or(BadPrecondition)?;
    if !tag.bytes().all(|byte| byte == b'!' || (0x23..0x7f).contains(&byte) || byte >= 0x80) {
        return Err(BadPrecondition);
    }
    let after = after.trim_start();
    let rest = match after.strip_prefix(',') {
        Some(rest) => rest.trim_start_matches([',', ' ', '\t']),
        None if after.is_empty() => after,
        None => return Err(BadPrecondition),
    };
    Ok(((!weak).then(|| tag.strip_suffix(CODED).unwrap_or(tag)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(value: &str) -> Option<bool> {
        Precondition::read([value]).ok().map(|read| read.check_tag(EntityTag::version(3)).is_ok())
    }

    #[test]
    fn a_list_holds_if_one_of_its_strong_tags_is_the_state() {
        for fits in [
            "*",
            " * ",
            "\"3\"",
            "\"1\", \"3\"",
            "\"1\",\t\"3\" , \"4\"",
            "W/\"3\",\"3\"",
            "\"3-gzip\"",
            "\"1\",,\"3\"",
        ] {
            assert_eq!(holds(fits), Some(true), "{fits}");
        }
        for other in ["\"4\"", "W/\"3\"", "\"\"", "\"33\"", "\"3,4\"", "\"a!b\""] {
            assert_eq!(holds(other), Some(false), "{other}");
        }
        for wrong in
            ["", "3", "\"3", "w/\"3\"", "W/3", "*, \"3\"", "\"3\" \"4\"", "\"a b\"", "\"3\"x", "'3'", ", "]
        {
            assert_eq!(holds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let read = |values: &[&str]| Precondition::read(values.iter().copied());
        assert_eq!(read(&[]), Ok(Precondition::NONE));
        assert!(read(&["\"1\"", "\"3\""]).is_ok_and(|all| all.check_tag(EntityTag::version(3)).is_ok()));
        assert_eq!(read(&["*", "*"]), Err(BadPrecondition));
        assert_eq!(read(&["*", "\"3\""]), Err(BadPrecondition));
        let many = vec!["\"1\""; TAGS + 1].join(",");
        assert_eq!(read(&[&many]), Err(BadPrecondition));
    }

    #[test]
    fn a_thing_has_the_tag_of_what_it_is_sent_as() {
        let thing = serde_json::json!({ "name": "Sales", "members": [] });
        let sent = serde_json::to_vec(&thing).expect("JSON");
        let tag = EntityTag::of_bytes(&sent).to_string();
        let read = Precondition::read([tag.as_str()]).expect("our own");
        assert_eq!(read.check(&thing), Ok(()));
        assert!(read.check(&serde_json::json!({ "name": "Sales", "members": [1] })).is_err());
    }
}
