//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a `POST` that is sent again under its key is not done again; its answer
//! is given again.
//!
//! A key is the session's that uses it, and is remembered for a day. Answers may hold secrets that are shown once, so they are kept
//! encrypted with what only the session's token gives (`vault`): the store alone cannot read them.
//!
//! An answer other than 2xx is not kept: nothing was done, and the same request may succeed next time. Where a process died between doing
//! and keeping, the key is free again after [`rows::IN_HAND`], and what was done may be done again.

mod rows;
mod vault;

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tandem_core::RequestContext;
use tandem_proto::Problem;
use tracing::Instrument;

use self::{
    rows::{Answer, Place, Standing},
    vault::Vault,
};
use super::bearer;
use crate::{ApiProblem, Edge, extract::read, forward::Carried};

pub(crate) use rows::MIGRATION;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// A key, characters.
const KEY_CHARS: usize = 255;
/// The largest answer that is kept. No `POST` answers with so much.
const ANSWER_BYTES: u64 = 256 * 1024;

/// Carries a `POST` with a key out once.
pub(super) async fn once(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let keyed = request.method() == Method::POST && request.headers().contains_key(KEY);
    // The node that was asked first has seen to it.
    let carried = request.extensions().get::<Carried>().is_some();
    match request.extensions().get::<RequestContext>().cloned() {
        Some(context) if keyed && !carried => {
            keyed_once(edge, context, request, next).await.unwrap_or_else(IntoResponse::into_response)
        }
        _ => next.run(request).await,
    }
}

async fn keyed_once(
    edge: Edge,
    context: RequestContext,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    let key = key(&request)?;
    let vault = Vault::new(bearer(&request).unwrap_or_default(), &key);
    let (parts, body) = request.into_parts();
    let body = read(body).await?;
    let place = Place { session: context.session, key_hash: hex::encode(Sha256::digest(key.as_bytes())) };
    match rows::begin(&edge.store, &context, &place, fingerprint(&parts, &body)).await? {
        Standing::Fresh => {}
        Standing::InHand => {
            let problem = Problem::new(409, "still-in-hand", "Not possible now");
            let problem = problem.detail("a request with this Idempotency-Key is under way").retry_after(1);
            return Err(problem.into());
        }
        Standing::Another => {
            return Err(Problem::new(422, "key-reused", "The Idempotency-Key was another request's")
                .field("Idempotency-Key", "take a new key for a new request")
                .into());
        }
        Standing::Done(answer) => return again(&vault, answer),
    }
    // Who hangs up meanwhile does not keep it from being noted.
    let work = async move {
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        note(&edge, &context, &place, &vault, response).await
    };
    tokio::spawn(work.in_current_span()).await.map_err(|panic| ApiProblem::internal(&panic))
}

fn key(request: &Request) -> Result<String, ApiProblem> {
    let refuse =
        || ApiProblem::invalid("Idempotency-Key", format!("one of 1 to {KEY_CHARS} visible characters"));
    let mut values = request.headers().get_all(KEY).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(refuse()) };
    let text = value.to_str().map_err(|_| refuse())?.trim();
    let fits = (1..=KEY_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(text.to_owned()) } else { Err(refuse()) }
}

/// What makes two requests the same.
fn fingerprint(parts: &Parts, body: &Bytes) -> String {
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let mut digest = Sha256::new();
    for part in [path.as_bytes(), body] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

/// Keeps what was answered, or frees the key.
async fn note(
    edge: &Edge,
    context: &RequestContext,
    place: &Place,
    vault: &Vault,
    response: Response,
) -> Response {
    let kept = response.body().size_hint().exact().is_some_and(|bytes| bytes <= ANSWER_BYTES);
    if !response.status().is_success() || !kept {
        if let Err(error) = rows::free(&edge.store, context, place).await {
            tracing::warn!(%error, "an Idempotency-Key cannot be freed: it is in a minute");
        }
        return response;
    }
    let (parts, body) = response.into_parts();
    // A body whose size is known is in memory.
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return ApiProblem::internal(&error).into_response(),
    };
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let answer = Answer {
        status: parts.status.as_u16(),
        content_type: content_type.map(str::to_owned),
        body: vault.close(&body),
    };
    if let Err(error) = rows::keep(&edge.store, context, place, answer).await {
        // It was done, and is answered as done; only a repetition would be done again.
        tracing::warn!(%error, "an answer to a request with an Idempotency-Key was not kept");
    }
    Response::from_parts(parts, Body::from(body))
}

/// The answer that was given before.
fn again(vault: &Vault, answer: Answer) -> Result<Response, ApiProblem> {
    let damaged = || ApiProblem::conflict("answer-lost", "it was done; its answer can no longer be read");
    let body = vault.open(answer.body).ok_or_else(damaged)?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|_| damaged())?;
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
