//! `GET /events`: the log over REST, with the socket's cursor.

use axum::extract::State;
use serde::Deserialize;
use tandem_proto::{Cursor, Event, Problem, Topic, api::Page};
use tandem_store::EventFilter;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, Json, Query, cursor::reached, gateway::chosen, page};

/// Names in one list of the query.
const NAMES: usize = 100;

pub(crate) fn routes(edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(events)).with_state(edge)
}

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Go on after this cursor; absent: from the start of the log.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Only these topics, separated by commas; absent: all one may see.
    topics: Option<String>,
    /// Only these kinds, separated by commas; a trailing `*` matches any ending (`call.*`).
    kinds: Option<String>,
    /// Events wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Read the log
///
/// Events the caller may see, oldest first. `next` is always given: ask again with `after` set to it, also when the page is empty, to
/// get what has happened since. The socket takes the same cursor. Needs a session, no permission.
#[utoipa::path(
    get, path = "/events", tag = "events", operation_id = "listEvents", params(EventsQuery),
    responses(
        (status = 200, description = "A page of events; `next` is the cursor to go on from", body = Page<Event>),
        (status = 401, description = "No valid session", body = Problem),
        (status = 422, description = "A cursor or limit that cannot be taken; `unknown-cursor`: one nobody handed out", body = Problem),
    )
)]
async fn events(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<EventsQuery>,
) -> Result<Json<Page<Event>>, ApiProblem> {
    let limit = page::limit(query.limit)?;
    let after = query.after.unwrap_or(Cursor::START);
    reached(&edge.store, after).await?;
    let wanted: Vec<Topic> = list("topics", query.topics.as_deref())?.map(Topic::from_text).collect();
    let kinds = list("kinds", query.kinds.as_deref())?.map(|kind| kind.to_owned().into()).collect();
    let topics = chosen(edge.gateway.grants().topics(&caller).await, &wanted);
    // To the store, no topics means all: a reader who may see none of those it named gets nothing.
    let (items, next) = if topics.is_empty() {
        (Vec::new(), after)
    } else {
        let filter = EventFilter { topics: topics.into_iter().collect(), kinds, stream: None };
        edge.store.events(caller.scope, &filter, after, limit).await?
    };
    Ok(Json(Page { items, next: Some(next.to_string()) }))
}

fn list<'a>(field: &str, text: Option<&'a str>) -> Result<impl Iterator<Item = &'a str>, ApiProblem> {
    let names = text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    if names.clone().count() > NAMES {
        Err(ApiProblem::invalid(field, format!("at most {NAMES} names")))
    } else {
        Ok(names)
    }
}
