//! Where an address of record is reached (RFC 3261 §10.3, `+sip.instance` of RFC 5626).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use crate::{Contacts, Fault, Name, NameAddr, ParseError, Peer, Request, Response, StatusCode, Text, Uri};

/// Bounds of registrations.
#[derive(Clone, Copy, Debug)]
pub struct RegistrarConfig {
    /// The shortest expiry; less is answered 423.
    pub min_expires: Duration,
    /// For those who do not say.
    pub default_expires: Duration,
    /// The longest; more is shortened to it.
    pub max_expires: Duration,
    /// Contacts an address of record may have.
    pub max_contacts: usize,
}

impl Default for RegistrarConfig {
    fn default() -> Self {
        let [min_expires, default_expires, max_expires] = [60, 600, 3_600].map(Duration::from_secs);
        Self { min_expires, default_expires, max_expires, max_contacts: 10 }
    }
}

/// One device an address of record is reached at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Binding {
    /// Its Contact, without `expires`: what requests to it are addressed to.
    pub contact: NameAddr,
    /// Where its packets come from, and where requests go: the way through its NAT.
    pub reach: Peer,
    /// The device itself, if it says.
    pub instance: Option<Text>,
    /// What software it runs.
    pub user_agent: Option<Text>,
    /// Preference in thousandths, the highest first.
    pub q: u16,
    /// When the binding ends.
    pub expires_at: Timestamp,
    call_id: Text,
    cseq: u32,
}

impl Binding {
    /// The Request-URI for it.
    pub const fn uri(&self) -> &Uri {
        &self.contact.uri
    }

    /// The same device, or the same address.
    fn matches(&self, contact: &NameAddr) -> bool {
        match (&self.instance, contact.instance()) {
            (Some(own), Some(other)) => own.as_str() == other,
            _ => self.contact.uri.same_as(&contact.uri),
        }
    }
}

/// Why a REGISTER changed nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegisterError {
    /// It cannot be read.
    #[error(transparent)]
    Header(#[from] ParseError),
    /// An expiry below the least allowed.
    #[error("expiry is too short")]
    TooBrief {
        /// The least allowed.
        min: Duration,
    },
    /// Older than what is registered already.
    #[error("CSeq {got} is not after {seen}")]
    OutOfOrder {
        /// The number received.
        got: u32,
        /// The number seen.
        seen: u32,
    },
    /// More contacts than allowed.
    #[error("more than {0} contacts")]
    TooMany(usize),
}

impl RegisterError {
    /// The answer that tells the sender. The caller adds a To tag.
    pub fn response(&self, request: &Request) -> Response {
        let status = match self {
            Self::Header(error) => error.status(),
            Self::TooBrief { .. } => StatusCode::INTERVAL_TOO_BRIEF,
            Self::OutOfOrder { .. } => StatusCode::SERVER_INTERNAL_ERROR,
            Self::TooMany(_) => StatusCode::FORBIDDEN,
        };
        let response = request.response(status).phrased(format!("{} ({self})", status.phrase()));
        match self {
            Self::TooBrief { min } => response.with(Name::MinExpires, min.as_secs().to_string()),
            _ => response,
        }
    }
}

/// What a REGISTER led to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registered {
    /// All bindings of the address of record now, the preferred ones first.
    pub bindings: Vec<Binding>,
    /// It had none before, and has now.
    pub came_online: bool,
    /// It had some before, and has none now.
    pub went_offline: bool,
}

impl Registered {
    /// The 200 with every binding and the time it has left. The caller adds a To tag.
    pub fn response(&self, now: Timestamp, request: &Request) -> Response {
        let mut response = request.response(StatusCode::OK);
        for binding in &self.bindings {
            let left = (binding.expires_at - now).as_secs();
            response
                .headers
                .push(Name::Contact, binding.contact.clone().with("expires", left.to_string()).to_string());
        }
        response
    }
}

/// An address of record that lost bindings because their time was over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expired {
    /// The address of record.
    pub aor: Text,
    /// What is gone.
    pub gone: Vec<Binding>,
    /// Whether nothing is left.
    pub went_offline: bool,
}

/// Bindings of addresses of record. An address of record is any text the caller keys by, its tenant included.
#[derive(Debug)]
pub struct Registrar {
    config: RegistrarConfig,
    bindings: BTreeMap<Text, Vec<Binding>>,
    /// The earliest end of each address of record.
    ends: BTreeSet<(Timestamp, Text)>,
}

impl Registrar {
    /// Empty.
    pub const fn new(config: RegistrarConfig) -> Self {
        Self { config, bindings: BTreeMap::new(), ends: BTreeSet::new() }
    }

    /// Puts back what was registered before a restart.
    pub fn restore(&mut self, aor: &str, bindings: Vec<Binding>) {
        self.replace(aor, bindings);
    }

