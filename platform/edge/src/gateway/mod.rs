//! The clients' WebSocket, `/api/v1/ws` (`tandem_proto::ws` is its contract).
//!
//! Each socket has one task, which reads frames and answers them. What is for many comes from the `hub`, one task that hears every event
//! and signal, and is written by the `lanes`, one per core. They share a socket's bounded queue and its connection (`outgoing`). Who follows
//! the log over plain HTTP (`sse`) is a reader of the same hub.

mod closing;
mod deflate;
mod frame;
mod grants;
mod hub;
mod lanes;
mod outgoing;
mod ports;
mod roster;
mod socket;
mod sse;
mod stream;
mod upgrade;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Extension, State},
    response::Response,
};
use http::{HeaderMap, Uri, header};
use tandem_core::Clock;
use tandem_proto::{Problem, RequestId};
use tandem_store::Store;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use ports::{PresenceGateway, Regrant, RtcGateway, TopicAuthority};

pub(crate) use grants::{Grants, chosen};
pub(crate) use hub::Wanted;
pub(crate) use sse::open as open_stream;

use crate::{ApiProblem, Edge, EdgeParts, Identity};
use hub::Hub;
use roster::Roster;
use sse::Streams;
use upgrade::Upgrade;

/// Subscriptions that read the log at the same time; the others wait.
const CATCHING_UP: usize = 16;
/// How long a planned stop waits for sockets to close.
const DRAIN: Duration = Duration::from_secs(3);

/// Every socket of this server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gateway(Arc<Inner>);

struct Inner {
    node: Arc<str>,
    store: Store,
    clock: Arc<dyn Clock>,
    identity: Identity,
    hub: Hub,
    catching_up: Semaphore,
    numbers: AtomicU64,
    rtc: Arc<dyn RtcGateway>,
    presence: Arc<dyn PresenceGateway>,
    grants: Grants,
    roster: Roster,
    streams: Streams,
    stopping: CancellationToken,
    sockets: TaskTracker,
    /// How many there were when the server began to stop.
    leaving: AtomicUsize,
    /// What presence is told of devices whose sockets are gone.
    farewells: TaskTracker,
}

impl Gateway {
    pub(crate) fn new(parts: EdgeParts) -> Self {
        let grants = Grants::new(parts.authorities);
        let (live, signals) = (parts.store.live(), parts.bus.subscribe());
        let head = parts.store.head();
        let (hub, commands) = Hub::new();
        let inner = Arc::new(Inner {
            node: parts.node,
            hub,
            catching_up: Semaphore::new(CATCHING_UP),
            numbers: AtomicU64::new(0),
            store: parts.store,
            clock: parts.clock,
            identity: parts.identity,
            rtc: parts.rtc,
            presence: parts.presence,
            grants,
            roster: Roster::default(),
            streams: Streams::default(),
            stopping: CancellationToken::new(),
            sockets: TaskTracker::new(),
            leaving: AtomicUsize::new(0),
            farewells: TaskTracker::new(),
        });
        hub::start(Arc::downgrade(&inner), commands, live, signals, head);
        Self(inner)
    }

    pub(crate) fn grants(&self) -> &Grants {
        &self.0.grants
    }

    pub(crate) async fn drain(&self) {
        self.0.leaving.store(self.0.sockets.len(), Ordering::Release);
        self.0.stopping.cancel();
        self.0.sockets.close();
        self.0.farewells.close();
        let all = async { tokio::join!(self.0.sockets.wait(), self.0.farewells.wait()) };
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!(left = self.0.sockets.len(), "sockets did not close in time");
        }
    }
}

pub(crate) fn routes(edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(connect)).with_state(edge)
}

/// Open the event socket
///
/// Upgrades to a WebSocket of JSON frames. The first frame authenticates with a session's token, within 10 seconds; no token goes into
/// the URL. Needs no permission; what is delivered is what the session's user may see.
#[utoipa::path(
    get, path = "/ws", tag = "events", operation_id = "connect", security(()),
    responses(
        (status = 101, description = "A WebSocket from here on"),
        (status = 403, description = "The page that asked is of another origin", body = Problem),
        (status = 426, description = "Not a WebSocket handshake", body = Problem),
        (status = 503, description = "The server is stopping", body = Problem),
    )
)]
async fn connect(
    State(edge): State<Edge>,
    request: Option<Extension<RequestId>>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, ApiProblem> {
    if !same_origin(&headers) {
        return Err(Problem::new(403, "foreign-origin", "Another site's page may not connect").into());
    }
    let gateway = edge.gateway.clone();
    if gateway.0.stopping.is_cancelled() {
        return Err(ApiProblem::unavailable(1));
    }
    let tracker = gateway.0.sockets.clone();
    let request = request.map(|Extension(id)| id);
    Ok(upgrade.accept(move |connection, coding| {
        tracker.track_future(socket::serve(gateway, connection, coding, request))
    }))
}

/// Browsers name the page's origin; it must be this server's. Programs name none.
fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let authority = origin
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Uri>().ok())
        .and_then(|uri| uri.authority().cloned());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    authority.is_some_and(|authority| host.is_some_and(|host| authority.as_str().eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_connect() {
        let check = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "tandem.example:8080".parse().expect("a host"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().expect("an origin"));
            }
            same_origin(&headers)
        };
        assert!(check(None));
        assert!(check(Some("http://tandem.example:8080")));
        for foreign in
            ["http://tandem.example", "http://tandem.example:8081", "https://evil.example", "null", ""]
        {
            assert!(!check(Some(foreign)), "{foreign}");
        }
    }
}
