//! Parameters that are ours and not the operation's.

use axum::{
    extract::{MatchedPath, OriginalUri, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, Uri};
use tandem_core::RequestContext;

use crate::ApiProblem;

/// Takes a parameter of ours out of a `GET` of the API: the route, and the parameter's values. The request goes on without it, also where
/// another node is to answer: what is wanted is seen to here. `None`: it is not there.
pub(super) fn take(request: &mut Request, name: &str) -> Option<(MatchedPath, String)> {
    let route =
        request.extensions().get::<MatchedPath>().filter(|_| request.method() == Method::GET)?.clone();
    let (wanted, rest) = split(request.uri(), name).filter(|_| route.as_str().starts_with("/api/"))?;
    request.extensions_mut().insert(OriginalUri(rest.clone()));
    *request.uri_mut() = rest;
    Some((route, wanted))
}

/// The values of a parameter of an address's query, and the address without it; `None`: it is not there.
fn split(uri: &Uri, name: &str) -> Option<(String, Uri)> {
    let query = uri.query()?;
    let is_ours = |pair: &&str| {
        form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(parameter, _)| parameter == name)
    };
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

/// Refuses a parameter of ours; but who is nobody hears that first where the operation needs somebody.
pub(super) async fn refuse(refusal: ApiProblem, request: Request, next: Next) -> Response {
    if request.extensions().get::<RequestContext>().is_some() {
        return refusal.into_response();
    }
    let answered = next.run(request).await;
    if answered.status() == StatusCode::UNAUTHORIZED { answered } else { refusal.into_response() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_parameters_stay_as_they_were_written() {
        let split = |text: &str| {
            split(&text.parse().expect("an address"), "fields")
                .map(|(wanted, rest)| (wanted, rest.to_string()))
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
