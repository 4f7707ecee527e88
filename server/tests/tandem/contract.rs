//! The API only grows: what `docs/openapi.json`, the document as it was published, allows a program to rely on, it may still rely on.
//!
//! `TANDEM_PUBLISH_API=1 cargo test -p tandem-server --test tandem contract` replaces the document by today's, if that keeps every promise, and
//! `docs/asyncapi.json` with it.

use std::{collections::BTreeSet, fs};

use crate::support::Server;
use serde_json::{Map, Value, json};
use tandem_proto::events;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];
/// From the package's folder, where a test runs.
const PUBLISHED: &str = "../docs/openapi.json";
const PUBLISHED_EVENTS: &str = "../docs/asyncapi.json";
/// Shapes within shapes that are looked into.
const DEPTH: usize = 12;

#[tokio::test]
async fn the_api_keeps_its_promises() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let today = server.json("/api/v1/openapi.json", "").await;
    let text = format!("{}\n", serde_json::to_string_pretty(&today).expect("JSON"));
    let publish = std::env::var_os("TANDEM_PUBLISH_API").is_some();
    let published = match fs::read_to_string(PUBLISHED) {
        Err(_) if publish => json!({}),
        published => serde_json::from_str(&published.expect("docs/openapi.json")).expect("JSON"),
    };
    let broken = broken_promises(&published, &today);
    assert!(broken.is_empty(), "programs would break:\n{}", broken.join("\n"));
    if publish {
        fs::write(PUBLISHED, text).expect("written");
    } else {
        assert!(
            published == today,
            "the API has grown: publish it with TANDEM_PUBLISH_API=1, see {}",
            file!()
        );
    }
    assert!(server.stop().success());
}

