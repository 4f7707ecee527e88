//! Who asked for a job: what no node wrote is never done, and what somebody asked for is done with the rights they have still.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use sqlx::Row as _;
use tandem_cluster::jobs::{Handling, NewJob, RightsNow, Running};
use tandem_core::{OrgScope, Origin, Permission, RequestContext, Rights, sealed::Behalf};
use tandem_proto::{DivisionId, JobId, RequestId, SessionId, UserId, api::JobState};
use tandem_store::{BoxFuture, Cause, Store, StoreError};

use crate::{
    jobs::{becomes, enqueue, jobs_of, told},
    support::{FAST, Place, an_org, node, on_both},
};

on_both!(
    a_job_that_no_node_wrote_is_set_aside,
    what_somebody_asked_for_is_done_with_the_rights_they_have_still,
);

const PATIENT: Handling = Handling { timeout: Duration::from_secs(60) };

/// A row as whoever can write to the database makes one.
const MADE_UP: &str = "INSERT INTO jobs
    (id, org, kind, payload, state, attempts, max_attempts, run_at, created_at, changed_at, asker)
    VALUES ($1, $2, 'pay', '1', 'waiting', 0, 10, 0, 0, 0, $3)";

/// Does something to a row behind the nodes' backs.
async fn tamper(store: &Store, scope: OrgScope, sql: &'static str, values: Vec<String>) {
    let done = store.write(scope, Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            let query = values.into_iter().fold(sqlx::query(sql), |query, value| query.bind(value));
            Ok::<_, StoreError>(query.execute(tx.conn()).await?.rows_affected())
        })
    });
    assert_eq!(done.await.expect("the store answers"), 1, "{sql}");
}

/// The seal of a job.
async fn seal_of(store: &Store, job: JobId) -> String {
    let row = sqlx::query("SELECT asker FROM jobs WHERE id = $1")
        .bind(job.to_string())
        .fetch_one(store.across_orgs())
        .await
        .expect("the store answers");
    row.get(0)
}

async fn a_job_that_no_node_wrote_is_set_aside(place: Place) {
    let store = place.open().await;
    let (scope, other) = (an_org(), an_org());
    let mut ids = Vec::new();
    for _ in 0..7 {
        ids.push(enqueue(&store, scope, NewJob::now("pay", &1)).await);
    }
    let [payload, kind, key, swapped, stripped, plain, fine] = <[JobId; 7]>::try_from(ids).expect("seven");
    let of = |id: JobId| vec![id.to_string()];
    tamper(&store, scope, "UPDATE jobs SET payload = '1000' WHERE id = $1", of(payload)).await;
    tamper(&store, scope, "UPDATE jobs SET kind = 'refund' WHERE id = $1", of(kind)).await;
    tamper(&store, scope, "UPDATE jobs SET key = 'another' WHERE id = $1", of(key)).await;
    tamper(&store, scope, "UPDATE jobs SET asker = NULL WHERE id = $1", of(stripped)).await;
    let in_plain = r#"UPDATE jobs SET asker = '{"kind":"org"}' WHERE id = $1"#;
    tamper(&store, scope, in_plain, of(plain)).await;
    let seal = seal_of(&store, fine).await;
    let borrowed = "UPDATE jobs SET asker = $2 WHERE id = $1";
    tamper(&store, scope, borrowed, vec![swapped.to_string(), seal.clone()]).await;
    let (made_up, moved) = (JobId::generate(), JobId::generate());
    let row = |id: JobId, scope: OrgScope| vec![id.to_string(), scope.org().to_string(), seal.clone()];
    tamper(&store, scope, MADE_UP, row(made_up, scope)).await;
    tamper(&store, other, MADE_UP, row(moved, other)).await;

    let jobs = jobs_of(&node(&store, "works", FAST).await);
    let done = Arc::new(Mutex::new(Vec::new()));
    for kind in ["pay", "refund"] {
        let done = Arc::clone(&done);
        jobs.register(kind, PATIENT, move |running: Running, _: i64| {
            done.lock().expect("unpoisoned").push(running.id());
            async { Ok(()) }
        });
    }
    jobs.start();
    let forged = [payload, kind, key, swapped, stripped, plain, made_up];
    for (scope, id) in forged.map(|id| (scope, id)).into_iter().chain([(other, moved)]) {
        let dead = becomes(&jobs, scope, id, JobState::Dead).await;
        assert!(dead.error.expect("why").contains("not as it was written"));
    }
    becomes(&jobs, scope, fine, JobState::Done).await;
    assert_eq!(told(&store, scope).await, ["job.dead_lettered"; 7]);
    assert_eq!(told(&store, other).await, ["job.dead_lettered"]);
    // Tried again by somebody who does not know better, it is refused again.
    jobs.retry(scope, Cause::SYSTEM, payload).await.expect("it is dead");
    becomes(&jobs, scope, payload, JobState::Dead).await;
    assert_eq!(*done.lock().expect("unpoisoned"), [fine]);
}

