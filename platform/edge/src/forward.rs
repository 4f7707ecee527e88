//! Requests whose state lives on another node are carried there whole and answered there.
//!
//! The contract: a request is carried out once. One that met a node which no longer serves it was not carried out ([`Answer::NotHere`])
//! and is tried elsewhere; one whose node was lost on the way is tried again only if that is harmless by its method (RFC 9110 §9.2.2).
//!
//! Who asks goes with it as a sealed context. The token that proved it stays where it was shown, and no header of a carried request says
//! anything about it.

use std::{borrow::Cow, str::FromStr, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{OriginalUri, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use serde::{Deserialize, Serialize};
use tandem_bus::{Asker, LinkError};
use tandem_cluster::{Cluster, Kind};
use tandem_core::{Origin, RequestContext, sealed::Behalf};
use tandem_proto::{NodeId, NodeRole, Problem, RequestId, limits::BODY_BYTES};
use tokio::time::Instant;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

use crate::{ApiProblem, extract::read};

const SERVICE: &str = "api";
/// How long a node may take to answer: more than a handler's time limit would be in vain.
const ANSWER_WITHIN: Duration = Duration::from_secs(25);
/// How long a request waits for its state to find a new owner.
const OWNED_WITHIN: Duration = Duration::from_secs(8);
/// Between two looks for the owner.
const AGAIN_AFTER: Duration = Duration::from_millis(50);
/// What the answering node needs of a request's headers.
const CARRIED: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::ACCEPT, header::IF_MATCH, header::IF_NONE_MATCH];

/// Where a group of operations is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Served {
    /// On any node with the role.
    By(NodeRole),
    /// On the node that owns the caller's org's thing of that kind.
    ByOwner(Kind),
}

/// A request on its way to another node.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
    /// Named by the node that was asked first.
    request: RequestId,
    /// Where it came from, as that node saw it.
    #[serde(default)]
    origin: Origin,
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

/// On a request that came from another node: who asks, by its seal, and whether that says all they may do.
#[derive(Clone, Debug)]
pub(crate) struct Sealed(pub(crate) RequestContext, pub(crate) bool);

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
        let cluster = self.0.clone();
        self.0.links().serve(SERVICE, move |asker, asked: Asked| {
            let (app, cluster) = (app.clone(), cluster.clone());
            async move { answer(app, &cluster, &asker, asked).await }
        });
    }
}

impl Layer {
    /// Whether this node serves the operations whoever asks.
    fn is_here(&self) -> bool {
        matches!(self.served, Served::By(role) if self.cluster.has(role))
    }

    /// The node that serves an org, as far as is known.
    async fn place(&self, org: &str) -> Result<Option<NodeId>, ApiProblem> {
        Ok(match self.served {
            Served::By(role) => self.cluster.nodes().least_busy(role).map(|node| node.id),
            Served::ByOwner(kind) => self.cluster.owner_lately(kind, org).await?,
        })
    }

    /// Whether another node could serve what this one does not any more.
    fn has_heirs(&self) -> bool {
        let role = match self.served {
            Served::By(role) => role,
            Served::ByOwner(kind) => kind.role(),
        };
        let me = self.cluster.me();
        self.cluster.nodes().with(role).any(|node| node.id != me && !node.draining)
    }

    /// It was not there.
    fn forget(&self, org: &str) {
        if let Served::ByOwner(kind) = self.served {
            self.cluster.forget_owner(kind, org);
        }
    }
}

/// A request that may be tried at several places.
struct Kept {
    parts: Parts,
    body: Bytes,
}

impl Kept {
    async fn of(request: Request) -> Result<Self, ApiProblem> {
        let (parts, body) = request.into_parts();
        Ok(Self { parts, body: read(body).await? })
    }

    /// The request as it came, with what the router found in it.
    fn request(&self) -> Request {
        Request::from_parts(self.parts.clone(), Body::from(self.body.clone()))
    }

    /// What a node is asked. One of the version before seals needs the token: it knows who asks by nothing else.
    fn for_node<'a>(&self, cluster: &Cluster, node: NodeId, asked: &'a Asked) -> Cow<'a, Asked> {
        let token = self.parts.headers.get(header::AUTHORIZATION).and_then(|token| token.to_str().ok());
        match token {
            Some(token) if cluster.links().seals().is_unsealed(node) => {
                let mut asked = asked.clone();
                asked.headers.push((header::AUTHORIZATION.to_string(), token.to_owned()));
                Cow::Owned(asked)
            }
            _ => Cow::Borrowed(asked),
        }
    }

    /// What another node needs of it.
    fn asked(&self) -> Result<Asked, ApiProblem> {
        let Self { parts, body } = self;
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
            origin: parts
                .extensions
                .get::<RequestContext>()
                .map(|context| context.origin.clone())
                .unwrap_or_default(),
        })
    }
}

