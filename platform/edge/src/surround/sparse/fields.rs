//! Which fields are wanted.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shapes::Shape;

/// Names one request may have.
const NAMES: usize = 100;
/// Names within names.
const DEPTH: usize = 8;

/// The fields wanted of an object, each whole or in parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Fields(BTreeMap<String, Option<Fields>>);

impl Fields {
    /// Reads names separated by commas; dots lead into objects.
    ///
    /// # Errors
    /// Why they cannot be taken.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut fields = Self::default();
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        if names.len() > NAMES {
            return Err(format!("at most {NAMES} names"));
        }
        for name in names {
            let path: Vec<&str> = name.split('.').collect();
            if path.len() > DEPTH || path.iter().any(|part| part.is_empty()) {
                return Err("must be names separated by commas, as id,user.display_name".to_owned());
            }
            fields.add(&path);
        }
        Ok(fields)
    }

    fn add(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        let parts = self.0.entry((*first).to_owned()).or_insert_with(|| Some(Self::default()));
        match parts {
            // One that is wanted whole stays so, and one that was wanted in parts becomes so.
            _ if rest.is_empty() => *parts = None,
            Some(parts) => parts.add(rest),
            None => {}
        }
    }

    /// Takes a field out; `None`: it is not wanted by its name.
    pub(super) fn take(&mut self, name: &str) -> Option<Option<Self>> {
        self.0.remove(name)
    }

    /// The names an answer of that shape cannot have.
    pub(super) fn unknown_to(&self, shape: &Shape<'_>) -> Vec<String> {
        let mut unknown = Vec::new();
        let items = shape.items();
        self.compare(items.as_ref().unwrap_or(shape), "", &mut unknown);
        unknown
    }

    /// As [`Self::unknown_to`], of a shape whose names begin with `within`.
    pub(super) fn compare(&self, shape: &Shape<'_>, within: &str, unknown: &mut Vec<String>) {
        for (name, parts) in &self.0 {
            let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
            match (shape.field(name), parts) {
                (None, _) => unknown.push(path),
                (Some(field), Some(parts)) => parts.compare(&field, &path, unknown),
                (Some(_), None) => {}
            }
        }
    }

    /// Drops everything else, in lists from each of their items.
    pub(super) fn keep(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.keep(item)),
            Value::Object(object) => object.retain(|name, value| match self.0.get(name) {
                None => false,
                Some(None) => true,
                Some(Some(parts)) => {
                    parts.keep(value);
                    true
                }
            }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_named_is_kept() {
        let whole = json!([
            { "id": 1, "user": { "name": "ada", "title": "x" }, "parts": [{ "a": 1, "b": 2 }], "next": null },
            { "id": 2, "user": null },
        ]);
        let kept = |names: &str| {
            let mut value = whole.clone();
            Fields::read(names).expect("reads").keep(&mut value);
            value
        };
        assert_eq!(kept("id"), json!([{ "id": 1 }, { "id": 2 }]));
        assert_eq!(kept("user.name,parts.b")[0], json!({ "user": { "name": "ada" }, "parts": [{ "b": 2 }] }));
        assert_eq!(kept("user.name")[1], json!({ "user": null }));
        for names in ["user,user.name", "user.name,user"] {
            assert_eq!(kept(names)[0], json!({ "user": { "name": "ada", "title": "x" } }), "{names}");
        }
    }

    #[test]
    fn what_is_no_list_of_names_is_refused() {
        for wrong in ["", "a,,b", ".a", "a.", "a..b", "a.b.c.d.e.f.g.h.i", &["a"; NAMES + 1].join(",")] {
            assert!(Fields::read(wrong).is_err(), "{wrong}");
        }
        assert!(Fields::read(" a , b.c ").is_ok());
    }
}
