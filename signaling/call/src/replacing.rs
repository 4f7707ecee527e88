//! A leg takes the place of another: a person goes on at another phone, or answers there what rings here (RFC 3891).

use tandem_proto::{
    LegId, Timestamp,
    api::{EndReason, Leg, LegState},
    events::call::LegReplaced,
};

use crate::{Call, Effect, Logged, Refused, call::Party};

impl Call {
    /// Whether another leg may take the place of this one: it talks or is rung, no app steers the call, and it has no transfer under way.
    pub fn is_replaceable(&self, leg: LegId) -> Result<(), Refused> {
        self.must_go_on()?;
        self.open(leg)?;
        if self.is_steered() || self.transfer.is_some_and(|transfer| transfer.by == leg) {
            return Err(Refused::NotNow);
        }
        let rung = self.parties.get(&leg).is_some_and(|party| party.group.is_some());
        if rung || self.is_connected(leg) { Ok(()) } else { Err(Refused::NotConnected) }
    }

    /// `leg` takes the place of `former`, which is ended: in a conversation, or by answering what rang there. Refused, nothing has changed.
    pub fn replace(&mut self, now: Timestamp, former: LegId, mut leg: Leg) -> Result<(), Refused> {
        self.is_replaceable(former)?;
        let (call, by, talks) = (self.record().id, leg.id, self.is_connected(former));
        let group = self.parties.get(&former).and_then(|party| party.group).filter(|_| !talks);
        (leg.caller, leg.state, leg.started_at) = (false, LegState::Dialing, now);
        self.add(leg, Party::new(group, None));
        self.log(Logged::LegReplaced(LegReplaced { call, leg: former, by }));
        self.effects.push_back(Effect::Accept(by));
        if !talks {
            return self.answered(now, by, None);
        }
        self.connect(now, by, None);
        if self.caller == former {
            self.caller = by;
        }
        self.finish_leg(now, former, EndReason::AnsweredElsewhere, true);
        self.plan_media();
        Ok(())
    }
}

#[cfg(test)]
#[path = "replacing_tests.rs"]
mod tests;
