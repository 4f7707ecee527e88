//! The few lexical rules all headers share (RFC 3261 §25.1).

use crate::Fault;

/// SIP's `token`.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

pub(crate) const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// Linear white space at either end removed.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Splits at `separator` where it stands outside quoted strings and angle brackets.
pub(crate) fn split(text: &str, separator: u8) -> Result<Vec<&str>, Fault> {
    let mut parts = Vec::with_capacity(1);
    let mut rest = text;
    while let Some(at) = find(rest, |byte| byte == separator)? {
        parts.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    parts.push(rest);
    Ok(parts)
}

/// The first byte outside quotes and angle brackets that `wanted` picks.
pub(crate) fn find(text: &str, wanted: impl Fn(u8) -> bool) -> Result<Option<usize>, Fault> {
    let bytes = text.as_bytes();
    let (mut at, mut bracketed) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            // Inside <…> there are no quoted strings: a quote there is a fault of the URI.
            b'"' if !bracketed => at += quoted_len(&text[at..])? - 1,
            byte if !bracketed && wanted(byte) => return Ok(Some(at)),
            b'<' => bracketed = true,
            b'>' => bracketed = false,
            _ => {}
        }
        at += 1;
    }
    if bracketed { Err(Fault::Syntax("unbalanced angle bracket")) } else { Ok(None) }
}

/// Length, quotes included, of the quoted string `text` starts with.
pub(crate) fn quoted_len(text: &str) -> Result<usize, Fault> {
    let bytes = text.as_bytes();
    debug_assert_eq!(bytes.first(), Some(&b'"'));
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return Ok(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Err(Fault::Syntax("unbalanced quote"))
}

/// The meaning of a quoted string; other text as it is.
pub(crate) fn unquoted(text: &str) -> std::borrow::Cow<'_, str> {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else { return text.into() };
    if !inner.contains('\\') {
        return inner.into();
    }
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        plain.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    plain.into()
}

/// Writes `text` as a quoted string. Line ends cannot be quoted and become spaces.
pub(crate) fn write_quoted(f: &mut impl std::fmt::Write, text: &str) -> std::fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                f.write_char('\\')?;
                f.write_char(c)?;
            }
            '\r' | '\n' => f.write_char(' ')?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// A decimal number; digits only, so neither sign nor space.
pub(crate) fn number<T: std::str::FromStr>(text: &str) -> Result<T, Fault> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fault::Syntax("not a number"));
    }
    text.parse().map_err(|_| Fault::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_quotes_and_brackets_do_not_count() {
        let parts = split(r#""a,\"b" <sip:a,b@c>,d"#, b',').expect("splits");
        assert_eq!(parts, [r#""a,\"b" <sip:a,b@c>"#, "d"]);
        assert!(split(r#""a,b"#, b',').is_err());
        assert!(split("<sip:a", b',').is_err());
    }

    #[test]
    fn quoting_is_undone_by_unquoting() {
        let mut quoted = String::new();
        write_quoted(&mut quoted, r#"J \ "Rosenberg""#).expect("writes");
        assert_eq!(quoted, r#""J \\ \"Rosenberg\"""#);
        assert_eq!(unquoted(&quoted), r#"J \ "Rosenberg""#);
    }

    #[test]
    fn numbers_have_no_sign() {
        assert_eq!(number::<u32>("0009"), Ok(9));
        assert_eq!(number::<u32>("-1"), Err(Fault::Syntax("not a number")));
        assert_eq!(number::<u32>("+1"), Err(Fault::Syntax("not a number")));
        assert_eq!(number::<u32>("4294967296"), Err(Fault::OutOfRange));
    }
}
