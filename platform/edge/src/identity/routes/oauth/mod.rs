//! `/oauth/…`: programs, their tokens, and what people allow them; and where programs find all that.

mod clients;
mod consent;
mod form;
mod issuer;
mod protocol;

use axum::{Router, routing::get};
use utoipa_axum::router::OpenApiRouter;

use crate::Edge;

pub(crate) use issuer::Issuer;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().merge(clients::routes()).merge(consent::routes()).merge(protocol::routes())
}

/// What lies at the root of the server rather than of the API.
pub(crate) fn well_known() -> Router {
    Router::new().route("/.well-known/oauth-authorization-server", get(issuer::metadata))
}
