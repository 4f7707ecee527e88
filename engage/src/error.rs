//! Why the contact centre refused or failed, and how that is answered over HTTP.

use tandem_core::PreconditionFailed;
use tandem_edge::{ApiProblem, IdentityError, LimitReached};
use tandem_proto::{FieldError, Problem};
use tandem_routing_engine::EngineError;
use tandem_store::StoreError;

/// Why an operation of the contact centre was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum EngageError {
    /// It does not exist, or is not the caller's to see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A value that cannot be taken.
    #[error("{field}: {message}")]
    Invalid {
        /// Which field.
        field: String,
        /// What is wrong.
        message: String,
    },
    /// The flow's text is wrong.
    #[error("the flow has {} faults", .0.len())]
    BadFlow(Vec<FieldError>),
    /// The name is taken.
    #[error("{what} {name:?} exists already")]
    Taken {
        /// Of what kind.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The org has as many as it may.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// `If-Match` names another version.
    #[error(transparent)]
    Changed(#[from] PreconditionFailed),
    /// The caller took no part in the conversation as an agent.
    #[error("only an agent of the conversation gives its wrap-up code")]
    NotYours,
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Routing refused or failed.
    #[error(transparent)]
    Routing(#[from] EngineError),
    /// Users could not be read.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Presence could not be read.
    #[error("presence: {0}")]
    Presence(String),
    /// Another node has the org's contact centre, or nobody for a moment. Nothing was done.
    #[error("the org's contact centre is on another node")]
    Elsewhere,
}

impl EngageError {
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }
}

impl From<EngageError> for ApiProblem {
    fn from(error: EngageError) -> Self {
        match error {
            EngageError::NotFound(what) => Self::not_found(what),
            EngageError::Invalid { field, message } => Self::invalid(field, message),
            EngageError::BadFlow(errors) => {
                let mut problem = Problem::new(422, "bad-flow", "The flow's text has faults");
                problem.errors = errors;
                Self(problem)
            }
            EngageError::Taken { .. } => Self::conflict("name-taken", error.to_string()),
            EngageError::Limit(reached) => reached.into(),
            EngageError::Changed(error) => error.into(),
            EngageError::NotYours => Self::conflict("not-your-conversation", error.to_string()),
            EngageError::Elsewhere => Self::elsewhere(),
            EngageError::Store(StoreError::Fenced)
            | EngageError::Routing(EngineError::Overloaded | EngineError::NotHere) => Self::unavailable(1),
            EngageError::Store(error) => error.into(),
            EngageError::Routing(_) | EngageError::Identity(_) | EngageError::Presence(_) => {
                Self::internal(&error)
            }
        }
    }
}
