//! What every request passes through, from the outside in: headers that only we may use are taken away, log line and metrics, security
//! headers, compression, how much a node takes on, the time limit, who asks, how often, what is wanted of the answer, what is known already,
//! what was done already and what is wanted with the answer.

mod conditional;
mod expand;
mod headers;
mod internal;
mod limits;
mod observe;
mod once;
mod query;
mod share;
mod sparse;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{Method, Uri, header};
use tandem_core::RequestContext;
use tandem_proto::{Problem, RequestId};
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;

use crate::{ApiProblem, Edge, IdentityError, batch, forward::Sealed, identity};

pub(crate) use expand::EXPAND;
pub use expand::{Expansions, List};
pub(crate) use limits::Limiter;
pub use limits::RequestLimits;
pub(crate) use once::MIGRATION as ONCE;
use share::shared;
pub(crate) use sparse::Shapes;

/// Longest time a handler may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn surround(edge: Edge, router: Router) -> Router {
    let node = Arc::clone(&edge.node);
    // The first is the outermost.
    let layers = ServiceBuilder::new()
        .layer(shared(from_fn(internal::strip)))
        .layer(shared(from_fn_with_state(node, observe::observe)))
        .layer(shared(from_fn(headers::secure)))
        .layer(shared(from_fn(conditional::tell_coded_apart)))
        .layer(shared(CompressionLayer::new().gzip(true)))
        .layer(shared(from_fn(observe::catch_panic)))
        .layer(shared(from_fn_with_state(edge.clone(), limits::shed)))
        .layer(shared(from_fn(limit_time)))
        .layer(shared(from_fn_with_state(edge.clone(), identify)))
        .layer(shared(from_fn_with_state(edge.clone(), limits::rate)))
        .layer(shared(from_fn_with_state(edge.clone(), sparse::sparse)))
        .layer(shared(from_fn(conditional::conditional)))
        .layer(shared(from_fn_with_state(edge.clone(), once::once)))
        .layer(shared(from_fn_with_state(edge, expand::expand)));
    batch::reaching(router.layer(layers))
}

/// Puts the caller of a request where [`crate::Caller`] finds it: whom the node that carried it here has sealed, or who has the token.
async fn identify(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let session = match request.extensions_mut().remove::<Sealed>() {
        Some(Sealed(context, true)) => return run_as(context, request, next).await,
        // Their rights were too many for the seal: the store has them.
        Some(Sealed(context, false)) => edge.identity.renew(context.session).await,
        None => {
            let Some(token) = bearer(&request) else { return next.run(request).await };
            edge.identity.session(token).await
        }
    };
    match session {
        Ok(session) => run_as(session.context, request, next).await,
        // Operations that need nobody still work; the others refuse.
        Err(IdentityError::NoSession) => next.run(request).await,
        Err(error) => ApiProblem::from(error).into_response(),
    }
}

async fn run_as(mut context: RequestContext, mut request: Request, next: Next) -> Response {
    if let Some(id) = request.extensions().get::<RequestId>() {
        context.request = *id;
    }
    context.origin = identity::origin_of(request.headers(), request.extensions());
    let asker = observe::Asker { org: context.scope.org(), user: context.user };
    request.extensions_mut().insert(context);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(asker);
    response
}

fn bearer(request: &Request) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            ApiProblem(Problem::new(504, "timeout", "This took too long").retry_after(1)).into_response()
        }
    }
}

/// The answer to a path nobody serves: a fallback handler.
pub async fn no_route(method: Method, uri: Uri) -> ApiProblem {
    Problem::new(404, "not-found", "Not found")
        .detail(format!("nothing answers {method} {}", uri.path()))
        .into()
}
