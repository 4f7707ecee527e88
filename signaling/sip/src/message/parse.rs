//! Bytes as messages.

use std::{borrow::Cow, fmt::Write as _, iter::Peekable};

use bytes::Bytes;
use tandem_proto::limits::SIP_MESSAGE_BYTES;

use crate::{
    CSeq, Fault, Headers, Message, Method, Name, NameAddr, ParseError, Part, Request, Response, StatusCode,
    Text, Uri, Via, header::lex,
};

/// Header lines a message may have.
const MAX_HEADERS: usize = 256;
/// Hops a message may have made: more than Max-Forwards usually allows.
const MAX_HOPS: usize = 100;

/// What could be read of a message that is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{error}")]
pub struct Malformed {
    /// What is wrong, and where.
    pub error: ParseError,
    /// Enough to answer it, if it is a request that can be answered.
    pub salvage: Option<Box<Salvage>>,
}

/// The lines a response repeats, as they were sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Salvage {
    /// The top Via: where the answer goes.
    pub via: Via,
    /// The other Via lines, From, To, Call-ID and CSeq, as far as they are there.
    lines: Vec<(Name, Text)>,
}

impl Salvage {
    /// An answer which names the fault in its phrase.
    pub fn response(&self, error: &ParseError, to_tag: &str) -> Bytes {
        let mut text = String::with_capacity(512);
        let status = error.status();
        let _infallible =
            write!(text, "SIP/2.0 {} {} ({error})\r\nVia: {}\r\n", status.code(), status.phrase(), self.via);
        for (name, value) in &self.lines {
            let tag_missing = *name == Name::To && NameAddr::read(value).is_ok_and(|to| to.tag().is_none());
            let _infallible = match tag_missing {
                true => write!(text, "{name}: {value};tag={to_tag}\r\n"),
                false => write!(text, "{name}: {value}\r\n"),
            };
        }
        text.push_str("Content-Length: 0\r\n\r\n");
        text.into()
    }
}

impl Message {
    /// Reads one message: a datagram, or what a [`Framer`](crate::Framer) cut out of a stream. Bytes after a body whose length is
    /// given are ignored (RFC 3261 §18.3).
    pub fn parse(bytes: &Bytes) -> Result<Self, Malformed> {
        // Line ends before a message are keep-alives that ran into it (RFC 3261 §7.5).
        let bytes = &bytes.slice(bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()..);
        let mut lines = Lines::cut(bytes).map_err(|error| Malformed { error, salvage: None })?;
        lines.message(bytes).map_err(|error| Malformed { salvage: lines.salvage().map(Box::new), error })
    }
}

/// A head cut into its lines: the first, the fields every message has, then names with unfolded values.
#[derive(Default)]
struct Lines {
    start: Text,
    via: Vec<Text>,
    max_forwards: Option<Text>,
    from: Option<Text>,
    to: Option<Text>,
    call_id: Option<Text>,
    cseq: Option<Text>,
    content_length: Option<Text>,
    others: Vec<(Name, Text)>,
    body_at: usize,
    fault: Option<ParseError>,
}

impl Lines {
    fn cut(bytes: &Bytes) -> Result<Self, ParseError> {
        if bytes.len() > SIP_MESSAGE_BYTES {
            return Err(ParseError::new(Part::Message, Fault::TooLarge));
        }
        let (head_len, body_at) = head_end(bytes);
        let head = Text::from(&*utf8(&bytes[..head_len]));
        let mut physical = PhysicalLines { rest: &head }.peekable();
        let start = physical.next().transpose()?.map(|line| head.part(line)).unwrap_or_default();
        let others = Vec::with_capacity(20);
        let mut lines = Self { start, via: Vec::with_capacity(2), others, body_at, ..Self::default() };
        lines.read(&head, physical)?;
        Ok(lines)
    }

