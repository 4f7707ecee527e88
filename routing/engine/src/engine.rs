//! The handle that everybody holds.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tandem_cluster::Claim;
use tandem_core::{Clock, OrgScope};
use tandem_proto::{ConversationId, OfferId, OrgId, QueueId, UserId, api::Decision};
use tandem_routing::{AgentState, Domain, Input, QueueState, Standing, WaitingItem};
use tandem_store::Store;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    EngineError, Notice,
    domain_task::{DomainTask, Owned, Request},
    durable,
};

/// Notices that may lie unreceived, over all orgs.
const NOTICES: usize = 4_096;
/// Requests that may wait per org.
const INBOX: usize = 1_024;

/// Routes for the orgs this node owns. Cheap to clone; a domain's task ends when the last clone is dropped.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    notices: mpsc::Sender<Notice>,
    domains: Mutex<HashMap<OrgId, mpsc::Sender<Request>>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts, with no org: see [`Self::take`].
    pub async fn start(store: Store, clock: Arc<dyn Clock>) -> (Self, mpsc::Receiver<Notice>) {
        let (notices, receiver) = mpsc::channel(NOTICES);
        (Self(Arc::new(Inner { store, clock, notices, domains: Mutex::default() })), receiver)
    }

    /// Goes on with an org's domain where its last owner left it: order, places, offers, statuses and deadlines are the same. It stops by
    /// itself when somebody else owns the org; then, and not before, `gone` is cancelled. Cancelling `gone` stops it, too.
    ///
    /// An offer that was due while nobody owned the org does not expire before [`Self::settled`] was told of it, or 10 s are over.
    ///
    /// # Errors
    /// When the store fails, [`tandem_store::StoreError::Fenced`] among it.
    pub async fn take(
        &self,
        scope: OrgScope,
        claim: Claim,
        gone: CancellationToken,
    ) -> Result<(), EngineError> {
        let domain = durable::take(&self.0.store, scope, &claim).await?;
        let (inbox, requests) = mpsc::channel(INBOX);
        let (store, clock, notices) = (self.0.store.clone(), self.0.clock.clone(), self.0.notices.clone());
        tokio::spawn(
            DomainTask::new(Owned { scope, claim, gone, domain }, store, clock, notices).run(requests),
        );
        self.domains().insert(scope.org(), inbox);
        Ok(())
    }

    /// Stops an org's domain after what was submitted before, and leaves a snapshot; with `give_up` the org is free, in the same
    /// transaction, for another node to take.
    ///
    /// # Errors
    /// When it is not here, or the store fails.
    pub async fn stop(&self, scope: OrgScope, give_up: bool) -> Result<(), EngineError> {
        let inbox = self.domains().remove(&scope.org()).ok_or(EngineError::NotHere)?;
        let (done, result) = oneshot::channel();
        inbox.send(Request::Stop { give_up, done }).await.map_err(|_| EngineError::NotHere)?;
        result.await.map_err(|_| EngineError::NotHere)?
    }

    /// Hands an input to the org's domain; returns once what follows from it is durable.
    ///
    /// # Errors
    /// When the domain refuses it, the log cannot be written, too much is under way, or the org is not this node's. Nothing changed then.
    pub async fn submit(&self, scope: OrgScope, input: Input) -> Result<(), EngineError> {
        let (done, result) = oneshot::channel();
        let inbox = self.domain(scope).ok_or(EngineError::NotHere)?;
        inbox.try_send(Request::Submit { input, done }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EngineError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => EngineError::NotHere,
        })?;
        result.await.map_err(|_| EngineError::NotHere)?
    }

    /// Whoever delivers an offer has seen how it stands after a takeover; it may expire now.
    pub async fn settled(&self, scope: OrgScope, offer: OfferId) {
        if let Some(inbox) = self.domain(scope) {
            // A domain that stopped has no offers.
            let _ = inbox.send(Request::Settled(offer)).await;
        }
    }

    /// Place of a waiting or alerting item in its queue, 1 is next.
    pub async fn position(&self, scope: OrgScope, item: ConversationId) -> Option<u32> {
        self.ask(scope, move |domain| domain.position(item)).await.flatten()
    }

    /// One agent.
    pub async fn agent(&self, scope: OrgScope, user: UserId) -> Option<AgentState> {
        self.ask(scope, move |domain| domain.agent(user)).await.flatten()
    }

    /// All agents.
    pub async fn agents(&self, scope: OrgScope) -> Vec<AgentState> {
        self.ask(scope, Domain::agents).await.unwrap_or_default()
    }

    /// A queue's waiting and alerting items in order.
    pub async fn waiting(&self, scope: OrgScope, queue: QueueId) -> Vec<WaitingItem> {
        self.ask(scope, move |domain| domain.waiting(queue)).await.unwrap_or_default()
    }

    /// All queues.
    pub async fn queues(&self, scope: OrgScope) -> Vec<QueueState> {
        self.ask(scope, Domain::queues).await.unwrap_or_default()
    }

    /// Why a waiting item waits (computed now), or why it alerts whom it alerts.
    pub async fn explain(&self, scope: OrgScope, item: ConversationId) -> Option<Decision> {
        let now = self.0.clock.now();
        self.ask(scope, move |domain| domain.explain(now, item)).await.flatten()
    }

    /// Where an item stands, and what became of `offer`. None when the org is not this node's.
    pub async fn standing(
        &self,
        scope: OrgScope,
        item: ConversationId,
        offer: Option<OfferId>,
    ) -> Option<Standing> {
        self.ask(scope, move |domain| domain.standing(item, offer)).await
    }

    /// Asks the org's domain something else; it answers between two commits, so what it says is durable. None when the org is not this
    /// node's.
    pub async fn ask<T: Send + 'static>(
        &self,
        scope: OrgScope,
        question: impl FnOnce(&Domain) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let question = Box::new(move |domain: &Domain| {
            // Whoever asked may have gone.
            let _ = answer.send(question(domain));
        });
        self.domain(scope)?.send(Request::Ask(question)).await.ok()?;
        answered.await.ok()
    }

    fn domains(&self) -> MutexGuard<'_, HashMap<OrgId, mpsc::Sender<Request>>> {
        self.0.domains.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn domain(&self, scope: OrgScope) -> Option<mpsc::Sender<Request>> {
        let mut domains = self.domains();
        let inbox = domains.get(&scope.org())?;
        if inbox.is_closed() {
            domains.remove(&scope.org());
            return None;
        }
        Some(inbox.clone())
    }
}
