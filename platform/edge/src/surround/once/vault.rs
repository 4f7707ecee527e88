//! Answers, encrypted with what only a session's token and the request's key give.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

/// Keeps answers to the one who asked.
pub(super) struct Vault(LessSafeKey);

impl Vault {
    /// Tokens hold 256 random bits, and a key is used for one answer.
    pub(super) fn new(token: &str, key: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"tandem idempotency 1");
        for part in [token, key] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let key = UnboundKey::new(&AES_256_GCM, &digest.finalize()).expect("32 bytes are a key");
        Self(LessSafeKey::new(key))
    }

    /// Encrypts; the nonce comes first.
    pub(super) fn close(&self, body: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = body.to_vec();
        let closed =
            self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed);
        closed.expect("an answer is far smaller than what one nonce encrypts");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Decrypts; `None`: it was closed with another token or key, or changed.
    pub(super) fn open(&self, mut closed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, sealed) = closed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        self.0.open_in_place(nonce, Aad::empty(), sealed).ok().map(|body| body.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_token_and_key_open_it() {
        let closed = Vault::new("tds_secret", "key").close(b"answer");
        assert_eq!(Vault::new("tds_secret", "key").open(closed.clone()).as_deref(), Some(&b"answer"[..]));
        for (token, key) in [("tds_other", "key"), ("tds_secret", "other"), ("tds_secretkey", "")] {
            assert_eq!(Vault::new(token, key).open(closed.clone()), None);
        }
        for at in 0..closed.len() {
            let mut changed = closed.clone();
            changed[at] ^= 1;
            assert_eq!(Vault::new("tds_secret", "key").open(changed), None, "byte {at}");
        }
        assert_eq!(Vault::new("tds_secret", "key").open(vec![0; 5]), None);
    }
}
