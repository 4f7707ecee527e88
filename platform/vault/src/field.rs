//! Texts inside JSON that are sealed by themselves, so that the rest of it stays readable when their key is gone.
//!
//! A sealed text is a JSON string that begins with [`MARK`], whose first letter is written as an escape. No JSON writer in use
//! here escapes a letter, and inside a string a backslash is written as two, so nothing that somebody wrote looks like one: opening is
//! finding marks and putting texts in their place, without parsing.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use serde_json::Value;

use crate::{DataKey, Unreadable};

/// How a sealed text begins within JSON: the string `enc1:`, its `e` escaped.
const MARK: &str = r#""\u0065nc1:"#;
/// How a sealed text begins that stands in a column of its own.
const TEXT_MARK: &str = "enc1:";
/// What a text reads as whose key was destroyed.
pub const ERASED: &str = "[erased]";

/// What stands in place of the login name of somebody who was erased: no two may have the same.
pub fn erased_name(user: impl fmt::Display) -> String {
    format!("erased-{user}")
}

/// Whether there are sealed texts in `json`.
pub fn is_sealed(json: &str) -> bool {
    json.contains(MARK)
}

/// `json` with the texts at `pointers` (RFC 6901) sealed for `place`, or replaced by [`ERASED`] where there is no key. Pointers that lead to
/// nothing, or to no text, are passed over.
///
/// # Errors
/// When `json` is none.
pub fn seal_fields(
    key: Option<&DataKey>,
    place: &str,
    pointers: &[&str],
    json: &str,
) -> Result<String, serde_json::Error> {
    let mut value: Value = serde_json::from_str(json)?;
    // Stands where the sealed text will, until the rest is written: nobody can have known it.
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let mut sealed = Vec::new();
    for pointer in pointers {
        let Some(field @ Value::String(_)) = value.pointer_mut(pointer) else { continue };
        let Some(key) = key else {
            *field = Value::String(ERASED.to_owned());
            continue;
        };
        let plain = serde_json::to_vec(field)?;
        let stand_in = format!("{unique}.{}", sealed.len());
        *field = Value::String(stand_in.clone());
        sealed
            .push((format!("\"{stand_in}\""), format!("{MARK}{}\"", BASE64.encode(key.seal(place, &plain)))));
    }
    let text = serde_json::to_string(&value)?;
    Ok(sealed.into_iter().fold(text, |text, (stand_in, sealed)| text.replacen(&stand_in, &sealed, 1)))
}

/// `json` with its sealed texts opened, or replaced by [`ERASED`] where there is no key.
///
/// # Errors
/// When one was changed, or belongs elsewhere.
pub fn open_fields(key: Option<&DataKey>, place: &str, json: &str) -> Result<String, Unreadable> {
    let mut opened = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(MARK) {
        let (before, from) = (&rest[..at], &rest[at + MARK.len()..]);
        let end = from.find('"').ok_or(Unreadable)?;
        opened.push_str(before);
        match key {
            Some(key) => opened.push_str(&open(key, place, &from[..end])?),
            None => {
                opened.push('"');
                opened.push_str(ERASED);
                opened.push('"');
            }
        }
        rest = &from[end + 1..];
    }
    opened.push_str(rest);
    Ok(opened)
}

/// A text for a column of its own, sealed for `place`.
pub fn seal_text(key: &DataKey, place: &str, text: &str) -> String {
    format!("{TEXT_MARK}{}", BASE64.encode(key.seal(place, text.as_bytes())))
}

/// What [`seal_text`] sealed. A column may still hold texts from before there was encryption: `None` for one that was not sealed.
///
/// # Errors
/// When it was changed, or belongs elsewhere.
pub fn open_text(key: &DataKey, place: &str, sealed: &str) -> Result<Option<String>, Unreadable> {
    sealed.strip_prefix(TEXT_MARK).map(|sealed| open(key, place, sealed)).transpose()
}

fn open(key: &DataKey, place: &str, base64: &str) -> Result<String, Unreadable> {
    let sealed = BASE64.decode(base64).map_err(|_| Unreadable)?;
    String::from_utf8(key.open(place, &sealed)?).map_err(|_| Unreadable)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn the_rest_stays_readable() {
        let key = DataKey::generate();
        let plain = json!({ "who": { "name": "Ada \"L\" \\u0065nc1:", "id": 7 }, "note": null, "seq": 3 });
        let sealed =
            seal_fields(Some(&key), "p", &["/who/name", "/note", "/seq", "/none"], &plain.to_string())
                .expect("JSON");
        assert!(is_sealed(&sealed) && !sealed.contains("Ada"));
        assert_eq!((&value(&sealed)["who"]["id"], &value(&sealed)["seq"]), (&json!(7), &json!(3)));
        assert_eq!(value(&open_fields(Some(&key), "p", &sealed).expect("opens")), plain);
        let erased = value(&open_fields(None, "p", &sealed).expect("opens"));
        assert_eq!(erased, json!({ "who": { "name": ERASED, "id": 7 }, "note": null, "seq": 3 }));
        assert_eq!(open_fields(Some(&key), "q", &sealed), Err(Unreadable));
        let without = seal_fields(None, "p", &["/who/name"], &plain.to_string()).expect("JSON");
        assert_eq!(value(&without)["who"]["name"], json!(ERASED));
    }

    #[test]
    fn what_somebody_wrote_is_not_taken_for_sealed() {
        for text in ["enc1:AAAA", r"\u0065nc1:AAAA", r#""\u0065nc1:AAAA""#, "\u{1}enc1:"] {
            let plain = json!({ "other": text, text: 1 }).to_string();
            assert!(!is_sealed(&plain), "{plain}");
            assert_eq!(open_fields(None, "p", &plain).as_deref(), Ok(plain.as_str()));
        }
    }

    #[test]
    fn a_column_may_hold_texts_from_before() {
        let key = DataKey::generate();
        let sealed = seal_text(&key, "p", "secret");
        assert_eq!(open_text(&key, "p", &sealed), Ok(Some("secret".to_owned())));
        assert_eq!(open_text(&key, "p", "whsec_old"), Ok(None));
        assert_eq!(open_text(&key, "q", &sealed), Err(Unreadable));
        assert_eq!(open_text(&key, "p", "enc1:?"), Err(Unreadable));
    }

    proptest! {
        #[test]
        fn whatever_was_written_comes_back(name in any::<String>(), other in any::<String>(), key_name in any::<String>()) {
            let key = DataKey::generate();
            let plain = json!({ "name": name, key_name: other, "list": [other, name] });
            let sealed = seal_fields(Some(&key), "p", &["/name", "/list/1"], &plain.to_string()).expect("JSON");
            prop_assert_eq!(value(&open_fields(Some(&key), "p", &sealed).expect("opens")), plain);
        }
    }
}
