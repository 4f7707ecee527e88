//! Bodies of several parts (RFC 2046 §5.1 as SIP uses it, RFC 5621).

use bytes::Bytes;

use super::parse::headers_of_part;
use crate::{Fault, Headers, Name, ParseError, Part};

/// Parts a body may have.
const MAX_PARTS: usize = 32;
/// Length of a boundary (RFC 2046 §5.1.1).
const MAX_BOUNDARY: usize = 70;

/// One part of a multipart body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BodyPart {
    /// Content-Type, Content-Disposition, Content-ID …
    pub headers: Headers,
    /// It.
    pub body: Bytes,
}

/// Cuts a body by the headers beside it. A body that is not multipart is its own only part. Parts share the body's memory; a
/// multipart within is not cut.
pub(super) fn parts(headers: &Headers, body: &Bytes) -> Result<Vec<BodyPart>, ParseError> {
    let media = headers.content_type()?;
    let Some(media) = media.filter(|media| media.value.get(..10).is_some_and(is_multipart)) else {
        let own =
            [Name::ContentType, Name::ContentDisposition, Name::ContentId, Name::ContentTransferEncoding];
        let lines = headers.iter().filter(|(name, _)| own.contains(name));
        let headers = Headers::of(lines.map(|(name, value)| (name.clone(), value.clone())).collect());
        return Ok(if body.is_empty() { Vec::new() } else { vec![BodyPart { headers, body: body.clone() }] });
    };
    let bad = |what| ParseError::new(Part::Body, Fault::Syntax(what));
    let boundary = media.params.unquoted("boundary").ok_or(bad("multipart without a boundary"))?;
    if boundary.is_empty() || boundary.len() > MAX_BOUNDARY {
        return Err(bad("bad boundary"));
    }
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut parts = Vec::new();
    // What stands before the first delimiter is nobody's.
    let mut begun = None::<usize>;
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&body[from..], &delimiter).map(|at| from + at) {
        let after = at + delimiter.len();
        let at_line_start = at == 0 || body[..at].ends_with(b"\n");
        let closes = body[after..].starts_with(b"--");
        let line_end = memchr::memchr(b'\n', &body[after..]).map_or(body.len(), |end| after + end + 1);
        let blank = closes || body[after..line_end].iter().all(u8::is_ascii_whitespace);
        if !at_line_start || !blank {
            // The boundary as a piece of something else.
            from = after;
            continue;
        }
        if let Some(start) = begun {
            if parts.len() == MAX_PARTS {
                return Err(ParseError::new(Part::Body, Fault::TooLarge));
            }
            parts.push(part(&body.slice(start..at))?);
        }
        if closes {
            return Ok(parts);
        }
        begun = Some(line_end);
        from = line_end;
    }
    Err(bad("multipart without its end"))
}

fn is_multipart(start: &str) -> bool {
    start.eq_ignore_ascii_case("multipart/")
}

/// The line end before a delimiter belongs to the delimiter.
fn part(whole: &Bytes) -> Result<BodyPart, ParseError> {
    let end = whole.len() - if whole.ends_with(b"\r\n") { 2 } else { usize::from(whole.ends_with(b"\n")) };
    let whole = whole.slice(..end);
    let (headers, at) = headers_of_part(&whole)?;
    Ok(BodyPart { headers, body: whole.slice(at..) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(content_type: &'static str, body: &'static str) -> Result<Vec<BodyPart>, ParseError> {
        let mut headers = Headers::new();
        headers.push(Name::ContentType, content_type);
        parts(&headers, &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn parts_are_cut_at_their_delimiters() {
        let body = "preamble\r\n--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--bb is none\r\n--b \r\n\r\n\r\n--b--\r\nepilogue";
        let parts = cut("multipart/mixed;boundary=\"b\"", body).expect("cuts");
        assert_eq!(parts.len(), 2);
        assert!(parts[0].headers.content_type().expect("reads").expect("there").is("application/sdp"));
        assert_eq!(parts[0].body, "v=0\r\n--bb is none");
        assert_eq!(parts[1].body, "", "a part may be empty");
    }

    #[test]
    fn one_body_is_its_own_part() {
        let parts = cut("application/sdp", "v=0").expect("cuts");
        assert_eq!(parts[0].body, "v=0");
        assert!(parts[0].headers.has(&Name::ContentType));
    }

    #[test]
    fn what_has_no_end_is_refused() {
        for (content_type, body) in [
            ("multipart/mixed", "--b\r\n\r\nx\r\n--b--"),
            ("multipart/mixed;boundary=b", "--b\r\n\r\nx\r\n"),
            ("multipart/mixed;boundary=b", "nothing"),
            ("multipart/mixed;boundary=\"\"", "----"),
        ] {
            assert!(cut(content_type, body).is_err(), "{content_type} {body}");
        }
        let many = Bytes::from("--b\r\n\r\nx\r\n".repeat(MAX_PARTS + 1) + "--b--");
        let mut headers = Headers::new();
        headers.push(Name::ContentType, "multipart/mixed;boundary=b");
        assert_eq!(parts(&headers, &many), Err(ParseError::new(Part::Body, Fault::TooLarge)));
    }
}
