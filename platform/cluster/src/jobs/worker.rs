//! The task that takes jobs and tries them.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;
use tandem_core::OrgScope;
use tandem_proto::{JobId, NodeRole};
use tandem_store::{BoxFuture, Cause, StoreError, Tx};
use tokio::{
    sync::{Semaphore, broadcast::error::RecvError},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::{Inner, JobFailure, Registered, Running, asker::Refused, table};
use crate::{Claim, Kind, Orphan, meters};

/// How long a due job is left to the node it is placed on.
const LEFT_TO_ITS_PLACE: Duration = Duration::from_millis(500);
/// Before the outcome of a try is written again when the store was away.
const AGAIN: Duration = Duration::from_millis(250);
/// How often jobs are counted.
const COUNT: Duration = Duration::from_secs(2);
/// How often jobs that are over are looked for, and how long their keys are remembered.
const SWEEP: Duration = Duration::from_secs(600);
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 3_600);

/// How a try ended.
#[derive(Clone, Debug)]
enum Outcome {
    Done,
    Failed(JobFailure),
    /// The node stops.
    CutShort,
}

/// Works until it is stopped.
pub(super) async fn run(jobs: Arc<Inner>) {
    let hands = Arc::new(Semaphore::new(jobs.pace.at_once));
    let mut orphans = jobs.cluster.orphans();
    let [mut look, mut count, mut sweep] = [jobs.pace.look, COUNT, SWEEP].map(|every| {
        let mut tick = interval(every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick
    });
    loop {
        let result = tokio::select! {
            () = jobs.stop.cancelled() => return,
            orphan = orphans.recv() => match orphan {
                Ok(orphan) if orphan.kind == Kind::Job => take_over(&jobs, &hands, orphan).await,
                // What was missed is offered again.
                Ok(_) | Err(RecvError::Lagged(_)) => Ok(()),
                Err(RecvError::Closed) => return,
            },
            _ = look.tick() => take_due(&jobs, &hands).await,
            () = jobs.freed.notified() => take_due(&jobs, &hands).await,
            _ = count.tick() => table::counts(jobs.cluster.store()).await.map(|counts| meters::jobs(&counts)),
            _ = sweep.tick() => forget_old(&jobs).await,
        };
        if let Err(error) = result {
            tracing::warn!(%error, "jobs cannot be looked for");
        }
    }
}

/// Takes as many due jobs as there are hands, in the order of their time.
async fn take_due(jobs: &Arc<Inner>, hands: &Arc<Semaphore>) -> Result<(), StoreError> {
    let free = hands.available_permits();
    let kinds: Vec<_> =
        jobs.handlers.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
    if free == 0 || kinds.is_empty() {
        return Ok(());
    }
    let (now, nodes, me) = (jobs.clock.now(), jobs.cluster.nodes(), jobs.cluster.me());
    for due in table::due(jobs.cluster.store(), &kinds, now, 4 * free).await? {
        let place = nodes.place(NodeRole::Worker, &due.id.to_string()).map(|node| node.id);
        if place.is_some_and(|place| place != me) && now.since(due.run_at) < LEFT_TO_ITS_PLACE {
            continue;
        }
        let Ok(hand) = Arc::clone(hands).try_acquire_owned() else { break };
        let (claiming, id) = (jobs.cluster.claiming(), due.id);
        let scope = jobs.cluster.scope_of(due.org);
        let taken =
            write(jobs, scope, move |tx| Box::pin(async move { table::take(tx, claiming, id).await }));
        if let Some((running, payload)) = taken.await? {
            let jobs_of_try = Arc::clone(jobs);
            jobs.running.spawn(async move {
                attempt(&jobs_of_try, running, &payload).await;
                drop(hand);
                jobs_of_try.freed.notify_one();
            });
        }
    }
    Ok(())
}

/// Takes a job whose node is gone. What this node cannot do waits for one that can.
async fn take_over(jobs: &Arc<Inner>, hands: &Arc<Semaphore>, orphan: Orphan) -> Result<(), StoreError> {
    let Ok(hand) = Arc::clone(hands).try_acquire_owned() else { return Ok(()) };
    let id: JobId = orphan
        .id
        .parse()
        .map_err(|_| StoreError::Damaged { table: "owned", reason: format!("job {}", orphan.id) })?;
    let Some(claim) = jobs.cluster.take(&orphan).await? else { return Ok(()) };
    let taken = inherit(jobs, orphan.scope, claim, id).await?;
    let table::Inherited::Again(running, payload) = taken else { return Ok(()) };
    let jobs = Arc::clone(jobs);
    jobs.running.clone().spawn(async move {
        attempt(&jobs, *running, &payload).await;
        drop(hand);
        jobs.freed.notify_one();
    });
    Ok(())
}

/// The claim is this node's: nobody else will look after the job, so a store that is away is waited for.
async fn inherit(
    jobs: &Inner,
    scope: OrgScope,
    claim: Claim,
    id: JobId,
) -> Result<table::Inherited, StoreError> {
    loop {
        let claim = claim.clone();
        let inherited =
            write(jobs, scope, move |tx| Box::pin(async move { table::inherit(tx, claim, id).await })).await;
        match inherited {
            Err(StoreError::Fenced) => return Ok(table::Inherited::Over),
            Err(StoreError::Closed) | Ok(_) => return inherited,
            Err(error) => tracing::warn!(%error, %id, "a job of a node that is gone cannot be taken in"),
        }
        sleep(AGAIN).await;
    }
}

async fn attempt(jobs: &Inner, running: Running, payload: &str) {
    let began = Instant::now();
    let registered =
        jobs.handlers.read().unwrap_or_else(PoisonError::into_inner).get(running.kind.as_str()).cloned();
    let outcome = match registered {
        None => Outcome::CutShort,
        Some(registered) => match authorised(jobs, running.clone()).await {
            Ok(running) => tried(jobs, registered, running, payload).await,
            Err(failure) => Outcome::Failed(failure),
        },
    };
    let name = match &outcome {
        Outcome::Done => "done",
        Outcome::Failed(_) => "failed",
        Outcome::CutShort => "cut_short",
    };
    meters::job_tried(&running.kind, name, began.elapsed());
    conclude(jobs, running, outcome).await;
}

/// The same, with the rights of who asked for it.
async fn authorised(jobs: &Inner, running: Running) -> Result<Running, JobFailure> {
    let rights = jobs.rights.get().cloned();
    let context = running.asker.context(jobs.cluster.mint(), running.scope, rights).await;
    let context = context.map_err(|refused| match refused {
        Refused::Gone => JobFailure::Never(refused.to_string()),
        Refused::Unknown | Refused::Store(_) => JobFailure::Retry(refused.to_string()),
    })?;
    Ok(Running { context, ..running })
}

async fn tried(jobs: &Inner, registered: Registered, running: Running, payload: &str) -> Outcome {
    let payload: Value = match serde_json::from_str(payload) {
        Ok(payload) => payload,
        Err(error) => return Outcome::Failed(JobFailure::Never(format!("the payload is no JSON: {error}"))),
    };
    let limit = registered.handling.timeout;
    // A task of its own: a handler that panics fails its job and nothing else.
    let mut work = tokio::spawn((registered.work)(running, payload));
    let result = tokio::select! {
        result = timeout(limit, &mut work) => result,
        () = stopped_for(jobs, limit) => {
            work.abort();
            return Outcome::CutShort;
        }
    };
    match result {
        Ok(Ok(Ok(()))) => Outcome::Done,
        Ok(Ok(Err(failure))) => Outcome::Failed(failure),
        Ok(Err(_)) => Outcome::Failed(JobFailure::Retry("the handler panicked".to_owned())),
        Err(_) => {
            work.abort();
            Outcome::Failed(JobFailure::Retry(format!("it took longer than {limit:?}")))
        }
    }
}

/// Waits until the node has been stopping for a moment: what is nearly done is let finish.
async fn stopped_for(jobs: &Inner, limit: Duration) {
    jobs.stop.cancelled().await;
    sleep(limit.min(Duration::from_secs(2))).await;
}

/// Writes down how a try ended. If its handler completed it, or another node has it, there is nothing to write.
async fn conclude(jobs: &Inner, running: Running, outcome: Outcome) {
    let id = running.id;
    if let Outcome::Failed(failure) = &outcome {
        tracing::info!(job = %id, kind = running.kind, attempt = running.attempt, %failure, "a job failed");
    }
    let after = backoff(jobs, running.attempt);
    loop {
        let (running, outcome) = (running.clone(), outcome.clone());
        let written = write(jobs, running.scope, move |tx| {
            Box::pin(async move {
                match outcome {
                    Outcome::Done => running.complete(tx).await,
                    Outcome::CutShort => table::give_back(tx, &running).await,
                    Outcome::Failed(JobFailure::Retry(error)) if running.attempt < running.max_attempts => {
                        table::try_again(tx, &running, &error, after).await
                    }
                    Outcome::Failed(JobFailure::Retry(error) | JobFailure::Never(error)) => {
                        table::bury(tx, &running, error).await
                    }
                }
            })
        });
        match written.await {
            Ok(()) | Err(StoreError::Fenced | StoreError::Closed) => return,
            Err(error) => tracing::warn!(%error, job = %id, "how a job ended cannot be written"),
        }
        sleep(AGAIN).await;
    }
}

/// Doubled with each try, and up to half as long again, so that what failed together is not tried together.
fn backoff(jobs: &Inner, attempt: u32) -> Duration {
    let doubled =
        jobs.pace.backoff.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(jobs.pace.backoff_at_most).mul_f64(rand::random_range(1.0..1.5))
}

async fn forget_old(jobs: &Inner) -> Result<(), StoreError> {
    let before = jobs.clock.now().minus(REMEMBERED);
    for org in table::orgs_with_old(jobs.cluster.store(), before).await? {
        let scope = jobs.cluster.scope_of(org);
        write(jobs, scope, move |tx| Box::pin(async move { table::forget_old(tx, before).await })).await?;
    }
    Ok(())
}

async fn write<T, F>(jobs: &Inner, scope: OrgScope, command: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
{
    jobs.cluster.store().write(scope, Cause::SYSTEM, command).await
}
