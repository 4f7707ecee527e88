//! `/invitations` and `/password-resets`, and the address people get mail at.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_proto::{
    DivisionId, InvitationId, Problem, UserId,
    api::{
        AcceptInvitation, CompletePasswordReset, InvitationInfo, Invited, LookUpInvitation, NewInvitation,
        Page, RequestPasswordReset, SetEmail, SignedIn,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{super::origin::AskedFrom, signed_in};
use crate::{ApiProblem, Caller, Edge, Json, Path};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(look_up))
        .routes(routes!(accept))
        .routes(routes!(withdraw))
        .routes(routes!(invite_again))
        .routes(routes!(request_reset))
        .routes(routes!(complete_reset))
        .routes(routes!(set_email))
}

/// Lists who was invited and has not joined
///
/// Oldest first, those whose link has ended too.
#[utoipa::path(get, path = "/invitations", tag = "identity", operation_id = "listInvitations", responses(
    (status = 200, description = "All open invitations of the org", body = Page<InvitationInfo>),
    (status = 403, description = "Needs `people:write`, in Home (`other-division`)", body = Problem),
))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Result<Json<Page<InvitationInfo>>, ApiProblem> {
    caller.require_in(Permission::PeopleWrite, DivisionId::home(caller.scope.org()))?;
    let items = edge.identity.invitations(caller.scope).await?;
    Ok(Json(Page { items, next: None }))
}

/// Invites somebody by mail
///
/// They get a link that works once, for seven days, choose a password there, and are a person of the org from then on. The mail is sent
/// soon after, and again until it is taken.
#[utoipa::path(post, path = "/invitations", tag = "identity", operation_id = "invite", request_body = NewInvitation,
    responses(
        (status = 201, description = "The invitation; its mail is on its way", body = InvitationInfo),
        (status = 403, description = "Needs `people:write`, in Home (`other-division`), and all permissions of the roles", body = Problem),
        (status = 409, description = "Somebody has the name, address or number, or was invited with it; or the server does not know where users come",
         body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn invite(
    State(edge): State<Edge>,
    caller: Caller,
    Json(new): Json<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationInfo>), ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    Ok((StatusCode::CREATED, Json(edge.identity.invite(&caller, new).await?)))
}

/// Sends an invitation again
///
/// With another link; those before work no more.
#[utoipa::path(post, path = "/invitations/{invitation}/resend", tag = "identity", operation_id = "inviteAgain",
    params(("invitation" = InvitationId, Path)),
    responses(
        (status = 200, description = "The invitation; its mail is on its way", body = InvitationInfo),
        (status = 403, description = "Needs `people:write`, in Home (`other-division`), and all permissions of the roles", body = Problem),
        (status = 404, description = "No such invitation", body = Problem),
        (status = 409, description = "The server does not know where users come", body = Problem),
    ))]
async fn invite_again(
    State(edge): State<Edge>,
    caller: Caller,
    Path(invitation): Path<InvitationId>,
) -> Result<Json<InvitationInfo>, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    Ok(Json(edge.identity.invite_again(&caller, invitation).await?))
}

/// Withdraws an invitation
///
/// Its link works no more, and what the log says of who was invited is erased.
#[utoipa::path(delete, path = "/invitations/{invitation}", tag = "identity", operation_id = "withdrawInvitation",
    params(("invitation" = InvitationId, Path)),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 403, description = "Needs `people:write`, in Home (`other-division`)", body = Problem),
        (status = 404, description = "No such invitation", body = Problem),
    ))]
async fn withdraw(
    State(edge): State<Edge>,
    caller: Caller,
    Path(invitation): Path<InvitationId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.withdraw_invitation(&caller, invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows what one is invited to
///
/// For the page the link in the mail leads to. Needs the link, no permission.
#[utoipa::path(post, path = "/invitations/lookup", tag = "identity", operation_id = "lookUpInvitation", security(()),
    request_body = LookUpInvitation,
    responses(
        (status = 200, description = "The org, and who one will be", body = Invited),
        (status = 404, description = "The link works no more, or never did", body = Problem),
    ))]
