//! Presence in the log, and the table `presence` beside it: what was noted last of each user.

use sqlx::Row;
use tandem_core::OrgScope;
use tandem_edge::{Identity, IdentityError};
use tandem_presence::{Note, Person, Remembered};
use tandem_proto::{
    Stream, Topic, UserId,
    api::{ChoosePresence, Presence, PresenceView},
    events::identity::PresenceChanged,
};
use tandem_store::{Cause, Expect, Store, StoreError, Tx};

use crate::rows::parsed;

/// How writing a note ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Written {
    /// The table holds the note.
    Holds,
    /// The table holds something else of this version, which is not below the note's.
    Other(u64),
}

/// What the log said last of a user.
#[derive(Clone, Debug)]
pub(super) struct Logged {
    pub(super) user: UserId,
    /// The version of the event within the user's stream.
    pub(super) event: i64,
    pub(super) view: PresenceView,
}

/// Writes and reads what outlives leases.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    store: Store,
    identity: Identity,
}

impl Journal {
    pub(super) const fn new(store: Store, identity: Identity) -> Self {
        Self { store, identity }
    }

    /// Writes a note, and the event where it changes the view; durable when it returns. However many nodes write the same one, and in
    /// whatever order they bring a user's, each change is logged once and the newest stands.
    pub(super) async fn write(&self, cause: Cause, note: Note) -> Result<Written, StoreError> {
        self.store.write(note.scope, cause, move |tx| Box::pin(write(tx, note))).await
    }

    /// Every org.
    pub(super) async fn scopes(&self) -> Result<Vec<OrgScope>, StoreError> {
        let orgs = self.identity.orgs().await.map_err(|error| match error {
            IdentityError::Store(error) => error,
            other => StoreError::Damaged { table: "orgs", reason: other.to_string() },
        })?;
        Ok(orgs.into_iter().map(|(scope, _)| scope).collect())
    }

    /// What was noted last of an org's users.
    pub(super) async fn remembered(&self, scope: OrgScope) -> Result<Vec<Remembered>, StoreError> {
        let rows = sqlx::query("SELECT user_id, version, logged, chosen FROM presence WHERE org = $1")
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.store.scoped(scope).await?)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Remembered {
                    scope,
                    user: parsed(row, "presence", "user_id")?,
                    version: version(row.try_get("version")?)?,
                    view: view(row.try_get("logged")?)?,
                    chosen: chosen(row.try_get("chosen")?)?,
                })
            })
            .collect()
    }

    /// What the log said last of an org's users.
    pub(super) async fn logged(&self, scope: OrgScope) -> Result<Vec<Logged>, StoreError> {
        let rows = sqlx::query("SELECT user_id, event, logged FROM presence WHERE org = $1")
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.store.scoped(scope).await?)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Logged {
                    user: parsed(row, "presence", "user_id")?,
                    event: row.try_get("event")?,
                    view: view(row.try_get("logged")?)?,
                })
            })
            .collect()
    }
}

async fn write(tx: &mut Tx, note: Note) -> Result<Written, StoreError> {
    let Note { scope, user, version: ours, view: presence, chosen: choice } = note;
    // `logged` is left as it was, so that the row, locked from here on, says whether the view is news.
    let row = sqlx::query(
        "INSERT INTO presence (org, user_id, version, chosen) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org, user_id) DO UPDATE SET version = excluded.version, chosen = excluded.chosen
         WHERE presence.version < excluded.version RETURNING logged",
    )
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .bind(column(ours)?)
    .bind(text(&choice))
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return compare(tx, scope, user, ours, &presence, &choice).await };
    if view(row.try_get("logged")?)? == presence {
        return Ok(Written::Holds);
    }
    let logged = text(&presence);
    let event = PresenceChanged { user, presence };
    let event =
        tx.append_about(user, Stream::user(user), Expect::Any, &[Topic::org(scope.org())], &event).await?;
    sqlx::query("UPDATE presence SET logged = $3, event = $4 WHERE org = $1 AND user_id = $2")
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .bind(logged)
        .bind(event)
        .execute(tx.conn())
        .await?;
    Ok(Written::Holds)
}

/// Whether a row that is not older than the note is the note.
async fn compare(
    tx: &mut Tx,
    scope: OrgScope,
    user: UserId,
    ours: u64,
    presence: &PresenceView,
    choice: &ChoosePresence,
) -> Result<Written, StoreError> {
    let row = sqlx::query("SELECT version, logged, chosen FROM presence WHERE org = $1 AND user_id = $2")
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .fetch_one(tx.conn())
        .await?;
    let newest = version(row.try_get("version")?)?;
    let same = newest == ours
        && view(row.try_get("logged")?)? == *presence
        && chosen(row.try_get("chosen")?)? == *choice;
    Ok(if same { Written::Holds } else { Written::Other(newest) })
}

fn version(column: i64) -> Result<u64, StoreError> {
    u64::try_from(column).map_err(damaged)
}

fn column(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(damaged)
}

fn view(column: Option<String>) -> Result<PresenceView, StoreError> {
    Ok(json(column)?.unwrap_or_else(|| Person::default().view()))
}

fn chosen(column: Option<String>) -> Result<ChoosePresence, StoreError> {
    Ok(json(column)?.unwrap_or(ChoosePresence { primary: Presence::Available, message: None }))
}

fn text<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("presence is plain data")
}

fn json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>, StoreError> {
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(damaged)
}

fn damaged(reason: impl ToString) -> StoreError {
    StoreError::Damaged { table: "presence", reason: reason.to_string() }
}
