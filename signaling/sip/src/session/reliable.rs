//! Provisional responses that arrive (RFC 3262): numbered and repeated by the called side until a PRACK confirms them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use crate::{Name, ParseError, RAck, Request, Response, StatusCode, Text, Timers, transaction::Repeat};

/// The option tag.
const RELIABLE: &str = "100rel";
/// Responses that may wait for the PRACK of one before.
const MAX_WAITING: usize = 8;

/// The called side of one INVITE: sends one reliable provisional response at a time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReliableSender {
    invite: u32,
    next: u32,
    out: Option<Out>,
    waiting: VecDeque<Response>,
    /// Whether any response was given to it.
    begun: bool,
    /// The INVITE was answered finally: what is out is not repeated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    finished: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Out {
    rseq: u32,
    response: Response,
    repeat: Repeat,
    until: Timestamp,
}

/// What time asks of a [`ReliableSender`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReliableDue {
    /// Send it again.
    Again(Box<Response>),
    /// No PRACK came for 64 × T1: answer the INVITE 5xx (RFC 3262 §3).
    GiveUp,
}

impl ReliableSender {
    /// For an INVITE that takes reliable responses; `None` if it does not say so. `first` is a number the other side cannot guess,
    /// made to lie between 1 and 2³¹ − 1.
    pub fn of(invite: &Request, first: u32) -> Option<Self> {
        let next = (first % (1 << 31)).max(1);
        let supports = invite.headers.lists(&Name::Supported, RELIABLE);
        (supports || Self::is_required(invite)).then(|| Self {
            invite: invite.cseq.number,
            next,
            out: None,
            waiting: VecDeque::new(),
            begun: false,
            finished: false,
        })
    }

    /// Whether an INVITE takes no provisional responses but reliable ones.
    pub fn is_required(invite: &Request) -> bool {
        invite.headers.lists(&Name::Require, RELIABLE)
    }

    /// Whether a response was sent already, or waits to be.
    pub const fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether a response waits for its PRACK. A 2xx must wait for it as well if the response carries a description (RFC 3262 §3).
    pub const fn is_out(&self) -> bool {
        self.out.is_some()
    }

    /// Makes a provisional response (never 100) reliable. What comes back is to be sent now; one that has to wait comes back from
    /// [`Self::prack`]. Too many that wait push out the oldest.
    pub fn send(&mut self, now: Timestamp, timers: &Timers, response: Response) -> Option<Response> {
        debug_assert!(response.status.is_provisional() && response.status != StatusCode::TRYING);
        self.begun = true;
        if self.out.is_none() {
            return Some(self.start(now, timers, response));
        }
        if self.waiting.len() == MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(response);
        None
    }

    /// Takes a PRACK. `Ok` says that it is to be answered 2xx, and which response goes out next; `Err` refuses it: 481 if it confirms
    /// nothing that is out, 400 if it cannot be read.
    pub fn prack(
        &mut self,
        now: Timestamp,
        timers: &Timers,
        prack: &Request,
    ) -> Result<Option<Response>, StatusCode> {
        let rack = prack.headers.rack().map_err(|error| error.status())?.ok_or(StatusCode::BAD_REQUEST)?;
        let expected = self.out.as_ref().map(|out| RAck::of(out.rseq, self.invite));
        if expected != Some(rack) {
            return Err(StatusCode::NO_SUCH_DIALOG);
        }
        self.out = None;
        Ok(self.waiting.pop_front().map(|response| self.start(now, timers, response)))
    }

    /// When [`Self::elapse`] is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.out.as_ref().filter(|_| !self.finished).map(|out| out.repeat.at().min(out.until))
    }

    /// What is due now. After giving up nothing is out any more.
    pub fn elapse(&mut self, now: Timestamp) -> Option<ReliableDue> {
        if self.finished {
            return None;
        }
        if self.out.take_if(|out| out.until <= now).is_some() {
            self.waiting.clear();
            return Some(ReliableDue::GiveUp);
        }
        let out = self.out.as_mut()?;
        out.repeat.due(now).then(|| ReliableDue::Again(Box::new(out.response.clone())))
    }

    /// The INVITE was answered finally: nothing is repeated, and nothing that waits is sent. The PRACK of what is out may still come.
    pub fn finish(&mut self) {
        self.finished = true;
        self.waiting.clear();
    }

    fn start(&mut self, now: Timestamp, timers: &Timers, response: Response) -> Response {
        let rseq = self.next;
        self.next = rseq % ((1 << 31) - 1) + 1;
        let response = response.with(Name::Require, Text::of(RELIABLE)).with(Name::RSeq, rseq.to_string());
        let until = now.plus(timers.patience());
        let repeat = Repeat::new(now, timers.t1, timers.patience());
        self.out = Some(Out { rseq, response: response.clone(), repeat, until });
        response
    }
}

/// The calling side of one early dialog: which reliable responses it has seen.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ReliableReceiver {
    last: Option<u32>,
    /// Whether the PRACK of the latest may be lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unsure: bool,
}

/// What a provisional response asks of the calling side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provisional {
    /// It is not reliable: take it in.
    Plain,
    /// Take it in, and send a PRACK with this RAck.
    Confirm(RAck),
    /// Seen already, and its PRACK is on its way: nothing.
    Repeated,
    /// One before it is missing; it will come again (RFC 3262 §4): nothing.
    TooEarly,
}

impl ReliableReceiver {
    /// Restored elsewhere: whether the latest PRACK arrived is not known.
    pub const fn restored(&mut self) {
        self.unsure = self.last.is_some();
    }

    /// Takes a provisional response of the dialog.
    pub fn receive(&mut self, response: &Response) -> Result<Provisional, ParseError> {
        if response.status == StatusCode::TRYING || !response.headers.lists(&Name::Require, RELIABLE) {
            return Ok(Provisional::Plain);
        }
        let Some(rseq) = response.headers.rseq()? else { return Ok(Provisional::Plain) };
        let unsure = std::mem::take(&mut self.unsure);
        Ok(match self.last {
            Some(last) if rseq == last && unsure => {
                Provisional::Confirm(RAck::of(rseq, response.cseq.number))
            }
            Some(last) if rseq <= last => Provisional::Repeated,
            Some(last) if rseq > last + 1 => Provisional::TooEarly,
            _ => {
                self.last = Some(rseq);
                Provisional::Confirm(RAck::of(rseq, response.cseq.number))
            }
        })
    }
}
