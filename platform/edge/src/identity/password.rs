//! Passwords: argon2id on blocking threads, a bounded number at once.

use std::{num::NonZero, sync::Arc};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tandem_core::Secret;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{IdentityError, strength};

/// Memory, KiB (OWASP's second choice: 19 MiB, two passes, one lane).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes that may wait for a thread before more are refused.
const WAITING: usize = 256;

/// Hashes and verifies. Each takes 19 MiB and some 20 ms of a core, so no more run at once than there are cores.
pub(super) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
        Self { running: Arc::new(Semaphore::new(cores)), waiting: Arc::new(Semaphore::new(WAITING)) }
    }

    /// A new hash, as a PHC string; or why `password` is soon guessed by who knows what it is `about`.
    pub(super) async fn choose(
        &self,
        password: Secret,
        about: Vec<String>,
    ) -> Result<Result<String, String>, IdentityError> {
        self.run(move || match strength::weakness(password.expose(), &about) {
            Some(why) => Ok(Err(why)),
            None => hash(&password).map(Ok),
        })
        .await?
    }

    /// Whether `password` is the one behind `stored`. Who has none has an empty one, which nothing is; it takes as long.
    pub(super) async fn verify(&self, password: Secret, stored: String) -> Result<bool, IdentityError> {
        if stored.is_empty() {
            return self.burn(password).await.map(|()| false);
        }
        self.run(move || {
            let stored =
                PasswordHash::new(&stored).map_err(|error| IdentityError::Hash(error.to_string()))?;
            match argon2()?.verify_password(password.expose().as_bytes(), &stored) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::Password) => Ok(false),
                Err(error) => Err(IdentityError::Hash(error.to_string())),
            }
        })
        .await?
    }

    /// Takes as long as [`Self::verify`], for an account that does not exist.
    pub(super) async fn burn(&self, password: Secret) -> Result<(), IdentityError> {
        self.run(move || hash(&password).map(drop)).await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let _place = self.waiting.try_acquire().map_err(|_| IdentityError::Busy)?;
        let slot = Arc::clone(&self.running).acquire_owned().await.map_err(|_| IdentityError::Busy)?;
        spawn_blocking(move || {
            // Held by the thread, not by the waiter: a client that hangs up does not free the core.
            let _slot = slot;
            work()
        })
        .await
        .map_err(|error| IdentityError::Hash(error.to_string()))
    }
}

fn hash(password: &Secret) -> Result<String, IdentityError> {
    let failed = |error: argon2::password_hash::Error| IdentityError::Hash(error.to_string());
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(failed)?;
    Ok(argon2()?.hash_password(password.expose().as_bytes(), &salt).map_err(failed)?.to_string())
}

fn argon2() -> Result<Argon2<'static>, IdentityError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| IdentityError::Hash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_verifies() {
        let passwords = Passwords::new();
        let stored = passwords.choose(Secret::new("correct horse"), Vec::new()).await.expect("hashes");
        let stored = stored.expect("not guessed soon");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(Secret::new("correct horse"), stored.clone()).await.expect("verifies"));
        assert!(!passwords.verify(Secret::new("correct hors"), stored).await.expect("verifies"));
        assert!(!passwords.verify(Secret::new(""), String::new()).await.expect("verifies"));
    }
}
