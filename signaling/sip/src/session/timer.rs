//! Session timers: a session that nobody refreshes ends (RFC 4028), in both roles.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use crate::{Headers, Name, ParseError, Refresher, Request, Response, SessionExpires, StatusCode, Text};

/// The option tag.
const TIMER: &str = "timer";
/// The least interval there is (RFC 4028 §5), in seconds.
const LEAST_S: u32 = 90;
/// How long before the end of a session the side that does not refresh gives it up, at most (RFC 4028 §10), in seconds.
const MARGIN_S: u32 = 32;

/// The intervals a side wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionTimerConfig {
    /// What it asks for, in seconds.
    pub interval_s: u32,
    /// The least it takes, in seconds; at least 90.
    pub min_s: u32,
}

impl Default for SessionTimerConfig {
    /// The recommended half hour.
    fn default() -> Self {
        Self { interval_s: 1_800, min_s: LEAST_S }
    }
}

/// The timer of one session, as its latest refresh left it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionTimer {
    interval_s: u32,
    /// Whether this side refreshes.
    refreshes: bool,
    /// When to send the next refresh; `None` while one is out, or if the other side does it.
    refresh_at: Option<Timestamp>,
    /// When the session is given up.
    ends_at: Timestamp,
}

/// What is to be done for a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SessionDue {
    /// Send an UPDATE or re-INVITE with [`SessionTimer::write_refresh`].
    Refresh,
    /// Nobody refreshed it: send BYE.
    Expired,
}

impl SessionTimerConfig {
    /// Asks for so many seconds; for the least there is if that is fewer.
    pub fn every(interval_s: u32) -> Self {
        Self { interval_s: interval_s.max(LEAST_S), min_s: LEAST_S }
    }

    /// Asks for a timer in a first INVITE. Who refreshes is left to the other side.
    pub fn write_offer(&self, request: &mut Request) {
        self.write(&mut request.headers, SessionExpires { seconds: self.interval_s, refresher: None });
    }

    /// What a first INVITE of ours asked for, by [`Self::write_offer`].
    #[must_use]
    pub fn asked_in(&self, invite: &Request) -> Self {
        let asked = invite.headers.session_expires().ok().flatten();
        Self {
            interval_s: asked.map_or(self.interval_s, |asked| asked.seconds),
            min_s: self.min_s.max(seconds(invite.headers.min_se())),
        }
    }

    /// What a 422 says: the interval to ask for in the next try. `None` if it says nothing that helps.
    pub fn after_422(self, response: &Response) -> Option<Self> {
        let least = u32::try_from(response.headers.min_se()?.as_secs()).ok()?;
        (response.status == StatusCode::SESSION_INTERVAL_TOO_SMALL && least > self.interval_s)
            .then_some(Self { interval_s: least, min_s: self.min_s.max(least) })
    }

    /// The side that answers: the timer a received INVITE or UPDATE leads to. `Err` is the 422 for an interval below the least. No timer
    /// if the other side does not speak of any and `always` is not set; with it this side refreshes by itself.
    pub fn answer(
        &self,
        now: Timestamp,
        request: &Request,
        always: bool,
    ) -> Result<Option<SessionTimer>, Box<Response>> {
        let lists = |name| request.headers.lists(&name, TIMER);
        let supports = lists(Name::Supported) || lists(Name::Require);
        let bad = |error: ParseError| Box::new(request.response(error.status()));
        let asked = request.headers.session_expires().map_err(bad)?;
        let theirs = seconds(request.headers.min_se()).max(LEAST_S);
        let (seconds, wanted) = match asked {
            Some(asked) if asked.seconds < self.min_s => {
                if supports {
                    let refused = request.response(StatusCode::SESSION_INTERVAL_TOO_SMALL);
                    return Err(Box::new(refused.with(Name::MinSe, self.min_s.to_string())));
                }
                // A proxy asked for it; who sent the request would not understand 422 (RFC 4028 §9).
                (self.min_s, asked.refresher)
            }
            Some(asked) => (asked.seconds.min(self.interval_s.max(self.min_s)).max(theirs), asked.refresher),
            None if supports || always => (self.interval_s.max(theirs), None),
            None => return Ok(None),
        };
        // RFC 4028 §9, table 2: who does not know of timers cannot refresh.
        let refreshes = !supports || wanted == Some(Refresher::Uas);
        Ok(Some(SessionTimer::start(now, seconds, refreshes)))
    }

