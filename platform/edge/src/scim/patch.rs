//! `PATCH` (RFC 7644 §3.5.2): what a resource is after a list of operations. Pure: it works on the resource as it is shown, and what it makes
//! of it is then read as `PUT` is.
//!
//! Other systems are not strict: operations are capitalised, booleans are texts, a `remove` names what to remove in `value`, an operation
//! without a path has dotted names. All of that is understood.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    error::{ScimError, ScimType},
    matching::{Condition, condition_within},
    path::Path,
    schema::{Attribute, Found, Kind, Mutability, Type, one_of, sub, value_of},
};

/// Operations in one request.
const OPERATIONS: usize = 500;

/// The body of a `PATCH`.
#[derive(Deserialize, Debug)]
pub(super) struct Patch {
    #[serde(rename = "Operations", alias = "operations")]
    operations: Vec<Operation>,
}

#[derive(Deserialize, Debug)]
struct Operation {
    op: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    value: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Op {
    Add,
    Replace,
    Remove,
}

/// What `resource` is after all operations.
pub(super) fn apply(
    kind: Kind,
    mut resource: Map<String, Value>,
    patch: Patch,
) -> Result<Map<String, Value>, ScimError> {
    if patch.operations.is_empty() || patch.operations.len() > OPERATIONS {
        let detail = format!("1 to {OPERATIONS} operations");
        return Err(ScimError::bad(ScimType::InvalidSyntax, detail));
    }
    for operation in patch.operations {
        let op = match operation.op.to_ascii_lowercase().as_str() {
            "add" => Op::Add,
            "replace" => Op::Replace,
            "remove" => Op::Remove,
            _ => {
                return Err(ScimError::bad(
                    ScimType::InvalidSyntax,
                    "an operation is add, replace or remove",
                ));
            }
        };
        match (operation.path.filter(|path| !path.is_empty()), operation.value) {
            (Some(path), value) => {
                let path = Path::read(&path)?;
                if let Some(attribute) = changeable(kind, &path)? {
                    at(&mut resource, attribute, &path, op, value)?;
                }
            }
            (None, _) if op == Op::Remove => {
                return Err(ScimError::bad(ScimType::NoTarget, "a remove needs a path"));
            }
            (None, Value::Object(fields)) => whole(kind, &mut resource, op, fields)?,
            (None, _) => {
                return Err(ScimError::bad(
                    ScimType::InvalidValue,
                    "without a path, the value has attributes",
                ));
            }
        }
    }
    Ok(resource)
}

/// An operation without a path: each attribute as if it were the path. What only we set is let go, as in `PUT`.
fn whole(
    kind: Kind,
    resource: &mut Map<String, Value>,
    op: Op,
    fields: Map<String, Value>,
) -> Result<(), ScimError> {
    for (name, value) in fields {
        if name.eq_ignore_ascii_case(kind.urn()) {
            if let Value::Object(inner) = value {
                whole(kind, resource, op, inner)?;
            }
            continue;
        }
        let Ok(path) = Path::read(&name) else { continue };
        let Found::Kept(attribute) = kind.find(path.at.urn.as_deref(), &path.at.name) else { continue };
        if attribute.mutability == Mutability::ReadWrite {
            at(resource, attribute, &path, op, value)?;
        }
    }
    Ok(())
}

/// The attribute a path leads to; none for one that is not kept.
fn changeable(kind: Kind, path: &Path) -> Result<Option<&'static Attribute>, ScimError> {
    match kind.find(path.at.urn.as_deref(), &path.at.name) {
        Found::Kept(attribute) if attribute.mutability == Mutability::ReadWrite => Ok(Some(attribute)),
        Found::Kept(attribute) => {
            Err(ScimError::bad(ScimType::Mutability, format!("{} is only read", attribute.name)))
        }
        Found::LetGo => Ok(None),
        Found::Unknown => {
            Err(ScimError::bad(ScimType::InvalidPath, format!("there is no attribute {}", path.at.name)))
        }
    }
}

