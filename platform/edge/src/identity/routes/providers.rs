//! `/identity-providers`, `/sign-in-settings`, and signing in by a provider.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_proto::{
    IdentityProviderId, Problem,
    api::{
        AskProvider, ChangeSignInSettings, IdentityProviderInfo, IdentityProviderSettings,
        IdentityProviderTest, Page, ProviderCeremony, ProviderSignIn, SignInOptions, SignInOptionsQuery,
        SignInSettings, SignedIn, TestIdentityProvider,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{Site, origin::AskedFrom},
    signed_in,
};
use crate::{ApiProblem, Caller, Edge, IfMatch, Json, Path, Query};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(test))
        .routes(routes!(show, change, remove))
        .routes(routes!(settings, change_settings))
        .routes(routes!(options))
        .routes(routes!(offer))
        .routes(routes!(sign_in))
}

/// Lists identity providers
///
/// Oldest first.
#[utoipa::path(get, path = "/identity-providers", tag = "identity", operation_id = "listIdentityProviders", responses(
    (status = 200, description = "All identity providers of the org", body = Page<IdentityProviderInfo>),
    (status = 403, description = "Needs `signin:manage`", body = Problem),
))]
async fn list(
    State(edge): State<Edge>,
    caller: Caller,
) -> Result<Json<Page<IdentityProviderInfo>>, ApiProblem> {
    caller.require(Permission::SignInManage)?;
    let items = edge.identity.identity_providers(caller.scope).await?;
    Ok(Json(Page { items, next: None }))
}

/// Sets an identity provider up
///
/// A server elsewhere that says who somebody is, by OpenID Connect: people sign in there, with the authorization code flow and PKCE. The
/// caller holds all that its roles stand for; to have people found by their address, or their second factor left to the provider,
/// they hold every permission.
#[utoipa::path(post, path = "/identity-providers", tag = "identity", operation_id = "createIdentityProvider",
    request_body = IdentityProviderSettings,
    responses(
        (status = 201, description = "The identity provider", body = IdentityProviderInfo),
        (status = 403, description = "Needs `signin:manage`; `not-yours-to-give`: it would make people more than the caller is", body = Problem),
        (status = 409, description = "`too-many-providers`: as many as there may be", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Json(settings): Json<IdentityProviderSettings>,
) -> Result<(StatusCode, Json<IdentityProviderInfo>), ApiProblem> {
    caller.require(Permission::SignInManage)?;
    Ok((StatusCode::CREATED, Json(edge.identity.create_identity_provider(&caller, settings).await?)))
}

/// Shows an identity provider
///
/// Its secret is shown to nobody.
#[utoipa::path(get, path = "/identity-providers/{provider}", tag = "identity", operation_id = "showIdentityProvider",
    params(("provider" = IdentityProviderId, Path)),
    responses(
        (status = 200, description = "The identity provider", body = IdentityProviderInfo),
        (status = 403, description = "Needs `signin:manage`", body = Problem),
        (status = 404, description = "No such identity provider", body = Problem),
    ))]
async fn show(
    State(edge): State<Edge>,
    caller: Caller,
    Path(provider): Path<IdentityProviderId>,
) -> Result<Json<IdentityProviderInfo>, ApiProblem> {
    caller.require(Permission::SignInManage)?;
    Ok(Json(edge.identity.identity_provider(caller.scope, provider).await?))
}

/// Changes an identity provider
///
/// Holds from the next sign-in on. With another issuer, it knows nobody any more, and its secret is gone unless another is given.
#[utoipa::path(put, path = "/identity-providers/{provider}", tag = "identity", operation_id = "changeIdentityProvider",
    params(("provider" = IdentityProviderId, Path), IfMatch), request_body = IdentityProviderSettings,
    responses(
        (status = 200, description = "The identity provider as it is now", body = IdentityProviderInfo),
        (status = 403, description = "Needs `signin:manage`; `not-yours-to-give`: it would make people more than the caller is", body = Problem),
        (status = 404, description = "No such identity provider", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Path(provider): Path<IdentityProviderId>,
    IfMatch(precondition): IfMatch,
    Json(settings): Json<IdentityProviderSettings>,
) -> Result<Json<IdentityProviderInfo>, ApiProblem> {
    caller.require(Permission::SignInManage)?;
    let changed = edge.identity.change_identity_provider(&caller, provider, precondition, settings).await?;
    Ok(Json(changed))
}

/// Removes an identity provider
///
/// Nobody signs in by it any more. Sessions it began stay.
#[utoipa::path(delete, path = "/identity-providers/{provider}", tag = "identity", operation_id = "removeIdentityProvider",
    params(("provider" = IdentityProviderId, Path), IfMatch),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Needs `signin:manage`", body = Problem),
        (status = 404, description = "No such identity provider", body = Problem),
        (status = 409, description = "`last-provider`: people sign in by it alone", body = Problem),
    ))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Path(provider): Path<IdentityProviderId>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::SignInManage)?;
    edge.identity.remove_identity_provider(&caller, provider, precondition).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tests an identity provider
///
/// Asks the address what it says of itself, and for its keys, and says what is wrong.
#[utoipa::path(post, path = "/identity-providers/test", tag = "identity", operation_id = "testIdentityProvider",
    request_body = TestIdentityProvider,
    responses(
        (status = 200, description = "What was found", body = IdentityProviderTest),
        (status = 403, description = "Needs `signin:manage`", body = Problem),
        (status = 422, description = "No address the server may connect to", body = Problem),
    ))]
