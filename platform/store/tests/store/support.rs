//! What the store's tests share.

use tandem_core::{Mint, OrgScope};
use tandem_proto::{Event, OrgId, Stream, Topic, events::identity::OrgCreated};
use tandem_store::{Cause, Expect, Migration, Options, Store, StoreError};
use tempfile::TempDir;

/// A table for commands to write to.
pub(crate) const NOTES: Migration = Migration {
    name: "0001_notes",
    sql: "CREATE TABLE notes (id bigint PRIMARY KEY, org text NOT NULL, text text, body bytea, done bigint NOT NULL);",
};

/// A store in a folder of its own, removed with it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}/data/tandem.db", self.folder.path().display())
    }

    pub(crate) fn options(&self) -> Options {
        Options { migrations: vec![NOTES], ..Options::new(self.url()) }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open_with(self.options()).await.expect("the store opens")
    }
}

pub(crate) fn new_scope() -> OrgScope {
    Mint::for_server().scope(OrgId::generate())
}

pub(crate) fn named(name: impl Into<String>) -> OrgCreated {
    OrgCreated { name: name.into() }
}

pub(crate) fn name_of(event: &Event) -> String {
    event.decode::<OrgCreated>().expect("decodes").expect("an OrgCreated").name
}

/// Appends one event to the org's stream, on topics of these names.
pub(crate) async fn append(
    store: &Store,
    scope: OrgScope,
    name: &str,
    topics: &[&str],
) -> Result<i64, StoreError> {
    let topics: Vec<Topic> = topics.iter().map(|topic| Topic::from_text(*topic)).collect();
    let event = named(name);
    store
        .write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let stream = Stream::org(tx.scope().org());
                tx.append(stream, Expect::Any, &topics, &event).await
            })
        })
        .await
}
