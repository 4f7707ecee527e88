//! `/oauth/clients`: the programs an org has registered.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_proto::{
    ClientId, Problem,
    api::{ClientInfo, ClientMade, ClientSettings, Page},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, IfMatch, Json, Path};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(change_secret))
}

/// Lists the programs that are registered
///
/// Oldest first.
#[utoipa::path(get, path = "/oauth/clients", tag = "identity", operation_id = "listClients", responses(
    (status = 200, description = "All programs of the org", body = Page<ClientInfo>),
    (status = 403, description = "Needs `client:read`", body = Problem),
))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<ClientInfo>>, ApiProblem> {
    caller.require(Permission::ClientRead)?;
    let items = edge.identity.clients(caller.scope).await?;
    Ok(Json(Page { items, next: None }))
}

/// Registers a program
///
/// With roles, it may act for itself (`client_credentials`): as somebody of the directory who holds them and cannot sign in. Its secret is
/// shown once.
#[utoipa::path(post, path = "/oauth/clients", tag = "identity", operation_id = "createClient",
    request_body = ClientSettings,
    responses(
        (status = 201, description = "The program, and its secret this once", body = ClientMade),
        (status = 403, description = "Needs `client:write`, and all permissions of the roles", body = Problem),
        (status = 409, description = "As many as there may be", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Json(settings): Json<ClientSettings>,
) -> Result<(StatusCode, Json<ClientMade>), ApiProblem> {
    caller.require(Permission::ClientWrite)?;
    Ok((StatusCode::CREATED, Json(edge.identity.create_client(&caller, settings).await?)))
}

/// Shows a program
#[utoipa::path(get, path = "/oauth/clients/{client}", tag = "identity", operation_id = "showClient",
    params(("client" = ClientId, Path)),
    responses(
        (status = 200, description = "The program", body = ClientInfo),
        (status = 403, description = "Needs `client:read`", body = Problem),
        (status = 404, description = "No such program", body = Problem),
    ))]
async fn show(
    State(edge): State<Edge>,
    caller: Caller,
    Path(client): Path<ClientId>,
) -> Result<Json<ClientInfo>, ApiProblem> {
    caller.require(Permission::ClientRead)?;
    Ok(Json(edge.identity.client_info(caller.scope, client).await?))
}

/// Changes a program
///
/// When it may do less than before, its access tokens end; by a refresh token it gets new ones as it may be now.
#[utoipa::path(put, path = "/oauth/clients/{client}", tag = "identity", operation_id = "changeClient",
    params(("client" = ClientId, Path), IfMatch), request_body = ClientSettings,
    responses(
        (status = 200, description = "The program as it is now", body = ClientInfo),
        (status = 403, description = "Needs `client:write`, and all permissions of its roles before and after", body = Problem),
        (status = 404, description = "No such program", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Path(client): Path<ClientId>,
    IfMatch(precondition): IfMatch,
    Json(settings): Json<ClientSettings>,
) -> Result<Json<ClientInfo>, ApiProblem> {
    caller.require(Permission::ClientWrite)?;
    Ok(Json(edge.identity.change_client(&caller, client, precondition, settings).await?))
}

/// Gives a program another secret
///
/// The one until now opens nothing any more, and what the program got for itself with it ends.
#[utoipa::path(post, path = "/oauth/clients/{client}/secret", tag = "identity", operation_id = "changeClientSecret",
    params(("client" = ClientId, Path)),
    responses(
        (status = 200, description = "The program, and its secret this once", body = ClientMade),
        (status = 403, description = "Needs `client:write`, and all permissions of its roles", body = Problem),
        (status = 404, description = "No such program", body = Problem),
        (status = 409, description = "It cannot keep a secret", body = Problem),
    ))]
async fn change_secret(
    State(edge): State<Edge>,
    caller: Caller,
    Path(client): Path<ClientId>,
) -> Result<Json<ClientMade>, ApiProblem> {
    caller.require(Permission::ClientWrite)?;
    Ok(Json(edge.identity.change_client_secret(&caller, client).await?))
}

/// Removes a program
///
/// All it got ends, for itself and from people.
#[utoipa::path(delete, path = "/oauth/clients/{client}", tag = "identity", operation_id = "removeClient",
    params(("client" = ClientId, Path), IfMatch),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Needs `client:write`, and all permissions of its roles", body = Problem),
        (status = 404, description = "No such program", body = Problem),
    ))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Path(client): Path<ClientId>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::ClientWrite)?;
    edge.identity.remove_client(&caller, client, precondition).await?;
    Ok(StatusCode::NO_CONTENT)
}
