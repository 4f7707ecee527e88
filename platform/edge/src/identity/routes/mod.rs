//! `/sessions` and `/me`; beside it what people do with their accounts, and what those do who administer an org.

mod account;
mod divisions;
mod groups;
mod keys;
mod limits;
mod mail;
mod oauth;
mod passkeys;
mod people;
mod providers;
mod roles;
mod second_factor;

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use tandem_core::{Permission, RequestContext};
use tandem_proto::{
    DivisionId, Problem, Timestamp,
    api::{Me, Org, Person, Presence, PresenceView, SignIn, SignedIn},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use oauth::{Issuer, well_known};

use super::{Identity, IdentityError, NewSession, origin::AskedFrom};
use crate::{ApiProblem, Caller, Edge, Json};

pub(crate) fn routes(edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(me))
        .merge(account::routes())
        .merge(divisions::routes())
        .merge(mail::routes())
        .merge(oauth::routes())
        .merge(passkeys::routes())
        .merge(people::routes())
        .merge(groups::routes())
        .merge(providers::routes())
        .merge(keys::routes())
        .merge(limits::routes())
        .merge(roles::routes())
        .merge(second_factor::routes())
        .with_state(edge)
}

/// Sign in
///
/// Starts a session with a password, and a code where a second factor is on. Send its token as `Authorization: Bearer …`. It ends 12 hours after its last use, and
/// 30 days after the sign-in where the operator set nothing else.
/// Needs no permission.
#[utoipa::path(
    post, path = "/sessions", tag = "identity", operation_id = "signIn", security(()),
    request_body = SignIn,
    responses(
        (status = 201, description = "Signed in", body = SignedIn),
        (status = 401, description = "Name, password or code is wrong, or a code is needed: `type` says which of these; `provider-needed`: the org has people sign in by an identity provider", body = Problem),
        (status = 421, description = "The org lives in another region, at `address`", body = Problem),
        (status = 422, description = "A field is wrong, or the org must be named", body = Problem),
        (status = 429, description = "Too many failed sign-ins; `Retry-After` says how long to wait", body = Problem),
    )
)]
async fn sign_in(
    State(edge): State<Edge>,
    AskedFrom(origin): AskedFrom,
    Json(request): Json<SignIn>,
) -> Result<(StatusCode, Json<SignedIn>), ApiProblem> {
    let session = edge.identity.sign_in(request, origin).await?;
    signed_in(&edge, session).await
}

/// The answer to somebody who signed in.
async fn signed_in(
    edge: &Edge,
    NewSession { token, session }: NewSession,
) -> Result<(StatusCode, Json<SignedIn>), ApiProblem> {
    let me = describe(edge, &session.context).await?;
    Ok((StatusCode::CREATED, Json(SignedIn { token, expires_at: session.expires_at, me })))
}

/// Sign out
///
/// Ends the session used; its sockets are closed. Needs a session, no permission.
#[utoipa::path(
    delete, path = "/sessions/current", tag = "identity", operation_id = "signOut",
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "No valid session", body = Problem),
    )
)]
async fn sign_out(State(edge): State<Edge>, caller: Caller) -> Result<StatusCode, ApiProblem> {
    edge.identity.sign_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who am I
///
/// The caller, the org and the permissions held. Needs a session, no permission.
#[utoipa::path(
    get, path = "/me", tag = "identity", operation_id = "me",
    responses(
        (status = 200, description = "The caller", body = Me),
        (status = 401, description = "No valid session", body = Problem),
    )
)]
async fn me(State(edge): State<Edge>, caller: Caller) -> Result<Json<Me>, ApiProblem> {
    Ok(Json(describe(&edge, &caller).await?))
}

async fn describe(edge: &Edge, context: &RequestContext) -> Result<Me, ApiProblem> {
    let record = edge.identity.shown(context.scope, context.user).await?.ok_or(IdentityError::NoSession)?;
    let name = edge.identity.org_name(context.scope).await?;
    let presence = edge.presence.view(context.clone()).await.unwrap_or(PresenceView {
        primary: Presence::Offline,
        message: None,
        activity: None,
        since: Timestamp::default(),
    });
    Ok(Me {
        user: Person {
            id: record.id,
            name: record.name,
            display_name: record.display_name,
            title: record.title,
            extension: record.extension,
            email: record.email,
            roles: record.roles,
            grants: record.grants,
            division: record.division,
            erased: record.erased,
            active: record.active,
            provisioned: record.provisioned,
            presence,
        },
        org: Org { id: context.scope.org(), name, region: edge.identity.region_name() },
        session: context.session,
        permissions: context.rights.usable().names(),
        divided: divided(context),
    })
}

/// The permissions held in some divisions only.
fn divided(context: &RequestContext) -> BTreeMap<String, Vec<DivisionId>> {
    let (anywhere, everywhere) = (context.rights.anywhere(), context.rights.everywhere());
    let divided =
        Permission::ALL.iter().copied().filter(|each| anywhere.has(*each) && !everywhere.has(*each));
    divided
        .map(|permission| (permission.name().to_owned(), context.rights.divisions(permission).collect()))
        .collect()
}

impl Identity {
    pub(super) async fn org_name(&self, scope: tandem_core::OrgScope) -> Result<String, IdentityError> {
        let (known, org, now) = (&self.0.known, scope.org(), self.0.clock.now());
        if let Some(name) = known.org(org, now) {
            return Ok(name);
        }
        let before = known.before();
        let orgs = self.orgs().await?;
        let name = orgs.into_iter().find(|(each, _)| *each == scope).map(|(_, name)| name);
        let name = name.ok_or(IdentityError::NoSession)?;
        known.keep_org(org, &name, now, before);
        Ok(name)
    }
}
