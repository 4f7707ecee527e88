//! `?fields=a,b.c` on any `GET`: only these fields of the answer. Saves the way, not the work.
//!
//! The names are checked against the operation's description before anything is done, so that a misspelt one is refused also where an
//! answer happens to be without it. Of a list (`items`) they name the items' fields; those that begin with `included.` name what is expanded. The answer keeps the `ETag` of the whole: it names
//! the state, and `If-Match` takes it.

mod fields;
mod shapes;

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use tandem_proto::Problem;

use super::{
    expand::INCLUDED,
    query::{refuse, take},
};
use crate::{ApiProblem, Edge};
use fields::Fields;
use shapes::Shape;

pub(crate) use shapes::Shapes;

/// The parameter.
const FIELDS: &str = "fields";

/// Answers with the fields that are wanted, if some are named.
pub(super) async fn sparse(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let Some((route, wanted)) = take(&mut request, FIELDS) else { return next.run(request).await };
    let shape = edge.shapes.answer_to(route.as_str());
    let mut fields = match Fields::read(&wanted) {
        Ok(fields) => fields,
        Err(why) => return refuse(refused([(FIELDS.to_owned(), why)]), request, next).await,
    };
    let included = fields.take(INCLUDED);
    let (of_items, unknown) = match &shape {
        Some(shape) => (shape.items().is_some(), unknown_to(shape, &fields, included.as_ref())),
        None => (false, Vec::new()),
    };
    if !unknown.is_empty() {
        let faults = unknown.into_iter().map(|name| (name, "the answer has no such field".to_owned()));
        return refuse(refused(faults), request, next).await;
    }
    chosen(next.run(request).await, &fields, included.as_ref(), of_items).await
}

/// The names an answer of that shape cannot have.
fn unknown_to(shape: &Shape<'_>, fields: &Fields, included: Option<&Option<Fields>>) -> Vec<String> {
    let mut unknown = fields.unknown_to(shape);
    match (included, shape.field(INCLUDED)) {
        (Some(_), None) => unknown.push(INCLUDED.to_owned()),
        (Some(Some(fields)), Some(within)) => fields.compare(&within, INCLUDED, &mut unknown),
        _ => {}
    }
    unknown
}

fn refused(faults: impl IntoIterator<Item = (String, String)>) -> ApiProblem {
    let problem = Problem::new(400, "unknown-fields", "There are no such fields");
    faults.into_iter().fold(problem, |problem, (field, why)| problem.field(field, why)).into()
}

async fn chosen(
    response: Response,
    fields: &Fields,
    included: Option<&Option<Fields>>,
    of_items: bool,
) -> Response {
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !json || response.body().size_hint().exact().is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // A body whose size is known is in memory.
    let whole = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return ApiProblem::internal(&error).into_response(),
    };
    let mut answer: serde_json::Value = match serde_json::from_slice(&whole) {
        Ok(answer) => answer,
        Err(error) => return ApiProblem::internal(&error).into_response(),
    };
    // What is included stays, unless it is named in parts: whoever does not want it does not expand.
    let mut expanded = answer.as_object_mut().and_then(|answer| answer.remove(INCLUDED));
    if let (Some(expanded), Some(Some(fields))) = (&mut expanded, included) {
        fields.keep(expanded);
    }
    match answer.get_mut("items").filter(|_| of_items) {
        Some(items) => fields.keep(items),
        None => fields.keep(&mut answer),
    }
    if let (Some(expanded), Some(answer)) = (expanded, answer.as_object_mut()) {
        answer.insert(INCLUDED.to_owned(), expanded);
    }
    let text = answer.to_string();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    Response::from_parts(parts, Body::from(text))
}
