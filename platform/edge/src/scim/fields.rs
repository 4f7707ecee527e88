//! Reading single values out of a resource that was sent. Pure.

use serde_json::{Map, Value};
use tandem_proto::limits::NAME_CHARS;

use super::error::{ScimError, ScimType};

/// What the other system calls something, characters at most.
const EXTERNAL_CHARS: usize = 256;

pub(super) fn wrong(name: &str, what: impl std::fmt::Display) -> ScimError {
    ScimError::bad(ScimType::InvalidValue, format!("{name}: {what}"))
}

/// A text of at most [`NAME_CHARS`]; one of blanks alone is none.
pub(super) fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, ScimError> {
    bounded(fields, name, NAME_CHARS)
}

/// As [`text`], what the other system calls something.
pub(super) fn external_id(fields: &Map<String, Value>) -> Result<Option<String>, ScimError> {
    bounded(fields, "externalId", EXTERNAL_CHARS)
}

pub(super) fn bounded(
    fields: &Map<String, Value>,
    name: &str,
    chars: usize,
) -> Result<Option<String>, ScimError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) if text.chars().nth(chars).is_none() => Ok(Some(text.trim().to_owned())),
        Some(Value::String(_)) => Err(wrong(name, format!("at most {chars} characters"))),
        Some(_) => Err(wrong(name, "is a text")),
    }
}

pub(super) fn boolean(fields: &Map<String, Value>, name: &str) -> Result<Option<bool>, ScimError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(is)) => Ok(Some(*is)),
        Some(_) => Err(wrong(name, "is true or false")),
    }
}

/// The values of an attribute that may have several, at most so many.
pub(super) fn several<'f>(
    fields: &'f Map<String, Value>,
    name: &str,
    at_most: usize,
) -> Result<Vec<&'f Map<String, Value>>, ScimError> {
    let values = match fields.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) if values.len() <= at_most => values,
        Some(Value::Array(_)) => return Err(wrong(name, format!("at most {at_most}"))),
        Some(_) => return Err(wrong(name, "is a list")),
    };
    values.iter().map(|value| value.as_object().ok_or_else(|| wrong(name, "has parts"))).collect()
}
