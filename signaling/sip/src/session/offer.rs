//! Offer and answer: whose description is out, and what is said when both are (RFC 3264, RFC 6337, RFC 3261 §14.1, RFC 3311 §5).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::StatusCode;

/// Where a dialog's negotiation is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// Nothing was offered yet.
    #[default]
    Nothing,
    /// Our offer waits for an answer.
    Offered {
        /// Whether a session stands that a refusal falls back to.
        agreed: bool,
    },
    /// Their offer waits for our answer.
    ToAnswer {
        /// Whether a session stands that a refusal falls back to.
        agreed: bool,
    },
    /// Both sides agree.
    Agreed,
}

/// Why an offer or answer has no place now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OfferError {
    /// Our own offer is out.
    #[error("an offer of ours is not answered yet")]
    OursPending,
    /// Their offer was not answered yet.
    #[error("an offer of theirs is not answered yet")]
    TheirsPending,
    /// An answer to nothing.
    #[error("no offer to answer")]
    NoOffer,
}

impl OfferError {
    /// How a request that carries the misplaced offer is refused: 491 if ours is out, 500 with Retry-After if theirs is
    /// (RFC 3261 §14.2, RFC 3311 §5.2).
    pub const fn status(self) -> StatusCode {
        match self {
            Self::OursPending => StatusCode::REQUEST_PENDING,
            Self::TheirsPending => StatusCode::SERVER_INTERNAL_ERROR,
            Self::NoOffer => StatusCode::NOT_ACCEPTABLE_HERE,
        }
    }
}

impl OfferState {
    /// Whether an offer may be made.
    pub const fn is_free(self) -> bool {
        matches!(self, Self::Nothing | Self::Agreed)
    }

    /// We offer: in an INVITE, an UPDATE, a PRACK, or late in the response to an INVITE without one.
    pub const fn offer(self) -> Result<Self, OfferError> {
        match self {
            Self::Nothing => Ok(Self::Offered { agreed: false }),
            Self::Agreed => Ok(Self::Offered { agreed: true }),
            other => Err(other.pending()),
        }
    }

    /// They offer.
    pub const fn offered(self) -> Result<Self, OfferError> {
        match self {
            Self::Nothing => Ok(Self::ToAnswer { agreed: false }),
            Self::Agreed => Ok(Self::ToAnswer { agreed: true }),
            other => Err(other.pending()),
        }
    }

    /// We answer their offer: in a 2xx, a reliable provisional response, an ACK or a PRACK.
    pub const fn answer(self) -> Result<Self, OfferError> {
        match self {
            Self::ToAnswer { .. } => Ok(Self::Agreed),
            _ => Err(OfferError::NoOffer),
        }
    }

    /// They answer our offer. Repetitions of an answer, as the 2xx after a reliable provisional response has them, change nothing.
    pub const fn answered(self) -> Result<Self, OfferError> {
        match self {
            Self::Offered { .. } | Self::Agreed => Ok(Self::Agreed),
            _ => Err(OfferError::NoOffer),
        }
    }

    /// The request that carried the offer was refused or given up: what stood before stands again.
    #[must_use]
    pub const fn withdrawn(self) -> Self {
        match self {
            Self::Offered { agreed: true } | Self::ToAnswer { agreed: true } | Self::Agreed => Self::Agreed,
            _ => Self::Nothing,
        }
    }

    const fn pending(self) -> OfferError {
        match self {
            Self::ToAnswer { .. } => OfferError::TheirsPending,
            _ => OfferError::OursPending,
        }
    }
}

/// How long to wait after a 491, so that both sides do not offer at once again: 2.1 to 4 s for the side that made the Call-ID, up to 2 s
/// for the other, in steps of 10 ms (RFC 3261 §14.1). `random` is any number.
pub const fn glare_wait(made_call_id: bool, random: u64) -> Duration {
    let tens = if made_call_id { 210 + random % 191 } else { random % 201 };
    Duration::from_millis(tens * 10)
}
