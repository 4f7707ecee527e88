//! Bytes as messages.

use std::{borrow::Cow, fmt::Write as _};

use bytes::Bytes;
use tandem_proto::limits::SIP_MESSAGE_BYTES;

use super::headers::is_field;
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
        let error = match Lines::cut(bytes) {
            Ok(lines) => match lines.message(bytes) {
                Ok(message) => return Ok(message),
                Err(error) => return Err(Malformed { salvage: lines.salvage().map(Box::new), error }),
            },
            Err(error) => error,
        };
        Err(Malformed { error, salvage: None })
    }
}

/// A head cut into its lines: the first, then names with unfolded values.
struct Lines {
    start: Text,
    headers: Vec<(Name, Text)>,
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
        if physical_lines(&head).any(|line| line.contains('\r')) {
            return Err(ParseError::new(Part::Headers, Fault::Syntax("stray line end")));
        }
        let mut physical = physical_lines(&head);
        let start = physical.next().map(|line| head.part(line)).unwrap_or_default();
        let mut lines = Self { start, headers: Vec::with_capacity(24), body_at, fault: None };
        let mut physical = physical.peekable();
        while let Some(line) = physical.next() {
            let mut folded = None::<String>;
            while let Some(more) = physical.next_if(|next| next.starts_with([' ', '\t'])) {
                let whole = folded.get_or_insert_with(|| line.trim_end_matches([' ', '\t']).to_owned());
                whole.push(' ');
                whole.push_str(lex::trim(more));
            }
            if lines.headers.len() == MAX_HEADERS {
                return Err(ParseError::new(Part::Headers, Fault::TooLarge));
            }
            lines.push(folded.map_or_else(|| head.part(line), Text::from));
        }
        Ok(lines)
    }

    /// The first faulty line is remembered, and the rest read on, so that the request can still be answered.
    fn push(&mut self, line: Text) {
        let Some((name, value)) = line.split_once(':') else {
            self.fail(ParseError::new(Part::Headers, Fault::Syntax("line without a colon")));
            return;
        };
        let bare = name.trim_end_matches([' ', '\t']);
        if !lex::is_token(bare) {
            self.fail(ParseError::new(Part::Headers, Fault::Syntax("bad header name")));
            return;
        }
        let spaced = bare.len() < name.len();
        let name = Name::read(line.part(bare));
        if spaced && matches!(name, Name::Authorization | Name::ProxyAuthorization) {
            self.fail(ParseError::header(name, Fault::Syntax("white space before the colon")));
            return;
        }
        self.headers.push((name, line.part(lex::trim(value))));
    }

    fn fail(&mut self, error: ParseError) {
        self.fault.get_or_insert(error);
    }

    fn message(&self, bytes: &Bytes) -> Result<Message, ParseError> {
        if let Some(error) = &self.fault {
            return Err(error.clone());
        }
        if self.start.starts_with("SIP/") {
            self.response(bytes).map(Message::Response)
        } else {
            self.request(bytes).map(Message::Request)
        }
    }

    fn request(&self, bytes: &Bytes) -> Result<Request, ParseError> {
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
        let cseq = self.once(&Name::CSeq, CSeq::read)?;
        if cseq.method != method {
            return Err(ParseError::header(
                Name::CSeq,
                Fault::Disagrees("method is not that of the request line"),
            ));
        }
        let max_forwards = match self.single(&Name::MaxForwards)? {
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
            from: self.once(&Name::From, NameAddr::read)?,
            to: self.once(&Name::To, NameAddr::read)?,
            call_id: self.once(&Name::CallId, call_id)?,
            cseq,
            headers: self.others(),
            body: self.body(bytes)?,
        })
    }

    fn response(&self, bytes: &Bytes) -> Result<Response, ParseError> {
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
            from: self.once(&Name::From, NameAddr::read)?,
            to: self.once(&Name::To, NameAddr::read)?,
            call_id: self.once(&Name::CallId, call_id)?,
            cseq: self.once(&Name::CSeq, CSeq::read)?,
            headers: self.others(),
            body: self.body(bytes)?,
        })
    }

    fn values<'a, 'n>(&'a self, name: &'n Name) -> impl Iterator<Item = &'a Text> + use<'a, 'n> {
        self.headers.iter().filter(move |(own, _)| own == name).map(|(_, value)| value)
    }

    /// The value of a header that may be there once.
    fn single(&self, name: &Name) -> Result<Option<&Text>, ParseError> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() {
            Err(ParseError::header(name.clone(), Fault::Repeated))
        } else {
            Ok(first)
        }
    }

    /// The value of a header that must be there once.
    fn once<T>(&self, name: &Name, read: impl Fn(&Text) -> Result<T, Fault>) -> Result<T, ParseError> {
        let text = self.single(name)?.ok_or_else(|| ParseError::header(name.clone(), Fault::Missing))?;
        in_header(name, read(text))
    }

    fn vias(&self) -> Result<Vec<Via>, ParseError> {
        let mut list = Vec::with_capacity(2);
        for line in self.values(&Name::Via) {
            for item in in_header(&Name::Via, lex::split(line, b','))? {
                list.push(in_header(&Name::Via, Via::read(&line.part(lex::trim(item))))?);
            }
        }
        match list.len() {
            0 => Err(ParseError::header(Name::Via, Fault::Missing)),
            1..=MAX_HOPS => Ok(list),
            _ => Err(ParseError::header(Name::Via, Fault::TooLarge)),
        }
    }

    fn others(&self) -> Headers {
        let mut headers = Headers::new();
        let others = self.headers.iter().filter(|(name, _)| !is_field(name));
        others.for_each(|(name, value)| headers.push(name.clone(), value));
        headers
    }

    fn body(&self, bytes: &Bytes) -> Result<Bytes, ParseError> {
        let body = bytes.slice(self.body_at..);
        let Some(length) = self.single(&Name::ContentLength)? else { return Ok(body) };
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
        let first = self.values(&Name::Via).next()?;
        let hops: Vec<&str> = lex::split(first, b',').ok()?.into_iter().map(lex::trim).collect();
        let (via, others) = match Via::read(&first.part(hops[0])) {
            Ok(via) => (via, &hops[1..]),
            // Whatever its parameters mean, the answer goes to where the request came from.
            Err(_) => (Via::read(&first.part(first.split([';', ',']).next()?)).ok()?, &[][..]),
        };
        let mut lines: Vec<_> = others.iter().map(|hop| (Name::Via, first.part(hop))).collect();
        lines.extend(self.values(&Name::Via).skip(1).map(|line| (Name::Via, line.clone())));
        for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
            lines.extend(self.values(&name).next().map(|value| (name.clone(), value.clone())));
        }
        Some(Salvage { via, lines })
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
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|b| *b == b'\n') {
        let end = at + offset + 1;
        match &bytes[end..] {
            [b'\r', b'\n', ..] => return (end, end + 2),
            [b'\n', ..] => return (end, end + 1),
            _ => at = end,
        }
    }
    (bytes.len(), bytes.len())
}

fn physical_lines(head: &str) -> impl Iterator<Item = &str> {
    head.split_terminator('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
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
