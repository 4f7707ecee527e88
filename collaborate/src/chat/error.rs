//! Why a chat operation was refused, and the one place where that becomes a status.

use tandem_edge::{ApiProblem, IdentityError, Invalid};
use tandem_proto::{Problem, UserId};
use tandem_store::StoreError;

/// Why a chat operation was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// No such chat, or the caller is not a member: who is not a member learns nothing.
    #[error("no such chat")]
    UnknownChat,
    /// No such message in the chat.
    #[error("no such message")]
    UnknownMessage,
    /// A member who is not in the caller's org.
    #[error("nobody in the directory has the id {user}")]
    UnknownMember {
        /// Place in the list of members.
        index: usize,
        /// The id.
        user: UserId,
    },
    /// Only the author changes a message.
    #[error("only its author may change a message")]
    NotTheAuthor,
    /// The message was deleted; it cannot be edited.
    #[error("the message was deleted")]
    Deleted,
    /// The author used the client id for a message in another chat.
    #[error("the client_id belongs to a message in another chat")]
    ClientIdTaken,
    /// A value that cannot be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The directory could not be asked.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ChatError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<ChatError> for ApiProblem {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::UnknownChat => Self::not_found("chat"),
            ChatError::UnknownMessage => Self::not_found("message"),
            ChatError::UnknownMember { index, .. } => {
                Self(Self::not_found("person").0.field(format!("members[{index}]"), error.to_string()))
            }
            ChatError::NotTheAuthor => {
                Self(Problem::new(403, "not-the-author", "You may not do this").detail(error.to_string()))
            }
            ChatError::Deleted => Self::conflict("message-deleted", error.to_string()),
            ChatError::ClientIdTaken => Self::conflict("client-id-taken", error.to_string()),
            ChatError::Invalid(invalid) => invalid.into(),
            ChatError::Identity(error) => error.into(),
            ChatError::Store(error) => error.into(),
        }
    }
}
