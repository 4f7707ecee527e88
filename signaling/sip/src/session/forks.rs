//! The branches of an INVITE that was forked on its way: a dialog for each far end that answers (RFC 3261 §13.2.2.4).

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    Dialog, DialogError, Method, Peer, Provisional, ReliableReceiver, Request, Response, Text,
    transaction::Packet,
};

/// Far ends one INVITE may ring; more are not told apart.
const MAX_BRANCHES: usize = 32;

/// What one INVITE led to so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Forks {
    invite: Request,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    branches: BTreeMap<Text, Branch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answered: Option<Text>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Branch {
    dialog: Dialog,
    reliable: ReliableReceiver,
    /// The body of the first reliable response that had one: the answer, which the 2xx need not repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Packet>,
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
    /// The first 2xx: acknowledge it. Whoever forked the INVITE ends the other branches.
    Answered {
        /// The call is with this dialog.
        dialog: Box<Dialog>,
        /// What the far end answered our offer with: the body of the 2xx, or of a reliable response before it.
        answer: Bytes,
    },
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

    /// An INVITE that `dialog` answered, as far as it is known: the answers of others are surplus.
    pub fn answered_by(invite: Request, dialog: Dialog) -> Self {
        let mut forks = Self::new(invite);
        let tag = dialog.id().remote_tag;
        forks.branches.insert(tag.clone(), Branch::new(dialog));
        forks.answered = Some(tag);
        forks
    }

    /// The INVITE.
    pub const fn invite(&self) -> &Request {
        &self.invite
    }

    /// Restored from what may be some requests old: leaves out so many CSeq numbers in every dialog, and confirms the latest reliable
    /// response of each once more if it comes again, for the PRACK may be lost.
    pub fn restored(&mut self, numbers: u32) {
        for branch in self.branches.values_mut() {
            branch.dialog.skip(numbers);
            branch.reliable.restored();
        }
    }

    /// The early dialog of a far end, or the one that answered.
    pub fn dialog(&mut self, tag: &str) -> Option<&mut Dialog> {
        self.branches.get_mut(tag).map(|branch| &mut branch.dialog)
    }

    /// Whether a far end that rings has answered our offer already, so that it may make one of its own (RFC 3311 §5.1).
    pub fn has_answered(&self, tag: &str) -> bool {
        self.branches.get(tag).is_some_and(|branch| branch.answer.is_some())
    }

    /// A far end that rings has offered anew, and was answered: what it said before is past.
    pub fn redescribed(&mut self, tag: &str, description: Bytes) {
        if let Some(branch) = self.branches.get_mut(tag) {
            branch.answer = Some(Packet(description));
        }
    }

    /// The far ends heard of.
    pub fn tags(&self) -> impl Iterator<Item = &Text> {
        self.branches.keys()
    }

    /// The dialogs of the far ends heard of.
    pub fn dialogs(&self) -> impl Iterator<Item = &Dialog> {
        self.branches.values().map(|branch| &branch.dialog)
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
            Provisional::Confirm(rack) => {
                if !response.body.is_empty() {
                    branch.answer.get_or_insert_with(|| Packet(response.body.clone()));
                }
                Some(Box::new(branch.dialog.prack(&rack)))
            }
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
                Ok(ForkEvent::Surplus(Box::new([ack, dialog.request(Method::Bye)])))
            }
            None => {
                let early = self.branches.remove(&tag);
                let (mut dialog, early_answer) = match early {
                    Some(branch) => (branch.dialog, branch.answer),
                    None => (Dialog::uac(&self.invite, response, from)?, None),
                };
                dialog.receive_response(response)?;
                dialog.peer = from;
                self.branches.clear();
                self.branches.insert(tag.clone(), Branch::new(dialog.clone()));
                self.answered = Some(tag);
                let answer = match early_answer {
                    Some(Packet(answer)) if response.body.is_empty() => answer,
                    _ => response.body.clone(),
                };
                Ok(ForkEvent::Answered { dialog: Box::new(dialog), answer })
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
            self.branches.insert(tag.clone(), Branch::new(dialog));
        }
        Ok(true)
    }
}

impl Branch {
    fn new(dialog: Dialog) -> Self {
        Self { dialog, reliable: ReliableReceiver::default(), answer: None }
    }
}
