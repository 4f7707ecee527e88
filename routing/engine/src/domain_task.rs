//! The task that owns one org's domain.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use sqlx::Row as _;
use tandem_core::{Clock, OrgScope};
use tandem_routing::{Domain, Input};
use tandem_store::{Cause, Store, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tracing::Instrument as _;

use crate::{EngineError, Notice, journal::Journal, log};

/// Inputs that share one transaction at most.
const BATCH: usize = 64;
/// Notices a domain keeps for a slow receiver before it refuses inputs.
const BACKLOG: usize = 4_096;
/// Before what is due is tried again when the log could not be written.
const RETRY: Duration = Duration::from_millis(250);

/// What the task is asked.
pub(crate) enum Request {
    Submit { input: Input, done: oneshot::Sender<Result<(), EngineError>> },
    Ask(Box<dyn FnOnce(&Domain) + Send>),
}

type Submitted = (Input, oneshot::Sender<Result<(), EngineError>>);

pub(crate) struct DomainTask {
    scope: OrgScope,
    store: Store,
    clock: Arc<dyn Clock>,
    notices: mpsc::Sender<Notice>,
    /// Decided and durable, not handed out yet.
    backlog: VecDeque<Notice>,
    journal: Journal,
    /// Whether this run's epoch is claimed; before that the domain is empty.
    claimed: bool,
    /// What is due waits until then, after the log could not be written.
    retry_at: Option<Instant>,
}

enum Woken {
    Request(Option<Request>),
    Due,
    Room,
}

impl DomainTask {
    pub(crate) fn new(
        scope: OrgScope,
        store: Store,
        clock: Arc<dyn Clock>,
        notices: mpsc::Sender<Notice>,
    ) -> Self {
        let (backlog, journal) = (VecDeque::new(), Journal::new(Domain::new(0, 0)));
        Self { scope, store, clock, notices, backlog, journal, claimed: false, retry_at: None }
    }

    /// Runs until the engine is dropped.
    pub(crate) async fn run(mut self, requests: mpsc::Receiver<Request>) {
        let span = tracing::info_span!("routing", org = %self.scope.org());
        self.serve(requests).instrument(span).await;
    }

    async fn serve(&mut self, mut requests: mpsc::Receiver<Request>) {
        loop {
            let notices = self.notices.clone();
            let woken = tokio::select! {
                biased;
                permit = notices.reserve(), if !self.backlog.is_empty() => {
                    match (permit, self.backlog.pop_front()) {
                        (Ok(permit), Some(notice)) => permit.send(notice),
                        // Nobody listens any more: inputs still count, their notices do not.
                        _ => self.backlog.clear(),
                    }
                    Woken::Room
                }
                request = requests.recv() => Woken::Request(request),
                () = self.due() => Woken::Due,
            };
            match woken {
                Woken::Request(None) => return,
                Woken::Request(Some(first)) => self.take(first, &mut requests).await,
                Woken::Due => self.commit(vec![]).await,
                Woken::Room => {}
            }
        }
    }

    /// Comes when something is due; never, if nothing will be.
    async fn due(&self) {
        let Some(at) = self.journal.domain().poll_timeout() else { return std::future::pending().await };
        let at = Instant::now() + at.since(self.clock.now());
        tokio::time::sleep_until(self.retry_at.map_or(at, |retry| at.max(retry))).await;
    }

    /// Takes a request and what else lies in the inbox. Submits that lie together share a transaction; a question is answered after the
    /// submits before it.
    async fn take(&mut self, first: Request, requests: &mut mpsc::Receiver<Request>) {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Submit { done, .. } if self.backlog.len() >= BACKLOG => {
                    let _ = done.send(Err(EngineError::Overloaded));
                }
                Request::Submit { input, done } => batch.push((input, done)),
                Request::Ask(question) => {
                    self.commit(std::mem::take(&mut batch)).await;
                    question(self.journal.domain());
                }
            }
            next = if batch.len() < BATCH { requests.try_recv().ok() } else { None };
        }
        self.commit(batch).await;
    }

    /// Feeds the domain, makes what followed durable, then answers and tells. With no input, carries out what is due.
    async fn commit(&mut self, batch: Vec<Submitted>) {
        let due = batch.is_empty();
        if due && self.journal.domain().poll_timeout().is_none_or(|at| at > self.clock.now()) {
            return;
        }
        if let Err(error) = self.claim().await {
            return self.fail(batch.into_iter().map(|(_, done)| done), error);
        }
        let at = self.clock.now();
        let mut outputs = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for (input, done) in batch {
            answers.push((done, self.journal.handle(at, input, &mut outputs)));
        }
        if due && let Err(refused) = self.journal.handle(at, Input::Deadline, &mut outputs) {
            unreachable!("a deadline fits whatever is: {refused}");
        }
        if !outputs.is_empty() {
            let (epoch, events) = (self.journal.domain().epoch(), outputs.clone());
            let write = self.store.write(self.scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move { log::append(tx, epoch, &events).await })
            });
            if let Err(error) = write.await {
                self.journal.roll_back();
                return self.fail(answers.into_iter().map(|(done, _)| done), error);
            }
        }
        self.journal.commit();
        self.retry_at = None;
        metrics::counter!("routing_outputs_total").increment(outputs.len() as u64);
        self.backlog.extend(outputs.into_iter().map(|output| Notice { scope: self.scope, at, output }));
        self.hand_out();
        for (done, result) in answers {
            // Whoever submitted may have gone.
            let _ = done.send(result.map_err(EngineError::Refused));
        }
    }

    /// Hands out notices as long as there is room at once.
    fn hand_out(&mut self) {
        while let Some(notice) = self.backlog.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(notice)) = self.notices.try_send(notice) {
                self.backlog.push_front(notice);
                return;
            }
        }
    }

    fn fail(
        &mut self,
        submitters: impl Iterator<Item = oneshot::Sender<Result<(), EngineError>>>,
        error: StoreError,
    ) {
        tracing::error!(%error, "the log could not be written; routing went back to what is durable");
        self.retry_at = Some(Instant::now() + RETRY);
        let error = EngineError::from(error);
        for done in submitters {
            let _ = done.send(Err(error.clone()));
        }
    }

    /// Takes the org's next epoch, once. It is above every epoch in the log.
    async fn claim(&mut self) -> Result<(), StoreError> {
        if self.claimed {
            return Ok(());
        }
        let epoch: i64 = self
            .store
            .write(self.scope, Cause::SYSTEM, |tx| {
                Box::pin(async move {
                    let org = tx.scope().org().to_string();
                    let row = sqlx::query(
                        "INSERT INTO routing_domains (org, epoch) VALUES ($1, 1) \
                         ON CONFLICT (org) DO UPDATE SET epoch = routing_domains.epoch + 1 RETURNING epoch",
                    )
                    .bind(org)
                    .fetch_one(tx.conn())
                    .await?;
                    Ok::<_, StoreError>(row.try_get(0)?)
                })
            })
            .await?;
        let (high, low) = self.scope.org().uuid().as_u64_pair();
        self.journal = Journal::new(Domain::new(epoch.unsigned_abs(), high ^ low));
        self.claimed = true;
        tracing::info!(epoch, "routing domain begins");
        Ok(())
    }
}
