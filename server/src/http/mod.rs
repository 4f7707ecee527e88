//! What the listeners answer.

mod listener;

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use serde_json::json;
use tandem_edge::{ApiProblem, Json, no_route};
use tandem_setup::Metrics;
use tandem_store::Store;
use tokio_util::sync::CancellationToken;

pub(crate) use listener::Listener;

use crate::{client, compose::Parts, docs, openapi};

/// A database that is away for no longer is no reason to take a node out. It is away for all of them at once, while a standby takes over,
/// and a front without any node cuts every socket and tells nobody when to come back; the nodes do.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(15);
/// A database that takes longer is away. Whoever asks for a node's health waits hardly longer.
const ANSWERS_WITHIN: Duration = Duration::from_millis(100);

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
