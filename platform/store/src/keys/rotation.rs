//! New keys in the place of old ones, while everything runs. Data keys stay what they are, so nothing that was sealed is written anew.

use sqlx::{AnyConnection, Row as _};
use tandem_proto::OrgId;
use tandem_vault::MasterError;

use super::{Holder, Keyring, Made, place_of_data, place_of_org};
use crate::StoreError;

/// Whether the org keys are under master keys that are set. Read before anything is written.
pub(crate) async fn check(keys: &Keyring, conn: &mut AnyConnection) -> Result<(), StoreError> {
    // One org of each is enough.
    let sql = "SELECT k.org, k.version, k.key, k.master FROM org_keys k \
        JOIN (SELECT master, min(org) AS org FROM org_keys GROUP BY master) m \
        ON m.master = k.master AND m.org = k.org";
    for row in sqlx::query(sql).fetch_all(conn).await? {
        let (org, version): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let org = parsed(&org)?;
        let (wrapped, master): (Vec<u8>, String) = (row.try_get(2)?, row.try_get(3)?);
        keys.master()?.unwrap_key(&master, &place_of_org(org, version), &wrapped).await?;
    }
    Ok(())
}

/// Puts the org keys that are under other master keys under the one that wraps now; says how many those were.
pub(crate) async fn rewrap(keys: &Keyring, conn: &mut AnyConnection) -> Result<u64, StoreError> {
    let Ok(master) = keys.master() else { return Ok(0) };
    let sql = "SELECT org, version, key, master FROM org_keys WHERE master <> $1";
    let mut wrapped_anew = 0;
    for row in sqlx::query(sql).bind(master.name()).fetch_all(&mut *conn).await? {
        let (org, version): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let (wrapped, old): (Vec<u8>, String) = (row.try_get(2)?, row.try_get(3)?);
        let place = place_of_org(parsed(&org)?, version);
        let key = master.unwrap_key(&old, &place, &wrapped).await?;
        let done = sqlx::query(
            "UPDATE org_keys SET key = $1, master = $2 WHERE org = $3 AND version = $4 AND master = $5",
        )
        .bind(master.wrap(&place, &key).await?)
        .bind(master.name())
        .bind(org)
        .bind(version)
        .bind(old)
        .execute(&mut *conn)
        .await?;
        wrapped_anew += done.rows_affected();
    }
    Ok(wrapped_anew)
}

/// Gives an org a new key, puts its data keys under it, and forgets the ones before; answers its version. Commands of an org run one after
/// the other, on whatever node, so none wraps under an old one meanwhile.
pub(crate) async fn rotate(
    keys: &Keyring,
    made: &mut Made,
    conn: &mut AnyConnection,
    org: OrgId,
    now: i64,
) -> Result<i64, StoreError> {
    let (version, _) = made.newest_org_key(keys, conn, org, now).await?;
    let (version, key) = made.make_org_key(keys, conn, org, version + 1, now).await?;
    let sql = "SELECT holder, key, org_key, (SELECT o.key FROM org_keys o WHERE o.org = d.org AND o.version = d.org_key), \
        (SELECT o.master FROM org_keys o WHERE o.org = d.org AND o.version = d.org_key) \
        FROM data_keys d WHERE org = $1 AND key IS NOT NULL AND org_key <> $2";
    for row in sqlx::query(sql).bind(org.to_string()).bind(version).fetch_all(&mut *conn).await? {
        let name: String = row.try_get(0)?;
        let holder = holder(&name)?;
        let held = match made.of(org, holder) {
            Some(key) => key,
            None => match keys.held(org, holder, &row).await?.key() {
                Some(key) => key.clone(),
                None => continue,
            },
        };
        sqlx::query("UPDATE data_keys SET key = $1, org_key = $2 WHERE org = $3 AND holder = $4")
            .bind(key.wrap(&place_of_data(org, holder), &held))
            .bind(version)
            .bind(org.to_string())
            .bind(name)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query("DELETE FROM org_keys WHERE org = $1 AND version < $2")
        .bind(org.to_string())
        .bind(version)
        .execute(conn)
        .await?;
    Ok(version)
}

pub(super) fn parsed(org: &str) -> Result<OrgId, StoreError> {
    org.parse().map_err(|error| StoreError::damaged("org_keys", format!("{org}: {error}")))
}

pub(super) fn holder(name: &str) -> Result<Holder, StoreError> {
    let person = || name.strip_prefix("user:")?.parse().ok().map(Holder::Person);
    let known = if name == "org" { Some(Holder::Org) } else { person() };
    known.ok_or_else(|| StoreError::damaged("data_keys", format!("{name} is no holder")))
}

impl From<MasterError> for StoreError {
    fn from(error: MasterError) -> Self {
        match error {
            MasterError::Service(reason) => Self::Unavailable(reason),
            error => Self::Keys(error.to_string()),
        }
    }
}
