//! Examples, made from schemas: one rule for each kind of value, so that none is written by hand and none goes stale.

use serde_json::{Map, Value, json};

/// Schemas within schemas; what is deeper is left out.
const DEPTH: usize = 8;
/// One schema within itself.
const WITHIN_ITSELF: usize = 1;
const MOMENT: &str = "2026-01-05T09:30:00.000000Z";
const ID: &str = "019b8d1c-6a40-7cc1-9d3e-5f0a7b2c4e61";

/// Values for texts that must look like something, by the names of their fields.
const TEXTS: [(&str, &str); 18] = [
    ("name", "support"),
    ("display_name", "Ada Lovelace"),
    ("title", "Support"),
    ("text", "Hello"),
    ("url", "https://crm.example/hook"),
    ("address", "+15550123"),
    ("number", "+15550100"),
    ("dialled", "+15550100"),
    ("digits", "1"),
    ("digit", "1"),
    ("password", "correct horse battery"),
    ("new_password", "seven boats on a lake"),
    ("code", "123456"),
    ("user_code", "BCDF-GHJK"),
    ("redirect_uri", "https://crm.example/callback"),
    ("network", "192.0.2.0/24"),
    ("path", "/people?limit=20"),
    ("cursor", "0-42"),
];

/// Makes examples of schemas that refer to these by name.
pub(crate) struct Examples<'s>(pub(crate) &'s Map<String, Value>);

impl Examples<'_> {
    /// A value of that schema.
    pub(crate) fn of(&self, schema: &Value) -> Value {
        self.value(schema, "", &mut Vec::new()).unwrap_or_default()
    }

    /// A value for a field; `None`: it would go on for ever.
    fn value(&self, schema: &Value, field: &str, within: &mut Vec<String>) -> Option<Value> {
        let said = [&schema["example"], &schema["examples"][0], &schema["const"], &schema["enum"][0]];
        if let Some(said) = said.into_iter().find(|said| !said.is_null()) {
            return Some(said.clone());
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
            if within.len() >= DEPTH || within.iter().filter(|outer| *outer == name).count() > WITHIN_ITSELF {
                return None;
            }
            within.push(name.to_owned());
            let value = self.0.get(name).and_then(|named| self.value(named, field_of(name, field), within));
            within.pop();
            return value;
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = self.object(schema, within);
            for part in parts {
                if let Value::Object(more) = self.value(part, field, within)? {
                    whole.extend(more);
                }
            }
            return Some(Value::Object(whole));
        }
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let some = choices.iter().filter(|choice| choice["type"] != "null");
            let mut some = some.filter_map(|choice| self.value(choice, field, within));
            return some
                .next()
                .or_else(|| choices.iter().any(|choice| choice["type"] == "null").then_some(Value::Null));
        }
        Some(match kind(schema) {
            "string" => text(schema, field),
            "integer" => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
            "number" => json!(schema["minimum"].as_f64().unwrap_or(0.5).max(0.5)),
            "boolean" => json!(true),
            "array" => Value::Array(self.value(&schema["items"], field, within).into_iter().collect()),
            "null" => Value::Null,
            _ => Value::Object(self.object(schema, within)),
        })
    }

    fn object(&self, schema: &Value, within: &mut Vec<String>) -> Map<String, Value> {
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            object.extend(self.value(property, name, within).map(|value| (name.clone(), value)));
        }
        let more = &schema["additionalProperties"];
        if more.is_object() {
            // Not any key will do where the schema names them.
            let key = schema["propertyNames"]["enum"][0].as_str().unwrap_or("key").to_owned();
            object.extend(self.value(more, "", within).map(|value| (key, value)));
        }
        object
    }
}

/// What a value of a schema with a name is called where its field says nothing.
fn field_of<'f>(schema: &'f str, field: &'f str) -> &'f str {
    if schema == "Cursor" { "cursor" } else { field }
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        kind => kind.as_str().unwrap_or_default(),
    }
}

fn text(schema: &Value, field: &str) -> Value {
    match schema["format"].as_str() {
        Some("uuid") => json!(ID),
        Some("date-time") => json!(MOMENT),
        _ => {
            let known =
                TEXTS.iter().find(|(name, _)| *name == field || field.strip_suffix('s') == Some(*name));
            json!(known.map_or("text", |(_, text)| text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_has_one() {
        let schemas = json!({
            "Id": { "type": "string", "format": "uuid" },
            "Tree": { "type": "object", "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } },
            } },
            "Tagged": { "allOf": [
                { "type": "object", "properties": { "mid": { "type": "string" } } },
                { "oneOf": [{ "type": "object", "properties": { "is": { "type": "string", "enum": ["on"] } } }] },
            ] },
        });
        let examples = Examples(schemas.as_object().expect("an object"));
        let of = |schema: Value| examples.of(&schema);
        assert_eq!(of(json!({ "type": ["integer", "null"], "minimum": 3 })), 3);
        assert_eq!(of(json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Id" }] })), ID);
        assert_eq!(
            of(json!({ "$ref": "#/components/schemas/Tagged" })),
            json!({ "mid": "text", "is": "on" })
        );
        let leaf = json!({ "id": ID, "children": [] });
        let tree = json!({ "id": ID, "children": [leaf] });
        assert_eq!(of(json!({ "$ref": "#/components/schemas/Tree" })), tree);
        assert_eq!(
            of(json!({ "type": "object", "additionalProperties": { "type": "boolean" } })),
            json!({ "key": true })
        );
        let named = json!({ "type": "object", "additionalProperties": { "type": "boolean" }, "propertyNames": { "enum": ["on"] } });
        assert_eq!(of(named), json!({ "on": true }));
        assert_eq!(of(json!({ "type": "string", "examples": ["agent"] })), "agent");
    }
}
