//! The chain of an org's audit entries, as bytes and hashes alone: what an entry's hash and a head's code are made of.
//!
//! An entry's hash is an HMAC-SHA-256 over all its columns and the hash of the entry before it; the head is an HMAC over the org and the
//! last entry's number and hash. The key is not in the database, so whoever can write there can make neither.

use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

/// First in what an entry's hash is made of.
const ENTRY: &str = "tandem audit entry 1";
/// First in what a head's code is made of.
const HEAD: &str = "tandem audit head 1";
/// What a key's fingerprint is made of.
const FINGERPRINT: &str = "tandem audit key 1";

/// What entries and heads are authenticated with.
#[derive(Clone)]
pub struct AuditKey([u8; 32]);

impl AuditKey {
    /// One that everybody knows: the chain then shows accidents, not attacks. For what has no key file: tests and tools.
    pub const PUBLIC: Self = Self(*b"tandem: a key that anybody knows");

    /// A key of 256 random bits.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What tells this key from others and nothing about it.
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.code(FINGERPRINT, &[])[..16])
    }

    fn code(&self, what: &str, fields: &[Field<'_>]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(&encoded(what, fields));
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditKey({})", self.fingerprint())
    }
}

/// A value in what is hashed.
enum Field<'a> {
    Number(i64),
    Text(&'a str),
    Maybe(Option<&'a str>),
}

/// Fields as bytes that no other fields have: each begins with its kind, and text with its length (64 bits, big-endian).
fn encoded(what: &str, fields: &[Field<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, what);
    for field in fields {
        match field {
            Field::Number(number) => {
                bytes.push(b'i');
                bytes.extend_from_slice(&number.to_be_bytes());
            }
            Field::Text(text) | Field::Maybe(Some(text)) => put(&mut bytes, text),
            Field::Maybe(None) => bytes.push(b'n'),
        }
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b't');
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// An entry as its row has it. Everything is text, so that one that was tampered with can be looked at too.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// The org.
    pub org: String,
    /// Its number in the org's chain; the first is 1.
    pub seq: i64,
    /// When, microseconds since the epoch.
    pub at: i64,
    /// Who: `user:ID`, `external:ADDRESS` or `system`.
    pub actor: String,
    /// What happened, as `role.changed`.
    pub what: String,
    /// On what kind of thing.
    pub subject_kind: String,
    /// On which one.
    pub subject: String,
    /// What it was called then.
    pub subject_name: Option<String>,
    /// As it was, JSON.
    pub before: Option<String>,
    /// As it is since, JSON.
    pub after: Option<String>,
    /// From which address it was asked for.
    pub address: Option<String>,
    /// By what browser or program, as that names itself.
    pub user_agent: Option<String>,
    /// The request.
    pub request: Option<String>,
    /// The hash of the entry before, hex; of the first [`NOTHING`].
    pub previous: String,
    /// Its own, hex.
    pub hash: String,
}

/// What is before a chain's first entry.
pub(super) const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Row {
    /// The hash its columns make, `hash` left out.
    pub fn hash_by(&self, key: &AuditKey) -> String {
        use Field::{Maybe, Number, Text};
        let fields = [
            Text(&self.org),
            Number(self.seq),
            Number(self.at),
            Text(&self.actor),
            Text(&self.what),
            Text(&self.subject_kind),
            Text(&self.subject),
            Maybe(self.subject_name.as_deref()),
            Maybe(self.before.as_deref()),
            Maybe(self.after.as_deref()),
            Maybe(self.address.as_deref()),
            Maybe(self.user_agent.as_deref()),
            Maybe(self.request.as_deref()),
            Text(&self.previous),
        ];
        hex::encode(key.code(ENTRY, &fields))
    }
}

/// Where a chain ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// The last entry's number.
    pub seq: i64,
    /// Its hash, hex.
    pub hash: String,
}

impl Head {
    /// Of a chain without entries.
    pub fn start() -> Self {
        Self { seq: 0, hash: NOTHING.to_owned() }
    }

    /// What shows that the server wrote it.
    pub fn code_by(&self, key: &AuditKey, org: &str) -> String {
        hex::encode(key.code(HEAD, &[Field::Text(org), Field::Number(self.seq), Field::Text(&self.hash)]))
    }
}

/// What an entry is named that the server writes when it finds the end of the chain damaged.
pub const MENDED: &str = "audit.damaged";

/// The digest of something too large to keep.
pub(super) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const KEY: AuditKey = AuditKey::new([7; 32]);

    pub(in super::super) fn row() -> Row {
        Row {
            org: "0197c0de-0000-7000-8000-000000000001".into(),
            seq: 1,
            at: 1_700_000_000_000_000,
            actor: "user:0197c0de-0000-7000-8000-000000000002".into(),
            what: "role.changed".into(),
            subject_kind: "role".into(),
            subject: "night-shift".into(),
            subject_name: Some("Night shift".into()),
            before: Some(r#"{"title":"Nights"}"#.into()),
            after: Some(r#"{"title":"Night shift"}"#.into()),
            address: Some("192.0.2.7".into()),
            user_agent: None,
            request: Some("0197c0de-0000-7000-8000-000000000003".into()),
            previous: NOTHING.into(),
            hash: String::new(),
        }
    }

    // Both were made by another program: Python's hmac and struct over the encoding that is described above.
    #[test]
    fn an_entry_and_a_head_have_these_hashes() {
        assert_eq!(row().hash_by(&KEY), "5e6a7b7112623627f96114ff517509bd9c44849194e71950ec3be880cb008e28");
        let head = Head { seq: 1, hash: row().hash_by(&KEY) };
        assert_eq!(
            head.code_by(&KEY, &row().org),
            "94d752ba13742c43cf6289943ea7568cc71dfb87a19de599b6475f494e9e0eac"
        );
        assert_eq!(KEY.fingerprint(), "d9121f41c681b4bff0b213998d03c12f");
    }

    #[test]
    fn no_two_lists_of_fields_are_the_same_bytes() {
        use Field::{Maybe, Number, Text};
        let lists = [
            encoded("a", &[Text("bc"), Text("")]),
            encoded("a", &[Text("b"), Text("c")]),
            encoded("a", &[Text("bc")]),
            encoded("ab", &[Text("c")]),
            encoded("a", &[Text("bc"), Maybe(None)]),
            encoded("a", &[Maybe(None), Text("bc")]),
            encoded("a", &[Number(0x6263)]),
        ];
        for (index, list) in lists.iter().enumerate() {
            assert!(!lists[..index].contains(list), "{index}");
        }
    }

    #[test]
    fn every_column_counts() {
        let whole = row().hash_by(&KEY);
        let changes: [fn(&mut Row); 14] = [
            |row| row.org.push('x'),
            |row| row.seq += 1,
            |row| row.at += 1,
            |row| row.actor = "system".into(),
            |row| row.what.push('x'),
            |row| row.subject_kind.push('x'),
            |row| row.subject.push('x'),
            |row| row.subject_name = None,
            |row| row.before = None,
            |row| row.after = Some("{}".into()),
            |row| row.address = None,
            |row| row.user_agent = Some(String::new()),
            |row| row.request = None,
            |row| row.previous = "f".repeat(64),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut changed = row();
            change(&mut changed);
            assert_ne!(changed.hash_by(&KEY), whole, "{index}");
        }
        assert_ne!(row().hash_by(&AuditKey::PUBLIC), whole, "another key");
    }
}
