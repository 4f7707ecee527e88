//! Jobs as rows.

use std::time::Duration;

use serde_json::json;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use tandem_core::{OrgScope, Precondition};
use tandem_proto::{
    JobId, OrgId, Stream, Timestamp, Topic,
    api::{Job, JobState},
    events::jobs::{JobDeadLettered, JobDiscarded, JobRetried},
};
use tandem_store::{Change, Expect, Store, StoreError, Tx};

use super::{
    JobsError, NewJob, Running,
    asker::{Asker, Place},
};
use crate::{Claim, Claiming, Kind, meters};

/// What is said of a job whose seal does not fit.
const FORGED: &str =
    "its row is not as it was written: it was put there or changed by somebody else than a node";

const COLUMNS: &str =
    "id, kind, key, state, attempts, max_attempts, run_at, created_at, changed_at, error, payload";

/// A job whose time has come.
pub(super) struct Due {
    pub(super) id: JobId,
    pub(super) org: OrgId,
    pub(super) run_at: Timestamp,
}

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { table: "jobs", reason: error.to_string() }
}

fn number(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

fn state_of(name: &str) -> Result<JobState, StoreError> {
    JobState::ALL
        .into_iter()
        .find(|state| state.name() == name)
        .ok_or_else(|| damaged(format!("state {name}")))
}

fn job(row: &AnyRow) -> Result<Job, StoreError> {
    let time = |column| Ok::<_, StoreError>(Timestamp::from_micros(row.try_get(column)?));
    Ok(Job {
        id: row.try_get::<String, _>(0)?.parse().map_err(damaged)?,
        kind: row.try_get(1)?,
        key: row.try_get(2)?,
        state: state_of(&row.try_get::<String, _>(3)?)?,
        attempts: number(row.try_get(4)?),
        max_attempts: number(row.try_get(5)?),
        run_at: time(6)?,
        created_at: time(7)?,
        changed_at: time(8)?,
        error: row.try_get(9)?,
        // One that cannot be read is shown as it stands; its handler refuses it.
        payload: serde_json::from_str(&row.try_get::<String, _>(10)?)
            .unwrap_or_else(|_| row.get::<String, _>(10).into()),
    })
}

pub(super) async fn insert(tx: &mut Tx, job: NewJob) -> Result<JobId, StoreError> {
    let NewJob { kind, key, payload, run_at, max_attempts, asker } = job;
    let payload = payload.to_string();
    let (id, org, now) = (JobId::generate(), tx.scope().org().to_string(), tx.now());
    let place = Place { id, kind, key: key.as_deref(), payload: &payload };
    let asker = Asker::of(asker.as_ref()).seal(tx, &place).await?;
    let made = sqlx::query(
        "INSERT INTO jobs (id, org, kind, key, payload, state, attempts, max_attempts, run_at, created_at, changed_at, asker)
         VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7, $8, $8, $9) ON CONFLICT (org, kind, key) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(org.as_str())
    .bind(kind)
    .bind(key.as_deref())
    .bind(payload)
    .bind(i64::from(max_attempts.max(1)))
    .bind(run_at.unwrap_or(now).micros())
    .bind(now.micros())
    .bind(asker)
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 1 {
        return Ok(id);
    }
    let row = sqlx::query("SELECT id FROM jobs WHERE org = $1 AND kind = $2 AND key = $3")
        .bind(org)
        .bind(kind)
        .bind(key.unwrap_or_default())
        .fetch_one(tx.conn())
        .await?;
    row.try_get::<String, _>(0)?.parse().map_err(damaged)
}

pub(super) async fn list(
    store: &Store,
    scope: OrgScope,
    state: Option<JobState>,
    after: Option<JobId>,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE org = $1 AND id > $2 AND ($3 = '' OR state = $3) ORDER BY id LIMIT $4"
    );
    let mut reader = store.scoped(scope).await?;
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(state.map_or("", JobState::name))
        .bind(i64::from(limit))
        .fetch_all(&mut *reader)
        .await?;
    rows.iter().map(job).collect()
}

pub(super) async fn get(store: &Store, scope: OrgScope, id: JobId) -> Result<Option<Job>, StoreError> {
    let mut reader = store.scoped(scope).await?;
    let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM jobs WHERE org = $1 AND id = $2")))
        .bind(scope.org().to_string())
        .bind(id.to_string())
        .fetch_optional(&mut *reader)
        .await?;
    row.as_ref().map(job).transpose()
}

/// Jobs of `kinds` whose time has come, of all orgs, the longest due first.
pub(super) async fn due(
    store: &Store,
    kinds: &[&'static str],
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Due>, StoreError> {
    let places: Vec<String> = (3..3 + kinds.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT id, org, run_at FROM jobs WHERE state = 'waiting' AND run_at <= $1 AND kind IN ({})
         ORDER BY run_at, id LIMIT $2",
        places.join(", ")
    );
    let mut query =
        sqlx::query(AssertSqlSafe(sql)).bind(now.micros()).bind(i64::try_from(limit).unwrap_or(i64::MAX));
    for kind in kinds {
        query = query.bind(*kind);
    }
    // All orgs: workers serve every one.
    let rows = query.fetch_all(store.across_orgs()).await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                id: row.try_get::<String, _>(0)?.parse().map_err(damaged)?,
                org: row.try_get::<String, _>(1)?.parse().map_err(damaged)?,
                run_at: Timestamp::from_micros(row.try_get(2)?),
            })
        })
        .collect()
}

