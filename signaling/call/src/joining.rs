//! Two calls become one: who talks, or rings, in one of them goes on in the other (attended transfer, RFC 5589 §7).

use tandem_proto::{
    CallId, LegId, Timestamp,
    api::{EndReason, Leg, LegState},
    events::call::{LegHeld, LegTransferred},
};

use crate::{
    Call, Effect, Logged, Refused,
    call::{Party, RingGroup, is_connected},
    transfer::Transfer,
};

/// A leg on its way from one call to another.
#[derive(Clone, Debug)]
pub struct Moving {
    /// As it was in the former.
    pub leg: Leg,
    ring_until: Option<Timestamp>,
}

impl Call {
    /// Whoever talks with `by`, or rings for it, goes on in the call `to`. `by` is ended, and this call with it. Refused, nothing has changed.
    pub fn hand_over(&mut self, now: Timestamp, by: LegId, to: CallId) -> Result<Vec<Moving>, Refused> {
        self.must_go_on()?;
        let answered = is_connected(self.open(by)?);
        if self.transfer.is_some() || self.is_steered() {
            return Err(Refused::NotNow);
        }
        let others: Vec<_> = self.open_legs().filter(|leg| leg.id != by).cloned().collect();
        let talks = answered && matches!(&others[..], [other] if is_connected(other));
        let rings = by == self.caller && !others.is_empty() && !others.iter().any(is_connected);
        let (told, reason) = match (talks, rings) {
            (true, _) => (EndReason::RemoteHangup, EndReason::Hangup),
            (_, true) => (EndReason::Cancelled, EndReason::Cancelled),
            _ => return Err(Refused::NotConnected),
        };
        let from = self.record().id;
        let mut moving = Vec::new();
        for leg in others {
            self.log(Logged::LegTransferred(LegTransferred { call: from, leg: leg.id, from, to }));
            let party = self.close_leg(now, leg.id, told);
            moving.push(Moving { leg, ring_until: party.and_then(|party| party.ring_until) });
        }
        self.finish_leg(now, by, reason, true);
        self.over(now, reason);
        Ok(moving)
    }

    /// Those of the call `from` go on here, with whom `by` talks to. If they talk, `by` is ended; if they ring, it is as after
    /// [`Call::refer`]. [`Effect::Referred`] tells it. Refused, nothing has changed.
    pub fn take_in(
        &mut self,
        now: Timestamp,
        by: LegId,
        from: CallId,
        moving: Vec<Moving>,
    ) -> Result<(), Refused> {
        self.caller = self.whom_to_transfer(by)?;
        self.groups += 1;
        let group = RingGroup(self.groups);
        let talk = moving.iter().any(|moving| is_connected(&moving.leg));
        for moving in moving {
            self.admit(now, group, from, moving);
        }
        if talk {
            self.effects.push_back(Effect::Referred { leg: by, failed: None });
            self.finish_leg(now, by, EndReason::Hangup, true);
        } else {
            self.transfer = Some(Transfer { by, group });
        }
        self.plan_media();
        Ok(())
    }

    fn admit(&mut self, now: Timestamp, group: RingGroup, from: CallId, moving: Moving) {
        let (call, leg, state, device) =
            (self.record().id, moving.leg.id, moving.leg.state, moving.leg.device);
        let talks = is_connected(&moving.leg);
        // In this call its time begins now.
        let state_before = if talks { LegState::Dialing } else { state };
        let added = Leg {
            caller: false,
            state: state_before,
            started_at: now,
            answered_at: None,
            ended_at: None,
            end_reason: None,
            ..moving.leg
        };
        let group = (!talks).then_some(group);
        self.add(added, Party::new(group, moving.ring_until));
        self.log(Logged::LegTransferred(LegTransferred { call, leg, from, to: call }));
        if !talks {
            return;
        }
        self.connect(now, leg, device);
        // What it heard in the former call.
        self.effects.push_back(Effect::Quiet(leg));
        if state == LegState::Holding {
            self.leg_mut(leg).state = state;
            self.log(Logged::LegHeld(LegHeld { call, leg, held: true }));
        }
    }
}

#[cfg(test)]
#[path = "joining_tests.rs"]
mod tests;
