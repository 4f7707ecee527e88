//! Calls, phones, numbers and trunks over HTTP.

mod trunks;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, Json, Path, Query, page};
use tandem_proto::{
    CallId, Problem,
    api::{
        AnswerCall, Call, CallsQuery, HoldCall, InDivision, MuteCall, NewCall, NewPhone, Number,
        NumberTarget, Page, Phone, SendDtmf, Track,
    },
};
use tandem_store::Cause;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Communicate, NUMBERS, PHONES,
    calls::{CallFilter, Command},
    directory::{PhoneError, PhoneRecord, is_e164, normalise},
};

/// The most digits one request may send.
const DIGITS_MAX: usize = 32;

pub(crate) fn routes(communicate: Communicate) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(call))
        .routes(routes!(answer))
        .routes(routes!(decline))
        .routes(routes!(hang_up))
        .routes(routes!(hold))
        .routes(routes!(mute))
        .routes(routes!(dtmf))
        .routes(routes!(tracks))
        .routes(routes!(phones, create_phone))
        .routes(routes!(numbers))
        .routes(routes!(set_number))
        .merge(trunks::routes())
        .with_state(communicate)
}

/// Calls somebody
///
/// The device rings out at once; its browser hears ringback over its peer connection. The call's events follow on `user:{me}`.
#[utoipa::path(post, path = "/calls", tag = "communicate", request_body = NewCall, responses(
    (status = 201, description = "The call, dialling; or over already, with the reason, when nobody can be reached", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 409, description = "The device has no connection to the server", body = Problem),
    (status = 422, description = "A number that cannot be dialled", body = Problem),
    (status = 503, description = "As many calls are up as the server takes", body = Problem),
))]
async fn create(
    caller: Caller,
    State(communicate): State<Communicate>,
    Json(new): Json<NewCall>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::CallUse)?;
    let call = communicate.place(&caller, new).await?;
    Ok((StatusCode::CREATED, Json(call)).into_response())
}

/// Lists calls
///
/// Newest first: one's own, or everybody's for who holds `call:supervise`.
#[utoipa::path(get, path = "/calls", tag = "communicate", params(CallsQuery), responses(
    (status = 200, description = "One page of calls", body = Page<Call>),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 422, description = "A cursor or limit that cannot be taken", body = Problem),
))]
async fn list(
    caller: Caller,
    State(communicate): State<Communicate>,
    Query(query): Query<CallsQuery>,
) -> Result<Json<Page<Call>>, ApiProblem> {
    caller.require(Permission::CallUse)?;
    let (limit, before) = (page::limit(query.limit)?, page::key(query.cursor.as_deref())?);
    let user = (!caller.may(Permission::CallSupervise)).then_some(caller.user);
    let filter = CallFilter { user, active: query.active, before, limit };
    Ok(Json(communicate.records().list(caller.scope, filter).await?))
}

/// Shows a call
#[utoipa::path(get, path = "/calls/{call}", tag = "communicate", params(("call" = CallId, Path)), responses(
    (status = 200, description = "The call: live, or its call detail record", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
))]
async fn call(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
) -> Result<Json<Call>, ApiProblem> {
    caller.require(Permission::CallUse)?;
    Ok(Json(visible(&caller, &communicate, call).await?))
}

/// A call that is the caller's to see, else 404.
async fn visible(caller: &Caller, communicate: &Communicate, call: CallId) -> Result<Call, ApiProblem> {
    let found = communicate.records().get(caller.scope, call).await?;
    let mine = |call: &Call| {
        caller.may(Permission::CallSupervise) || call.legs.iter().any(|leg| leg.user == Some(caller.user))
    };
    found.filter(mine).ok_or_else(|| ApiProblem::not_found("call"))
}

async fn command(
    caller: &Caller,
    communicate: &Communicate,
    call: CallId,
    command: Command,
) -> Result<Json<Call>, ApiProblem> {
    caller.require(Permission::CallUse)?;
    visible(caller, communicate, call).await?;
    match communicate.calls().command(caller.scope, call, command, Cause::request(caller)).await {
        Ok(reply) => Ok(Json(reply.call)),
        // It is there (it was just seen) but over.
        Err(crate::control::CallError::UnknownCall(_)) => {
            Err(ApiProblem::conflict("wrong-call-state", "the call is over"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Answers a call
///
/// Takes the leg that rings for oneself, on the device named; one's other devices stop ringing.
#[utoipa::path(post, path = "/calls/{call}/answer", tag = "communicate", request_body = AnswerCall,
    params(("call" = CallId, Path)), responses(
    (status = 200, description = "The call, connected", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
    (status = 409, description = "Nothing rings any more: answered elsewhere, given up, or over", body = Problem),
))]
async fn answer(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
    Json(answer): Json<AnswerCall>,
) -> Result<Json<Call>, ApiProblem> {
    caller.require(Permission::CallUse)?;
    visible(&caller, &communicate, call).await?;
    communicate.own_device(&caller, answer.device).await?;
    command(&caller, &communicate, call, Command::Answer { user: caller.user, device: answer.device }).await
}

/// Declines a call that rings
#[utoipa::path(post, path = "/calls/{call}/decline", tag = "communicate", params(("call" = CallId, Path)), responses(
    (status = 200, description = "The call as it is now", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
    (status = 409, description = "Nothing rings any more", body = Problem),
))]
async fn decline(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
) -> Result<Json<Call>, ApiProblem> {
    command(&caller, &communicate, call, Command::Decline { user: caller.user }).await
}

/// Hangs up
#[utoipa::path(post, path = "/calls/{call}/hangup", tag = "communicate", params(("call" = CallId, Path)), responses(
    (status = 200, description = "The call as it is now", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
    (status = 409, description = "One has no leg in it (any more)", body = Problem),
))]
async fn hang_up(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
) -> Result<Json<Call>, ApiProblem> {
    command(&caller, &communicate, call, Command::HangUp { user: caller.user }).await
}

