//! Holding filters against resources (RFC 7644 §3.4.2.2). Pure: a filter is first held against the schema, so that what cannot be compared
//! is refused once rather than found to differ each time.

use serde_json::Value;
use tandem_proto::Timestamp;

use super::{
    error::{ScimError, ScimType},
    filter::{Filter, Operator},
    path::AttributePath,
    schema::{Attribute, Found, Kind, Type, sub},
};

/// A filter whose attributes are the schema's.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Leaf, Operator, Value),
    Present(Leaf),
    /// One of the values at the attribute fits.
    Values(&'static str, Box<Condition>),
    /// It is about what is not kept: nothing has it.
    Absent,
}

/// A value in a resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Leaf {
    /// The attribute; none: of the value itself.
    attribute: Option<&'static str>,
    sub: Option<&'static str>,
    of: Type,
    case_exact: bool,
}

fn refuse(detail: impl Into<String>) -> ScimError {
    ScimError::bad(ScimType::InvalidFilter, detail)
}

/// Holds a filter against the schema of a kind.
pub(super) fn condition(kind: Kind, filter: Filter) -> Result<Condition, ScimError> {
    resolve(&filter, &|path| match kind.find(path.urn.as_deref(), &path.name) {
        Found::Kept(attribute) => Ok(Some(attribute)),
        Found::LetGo => Ok(None),
        Found::Unknown => Err(refuse(format!("there is no attribute {}", path.name))),
    })
}

/// As [`condition`], of a filter over the values of one attribute.
pub(super) fn condition_within(
    attribute: &'static Attribute,
    filter: &Filter,
) -> Result<Condition, ScimError> {
    resolve_within(attribute, filter)
}

type Lookup<'l> = &'l dyn Fn(&AttributePath) -> Result<Option<&'static Attribute>, ScimError>;

fn resolve(filter: &Filter, lookup: Lookup<'_>) -> Result<Condition, ScimError> {
    Ok(match filter {
        Filter::And(a, b) => Condition::All(vec![resolve(a, lookup)?, resolve(b, lookup)?]),
        Filter::Or(a, b) => Condition::Any(vec![resolve(a, lookup)?, resolve(b, lookup)?]),
        Filter::Not(inner) => Condition::Not(Box::new(resolve(inner, lookup)?)),
        Filter::Present(path) => match lookup(path)? {
            Some(attribute) => Condition::Present(leaf(attribute, path.sub.as_deref())?),
            None => Condition::Absent,
        },
        Filter::Compare(path, operator, value) => match lookup(path)? {
            Some(attribute) => compare(leaf(attribute, path.sub.as_deref())?, *operator, value)?,
            None => Condition::Absent,
        },
        Filter::Values(path, inner) => match lookup(path)? {
            Some(attribute) => Condition::Values(attribute.name, Box::new(resolve_within(attribute, inner)?)),
            None => Condition::Absent,
        },
    })
}

fn resolve_within(attribute: &'static Attribute, filter: &Filter) -> Result<Condition, ScimError> {
    if attribute.of != Type::Complex {
        return Err(refuse(format!("{} has no parts", attribute.name)));
    }
    let inner = |path: &AttributePath| {
        let found = sub(attribute, &path.name).filter(|_| path.urn.is_none() && path.sub.is_none());
        found.map(Some).ok_or_else(|| refuse(format!("{} has no {}", attribute.name, path.name)))
    };
    resolve(filter, &inner)
}

fn leaf(attribute: &'static Attribute, named: Option<&str>) -> Result<Leaf, ScimError> {
    let part = match named {
        Some(name) => {
            let found = sub(attribute, name);
            Some(found.ok_or_else(|| refuse(format!("{} has no {name}", attribute.name)))?)
        }
        // What a value without further words is compared by (RFC 7643 §2.4).
        None => sub(attribute, "value"),
    };
    let of = part.unwrap_or(attribute);
    Ok(Leaf {
        attribute: Some(attribute.name),
        sub: part.map(|part| part.name),
        of: of.of,
        case_exact: of.case_exact,
    })
}

