//! What an audit entry tells: a change, with the thing as it was and as it is.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::chain::digest;

/// A field that takes more than so many bytes is not kept whole.
const FIELD_BYTES: usize = 16 * 1024;
/// Where a thing's name may be, the first that it has.
const NAMES: [&str; 5] = ["display_name", "title", "name", "auth_user", "number"];

/// In the place of a secret: it was there, or changed, and nobody shall read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Redacted;

impl Serialize for Redacted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json!({ "redacted": true }).serialize(serializer)
    }
}

/// A change to be told of by [`crate::Tx::audit`].
///
/// ```
/// # use tandem_store::{Change, Redacted};
/// let made = Change::new("role.created", "role", "night-shift").after(&serde_json::json!({ "title": "Night shift" }));
/// let secret = Change::new("password.changed", "person", "0197…").after(&serde_json::json!({ "password": Redacted }));
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    pub(super) what: &'static str,
    pub(super) subject_kind: &'static str,
    pub(super) subject: String,
    name: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Change {
    /// `what` happened (`role.changed`) to the thing of that kind and id.
    pub fn new(what: &'static str, kind: &'static str, id: impl ToString) -> Self {
        Self { what, subject_kind: kind, subject: id.to_string(), name: None, before: None, after: None }
    }

    /// What the thing is called, where neither [`Self::before`] nor [`Self::after`] says it.
    #[must_use]
    pub fn called(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The thing as it was, as the API shows it; nothing for one that is new.
    #[must_use]
    pub fn before<T: Serialize>(self, view: &T) -> Self {
        Self { before: Some(value(view)), ..self }
    }

    /// The thing as it is now, as the API shows it; nothing for one that is gone.
    #[must_use]
    pub fn after<T: Serialize>(self, view: &T) -> Self {
        Self { after: Some(value(view)), ..self }
    }

    /// What the thing is called.
    pub(super) fn subject_name(&self) -> Option<String> {
        let of = |view: &Option<Value>| {
            let view = view.as_ref()?.as_object()?;
            NAMES.iter().find_map(|name| view.get(*name)?.as_str().map(str::to_owned))
        };
        self.name.clone().or_else(|| of(&self.after)).or_else(|| of(&self.before))
    }

    /// Both views as JSON text, large fields shortened to what differs or to a digest.
    pub(super) fn texts(self) -> (Option<String>, Option<String>) {
        let (mut before, mut after) = (self.before, self.after);
        shorten(&mut before, &mut after);
        let text = |view: Option<Value>| view.map(|view| view.to_string());
        (text(before), text(after))
    }
}

fn value<T: Serialize>(view: &T) -> Value {
    serde_json::to_value(view).expect("what the API shows is plain data")
}

fn is_large(value: &Value) -> bool {
    value.to_string().len() > FIELD_BYTES
}

fn shorten(before: &mut Option<Value>, after: &mut Option<Value>) {
    let (mut none_before, mut none_after) = (Map::new(), Map::new());
    let before = before.as_mut().and_then(Value::as_object_mut).unwrap_or(&mut none_before);
    let after = after.as_mut().and_then(Value::as_object_mut).unwrap_or(&mut none_after);
    let names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    for name in names {
        let large = [&*before, &*after].iter().any(|view| view.get(&name).is_some_and(is_large));
        if !large {
            continue;
        }
        if let (Some(Value::Array(was)), Some(Value::Array(is))) =
            (before.get_mut(&name), after.get_mut(&name))
        {
            differing(was, is);
        }
        for view in [&mut *before, &mut *after] {
            if let Some(field) = view.get_mut(&name).filter(|field| is_large(field)) {
                let text = field.to_string();
                *field = json!({ "bytes": text.len(), "sha256": digest(&text) });
            }
        }
    }
}

/// Leaves in two lists what only one of them has.
fn differing(was: &mut Vec<Value>, is: &mut Vec<Value>) {
    let texts = |list: &[Value]| list.iter().map(Value::to_string).collect::<std::collections::BTreeSet<_>>();
    let (had, has) = (texts(was), texts(is));
    was.retain(|item| !has.contains(&item.to_string()));
    is.retain(|item| !had.contains(&item.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(before: &Value, after: &Value) -> (Value, Value) {
        let (before, after) = Change::new("queue.changed", "queue", 1).before(before).after(after).texts();
        let read = |text: Option<String>| serde_json::from_str(&text.expect("text")).expect("JSON");
        (read(before), read(after))
    }

    #[test]
    fn a_thing_is_called_what_it_is_called_now() {
        let change = Change::new("queue.changed", "queue", 7);
        assert_eq!(change.subject_name(), None);
        let change = change.before(&json!({ "name": "Sales" }));
        assert_eq!(change.subject_name().as_deref(), Some("Sales"));
        let change = change.after(&json!({ "name": "Support" }));
        assert_eq!(change.subject_name().as_deref(), Some("Support"));
        assert_eq!(change.called("Help").subject_name().as_deref(), Some("Help"));
    }

    #[test]
    fn small_things_are_kept_whole() {
        let (before, after) =
            (json!({ "name": "a", "members": [1, 2] }), json!({ "name": "b", "members": [1, 2] }));
        assert_eq!(texts(&before, &after), (before, after));
    }

    #[test]
    fn of_long_lists_the_difference_is_kept_and_of_long_text_a_digest() {
        let members = |ids: std::ops::Range<i64>| ids.map(|id| json!({ "user": id })).collect::<Vec<_>>();
        let (before, after) = texts(
            &json!({ "members": members(0..5_000), "text": "short" }),
            &json!({ "members": members(1..5_001), "text": "x".repeat(20_000) }),
        );
        assert_eq!(before, json!({ "members": [{ "user": 0 }], "text": "short" }));
        assert_eq!(after["members"], json!([{ "user": 5_000 }]));
        assert_eq!(after["text"]["bytes"], json!(20_002));
        assert_eq!(after["text"]["sha256"].as_str().map(str::len), Some(64));
        let (_, after) =
            Change::new("queue.created", "queue", 1).after(&json!({ "members": members(0..5_000) })).texts();
        assert!(after.expect("text").len() < 200);
    }

    #[test]
    fn a_secret_is_only_said_to_be_there() {
        let (_, after) = Change::new("x", "y", 1).after(&json!({ "password": Redacted })).texts();
        assert_eq!(after.as_deref(), Some(r#"{"password":{"redacted":true}}"#));
    }
}
