//! Messages as bytes.

use std::fmt::{self, Write as _};

use bytes::Bytes;

use crate::{CSeq, Headers, Message, Name, NameAddr, Request, Response, Text, Via, header::lex};

impl Message {
    /// The message as it goes over the wire.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Self::Request(request) => request.to_bytes(),
            Self::Response(response) => response.to_bytes(),
        }
    }
}

impl Request {
    /// The request as it goes over the wire.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Head::for_body(&self.body);
        out.line(|text| {
            text.write_str(self.method.as_str())?;
            text.write_char(' ')?;
            self.uri.print(text)?;
            text.write_str(" SIP/2.0")
        });
        out.common(&self.via, self.max_forwards, &self.from, &self.to, &self.call_id, &self.cseq);
        out.rest(&self.headers, &self.body)
    }
}

impl Response {
    /// The response as it goes over the wire.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Head::for_body(&self.body);
        out.line(|text| {
            text.write_str("SIP/2.0 ")?;
            lex::write_number(text, self.status.code())?;
            text.write_char(' ')?;
            text.write_str(&self.phrase)
        });
        out.common(&self.via, None, &self.from, &self.to, &self.call_id, &self.cseq);
        out.rest(&self.headers, &self.body)
    }
}

/// Room for the head of most messages.
const HEAD_BYTES: usize = 2_048;

/// The lines written so far.
struct Head(String);

impl Head {
    fn for_body(body: &Bytes) -> Self {
        Self(String::with_capacity(HEAD_BYTES + body.len()))
    }

    /// Adds a line. A line end inside a value would start a header of somebody else's choosing, so it becomes a space.
    fn line(&mut self, write: impl FnOnce(&mut String) -> fmt::Result) {
        let start = self.0.len();
        write(&mut self.0).expect("writing to memory does not fail");
        if memchr::memchr2(b'\r', b'\n', &self.0.as_bytes()[start..]).is_some() {
            let clean = self.0[start..].replace(['\r', '\n'], " ");
            self.0.truncate(start);
            self.0.push_str(&clean);
        }
        self.0.push_str("\r\n");
    }

    fn header(&mut self, name: &str, write: impl FnOnce(&mut String) -> fmt::Result) {
        self.line(|text| {
            text.write_str(name)?;
            text.write_str(": ")?;
            write(text)
        });
    }

    fn common(
        &mut self,
        via: &[Via],
        max_forwards: Option<u8>,
        from: &NameAddr,
        to: &NameAddr,
        call_id: &Text,
        cseq: &CSeq,
    ) {
        via.iter().for_each(|via| self.header("Via", |text| via.print(text)));
        if let Some(hops) = max_forwards {
            self.header("Max-Forwards", |text| lex::write_number(text, hops));
        }
        self.header("From", |text| from.print(text));
        self.header("To", |text| to.print(text));
        self.header("Call-ID", |text| text.write_str(call_id));
        self.header("CSeq", |text| cseq.print(text));
    }

    fn rest(mut self, headers: &Headers, body: &Bytes) -> Bytes {
        headers.iter().for_each(|(name, value)| self.header(name.as_str(), |text| text.write_str(value)));
        self.header(Name::ContentLength.as_str(), |text| lex::write_number(text, body.len()));
        self.0.push_str("\r\n");
        let mut bytes = self.0.into_bytes();
        bytes.extend_from_slice(body);
        bytes.into()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}
