//! Requests and responses.

mod frame;
mod headers;
mod method;
mod multipart;
mod name;
mod parse;
mod print;
mod serial;
mod status;

pub use frame::{Frame, Framer, FramingError};
pub use headers::Headers;
pub use method::Method;
pub use multipart::BodyPart;
pub use name::Name;
pub use parse::{Malformed, Salvage};
pub use status::StatusCode;

use std::net::SocketAddr;

use bytes::Bytes;

use crate::{CSeq, NameAddr, ParseError, Text, Transport, Uri, Via};

/// A SIP message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request. What every request must have is a field; everything else is in `headers`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// The Request-URI.
    pub uri: Uri,
    /// The way back, the last hop first. Empty in a request that was built here and not yet sent: the stack adds its own.
    pub via: Vec<Via>,
    /// Hops left; absent in requests of RFC 2543.
    pub max_forwards: Option<u8>,
    /// From.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// Call-ID.
    pub call_id: Text,
    /// CSeq.
    pub cseq: CSeq,
    /// All other headers.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

/// A response. What every response must have is a field; everything else is in `headers`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// The text after the status.
    pub phrase: Text,
    /// The way back, copied from the request.
    pub via: Vec<Via>,
    /// From.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// Call-ID.
    pub call_id: Text,
    /// CSeq.
    pub cseq: CSeq,
    /// All other headers.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

/// Max-Forwards of the requests built here (RFC 3261 §8.1.1.6).
const MAX_FORWARDS: u8 = 70;

impl Request {
    /// A request outside any dialog. `from` should be tagged; the stack adds the Via.
    pub fn new(
        method: Method,
        uri: Uri,
        from: NameAddr,
        to: NameAddr,
        call_id: impl Into<Text>,
        cseq: u32,
    ) -> Self {
        Self {
            cseq: CSeq { number: cseq, method: method.clone() },
            method,
            uri,
            via: Vec::new(),
            max_forwards: Some(MAX_FORWARDS),
            from,
            to,
            call_id: call_id.into(),
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// With a header line more.
    #[must_use]
    pub fn with(mut self, name: Name, value: impl Into<Text>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// With a body.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers.set(Name::ContentType, Text::of(content_type));
        self.body = body.into();
        self
    }

    /// Ready to be sent: with a Via of our own on top, that names the transaction by `branch` and asks for answers at `sent_by`. What is
    /// kept to go on with elsewhere must be in this form.
    #[must_use]
    pub fn leaving(mut self, transport: Transport, sent_by: SocketAddr, branch: Text) -> Self {
        self.via.insert(0, Via::new(transport.name(), sent_by, branch));
        self
    }

    /// A response to this request: Via, From, To, Call-ID and CSeq are copied (RFC 3261 §8.2.6). For one that is not 100 set a To
    /// tag with [`Response::tagged`] unless the request already has one.
    pub fn response(&self, status: StatusCode) -> Response {
        Response {
            status,
            phrase: Text::of(status.phrase()),
            via: self.via.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            call_id: self.call_id.clone(),
            cseq: self.cseq.clone(),
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// The CANCEL for this request, which must have been sent: its top Via names the transaction (RFC 3261 §9.1).
    pub fn cancel(&self) -> Self {
        let mut cancel = Self::new(
            Method::Cancel,
            self.uri.clone(),
            self.from.clone(),
            self.to.clone(),
            self.call_id.clone(),
            self.cseq.number,
        );
        cancel.via = self.via.iter().take(1).cloned().collect();
        self.headers.all(&Name::Route).for_each(|route| cancel.headers.push(Name::Route, route));
        cancel
    }

    /// The ACK for a final response that is no 2xx: part of the INVITE's transaction (RFC 3261 §17.1.1.3).
    pub(crate) fn failure_ack(&self, response: &Response) -> Self {
        let mut ack = self.cancel();
        ack.method = Method::Ack;
        ack.cseq.method = Method::Ack;
        ack.to = response.to.clone();
        ack
    }

    /// The body's parts; one that is not multipart is its own only part, an empty one has none.
    pub fn parts(&self) -> Result<Vec<BodyPart>, ParseError> {
        multipart::parts(&self.headers, &self.body)
    }

    /// Whether it belongs to a dialog (or claims to): To has a tag.
    pub fn is_in_dialog(&self) -> bool {
        self.to.tag().is_some()
    }
}

impl Response {
    /// With a header line more.
    #[must_use]
    pub fn with(mut self, name: Name, value: impl Into<Text>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// With a body.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers.set(Name::ContentType, Text::of(content_type));
        self.body = body.into();
        self
    }

    /// The body's parts; one that is not multipart is its own only part, an empty one has none.
    pub fn parts(&self) -> Result<Vec<BodyPart>, ParseError> {
        multipart::parts(&self.headers, &self.body)
    }

    /// With another phrase.
    #[must_use]
    pub fn phrased(mut self, phrase: impl Into<Text>) -> Self {
        self.phrase = phrase.into();
        self
    }

    /// With a To tag, unless To has one already.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<Text>) -> Self {
        if self.to.tag().is_none() {
            self.to = self.to.tagged(tag);
        }
        self
    }
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}
