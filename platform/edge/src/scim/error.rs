//! Refusals as SCIM has them (RFC 7644 §3.12).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use tandem_proto::Problem;
use tandem_store::StoreError;

use crate::{ApiProblem, IdentityError};

/// Why something was refused, as RFC 7644 §3.12, table 9 names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ScimType {
    InvalidFilter,
    TooMany,
    Uniqueness,
    Mutability,
    InvalidSyntax,
    InvalidPath,
    NoTarget,
    InvalidValue,
}

impl ScimType {
    const fn name(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
        }
    }
}

/// A refusal.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ScimError {
    pub(super) status: u16,
    pub(super) scim_type: Option<ScimType>,
    detail: String,
    retry_after_s: Option<u32>,
}

impl ScimError {
    /// 400, of a kind.
    pub(super) fn bad(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { status: 400, scim_type: Some(scim_type), detail: detail.into(), retry_after_s: None }
    }

    /// What is wrong, in words.
    pub(super) fn detail(self) -> String {
        self.detail
    }

    /// With a status alone.
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into(), retry_after_s: None }
    }
}

impl From<ApiProblem> for ScimError {
    fn from(ApiProblem(problem): ApiProblem) -> Self {
        problem.into()
    }
}

impl From<Problem> for ScimError {
    fn from(problem: Problem) -> Self {
        let (status, scim_type) = match (problem.status, problem.slug()) {
            (409, "taken") => (409, Some(ScimType::Uniqueness)),
            (400, _) => (400, Some(ScimType::InvalidSyntax)),
            (422, _) => (400, Some(ScimType::InvalidValue)),
            (status, _) => (status, None),
        };
        let mut detail = problem.detail.unwrap_or(problem.title);
        for error in problem.errors {
            detail = format!("{detail}; {}: {}", error.field, error.message);
        }
        Self { status, scim_type, detail, retry_after_s: problem.retry_after_seconds }
    }
}

impl From<IdentityError> for ScimError {
    fn from(error: IdentityError) -> Self {
        ApiProblem::from(error).into()
    }
}

impl From<StoreError> for ScimError {
    fn from(error: StoreError) -> Self {
        ApiProblem::from(error).into()
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.to_string(),
            "detail": self.detail,
        });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.name().into();
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, super::Scim(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
