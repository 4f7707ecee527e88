//! The API's description: OpenAPI 3.1, made from the routes themselves.

use std::collections::BTreeMap;

use axum::Router;
use utoipa::{
    OpenApi as _,
    openapi::{
        Content, Info, License, OpenApi, Ref, Required, ResponseBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        schema::{Object, Type},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

/// Where the API lives.
const BASE: &str = "/api/v1";

const DESCRIPTION: &str = "\
Everything the web client does, any program can do: there is no private door.

Sign in with `POST /api/v1/sessions` and send the token as `Authorization: Bearer …`. Each operation says which permission it needs. \
Refusals are `application/problem+json` (RFC 9457). A `POST` with an `Idempotency-Key` is carried out once, however often it is \
sent; a `GET` with the `If-None-Match` of the last answer's `ETag` is answered 304 when nothing changed. Changes are events in one log: \
read it with `GET /api/v1/events`, or follow it on the WebSocket `/api/v1/ws`; the same cursor resumes both.";

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
        (name = "audit", description = "Who changed what, when and from where"),
        (name = "events", description = "The log and the event socket"),
        (name = "collaborate", description = "People, presence and chat"),
        (name = "communicate", description = "Calls, phones and numbers"),
        (name = "webhooks", description = "Systems elsewhere that are told of events"),
        (name = "jobs", description = "Work that is done in the background"),
        (name = "nodes", description = "The processes this Tandem is made of"),
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
    let (router, mut document) = OpenApiRouter::with_openapi(base).nest(BASE, routes).split_for_parts();
    name_apart(&mut document);
    say_what_is_common(&mut document);
    (router, document)
}

/// Operations of different things may be handled by functions of the same name: such a name gets the thing in front, so that programs
/// generated from the document have one function each.
fn name_apart(document: &mut OpenApi) {
    let mut uses = BTreeMap::<String, usize>::new();
    each_operation(document, |_, operation| {
        *uses.entry(operation.operation_id.clone().unwrap_or_default()).or_default() += 1;
    });
    each_operation(document, |path, operation| {
        let id = operation.operation_id.get_or_insert_default();
        if uses.get(id).is_some_and(|uses| *uses > 1) {
            let thing =
                path.trim_start_matches(BASE).trim_start_matches('/').split('/').next().unwrap_or_default();
            *id = format!("{}_{id}", thing.replace('-', "_"));
        }
    });
}

/// What any operation with a caller or a body takes and may answer, said once here.
fn say_what_is_common(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let of_somebody = |operation: &&mut Operation| operation.security.is_none();
        if let Some(post) = item.post.as_mut().filter(of_somebody) {
            post.parameters.get_or_insert_default().push(idempotency_key().into());
            refuses(post, "409", "`still-in-hand`: a request with this `Idempotency-Key` is under way");
            refuses(post, "422", "`key-reused`: the `Idempotency-Key` was another request's");
        }
    }
    each_operation(document, |_, operation| {
        if operation.security.is_none() {
            refuses(operation, "401", "No valid session");
        }
        if operation.request_body.is_some() {
            refuses(operation, "400", "The body is not well-formed JSON, or nested too deep");
            refuses(operation, "413", "The body is too large");
            refuses(operation, "415", "The body is not JSON");
        }
    });
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Sent again with the same key by the same session within a day, the request is not carried out again, and a 2xx answer is \
             given again with `Idempotency-Replayed: true`. 1 to 255 visible characters.",
        ))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

fn refuses(operation: &mut Operation, status: &str, why: &str) {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let response =
        ResponseBuilder::new().description(why).content("application/problem+json", problem).build();
    operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
}

fn each_operation(document: &mut OpenApi, mut visit: impl FnMut(&str, &mut Operation)) {
    for (path, item) in &mut document.paths.paths {
        let PathItem { get, put, post, delete, patch, .. } = item;
        for operation in [get, put, post, delete, patch].into_iter().flatten() {
            visit(path, operation);
        }
    }
}
