//! Presence in the log, and the table `presence` beside it: what was logged last and what was chosen.

use sqlx::Row;
use tandem_core::OrgScope;
use tandem_presence::Change;
use tandem_proto::{
    Stream, Topic, UserId,
    api::{ChoosePresence, PresenceView},
    events::identity::PresenceChanged,
};
use tandem_store::{Cause, Expect, Store, StoreError, Tx};

use crate::rows::parsed;

/// Something about one user that must be written: a change to log, a choice to keep, or both.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) scope: OrgScope,
    pub(super) user: UserId,
    pub(super) cause: Cause,
    pub(super) change: Option<Change>,
    pub(super) chosen: Option<ChoosePresence>,
}

impl Entry {
    /// A change nobody asked for.
    pub(super) const fn by_itself(change: Change) -> Self {
        Self {
            scope: change.scope,
            user: change.user,
            cause: Cause::SYSTEM,
            change: Some(change),
            chosen: None,
        }
    }

    /// This entry and a later one of the same user as one.
    #[must_use]
    pub(super) fn followed_by(self, later: Self) -> Self {
        Self { change: joined(self.change, later.change), chosen: later.chosen.or(self.chosen), ..later }
    }
}

/// A user's change and a later one as one.
pub(super) fn joined(first: Option<Change>, later: Option<Change>) -> Option<Change> {
    match (first, later) {
        (Some(first), Some(later)) => Some(Change { before: first.before, ..later }),
        (first, later) => later.or(first),
    }
}

/// What the table remembers of a user.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) user: UserId,
    pub(super) logged: Option<PresenceView>,
    pub(super) chosen: Option<ChoosePresence>,
}

/// Writes and reads what outlives the process.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    store: Store,
}

impl Journal {
    pub(super) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Writes one entry; durable when it returns.
    pub(super) async fn write(&self, entry: Entry) -> Result<(), StoreError> {
        let cause = entry.cause.clone();
        self.store.write(entry.scope, cause, move |tx| Box::pin(write(tx, entry))).await
    }

    /// Writes entries of one org that nobody asked for, all or none.
    pub(super) async fn correct(&self, scope: OrgScope, entries: Vec<Entry>) -> Result<(), StoreError> {
        self.store
            .write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    for entry in entries {
                        write(tx, entry).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// What is remembered of an org's users.
    pub(super) async fn remembered(&self, scope: OrgScope) -> Result<Vec<Remembered>, StoreError> {
        let rows = sqlx::query("SELECT user_id, logged, chosen FROM presence WHERE org = $1")
            .bind(scope.org().to_string())
            .fetch_all(self.store.reader())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Remembered {
                    user: parsed(row, "presence", "user_id")?,
                    logged: json(row.try_get("logged")?)?,
                    chosen: json(row.try_get("chosen")?)?,
                })
            })
            .collect()
    }
}

async fn write(tx: &mut Tx, entry: Entry) -> Result<(), StoreError> {
    let Entry { scope, user, change, chosen, .. } = entry;
    let view = change.map(|change| change.now);
    sqlx::query(
        "INSERT INTO presence (org, user_id, logged, chosen) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org, user_id) DO UPDATE SET
           logged = coalesce(excluded.logged, presence.logged), chosen = coalesce(excluded.chosen, presence.chosen)",
    )
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .bind(view.as_ref().map(text))
    .bind(chosen.as_ref().map(text))
    .execute(tx.conn())
    .await?;
    if let Some(presence) = view {
        let event = PresenceChanged { user, presence };
        tx.append_about(user, Stream::user(user), Expect::Any, &[Topic::org(scope.org())], &event).await?;
    }
    Ok(())
}

fn text<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("presence is plain data")
}

fn json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>, StoreError> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| StoreError::Damaged { table: "presence", reason: error.to_string() })
}
