//! Why a seal is refused.

use serde::{Deserialize, Serialize};

/// Why a seal is refused. It crosses links, so that whoever was refused can say why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealError {
    /// There is none.
    #[error("it is not sealed")]
    Missing,
    /// It is longer than any seal.
    #[error("the seal is too large")]
    TooBig,
    /// It has not the form of a seal: another version or purpose of PASETO, a token of another kind, a footer that is not exactly ours.
    #[error("the seal has not the form of one")]
    Malformed,
    /// No node has published a key of that id.
    #[error("the seal's key is not known")]
    UnknownKey,
    /// Whether there is such a key could not be found out.
    #[error("the seal's key cannot be looked up now")]
    Unverifiable,
    /// The key was not to be used at the time the seal was made.
    #[error("the seal's key is not valid at that time")]
    KeyOutOfTime,
    /// The signature is not the key's, or the node it names is not the one that has the key.
    #[error("the seal is forged")]
    Forged,
    /// Its deadline is over.
    #[error("the seal has expired")]
    Expired,
    /// It was made later than now.
    #[error("the seal is not valid yet")]
    NotYetValid,
    /// It says that it lives longer than a seal may.
    #[error("the seal lives too long")]
    TooLong,
    /// It is for another service or another node.
    #[error("the seal is for somebody else")]
    WrongAudience,
    /// It was made by another node than the one that shows it.
    #[error("the seal is shown by another node than made it")]
    WrongIssuer,
    /// It is bound to other messages than this.
    #[error("the seal is not of this message")]
    Unbound,
    /// The message it is bound to came before.
    #[error("the message was heard before")]
    Replayed,
}

impl SealError {
    /// For metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooBig => "too_big",
            Self::Malformed => "malformed",
            Self::UnknownKey => "unknown_key",
            Self::Unverifiable => "unverifiable",
            Self::KeyOutOfTime => "key_out_of_time",
            Self::Forged => "forged",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::TooLong => "too_long",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::Unbound => "unbound",
            Self::Replayed => "replayed",
        }
    }
}
