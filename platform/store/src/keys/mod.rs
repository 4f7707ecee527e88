//! Where keys are kept ([`tandem_vault`] says which there are), and whose texts are sealed under which.
//!
//! A key's row is written in the transaction that first needs it, so a command that is undone takes its keys with it: only what is
//! committed is remembered here. A person's key is never made anew once it was destroyed.

mod file;
mod rotation;
mod secrets;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};
use tandem_proto::{Event, OrgId, Payload, UserId};
use tandem_vault::{DataKey, MasterKey};

pub use file::{make_keys, make_private, read_keys, read_or_make_keys};
pub(crate) use rotation::{check, rewrap, rotate};

use crate::{Migration, StoreError};

/// Keys remembered. Forgetting costs a look-up, nothing else.
const REMEMBERED: usize = 65_536;
/// Holders one statement looks for at most.
const RUN: usize = 200;

/// `key` is empty once it was destroyed.
pub(crate) const KEYS: Migration = Migration {
    name: "0000_log_keys",
    sql: "
        CREATE TABLE org_keys (
            org text NOT NULL,
            version bigint NOT NULL,
            key bytea NOT NULL,
            master text NOT NULL,
            made_at bigint NOT NULL,
            PRIMARY KEY (org, version)
        );
        CREATE TABLE data_keys (
            org text NOT NULL,
            holder text NOT NULL,
            key bytea,
            org_key bigint NOT NULL,
            made_at bigint NOT NULL,
            destroyed_at bigint,
            PRIMARY KEY (org, holder)
        );
    ",
};

/// The tables of [`KEYS`], which no copy has: it would open everything else in it.
pub(crate) const TABLES: [&str; 2] = ["org_keys", "data_keys"];

/// What a data key is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Holder {
    /// What is personal to somebody.
    Person(UserId),
    /// The org's secrets, and what is personal to nobody of the org.
    Org,
}

impl Holder {
    /// Of an event's sealed texts.
    pub(crate) fn of(subject: Option<UserId>) -> Self {
        subject.map_or(Self::Org, Self::Person)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(user) => write!(f, "user:{user}"),
            Self::Org => f.write_str("org"),
        }
    }
}

/// A holder's key.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    Key(DataKey),
    /// What was sealed under it is gone.
    Destroyed,
}

impl Held {
    pub(crate) fn key(&self) -> Option<&DataKey> {
        match self {
            Self::Key(key) => Some(key),
            Self::Destroyed => None,
        }
    }
}

/// Where a wrapped key belongs.
fn place_of_org(org: OrgId, version: i64) -> String {
    format!("org key {org} {version}")
}

fn place_of_data(org: OrgId, holder: Holder) -> String {
    format!("data key {org} {holder}")
}

/// Where an event's sealed texts belong.
pub(crate) fn place_of(event: &Event) -> String {
    format!("event {} {} {} {}", event.org, event.stream, event.version, event.kind)
}

/// The keys of a database.
pub(crate) struct Keyring {
    master: Option<Arc<dyn MasterKey>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    orgs: HashMap<(OrgId, i64), DataKey>,
    held: HashMap<(OrgId, Holder), Held>,
}

impl Keyring {
    pub(crate) fn new(master: Option<Arc<dyn MasterKey>>) -> Self {
        Self { master, known: Mutex::default() }
    }

