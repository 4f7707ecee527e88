//! Published state: what devices say about themselves, under an entity tag each (RFC 3903).

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::{NotifierConfig, notifier::event_of};
use crate::{EventType, Name, Request, Response, StatusCode, Text, transaction::Packet};

/// Publications one resource may have of one event.
const MAX_PUBLICATIONS: usize = 16;

/// What is published about one resource.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Publications {
    by_etag: BTreeMap<Text, Publication>,
}

/// What one device published.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Publication {
    package: Text,
    content_type: Option<Text>,
    body: Packet,
    expires_at: Timestamp,
}

impl Publication {
    /// The event package.
    pub const fn package(&self) -> &Text {
        &self.package
    }

    /// What kind of body it is.
    pub const fn content_type(&self) -> Option<&Text> {
        self.content_type.as_ref()
    }

    /// The state.
    pub const fn body(&self) -> &Bytes {
        &self.body.0
    }
}

/// What a PUBLISH did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublishChange {
    /// New, or other state.
    Changed,
    /// The same state for longer.
    Prolonged,
    /// Taken away.
    Removed,
}

impl Publications {
    /// Takes a PUBLISH (RFC 3903 §6): the answer and what changed. `etag` is a tag never used before. `Err` is the refusal: 489 without
    /// an Event, 412 for a tag that is not known, 423 below the least, 400 for first state without a body.
    pub fn publish(
        &mut self,
        now: Timestamp,
        config: &NotifierConfig,
        publish: &Request,
        etag: Text,
    ) -> Result<(PublishChange, Response), Box<Response>> {
        let refuse = |status| Box::new(publish.response(status));
        let EventType { package, .. } = event_of(publish)?;
        self.elapse(now);
        let former = match publish.headers.get(&Name::SipIfMatch) {
            None => None,
            Some(tag) => {
                let known = self.by_etag.get(tag.as_str());
                let known = known.filter(|own| own.package.eq_ignore_ascii_case(&package));
                Some((tag.clone(), known.cloned().ok_or_else(|| refuse(StatusCode::CONDITIONAL_FAILED))?))
            }
        };
        let lasts = config.granted(publish)?;
        if former.is_none() && publish.body.is_empty() {
            return Err(refuse(StatusCode::BAD_REQUEST));
        }
        if former.is_none() && self.by_etag.len() >= MAX_PUBLICATIONS {
            return Err(refuse(StatusCode::SERVICE_UNAVAILABLE));
        }
        let change = match (&former, lasts.is_zero(), publish.body.is_empty()) {
            (_, true, _) => PublishChange::Removed,
            (Some(_), false, true) => PublishChange::Prolonged,
            _ => PublishChange::Changed,
        };
        let mut state = Publication {
            package,
            content_type: publish.headers.get(&Name::ContentType).map(Text::detached),
            body: Packet(Bytes::copy_from_slice(&publish.body)),
            expires_at: now.plus(lasts),
        };
        if let Some((tag, known)) = former {
            self.by_etag.remove(tag.as_str());
            if change == PublishChange::Prolonged {
                (state.content_type, state.body) = (known.content_type, known.body);
            }
        }
        let response = publish.response(StatusCode::OK).with(Name::Expires, lasts.as_secs().to_string());
        let response = response.with(Name::SipEtag, etag.clone());
        if change != PublishChange::Removed {
            self.by_etag.insert(etag.detached(), state);
        }
        Ok((change, response))
    }

    /// All state of an event, in the order of its tags.
    pub fn of<'a>(&'a self, package: &'a str) -> impl Iterator<Item = &'a Publication> {
        self.by_etag.values().filter(move |state| state.package.eq_ignore_ascii_case(package))
    }

    /// When the next one lapses.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.by_etag.values().map(|state| state.expires_at).min()
    }

    /// Drops what lapsed; whether there was any.
    pub fn elapse(&mut self, now: Timestamp) -> bool {
        let before = self.by_etag.len();
        self.by_etag.retain(|_, state| state.expires_at > now);
        self.by_etag.len() < before
    }

    /// Whether nothing is published.
    pub fn is_empty(&self) -> bool {
        self.by_etag.is_empty()
    }
}
