//! Flows: checked, published, read.

use axum::{extract::State, http::StatusCode, response::Response};
use tandem_core::{Permission, Precondition};
use tandem_edge::{ApiProblem, Caller, IfMatch, Json, Path, Query, page};
use tandem_proto::{
    FlowId, Problem,
    api::{Flow, FlowCheck, FlowText, Page, PageQuery},
};
use tandem_store::Cause;

use super::versions::tagged;
use crate::Engage;

/// Lists flows
#[utoipa::path(get, path = "/flows", tag = "engage", params(PageQuery), responses(
    (status = 200, description = "The published version of each, by name", body = Page<Flow>),
    (status = 403, description = "Needs `flow:read`", body = Problem),
))]
pub(super) async fn list(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Flow>>, ApiProblem> {
    caller.require(Permission::FlowRead)?;
    let org = engage.org(caller.scope).await?;
    let flows: Vec<_> = org.settings().flows.values().map(|published| published.view.clone()).collect();
    Ok(Json(page::of_list(flows, &query, |flow| (flow.name.clone(), flow.id))?))
}

/// Publishes a new flow
#[utoipa::path(post, path = "/flows", tag = "engage", request_body = FlowText, responses(
    (status = 201, description = "The flow; `ETag` is its version", body = Flow),
    (status = 403, description = "Needs `flow:write`", body = Problem),
    (status = 409, description = "The name is taken", body = Problem),
    (status = 422, description = "`bad-flow`: faults with line and field", body = Problem),
))]
pub(super) async fn publish(
    caller: Caller,
    State(engage): State<Engage>,
    Json(flow): Json<FlowText>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::FlowWrite)?;
    let flow = engage
        .publish_flow(caller.scope, Cause::request(&caller), None, Precondition::NONE, flow.text)
        .await?;
    Ok(tagged(StatusCode::CREATED, flow.version, flow))
}

/// Shows a flow
#[utoipa::path(get, path = "/flows/{flow}", tag = "engage", params(("flow" = FlowId, Path, description = "The flow")), responses(
    (status = 200, description = "The published version; `ETag` is its number", body = Flow),
    (status = 403, description = "Needs `flow:read`", body = Problem),
    (status = 404, description = "No such flow", body = Problem),
))]
pub(super) async fn get(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<FlowId>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::FlowRead)?;
    let org = engage.org(caller.scope).await?;
    let flow = org.settings().flows.get(&id).map(|published| published.view.clone());
    let flow = flow.ok_or_else(|| ApiProblem::not_found("flow"))?;
    Ok(tagged(StatusCode::OK, flow.version, flow))
}

/// Publishes a flow's next version
///
/// The next call gets it; calls under way keep theirs.
#[utoipa::path(put, path = "/flows/{flow}", tag = "engage", request_body = FlowText,
    params(("flow" = FlowId, Path, description = "The flow"), IfMatch),
    responses(
        (status = 200, description = "The version published; `ETag` is its number", body = Flow),
        (status = 403, description = "Needs `flow:write`", body = Problem),
        (status = 404, description = "No such flow", body = Problem),
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
    let flow =
        engage.publish_flow(caller.scope, Cause::request(&caller), Some(id), precondition, flow.text).await?;
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