/// Holds a call or goes on with it
///
/// The others hear music while one holds.
#[utoipa::path(put, path = "/calls/{call}/hold", tag = "communicate", request_body = HoldCall,
    params(("call" = CallId, Path)), responses(
    (status = 200, description = "The call as it is now", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
    (status = 409, description = "Not connected", body = Problem),
))]
async fn hold(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
    Json(hold): Json<HoldCall>,
) -> Result<Json<Call>, ApiProblem> {
    command(&caller, &communicate, call, Command::Hold { user: caller.user, held: hold.held }).await
}

/// Mutes oneself
#[utoipa::path(put, path = "/calls/{call}/mute", tag = "communicate", request_body = MuteCall,
    params(("call" = CallId, Path)), responses(
    (status = 200, description = "The call as it is now", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
    (status = 409, description = "One has no leg in it (any more)", body = Problem),
))]
async fn mute(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
    Json(mute): Json<MuteCall>,
) -> Result<Json<Call>, ApiProblem> {
    command(&caller, &communicate, call, Command::Mute { user: caller.user, muted: mute.muted }).await
}

/// Sends digits
///
/// To the phones of the others (RFC 4733) and to the flow the call is in.
#[utoipa::path(post, path = "/calls/{call}/dtmf", tag = "communicate", request_body = SendDtmf,
    params(("call" = CallId, Path)), responses(
    (status = 200, description = "The call as it is now", body = Call),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
    (status = 409, description = "Not connected", body = Problem),
    (status = 422, description = "Not 1 to 32 of `0-9 * # A-D`", body = Problem),
))]
async fn dtmf(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
    Json(SendDtmf { digits }): Json<SendDtmf>,
) -> Result<Json<Call>, ApiProblem> {
    let digits = digits.to_ascii_uppercase();
    if !(1..=DIGITS_MAX).contains(&digits.len()) || !digits.chars().all(|c| "0123456789*#ABCD".contains(c)) {
        return Err(ApiProblem::invalid("digits", "must be 1 to 32 of 0-9 * # A-D"));
    }
    command(&caller, &communicate, call, Command::Digits { user: caller.user, digits }).await
}

/// Lists what can be received in a call
#[utoipa::path(get, path = "/calls/{call}/tracks", tag = "communicate", params(("call" = CallId, Path)), responses(
    (status = 200, description = "Cameras and screens sent now", body = Vec<Track>),
    (status = 403, description = "Needs `call:use`", body = Problem),
    (status = 404, description = "No such call of one's own", body = Problem),
))]
async fn tracks(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(call): Path<CallId>,
) -> Result<Json<Vec<Track>>, ApiProblem> {
    caller.require(Permission::CallUse)?;
    visible(&caller, &communicate, call).await?;
    Ok(Json(communicate.calls().tracks(caller.scope, call).await?))
}

/// Lists phones
///
/// One's own, and those of the divisions in which one holds `phone:write`.
#[utoipa::path(get, path = "/phones", tag = "communicate", params(InDivision), responses(
    (status = 200, description = "Phones, with where they are registered from", body = Page<Phone>),
    (status = 403, description = "Needs `call:use`", body = Problem),
))]
async fn phones(
    caller: Caller,
    State(communicate): State<Communicate>,
    Query(wanted): Query<InDivision>,
) -> Result<Json<Page<Phone>>, ApiProblem> {
    caller.require(Permission::CallUse)?;
    let user = (!caller.may(Permission::PhoneWrite)).then_some(caller.user);
    let mut found = communicate.phones().list(caller.scope, user).await?;
    found.retain(|phone| phone.user == caller.user || PHONES.is_seen(&caller.rights, phone.division));
    found.retain(|phone| wanted.division.is_none_or(|wanted| wanted == phone.division));
    let mut items = Vec::with_capacity(found.len());
    for phone in found {
        items.push(communicate.view_phone(caller.scope, phone, None).await?);
    }
    Ok(Json(Page { items, next: None }))
}

