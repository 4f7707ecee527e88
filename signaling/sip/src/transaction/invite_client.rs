//! The INVITE client transaction (RFC 3261 §17.1.1 as changed by RFC 6026).

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::{Effect, Packet, Repeat, Timers, earlier};
use crate::{Peer, Request, Response, Text};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InviteClient {
    /// As it was sent: ACK and CANCEL are made from it.
    pub(crate) request: Request,
    state: State,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    /// Nothing came back yet. Timers A (`repeat`) and B (`ends`).
    Calling {
        repeat: Option<Repeat>,
        ends: Timestamp,
        cancel: bool,
    },
    /// A provisional response came. It may ring for ever, unless it was cancelled.
    Proceeding {
        ends: Option<Timestamp>,
    },
    /// 2xx came; forks may bring more. Timer M.
    Accepted {
        ends: Timestamp,
        acks: Vec<Answered>,
    },
    /// Another final response came; it is acknowledged here. Timer D.
    Completed {
        ends: Timestamp,
        ack: Packet,
    },
    Terminated,
}

/// One fork's 2xx, and its ACK once the transaction user gave it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answered {
    to_tag: Text,
    ack: Option<(Peer, Packet)>,
}

impl InviteClient {
    pub(crate) fn start(
        now: Timestamp,
        timers: &Timers,
        reliable: bool,
        request: Request,
        effects: &mut Vec<Effect>,
    ) -> Self {
        effects.push(Effect::Send(request.to_bytes()));
        // Timer A doubles without a limit of its own; B ends it.
        let repeat = (!reliable).then(|| Repeat::new(now, timers.t1, timers.patience()));
        Self { request, state: State::Calling { repeat, ends: now.plus(timers.patience()), cancel: false } }
    }

    pub(crate) fn receive(
        &mut self,
        now: Timestamp,
        timers: &Timers,
        reliable: bool,
        response: Response,
        effects: &mut Vec<Effect>,
    ) {
        match &mut self.state {
            State::Calling { cancel, .. } if response.status.is_provisional() => {
                let ends = cancel.then(|| now.plus(timers.patience()));
                if *cancel {
                    effects.push(Effect::Cancel);
                }
                self.state = State::Proceeding { ends };
                effects.push(Effect::Tell(Box::new(response)));
            }
            State::Proceeding { .. } if response.status.is_provisional() => {
                effects.push(Effect::Tell(Box::new(response)))
            }
            State::Calling { .. } | State::Proceeding { .. } if response.status.is_success() => {
                let acks = vec![Answered::of(&response)];
                self.state = State::Accepted { ends: now.plus(timers.patience()), acks };
                effects.push(Effect::Tell(Box::new(response)));
            }
            State::Calling { .. } | State::Proceeding { .. } => {
                let ack = self.request.failure_ack(&response).to_bytes();
                effects.push(Effect::Send(ack.clone()));
                effects.push(Effect::Tell(Box::new(response)));
                self.state = match reliable {
                    true => State::Terminated,
                    false => State::Completed { ends: now.plus(timers.patience()), ack: Packet(ack) },
                };
            }
            State::Accepted { acks, .. } if response.status.is_success() => {
                let tag = response.to.tag().map_or("", Text::as_str);
                match acks.iter().find(|answered| answered.to_tag == tag) {
                    Some(Answered { ack: Some((to, packet)), .. }) => {
                        effects.push(Effect::SendTo(*to, packet.0.clone()));
                    }
                    Some(_) => {}
                    None => {
                        acks.push(Answered::of(&response));
                        effects.push(Effect::Tell(Box::new(response)));
                    }
                }
            }
            State::Completed { ack, .. } if response.status.is_final() && !response.status.is_success() => {
                effects.push(Effect::Send(ack.0.clone()));
            }
            State::Accepted { .. } | State::Completed { .. } | State::Terminated => {}
        }
    }

    /// Remembers the ACK of a 2xx, for when that comes again.
    pub(crate) fn acknowledge(&mut self, ack: &Request, to: Peer, packet: Packet) {
        if let State::Accepted { acks, .. } = &mut self.state {
            let tag = ack.to.tag().map_or("", Text::as_str);
            if let Some(answered) = acks.iter_mut().find(|answered| answered.to_tag == tag) {
                answered.ack = Some((to, packet));
            }
        }
    }

    /// Gives up. Without a provisional response the CANCEL has to wait for one (RFC 3261 §9.1).
    pub(crate) fn cancel(&mut self, now: Timestamp, timers: &Timers, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::Calling { cancel, .. } => *cancel = true,
            State::Proceeding { ends: ends @ None } => {
                *ends = Some(now.plus(timers.patience()));
                effects.push(Effect::Cancel);
            }
            _ => {}
        }
    }

    pub(crate) fn elapse(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::Calling { ends, .. } | State::Proceeding { ends: Some(ends) } if *ends <= now => {
                effects.push(Effect::Timeout);
                self.state = State::Terminated;
            }
            State::Calling { repeat: Some(repeat), .. } => {
                effects.extend(repeat.due(now).then(|| Effect::Send(self.request.to_bytes())));
            }
            State::Accepted { ends, .. } | State::Completed { ends, .. } if *ends <= now => {
                self.state = State::Terminated
            }
            _ => {}
        }
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Calling { repeat, ends, .. } => earlier(repeat.map(|repeat| repeat.at), Some(*ends)),
            State::Proceeding { ends } => *ends,
            State::Accepted { ends, .. } | State::Completed { ends, .. } => Some(*ends),
            State::Terminated => None,
        }
    }

    /// Whether a final response is still to come.
    pub(crate) const fn is_pending(&self) -> bool {
        matches!(self.state, State::Calling { .. } | State::Proceeding { .. })
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

impl Answered {
    fn of(response: &Response) -> Self {
        Self { to_tag: response.to.tag().map(Text::detached).unwrap_or_default(), ack: None }
    }
}