    /// Takes in the header lines of `head`.
    fn read(&mut self, head: &Text, mut physical: Peekable<PhysicalLines<'_>>) -> Result<(), ParseError> {
        let mut count = 0;
        while let Some(line) = physical.next() {
            let line = line?;
            let mut folded = None::<String>;
            while let Some(more) = physical.next_if(|next| matches!(next, Ok(line) if is_folded(line))) {
                let whole = folded.get_or_insert_with(|| line.trim_end_matches([' ', '\t']).to_owned());
                whole.push(' ');
                whole.push_str(lex::trim(more?));
            }
            count += 1;
            if count > MAX_HEADERS {
                return Err(ParseError::new(Part::Headers, Fault::TooLarge));
            }
            match folded {
                Some(whole) => {
                    let whole = Text::from(whole);
                    self.push(&whole, &whole);
                }
                None => self.push(head, line),
            }
        }
        Ok(())
    }

    /// The first faulty line is remembered, and the rest read on, so that the request can still be answered. `line` was cut out of
    /// `within`, or is equal to it.
    fn push(&mut self, within: &Text, line: &str) {
        let Some(colon) = memchr::memchr(b':', line.as_bytes()) else {
            self.fail(ParseError::new(Part::Headers, Fault::Syntax("line without a colon")));
            return;
        };
        let (written, value) = (&line[..colon], lex::trim(&line[colon + 1..]));
        let bare = written.trim_end_matches([' ', '\t']);
        if !lex::is_token(bare) {
            self.fail(ParseError::new(Part::Headers, Fault::Syntax("bad header name")));
            return;
        }
        let name = Name::known(bare).unwrap_or_else(|| Name::Other(within.part(bare)));
        if bare.len() < written.len() && matches!(name, Name::Authorization | Name::ProxyAuthorization) {
            self.fail(ParseError::header(name, Fault::Syntax("white space before the colon")));
            return;
        }
        let value = within.part(value);
        let field = match &name {
            Name::Via => return self.via.push(value),
            Name::From => &mut self.from,
            Name::To => &mut self.to,
            Name::CallId => &mut self.call_id,
            Name::CSeq => &mut self.cseq,
            Name::MaxForwards => &mut self.max_forwards,
            Name::ContentLength => &mut self.content_length,
            _ => {
                if name.is_single() && self.others.iter().any(|(own, _)| *own == name) {
                    self.fail(ParseError::header(name.clone(), Fault::Repeated));
                }
                return self.others.push((name, value));
            }
        };
        if field.is_some() {
            self.fail(ParseError::header(name, Fault::Repeated));
        } else {
            *field = Some(value);
        }
    }

    fn fail(&mut self, error: ParseError) {
        self.fault.get_or_insert(error);
    }

    /// Takes the headers that are no fields out; what [`Lines::salvage`] needs stays.
    fn message(&mut self, bytes: &Bytes) -> Result<Message, ParseError> {
        if let Some(error) = &self.fault {
            return Err(error.clone());
        }
        if self.start.starts_with("SIP/") {
            self.response(bytes).map(Message::Response)
        } else {
            self.request(bytes).map(Message::Request)
        }
    }

