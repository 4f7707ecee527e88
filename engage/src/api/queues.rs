//! Queues and their numbers.

use axum::{extract::State, http::StatusCode, response::Response};
use tandem_core::{Permission, RequestContext};
use tandem_edge::{ApiProblem, Caller, IfMatch, Invalid, Json, Path, Query, identity::Placed, page};
use tandem_proto::{
    Problem, QueueId,
    api::{DividedQuery, InDivision, Page, Queue, QueueSettings, QueueStats},
};
use tandem_store::Cause;

use super::versions::tagged;
use crate::{Engage, QUEUES, Target, settings::Settings};

/// Whether somebody may see a queue: supervisors those of their divisions, members their own.
fn sees(ctx: &RequestContext, places: &Placed, queue: &Queue) -> bool {
    QUEUES.is_seen(&ctx.rights, places.of(queue.id))
        || queue.settings.members.iter().any(|member| member.user == ctx.user)
}

/// A page of the queues somebody may see, by name.
fn page_of<'s>(
    settings: &'s Settings,
    places: &Placed,
    ctx: &RequestContext,
    query: &DividedQuery,
) -> Result<Page<&'s Queue>, Invalid> {
    let ids = page::ids::<QueueId>(query.ids.as_deref())?;
    let seen = settings.queues.values().filter(|queue| sees(ctx, places, queue));
    let seen = seen.filter(|queue| ids.as_ref().is_none_or(|ids| ids.contains(&queue.id)));
    let seen = seen.filter(|queue| query.wants(places.of(queue.id))).collect();
    page::of_list(seen, &query.page(), |queue| (queue.settings.name.clone(), queue.id))
}

/// A queue, where it belongs now.
fn placed(queue: &Queue, places: &Placed) -> Queue {
    Queue { division: places.of(queue.id), ..queue.clone() }
}

/// A queue the caller may see, where it belongs now.
async fn find(engage: &Engage, caller: &Caller, id: QueueId) -> Result<Queue, ApiProblem> {
    let org = engage.org(caller.scope).await?;
    let places = engage.identity().placed(caller.scope, &QUEUES).await?;
    let settings = org.settings();
    let queue = settings.queues.get(&id).filter(|queue| sees(caller, &places, queue));
    queue.map(|queue| placed(queue, &places)).ok_or_else(|| ApiProblem::not_found("queue"))
}

/// Lists queues
///
/// Supervisors see those of their divisions, agents those they are members of.
#[utoipa::path(get, path = "/queues", tag = "engage", params(DividedQuery), responses(
    (status = 200, description = "Queues by name", body = Page<Queue>),
    (status = 403, description = "Needs `queue:read`", body = Problem),
))]
pub(super) async fn list(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<DividedQuery>,
) -> Result<Json<Page<Queue>>, ApiProblem> {
    caller.require(Permission::QueueRead)?;
    let org = engage.org(caller.scope).await?;
    let places = engage.identity().placed(caller.scope, &QUEUES).await?;
    let queues = page_of(&org.settings(), &places, &caller, &query)?.map(|queue| placed(queue, &places));
    Ok(Json(queues))
}

/// Makes a queue
#[utoipa::path(post, path = "/queues", tag = "engage", request_body = QueueSettings, params(InDivision), responses(
    (status = 201, description = "The queue; `ETag` is its version", body = Queue),
    (status = 403, description = "Needs `queue:write`, in the division (`other-division`)", body = Problem),
    (status = 404, description = "No such division", body = Problem),
    (status = 409, description = "The name is taken", body = Problem),
    (status = 422, description = "A value that cannot be taken", body = Problem),
))]
pub(super) async fn create(
    caller: Caller,
    State(engage): State<Engage>,
    Query(InDivision { division }): Query<InDivision>,
    Json(settings): Json<QueueSettings>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::QueueWrite)?;
    let division = engage.identity().place_for_new(&caller, &QUEUES, division).await?;
    let cause = Cause::request(&caller);
    let queue = engage.set_queue(caller.scope, cause, Target::New(division), settings).await?;
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
    let queue = find(&engage, &caller, id).await?;
    Ok(tagged(StatusCode::OK, queue.version, queue))
}

/// Changes a queue
///
/// Replaces all settings. With `If-Match` only if nobody changed it since; calls that wait or alert go on by the rules they have.
#[utoipa::path(put, path = "/queues/{queue}", tag = "engage", request_body = QueueSettings,
    params(("queue" = QueueId, Path, description = "The queue"), IfMatch),
    responses(
        (status = 200, description = "The queue as it is now; `ETag` is its version", body = Queue),
        (status = 403, description = "Needs `queue:write`, in the queue's division (`other-division`)", body = Problem),
        (status = 404, description = "No such queue, or not one to see", body = Problem),
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
    let division = find(&engage, &caller, id).await?.division;
    caller.require_in(Permission::QueueWrite, division)?;
    let (cause, target) = (Cause::request(&caller), Target::Existing(id, precondition));
    let queue = Queue { division, ..engage.set_queue(caller.scope, cause, target, settings).await? };
    Ok(tagged(StatusCode::OK, queue.version, queue))
}

/// Shows the live numbers of queues
///
/// Of the queues one may see; counts are since midnight UTC. Changes come as `queue_stats` signals on topic `queue:{queue}`.
#[utoipa::path(get, path = "/queues/stats", tag = "engage", params(DividedQuery), responses(
    (status = 200, description = "One entry per queue, by the queue's name", body = Page<QueueStats>),
    (status = 403, description = "Needs `queue:read`", body = Problem),
))]
pub(super) async fn stats(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<DividedQuery>,
) -> Result<Json<Page<QueueStats>>, ApiProblem> {
    caller.require(Permission::QueueRead)?;
    let org = engage.org(caller.scope).await?;
    let places = engage.identity().placed(caller.scope, &QUEUES).await?;
    let now = engage.clock().now();
    let stats = org.with_board(|board, settings| {
        page_of(settings, &places, &caller, &query).map(|page| page.map(|queue| board.stats(queue, now)))
    });
    Ok(Json(stats?))
}
