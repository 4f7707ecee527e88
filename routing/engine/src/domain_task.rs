//! The task that owns one org's domain.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tandem_cluster::Claim;
use tandem_core::{Clock, OrgScope};
use tandem_proto::{OfferId, Timestamp};
use tandem_routing::{Domain, Input};
use tandem_store::{Store, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{
    EngineError, Notice,
    durable::{self, Commit, State},
    journal::Journal,
    settling::Settling,
};

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
    Settled(OfferId),
    Stop { give_up: bool, done: oneshot::Sender<Result<(), EngineError>> },
}

type Submitted = (Input, oneshot::Sender<Result<(), EngineError>>);

/// An org's domain, taken.
pub(crate) struct Owned {
    pub(crate) scope: OrgScope,
    pub(crate) claim: Claim,
    /// Cancelled when somebody else has it.
    pub(crate) gone: CancellationToken,
    pub(crate) domain: Domain,
}

pub(crate) struct DomainTask {
    scope: OrgScope,
    claim: Claim,
    gone: CancellationToken,
    store: Store,
    clock: Arc<dyn Clock>,
    notices: mpsc::Sender<Notice>,
    /// Decided and durable, not handed out yet.
    backlog: VecDeque<Notice>,
    journal: Journal,
    settling: Settling,
    /// What is due waits until then, after the log could not be written.
    retry_at: Option<Instant>,
}

enum Woken {
    Request(Option<Request>),
    Due,
    Room,
    Gone,
}

/// Whether the task goes on.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    End,
}

impl DomainTask {
    pub(crate) fn new(
        owned: Owned,
        store: Store,
        clock: Arc<dyn Clock>,
        notices: mpsc::Sender<Notice>,
    ) -> Self {
        let Owned { scope, claim, gone, domain } = owned;
        let settling = Settling::new(domain.offers());
        let (backlog, journal) = (VecDeque::new(), Journal::new(domain));
        Self { scope, claim, gone, store, clock, notices, backlog, journal, settling, retry_at: None }
    }

    /// Runs until the engine is dropped, the org is handed over or somebody else has it.
    pub(crate) async fn run(mut self, requests: mpsc::Receiver<Request>) {
        let span = tracing::info_span!("routing", org = %self.scope.org());
        self.serve(requests).instrument(span).await;
    }

    async fn serve(&mut self, mut requests: mpsc::Receiver<Request>) {
        loop {
            let (notices, gone) = (self.notices.clone(), self.gone.clone());
            let woken = tokio::select! {
                biased;
                () = gone.cancelled() => Woken::Gone,
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
            let next = match woken {
                Woken::Request(None) | Woken::Gone => Next::End,
                Woken::Request(Some(first)) => self.take(first, &mut requests).await,
                Woken::Due => self.commit(vec![]).await,
                Woken::Room => Next::GoOn,
            };
            if next == Next::End {
                return;
            }
        }
    }

    fn now(&mut self) -> Timestamp {
        self.settling.clamp(self.clock.now())
    }

    /// Comes when something is due; never, if nothing will be.
    async fn due(&self) {
        let Some(due) = self.journal.domain().poll_timeout() else { return std::future::pending().await };
        let now = self.clock.now();
        let at = self.settling.holds(now, due).unwrap_or_else(|| Instant::now() + due.since(now));
        tokio::time::sleep_until(self.retry_at.map_or(at, |retry| at.max(retry))).await;
    }

    /// Takes a request and what else lies in the inbox. Submits that lie together share a transaction; a question is answered after the
    /// submits before it.
    async fn take(&mut self, first: Request, requests: &mut mpsc::Receiver<Request>) -> Next {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Submit { done, .. } if self.backlog.len() >= BACKLOG => {
                    let _ = done.send(Err(EngineError::Overloaded));
                }
                Request::Submit { input, done } => batch.push((input, done)),
                Request::Settled(offer) => self.settling.settled(offer),
                Request::Ask(question) => {
                    if self.commit(std::mem::take(&mut batch)).await == Next::End {
                        return Next::End;
                    }
                    question(self.journal.domain());
                }
                Request::Stop { give_up, done } => {
                    if self.commit(batch).await == Next::End {
                        return Next::End;
                    }
                    // Whoever asked may have gone.
                    let _ = done.send(self.stop(give_up).await.map_err(EngineError::from));
                    return Next::End;
                }
            }
            next = if batch.len() < BATCH { requests.try_recv().ok() } else { None };
        }
        self.commit(batch).await
    }

    /// Feeds the domain, makes what followed durable, then answers and tells. With no input, carries out what is due.
    async fn commit(&mut self, batch: Vec<Submitted>) -> Next {
        let at = self.now();
        let due = batch.is_empty();
        if due && self.journal.domain().poll_timeout().is_none_or(|due| due > at) {
            return Next::GoOn;
        }
        let mut outputs = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for (input, done) in batch {
            answers.push((done, self.journal.handle(at, input, &mut outputs)));
        }
        if due && let Err(refused) = self.journal.handle(at, Input::Deadline, &mut outputs) {
            unreachable!("a deadline fits whatever is: {refused}");
        }
        // Refusals alone are written with what comes next.
        if !outputs.is_empty() || answers.iter().any(|(_, result)| result.is_ok()) {
            let (epoch, state) = (self.journal.domain().epoch(), self.journal.state());
            let snapshot = matches!(state, State::Snapshot(_));
            let commit = Commit { epoch, outputs: outputs.clone(), state };
            if let Err(error) = durable::write(&self.store, self.scope, &self.claim, commit, false).await {
                return self.fail(answers.into_iter().map(|(done, _)| done), error);
            }
            self.journal.commit(snapshot);
        }
        self.retry_at = None;
        metrics::counter!("tandem_routing_outputs_total").increment(outputs.len() as u64);
        self.backlog.extend(outputs.into_iter().map(|output| Notice { scope: self.scope, at, output }));
        self.hand_out();
        for (done, result) in answers {
            // Whoever submitted may have gone.
            let _ = done.send(result.map_err(EngineError::Refused));
        }
        Next::GoOn
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
    ) -> Next {
        let fenced = matches!(error, StoreError::Fenced);
        if fenced {
            tracing::info!("another node has this routing domain now");
            self.gone.cancel();
        } else {
            tracing::error!(%error, "the log could not be written; routing went back to what is durable");
            self.journal.roll_back();
            self.retry_at = Some(Instant::now() + RETRY);
        }
        let error = EngineError::from(error);
        for done in submitters {
            let _ = done.send(Err(error.clone()));
        }
        if fenced { Next::End } else { Next::GoOn }
    }

    /// Leaves a snapshot, for whoever takes the org next.
    async fn stop(&self, give_up: bool) -> Result<(), StoreError> {
        let domain = self.journal.domain();
        let state = State::Snapshot(domain.save());
        let commit = Commit { epoch: domain.epoch(), outputs: Vec::new(), state };
        durable::write(&self.store, self.scope, &self.claim, commit, give_up).await
    }
}
