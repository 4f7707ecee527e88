//! `/divisions`: the parts of an org, and what belongs to them.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_proto::{
    DivisionId, Problem,
    api::{Division, DivisionName, MoveThings, Page, RemoveDivisionQuery},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, Json, Path, Query};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(rename, remove))
        .routes(routes!(move_things))
}

/// Lists the divisions
///
/// Those in which the caller holds anything, Home first, then by name. Needs a session, no permission.
#[utoipa::path(get, path = "/divisions", tag = "identity", operation_id = "listDivisions", responses(
    (status = 200, description = "Divisions, each with how many things belong to it", body = Page<Division>),
    (status = 401, description = "No valid session", body = Problem),
))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<Division>>, ApiProblem> {
    let items = edge.identity.divisions(&caller, edge.divided).await?;
    Ok(Json(Page { items, next: None }))
}

/// Makes a division
#[utoipa::path(post, path = "/divisions", tag = "identity", operation_id = "createDivision", request_body = DivisionName,
    responses(
        (status = 201, description = "The division", body = Division),
        (status = 403, description = "Needs `division:write`", body = Problem),
        (status = 409, description = "There is such a division, or as many as there may be", body = Problem),
        (status = 422, description = "A name that cannot be taken", body = Problem),
    ))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Json(DivisionName { name }): Json<DivisionName>,
) -> Result<(StatusCode, Json<Division>), ApiProblem> {
    caller.require(Permission::DivisionWrite)?;
    Ok((StatusCode::CREATED, Json(edge.identity.create_division(&caller, name).await?)))
}

/// Renames a division
#[utoipa::path(patch, path = "/divisions/{division}", tag = "identity", operation_id = "renameDivision",
    params(("division" = DivisionId, Path)), request_body = DivisionName,
    responses(
        (status = 200, description = "The division as it is now", body = Division),
        (status = 403, description = "Needs `division:write`", body = Problem),
        (status = 404, description = "No such division", body = Problem),
        (status = 409, description = "Another has this name, or it is the one every org has", body = Problem),
        (status = 422, description = "A name that cannot be taken", body = Problem),
    ))]
async fn rename(
    State(edge): State<Edge>,
    caller: Caller,
    Path(division): Path<DivisionId>,
    Json(DivisionName { name }): Json<DivisionName>,
) -> Result<Json<Division>, ApiProblem> {
    caller.require(Permission::DivisionWrite)?;
    Ok(Json(edge.identity.rename_division(&caller, division, name, edge.divided).await?))
}

/// Removes a division
///
/// One that things belong to only where `move_to` names another that takes them; the caller may change such things in both. Roles held in
/// it are held there no more.
#[utoipa::path(delete, path = "/divisions/{division}", tag = "identity", operation_id = "removeDivision",
    params(("division" = DivisionId, Path), RemoveDivisionQuery),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Needs `division:write`, and to be allowed to change its things here and there (`other-division`)", body = Problem),
        (status = 404, description = "No such division", body = Problem),
        (status = 409, description = "Things belong to it, or it is the one every org has", body = Problem),
        (status = 422, description = "`move_to` names none that can take them", body = Problem),
    ))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Path(division): Path<DivisionId>,
    Query(RemoveDivisionQuery { move_to }): Query<RemoveDivisionQuery>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::DivisionWrite)?;
    edge.identity.remove_division(&caller, division, move_to, edge.divided).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Moves things to a division
///
/// All of them or none. Needs the permission to change such a thing (`people:write`, `queue:write`, `flow:write`, `phone:write` for phones
/// and numbers), in the division where each is and in this one. Who may see them now does at once.
#[utoipa::path(post, path = "/divisions/{division}/things", tag = "identity", operation_id = "moveToDivision",
    params(("division" = DivisionId, Path)), request_body = MoveThings,
    responses(
        (status = 204, description = "They belong to it"),
        (status = 403, description = "`other-division`: not to be moved by the caller, from there or to here", body = Problem),
        (status = 404, description = "No such division or thing, or not one to see", body = Problem),
        (status = 422, description = "No things, or too many", body = Problem),
    ))]
async fn move_things(
    State(edge): State<Edge>,
    caller: Caller,
    Path(division): Path<DivisionId>,
    Json(things): Json<MoveThings>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.move_things(&caller, division, things, edge.divided).await?;
    Ok(StatusCode::NO_CONTENT)
}
