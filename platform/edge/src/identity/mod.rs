//! Orgs, users, passwords and sessions. The tables `orgs`, `users` and `sessions` are written here only.

use tandem_core::{OrgScope, RequestContext};
use tandem_proto::{
    UserId,
    api::{NewPerson, Role},
};
use tandem_store::{Cause, StoreError};

use crate::ApiProblem;

/// Somebody who can sign in.
#[derive(Clone, PartialEq, Debug)]
pub struct UserRecord {
    /// Id.
    pub id: UserId,
    /// Login name.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// Job title.
    pub title: Option<String>,
    /// Internal number.
    pub extension: Option<String>,
    /// Roles held.
    pub roles: Vec<Role>,
}

/// Why identity refused.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Unknown org, unknown user or wrong password; which of them is not told.
    #[error("name or password is wrong")]
    WrongCredentials,
    /// Too many failed sign-ins for this account from this source.
    #[error("too many failed sign-ins; wait {retry_after_s} s")]
    Throttled {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// The token is unknown, was signed out, or has expired.
    #[error("the session has ended")]
    NoSession,
    /// A name or extension that somebody has already.
    #[error("{field} {value:?} is taken")]
    Taken {
        /// `name` or `extension`.
        field: &'static str,
        /// The value.
        value: String,
    },
    /// A value that cannot be taken.
    #[error("{field}: {message}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong.
        message: String,
    },
    /// Hashing failed or its threads are gone.
    #[error("passwords cannot be hashed: {0}")]
    Hash(String),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<IdentityError> for ApiProblem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::WrongCredentials => {
                tandem_proto::Problem::new(401, "wrong-credentials", "Name or password is wrong").into()
            }
            IdentityError::Throttled { retry_after_s } => {
                Self::too_many("too many failed sign-ins; wait a little", retry_after_s)
            }
            IdentityError::NoSession => Self::unauthenticated(),
            IdentityError::Taken { field, .. } => Self(
                tandem_proto::Problem::new(409, "taken", "Somebody has this already")
                    .field(field, error.to_string()),
            ),
            IdentityError::Invalid { field, message } => Self::invalid(field, message),
            IdentityError::Store(error) => error.into(),
            IdentityError::Hash(_) => Self::internal(&error),
        }
    }
}

/// A handle on identity. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Identity {}

#[expect(clippy::todo, clippy::unused_async, unused_variables, reason = "signatures first")]
impl Identity {
    /// Makes an org.
    pub async fn create_org(&self, name: &str) -> Result<OrgScope, IdentityError> {
        todo!()
    }
    /// Every org and its name.
    pub async fn orgs(&self) -> Result<Vec<(OrgScope, String)>, IdentityError> {
        todo!()
    }
    /// The org of that name.
    pub async fn org_by_name(&self, name: &str) -> Result<Option<OrgScope>, IdentityError> {
        todo!()
    }
    /// Adds somebody to the directory.
    pub async fn create_user(
        &self,
        scope: OrgScope,
        cause: Cause,
        person: NewPerson,
    ) -> Result<UserRecord, IdentityError> {
        todo!()
    }
    /// One user.
    pub async fn user(&self, scope: OrgScope, user: UserId) -> Result<Option<UserRecord>, IdentityError> {
        todo!()
    }
    /// Everybody, by display name.
    pub async fn users(&self, scope: OrgScope) -> Result<Vec<UserRecord>, IdentityError> {
        todo!()
    }
    /// Whose internal number this is.
    pub async fn by_extension(
        &self,
        scope: OrgScope,
        extension: &str,
    ) -> Result<Option<UserRecord>, IdentityError> {
        todo!()
    }
    /// A session for somebody who was authenticated otherwise; answers its token.
    pub async fn issue_token(&self, scope: OrgScope, user: UserId) -> Result<String, IdentityError> {
        todo!()
    }
    /// Who a token stands for. Renews the session.
    pub async fn authenticate(&self, token: &str) -> Result<RequestContext, IdentityError> {
        todo!()
    }
}
