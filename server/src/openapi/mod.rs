//! The API's description: OpenAPI 3.1, made from the routes themselves.

pub(crate) mod examples;
mod expand;
mod problems;

use std::collections::BTreeMap;

use axum::Router;
use tandem_proto::Problem;
use utoipa::{
    OpenApi as _,
    openapi::{
        Content, Info, License, OpenApi, Ref, RefOr, Required, ResponseBuilder,
        example::{Example, ExampleBuilder},
        extensions::ExtensionsBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        schema::{AdditionalProperties, ArrayItems, Object, ObjectBuilder, Schema, Type},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use examples::Examples;

/// Where the API lives.
const BASE: &str = "/api/v1";
const JSON: &str = "application/json";
/// The media type of refusals (RFC 9457).
const PROBLEM: &str = "application/problem+json";

const DESCRIPTION: &str = "\
Everything the web client does, any program can do: there is no private door.

Sign in with `POST /api/v1/sessions` and send the token as `Authorization: Bearer …`. Each operation says which permission it needs. \
Refusals are `application/problem+json` (RFC 9457). A `POST` with an `Idempotency-Key` is carried out once, however often it is \
sent; a `GET` with the `If-None-Match` of the last answer's `ETag` is answered 304 when nothing changed, and has only the `fields` that are \
named, and with `expand` what its ids name; `POST /api/v1/batch` makes several at once. What belongs to another region is answered 421 with \
that region's `address`. `RateLimit` tells how much more may be asked. Changes are events in one log: \
read it with `GET /api/v1/events`, follow it there as `text/event-stream`, or on the WebSocket `/api/v1/ws`, which \
`/api/v1/asyncapi.json` describes; the same cursor resumes them all.";

#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(
        tandem_proto::Problem,
        tandem_proto::Event,
        tandem_proto::ws::ClientFrame,
        tandem_proto::ws::ServerFrame,
        tandem_proto::ws::Authenticated,
        tandem_proto::ws::Subscribed,
        tandem_proto::ws::StreamClosed,
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
    expand::describe(&mut document);
    say_what_is_common(&mut document);
    each_operation(&mut document, |_, operation| name_the_media_type_of_problems(operation));
    open_what_is_extended(&mut document);
    show(&mut document);
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
        if let Some(get) = item.get.as_mut().filter(of_somebody).filter(|get| answers_json(get)) {
            let expands = takes(get, "expand");
            get.parameters.get_or_insert_default().push(fields().into());
            refuses(get, "400", "`unknown-fields`: the answer has no such fields");
            if expands {
                also_refuses(
                    get,
                    "400",
                    "`unknown-expansions`: of the answer nothing of that name can be expanded",
                );
            }
        }
        if let Some(post) = item.post.as_mut().filter(of_somebody) {
            post.parameters.get_or_insert_default().push(idempotency_key().into());
            also_refuses(post, "409", "`still-in-hand`: a request with this `Idempotency-Key` is under way");
            also_refuses(post, "422", "`key-reused`: the `Idempotency-Key` was another request's");
        }
    }
    each_operation(document, |_, operation| {
        refuses(operation, "421", "It belongs to an org of another region, which is at `address`");
        if operation.security.is_none() {
            refuses(operation, "401", "No valid session");
            refuses(
                operation,
                "429",
                "More requests than the client or its org may make; `RateLimit` tells when to come back",
            );
            refuses(
                operation,
                "503",
                "The server has too much to do, or its database is away; `Retry-After` tells when to come back",
            );
        }
        if takes(operation, "If-Match") {
            refuses(operation, "400", "What is sent does not read");
            refuses(operation, "412", "Somebody else changed it first");
        }
        if let Some(body) = &operation.request_body {
            let is_json = matches!(body, RefOr::T(body) if body.content.contains_key("application/json"));
            refuses(operation, "400", "The body is not well-formed JSON, or nested too deep");
            refuses(operation, "413", "The body is too large");
            refuses(operation, "415", "The body is not JSON");
            if is_json {
                refuses(operation, "422", "A field that is unknown, missing or cannot be taken");
            }
        }
        let of_query = |parameter: &RefOr<Parameter>| {
            matches!(parameter, RefOr::T(Parameter { parameter_in: ParameterIn::Query, .. }))
        };
        if operation.parameters.iter().flatten().any(of_query) {
            refuses(operation, "422", "A query that cannot be taken");
        }
    });
}

/// Every body is described as `application/json` unless an operation says otherwise, which for refusals none does.
fn name_the_media_type_of_problems(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let is_problem = response.content.get("application/json").is_some_and(|content| {
            matches!(content, RefOr::T(Content { schema: Some(RefOr::Ref(shape)), .. }) if shape.ref_location.ends_with("/Problem"))
        });
        if is_problem {
            let renamed =
                response.content.drain(..).map(|(_, content)| (PROBLEM.to_owned(), content)).collect();
            response.content = renamed;
        }
    }
}

