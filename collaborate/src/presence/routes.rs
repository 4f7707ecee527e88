//! One's own presence over HTTP. Others' is part of the directory.

use axum::extract::State;
use tandem_edge::{ApiProblem, Caller, Json};
use tandem_proto::{
    Problem,
    api::{ChoosePresence, PresenceView},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::PresenceService;

/// The routes of presence, relative to `/api/v1`.
pub(crate) fn routes(presence: PresenceService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(choose)).with_state(presence)
}

/// Chooses one's presence
///
/// Everybody may choose their own. Without a device one stays Offline, and the choice holds from the first device on, but for
/// `on_queue`: only who is there can be on queue.
#[utoipa::path(put, path = "/me/presence", tag = "collaborate", request_body = ChoosePresence, responses(
    (status = 200, description = "The presence as it is now, devices and activity merged in", body = PresenceView),
    (status = 403, description = "`on_queue` needs `agent:on_queue`", body = Problem),
    (status = 422, description = "`idle` or `offline`, or a message that is too long", body = Problem),
))]
async fn choose(
    caller: Caller,
    State(presence): State<PresenceService>,
    Json(chosen): Json<ChoosePresence>,
) -> Result<Json<PresenceView>, ApiProblem> {
    Ok(Json(presence.choose(&caller, chosen).await?))
}
