//! Going on where another node stopped: what is saved, and how a conversation catches up with what it missed.
//!
//! Each step is saved before its commands are carried out, so some of the last ones may not have been. Routing is told its last input
//! again, which harms nothing; what the call is to do is seen from a look at the call.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    LegId, OfferId, Timestamp,
    api::{Call, EndReason, Leg, LegState, Outcome},
};
use tandem_routing::{Holder, Input as Routing, OfferResult, Standing};

use super::{Alert, Stage, Steering};
use crate::{
    conversation::{Command, Conversation, Recorder, References},
    flow::{Flow, FlowInput, FlowRun, Playing, SavedRun},
};

/// How a segment that a restart cut off ended.
const RESTART: &str = "restart";

/// What a caller who was being asked has at least to press a key, after nobody listened.
const HEARING: Duration = Duration::from_secs(3);

/// A conversation's steering as plain data; its facts are not part of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    leg: LegId,
    flow_version: i64,
    run: SavedRun,
    references: References,
    stage: Stage,
    play: u64,
    playing: Option<Playing>,
    deadline: Option<Timestamp>,
    digit_at: Option<Timestamp>,
    offer: Option<OfferId>,
    rung: Vec<LegId>,
    told: Option<Routing>,
    ending: Option<EndReason>,
}

impl Saved {
    /// The version of the flow it follows.
    pub const fn flow_version(&self) -> i64 {
        self.flow_version
    }

    /// The customer's leg.
    pub const fn leg(&self) -> LegId {
        self.leg
    }
}

impl Steering {
    /// Its state between two inputs.
    pub fn save(&self) -> Saved {
        Saved {
            leg: self.leg,
            flow_version: self.flow_version,
            run: self.run.save(),
            references: self.references.clone(),
            stage: self.stage.clone(),
            play: self.play,
            playing: self.playing.clone(),
            deadline: self.deadline,
            digit_at: self.digit_at,
            offer: self.offer,
            rung: self.rung.clone(),
            told: self.told.clone(),
            ending: self.ending,
        }
    }

    /// Goes on from what was saved, with the conversation its facts made and the version of the flow it follows.
    pub fn restore(
        conversation: Conversation,
        saved: Saved,
        flow: Arc<Flow>,
        sounds: Arc<BTreeSet<String>>,
    ) -> Self {
        Self {
            record: Recorder::resume(conversation),
            leg: saved.leg,
            flow_version: saved.flow_version,
            run: FlowRun::restore(flow, saved.run),
            references: saved.references,
            sounds,
            stage: saved.stage,
            play: saved.play,
            playing: saved.playing,
            deadline: saved.deadline,
            digit_at: saved.digit_at,
            offer: saved.offer,
            rung: saved.rung,
            told: saved.told,
            ending: saved.ending,
            commands: Default::default(),
        }
    }

    /// What routing was told last: nobody knows whether it heard it.
    pub const fn told(&self) -> Option<&Routing> {
        self.told.as_ref()
    }

    /// The offer that alerts.
    pub const fn alerting(&self) -> Option<OfferId> {
        match &self.stage {
            Stage::Waiting { alert: Some(alert), .. } => Some(alert.offer),
            _ => None,
        }
    }

    /// Whether there is, or should not be any more, a call.
    pub const fn concerns_call(&self) -> bool {
        match &self.stage {
            Stage::Flow { .. } | Stage::Waiting { .. } | Stage::Talking { .. } => true,
            Stage::WrapUp { .. } | Stage::Over => self.ending.is_some(),
        }
    }

    /// What plays, for all that is known.
    pub fn playing(&self) -> Option<u64> {
        self.playing.is_some().then_some(self.play)
    }

    pub(super) fn standing(&mut self, at: Timestamp, standing: Standing) {
        let Standing { holder, offer, ended } = standing;
        match &self.stage {
            Stage::Waiting { .. } => {
                if let Some(known) = self.alerting()
                    && offer.is_none_or(|(offer, _)| offer != known)
                {
                    self.offer_ended(at, known, ended.unwrap_or(OfferResult::Withdrawn));
                }
                if let (Some((offer, expires_at)), Holder::Alerting(agent)) = (offer, holder) {
                    self.offered(at, offer, agent, expires_at);
                }
            }
            Stage::WrapUp { agent, .. } => {
                let agent = *agent;
                if !matches!(holder, Holder::WrapUp(other) | Holder::Agent(other) if other == agent) {
                    // What a code ends is noted before routing is told.
                    self.released(at, agent, true);
                }
            }
            Stage::Flow { .. } | Stage::Talking { .. } | Stage::Over => {}
        }
    }

