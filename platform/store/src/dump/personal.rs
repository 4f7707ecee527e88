//! What is personal in a copy. It is encrypted there under the key of whom it is about, and the keys go into a file of their own: one copy of
//! the keys, the newest, is kept with any number of copies of the rest, and somebody whose key is not in it any more is in none of them.

use std::{collections::HashMap, fmt, sync::Arc};

use serde_json::Value;
use sqlx::AnyConnection;
use tandem_proto::{OrgId, UserId};
use tandem_vault::{ERASED, MasterKey, Unreadable, erased_name, open_text, seal_text};

use super::{Column, DumpError, Section};
use crate::keys::{Held, Keyring};

/// How a text begins that was not encrypted, in a column where others are: its person has no key.
const PLAIN: &str = "plain:";

/// Columns of a table that hold what is personal to somebody. The table has a column `org`.
#[derive(Clone, Copy, Debug)]
pub struct Personal {
    /// The table.
    pub table: &'static str,
    /// The column that says whom it is about.
    pub subject: &'static str,
    /// The columns, of texts, and what they read as when the person was erased.
    pub texts: &'static [(&'static str, Erased)],
    /// Columns with lists of what is about several people.
    pub lists: &'static [List],
}

/// A list inside a column of JSON. What is about nobody of the org is not encrypted.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// The column.
    pub column: &'static str,
    /// Where the list is in it (RFC 6901).
    pub at: &'static str,
    /// The field of an item that says whom it is about.
    pub subject: &'static str,
    /// The fields of an item that are personal to them.
    pub texts: &'static [&'static str],
}

/// What a text reads as whose person was erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Erased {
    /// [`ERASED`].
    Text,
    /// Something different for everybody, as a login name must be: `erased-` and the person's id.
    Name,
    /// Nothing.
    Null,
}

/// What is needed to encrypt, or read, what is personal in a copy.
#[derive(Clone, Debug)]
pub struct Sealing {
    /// What the orgs' keys are encrypted under.
    pub master: Option<Arc<dyn MasterKey>>,
    /// Where what is personal lies.
    pub personal: Vec<Personal>,
}

/// The keys of all people.
pub(super) struct People(HashMap<(OrgId, UserId), Held>);

impl People {
    pub(super) async fn load(
        conn: &mut AnyConnection,
        master: Option<Arc<dyn MasterKey>>,
    ) -> Result<Self, DumpError> {
        let keyring = Keyring::new(master);
        let mut people = HashMap::new();
        let sql = "SELECT d.holder, d.key, d.org_key, o.key AS wrapping, o.master, d.org FROM data_keys d \
            LEFT JOIN org_keys o ON o.org = d.org AND o.version = d.org_key";
        for row in sqlx::query(sql).fetch_all(conn).await? {
            let (org, held) = keyring.read(&row).await?;
            if let Some((user, held)) = held {
                people.insert((org, user), held);
            }
        }
        Ok(Self(people))
    }
}

