//! The task that owns a node's subscriptions: it hears of what happens, looks, and tells.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tandem_core::Mint;
use tandem_proto::{Event, Timestamp};
use tandem_sip::{ClientTxId, Dialog, DialogError, FlowId, Peer, Request, ServerTxId, StatusCode};
use tokio::{
    sync::{Semaphore, broadcast, mpsc, oneshot},
    task::JoinSet,
};

use super::{
    board::{Board, Bounds, Order, SubscriptionId},
    documents::Subject,
    look::look,
    news::News,
    package::Package,
    subscription::{Seen, Subscription, Watched, Watcher},
};
use crate::{
    calls::{DialogKey, respond},
    switch::Switch,
};

/// Messages that wait for the task.
const INBOX: usize = 1_024;
/// Things looked at at once.
const LOOKS: usize = 16;

/// What the task is told.
pub(super) enum Message {
    /// A SUBSCRIBE outside any dialog, of who may watch that.
    Open(Box<Opening>),
    /// A request within a subscription's dialog.
    Within { key: DialogKey, transaction: ServerTxId, request: Box<Request>, from: Peer },
    /// What a request was answered with that may be a NOTIFY of ours; 408 for nothing.
    Answered { transaction: ClientTxId, status: StatusCode },
    /// A connection is gone.
    Lost(FlowId),
    /// The node stops.
    Close(oneshot::Sender<()>),
}

/// A subscription to be.
pub(super) struct Opening {
    pub transaction: ServerTxId,
    pub subscribe: Request,
    pub from: Peer,
    pub subject: Subject,
    pub watched: Watched,
    pub watcher: Watcher,
}

/// The dialogs of the subscriptions there are. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Dialogs(Arc<Mutex<HashSet<DialogKey>>>);

impl Dialogs {
    /// Whether it is one of them.
    pub(crate) fn know(&self, key: &DialogKey) -> bool {
        self.lock().contains(key)
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<DialogKey>> {
        // Each change is one insert or remove.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handle on a node's subscriptions. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Subscriptions {
    inbox: mpsc::Sender<Message>,
    dialogs: Dialogs,
}

impl Subscriptions {
    /// None yet; they are kept once the [`Hub`] runs.
    pub(crate) fn new() -> (Self, Hub) {
        let (inbox, messages) = mpsc::channel(INBOX);
        let dialogs = Dialogs::default();
        let hub = Hub { messages, dialogs: dialogs.clone() };
        (Self { inbox, dialogs }, hub)
    }

    /// Their dialogs. Whoever holds these keeps no task running.
    pub(crate) fn dialogs(&self) -> Dialogs {
        self.dialogs.clone()
    }

    /// A request within one of their dialogs came.
    pub(crate) async fn receive(
        &self,
        key: DialogKey,
        transaction: ServerTxId,
        request: Request,
        from: Peer,
    ) {
        let request = Box::new(request);
        self.tell(Message::Within { key, transaction, request, from }).await;
    }

    /// What a request was answered with that is no call's; 408 for nothing.
    pub(crate) async fn answered(&self, transaction: ClientTxId, status: StatusCode) {
        if status.is_final() {
            self.tell(Message::Answered { transaction, status }).await;
        }
    }

    /// A connection of phones is gone.
    pub(crate) async fn lose(&self, flow: FlowId) {
        self.tell(Message::Lost(flow)).await;
    }

    /// Takes no more subscriptions and ends those there are; returns when their phones were told.
    pub(crate) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        self.tell(Message::Close(closed)).await;
        // A task that is gone has nobody left to tell.
        let _ = done.await;
    }

    pub(super) async fn tell(&self, message: Message) {
        // A task that is gone has nothing left to hear.
        let _ = self.inbox.send(message).await;
    }
}

/// What the task is made of.
pub(crate) struct Hub {
    messages: mpsc::Receiver<Message>,
    dialogs: Dialogs,
}

impl Hub {
    /// Keeps subscriptions as long as there is a handle.
    pub(crate) async fn run(self, switch: Arc<Switch>, mint: Arc<Mint>) {
        let Self { mut messages, dialogs } = self;
        let mut live = switch.cluster.store().live();
        let mut task = Task {
            board: Board::new(Bounds::default()),
            dialogs,
            sent: HashMap::new(),
            looks: JoinSet::new(),
            slots: Arc::new(Semaphore::new(LOOKS)),
            switch,
            mint,
        };
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => task.hear(message).await,
                    None => return,
                },
                event = live.recv() => match event {
                    Ok(event) => task.learn(&event),
                    // What was missed may be about anybody.
                    Err(broadcast::error::RecvError::Lagged(_)) => task.board.changed_where(|_, _| true),
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                Some(looked) = task.looks.join_next() => task.looked(looked),
                () = until(task.switch.clock.now(), task.board.poll_timeout()) => {}
            }
            task.act().await;
        }
    }
}

