//! RFC 9457 problem details: the one shape of every refusal.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `application/problem+json` (RFC 9457).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem: `https://tandem.dev/problems/` + a kebab-case slug.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence, in words somebody can act on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// The request, for support.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instance: Option<String>,
    /// Seconds after which it is worth trying again, as `Retry-After` says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_seconds: Option<u32>,
    /// Where to ask instead, when another region serves this: `https://HOST[:PORT]`. The path is the same there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<String>)]
    pub address: Option<Box<str>>,
    /// What was wrong where, when the body was at fault.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
}

/// One fault in a body.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer or field name; empty for the whole body.
    pub field: String,
    /// 1-based line, for texts such as flows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// Where problem types are described.
    pub const BASE: &'static str = "https://tandem.dev/problems/";

    /// A problem of the kind `slug`.
    pub fn new(status: u16, slug: &str, title: impl Into<String>) -> Self {
        Self {
            kind: format!("{}{slug}", Self::BASE),
            title: title.into(),
            status,
            detail: None,
            instance: None,
            retry_after_seconds: None,
            address: None,
            errors: Vec::new(),
        }
    }

    /// With the words for this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With the time after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// With the address to ask instead.
    #[must_use]
    pub fn address(mut self, address: &str) -> Self {
        self.address = Some(address.into());
        self
    }

    /// With one more field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.errors.push(FieldError { field: field.into(), line: None, message: message.into() });
        self
    }

    /// The kind without its base.
    pub fn slug(&self) -> &str {
        self.kind.strip_prefix(Self::BASE).unwrap_or(&self.kind)
    }
}