/// A shape that takes no other fields cannot be part of one that has more: JSON Schema looks at each part by itself. So where such a shape
/// is extended it is written out, open.
fn open_what_is_extended(document: &mut OpenApi) {
    let Some(components) = document.components.as_mut() else { return };
    let shapes = components.schemas.clone();
    let opened = |shape: &Ref| {
        let name = shape.ref_location.rsplit('/').next()?;
        let RefOr::T(Schema::Object(object)) = shapes.get(name)? else { return None };
        match object.additional_properties.as_deref() {
            Some(AdditionalProperties::FreeForm(false)) => {
                let mut object = object.clone();
                object.additional_properties = None;
                Some(object)
            }
            _ => None,
        }
    };
    for schema in components.schemas.values_mut() {
        each_part(schema, &mut |part| {
            if let RefOr::Ref(shape) = part
                && let Some(object) = opened(shape)
            {
                *part = RefOr::T(Schema::Object(object));
            }
        });
    }
}

/// Visits what each `allOf` in a shape is made of, however deep inside.
fn each_part(schema: &mut RefOr<Schema>, visit: &mut impl FnMut(&mut RefOr<Schema>)) {
    match schema {
        RefOr::T(Schema::AllOf(whole)) => whole.items.iter_mut().for_each(|part| {
            visit(part);
            each_part(part, visit);
        }),
        RefOr::T(Schema::Object(object)) => {
            object.properties.values_mut().for_each(|property| each_part(property, visit));
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each_part(items, visit);
            }
        }
        RefOr::T(Schema::OneOf(choice)) => choice.items.iter_mut().for_each(|item| each_part(item, visit)),
        RefOr::T(Schema::AnyOf(choice)) => choice.items.iter_mut().for_each(|item| each_part(item, visit)),
        RefOr::Ref(_) | RefOr::T(_) => {}
    }
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
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]{1,255}$"))))
        .build()
}

fn fields() -> Parameter {
    ParameterBuilder::new()
        .name("fields")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "Only these fields of the answer, of a list's items: names separated by commas, with dots into objects, as `id,user.name`.",
        ))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

fn takes(operation: &Operation, header: &str) -> bool {
    let named =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == header);
    operation.parameters.iter().flatten().any(named)
}

fn answers_json(operation: &Operation) -> bool {
    let ok = operation.responses.responses.get("200");
    matches!(ok, Some(RefOr::T(ok)) if ok.content.contains_key(JSON))
}

/// As [`refuses`], where the operation may refuse for other reasons too.
fn also_refuses(operation: &mut Operation, status: &str, why: &str) {
    match operation.responses.responses.get_mut(status) {
        Some(RefOr::T(response)) => response.description = format!("{}; {why}", response.description),
        _ => refuses(operation, status, why),
    }
}

/// Gives every body an example, and every refusal its problem types with one of each.
fn show(document: &mut OpenApi) {
    let components = serde_json::to_value(&document.components).unwrap_or_default();
    let schemas = components["schemas"].as_object().cloned().unwrap_or_default();
    let examples = Examples(&schemas);
    let fill = |content: &mut RefOr<Content>| {
        let RefOr::T(content) = content else { return };
        let schema = serde_json::to_value(&content.schema).unwrap_or_default();
        content.example = Some(examples.of(&schema));
    };
    each_operation(document, |_, operation| {
        let id = operation.operation_id.clone().unwrap_or_default();
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            body.content.values_mut().for_each(fill);
        }
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(response) = response else { continue };
            if !response.content.is_empty() && response.content.values().all(is_problem) {
                let types = problems::types(&id, status, &response.description);
                let mut content = Content::new(Some(Ref::from_schema_name("Problem")));
                content.examples =
                    types.iter().map(|name| (name.clone(), problem(status, name).into())).collect();
                response.content = [(PROBLEM.to_owned(), content.into())].into_iter().collect();
                let types = ExtensionsBuilder::new().add("x-problem-types", types).build();
                response.extensions = Some(types);
            } else {
                response.content.values_mut().for_each(fill);
            }
        }
    });
}

fn is_problem(content: &RefOr<Content>) -> bool {
    let RefOr::T(content) = content else { return false };
    matches!(&content.schema, Some(RefOr::Ref(to)) if to.ref_location == "#/components/schemas/Problem")
}

/// A problem of a type, as an example.
fn problem(status: &str, name: &str) -> Example {
    let mut words = name.replace('-', " ");
    words.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    let problem = Problem::new(status.parse().unwrap_or(500), name, words);
    ExampleBuilder::new().value(serde_json::to_value(problem).ok()).build()
}

fn refuses(operation: &mut Operation, status: &str, why: &str) {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new().description(why).content(PROBLEM, problem).build();
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
