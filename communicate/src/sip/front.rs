//! The front door: everything the SIP transport tells, sent to the call it belongs to or to whoever makes a new one.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tandem_core::Mint;
use tandem_proto::CallId;
use tandem_sip::{
    Authenticator, DialogId, DigestConfig, Method, Name, Peer, Request, ServerTxId, SipEvent, StatusCode,
};
use tandem_store::StoreError;
use tokio::{
    sync::{Semaphore, mpsc},
    time::MissedTickBehavior,
};

use super::{
    Subscriptions, flows::Flows, invite::fresh_owner, register::unavailable, secrets::nonce_key,
    subscriptions::ALLOW_EVENTS,
};
use crate::{
    calls::{ALLOW, DialogKey, Message, Owner, SUPPORTED, SipLegEvent, Transaction, respond},
    directory::Orgs,
    switch::Switch,
};

/// New calls, registrations and subscriptions worked on at once; more are told to come back.
const AT_ONCE: usize = 512;
/// How often is looked for registrations whose time is over.
const SWEEP: Duration = Duration::from_secs(1);

/// The SIP front door.
pub(crate) struct Front {
    pub(super) switch: Arc<Switch>,
    pub(super) orgs: Orgs,
    pub(super) mint: Arc<Mint>,
    authenticator: Mutex<Authenticator>,
    slots: Arc<Semaphore>,
    pub(super) flows: Flows,
    pub(super) subscriptions: Subscriptions,
}

impl Front {
    pub(crate) async fn new(
        switch: Arc<Switch>,
        mint: Arc<Mint>,
        subscriptions: Subscriptions,
    ) -> Result<Arc<Self>, StoreError> {
        let store = switch.cluster.store();
        let key = nonce_key(store, mint.system()).await?;
        Ok(Arc::new(Self {
            orgs: Orgs::follow(switch.identity.clone(), store),
            mint,
            authenticator: Mutex::new(Authenticator::new(key, DigestConfig::default())),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            flows: Flows::default(),
            subscriptions,
            switch,
        }))
    }

    pub(super) fn authenticator(&self) -> MutexGuard<'_, Authenticator> {
        // Counts of nonces stay whole: each check is one step.
        self.authenticator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves until the transport stops.
    pub(crate) async fn run(self: Arc<Self>, mut events: mpsc::Receiver<SipEvent>) {
        let (switch, subscriptions) = (Arc::downgrade(&self.switch), self.subscriptions.dialogs());
        let knows = move |dialog: &DialogId| {
            let key = DialogKey::of(dialog);
            switch.upgrade().is_some_and(|switch| switch.registry.dialog(&key).is_some())
                || subscriptions.know(&key)
        };
        if self.switch.sip().know_dialogs(knows).await.is_err() {
            return;
        }
        let sweeper = tokio::spawn(Arc::clone(&self).sweep());
        let follower = tokio::spawn(Arc::clone(&self).follow_flows());
        while let Some(event) = events.recv().await {
            self.dispatch(event).await;
        }
        sweeper.abort();
        follower.abort();
    }

    async fn sweep(self: Arc<Self>) {
        let mut tick = tokio::time::interval(SWEEP);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let Switch { registrations, phones, clock, .. } = &*self.switch;
            if let Err(error) = registrations.expire(&self.mint, phones, clock.now()).await {
                tracing::warn!(%error, "lapsed registrations not ended");
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
                match registry.transaction(Transaction::Client(transaction)) {
                    Some(owner) => {
                        self.tell(owner, SipLegEvent::Response { transaction, response, from }).await
                    }
                    None => self.subscriptions.answered(transaction, response.status).await,
                }
            }
            SipEvent::Timeout { transaction } | SipEvent::TransportFailed { transaction } => {
                match registry.transaction(Transaction::Client(transaction)) {
                    Some(owner) => self.tell(owner, SipLegEvent::NoResponse { transaction }).await,
                    None => self.subscriptions.answered(transaction, StatusCode::REQUEST_TIMEOUT).await,
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
            return self.request_within(transaction, request, from).await;
        }
        match request.method {
            Method::Invite | Method::Register | Method::Subscribe => {
                self.spawn(transaction, request, from).await
            }
            Method::Options => {
                let ok = request
                    .response(StatusCode::OK)
                    .with(Name::Allow, ALLOW)
                    .with(Name::AllowEvents, ALLOW_EVENTS)
                    .with(Name::Supported, SUPPORTED)
                    .with(Name::Accept, "application/sdp");
                respond(&self.switch, transaction, ok.tagged(self.switch.token_tag())).await;
            }
            _ => {
                let refused = request.response(StatusCode::METHOD_NOT_ALLOWED).with(Name::Allow, ALLOW);
                respond(&self.switch, transaction, refused.tagged(self.switch.token_tag())).await;
            }
        }
    }

    async fn request_within(&self, transaction: ServerTxId, request: Request, from: Peer) {
        let Some(key) = dialog_key(&request) else { return };
        if let Some(owner) = self.switch.registry.dialog(&key) {
            return self.tell(owner, SipLegEvent::Request { transaction, request, from }).await;
        }
        if self.subscriptions.dialogs().know(&key) {
            return self.subscriptions.receive(key, transaction, request, from).await;
        }
        respond(&self.switch, transaction, request.response(StatusCode::NO_SUCH_DIALOG)).await;
    }

    async fn spawn(self: &Arc<Self>, transaction: ServerTxId, request: Request, from: Peer) {
        let Ok(slot) = self.slots.clone().try_acquire_owned() else {
            metrics::counter!("tandem_sip_requests_shed_total").increment(1);
            let busy = unavailable(&request).tagged(self.switch.token_tag());
            return respond(&self.switch, transaction, busy).await;
        };
        let front = Arc::clone(self);
        if request.method == Method::Subscribe {
            tokio::spawn(async move {
                front.subscribe(transaction, request, from).await;
                drop(slot);
            });
            return;
        }
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
            let call = front.invite(transaction, owner, request, from).await;
            front.after_invite(transaction, owner, call).await;
            drop(slot);
        });
    }

    /// Delivers a CANCEL that came while the call was being made, and forgets the transaction of one that was not.
    async fn after_invite(&self, transaction: ServerTxId, owner: Owner, call: CallId) {
        let registry = &self.switch.registry;
        let cancelled = registry.take_cancelled(owner);
        match registry.inbox(call) {
            Some(inbox) if cancelled => {
                let _ = inbox.send(Message::Sip(owner.leg, Box::new(SipLegEvent::Cancelled))).await;
            }
            Some(_) => {}
            None => registry.remove_transaction(Transaction::Server(transaction)),
        }
    }
}

fn dialog_key(request: &Request) -> Option<DialogKey> {
    DialogId::of_request(request).as_ref().map(DialogKey::of)
}
