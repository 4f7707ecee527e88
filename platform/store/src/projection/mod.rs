//! Views made of the log alone, each kept up to date by a task of its own.
//!
//! Several nodes may keep the same view: the checkpoint is compared in the transaction that moves it, so each event is taken in once. Who
//! finds that another was first stands back for a while and only watches the checkpoint, as does a node that keeps no views. A node
//! whose version of a view is older than the checkpoint's leaves it alone.
//!
//! **A new version** is built beside the old one: in tables of the same shape whose names end in `__next`, from the log's beginning, with a
//! checkpoint of its own, in as many transactions as it takes. Meanwhile the old tables are read, and nodes of the old version go on
//! keeping them up. When the new view has caught up, one transaction takes in what the old one has seen beyond, drops the old tables and
//! gives the new ones their names. So readers name their tables as ever and see the old view whole, then the new one whole; a build that
//! was interrupted goes on from its checkpoint; a node of the old version finds the checkpoint to be of a newer one and stands back.
//!
//! Why the tables and not the rows tell versions apart: a reader's statement stays as it is, no row needs a version in its key, and the
//! switch costs the same however large the view is. What it asks for is that a statement which keeps a view names its tables through
//! [`View::sql`].

mod beside;
mod runner;
mod standing;

use std::{borrow::Cow, sync::Arc};

use sqlx::{AnyConnection, AssertSqlSafe};
use tandem_proto::Event;

use crate::{BoxFuture, EventFilter, StoreError};

pub(crate) use beside::is_building;
pub(crate) use runner::{Batch, Runner, Turn};
pub(crate) use standing::{Start, prepare};

/// A rebuildable view. Its checkpoint is stored in the transaction that changes the view.
pub trait Projection: Send + Sync + 'static {
    /// Unique name.
    fn name(&self) -> &'static str;
    /// Raised to rebuild from the start.
    fn version(&self) -> u32;
    /// Kinds of event it wants; a trailing `*` matches any ending.
    fn kinds(&self) -> &'static [&'static str];
    /// The tables it is made of, which a migration made; nobody else writes to them or refers to them. A migration that changes their shape
    /// only adds to it, since nodes of the old version still use them. On SQLite an index of theirs that is no key may be found under its
    /// name with `__next` at its end.
    fn tables(&self) -> &'static [&'static str];
    /// Takes one event into the view. An event it fails on is parked (table `parked_events`) and the view goes on without it.
    fn apply<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        view: View,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>>;
    /// Takes events into the view, in order. To be written by a view that can do with fewer statements than one for each event: a long
    /// log is then taken in many times faster. If it fails its work is undone, and the events are taken one by one.
    fn apply_all<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        view: View,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            for event in events {
                self.apply(conn, view, event).await?;
            }
            Ok(())
        })
    }
}

/// Which tables of a view are written to: those that are read, or those of a version that is being built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View(Place);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Live,
    Beside,
}

impl View {
    /// The view as it is read.
    pub(crate) const LIVE: Self = Self(Place::Live);
    /// The view as it is built.
    pub(crate) const BESIDE: Self = Self(Place::Beside);

    /// A statement on the view's tables, whose names `text` has in braces: `INSERT INTO {seen} …`.
    pub fn sql(self, text: &'static str) -> AssertSqlSafe<String> {
        AssertSqlSafe(match self.0 {
            Place::Live => text.replace(['{', '}'], ""),
            Place::Beside => text.replace('{', "").replace('}', beside::SUFFIX),
        })
    }

    /// What checkpoints and parked events go by.
    fn key(self, projection: &dyn Projection) -> Cow<'static, str> {
        match self.0 {
            Place::Live => projection.name().into(),
            Place::Beside => beside::named(projection.name()).into(),
        }
    }
}

/// What a projection wants of the log.
pub(crate) fn filter(projection: &dyn Projection) -> EventFilter {
    let kinds = projection.kinds().iter().map(|kind| Cow::Borrowed(*kind)).collect();
    EventFilter { kinds, ..EventFilter::default() }
}

#[cfg(test)]
mod tests {
    use super::View;

    #[test]
    fn a_statement_names_the_tables_of_its_view() {
        let text = "INSERT INTO {a} SELECT * FROM {b}";
        assert_eq!(View::LIVE.sql(text).0, "INSERT INTO a SELECT * FROM b");
        assert_eq!(View::BESIDE.sql(text).0, "INSERT INTO a__next SELECT * FROM b__next");
    }
}