    fn request(&mut self, bytes: &Bytes) -> Result<Request, ParseError> {
        let bad = |what| ParseError::new(Part::RequestLine, Fault::Syntax(what));
        let (method, rest) = self.start.split_once(' ').ok_or(bad("needs method, URI and version"))?;
        let (uri, version) = rest.rsplit_once(' ').ok_or(bad("needs method, URI and version"))?;
        let method = Method::read(self.start.part(method)).ok_or(bad("bad method"))?;
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            let other = version.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("SIP/"));
            return Err(if other {
                ParseError::new(Part::RequestLine, Fault::Version)
            } else {
                bad("bad version")
            });
        }
        let uri =
            Uri::read(&self.start.part(uri)).map_err(|fault| ParseError::new(Part::RequestLine, fault))?;
        if uri.as_sip().is_some_and(|uri| uri.headers.is_some()) {
            return Err(bad("headers in the Request-URI"));
        }
        let cseq = once(&Name::CSeq, self.cseq.as_ref(), CSeq::read)?;
        if cseq.method != method {
            return Err(ParseError::header(
                Name::CSeq,
                Fault::Disagrees("method is not that of the request line"),
            ));
        }
        let max_forwards = match &self.max_forwards {
            Some(text) => Some(in_header(&Name::MaxForwards, lex::number::<u8>(text))?),
            None => None,
        };
        let via = self.vias()?;
        if via[0].version != "2.0" {
            return Err(ParseError::header(Name::Via, Fault::Version));
        }
        Ok(Request {
            method,
            uri,
            via,
            max_forwards,
            from: once(&Name::From, self.from.as_ref(), NameAddr::read)?,
            to: once(&Name::To, self.to.as_ref(), NameAddr::read)?,
            call_id: once(&Name::CallId, self.call_id.as_ref(), call_id)?,
            cseq,
            body: self.body(bytes)?,
            headers: Headers::of(std::mem::take(&mut self.others)),
        })
    }

    fn response(&mut self, bytes: &Bytes) -> Result<Response, ParseError> {
        let bad = |what| ParseError::new(Part::StatusLine, Fault::Syntax(what));
        let (version, rest) = self.start.split_once(' ').ok_or(bad("needs version and status"))?;
        let (code, phrase) = rest.split_once(' ').unwrap_or((rest, ""));
        if version != "SIP/2.0" {
            return Err(ParseError::new(Part::StatusLine, Fault::Version));
        }
        let in_line = |fault| ParseError::new(Part::StatusLine, fault);
        let code = lex::number::<u16>(code).map_err(in_line)?;
        Ok(Response {
            status: StatusCode::new(code).ok_or(in_line(Fault::OutOfRange))?,
            phrase: self.start.part(phrase),
            via: self.vias()?,
            from: once(&Name::From, self.from.as_ref(), NameAddr::read)?,
            to: once(&Name::To, self.to.as_ref(), NameAddr::read)?,
            call_id: once(&Name::CallId, self.call_id.as_ref(), call_id)?,
            cseq: once(&Name::CSeq, self.cseq.as_ref(), CSeq::read)?,
            body: self.body(bytes)?,
            headers: Headers::of(std::mem::take(&mut self.others)),
        })
    }

    fn vias(&self) -> Result<Vec<Via>, ParseError> {
        let mut list = Vec::with_capacity(self.via.len());
        for line in &self.via {
            for item in lex::split(line, b',') {
                let item = in_header(&Name::Via, item)?;
                list.push(in_header(&Name::Via, Via::read(&line.part(lex::trim(item))))?);
            }
        }
        match list.len() {
            0 => Err(ParseError::header(Name::Via, Fault::Missing)),
            1..=MAX_HOPS => Ok(list),
            _ => Err(ParseError::header(Name::Via, Fault::TooLarge)),
        }
    }

    fn body(&self, bytes: &Bytes) -> Result<Bytes, ParseError> {
        let body = bytes.slice(self.body_at..);
        let Some(length) = &self.content_length else { return Ok(body) };
        let length = in_header(&Name::ContentLength, lex::number::<usize>(length))?;
        if length > body.len() {
            return Err(ParseError::new(Part::Body, Fault::CutShort));
        }
        Ok(body.slice(..length))
    }

    fn salvage(&self) -> Option<Salvage> {
        let is_request = !self.start.starts_with("SIP/") && self.start.contains(' ');
        if !is_request || self.start.starts_with("ACK ") {
            return None;
        }
        let first = self.via.first()?;
        let hops: Vec<&str> = lex::split(first, b',').collect::<Result<_, _>>().ok()?;
        let (via, others) = match Via::read(&first.part(lex::trim(hops[0]))) {
            Ok(via) => (via, &hops[1..]),
            // Whatever its parameters mean, the answer goes to where the request came from.
            Err(_) => (Via::read(&first.part(first.split([';', ',']).next()?)).ok()?, &[][..]),
        };
        let mut lines: Vec<_> = others.iter().map(|hop| (Name::Via, first.part(lex::trim(hop)))).collect();
        lines.extend(self.via.iter().skip(1).map(|line| (Name::Via, line.clone())));
        let fields = [
            (Name::From, &self.from),
            (Name::To, &self.to),
            (Name::CallId, &self.call_id),
            (Name::CSeq, &self.cseq),
        ];
        lines.extend(fields.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        Some(Salvage { via, lines })
    }
}

