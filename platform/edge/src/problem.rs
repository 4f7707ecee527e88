//! Every refusal, as `application/problem+json` (RFC 9457).

use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use tandem_core::{Elsewhere, Permission, PreconditionFailed};
use tandem_proto::Problem;
use tandem_store::StoreError;

/// A refusal of a request.
#[derive(Clone, PartialEq, Debug)]
pub struct ApiProblem(pub Problem);

/// Seconds after which a client of an overloaded server should try again.
const OVERLOADED_RETRY_S: u32 = 1;
/// As above, of one that has no room: that takes a person.
const FULL_RETRY_S: u32 = 10;

/// The slug of what another node serves.
const ELSEWHERE: &str = "elsewhere";

impl ApiProblem {
    /// 401: no token, or one that is not valid (any more).
    pub fn unauthenticated() -> Self {
        Self(
            Problem::new(401, "unauthenticated", "Sign in first")
                .detail("send a session's token as `Authorization: Bearer …`; it may have expired"),
        )
    }

    /// 403: the caller lacks `permission`.
    pub fn forbidden(permission: Permission) -> Self {
        Self(
            Problem::new(403, "forbidden", "You may not do this")
                .detail(format!("this needs the permission {}", permission.name())),
        )
    }

    /// 403: the caller may see it, and lacks `permission` in the division it belongs to, or would belong to.
    pub fn other_division(permission: Permission) -> Self {
        Self(
            Problem::new(403, "other-division", "This belongs to a division where you may not do this")
                .detail(format!("this needs the permission {} in its division", permission.name())),
        )
    }

    /// 404: there is no such `what`, or it is not the caller's to see.
    pub fn not_found(what: &str) -> Self {
        Self(Problem::new(404, "not-found", "Not found").detail(format!("there is no such {what}")))
    }

    /// 421: it belongs to an org of another region. Nothing of it was looked at or kept.
    pub fn other_region(Elsewhere { region, address }: Elsewhere) -> Self {
        Self(
            Problem::new(421, "other-region", "This belongs to another region")
                .detail(format!("ask the region {region}, at {}", address.url))
                .address(&address.url),
        )
    }

    /// 422: `field` of the body, query or path has a value that cannot be taken.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Problem::new(422, "invalid", "The request cannot be taken as it is").field(field, message))
    }

    /// 409: the state things are in forbids this; `slug` names the reason for programs, `detail` for people.
    pub fn conflict(slug: &str, detail: impl Into<String>) -> Self {
        Self(Problem::new(409, slug, "Not possible now").detail(detail))
    }

    /// 503: come back after `retry_after_s` seconds.
    pub fn unavailable(retry_after_s: u32) -> Self {
        Self(Problem::new(503, "unavailable", "The server cannot take this now").retry_after(retry_after_s))
    }

    /// 503: not carried out, since another node serves this, or will in a moment. [`crate::Forwarding`] tries it there.
    pub fn elsewhere() -> Self {
        Self(Problem::new(503, ELSEWHERE, "Another node serves this").retry_after(OVERLOADED_RETRY_S))
    }

    /// Whether a response is [`Self::elsewhere`], on its way out of the handler.
    pub(crate) fn is_elsewhere(response: &Response) -> bool {
        response.extensions().get::<Problem>().is_some_and(|problem| problem.slug() == ELSEWHERE)
    }

    /// 507: nothing can be kept until an operator makes room.
    pub fn full() -> Self {
        Self(
            Problem::new(507, "storage-full", "The server has no room left")
                .detail("nothing of this was kept; its operators must make room")
                .retry_after(FULL_RETRY_S),
        )
    }

    /// 429: too many of these; come back after `retry_after_s` seconds.
    pub fn too_many(detail: impl Into<String>, retry_after_s: u32) -> Self {
        Self(
            Problem::new(429, "too-many-requests", "Too many requests")
                .detail(detail)
                .retry_after(retry_after_s),
        )
    }

    /// 500: our fault. The cause goes to the log only.
    pub fn internal(cause: &dyn Error) -> Self {
        let mut chain = cause.to_string();
        let mut source = cause.source();
        while let Some(error) = source {
            chain = format!("{chain}: {error}");
            source = error.source();
        }
        tracing::error!(cause = %chain, "request failed");
        Self::internal_unexplained()
    }

    /// 500 whose cause is already in the log.
    pub(crate) fn internal_unexplained() -> Self {
        Self(
            Problem::new(500, "internal", "The server failed")
                .detail("the failure was logged; name the request id to support"),
        )
    }
}

/// A value that cannot be taken, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Invalid {
    /// Name of the field in the body or query.
    pub field: String,
    /// What is wrong with it, to be shown to somebody.
    pub message: String,
}

impl Invalid {
    /// What is wrong with a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl From<Invalid> for ApiProblem {
    fn from(Invalid { field, message }: Invalid) -> Self {
        Self::invalid(field, message)
    }
}

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<ApiProblem> for Problem {
    fn from(problem: ApiProblem) -> Self {
        problem.0
    }
}

impl From<PreconditionFailed> for ApiProblem {
    fn from(error: PreconditionFailed) -> Self {
        Problem::new(412, "precondition-failed", "Somebody else changed this first")
            .detail(format!("{error}; read it again"))
            .into()
    }
}

impl From<StoreError> for ApiProblem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict { .. } => {
                Self::conflict("changed-meanwhile", "somebody else changed this first; read it again")
            }
            StoreError::Overloaded
            | StoreError::Closed
            | StoreError::Unavailable(_)
            | StoreError::InDoubt(_)
            | StoreError::Fenced => Self::unavailable(OVERLOADED_RETRY_S),
            StoreError::Full(_) => {
                tracing::error!(%error, "request refused");
                Self::full()
            }
            _ => Self::internal(&error),
        }
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // So that the request's id can be added on the way out.
        response.extensions_mut().insert(self.0);
        response
    }
}
