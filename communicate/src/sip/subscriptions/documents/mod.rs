//! What subscribers are told, as documents.

mod dialog_info;
mod pidf;
mod xml;

use tandem_proto::api::PresenceView;
use tandem_sip::{Host, Uri};

pub(super) use dialog_info::{Line, Viewer, lines, with_ends};

/// Whom a document is about, as the subscriber named them: some phones compare.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Subject {
    user: String,
    host: Host,
    port: Option<u16>,
}

impl Subject {
    /// Of a Request-URI, without its parameters. `None` if it names nobody at a SIP domain.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let (user, sip) = (uri.user()?.into_owned(), uri.detached());
        let sip = sip.as_sip()?;
        Some(Self { user, host: sip.host.clone(), port: sip.port })
    }

    fn uri(&self) -> Uri {
        self.named(&self.user)
    }

    /// Somebody else, as the same phone can dial them.
    fn beside(&self, address: &str) -> Uri {
        match address.parse() {
            Ok(uri @ Uri::Sip(_)) => uri,
            _ => self.named(address),
        }
    }

    fn named(&self, user: &str) -> Uri {
        Uri::sip(Some(user), self.host.clone(), self.port)
    }
}

/// How something stands that is watched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Somebody's calls.
    Lines(Vec<Line>),
    /// Somebody's presence.
    Presence(PresenceView),
    /// Somebody's messages: there are none, as there is no voicemail.
    NoMessages,
}

impl State {
    /// Whether it says more than what was told before.
    pub(super) fn is_news(&self, told: &Self) -> bool {
        match (self, told) {
            (Self::Lines(now), Self::Lines(told)) => dialog_info::is_news(now, told),
            (now, told) => now != told,
        }
    }

    /// The document that says so.
    pub(super) fn print(&self, version: u32, subject: &Subject) -> String {
        match self {
            Self::Lines(lines) => dialog_info::print(version, subject, lines),
            Self::Presence(presence) => pidf::print(subject, presence),
            Self::NoMessages => "Messages-Waiting: no\r\n".to_owned(),
        }
    }
}
