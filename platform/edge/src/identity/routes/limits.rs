//! `/org/limits`: how many of a thing the org may have.

use axum::extract::State;
use tandem_core::Permission;
use tandem_proto::{
    Problem,
    api::{LimitInfo, Page},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, Json};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Lists the org's limits
///
/// How many of a thing it may have, and how many it has. Whoever runs the server sets them (`tandem org limits`).
#[utoipa::path(get, path = "/org/limits", tag = "identity", operation_id = "listLimits", responses(
    (status = 200, description = "Every limit", body = Page<LimitInfo>),
    (status = 403, description = "Needs `people:read`", body = Problem),
))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<LimitInfo>>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    let items = edge.identity.limits(caller.scope, edge.counted.iter().copied()).await?;
    Ok(Json(Page { items, next: None }))
}
