//! The session timer of a dialog that is up (RFC 4028): agreed with every INVITE and UPDATE, refreshed at half time if that is ours to do, and
//! given up when nobody refreshes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_proto::{Timestamp, api::EndReason};
use tandem_sip::{
    ClientTxId, Headers, Method, Name, Request, Response, SessionDue, SessionTimer, SessionTimerConfig,
    glare_wait,
};

use super::{ALLOW, LegNews, Means, Reoffer, SUPPORTED, SipLeg, State, send};
use crate::calls::registry::Transaction;

/// How long a far end that refuses a refresh is left alone before the next.
const REFUSED: Duration = Duration::from_secs(10);
/// INVITEs sent to a far end that finds the interval too small each time.
const TRIES: u32 = 5;

/// When the session of a dialog is refreshed, and by whom.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Timing {
    /// `None`: the far end knows of no timers, or wants none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timer: Option<SessionTimer>,
    /// Whether the far end takes an UPDATE.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    updates: bool,
    /// The UPDATE that is out.
    #[serde(skip)]
    asked: Option<ClientTxId>,
}

impl Timing {
    /// What the far end's message that made, or changed, the session leads to.
    pub(super) fn agreed(&mut self, timer: Option<SessionTimer>, headers: &Headers) {
        self.timer = timer;
        if let Some(allowed) = headers.allow() {
            self.updates = allowed.contains(&Method::Update);
        }
    }

    /// A 2xx to an INVITE or UPDATE of ours.
    pub(super) fn answered(&mut self, config: &SessionTimerConfig, now: Timestamp, response: &Response) {
        // A header that cannot be read is none.
        self.agreed(config.answered(now, response).unwrap_or_default(), &response.headers);
    }

    /// Asks to go on with the timer in a request of ours.
    pub(super) fn write(&self, config: &SessionTimerConfig, request: &mut Request) {
        if let Some(timer) = &self.timer {
            timer.write_refresh(config, request);
        }
    }

    /// Tells the far end, in the 2xx to its request, what it leads to.
    pub(super) fn write_answer(&self, response: &mut Response) {
        if let Some(timer) = &self.timer {
            timer.write_answer(response);
        }
    }

    /// Whether there is nothing to keep.
    pub(super) const fn is_blank(&self) -> bool {
        self.timer.is_none() && !self.updates
    }

    /// As another node finds it: a refresh that was out goes out again.
    pub(super) fn restored(&mut self, now: Timestamp) {
        if let Some(timer) = &mut self.timer {
            timer.restored(now);
        }
    }

    pub(super) fn kept(&self) -> Self {
        Self { timer: self.timer, updates: self.updates, asked: None }
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        self.timer.as_ref().map(SessionTimer::poll_timeout)
    }

    pub(super) fn is_asked_in(&self, tx: ClientTxId) -> bool {
        self.asked == Some(tx)
    }

    /// The request `tx` was the UPDATE that is out; it is no more.
    pub(super) fn take_asked(&mut self, tx: ClientTxId) -> bool {
        self.asked.take_if(|asked| *asked == tx).is_some()
    }

    /// A refresh was refused. The far end may take the next one; if it takes none, the session runs out.
    pub(super) fn refused(
        &mut self,
        now: Timestamp,
        config: &SessionTimerConfig,
        ours: bool,
        response: &Response,
    ) {
        let Some(timer) = &mut self.timer else { return };
        match response.status.code() {
            422 if timer.after_422(now, config, response) => {}
            405 | 501 if self.updates => {
                self.updates = false;
                timer.refresh_again(now);
            }
            491 => timer.refresh_again(now.plus(glare_wait(ours, rand::random()))),
            _ => timer.refresh_again(now.plus(REFUSED)),
        }
    }
}

/// The INVITE to send to a far end that found the interval in `invite` too small. `None` if it does not say what would do, or never has
/// enough.
pub(super) fn asking_for_longer(
    config: &SessionTimerConfig,
    invite: &Request,
    refusal: &Response,
) -> Option<Request> {
    let longer = config.asked_in(invite).after_422(refusal)?;
    let mut again = invite.clone();
    again.via.clear();
    again.cseq.number += 1;
    longer.write_offer(&mut again);
    (again.cseq.number <= TRIES).then_some(again)
}

impl SipLeg {
    /// The time of the session timer has come.
    pub(super) async fn session_due(&mut self, means: Means<'_>, now: Timestamp) -> Option<LegNews> {
        let State::Up(up) = &mut self.state else { return None };
        let timer = up.timing.timer.as_mut()?;
        match timer.elapse(now)? {
            SessionDue::Expired => {
                up.timing.timer = None;
                tracing::info!(leg = %self.leg, "nobody refreshed the session");
                return Some(LegNews::Unusable(EndReason::Lost));
            }
            // What is told anyway refreshes as well.
            SessionDue::Refresh if up.reoffer.is_some() => {}
            SessionDue::Refresh if up.answer_due => timer.refresh_again(now.plus(REFUSED)),
            SessionDue::Refresh if up.timing.updates => self.update(means).await,
            SessionDue::Refresh => {
                up.reoffer = Some(Reoffer::refresh(now));
                self.ask(means, now).await;
            }
        }
        None
    }

    async fn update(&mut self, means: Means<'_>) {
        let State::Up(up) = &mut self.state else { return };
        let mut update =
            up.dialog.request(Method::Update).with(Name::Allow, ALLOW).with(Name::Supported, SUPPORTED);
        up.timing.write(&means.switch.config.session_timer, &mut update);
        // A transport that has stopped tells nobody anything any more.
        up.timing.asked = send(means.switch, &self.key, up.dialog.peer, update).await.ok();
    }

    /// What an UPDATE of ours led to.
    pub(super) async fn update_response(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        tx: ClientTxId,
        response: &Response,
    ) -> Vec<LegNews> {
        let State::Up(up) = &mut self.state else { return Vec::new() };
        if !response.status.is_final() || !up.timing.take_asked(tx) {
            return Vec::new();
        }
        means.switch.registry.remove_transaction(Transaction::Client(tx));
        let config = &means.switch.config.session_timer;
        match response.status.code() {
            200..300 => {
                if let Err(error) = up.dialog.receive_response(response) {
                    tracing::info!(leg = %self.leg, %error, "an answer that does not fit its dialog");
                }
                up.timing.answered(config, now, response);
                Vec::new()
            }
            408 => vec![LegNews::Unusable(EndReason::Lost)],
            481 => {
                self.state = State::Over;
                vec![LegNews::Ended(EndReason::Lost)]
            }
            _ => {
                up.timing.refused(now, config, up.forks.is_some(), response);
                Vec::new()
            }
        }
    }
}