/// The value of a header that must be there.
fn once<T>(
    name: &Name,
    text: Option<&Text>,
    read: impl Fn(&Text) -> Result<T, Fault>,
) -> Result<T, ParseError> {
    in_header(name, read(text.ok_or_else(|| ParseError::header(name.clone(), Fault::Missing))?))
}

/// The headers of a part of a multipart body, and where its own body starts. A part without headers starts with the empty line.
pub(super) fn headers_of_part(part: &Bytes) -> Result<(Headers, usize), ParseError> {
    let (head_len, body_at) = match &part[..] {
        [b'\r', b'\n', ..] => return Ok((Headers::new(), 2)),
        [b'\n', ..] => return Ok((Headers::new(), 1)),
        [] => return Ok((Headers::new(), 0)),
        _ => head_end(part),
    };
    let head = Text::from(&*utf8(&part[..head_len]));
    let mut lines = Lines::default();
    lines.read(&head, PhysicalLines { rest: &head }.peekable())?;
    match lines.fault {
        Some(error) => Err(error),
        None => Ok((Headers::of(lines.others), body_at)),
    }
}

fn in_header<T>(name: &Name, result: Result<T, Fault>) -> Result<T, ParseError> {
    result.map_err(|fault| ParseError::header(name.clone(), fault))
}

/// `word ["@" word]` of RFC 3261 §25.1, read as: no white space, nothing beyond ASCII.
fn call_id(text: &Text) -> Result<Text, Fault> {
    let sound = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    if sound { Ok(text.clone()) } else { Err(Fault::Syntax("bad Call-ID")) }
}

/// Length of the head without the empty line, and where the body starts. Line ends are CRLF; a bare LF is read as one.
fn head_end(bytes: &[u8]) -> (usize, usize) {
    for end in memchr::memchr_iter(b'\n', bytes).map(|at| at + 1) {
        match &bytes[end..] {
            [b'\r', b'\n', ..] => return (end, end + 2),
            [b'\n', ..] => return (end, end + 1),
            _ => {}
        }
    }
    (bytes.len(), bytes.len())
}

/// Lines without their ends. A CR that ends no line is a fault: others might read a line end there.
struct PhysicalLines<'a> {
    rest: &'a str,
}

impl<'a> Iterator for PhysicalLines<'a> {
    type Item = Result<&'a str, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let bytes = self.rest.as_bytes();
        let (end, next) = match memchr::memchr2(b'\r', b'\n', bytes) {
            None => (bytes.len(), bytes.len()),
            Some(at) if bytes[at] == b'\n' => (at, at + 1),
            Some(at) if bytes.get(at + 1) == Some(&b'\n') => (at, at + 2),
            Some(_) => {
                self.rest = "";
                return Some(Err(ParseError::new(Part::Headers, Fault::Syntax("stray line end"))));
            }
        };
        let line = &self.rest[..end];
        self.rest = &self.rest[next..];
        Some(Ok(line))
    }
}

fn is_folded(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

/// SIP is UTF-8 (RFC 3261 §7); lines that are not are read as Latin-1, as old phones mean them.
fn utf8(head: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(head) {
        return text.into();
    }
    let mut text = String::with_capacity(head.len() + 16);
    for line in head.split_inclusive(|b| *b == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.extend(line.iter().copied().map(char::from)),
        }
    }
    text.into()
}
