//! The headers a message carries beside those every message has.

use std::time::Duration;

use crate::{
    AuthValue, Contacts, EventType, Fault, HistoryEntry, Identity, Method, Name, NameAddr, Parametrised,
    ParseError, Privacy, RAck, Replaces, SessionExpires, SubscriptionState, Text, Warning, header::lex,
};

/// Headers in their order, values unfolded but otherwise as written. Via, From, To, Call-ID, CSeq, Max-Forwards and Content-Length
/// are not among them: they are fields of the message.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Headers(Vec<(Name, Text)>);

impl Headers {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) const fn of(lines: Vec<(Name, Text)>) -> Self {
        Self(lines)
    }

    /// The first value of a header.
    pub fn get(&self, name: &Name) -> Option<&Text> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// All lines of a header, from the top.
    pub fn all<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a Text> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value)
    }

    /// Whether there is such a header.
    pub fn has(&self, name: &Name) -> bool {
        self.get(name).is_some()
    }

    /// Every header.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Text)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Adds a line below the others.
    pub fn push(&mut self, name: Name, value: impl Into<Text>) {
        debug_assert!(!is_field(&name), "{name} is a field of the message");
        self.0.push((name, value.into()));
    }

    /// Puts one line in place of all lines of this name.
    pub fn set(&mut self, name: Name, value: impl Into<Text>) {
        self.remove(&name);
        self.push(name, value);
    }

    /// Takes all lines of this name away.
    pub fn remove(&mut self, name: &Name) {
        self.0.retain(|(own, _)| own != name);
    }

    /// Contact.
    pub fn contacts(&self) -> Result<Contacts, ParseError> {
        if self.all(&Name::Contact).any(|line| lex::trim(line) == "*") {
            let lines = self.all(&Name::Contact).count();
            let mixed = Err(ParseError::header(Name::Contact, Fault::Syntax("`*` stands alone")));
            return if lines == 1 { Ok(Contacts::Star) } else { mixed };
        }
        self.addresses(&Name::Contact).map(Contacts::List)
    }

    /// The one Contact of a request or response that sets a remote target.
    pub fn contact(&self) -> Result<NameAddr, ParseError> {
        match self.contacts()? {
            Contacts::List(mut list) if list.len() == 1 => Ok(list.swap_remove(0)),
            Contacts::List(list) if list.is_empty() => Err(ParseError::header(Name::Contact, Fault::Missing)),
            _ => Err(ParseError::header(Name::Contact, Fault::Repeated)),
        }
    }

    /// A list of addresses: Route, Record-Route, Path, P-Asserted-Identity …, from the top.
    pub fn addresses(&self, name: &Name) -> Result<Vec<NameAddr>, ParseError> {
        self.list(name, NameAddr::read)
    }

    /// A list of tokens: Allow, Supported, Require, Unsupported, Privacy …
    pub fn tokens<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a str> {
        self.all(name).flat_map(|line| line.split(',')).map(lex::trim).filter(|token| !token.is_empty())
    }

    /// Whether a token list holds `token`.
    pub fn lists(&self, name: &Name, token: &str) -> bool {
        self.tokens(name).any(|own| own.eq_ignore_ascii_case(token))
    }

    /// Allow; `None` if the header is not there, which says nothing.
    pub fn allow(&self) -> Option<Vec<Method>> {
        let method = |token: &str| Method::read(Text::from(token));
        self.has(&Name::Allow).then(|| self.tokens(&Name::Allow).filter_map(method).collect())
    }

    /// Expires. What is no number counts as absent, what is too large is capped (RFC 4475 §3.1.2.12).
    pub fn expires(&self) -> Option<Duration> {
        self.delta_seconds(&Name::Expires)
    }

    /// Min-Expires.
    pub fn min_expires(&self) -> Option<Duration> {
        self.delta_seconds(&Name::MinExpires)
    }

    /// Min-SE.
    pub fn min_se(&self) -> Option<Duration> {
        self.delta_seconds(&Name::MinSe)
    }

    /// Retry-After, without comment and parameters.
    pub fn retry_after(&self) -> Option<Duration> {
        self.delta_seconds(&Name::RetryAfter)
    }

    fn delta_seconds(&self, name: &Name) -> Option<Duration> {
        let digits = self.get(name)?.split([';', '(', ' ', '\t']).next()?;
        match lex::number::<u32>(digits) {
            Ok(seconds) => Some(Duration::from_secs(u64::from(seconds))),
            Err(Fault::OutOfRange) => Some(Duration::from_secs(u64::from(u32::MAX))),
            Err(_) => None,
        }
    }

    /// Session-Expires.
    pub fn session_expires(&self) -> Result<Option<SessionExpires>, ParseError> {
        self.one(&Name::SessionExpires, SessionExpires::read)
    }

    /// Content-Type.
    pub fn content_type(&self) -> Result<Option<Parametrised>, ParseError> {
        Ok(self.parametrised(&Name::ContentType)?.into_iter().next())
    }

    /// Reason (RFC 3326): protocols with `cause` and `text`.
    pub fn reasons(&self) -> Result<Vec<Parametrised>, ParseError> {
        self.parametrised(&Name::Reason)
    }

    /// A comma-separated list of values with parameters.
    pub fn parametrised(&self, name: &Name) -> Result<Vec<Parametrised>, ParseError> {
        self.list(name, Parametrised::read)
    }

    /// A comma-separated list, on one line or several.
    fn list<T>(&self, name: &Name, read: impl Fn(&Text) -> Result<T, Fault>) -> Result<Vec<T>, ParseError> {
        let in_header = |fault| ParseError::header(name.clone(), fault);
        let mut list = Vec::new();
        for line in self.all(name) {
            for item in lex::split(line, b',') {
                list.push(item.and_then(|item| read(&line.part(item))).map_err(in_header)?);
            }
        }
        Ok(list)
    }

    /// A header that holds one value.
    fn one<T>(&self, name: &Name, read: impl Fn(&Text) -> Result<T, Fault>) -> Result<Option<T>, ParseError> {
        let in_header = |fault| ParseError::header(name.clone(), fault);
        self.get(name).map(|text| read(text).map_err(in_header)).transpose()
    }

    /// WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization: one value a line.
    pub fn auth(&self, name: &Name) -> Result<Vec<AuthValue>, ParseError> {
        let read = |line| AuthValue::read(line).map_err(|fault| ParseError::header(name.clone(), fault));
        self.all(name).map(read).collect()
    }

    /// RSeq: the number of a provisional response that wants a PRACK (RFC 3262 §7.1).
    pub fn rseq(&self) -> Result<Option<u32>, ParseError> {
        self.one(&Name::RSeq, |text| lex::number(text))
    }

    /// RAck.
    pub fn rack(&self) -> Result<Option<RAck>, ParseError> {
        self.one(&Name::RAck, RAck::read)
    }

    /// Replaces.
    pub fn replaces(&self) -> Result<Option<Replaces>, ParseError> {
        self.one(&Name::Replaces, Replaces::read)
    }

    /// Refer-To: whom to contact.
    pub fn refer_to(&self) -> Result<Option<NameAddr>, ParseError> {
        self.one(&Name::ReferTo, NameAddr::read)
    }

    /// Referred-By: who asked for it.
    pub fn referred_by(&self) -> Result<Option<NameAddr>, ParseError> {
        self.one(&Name::ReferredBy, NameAddr::read)
    }

    /// Event.
    pub fn event(&self) -> Result<Option<EventType>, ParseError> {
        self.one(&Name::Event, EventType::read)
    }

    /// Subscription-State.
    pub fn subscription_state(&self) -> Result<Option<SubscriptionState>, ParseError> {
        self.one(&Name::SubscriptionState, SubscriptionState::read)
    }

    /// History-Info, oldest first.
    pub fn history(&self) -> Result<Vec<HistoryEntry>, ParseError> {
        self.list(&Name::HistoryInfo, HistoryEntry::read)
    }

    /// Warning.
    pub fn warnings(&self) -> Result<Vec<Warning>, ParseError> {
        self.list(&Name::Warning, Warning::read)
    }

    /// Identity: one PASSporT each.
    pub fn identities(&self) -> Result<Vec<Identity>, ParseError> {
        self.list(&Name::Identity, Identity::read)
    }

    /// Privacy.
    pub fn privacy(&self) -> Privacy {
        Privacy::of(self.all(&Name::Privacy).flat_map(|line| line.split([';', ','])).map(lex::trim))
    }

    /// User-Agent, or Server.
    pub fn user_agent(&self) -> Option<&Text> {
        self.get(&Name::UserAgent).or_else(|| self.get(&Name::Server))
    }
}

/// Whether a header is held by a field of the message.
const fn is_field(name: &Name) -> bool {
    matches!(
        name,
        Name::Via
            | Name::From
            | Name::To
            | Name::CallId
            | Name::CSeq
            | Name::MaxForwards
            | Name::ContentLength
    )
}
