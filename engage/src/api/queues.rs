//! Queues and their numbers.

use std::collections::BTreeSet;

use axum::{extract::State, http::StatusCode, response::Response};
use tandem_core::{Permission, RequestContext};
use tandem_edge::{ApiProblem, Caller, IfMatch, Invalid, Json, Path, Query, page};
use tandem_proto::{
    Problem, QueueId,
    api::{Page, PageQuery, Queue, QueueSettings, QueueStats, SomeQuery},
};
use tandem_store::Cause;

use super::versions::tagged;
use crate::{Engage, settings::Settings};

/// The queues somebody may see: supervisors all, members their own.
fn seen<'s>(settings: &'s Settings, ctx: &RequestContext) -> Vec<&'s Queue> {
    if ctx.may(Permission::QueueSupervise) || ctx.may(Permission::QueueWrite) {
        settings.queues.values().collect()
    } else {
        settings.memberships(ctx.user).collect()
    }
}

/// A page of the queues somebody may see, by name.
fn page_of<'s>(
    settings: &'s Settings,
    ctx: &RequestContext,
    ids: Option<&BTreeSet<QueueId>>,
    query: &PageQuery,
) -> Result<Page<&'s Queue>, Invalid> {
    let mut queues = seen(settings, ctx);
    queues.retain(|queue| ids.is_none_or(|ids| ids.contains(&queue.id)));
    page::of_list(queues, query, |queue| (queue.settings.name.clone(), queue.id))
}

/// Lists queues
///
/// Supervisors see all, agents those they are members of.
#[utoipa::path(get, path = "/queues", tag = "engage", params(SomeQuery), responses(
    (status = 200, description = "Queues by name", body = Page<Queue>),
    (status = 403, description = "Needs `queue:read`", body = Problem),
))]
pub(super) async fn list(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<SomeQuery>,
) -> Result<Json<Page<Queue>>, ApiProblem> {
    caller.require(Permission::QueueRead)?;
    let ids = page::ids(query.ids.as_deref())?;
    let org = engage.org(caller.scope).await?;
    let queues = page_of(&org.settings(), &caller, ids.as_ref(), &query.page())?.map(Queue::clone);
    Ok(Json(queues))
}

/// Makes a queue
#[utoipa::path(post, path = "/queues", tag = "engage", request_body = QueueSettings, responses(
    (status = 201, description = "The queue; `ETag` is its version", body = Queue),
    (status = 403, description = "Needs `queue:write`", body = Problem),
    (status = 409, description = "The name is taken", body = Problem),
    (status = 422, description = "A value that cannot be taken", body = Problem),
))]
pub(super) async fn create(
    caller: Caller,
    State(engage): State<Engage>,
    Json(settings): Json<QueueSettings>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::QueueWrite)?;
    let queue = engage.create_queue(caller.scope, Cause::request(&caller), settings).await?;
    Ok(tagged(StatusCode::CREATED, queue.version, queue))
}

/// Shows a queue
#[utoipa::path(get, path = "/queues/{queue}", tag = "engage", params(("queue" = QueueId, Path, description = "The queue")), responses(
    (status = 200, description = "The queue; `ETag` is its version", body = Queue),
    (status = 403, description = "Needs `queue:read`", body = Problem),
    (status = 404, description = "No such queue, or not a member", body = Problem),
))]
pub(super) async fn get(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<QueueId>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::QueueRead)?;
    let org = engage.org(caller.scope).await?;
    let queue = seen(&org.settings(), &caller).into_iter().find(|queue| queue.id == id).cloned();
    let queue = queue.ok_or_else(|| ApiProblem::not_found("queue"))?;
    Ok(tagged(StatusCode::OK, queue.version, queue))
}

/// Changes a queue
///
/// Replaces all settings. With `If-Match` only if nobody changed it since; calls that wait or alert go on by the rules they have.
#[utoipa::path(put, path = "/queues/{queue}", tag = "engage", request_body = QueueSettings,
    params(("queue" = QueueId, Path, description = "The queue"), IfMatch),
    responses(
        (status = 200, description = "The queue as it is now; `ETag` is its version", body = Queue),
        (status = 403, description = "Needs `queue:write`", body = Problem),
        (status = 404, description = "No such queue", body = Problem),
        (status = 409, description = "The name is taken", body = Problem),
        (status = 422, description = "A value that cannot be taken", body = Problem),
    ))]
pub(super) async fn update(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<QueueId>,
    IfMatch(precondition): IfMatch,
    Json(settings): Json<QueueSettings>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::QueueWrite)?;
    let queue =
        engage.update_queue(caller.scope, Cause::request(&caller), id, precondition, settings).await?;
    Ok(tagged(StatusCode::OK, queue.version, queue))
}

/// Shows the live numbers of queues
///
/// Of the queues one may see; counts are since midnight UTC. Changes come as `queue_stats` signals on topic `queue:{queue}`.
#[utoipa::path(get, path = "/queues/stats", tag = "engage", params(PageQuery), responses(
    (status = 200, description = "One entry per queue, by the queue's name", body = Page<QueueStats>),
    (status = 403, description = "Needs `queue:read`", body = Problem),
))]
pub(super) async fn stats(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<QueueStats>>, ApiProblem> {
    caller.require(Permission::QueueRead)?;
    let org = engage.org(caller.scope).await?;
    let now = engage.clock().now();
    let stats = org.with_board(|board, settings| {
        page_of(settings, &caller, None, &query).map(|page| page.map(|queue| board.stats(queue, now)))
    });
    Ok(Json(stats?))
}
