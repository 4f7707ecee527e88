//! Cursor pages. A list's cursor is the sort key of the last item seen, so that pages neither repeat nor skip what stays in place
//! while others come and go.

use std::{collections::BTreeSet, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use tandem_proto::{
    api::{Page, PageQuery},
    limits::{PAGE_DEFAULT, PAGE_MAX},
};

use crate::Invalid;

/// How many items a page has, 1 to [`PAGE_MAX`].
///
/// # Errors
/// For any other number.
pub fn limit(wanted: Option<u32>) -> Result<u32, Invalid> {
    match wanted.unwrap_or(PAGE_DEFAULT) {
        limit @ 1..=PAGE_MAX => Ok(limit),
        _ => Err(Invalid::new("limit", format!("must be 1 to {PAGE_MAX}"))),
    }
}

/// The ids a list is asked for, separated by commas, 1 to [`PAGE_MAX`]; `None`: all.
///
/// # Errors
/// For more, and for what is no id.
pub fn ids<I: FromStr + Ord>(text: Option<&str>) -> Result<Option<BTreeSet<I>>, Invalid> {
    let read = |text: &str| {
        let ids: Result<BTreeSet<I>, _> = text.split(',').map(|id| id.trim().parse()).collect();
        ids.ok().filter(|ids| ids.len() <= PAGE_MAX as usize)
    };
    let refused = || Invalid::new("ids", format!("must be 1 to {PAGE_MAX} ids, separated by commas"));
    text.map(|text| read(text).ok_or_else(refused)).transpose()
}

/// A sort key as the opaque text clients send back.
fn cursor<K: Serialize>(key: &K) -> String {
    let json = serde_json::to_vec(key).expect("sort keys are ids, text and numbers");
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

/// The sort key behind which a page begins; `None`: it is the first.
///
/// # Errors
/// For a text that is no key of this kind.
pub fn key<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Invalid> {
    let read = |text: &str| {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&json).ok()
    };
    cursor
        .map(|text| read(text).ok_or_else(|| Invalid::new("cursor", "is not one this list handed out")))
        .transpose()
}

/// A page from up to `limit + 1` rows: the one too many only says that there is a next page.
pub fn page<T, K: Serialize>(mut rows: Vec<T>, limit: u32, key: impl Fn(&T) -> K) -> Page<T> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| cursor(&key(last)));
    Page { items: rows, next }
}

/// A page of a list that is in memory, in the order of `key`, which no two of its items share.
///
/// # Errors
/// For a cursor or limit that cannot be taken.
pub fn of_list<T, K: Ord + Serialize + DeserializeOwned>(
    mut items: Vec<T>,
    PageQuery { cursor, limit: wanted }: &PageQuery,
    key: impl Fn(&T) -> K,
) -> Result<Page<T>, Invalid> {
    let (limit, after) = (limit(*wanted)?, self::key::<K>(cursor.as_deref())?);
    items.retain(|item| after.as_ref().is_none_or(|after| key(item) > *after));
    items.sort_by_cached_key(&key);
    Ok(page(items, limit, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_behind_what_was_seen_even_if_that_is_gone() {
        let query = |cursor: Option<String>| PageQuery { cursor, limit: Some(2) };
        let first = of_list(vec![5, 1, 3, 2], &query(None), |n| *n).expect("a page");
        assert_eq!(first.items, [1, 2]);
        let last = of_list(vec![5, 1, 3], &query(first.next), |n| *n).expect("a page");
        assert_eq!((last.items, last.next), (vec![3, 5], None));
        assert!(of_list(vec![1], &query(Some("x".into())), |n| *n).is_err());
    }

    #[test]
    fn a_full_last_page_names_no_next() {
        assert_eq!(page(vec![3, 2], 2, |n| *n).next, None);
        let first = page(vec![3, 2, 1], 2, |n| *n);
        assert_eq!(first.items, [3, 2]);
        assert_eq!(key::<i32>(first.next.as_deref()), Ok(Some(2)));
    }

    #[test]
    fn ids_are_read_all_or_not_at_all() {
        assert_eq!(ids::<u32>(None), Ok(None));
        assert_eq!(ids(Some("3, 1,3")), Ok(Some(BTreeSet::from([1, 3]))));
        let many = (0..=PAGE_MAX).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        for wrong in ["", "1,", "1,x", &many] {
            assert!(ids::<u32>(Some(wrong)).is_err(), "{wrong}");
        }
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