fn compare(leaf: Leaf, operator: Operator, value: &Value) -> Result<Condition, ScimError> {
    use Operator as O;
    let value = match (leaf.of, value) {
        (_, Value::Null) if matches!(operator, O::Eq | O::Ne) => Value::Null,
        // Some systems write booleans as texts.
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => true.into(),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => false.into(),
        (Type::Boolean, Value::Bool(_)) | (Type::Text | Type::Reference | Type::Time, Value::String(_)) => {
            value.clone()
        }
        (Type::Complex, _) => return Err(refuse("name one of the parts: a whole is not compared")),
        _ => return Err(refuse("the value is of another type than the attribute")),
    };
    let value = match (leaf.of, &value) {
        (Type::Boolean, Value::Bool(_)) if !matches!(operator, O::Eq | O::Ne) => {
            return Err(refuse("a boolean is eq or ne"));
        }
        (Type::Time, Value::String(_)) if matches!(operator, O::Co | O::Sw | O::Ew) => value,
        (Type::Time, Value::String(_)) => {
            let time: Timestamp =
                serde_json::from_value(value).map_err(|_| refuse("a time is written as in RFC 3339"))?;
            // As ours are, so that they compare as texts.
            time.to_string().into()
        }
        (Type::Text | Type::Reference, Value::String(text)) if !leaf.case_exact => text.to_lowercase().into(),
        _ => value,
    };
    Ok(Condition::Compare(leaf, operator, value))
}

impl Condition {
    /// Whether a resource, or one of several values, is so.
    pub(super) fn fits(&self, resource: &Value) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.fits(resource)),
            Self::Any(any) => any.iter().any(|one| one.fits(resource)),
            Self::Not(inner) => !inner.fits(resource),
            Self::Absent => false,
            Self::Present(leaf) => leaf.values(resource).iter().any(|value| is_there(value)),
            Self::Compare(leaf, Operator::Ne, Value::Null) => leaf.values(resource).into_iter().any(is_there),
            Self::Compare(leaf, Operator::Ne, wanted) => {
                !leaf.values(resource).into_iter().any(|value| leaf.holds(value, Operator::Eq, wanted))
            }
            Self::Compare(leaf, Operator::Eq, Value::Null) => {
                !leaf.values(resource).into_iter().any(is_there)
            }
            Self::Compare(leaf, operator, wanted) => {
                leaf.values(resource).into_iter().any(|value| leaf.holds(value, *operator, wanted))
            }
            Self::Values(name, inner) => each(&resource[*name]).any(|value| inner.fits(value)),
        }
    }

    /// What an attribute must be for a resource to fit at all, where the condition says so on top: it saves looking at all there are.
    pub(super) fn demanded(&self, name: &str) -> Option<&str> {
        match self {
            Self::All(all) => all.iter().find_map(|one| one.demanded(name)),
            Self::Compare(
                Leaf { attribute: Some(attribute), sub: None, .. },
                Operator::Eq,
                Value::String(value),
            ) if *attribute == name => Some(value),
            _ => None,
        }
    }

    /// Whether it looks at an attribute.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().any(|one| one.asks_for(name)),
            Self::Not(inner) => inner.asks_for(name),
            Self::Compare(leaf, ..) | Self::Present(leaf) => leaf.attribute == Some(name),
            Self::Values(attribute, _) => *attribute == name,
            Self::Absent => false,
        }
    }

    /// What one value must have for it to fit: its parts, where they are demanded by `eq` alone.
    pub(super) fn makes(&self) -> Option<Value> {
        match self {
            Self::Compare(Leaf { attribute: Some(name), .. }, Operator::Eq, value) if !value.is_null() => {
                Some(serde_json::json!({ *name: value }))
            }
            Self::All(all) => {
                let mut made = serde_json::Map::new();
                for one in all {
                    made.extend(one.makes()?.as_object()?.clone());
                }
                Some(made.into())
            }
            _ => None,
        }
    }
}

impl Leaf {
    fn values(self, resource: &Value) -> Vec<&Value> {
        let Some(name) = self.attribute else { return vec![resource] };
        let values = each(&resource[name]);
        match self.sub {
            None => values.collect(),
            Some(sub) => values.flat_map(|value| each(&value[sub])).collect(),
        }
    }

