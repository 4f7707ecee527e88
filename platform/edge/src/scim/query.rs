//! What is asked of a list (RFC 7644 §3.4.2): filter, order, page, and which attributes the answer has. Pure.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    error::{ScimError, ScimType},
    filter,
    matching::{self, Condition},
    path::AttributePath,
    schema::{Attribute, Found, Kind, sub},
};

/// Resources in one answer.
pub(super) const PAGE: u32 = 200;
/// As above, where nothing is said.
const USUAL: u32 = 100;
/// Attributes that one request names.
const NAMES: usize = 64;

/// A list's query, as it is sent.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Sent {
    pub(super) filter: Option<String>,
    pub(super) sort_by: Option<String>,
    pub(super) sort_order: Option<String>,
    pub(super) start_index: Option<i64>,
    pub(super) count: Option<i64>,
    #[serde(deserialize_with = "names")]
    pub(super) attributes: Option<String>,
    #[serde(deserialize_with = "names")]
    pub(super) excluded_attributes: Option<String>,
}

/// Names: separated by commas in a query, a list in the body of a search.
fn names<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        Text(String),
        List(Vec<String>),
    }
    Ok(Option::<Names>::deserialize(deserializer)?.map(|names| match names {
        Names::Text(text) => text,
        Names::List(list) => list.join(","),
    }))
}

/// A list's query, understood.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Query {
    pub(super) condition: Option<Condition>,
    pub(super) sort: Option<Sort>,
    /// How many come before the page.
    pub(super) offset: u32,
    pub(super) count: u32,
    pub(super) shape: Shape,
}

/// By what a list is ordered.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sort {
    attribute: &'static str,
    sub: Option<&'static str>,
    descending: bool,
}

impl Query {
    /// Understands one.
    pub(super) fn read(kind: Kind, sent: Sent) -> Result<Self, ScimError> {
        let shape = Shape::read(kind, sent.attributes.as_deref(), sent.excluded_attributes.as_deref())?;
        let invalid = |error: filter::FilterError| ScimError::bad(ScimType::InvalidFilter, error.to_string());
        let condition = match sent.filter.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => Some(matching::condition(kind, filter::read(text).map_err(invalid)?)?),
            None => None,
        };
        let descending =
            sent.sort_order.as_deref().is_some_and(|order| order.eq_ignore_ascii_case("descending"));
        let sort = sent.sort_by.as_deref().map(|by| Sort::read(kind, by, descending)).transpose()?;
        // Out of range is the nearest there is (RFC 7644 §3.4.2.4).
        let offset = sent.start_index.unwrap_or(1).clamp(1, i64::from(u32::MAX)) - 1;
        let count = sent.count.unwrap_or(i64::from(USUAL)).clamp(0, i64::from(PAGE));
        Ok(Self {
            condition,
            sort,
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
            count: u32::try_from(count).unwrap_or(PAGE),
            shape,
        })
    }

    /// Leaves those that fit, puts them in order and keeps the page; answers how many there were.
    pub(super) fn page<T>(&self, mut all: Vec<(T, Value)>) -> (usize, Vec<(T, Value)>) {
        if let Some(condition) = &self.condition {
            all.retain(|(_, resource)| condition.fits(resource));
        }
        if let Some(sort) = &self.sort {
            // What has none comes last, or first the other way round (RFC 7644 §3.4.2.3).
            all.sort_by_cached_key(|(_, resource)| {
                let key = sort.key(resource);
                (key.is_none(), key)
            });
            if sort.descending {
                all.reverse();
            }
        }
        let total = all.len();
        (total, all.into_iter().skip(self.offset as usize).take(self.count as usize).collect())
    }
}

impl Sort {
    fn read(kind: Kind, by: &str, descending: bool) -> Result<Self, ScimError> {
        let unknown = || ScimError::bad(ScimType::InvalidPath, "there is no such attribute to sort by");
        let path = AttributePath::read(by).ok_or_else(unknown)?;
        let Found::Kept(attribute) = kind.find(path.urn.as_deref(), &path.name) else {
            return Err(unknown());
        };
        let part = match path.sub.as_deref() {
            Some(name) => Some(sub(attribute, name).ok_or_else(unknown)?),
            None => sub(attribute, "value"),
        };
        Ok(Self { attribute: attribute.name, sub: part.map(|part| part.name), descending })
    }

    fn key(&self, resource: &Value) -> Option<String> {
        let value = &resource[self.attribute];
        // Of several the primary one, or the first.
        let value = match value.as_array() {
            Some(values) => values.iter().find(|one| one["primary"] == true).or(values.first())?,
            None => value,
        };
        match self.sub.map_or(value, |sub| &value[sub]) {
            Value::String(text) => Some(text.to_lowercase()),
            Value::Bool(is) => Some(is.to_string()),
            _ => None,
        }
    }
}

/// Which attributes an answer has (RFC 7644 §3.4.2.5).
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Shape {
    All,
    Only(Vec<Named>),
    Without(Vec<Named>),
}

/// An attribute, or one of its parts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Named {
    attribute: &'static Attribute,
    sub: Option<&'static Attribute>,
}

