//! One call: a calling leg and the legs rung for it.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    CallId, ConversationId, DeviceId, LegId, Timestamp, UserId,
    api::{self, EndReason, Leg, LegKind, LegState},
    events::call::{
        CallConversation, CallEnded, CallStarted, LegAdded, LegAnswered, LegDtmf, LegEnded, LegHeld,
        LegMuted, LegRinging,
    },
};

use crate::{CallChange, Effect, Logged, cause::weight, transfer::Transfer};

/// Why something cannot be done to a call in the state it is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// No such leg, or it is over.
    #[error("the leg is not part of the call, or over")]
    UnknownLeg,
    /// It was answered already.
    #[error("the call was answered already")]
    AlreadyAnswered,
    /// It is not connected.
    #[error("the leg is not connected")]
    NotConnected,
    /// It is over.
    #[error("the call is over")]
    Over,
    /// A transfer is under way, or an app steers the call.
    #[error("the call cannot be transferred now")]
    NotNow,
}

/// Legs rung together: the first answer ends the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct RingGroup(pub(crate) u32);

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
enum Sound {
    #[default]
    None,
    Ringback,
    HoldMusic,
}

/// What the relay does for a leg now, so that only differences are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct MediaPlan {
    joined: bool,
    sound: Sound,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Party {
    pub(crate) group: Option<RingGroup>,
    pub(crate) ring_until: Option<Timestamp>,
    media: MediaPlan,
}

impl Party {
    pub(crate) const fn new(group: Option<RingGroup>, ring_until: Option<Timestamp>) -> Self {
        Self { group, ring_until, media: MediaPlan { joined: false, sound: Sound::None } }
    }
}

/// A call.
///
/// The caller is the first leg. A call an app steers ([`Call::start`] with `steered`) goes on when a rung leg ends; any other is
/// over with either side.
///
/// Serialisable between two steps: what is restored goes on as if nothing had been. Orders that were not taken yet are not kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    record: api::Call,
    pub(crate) parties: BTreeMap<LegId, Party>,
    /// Whose call it is: the calling leg, or, once that transferred it, who was transferred.
    pub(crate) caller: LegId,
    steered: bool,
    pub(crate) groups: u32,
    /// The reason to give the caller when nobody is left ringing.
    best_failure: EndReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transfer: Option<Transfer>,
    #[serde(skip)]
    pub(crate) effects: VecDeque<Effect>,
}

impl Call {
    /// A call begins with its calling leg.
    pub fn start(
        now: Timestamp,
        id: CallId,
        dialled: String,
        video: bool,
        mut caller: Leg,
        steered: bool,
    ) -> Self {
        caller.caller = true;
        caller.state = LegState::Dialing;
        caller.started_at = now;
        let leg = caller.id;
        let started = CallStarted { call: id, dialled: dialled.clone(), video, leg: caller.clone() };
        let record = api::Call {
            id,
            conversation: None,
            dialled,
            video,
            legs: vec![caller],
            started_at: now,
            answered_at: None,
            ended_at: None,
            end_reason: None,
        };
        let party = Party::new(None, None);
        let mut call = Self {
            record,
            parties: BTreeMap::from([(leg, party)]),
            caller: leg,
            steered,
            groups: 0,
            best_failure: EndReason::Unreachable,
            transfer: None,
            effects: VecDeque::new(),
        };
        call.log(Logged::Started(started));
        call
    }

    /// The call as others see it.
    pub const fn record(&self) -> &api::Call {
        &self.record
    }

    /// The leg whose call it is: the calling one, unless it transferred the call.
    pub const fn caller(&self) -> LegId {
        self.caller
    }

    /// A leg as others see it.
    pub fn leg(&self, leg: LegId) -> Option<&Leg> {
        self.record.legs.iter().find(|l| l.id == leg)
    }

    /// Whether an app steers it.
    pub const fn is_steered(&self) -> bool {
        self.steered
    }

    /// Whether it is over.
    pub const fn is_over(&self) -> bool {
        self.record.ended_at.is_some()
    }

