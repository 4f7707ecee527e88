//! The handle that everybody holds.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tandem_core::{Clock, OrgScope};
use tandem_proto::{ConversationId, OrgId, QueueId, UserId, api::Decision};
use tandem_routing::{AgentState, Domain, Input, Output, QueueState, WaitingItem};
use tandem_store::{Cause, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::{
    EngineError, Notice, RecoveredItem,
    domain_task::{DomainTask, Request},
    log, open_items,
};

/// Notices that may lie unreceived, over all orgs.
const NOTICES: usize = 4_096;
/// Requests that may wait per org.
const INBOX: usize = 1_024;

/// Routes for all orgs. Cheap to clone; a domain's task ends when the last clone is dropped.
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
    /// Starts. Domains begin empty: configuration and items are submitted again (see [`Self::recover`]).
    pub async fn start(store: Store, clock: Arc<dyn Clock>) -> (Self, mpsc::Receiver<Notice>) {
        let (notices, receiver) = mpsc::channel(NOTICES);
        (Self(Arc::new(Inner { store, clock, notices, domains: Mutex::default() })), receiver)
    }

    /// Hands an input to the org's domain; returns once what follows from it is durable.
    ///
    /// # Errors
    /// When the domain refuses it, the log cannot be written, or too much is under way. Nothing changed then.
    pub async fn submit(&self, scope: OrgScope, input: Input) -> Result<(), EngineError> {
        let (done, result) = oneshot::channel();
        self.domain(scope).try_send(Request::Submit { input, done }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EngineError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => EngineError::Closed,
        })?;
        result.await.map_err(|_| EngineError::Closed)?
    }

    /// What, by the log, was in the queues or with agents at the end of the last run and was not closed since. To be asked before the
    /// org's first input of a run; the caller puts its own records right and then says [`Self::close_recovered`].
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn recover(&self, scope: OrgScope) -> Result<Vec<RecoveredItem>, EngineError> {
        self.0.store.projected(self.0.store.head()).await;
        open_items::read(&self.0.store, scope).await
    }

    /// Closes recovered items in the log: offers as `withdrawn`, waits as `removed`, interactions as released; and says of every agent
    /// who was on queue that he is off.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn close_recovered(&self, scope: OrgScope, items: &[RecoveredItem]) -> Result<(), EngineError> {
        let mut outputs: Vec<Output> = items.iter().flat_map(open_items::closing).collect();
        outputs.extend(open_items::agents_off(&self.0.store, scope, self.0.clock.now()).await?);
        if outputs.is_empty() {
            return Ok(());
        }
        let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move { log::append(tx, 0, &outputs).await })
        });
        Ok(write.await.map_err(|error: StoreError| error)?)
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

    /// Asks the org's domain; it answers between two commits, so what it says is durable. None once it stopped.
    async fn ask<T: Send + 'static>(
        &self,
        scope: OrgScope,
        question: impl FnOnce(&Domain) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let question = Box::new(move |domain: &Domain| {
            // Whoever asked may have gone.
            let _ = answer.send(question(domain));
        });
        self.domain(scope).send(Request::Ask(question)).await.ok()?;
        answered.await.ok()
    }

    /// The org's domain, begun at the first use.
    fn domain(&self, scope: OrgScope) -> mpsc::Sender<Request> {
        let mut domains = self.0.domains.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = || {
            let (inbox, requests) = mpsc::channel(INBOX);
            let (store, clock, notices) =
                (self.0.store.clone(), self.0.clock.clone(), self.0.notices.clone());
            tokio::spawn(DomainTask::new(scope, store, clock, notices).run(requests));
            inbox
        };
        domains.entry(scope.org()).or_insert_with(begin).clone()
    }
}
