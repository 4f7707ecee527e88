//! Tokens nobody can guess, from a seed given in.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{MAGIC_COOKIE, Text};

/// Makes branches, tags and Call-IDs: HMAC-SHA-256 of a counter under a secret seed. The same seed gives the same tokens, so a
/// simulation repeats; a server takes its seed from the operating system.
pub struct Tokens {
    seed: [u8; 32],
    made: u64,
}

impl Tokens {
    /// From 32 random bytes.
    pub const fn new(seed: [u8; 32]) -> Self {
        Self { seed, made: 0 }
    }

    /// A From or To tag.
    pub fn tag(&mut self) -> Text {
        hex::encode(&self.bytes()[..8]).into()
    }

    /// A Via branch.
    pub fn branch(&mut self) -> Text {
        format!("{MAGIC_COOKIE}{}", hex::encode(&self.bytes()[..12])).into()
    }

    /// A Call-ID.
    pub fn call_id(&mut self) -> Text {
        hex::encode(&self.bytes()[..16]).into()
    }

    /// 32 bytes for any other use: a key, a `cnonce`.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.made += 1;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.seed).expect("HMAC takes a key of any length");
        mac.update(&self.made.to_be_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("made", &self.made).finish_non_exhaustive()
    }
}