fn at(
    resource: &mut Map<String, Value>,
    attribute: &'static Attribute,
    path: &Path,
    op: Op,
    value: Value,
) -> Result<(), ScimError> {
    let part = match &path.at.sub {
        None => None,
        Some(name) => match sub(attribute, name) {
            // Display names of members and such: ours to say.
            Some(part) if part.mutability == Mutability::ReadOnly => {
                return Err(ScimError::bad(ScimType::Mutability, format!("{name} is only read")));
            }
            Some(part) => Some(part),
            None => {
                let detail = format!("{} has no {name}", attribute.name);
                return Err(ScimError::bad(ScimType::InvalidPath, detail));
            }
        },
    };
    let which = path.which.as_ref().map(|which| condition_within(attribute, which)).transpose();
    let which = which
        .map_err(|_| ScimError::bad(ScimType::InvalidPath, "the path's filter does not fit the attribute"))?;
    if attribute.many {
        return several(resource, attribute, part, which, op, value);
    }
    if which.is_some() {
        return Err(ScimError::bad(ScimType::InvalidPath, format!("{} has one value", attribute.name)));
    }
    match part {
        Some(part) => {
            let whole = resource.entry(attribute.name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(whole) = whole {
                put(whole, part, op, value);
            }
        }
        None => put(resource, attribute, op, value),
    }
    Ok(())
}

/// Sets one value, or takes it away. Of what has parts those that are named change.
fn put(into: &mut Map<String, Value>, attribute: &'static Attribute, op: Op, value: Value) {
    let value = value_of(attribute, value);
    if op == Op::Remove || value.is_null() {
        into.remove(attribute.name);
        return;
    }
    match (into.get_mut(attribute.name), value) {
        (Some(Value::Object(there)), Value::Object(new)) if attribute.of == Type::Complex => {
            there.extend(new)
        }
        (_, value) => _ = into.insert(attribute.name.to_owned(), value),
    }
}

/// An operation on an attribute that may have several values.
fn several(
    resource: &mut Map<String, Value>,
    attribute: &'static Attribute,
    part: Option<&'static Attribute>,
    which: Option<Condition>,
    op: Op,
    value: Value,
) -> Result<(), ScimError> {
    let slot = resource.entry(attribute.name).or_insert_with(|| Value::Array(Vec::new()));
    if !slot.is_array() {
        *slot = Value::Array(Vec::new());
    }
    let Value::Array(values) = slot else { return Ok(()) };
    let fits = |one: &Value| which.as_ref().is_none_or(|which| which.fits(one));
    match (op, part) {
        (Op::Remove, None) => {
            let named = new_values(attribute, value);
            let is_named = |one: &Value| named.is_empty() || named.iter().any(|named| is_same(named, one));
            values.retain(|one| !(fits(one) && is_named(one)));
        }
        (Op::Remove, Some(part)) => {
            for one in values.iter_mut().filter(|one| fits(one)).filter_map(Value::as_object_mut) {
                one.remove(part.name);
            }
        }
        (_, Some(part)) => {
            if op == Op::Add && !values.iter().any(fits) {
                values
                    .extend(which.as_ref().map_or_else(|| Some(Value::Object(Map::new())), Condition::makes));
            }
            let mut found = false;
            for one in values.iter_mut().filter(|one| fits(one)).filter_map(Value::as_object_mut) {
                found = true;
                put(one, part, op, value.clone());
            }
            if !found {
                return Err(ScimError::bad(ScimType::NoTarget, "no value fits the path's filter"));
            }
            only_primary(values, None);
        }
        (Op::Replace, None) if which.is_none() => *values = new_values(attribute, value),
        (Op::Replace, None) => {
            let Value::Object(new) = one_of(attribute, value) else {
                return Err(ScimError::bad(ScimType::InvalidValue, "a value of the attribute is wanted"));
            };
            let mut found = false;
            for one in values.iter_mut().filter(|one| fits(one)).filter_map(Value::as_object_mut) {
                found = true;
                one.extend(new.clone());
            }
            if !found {
                return Err(ScimError::bad(ScimType::NoTarget, "no value fits the path's filter"));
            }
            only_primary(values, None);
        }
        (Op::Add, None) => {
            for new in new_values(attribute, value) {
                match values.iter().position(|one| is_same(&new, one)) {
                    Some(place) => {
                        if let (Some(Value::Object(there)), Value::Object(new)) = (values.get_mut(place), new)
                        {
                            there.extend(new);
                        }
                    }
                    None => values.push(new),
                }
            }
            let newest = values.iter().rposition(|one| one["primary"] == true);
            only_primary(values, newest);
        }
    }
    if values.is_empty() {
        resource.remove(attribute.name);
    }
    Ok(())
}

fn new_values(attribute: &'static Attribute, value: Value) -> Vec<Value> {
    match value_of(attribute, value) {
        Value::Array(values) => values,
        _ => Vec::new(),
    }
}

/// Whether two values are the same one: those of members have ids, others are the same in kind and value.
fn is_same(a: &Value, b: &Value) -> bool {
    let differs = |name: &str| !a[name].is_null() && a[name] != b[name];
    !differs("value") && !differs("type") && (!a["value"].is_null() || a == b)
}

/// One value at most is primary (RFC 7643 §2.4): the one at `keep`, or the first there is.
fn only_primary(values: &mut [Value], keep: Option<usize>) {
    let keep = keep.or_else(|| values.iter().position(|one| one["primary"] == true));
    for (place, one) in values.iter_mut().enumerate() {
        if Some(place) != keep && one["primary"] == true {
            one["primary"] = false.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(kind: Kind, resource: Value, operations: Value) -> Result<Value, ScimError> {
        let patch = serde_json::from_value(json!({ "Operations": operations })).expect("a patch");
        let Value::Object(resource) = resource else { panic!("an object") };
        apply(kind, resource, patch).map(Value::Object)
    }

    fn ada() -> Value {
        json!({ "userName": "ada", "active": true, "name": { "givenName": "Ada", "familyName": "King" },
            "emails": [{ "value": "a@work", "type": "work", "primary": true }, { "value": "a@home", "type": "home" }] })
    }

    #[test]
    fn people_change_as_systems_say_it() {
        for (operations, field, is) in [
            (json!([{ "op": "Replace", "path": "active", "value": "False" }]), "active", json!(false)),
            (json!([{ "op": "replace", "value": { "active": "false", "id": "x" } }]), "active", json!(false)),
            (
                json!([{ "op": "replace", "value": { "name.familyName": "Lovelace" } }]),
                "name",
                json!({ "givenName": "Ada", "familyName": "Lovelace" }),
            ),
            (
                json!([{ "op": "add", "path": "name", "value": { "familyName": "Lovelace" } }]),
                "name",
                json!({ "givenName": "Ada", "familyName": "Lovelace" }),
            ),
            (
                json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "ada@work" }]),
                "emails",
                json!([{ "value": "ada@work", "type": "work", "primary": true }, { "value": "a@home", "type": "home" }]),
            ),
            (
                json!([{ "op": "add", "path": "emails[type eq \"other\"].value", "value": "a@other" }]),
                "emails",
                json!([{ "value": "a@work", "type": "work", "primary": true }, { "value": "a@home", "type": "home" },
                    { "value": "a@other", "type": "other" }]),
            ),
            (
                json!([{ "op": "add", "path": "emails", "value": [{ "value": "b@home", "type": "home", "primary": true }] }]),
                "emails",
                json!([{ "value": "a@work", "type": "work", "primary": false }, { "value": "a@home", "type": "home" },
                    { "value": "b@home", "type": "home", "primary": true }]),
            ),
            (
                json!([{ "op": "remove", "path": "emails[type eq \"work\"]" }]),
                "emails",
                json!([{ "value": "a@home", "type": "home" }]),
            ),
            (json!([{ "op": "remove", "path": "emails" }]), "emails", Value::Null),
            (json!([{ "op": "remove", "path": "name.givenName" }]), "name", json!({ "familyName": "King" })),
            (
                json!([{ "op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "Countess" }]),
                "title",
                json!("Countess"),
            ),
            (
                json!([{ "op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "x" }]),
                "department",
                Value::Null,
            ),
        ] {
            let after = patched(Kind::User, ada(), operations.clone()).expect("applies");
            assert_eq!(after[field], is, "{operations}");
        }
    }

    #[test]
    fn members_come_and_go() {
        let group = || json!({ "displayName": "Tour", "members": [{ "value": "a" }, { "value": "b" }] });
        for (operation, left) in [
            (
                json!({ "op": "add", "path": "members", "value": [{ "value": "c" }, { "value": "a" }] }),
                vec!["a", "b", "c"],
            ),
            (json!({ "op": "remove", "path": "members[value eq \"a\"]" }), vec!["b"]),
            (json!({ "op": "Remove", "path": "members", "value": [{ "value": "b" }] }), vec!["a"]),
            (json!({ "op": "remove", "path": "members" }), vec![]),
            (json!({ "op": "remove", "path": "members[value eq \"x\"]" }), vec!["a", "b"]),
            (json!({ "op": "replace", "path": "members", "value": [{ "value": "d" }] }), vec!["d"]),
            (json!({ "op": "replace", "value": { "members": [{ "value": "e" }] } }), vec!["e"]),
            (json!({ "op": "add", "value": { "members": [{ "value": "f" }] } }), vec!["a", "b", "f"]),
        ] {
            let after = patched(Kind::Group, group(), json!([operation])).expect("applies");
            let members = after["members"].as_array().cloned().unwrap_or_default();
            let ids: Vec<&str> = members.iter().filter_map(|member| member["value"].as_str()).collect();
            assert_eq!(ids, left, "{operation}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_its_reason() {
        for (operation, reason) in [
            (json!({ "op": "remove" }), ScimType::NoTarget),
            (json!({ "op": "replace", "path": "id", "value": "x" }), ScimType::Mutability),
            (json!({ "op": "add", "path": "groups", "value": [] }), ScimType::Mutability),
            (
                json!({ "op": "replace", "path": "emails[type eq \"fax\"].value", "value": "x" }),
                ScimType::NoTarget,
            ),
            (json!({ "op": "replace", "path": "shoeSize", "value": 1 }), ScimType::InvalidPath),
            (json!({ "op": "replace", "path": "name.shoe", "value": 1 }), ScimType::InvalidPath),
            (json!({ "op": "replace", "path": "emails[shoe eq 1]", "value": {} }), ScimType::InvalidPath),
            (
                json!({ "op": "replace", "path": "userName[value eq \"x\"]", "value": "x" }),
                ScimType::InvalidPath,
            ),
            (json!({ "op": "move", "path": "title" }), ScimType::InvalidSyntax),
            (json!({ "op": "add", "value": 7 }), ScimType::InvalidValue),
        ] {
            let refused = patched(Kind::User, ada(), json!([operation])).expect_err("refused");
            assert_eq!(refused.scim_type, Some(reason), "{operation}");
        }
        assert!(patched(Kind::User, ada(), json!([])).is_err());
    }
}
