//! Several reads in one request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Payload;

/// Reads to be made together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What to read, 1 to 20 things.
    #[schema(min_items = 1, max_items = 20)]
    pub requests: Vec<BatchRead>,
}

/// One `GET`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRead {
    /// What, relative to `/api/v1`, with its query.
    #[schema(example = "/chats?limit=20")]
    pub path: String,
    /// Only these fields, as `?fields=` has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "id,title")]
    pub fields: Option<String>,
    /// The `etag` of an answer one has: answered 304 without a body while nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_none_match: Option<String>,
}

/// What came of a batch.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchAnswers {
    /// One for each request, in their order.
    pub answers: Vec<BatchAnswer>,
}

/// The answer to one `GET`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchAnswer {
    /// As if it had been asked for alone.
    #[schema(example = 200)]
    pub status: u16,
    /// As the header `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The JSON that would have been answered, a problem for a refusal; absent where there would be none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub body: Option<Payload>,
}
