//! What an event carries: JSON that most who hand it on never look into.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, ser::Error as _};
use serde_json::{Value, value::RawValue};

/// An event's payload as JSON text, which is parsed when somebody asks for it: a reader of a long log wants few of the payloads it
/// passes, and who sends one on sends the text. Cheap to clone.
#[derive(Clone)]
pub struct Payload(Arc<str>);

impl Payload {
    /// The payload that `value` is.
    ///
    /// # Errors
    /// When it cannot be written as JSON, as a map whose keys are no strings.
    pub fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_string(value).map(|text| Self(text.into()))
    }

    /// Takes over a text that came from the store. It is looked at only when it is used.
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The payload as a `T`.
    ///
    /// # Errors
    /// When it has another shape, or is no JSON.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Two payloads are the same if they say the same, in whatever order.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        let said = |payload: &Self| payload.read::<Value>().ok();
        self.0 == other.0 || said(self).is_some_and(|ours| said(other) == Some(ours))
    }
}

/// As the JSON it is. A text that is none must not get into a frame, so it is an error.
impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// From any format, hence by way of a value.
impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_written_as_what_it_says() {
        let value = json!({ "b": [1, 2.5, null, "\u{1f}\"\\ü\u{2028}"], "a": {} });
        let payload = Payload::of(&value).expect("plain data");
        let wrapped = json!({ "data": value });
        #[derive(Serialize)]
        struct Wrapped {
            data: Payload,
        }
        let wrapper = Wrapped { data: payload.clone() };
        assert_eq!(serde_json::to_string(&wrapper).expect("JSON"), wrapped.to_string());
        assert_eq!(serde_json::to_value(&wrapper).expect("JSON"), wrapped);
        assert_eq!(serde_json::from_value::<Payload>(value).expect("JSON"), payload);
    }

    #[test]
    fn the_order_of_its_keys_says_nothing() {
        let payload = |text| Payload::from_text(text);
        assert_eq!(payload(r#"{"a":1,"b":2}"#), payload(r#"{ "b": 2, "a": 1 }"#));
        assert_ne!(payload(r#"{"a":1}"#), payload(r#"{"a":2}"#));
    }

    #[test]
    fn what_is_no_json_gets_into_nothing() {
        let damaged = Payload::from_text(r#"{"a":1},{"b":2"#);
        assert!(serde_json::to_string(&damaged).is_err());
        assert!(damaged.read::<Value>().is_err());
        assert_ne!(damaged, Payload::from_text("{"));
    }
}
