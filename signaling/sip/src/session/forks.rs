//! The branches of an INVITE that was forked on its way: a dialog for each far end that answers (RFC 3261 §13.2.2.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Dialog, DialogError, Peer, Provisional, ReliableReceiver, Request, Response, Text};

/// Far ends one INVITE may ring; more are not told apart.
const MAX_BRANCHES: usize = 32;

/// What one INVITE led to so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Forks {
    invite: Request,
    branches: BTreeMap<Text, Branch>,
    answered: Option<Text>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Branch {
    dialog: Dialog,
    reliable: ReliableReceiver,
}

/// What a response to the INVITE asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ForkEvent {
    /// Nothing: a 100, a repetition, or one whose predecessor is missing.
    Nothing,
    /// A far end is alerted, or sends early media. A PRACK is to be sent if there is one.
    Early {
        /// Its tag.
        tag: Text,
        /// The PRACK, within its dialog.
        prack: Option<Box<Request>>,
    },
    /// The first 2xx: the call is with this dialog. Acknowledge it, and cancel the INVITE, which ends the other branches.
    Answered(Box<Dialog>),
    /// Another far end was as fast: acknowledge its 2xx with the first request, then send the second, a BYE.
    Surplus(Box<[Request; 2]>),
    /// The answer again: repeat the ACK.
    Again,
    /// Every branch failed with this response.
    Failed,
}

impl Forks {
    /// An INVITE that goes out, in the form it is sent in ([`Request::leaving`]): so it can be saved.
    pub const fn new(invite: Request) -> Self {
        Self { invite, branches: BTreeMap::new(), answered: None }
    }

    /// The early dialog of a far end, or the one that answered.
    pub fn dialog(&mut self, tag: &str) -> Option<&mut Dialog> {
        self.branches.get_mut(tag).map(|branch| &mut branch.dialog)
    }

    /// The far ends heard of.
    pub fn tags(&self) -> impl Iterator<Item = &Text> {
        self.branches.keys()
    }

    /// Takes a response to the INVITE.
    pub fn receive(&mut self, response: &Response, from: Peer) -> Result<ForkEvent, DialogError> {
        let code = response.status.code();
        if code >= 300 {
            return Ok(if self.answered.is_some() { ForkEvent::Nothing } else { ForkEvent::Failed });
        }
        let Some(tag) = response.to.tag().map(Text::detached).filter(|_| code > 100) else {
            return Ok(ForkEvent::Nothing);
        };
        if code < 200 { self.early(tag, response, from) } else { self.success(tag, response, from) }
    }

    fn early(&mut self, tag: Text, response: &Response, from: Peer) -> Result<ForkEvent, DialogError> {
        if self.answered.is_some() || !self.make(&tag, response, from)? {
            return Ok(ForkEvent::Nothing);
        }
        let Some(branch) = self.branches.get_mut(&tag) else { return Ok(ForkEvent::Nothing) };
        let prack = match branch.reliable.receive(response)? {
            Provisional::Plain => None,
            Provisional::Confirm(rack) => Some(Box::new(branch.dialog.prack(&rack))),
            Provisional::Repeated | Provisional::TooEarly => return Ok(ForkEvent::Nothing),
        };
        Ok(ForkEvent::Early { tag, prack })
    }

    fn success(&mut self, tag: Text, response: &Response, from: Peer) -> Result<ForkEvent, DialogError> {
        match &self.answered {
            Some(first) if *first == tag => Ok(ForkEvent::Again),
            Some(_) => {
                let mut dialog = Dialog::uac(&self.invite, response, from)?;
                let ack = dialog.ack(self.invite.cseq.number);
                Ok(ForkEvent::Surplus(Box::new([ack, dialog.request(crate::Method::Bye)])))
            }
            None => {
                let mut dialog = match self.branches.remove(&tag) {
                    Some(branch) => branch.dialog,
                    None => Dialog::uac(&self.invite, response, from)?,
                };
                dialog.receive_response(response)?;
                self.branches.clear();
                let branch = Branch { dialog: dialog.clone(), reliable: ReliableReceiver::default() };
                self.branches.insert(tag.clone(), branch);
                self.answered = Some(tag);
                Ok(ForkEvent::Answered(Box::new(dialog)))
            }
        }
    }

    /// Whether there is a branch for `tag`, which is made if there is room.
    fn make(&mut self, tag: &Text, response: &Response, from: Peer) -> Result<bool, DialogError> {
        if !self.branches.contains_key(tag) {
            if self.branches.len() == MAX_BRANCHES {
                return Ok(false);
            }
            let dialog = Dialog::uac(&self.invite, response, from)?;
            self.branches.insert(tag.clone(), Branch { dialog, reliable: ReliableReceiver::default() });
        }
        Ok(true)
    }
}
