//! Reading bodies, queries and paths strictly: what is not understood is refused, and the refusal says where.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Serialize, de::DeserializeOwned};
use tandem_core::Precondition;
use tandem_proto::{
    Problem,
    limits::{BODY_BYTES, JSON_DEPTH},
};
use utoipa::openapi::{
    Required,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::{Object, SchemaType, Type},
};

use crate::ApiProblem;

/// A JSON body, in (at most [`BODY_BYTES`], nested at most [`JSON_DEPTH`] deep) and out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Json<T>(pub T);

/// The query string.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Query<T>(pub T);

/// What `If-Match` demands (RFC 9110 §13.1.1); to be checked by the command, in its transaction.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IfMatch(pub Precondition);

/// The path's parameters. One that does not read as its type (an id that is no id) names nothing: 404.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiProblem> {
        if !is_json(request.headers().get(header::CONTENT_TYPE)) {
            return Err(Problem::new(415, "unsupported-media-type", "The body must be JSON")
                .detail("send it with `Content-Type: application/json`")
                .into());
        }
        let bytes = read(request.into_body()).await?;
        parse(&bytes).map(Self).map_err(ApiProblem)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
            }
            Err(error) => ApiProblem::internal(&error).into_response(),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let reader = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(reader)
            .map(Self)
            .map_err(|error| ApiProblem(at_fault(error.path().to_string(), &error.inner().to_string())))
    }
}

impl utoipa::IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = ParameterBuilder::new().name("If-Match").parameter_in(ParameterIn::Header);
        let header = header.required(Required::False).description(Some(
            "Only if the thing still has one of these `ETag`s, as `GET` answered it; `*`: whichever it has. Else 412 `precondition-failed`.",
        ));
        let text = Object::with_type(SchemaType::from_iter([Type::String, Type::Null]));
        vec![header.schema(Some(text)).build()]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        let values = parts.headers.get_all(header::IF_MATCH).iter();
        // What is no text is no tag either.
        Precondition::read(values.map(|value| value.to_str().unwrap_or("?"))).map(Self).map_err(|error| {
            Problem::new(400, "malformed", "The If-Match does not read")
                .field("If-Match", error.to_string())
                .into()
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(ApiProblem::not_found("thing")),
            Err(rejection) => Err(ApiProblem::internal(&rejection)),
        }
    }
}

/// Parses JSON as every edge does: bounded depth, unknown fields refused where the type says so, the field at fault named.
///
/// # Errors
/// A 400 problem for text that is not JSON, 422 for JSON that is not a `T`.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if depth(bytes) > JSON_DEPTH {
        return Err(malformed(format!("nested deeper than {JSON_DEPTH}")));
    }
    if has_nul(bytes) {
        // PostgreSQL cannot store it, and nobody can type it.
        let value = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        let field = path_of_nul(&value).unwrap_or_default();
        return Err(at_fault(field, "must not contain the character U+0000"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if cause.is_data() { at_fault(path, &cause.to_string()) } else { malformed(cause.to_string()) }
    })?;
    reader.end().map_err(|error| malformed(error.to_string()))?;
    Ok(value)
}

/// A body, unless it is too large.
pub(crate) async fn read(body: Body) -> Result<bytes::Bytes, ApiProblem> {
    match Limited::new(body, BODY_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() || error.to_string().contains("length limit") => {
            Err(Problem::new(413, "too-large", "The body is too large")
                .detail(format!("at most {BODY_BYTES} bytes"))
                .into())
        }
        Err(error) => Err(malformed(format!("the body ended early: {error}")).into()),
    }
}

