//! Work to be done later, and again until it succeeds.
//!
//! A job is a row, made in the command that wants it ([`Jobs::enqueue`]). A node that works takes it by raising its attempts and owning it
//! ([`crate::Kind::Job`]): so a node that dies or hangs loses it to another, and what it still writes for it is refused. The contract of a
//! handler: it writes its effect in a command that also calls [`Running::complete`]. Then the effect is there once, whatever dies when.
//! An effect outside the store can happen twice; there [`Running::key`] tells the two apart.
//!
//! A job's row says for which org it is, and who asked for it, sealed under the org's key for this job and its payload: one that somebody
//! put into the table or changed there is set aside and told of, and never done. Whoever takes a job makes a right to that org's data for
//! this try, which ends with it, after [`LIFE`] at most; where somebody asked for it, with what they were allowed to then and still are
//! ([`Running::context`]). What the handler asks of other nodes it asks for them ([`Running::behalf`]).

mod asker;
mod table;
mod worker;

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tandem_core::{
    Clock, OrgScope, Precondition, PreconditionFailed, RequestContext,
    sealed::{Behalf, LIFE, Person},
};
use tandem_proto::{
    JobId, Timestamp,
    api::{Job, JobState},
};
use tandem_store::{Cause, Migration, StoreError, Tx};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Claim, Cluster};

use asker::Asker;
pub use asker::RightsNow;

/// The table of jobs.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0006_jobs",
    sql: "
        CREATE TABLE jobs (
            id text PRIMARY KEY,
            org text NOT NULL,
            kind text NOT NULL,
            key text,
            payload text NOT NULL,
            state text NOT NULL,
            attempts bigint NOT NULL,
            max_attempts bigint NOT NULL,
            run_at bigint NOT NULL,
            created_at bigint NOT NULL,
            changed_at bigint NOT NULL,
            error text
        );
        CREATE UNIQUE INDEX jobs_by_key ON jobs (org, kind, key);
        CREATE INDEX jobs_by_time ON jobs (state, run_at);
        CREATE INDEX jobs_of_org ON jobs (org, id);
    ",
};

/// Who asked for a job, sealed ([`asker`]). A row without it is none a node wrote: no version before had any work for jobs.
pub(crate) const ASKERS: Migration =
    Migration { name: "0019_job_askers", sql: "ALTER TABLE jobs ADD COLUMN asker text;" };

/// A job that is wanted.
#[derive(Clone, PartialEq, Debug)]
pub struct NewJob {
    /// What kind of work; a handler is registered for it.
    pub kind: &'static str,
    /// Asked for again under the same key, it is the same job.
    pub key: Option<String>,
    /// What to do.
    pub payload: Value,
    /// Not before then; `None`: now.
    pub run_at: Option<Timestamp>,
    /// How often it may be tried.
    pub max_attempts: u32,
    /// Who asks for it, of the command's org; `None`: it is the org's own work.
    pub asker: Option<Person>,
}

impl NewJob {
    /// Work to be done as soon as somebody can, in at most ten tries.
    ///
    /// # Panics
    /// If the payload cannot be written as JSON.
    pub fn now(kind: &'static str, payload: &impl Serialize) -> Self {
        let payload = serde_json::to_value(payload).expect("a payload is plain data");
        Self { kind, key: None, payload, run_at: None, max_attempts: 10, asker: None }
    }

    /// The same, in the name of who asks for it.
    #[must_use]
    pub fn asked_by(self, context: &RequestContext) -> Self {
        Self { asker: Some(context.into()), ..self }
    }
}

/// Why a job was not done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JobFailure {
    /// It may succeed another time.
    #[error("{0}")]
    Retry(String),
    /// It will never succeed.
    #[error("{0}")]
    Never(String),
}

impl From<StoreError> for JobFailure {
    fn from(error: StoreError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// Why nothing was done about a job.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// There is none, or it is another org's.
    #[error("there is no such job")]
    NotFound,
    /// It is in a state in which this cannot be done.
    #[error("the job is {}", .0.name())]
    NotNow(JobState),
    /// It was changed since it was read.
    #[error(transparent)]
    Changed(#[from] PreconditionFailed),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for JobsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// How a kind of job is handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handling {
    /// A handler that takes longer has failed. Short, so that a hung one is noticed; who needs longer says so, up to [`LIFE`].
    pub timeout: Duration,
}

impl Default for Handling {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(4) }
    }
}

/// How jobs are looked for and tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// How often a node looks for jobs whose time has come.
    pub look: Duration,
    /// How many a node has in hand at once.
    pub at_once: usize,
    /// Before the second try; doubled for each further one.
    pub backoff: Duration,
    /// Between two tries at most.
    pub backoff_at_most: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_millis(200),
            at_once: 16,
            backoff: Duration::from_millis(500),
            backoff_at_most: Duration::from_secs(300),
        }
    }
}

/// A job in a handler's hands.
#[derive(Clone, Debug)]
pub struct Running {
    id: JobId,
    scope: OrgScope,
    kind: String,
    key: Option<String>,
    attempt: u32,
    max_attempts: u32,
    claim: Claim,
    asker: Asker,
    context: Option<RequestContext>,
}

impl Running {
    /// Which.
    pub const fn id(&self) -> JobId {
        self.id
    }

    /// Whose.
    pub const fn scope(&self) -> OrgScope {
        self.scope
    }

    /// For whom a node is to be asked.
    pub fn behalf(&self) -> Behalf {
        asker::behalf(self.scope, self.context.as_ref())
    }