/// Where what is personal lies in the rows of a section.
pub(super) struct Places {
    table: &'static str,
    org: usize,
    subject: usize,
    /// Index, name, and what they read as.
    texts: Vec<(usize, &'static str, Erased)>,
    lists: Vec<(usize, &'static List)>,
}

impl Places {
    pub(super) fn of(sealing: &Sealing, section: &Section) -> Option<Self> {
        let at = |wanted: &str| section.columns.iter().position(|Column(name, _)| name == wanted);
        let personal = sealing.personal.iter().find(|personal| personal.table == section.name)?;
        let texts = personal.texts.iter().filter_map(|(name, erased)| Some((at(name)?, *name, *erased)));
        let lists = personal.lists.iter().filter_map(|list| Some((at(list.column)?, list)));
        let (org, subject) = (at("org")?, at(personal.subject)?);
        Some(Self { table: personal.table, org, subject, texts: texts.collect(), lists: lists.collect() })
    }

    /// The columns' names, for the section's head.
    pub(super) fn names(&self) -> Vec<String> {
        let texts = self.texts.iter().map(|(_, name, _)| *name);
        texts.chain(self.lists.iter().map(|(_, list)| list.column)).map(str::to_owned).collect()
    }

    /// Encrypts what is personal in a row.
    pub(super) fn seal(&self, people: &People, row: &mut [Value]) {
        let held = self.whose(row).and_then(|(org, user)| people.0.get(&(org, user)));
        for (index, name, _) in &self.texts {
            let place = self.place(row, name);
            if let Some(Value::String(text)) = row.get_mut(*index) {
                *text = match held.and_then(Held::key) {
                    Some(key) => seal_text(key, &place, text),
                    None => format!("{PLAIN}{text}"),
                };
            }
        }
        let sealed = self.in_lists(row, |org, user, place, text| {
            let held = people.0.get(&(org, user)).and_then(Held::key);
            Ok(held.map_or_else(|| format!("{PLAIN}{text}"), |key| seal_text(key, place, text)))
        });
        debug_assert!(sealed.is_ok(), "sealing does not fail");
    }

    /// Changes each text that is personal to somebody in the lists of a row.
    fn in_lists(
        &self,
        row: &mut [Value],
        change: impl Fn(OrgId, UserId, &str, &str) -> Result<String, Unreadable>,
    ) -> Result<(), DumpError> {
        let Some(org) = row.get(self.org).and_then(|org| org.as_str()?.parse::<OrgId>().ok()) else {
            return Ok(());
        };
        for (index, list) in &self.lists {
            let Some(Value::String(column)) = row.get_mut(*index) else { continue };
            let Ok(mut json) = serde_json::from_str::<Value>(column) else { continue };
            let Some(items) = json.pointer_mut(list.at).and_then(Value::as_array_mut) else { continue };
            for item in items {
                let user = item.get(list.subject).and_then(|user| user.as_str()?.parse::<UserId>().ok());
                let Some(user) = user else { continue };
                for name in list.texts {
                    let Some(Value::String(text)) = item.get_mut(*name) else { continue };
                    let place = format!("copy {} {} {org} {user}", self.table, list.column);
                    *text = change(org, user, &place, text).map_err(|error| DumpError::Table {
                        table: self.table.to_owned(),
                        reason: format!("{}: {error}", list.column),
                    })?;
                }
            }
            *column = json.to_string();
        }
        Ok(())
    }

    /// Makes a row what it was, but for what belongs to somebody whose key was destroyed since.
    pub(super) fn open(&self, people: &People, row: &mut [Value]) -> Result<(), DumpError> {
        let whose = self.whose(row);
        let key = whose.and_then(|(org, user)| people.0.get(&(org, user))).and_then(Held::key);
        for (index, name, erased) in &self.texts {
            let place = self.place(row, name);
            let damaged = |reason: &dyn fmt::Display| DumpError::Table {
                table: self.table.to_owned(),
                reason: format!("{name}: {reason}"),
            };
            let Some(value) = row.get_mut(*index) else { continue };
            let Value::String(text) = value else { continue };
            *value = match (text.strip_prefix(PLAIN), key, erased) {
                (Some(plain), ..) => plain.into(),
                (None, Some(key), _) => open_text(key, &place, text)
                    .map_err(|error| damaged(&error))?
                    .ok_or_else(|| damaged(&"it is not encrypted"))?
                    .into(),
                (None, None, Erased::Text) => ERASED.into(),
                (None, None, Erased::Name) => {
                    whose.map(|(_, user)| erased_name(user)).unwrap_or_default().into()
                }
                (None, None, Erased::Null) => Value::Null,
            };
        }
        self.in_lists(row, |org, user, place, text| {
            if let Some(plain) = text.strip_prefix(PLAIN) {
                return Ok(plain.to_owned());
            }
            match people.0.get(&(org, user)).and_then(Held::key) {
                Some(key) => open_text(key, place, text)?.ok_or(Unreadable),
                None => Ok(ERASED.to_owned()),
            }
        })
    }

    fn whose(&self, row: &[Value]) -> Option<(OrgId, UserId)> {
        Some((row.get(self.org)?.as_str()?.parse().ok()?, row.get(self.subject)?.as_str()?.parse().ok()?))
    }

    fn place(&self, row: &[Value], column: &str) -> String {
        let text = |index: usize| row.get(index).and_then(Value::as_str).unwrap_or_default();
        format!("copy {} {column} {} {}", self.table, text(self.org), text(self.subject))
    }
}
