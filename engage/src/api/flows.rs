//! Flows: checked, published, read.

use axum::{extract::State, http::StatusCode, response::Response};
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, IfMatch, Json, Path, Query, page};
use tandem_proto::{
    FlowId, Problem,
    api::{DividedQuery, Flow, FlowCheck, FlowText, InDivision, Page},
};
use tandem_store::Cause;

use super::versions::tagged;
use crate::{Engage, FLOWS, Target};

/// A flow the caller may see, where it belongs now.
async fn find(engage: &Engage, caller: &Caller, id: FlowId) -> Result<Flow, ApiProblem> {
    let org = engage.org(caller.scope).await?;
    let division = engage.identity().placed(caller.scope, &FLOWS).await?.of(id);
    let flow = org.settings().flows.get(&id).map(|published| published.view.clone());
    let flow = flow.filter(|_| FLOWS.is_seen(&caller.rights, division));
    flow.map(|flow| Flow { division, ..flow }).ok_or_else(|| ApiProblem::not_found("flow"))
}

/// Lists flows
///
/// Those of the divisions in which one may see them.
#[utoipa::path(get, path = "/flows", tag = "engage", params(DividedQuery), responses(
    (status = 200, description = "The published version of each, by name", body = Page<Flow>),
    (status = 403, description = "Needs `flow:read`", body = Problem),
))]
pub(super) async fn list(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<DividedQuery>,
) -> Result<Json<Page<Flow>>, ApiProblem> {
    caller.require(Permission::FlowRead)?;
    let ids = page::ids::<FlowId>(query.ids.as_deref())?;
    let org = engage.org(caller.scope).await?;
    let places = engage.identity().placed(caller.scope, &FLOWS).await?;
    let placed = |flow: &Flow| Flow { division: places.of(flow.id), ..flow.clone() };
    let flows = org.settings().flows.values().map(|published| placed(&published.view)).collect::<Vec<_>>();
    let shown = |flow: &Flow| query.wants(flow.division) && FLOWS.is_seen(&caller.rights, flow.division);
    let wanted = |flow: &Flow| ids.as_ref().is_none_or(|ids| ids.contains(&flow.id));
    let flows = flows.into_iter().filter(|flow| wanted(flow) && shown(flow)).collect();
    Ok(Json(page::of_list(flows, &query.page(), |flow| (flow.name.clone(), flow.id))?))
}

/// Publishes a new flow
#[utoipa::path(post, path = "/flows", tag = "engage", request_body = FlowText, params(InDivision), responses(
    (status = 201, description = "The flow; `ETag` is its version", body = Flow),
    (status = 403, description = "Needs `flow:write`, in the division (`other-division`)", body = Problem),
    (status = 404, description = "No such division", body = Problem),
    (status = 409, description = "The name is taken", body = Problem),
    (status = 422, description = "`bad-flow`: faults with line and field", body = Problem),
))]
pub(super) async fn publish(
    caller: Caller,
    State(engage): State<Engage>,
    Query(InDivision { division }): Query<InDivision>,
    Json(flow): Json<FlowText>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::FlowWrite)?;
    let division = engage.identity().place_for_new(&caller, &FLOWS, division).await?;
    let cause = Cause::request(&caller);
    let flow = engage.publish_flow(caller.scope, cause, Target::New(division), flow.text).await?;
    Ok(tagged(StatusCode::CREATED, flow.version, flow))
}

/// Shows a flow
#[utoipa::path(get, path = "/flows/{flow}", tag = "engage", params(("flow" = FlowId, Path, description = "The flow")), responses(
    (status = 200, description = "The published version; `ETag` is its number", body = Flow),
    (status = 403, description = "Needs `flow:read`", body = Problem),
    (status = 404, description = "No such flow, or not one to see", body = Problem),
))]
pub(super) async fn get(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<FlowId>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::FlowRead)?;
    let flow = find(&engage, &caller, id).await?;
    Ok(tagged(StatusCode::OK, flow.version, flow))
}

/// Publishes a flow's next version
///
/// The next call gets it; calls under way keep theirs.
#[utoipa::path(put, path = "/flows/{flow}", tag = "engage", request_body = FlowText,
    params(("flow" = FlowId, Path, description = "The flow"), IfMatch),
    responses(
        (status = 200, description = "The version published; `ETag` is its number", body = Flow),
        (status = 403, description = "Needs `flow:write`, in the flow's division (`other-division`)", body = Problem),
        (status = 404, description = "No such flow, or not one to see", body = Problem),
        (status = 422, description = "`bad-flow`: faults with line and field", body = Problem),
    ))]
pub(super) async fn update(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<FlowId>,
    IfMatch(precondition): IfMatch,
    Json(flow): Json<FlowText>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::FlowWrite)?;
    let division = find(&engage, &caller, id).await?.division;
    caller.require_in(Permission::FlowWrite, division)?;
    let (cause, target) = (Cause::request(&caller), Target::Existing(id, precondition));
    let flow = Flow { division, ..engage.publish_flow(caller.scope, cause, target, flow.text).await? };
    Ok(tagged(StatusCode::OK, flow.version, flow))
}

/// Checks a flow's text
///
/// Publishes nothing. No faults: it could be published.
#[utoipa::path(post, path = "/flows/validate", tag = "engage", request_body = FlowText, responses(
    (status = 200, description = "Faults with line and field", body = FlowCheck),
    (status = 403, description = "Needs `flow:read`", body = Problem),
))]
pub(super) async fn validate(
    caller: Caller,
    State(engage): State<Engage>,
    Json(flow): Json<FlowText>,
) -> Result<Json<FlowCheck>, ApiProblem> {
    caller.require(Permission::FlowRead)?;
    Ok(Json(FlowCheck { errors: engage.check_flow(caller.scope, &flow.text).await? }))
}