struct Task {
    board: Board,
    dialogs: Dialogs,
    /// NOTIFYs that are not answered yet.
    sent: HashMap<ClientTxId, SubscriptionId>,
    looks: JoinSet<Vec<(SubscriptionId, Seen)>>,
    slots: Arc<Semaphore>,
    switch: Arc<Switch>,
    mint: Arc<Mint>,
}

impl Task {
    async fn hear(&mut self, message: Message) {
        let now = self.switch.clock.now();
        match message {
            Message::Open(opening) => self.open(now, *opening).await,
            Message::Within { key, transaction, request, from } => {
                let response = self.board.receive(now, &key, &request, from);
                respond(&self.switch, transaction, response).await;
            }
            Message::Answered { transaction, status } => {
                if let Some(subscription) = self.sent.remove(&transaction) {
                    self.board.answered(subscription, status);
                }
            }
            Message::Lost(flow) => self.board.lose(flow),
            Message::Close(closed) => {
                self.board.close(now);
                self.carry_out().await;
                // Whoever waited may be gone.
                let _ = closed.send(());
            }
        }
    }

    async fn open(&mut self, now: Timestamp, opening: Opening) {
        let Opening { transaction, subscribe, from, subject, watched, watcher } = opening;
        let (tag, contact) = (self.switch.token_tag(), self.switch.contact(&from));
        let response = self.board.open((watched, watcher), &subscribe, || {
            let dialog =
                Dialog::uas(&subscribe, tag.clone(), contact, from).map_err(|error: DialogError| {
                    let phrase = format!("Bad Request ({error})");
                    Box::new(subscribe.response(error.status()).phrased(phrase))
                })?;
            Subscription::new(now, &subscribe, dialog, subject, watched, watcher)
        });
        respond(&self.switch, transaction, response.tagged(tag)).await;
    }

    fn learn(&mut self, event: &Event) {
        let Some(news) = News::of(event) else { return };
        let scope = self.mint.scope(event.org);
        match news {
            News::Calls(users) => {
                for user in users {
                    self.board.changed(scope, user, Package::Dialog);
                }
            }
            News::Presence(user) => self.board.changed(scope, user, Package::Presence),
            News::Person(user) => self.board.changed_where(|watched, watcher| {
                watched.scope == scope && (watched.user == user || watcher.user == user)
            }),
            News::Rights => self.board.changed_where(|watched, _| watched.scope == scope),
        }
    }

    fn looked(&mut self, looked: Result<Vec<(SubscriptionId, Seen)>, tokio::task::JoinError>) {
        let now = self.switch.clock.now();
        match looked {
            Ok(seen) => seen.into_iter().for_each(|(id, seen)| self.board.seen(now, id, seen)),
            Err(error) => tracing::error!(%error, "a look at what phones watch did not end"),
        }
    }

    /// Does what is due.
    async fn act(&mut self) {
        let now = self.switch.clock.now();
        self.board.elapse(now);
        self.carry_out().await;
        for (watched, watchers) in self.board.looks(now) {
            let (switch, slots) = (Arc::clone(&self.switch), Arc::clone(&self.slots));
            self.looks.spawn(async move {
                let _slot = slots.acquire_owned().await;
                look(&switch, watched, &watchers).await
            });
        }
        let count = u32::try_from(self.board.len()).unwrap_or(u32::MAX);
        metrics::gauge!("tandem_sip_subscriptions").set(f64::from(count));
    }

    async fn carry_out(&mut self) {
        while let Some(order) = self.board.poll_order() {
            match order {
                Order::Know(key) => {
                    self.dialogs.lock().insert(key);
                }
                Order::Forget(key) => {
                    self.dialogs.lock().remove(&key);
                }
                Order::Notify { subscription, request, to } => {
                    let transaction = self.switch.sip().next_client();
                    self.sent.insert(transaction, subscription);
                    // A transport that has stopped tells nobody anything.
                    let _ = self.switch.sip().request(transaction, *request, to).await;
                }
            }
        }
    }
}

async fn until(now: Timestamp, due: Option<Timestamp>) {
    match due {
        Some(due) => tokio::time::sleep(due - now).await,
        None => std::future::pending().await,
    }
}
