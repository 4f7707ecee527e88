//! What people decide about programs: in the browser, for a device, and afterwards.

use axum::{extract::State, http::StatusCode};
use tandem_core::{Permission, Permissions};
use tandem_proto::{
    GrantId, Problem,
    api::{
        Application, Authorization, AuthorizationRequest, Consent, DecideAuthorization, DecideDevice,
        LookUpDevice, Onward, Page, PermissionInfo,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{super::oauth, roles::describe},
    issuer::Issuer,
};
use crate::{ApiProblem, Caller, Edge, Json, Path, Query};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(asks, decide))
        .routes(routes!(device_asks))
        .routes(routes!(decide_device))
        .routes(routes!(grants))
        .routes(routes!(end_grant))
}

/// Shows what a program asks one for
///
/// For the page `/oauth/authorize`, with its query. A program or redirect that is not registered is a refusal here, and nobody is sent
/// anywhere; any other fault is told to the program, by the answer `redirect`. Needs a session somebody signed in for, no permission.
#[utoipa::path(get, path = "/oauth/authorize", tag = "identity", operation_id = "showAuthorization",
    params(AuthorizationRequest),
    responses(
        (status = 200, description = "What is to decide, or where the browser goes on", body = Authorization),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 404, description = "The org has no such program", body = Problem),
        (status = 422, description = "The redirect is not registered", body = Problem),
    ))]
async fn asks(
    State(edge): State<Edge>,
    caller: Caller,
    Issuer(issuer): Issuer,
    Query(request): Query<AuthorizationRequest>,
) -> Result<Json<Authorization>, ApiProblem> {
    let asked = match edge.identity.authorization(&caller, &request, &issuer).await? {
        oauth::Authorization::Ask(asked) => asked,
        oauth::Authorization::Redirect(location) => return Ok(Json(Authorization::Redirect { location })),
    };
    let consent = consent(&edge, &caller, asked.name, asked.scopes, Some(asked.redirect_uri)).await?;
    Ok(Json(Authorization::Ask { consent }))
}

/// Allows a program to act for one, or does not
///
/// Answers where the browser goes on: with a code that works once, within a minute, or with what was refused. Needs a session somebody
/// signed in for, no permission.
#[utoipa::path(post, path = "/oauth/authorize", tag = "identity", operation_id = "decideAuthorization",
    request_body = DecideAuthorization,
    responses(
        (status = 200, description = "Where the browser goes on", body = Onward),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 404, description = "The org has no such program", body = Problem),
        (status = 422, description = "The redirect is not registered", body = Problem),
    ))]
async fn decide(
    State(edge): State<Edge>,
    caller: Caller,
    Issuer(issuer): Issuer,
    Json(decided): Json<DecideAuthorization>,
) -> Result<Json<Onward>, ApiProblem> {
    let DecideAuthorization { allow, request } = decided;
    let location = edge.identity.decide_authorization(&caller, &request, allow, &issuer).await?;
    Ok(Json(Onward { location }))
}

/// Shows what a device asks one for
///
/// The device that shows this code. Wrong codes are counted. Needs a session somebody signed in for, no permission.
#[utoipa::path(post, path = "/oauth/device/lookup", tag = "identity", operation_id = "showDevice",
    request_body = LookUpDevice,
    responses(
        (status = 200, description = "What is to decide", body = Consent),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 404, description = "No device shows this code", body = Problem),
        (status = 429, description = "Too many wrong codes; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn device_asks(
    State(edge): State<Edge>,
    caller: Caller,
    Json(LookUpDevice { user_code }): Json<LookUpDevice>,
) -> Result<Json<Consent>, ApiProblem> {
    let asked = edge.identity.device(&caller, &user_code).await?;
    Ok(Json(consent(&edge, &caller, asked.name, asked.scopes, None).await?))
}

/// Allows a device to act for one, or does not
///
/// The device that shows this code. Wrong codes are counted. Needs a session somebody signed in for, no permission.
#[utoipa::path(post, path = "/oauth/device", tag = "identity", operation_id = "decideDevice",
    request_body = DecideDevice,
    responses(
        (status = 204, description = "The device learns it when it asks next"),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session, or the caller holds nothing of what it asks for", body = Problem),
        (status = 404, description = "No device shows this code", body = Problem),
        (status = 429, description = "Too many wrong codes; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn decide_device(
    State(edge): State<Edge>,
    caller: Caller,
    Json(DecideDevice { user_code, allow }): Json<DecideDevice>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.decide_device(&caller, &user_code, allow).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the programs one allowed to act for oneself
///
/// The one that got a token last first. Needs a session, no permission.
#[utoipa::path(get, path = "/me/grants", tag = "identity", operation_id = "listMyGrants", responses(
    (status = 200, description = "All that hold", body = Page<Application>),
    (status = 401, description = "No valid session", body = Problem),
))]
async fn grants(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<Application>>, ApiProblem> {
    let items = edge.identity.grants(caller.scope, caller.user).await?;
    Ok(Json(Page { items, next: None }))
}

/// Takes back what one allowed a program
///
/// Its tokens open nothing any more, and its sockets are closed. Needs a session, no permission.
#[utoipa::path(delete, path = "/me/grants/{grant}", tag = "identity", operation_id = "endMyGrant",
    params(("grant" = GrantId, Path)),
    responses(
        (status = 204, description = "Taken back"),
        (status = 401, description = "No valid session", body = Problem),
        (status = 404, description = "The caller allowed no such thing", body = Problem),
    ))]
async fn end_grant(
    State(edge): State<Edge>,
    caller: Caller,
    Path(grant): Path<GrantId>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.end_grant(&caller, grant).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn consent(
    edge: &Edge,
    caller: &Caller,
    client: String,
    scopes: Permissions,
    redirect_uri: Option<String>,
) -> Result<Consent, ApiProblem> {
    let org = edge.identity.org_name(caller.scope).await?;
    let asked = Permission::ALL.iter().copied().filter(|permission| scopes.has(*permission));
    let scopes: Vec<PermissionInfo> = asked.map(describe).collect();
    Ok(Consent { client, org, scopes, redirect_uri })
}