async fn look_up(
    State(edge): State<Edge>,
    Json(LookUpInvitation { token }): Json<LookUpInvitation>,
) -> Result<Json<Invited>, ApiProblem> {
    Ok(Json(edge.identity.invited(&token).await?))
}

/// Accepts an invitation
///
/// Makes one a person of the org, and signs in. Needs the link, no permission.
#[utoipa::path(post, path = "/invitations/accept", tag = "identity", operation_id = "acceptInvitation", security(()),
    request_body = AcceptInvitation,
    responses(
        (status = 201, description = "Signed in", body = SignedIn),
        (status = 404, description = "The link works no more, or never did", body = Problem),
        (status = 409, description = "Somebody got the name or number meanwhile", body = Problem),
        (status = 422, description = "A password that cannot be taken; `guessable-password`: it is soon guessed", body = Problem),
    ))]
async fn accept(
    State(edge): State<Edge>,
    AskedFrom(origin): AskedFrom,
    Json(AcceptInvitation { token, password }): Json<AcceptInvitation>,
) -> Result<(StatusCode, Json<SignedIn>), ApiProblem> {
    let session = edge.identity.join(&token, password, origin).await?;
    signed_in(&edge, session).await
}

/// Asks for another password
///
/// Whoever has that name or address gets a mail with a link that works once, for an hour. The answer is the same whether or not there is
/// anybody, and at most five links of one person work at a time. Needs no permission.
#[utoipa::path(post, path = "/password-resets", tag = "identity", operation_id = "requestPasswordReset", security(()),
    request_body = RequestPasswordReset,
    responses(
        (status = 202, description = "Whoever is meant is written to"),
        (status = 409, description = "The server does not know where users come", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
        (status = 429, description = "Asked too often; `Retry-After` says how long to wait", body = Problem),
    ))]
async fn request_reset(
    State(edge): State<Edge>,
    AskedFrom(origin): AskedFrom,
    Json(request): Json<RequestPasswordReset>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.request_password_reset(request, origin).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Chooses another password
///
/// Ends everything that acts for one: sessions, personal tokens, what programs were allowed. Passkeys and the second factor stay. It is told of in a
/// mail. Needs the link, no permission.
#[utoipa::path(post, path = "/password-resets/complete", tag = "identity", operation_id = "completePasswordReset",
    security(()), request_body = CompletePasswordReset,
    responses(
        (status = 204, description = "It is the password from now on"),
        (status = 404, description = "The link works no more, or never did", body = Problem),
        (status = 422, description = "A password that cannot be taken; `guessable-password`: it is soon guessed", body = Problem),
    ))]
async fn complete_reset(
    State(edge): State<Edge>,
    AskedFrom(origin): AskedFrom,
    Json(request): Json<CompletePasswordReset>,
) -> Result<StatusCode, ApiProblem> {
    edge.identity.complete_password_reset(request, origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says where mail to a person goes
///
/// Nobody is asked whether they read mail there: whoever may set it can have the person's password replaced. The address until now is told.
#[utoipa::path(put, path = "/people/{user}/email", tag = "identity", operation_id = "setEmailOf",
    params(("user" = UserId, Path)), request_body = SetEmail,
    responses(
        (status = 204, description = "Done"),
        (status = 403, description = "Needs `people:write`, in their division (`other-division`), and all permissions they hold", body = Problem),
        (status = 404, description = "Nobody of the org has this id", body = Problem),
        (status = 409, description = "Somebody has the address", body = Problem),
        (status = 422, description = "No e-mail address", body = Problem),
    ))]
async fn set_email(
    State(edge): State<Edge>,
    caller: Caller,
    Path(user): Path<UserId>,
    Json(SetEmail { email }): Json<SetEmail>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    edge.identity.set_email(&caller, user, email).await?;
    Ok(StatusCode::NO_CONTENT)
}
