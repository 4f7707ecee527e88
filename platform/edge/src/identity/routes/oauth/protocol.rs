//! What programs ask for themselves. Bodies are forms and refusals are in OAuth's own shape, as every library for it expects.

use axum::{extract::State, http::HeaderMap};
use http::StatusCode;
use tandem_proto::{
    Problem,
    api::{DeviceAnswer, DeviceRequest, OAuthError, RevokeRequest, TokenAnswer, TokenRequest},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::super::{
        oauth::{DEVICE_INTERVAL_S, DEVICE_LIFETIME, OAuthRefusal},
        origin::AskedFrom,
    },
    form::{Form, credentials},
    issuer::Issuer,
};
use crate::{Edge, Json};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(token)).routes(routes!(revoke)).routes(routes!(authorize_device))
}

/// Gets tokens for a program
///
/// By `authorization_code`, `refresh_token`, `client_credentials` or the device code. An access token lives an hour; a refresh token works
/// once, and whoever brings one again ends all that came of it. The program authenticates by HTTP Basic or in the form. Needs no permission.
#[utoipa::path(post, path = "/oauth/token", tag = "identity", operation_id = "getToken", security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Tokens", body = TokenAnswer),
        (status = 400, description = "`error` says why not", body = OAuthError),
        (status = 401, description = "`invalid_client`: no such program, or a wrong secret", body = OAuthError),
        (status = 415, description = "The body is no form", body = Problem),
        (status = 429, description = "`temporarily_unavailable`: too many tokens at once", body = OAuthError),
    ))]
async fn token(
    State(edge): State<Edge>,
    headers: HeaderMap,
    AskedFrom(origin): AskedFrom,
    Form(mut request): Form<TokenRequest>,
) -> Result<Json<TokenAnswer>, OAuthRefusal> {
    let credentials = credentials(&headers, request.client_id.take(), request.client_secret.take())?;
    Ok(Json(edge.identity.token(credentials, request, origin).await?))
}

/// Gives a token back
///
/// An access token ends alone; with a refresh token all ends that came of the grant. A token that opens nothing is no error (RFC 7009). The
/// program authenticates by HTTP Basic or in the form. Needs no permission.
#[utoipa::path(post, path = "/oauth/revoke", tag = "identity", operation_id = "revokeToken", security(()),
    request_body(content = RevokeRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It opens nothing any more"),
        (status = 400, description = "`error` says why not", body = OAuthError),
        (status = 401, description = "`invalid_client`: no such program, or a wrong secret", body = OAuthError),
        (status = 415, description = "The body is no form", body = Problem),
    ))]
async fn revoke(
    State(edge): State<Edge>,
    headers: HeaderMap,
    AskedFrom(origin): AskedFrom,
    Form(request): Form<RevokeRequest>,
) -> Result<StatusCode, OAuthRefusal> {
    let credentials = credentials(&headers, request.client_id, request.client_secret)?;
    edge.identity.give_back(credentials, &request.token, origin).await?;
    Ok(StatusCode::OK)
}

/// Gets codes for a device
///
/// For a program where nobody can type: it shows `user_code` and polls `POST /oauth/token` with `device_code` until somebody decided (RFC
/// 8628). The program authenticates by HTTP Basic or in the form. Needs no permission.
#[utoipa::path(post, path = "/oauth/device_authorization", tag = "identity", operation_id = "authorizeDevice", security(()),
    request_body(content = DeviceRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Codes", body = DeviceAnswer),
        (status = 400, description = "`error` says why not", body = OAuthError),
        (status = 401, description = "`invalid_client`: no such program, or a wrong secret", body = OAuthError),
        (status = 415, description = "The body is no form", body = Problem),
        (status = 429, description = "`temporarily_unavailable`: too many devices wait", body = OAuthError),
    ))]
async fn authorize_device(
    State(edge): State<Edge>,
    headers: HeaderMap,
    Issuer(issuer): Issuer,
    Form(request): Form<DeviceRequest>,
) -> Result<Json<DeviceAnswer>, OAuthRefusal> {
    let credentials = credentials(&headers, request.client_id, request.client_secret)?;
    let codes = edge.identity.authorize_device(credentials, request.scope).await?;
    Ok(Json(DeviceAnswer {
        device_code: codes.device,
        verification_uri: format!("{issuer}/device"),
        verification_uri_complete: format!("{issuer}/device?user_code={}", codes.user),
        user_code: codes.user,
        expires_in: DEVICE_LIFETIME.as_secs(),
        interval: DEVICE_INTERVAL_S.unsigned_abs(),
    }))
}