    /// The next order to the shell.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Call::deadline`] must be called.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.parties.values().filter_map(|party| party.ring_until).min()
    }

    /// The time of [`Call::poll_timeout`] has come: ringing legs whose time is over have no answer.
    pub fn deadline(&mut self, now: Timestamp) {
        let lapsed: Vec<_> = self
            .parties
            .iter()
            .filter(|(_, p)| p.ring_until.is_some_and(|until| until <= now))
            .map(|(leg, _)| *leg)
            .collect();
        for leg in lapsed {
            self.finish_leg(now, leg, EndReason::NoAnswer, true);
        }
        self.settle(now);
    }

    /// Rings legs together until `until`; the first answer ends the others.
    pub fn ring(&mut self, now: Timestamp, legs: Vec<Leg>, until: Timestamp) -> Result<(), Refused> {
        self.must_go_on()?;
        self.groups += 1;
        let group = RingGroup(self.groups);
        for mut leg in legs {
            leg.caller = false;
            leg.started_at = now;
            // A browser is alerted by the event itself; a phone has yet to say that it rings.
            leg.state = if leg.kind == LegKind::Web { LegState::Ringing } else { LegState::Dialing };
            let ringing = leg.state == LegState::Ringing;
            self.add(leg, Party::new(Some(group), Some(until)));
            if ringing {
                self.alert_caller();
            }
        }
        Ok(())
    }

    /// Nobody can be rung: the call ends for `reason`, or the app is left to decide.
    pub fn nobody(&mut self, now: Timestamp, reason: EndReason) {
        self.best_failure = reason;
        self.settle(now);
    }

    /// A leg's far end is alerted (18x).
    pub fn ringing(&mut self, leg: LegId) -> Result<(), Refused> {
        let state = self.open(leg)?.state;
        if state == LegState::Dialing && leg != self.caller {
            self.leg_mut(leg).state = LegState::Ringing;
            self.log(Logged::LegRinging(LegRinging { call: self.record.id, leg }));
            self.alert_caller();
        }
        Ok(())
    }

    /// The app answers the calling leg.
    pub fn answer_caller(&mut self, now: Timestamp) -> Result<(), Refused> {
        self.must_go_on()?;
        if self.is_connected(self.caller) {
            return Err(Refused::AlreadyAnswered);
        }
        self.connect(now, self.caller, None);
        self.plan_media();
        Ok(())
    }

    /// A rung leg was answered, on `device` if it is a browser.
    pub fn answered(&mut self, now: Timestamp, leg: LegId, device: Option<DeviceId>) -> Result<(), Refused> {
        self.open(leg)?;
        if self.is_connected(leg) {
            return Err(Refused::AlreadyAnswered);
        }
        let group = self.parties[&leg].group;
        let others: Vec<_> = self
            .parties
            .iter()
            .filter(|(id, party)| **id != leg && party.group == group)
            .map(|(id, _)| *id)
            .collect();
        for other in others {
            self.finish_leg(now, other, EndReason::AnsweredElsewhere, true);
        }
        if !self.is_connected(self.caller) {
            self.connect(now, self.caller, None);
        }
        if self.steered {
            // Whatever the app played to the caller ends with the answer, in this same step.
            self.effects.push_back(Effect::Quiet(self.caller));
        }
        self.connect(now, leg, device);
        self.transferred(now, group);
        self.plan_media();
        Ok(())
    }

    /// A leg ended by itself: its far end hung up, refused, or was lost. Nothing more is said to it.
    pub fn ended_by_far_end(&mut self, now: Timestamp, leg: LegId, reason: EndReason) -> Result<(), Refused> {
        self.open(leg)?;
        self.finish_leg(now, leg, reason, false);
        self.settle(now);
        Ok(())
    }

    /// We end a leg.
    pub fn hang_up(&mut self, now: Timestamp, leg: LegId, reason: EndReason) -> Result<(), Refused> {
        self.open(leg)?;
        self.finish_leg(now, leg, reason, true);
        self.settle(now);
        Ok(())
    }

    /// We end the call.
    pub fn end(&mut self, now: Timestamp, reason: EndReason) {
        if self.is_over() {
            return;
        }
        for leg in self.parties.keys().copied().collect::<Vec<_>>() {
            self.finish_leg(now, leg, reason, true);
        }
        self.over(now, reason);
    }

    /// A leg holds the others, or stops to.
    pub fn hold(&mut self, leg: LegId, held: bool) -> Result<(), Refused> {
        self.open(leg)?;
        let state = if held { LegState::Holding } else { LegState::Connected };
        if !self.is_connected(leg) {
            return Err(Refused::NotConnected);
        }
        if self.leg_mut(leg).state != state {
            self.leg_mut(leg).state = state;
            self.log(Logged::LegHeld(LegHeld { call: self.record.id, leg, held }));
            self.plan_media();
            self.notice(CallChange::Held { leg, held });
        }
        Ok(())
    }

    /// What a leg sends is dropped, or no more.
    pub fn mute(&mut self, leg: LegId, muted: bool) -> Result<(), Refused> {
        self.open(leg)?;
        if self.leg_mut(leg).muted != muted {
            self.leg_mut(leg).muted = muted;
            self.log(Logged::LegMuted(LegMuted { call: self.record.id, leg, muted }));
            self.effects.push_back(Effect::Mute { leg, muted });
        }
        Ok(())
    }

    /// A leg sent a digit: the phones of the others get it, and the app.
    pub fn digit(&mut self, leg: LegId, digit: char) -> Result<(), Refused> {
        self.open(leg)?;
        if !self.is_connected(leg) {
            return Err(Refused::NotConnected);
        }
        self.log(Logged::LegDtmf(LegDtmf { call: self.record.id, leg, digit }));
        let phones =
            self.record.legs.iter().filter(|l| l.id != leg && l.kind != LegKind::Web && is_connected(l));
        let sends: Vec<_> = phones.map(|l| Effect::SendDigit { leg: l.id, digit }).collect();
        self.effects.extend(sends);
        self.notice(CallChange::Digit { leg, digit });
        Ok(())
    }

    /// What the app played to a leg is over.
    pub fn played(&mut self, leg: LegId, play: u64) {
        self.notice(CallChange::Played { leg, play });
    }

    /// Ties the call to a conversation.
    pub fn set_conversation(&mut self, conversation: ConversationId) {
        self.record.conversation = Some(conversation);
        self.log(Logged::Conversation(CallConversation { call: self.record.id, conversation }));
    }

    /// The leg's media was made anew: orders again all that the relay does for it.
    pub fn media_anew(&mut self, leg: LegId) {
        let Some(party) = self.parties.get_mut(&leg) else { return };
        let wanted = std::mem::take(&mut party.media);
        self.plan(leg, wanted);
    }

    /// Whether a leg belongs into the call's room now.
    pub fn is_joined(&self, leg: LegId) -> bool {
        self.parties.get(&leg).is_some_and(|party| party.media.joined)
    }

    /// The legs that are not over.
    pub fn open_legs(&self) -> impl Iterator<Item = &Leg> {
        self.record.legs.iter().filter(|leg| leg.state != LegState::Ended)
    }

    /// The open leg of a user that rings.
    pub fn ringing_leg_of(&self, user: UserId) -> Option<LegId> {
        let rings = |l: &&Leg| l.user == Some(user) && l.kind == LegKind::Web && l.state == LegState::Ringing;
        self.record.legs.iter().find(rings).map(|l| l.id)
    }

    /// The open leg of a user on a browser, ringing or connected.
    pub fn web_leg_of(&self, user: UserId) -> Option<LegId> {
        let open = |l: &&Leg| l.user == Some(user) && l.kind == LegKind::Web && l.state != LegState::Ended;
        self.record.legs.iter().find(open).map(|l| l.id)
    }

    pub(crate) fn must_go_on(&self) -> Result<(), Refused> {
        if self.is_over() { Err(Refused::Over) } else { Ok(()) }
    }

    pub(crate) fn open(&self, leg: LegId) -> Result<&Leg, Refused> {
        self.leg(leg).filter(|l| l.state != LegState::Ended).ok_or(Refused::UnknownLeg)
    }

    pub(crate) fn add(&mut self, leg: Leg, party: Party) {
        self.parties.insert(leg.id, party);
        self.log(Logged::LegAdded(LegAdded { call: self.record.id, leg: leg.clone() }));
        self.record.legs.push(leg);
    }

    pub(crate) fn leg_mut(&mut self, leg: LegId) -> &mut Leg {
        self.record.legs.iter_mut().find(|l| l.id == leg).expect("a party has a leg in the record")
    }

    pub(crate) fn is_connected(&self, leg: LegId) -> bool {
        self.leg(leg).is_some_and(is_connected)
    }

    pub(crate) fn log(&mut self, event: Logged) {
        self.effects.push_back(Effect::Log(event));
    }

    fn notice(&mut self, change: CallChange) {
        if self.steered {
            self.effects.push_back(Effect::Notice(change));
        }
    }

    fn alert_caller(&mut self) {
        if self.is_connected(self.caller) {
            return;
        }
        match self.leg(self.caller).map(|l| l.kind) {
            Some(LegKind::Web) => self.plan(self.caller, MediaPlan { joined: false, sound: Sound::Ringback }),
            Some(_) => self.effects.push_back(Effect::Alert(self.caller)),
            None => {}
        }
    }

    pub(crate) fn connect(&mut self, now: Timestamp, leg: LegId, device: Option<DeviceId>) {
        let caller = leg == self.caller;
        let view = self.leg_mut(leg);
        view.state = LegState::Connected;
        view.answered_at = Some(now);
        view.device = device.or(view.device);
        let (user, device) = (view.user, view.device);
        if let Some(party) = self.parties.get_mut(&leg) {
            party.ring_until = None;
        }
        self.record.answered_at.get_or_insert(now);
        self.log(Logged::LegAnswered(LegAnswered { call: self.record.id, leg, device }));
        if caller {
            self.effects.push_back(Effect::Accept(leg));
        }
        self.notice(CallChange::Answered { leg, user: if caller { None } else { user } });
    }

    pub(crate) fn finish_leg(&mut self, now: Timestamp, leg: LegId, reason: EndReason, release: bool) {
        let was_answered = self.is_connected(leg);
        let Some(party) = self.close_leg(now, leg, reason) else { return };
        let user = self.leg_mut(leg).user;
        if !was_answered && party.group.is_some() && weight(reason) > weight(self.best_failure) {
            self.best_failure = reason;
        }
        if release {
            self.effects.push_back(Effect::Release { leg, reason });
        }
        self.effects.push_back(Effect::CloseMedia(leg));
        if !was_answered {
            self.not_transferred(party.group, reason);
        }
        self.notice(CallChange::LegEnded { leg, user, reason, was_answered });
    }

    /// The leg has no part in the call any more: in the record and the log, and no more than that. Answers what it was to the call.
    pub(crate) fn close_leg(&mut self, now: Timestamp, leg: LegId, reason: EndReason) -> Option<Party> {
        let party = self.parties.remove(&leg)?;
        let view = self.leg_mut(leg);
        view.state = LegState::Ended;
        view.ended_at = Some(now);
        view.end_reason = Some(reason);
        self.log(Logged::LegEnded(LegEnded { call: self.record.id, leg, reason }));
        Some(party)
    }

    /// Ends the call where nothing is left to go on with, and brings the media in line where something is.
    fn settle(&mut self, now: Timestamp) {
        if self.is_over() {
            return;
        }
        let Some(caller) = self.leg(self.caller) else { return };
        if caller.state == LegState::Ended {
            let answered = self.record.answered_at.is_some();
            let reason = caller.end_reason.unwrap_or(EndReason::Hangup);
            for leg in self.parties.keys().copied().collect::<Vec<_>>() {
                let told =
                    if self.is_connected(leg) { EndReason::RemoteHangup } else { EndReason::Cancelled };
                self.finish_leg(now, leg, told, true);
            }
            self.over(
                now,
                if answered || reason != EndReason::Hangup { reason } else { EndReason::Cancelled },
            );
            return;
        }
        let alone = self.parties.len() == 1;
        if alone && !self.steered {
            let (told, reason) = match self.record.answered_at {
                Some(_) => (EndReason::RemoteHangup, EndReason::Hangup),
                None => (self.best_failure, self.best_failure),
            };
            self.finish_leg(now, self.caller, told, true);
            self.over(now, reason);
            return;
        }
        self.plan_media();
    }

    pub(crate) fn over(&mut self, now: Timestamp, reason: EndReason) {
        self.record.ended_at = Some(now);
        self.record.end_reason = Some(reason);
        self.log(Logged::Ended(CallEnded { call: self.record.id, reason }));
        self.notice(CallChange::Ended { reason });
    }

    /// Holding legs are out of the room; the others hear music while somebody holds them.
    pub(crate) fn plan_media(&mut self) {
        let connected: Vec<_> = self
            .record
            .legs
            .iter()
            .filter(|l| is_connected(l))
            .map(|l| (l.id, l.state == LegState::Holding))
            .collect();
        // Who was transferred hears that somebody is rung, once nobody else is there.
        let waits = self.transfer.is_some() && connected.len() == 1;
        for &(leg, holds) in &connected {
            let held_by_other = connected.iter().any(|(other, holding)| *other != leg && *holding);
            let sound = match (waits, held_by_other && !holds) {
                (true, _) => Sound::Ringback,
                (false, true) => Sound::HoldMusic,
                (false, false) => Sound::None,
            };
            self.plan(leg, MediaPlan { joined: !holds, sound });
        }
    }

    fn plan(&mut self, leg: LegId, wanted: MediaPlan) {
        let Some(party) = self.parties.get_mut(&leg) else { return };
        let before = std::mem::replace(&mut party.media, wanted);
        if before.sound != wanted.sound {
            self.effects.push_back(match wanted.sound {
                Sound::None => Effect::Quiet(leg),
                Sound::Ringback => Effect::Ringback(leg),
                Sound::HoldMusic => Effect::HoldMusic(leg),
            });
        }
        if before.joined != wanted.joined {
            self.effects.push_back(if wanted.joined { Effect::Join(leg) } else { Effect::Leave(leg) });
        }
    }
}

pub(crate) const fn is_connected(leg: &Leg) -> bool {
    matches!(leg.state, LegState::Connected | LegState::Holding)
}

#[cfg(test)]
#[path = "call_tests.rs"]
pub(crate) mod tests;
