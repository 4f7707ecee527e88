//! Reads a TOML table field by field and gathers every fault, each with its line.

use std::{collections::BTreeSet, ops::Range};

use tandem_proto::FieldError;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

/// Faults found so far.
pub(super) struct Faults<'t> {
    text: &'t str,
    /// With the offset of each.
    list: Vec<(usize, FieldError)>,
}

impl<'t> Faults<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, list: Vec::new() }
    }

    pub(super) fn add(&mut self, at: Range<usize>, field: impl Into<String>, message: impl Into<String>) {
        let before = self.text.as_bytes().get(..at.start).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let fault =
            FieldError { field: field.into(), line: u32::try_from(line).ok(), message: message.into() };
        self.list.push((at.start, fault));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In the order of the text.
    pub(super) fn into_sorted(mut self) -> Vec<FieldError> {
        self.list.sort_by_key(|(offset, _)| *offset);
        self.list.into_iter().map(|(_, fault)| fault).collect()
    }
}

/// One table being read: hands out fields, and at the end names those nobody asked for.
pub(super) struct Fields<'f, 't> {
    pub(super) path: String,
    pub(super) span: Range<usize>,
    table: &'f DeTable<'t>,
    known: BTreeSet<&'static str>,
}

impl<'f, 't> Fields<'f, 't> {
    pub(super) fn new(path: impl Into<String>, span: Range<usize>, table: &'f DeTable<'t>) -> Self {
        Self { path: path.into(), span, table, known: BTreeSet::new() }
    }

    pub(super) fn field(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(super) fn get(&mut self, name: &'static str) -> Option<&'f Spanned<DeValue<'t>>> {
        self.known.insert(name);
        self.table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
    }

    fn required(&mut self, name: &'static str, faults: &mut Faults<'_>) -> Option<&'f Spanned<DeValue<'t>>> {
        let found = self.get(name);
        if found.is_none() {
            faults.add(self.span.clone(), self.field(name), "is missing");
        }
        found
    }

    pub(super) fn text(
        &mut self,
        name: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<(String, Range<usize>)> {
        let value = self.required(name, faults)?;
        self.as_text(name, value, faults)
    }

    pub(super) fn optional_text(
        &mut self,
        name: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<(String, Range<usize>)> {
        let value = self.get(name)?;
        self.as_text(name, value, faults)
    }

    fn as_text(
        &self,
        name: &str,
        value: &Spanned<DeValue<'t>>,
        faults: &mut Faults<'_>,
    ) -> Option<(String, Range<usize>)> {
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Some((text.to_owned(), value.span())),
            Some(_) => {
                faults.add(value.span(), self.field(name), "is empty");
                None
            }
            None => {
                faults.add(value.span(), self.field(name), wrong_type("a string", value.get_ref()));
                None
            }
        }
    }

    /// A whole number within `range`, or `default` when absent.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        range: Range<i64>,
        default: i64,
        faults: &mut Faults<'_>,
    ) -> i64 {
        let Some(value) = self.get(name) else { return default };
        let parsed =
            value.get_ref().as_integer().and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
        match parsed {
            Some(number) if range.contains(&number) => number,
            Some(number) => {
                let message = format!("must be from {} to {}, not {number}", range.start, range.end - 1);
                faults.add(value.span(), self.field(name), message);
                default
            }
            None => {
                faults.add(value.span(), self.field(name), wrong_type("a whole number", value.get_ref()));
                default
            }
        }
    }

    /// A list of strings; empty when absent.
    pub(super) fn texts(
        &mut self,
        name: &'static str,
        faults: &mut Faults<'_>,
    ) -> Vec<(String, Range<usize>)> {
        let Some(array) = self.array(name, faults) else { return Vec::new() };
        let mut texts = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text.to_owned(), item.span())),
                None => faults.add(item.span(), self.field(name), wrong_type("a string", item.get_ref())),
            }
        }
        texts
    }

    pub(super) fn array(&mut self, name: &'static str, faults: &mut Faults<'_>) -> Option<&'f DeArray<'t>> {
        let value = self.get(name)?;
        let array = value.get_ref().as_array();
        if array.is_none() {
            faults.add(value.span(), self.field(name), wrong_type("a list", value.get_ref()));
        }
        array
    }

    /// A table within this one, as pairs.
    pub(super) fn table(
        &mut self,
        name: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<(&'f DeTable<'t>, Range<usize>)> {
        let value = self.required(name, faults)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            faults.add(value.span(), self.field(name), wrong_type("a table", value.get_ref()));
        }
        Some((table?, value.span()))
    }

    /// Refuses what nobody asked for.
    pub(super) fn finish(self, faults: &mut Faults<'_>) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !self.known.contains(name) {
                let known: Vec<_> = self.known.iter().copied().collect();
                let message = format!("is not known here; known are {}", known.join(", "));
                faults.add(key.span(), self.field(name), message);
            }
        }
    }
}

pub(super) fn wrong_type(wanted: &str, value: &DeValue<'_>) -> String {
    format!("must be {wanted}, not {}", value.type_str())
}
