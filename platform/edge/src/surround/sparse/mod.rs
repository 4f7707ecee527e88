//! `?fields=a,b.c` on any `GET`: only these fields of the answer. Saves the way, not the work.
//!
//! The names are checked against the operation's description before anything is done, so that a misspelt one is refused also where an
//! answer happens to be without it. Of a list (`items`) they name the items' fields. The answer keeps the `ETag` of the whole: it names
//! the state, and `If-Match` takes it.

mod fields;
mod shapes;

use axum::{
    body::{Body, HttpBody},
    extract::{MatchedPath, OriginalUri, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::BodyExt;
use tandem_proto::Problem;

use crate::{ApiProblem, Edge};
use fields::Fields;

pub(crate) use shapes::Shapes;

/// The parameter.
const FIELDS: &str = "fields";

/// Answers with the fields that are wanted, if some are named.
pub(super) async fn sparse(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let Some(route) = request.extensions().get::<MatchedPath>().filter(|_| request.method() == Method::GET)
    else {
        return next.run(request).await;
    };
    let Some((wanted, rest)) = split(request.uri()).filter(|_| route.as_str().starts_with("/api/")) else {
        return next.run(request).await;
    };
    let fields = match Fields::read(&wanted) {
        Ok(fields) => fields,
        Err(why) => return refused([(FIELDS.to_owned(), why)]).into_response(),
    };
    let shape = edge.shapes.answer_to(route.as_str());
    let (of_items, unknown) = match &shape {
        Some(shape) => (shape.items().is_some(), fields.unknown_to(shape)),
        None => (false, Vec::new()),
    };
    if !unknown.is_empty() {
        return refused(unknown.into_iter().map(|name| (name, "the answer has no such field".to_owned())))
            .into_response();
    }
    // Also where another node is to answer: it sends the whole.
    request.extensions_mut().insert(OriginalUri(rest.clone()));
    *request.uri_mut() = rest;
    chosen(next.run(request).await, &fields, of_items).await
}

/// The fields named in a query, and the address without them; `None`: none are named.
fn split(uri: &Uri) -> Option<(String, Uri)> {
    let query = uri.query()?;
    let is_ours =
        |pair: &&str| form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| name == FIELDS);
    let (ours, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_ours);
    if ours.is_empty() {
        return None;
    }
    let values = ours.iter().flat_map(|pair| form_urlencoded::parse(pair.as_bytes()));
    let wanted = values.map(|(_, value)| value.into_owned()).collect::<Vec<_>>().join(",");
    let rest = match others.is_empty() {
        true => uri.path().to_owned(),
        false => format!("{}?{}", uri.path(), others.join("&")),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = rest.parse().ok();
    Some((wanted, Uri::from_parts(parts).ok()?))
}

fn refused(faults: impl IntoIterator<Item = (String, String)>) -> ApiProblem {
    let problem = Problem::new(400, "unknown-fields", "There are no such fields");
    faults.into_iter().fold(problem, |problem, (field, why)| problem.field(field, why)).into()
}

async fn chosen(response: Response, fields: &Fields, of_items: bool) -> Response {
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
    match answer.get_mut("items").filter(|_| of_items) {
        Some(items) => fields.keep(items),
        None => fields.keep(&mut answer),
    }
    let text = answer.to_string();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    Response::from_parts(parts, Body::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_parameters_stay_as_they_were_written() {
        let split = |text: &str| {
            split(&text.parse().expect("an address")).map(|(wanted, rest)| (wanted, rest.to_string()))
        };
        let is = |wanted: &str, rest: &str| Some((wanted.to_owned(), rest.to_owned()));
        assert_eq!(
            split("/chats?limit=1&fields=id,title&cursor=a%2Bb"),
            is("id,title", "/chats?limit=1&cursor=a%2Bb")
        );
        assert_eq!(split("/chats?fields=id&fields=title"), is("id,title", "/chats"));
        assert_eq!(split("/chats?fields=a%2Cb"), is("a,b", "/chats"));
        assert_eq!(split("http://h/chats?fields="), is("", "http://h/chats"));
        assert_eq!(split("/chats?field=id"), None);
        assert_eq!(split("/chats"), None);
    }
}
