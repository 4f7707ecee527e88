//! An agent alerts: from routing's offer to the answer, or to whatever came in between.

use serde::{Deserialize, Serialize};
use tandem_proto::{
    LegId, OfferId, Timestamp, UserId,
    api::{EndReason, Purpose, SegmentKind, WrapUpMode},
};
use tandem_routing::{Input as Routing, OfferResult};

use super::{Stage, Steering};
use crate::conversation::{Command, model::Party};

/// An agent who is alerted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Alert {
    pub(super) offer: OfferId,
    pub(super) agent: UserId,
    pub(super) party: Party,
    pub(super) expires_at: Timestamp,
    /// Whether there was a leg for it;
    pub(super) rung: bool,
    /// the agent's leg, while it rings.
    pub(super) leg: Option<LegId>,
    pub(super) answered_at: Option<Timestamp>,
}

impl Steering {
    pub(super) fn offered(&mut self, at: Timestamp, offer: OfferId, agent: UserId, expires_at: Timestamp) {
        // Routing's notice and a look at routing may tell the same.
        if self.offer == Some(offer) {
            return;
        }
        let Stage::Waiting { queue, alert: None, .. } = &self.stage else { return };
        let party = self.record.party(Purpose::Agent, Some(agent), Some(*queue));
        self.record.start(party, SegmentKind::Alert, at);
        if let Stage::Waiting { alert, .. } = &mut self.stage {
            *alert =
                Some(Alert { offer, agent, party, expires_at, rung: false, leg: None, answered_at: None });
        }
        self.offer = Some(offer);
        self.commands.push_back(Command::Ring { offer, agent, timeout: expires_at - at });
    }

    pub(super) fn rung(&mut self, offer: OfferId, leg: LegId) {
        self.rung.push(leg);
        match self.alert(|alert| alert.offer == offer) {
            Some(alert) => (alert.rung, alert.leg) = (true, Some(leg)),
            // The reservation ended while the agent was being rung.
            None => self.commands.push_back(Command::HangUp { leg, reason: EndReason::Cancelled }),
        }
    }

    pub(super) fn agent_answered(&mut self, at: Timestamp, leg: LegId) {
        // Told twice where the first telling's receipt was lost.
        if matches!(&self.stage, Stage::Talking { leg: talking, .. } if *talking == leg) {
            return;
        }
        let Some(alert) = self.alert(|alert| alert.leg == Some(leg)) else {
            // Too late: the reservation is gone. The customer hears music again.
            self.commands.push_back(Command::HangUp { leg, reason: EndReason::AnsweredElsewhere });
            return self.resume_music();
        };
        if alert.answered_at.is_none() {
            alert.answered_at = Some(at);
            let offer = alert.offer;
            self.playing = None;
            self.tell(Routing::Accepted { offer });
        }
    }

    pub(super) fn accepted(&mut self, at: Timestamp, offer: OfferId, wrap_up: WrapUpMode) {
        let Some(Alert { agent, party, leg: Some(leg), answered_at, .. }) =
            self.take_alert(|alert| alert.offer == offer)
        else {
            return;
        };
        // The talk began when the agent answered, not when the log said so.
        let at = answered_at.unwrap_or(at);
        if let Stage::Waiting { party: waited, .. } = &self.stage {
            let waited = waited.id;
            self.record.stop(waited, "answered", at);
        }
        self.record.stop(party.id, "answered", at);
        self.record.start(party, SegmentKind::Talk, at);
        self.deadline = None;
        self.stage = Stage::Talking { agent, party, leg, wrap_up, hung_up_by_agent: false };
    }

    pub(super) fn accept_refused(&mut self, at: Timestamp, offer: OfferId) {
        let Some(alert) = self.take_alert(|alert| alert.offer == offer) else { return };
        self.record.stop(alert.party.id, "expired", at);
        if let Some(leg) = alert.leg {
            self.commands.push_back(Command::HangUp { leg, reason: EndReason::AnsweredElsewhere });
        }
        self.resume_music();
    }

    pub(super) fn resume_music(&mut self) {
        if let Stage::Waiting { treatment, .. } = &self.stage
            && let Some(music) = treatment.music()
        {
            self.play(music);
        }
    }

    pub(super) fn offer_ended(&mut self, at: Timestamp, offer: OfferId, result: OfferResult) {
        if result == OfferResult::Accepted {
            return;
        }
        let Some(alert) = self.take_alert(|alert| alert.offer == offer) else { return };
        let (disposition, reason) = match result {
            OfferResult::Expired => ("expired", EndReason::NoAnswer),
            OfferResult::Declined => ("declined", EndReason::Declined),
            OfferResult::Failed => ("failed", EndReason::Unreachable),
            _ => ("withdrawn", EndReason::Cancelled),
        };
        self.record.stop(alert.party.id, disposition, at);
        if let Some(leg) = alert.leg {
            self.commands.push_back(Command::HangUp { leg, reason });
        }
        if alert.answered_at.is_some() {
            self.resume_music();
        }
    }

    /// The alerted agent cannot be reached: routing looks for another, and the agent has to come back by choice.
    pub(super) fn offer_failed(&mut self, at: Timestamp, not_responding: bool) {
        let Some(alert) = self.take_alert(|_| true) else { return };
        self.record.stop(alert.party.id, "failed", at);
        self.tell(Routing::OfferFailed { offer: alert.offer, not_responding });
    }

    pub(super) fn agent_gone(&mut self, at: Timestamp, agent: UserId) {
        if let Some(alert) = self.alert(|alert| alert.agent == agent && alert.answered_at.is_none()) {
            let leg = alert.leg.take();
            self.offer_failed(at, true);
            self.commands.extend(leg.map(|leg| Command::HangUp { leg, reason: EndReason::Unreachable }));
        }
    }

    pub(super) fn agent_leg_ended(&mut self, at: Timestamp, leg: LegId, reason: EndReason) {
        if let Stage::Talking { leg: talking, hung_up_by_agent, .. } = &mut self.stage {
            if *talking == leg && !*hung_up_by_agent {
                // The talk lasts until the call is over, so that the segments add up to it.
                *hung_up_by_agent = true;
                self.end_call(EndReason::Hangup);
            }
            return;
        }
        let Some(alert) = self.alert(|alert| alert.leg == Some(leg)) else { return };
        alert.leg = None;
        let offer = alert.offer;
        match reason {
            EndReason::Declined | EndReason::Busy | EndReason::Hangup => {
                if let Some(alert) = self.take_alert(|_| true) {
                    self.record.stop(alert.party.id, "declined", at);
                }
                self.tell(Routing::Declined { offer });
            }
            // Routing keeps the time of the alert; a call that is given up is told by its own end.
            EndReason::NoAnswer
            | EndReason::Cancelled
            | EndReason::RemoteHangup
            | EndReason::AnsweredElsewhere => {}
            EndReason::Unreachable
            | EndReason::Lost
            | EndReason::NotFound
            | EndReason::MediaMismatch
            | EndReason::Restart
            | EndReason::Failed => self.offer_failed(at, true),
        }
    }

    pub(super) fn alert(&mut self, wanted: impl Fn(&Alert) -> bool) -> Option<&mut Alert> {
        match &mut self.stage {
            Stage::Waiting { alert, .. } => alert.as_mut().filter(|alert| wanted(alert)),
            _ => None,
        }
    }

    pub(super) fn take_alert(&mut self, wanted: impl Fn(&Alert) -> bool) -> Option<Alert> {
        match &mut self.stage {
            Stage::Waiting { alert, .. } => alert.take_if(|alert| wanted(alert)),
            _ => None,
        }
    }
}
