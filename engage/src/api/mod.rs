//! The contact centre over HTTP, relative to `/api/v1`.

mod agents;
mod conversations;
mod flows;
mod queues;
mod versions;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Engage;

/// The routes of the contact centre.
pub fn routes(engage: Engage) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(queues::list, queues::create))
        .routes(routes!(queues::stats))
        .routes(routes!(queues::get, queues::update))
        .routes(routes!(agents::list))
        .routes(routes!(agents::me))
        .routes(routes!(agents::set_skills))
        .routes(routes!(agents::skills, agents::create_skill))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::get))
        .routes(routes!(conversations::decisions))
        .routes(routes!(conversations::wrap_up))
        .routes(routes!(conversations::wrap_up_codes))
        .routes(routes!(flows::list, flows::publish))
        .routes(routes!(flows::validate))
        .routes(routes!(flows::get, flows::update))
        .with_state(engage)
}
