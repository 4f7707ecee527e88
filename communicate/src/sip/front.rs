//! The front door: everything the SIP transport tells, sent to the call it belongs to or to whoever makes a new one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tandem_core::Mint;
use tandem_sip::{
    Authenticator, DigestConfig, Method, Name, Peer, Request, ServerTxId, SipEvent, StatusCode,
};
use tokio::sync::{Semaphore, mpsc};

use super::{invite::fresh_owner, register::unavailable};
use crate::{
    calls::{ALLOW, DialogKey, Message, Owner, SipLegEvent, Transaction, respond},
    directory::{Numbers, Trunks},
    switch::Switch,
};

/// New calls and registrations worked on at once; more are told to come back.
const AT_ONCE: usize = 512;

/// The SIP front door.
pub(crate) struct Front {
    pub(super) switch: Arc<Switch>,
    pub(super) numbers: Numbers,
    pub(super) trunks: Trunks,
    pub(super) mint: Arc<Mint>,
    authenticator: Mutex<Authenticator>,
    slots: Arc<Semaphore>,
}

impl Front {
    pub(crate) fn new(switch: Arc<Switch>, numbers: Numbers, trunks: Trunks, mint: Arc<Mint>) -> Arc<Self> {
        let authenticator = Mutex::new(Authenticator::new(rand::random(), DigestConfig::default()));
        Arc::new(Self {
            switch,
            numbers,
            trunks,
            mint,
            authenticator,
            slots: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    pub(super) fn authenticator(&self) -> MutexGuard<'_, Authenticator> {
        // Counts of nonces stay whole: each check is one step.
        self.authenticator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves until the transport stops.
    pub(crate) async fn run(self: Arc<Self>, mut events: mpsc::Receiver<SipEvent>) {
        loop {
            let due = self.switch.registrations.next_expiry();
            let now = self.switch.clock.now();
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.dispatch(event).await,
                    None => return,
                },
                () = sleep(due.map(|at| at - now)) => self.expire_registrations().await,
            }
        }
    }

    async fn expire_registrations(&self) {
        for gone in self.switch.registrations.expire(self.switch.clock.now()) {
            let Some((org, auth_user)) = gone.split_once('/') else { continue };
            let Ok(org) = org.parse() else { continue };
            let scope = self.mint.scope(org);
            let noted = match self.switch.phones.find(scope, auth_user).await {
                Ok(Some(phone)) => self.switch.registrations.lapsed(scope, &phone).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = noted {
                tracing::warn!(phone = auth_user, %error, "lapsed registration not logged");
            }
        }
    }

    async fn dispatch(self: &Arc<Self>, event: SipEvent) {
        let registry = &self.switch.registry;
        match event {
            SipEvent::Request { transaction, request, from } => {
                self.request(transaction, request, from).await
            }
            SipEvent::Ack { request, .. } => {
                if let Some(owner) = dialog_key(&request).and_then(|key| registry.dialog(&key)) {
                    self.tell(owner, SipLegEvent::Ack(request)).await;
                }
            }
            SipEvent::Response { transaction, response, from } => {
                if let Some(owner) = registry.transaction(Transaction::Client(transaction)) {
                    self.tell(owner, SipLegEvent::Response { transaction, response, from }).await;
                }
            }
            SipEvent::Timeout { transaction } | SipEvent::TransportFailed { transaction } => {
                if let Some(owner) = registry.transaction(Transaction::Client(transaction)) {
                    self.tell(owner, SipLegEvent::NoResponse { transaction }).await;
                }
            }
            SipEvent::Cancelled { transaction, .. } => {
                if let Some(owner) = registry.transaction(Transaction::Server(transaction)) {
                    self.tell(owner, SipLegEvent::Cancelled).await;
                }
            }
            SipEvent::AckMissing { transaction } => {
                if let Some(owner) = registry.transaction(Transaction::Server(transaction)) {
                    self.tell(owner, SipLegEvent::AckMissing).await;
                }
            }
        }
    }

    async fn tell(&self, owner: Owner, event: SipLegEvent) {
        let registry = &self.switch.registry;
        let inbox = match event {
            // A call that is being made hears of it once it is there.
            SipLegEvent::Cancelled => registry.cancel(owner),
            _ => registry.inbox(owner.call),
        };
        if let Some(inbox) = inbox {
            // A call whose task has ended has nothing left to hear.
            let _ = inbox.send(Message::Sip(owner.leg, Box::new(event))).await;
        }
    }

    async fn request(self: &Arc<Self>, transaction: ServerTxId, request: Request, from: Peer) {
        if request.is_in_dialog() {
            let owner = dialog_key(&request).and_then(|key| self.switch.registry.dialog(&key));
            return match owner {
                Some(owner) => self.tell(owner, SipLegEvent::Request { transaction, request, from }).await,
                None => {
                    respond(&self.switch, transaction, request.response(StatusCode::NO_SUCH_DIALOG)).await
                }
            };
        }
        match request.method {
            Method::Invite | Method::Register => self.spawn(transaction, request, from).await,
            Method::Options => {
                let ok = request
                    .response(StatusCode::OK)
                    .with(Name::Allow, ALLOW)
                    .with(Name::Accept, "application/sdp");
                respond(&self.switch, transaction, ok.tagged(self.switch.token_tag())).await;
            }
            _ => {
                let refused = request.response(StatusCode::METHOD_NOT_ALLOWED).with(Name::Allow, ALLOW);
                respond(&self.switch, transaction, refused.tagged(self.switch.token_tag())).await;
            }
        }
    }

    async fn spawn(self: &Arc<Self>, transaction: ServerTxId, request: Request, from: Peer) {
        let Ok(slot) = self.slots.clone().try_acquire_owned() else {
            metrics::counter!("sip_requests_shed_total").increment(1);
            let busy = unavailable(&request).tagged(self.switch.token_tag());
            return respond(&self.switch, transaction, busy).await;
        };
        let front = Arc::clone(self);
        if request.method == Method::Register {
            tokio::spawn(async move {
                let response = front.register(&request, from).await;
                respond(&front.switch, transaction, response.tagged(front.switch.token_tag())).await;
                drop(slot);
            });
            return;
        }
        // Known before anything else can arrive for it: a CANCEL may be right behind.
        let owner = fresh_owner();
        self.switch.registry.add_transaction(Transaction::Server(transaction), owner);
        tokio::spawn(async move {
            front.invite(transaction, owner, request, from).await;
            front.after_invite(transaction, owner).await;
            drop(slot);
        });
    }

    /// Delivers a CANCEL that came while the call was being made, and forgets the transaction of one that was not.
    async fn after_invite(&self, transaction: ServerTxId, owner: Owner) {
        let registry = &self.switch.registry;
        let cancelled = registry.take_cancelled(owner);
        match registry.inbox(owner.call) {
            Some(inbox) if cancelled => {
                let _ = inbox.send(Message::Sip(owner.leg, Box::new(SipLegEvent::Cancelled))).await;
            }
            Some(_) => {}
            None => registry.remove_transaction(Transaction::Server(transaction)),
        }
    }
}

fn dialog_key(request: &Request) -> Option<DialogKey> {
    Some(DialogKey { call_id: request.call_id.to_string(), local_tag: request.to.tag()?.to_string() })
}

async fn sleep(duration: Option<std::time::Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