    /// The side that asked: the timer a 2xx leads to; `None` if the other side wants none.
    pub fn answered(&self, now: Timestamp, response: &Response) -> Result<Option<SessionTimer>, ParseError> {
        let Some(said) = response.headers.session_expires()? else { return Ok(None) };
        // A 2xx has to say who; without it who asked does.
        let refreshes = said.refresher != Some(Refresher::Uas);
        Ok(Some(SessionTimer::start(now, said.seconds.max(LEAST_S), refreshes)))
    }

    fn write(&self, headers: &mut Headers, expires: SessionExpires) {
        if !headers.lists(&Name::Supported, TIMER) {
            headers.push(Name::Supported, Text::of(TIMER));
        }
        headers.set(Name::SessionExpires, expires.to_string());
        if self.min_s > LEAST_S {
            headers.set(Name::MinSe, self.min_s.to_string());
        }
    }
}

impl SessionTimer {
    fn start(now: Timestamp, interval_s: u32, refreshes: bool) -> Self {
        let after = |seconds: u32| now.plus(Duration::from_secs(u64::from(seconds)));
        let patience = if refreshes { interval_s } else { interval_s - MARGIN_S.min(interval_s / 3) };
        Self {
            interval_s,
            refreshes,
            refresh_at: refreshes.then(|| after(interval_s / 2)),
            ends_at: after(patience),
        }
    }

    /// Whether this side refreshes.
    pub const fn refreshes(&self) -> bool {
        self.refreshes
    }

    /// The interval, in seconds.
    pub const fn interval_s(&self) -> u32 {
        self.interval_s
    }

    /// Tells the other side in the 2xx to the request the timer was made from.
    pub fn write_answer(&self, response: &mut Response) {
        let refresher = Some(if self.refreshes { Refresher::Uas } else { Refresher::Uac });
        if !self.refreshes {
            // It has to know of timers to keep its promise (RFC 4028 §9).
            response.headers.push(Name::Require, Text::of(TIMER));
        }
        let expires = SessionExpires { seconds: self.interval_s, refresher };
        response.headers.set(Name::SessionExpires, expires.to_string());
        if !response.headers.lists(&Name::Supported, TIMER) {
            response.headers.push(Name::Supported, Text::of(TIMER));
        }
    }

    /// Asks to go on with the same roles in a request within the dialog: a refresh, or one that changes the session.
    pub fn write_refresh(&self, config: &SessionTimerConfig, request: &mut Request) {
        let refresher = Some(if self.refreshes { Refresher::Uac } else { Refresher::Uas });
        config.write(&mut request.headers, SessionExpires { seconds: self.interval_s, refresher });
    }

    /// When [`Self::elapse`] is due.
    pub fn poll_timeout(&self) -> Timestamp {
        self.refresh_at.map_or(self.ends_at, |at| at.min(self.ends_at))
    }

    /// What is due now.
    pub fn elapse(&mut self, now: Timestamp) -> Option<SessionDue> {
        if self.ends_at <= now {
            return Some(SessionDue::Expired);
        }
        self.refresh_at.take_if(|at| *at <= now).map(|_| SessionDue::Refresh)
    }

    /// A refresh of ours was refused with a 422: the next one goes out now and asks for as much as that says. `false` if it says nothing
    /// that helps.
    pub fn after_422(&mut self, now: Timestamp, config: &SessionTimerConfig, response: &Response) -> bool {
        let asked = SessionTimerConfig { interval_s: self.interval_s, ..*config };
        let Some(longer) = asked.after_422(response) else { return false };
        self.interval_s = longer.interval_s;
        self.refresh_again(now);
        true
    }

    /// Restored elsewhere: a refresh that was out goes out again.
    pub fn restored(&mut self, now: Timestamp) {
        if self.refresh_at.is_none() {
            self.refresh_again(now);
        }
    }

    /// A refresh of ours was refused for the moment (491, 500, 503): the next one goes out at `at`.
    pub fn refresh_again(&mut self, at: Timestamp) {
        self.refresh_at = self.refreshes.then_some(at);
    }
}

fn seconds(duration: Option<Duration>) -> u32 {
    duration.map_or(0, |duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX))
}
