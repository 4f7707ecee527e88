//! Refusals in OAuth's own shape (RFC 6749 §5.2).

use tandem_store::StoreError;

use super::super::IdentityError;

/// Why a program gets nothing, by the name its libraries know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum OAuthCode {
    /// Something is missing, doubled or malformed.
    InvalidRequest,
    /// There is no such program, or its secret is wrong.
    InvalidClient,
    /// The code or refresh token is unknown, used, over, or another's.
    InvalidGrant,
    /// The program is not registered for this.
    UnauthorizedClient,
    /// There is no such way to get a token.
    UnsupportedGrantType,
    /// A permission is unknown, or not the program's to ask for.
    InvalidScope,
    /// Nobody has decided yet (RFC 8628 §3.5).
    AuthorizationPending,
    /// The device asks too often (RFC 8628 §3.5).
    SlowDown,
    /// Somebody said no (RFC 8628 §3.5).
    AccessDenied,
    /// The device's code is over (RFC 8628 §3.5).
    ExpiredToken,
    /// Too many tokens at once.
    TemporarilyUnavailable,
}

impl OAuthCode {
    /// As it is written.
    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    /// A refusal of this kind, with words for people who look into it.
    pub(in super::super) fn because(self, description: impl Into<String>) -> Refusal {
        Refusal { code: self, description: description.into() }
    }
}

/// A refusal that the protocol knows.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {description}", code.name())]
pub(in super::super) struct Refusal {
    /// Which.
    pub(in super::super) code: OAuthCode,
    /// For people, in ASCII.
    pub(in super::super) description: String,
}

/// Why a program gets nothing.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum OAuthRefusal {
    /// As the protocol says.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// For a reason that every operation may have.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl From<StoreError> for OAuthRefusal {
    fn from(error: StoreError) -> Self {
        Self::Identity(error.into())
    }
}

impl From<sqlx::Error> for OAuthRefusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Identity(error.into())
    }
}
