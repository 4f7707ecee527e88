//! One subscription: when its subscriber is told, and what.

use std::time::Duration;

use tandem_core::OrgScope;
use tandem_proto::{PhoneId, Timestamp, UserId};
use tandem_sip::{
    Dialog, FlowId, Method, Name, Notifier, NotifierConfig, Peer, Request, Response, StatusCode,
};

use super::{
    documents::{State, Subject, with_ends},
    package::Package,
};
use crate::calls::DialogKey;

/// Bounds of a subscription's time. Its end is when a phone notices at the latest that this node was lost, so it is not long.
const TIMES: NotifierConfig = NotifierConfig {
    min_expires: Duration::from_secs(60),
    default_expires: Duration::from_secs(900),
    max_expires: Duration::from_secs(900),
};
/// Between two NOTIFYs of a subscription; what happens meanwhile is told together (RFC 4235 §3.10, RFC 3856 §6.10).
const APART: Duration = Duration::from_secs(1);
/// After a look that failed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is watched.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Watched {
    pub scope: OrgScope,
    pub user: UserId,
    pub package: Package,
}

/// Whose phone watches. It is of the same org.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Watcher {
    pub user: UserId,
    pub phone: PhoneId,
}

/// What a look found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Seen {
    /// This.
    State(State),
    /// There is nobody to watch any more.
    Gone,
    /// The watcher may not see it any more.
    Forbidden,
    /// It cannot be seen now.
    Failed,
}

/// Why it is to be looked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Need {
    /// It is not.
    None,
    /// Something may be different.
    Changed,
    /// The subscriber asked, and is told in any case.
    Asked,
}

/// A subscription of a phone's.
#[derive(Debug)]
pub(super) struct Subscription {
    notifier: Notifier,
    pub(super) key: DialogKey,
    pub(super) watched: Watched,
    pub(super) watcher: Watcher,
    subject: Subject,
    need: Need,
    /// What the look is for that is under way: what comes up meanwhile is another need.
    looking: Option<Need>,
    /// A NOTIFY is out and not answered yet: the next one waits.
    telling: bool,
    /// When it may be looked for a change.
    next_look: Timestamp,
    told: Option<State>,
}

impl Subscription {
    /// Takes the SUBSCRIBE that makes it. `Err` is the refusal.
    pub(super) fn new(
        now: Timestamp,
        subscribe: &Request,
        dialog: Dialog,
        subject: Subject,
        watched: Watched,
        watcher: Watcher,
    ) -> Result<(Self, Response), Box<Response>> {
        let key = DialogKey::of(&dialog.id());
        let (notifier, response) = Notifier::subscribe(now, &TIMES, subscribe, dialog, false)?;
        let subscription = Self {
            notifier,
            key,
            watched,
            watcher,
            subject,
            need: Need::Asked,
            looking: None,
            telling: false,
            next_look: now,
            told: None,
        };
        Ok((subscription, response))
    }

    /// Takes a request within its dialog.
    pub(super) fn receive(&mut self, now: Timestamp, request: &Request, from: Peer) -> Response {
        if let Err(error) = self.notifier.dialog().receive(request, from) {
            return request.response(error.status());
        }
        if request.method != Method::Subscribe {
            return request.response(StatusCode::METHOD_NOT_ALLOWED).with(Name::Allow, "SUBSCRIBE");
        }
        match self.notifier.refresh(now, &TIMES, request) {
            Ok(response) => {
                self.need = Need::Asked;
                response
            }
            Err(refusal) => *refusal,
        }
    }

    /// What is watched may be different.
    pub(super) fn changed(&mut self) {
        self.need = self.need.max(Need::Changed);
    }

    /// When there is something to do next, if nothing happens before.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let look = match self.need {
            _ if self.looking.is_some() || self.telling => None,
            Need::None => None,
            Need::Changed => Some(self.next_look),
            Need::Asked => Some(Timestamp::from_micros(0)),
        };
        look.into_iter().chain(self.notifier.poll_timeout()).min()
    }

    /// Whether it is time to look; the result is [`Self::seen`].
    pub(super) fn begins_to_look(&mut self, now: Timestamp) -> bool {
        let ripe = match self.need {
            Need::None => false,
            Need::Changed => self.next_look <= now,
            Need::Asked => true,
        };
        let begins = ripe && self.looking.is_none() && !self.telling;
        if begins {
            self.looking = Some(std::mem::replace(&mut self.need, Need::None));
        }
        begins
    }

    /// Takes what a look found: the NOTIFY that tells it, if it is news. With the last one the subscription [`Self::is_over`].
    pub(super) fn seen(&mut self, now: Timestamp, seen: Seen) -> Option<Request> {
        let asked = self.looking.take() == Some(Need::Asked);
        let state = match seen {
            Seen::State(state) => Some(state),
            Seen::Gone => {
                self.notifier.end("noresource");
                None
            }
            Seen::Forbidden => {
                self.notifier.end("rejected");
                None
            }
            Seen::Failed if self.is_over() => None,
            Seen::Failed => {
                self.changed();
                self.next_look = now.plus(LOOK_AGAIN);
                return None;
            }
        };
        let state = state.map(|state| self.since_told(state));
        let is_news = match (&state, &self.told) {
            (Some(state), Some(told)) => state.is_news(told),
            _ => true,
        };
        if !asked && !self.is_over() && !is_news {
            return None;
        }
        self.telling = true;
        self.next_look = now.plus(APART);
        Some(self.notify(now, state))
    }

    /// Takes the status a NOTIFY was answered with, 408 for none. Whether the subscription goes on.
    pub(super) fn answered(&mut self, status: StatusCode) -> bool {
        self.telling = false;
        // One that is to end has a last NOTIFY to come, unless nobody is there to hear it.
        if self.is_over() { status.is_success() } else { self.notifier.notified(status) }
    }

    /// The last NOTIFY, if its time is over.
    pub(super) fn lapse(&mut self, now: Timestamp) -> Option<Request> {
        self.notifier.elapse(now).then(|| self.notify(now, None))
    }

    /// The last NOTIFY of a subscription that ends from this side.
    pub(super) fn end(&mut self, now: Timestamp, reason: &str) -> Request {
        self.notifier.end(reason);
        self.notify(now, None)
    }

    /// Whether nothing but the last NOTIFY is left.
    pub(super) const fn is_over(&self) -> bool {
        self.notifier.is_over()
    }

    /// Where NOTIFYs go.
    pub(super) fn peer(&mut self) -> Peer {
        self.notifier.dialog().peer
    }

    /// Whether it ends with a connection: its phone cannot be reached otherwise.
    pub(super) fn hangs_on(&mut self, flow: FlowId) -> bool {
        let peer = self.peer();
        peer.flow == Some(flow) && !peer.transport.is_dialed()
    }

    /// What to say of how it stands now, as the subscriber knows how it stood.
    fn since_told(&self, now: State) -> State {
        match (&self.told, now) {
            (Some(State::Lines(before)), State::Lines(now)) => State::Lines(with_ends(before, now)),
            (_, now) => now,
        }
    }

    fn notify(&mut self, now: Timestamp, state: Option<State>) -> Request {
        // NOTIFYs are all this side ever sends here: their numbers from 1 are the documents' versions from 0.
        let version = self.notifier.dialog().local_cseq().unwrap_or(0);
        let notify = self.notifier.notify(now);
        let Some(state) = state else { return notify };
        let body = state.print(version, &self.subject);
        self.told = Some(state);
        notify.with_body(self.watched.package.content_type(), body)
    }
}
