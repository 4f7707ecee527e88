//! Why identity refuses, and how that is answered.

use tandem_proto::Problem;
use tandem_store::StoreError;

use crate::ApiProblem;

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
    /// Too many passwords wait to be hashed.
    #[error("too many sign-ins at once")]
    Busy,
    /// A stored hash cannot be read, or hashing failed.
    #[error("passwords cannot be hashed: {0}")]
    Hash(String),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityError {
    pub(super) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }
}

impl From<IdentityError> for ApiProblem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::WrongCredentials => {
                Problem::new(401, "wrong-credentials", "Name or password is wrong").into()
            }
            IdentityError::Throttled { retry_after_s } => {
                Self::too_many("too many failed sign-ins", retry_after_s)
            }
            IdentityError::NoSession => Self::unauthenticated(),
            IdentityError::Taken { field, .. } => {
                Problem::new(409, "taken", "Somebody has this already").field(field, error.to_string()).into()
            }
            IdentityError::Invalid { field, message } => Self::invalid(field, message),
            IdentityError::Busy => Self::unavailable(1),
            IdentityError::Hash(_) => Self::internal(&error),
            IdentityError::Store(error) => error.into(),
        }
    }
}
