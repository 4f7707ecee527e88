//! Listeners and what they answer.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State, connect_info::Connected},
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get},
    serve::{IncomingStream, ListenerExt},
};
use serde_json::json;
use tandem_edge::{ApiProblem, Json, no_route};
use tandem_setup::{Certificates, Metrics, StartError, TlsListener, tls::Greeted};
use tandem_store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{client, compose::Parts, docs, openapi};

/// What is spoken over TLS, what the server likes best first. WebSockets come over HTTP/1.1: HTTP/2 does not offer them here.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// Browsers that came by TLS once do not come without it for a year (RFC 6797).
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// What somebody is told who speaks HTTP where HTTPS is spoken.
const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 28\r\n\
    connection: close\r\n\r\nHere is HTTPS: use https://\n";

/// A database that is away for no longer is no reason to take a node out. It is away for all of them at once, while a standby takes over,
/// and a front without any node cuts every socket and tells nobody when to come back; the nodes do.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(15);
/// A database that takes longer is away. Whoever asks for a node's health waits hardly longer.
const ANSWERS_WITHIN: Duration = Duration::from_millis(100);

/// A bound TCP listener.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    /// Where it really listens.
    pub(crate) address: SocketAddr,
    certificates: Option<Certificates>,
}

impl Listener {
    /// Binds. `what` and `option` name it in the refusal.
    pub(crate) async fn bind(
        what: &'static str,
        option: &'static str,
        address: SocketAddr,
    ) -> Result<Self, StartError> {
        let refused = |reason| StartError::Listen { what, address, option, reason };
        let socket = TcpListener::bind(address).await.map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        Ok(Self { socket, address, certificates: None })
    }

    /// The same, speaking HTTPS where there is a certificate.
    pub(crate) fn with_tls(self, certificates: Option<Certificates>) -> Self {
        Self { certificates, ..self }
    }

    /// Serves until `stopping`, then finishes the requests under way.
    pub(crate) async fn serve(self, router: Router, stopping: CancellationToken) {
        let served = match self.certificates {
            None => {
                let listener = self.socket.tap_io(|stream| {
                    // Small frames must not wait for each other.
                    let _ = stream.set_nodelay(true);
                });
                let service = router.into_make_service_with_connect_info::<SocketAddr>();
                axum::serve(listener, service).with_graceful_shutdown(stopping.cancelled_owned()).await
            }
            Some(certificates) => {
                let listener = TlsListener::new(self.socket, certificates.accepting(&PROTOCOLS), NOT_TLS);
                let service = router.layer(from_fn(by_tls)).into_make_service_with_connect_info::<Remote>();
                axum::serve(Tls(listener), service).with_graceful_shutdown(stopping.cancelled_owned()).await
            }
        };
        if let Err(error) = served {
            tracing::error!(%error, "a listener failed");
        }
    }
}

/// A TLS listener, as axum wants one.
struct Tls(TlsListener);

impl axum::serve::Listener for Tls {
    type Io = tokio_rustls::server::TlsStream<tokio::net::TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Greeted {
        self.0.accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Where a TLS connection is from.
#[derive(Clone, Copy)]
struct Remote(SocketAddr);

impl Connected<IncomingStream<'_, Tls>> for Remote {
    fn connect_info(stream: IncomingStream<'_, Tls>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// What every request over TLS passes through: it is from somewhere, as those without are, and its browser is told to stay with TLS.
async fn by_tls(
    ConnectInfo(Remote(from)): ConnectInfo<Remote>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(ConnectInfo(from));
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    response
}

/// Everything users and programs reach.
pub(crate) fn app(parts: &Parts, standing: &Standing) -> Router {
    let (api, document) = openapi::describe(parts.routes());
    let router = Router::new()
        .merge(api)
        .merge(docs::routes(&document))
        .merge(parts.edge.well_known())
        .merge(parts.edge.scim())
        .route("/api/{*rest}", any(no_route))
        // On the operators' listener only.
        .route("/metrics", any(no_route))
        .merge(health(standing))
        .fallback(client::serve);
    let app = parts.edge.clone().described(&document).surround(router);
    parts.forwarding.answer(app.clone());
    app
}

/// What operators reach.
pub(crate) fn admin(standing: &Standing, metrics: Metrics) -> Router {
    let scrape = get(|State(metrics): State<Metrics>| async move {
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.render())
    });
    health(standing).route("/metrics", scrape.with_state(metrics)).fallback(no_route)
}

/// How far this server is: it starts, it works, or it drains.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// What a start waits for.
    waits: Arc<str>,
    started: Arc<OnceLock<(Store, CancellationToken)>>,
    /// Since when the database has not answered.
    away: Arc<Mutex<Option<Instant>>>,
}

impl Standing {
    /// Of a server that starts and waits for what `waits` says.
    pub(crate) fn starting(waits: String) -> Self {
        Self { waits: waits.into(), started: Arc::default(), away: Arc::default() }
    }

    /// It has started.
    pub(crate) fn started(&self, parts: &Parts) {
        let _ = self.started.set((parts.store.clone(), parts.stopping.clone()));
    }

    /// Notes whether the database answers; says for how long it has not.
    fn away_for(&self, answers: bool, now: Instant) -> Duration {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        if answers {
            *away = None;
            return Duration::ZERO;
        }
        now.duration_since(*away.get_or_insert(now))
    }
}

fn health(standing: &Standing) -> Router {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .route("/readyz", get(ready))
        .with_state(standing.clone())
}

/// Whether this server should be sent work: it is not draining, and its database is not away for good.
async fn ready(State(standing): State<Standing>) -> Response {
    let Some((store, stopping)) = standing.started.get() else { return not_ready(&*standing.waits) };
    if stopping.is_cancelled() {
        return not_ready("it drains");
    }
    // All orgs: it asks for nobody's rows.
    let asked = tokio::time::timeout(ANSWERS_WITHIN, store.across_orgs().acquire()).await;
    let answers = matches!(asked, Ok(Ok(_)));
    match standing.away_for(answers, Instant::now()) {
        Duration::ZERO if answers => Json(json!({ "status": "ready" })).into_response(),
        away if away < TAKEN_OVER_WITHIN => {
            Json(json!({ "status": "ready", "detail": "the database does not answer at the moment" }))
                .into_response()
        }
        away => {
            tracing::error!(?away, "not ready");
            not_ready("the database does not answer")
        }
    }
}

fn not_ready(reason: impl Into<String>) -> Response {
    ApiProblem(ApiProblem::unavailable(1).0.detail(reason)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_the_database_is_away_counts_from_the_first_look_without_an_answer() {
        let (standing, start) = (Standing::starting(String::new()), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(standing.away_for(false, at(0)), Duration::ZERO);
        assert_eq!(standing.away_for(false, at(9)), Duration::from_secs(9));
        assert_eq!(standing.away_for(true, at(10)), Duration::ZERO);
        assert_eq!(standing.away_for(false, at(20)), Duration::ZERO);
        assert!(standing.away_for(false, at(36)) > TAKEN_OVER_WITHIN);
    }
}
