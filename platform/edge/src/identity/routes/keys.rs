//! `/keys`: what the org's data is encrypted under.

use axum::extract::State;
use tandem_core::Permission;
use tandem_proto::{Problem, api::KeyRotated};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, Json};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(rotate))
}

/// Puts the org's data under a new key
///
/// At once, while everything goes on: the keys that people's data and the org's secrets are encrypted under are wrapped anew, and the org's key
/// until now is forgotten.
#[utoipa::path(post, path = "/keys/rotate", tag = "identity", operation_id = "rotateKey",
    responses(
        (status = 200, description = "Done", body = KeyRotated),
        (status = 403, description = "Needs `key:manage`", body = Problem),
    ))]
async fn rotate(State(edge): State<Edge>, caller: Caller) -> Result<Json<KeyRotated>, ApiProblem> {
    caller.require(Permission::KeyManage)?;
    Ok(Json(edge.identity.rotate_key(&caller).await?))
}
