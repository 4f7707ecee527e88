//! Jobs: done once, tried again, given up, taken over.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use sqlx::Row as _;
use tandem_cluster::{
    Cluster,
    jobs::{Handling, JobFailure, Jobs, JobsError, NewJob, Pace, Running},
};
use tandem_core::{OrgScope, Precondition, SystemClock};
use tandem_proto::{
    Cursor, JobId, Timestamp,
    api::{Job, JobState},
};
use tandem_store::{Cause, EventFilter, Store, StoreError, audit};
use tokio::sync::{Notify, mpsc};

use crate::support::{FAST, Hanging, Place, an_org, node, on_both, sees, soon};

on_both!(
    a_job_is_done_once_and_its_effect_is_there,
    a_job_of_the_same_key_is_the_same_job,
    what_fails_is_tried_again,
    what_keeps_failing_is_dead_and_waits_for_somebody_to_decide,
    a_payload_nobody_understands_is_dead_at_once,
    a_handler_that_panics_or_hangs_is_tried_again,
    jobs_are_begun_in_the_order_of_their_time,
    many_nodes_do_each_job_once,
    the_job_of_a_node_that_dies_is_taken_over,
    what_was_completed_is_not_done_again_though_its_node_died,
    a_node_that_hung_cannot_do_what_another_did,
    a_node_that_stops_gives_its_jobs_back,
    what_one_org_wants_another_does_not_see,
);

/// Waits as little as possible.
const PACE: Pace = Pace {
    look: Duration::from_millis(20),
    at_once: 8,
    backoff: Duration::from_millis(10),
    backoff_at_most: Duration::from_millis(40),
};
/// No handler is taken for hung.
const PATIENT: Handling = Handling { timeout: Duration::from_secs(3_600) };

pub(crate) fn jobs_of(node: &Cluster) -> Jobs {
    Jobs::with_pace(node.clone(), Arc::new(SystemClock), PACE)
}

pub(crate) async fn enqueue(store: &Store, scope: OrgScope, job: NewJob) -> JobId {
    let enqueued = store
        .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { Jobs::enqueue(tx, job).await }))
        .await;
    enqueued.expect("the store answers")
}

