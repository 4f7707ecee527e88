//! What answers can look like, as the API's description says.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

/// What of a schema tells its fields.
const KEPT: [&str; 9] =
    ["$ref", "type", "properties", "items", "allOf", "oneOf", "anyOf", "additionalProperties", "prefixItems"];
/// Schemas that only lead to others.
const DEPTH: usize = 16;

/// The shapes of all answers to `GET`.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    schemas: Map<String, Value>,
    answers: BTreeMap<String, Value>,
}

/// A shape: what a value at one place can be.
#[derive(Clone, Debug)]
pub(super) struct Shape<'s> {
    all: &'s Shapes,
    /// One of these; none: anything.
    schemas: Vec<&'s Value>,
}

impl Shapes {
    /// Those of a described API.
    pub(crate) fn of(document: &OpenApi) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let mut shapes = Self::default();
        let objects = |value: &Value| value.as_object().cloned().unwrap_or_default();
        for (name, schema) in objects(&document["components"]["schemas"]) {
            shapes.schemas.insert(name, bare(schema));
        }
        for (path, item) in objects(&document["paths"]) {
            let answer = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
            if !answer.is_null() {
                shapes.answers.insert(path, bare(answer.clone()));
            }
        }
        shapes
    }

    /// The shape of what a route answers; `None`: it is not described.
    pub(super) fn answer_to(&self, route: &str) -> Option<Shape<'_>> {
        let schema = self.answers.get(route)?;
        Some(Shape { all: self, schemas: self.resolved(schema, 0) })
    }

    /// The schemas a schema stands for.
    fn resolved<'s>(&'s self, schema: &'s Value, depth: usize) -> Vec<&'s Value> {
        if depth > DEPTH {
            return Vec::new();
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
            return self.schemas.get(name).map_or_else(Vec::new, |named| self.resolved(named, depth + 1));
        }
        let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|of| schema[of].as_array()).flatten();
        let mut all: Vec<&Value> = parts.flat_map(|part| self.resolved(part, depth + 1)).collect();
        let nested = !all.is_empty();
        if !nested || schema.get("properties").is_some() {
            all.push(schema);
        }
        all
    }
}

impl<'s> Shape<'s> {
    /// What a page has in it; `None`: it is no page.
    pub(super) fn items(&self) -> Option<Self> {
        let is_page = |schema: &&&Value| {
            let properties = &schema["properties"];
            properties["items"]["items"].is_object() && properties["next"].is_object()
        };
        let page = self.schemas.iter().find(is_page)?;
        Some(Self { all: self.all, schemas: self.all.resolved(&page["properties"]["items"]["items"], 0) })
    }

    /// What a field, of each item in a list, can be; `None`: there is no such field.
    pub(super) fn field(&self, name: &str) -> Option<Self> {
        let mut found = Vec::new();
        for schema in &self.schemas {
            match schema["properties"].get(name) {
                Some(field) => found.push(field),
                None if schema.get("items").is_some() => {
                    let items = Self { all: self.all, schemas: self.all.resolved(&schema["items"], 0) };
                    found.extend(items.field(name).into_iter().flat_map(|field| field.schemas));
                }
                None if is_open(schema) => found.push(&schema["additionalProperties"]),
                None => {}
            }
        }
        let resolved = |field| self.all.resolved(field, 0);
        (!found.is_empty())
            .then(|| Self { all: self.all, schemas: found.into_iter().flat_map(resolved).collect() })
    }
}

/// Whether an object of that schema may have any field.
fn is_open(schema: &Value) -> bool {
    let more = &schema["additionalProperties"];
    let says_nothing = !["type", "properties", "items"].iter().any(|key| schema.get(*key).is_some());
    let bare_object = schema["type"] == "object" && schema.get("properties").is_none();
    more.is_object() || *more == Value::Bool(true) || (says_nothing && more.is_null()) || bare_object
}

/// A schema without its words.
fn bare(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
            let within = |(name, value)| match (name, value) {
                // Their names are those of fields.
                (name, Value::Object(properties)) if name == "properties" => {
                    let bare = properties.into_iter().map(|(name, field)| (name, bare(field))).collect();
                    (name, Value::Object(bare))
                }
                (name, value) => (name, bare(value)),
            };
            Value::Object(kept.map(within).collect())
        }
        Value::Array(parts) => Value::Array(parts.into_iter().map(bare).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::fields::Fields, *};

    fn shapes() -> Shapes {
        let schemas = json!({
            "Page": { "type": "object", "properties": {
                "items": { "type": "array", "items": { "$ref": "#/components/schemas/Chat" } },
                "next": { "type": ["string", "null"] },
            } },
            "Chat": { "type": "object", "properties": {
                "id": { "type": "string" },
                "members": { "type": "array", "items": { "$ref": "#/components/schemas/Member" } },
                "last": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Member" }] },
                "data": {},
                "by_name": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Member" } },
            } },
            "Member": { "allOf": [
                { "type": "object", "properties": { "user": { "type": "string" } } },
                { "oneOf": [
                    { "type": "object", "properties": { "is": { "type": "string" }, "of": { "$ref": "#/components/schemas/Chat" } } },
                ] },
            ] },
        });
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        Shapes {
            schemas: schemas.as_object().cloned().expect("an object"),
            answers: [("/chats".to_owned(), reference("Page")), ("/chat".to_owned(), reference("Chat"))]
                .into(),
        }
    }

    fn unknown(route: &str, names: &str) -> Vec<String> {
        let shapes = shapes();
        Fields::read(names).expect("reads").unknown_to(&shapes.answer_to(route).expect("described"))
    }

    #[test]
    fn names_are_known_through_references_lists_and_choices() {
        for known in [
            "id",
            "members",
            "members.user",
            "members.is",
            "last.user",
            "last.of.id",
            "members.of.id",
            "data.any.thing",
            "by_name.ada.user",
        ] {
            for route in ["/chat", "/chats"] {
                assert_eq!(unknown(route, known), Vec::<String>::new(), "{known}");
            }
        }
        assert_eq!(
            unknown("/chats", "colour,members.age,id.x,by_name.ada.age"),
            ["by_name.ada.age", "colour", "id.x", "members.age"]
        );
        assert_eq!(unknown("/chats", "items"), ["items"], "they are the items' fields");
    }
}
