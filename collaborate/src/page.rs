//! Cursor pages. A list's cursor is the sort key of the last item seen, so that pages neither repeat nor skip what stays in place
//! while others come and go.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use tandem_proto::{
    api::Page,
    limits::{PAGE_DEFAULT, PAGE_MAX},
};

use crate::check::Invalid;

/// How many items a page has, 1 to [`PAGE_MAX`].
pub(crate) fn limit(wanted: Option<u32>) -> Result<usize, Invalid> {
    match wanted.unwrap_or(PAGE_DEFAULT) {
        limit @ 1..=PAGE_MAX => Ok(limit as usize),
        _ => Err(Invalid::new("limit", format!("must be 1 to {PAGE_MAX}"))),
    }
}

/// A sort key as the opaque text clients send back.
pub(crate) fn cursor<K: Serialize>(key: &K) -> String {
    let json = serde_json::to_vec(key).expect("sort keys are tuples of text and numbers");
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

/// Reads back what [`cursor`] made.
pub(crate) fn key<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Invalid> {
    let read = |text: &str| {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&json).ok()
    };
    cursor
        .map(|text| read(text).ok_or_else(|| Invalid::new("cursor", "is not one this list handed out")))
        .transpose()
}

/// A page from up to `limit + 1` rows: the one too many only says that there is a next page.
pub(crate) fn page<T, K: Serialize>(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| cursor(&key(last)));
    Page { items: rows, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_last_page_names_no_next() {
        assert_eq!(page(vec![3, 2], 2, |n| *n).next, None);
        let first = page(vec![3, 2, 1], 2, |n| *n);
        assert_eq!(first.items, [3, 2]);
        assert_eq!(key::<i32>(first.next.as_deref()), Ok(Some(2)));
    }

    #[test]
    fn foreign_cursors_and_limits_are_refused() {
        assert!(key::<i32>(Some("nonsense!")).is_err());
        assert!(key::<(i64, String)>(Some(&cursor(&7))).is_err());
        assert!(limit(Some(0)).is_err());
        assert!(limit(Some(201)).is_err());
        assert_eq!(limit(None), Ok(50));
    }
}
