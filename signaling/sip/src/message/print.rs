//! Messages as bytes.

use std::fmt::{self, Write};

use bytes::{Bytes, BytesMut};

use crate::{CSeq, Headers, Message, Name, NameAddr, Request, Response, Text, Via};

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
        let mut out = Line(BytesMut::with_capacity(1_024 + self.body.len()));
        out.line(format_args!("{} {} SIP/2.0", self.method, self.uri));
        out.common(&self.via, self.max_forwards, &self.from, &self.to, &self.call_id, &self.cseq);
        out.rest(&self.headers, &self.body)
    }
}

impl Response {
    /// The response as it goes over the wire.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Line(BytesMut::with_capacity(1_024 + self.body.len()));
        out.line(format_args!("SIP/2.0 {} {}", self.status.code(), self.phrase));
        out.common(&self.via, None, &self.from, &self.to, &self.call_id, &self.cseq);
        out.rest(&self.headers, &self.body)
    }
}

/// Writes lines. A line end inside a value would start a header of somebody else's choosing, so it becomes a space.
struct Line(BytesMut);

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut parts = text.split(['\r', '\n']);
        self.0.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            self.0.extend_from_slice(b" ");
            self.0.extend_from_slice(part.as_bytes());
        }
        Ok(())
    }
}

impl Line {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        self.write_fmt(text).expect("writing to memory does not fail");
        self.0.extend_from_slice(b"\r\n");
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
        via.iter().for_each(|via| self.line(format_args!("Via: {via}")));
        if let Some(hops) = max_forwards {
            self.line(format_args!("Max-Forwards: {hops}"));
        }
        self.line(format_args!("From: {from}"));
        self.line(format_args!("To: {to}"));
        self.line(format_args!("Call-ID: {call_id}"));
        self.line(format_args!("CSeq: {cseq}"));
    }

    fn rest(mut self, headers: &Headers, body: &Bytes) -> Bytes {
        headers.iter().for_each(|(name, value)| self.line(format_args!("{name}: {value}")));
        self.line(format_args!("{}: {}", Name::ContentLength, body.len()));
        self.0.extend_from_slice(b"\r\n");
        self.0.extend_from_slice(body);
        self.0.freeze()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}
