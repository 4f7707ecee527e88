//! The description of what the server tells by itself, the log's events on the WebSocket and to webhooks: AsyncAPI 3, made from the same
//! types that are sent.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tandem_proto::events::{self, EventType};
use utoipa::openapi::OpenApi;

use crate::openapi::examples::Examples;

const DESCRIPTION: &str = "\
Every change is an event in one log. A program follows it on the WebSocket or as server-sent events, or has it sent to a webhook; `GET /api/v1/events` reads it. \
One cursor serves them all: who was away goes on after the last event seen, without a gap.";

/// The document, beside the one of the requests.
pub(crate) fn describe(requests: &OpenApi) -> Value {
    let components = serde_json::to_value(&requests.components).unwrap_or_default();
    let mut schemas = components["schemas"].as_object().cloned().unwrap_or_default();
    for event in events::all() {
        let shape = payload(event, &mut schemas);
        schemas.insert(event.kind.to_owned(), shape);
    }
    let asked = frames(&schemas, "ClientRequest", |frame| {
        json!({ "allOf": [frame, {
            "type": "object",
            "properties": { "id": { "type": "integer", "minimum": 1, "description": "Echoed in the answer." } },
        }] })
    });
    let mut told = frames(&schemas, "ServerFrame", Clone::clone);
    if let Some((_, event)) = told.iter_mut().find(|(name, _)| name == "event") {
        let kinds = events::all().map(|event| reference("schemas", event.kind)).collect::<Vec<_>>();
        event["payload"]["properties"]["data"] = json!({ "oneOf": kinds });
    }
    let happened: Vec<_> =
        events::all().map(|event| (event.kind.to_owned(), message(event, &schemas))).collect();

    let names =
        |messages: &[(String, Value)]| messages.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let (asked_names, told_names, happened_names) = (names(&asked), names(&told), names(&happened));
    let messages: Map<String, Value> = asked.into_iter().chain(told).chain(happened).collect();
    let messages = with_examples(messages, &schemas);
    let schemas = needed(schemas, &messages);
    let socket_names = [asked_names.clone(), told_names.clone()].concat();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tandem events",
            "version": requests.info.version,
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "tandem": {
            "host": "tandem.example",
            "protocol": "wss",
            "description": "Where the web client is served",
        }, "https": {
            "host": "tandem.example",
            "protocol": "https",
            "description": "The same, for requests",
        } },
        "channels": {
            "socket": {
                "address": "/api/v1/ws",
                "title": "The clients' WebSocket",
                "description": "JSON text frames. The first is `authenticate`, within 10 s; `subscribe` then starts the stream of events, \
                    with `after` from a cursor. A frame with an `id` gets one `reply` or `error` with the same `id`.",
                "servers": [{ "$ref": "#/servers/tandem" }],
                "messages": listed(&socket_names),
                "bindings": { "ws": { "method": "GET" } },
            },
            "stream": {
                "address": "/api/v1/events",
                "title": "Server-sent events",
                "description": "`GET` with `Accept: text/event-stream`. The first event is `open`, the last `close`, and both say where to go on; \
                    between them each event of the log is one without a name: its `id` is the cursor, its `data` the event. `Last-Event-ID`, \
                    or `after`, resumes; `topics` and `kinds` narrow it.",
                "servers": [{ "$ref": "#/servers/https" }],
                "messages": listed(&happened_names),
                "bindings": { "http": {} },
            },
            "webhook": {
                "address": null,
                "title": "A webhook's receiver",
                "description": "One `POST` for each event, in the order of the log, to the address of a webhook (`POST /api/v1/webhooks`), \
                    signed as Standard Webhooks says. The body is the event; any 2xx means that it arrived.",
                "messages": listed(&happened_names),
                "bindings": { "http": {} },
            },
        },
        "operations": {
            "ask": {
                "action": "receive",
                "summary": "What a client sends",
                "channel": { "$ref": "#/channels/socket" },
                "messages": of_channel("socket", &asked_names),
                "reply": {
                    "channel": { "$ref": "#/channels/socket" },
                    "messages": of_channel("socket", &["reply".to_owned(), "error".to_owned()]),
                },
            },
            "tell": {
                "action": "send",
                "summary": "What the server sends by itself",
                "channel": { "$ref": "#/channels/socket" },
                "messages": of_channel("socket", &["event".to_owned(), "signal".to_owned()]),
            },
            "stream": {
                "action": "send",
                "summary": "What a stream is told",
                "channel": { "$ref": "#/channels/stream" },
                "messages": of_channel("stream", &happened_names),
            },
            "deliver": {
                "action": "send",
                "summary": "What webhooks are told",
                "channel": { "$ref": "#/channels/webhook" },
                "messages": of_channel("webhook", &happened_names),
            },
        },
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// The shape of an event of a type; adds the schemas it refers to.
fn payload(event: &EventType, schemas: &mut Map<String, Value>) -> Value {
    let mut referred = Vec::new();
    let data = serde_json::to_value((event.shape)(&mut referred)).unwrap_or_default();
    for (name, schema) in referred {
        schemas.entry(name).or_insert_with(|| serde_json::to_value(schema).unwrap_or_default());
    }
    json!({
        "description": data["description"],
        "allOf": [reference("schemas", "Event"), {
            "type": "object",
            "properties": {
                "type": { "type": "string", "const": event.kind },
                "schema_version": { "type": "integer", "const": event.schema },
                "data": data,
            },
            "required": ["type", "schema_version", "data"],
        }],
    })
}

