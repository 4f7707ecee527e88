//! Why identity refuses, and how that is answered.

use tandem_core::{Elsewhere, Permission, Permissions, PreconditionFailed};
use tandem_proto::Problem;
use tandem_store::StoreError;

use super::{LimitReached, Refusal};
use crate::ApiProblem;

/// Why identity refused.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Unknown org, unknown user or wrong password; which of them is not told.
    #[error("name or password is wrong")]
    WrongCredentials,
    /// The password is right, and a code is needed too.
    #[error("a code of the second factor is needed")]
    SecondFactorNeeded,
    /// The password is right, and the code is wrong or was used.
    #[error("the code is wrong or was used")]
    WrongCode,
    /// Not a passkey that lets anybody in, or not one that was asked for; which of them is not told.
    #[error("the passkey lets nobody in")]
    PasskeyRefused,
    /// A password that whoever guesses would soon try.
    #[error("the password is soon guessed: {why}")]
    Guessable {
        /// The field.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// A link in a mail that works no more, or never did.
    #[error("the link works no more")]
    LinkEnded,
    /// An identity provider let nobody in.
    #[error(transparent)]
    Provider(#[from] Refusal),
    /// The password or passkey is right, and the org has people sign in by an identity provider.
    #[error("people of this org sign in by an identity provider")]
    ProviderNeeded,
    /// Too many failed sign-ins for this account from this source, or too many requests for another password.
    #[error("tried too often; wait {retry_after_s} s")]
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
    /// There is no such thing in the org.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The org is another region's.
    #[error("this belongs to the region {}", .0.region)]
    OtherRegion(Box<Elsewhere>),
    /// The operation needs somebody who signed in; the caller uses a token.
    #[error("this cannot be done with a token")]
    NotByToken,
    /// Somebody would be given permissions that the caller does not hold.
    #[error("the caller does not hold {0:?}")]
    NotHeld(Permissions),
    /// The account holds permissions that the caller does not hold.
    #[error("the account holds {0:?} beyond the caller's permissions")]
    Outranked(Permissions),
    /// It belongs to a division, or would, in which the caller does not hold this.
    #[error("the caller does not hold {0:?} in that division")]
    OtherDivision(Permission),
    /// Not as things are; `slug` names the reason for programs.
    #[error("{detail}")]
    Conflict {
        /// The problem's type.
        slug: &'static str,
        /// For people.
        detail: String,
    },
    /// The org has as many as it may.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// It was changed since it was read.
    #[error(transparent)]
    Changed(#[from] PreconditionFailed),
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

impl From<sqlx::Error> for IdentityError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Elsewhere> for IdentityError {
    fn from(elsewhere: Elsewhere) -> Self {
        Self::OtherRegion(Box::new(elsewhere))
    }
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
            IdentityError::SecondFactorNeeded => {
                Problem::new(401, "second-factor-needed", "A code is needed too")
                    .detail("sign in again with `code`: what the authenticator shows, or a recovery code")
                    .into()
            }
            IdentityError::WrongCode => {
                Problem::new(401, "wrong-code", "The code is wrong or was used").into()
            }
            IdentityError::PasskeyRefused => {
                Problem::new(401, "passkey-refused", "This passkey does not let you in")
                    .detail("it was removed, was made elsewhere, or was asked for too long ago")
                    .into()
            }
            IdentityError::Guessable { field, why } => {
                Problem::new(422, "guessable-password", "This password is soon guessed")
                    .detail(
                        "take a few words that do not belong together, or let a password manager make one",
                    )
                    .field(field, why)
                    .into()
            }
            IdentityError::LinkEnded => Problem::new(404, "link-ended", "This link works no more")
                .detail("it was used, is too old, or another was sent since: ask for a new one")
                .into(),
            IdentityError::Provider(refusal) => refused(&refusal).into(),
            IdentityError::ProviderNeeded => {
                Problem::new(401, "provider-needed", "Sign in by your identity provider")
                    .detail("a password or passkey is not enough in this org")
                    .into()
            }
            IdentityError::Throttled { retry_after_s } => Self::too_many("tried too often", retry_after_s),
            IdentityError::NoSession => Self::unauthenticated(),
            IdentityError::Taken { field, .. } => {
                Problem::new(409, "taken", "Somebody has this already").field(field, error.to_string()).into()
            }
            IdentityError::Invalid { field, message } => Self::invalid(field, message),
            IdentityError::NotFound(what) => Self::not_found(what),
            IdentityError::OtherRegion(elsewhere) => Self::other_region(*elsewhere),
            IdentityError::NotByToken => {
                Problem::new(403, "sign-in-needed", "This cannot be done with a token")
                    .detail("sign in and use the session's token")
                    .into()
            }
            IdentityError::NotHeld(beyond) => {
                Problem::new(403, "not-yours-to-give", "You cannot give what you do not hold")
                    .detail(format!("you do not hold {}", beyond.names().join(", ")))
                    .into()
            }
            IdentityError::Outranked(beyond) => {
                Problem::new(403, "outranked", "This account may do more than you")
                    .detail(format!("it holds {}, which you do not", beyond.names().join(", ")))
                    .into()
            }
            IdentityError::OtherDivision(permission) => Self::other_division(permission),
            IdentityError::Conflict { slug, detail } => Self::conflict(slug, detail),
            IdentityError::Limit(reached) => reached.into(),
            IdentityError::Changed(error) => error.into(),
            IdentityError::Busy => Self::unavailable(1),
            IdentityError::Hash(_) => Self::internal(&error),
            IdentityError::Store(error) => error.into(),
        }
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let (status, slug, title) = match refusal {
        Refusal::Ended => (401, "sign-in-ended", "This sign-in is over"),
        Refusal::Unreachable(_) => (502, "provider-unreachable", "The identity provider cannot be reached"),
        Refusal::Answer(_) => (502, "provider-broken", "The identity provider does not answer as one does"),
        Refusal::Mixed | Refusal::Unbelieved(_) => {
            (401, "provider-not-believed", "The identity provider cannot be believed")
        }
        Refusal::Stranger | Refusal::Address | Refusal::Taken => {
            (401, "not-let-in", "This account does not let you in")
        }
    };
    Problem::new(status, slug, title).detail(refusal.to_string())
}
