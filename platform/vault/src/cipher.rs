//! AES-256-GCM (NIST SP 800-38D) with random nonces.

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use zeroize::Zeroizing;

/// Form of what is sealed: version, nonce, ciphertext, tag.
const FORM: u8 = 1;
const KEY_BYTES: usize = 32;
/// Version and nonce.
const HEAD: usize = 1 + NONCE_LEN;

/// What was sealed does not open: it was changed, belongs elsewhere, or was sealed under another key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it was not sealed under this key, for this place")]
pub struct Unreadable;

/// A key of 256 bits. A nonce of 96 random bits serves 2³² messages (SP 800-38D §8.3), far more than a person writes.
#[derive(Clone)]
pub struct DataKey(Arc<Inner>);

struct Inner {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    cipher: RandomizedNonceKey,
}

impl DataKey {
    /// A new key.
    ///
    /// # Panics
    /// When the system has no randomness: nothing can be kept safe then.
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(bytes.as_mut()).expect("the system has randomness");
        Self::from_array(bytes)
    }

    /// The key of these bytes, 32 of them.
    ///
    /// # Errors
    /// [`Unreadable`] for any other number.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        Ok(Self::from_array(Zeroizing::new(bytes.try_into().map_err(|_| Unreadable)?)))
    }

    fn from_array(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let cipher = RandomizedNonceKey::new(&AES_256_GCM, bytes.as_ref()).expect("32 bytes are a key");
        Self(Arc::new(Inner { bytes, cipher }))
    }

    /// Its bytes, to be sealed under another key.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.bytes.as_ref()
    }

    /// Seals `plain` for `place`: it opens nowhere else.
    ///
    /// # Panics
    /// Beyond 64 GiB, which nothing here is.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let mut text = plain.to_vec();
        let sealed = self.0.cipher.seal_in_place_append_tag(Aad::from(place), &mut text);
        let nonce = sealed.expect("it is far smaller than what one nonce encrypts");
        let mut whole = Vec::with_capacity(HEAD + text.len());
        whole.push(FORM);
        whole.extend_from_slice(nonce.as_ref());
        whole.append(&mut text);
        whole
    }

    /// What was sealed for `place`.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let (head, text) = sealed.split_at_checked(HEAD).ok_or(Unreadable)?;
        let (FORM, nonce) = head.split_first().map(|(form, nonce)| (*form, nonce)).ok_or(Unreadable)? else {
            return Err(Unreadable);
        };
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unreadable)?;
        let mut text = text.to_vec();
        let plain = self.0.cipher.open_in_place(nonce, Aad::from(place), &mut text);
        let length = plain.map_err(|_| Unreadable)?.len();
        text.truncate(length);
        Ok(text)
    }

    /// Seals another key under this one.
    pub fn wrap(&self, place: &str, key: &Self) -> Vec<u8> {
        self.seal(place, key.expose())
    }

    /// A key that was sealed under this one.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn unwrap_key(&self, place: &str, wrapped: &[u8]) -> Result<Self, Unreadable> {
        Self::from_bytes(&Zeroizing::new(self.open(place, wrapped)?))
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("••••")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_and_place_open_it() {
        let (key, other) = (DataKey::generate(), DataKey::generate());
        let sealed = key.seal("org 1", b"Ada");
        assert_eq!(key.open("org 1", &sealed).as_deref(), Ok(&b"Ada"[..]));
        assert_eq!(key.open("org 2", &sealed), Err(Unreadable));
        assert_eq!(other.open("org 1", &sealed), Err(Unreadable));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open("org 1", &changed), Err(Unreadable), "byte {at}");
            assert_eq!(key.open("org 1", &sealed[..at]), Err(Unreadable), "{at} bytes");
        }
        assert_ne!(sealed, key.seal("org 1", b"Ada"), "the same twice looks different");
    }

    #[test]
    fn a_key_lies_under_another() {
        let (upper, lower) = (DataKey::generate(), DataKey::generate());
        let wrapped = upper.wrap("org 1", &lower);
        let sealed = lower.seal("x", b"y");
        let again = upper.unwrap_key("org 1", &wrapped).expect("it was wrapped");
        assert_eq!(again.open("x", &sealed).as_deref(), Ok(&b"y"[..]));
        assert!(upper.unwrap_key("org 2", &wrapped).is_err());
        assert!(DataKey::from_bytes(&[0; 31]).is_err());
        assert_eq!(format!("{upper:?}"), "••••");
    }
}
