//! People over HTTP.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, Json, Path, Query};
use tandem_proto::{
    Problem, UserId,
    api::{InDivision, NewPerson, Page, PeopleQuery, Person},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Directory;

/// The routes of the directory, relative to `/api/v1`.
pub(crate) fn routes(directory: Directory) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(person)).with_state(directory)
}

/// Lists people
///
/// By display name, each with presence. People who were deactivated are among them, marked so: their names stay for what they did.
#[utoipa::path(get, path = "/people", tag = "collaborate", params(PeopleQuery), responses(
    (status = 200, description = "One page of people", body = Page<Person>),
    (status = 403, description = "Needs `people:read`", body = Problem),
    (status = 422, description = "A query, cursor or limit that cannot be taken", body = Problem),
))]
async fn list(
    caller: Caller,
    State(directory): State<Directory>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<Page<Person>>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    Ok(Json(directory.list(caller.scope, &query).await?))
}

/// Shows a person
#[utoipa::path(get, path = "/people/{user}", tag = "collaborate", params(("user" = UserId, Path)), responses(
    (status = 200, description = "The person, with presence", body = Person),
    (status = 403, description = "Needs `people:read`", body = Problem),
    (status = 404, description = "Nobody of the org has this id", body = Problem),
))]
async fn person(
    caller: Caller,
    State(directory): State<Directory>,
    Path(user): Path<UserId>,
) -> Result<Json<Person>, ApiProblem> {
    caller.require(Permission::PeopleRead)?;
    Ok(Json(directory.person(caller.scope, user).await?))
}

/// Adds a person
///
/// With roles held in all divisions, which the caller holds there; somebody who shall hold them in some is given those afterwards.
#[utoipa::path(post, path = "/people", tag = "collaborate", request_body = NewPerson, params(InDivision), responses(
    (status = 201, description = "Added", body = Person),
    (status = 403, description = "Needs `people:write`, in the division (`other-division`), and all permissions of the roles given", body = Problem),
    (status = 404, description = "No such division", body = Problem),
    (status = 409, description = "Somebody has this name or extension", body = Problem),
    (status = 422, description = "A field that cannot be taken; `guessable-password`: the password is soon guessed", body = Problem),
))]
async fn add(
    caller: Caller,
    State(directory): State<Directory>,
    Query(InDivision { division }): Query<InDivision>,
    Json(new): Json<NewPerson>,
) -> Result<(StatusCode, Json<Person>), ApiProblem> {
    caller.require(Permission::PeopleWrite)?;
    Ok((StatusCode::CREATED, Json(directory.add(&caller, new, division).await?)))
}
