//! Where the conversations under way can be reached.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tandem_proto::{CallId, ConversationId, Timestamp, UserId, api};
use tokio::sync::{mpsc, oneshot};

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
    inboxes: HashMap<ConversationId, (CallId, mpsc::Sender<Message>)>,
    by_call: HashMap<CallId, ConversationId>,
}

impl Registry {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a conversation reachable.
    pub(crate) fn add(&self, conversation: ConversationId, call: CallId) -> mpsc::Receiver<Message> {
        let (inbox, messages) = mpsc::channel(INBOX);
        let mut tables = self.tables();
        tables.inboxes.insert(conversation, (call, inbox));
        tables.by_call.insert(call, conversation);
        messages
    }

    /// It is over.
    pub(crate) fn remove(&self, conversation: ConversationId) {
        let mut tables = self.tables();
        if let Some((call, _)) = tables.inboxes.remove(&conversation) {
            tables.by_call.remove(&call);
        }
    }

    /// The conversation a call carries.
    pub(crate) fn of_call(&self, call: CallId) -> Option<ConversationId> {
        self.tables().by_call.get(&call).copied()
    }

    /// Hands on a message; gives it back when there is no such conversation.
    pub(crate) fn tell(&self, conversation: ConversationId, message: Message) -> Result<(), Message> {
        let inbox = self.tables().inboxes.get(&conversation).map(|(_, inbox)| inbox.clone());
        let Some(inbox) = inbox else { return Err(message) };
        inbox.try_send(message).map_err(|refused| {
            tracing::error!(%conversation, "a conversation's inbox is full or closed");
            refused.into_inner()
        })
    }
}
