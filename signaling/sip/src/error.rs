//! What is wrong with a message, where, and with which status it can be answered.

use std::fmt;

use crate::{Name, StatusCode};

/// A message, or one of its headers, that cannot be accepted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{part}: {fault}")]
pub struct ParseError {
    /// Where.
    pub part: Part,
    /// What.
    pub fault: Fault,
}

/// A place in a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// The first line of a request.
    RequestLine,
    /// The first line of a response.
    StatusLine,
    /// A URI.
    Uri,
    /// One header.
    Header(Name),
    /// The headers as a whole.
    Headers,
    /// The body.
    Body,
    /// The message as a whole.
    Message,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestLine => f.write_str("request line"),
            Self::StatusLine => f.write_str("status line"),
            Self::Uri => f.write_str("URI"),
            Self::Header(name) => fmt::Display::fmt(name, f),
            Self::Headers => f.write_str("headers"),
            Self::Body => f.write_str("body"),
            Self::Message => f.write_str("message"),
        }
    }
}

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// A mandatory thing is not there.
    #[error("missing")]
    Missing,
    /// A thing that may be there once is there again.
    #[error("repeated")]
    Repeated,
    /// Does not follow the grammar.
    #[error("{0}")]
    Syntax(&'static str),
    /// A number beyond its range.
    #[error("out of range")]
    OutOfRange,
    /// Two places that must agree do not.
    #[error("{0}")]
    Disagrees(&'static str),
    /// Not SIP/2.0.
    #[error("version not supported")]
    Version,
    /// Larger than this server takes.
    #[error("too large")]
    TooLarge,
    /// Shorter than it claims.
    #[error("cut short")]
    CutShort,
}

impl ParseError {
    /// The status that tells the sender, if it can be told at all.
    pub const fn status(&self) -> StatusCode {
        match self.fault {
            Fault::Version => StatusCode::VERSION_NOT_SUPPORTED,
            Fault::TooLarge => StatusCode::MESSAGE_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) const fn new(part: Part, fault: Fault) -> Self {
        Self { part, fault }
    }

    pub(crate) const fn header(name: Name, fault: Fault) -> Self {
        Self { part: Part::Header(name), fault }
    }
}
