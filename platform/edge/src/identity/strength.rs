//! What can be a password: not too short, and nothing that whoever guesses would soon try.
//!
//! How many guesses one takes is estimated as an attacker would (zxcvbn: lists of leaked passwords, words and names, rows of keys, dates, and
//! the usual ways to disguise them). What characters it is made of is nobody's business (OWASP ASVS 5.0, 6.2.5).

use tandem_core::Secret;
use zxcvbn::{Score, zxcvbn};

use super::{Identity, IdentityError, UserRecord};

/// Shortest password.
const MIN_CHARS: usize = 10;
/// Longest password, bytes: more would only cost time.
const MAX_BYTES: usize = 1_024;
/// One that takes 10^8 guesses or fewer is refused.
const SCORE: Score = Score::Three;
/// A word of one's own that is shorter is in too many passwords by chance.
const WORD_CHARS: usize = 3;
/// What everybody here would think of.
const PRODUCT: &str = "tandem";

impl Identity {
    /// The hash of a password that somebody chooses who is known by what is in `about`.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for one too short or too long, [`IdentityError::Guessable`]; both name `field`.
    pub(super) async fn choose_password(
        &self,
        field: &'static str,
        password: String,
        about: Vec<String>,
    ) -> Result<String, IdentityError> {
        if password.chars().count() < MIN_CHARS {
            return Err(IdentityError::invalid(field, format!("at least {MIN_CHARS} characters")));
        }
        if password.len() > MAX_BYTES {
            return Err(IdentityError::invalid(field, format!("at most {MAX_BYTES} bytes")));
        }
        let chosen = self.0.passwords.choose(Secret::new(password), about).await?;
        chosen.map_err(|why| IdentityError::Guessable { field, why })
    }
}

/// What somebody is known by, which makes no good password of theirs.
pub(super) fn known_by(org: &str, person: &UserRecord) -> Vec<String> {
    let named = [org, &person.name, &person.display_name];
    let more = person.title.as_deref().into_iter().chain(person.email.as_deref());
    named.into_iter().chain(more).map(str::to_owned).collect()
}

/// Why a password is soon guessed by who knows what it is `about`.
pub(super) fn weakness(password: &str, about: &[String]) -> Option<String> {
    let own = own_words(about);
    let words: Vec<&str> = own.iter().map(String::as_str).collect();
    if let Some(why) = guessed(password, &words) {
        return Some(why);
    }
    // Words of one's own are no part of what makes it hard.
    let whole = password.to_lowercase();
    let rest = words.iter().fold(whole.clone(), |rest, word| rest.replace(word, ""));
    let is_own = rest != whole && guessed(&rest, &[]).is_some();
    is_own.then(|| "little is left of it without your name or your organisation's".to_owned())
}

fn guessed(password: &str, words: &[&str]) -> Option<String> {
    let estimate = zxcvbn(password, words);
    let warning = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    let why = || warning.map_or_else(|| "it takes few guesses".to_owned(), |warning| warning.to_string());
    (estimate.score() < SCORE).then(why)
}

/// The texts and the words within them, longest first.
fn own_words(about: &[String]) -> Vec<String> {
    let texts = about.iter().map(|text| text.to_lowercase()).chain([PRODUCT.to_owned()]);
    let mut words: Vec<String> = texts
        .flat_map(|text| {
            let parts: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
            parts.into_iter().chain([text])
        })
        .filter(|word| word.chars().count() >= WORD_CHARS)
        .collect();
    words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_weak(password: &str) -> bool {
        let about = ["Acme Rockets", "mia", "Mia Wallace", "mia@acme.example"].map(str::to_owned);
        weakness(password, &about).is_some()
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for password in [
            "password123",
            "1234567890",
            "qwertyuiop",
            "1q2w3e4r5t",
            "Passw0rd!!",
            "iloveyou12",
            "aaaaaaaaaaaa",
            "abcdefghij",
            "letmein1234",
            "nanoseconds",
            "Welcome2026!",
        ] {
            assert!(is_weak(password), "{password}");
        }
    }

    #[test]
    fn so_is_what_is_little_more_than_names() {
        for password in [
            "acme-mia-2026",
            "MiaWallace2026",
            "Acme Rockets 1!",
            "tandem-acme-1",
            "mia@acme.example",
            "wallaceWALLACE",
        ] {
            assert!(is_weak(password), "{password}");
        }
        assert_eq!(weakness("acme-mia-2026", &[]), None, "whose words they are makes the difference");
    }

    #[test]
    fn any_other_is_taken_whatever_it_is_made_of() {
        for password in [
            "correct horse battery",
            "long enough 1",
            "kaffee trinkt die ente",
            "zwölf grüne bären",
            "mia feeds nine hungry otters",
            "9f2kd8s7qpw1",
            "日本語のパスワードです",
        ] {
            assert!(!is_weak(password), "{password}");
        }
    }
}
