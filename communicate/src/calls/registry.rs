//! Which live call a thing belongs to: a media endpoint, a SIP dialog, a SIP transaction, a user who talks.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use tandem_core::OrgScope;
use tandem_proto::{CallId, EndpointId, LegId, UserId};
use tandem_sip::{ClientTxId, DialogId, ServerTxId};
use tokio::sync::{Notify, mpsc};

use super::Message;

/// A leg of a live call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Owner {
    pub call: CallId,
    pub leg: LegId,
}

/// A SIP dialog as its requests name it: Call-ID and our tag.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct DialogKey {
    pub call_id: String,
    pub local_tag: String,
}

impl DialogKey {
    /// Of a dialog.
    pub(crate) fn of(dialog: &DialogId) -> Self {
        Self { call_id: dialog.call_id.to_string(), local_tag: dialog.local_tag.to_string() }
    }
}

/// A SIP transaction, ours or theirs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Transaction {
    Client(ClientTxId),
    Server(ServerTxId),
}

#[derive(Debug, Default)]
struct Maps {
    calls: HashMap<CallId, (OrgScope, mpsc::Sender<Message>)>,
    endpoints: HashMap<EndpointId, Owner>,
    dialogs: HashMap<DialogKey, Owner>,
    transactions: HashMap<Transaction, Owner>,
    talking: HashMap<(OrgScope, UserId), u32>,
    /// Callers who gave up while their call was being made.
    cancelled: HashSet<CallId>,
}

/// The live calls of this process. Locked for map operations only, never across an await.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    maps: Mutex<Maps>,
    emptied: Notify,
    closed: AtomicBool,
}

impl Registry {
    fn maps(&self) -> MutexGuard<'_, Maps> {
        // Maps stay whole whatever a panicking holder did: each change is one insert or remove.
        self.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a call, unless no more are taken: asked in the same step, so that none slips in behind a drain.
    pub(crate) fn add_call(&self, scope: OrgScope, call: CallId, inbox: mpsc::Sender<Message>) -> bool {
        let mut maps = self.maps();
        let open = !self.closed.load(Ordering::Relaxed);
        if open {
            maps.calls.insert(call, (scope, inbox));
        }
        open
    }

    /// Forgets a call and everything that pointed to it.
    pub(crate) fn remove_call(&self, call: CallId) {
        let mut maps = self.maps();
        maps.calls.remove(&call);
        maps.endpoints.retain(|_, owner| owner.call != call);
        maps.dialogs.retain(|_, owner| owner.call != call);
        maps.transactions.retain(|_, owner| owner.call != call);
        if maps.calls.is_empty() {
            self.emptied.notify_waiters();
        }
    }

