//! Requests whose state lives on another node are carried there whole and answered there.
//!
//! The contract: a request is carried out once. One that met a node which no longer serves it was not carried out ([`Answer::NotHere`])
//! and is tried elsewhere; one whose node was lost on the way is tried again only if that is harmless by its method (RFC 9110 §9.2.2).

use std::{str::FromStr, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{OriginalUri, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use tandem_bus::LinkError;
use tandem_cluster::{Cluster, Kind};
use tandem_core::RequestContext;
use tandem_proto::{NodeId, NodeRole, Problem, RequestId, limits::BODY_BYTES};
use tokio::time::Instant;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

use crate::ApiProblem;

const SERVICE: &str = "api";
/// How long a node may take to answer: more than a handler's time limit would be in vain.
const ANSWER_WITHIN: Duration = Duration::from_secs(25);
/// How long a request waits for its state to find a new owner.
const OWNED_WITHIN: Duration = Duration::from_secs(8);
/// Between two looks for the owner.
const AGAIN_AFTER: Duration = Duration::from_millis(50);
/// What the answering node needs of a request's headers.
const CARRIED: [HeaderName; 5] =
    [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, header::IF_MATCH, header::IF_NONE_MATCH];

/// Where a group of operations is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Served {
    /// On any node with the role.
    By(NodeRole),
    /// On the node that owns the caller's org's thing of that kind.
    ByOwner(Kind),
}

/// A request on its way to another node.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
    /// Named by the node that was asked first.
    request: RequestId,
}

#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// It was not carried out: this node does not serve it (any more).
    NotHere,
    /// It was.
    Given { status: u16, headers: Vec<(String, String)>, body: String },
}

/// On a request that came from another node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried;

/// On the answer to a carried request that was not carried out.
#[derive(Clone, Copy, Debug)]
struct NotHere;

/// Carries requests to where they are served. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Forwarding(Cluster);

#[derive(Clone)]
struct Layer {
    cluster: Cluster,
    served: Served,
}

impl Forwarding {
    /// Between the nodes of `cluster`.
    pub const fn new(cluster: Cluster) -> Self {
        Self(cluster)
    }

    /// `routes`, answered here where they are served here, and elsewhere otherwise.
    pub fn layer(&self, routes: OpenApiRouter, served: Served) -> OpenApiRouter {
        let layer = Layer { cluster: self.0.clone(), served };
        routes.layer(from_fn_with_state(layer, carry))
    }

    /// Answers what other nodes carry here with `app`: the whole of what [`crate::Edge::surround`] made.
    pub fn answer(&self, app: Router) {
        self.0.links().serve(SERVICE, move |_from, asked: Asked| {
            let app = app.clone();
            async move { answer(app, asked).await }
        });
    }
}