    fn holds(self, value: &Value, operator: Operator, wanted: &Value) -> bool {
        match (value, wanted) {
            (Value::Bool(is), Value::Bool(wanted)) => operator == Operator::Eq && is == wanted,
            (Value::String(is), Value::String(wanted)) => {
                let folded = (!self.case_exact && self.of != Type::Time).then(|| is.to_lowercase());
                let is = folded.as_deref().unwrap_or(is);
                match operator {
                    Operator::Eq => is == wanted,
                    Operator::Ne => is != wanted,
                    Operator::Co => is.contains(wanted.as_str()),
                    Operator::Sw => is.starts_with(wanted.as_str()),
                    Operator::Ew => is.ends_with(wanted.as_str()),
                    Operator::Gt => is > wanted.as_str(),
                    Operator::Ge => is >= wanted.as_str(),
                    Operator::Lt => is < wanted.as_str(),
                    Operator::Le => is <= wanted.as_str(),
                }
            }
            _ => false,
        }
    }
}

/// The values of an attribute, of which there may be several, one or none.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(values) => values.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::filter, *};

    fn ada() -> Value {
        json!({
            "id": "2819c223-7f76-453a-919d-413861904646", "userName": "ada@example.com", "active": true,
            "name": { "familyName": "Lovelace" }, "title": "Countess",
            "emails": [{ "value": "Ada@example.com", "type": "work", "primary": true }, { "value": "a@home.example", "type": "home" }],
            "meta": { "lastModified": "2026-05-13T04:42:34.000000Z" },
        })
    }

    fn fits(text: &str) -> bool {
        condition(Kind::User, filter::read(text).expect(text)).expect(text).fits(&ada())
    }

    #[test]
    fn filters_hold_as_rfc_7644_says() {
        for yes in [
            "userName eq \"ADA@example.com\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"ada\"",
            "name.familyName co \"LOVE\"",
            "title pr and active eq true",
            "active eq \"True\"",
            "active ne false",
            "emails eq \"ada@example.com\"",
            "emails[type eq \"work\" and value co \"@example.com\"]",
            "emails[type eq \"home\" and not (primary eq true)]",
            "emails.type eq \"home\"",
            "meta.lastModified gt \"2026-05-13T04:42:33Z\"",
            "meta.lastModified ge \"2026-05-13T06:42:34+02:00\"",
            "not (title eq \"Earl\")",
            "displayName eq null",
            "title ne null",
            "displayName ne \"x\"",
            "userName gt \"aaa\" and userName lt \"b\"",
            "userName ew \".com\"",
            "id eq \"2819c223-7f76-453a-919d-413861904646\"",
        ] {
            assert!(fits(yes), "{yes}");
        }
        for no in [
            "userName eq \"ada\"",
            "displayName pr",
            "emails[type eq \"home\" and value co \"@example.com\"]",
            "id eq \"2819C223-7F76-453A-919D-413861904646\"",
            "nickName pr",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq \"1\"",
            "title eq null",
            "active eq false or title eq \"x\"",
            "meta.lastModified lt \"2026-05-13T04:42:34Z\"",
        ] {
            assert!(!fits(no), "{no}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        for wrong in [
            "shoeSize eq 42",
            "userName eq 42",
            "active gt true",
            "active co \"true\"",
            "name eq \"Ada\"",
            "name.middle pr",
            "userName[value eq \"x\"]",
            "emails[shoe eq \"x\"]",
            "meta.created gt \"yesterday\"",
        ] {
            let refused = condition(Kind::User, filter::read(wrong).expect(wrong)).expect_err(wrong);
            assert_eq!((refused.status, refused.scim_type), (400, Some(ScimType::InvalidFilter)), "{wrong}");
        }
    }

    #[test]
    fn what_is_demanded_is_found_where_it_narrows() {
        let demanded = |text: &str| {
            let condition = condition(Kind::User, filter::read(text).expect(text)).expect(text);
            condition.demanded("userName").map(str::to_owned)
        };
        assert_eq!(demanded("active eq true and userName eq \"Ada\""), Some("ada".into()));
        for all in ["userName eq \"a\" or title pr", "not (userName eq \"a\")", "userName ne \"a\""] {
            assert_eq!(demanded(all), None, "{all}");
        }
    }
}
