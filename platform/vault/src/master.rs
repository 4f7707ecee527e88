//! The key above all others, which is in no database.

use std::{io, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use zeroize::Zeroizing;

use crate::{BoxFuture, DataKey};

/// Longest name of a master key.
const NAME_CHARS: usize = 32;

/// Why a master key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterError {
    /// None is set.
    #[error("no master key is set")]
    Missing,
    /// What was wrapped needs a key that is not here.
    #[error("it was encrypted under the master key {0:?}, which is not among those set")]
    Unknown(String),
    /// It does not open under the key of that name.
    #[error("the master key {0:?} is not the one it was encrypted under")]
    Wrong(String),
    /// The text is no list of keys.
    #[error("line {line}: {reason}")]
    Malformed {
        /// From 1.
        line: usize,
        /// What it must be.
        reason: &'static str,
    },
    /// The file cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The service that keeps it does not answer.
    #[error("the key management service failed: {0}")]
    Service(String),
}

/// What wraps org keys. Kept here ([`LocalKeys`]), or by a key management service that never hands its key out.
pub trait MasterKey: Send + Sync + std::fmt::Debug {
    /// Name of the key that wraps now.
    fn name(&self) -> &str;

    /// Wraps `key` for `place` under the key that wraps now.
    fn wrap<'a>(&'a self, place: &'a str, key: &'a DataKey) -> BoxFuture<'a, Result<Vec<u8>, MasterError>>;

    /// What was wrapped for `place` under the key `name`.
    fn unwrap_key<'a>(
        &'a self,
        name: &'a str,
        place: &'a str,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<DataKey, MasterError>>;
}

/// Master keys of a file or the environment: lines of `NAME BASE64`, 32 bytes each. The first wraps; all of them unwrap, so a new
/// one is put in front, and the old one taken out when nothing is under it any more.
#[derive(Debug)]
pub struct LocalKeys {
    /// Never empty.
    keys: Vec<(String, DataKey)>,
}

impl LocalKeys {
    /// The keys of a text. Empty lines and those that begin with `#` are passed over.
    ///
    /// # Errors
    /// [`MasterError::Malformed`], [`MasterError::Missing`] when there is none.
    pub fn parse(text: &str) -> Result<Self, MasterError> {
        let mut keys: Vec<(String, DataKey)> = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let malformed = |reason| MasterError::Malformed { line, reason };
            let (name, key) = text.split_once(char::is_whitespace).ok_or(malformed("write NAME BASE64"))?;
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.len() > NAME_CHARS || !name.chars().all(fits) {
                return Err(malformed("a name is 1 to 32 letters, digits, '-', '_' or '.'"));
            }
            if keys.iter().any(|(known, _)| known == name) {
                return Err(malformed("the name stands there twice"));
            }
            let bytes = Zeroizing::new(BASE64.decode(key.trim()).unwrap_or_default());
            let key = DataKey::from_bytes(&bytes).map_err(|_| malformed("a key is 32 bytes in base64"))?;
            keys.push((name.to_owned(), key));
        }
        if keys.is_empty() { Err(MasterError::Missing) } else { Ok(Self { keys }) }
    }

    /// A new key, as the line of a file, and what it is called.
    pub fn generate(name: &str) -> Zeroizing<String> {
        Zeroizing::new(format!("{name} {}\n", BASE64.encode(DataKey::generate().expose())))
    }
}

impl MasterKey for LocalKeys {
    fn name(&self) -> &str {
        &self.keys[0].0
    }

    fn wrap<'a>(&'a self, place: &'a str, key: &'a DataKey) -> BoxFuture<'a, Result<Vec<u8>, MasterError>> {
        Box::pin(async move { Ok(self.keys[0].1.wrap(place, key)) })
    }

    fn unwrap_key<'a>(
        &'a self,
        name: &'a str,
        place: &'a str,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<DataKey, MasterError>> {
        Box::pin(async move {
            let found = self.keys.iter().find(|(known, _)| known == name);
            let (_, master) = found.ok_or_else(|| MasterError::Unknown(name.to_owned()))?;
            master.unwrap_key(place, wrapped).map_err(|_| MasterError::Wrong(name.to_owned()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait<T>(future: BoxFuture<'_, T>) -> T {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match Box::pin(future).as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => panic!("local keys wait for nothing"),
        }
    }

    #[test]
    fn a_new_key_goes_in_front_and_the_old_one_still_opens() {
        let (old, new) = (LocalKeys::generate("2026"), LocalKeys::generate("2027"));
        let key = DataKey::generate();
        let before = LocalKeys::parse(&old).expect("a key");
        let wrapped = wait(before.wrap("org", &key)).expect("wraps");
        let both = LocalKeys::parse(&format!("# keys\n\n{}{}", *new, *old)).expect("two keys");
        assert_eq!((before.name(), both.name()), ("2026", "2027"));
        assert!(wait(both.unwrap_key("2026", "org", &wrapped)).is_ok());
        assert!(matches!(wait(both.unwrap_key("2026", "other", &wrapped)), Err(MasterError::Wrong(_))));
        let without = LocalKeys::parse(&new).expect("a key");
        assert!(matches!(wait(without.unwrap_key("2026", "org", &wrapped)), Err(MasterError::Unknown(_))));
    }

    #[test]
    fn what_is_no_list_of_keys_is_refused_by_line() {
        let key = LocalKeys::generate("a");
        let twice = format!("{}{}", *key, *key);
        for (text, at) in [("a", 1), ("a b", 1), ("# x\na AAAA", 2), ("a/b AAAA", 1), (twice.as_str(), 2)] {
            match LocalKeys::parse(text) {
                Err(MasterError::Malformed { line, .. }) => assert_eq!(line, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!(LocalKeys::parse("# none\n"), Err(MasterError::Missing)));
    }
}