    /// Carries out a REGISTER whose sender is known to own `aor`: all of it or nothing.
    pub fn register(
        &mut self,
        now: Timestamp,
        aor: &str,
        request: &Request,
        from: Peer,
    ) -> Result<Registered, RegisterError> {
        let old: Vec<Binding> = self.bindings(now, aor).cloned().collect();
        let was_online = !old.is_empty();
        let mut bindings = old.clone();
        match request.headers.contacts()? {
            Contacts::Star if request.headers.expires() == Some(Duration::ZERO) => {
                in_order(&bindings, request)?;
                bindings.clear();
            }
            Contacts::Star => {
                return Err(ParseError::header(Name::Contact, Fault::Syntax("`*` needs Expires: 0")).into());
            }
            Contacts::List(contacts) => {
                for contact in &contacts {
                    in_order(old.iter().filter(|binding| binding.matches(contact)), request)?;
                    self.apply(now, &mut bindings, contact, request, from)?;
                }
            }
        }
        if bindings.len() > self.config.max_contacts {
            return Err(RegisterError::TooMany(self.config.max_contacts));
        }
        bindings.sort_by_key(|binding| std::cmp::Reverse(binding.q));
        self.replace(aor, bindings.clone());
        let is_online = !bindings.is_empty();
        Ok(Registered {
            bindings,
            came_online: is_online && !was_online,
            went_offline: was_online && !is_online,
        })
    }

    /// Where `aor` is reached now, the preferred ones first.
    pub fn bindings(&self, now: Timestamp, aor: &str) -> impl Iterator<Item = &Binding> {
        self.bindings.get(aor).into_iter().flatten().filter(move |binding| binding.expires_at > now)
    }

    /// Takes a device away that cannot be reached any more.
    pub fn remove(&mut self, aor: &str, contact: &Uri) -> Option<Binding> {
        let mut bindings = self.bindings.get(aor)?.clone();
        let at = bindings.iter().position(|binding| binding.contact.uri.same_as(contact))?;
        let gone = bindings.remove(at);
        self.replace(aor, bindings);
        Some(gone)
    }

    /// When [`Registrar::expire`] has something to do.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.ends.first().map(|(at, _)| *at)
    }

    /// Ends what is over.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Expired> {
        let mut expired = Vec::new();
        while let Some((_, aor)) = self.ends.first().filter(|(at, _)| *at <= now).cloned() {
            let all = self.bindings.get(&aor).cloned().unwrap_or_default();
            let (gone, left): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|binding| binding.expires_at <= now);
            let went_offline = left.is_empty();
            self.replace(&aor, left);
            expired.push(Expired { aor, gone, went_offline });
        }
        expired
    }

    /// How many addresses of record have bindings.
    pub fn len(&self) -> usize {
        self.bindings.len()
    }

    /// Whether nobody is registered.
    pub fn is_empty(&self) -> bool {
        self.bindings.is_empty()
    }

    fn apply(
        &self,
        now: Timestamp,
        bindings: &mut Vec<Binding>,
        contact: &NameAddr,
        request: &Request,
        from: Peer,
    ) -> Result<(), RegisterError> {
        if contact.uri.as_sip().is_none() {
            return Err(
                ParseError::header(Name::Contact, Fault::Syntax("only SIP URIs can be registered")).into()
            );
        }
        let expires = self.expiry(contact, request)?;
        bindings.retain(|binding| !binding.matches(contact));
        if !expires.is_zero() {
            let mut kept = contact.detached();
            kept.params.remove("expires");
            bindings.push(Binding {
                instance: contact.instance().map(|text| Text::from(&*text)),
                user_agent: request.headers.user_agent().map(Text::detached),
                q: contact.q(),
                contact: kept,
                reach: from.listening_at(&contact.uri),
                expires_at: now.plus(expires),
                call_id: request.call_id.detached(),
                cseq: request.cseq.number,
            });
        }
        Ok(())
    }

    /// Zero to remove; otherwise within the bounds.
    fn expiry(&self, contact: &NameAddr, request: &Request) -> Result<Duration, RegisterError> {
        let asked =
            contact.expires().or_else(|| request.headers.expires()).unwrap_or(self.config.default_expires);
        if !asked.is_zero() && asked < self.config.min_expires {
            return Err(RegisterError::TooBrief { min: self.config.min_expires });
        }
        Ok(asked.min(self.config.max_expires))
    }

    fn replace(&mut self, aor: &str, bindings: Vec<Binding>) {
        let end = |bindings: &[Binding]| bindings.iter().map(|binding| binding.expires_at).min();
        if let Some((key, old)) = self.bindings.get_key_value(aor)
            && let Some(at) = end(old)
        {
            self.ends.remove(&(at, key.clone()));
        }
        match end(&bindings) {
            Some(at) => {
                let key = Text::from(aor);
                self.ends.insert((at, key.clone()));
                self.bindings.insert(key, bindings);
            }
            None => {
                self.bindings.remove(aor);
            }
        }
    }
}

/// Within one Call-ID, CSeq must grow (RFC 3261 §10.3 step 7).
fn in_order<'a>(
    bindings: impl IntoIterator<Item = &'a Binding>,
    request: &Request,
) -> Result<(), RegisterError> {
    let got = request.cseq.number;
    let older = |binding: &&Binding| binding.call_id == request.call_id && got <= binding.cseq;
    match bindings.into_iter().find(older) {
        Some(binding) => Err(RegisterError::OutOfOrder { got, seen: binding.cseq }),
        None => Ok(()),
    }
}
