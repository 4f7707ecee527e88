//! What of an answer can be expanded, as the API's description says: every id of what has a list that takes `ids`, and within what that
//! gives once more. No operation has to say so itself.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::OpenApi;

/// Objects within objects that are looked into for ids.
const DEPTH: usize = 3;
/// Schemas that only lead to others.
const HOPS: usize = 16;
/// Where what is expanded goes: no id in it counts.
pub(crate) const INCLUDED: &str = "included";

/// What can be expanded of all answers to `GET`.
#[derive(Debug, Default)]
pub struct Expansions {
    lists: Vec<List>,
    /// By route and name.
    ways: BTreeMap<String, BTreeMap<String, Way>>,
}

/// A list whose things are found by their ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    /// The last part of its path, under which its things are included.
    pub name: String,
    /// Its path, as `/api/v1/people`.
    pub path: String,
    /// The schema of its answer.
    pub answer: String,
    /// The schema of its things' ids.
    id: String,
}

/// From an answer to what an id in it names, and perhaps from there once more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Way {
    pub(super) first: Step,
    pub(super) second: Option<Step>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Step {
    /// The fields that lead to ids; lists on the way are gone through.
    pub(super) path: Vec<String>,
    /// Which list has what they name.
    pub(super) list: usize,
}

/// A description, as JSON.
struct Document(Value);

impl Expansions {
    /// Those of a described API.
    pub fn of(document: &OpenApi) -> Self {
        let document = Document(serde_json::to_value(document).unwrap_or_default());
        let lists = document.lists();
        let mut ways = BTreeMap::new();
        for (path, get) in document.gets() {
            let named = document
                .answer(get)
                .map(|answer| document.ways(document.items(answer).unwrap_or(answer), &lists));
            if let Some(named) = named.filter(|named| !named.is_empty()) {
                ways.insert(path.clone(), named);
            }
        }
        Self { lists, ways }
    }

    /// The names that can be expanded of a route's answer, in order.
    pub fn names(&self, route: &str) -> Vec<&str> {
        self.ways.get(route).into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    /// Where the things that are included come from.
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    pub(super) fn way(&self, route: &str, name: &str) -> Option<&Way> {
        self.ways.get(route)?.get(name)
    }
}

impl Document {
    fn gets(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["paths"].as_object().into_iter().flatten().map(|(path, item)| (path, &item["get"]))
    }

    /// The schema of an operation's one answer, an object in JSON.
    fn answer<'d>(&'d self, get: &'d Value) -> Option<&'d Value> {
        let content = get["responses"]["200"]["content"].as_object().filter(|content| content.len() == 1)?;
        let schema = &content.get("application/json")?["schema"];
        (self.resolved(schema)["type"] != "array").then_some(schema)
    }

    fn resolved<'d>(&'d self, schema: &'d Value) -> &'d Value {
        reference(schema).map_or(schema, |name| &self.0["components"]["schemas"][name])
    }

    /// The schema of a page's items; `None`: it is no page.
    fn items<'d>(&'d self, answer: &'d Value) -> Option<&'d Value> {
        let properties = &self.resolved(answer)["properties"];
        properties["next"]
            .is_object()
            .then_some(&properties["items"]["items"])
            .filter(|items| items.is_object())
    }

    fn lists(&self) -> Vec<List> {
        let lists = self.gets().filter_map(|(path, get)| {
            let takes_ids = get["parameters"].as_array()?.iter().any(|parameter| parameter["name"] == "ids");
            let answer = self.answer(get).filter(|_| takes_ids)?;
            let id = self.field(self.items(answer)?, "id", 0)?;
            Some(List {
                name: path.rsplit('/').next()?.to_owned(),
                path: path.clone(),
                answer: reference(answer)?.to_owned(),
                id: reference(id)?.to_owned(),
            })
        });
        lists.collect()
    }

    /// A field of an object, in whichever of its parts it is.
    fn field<'d>(&'d self, schema: &'d Value, name: &str, hops: usize) -> Option<&'d Value> {
        let schema = self.resolved(schema);
        let own = schema["properties"].get(name);
        own.or_else(|| {
            parts(schema).filter(|_| hops < HOPS).find_map(|part| self.field(part, name, hops + 1))
        })
    }