/// How many there are in each state in which somebody may still have to do something.
pub(super) async fn counts(store: &Store) -> Result<Vec<(JobState, i64)>, StoreError> {
    // All orgs: numbers for who runs the server.
    let rows = sqlx::query(
        "SELECT state, count(*) FROM jobs WHERE state IN ('waiting', 'running', 'dead') GROUP BY state",
    )
    .fetch_all(store.across_orgs())
    .await?;
    rows.iter().map(|row| Ok((state_of(&row.try_get::<String, _>(0)?)?, row.try_get(1)?))).collect()
}

/// Takes a job that waits; `None`: somebody else was faster, or no node wrote its row as it is.
pub(super) async fn take(
    tx: &mut Tx,
    claiming: Claiming,
    id: JobId,
) -> Result<Option<(Running, String)>, StoreError> {
    let row = sqlx::query(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, changed_at = $2
         WHERE id = $1 AND state = 'waiting' RETURNING kind, key, attempts, max_attempts, payload, asker",
    )
    .bind(id.to_string())
    .bind(tx.now().micros())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(asker) = asker_of(tx, &row, id).await? else {
        refuse(tx, &row, id).await?;
        return Ok(None);
    };
    let claim = claiming.claim(tx, Kind::Job, &id.to_string()).await?;
    running(tx, &row, id, claim, asker).map(Some)
}

