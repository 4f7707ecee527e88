//! `/me/second-factor`, and taking it from somebody who lost it.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_proto::{
    Problem, UserId,
    api::{ConfirmSecondFactor, ProvePassword, RecoveryCodes, SecondFactor, SecondFactorOffer},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::origin::AskedFrom;
use crate::{ApiProblem, Caller, Edge, Json, Path};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(show, offer))
        .routes(routes!(confirm))
        .routes(routes!(disable))
        .routes(routes!(reset))
}

/// Shows one's second factor
///
/// Needs a session, no permission.
#[utoipa::path(get, path = "/me/second-factor", tag = "identity", operation_id = "mySecondFactor", responses(
    (status = 200, description = "Whether it is on", body = SecondFactor),
    (status = 401, description = "No valid session", body = Problem),
))]
async fn show(State(edge): State<Edge>, caller: Caller) -> Result<Json<SecondFactor>, ApiProblem> {
    Ok(Json(edge.identity.second_factor(caller.scope, caller.user).await?))
}

/// Offers a second factor
///
/// A secret for an authenticator (RFC 6238), shown once. It is on when `POST /me/second-factor/confirm` gets a code made of it. Needs a
/// session somebody signed in for, no permission.
#[utoipa::path(post, path = "/me/second-factor", tag = "identity", operation_id = "offerSecondFactor",
    request_body = ProvePassword,
    responses(
        (status = 200, description = "The secret", body = SecondFactorOffer),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 409, description = "A second factor is on", body = Problem),
        (status = 422, description = "The password is wrong", body = Problem),
        (status = 429, description = "Too many wrong guesses; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn offer(
    State(edge): State<Edge>,
    caller: Caller,
    AskedFrom(origin): AskedFrom,
    Json(ProvePassword { password }): Json<ProvePassword>,
) -> Result<Json<SecondFactorOffer>, ApiProblem> {
    Ok(Json(edge.identity.offer_second_factor(&caller, password, origin).await?))
}

/// Switches one's second factor on
///
/// Answers ten recovery codes, each good for one sign-in, shown once. Needs a session somebody signed in for, no permission.
#[utoipa::path(post, path = "/me/second-factor/confirm", tag = "identity", operation_id = "confirmSecondFactor",
    request_body = ConfirmSecondFactor,
    responses(
        (status = 200, description = "It is on from now on", body = RecoveryCodes),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 409, description = "Nothing was offered, or it is on already", body = Problem),
        (status = 422, description = "The code is wrong", body = Problem),
        (status = 429, description = "Too many wrong codes; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn confirm(
    State(edge): State<Edge>,
    caller: Caller,
    Json(ConfirmSecondFactor { code }): Json<ConfirmSecondFactor>,
) -> Result<Json<RecoveryCodes>, ApiProblem> {
    Ok(Json(edge.identity.confirm_second_factor(&caller, code).await?))
}

/// Switches one's second factor off
///
/// Off already is no error. Needs a session somebody signed in for, no permission.
#[utoipa::path(post, path = "/me/second-factor/disable", tag = "identity", operation_id = "disableSecondFactor",
    request_body = ProvePassword,
    responses(
        (status = 204, description = "It is off"),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 422, description = "The password is wrong", body = Problem),
        (status = 429, description = "Too many wrong guesses; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn disable(
    State(edge): State<Edge>,
    caller: Caller,
    AskedFrom(origin): AskedFrom,
    Json(ProvePassword { password }): Json<ProvePassword>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.disable_second_factor(&caller, password, origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switches a person's second factor off
///
/// For somebody who lost authenticator and recovery codes. Off already is no error.
#[utoipa::path(delete, path = "/people/{user}/second-factor", tag = "identity", operation_id = "resetSecondFactorOf",
    params(("user" = UserId, Path)),
    responses(
        (status = 204, description = "It is off"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions they hold", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
    ))]
async fn reset(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.reset_second_factor(&caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
