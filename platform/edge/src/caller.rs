//! The authenticated user as a handler's argument.

use axum::extract::FromRequestParts;
use http::request::Parts;
use tandem_core::{Permission, RequestContext};
use tandem_proto::DivisionId;

use crate::ApiProblem;

/// Who asks. Refuses with 401 when the request carried no valid token.
#[derive(Clone, Debug)]
pub struct Caller(pub RequestContext);

impl Caller {
    /// Refuses with 403 unless the caller holds `permission`.
    ///
    /// # Errors
    /// A `forbidden` problem that names the permission.
    pub fn require(&self, permission: Permission) -> Result<(), ApiProblem> {
        if self.0.may(permission) { Ok(()) } else { Err(ApiProblem::forbidden(permission)) }
    }

    /// Refuses with 403 unless the caller holds `permission` for things of `division`. To be asked once they may see the thing.
    ///
    /// # Errors
    /// A `forbidden` problem that names the permission for who holds it nowhere, an `other-division` problem for others.
    pub fn require_in(&self, permission: Permission, division: DivisionId) -> Result<(), ApiProblem> {
        self.require(permission)?;
        if self.0.may_in(permission, division) { Ok(()) } else { Err(ApiProblem::other_division(permission)) }
    }

    /// As [`Self::require_in`], for what concerns all divisions.
    ///
    /// # Errors
    /// As [`Self::require_in`].
    pub fn require_everywhere(&self, permission: Permission) -> Result<(), ApiProblem> {
        self.require(permission)?;
        let held = self.0.rights.has_everywhere(permission);
        if held { Ok(()) } else { Err(ApiProblem::other_division(permission)) }
    }
}

impl std::ops::Deref for Caller {
    type Target = RequestContext;
    fn deref(&self) -> &RequestContext {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        parts.extensions.get::<RequestContext>().cloned().map(Self).ok_or_else(ApiProblem::unauthenticated)
    }
}
