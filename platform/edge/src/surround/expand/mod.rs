//! `?expand=a,b.c` on a `GET`: what ids of the answer name comes with it, under `included`, each thing once.
//!
//! All that is named of one list is read with one request to that list, made as if it had come alone with the caller's token: rights, limits,
//! forwarding and the log hold for it, and what is refused there is refused here. At most [`NAMES`] names, two steps deep, and
//! [`PAGE_MAX`] things of a list, in the order in which they are named; what is beyond, or not the caller's to see, is not among them.

mod names;

use std::collections::BTreeSet;

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use tandem_proto::{Problem, limits::PAGE_MAX};
use tower::ServiceExt as _;

use super::query::{refuse, take};
use crate::{ApiProblem, Edge, batch};
use names::{Step, Way};

pub use names::{Expansions, List};

pub(super) use names::INCLUDED;

/// The parameter.
pub(crate) const EXPAND: &str = "expand";
/// Names one request may have.
const NAMES: usize = 10;

/// Adds to an answer what is to be expanded of it.
pub(super) async fn expand(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let Some((route, wanted)) = take(&mut request, EXPAND) else { return next.run(request).await };
    let ways = match ways(&edge.expansions, route.as_str(), &wanted) {
        Ok(ways) => ways,
        Err(problem) => return refuse(problem, request, next).await,
    };
    let Some(batch::Whole(app)) = request.extensions().get().cloned() else {
        return ApiProblem::internal_unexplained().into_response();
    };
    let headers = batch::shared(request.headers());
    let response = next.run(request).await;
    let reading = Reading { expansions: &edge.expansions, app, headers };
    expanded(response, &ways, reading).await.unwrap_or_else(|refused| refused)
}

/// What the names lead to.
fn ways(expansions: &Expansions, route: &str, wanted: &str) -> Result<Vec<Way>, ApiProblem> {
    let refuse = |field: &str, why: String| {
        let problem = Problem::new(400, "unknown-expansions", "This cannot be expanded");
        ApiProblem(problem.field(field, why))
    };
    let names: BTreeSet<&str> = wanted.split(',').map(str::trim).collect();
    if names.len() > NAMES {
        return Err(refuse(EXPAND, format!("at most {NAMES} names")));
    }
    let way = |name: &str| expansions.way(route, name).cloned();
    let known = || match expansions.names(route).join(", ") {
        none if none.is_empty() => "nothing of this answer can be expanded".to_owned(),
        names => format!("of this answer can be expanded: {names}"),
    };
    names.into_iter().map(|name| way(name).ok_or_else(|| refuse(name, known()))).collect()
}

/// What it takes to read lists.
struct Reading<'e> {
    expansions: &'e Expansions,
    app: Router,
    headers: HeaderMap,
}

/// Things of one list.
#[derive(Debug, Default)]
struct Things {
    wanted: bool,
    /// Those that were asked for.
    asked: BTreeSet<String>,
    found: Vec<Value>,
}

async fn expanded(response: Response, ways: &[Way], reading: Reading<'_>) -> Result<Response, Response> {
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !json || response.body().size_hint().exact().is_none() {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let mut answer = whole(body).await?;
    let mut lists: Vec<Things> = reading.expansions.lists().iter().map(|_| Things::default()).collect();
    let from = answer.get("items").filter(|items| items.is_array()).unwrap_or(&answer);
    let first: Vec<(&Step, &Value)> = ways.iter().map(|way| (&way.first, from)).collect();
    look_up(&reading, &mut lists, &first).await?;
    // What came with the first step, in whatever way, leads on.
    let between: Vec<Value> = lists.iter().map(|things| Value::Array(things.found.clone())).collect();
    let second = ways.iter().filter_map(|way| Some((way.second.as_ref()?, &between[way.first.list])));
    look_up(&reading, &mut lists, &second.collect::<Vec<_>>()).await?;

    let named = reading.expansions.lists().iter().zip(lists).filter(|(_, things)| things.wanted);
    let included = named.map(|(list, things)| (list.name.clone(), Value::Array(things.found)));
    if let Value::Object(answer) = &mut answer {
        answer.insert(INCLUDED.to_owned(), Value::Object(Map::from_iter(included)));
    }
    let text = answer.to_string();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    // A tag of the thing's version would not tell that something else of the answer changed.
    parts.headers.remove(header::ETAG);
    Ok(Response::from_parts(parts, Body::from(text)))
}

/// Reads what the steps lead to and was not asked for yet: one request per list.
async fn look_up(
    reading: &Reading<'_>,
    lists: &mut [Things],
    steps: &[(&Step, &Value)],
) -> Result<(), Response> {
    for (index, things) in lists.iter_mut().enumerate() {
        let mut ids = Vec::new();
        for (step, from) in steps.iter().filter(|(step, _)| step.list == index) {
            things.wanted = true;
            collect(from, &step.path, &mut |id| {
                if things.asked.len() < PAGE_MAX as usize && things.asked.insert(id.to_owned()) {
                    ids.push(id.to_owned());
                }
            });
        }
        if !ids.is_empty() {
            things.found.extend(reading.things(index, &ids).await?);
        }
    }
    Ok(())
}

impl Reading<'_> {
    /// The things of a list that have these ids and may be seen.
    async fn things(&self, list: usize, ids: &[String]) -> Result<Vec<Value>, Response> {
        let path = &self.expansions.lists()[list].path;
        let mut request = Request::new(Body::empty());
        *request.headers_mut() = self.headers.clone();
        *request.uri_mut() = format!("{path}?ids={}&limit={PAGE_MAX}", ids.join(","))
            .parse()
            .map_err(|error| ApiProblem::internal(&error).into_response())?;
        let Ok(response) = self.app.clone().oneshot(request).await;
        if response.status() != StatusCode::OK {
            return Err(response);
        }
        let mut page = whole(response.into_body()).await?;
        match page.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }
}

async fn whole(body: Body) -> Result<Value, Response> {
    let body = body.collect().await.map_err(|error| ApiProblem::internal(&error).into_response())?;
    serde_json::from_slice(&body.to_bytes()).map_err(|error| ApiProblem::internal(&error).into_response())
}

/// Visits the ids at the end of a path of fields, going through lists.
fn collect(value: &Value, path: &[String], visit: &mut impl FnMut(&str)) {
    match (value, path.split_first()) {
        (Value::Array(items), _) => items.iter().for_each(|item| collect(item, path, visit)),
        (Value::String(id), None) => visit(id),
        (Value::Object(object), Some((field, rest))) => {
            if let Some(value) = object.get(field) {
                collect(value, rest, visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_found_through_lists_and_past_what_is_not_there() {
        let answer = json!([
            { "last": { "author": "a" }, "members": ["b", "a"] },
            { "last": null, "members": [] },
            { "members": ["c"] },
        ]);
        let found = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            let mut ids = Vec::new();
            collect(&answer, &path, &mut |id| ids.push(id.to_owned()));
            ids
        };
        assert_eq!(found("last.author"), ["a"]);
        assert_eq!(found("members"), ["b", "a", "c"]);
        assert_eq!(found("last.author.name"), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_expanded_is_named() {
        let refused = ways(&Expansions::default(), "/api/v1/chats", "members").expect_err("unknown");
        assert_eq!((refused.0.status, refused.0.slug()), (400, "unknown-expansions"));
        assert_eq!(refused.0.errors[0].field, "members");
        let many = (0..=NAMES).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(ways(&Expansions::default(), "/", &many).expect_err("many").0.errors[0].field, "expand");
    }
}
