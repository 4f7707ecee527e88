//! Where the conversations under way can be reached.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tandem_proto::{CallId, ConversationId, OrgId, Timestamp, UserId, api};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{EngageError, conversation::Input};

/// Messages a conversation may have waiting. A call yields a handful a second at most: one that has more is stuck.
const INBOX: usize = 512;

/// What a conversation's task is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// Something happened.
    Input(Timestamp, Input),
    /// An agent gives a code; answered with the conversation as it is then.
    WrapUp {
        agent: UserId,
        wrap_up: api::WrapUp,
        done: oneshot::Sender<Result<api::Conversation, EngageError>>,
    },
}

/// The conversations under way.
#[derive(Debug, Default)]
pub(crate) struct Registry(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    inboxes: HashMap<ConversationId, Reached>,
    by_call: HashMap<CallId, ConversationId>,
}

#[derive(Debug)]
struct Reached {
    org: OrgId,
    call: Option<CallId>,
    inbox: mpsc::Sender<Message>,
    durable: watch::Receiver<bool>,
}

/// A conversation's ends of what it is reached by.
#[derive(Debug)]
pub(crate) struct Reach {
    pub(crate) messages: mpsc::Receiver<Message>,
    /// To say that it is durable.
    pub(crate) durable: watch::Sender<bool>,
}

impl Registry {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a conversation reachable.
    pub(crate) fn add(&self, org: OrgId, conversation: ConversationId, call: Option<CallId>) -> Reach {
        let (inbox, messages) = mpsc::channel(INBOX);
        let (durable, is_durable) = watch::channel(false);
        let mut tables = self.tables();
        tables.inboxes.insert(conversation, Reached { org, call, inbox, durable: is_durable });
        tables.by_call.extend(call.map(|call| (call, conversation)));
        Reach { messages, durable }
    }

    /// It is over.
    pub(crate) fn remove(&self, conversation: ConversationId) {
        self.tables().remove(conversation);
    }

    /// An org's conversations are another node's now.
    pub(crate) fn forget(&self, org: OrgId) {
        let mut tables = self.tables();
        let its = tables.inboxes.iter().filter(|(_, reached)| reached.org == org);
        for conversation in its.map(|(conversation, _)| *conversation).collect::<Vec<_>>() {
            tables.remove(conversation);
        }
    }

    /// The conversation a call carries.
    pub(crate) fn of_call(&self, call: CallId) -> Option<ConversationId> {
        self.tables().by_call.get(&call).copied()
    }

    /// Becomes true once the conversation is durable; closes when it never will be.
    pub(crate) fn durable(&self, conversation: ConversationId) -> Option<watch::Receiver<bool>> {
        self.tables().inboxes.get(&conversation).map(|reached| reached.durable.clone())
    }

    /// Hands on a message; gives it back when there is no such conversation.
    pub(crate) fn tell(&self, conversation: ConversationId, message: Message) -> Result<(), Message> {
        let inbox = self.tables().inboxes.get(&conversation).map(|reached| reached.inbox.clone());
        let Some(inbox) = inbox else { return Err(message) };
        inbox.try_send(message).map_err(|refused| {
            tracing::error!(%conversation, "a conversation's inbox is full or closed");
            refused.into_inner()
        })
    }
}

impl Tables {
    fn remove(&mut self, conversation: ConversationId) {
        let Some(Reached { call: Some(call), .. }) = self.inboxes.remove(&conversation) else { return };
        if self.by_call.get(&call) == Some(&conversation) {
            self.by_call.remove(&call);
        }
    }
}