    fn ways(&self, schema: &Value, lists: &[List]) -> BTreeMap<String, Way> {
        let mut ways = BTreeMap::new();
        for first in self.steps(schema, lists) {
            let name = first.path.join(".");
            let things = self.0["components"]["schemas"].get(&lists[first.list].answer);
            for second in things
                .and_then(|page| self.items(page))
                .map(|items| self.steps(items, lists))
                .unwrap_or_default()
            {
                let name = format!("{name}.{}", second.path.join("."));
                ways.insert(name, Way { first: first.clone(), second: Some(second) });
            }
            ways.insert(name, Way { first, second: None });
        }
        ways
    }

    /// The ids in an object, but for its own.
    fn steps(&self, schema: &Value, lists: &[List]) -> Vec<Step> {
        let mut steps = Vec::new();
        self.find(schema, lists, &mut Vec::new(), 0, &mut steps);
        steps
    }

    fn find(
        &self,
        schema: &Value,
        lists: &[List],
        path: &mut Vec<String>,
        hops: usize,
        steps: &mut Vec<Step>,
    ) {
        if let Some(list) = reference(schema).and_then(|name| lists.iter().position(|list| list.id == name)) {
            let step = Step { path: path.clone(), list };
            if path.as_slice() != ["id"] && !steps.contains(&step) {
                steps.push(step);
            }
            return;
        }
        let schema = self.resolved(schema);
        if hops > HOPS {
            return;
        }
        for part in parts(schema).chain(schema.get("items")) {
            self.find(part, lists, path, hops + 1, steps);
        }
        let within = !path.is_empty();
        let fields = schema["properties"].as_object().filter(|_| path.len() < DEPTH).into_iter().flatten();
        for (name, field) in fields.filter(|(name, _)| within || name.as_str() != INCLUDED) {
            path.push(name.clone());
            self.find(field, lists, path, hops + 1, steps);
            path.pop();
        }
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|of| schema[of].as_array()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expansions() -> Expansions {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let page = |item: &Value| {
            json!({ "type": "object", "properties": {
                "items": { "type": "array", "items": item }, "next": { "type": "string" },
            } })
        };
        let get = |answer: &str, parameters: &[&str]| {
            let parameters: Vec<_> = parameters
                .iter()
                .map(|name| json!({ "name": name, "in": "query", "required": false, "schema": { "type": "string" } }))
                .collect();
            let content = json!({ "application/json": { "schema": reference(answer) } });
            json!({ "get": { "parameters": parameters, "responses": { "200": { "description": "", "content": content } } } })
        };
        let person = json!({ "type": "object", "properties": { "id": reference("UserId"), "name": { "type": "string" } } });
        let queue = json!({ "allOf": [{ "type": "object", "properties": {
            "id": reference("QueueId"),
            "members": { "type": "array", "items": { "type": "object", "properties": { "user": reference("UserId") } } },
        } }] });
        let call = json!({ "type": "object", "properties": {
            "id": { "type": "string" },
            "queue": { "oneOf": [{ "type": "null" }, reference("QueueId")] },
            "users": { "type": "array", "items": reference("UserId") },
        } });
        let document: OpenApi = serde_json::from_value(json!({
            "openapi": "3.1.0", "info": { "title": "t", "version": "1" },
            "paths": {
                "/people": get("Page_Person", &["ids", "limit"]),
                "/queues": get("Page_Queue", &["ids"]),
                "/calls": get("Page_Call", &["limit"]),
                "/calls/{call}": get("Call", &[]),
            },
            "components": { "schemas": {
                "UserId": { "type": "string" }, "QueueId": { "type": "string" },
                "Person": person, "Call": call, "Page_Person": page(&person), "Page_Queue": page(&queue), "Page_Call": page(&call),
            } },
        }))
        .expect("a description");
        Expansions::of(&document)
    }

    #[test]
    fn every_id_of_what_is_listed_by_ids_has_a_name() {
        let expansions = expansions();
        let lists: Vec<_> =
            expansions.lists().iter().map(|list| (list.name.as_str(), list.id.as_str())).collect();
        assert_eq!(lists, [("people", "UserId"), ("queues", "QueueId")]);
        for route in ["/calls", "/calls/{call}"] {
            assert_eq!(expansions.names(route), ["queue", "queue.members.user", "users"], "{route}");
        }
        assert_eq!(expansions.names("/queues"), ["members.user"], "its own id is none");
        assert_eq!(expansions.names("/people"), Vec::<&str>::new());
        let way = expansions.way("/calls", "queue.members.user").expect("known");
        assert_eq!((way.first.list, way.second.as_ref().map(|step| step.list)), (1, Some(0)));
    }
}