/// How asking one place ended.
enum Tried {
    /// It was carried out.
    Answered(Response),
    /// It was not.
    NotHere,
    /// Perhaps it was.
    Lost,
}

async fn carry(State(layer): State<Layer>, request: Request, next: Next) -> Response {
    let context = request.extensions().get::<RequestContext>().cloned();
    let carried = request.extensions().get::<Carried>().is_some();
    match context {
        Some(context) if !layer.is_here() => {
            find(&layer, &context, carried, request, next).await.unwrap_or_else(IntoResponse::into_response)
        }
        // Where nobody asks, the refusal is the same everywhere.
        _ => next.run(request).await,
    }
}

/// Tries a request where it should be served, until it is.
async fn find(
    layer: &Layer,
    context: &RequestContext,
    carried: bool,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    let (kept, me) = (Kept::of(request).await?, layer.cluster.me());
    let org = &context.scope.org().to_string();
    let until = Instant::now() + OWNED_WITHIN;
    let mut asked = None;
    loop {
        let tried = match layer.place(org).await? {
            Some(node) if node == me => {
                let response = next.clone().run(kept.request()).await;
                match ApiProblem::is_elsewhere(&response) {
                    true if carried || layer.has_heirs() => Tried::NotHere,
                    true => return Err(ApiProblem::unavailable(1)),
                    false => Tried::Answered(response),
                }
            }
            Some(node) if !carried => {
                let asked = match &asked {
                    Some(asked) => asked,
                    None => asked.insert(kept.asked()?),
                };
                ask(&layer.cluster, node, context, &kept.for_node(&layer.cluster, node, asked)).await
            }
            _ => Tried::NotHere,
        };
        match tried {
            Tried::Answered(response) => return Ok(response),
            Tried::NotHere => {}
            // Asking again is harmless.
            Tried::Lost if kept.parts.method.is_idempotent() => {}
            Tried::Lost => return Err(ApiProblem::unavailable(1)),
        }
        layer.forget(org);
        if carried {
            let mut response = ApiProblem::elsewhere().into_response();
            response.extensions_mut().insert(NotHere);
            return Ok(response);
        }
        if Instant::now() >= until {
            return Err(ApiProblem::unavailable(1));
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

async fn ask(cluster: &Cluster, node: NodeId, context: &RequestContext, asked: &Asked) -> Tried {
    let behalf = Behalf::Person(context.into());
    match cluster.links().ask_for(behalf, node, SERVICE, asked, ANSWER_WITHIN).await {
        Ok(Answer::Given { status, headers, body }) => Tried::Answered(given(status, headers, body)),
        Ok(Answer::NotHere)
        | Err(LinkError::NoService(_) | LinkError::Overloaded | LinkError::Refused(_)) => Tried::NotHere,
        Err(error) => {
            tracing::warn!(%node, %error, method = asked.method, uri = asked.uri, "not answered by its node");
            Tried::Lost
        }
    }
}

fn unpack(asked: &Asked) -> Result<Request, http::Error> {
    let mut request =
        Request::builder().method(Method::from_str(&asked.method)?).uri(Uri::from_str(&asked.uri)?);
    for (name, value) in &asked.headers {
        request = request.header(name, value);
    }
    let mut request = request.body(Body::from(asked.body.clone()))?;
    request.extensions_mut().insert(asked.request);
    request.extensions_mut().insert(asked.origin.clone());
    Ok(request)
}

async fn answer(app: Router, cluster: &Cluster, asker: &Asker, asked: Asked) -> Answer {
    let Ok(mut request) = unpack(&asked) else { return Answer::NotHere };
    if asker.behalf.is_some() {
        // Only a node of the version before seals sends the token; it is looked at as anybody's is.
        request.headers_mut().remove(header::AUTHORIZATION);
    }
    if let Some(person) = asker.person() {
        let context = cluster.context_of(person);
        request.extensions_mut().insert(context.request);
        request.extensions_mut().insert(Sealed(context, person.complete));
    }
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