    pub(crate) fn master(&self) -> Result<&dyn MasterKey, StoreError> {
        self.master.as_deref().ok_or_else(|| tandem_vault::MasterError::Missing.into())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recall(&self, org: OrgId, holder: Holder) -> Option<Held> {
        self.known().held.get(&(org, holder)).cloned()
    }

    pub(crate) fn remember(&self, org: OrgId, holder: Holder, held: Held) {
        let held_now = &mut self.known().held;
        if held_now.len() >= REMEMBERED {
            held_now.clear();
        }
        held_now.insert((org, holder), held);
    }

    pub(crate) fn remember_org(&self, org: OrgId, version: i64, key: DataKey) {
        let orgs = &mut self.known().orgs;
        if orgs.len() >= REMEMBERED {
            orgs.clear();
        }
        orgs.insert((org, version), key);
    }

    /// Somebody's key was destroyed.
    pub(crate) fn forget(&self, org: OrgId, user: UserId) {
        self.known().held.remove(&(org, Holder::Person(user)));
    }

    /// A holder's key, if one was made.
    pub(crate) async fn find(
        &self,
        conn: &mut AnyConnection,
        org: OrgId,
        holder: Holder,
    ) -> Result<Option<Held>, StoreError> {
        if let Some(held) = self.recall(org, holder) {
            return Ok(Some(held));
        }
        self.look_up(conn, org, &[holder]).await?;
        Ok(self.recall(org, holder))
    }

    /// Remembers these holders' keys, as far as there are any.
    async fn look_up(
        &self,
        conn: &mut AnyConnection,
        org: OrgId,
        holders: &[Holder],
    ) -> Result<(), StoreError> {
        for holders in holders.chunks(RUN) {
            let places: Vec<String> = (2..2 + holders.len()).map(|n| format!("${n}")).collect();
            let sql = format!(
                "SELECT d.holder, d.key, d.org_key, o.key AS wrapping, o.master FROM data_keys d \
                 LEFT JOIN org_keys o ON o.org = d.org AND o.version = d.org_key \
                 WHERE d.org = $1 AND d.holder IN ({})",
                places.join(", ")
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(org.to_string());
            let query = holders.iter().fold(query, |query, holder| query.bind(holder.to_string()));
            for row in query.fetch_all(&mut *conn).await? {
                let name: String = row.try_get(0)?;
                let Some(holder) = holders.iter().find(|holder| holder.to_string() == name) else { continue };
                let held = self.held(org, *holder, &row).await?;
                self.remember(org, *holder, held);
            }
        }
        Ok(())
    }

    /// A person's key, and their org, in a row of `data_keys` with its org key's columns and then the org.
    pub(crate) async fn read(&self, row: &AnyRow) -> Result<(OrgId, Option<(UserId, Held)>), StoreError> {
        let (name, org): (String, String) = (row.try_get(0)?, row.try_get(5)?);
        let org = rotation::parsed(&org)?;
        match rotation::holder(&name)? {
            Holder::Person(user) => Ok((org, Some((user, self.held(org, Holder::Person(user), row).await?)))),
            Holder::Org => Ok((org, None)),
        }
    }

    /// The key in a row of `data_keys` with its org key's columns.
    async fn held(&self, org: OrgId, holder: Holder, row: &AnyRow) -> Result<Held, StoreError> {
        let Some(wrapped) = row.try_get::<Option<Vec<u8>>, _>(1)? else { return Ok(Held::Destroyed) };
        let version: i64 = row.try_get(2)?;
        let missing = || StoreError::damaged("data_keys", format!("{holder} of {org} has no org key"));
        let known = self.known().orgs.get(&(org, version)).cloned();
        let org_key = match known {
            Some(key) => key,
            None => {
                let wrapping: Vec<u8> = row.try_get::<Option<Vec<u8>>, _>(3)?.ok_or_else(missing)?;
                let master: String = row.try_get::<Option<String>, _>(4)?.ok_or_else(missing)?;
                let key = self.master()?.unwrap_key(&master, &place_of_org(org, version), &wrapping).await?;
                self.remember_org(org, version, key.clone());
                key
            }
        };
        let key = org_key.unwrap_key(&place_of_data(org, holder), &wrapped);
        key.map(Held::Key).map_err(|error| StoreError::damaged("data_keys", error))
    }

    /// Opens the sealed texts of events.
    pub(crate) async fn open(
        &self,
        conn: &mut AnyConnection,
        events: &mut [Event],
    ) -> Result<(), StoreError> {
        for index in self.prepare(conn, events).await? {
            self.open_one(&mut events[index])?;
        }
        Ok(())
    }

    /// As [`Self::open`], but an event that does not open is left out: it must not stop the others.
    pub(crate) async fn open_each(
        &self,
        conn: &mut AnyConnection,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        for index in self.prepare(conn, events).await?.into_iter().rev() {
            if let Err(error) = self.open_one(&mut events[index]) {
                tracing::error!(%error, "an event is passed over");
                events.remove(index);
            }
        }
        Ok(())
    }

    /// Which of the events have sealed texts. Their keys are remembered after this, as far as there are any.
    async fn prepare(&self, conn: &mut AnyConnection, events: &[Event]) -> Result<Vec<usize>, StoreError> {
        let mut sealed = Vec::new();
        let mut missing: BTreeMap<OrgId, BTreeSet<Holder>> = BTreeMap::new();
        for (index, event) in events.iter().enumerate() {
            if !tandem_vault::is_sealed(event.data.as_str()) {
                continue;
            }
            sealed.push(index);
            let holder = Holder::of(event.subject);
            if self.recall(event.org, holder).is_none() {
                missing.entry(event.org).or_default().insert(holder);
            }
        }
        for (org, holders) in missing {
            let holders: Vec<Holder> = holders.into_iter().collect();
            self.look_up(conn, org, &holders).await?;
        }
        Ok(sealed)
    }

    fn open_one(&self, event: &mut Event) -> Result<(), StoreError> {
        let held = self.recall(event.org, Holder::of(event.subject));
        let opened = tandem_vault::open_fields(
            held.as_ref().and_then(Held::key),
            &place_of(event),
            event.data.as_str(),
        );
        let position = event.cursor.position.0;
        let opened = opened
            .map_err(|error| StoreError::damaged("events", format!("at position {position}: {error}")))?;
        event.data = Payload::from_text(&opened);
        Ok(())
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("master", &self.master).finish_non_exhaustive()
    }
}

/// Keys made by the commands of a group, none of which is committed yet.
#[derive(Debug, Default)]
pub(crate) struct Made(Vec<New>);

#[derive(Debug)]
enum New {
    Org(OrgId, i64, DataKey),
    Data(OrgId, Holder, DataKey),
}

impl Made {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Undoes what was made since there were `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(crate) fn of(&self, org: OrgId, holder: Holder) -> Option<DataKey> {
        self.0.iter().rev().find_map(|new| match new {
            New::Data(of, held_by, key) if (*of, *held_by) == (org, holder) => Some(key.clone()),
            _ => None,
        })
    }

    fn org(&self, org: OrgId, version: i64) -> Option<DataKey> {
        self.0.iter().rev().find_map(|new| match new {
            New::Org(of, made, key) if (*of, *made) == (org, version) => Some(key.clone()),
            _ => None,
        })
    }

    /// They are committed.
    pub(crate) fn settle(&mut self, keys: &Keyring) {
        for new in self.0.drain(..) {
            match new {
                New::Org(org, version, key) => keys.remember_org(org, version, key),
                New::Data(org, holder, key) => keys.remember(org, holder, Held::Key(key)),
            }
        }
    }

    /// Makes the key of a holder who has none. `None` if another node made one meanwhile, and it was destroyed again.
    pub(crate) async fn make(
        &mut self,
        keys: &Keyring,
        conn: &mut AnyConnection,
        org: OrgId,
        holder: Holder,
        now: i64,
    ) -> Result<Option<DataKey>, StoreError> {
        let (version, org_key) = self.newest_org_key(keys, conn, org, now).await?;
        let key = DataKey::generate();
        let inserted = sqlx::query(
            "INSERT INTO data_keys (org, holder, key, org_key, made_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (org, holder) DO NOTHING",
        )
        .bind(org.to_string())
        .bind(holder.to_string())
        .bind(org_key.wrap(&place_of_data(org, holder), &key))
        .bind(version)
        .bind(now)
        .execute(&mut *conn)
        .await?;
        if inserted.rows_affected() == 0 {
            // Another node made it meanwhile.
            return Ok(keys.find(conn, org, holder).await?.and_then(|held| held.key().cloned()));
        }
        self.0.push(New::Data(org, holder, key.clone()));
        Ok(Some(key))
    }

    /// The org key that wraps now. Asked of the database each time, which is once per person: another node may have made a newer one.
    async fn newest_org_key(
        &mut self,
        keys: &Keyring,
        conn: &mut AnyConnection,
        org: OrgId,
        now: i64,
    ) -> Result<(i64, DataKey), StoreError> {
        match newest(keys, self, conn, org).await? {
            Some(found) => Ok(found),
            None => self.make_org_key(keys, conn, org, 1, now).await,
        }
    }

    async fn make_org_key(
        &mut self,
        keys: &Keyring,
        conn: &mut AnyConnection,
        org: OrgId,
        version: i64,
        now: i64,
    ) -> Result<(i64, DataKey), StoreError> {
        let (master, key) = (keys.master()?, DataKey::generate());
        let wrapped = master.wrap(&place_of_org(org, version), &key).await?;
        let inserted = sqlx::query(
            "INSERT INTO org_keys (org, version, key, master, made_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (org, version) DO NOTHING",
        )
        .bind(org.to_string())
        .bind(version)
        .bind(wrapped)
        .bind(master.name())
        .bind(now)
        .execute(&mut *conn)
        .await?;
        if inserted.rows_affected() == 0 {
            let found = newest(keys, self, conn, org).await?;
            return found.ok_or_else(|| StoreError::damaged("org_keys", "a key that is there is not found"));
        }
        self.0.push(New::Org(org, version, key.clone()));
        Ok((version, key))
    }
}

async fn newest(
    keys: &Keyring,
    made: &Made,
    conn: &mut AnyConnection,
    org: OrgId,
) -> Result<Option<(i64, DataKey)>, StoreError> {
    let sql = "SELECT version, key, master FROM org_keys WHERE org = $1 ORDER BY version DESC LIMIT 1";
    let Some(row) = sqlx::query(sql).bind(org.to_string()).fetch_optional(conn).await? else {
        return Ok(None);
    };
    let version: i64 = row.try_get(0)?;
    let known = made.org(org, version).or_else(|| keys.known().orgs.get(&(org, version)).cloned());
    if let Some(key) = known {
        return Ok(Some((version, key)));
    }
    let (wrapped, master): (Vec<u8>, String) = (row.try_get(1)?, row.try_get(2)?);
    let key = keys.master()?.unwrap_key(&master, &place_of_org(org, version), &wrapped).await?;
    keys.remember_org(org, version, key.clone());
    Ok(Some((version, key)))
}

/// Destroys somebody's key for ever, and sees to it that none is made.
pub(crate) async fn destroy(
    conn: &mut AnyConnection,
    org: OrgId,
    user: UserId,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO data_keys (org, holder, key, org_key, made_at, destroyed_at) VALUES ($1, $2, $3, 0, $4, $4) \
         ON CONFLICT (org, holder) DO UPDATE SET key = NULL, org_key = 0, destroyed_at = $4",
    )
    .bind(org.to_string())
    .bind(Holder::Person(user).to_string())
    .bind(None::<Vec<u8>>)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}