/// Makes a phone's account
///
/// The secret is in this answer only.
#[utoipa::path(post, path = "/phones", tag = "communicate", request_body = NewPhone, params(InDivision), responses(
    (status = 201, description = "The phone with its secret", body = Phone),
    (status = 403, description = "Needs `phone:write`, in the division (`other-division`)", body = Problem),
    (status = 404, description = "No such user or division", body = Problem),
    (status = 409, description = "The name is taken", body = Problem),
    (status = 422, description = "The name does not fit", body = Problem),
))]
async fn create_phone(
    caller: Caller,
    State(communicate): State<Communicate>,
    Query(InDivision { division }): Query<InDivision>,
    Json(new): Json<NewPhone>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::PhoneWrite)?;
    let division = communicate.identity().place_for_new(&caller, &PHONES, division).await?;
    let cause = Cause::request(&caller);
    let made = communicate.create_phone(caller.scope, cause, new.user, &new.auth_user, division).await;
    let (phone, secret) = made.map_err(phone_problem)?;
    Ok((StatusCode::CREATED, Json(communicate.view_phone(caller.scope, phone, Some(secret)).await?))
        .into_response())
}

fn phone_problem(error: PhoneError) -> ApiProblem {
    match error {
        PhoneError::Taken(_) => ApiProblem::conflict("taken", error.to_string()),
        PhoneError::BadName => ApiProblem::invalid("auth_user", error.to_string()),
        PhoneError::NoUser => ApiProblem::not_found("user"),
        PhoneError::Limit(reached) => reached.into(),
        PhoneError::Store(error) => error.into(),
        PhoneError::Identity(error) => error.into(),
    }
}

/// Lists outside numbers
#[utoipa::path(get, path = "/numbers", tag = "communicate", params(InDivision), responses(
    (status = 200, description = "Numbers and where they lead", body = Page<Number>),
    (status = 403, description = "Needs `call:use`", body = Problem),
))]
async fn numbers(
    caller: Caller,
    State(communicate): State<Communicate>,
    Query(wanted): Query<InDivision>,
) -> Result<Json<Page<Number>>, ApiProblem> {
    caller.require(Permission::CallUse)?;
    let mut items = communicate.numbers().all(caller.scope).await?;
    items.retain(|number| wanted.division.is_none_or(|wanted| wanted == number.division));
    Ok(Json(Page { items, next: None }))
}

/// Points a number somewhere
///
/// A number the org has stays in its division; a new one belongs to the one named.
#[utoipa::path(put, path = "/numbers/{number}", tag = "communicate", request_body = NumberTarget,
    params(("number" = String, Path, description = "E.164 with `+`"), InDivision), responses(
    (status = 200, description = "The number", body = Number),
    (status = 403, description = "Needs `phone:write`, in the number's division (`other-division`)", body = Problem),
    (status = 404, description = "No such user, flow or division", body = Problem),
    (status = 409, description = "Another org has this number", body = Problem),
    (status = 422, description = "Not an E.164 number", body = Problem),
))]
async fn set_number(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(number): Path<String>,
    Query(InDivision { division }): Query<InDivision>,
    Json(target): Json<NumberTarget>,
) -> Result<Json<Number>, ApiProblem> {
    caller.require(Permission::PhoneWrite)?;
    let number = normalise(&number)
        .filter(|number| is_e164(number))
        .ok_or_else(|| ApiProblem::invalid("number", "must be + and 4 to 15 digits"))?;
    let division = match communicate.numbers().place(caller.scope, &number).await? {
        Some(division) => {
            caller.require_in(Permission::PhoneWrite, division)?;
            division
        }
        None => communicate.identity().place_for_new(&caller, &NUMBERS, division).await?,
    };
    match target {
        NumberTarget::User { user } => {
            communicate.person(caller.scope, user).await?.ok_or_else(|| ApiProblem::not_found("user"))?;
        }
        NumberTarget::Flow { flow } => {
            if !communicate.numbers().is_flow(caller.scope, flow).await? {
                return Err(ApiProblem::not_found("flow"));
            }
        }
    }
    let number = Number { number, to: target, division };
    communicate.numbers().set(caller.scope, Cause::request(&caller), number.clone()).await?;
    Ok(Json(number))
}

impl Communicate {
    /// A phone as the API shows it.
    pub(crate) async fn view_phone(
        &self,
        scope: tandem_core::OrgScope,
        phone: PhoneRecord,
        secret: Option<String>,
    ) -> Result<Phone, ApiProblem> {
        let contacts = self.registered(scope, &phone.auth_user).await?;
        let PhoneRecord { id, user, auth_user, division, .. } = phone;
        Ok(Phone { id, user, auth_user, secret, contacts, division })
    }
}
