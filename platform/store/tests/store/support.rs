//! What the store's tests share.

use std::{sync::Arc, time::Duration};

use tandem_core::{Mint, OrgScope};
use tandem_proto::{Cursor, Event, OrgId, Stream, Topic, events::identity::OrgCreated};
use tandem_store::{Cause, Expect, Migration, Options, Store, StoreError};
use tandem_test_support::Postgres;
use tempfile::TempDir;
use tokio::{sync::broadcast, time::timeout};

/// A table for commands to write to.
pub(crate) const NOTES: Migration = Migration {
    name: "0001_notes",
    sql: "CREATE TABLE notes (id bigint PRIMARY KEY, org text NOT NULL, text text, body bytea, done bigint NOT NULL);",
};

/// A database of a test's own, gone with it.
pub(crate) struct Place {
    engine: Engine,
    pub(crate) folder: TempDir,
}

/// Which database.
enum Engine {
    Sqlite,
    Postgres { server: Box<Postgres>, url: String },
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self { engine: Engine::Sqlite, folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn postgres() -> Self {
        let server = Box::new(Postgres::start());
        let url = server.url();
        Self { engine: Engine::Postgres { server, url }, folder: tempfile::tempdir().expect("a folder") }
    }

    /// The same server with an empty database.
    pub(crate) fn afresh(self) -> Self {
        match self.engine {
            Engine::Sqlite => Self::sqlite(),
            Engine::Postgres { server, .. } => {
                let url = server.database();
                Self { engine: Engine::Postgres { server, url }, folder: self.folder }
            }
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Postgres { .. })
    }

    pub(crate) fn url(&self) -> String {
        match &self.engine {
            Engine::Sqlite => format!("sqlite:{}/data/tandem.db", self.folder.path().display()),
            Engine::Postgres { url, .. } => url.clone(),
        }
    }

    pub(crate) fn options(&self) -> Options {
        let master = Some(Arc::new(tandem_test_support::master_key()) as _);
        Options { migrations: vec![NOTES], master, ..Options::new(self.url()) }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open_with(self.options()).await.expect("the store opens")
    }
}

/// Runs each story on both engines, as `story::sqlite` and `story::postgres`.
macro_rules! on_both_engines {
    ($(#[$attribute:meta] async fn $name:ident($place:ident: Place) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn story($place: Place) $body

            #[$attribute]
            async fn sqlite() {
                story(Place::sqlite()).await;
            }

            #[$attribute]
            async fn postgres() {
                story(Place::postgres()).await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;

/// Waits until the log, as the store's followers see it, has all that was written before.
pub(crate) async fn settled(store: &Store) -> Cursor {
    let newest = *store.commits().borrow();
    assert!(store.wait_for(newest, Duration::from_secs(60)).await, "the log stands still");
    store.head()
}

/// The next event told live. The head moves before its events are told, so who waited for the head may be a moment ahead of them.
pub(crate) async fn next_told(live: &mut broadcast::Receiver<Arc<Event>>) -> Arc<Event> {
    timeout(Duration::from_secs(60), live.recv()).await.expect("told in time").expect("told live")
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
