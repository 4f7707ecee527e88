//! The API's description: OpenAPI 3.1, made from the routes themselves.

use axum::Router;
use utoipa::{
    OpenApi as _,
    openapi::{
        Info, License, OpenApi,
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

/// Where the API lives.
const BASE: &str = "/api/v1";

const DESCRIPTION: &str = "\
Everything the web client does, any program can do: there is no private door.

Sign in with `POST /api/v1/sessions` and send the token as `Authorization: Bearer …`. Each operation says which permission it needs. \
Refusals are `application/problem+json` (RFC 9457). Changes are events in one log: read it with `GET /api/v1/events`, or follow it on \
the WebSocket `/api/v1/ws`; the same cursor resumes both.";

#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(
        tandem_proto::Problem,
        tandem_proto::Event,
        tandem_proto::ws::ClientFrame,
        tandem_proto::ws::ServerFrame,
        tandem_proto::ws::Authenticated,
        tandem_proto::ws::Subscribed,
        tandem_proto::ws::RtcAnswer,
    )),
    tags(
        (name = "identity", description = "Sign-in, and who one is"),
        (name = "events", description = "The log and the event socket"),
        (name = "collaborate", description = "People, presence and chat"),
        (name = "communicate", description = "Calls, phones and numbers"),
        (name = "engage", description = "Queues, agents, conversations and flows"),
    )
)]
struct Base;

/// Splits the products' routes into what serves them and what describes them.
pub(crate) fn describe(routes: OpenApiRouter) -> (Router, OpenApi) {
    let mut base = Base::openapi();
    base.info = Info::builder()
        .title("Tandem")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(License::new("MIT OR Apache-2.0")))
        .build();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    base.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    base.security = Some(vec![SecurityRequirement::new("bearer", std::iter::empty::<String>())]);
    OpenApiRouter::with_openapi(base).nest(BASE, routes).split_for_parts()
}