/// Who asked for the job of a row; `None`: no node wrote it as it is.
async fn asker_of(tx: &mut Tx, row: &AnyRow, id: JobId) -> Result<Option<Asker>, StoreError> {
    let (kind, key): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
    let (payload, sealed): (String, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
    let place = Place { id, kind: &kind, key: key.as_deref(), payload: &payload };
    Asker::open(tx, &place, sealed.as_deref()).await
}

/// Sets a job aside that somebody put there or changed behind the nodes' backs, and tells of it.
async fn refuse(tx: &mut Tx, row: &AnyRow, id: JobId) -> Result<(), StoreError> {
    let (kind, attempts): (String, u32) = (row.try_get(0)?, number(row.try_get(2)?));
    meters::job_refused();
    tracing::error!(job = %id, org = %tx.scope().org(), kind, "a job's row is not as a node wrote it: it is set aside");
    dead_letter(tx, id, kind, attempts, FORGED.to_owned()).await
}

/// What a node that is gone was at.
pub(super) enum Inherited {
    /// To be tried again, with its payload.
    Again(Box<Running>, String),
    /// It was tried often enough: a job that kills its node is not tried for ever.
    Dead,
    /// Nothing is to be done.
    Over,
}

/// Goes on with a job whose node is gone, after its claim was taken.
pub(super) async fn inherit(tx: &mut Tx, claim: Claim, id: JobId) -> Result<Inherited, StoreError> {
    claim.hold(tx).await?;
    let row = sqlx::query(
        "UPDATE jobs SET attempts = attempts + 1, changed_at = $2
         WHERE id = $1 AND state = 'running' AND attempts < max_attempts
         RETURNING kind, key, attempts, max_attempts, payload, asker",
    )
    .bind(id.to_string())
    .bind(tx.now().micros())
    .fetch_optional(tx.conn())
    .await?;
    if let Some(row) = row {
        let Some(asker) = asker_of(tx, &row, id).await? else {
            claim.end(tx).await?;
            refuse(tx, &row, id).await?;
            return Ok(Inherited::Dead);
        };
        let (running, payload) = running(tx, &row, id, claim, asker)?;
        return Ok(Inherited::Again(Box::new(running), payload));
    }
    claim.end(tx).await?;
    let row = sqlx::query("SELECT kind, attempts FROM jobs WHERE id = $1 AND state = 'running'")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else { return Ok(Inherited::Over) };
    let (kind, attempts) = (row.try_get(0)?, number(row.try_get(1)?));
    dead_letter(tx, id, kind, attempts, "the node that was at it is gone".to_owned()).await?;
    Ok(Inherited::Dead)
}

fn running(
    tx: &Tx,
    row: &AnyRow,
    id: JobId,
    claim: Claim,
    asker: Asker,
) -> Result<(Running, String), StoreError> {
    let running = Running {
        id,
        scope: tx.scope(),
        kind: row.try_get(0)?,
        key: row.try_get(1)?,
        attempt: number(row.try_get(2)?),
        max_attempts: number(row.try_get(3)?),
        claim,
        asker,
        context: None,
    };
    Ok((running, row.try_get(4)?))
}

/// A try failed, and there shall be another.
pub(super) async fn try_again(
    tx: &mut Tx,
    running: &Running,
    error: &str,
    after: Duration,
) -> Result<(), StoreError> {
    running.claim.end(tx).await?;
    let now = tx.now();
    sqlx::query("UPDATE jobs SET state = 'waiting', run_at = $2, changed_at = $3, error = $4 WHERE id = $1")
        .bind(running.id.to_string())
        .bind(now.plus(after).micros())
        .bind(now.micros())
        .bind(error)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A try was cut short by no fault of the job's.
pub(super) async fn give_back(tx: &mut Tx, running: &Running) -> Result<(), StoreError> {
    running.claim.end(tx).await?;
    sqlx::query("UPDATE jobs SET state = 'waiting', attempts = attempts - 1, changed_at = $2 WHERE id = $1")
        .bind(running.id.to_string())
        .bind(tx.now().micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The last try failed.
pub(super) async fn bury(tx: &mut Tx, running: &Running, error: String) -> Result<(), StoreError> {
    running.claim.end(tx).await?;
    dead_letter(tx, running.id, running.kind.clone(), running.attempt, error).await
}

async fn dead_letter(
    tx: &mut Tx,
    job: JobId,
    kind: String,
    attempts: u32,
    error: String,
) -> Result<(), StoreError> {
    set_state(tx, job, JobState::Dead, Some(&error)).await?;
    tell(tx, job, &JobDeadLettered { job, kind, attempts, error }).await
}

pub(super) async fn set_state(
    tx: &mut Tx,
    id: JobId,
    state: JobState,
    error: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE jobs SET state = $2, changed_at = $3, error = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(state.name())
        .bind(tx.now().micros())
        .bind(error)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn retry(tx: &mut Tx, id: JobId) -> Result<(), JobsError> {
    let (kind, was) = in_state(locked(tx, id).await?, &[JobState::Dead, JobState::Discarded])?;
    let now = tx.now().micros();
    sqlx::query(
        "UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $2, changed_at = $2 WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(now)
    .execute(tx.conn())
    .await?;
    decided(tx, "job.retried", id, &kind, [was, JobState::Waiting]).await?;
    Ok(tell(tx, id, &JobRetried { job: id, kind }).await?)
}

pub(super) async fn discard(tx: &mut Tx, id: JobId, precondition: &Precondition) -> Result<(), JobsError> {
    let job = locked(tx, id).await?;
    precondition.check(&job)?;
    let (kind, was) = in_state(job, &[JobState::Dead, JobState::Waiting])?;
    set_state(tx, id, JobState::Discarded, None).await?;
    decided(tx, "job.discarded", id, &kind, [was, JobState::Discarded]).await?;
    Ok(tell(tx, id, &JobDiscarded { job: id, kind }).await?)
}

/// A job of the org, which nobody else changes until the command's end.
async fn locked(tx: &mut Tx, id: JobId) -> Result<Job, JobsError> {
    let org = tx.scope().org().to_string();
    let sql = format!("UPDATE jobs SET org = org WHERE org = $1 AND id = $2 RETURNING {COLUMNS}");
    let row =
        sqlx::query(AssertSqlSafe(sql)).bind(org).bind(id.to_string()).fetch_optional(tx.conn()).await?;
    Ok(job(&row.ok_or(JobsError::NotFound)?)?)
}

/// Tells of somebody's decision about a job.
async fn decided(
    tx: &mut Tx,
    what: &'static str,
    id: JobId,
    kind: &str,
    [was, is]: [JobState; 2],
) -> Result<(), StoreError> {
    let change = Change::new(what, "job", id).called(kind);
    tx.audit(change.before(&json!({ "state": was })).after(&json!({ "state": is }))).await
}

/// The kind of a job and its state, if it is in one of these.
fn in_state(job: Job, states: &[JobState]) -> Result<(String, JobState), JobsError> {
    if states.contains(&job.state) { Ok((job.kind, job.state)) } else { Err(JobsError::NotNow(job.state)) }
}

async fn tell<E: tandem_proto::EventData>(tx: &mut Tx, job: JobId, event: &E) -> Result<(), StoreError> {
    let topics = [Topic::admins(tx.scope().org())];
    tx.append(Stream::job(job), Expect::Any, &topics, event).await.map(drop)
}

/// Orgs with jobs that were over before `before`.
pub(super) async fn orgs_with_old(store: &Store, before: Timestamp) -> Result<Vec<OrgId>, StoreError> {
    // All orgs: which have any is the question.
    let rows = sqlx::query(
        "SELECT DISTINCT org FROM jobs WHERE state IN ('done', 'discarded') AND changed_at < $1 LIMIT 100",
    )
    .bind(before.micros())
    .fetch_all(store.across_orgs())
    .await?;
    rows.iter().map(|row| row.try_get::<String, _>(0)?.parse().map_err(damaged)).collect()
}

/// Forgets jobs of the command's org that were over before `before`, and their keys with them.
pub(super) async fn forget_old(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM jobs WHERE org = $1 AND state IN ('done', 'discarded') AND changed_at < $2")
        .bind(tx.scope().org().to_string())
        .bind(before.micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}
