//! Keys: the half that makes seals never leaves its process, the other is published.

use std::{fmt, str::FromStr};

use ed25519_compact::{KeyPair, Seed};
use pasetors::{
    keys::{AsymmetricPublicKey, AsymmetricSecretKey},
    version4::{PublicToken, V4},
};
use tandem_proto::{NodeId, Timestamp};
use zeroize::Zeroizing;

use super::{Claims, SealError, claims};

/// Bytes that are written as lower-case hexadecimal digits, and read from nothing else.
macro_rules! written_as_digits {
    ($type:ident) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $type {
            type Err = NotAKeyId;

            fn from_str(text: &str) -> Result<Self, NotAKeyId> {
                bytes_of(text).map(Self).ok_or(NotAKeyId)
            }
        }
    };
}

/// Names a key: 32 lower-case hexadecimal digits, and nothing else names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealKeyId([u8; 16]);

/// The text is no key's id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the id of a key")]
pub struct NotAKeyId;

impl SealKeyId {
    /// From random bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

written_as_digits!(SealKeyId);

/// Exactly `N` bytes as lower-case hexadecimal digits: each id has one spelling.
fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (hex::encode(bytes) == text).then_some(bytes)
}

/// The half of a key that everybody may know. As text: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SealPublicKey([u8; 32]);

impl SealPublicKey {
    pub(super) fn paseto(&self) -> Result<AsymmetricPublicKey<V4>, SealError> {
        AsymmetricPublicKey::from(&self.0).map_err(|_| SealError::Forged)
    }
}

written_as_digits!(SealPublicKey);

/// A key as it is published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealedKey {
    /// Its id.
    pub id: SealKeyId,
    /// Whose it is: no other node can be named in what it seals.
    pub node: NodeId,
    /// What opens its seals.
    pub public: SealPublicKey,
    /// What it seals must have been made from then on,
    pub from: Timestamp,
    /// and before then.
    pub until: Timestamp,
}

/// A key that makes seals. It cannot be cloned, printed or written down, and is wiped when it is dropped.
pub struct SealKey {
    id: SealKeyId,
    node: NodeId,
    secret: AsymmetricSecretKey<V4>,
    public: SealPublicKey,
}

impl SealKey {
    /// A key of `node` from random bytes. They may not all be zero.
    ///
    /// # Errors
    /// [`SealError::Malformed`] when they are.
    pub fn from_seed(id: SealKeyId, node: NodeId, seed: &Zeroizing<[u8; 32]>) -> Result<Self, SealError> {
        let seed = Seed::from_slice(&**seed).map_err(|_| SealError::Malformed)?;
        let pair = KeyPair::try_from_seed(seed).map_err(|_| SealError::Malformed)?;
        let secret = AsymmetricSecretKey::from(&pair.sk[..]).map_err(|_| SealError::Malformed)?;
        Ok(Self { id, node, secret, public: SealPublicKey(*pair.pk) })
    }

    /// Its id.
    pub const fn id(&self) -> SealKeyId {
        self.id
    }

    /// What others may know of it.
    pub const fn published(&self, from: Timestamp, until: Timestamp) -> SealedKey {
        SealedKey { id: self.id, node: self.node, public: self.public, from, until }
    }

    /// Makes a seal. The node it names is always the key's own.
    ///
    /// # Errors
    /// [`SealError::TooBig`] or [`SealError::TooLong`] when nobody would open it.
    pub fn seal(&self, claims: &Claims) -> Result<String, SealError> {
        if claims.until > claims.from.plus(super::LIFE) {
            return Err(SealError::TooLong);
        }
        let message = claims::written(claims, self.node);
        let footer = footer(self.id);
        let seal = PublicToken::sign(&self.secret, &message, Some(footer.as_bytes()), None)
            .map_err(|_| SealError::Malformed)?;
        if seal.len() > super::SEAL_BYTES { Err(SealError::TooBig) } else { Ok(seal) }
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").field("id", &self.id).finish_non_exhaustive()
    }
}

const FOOTER: (&str, &str) = (r#"{"kid":""#, r#""}"#);

fn footer(id: SealKeyId) -> String {
    format!("{}{id}{}", FOOTER.0, FOOTER.1)
}

/// The key a footer names, if it is written exactly as [`footer`] writes it.
pub(super) fn named_in(footer: &[u8]) -> Result<SealKeyId, SealError> {
    let id = std::str::from_utf8(footer).ok();
    let id = id.and_then(|text| text.strip_prefix(FOOTER.0)?.strip_suffix(FOOTER.1)?.parse().ok());
    id.ok_or(SealError::Malformed)
}