fn is_json(content_type: Option<&HeaderValue>) -> bool {
    let essence = content_type.and_then(|value| value.to_str().ok()).and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| {
        let essence = essence.trim().to_ascii_lowercase();
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::new(400, "malformed", "The body is not well-formed JSON").detail(detail)
}

/// The problem for a value that was read but cannot be taken. Serde names an unknown or missing field in its message, and its path
/// otherwise.
fn at_fault(path: String, message: &str) -> Problem {
    let quoted =
        |prefix: &str| message.strip_prefix(prefix)?.split_once('`').map(|(name, _)| name.to_owned());
    let named = quoted("unknown field `").or_else(|| quoted("missing field `"));
    let parent = if path == "." { String::new() } else { path };
    let field = match named {
        Some(name) if parent.is_empty() || parent == name || parent.ends_with(&format!(".{name}")) => {
            if parent.is_empty() {
                name
            } else {
                parent
            }
        }
        Some(name) => format!("{parent}.{name}"),
        None => parent,
    };
    let message = message.split(" at line ").next().unwrap_or(message);
    Problem::new(422, "invalid", "The request cannot be taken as it is").field(field, message)
}

/// How deep the arrays and objects of a JSON text are nested. Counts without parsing, so that a bomb costs nothing.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut text = bytes.iter();
    while let Some(byte) = text.next() {
        match byte {
            b'"' => skip_string(&mut text),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Whether a string holds U+0000, which JSON can only write as an escape.
fn has_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        // The escaped character itself may be a backslash: it starts no escape of its own.
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

/// Where the first text with U+0000 is, as `members[2].name`; nothing if only a field's name has it.
fn path_of_nul(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    let inner = |path: String, value| {
        path_of_nul(value).map(|rest| match rest.chars().next() {
            None | Some('[') => format!("{path}{rest}"),
            Some(_) => format!("{path}.{rest}"),
        })
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| inner(format!("[{at}]"), item)),
        Value::Object(fields) => fields.iter().find_map(|(name, field)| inner(name.clone(), field)),
        _ => None,
    }
}

fn skip_string(text: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = text.next() {
        match byte {
            b'\\' => _ = text.next(),
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "inner")]
        _inner: Inner,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "count")]
        _count: u8,
    }

    fn field_of(text: &str) -> (u16, String) {
        let problem = parse::<Outer>(text.as_bytes()).expect_err("must be refused");
        (problem.status, problem.errors.first().map(|error| error.field.clone()).unwrap_or_default())
    }

    #[test]
    fn the_field_at_fault_is_named() {
        assert_eq!(field_of(r#"{"inner":{"count":1,"colour":2}}"#), (422, "inner.colour".into()));
        assert_eq!(field_of(r#"{"inner":{"count":"x"}}"#), (422, "inner.count".into()));
        assert_eq!(field_of(r#"{"inner":{}}"#), (422, "inner.count".into()));
        assert_eq!(field_of(r#"{"other":1}"#), (422, "other".into()));
    }

    #[test]
    fn text_that_is_not_json_is_malformed() {
        for text in ["", "{", r#"{"inner":{"count":1}} x"#, "{'inner'}"] {
            assert_eq!(field_of(text), (400, String::new()), "{text}");
        }
    }

    #[test]
    fn the_nul_character_is_refused_and_nothing_like_it() {
        let refused = parse::<serde_json::Value>(br#"{"n":1,"a":[{"b":"x\u0000"}]}"#).expect_err("NUL");
        assert_eq!((refused.status, refused.errors[0].field.as_str()), (422, "a[0].b"));
        for fine in [r#""\\u0000""#, r#""\u00e9 \n \\""#, r#""u0000""#] {
            assert!(parse::<serde_json::Value>(fine.as_bytes()).is_ok(), "{fine}");
        }
    }

    #[test]
    fn depth_counts_structure_only() {
        assert_eq!(depth(br#"{"a":"[[[[\"[[["}"#), 1);
        assert_eq!(depth(b"[[[]],[]]"), 3);
        let bomb = "[".repeat(100_000);
        assert_eq!(parse::<serde_json::Value>(bomb.as_bytes()).expect_err("too deep").status, 400);
        let fits = format!("{}{}", "[".repeat(JSON_DEPTH), "]".repeat(JSON_DEPTH));
        assert!(parse::<serde_json::Value>(fits.as_bytes()).is_ok());
    }
}
