//! Text that must not be printed.

use zeroize::Zeroize;

/// A password, token or key: masked in logs, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("••••")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_by_accident() {
        let secret = Secret::new("correct horse");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "•••• Some(••••)");
        assert_eq!(secret.expose(), "correct horse");
    }
}