/// A message that is an event.
fn message(event: &EventType, schemas: &Map<String, Value>) -> Value {
    let domain = event.kind.split('.').next().unwrap_or_default();
    json!({
        "name": event.kind,
        "summary": schemas[event.kind]["description"],
        "tags": [{ "name": domain }],
        "payload": reference("schemas", event.kind),
    })
}

/// The frames that a choice of frames has, by their types.
fn frames(
    schemas: &Map<String, Value>,
    choice: &str,
    whole: impl Fn(&Value) -> Value,
) -> Vec<(String, Value)> {
    let choices = schemas.get(choice).and_then(|schema| schema["oneOf"].as_array()).into_iter().flatten();
    let message = |frame: &Value| {
        let name = frame["properties"]["type"]["enum"][0].as_str().unwrap_or_default().to_owned();
        (name.clone(), json!({ "name": name, "summary": frame["description"], "payload": whole(frame) }))
    };
    choices.map(message).collect()
}

fn with_examples(mut messages: Map<String, Value>, schemas: &Map<String, Value>) -> Map<String, Value> {
    let examples = Examples(schemas);
    for message in messages.values_mut() {
        let payload = examples.of(&message["payload"]);
        message["examples"] = json!([{ "payload": payload }]);
    }
    messages
}

/// Those schemas that messages refer to, through whatever others.
fn needed(mut schemas: Map<String, Value>, messages: &Map<String, Value>) -> Map<String, Value> {
    let (mut found, mut open) = (BTreeSet::new(), Vec::new());
    messages.values().for_each(|message| referred(message, &mut open));
    while let Some(name) = open.pop() {
        if found.insert(name.clone())
            && let Some(schema) = schemas.get(&name)
        {
            referred(schema, &mut open);
        }
    }
    schemas.retain(|name, _| found.contains(name));
    schemas
}

fn referred(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let target = fields.get("$ref").and_then(Value::as_str);
            names.extend(
                target.and_then(|target| target.strip_prefix("#/components/schemas/")).map(str::to_owned),
            );
            fields.values().for_each(|field| referred(field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| referred(item, names)),
        _ => {}
    }
}

fn reference(of: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{of}/{name}") })
}

fn listed(names: &[String]) -> Value {
    names.iter().map(|name| (name.clone(), reference("messages", name))).collect::<Map<_, _>>().into()
}

fn of_channel(channel: &str, names: &[String]) -> Vec<Value> {
    names.iter().map(|name| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") })).collect()
}
