//! Names of attributes, and the paths of `PATCH` (RFC 7644 §3.5.2): `userName`, `name.givenName`, `members[value eq "…"]`,
//! `emails[type eq "work"].value`, each maybe with its schema's name in front.

use super::{
    error::{ScimError, ScimType},
    filter::{self, Filter},
};

/// Where something is in a resource.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Path {
    pub(super) at: AttributePath,
    /// Which of several values.
    pub(super) which: Option<Filter>,
}

/// The name of an attribute, and of one inside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct AttributePath {
    /// The schema's name, where it was given.
    pub(super) urn: Option<String>,
    pub(super) name: String,
    pub(super) sub: Option<String>,
}

/// Splits the name of a schema off.
pub(super) fn qualified(name: &str) -> (Option<&str>, &str) {
    let has_urn = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
    match name.rsplit_once(':').filter(|_| has_urn) {
        Some((urn, name)) => (Some(urn), name),
        None => (None, name),
    }
}

impl AttributePath {
    /// Reads `[URN ":"] NAME ["." SUB]`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (urn, rest) = qualified(text);
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (rest, None),
        };
        let is_name = |name: &str| {
            let mut chars = name.chars();
            chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '$')
                && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        };
        let fits = is_name(name) && sub.is_none_or(is_name);
        fits.then(|| Self { urn: urn.map(str::to_owned), name: name.to_owned(), sub: sub.map(str::to_owned) })
    }
}

impl Path {
    /// Reads one.
    pub(super) fn read(text: &str) -> Result<Self, ScimError> {
        let wrong = || ScimError::bad(ScimType::InvalidPath, "the path does not read");
        if text.len() > filter::BYTES {
            return Err(ScimError::bad(ScimType::InvalidPath, "the path is too long"));
        }
        let Some((name, rest)) = text.split_once('[') else {
            return Ok(Self { at: AttributePath::read(text.trim()).ok_or_else(wrong)?, which: None });
        };
        let (inner, after) = rest.rsplit_once(']').ok_or_else(wrong)?;
        let mut at = AttributePath::read(name.trim()).filter(|at| at.sub.is_none()).ok_or_else(wrong)?;
        if let Some(sub) = after.trim().strip_prefix('.') {
            at.sub = Some(AttributePath::read(sub).filter(|sub| sub.sub.is_none()).ok_or_else(wrong)?.name);
        } else if !after.trim().is_empty() {
            return Err(wrong());
        }
        let which = filter::read(inner)
            .map_err(|error| ScimError::bad(ScimType::InvalidPath, format!("the path's filter: {error}")))?;
        Ok(Self { at, which: Some(which) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_rfc_7644_writes_them() {
        let at = |urn: Option<&str>, name: &str, sub: Option<&str>| AttributePath {
            urn: urn.map(str::to_owned),
            name: name.to_owned(),
            sub: sub.map(str::to_owned),
        };
        let user = "urn:ietf:params:scim:schemas:core:2.0:User";
        for (text, path) in [
            ("userName", at(None, "userName", None)),
            ("name.familyName", at(None, "name", Some("familyName"))),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName",
                at(Some(user), "name", Some("givenName")),
            ),
            ("members[value eq \"2819c223\"].display", at(None, "members", Some("display"))),
            ("emails[type eq \"a]b[\"]", at(None, "emails", None)),
        ] {
            let read = Path::read(text).expect(text);
            assert_eq!(read.at, path, "{text}");
            assert_eq!(read.which.is_some(), text.contains('['), "{text}");
        }
        for wrong in [
            "",
            "a b",
            "members[",
            "members[]",
            "members[value eq]",
            "a.b.c",
            "a[b eq 1]x",
            "a.b[c eq 1]",
            "1a",
            "a[b pr].c.d",
        ] {
            assert!(Path::read(wrong).is_err(), "{wrong}");
        }
        assert!(Path::read(&"a".repeat(10_000)).is_err());
    }
}
