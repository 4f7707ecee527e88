//! `GET /events`: the log over REST, page by page or as a stream, with the socket's cursor.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, header};
use serde::Deserialize;
use tandem_proto::{Cursor, Event, Problem, Topic, api::Page};
use tandem_store::EventFilter;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiProblem, Caller, Edge, Json, Query,
    cursor::reached,
    gateway::{self, Wanted, chosen},
    page,
};

/// Names in one list of the query.
const NAMES: usize = 100;
/// What a stream's client saw last (HTML Standard §9.2.4).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) fn routes(edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(events)).with_state(edge)
}

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Go on after this cursor; absent: from the start of the log, as a stream from now on.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Only these topics, separated by commas; absent: all one may see.
    topics: Option<String>,
    /// Only these kinds, separated by commas; a trailing `*` matches any ending (`call.*`).
    kinds: Option<String>,
    /// Events wanted, 1 to 200, 50 by default. A stream has no end and takes none.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Read the log
///
/// Events the caller may see, oldest first. `next` is always given: ask again with `after` set to it, also when the page is empty, to
/// get what has happened since. The socket takes the same cursor. Needs a session, no permission.
///
/// With `Accept: text/event-stream` they come as they happen, as server-sent events: each with its cursor as `id` and the event as
/// `data`. Who comes back with that as `Last-Event-ID`, or `after`, misses none and gets none twice. The first event is `open` (where the
/// stream begins, and the topics), the last `close` (`StreamClosed`: why, and where to go on); a comment comes every 15 s. What one may see
/// is followed as it changes; the stream ends with the session. A session or token has at most 16 open at a node.
#[utoipa::path(
    get, path = "/events", tag = "events", operation_id = "listEvents",
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "Of a stream: go on after this cursor, whatever `after` says")),
    responses(
        (status = 200, description = "A page of events; `next` is the cursor to go on from. Or a stream of them", content(
            (Page<Event> = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 401, description = "No valid session", body = Problem),
        (status = 422, description = "A cursor or limit that cannot be taken; `unknown-cursor`: one nobody handed out", body = Problem),
        (status = 429, description = "As a stream: too many are open", body = Problem),
        (status = 503, description = "As a stream: the server is stopping", body = Problem),
    )
)]
async fn events(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Response, ApiProblem> {
    let topics: Vec<Topic> = list("topics", query.topics.as_deref())?.map(Topic::from_text).collect();
    let kinds = list("kinds", query.kinds.as_deref())?.map(|kind| kind.to_owned().into()).collect();
    let kinds = EventFilter { kinds, ..EventFilter::default() };
    let wanted = Wanted { topics, kinds };
    if !is_for_a_stream(&headers) {
        return Ok(Json(page_of(&edge, &caller, &wanted, query.after, query.limit).await?).into_response());
    }
    if query.limit.is_some() {
        return Err(ApiProblem::invalid("limit", "a stream has none"));
    }
    let after = seen_last(&headers)?.or(query.after);
    gateway::open_stream(edge.gateway.clone(), &caller, wanted, after).await
}

async fn page_of(
    edge: &Edge,
    caller: &Caller,
    wanted: &Wanted,
    after: Option<Cursor>,
    limit: Option<u32>,
) -> Result<Page<Event>, ApiProblem> {
    let limit = page::limit(limit)?;
    let after = after.unwrap_or(Cursor::START);
    reached(&edge.store, after).await?;
    let topics = chosen(edge.gateway.grants().topics(caller).await, &wanted.topics);
    // To the store, no topics means all: a reader who may see none of those it named gets nothing.
    let (items, next) = if topics.is_empty() {
        (Vec::new(), after)
    } else {
        edge.store.events(caller.scope, &wanted.filter(&topics), after, limit).await?
    };
    Ok(Page { items, next: Some(next.to_string()) })
}

/// Whether a stream is asked for by its name.
fn is_for_a_stream(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = values.flat_map(|value| value.split(',')).filter_map(|kind| kind.split(';').next());
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// The cursor of what a stream's client saw last. A client that saw nothing yet may say so with nothing.
fn seen_last(headers: &HeaderMap) -> Result<Option<Cursor>, ApiProblem> {
    let refused = || ApiProblem::invalid("Last-Event-ID", "must be a cursor");
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    match value.to_str().map_err(|_| refused())?.trim() {
        "" => Ok(None),
        cursor => Ok(Some(cursor.parse().map_err(|_| refused())?)),
    }
}

fn list<'a>(field: &str, text: Option<&'a str>) -> Result<impl Iterator<Item = &'a str>, ApiProblem> {
    let names = text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    if names.clone().count() > NAMES {
        Err(ApiProblem::invalid(field, format!("at most {NAMES} names")))
    } else {
        Ok(names)
    }
}