/// The effect of a job and its completion, in one command.
async fn effect(store: Store, running: Running) -> Result<(), JobFailure> {
    let scope = running.scope();
    let written: Result<(), StoreError> = store
        .write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                running.complete(tx).await?;
                sqlx::query("INSERT INTO effects (org, job, attempt) VALUES ($1, $2, $3)")
                    .bind(tx.scope().org().to_string())
                    .bind(running.id().to_string())
                    .bind(i64::from(running.attempt()))
                    .execute(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await;
    Ok(written?)
}

/// The tries whose effects are there.
async fn effects(store: &Store, job: JobId) -> Vec<i64> {
    let rows = sqlx::query("SELECT attempt FROM effects WHERE job = $1 ORDER BY attempt")
        .bind(job.to_string())
        .fetch_all(store.across_orgs())
        .await
        .expect("the store answers");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Waits until a job is in a state.
pub(crate) async fn becomes(jobs: &Jobs, scope: OrgScope, id: JobId, state: JobState) -> Job {
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    soon(async {
        loop {
            tick.tick().await;
            let job = jobs.get(scope, id).await.expect("the store answers").expect("it is there");
            if job.state == state {
                return job;
            }
        }
    })
    .await
}

/// Kinds of a job's events, in order.
pub(crate) async fn told(store: &Store, scope: OrgScope) -> Vec<String> {
    let filter = EventFilter { kinds: vec!["job.*".into()], ..EventFilter::default() };
    let (events, _) = store.events(scope, &filter, Cursor::START, 100).await.expect("the log reads");
    events.into_iter().map(|event| event.kind).collect()
}

async fn a_job_is_done_once_and_its_effect_is_there(place: Place) {
    let store = place.open().await;
    let (jobs, scope) = (jobs_of(&node(&store, "works", FAST).await), an_org());
    let effects_in = store.clone();
    jobs.register("work", PATIENT, move |running, n: u32| {
        assert_eq!(n, 7);
        effect(effects_in.clone(), running)
    });
    // What its handler has no effect for in the store is done when it returns.
    jobs.register("light", PATIENT, |_, (): ()| async { Ok(()) });
    jobs.start();
    let id = enqueue(&store, scope, NewJob::now("work", &7)).await;
    let light = enqueue(&store, scope, NewJob::now("light", &())).await;
    let done = becomes(&jobs, scope, id, JobState::Done).await;
    assert_eq!((done.attempts, done.error, done.payload), (1, None, json!(7)));
    assert_eq!(effects(&store, id).await, [1]);
    becomes(&jobs, scope, light, JobState::Done).await;
    assert_eq!(told(&store, scope).await, Vec::<String>::new(), "that a job ran is no event");
}

async fn a_job_of_the_same_key_is_the_same_job(place: Place) {
    let store = place.open().await;
    let (one, other) = (an_org(), an_org());
    let job = NewJob { key: Some("invoice 7".to_owned()), ..NewJob::now("bill", &()) };
    let first = enqueue(&store, one, job.clone()).await;
    assert_eq!(enqueue(&store, one, job.clone()).await, first);
    assert_ne!(enqueue(&store, other, job).await, first);
    let unnamed = NewJob::now("bill", &());
    assert_ne!(enqueue(&store, one, unnamed.clone()).await, enqueue(&store, one, unnamed).await);
}

async fn what_fails_is_tried_again(place: Place) {
    let store = place.open().await;
    let (jobs, scope) = (jobs_of(&node(&store, "works", FAST).await), an_org());
    let keys = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&keys);
    jobs.register("moody", PATIENT, move |running: Running, (): ()| {
        seen.lock().expect("unpoisoned").push(running.key());
        async move {
            if running.attempt() < 3 { Err(JobFailure::Retry("not today".to_owned())) } else { Ok(()) }
        }
    });
    jobs.start();
    let id = enqueue(&store, scope, NewJob::now("moody", &())).await;
    let done = becomes(&jobs, scope, id, JobState::Done).await;
    assert_eq!((done.attempts, done.error), (3, None));
    assert_eq!(*keys.lock().expect("unpoisoned"), vec![id.to_string(); 3], "its key is always the same");
}

async fn what_keeps_failing_is_dead_and_waits_for_somebody_to_decide(place: Place) {
    let store = place.open().await;
    let (jobs, scope) = (jobs_of(&node(&store, "works", FAST).await), an_org());
    let (mended, tries) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (is_mended, counts) = (Arc::clone(&mended), Arc::clone(&tries));
    jobs.register("broken", PATIENT, move |_, (): ()| {
        counts.fetch_add(1, Ordering::Relaxed);
        let mended = is_mended.load(Ordering::Relaxed);
        async move { if mended { Ok(()) } else { Err(JobFailure::Retry("broken".to_owned())) } }
    });
    jobs.start();
    let [id, unwanted] = [(); 2].map(|()| NewJob { max_attempts: 3, ..NewJob::now("broken", &()) });
    let (id, unwanted) = (enqueue(&store, scope, id).await, enqueue(&store, scope, unwanted).await);
    let dead = becomes(&jobs, scope, id, JobState::Dead).await;
    assert_eq!((dead.attempts, dead.error.as_deref()), (3, Some("broken")));
    becomes(&jobs, scope, unwanted, JobState::Dead).await;
    assert_eq!(tries.load(Ordering::Relaxed), 6);
    let listed = jobs.list(scope, Some(JobState::Dead), None, 10).await.expect("the store answers");
    assert_eq!(listed.iter().map(|job| job.id).collect::<Vec<_>>(), [id, unwanted]);

    let discarded =
        jobs.discard(scope, Cause::SYSTEM, unwanted, Precondition::NONE).await.expect("it is dead");
    assert_eq!(discarded.state, JobState::Discarded);
    let again = jobs.discard(scope, Cause::SYSTEM, unwanted, Precondition::NONE).await;
    assert!(matches!(again, Err(JobsError::NotNow(JobState::Discarded))), "{again:?}");

    mended.store(true, Ordering::Relaxed);
    jobs.retry(scope, Cause::SYSTEM, id).await.expect("it is dead");
    let done = becomes(&jobs, scope, id, JobState::Done).await;
    assert_eq!(done.attempts, 1);
    let again = jobs.retry(scope, Cause::SYSTEM, id).await;
    assert!(matches!(again, Err(JobsError::NotNow(JobState::Done))), "{again:?}");
    let told = told(&store, scope).await;
    assert_eq!(told, ["job.dead_lettered", "job.dead_lettered", "job.discarded", "job.retried"]);
    let mut conn = store.scoped(scope).await.expect("a connection");
    let filter = audit::Filter { what: Some("job.".into()), ..audit::Filter::default() };
    let audited = audit::entries(&mut conn, scope, &filter, None, 10).await.expect("the store answers");
    let audited: Vec<(String, String)> = audited.into_iter().map(|row| (row.what, row.subject)).collect();
    let expected = [("job.retried", id), ("job.discarded", unwanted)];
    assert_eq!(audited, expected.map(|(what, job)| (what.to_owned(), job.to_string())));
}

async fn a_payload_nobody_understands_is_dead_at_once(place: Place) {
    let store = place.open().await;
    let (jobs, scope) = (jobs_of(&node(&store, "works", FAST).await), an_org());
    jobs.register("count", PATIENT, |_, _: u32| async { Ok(()) });
    jobs.start();
    let poison = enqueue(&store, scope, NewJob::now("count", &"three")).await;
    let fine = enqueue(&store, scope, NewJob::now("count", &3)).await;
    let dead = becomes(&jobs, scope, poison, JobState::Dead).await;
    assert_eq!(dead.attempts, 1);
    assert!(dead.error.is_some_and(|error| error.contains("payload")));
    becomes(&jobs, scope, fine, JobState::Done).await;
}

fn far_off() -> Timestamp {
    Timestamp::from_micros(i64::MAX)
}

async fn a_handler_that_panics_or_hangs_is_tried_again(place: Place) {
    let store = place.open().await;
    let (jobs, scope) = (jobs_of(&node(&store, "works", FAST).await), an_org());
    jobs.register("panics", PATIENT, |running: Running, (): ()| async move {
        assert!(running.attempt() > 1, "as the test wants");
        Ok(())
    });
    let quick = Handling { timeout: Duration::from_millis(50) };
    jobs.register("hangs", quick, |running: Running, (): ()| async move {
        if running.attempt() == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    });
    jobs.start();
    for kind in ["panics", "hangs"] {
        let id = enqueue(&store, scope, NewJob::now(kind, &())).await;
        assert_eq!(becomes(&jobs, scope, id, JobState::Done).await.attempts, 2, "{kind}");
    }
}

async fn jobs_are_begun_in_the_order_of_their_time(place: Place) {
    let store = place.open().await;
    let node = node(&store, "works", FAST).await;
    let jobs = Jobs::with_pace(node, Arc::new(SystemClock), Pace { at_once: 1, ..PACE });
    let (began, mut begins) = mpsc::unbounded_channel();
    jobs.register("note", PATIENT, move |_, n: i64| {
        began.send(n).expect("somebody listens");
        async { Ok(()) }
    });
    for n in [3, 1, 9, 2] {
        let run_at = if n == 9 { far_off() } else { Timestamp::from_micros(n) };
        enqueue(&store, an_org(), NewJob { run_at: Some(run_at), ..NewJob::now("note", &n) }).await;
    }
    jobs.start();
    for n in [1, 2, 3] {
        assert_eq!(soon(begins.recv()).await, Some(n));
    }
    let early = tokio::time::timeout(5 * PACE.look, begins.recv()).await;
    assert!(early.is_err(), "not before its time");
}

async fn many_nodes_do_each_job_once(place: Place) {
    let store = place.open().await;
    let nodes = [node(&store, "one", FAST).await, node(&store, "two", FAST).await];
    let scopes = [an_org(), an_org()];
    let mut wanted = Vec::new();
    for n in 0..40 {
        let scope = scopes[n % 2];
        wanted.push((scope, enqueue(&store, scope, NewJob::now("work", &())).await));
    }
    let all: Vec<Jobs> = nodes.iter().map(jobs_of).collect();
    for jobs in &all {
        let effects_in = store.clone();
        jobs.register("work", PATIENT, move |running, (): ()| effect(effects_in.clone(), running));
        jobs.start();
    }
    for (scope, id) in wanted {
        becomes(&all[0], scope, id, JobState::Done).await;
        assert_eq!(effects(&store, id).await, [1]);
    }
}

/// A node that works on what it is given until it is told to go on, and says when it begins.
struct Busy {
    node: Hanging,
    began: Arc<Notify>,
    go_on: Arc<Notify>,
    outcome: mpsc::UnboundedReceiver<Result<(), JobFailure>>,
}

impl Busy {
    async fn start(place: &Place, store: &Store) -> Self {
        let node = Hanging::join(place, store, "busy").await;
        let (began, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, outcome) = mpsc::unbounded_channel();
        let jobs = jobs_of(&node.cluster);
        let (begins, goes_on, effects_in) =
            (Arc::clone(&began), Arc::clone(&go_on), node.cluster.store().clone());
        jobs.register("work", PATIENT, move |running, (): ()| {
            let (began, go_on) = (Arc::clone(&begins), Arc::clone(&goes_on));
            let (tell, store) = (tell.clone(), effects_in.clone());
            async move {
                began.notify_one();
                go_on.notified().await;
                let result = effect(store, running).await;
                let _ = tell.send(result.clone());
                std::future::pending::<()>().await;
                result
            }
        });
        node.run(async move { jobs.start() }).await;
        Self { node, began, go_on, outcome }
    }
}

/// Another node, which simply does it.
async fn helper(store: &Store) -> (Cluster, Jobs) {
    let node = node(store, "helps", FAST).await;
    let (jobs, effects_in) = (jobs_of(&node), store.clone());
    jobs.register("work", PATIENT, move |running, (): ()| effect(effects_in.clone(), running));
    (node, jobs)
}

async fn the_job_of_a_node_that_dies_is_taken_over(place: Place) {
    let store = place.open().await;
    let (busy, scope) = (Busy::start(&place, &store).await, an_org());
    let id = enqueue(&store, scope, NewJob::now("work", &())).await;
    soon(busy.began.notified()).await;
    let (_node, jobs) = helper(&store).await;
    jobs.start();
    busy.node.kill();
    let done = becomes(&jobs, scope, id, JobState::Done).await;
    assert_eq!(done.attempts, 2);
    assert_eq!(effects(&store, id).await, [2]);
}

async fn what_was_completed_is_not_done_again_though_its_node_died(place: Place) {
    let store = place.open().await;
    let (mut busy, scope) = (Busy::start(&place, &store).await, an_org());
    let id = enqueue(&store, scope, NewJob::now("work", &())).await;
    soon(busy.began.notified()).await;
    let (node, jobs) = helper(&store).await;
    sees(&node, 2).await;
    jobs.start();
    busy.go_on.notify_one();
    assert_eq!(soon(busy.outcome.recv()).await, Some(Ok(())));
    // Its handler has not returned yet.
    busy.node.kill();
    sees(&node, 1).await;
    // Whatever comes after would have been done after it.
    let after = enqueue(&store, scope, NewJob::now("work", &())).await;
    becomes(&jobs, scope, after, JobState::Done).await;
    assert_eq!(jobs.get(scope, id).await.expect("the store answers").map(|job| job.attempts), Some(1));
    assert_eq!(effects(&store, id).await, [1]);
}

async fn a_node_that_hung_cannot_do_what_another_did(place: Place) {
    let store = place.open().await;
    let (mut busy, scope) = (Busy::start(&place, &store).await, an_org());
    let id = enqueue(&store, scope, NewJob::now("work", &())).await;
    soon(busy.began.notified()).await;
    let (_node, jobs) = helper(&store).await;
    jobs.start();
    let release = busy.node.hang();
    becomes(&jobs, scope, id, JobState::Done).await;
    busy.go_on.notify_one();
    drop(release);
    let late = soon(busy.outcome.recv()).await.expect("it tried");
    assert_eq!(late, Err(JobFailure::Retry(StoreError::Fenced.to_string())));
    assert_eq!(effects(&store, id).await, [2]);
}

async fn a_node_that_stops_gives_its_jobs_back(place: Place) {
    let store = place.open().await;
    let (stops, scope) = (jobs_of(&node(&store, "stops", FAST).await), an_org());
    let began = Arc::new(Notify::new());
    let begins = Arc::clone(&began);
    stops.register("work", PATIENT, move |_, (): ()| {
        begins.notify_one();
        std::future::pending::<Result<(), JobFailure>>()
    });
    stops.start();
    let id = enqueue(&store, scope, NewJob { max_attempts: 1, ..NewJob::now("work", &()) }).await;
    soon(began.notified()).await;
    soon(stops.stop(Duration::from_secs(30))).await;
    let job = stops.get(scope, id).await.expect("the store answers").expect("it is there");
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 0), "as if it had not been tried");
    let later = enqueue(&store, scope, NewJob::now("work", &())).await;
    let job = stops.get(scope, later).await.expect("the store answers").expect("it is there");
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 0), "it takes no more");
}

async fn what_one_org_wants_another_does_not_see(place: Place) {
    let store = place.open().await;
    let jobs = jobs_of(&node(&store, "works", FAST).await);
    let (ours, theirs) = (an_org(), an_org());
    let id = enqueue(&store, ours, NewJob::now("work", &())).await;
    assert_eq!(jobs.get(theirs, id).await.expect("the store answers"), None);
    assert_eq!(jobs.list(theirs, None, None, 10).await.expect("the store answers"), []);
    for refused in [
        jobs.retry(theirs, Cause::SYSTEM, id).await,
        jobs.discard(theirs, Cause::SYSTEM, id, Precondition::NONE).await,
    ] {
        assert!(matches!(refused, Err(JobsError::NotFound)), "{refused:?}");
    }
    assert_eq!(jobs.list(ours, None, None, 10).await.expect("the store answers").len(), 1);
    assert_eq!(jobs.list(ours, None, Some(id), 10).await.expect("the store answers"), []);
}
