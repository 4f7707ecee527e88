//! `POST /batch`: several reads in one request, each made as if it had come alone. What is expanded of an answer is read the same way.
//!
//! They go through the whole of what surrounds every request, so that rights, limits, forwarding and the log hold for each of them.

use std::convert::Infallible;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Extension, Request},
    response::Response,
};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use http_body_util::{BodyExt, Limited};
use tandem_bus::trace::TRACEPARENT;
use tandem_proto::{
    Payload, Problem,
    api::{Batch, BatchAnswer, BatchAnswers, BatchRead},
    limits::{BATCH, BATCH_BYTES},
};
use tower::ServiceExt as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Json, surround::EXPAND};

const BASE: &str = "/api/v1";
const PATH: &str = "/api/v1/batch";
/// Reads of one batch under way at once: it is one client's share.
const AT_ONCE: usize = 4;
/// What every read has of the batch's own headers.
const SHARED: [&str; 2] = ["authorization", TRACEPARENT];

/// On a request that is carried out with others: the whole application.
#[derive(Clone)]
pub(crate) struct Whole(pub(crate) Router);

pub(crate) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(batch))
}

/// `app`, from which a batch reads.
pub(crate) fn reaching(app: Router) -> Router {
    Router::new().fallback(move |mut request: Request| {
        let app = app.clone();
        async move {
            let expands = request.uri().query().is_some_and(|query| query.contains(EXPAND));
            if expands || request.uri().path() == PATH {
                request.extensions_mut().insert(Whole(app.clone()));
            }
            let answered: Result<Response, Infallible> = app.oneshot(request).await;
            answered
        }
    })
}

/// Reads several things
///
/// Up to 20 `GET`s in one request, each carried out and counted as if it had come alone, with the same token. They are not one snapshot:
/// something may change between them. Their answers are 1 MiB together at most; what does not fit any more is answered with the problem
/// `batch-full` in its place, to be asked for alone. Needs a session, and the permissions that each read needs.
#[utoipa::path(post, path = "/batch", tag = "events", operation_id = "readBatch", request_body = Batch, responses(
    (status = 200, description = "The answers, in the order of the requests", body = BatchAnswers),
    (status = 422, description = "None, too many, or one that is no path of a `GET` here", body = Problem),
))]
async fn batch(
    _caller: Caller,
    Extension(Whole(app)): Extension<Whole>,
    headers: HeaderMap,
    Json(Batch { requests }): Json<Batch>,
) -> Result<Json<BatchAnswers>, ApiProblem> {
    if requests.is_empty() || requests.len() > BATCH {
        return Err(ApiProblem::invalid("requests", format!("1 to {BATCH}")));
    }
    let reads = requests.iter().enumerate().map(|(index, read)| request(index, read, &headers));
    let reads = reads.collect::<Result<Vec<_>, _>>()?;
    let mut answers = stream::iter(reads).map(|read| answer(app.clone(), read)).buffered(AT_ONCE);
    let (mut kept, mut room) = (Vec::with_capacity(requests.len()), BATCH_BYTES);
    while let Some(mut answer) = answers.next().await {
        let bytes = answer.body.as_ref().map_or(0, |body| body.as_str().len());
        match room.checked_sub(bytes) {
            Some(left) => room = left,
            None => answer = full(),
        }
        kept.push(answer);
    }
    Ok(Json(BatchAnswers { answers: kept }))
}

/// The request a read stands for.
fn request(index: usize, read: &BatchRead, shared: &HeaderMap) -> Result<Request, ApiProblem> {
    let refuse = |field: &str, why: &str| ApiProblem::invalid(format!("requests[{index}].{field}"), why);
    let no_path = || refuse("path", "must be a path relative to /api/v1, as /chats?limit=20");
    let mut address = format!("{BASE}{}", read.path);
    let (path, has_query) = (read.path.split('?').next().unwrap_or_default(), read.path.contains('?'));
    if !path.starts_with('/') || path.starts_with("//") || read.path.contains('#') {
        return Err(no_path());
    }
    if path == "/batch" {
        return Err(refuse("path", "a batch holds no batch"));
    }
    if let Some(fields) = &read.fields {
        address.push(if has_query { '&' } else { '?' });
        address.extend(["fields=".to_owned(), form_urlencoded::byte_serialize(fields.as_bytes()).collect()]);
    }
    let uri: Uri = address.parse().map_err(|_| no_path())?;
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    *request.headers_mut() = self::shared(shared);
    if let Some(tag) = &read.if_none_match {
        let tag = HeaderValue::from_str(tag).map_err(|_| refuse("if_none_match", "must be an ETag"))?;
        request.headers_mut().insert(header::IF_NONE_MATCH, tag);
    }
    Ok(request)
}

/// What a request that is made with another has of that one's headers.
pub(crate) fn shared(headers: &HeaderMap) -> HeaderMap {
    let name = |name: &str| Some((HeaderName::from_bytes(name.as_bytes()).ok()?, headers.get(name)?.clone()));
    SHARED.into_iter().filter_map(name).collect()
}

async fn answer(app: Router, mut request: Request) -> BatchAnswer {
    request.extensions_mut().insert(Whole(app.clone()));
    let Ok(response) = app.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let text = |name| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
    let json = text(header::CONTENT_TYPE).is_some_and(|kind| kind.ends_with("json"));
    let body = match Limited::new(body, BATCH_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return full(),
    };
    BatchAnswer {
        status: parts.status.as_u16(),
        etag: text(header::ETAG),
        body: Some(body).filter(|body| json && !body.is_empty()).and_then(payload),
    }
}

fn payload(body: Bytes) -> Option<Payload> {
    std::str::from_utf8(&body).ok().map(Payload::from_text)
}

/// In place of an answer there is no room for.
fn full() -> BatchAnswer {
    let problem = Problem::new(413, "batch-full", "The answers are too many")
        .detail(format!("together at most {BATCH_BYTES} bytes; ask for this alone, or for fewer fields"));
    BatchAnswer { status: problem.status, etag: None, body: Payload::of(&problem).ok() }
}