async fn carry(State(layer): State<Layer>, request: Request, next: Next) -> Response {
    let Layer { cluster, served } = layer;
    let org = request.extensions().get::<RequestContext>().map(|context| context.scope.org());
    // Nobody asks: the refusal is the same everywhere.
    let Some(org) = org else { return next.run(request).await };
    let place = || async {
        match served {
            Served::By(role) if cluster.has(role) => Ok(Some(cluster.me())),
            Served::By(role) => Ok(cluster.nodes().least_busy(role).map(|node| node.id)),
            Served::ByOwner(kind) => {
                let owner = cluster.owner(kind, &org.to_string()).await?;
                Ok::<_, ApiProblem>(owner.and_then(|owner| owner.node))
            }
        }
    };
    let carried = request.extensions().get::<Carried>().is_some();
    // The route's own (its path's parts, the caller), for the case that the request comes back to this node.
    let extensions = request.extensions().clone();
    let until = Instant::now() + OWNED_WITHIN;
    let mut outgoing: Option<Asked> = None;
    let mut request = Some(request);
    loop {
        let node = match place().await {
            Ok(node) => node,
            Err(problem) => return problem.into_response(),
        };
        if node == Some(cluster.me())
            && let Some(request) = request.take()
        {
            return next.run(request).await;
        }
        if carried {
            let mut response = ApiProblem::unavailable(1).into_response();
            response.extensions_mut().insert(NotHere);
            return response;
        }
        if let Some(node) = node {
            let asked = match outgoing.take() {
                Some(asked) => asked,
                None => match pack(request.take()).await {
                    Ok(asked) => asked,
                    Err(problem) => return problem.into_response(),
                },
            };
            match ask(&cluster, node, &asked).await {
                Ok(response) => return response,
                Err(again) if !again => return ApiProblem::unavailable(1).into_response(),
                Err(_) => {}
            }
            // It may have become ours meanwhile.
            request = unpack(&asked).ok().map(|mut request| {
                *request.extensions_mut() = extensions.clone();
                request
            });
            outgoing = Some(asked);
        }
        if Instant::now() >= until {
            return ApiProblem::unavailable(1).into_response();
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Asks a node. The error says whether asking again is harmless.
async fn ask(cluster: &Cluster, node: NodeId, asked: &Asked) -> Result<Response, bool> {
    match cluster.links().ask(node, SERVICE, asked, ANSWER_WITHIN).await {
        Ok(Answer::Given { status, headers, body }) => Ok(given(status, headers, body)),
        Ok(Answer::NotHere) | Err(LinkError::NoService(_) | LinkError::Overloaded) => Err(true),
        Err(error) => {
            tracing::warn!(%node, %error, method = asked.method, uri = asked.uri, "not answered by its node");
            Err(matches!(asked.method.as_str(), "GET" | "HEAD" | "PUT" | "DELETE"))
        }
    }
}

async fn pack(request: Option<Request>) -> Result<Asked, ApiProblem> {
    let Some(request) = request else { return Err(ApiProblem::unavailable(1)) };
    let (parts, body) = request.into_parts();
    let too_large = |_| ApiProblem(Problem::new(413, "too-large", "The body is too large"));
    let body = to_bytes(body, BODY_BYTES).await.map_err(too_large)?;
    let not_text = |_| ApiProblem(Problem::new(400, "malformed", "The body is not UTF-8 text"));
    let text = |name: &HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    };
    // The path as it was asked for: a router that is nested sees only its part.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
    Ok(Asked {
        method: parts.method.to_string(),
        uri: uri.to_string(),
        headers: CARRIED.iter().filter_map(text).collect(),
        body: String::from_utf8(body.to_vec()).map_err(not_text)?,
        request: parts.extensions.get::<RequestId>().copied().unwrap_or_else(RequestId::generate),
    })
}

fn unpack(asked: &Asked) -> Result<Request, http::Error> {
    let mut request =
        Request::builder().method(Method::from_str(&asked.method)?).uri(Uri::from_str(&asked.uri)?);
    for (name, value) in &asked.headers {
        request = request.header(name, value);
    }
    let mut request = request.body(Body::from(asked.body.clone()))?;
    request.extensions_mut().insert(asked.request);
    Ok(request)
}

async fn answer(app: Router, asked: Asked) -> Answer {
    let Ok(mut request) = unpack(&asked) else { return Answer::NotHere };
    request.extensions_mut().insert(Carried);
    let Ok(response) = app.oneshot(request).await;
    if response.extensions().get::<NotHere>().is_some() {
        return Answer::NotHere;
    }
    let (parts, body) = response.into_parts();
    let kept = |(name, value): (&HeaderName, &HeaderValue)| {
        let own = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION].contains(name);
        if own { None } else { Some((name.to_string(), value.to_str().ok()?.to_owned())) }
    };
    let headers = parts.headers.iter().filter_map(kept).collect();
    let body = to_bytes(body, BODY_BYTES).await.unwrap_or_default();
    Answer::Given {
        status: parts.status.as_u16(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

fn given(status: u16, headers: Vec<(String, String)>, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, body).into_response();
    response.headers_mut().clear();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_str(&name), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