    /// In whose name it is done, with what they may do now, and no more than when they asked; `None`: it is the org's own work. Good for
    /// this try.
    pub const fn context(&self) -> Option<&RequestContext> {
        self.context.as_ref()
    }

    /// Which try this is, from 1.
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The same at every try of this job and of no other: for effects outside the store.
    pub fn key(&self) -> String {
        self.key.clone().unwrap_or_else(|| self.id.to_string())
    }

    /// The job is done once the command is durable. Call it in the command that holds its effect, which must be of [`Self::scope`].
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when somebody else has it, or it is done: the effect must not happen.
    pub async fn complete(&self, tx: &mut Tx) -> Result<(), StoreError> {
        self.claim.end(tx).await?;
        table::set_state(tx, self.id, JobState::Done, None).await
    }
}

type Work =
    Arc<dyn Fn(Running, Value) -> Pin<Box<dyn Future<Output = Result<(), JobFailure>> + Send>> + Send + Sync>;

#[derive(Clone)]
struct Registered {
    work: Work,
    handling: Handling,
}

/// Jobs. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    cluster: Cluster,
    clock: Arc<dyn Clock>,
    pace: Pace,
    handlers: RwLock<HashMap<&'static str, Registered>>,
    rights: OnceLock<Arc<dyn RightsNow>>,
    /// A hand is free.
    freed: Arc<Notify>,
    stop: CancellationToken,
    running: TaskTracker,
}

impl Jobs {
    /// Those of the store the nodes share.
    pub fn new(cluster: Cluster, clock: Arc<dyn Clock>) -> Self {
        Self::with_pace(cluster, clock, Pace::default())
    }

    /// The same, at a pace of one's own.
    pub fn with_pace(cluster: Cluster, clock: Arc<dyn Clock>, pace: Pace) -> Self {
        Self(Arc::new(Inner {
            cluster,
            clock,
            pace,
            handlers: RwLock::default(),
            rights: OnceLock::new(),
            freed: Arc::new(Notify::new()),
            stop: CancellationToken::new(),
            running: TaskTracker::new(),
        }))
    }

    /// Says who does a kind of work. A node takes only jobs it has handlers for. A payload that is no `P` fails for good.
    pub fn register<P, F, R>(&self, kind: &'static str, handling: Handling, handler: F)
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(Running, P) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), JobFailure>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let work: Work = Arc::new(move |running, payload| {
            let handler = Arc::clone(&handler);
            Box::pin(async move {
                let payload = serde_json::from_value(payload)
                    .map_err(|error| JobFailure::Never(format!("the payload is not understood: {error}")))?;
                handler(running, payload).await
            })
        });
        let handling = Handling { timeout: handling.timeout.min(LIFE) };
        let mut handlers = self.0.handlers.write().unwrap_or_else(PoisonError::into_inner);
        handlers.insert(kind, Registered { work, handling });
    }

    /// Says who knows what people may do, without whom no job is done in anybody's name. What was said first counts.
    pub fn ask_rights_of(&self, rights: Arc<dyn RightsNow>) {
        let _ = self.0.rights.set(rights);
    }

    /// Begins to work. To be called where the node's roles say so, after handlers were registered.
    pub fn start(&self) {
        self.0.running.spawn(worker::run(Arc::clone(&self.0)));
    }

    /// Takes no more jobs, waits for those in hand for at most `grace`, and gives the others back.
    pub async fn stop(&self, grace: Duration) {
        self.0.stop.cancel();
        self.0.running.close();
        let ended = tokio::time::timeout(grace, self.0.running.wait()).await;
        if ended.is_err() {
            tracing::warn!("jobs are left unfinished to other nodes");
        }
    }

    /// Wants work done, in the command from which it follows; its org is the command's. A job of the same kind and key is not made again:
    /// that one is answered, whatever became of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn enqueue(tx: &mut Tx, job: NewJob) -> Result<JobId, StoreError> {
        table::insert(tx, job).await
    }

    /// Jobs of an org, in the order they were asked for: at most `limit` after `after`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(
        &self,
        scope: OrgScope,
        state: Option<JobState>,
        after: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        table::list(self.0.cluster.store(), scope, state, after, limit).await
    }

    /// One of them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn get(&self, scope: OrgScope, id: JobId) -> Result<Option<Job>, StoreError> {
        table::get(self.0.cluster.store(), scope, id).await
    }

    /// Has a job that is dead or was discarded tried again, as if it had never been tried.
    ///
    /// # Errors
    /// [`JobsError::NotNow`] in any other state.
    pub async fn retry(&self, scope: OrgScope, cause: Cause, id: JobId) -> Result<Job, JobsError> {
        let store = self.0.cluster.store();
        store.write(scope, cause, move |tx| Box::pin(async move { table::retry(tx, id).await })).await?;
        self.0.freed.notify_one();
        self.get(scope, id).await?.ok_or(JobsError::NotFound)
    }

    /// Decides that a job need not be done. Not one that is being done.
    ///
    /// # Errors
    /// [`JobsError::NotNow`] when it is done or running; [`JobsError::Changed`] when it is not as was demanded.
    pub async fn discard(
        &self,
        scope: OrgScope,
        cause: Cause,
        id: JobId,
        precondition: Precondition,
    ) -> Result<Job, JobsError> {
        let store = self.0.cluster.store();
        let discarded = store.write(scope, cause, move |tx| {
            Box::pin(async move { table::discard(tx, id, &precondition).await })
        });
        discarded.await?;
        self.get(scope, id).await?.ok_or(JobsError::NotFound)
    }
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").field("pace", &self.0.pace).finish_non_exhaustive()
    }
}
