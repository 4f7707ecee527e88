//! What can be subscribed to: event packages.

use tandem_sip::{Name, Parametrised, ParseError, Request, Response, StatusCode};

/// What we answer in an Allow-Events header.
pub(in crate::sip) const ALLOW_EVENTS: &str = "dialog, presence, message-summary";

/// An event package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Package {
    /// Somebody's calls (RFC 4235).
    Dialog,
    /// Somebody's presence (RFC 3856).
    Presence,
    /// One's own messages (RFC 3842).
    MessageSummary,
}

impl Package {
    /// What a SUBSCRIBE asks for. `Err` is the refusal: 489 for a package that is none of ours, 406 for who reads another kind of document.
    pub(super) fn of(subscribe: &Request) -> Result<Self, Box<Response>> {
        let unreadable = |error: ParseError| Box::new(subscribe.response(error.status()));
        let event = subscribe.headers.event().map_err(unreadable)?;
        let package = match event.map(|event| event.package.to_ascii_lowercase()).as_deref() {
            Some("dialog") => Self::Dialog,
            Some("presence") => Self::Presence,
            Some("message-summary") => Self::MessageSummary,
            _ => {
                let refused = subscribe.response(StatusCode::BAD_EVENT);
                return Err(Box::new(refused.with(Name::AllowEvents, ALLOW_EVENTS)));
            }
        };
        let ranges = subscribe.headers.parametrised(&Name::Accept).map_err(unreadable)?;
        if !ranges.is_empty() && !ranges.iter().any(|range| package.is_in(range)) {
            let refused = subscribe.response(StatusCode::NOT_ACCEPTABLE);
            return Err(Box::new(refused.with(Name::Accept, package.content_type())));
        }
        Ok(package)
    }

    /// Whether it is for those only whom it is about.
    pub(super) const fn is_private(self) -> bool {
        matches!(self, Self::MessageSummary)
    }

    /// The type of its documents.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Dialog => "application/dialog-info+xml",
            Self::Presence => "application/pidf+xml",
            Self::MessageSummary => "application/simple-message-summary",
        }
    }

    fn is_in(self, range: &Parametrised) -> bool {
        [self.content_type(), "application/*", "*/*"].iter().any(|each| range.is(each))
    }
}

#[cfg(test)]
mod tests {
    use tandem_sip::{Method, NameAddr, Uri};

    use super::*;

    fn subscribe(event: &'static str) -> Request {
        let (to, from) = (Uri::sip(Some("1002"), "demo", None), Uri::sip(Some("1001"), "demo", None));
        let from = NameAddr::new(from).tagged("a");
        Request::new(Method::Subscribe, to.clone(), from, to.into(), "b", 1).with(Name::Event, event)
    }

    #[test]
    fn what_is_not_ours_is_refused_with_what_is() {
        for event in ["reg", "dialogue", "presence.winfo"] {
            let refused = Package::of(&subscribe(event)).expect_err("not ours");
            assert_eq!(refused.status, StatusCode::BAD_EVENT, "{event}");
            assert!(refused.headers.lists(&Name::AllowEvents, "dialog"));
        }
        let mut without = subscribe("dialog");
        without.headers.remove(&Name::Event);
        assert_eq!(Package::of(&without).expect_err("no event").status, StatusCode::BAD_EVENT);
    }

    #[test]
    fn who_reads_something_else_is_told() {
        let accepting =
            |accept: &'static str| Package::of(&subscribe("Dialog;id=7").with(Name::Accept, accept));
        for accept in ["application/dialog-info+xml", "text/plain, */*;q=0.1", "Application/*"] {
            assert_eq!(accepting(accept), Ok(Package::Dialog), "{accept}");
        }
        let refused = accepting("application/pidf+xml").expect_err("another package's");
        assert_eq!(refused.status, StatusCode::NOT_ACCEPTABLE);
        assert_eq!(refused.headers.get(&Name::Accept).expect("there"), "application/dialog-info+xml");
    }
}