/// What people may do, as the test says.
#[derive(Default)]
struct Held(Mutex<BTreeMap<UserId, Rights>>);

impl RightsNow for Held {
    fn of(&self, _: OrgScope, user: UserId) -> BoxFuture<'_, Result<Option<Rights>, StoreError>> {
        let held = self.0.lock().expect("unpoisoned").get(&user).cloned();
        Box::pin(async move { Ok(held) })
    }
}

async fn what_somebody_asked_for_is_done_with_the_rights_they_have_still(place: Place) {
    let store = place.open().await;
    let node = node(&store, "works", FAST).await;
    let scope = an_org();
    let (stays, leaves) = (UserId::generate(), UserId::generate());
    let [chat, calls, people] = [Permission::ChatUse, Permission::CallUse, Permission::PeopleRead];
    let writes = [Permission::QueueWrite].into_iter().collect();
    let [north, south] = [DivisionId::generate(), DivisionId::generate()];
    let both = [chat, calls].into_iter().collect();
    let context = |user| RequestContext {
        scope,
        user,
        session: SessionId::generate(),
        rights: Rights::new(both, [(north, writes), (south, writes)]),
        request: RequestId::generate(),
        origin: Origin::NONE,
    };
    let asked = context(stays);
    let by_somebody = enqueue(&store, scope, NewJob::now("look", &()).asked_by(&asked)).await;
    let by_nobody = enqueue(&store, scope, NewJob::now("look", &())).await;
    let by_who_left = enqueue(&store, scope, NewJob::now("look", &()).asked_by(&context(leaves))).await;

    let held = Held::default();
    // Since then one right was taken away, and another given.
    let now = Rights::new([chat, people].into_iter().collect(), [(north, writes)]);
    held.0.lock().expect("unpoisoned").insert(stays, now);
    let jobs = jobs_of(&node);
    jobs.ask_rights_of(Arc::new(held));
    let seen = Arc::new(Mutex::new(BTreeMap::new()));
    let notes = Arc::clone(&seen);
    jobs.register("look", PATIENT, move |running: Running, (): ()| {
        let found = (running.context().cloned(), running.behalf());
        notes.lock().expect("unpoisoned").insert(running.id(), found);
        async { Ok(()) }
    });
    jobs.start();
    becomes(&jobs, scope, by_somebody, JobState::Done).await;
    becomes(&jobs, scope, by_nobody, JobState::Done).await;
    let dead = becomes(&jobs, scope, by_who_left, JobState::Dead).await;
    assert_eq!((dead.attempts, dead.error.as_deref()), (1, Some("who asked for it may do nothing any more")));

    let seen = seen.lock().expect("unpoisoned");
    let (given, behalf) = &seen[&by_somebody];
    let given = given.as_ref().expect("in somebody's name");
    assert_eq!((given.user, given.session, given.request), (stays, asked.session, asked.request));
    let still = Rights::new([chat].into_iter().collect(), [(north, writes)]);
    assert_eq!(given.rights, still, "what they were allowed to then, and are still");
    assert_eq!(behalf, &Behalf::Person(given.into()));
    assert!(seen[&by_nobody].0.is_none());
    assert_eq!(seen[&by_nobody].1, Behalf::Org(scope.org()));
    assert!(!seen.contains_key(&by_who_left));
    assert_eq!(given.scope, scope);
}
