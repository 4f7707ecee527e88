//! `/roles` and `/permissions`.

use axum::{extract::State, http::StatusCode};
use tandem_core::{Permission, Reach};
use tandem_proto::{
    Problem,
    api::{ChangeRole, NewRole, Page, PermissionInfo, PermissionReach, Role, RoleInfo},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, IfMatch, Json, Path};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(permissions))
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
}

/// Lists the permissions there are
#[utoipa::path(get, path = "/permissions", tag = "identity", operation_id = "listPermissions", responses(
    (status = 200, description = "Every permission and what it allows", body = Page<PermissionInfo>),
    (status = 403, description = "Needs `people:read`", body = Problem),
))]
async fn permissions(caller: Caller) -> Result<Json<Page<PermissionInfo>>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    let items = Permission::ALL.iter().copied().map(describe).collect();
    Ok(Json(Page { items, next: None }))
}

/// A permission, for people.
pub(super) fn describe(permission: Permission) -> PermissionInfo {
    let reach = match permission.reach() {
        Reach::Holder => PermissionReach::Holder,
        Reach::Division => PermissionReach::Division,
        Reach::Org => PermissionReach::Org,
    };
    let (name, description) = (permission.name().to_owned(), permission.description().to_owned());
    PermissionInfo { name, description, reach }
}

/// Lists the roles there are
///
/// Those every org has, then the org's own.
#[utoipa::path(get, path = "/roles", tag = "identity", operation_id = "listRoles", responses(
    (status = 200, description = "All roles", body = Page<RoleInfo>),
    (status = 403, description = "Needs `people:read`", body = Problem),
))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<RoleInfo>>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    let items = edge.identity.roles(caller.scope).await?;
    Ok(Json(Page { items, next: None }))
}

/// Defines a role
///
/// As a set of permissions, all of which the caller holds.
#[utoipa::path(post, path = "/roles", tag = "identity", operation_id = "createRole", request_body = NewRole, responses(
    (status = 201, description = "The role", body = RoleInfo),
    (status = 403, description = "Needs `role:write`, in all divisions (`other-division`), and all permissions of the role", body = Problem),
    (status = 409, description = "There is such a role, or as many as there may be", body = Problem),
    (status = 422, description = "A field that cannot be taken", body = Problem),
))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Json(new): Json<NewRole>,
) -> Result<(StatusCode, Json<RoleInfo>), ApiProblem> {
    caller.require_everywhere(Permission::RoleWrite)?;
    Ok((StatusCode::CREATED, Json(edge.identity.create_role(&caller, new).await?)))
}

/// Shows a role
#[utoipa::path(get, path = "/roles/{role}", tag = "identity", operation_id = "showRole",
    params(("role" = Role, Path)),
    responses(
        (status = 200, description = "The role", body = RoleInfo),
        (status = 403, description = "Needs `people:read`", body = Problem),
        (status = 404, description = "No such role", body = Problem),
    ))]
async fn show(
    State(edge): State<Edge>,
    caller: Caller,
    Path(role): Path<Role>,
) -> Result<Json<RoleInfo>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    Ok(Json(edge.identity.role(caller.scope, &role).await?))
}

/// Changes a role
///
/// Holds for everybody who has it by their next request, and on open sockets at once.
#[utoipa::path(put, path = "/roles/{role}", tag = "identity", operation_id = "changeRole",
    params(("role" = Role, Path), IfMatch), request_body = ChangeRole,
    responses(
        (status = 200, description = "The role as it is now", body = RoleInfo),
        (status = 403, description = "Needs `role:write`, in all divisions (`other-division`), and the permissions that are new in it", body = Problem),
        (status = 404, description = "No such role", body = Problem),
        (status = 409, description = "Every org has this role", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Path(role): Path<Role>,
    IfMatch(precondition): IfMatch,
    Json(change): Json<ChangeRole>,
) -> Result<Json<RoleInfo>, ApiProblem> {
    caller.require_everywhere(Permission::RoleWrite)?;
    Ok(Json(edge.identity.change_role(&caller, role, precondition, change).await?))
}

/// Removes a role
#[utoipa::path(delete, path = "/roles/{role}", tag = "identity", operation_id = "removeRole",
    params(("role" = Role, Path), IfMatch),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Needs `role:write`, in all divisions (`other-division`)", body = Problem),
        (status = 404, description = "No such role", body = Problem),
        (status = 409, description = "Somebody holds it, or every org has it", body = Problem),
    ))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Path(role): Path<Role>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode, ApiProblem> {
    caller.require_everywhere(Permission::RoleWrite)?;
    edge.identity.remove_role(&caller, role, precondition).await?;
    Ok(StatusCode::NO_CONTENT)
}
