//! The client transaction of every method but INVITE (RFC 3261 §17.1.2).

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::{Effect, Packet, Repeat, Timers, earlier};
use crate::{Request, Response};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlainClient {
    state: State,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    /// Trying and Proceeding: timers E (`repeat`) and F (`ends`).
    Pending {
        packet: Packet,
        repeat: Option<Repeat>,
        ends: Timestamp,
    },
    /// Answered; repetitions of the answer are absorbed. Timer K.
    Completed {
        ends: Timestamp,
    },
    Terminated,
}

impl PlainClient {
    pub(crate) fn start(
        now: Timestamp,
        timers: &Timers,
        reliable: bool,
        request: &Request,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let packet = request.to_bytes();
        effects.push(Effect::Send(packet.clone()));
        let repeat = (!reliable).then(|| Repeat::new(now, timers.t1, timers.t2));
        Self { state: State::Pending { packet: Packet(packet), repeat, ends: now.plus(timers.patience()) } }
    }

    pub(crate) fn receive(
        &mut self,
        now: Timestamp,
        timers: &Timers,
        reliable: bool,
        response: Response,
        effects: &mut Vec<Effect>,
    ) {
        let State::Pending { repeat, .. } = &mut self.state else { return };
        if response.status.is_provisional() {
            // In Proceeding it is repeated at T2 only.
            if let Some(repeat) = repeat {
                repeat.interval = timers.t2;
            }
        } else {
            self.state =
                if reliable { State::Terminated } else { State::Completed { ends: now.plus(timers.t4) } };
        }
        effects.push(Effect::Tell(Box::new(response)));
    }

    pub(crate) fn elapse(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::Pending { ends, .. } if *ends <= now => {
                effects.push(Effect::Timeout);
                self.state = State::Terminated;
            }
            State::Pending { packet, repeat: Some(repeat), .. } => {
                effects.extend(repeat.due(now).then(|| Effect::Send(packet.0.clone())));
            }
            State::Completed { ends } if *ends <= now => self.state = State::Terminated,
            _ => {}
        }
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Pending { repeat, ends, .. } => earlier(repeat.map(|repeat| repeat.at), Some(*ends)),
            State::Completed { ends } => Some(*ends),
            State::Terminated => None,
        }
    }

    /// Whether a final response is still to come.
    pub(crate) const fn is_pending(&self) -> bool {
        matches!(self.state, State::Pending { .. })
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