    pub(super) fn described(&mut self, at: Timestamp, call: &Call) {
        if let Some(ended_at) = call.ended_at {
            return match call.end_reason {
                Some(EndReason::Restart) => self.cut_off(ended_at),
                _ => self.customer_gone(ended_at),
            };
        }
        if let Some(reason) = self.ending {
            return self.commands.push_back(Command::End { reason });
        }
        let Some(customer) = leg(call, self.leg) else { return };
        if let Some(ended_at) = customer.ended_at {
            return self.customer_gone(ended_at);
        }
        match &self.stage {
            Stage::Flow { .. } => self.described_in_flow(at, customer),
            Stage::Waiting { alert: Some(alert), .. } => {
                let alert = alert.clone();
                self.described_alert(at, call, &alert);
            }
            Stage::Talking { leg: talking, .. } => self.described_talk(at, call, *talking),
            Stage::Waiting { alert: None, .. } | Stage::WrapUp { .. } | Stage::Over => {}
        }
        self.hang_up_strays(call);
    }

    fn described_in_flow(&mut self, at: Timestamp, customer: &Leg) {
        match (self.run.has_begun(), customer.answered_at) {
            (false, Some(answered_at)) => self.flow(answered_at, FlowInput::Begin),
            (false, None) => self.commands.push_back(Command::Answer),
            (true, _) => self.deadline = self.deadline.map(|deadline| deadline.max(at.plus(HEARING))),
        }
    }

    fn described_alert(&mut self, at: Timestamp, call: &Call, alert: &Alert) {
        let unheard =
            |leg: &&Leg| leg.user == Some(alert.agent) && !leg.caller && !self.rung.contains(&leg.id);
        let rings = match alert.leg {
            Some(known) => leg(call, known),
            None if alert.rung => return,
            None => call.legs.iter().rfind(unheard),
        };
        let Some(rings) = rings else {
            if alert.leg.is_none() && alert.expires_at > at {
                let (offer, agent, timeout) = (alert.offer, alert.agent, alert.expires_at - at);
                self.commands.push_back(Command::Ring { offer, agent, timeout });
            }
            return;
        };
        if alert.leg.is_none() {
            self.rung(alert.offer, rings.id);
        }
        if let (Some(ended_at), Some(reason)) = (rings.ended_at, rings.end_reason) {
            self.agent_leg_ended(ended_at, rings.id, reason);
        } else if let Some(answered_at) = rings.answered_at {
            self.agent_answered(answered_at, rings.id);
        }
    }

    fn described_talk(&mut self, at: Timestamp, call: &Call, talking: LegId) {
        let Some(agent) = leg(call, talking) else { return };
        match (agent.ended_at, agent.end_reason) {
            (Some(ended_at), Some(reason)) => self.agent_leg_ended(ended_at, talking, reason),
            _ => self.held(at, talking, agent.state == LegState::Holding),
        }
    }

    /// Legs that were to be hung up, and perhaps were not.
    fn hang_up_strays(&mut self, call: &Call) {
        let wanted = match &self.stage {
            Stage::Waiting { alert, .. } => alert.as_ref().and_then(|alert| alert.leg),
            Stage::Talking { leg, .. } => Some(*leg),
            _ => None,
        };
        for stray in &call.legs {
            if stray.ended_at.is_none() && Some(stray.id) != wanted && self.rung.contains(&stray.id) {
                self.commands.push_back(Command::HangUp { leg: stray.id, reason: EndReason::Cancelled });
            }
        }
    }

    pub(super) fn cut_off(&mut self, at: Timestamp) {
        if self.ending.is_some() {
            return self.customer_gone(at);
        }
        self.deadline = None;
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Flow { .. } => {
                self.record.stop_all(RESTART, at);
                self.record.end(Outcome::Restart, at);
            }
            Stage::Waiting { .. } => {
                self.record.stop_all(RESTART, at);
                self.record.end(Outcome::Restart, at);
                self.tell(Routing::Removed { item: self.id() });
            }
            Stage::Talking { agent, party, wrap_up, .. } => {
                self.talk_over(at, agent, party, wrap_up, RESTART);
            }
            stage @ (Stage::WrapUp { .. } | Stage::Over) => self.stage = stage,
        }
    }

    pub(super) fn play_again(&mut self, play: u64) {
        let hears = match &self.stage {
            Stage::Flow { .. } => true,
            Stage::Waiting { alert, .. } => alert.as_ref().is_none_or(|alert| alert.answered_at.is_none()),
            _ => false,
        };
        if hears
            && self.play == play
            && let Some(playing) = self.playing.clone()
        {
            self.play(playing);
        }
    }
}

fn leg(call: &Call, id: LegId) -> Option<&Leg> {
    call.legs.iter().find(|leg| leg.id == id)
}
