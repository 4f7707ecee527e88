//! `/me/…`: one's own sessions, password and tokens.

use axum::{extract::State, http::StatusCode};
use tandem_proto::{
    Problem, SessionId,
    api::{ChangePassword, NewToken, Page, SessionInfo, TokenInfo, TokenMade},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::origin::AskedFrom;
use crate::{ApiProblem, Caller, Edge, Json, Path};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(sessions, end_others))
        .routes(routes!(end_session))
        .routes(routes!(change_password))
        .routes(routes!(tokens, create_token))
        .routes(routes!(revoke_token))
}

/// Lists one's sessions
///
/// The one used last first. Needs a session, no permission.
#[utoipa::path(get, path = "/me/sessions", tag = "identity", operation_id = "listMySessions", responses(
    (status = 200, description = "All sessions of the caller", body = Page<SessionInfo>),
    (status = 401, description = "No valid session", body = Problem),
))]
async fn sessions(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<SessionInfo>>, ApiProblem> {
    let items = edge.identity.sessions(caller.scope, caller.user, Some(caller.session)).await?;
    Ok(Json(Page { items, next: None }))
}

/// Ends one's other sessions
///
/// All but the one used; their sockets are closed. Needs a session, no permission.
#[utoipa::path(delete, path = "/me/sessions", tag = "identity", operation_id = "endMyOtherSessions", responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "No valid session", body = Problem),
))]
async fn end_others(State(edge): State<Edge>, caller: Caller) -> Result<StatusCode, ApiProblem> {
    edge.identity.end_other_sessions(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of one's sessions
///
/// Its sockets are closed. Needs a session, no permission.
#[utoipa::path(delete, path = "/me/sessions/{session}", tag = "identity", operation_id = "endMySession",
    params(("session" = SessionId, Path)),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "No valid session", body = Problem),
        (status = 404, description = "The caller has no such session", body = Problem),
    ))]
async fn end_session(
    State(edge): State<Edge>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.end_session(&caller, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes one's password
///
/// Ends all other sessions; personal tokens stay. Wrong guesses of the current password count as failed sign-ins do. Needs a session
/// somebody signed in for, no permission.
#[utoipa::path(put, path = "/me/password", tag = "identity", operation_id = "changeMyPassword",
    request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed"),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 422, description = "The current password is wrong, or the new one cannot be taken; `guessable-password`: it is soon guessed", body = Problem),
        (status = 429, description = "Too many wrong guesses; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn change_password(
    State(edge): State<Edge>,
    caller: Caller,
    AskedFrom(origin): AskedFrom,
    Json(change): Json<ChangePassword>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.change_password(&caller, change, origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's personal access tokens
///
/// Newest first. Needs a session, no permission.
#[utoipa::path(get, path = "/me/tokens", tag = "identity", operation_id = "listMyTokens", responses(
    (status = 200, description = "All tokens of the caller that have not ended", body = Page<TokenInfo>),
    (status = 401, description = "No valid session", body = Problem),
))]
async fn tokens(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<TokenInfo>>, ApiProblem> {
    let items = edge.identity.tokens(caller.scope, caller.user).await?;
    Ok(Json(Page { items, next: None }))
}

/// Makes a personal access token
///
/// For a program of one's own: it acts for the caller, with the permissions named and no more than the caller holds at the time. It is
/// shown once. Needs a session somebody signed in for, and the permissions it is limited to.
#[utoipa::path(post, path = "/me/tokens", tag = "identity", operation_id = "createMyToken", request_body = NewToken,
    responses(
        (status = 201, description = "The token, shown this once", body = TokenMade),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token, or for a permission the caller does not hold", body = Problem),
        (status = 409, description = "The caller has as many tokens as one may have", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn create_token(
    State(edge): State<Edge>,
    caller: Caller,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, Json<TokenMade>), ApiProblem> {
    Ok((StatusCode::CREATED, Json(edge.identity.create_token(&caller, new).await?)))
}

/// Takes back a personal access token
///
/// It opens nothing any more, and its sockets are closed. Needs a session, no permission.
#[utoipa::path(delete, path = "/me/tokens/{token}", tag = "identity", operation_id = "revokeMyToken",
    params(("token" = SessionId, Path, description = "The token's id")),
    responses(
        (status = 204, description = "Taken back"),
        (status = 401, description = "No valid session", body = Problem),
        (status = 404, description = "The caller has no such token", body = Problem),
    ))]
async fn revoke_token(
    State(edge): State<Edge>,
    caller: Caller,
    Path(token): Path<SessionId>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.revoke_token(&caller, token).await?;
    Ok(StatusCode::NO_CONTENT)
}
