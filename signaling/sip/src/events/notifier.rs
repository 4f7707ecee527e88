//! The side that tells (RFC 6665 §4.2).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use crate::{
    Dialog, EventType, Fault, Method, Name, ParseError, Phase, Request, Response, StatusCode,
    SubscriptionState, Text,
};

/// Bounds of subscriptions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotifierConfig {
    /// The shortest; less is answered 423.
    pub min_expires: Duration,
    /// For those who do not say.
    pub default_expires: Duration,
    /// The longest; more is shortened to it.
    pub max_expires: Duration,
}

impl Default for NotifierConfig {
    fn default() -> Self {
        let [min_expires, default_expires, max_expires] = [60, 3_600, 7_200].map(Duration::from_secs);
        Self { min_expires, default_expires, max_expires }
    }
}

impl NotifierConfig {
    /// How long a SUBSCRIBE's subscription lasts; zero ends it, or asks once. `Err` is the refusal.
    pub(super) fn granted(&self, subscribe: &Request) -> Result<Duration, Box<Response>> {
        let asked = subscribe.headers.expires().unwrap_or(self.default_expires);
        if !asked.is_zero() && asked < self.min_expires {
            let refused = subscribe.response(StatusCode::INTERVAL_TOO_BRIEF);
            return Err(Box::new(refused.with(Name::MinExpires, self.min_expires.as_secs().to_string())));
        }
        Ok(asked.min(self.max_expires))
    }
}

/// One subscription as the notifier has it. Every change is followed by a NOTIFY of the caller's making: [`Notifier::notify`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notifier {
    dialog: Dialog,
    event: EventType,
    pending: bool,
    expires_at: Timestamp,
    /// Over, for this reason; one last NOTIFY says so.
    ended: Option<Text>,
}

impl Notifier {
    /// Takes a SUBSCRIBE that makes a subscription: `dialog` is [`Dialog::uas`] of it. With `pending` the decision is left for later
    /// ([`Notifier::accept`], [`Notifier::end`]). `Err` is the refusal: 489 without an Event, 423 below the least.
    pub fn subscribe(
        now: Timestamp,
        config: &NotifierConfig,
        subscribe: &Request,
        mut dialog: Dialog,
        pending: bool,
    ) -> Result<(Self, Response), Box<Response>> {
        let granted = config.granted(subscribe)?;
        let event = event_of(subscribe)?;
        dialog.confirm();
        let subscription = Self {
            dialog,
            event,
            pending,
            expires_at: now.plus(granted),
            ended: granted.is_zero().then(|| "timeout".into()),
        };
        let response = subscription.accepted(subscribe, granted);
        Ok((subscription, response))
    }

    /// Takes a SUBSCRIBE within the dialog, which [`Dialog::receive`] let pass: prolongs the subscription, or ends it with Expires 0.
    pub fn refresh(
        &mut self,
        now: Timestamp,
        config: &NotifierConfig,
        subscribe: &Request,
    ) -> Result<Response, Box<Response>> {
        let same = event_of(subscribe)?.is_same(&self.event);
        if !same || self.ended.is_some() {
            return Err(Box::new(subscribe.response(StatusCode::NO_SUCH_DIALOG)));
        }
        let granted = config.granted(subscribe)?;
        self.expires_at = now.plus(granted);
        if granted.is_zero() {
            self.end("timeout");
        }
        Ok(self.accepted(subscribe, granted))
    }

    /// A pending subscription is granted.
    pub const fn accept(&mut self) {
        self.pending = false;
    }

    /// Ends it: `deactivated`, `rejected`, `noresource`, `giveup` … (RFC 6665 §4.2.2).
    pub fn end(&mut self, reason: &str) {
        self.ended.get_or_insert_with(|| reason.into());
    }

    /// The NOTIFY that tells how things stand, or that this is the end. Add the body.
    pub fn notify(&mut self, now: Timestamp) -> Request {
        let mut state = SubscriptionState::new(match (&self.ended, self.pending) {
            (Some(_), _) => Phase::Terminated,
            (None, true) => Phase::Pending,
            (None, false) => Phase::Active,
        });
        state.reason.clone_from(&self.ended);
        if self.ended.is_none() {
            state.expires = Some(self.expires_at.since(now));
        }
        let event = self.event.to_string();
        let notify = self.dialog.request(Method::Notify);
        notify.with(Name::Event, event).with(Name::SubscriptionState, state.to_string())
    }

    /// Takes the status a NOTIFY was answered with, 408 for none. Whether the subscription goes on: a subscriber that does not know of it
    /// any more, or is gone, ends it at once (RFC 6665 §4.2.2).
    pub const fn notified(&self, status: StatusCode) -> bool {
        self.ended.is_none() && !is_lost(status)
    }

    /// When it ends by itself; `None` when it is over.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.ended.is_none().then_some(self.expires_at)
    }

    /// Whether it ended just now for want of a refresh: the last NOTIFY is to be sent.
    pub fn elapse(&mut self, now: Timestamp) -> bool {
        let over = self.poll_timeout().is_some_and(|at| at <= now);
        if over {
            self.end("timeout");
        }
        over
    }

    /// Whether nothing but the last NOTIFY is left.
    pub const fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// What it is about.
    pub const fn event(&self) -> &EventType {
        &self.event
    }

    /// Its dialog, to take requests in with.
    pub const fn dialog(&mut self) -> &mut Dialog {
        &mut self.dialog
    }

    fn accepted(&self, subscribe: &Request, granted: Duration) -> Response {
        let status = if self.pending { StatusCode::ACCEPTED } else { StatusCode::OK };
        let mut response = subscribe.response(status).with(Name::Expires, granted.as_secs().to_string());
        // The proxies that want to stay between have to be told to the subscriber (RFC 3261 §12.1.1).
        for route in subscribe.headers.all(&Name::RecordRoute) {
            response.headers.push(Name::RecordRoute, route.clone());
        }
        let tag = self.dialog.local.tag().cloned().unwrap_or_default();
        response.with(Name::Contact, self.dialog.contact.to_string()).tagged(tag)
    }
}

/// Whether a status says that the other side of a subscription is gone, or knows nothing of it (RFC 5057 §5.2).
pub(super) const fn is_lost(status: StatusCode) -> bool {
    matches!(status.code(), 404 | 405 | 408 | 410 | 416 | 480..=485 | 489 | 501 | 604)
}

/// The Event of a SUBSCRIBE or NOTIFY; its refusal without one.
pub(super) fn event_of(request: &Request) -> Result<EventType, Box<Response>> {
    let missing = || ParseError::header(Name::Event, Fault::Missing);
    let event = request.headers.event().and_then(|event| event.ok_or_else(missing));
    event.map(|event| event.detached()).map_err(|_| Box::new(request.response(StatusCode::BAD_EVENT)))
}
