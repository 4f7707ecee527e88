//! Addresses people get mail at.

use lettre::message::Mailbox;

use super::{super::IdentityError, letters::one_line};

/// Longest address (RFC 5321 §4.5.3.1.3, without the brackets).
const CHARS: usize = 254;

/// An address as it is kept and compared: as lettre reads it, in lower case. That its owner reads mail there shows only when they follow
/// a link.
pub(in super::super) fn address(field: &'static str, text: &str) -> Result<String, IdentityError> {
    let text = text.trim().to_lowercase();
    let read = (text.len() <= CHARS).then(|| text.parse::<lettre::Address>().ok()).flatten();
    match read {
        // An address that is quoted or has a literal for a host is nobody's today.
        Some(read) if read.domain().contains('.') && !text.contains(['"', '[']) => Ok(text),
        _ => Err(IdentityError::invalid(field, "is no e-mail address")),
    }
}

/// Whom a mail is to. A name is one line, whatever it was when it was written down.
pub(super) fn mailbox(name: &str, address: &str) -> Result<Mailbox, String> {
    let address = address.parse().map_err(|error| format!("{address}: {error}"))?;
    Ok(Mailbox::new(Some(one_line(name)), address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(address("email", " Mia@Acme.Example ").expect("reads"), "mia@acme.example");
        let long = format!("{}@acme.example", "x".repeat(250));
        for wrong in [
            "",
            "mia",
            "mia@",
            "@acme.example",
            "mia@acme",
            "a@b.example\r\nBcc: c@d.example",
            "mia@[127.0.0.1]",
            &long,
        ] {
            assert!(address("email", wrong).is_err(), "{wrong}");
        }
    }
}
