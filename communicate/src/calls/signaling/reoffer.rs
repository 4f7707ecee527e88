//! Telling a far end that its media is elsewhere now: a re-INVITE of ours (RFC 3261 §14).

use std::{net::SocketAddr, time::Duration};

use tandem_call::sdp::Direction;
use tandem_media::MediaError;
use tandem_proto::{Timestamp, api::EndReason};
use tandem_sip::{ClientTxId, Method, Name, Peer, Response, glare_wait};

use super::{ALLOW, LegNews, Means, SDP, SUPPORTED, SipLeg, State, send};

/// How often the far end is asked before it is given up.
const TRIES: u32 = 5;
/// How long a far end that cannot serve us just now is left alone.
const BUSY: Duration = Duration::from_secs(1);

/// A description of ours the far end has yet to take.
#[derive(Clone, Debug)]
pub(super) struct Reoffer {
    /// The reason the leg ends for if it cannot be told.
    reason: EndReason,
    /// Nothing changed: the session timer asks for it.
    is_refresh: bool,
    /// Transaction and CSeq of the re-INVITE that is out.
    asked: Option<(ClientTxId, u32)>,
    /// When to ask (again).
    at: Option<Timestamp>,
    tries: u32,
}

impl Reoffer {
    const fn new(reason: EndReason, now: Timestamp) -> Self {
        Self { reason, is_refresh: false, asked: None, at: Some(now), tries: 0 }
    }

    /// A re-INVITE for a far end that takes no UPDATE (RFC 4028 §7.4).
    pub(super) const fn refresh(now: Timestamp) -> Self {
        Self { is_refresh: true, ..Self::new(EndReason::Lost, now) }
    }

    pub(super) const fn reason(&self) -> EndReason {
        self.reason
    }

    /// Whether it tells of media that moved.
    pub(super) const fn is_move(&self) -> bool {
        !self.is_refresh
    }

    pub(super) const fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    pub(super) fn is_asked_in(&self, tx: ClientTxId) -> bool {
        self.asked.is_some_and(|(asked, _)| asked == tx)
    }
}

impl SipLeg {
    /// Makes the leg's media anew where `means` says; the far end is told as soon as it can be, and if that fails the leg ends for
    /// `reason`. A caller who was not answered was told nothing yet.
    pub(crate) async fn move_media(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<(), MediaError> {
        match (&self.state, &mut self.local) {
            (State::Incoming { .. }, local) => *local = None,
            (State::Outgoing { .. } | State::Up(_), Some(local)) => {
                let rtp = means.media.open_rtp(self.leg.into()).await?;
                local.move_to(SocketAddr::new(rtp.ip, rtp.port));
                self.untold = Some(reason);
                self.tell_what_moved(means, now).await;
            }
            _ => {}
        }
        Ok(())
    }

    /// Begins to tell the far end of media that moved, unless it still owes us an answer.
    pub(super) async fn tell_what_moved(&mut self, means: Means<'_>, now: Timestamp) {
        let State::Up(up) = &mut self.state else { return };
        if up.answer_due || up.reoffer.as_ref().is_some_and(Reoffer::is_asked) {
            return;
        }
        if let Some(reason) = self.untold.take() {
            up.reoffer = Some(Reoffer::new(reason, now));
            self.ask(means, now).await;
        }
    }

    /// When [`Self::deadline`] must be called.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match &self.state {
            State::Up(up) => {
                up.reoffer.as_ref().and_then(|reoffer| reoffer.at).into_iter().chain(up.timing.due()).min()
            }
            State::Incoming { reliable, .. } => reliable.as_ref()?.poll_timeout(),
            _ => None,
        }
    }

    /// The time of [`Self::due`] has come.
    pub(crate) async fn deadline(&mut self, means: Means<'_>, now: Timestamp) -> Option<LegNews> {
        if self.due().is_none_or(|at| at > now) {
            return None;
        }
        let is_due = |reoffer: &Reoffer| reoffer.at.is_some_and(|at| at <= now);
        if matches!(&self.state, State::Up(up) if up.reoffer.as_ref().is_some_and(is_due)) {
            self.ask(means, now).await;
        }
        match &self.state {
            State::Incoming { .. } => self.confirmation_due(means.switch, now).await,
            _ => self.session_due(means, now).await,
        }
    }

    pub(super) async fn ask(&mut self, means: Means<'_>, now: Timestamp) {
        let (State::Up(up), Some(local)) = (&mut self.state, &mut self.local) else { return };
        let Some(reoffer) = &mut up.reoffer else { return };
        if up.answer_due {
            // Its own offer comes first.
            reoffer.at = Some(now.plus(BUSY));
            return;
        }
        let mut invite = up
            .dialog
            .request(Method::Invite)
            .with(Name::Allow, ALLOW)
            .with(Name::Supported, SUPPORTED)
            .with_body(SDP, local.offer(Direction::SendRecv));
        up.timing.write(&means.switch.config.session_timer, &mut invite);
        let number = invite.cseq.number;
        reoffer.at = None;
        reoffer.tries += 1;
        // A transport that has stopped tells nobody anything any more.
        let sent = send(means.switch, &self.key, up.dialog.peer, invite).await;
        reoffer.asked = sent.ok().map(|transaction| (transaction, number));
    }

    pub(super) async fn reoffer_response(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        tx: ClientTxId,
        response: Response,
        from: Peer,
    ) -> Vec<LegNews> {
        let code = response.status.code();
        let State::Up(up) = &mut self.state else { return Vec::new() };
        let Some(mut reoffer) = up.reoffer.take_if(|_| code >= 200) else { return Vec::new() };
        let Some((_, number)) = reoffer.asked.take() else { return Vec::new() };
        match code {
            200..300 => {
                if let Err(error) = up.dialog.receive_response(&response) {
                    tracing::info!(leg = %self.leg, %error, "an answer that does not fit its dialog");
                }
                up.timing.answered(&means.switch.config.session_timer, now, &response);
                up.dialog.peer.flow = from.flow.or(up.dialog.peer.flow);
                let peer = up.dialog.peer;
                let ack = up.dialog.ack(number);
                let _ = means.switch.sip().ack(tx, ack, peer).await;
                match self.connect(means, &response.body, peer).await {
                    Ok(hold) => {
                        self.tell_what_moved(means, now).await;
                        std::iter::once(LegNews::Moved).chain(hold).collect()
                    }
                    Err(reason) => vec![LegNews::Unusable(reason)],
                }
            }
            481 => {
                self.state = State::Over;
                vec![LegNews::Ended(reoffer.reason)]
            }
            408 => vec![LegNews::Unusable(reoffer.reason)],
            _ if reoffer.is_refresh => {
                let config = &means.switch.config.session_timer;
                up.timing.refused(now, config, up.forks.is_some(), &response);
                self.tell_what_moved(means, now).await;
                Vec::new()
            }
            422 | 491 | 500 | 503 if reoffer.tries < TRIES => {
                let ours = up.forks.is_some();
                up.timing.refused(now, &means.switch.config.session_timer, ours, &response);
                let wait = match code {
                    422 => Duration::ZERO,
                    491 => glare_wait(ours, rand::random()),
                    _ => BUSY,
                };
                reoffer.at = Some(now.plus(wait));
                up.reoffer = Some(reoffer);
                Vec::new()
            }
            415 | 488 | 606 => vec![LegNews::Unusable(EndReason::MediaMismatch)],
            _ => vec![LegNews::Unusable(reoffer.reason)],
        }
    }
}
