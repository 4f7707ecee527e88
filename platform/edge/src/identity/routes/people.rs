//! `/people/{user}/…`: accounts, for those who administer an org.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_proto::{
    Problem, UserId,
    api::{Page, RolesHeld, SessionInfo, SetRoles},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, Json, Path};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(sessions, end_sessions))
        .routes(routes!(deactivate))
        .routes(routes!(reactivate))
        .routes(routes!(erase))
        .routes(routes!(roles, set_roles))
}

/// Lists a person's sessions
#[utoipa::path(get, path = "/people/{user}/sessions", tag = "identity", operation_id = "listSessionsOf",
    params(("user" = UserId, Path)),
    responses(
        (status = 200, description = "All their sessions, the one used last first", body = Page<SessionInfo>),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`)", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
    ))]
async fn sessions(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<Page<SessionInfo>>, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    let items = edge.identity.sessions_of(&caller, user).await?;
    Ok(Json(Page { items, next: None }))
}

/// Ends all that acts for a person
///
/// Their sessions and tokens; sockets are closed. They may sign in again.
#[utoipa::path(delete, path = "/people/{user}/sessions", tag = "identity", operation_id = "endSessionsOf",
    params(("user" = UserId, Path)),
    responses(
        (status = 204, description = "Ended"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions they hold", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
    ))]
async fn end_sessions(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.end_sessions_of(&caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deactivates a person
///
/// Their sessions and tokens end, their sockets are closed, and they cannot sign in. What they did stays, with their name.
#[utoipa::path(post, path = "/people/{user}/deactivate", tag = "identity", operation_id = "deactivatePerson",
    params(("user" = UserId, Path)),
    responses(
        (status = 204, description = "Deactivated, or it was so already"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions they hold", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
        (status = 409, description = "It is the caller, or the last administrator", body = Problem),
    ))]
async fn deactivate(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.deactivate(&caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reactivates a person
///
/// With the password and roles they had.
#[utoipa::path(post, path = "/people/{user}/reactivate", tag = "identity", operation_id = "reactivatePerson",
    params(("user" = UserId, Path)),
    responses(
        (status = 204, description = "Active, or it was so already"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions they hold", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
        (status = 409, description = "They were erased", body = Problem),
    ))]
async fn reactivate(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.reactivate(&caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Erases a person
///
/// Whatever is personal to them is gone for ever: names, what they wrote, how they signed in; in the log and in back-ups too, since the key
/// it is encrypted under is destroyed. What they did stays, with nobody's name. They must be deactivated first.
#[utoipa::path(post, path = "/people/{user}/erase", tag = "identity", operation_id = "erasePerson",
    params(("user" = UserId, Path)),
    responses(
        (status = 204, description = "Erased, or they were already"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions they hold", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
        (status = 409, description = "They are active", body = Problem),
    ))]
async fn erase(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.erase(&caller, user, edge.erasers).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows which roles a person holds
#[utoipa::path(get, path = "/people/{user}/roles", tag = "identity", operation_id = "showRolesOf",
    params(("user" = UserId, Path)),
    responses(
        (status = 200, description = "In all divisions, and in some", body = RolesHeld),
        (status = 403, description = "Needs `people:read`", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
    ))]
async fn roles(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<RolesHeld>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    let person = edge.identity.shown(caller.scope, user).await?;
    let person = person.ok_or_else(|| ApiProblem::not_found("person"))?;
    Ok(Json(RolesHeld { roles: person.roles, grants: person.grants }))
}

/// Says which roles a person holds
///
/// All of them: `roles` in all divisions, `grants` in some. Needs `role:write` in the division they belong to. Holds by their next request, and on open sockets at once.
#[utoipa::path(put, path = "/people/{user}/roles", tag = "identity", operation_id = "setRolesOf",
    params(("user" = UserId, Path)), request_body = SetRoles,
    responses(
        (status = 204, description = "Done"),
        (status = 403, description = "Needs `role:write`, in their division (`other-division`), and all permissions they hold now and would hold", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
        (status = 409, description = "It is the last administrator", body = Problem),
        (status = 422, description = "No role, or a role or division that the org does not have", body = Problem),
    ))]
async fn set_roles(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
    Json(held): Json<SetRoles>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::RoleWrite)?;
    edge.identity.set_roles(&caller, user, held).await?;
    Ok(StatusCode::NO_CONTENT)
}
