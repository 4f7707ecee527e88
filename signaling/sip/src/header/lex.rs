//! The few lexical rules all headers share (RFC 3261 §25.1).

use crate::Fault;

/// Which bytes a `token` may hold.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// SIP's `token`.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

pub(crate) const fn is_token_byte(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// Linear white space at either end removed.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Splits at `separator` where it stands outside quoted strings and angle brackets. After a fault nothing follows.
pub(crate) const fn split(text: &str, separator: u8) -> Split<'_> {
    Split { rest: Some(text), separator }
}

/// See [`split`].
pub(crate) struct Split<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Iterator for Split<'a> {
    type Item = Result<&'a str, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.take()?;
        match find(text, |byte| byte == self.separator) {
            Ok(Some(at)) => {
                self.rest = Some(&text[at + 1..]);
                Some(Ok(&text[..at]))
            }
            Ok(None) => Some(Ok(text)),
            Err(fault) => Some(Err(fault)),
        }
    }
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
pub(crate) fn write_quoted(out: &mut impl std::fmt::Write, text: &str) -> std::fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\', '\r', '\n']) {
        out.write_str(&rest[..at])?;
        let special = &rest[at..=at];
        match special {
            "\r" | "\n" => out.write_char(' ')?,
            _ => {
                out.write_char('\\')?;
                out.write_str(special)?;
            }
        }
        rest = &rest[at + 1..];
    }
    out.write_str(rest)?;
    out.write_char('"')
}

/// Writes `:port`, if there is one.
pub(crate) fn write_port(out: &mut impl std::fmt::Write, port: Option<u16>) -> std::fmt::Result {
    let Some(port) = port else { return Ok(()) };
    out.write_char(':')?;
    write_number(out, port)
}

/// Writes a decimal number.
pub(crate) fn write_number(out: &mut impl std::fmt::Write, number: impl itoa::Integer) -> std::fmt::Result {
    out.write_str(itoa::Buffer::new().format(number))
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
        let parts = |text| split(text, b',').collect::<Result<Vec<_>, _>>();
        assert_eq!(parts(r#""a,\"b" <sip:a,b@c>,d"#), Ok(vec![r#""a,\"b" <sip:a,b@c>"#, "d"]));
        assert!(parts(r#""a,b"#).is_err());
        assert!(parts("<sip:a").is_err());
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