async fn test(
    State(edge): State<Edge>,
    caller: Caller,
    Json(TestIdentityProvider { issuer }): Json<TestIdentityProvider>,
) -> Result<Json<IdentityProviderTest>, ApiProblem> {
    caller.require(Permission::SignInManage)?;
    Ok(Json(edge.identity.test_identity_provider(&issuer).await?))
}

/// Shows how the org lets people in
#[utoipa::path(get, path = "/sign-in-settings", tag = "identity", operation_id = "showSignInSettings", responses(
    (status = 200, description = "How people sign in", body = SignInSettings),
    (status = 403, description = "Needs `signin:manage`", body = Problem),
))]
async fn settings(
    State(edge): State<Edge>,
    caller: Caller,
    site: Result<Site, ApiProblem>,
) -> Result<Json<SignInSettings>, ApiProblem> {
    caller.require(Permission::SignInManage)?;
    Ok(Json(edge.identity.sign_in_settings(caller.scope, site.ok().as_ref()).await?))
}

/// Changes how the org lets people in
///
/// Holds from the next sign-in on; sessions there are stay. Where a password is not enough, it still is for who holds the role `admin`,
/// so that somebody can get in when the provider fails; each time they do is told of in the audit.
#[utoipa::path(put, path = "/sign-in-settings", tag = "identity", operation_id = "changeSignInSettings",
    request_body = ChangeSignInSettings,
    responses(
        (status = 200, description = "How people sign in now", body = SignInSettings),
        (status = 403, description = "Needs `signin:manage`", body = Problem),
        (status = 409, description = "`no-provider`: there is none to sign in by; `no-way-back`: no administrator has a password", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn change_settings(
    State(edge): State<Edge>,
    caller: Caller,
    site: Result<Site, ApiProblem>,
    Json(change): Json<ChangeSignInSettings>,
) -> Result<Json<SignInSettings>, ApiProblem> {
    caller.require(Permission::SignInManage)?;
    Ok(Json(edge.identity.change_sign_in_settings(&caller, site.ok().as_ref(), change).await?))
}

/// Lists the identity providers to choose from
///
/// For who is to sign in. The same for an org without any and one that there is not. Needs no permission.
#[utoipa::path(get, path = "/sign-in-options", tag = "identity", operation_id = "listSignInOptions", security(()),
    params(SignInOptionsQuery),
    responses((status = 200, description = "Identity providers of the org", body = SignInOptions)))]
async fn options(
    State(edge): State<Edge>,
    Query(SignInOptionsQuery { org }): Query<SignInOptionsQuery>,
) -> Result<Json<SignInOptions>, ApiProblem> {
    Ok(Json(edge.identity.sign_in_options(org.as_deref()).await?))
}

/// Begins to sign in by an identity provider
///
/// Keep `ceremony` where only this browser has it, and send the browser to `url`. Good for ten minutes and one session. Needs no
/// permission.
#[utoipa::path(post, path = "/sessions/provider/offer", tag = "identity", operation_id = "offerProviderSignIn",
    security(()), request_body = AskProvider,
    responses(
        (status = 200, description = "Where to send the browser", body = ProviderCeremony),
        (status = 404, description = "No such identity provider", body = Problem),
        (status = 409, description = "`url-not-set`: the server does not know where users come", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
        (status = 502, description = "`provider-unreachable`; `provider-broken`: it does not answer as one does", body = Problem),
    ))]
async fn offer(
    State(edge): State<Edge>,
    site: Site,
    Json(AskProvider { provider }): Json<AskProvider>,
) -> Result<Json<ProviderCeremony>, ApiProblem> {
    Ok(Json(edge.identity.offer_provider_sign_in(&site, provider).await?))
}

/// Signs in with what an identity provider answered
///
/// With what it added to the address it sent the browser back to. Where a second factor is on, and the provider does not count as one, the
/// answer is `second-factor-needed`: send the same again with `second_factor`. Needs no permission.
#[utoipa::path(post, path = "/sessions/provider", tag = "identity", operation_id = "signInWithProvider", security(()),
    request_body = ProviderSignIn,
    responses(
        (status = 201, description = "Signed in", body = SignedIn),
        (status = 401, description = "`sign-in-ended`: not begun in this browser, used, or too long ago; `provider-not-believed`; `not-let-in`: nobody here, or somebody who may not sign in; `second-factor-needed`; `wrong-code`", body = Problem),
        (status = 409, description = "`url-not-set`: the server does not know where users come", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
        (status = 429, description = "Too many wrong codes; `Retry-After` says how long to wait", body = Problem),
        (status = 502, description = "`provider-unreachable`; `provider-broken`: it does not answer as one does", body = Problem),
    ))]
async fn sign_in(
    State(edge): State<Edge>,
    site: Site,
    AskedFrom(origin): AskedFrom,
    Json(request): Json<ProviderSignIn>,
) -> Result<(StatusCode, Json<SignedIn>), ApiProblem> {
    let session = edge.identity.sign_in_with_provider(&site, request, origin).await?;
    signed_in(&edge, session).await
}