    /// Takes no more calls.
    pub(crate) fn close(&self) {
        let _no_call_is_being_added = self.maps();
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Whether calls are taken.
    pub(crate) fn is_open(&self) -> bool {
        !self.closed.load(Ordering::Relaxed)
    }

    /// Whether a call more fits.
    pub(crate) fn has_room(&self, max_calls: usize) -> bool {
        self.is_open() && self.maps().calls.len() < max_calls
    }

    /// Waits until no call is live.
    pub(crate) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            tokio::pin!(emptied);
            // Registered before looking, so that the last call's end between the two is not missed.
            emptied.as_mut().enable();
            if self.maps().calls.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    /// The inbox of a call of this org.
    pub(crate) fn call(&self, scope: OrgScope, call: CallId) -> Option<mpsc::Sender<Message>> {
        self.maps().calls.get(&call).filter(|(owner, _)| *owner == scope).map(|(_, inbox)| inbox.clone())
    }

    pub(crate) fn inbox(&self, call: CallId) -> Option<mpsc::Sender<Message>> {
        self.maps().calls.get(&call).map(|(_, inbox)| inbox.clone())
    }

    /// Tells every live call. One that is busy keeps no other waiting; one that has ended since has nothing left to hear.
    pub(crate) fn tell_all(&self, message: impl Fn() -> Message) {
        for (_, inbox) in self.all() {
            let message = message();
            tokio::spawn(async move { inbox.send(message).await });
        }
    }

    /// Every live call's inbox.
    pub(crate) fn all(&self) -> Vec<(OrgScope, mpsc::Sender<Message>)> {
        self.maps().calls.values().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.maps().calls.len()
    }

    /// The endpoint now serves `owner`; answers whom it served before, if that was another leg.
    pub(crate) fn claim_endpoint(&self, endpoint: EndpointId, owner: Owner) -> Option<Owner> {
        self.maps().endpoints.insert(endpoint, owner).filter(|before| *before != owner)
    }

    pub(crate) fn endpoint(&self, endpoint: EndpointId) -> Option<Owner> {
        self.maps().endpoints.get(&endpoint).copied()
    }

    /// Frees the endpoint if it still serves `owner`; tells whether it did.
    pub(crate) fn release_endpoint(&self, endpoint: EndpointId, owner: Owner) -> bool {
        remove_if(&mut self.maps().endpoints, &endpoint, owner)
    }

    pub(crate) fn add_dialog(&self, key: DialogKey, owner: Owner) {
        self.maps().dialogs.insert(key, owner);
    }

    pub(crate) fn dialog(&self, key: &DialogKey) -> Option<Owner> {
        self.maps().dialogs.get(key).copied()
    }

    /// A leg goes on in another call: whatever pointed to it does so there.
    pub(crate) fn move_leg(&self, from: Owner, to: Owner) {
        let mut maps = self.maps();
        let Maps { endpoints, dialogs, transactions, .. } = &mut *maps;
        let owners = endpoints.values_mut().chain(dialogs.values_mut()).chain(transactions.values_mut());
        owners.filter(|owner| **owner == from).for_each(|owner| *owner = to);
    }

    pub(crate) fn add_transaction(&self, transaction: Transaction, owner: Owner) {
        self.maps().transactions.insert(transaction, owner);
    }

    pub(crate) fn transaction(&self, transaction: Transaction) -> Option<Owner> {
        self.maps().transactions.get(&transaction).copied()
    }

    pub(crate) fn remove_transaction(&self, transaction: Transaction) {
        self.maps().transactions.remove(&transaction);
    }

    /// The inbox of a call whose caller gives up. If it is still being made, that is noted in the same step, for
    /// [`Self::take_cancelled`]: whoever makes the call cannot slip through between.
    pub(crate) fn cancel(&self, owner: Owner) -> Option<mpsc::Sender<Message>> {
        let mut maps = self.maps();
        let inbox = maps.calls.get(&owner.call).map(|(_, inbox)| inbox.clone());
        if inbox.is_none() {
            maps.cancelled.insert(owner.call);
        }
        inbox
    }

    pub(crate) fn take_cancelled(&self, owner: Owner) -> bool {
        self.maps().cancelled.remove(&owner.call)
    }

    /// One more connected leg of a user; true if it is the first.
    pub(crate) fn talk_started(&self, scope: OrgScope, user: UserId) -> bool {
        let mut maps = self.maps();
        let count = maps.talking.entry((scope, user)).or_default();
        *count += 1;
        *count == 1
    }

    /// One less; true if it was the last.
    pub(crate) fn talk_ended(&self, scope: OrgScope, user: UserId) -> bool {
        let mut maps = self.maps();
        match maps.talking.get_mut(&(scope, user)) {
            Some(count) if *count > 1 => {
                *count -= 1;
                false
            }
            Some(_) => maps.talking.remove(&(scope, user)).is_some(),
            None => false,
        }
    }
}

fn remove_if<K: Hash + Eq, V: PartialEq>(map: &mut HashMap<K, V>, key: &K, value: V) -> bool {
    let matches = map.get(key) == Some(&value);
    if matches {
        map.remove(key);
    }
    matches
}
