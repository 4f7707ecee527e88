//! Jobs, for those who administer an org: what waits, what died, and what shall become of it.

use axum::extract::State;
use tandem_cluster::jobs::{Jobs, JobsError, RightsNow};
use tandem_core::{OrgScope, Permission, Rights};
use tandem_edge::{ApiProblem, Caller, Identity, IdentityError, IfMatch, Json, Path, Query, page};
use tandem_proto::{
    JobId, Problem, UserId,
    api::{Job, JobsQuery, Page},
};
use tandem_store::{BoxFuture, Cause, StoreError};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What people may do, for jobs that are done in their names.
pub(crate) struct HeldNow(pub(crate) Identity);

impl RightsNow for HeldNow {
    fn of(&self, scope: OrgScope, user: UserId) -> BoxFuture<'_, Result<Option<Rights>, StoreError>> {
        Box::pin(async move {
            let found = self.0.on_behalf_of(scope, user).await.map_err(|error| match error {
                IdentityError::Store(error) => error,
                error => StoreError::Damaged { table: "users", reason: error.to_string() },
            })?;
            Ok(found.map(|context| context.rights))
        })
    }
}

/// The operations, relative to `/api/v1`.
pub(crate) fn routes(jobs: Jobs) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, discard))
        .routes(routes!(retry))
        .with_state(jobs)
}

/// Lists jobs
///
/// In the order they were asked for. Jobs that are done or discarded are forgotten after a week.
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "listJobs", params(JobsQuery), responses(
    (status = 200, description = "Jobs", body = Page<Job>),
    (status = 403, description = "Needs `job:manage`", body = Problem),
    (status = 422, description = "A cursor or limit that cannot be taken", body = Problem),
))]
async fn list(
    caller: Caller,
    State(jobs): State<Jobs>,
    Query(query): Query<JobsQuery>,
) -> Result<Json<Page<Job>>, ApiProblem> {
    caller.require(Permission::JobManage)?;
    let (limit, after) = (page::limit(query.limit)?, page::key(query.cursor.as_deref())?);
    let found = jobs.list(caller.scope, query.state, after, limit + 1).await?;
    Ok(Json(page::page(found, limit, |job| job.id)))
}

/// Shows a job
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", operation_id = "showJob",
    params(("id" = JobId, Path, description = "The job")),
    responses(
        (status = 200, description = "The job", body = Job),
        (status = 403, description = "Needs `job:manage`", body = Problem),
        (status = 404, description = "No such job", body = Problem),
    ))]
async fn show(
    caller: Caller,
    State(jobs): State<Jobs>,
    Path(id): Path<JobId>,
) -> Result<Json<Job>, ApiProblem> {
    caller.require(Permission::JobManage)?;
    let job = jobs.get(caller.scope, id).await?;
    job.map(Json).ok_or_else(|| ApiProblem::not_found("job"))
}

/// Has a dead job tried again
///
/// From its first try, as soon as a node can. Also one that was discarded.
#[utoipa::path(post, path = "/jobs/{id}/retry", tag = "jobs", operation_id = "retryJob",
    params(("id" = JobId, Path, description = "The job")),
    responses(
        (status = 200, description = "The job as it is now", body = Job),
        (status = 403, description = "Needs `job:manage`", body = Problem),
        (status = 404, description = "No such job", body = Problem),
        (status = 409, description = "It is neither dead nor discarded", body = Problem),
    ))]
async fn retry(
    caller: Caller,
    State(jobs): State<Jobs>,
    Path(id): Path<JobId>,
) -> Result<Json<Job>, ApiProblem> {
    caller.require(Permission::JobManage)?;
    jobs.retry(caller.scope, Cause::request(&caller), id).await.map(Json).map_err(refused)
}

/// Discards a job
///
/// One that waits or is dead; it is not tried again.
#[utoipa::path(delete, path = "/jobs/{id}", tag = "jobs", operation_id = "discardJob",
    params(("id" = JobId, Path, description = "The job"), IfMatch),
    responses(
        (status = 200, description = "The job as it is now", body = Job),
        (status = 403, description = "Needs `job:manage`", body = Problem),
        (status = 404, description = "No such job", body = Problem),
        (status = 409, description = "It is running, or over", body = Problem),
    ))]
async fn discard(
    caller: Caller,
    State(jobs): State<Jobs>,
    Path(id): Path<JobId>,
    IfMatch(precondition): IfMatch,
) -> Result<Json<Job>, ApiProblem> {
    caller.require(Permission::JobManage)?;
    let discarded = jobs.discard(caller.scope, Cause::request(&caller), id, precondition).await;
    discarded.map(Json).map_err(refused)
}

fn refused(error: JobsError) -> ApiProblem {
    match error {
        JobsError::NotFound => ApiProblem::not_found("job"),
        JobsError::NotNow(state) => {
            ApiProblem::conflict("not-in-this-state", format!("the job is {}", state.name()))
        }
        JobsError::Changed(error) => error.into(),
        JobsError::Store(error) => error.into(),
    }
}
