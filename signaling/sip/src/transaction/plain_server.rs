//! The server transaction of every method but INVITE (RFC 3261 §17.2.2).

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::{Effect, Packet, Timers};
use crate::Response;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlainServer {
    state: State,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    /// Trying and Proceeding. When nobody answered for 64 × T1 the client has given up, and so does this.
    Pending {
        latest: Option<Packet>,
        ends: Timestamp,
    },
    /// Repetitions of the request get the answer again. Timer J.
    Completed {
        packet: Packet,
        ends: Timestamp,
    },
    Terminated,
}

impl PlainServer {
    pub(crate) fn start(now: Timestamp, timers: &Timers) -> Self {
        Self { state: State::Pending { latest: None, ends: now.plus(timers.patience()) } }
    }

    /// The request came again.
    pub(crate) fn repeated(&self, effects: &mut Vec<Effect>) {
        if let State::Pending { latest: Some(packet), .. } | State::Completed { packet, .. } = &self.state {
            effects.push(Effect::Send(packet.0.clone()));
        }
    }

    /// Whether the response was taken: there is one final response.
    pub(crate) fn respond(
        &mut self,
        now: Timestamp,
        timers: &Timers,
        reliable: bool,
        response: &Response,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let State::Pending { latest, .. } = &mut self.state else { return false };
        let packet = Packet(response.to_bytes());
        effects.push(Effect::Send(packet.0.clone()));
        if response.status.is_provisional() {
            *latest = Some(packet);
        } else if reliable {
            self.state = State::Terminated;
        } else {
            self.state = State::Completed { packet, ends: now.plus(timers.patience()) };
        }
        true
    }

    pub(crate) fn elapse(&mut self, now: Timestamp) {
        match &self.state {
            State::Pending { ends, .. } | State::Completed { ends, .. } if *ends <= now => {
                self.state = State::Terminated
            }
            _ => {}
        }
    }

    pub(crate) const fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Pending { ends, .. } | State::Completed { ends, .. } => Some(*ends),
            State::Terminated => None,
        }
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