impl Shape {
    pub(super) fn read(kind: Kind, only: Option<&str>, without: Option<&str>) -> Result<Self, ScimError> {
        match (only, without) {
            (Some(only), _) => Ok(Self::Only(named(kind, only)?)),
            (None, Some(without)) => Ok(Self::Without(named(kind, without)?)),
            (None, None) => Ok(Self::All),
        }
    }

    /// Whether an answer has anything of an attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => only.iter().any(|named| named.attribute.name == name),
            Self::Without(without) => {
                !without.iter().any(|named| named.attribute.name == name && named.sub.is_none())
            }
        }
    }

    /// A resource with what is wanted of it.
    pub(super) fn of(&self, kind: Kind, resource: Value) -> Value {
        let Value::Object(mut fields) = resource else { return resource };
        match self {
            Self::All => {}
            Self::Only(only) => fields = chosen(kind, &mut fields, only),
            Self::Without(without) => {
                for Named { attribute, sub } in without.iter().filter(|named| !named.attribute.always) {
                    match sub {
                        None => _ = fields.remove(attribute.name),
                        Some(part) => each(fields.get_mut(attribute.name), |one| _ = one.remove(part.name)),
                    }
                }
            }
        }
        fields.into()
    }
}

fn chosen(kind: Kind, fields: &mut Map<String, Value>, only: &[Named]) -> Map<String, Value> {
    let mut chosen = Map::new();
    for attribute in kind.attributes() {
        let parts: Vec<_> = only.iter().filter(|named| named.attribute.name == attribute.name).collect();
        if parts.is_empty() && !attribute.always {
            continue;
        }
        let Some(mut value) = fields.remove(attribute.name) else { continue };
        if !parts.is_empty() && parts.iter().all(|named| named.sub.is_some()) {
            each(Some(&mut value), |one| {
                one.retain(|name, _| parts.iter().any(|named| named.sub.is_some_and(|sub| sub.name == name)));
            });
        }
        chosen.insert(attribute.name.to_owned(), value);
    }
    chosen
}

/// Does something with each of an attribute's values.
fn each(value: Option<&mut Value>, mut with: impl FnMut(&mut Map<String, Value>)) {
    match value {
        Some(Value::Array(values)) => values.iter_mut().filter_map(Value::as_object_mut).for_each(with),
        Some(Value::Object(one)) => with(one),
        _ => {}
    }
}

/// The attributes of a list; names that nothing has name nothing.
fn named(kind: Kind, list: &str) -> Result<Vec<Named>, ScimError> {
    let names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.len() > NAMES || list.len() > filter::BYTES {
        return Err(ScimError::bad(ScimType::InvalidValue, format!("at most {NAMES} attributes")));
    }
    let one = |name: &str| {
        let path = AttributePath::read(name)?;
        let Found::Kept(attribute) = kind.find(path.urn.as_deref(), &path.name) else { return None };
        match path.sub {
            None => Some(Named { attribute, sub: None }),
            Some(part) => Some(Named { attribute, sub: Some(sub(attribute, &part)?) }),
        }
    };
    Ok(names.into_iter().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(sent: Sent) -> Query {
        Query::read(Kind::User, sent).expect("understood")
    }

    #[test]
    fn an_answer_has_what_was_asked_for_and_always_its_id() {
        let ada = || json!({ "schemas": ["x"], "id": "1", "userName": "ada", "name": { "givenName": "Ada", "familyName": "King" } });
        let shape = |only: Option<&str>, without: Option<&str>| {
            Shape::read(Kind::User, only, without).expect("reads").of(Kind::User, ada())
        };
        assert_eq!(shape(None, None), ada());
        assert_eq!(shape(Some("USERNAME"), None), json!({ "schemas": ["x"], "id": "1", "userName": "ada" }));
        assert_eq!(
            shape(Some("name.givenName,nothing"), None),
            json!({ "schemas": ["x"], "id": "1", "name": { "givenName": "Ada" } })
        );
        assert_eq!(
            shape(None, Some("id,userName,name.givenName")),
            json!({ "schemas": ["x"], "id": "1", "name": { "familyName": "King" } })
        );
        assert!(Shape::read(Kind::User, Some(&"id,".repeat(65)), None).is_err());
    }

    #[test]
    fn pages_are_counted_from_one_and_bounded() {
        let all = || (1..=5).map(|n| (n, json!({ "userName": format!("u{n}") }))).collect::<Vec<_>>();
        let page = |start_index, count| {
            let sent = Sent { start_index: Some(start_index), count: Some(count), ..Sent::default() };
            let (total, page) = query(sent).page(all());
            (total, page.into_iter().map(|(n, _)| n).collect::<Vec<_>>())
        };
        assert_eq!(page(1, 2), (5, vec![1, 2]));
        assert_eq!(page(4, 9), (5, vec![4, 5]));
        assert_eq!(page(-3, -1), (5, vec![]));
        assert_eq!(page(i64::MAX, i64::MAX), (5, vec![]));
        assert_eq!(query(Sent::default()).count, USUAL);
        let sorted = Sent {
            sort_by: Some("username".into()),
            sort_order: Some("descending".into()),
            ..Sent::default()
        };
        assert_eq!(query(sorted).page(all()).1.first().map(|(n, _)| *n), Some(5));
    }
}
