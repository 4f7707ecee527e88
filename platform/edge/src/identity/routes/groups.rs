//! `/groups`: people who are named together, and hold roles together.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_proto::{
    GroupId, Problem, UserId,
    api::{ChangeGroup, GroupInfo, GroupMember, NewGroup, Page, PageQuery, SetGroupRoles},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, IfMatch, Json, Path, Query};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(set_roles))
        .routes(routes!(members))
        .routes(routes!(join, leave))
}

/// Lists groups
///
/// By name.
#[utoipa::path(get, path = "/groups", tag = "identity", operation_id = "listGroups", params(PageQuery), responses(
    (status = 200, description = "One page of groups", body = Page<GroupInfo>),
    (status = 403, description = "Needs `people:read`", body = Problem),
    (status = 422, description = "A cursor or limit that cannot be taken", body = Problem),
))]
async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<GroupInfo>>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    Ok(Json(edge.identity.groups(caller.scope, &query).await?))
}

/// Makes a group
///
/// Of nobody, without roles.
#[utoipa::path(post, path = "/groups", tag = "identity", operation_id = "createGroup", request_body = NewGroup, responses(
    (status = 201, description = "The group", body = GroupInfo),
    (status = 403, description = "Needs `people:write`, in all divisions (`other-division`)", body = Problem),
    (status = 409, description = "A group of that name, or as many groups as there may be", body = Problem),
    (status = 422, description = "A name that cannot be taken", body = Problem),
))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Json(NewGroup { name }): Json<NewGroup>,
) -> Result<(StatusCode, Json<GroupInfo>), ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    Ok((StatusCode::CREATED, Json(edge.identity.create_group(&caller, &name).await?)))
}

/// Shows a group
#[utoipa::path(get, path = "/groups/{group}", tag = "identity", operation_id = "showGroup",
    params(("group" = GroupId, Path)),
    responses(
        (status = 200, description = "The group", body = GroupInfo),
        (status = 403, description = "Needs `people:read`", body = Problem),
        (status = 404, description = "No such group", body = Problem),
    ))]
async fn show(
    State(edge): State<Edge>,
    caller: Caller,
    Path(group): Path<GroupId>,
) -> Result<Json<GroupInfo>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    Ok(Json(edge.identity.group(caller.scope, group).await?))
}

/// Gives a group another name
#[utoipa::path(put, path = "/groups/{group}", tag = "identity", operation_id = "changeGroup",
    params(("group" = GroupId, Path), IfMatch), request_body = ChangeGroup,
    responses(
        (status = 200, description = "The group as it is now", body = GroupInfo),
        (status = 403, description = "Needs `people:write`, in all divisions (`other-division`), and all permissions its roles stand for", body = Problem),
        (status = 404, description = "No such group", body = Problem),
        (status = 409, description = "Another group has that name", body = Problem),
        (status = 422, description = "A name that cannot be taken", body = Problem),
    ))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Path(group): Path<GroupId>,
    IfMatch(precondition): IfMatch,
    Json(ChangeGroup { name }): Json<ChangeGroup>,
) -> Result<Json<GroupInfo>, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    Ok(Json(edge.identity.change_group(&caller, group, precondition, &name).await?))
}

/// Removes a group
///
/// Its members stay, without the roles they held by it.
#[utoipa::path(delete, path = "/groups/{group}", tag = "identity", operation_id = "removeGroup",
    params(("group" = GroupId, Path), IfMatch),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Needs `people:write`, in all divisions (`other-division`), and all permissions its roles stand for", body = Problem),
        (status = 404, description = "No such group", body = Problem),
    ))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Path(group): Path<GroupId>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.remove_group(&caller, group, precondition).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says which roles the members of a group hold
///
/// Beside those they hold themselves, for as long as they are in it. Holds by their next request, and on open sockets at once.
#[utoipa::path(put, path = "/groups/{group}/roles", tag = "identity", operation_id = "setRolesOfGroup",
    params(("group" = GroupId, Path), IfMatch), request_body = SetGroupRoles,
    responses(
        (status = 200, description = "The group as it is now", body = GroupInfo),
        (status = 403, description = "Needs `role:write`, in all divisions (`other-division`), and all permissions its roles stand for now and would stand for", body = Problem),
        (status = 404, description = "No such group", body = Problem),
        (status = 422, description = "A role that the org does not have", body = Problem),
    ))]
async fn set_roles(
    State(edge): State<Edge>,
    caller: Caller,
    Path(group): Path<GroupId>,
    IfMatch(precondition): IfMatch,
    Json(SetGroupRoles { roles }): Json<SetGroupRoles>,
) -> Result<Json<GroupInfo>, ApiProblem> {
    caller.require(Permission::RoleWrite)?;
    Ok(Json(edge.identity.set_group_roles(&caller, group, precondition, roles).await?))
}

/// Lists who is in a group
///
/// By name.
#[utoipa::path(get, path = "/groups/{group}/members", tag = "identity", operation_id = "listMembersOfGroup",
    params(("group" = GroupId, Path), PageQuery),
    responses(
        (status = 200, description = "One page of members", body = Page<GroupMember>),
        (status = 403, description = "Needs `people:read`", body = Problem),
        (status = 404, description = "No such group", body = Problem),
        (status = 422, description = "A cursor or limit that cannot be taken", body = Problem),
    ))]
async fn members(
    State(edge): State<Edge>,
    caller: Caller,
    Path(group): Path<GroupId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<GroupMember>>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    Ok(Json(edge.identity.members(caller.scope, group, &query).await?))
}

/// Brings somebody into a group
#[utoipa::path(put, path = "/groups/{group}/members/{user}", tag = "identity", operation_id = "addToGroup",
    params(("group" = GroupId, Path), ("user" = UserId, Path)),
    responses(
        (status = 204, description = "They are in it"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions the group's roles stand for", body = Problem),
        (status = 404, description = "No such group, or nobody of the org has this id", body = Problem),
        (status = 409, description = "As many are in it as may be", body = Problem),
    ))]
async fn join(
    State(edge): State<Edge>,
    caller: Caller,
    Path((group, user)): Path<(GroupId, UserId)>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.set_member(&caller, group, user, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts somebody out of a group
#[utoipa::path(delete, path = "/groups/{group}/members/{user}", tag = "identity", operation_id = "removeFromGroup",
    params(("group" = GroupId, Path), ("user" = UserId, Path)),
    responses(
        (status = 204, description = "They are not in it"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions the group's roles stand for", body = Problem),
        (status = 404, description = "No such group, or nobody of the org has this id", body = Problem),
    ))]
async fn leave(
    State(edge): State<Edge>,
    caller: Caller,
    Path((group, user)): Path<(GroupId, UserId)>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.set_member(&caller, group, user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