#[tokio::test]
async fn what_the_server_tells_is_described() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let today = server.json("/api/v1/asyncapi.json", "").await;
    assert!(server.stop().success());

    let standard = serde_json::from_str(include_str!("data/asyncapi-3.0.0.json")).expect("JSON");
    let standard =
        jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&standard).expect("a schema");
    let faults: Vec<String> = standard
        .iter_errors(&today)
        .map(|fault| format!("{}: {fault:.300}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "no AsyncAPI 3:\n{}", faults.join("\n"));

    let (messages, open) = (&today["components"]["messages"], opened(&today));
    for event in events::all() {
        assert!(today["channels"]["webhook"]["messages"][event.kind].is_object(), "{}", event.kind);
        let example = &messages[event.kind]["examples"][0]["payload"];
        assert_eq!(
            (&example["type"], &example["schema_version"]),
            (&json!(event.kind), &json!(event.schema))
        );
        let read = (event.round_trip)(example["data"].clone());
        assert!(read.is_ok(), "{}: {:?} {}", event.kind, read.err(), example["data"]);
    }
    for frame in ["authenticate", "subscribe", "heartbeat", "rtc.offer", "reply", "error", "event", "signal"]
    {
        assert!(today["channels"]["socket"]["messages"][frame].is_object(), "{frame}");
    }
    for (name, message) in object(messages) {
        let place = format!("/components/messages/{name}/payload");
        assert_fits(&open, &place, &message["examples"][0]["payload"]);
    }

    let text = format!("{}\n", serde_json::to_string_pretty(&today).expect("JSON"));
    if std::env::var_os("TANDEM_PUBLISH_API").is_some() {
        fs::write(PUBLISHED_EVENTS, text).expect("written");
    } else {
        let published: Value =
            serde_json::from_str(&fs::read_to_string(PUBLISHED_EVENTS).expect(PUBLISHED_EVENTS))
                .expect("JSON");
        assert!(published == today, "other events are told: publish them with TANDEM_PUBLISH_API=1");
    }
}

#[tokio::test]
async fn every_operation_shows_what_it_takes_and_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let today = server.json("/api/v1/openapi.json", "").await;
    assert!(server.stop().success());
    let (mut faults, open) = (Vec::new(), opened(&today));
    for (path, item) in object(&today["paths"]) {
        for (method, operation) in object(item) {
            let place = format!("/paths/{}/{method}", path.replace('/', "~1"));
            for (kind, content) in object(&operation["requestBody"]["content"]) {
                let place = format!("{place}/requestBody/content/{}", kind.replace('/', "~1"));
                assert_fits(&today, &format!("{place}/schema"), &content["example"]);
            }
            for (status, response) in object(&operation["responses"]) {
                let is_refusal = status.starts_with(['4', '5']);
                for (kind, content) in object(&response["content"]) {
                    let place = format!("{place}/responses/{status}/content/{}", kind.replace('/', "~1"));
                    if kind != "application/problem+json" {
                        assert_fits(&open, &format!("{place}/schema"), &content["example"]);
                        continue;
                    }
                    let types: Vec<&str> =
                        array(&response["x-problem-types"]).filter_map(Value::as_str).collect();
                    if !is_refusal || types.is_empty() {
                        faults.push(format!("{place}: which problem types?"));
                    }
                    for name in types {
                        let example = &content["examples"][name]["value"];
                        let kind = format!("https://tandem.dev/problems/{name}");
                        assert_eq!(
                            (&example["type"], example["status"].to_string()),
                            (&json!(kind), status.clone())
                        );
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A document whose shapes may have more fields: that a body takes no others is said of shapes that are also part of larger answers.
fn opened(document: &Value) -> Value {
    match document {
        Value::Object(fields) => {
            let closes =
                |name: &str, value: &Value| name == "additionalProperties" && *value == Value::Bool(false);
            let kept = fields.iter().filter(|(name, value)| !closes(name, value));
            Value::Object(kept.map(|(name, value)| (name.clone(), opened(value))).collect())
        }
        Value::Array(items) => items.iter().map(opened).collect(),
        other => other.clone(),
    }
}

/// Whether a value is as the schema at a place of a document says.
fn assert_fits(document: &Value, place: &str, value: &Value) {
    let schema = document.pointer(place).unwrap_or_else(|| panic!("{place} is not there"));
    let schema = json!({ "allOf": [schema], "components": document["components"] });
    let schema = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema);
    let schema = schema.unwrap_or_else(|error| panic!("{place}: {error}"));
    let faults: Vec<String> =
        schema.iter_errors(value).map(|fault| format!("{}: {fault:.300}", fault.instance_path())).collect();
    assert!(!value.is_null() && faults.is_empty(), "{place}: {value}\n{}", faults.join("\n"));
}

/// What `published` promised and `today` does not keep, one line each.
fn broken_promises(published: &Value, today: &Value) -> Vec<String> {
    let mut check = Check { published, today, broken: Vec::new() };
    for (path, item) in object(&published["paths"]) {
        for method in METHODS {
            let (was, is) = (&item[method], &today["paths"][path][method]);
            if !was.is_null() {
                check.operation(&format!("{} {path}", method.to_uppercase()), was, is);
            }
        }
    }
    check.broken
}

/// A comparison of two documents.
struct Check<'a> {
    published: &'a Value,
    today: &'a Value,
    broken: Vec<String>,
}

/// Who writes a value: that decides which change of its shape breaks a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// The program: what it sends must still be taken.
    Program,
    /// The server: what it sends must still be understood.
    Server,
}

impl Check<'_> {
    fn breaks(&mut self, place: &str, what: impl Into<String>) {
        self.broken.push(format!("{place}: {}", what.into()));
    }

    fn operation(&mut self, place: &str, was: &Value, is: &Value) {
        if is.is_null() {
            return self.breaks(place, "is gone");
        }
        if was["operationId"] != is["operationId"] {
            self.breaks(place, format!("operationId was {}, is {}", was["operationId"], is["operationId"]));
        }
        self.parameters(place, &was["parameters"], &is["parameters"]);
        self.body(place, &was["requestBody"], &is["requestBody"]);
        for (status, response) in object(&was["responses"]) {
            let now = &is["responses"][status];
            // A refusal may go; what one was told of success may not.
            if now.is_null() && status.starts_with('2') {
                self.breaks(place, format!("no longer answers {status}"));
            }
            for (kind, content) in object(&response["content"]).filter(|_| status.starts_with('2')) {
                let place = format!("{place} {status}");
                self.shape(&place, &content["schema"], &now["content"][kind]["schema"], Writer::Server, 0);
            }
        }
    }

    fn parameters(&mut self, place: &str, was: &Value, is: &Value) {
        let named = |of: &Value| (of["name"].clone(), of["in"].clone());
        for parameter in array(was) {
            let Some(now) = array(is).find(|now| named(now) == named(parameter)) else {
                self.breaks(place, format!("parameter {} is gone", parameter["name"]));
                continue;
            };
            if now["required"] == true && parameter["required"] != true {
                self.breaks(place, format!("parameter {} is required now", parameter["name"]));
            }
            let place = format!("{place} ?{}", parameter["name"].as_str().unwrap_or_default());
            self.shape(&place, &parameter["schema"], &now["schema"], Writer::Program, 0);
        }
        for parameter in array(is).filter(|parameter| parameter["required"] == true) {
            if !array(was).any(|before| named(before) == named(parameter)) {
                self.breaks(place, format!("parameter {} is new and required", parameter["name"]));
            }
        }
    }

    fn body(&mut self, place: &str, was: &Value, is: &Value) {
        if is["required"] == true && was["required"] != true {
            self.breaks(place, "a body is required now");
        }
        for (kind, content) in object(&was["content"]) {
            let place = format!("{place} body");
            self.shape(&place, &content["schema"], &is["content"][kind]["schema"], Writer::Program, 0);
        }
    }

    fn shape(&mut self, place: &str, was: &Value, is: &Value, writer: Writer, depth: usize) {
        let (was, is) = (&whole(self.published, was), &whole(self.today, is));
        if depth > DEPTH || was.is_null() {
            return;
        }
        if is.is_null() {
            return self.breaks(place, "has no shape any more");
        }
        self.types(place, was, is, writer);
        self.choices(place, was, is, writer);
        for (name, property) in object(&was["properties"]) {
            let place = format!("{place}.{name}");
            match &is["properties"][name] {
                Value::Null => self.breaks(&place, "is gone"),
                now => self.shape(&place, property, now, writer, depth + 1),
            }
        }
        let required = |of: &Value| array(&of["required"]).map(Value::to_string).collect::<BTreeSet<_>>();
        let (before, after) = (required(was), required(is));
        let (newly, what) = match writer {
            Writer::Program => (after.difference(&before), "is required now"),
            Writer::Server => (before.difference(&after), "may be missing now"),
        };
        for name in newly {
            self.breaks(place, format!("{name} {what}"));
        }
        self.shape(&format!("{place}[]"), &was["items"], &is["items"], writer, depth + 1);
        for key in ["oneOf", "anyOf"] {
            self.variants(place, array(&was[key]).collect(), array(&is[key]).collect(), writer, depth);
        }
    }

    fn types(&mut self, place: &str, was: &Value, is: &Value, writer: Writer) {
        let types = |of: &Value| match &of["type"] {
            Value::String(one) => BTreeSet::from([one.clone()]),
            several => array(several).filter_map(Value::as_str).map(str::to_owned).collect(),
        };
        let (before, after) = (types(was), types(is));
        let kept = match writer {
            Writer::Program => before.is_subset(&after),
            Writer::Server => after.is_subset(&before),
        };
        if !kept {
            self.breaks(place, format!("type was {before:?}, is {after:?}"));
        }
    }

    /// What a program may send must still be taken. That the server may say more is growth: docs/api.md tells programs to expect it.
    fn choices(&mut self, place: &str, was: &Value, is: &Value, writer: Writer) {
        let now: Vec<_> = array(&is["enum"]).collect();
        for choice in array(&was["enum"]).filter(|_| writer == Writer::Program) {
            if !now.contains(&choice) {
                self.breaks(place, format!("no longer takes {choice}"));
            }
        }
    }

    /// Variants are known by the constant that tells them apart, or else by their place.
    fn variants(&mut self, place: &str, was: Vec<&Value>, is: Vec<&Value>, writer: Writer, depth: usize) {
        for (index, variant) in was.into_iter().enumerate() {
            let tag = tag(resolved(self.published, variant));
            let now = match &tag {
                Some(_) => is.iter().find(|now| self::tag(resolved(self.today, now)) == tag),
                None => is.get(index),
            };
            let place = format!("{place}|{}", tag.clone().unwrap_or_else(|| index.to_string()));
            match now {
                None => self.breaks(&place, "is gone"),
                Some(now) => self.shape(&place, variant, now, writer, depth + 1),
            }
        }
    }
}

/// The one value of a variant's property that can have but one.
fn tag(variant: &Value) -> Option<String> {
    object(&variant["properties"]).find_map(|(name, property)| {
        match array(&property["enum"]).collect::<Vec<_>>()[..] {
            [only] => Some(format!("{name}={only}")),
            _ => None,
        }
    })
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => schema,
    }
}

/// What a schema says with all that it is made of (`allOf`), as one.
fn whole(document: &Value, schema: &Value) -> Value {
    let mut whole = resolved(document, schema).clone();
    let Some(parts) = whole.as_object_mut().and_then(|whole| whole.remove("allOf")) else { return whole };
    for part in array(&parts) {
        for (key, value) in object(&self::whole(document, part)) {
            match (&mut whole[key], value) {
                (Value::Object(all), Value::Object(more)) => all.extend(more.clone()),
                (Value::Array(all), Value::Array(more)) => all.extend(more.clone()),
                (nothing @ Value::Null, value) => *nothing = value.clone(),
                _ => {}
            }
        }
    }
    whole
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[test]
fn every_way_to_break_a_program_is_found() {
    let published = json!({
        "paths": { "/things": { "post": {
            "operationId": "makeThing",
            "parameters": [{ "name": "dry", "in": "query", "required": false, "schema": { "type": "boolean" } }],
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/New" } } } },
            "responses": { "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } }, "409": {} },
        } } },
        "components": { "schemas": {
            "New": { "type": "object", "required": ["name"], "properties": {
                "name": { "type": "string" }, "kind": { "type": "string", "enum": ["a", "b"] },
            } },
            "Thing": { "type": "object", "required": ["id", "state"], "properties": {
                "id": { "type": "string" },
                "state": { "oneOf": [
                    { "type": "object", "required": ["is"], "properties": { "is": { "type": "string", "enum": ["on"] } } },
                    { "type": "object", "required": ["is"], "properties": { "is": { "type": "string", "enum": ["off"] } } },
                ] },
                "parts": { "type": "array", "items": { "type": "integer" } },
            } },
        } },
    });
    assert_eq!(broken_promises(&published, &published), Vec::<String>::new());
    let changed = |pointer: &str, value: Value| {
        let mut today = published.clone();
        *today.pointer_mut(pointer).expect(pointer) = value;
        broken_promises(&published, &today)
    };
    let post = "/paths/~1things/post";
    let (new, thing) = ("/components/schemas/New", "/components/schemas/Thing");
    let schema = |of: &str, rest: &str| format!("{of}{rest}");
    let answer = schema(post, "/responses/201/content/application~1json/schema");
    for (pointer, value) in [
        ("/paths/~1things".to_owned(), json!({})),
        (schema(post, "/operationId"), json!("createThing")),
        (schema(post, "/parameters"), json!([])),
        (schema(post, "/parameters/0/required"), json!(true)),
        (schema(post, "/parameters/0/schema/type"), json!("string")),
        (schema(post, "/responses"), json!({ "200": {} })),
        (schema(new, "/required"), json!(["name", "kind"])),
        (schema(new, "/properties/kind/enum"), json!(["a"])),
        (schema(new, "/properties"), json!({ "name": { "type": "string" } })),
        (schema(thing, "/required"), json!(["id"])),
        (schema(thing, "/properties/id/type"), json!(["string", "null"])),
        (schema(thing, "/properties/parts/items/type"), json!("string")),
        (schema(thing, "/properties/state/oneOf/1/properties/is/enum"), json!(["away"])),
        (
            answer.clone(),
            json!({ "allOf": [{ "$ref": format!("#{new}") }, { "properties": { "more": {} } }] }),
        ),
    ] {
        assert!(!changed(&pointer, value.clone()).is_empty(), "{pointer} {value}");
    }
    for (pointer, value) in [
        (schema(post, "/responses/409"), Value::Null),
        (schema(new, "/required"), json!([])),
        (schema(new, "/properties/kind/enum"), json!(["a", "b", "c"])),
        (schema(new, "/properties/name/type"), json!(["string", "null"])),
        (schema(thing, "/required"), json!(["id", "state", "parts"])),
        (
            answer.clone(),
            json!({ "allOf": [{ "$ref": format!("#{thing}") }, { "properties": { "more": {} } }] }),
        ),
    ] {
        assert_eq!(changed(&pointer, value), Vec::<String>::new(), "{pointer}");
    }
}
