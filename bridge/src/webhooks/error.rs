//! Why something about a webhook was refused, and the one place where that becomes a status.

use tandem_core::PreconditionFailed;
use tandem_edge::{ApiProblem, IdentityError, Invalid, LimitReached};
use tandem_proto::{Problem, api::DeliveryState};
use tandem_store::StoreError;

/// Why something about a webhook was refused or failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebhookError {
    /// None of the org's.
    #[error("no such webhook")]
    UnknownWebhook,
    /// Nothing is known of that event having been sent.
    #[error("no such delivery")]
    UnknownDelivery,
    /// Nothing is to be decided about it.
    #[error("the delivery is {}", .0.name())]
    NotNow(DeliveryState),
    /// As many as there may be.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// A cursor the log has not come to.
    #[error("this server never handed out that cursor")]
    UnknownCursor,
    /// A value that cannot be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It was changed since it was read.
    #[error(transparent)]
    Changed(#[from] PreconditionFailed),
    /// Somebody could not be looked up.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for WebhookError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<WebhookError> for ApiProblem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::UnknownWebhook => Self::not_found("webhook"),
            WebhookError::UnknownDelivery => Self::not_found("delivery"),
            WebhookError::NotNow(_) => Self::conflict("not-in-this-state", error.to_string()),
            WebhookError::Limit(reached) => reached.into(),
            WebhookError::UnknownCursor => {
                Problem::new(422, "unknown-cursor", "This server never handed out that cursor")
                    .field("after", "take the cursor of an event, or 0-0 for the start of the log")
                    .into()
            }
            WebhookError::Invalid(invalid) => invalid.into(),
            WebhookError::Changed(error) => error.into(),
            WebhookError::Identity(error) => error.into(),
            WebhookError::Store(error) => error.into(),
        }
    }
}
