//! A leg has the other side talk to somebody else: a blind transfer.

use serde::{Deserialize, Serialize};
use tandem_proto::{LegId, Timestamp, api::EndReason};

use crate::{
    Call, Effect, Refused,
    call::{RingGroup, is_connected},
};

/// A transfer that somebody is rung for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) by: LegId,
    pub(crate) group: RingGroup,
}

impl Call {
    /// A connected leg has the only other one talk to whoever is rung next, with [`Call::ring`]. The call is the other's from now on: it
    /// goes on without `by`, who may hang up before anybody answers. With the answer `by` is ended. [`Effect::Referred`] tells it.
    pub fn refer(&mut self, by: LegId) -> Result<(), Refused> {
        self.caller = self.whom_to_transfer(by)?;
        self.transfer = Some(Transfer { by, group: RingGroup(self.groups + 1) });
        Ok(())
    }

    /// Whom `by` may have talk to somebody else.
    pub(crate) fn whom_to_transfer(&self, by: LegId) -> Result<LegId, Refused> {
        self.must_go_on()?;
        self.open(by)?;
        let connected: Vec<_> = self.open_legs().filter(|leg| is_connected(leg)).map(|leg| leg.id).collect();
        let other = match connected[..] {
            [one, other] if one == by => other,
            [other, one] if one == by => other,
            _ => return Err(Refused::NotConnected),
        };
        if self.transfer.is_some() || self.is_steered() {
            return Err(Refused::NotNow);
        }
        Ok(other)
    }

    /// Nobody could be rung for the transfer: both talk on.
    pub fn refer_failed(&mut self) {
        self.transfer = None;
    }

    /// A leg of `group` was answered: who asked for it has nothing more to say here.
    pub(crate) fn transferred(&mut self, now: Timestamp, group: Option<RingGroup>) {
        if let Some(transfer) = self.transfer.take_if(|transfer| Some(transfer.group) == group) {
            self.effects.push_back(Effect::Referred { leg: transfer.by, failed: None });
            self.finish_leg(now, transfer.by, EndReason::Hangup, true);
        }
    }

    /// A leg of `group` ended without an answer; if it was the last one, the transfer failed.
    pub(crate) fn not_transferred(&mut self, group: Option<RingGroup>, reason: EndReason) {
        let rings = self.parties.values().any(|party| party.group == group);
        if let Some(transfer) = self.transfer.take_if(|transfer| Some(transfer.group) == group && !rings) {
            self.effects.push_back(Effect::Referred { leg: transfer.by, failed: Some(reason) });
        }
    }
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
