//! The side that is told (RFC 6665 §4.1).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::notifier::{event_of, is_lost};
use crate::{
    Dialog, EventType, Method, Name, Peer, Phase, Request, Response, StatusCode, SubscriptionState, Text,
    Timers,
};

/// One subscription as the subscriber has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subscriber {
    dialog: Dialog,
    event: EventType,
    /// What is asked for, in seconds.
    wanted_s: u64,
    /// When to refresh; `None` while a refresh is out, or once it is over.
    refresh_at: Option<Timestamp>,
    /// When it is lost: at its end, or without a first NOTIFY.
    lost_at: Timestamp,
    over: bool,
}

/// What a NOTIFY brings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SubscriberNews {
    /// The state of what is subscribed to is in the body.
    State(Phase),
    /// It is over. With a wait it may be asked for again then; with none at once, where the reason allows it at all.
    Ended {
        /// `deactivated`, `timeout`, `rejected`, `noresource` …
        reason: Option<Text>,
        /// Whether to subscribe anew, and after how long (RFC 6665 §4.1.3).
        again_after: Option<Duration>,
    },
}

/// What time asks of a [`Subscriber`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SubscriberDue {
    /// Send this refresh.
    Refresh(Box<Request>),
    /// It is over: nobody told anything.
    Lost,
}

impl Subscriber {
    /// A SUBSCRIBE was answered 2xx, with this `dialog` ([`Dialog::uac`]). It counts once its first NOTIFY is there.
    pub fn accepted(
        now: Timestamp,
        timers: &Timers,
        event: &EventType,
        wanted: Duration,
        response: &Response,
        dialog: Dialog,
    ) -> Self {
        let mut subscription = Self {
            dialog,
            event: event.detached(),
            wanted_s: wanted.as_secs(),
            refresh_at: None,
            lost_at: now,
            over: false,
        };
        subscription.lasts(now, response.headers.expires().unwrap_or(wanted));
        // Timer N (RFC 6665 §4.1.2).
        subscription.lost_at = subscription.lost_at.min(now.plus(timers.patience()));
        subscription
    }

    /// Takes a NOTIFY: the status to answer it with, and what it brings if it belongs here.
    pub fn notify(
        &mut self,
        now: Timestamp,
        notify: &Request,
        from: Peer,
    ) -> (StatusCode, Option<SubscriberNews>) {
        if let Err(error) = self.dialog.receive(notify, from) {
            return (error.status(), None);
        }
        match event_of(notify) {
            Ok(event) if event.is_same(&self.event) && !self.over => {}
            Ok(_) => return (StatusCode::NO_SUCH_DIALOG, None),
            Err(refused) => return (refused.status, None),
        }
        let state = match notify.headers.subscription_state() {
            Ok(Some(state)) => state,
            Ok(None) => return (StatusCode::BAD_REQUEST, None),
            Err(error) => return (error.status(), None),
        };
        if state.phase == Phase::Terminated {
            self.over = true;
            let again_after = again(&state);
            return (StatusCode::OK, Some(SubscriberNews::Ended { reason: state.reason, again_after }));
        }
        self.lasts(now, state.expires.unwrap_or(Duration::from_secs(self.wanted_s)));
        (StatusCode::OK, Some(SubscriberNews::State(state.phase)))
    }

    /// Takes the answer to a refresh; 408 for none. Whether the subscription goes on: 481 and silence end it, another refusal leaves it
    /// standing until it runs out (RFC 6665 §4.1.2.2).
    pub fn refreshed(&mut self, now: Timestamp, response: Option<&Response>) -> bool {
        match response {
            Some(response) if response.status.is_success() => {
                self.lasts(now, response.headers.expires().unwrap_or(Duration::from_secs(self.wanted_s)));
            }
            Some(response) if !is_lost(response.status) => {}
            _ => self.over = true,
        }
        !self.over
    }

    /// The SUBSCRIBE that ends it; it is over with the last NOTIFY.
    pub fn unsubscribe(&mut self) -> Request {
        self.wanted_s = 0;
        self.refresh_at = None;
        self.request()
    }

    /// When [`Self::elapse`] is due; `None` once it is over.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        (!self.over).then(|| self.refresh_at.map_or(self.lost_at, |at| at.min(self.lost_at)))
    }

    /// What is due now.
    pub fn elapse(&mut self, now: Timestamp) -> Option<SubscriberDue> {
        if self.over {
            return None;
        }
        if self.lost_at <= now {
            self.over = true;
            return Some(SubscriberDue::Lost);
        }
        self.refresh_at.take_if(|at| *at <= now)?;
        Some(SubscriberDue::Refresh(Box::new(self.request())))
    }

    /// Its dialog.
    pub const fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    /// What it is about.
    pub const fn event(&self) -> &EventType {
        &self.event
    }

    fn request(&mut self) -> Request {
        let event = self.event.to_string();
        let subscribe = self.dialog.request(Method::Subscribe);
        subscribe.with(Name::Event, event).with(Name::Expires, self.wanted_s.to_string())
    }

    /// Refreshes when four fifths are over.
    fn lasts(&mut self, now: Timestamp, left: Duration) {
        self.lost_at = now.plus(left);
        self.refresh_at = (self.wanted_s > 0 && !left.is_zero()).then(|| now.plus(left * 4 / 5));
    }
}

/// RFC 6665 §4.1.3: what each reason says about another try.
fn again(state: &SubscriptionState) -> Option<Duration> {
    match state.reason.as_deref() {
        Some("rejected" | "noresource" | "invariant") => None,
        Some("deactivated" | "timeout") => Some(Duration::ZERO),
        _ => Some(state.retry_after.unwrap_or(Duration::ZERO)),
    }
}
