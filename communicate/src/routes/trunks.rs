//! Carriers over HTTP, and what the dial plan makes of a number.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, Json, Path, Query};
use tandem_proto::{
    Problem,
    api::{DialPlanAnswer, DialPlanLead, DialPlanQuery, NewTrunk, NumberTarget, Page, Trunk, TrunkSettings},
};
use tandem_store::Cause;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Communicate,
    directory::{Destination, normalise, order, outward, written},
};

pub(super) fn routes() -> OpenApiRouter<Communicate> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
        .routes(routes!(explain))
}

/// Lists trunks
///
/// The carriers calls come from and go out by. Their secrets are shown to nobody.
#[utoipa::path(get, path = "/trunks", tag = "communicate", operation_id = "listTrunks", responses(
    (status = 200, description = "Trunks, by name", body = Page<Trunk>),
    (status = 403, description = "Needs `trunk:manage`", body = Problem),
))]
async fn list(
    caller: Caller,
    State(communicate): State<Communicate>,
) -> Result<Json<Page<Trunk>>, ApiProblem> {
    caller.require(Permission::TrunkManage)?;
    Ok(Json(Page { items: communicate.trunks().all(caller.scope).await?, next: None }))
}

/// Makes a trunk
#[utoipa::path(post, path = "/trunks", tag = "communicate", operation_id = "createTrunk", request_body = NewTrunk, responses(
    (status = 201, description = "The trunk", body = Trunk),
    (status = 403, description = "Needs `trunk:manage`", body = Problem),
    (status = 409, description = "The name is taken, or the org has as many as it may", body = Problem),
    (status = 422, description = "A value that cannot be", body = Problem),
))]
async fn create(
    caller: Caller,
    State(communicate): State<Communicate>,
    Json(new): Json<NewTrunk>,
) -> Result<Response, ApiProblem> {
    caller.require(Permission::TrunkManage)?;
    let made = communicate.trunks().create(caller.scope, Cause::request(&caller), new).await?;
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Changes a trunk
///
/// Calls that are up go on as they were.
#[utoipa::path(put, path = "/trunks/{trunk}", tag = "communicate", operation_id = "changeTrunk",
    request_body = TrunkSettings, params(("trunk" = String, Path, description = "Its name")), responses(
    (status = 200, description = "The trunk", body = Trunk),
    (status = 403, description = "Needs `trunk:manage`", body = Problem),
    (status = 404, description = "No such trunk", body = Problem),
    (status = 422, description = "A value that cannot be", body = Problem),
))]
async fn change(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(trunk): Path<String>,
    Json(settings): Json<TrunkSettings>,
) -> Result<Json<Trunk>, ApiProblem> {
    caller.require(Permission::TrunkManage)?;
    Ok(Json(communicate.trunks().change(caller.scope, Cause::request(&caller), trunk, settings).await?))
}

/// Removes a trunk
///
/// Calls that are up go on.
#[utoipa::path(delete, path = "/trunks/{trunk}", tag = "communicate", operation_id = "removeTrunk",
    params(("trunk" = String, Path, description = "Its name")), responses(
    (status = 204, description = "It is gone"),
    (status = 403, description = "Needs `trunk:manage`", body = Problem),
    (status = 404, description = "No such trunk", body = Problem),
))]
async fn remove(
    caller: Caller,
    State(communicate): State<Communicate>,
    Path(trunk): Path<String>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::TrunkManage)?;
    communicate.trunks().remove(caller.scope, Cause::request(&caller), trunk).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Explains a number
///
/// What happens if somebody dials it: the dial plan is asked as for a call, and nobody is called. Trunks that have just failed come later
/// than this says, and those of one priority take turns.
#[utoipa::path(get, path = "/dial-plan", tag = "communicate", operation_id = "explainNumber", params(DialPlanQuery), responses(
    (status = 200, description = "Where it leads", body = DialPlanAnswer),
    (status = 403, description = "Needs `trunk:manage`", body = Problem),
    (status = 404, description = "No such user", body = Problem),
    (status = 422, description = "Nothing is dialled", body = Problem),
))]
async fn explain(
    caller: Caller,
    State(communicate): State<Communicate>,
    Query(DialPlanQuery { dialled, user }): Query<DialPlanQuery>,
) -> Result<Json<DialPlanAnswer>, ApiProblem> {
    caller.require(Permission::TrunkManage)?;
    let dialled = dialled.ok_or_else(|| ApiProblem::invalid("dialled", "is missing"))?;
    let user = user.unwrap_or(caller.user);
    communicate.person(caller.scope, user).await?.ok_or_else(|| ApiProblem::not_found("user"))?;
    let switch = &communicate.calls().switch;
    let leads = match switch.resolve(caller.scope, &dialled).await? {
        Destination::User(user) => DialPlanLead::Person { user },
        Destination::Number { target, .. } => DialPlanLead::Number { to: target },
        Destination::Outside { number } => {
            let trunks = outward(communicate.trunks().all(caller.scope).await?, &number);
            let trunks = order(trunks, |_| false, |_| 0);
            match trunks.first() {
                Some(first) => {
                    let own = switch.numbers.leading_to(caller.scope, &NumberTarget::User { user }).await?;
                    let shows = own.or_else(|| first.out.shows.clone());
                    let shows = shows.map(|number| written(&number, first.out.dials));
                    DialPlanLead::Outside {
                        trunks: trunks.into_iter().map(|trunk| trunk.name).collect(),
                        shows,
                    }
                }
                None => DialPlanLead::Nowhere,
            }
        }
        Destination::Nowhere => DialPlanLead::Nowhere,
    };
    Ok(Json(DialPlanAnswer { number: normalise(&dialled), leads }))
}
