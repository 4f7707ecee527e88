//! The INVITE server transaction (RFC 3261 §17.2.1 as changed by RFC 6026), and what a user agent core does beside it: a 2xx is
//! repeated until its ACK comes, on every transport (RFC 3261 §13.3.1.4).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::{Effect, Packet, Repeat, Timers, earlier};
use crate::{Response, StatusCode};

/// After this long without a response of the transaction user, 100 is sent (RFC 3261 §17.2.1).
const TRYING_AFTER: Duration = Duration::from_millis(200);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InviteServer {
    state: State,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    /// Not answered yet; repetitions of the INVITE get the latest provisional response.
    Proceeding {
        trying: Packet,
        trying_at: Option<Timestamp>,
        latest: Option<Packet>,
    },
    /// Answered 2xx, not acknowledged yet.
    Accepted {
        packet: Packet,
        repeat: Repeat,
        ends: Timestamp,
    },
    /// The ACK of the 2xx came; repetitions of the INVITE are absorbed. Timer L.
    Acknowledged {
        ends: Timestamp,
    },
    /// Answered 3xx to 6xx, not acknowledged yet. Timers G (`repeat`) and H (`ends`).
    Completed {
        packet: Packet,
        repeat: Option<Repeat>,
        ends: Timestamp,
    },
    /// Its ACK came; repetitions of it are absorbed. Timer I.
    Confirmed {
        ends: Timestamp,
    },
    Terminated,
}

impl InviteServer {
    /// `trying` is the 100 for the INVITE.
    pub(crate) fn start(now: Timestamp, trying: &Response) -> Self {
        let trying = Packet(trying.to_bytes());
        Self { state: State::Proceeding { trying, trying_at: Some(now.plus(TRYING_AFTER)), latest: None } }
    }

    /// The INVITE came again.
    pub(crate) fn repeated(&mut self, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::Proceeding { trying, trying_at, latest } => {
                *trying_at = None;
                effects.push(Effect::Send(latest.as_ref().unwrap_or(trying).0.clone()));
            }
            State::Completed { packet, .. } => effects.push(Effect::Send(packet.0.clone())),
            _ => {}
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
        let State::Proceeding { trying_at, latest, .. } = &mut self.state else { return false };
        let packet = Packet(response.to_bytes());
        effects.push(Effect::Send(packet.0.clone()));
        let ends = now.plus(timers.patience());
        if response.status == StatusCode::TRYING {
            *trying_at = None;
        } else if response.status.is_provisional() {
            (*trying_at, *latest) = (None, Some(packet));
        } else if response.status.is_success() {
            self.state = State::Accepted { packet, repeat: Repeat::new(now, timers.t1, timers.t2), ends };
        } else {
            let repeat = (!reliable).then(|| Repeat::new(now, timers.t1, timers.t2));
            self.state = State::Completed { packet, repeat, ends };
        }
        true
    }

    /// An ACK came, for a 2xx (which is no part of this transaction) or another final response. Whether it was the first for a 2xx.
    pub(crate) fn acknowledged(&mut self, now: Timestamp, timers: &Timers, reliable: bool) -> bool {
        match &self.state {
            State::Accepted { ends, .. } => {
                self.state = State::Acknowledged { ends: *ends };
                true
            }
            State::Completed { .. } => {
                self.state =
                    if reliable { State::Terminated } else { State::Confirmed { ends: now.plus(timers.t4) } };
                false
            }
            _ => false,
        }
    }

    pub(crate) fn elapse(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::Proceeding { trying, trying_at, .. } => {
                effects.extend(trying_at.take_if(|at| *at <= now).map(|_| Effect::Send(trying.0.clone())));
            }
            State::Accepted { ends, .. } if *ends <= now => {
                effects.push(Effect::AckMissing);
                self.state = State::Terminated;
            }
            State::Accepted { packet, repeat, .. } => {
                effects.extend(repeat.due(now).then(|| Effect::Send(packet.0.clone())));
            }
            State::Completed { ends, .. } | State::Acknowledged { ends } | State::Confirmed { ends }
                if *ends <= now =>
            {
                self.state = State::Terminated;
            }
            State::Completed { packet, repeat: Some(repeat), .. } => {
                effects.extend(repeat.due(now).then(|| Effect::Send(packet.0.clone())));
            }
            _ => {}
        }
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Proceeding { trying_at, .. } => *trying_at,
            State::Accepted { repeat, ends, .. } => earlier(Some(repeat.at), Some(*ends)),
            State::Completed { repeat, ends, .. } => earlier(repeat.map(|repeat| repeat.at), Some(*ends)),
            State::Acknowledged { ends } | State::Confirmed { ends } => Some(*ends),
            State::Terminated => None,
        }
    }

    /// Whether the transaction user still has to answer.
    pub(crate) const fn is_pending(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
