//! Sealed contexts: who asks, said by one node to another in a way that nobody else can say it.
//!
//! A seal is a PASETO `v4.public` token (Ed25519): the node that makes it, for whom it works, the one service on the one node it is for,
//! and a life of a minute at most. Its footer names the key. The contract: a node opens a seal with the key that the *store* has for the
//! footer's id, and takes nothing about who asks from anywhere else. Here are decisions only; time and the randomness of keys are arguments.
//!
//! Made by hand on purpose: [`peek`] takes exactly the form [`SealKey::seal`] writes, so that there is no other header, footer, algorithm
//! or spelling of a key's id to reason about.

mod claims;
mod error;
mod key;
mod open;

pub use claims::{Audience, Behalf, Claims, Digest, Person};
pub use error::SealError;
pub use key::{NotAKeyId, SealKey, SealKeyId, SealPublicKey, SealedKey};
pub use open::{open, peek};

use std::time::Duration;

/// The longest life of a seal. One that says it lives longer is refused, whoever made it.
pub const LIFE: Duration = Duration::from_secs(60);
/// How far the clocks of two nodes may be apart.
pub const TOLERANCE: Duration = Duration::from_secs(5);
/// The longest seal, in bytes: all permissions, [`WITHIN_BYTES`] and [`DIGESTS`] digests, with room.
pub const SEAL_BYTES: usize = 4_096;
/// What a seal says of rights in some divisions at most, in bytes: the same rights in some twenty divisions.
pub const WITHIN_BYTES: usize = 1_024;
/// Messages one seal can be bound to.
pub const DIGESTS: usize = 16;
/// The longest name of a service, in bytes.
pub const SERVICE_BYTES: usize = 64;

#[cfg(test)]
mod tests;
