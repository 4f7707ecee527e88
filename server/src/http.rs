//! Listeners and what they answer.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::{any, get},
    serve::ListenerExt,
};
use serde_json::json;
use tandem_edge::{ApiProblem, Json, no_route};
use tandem_setup::{Metrics, StartError};
use tandem_store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{client, compose::Parts, docs, openapi};

/// A bound TCP listener.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    /// Where it really listens.
    pub(crate) address: SocketAddr,
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
        Ok(Self { socket, address })
    }

    /// Serves until `stopping`, then finishes the requests under way.
    pub(crate) async fn serve(self, router: Router, stopping: CancellationToken) {
        let listener = self.socket.tap_io(|stream| {
            // Small frames must not wait for each other.
            let _ = stream.set_nodelay(true);
        });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service).with_graceful_shutdown(stopping.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!(%error, "a listener failed");
        }
    }
}

/// Everything users and programs reach.
pub(crate) fn app(parts: &Parts, standing: &Standing) -> Router {
    let (api, document) = openapi::describe(parts.routes());
    let router = Router::new()
        .merge(api)
        .merge(docs::routes(&document))
        .route("/api/{*rest}", any(no_route))
        // On the operators' listener only.
        .route("/metrics", any(no_route))
        .merge(health(standing))
        .fallback(client::serve);
    let app = parts.edge.surround(router);
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
}

impl Standing {
    /// Of a server that starts and waits for what `waits` says.
    pub(crate) fn starting(waits: String) -> Self {
        Self { waits: waits.into(), started: Arc::default() }
    }

    /// It has started.
    pub(crate) fn started(&self, parts: &Parts) {
        let _ = self.started.set((parts.store.clone(), parts.stopping.clone()));
    }
}

fn health(standing: &Standing) -> Router {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .route("/readyz", get(ready))
        .with_state(standing.clone())
}

/// Whether this server should be sent work: it is not draining and its store answers.
async fn ready(State(standing): State<Standing>) -> Response {
    let Some((store, stopping)) = standing.started.get() else { return not_ready(&*standing.waits) };
    if stopping.is_cancelled() {
        return not_ready("it drains");
    }
    // All orgs: it asks for nobody's rows.
    match store.across_orgs().acquire().await {
        Ok(_) => Json(json!({ "status": "ready" })).into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            not_ready("the database does not answer")
        }
    }
}

fn not_ready(reason: impl Into<String>) -> Response {
    ApiProblem(ApiProblem::unavailable(1).0.detail(reason)).into_response()
}
