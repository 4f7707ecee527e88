//! `/me/passkeys`, and signing in with one.

use axum::{extract::State, http::StatusCode};
use tandem_proto::{
    PasskeyId, Problem,
    api::{
        NewPasskey, Page, PasskeyCeremony, PasskeyInfo, PasskeySignIn, ProvePassword, RenamePasskey, SignedIn,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{Site, origin::AskedFrom},
    signed_in,
};
use crate::{ApiProblem, Caller, Edge, Json, Path};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(offer))
        .routes(routes!(rename, remove))
        .routes(routes!(sign_in_offer))
        .routes(routes!(sign_in))
}

/// Lists one's passkeys
///
/// Oldest first. Needs a session, no permission.
#[utoipa::path(get, path = "/me/passkeys", tag = "identity", operation_id = "listMyPasskeys", responses(
    (status = 200, description = "All passkeys of the caller", body = Page<PasskeyInfo>),
    (status = 401, description = "No valid session", body = Problem),
))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<PasskeyInfo>>, ApiProblem> {
    let items = edge.identity.passkeys(&caller).await?;
    Ok(Json(Page { items, next: None }))
}

/// Asks for what an authenticator needs to make one a passkey
///
/// Good for five minutes. Nothing changes until `POST /me/passkeys` brings the answer. Needs a session somebody signed in for, no
/// permission.
#[utoipa::path(post, path = "/me/passkeys/offer", tag = "identity", operation_id = "offerMyPasskey",
    request_body = ProvePassword,
    responses(
        (status = 200, description = "What to ask the authenticator", body = PasskeyCeremony),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 409, description = "As many as one may have, or the server is not known by a name", body = Problem),
        (status = 422, description = "The password is wrong", body = Problem),
        (status = 429, description = "Too many wrong guesses; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn offer(
    State(edge): State<Edge>,
    caller: Caller,
    site: Site,
    AskedFrom(origin): AskedFrom,
    Json(ProvePassword { password }): Json<ProvePassword>,
) -> Result<Json<PasskeyCeremony>, ApiProblem> {
    Ok(Json(edge.identity.offer_passkey(&caller, &site, password, origin).await?))
}

/// Adds a passkey
///
/// One that an authenticator made for the caller. Needs a session somebody signed in for, no permission.
#[utoipa::path(post, path = "/me/passkeys", tag = "identity", operation_id = "addMyPasskey", request_body = NewPasskey,
    responses(
        (status = 201, description = "It signs the caller in from now on", body = PasskeyInfo),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 409, description = "As many as one may have, or the server is not known by a name", body = Problem),
        (status = 422, description = "A field that cannot be taken, or not what was asked for", body = Problem),
    ))]
async fn add(
    State(edge): State<Edge>,
    caller: Caller,
    site: Site,
    Json(new): Json<NewPasskey>,
) -> Result<(StatusCode, Json<PasskeyInfo>), ApiProblem> {
    Ok((StatusCode::CREATED, Json(edge.identity.add_passkey(&caller, &site, new).await?)))
}

/// Renames a passkey
///
/// Needs a session somebody signed in for, no permission.
#[utoipa::path(put, path = "/me/passkeys/{passkey}", tag = "identity", operation_id = "renameMyPasskey",
    params(("passkey" = PasskeyId, Path)), request_body = RenamePasskey,
    responses(
        (status = 200, description = "The passkey as it is now", body = PasskeyInfo),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 404, description = "The caller has no such passkey", body = Problem),
        (status = 422, description = "A name that cannot be taken", body = Problem),
    ))]
async fn rename(
    State(edge): State<Edge>,
    caller: Caller,
    Path(passkey): Path<PasskeyId>,
    Json(RenamePasskey { name }): Json<RenamePasskey>,
) -> Result<Json<PasskeyInfo>, ApiProblem> {
    Ok(Json(edge.identity.rename_passkey(&caller, passkey, &name).await?))
}

/// Removes a passkey
///
/// It lets nobody in any more; sessions it began stay. Needs a session somebody signed in for, no permission.
#[utoipa::path(delete, path = "/me/passkeys/{passkey}", tag = "identity", operation_id = "removeMyPasskey",
    params(("passkey" = PasskeyId, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 401, description = "No valid session", body = Problem),
        (status = 403, description = "Asked with a token rather than a session", body = Problem),
        (status = 404, description = "The caller has no such passkey", body = Problem),
    ))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Path(passkey): Path<PasskeyId>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.remove_passkey(&caller, passkey).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for what an authenticator needs to sign its user in
///
/// The same for everybody, good for five minutes and one sign-in. Needs no permission.
#[utoipa::path(post, path = "/sessions/passkey/offer", tag = "identity", operation_id = "offerPasskeySignIn",
    security(()),
    responses(
        (status = 200, description = "What to ask the authenticator", body = PasskeyCeremony),
        (status = 409, description = "The server is not known by a name", body = Problem),
    ))]
async fn sign_in_offer(State(edge): State<Edge>, site: Site) -> Result<Json<PasskeyCeremony>, ApiProblem> {
    Ok(Json(edge.identity.offer_passkey_sign_in(&site).await?))
}

/// Sign in with a passkey
///
/// Nobody types a name, and no code is asked for: the authenticator knows its user, and has made sure of them. Needs no permission.
#[utoipa::path(post, path = "/sessions/passkey", tag = "identity", operation_id = "signInWithPasskey", security(()),
    request_body = PasskeySignIn,
    responses(
        (status = 201, description = "Signed in", body = SignedIn),
        (status = 401, description = "The passkey lets nobody in; why is not told", body = Problem),
        (status = 409, description = "The server is not known by a name", body = Problem),
        (status = 422, description = "Not what a browser answers", body = Problem),
    ))]
async fn sign_in(
    State(edge): State<Edge>,
    site: Site,
    AskedFrom(origin): AskedFrom,
    Json(request): Json<PasskeySignIn>,
) -> Result<(StatusCode, Json<SignedIn>), ApiProblem> {
    let session = edge.identity.sign_in_with_passkey(&site, request, origin).await?;
    signed_in(&edge, session).await
}
