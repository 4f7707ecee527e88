//! The edge: who asks (sessions), how bodies are read and refused, the WebSocket, and what surrounds every request (ids, limits, log
//! line, metrics, headers).
//!
//! It never decides anything about a product. The contract for products: a handler takes a [`Caller`] and asks it for a permission
//! before anything else; bodies come through [`Json`], [`Query`] and [`Path`]; every refusal is an [`ApiProblem`].

mod audit;
mod batch;
mod caller;
mod cursor;
mod events;
mod extract;
mod forward;
pub mod gateway;
pub mod identity;
pub mod page;
mod problem;
pub mod scim;
mod surround;

use std::{collections::BTreeSet, sync::Arc};

use axum::Router;
use tandem_bus::Bus;
use tandem_core::{Clock, RequestContext};
use tandem_proto::Topic;
use tandem_store::Store;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use caller::Caller;
pub use cursor::reached;
pub use extract::{IfMatch, Json, Path, Query};
pub use forward::{Forwarding, Served};
pub use gateway::{PresenceGateway, Regrant, RtcGateway, TopicAuthority};
pub use identity::{
    Counted, Divided, DividedKinds, Eraser, Erasers, Identity, IdentityError, LimitReached, SignInLimits,
    UserRecord,
};
pub use problem::{ApiProblem, Invalid};
pub use surround::{Expansions, List, RequestLimits, no_route};

use gateway::Gateway;
use identity::COUNTED;
use surround::{Limiter, Shapes};

/// What an edge is made of.
pub struct EdgeParts {
    /// This node's name, for the log.
    pub node: Arc<str>,
    /// Log and state.
    pub store: Store,
    /// Signals.
    pub bus: Bus,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Users and sessions.
    pub identity: Identity,
    /// Browsers' peer connections.
    pub rtc: Arc<dyn RtcGateway>,
    /// Devices' leases.
    pub presence: Arc<dyn PresenceGateway>,
    /// Who may see which topics.
    pub authorities: Vec<Arc<dyn TopicAuthority>>,
    /// What clears the parts' tables of somebody who is erased.
    pub erasers: Erasers,
    /// What belongs to divisions.
    pub divided: DividedKinds,
}

/// The edge of one server. Copied as a pointer, since each request does so several times.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

/// What an edge has at hand.
#[derive(Clone)]
pub struct Inner {
    pub(crate) node: Arc<str>,
    pub(crate) identity: Identity,
    pub(crate) store: Store,
    pub(crate) presence: Arc<dyn PresenceGateway>,
    pub(crate) gateway: Gateway,
    clock: Arc<dyn Clock>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) shapes: Arc<Shapes>,
    pub(crate) expansions: Arc<Expansions>,
    pub(crate) erasers: Erasers,
    pub(crate) divided: DividedKinds,
    /// What an org has so many of at most.
    pub(crate) counted: Arc<[Counted]>,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}

impl std::ops::Deref for Edge {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Edge {
    /// An edge, whose sockets' hub runs from now on. Needs the runtime.
    pub fn new(parts: EdgeParts) -> Self {
        Self(Arc::new(Inner {
            node: Arc::clone(&parts.node),
            identity: parts.identity.clone(),
            store: parts.store.clone(),
            presence: Arc::clone(&parts.presence),
            clock: Arc::clone(&parts.clock),
            limiter: Arc::new(Limiter::new(RequestLimits::default(), Arc::clone(&parts.clock))),
            shapes: Arc::default(),
            expansions: Arc::default(),
            erasers: parts.erasers,
            divided: parts.divided,
            counted: COUNTED.into(),
            gateway: Gateway::new(parts),
        }))
    }

    /// The same, taking as many requests as these limits say. To be called before [`Self::surround`].
    #[must_use]
    pub fn limited(self, limits: RequestLimits) -> Self {
        let limiter = Limiter::new(limits, Arc::clone(&self.clock));
        self.with(|inner| inner.limiter = Arc::new(limiter))
    }

    /// The same, knowing what the other parts have so many of at most, beside what identity has.
    #[must_use]
    pub fn counting(self, counted: &[&[Counted]]) -> Self {
        self.with(|inner| inner.counted = [COUNTED, &counted.concat()].concat().into())
    }

    /// The same, knowing what the API's answers look like, so that it refuses `fields` they do not have, and can `expand` what they name.
    #[must_use]
    pub fn described(self, document: &OpenApi) -> Self {
        let (shapes, expansions) = (Shapes::of(document), Expansions::of(document));
        self.with(|inner| (inner.shapes, inner.expansions) = (Arc::new(shapes), Arc::new(expansions)))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// The edge's own operations, relative to `/api/v1`: sessions, `/me`, `/batch`, `/events`, `/ws`.
    pub fn routes(&self) -> OpenApiRouter {
        identity::routes(self.clone())
            .merge(audit::routes(self.clone()))
            .merge(batch::routes())
            .merge(events::routes(self.clone()))
            .merge(gateway::routes(self.clone()))
    }

    /// What programs look for at the server's root: `/.well-known/oauth-authorization-server` (RFC 8414); and what other regions do.
    pub fn well_known(&self) -> Router {
        identity::well_known().merge(identity::place_routes(self.clone()))
    }

    /// What other systems that keep up people and groups look for at the server's root: `/scim/v2` (RFC 7644).
    pub fn scim(&self) -> Router {
        scim::routes(self.clone())
    }

    /// The topics somebody may see now, as they would see them with `GET /events`.
    pub async fn visible_to(&self, context: &RequestContext) -> BTreeSet<Topic> {
        self.gateway.grants().topics(context).await
    }

    /// Puts what every request passes through around `router`: its id, its caller, the log line and metrics, problems for what no route
    /// answers, the time limit, compression and security headers.
    pub fn surround(&self, router: Router) -> Router {
        surround::surround(self.clone(), router)
    }

    /// Closes every socket with 1001, so that clients resume elsewhere, and waits until they are closed.
    pub async fn drain(&self) {
        self.gateway.drain().await;
    }
}
