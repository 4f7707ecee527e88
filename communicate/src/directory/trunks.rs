//! Carriers: told by the address they send from, and called at the one they have.

use std::net::IpAddr;

use serde_json::json;
use sqlx::Row;
use tandem_core::{OrgScope, Secret};
use tandem_edge::{ApiProblem, Counted, Invalid, LimitReached};
use tandem_proto::{
    Stream, Topic,
    api::{NewTrunk, OrgLimit, Trunk, TrunkOut, TrunkSettings},
    events::call::{TrunkRemoved, TrunkSet},
};
use tandem_store::{Cause, Change, Expect, Redacted, Store, StoreError, Tx};

use super::{Network, NetworkError, is_e164, outward};

/// They are counted.
pub(super) const TRUNKS_COUNTED: Counted =
    Counted { limit: OrgLimit::Trunks, sql: "SELECT count(*) AS used FROM trunks WHERE org = $1" };

const COLUMNS: &str = "name, network, outward, secret";
/// Characters of a name, a host or a user name at most.
const NAME_CHARS: usize = 64;
const HOST_CHARS: usize = 253;
const SECRET_BYTES: usize = 128;
const EMERGENCY_NUMBERS: usize = 16;

/// Why a trunk cannot be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum TrunkError {
    /// A value that cannot be.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The org has as many as it may.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// There is one of that name.
    #[error("a trunk {0:?} exists already")]
    Taken(String),
    /// There is none of that name.
    #[error("no such trunk")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TrunkError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<TrunkError> for ApiProblem {
    fn from(error: TrunkError) -> Self {
        match error {
            TrunkError::Invalid(invalid) => invalid.into(),
            TrunkError::Limit(reached) => reached.into(),
            TrunkError::Taken(_) => Self::conflict("taken", error.to_string()),
            TrunkError::Unknown => Self::not_found("trunk"),
            TrunkError::Store(error) => error.into(),
        }
    }
}

/// A trunk as it is stored.
#[derive(Clone, Debug)]
struct Kept {
    trunk: Trunk,
    sealed: Option<String>,
}

/// The trunks of all orgs.
#[derive(Clone, Debug)]
pub struct Trunks {
    store: Store,
}

impl Trunks {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes a trunk.
    ///
    /// # Errors
    /// [`TrunkError::Invalid`] with the field's name, [`TrunkError::Taken`], [`TrunkError::Limit`].
    pub async fn create(&self, scope: OrgScope, cause: Cause, new: NewTrunk) -> Result<Trunk, TrunkError> {
        let NewTrunk { name, network, out, secret } = new;
        let settings = TrunkSettings { network, out, secret };
        check_name(&name)?;
        check(&settings)?;
        let write = self.store.write(scope, cause, move |tx| {
            Box::pin(async move {
                if find(tx, &name).await?.is_some() {
                    return Err(TrunkError::Taken(name));
                }
                TRUNKS_COUNTED.one_more::<TrunkError>(tx).await?;
                put(tx, name, settings, None).await
            })
        });
        write.await
    }

    /// Changes a trunk. Its calls go on as they were.
    ///
    /// # Errors
    /// [`TrunkError::Invalid`] with the field's name, [`TrunkError::Unknown`].
    pub async fn change(
        &self,
        scope: OrgScope,
        cause: Cause,
        name: String,
        settings: TrunkSettings,
    ) -> Result<Trunk, TrunkError> {
        check(&settings)?;
        // A name that cannot be is none's.
        check_name(&name).map_err(|_| TrunkError::Unknown)?;
        let write = self.store.write(scope, cause, move |tx| {
            Box::pin(async move {
                let was = find(tx, &name).await?.ok_or(TrunkError::Unknown)?;
                put(tx, name, settings, Some(was)).await
            })
        });
        write.await
    }

    /// Removes a trunk. Its calls go on.
    ///
    /// # Errors
    /// [`TrunkError::Unknown`].
    pub async fn remove(&self, scope: OrgScope, cause: Cause, name: String) -> Result<(), TrunkError> {
        check_name(&name).map_err(|_| TrunkError::Unknown)?;
        self.store.write(scope, cause, move |tx| Box::pin(async move { remove(tx, name).await })).await
    }

    /// The org's trunks, by name.
    pub async fn all(&self, scope: OrgScope) -> Result<Vec<Trunk>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM trunks WHERE org = $1 ORDER BY name");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.store.scoped(scope).await?)
            .await?;
        rows.iter().map(|row| read(row).map(|row| row.trunk)).collect()
    }

    /// Whether one of the org's trunks connects this number of emergency services.
    pub(crate) async fn is_emergency(&self, scope: OrgScope, number: &str) -> Result<bool, StoreError> {
        // Nothing else is asked of the store for what cannot be one.
        Ok(may_be_emergency(number) && !outward(self.all(scope).await?, number).is_empty())
    }

    /// The org's trunk that sends from `ip`.
    pub(crate) async fn that_sends_from(
        &self,
        scope: OrgScope,
        ip: IpAddr,
    ) -> Result<Option<String>, StoreError> {
        for Trunk { name, network, .. } in self.all(scope).await? {
            let Some(network) = network else { continue };
            let network: Network = network.parse().map_err(|e: NetworkError| damaged(&e))?;
            if network.contains(ip) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Who we are to a trunk that challenges, and what proves it; `None` if nobody was told.
    pub(crate) async fn login(
        &self,
        scope: OrgScope,
        name: &str,
    ) -> Result<Option<(String, Secret)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM trunks WHERE org = $1 AND name = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(scope.org().to_string())
            .bind(name.to_owned())
            .fetch_optional(&mut *self.store.scoped(scope).await?)
            .await?;
        let Some(Kept { trunk, sealed }) = row.as_ref().map(read).transpose()? else { return Ok(None) };
        let Some((user, sealed)) = trunk.out.and_then(|out| out.username).zip(sealed) else {
            return Ok(None);
        };
        let secret = self.store.open_secret(scope, &place(name), &sealed).await?;
        Ok(Some((user, Secret::new(secret))))
    }
}

async fn put(
    tx: &mut Tx,
    name: String,
    settings: TrunkSettings,
    was: Option<Kept>,
) -> Result<Trunk, TrunkError> {
    let TrunkSettings { network, out, secret } = settings;
    let org = tx.scope().org();
    let has_user = out.as_ref().is_some_and(|out| out.username.is_some());
    let changed = secret.is_some();
    let sealed = match secret {
        Some(secret) => Some(tx.seal_secret(&place(&name), &secret).await?),
        None => was.as_ref().and_then(|was| was.sealed.clone()).filter(|_| has_user),
    };
    let trunk = Trunk {
        name: name.clone(),
        network: network.clone(),
        out: out.clone(),
        has_secret: sealed.is_some(),
    };
    let outward = out.as_ref().map(serde_json::to_string).transpose().map_err(|error| damaged(&error))?;
    sqlx::query(
        "INSERT INTO trunks (org, name, network, outward, secret) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (org, name) DO UPDATE SET network = excluded.network, outward = excluded.outward, secret = excluded.secret",
    )
    .bind(org.to_string())
    .bind(name.clone())
    .bind(network.clone().unwrap_or_default())
    .bind(outward)
    .bind(sealed)
    .execute(tx.conn())
    .await?;
    let mut after = json!(trunk);
    if changed {
        // That there is another one, and nothing of it.
        after["secret"] = json!(Redacted);
    }
    let what = if was.is_some() { "trunk.changed" } else { "trunk.created" };
    let change = Change::new(what, "trunk", &name).after(&after);
    tx.audit(was.iter().fold(change, |change, was| change.before(&was.trunk))).await?;
    let event = TrunkSet { name, network: network.unwrap_or_default(), out };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(trunk)
}

async fn remove(tx: &mut Tx, name: String) -> Result<(), TrunkError> {
    let org = tx.scope().org();
    let was = find(tx, &name).await?.ok_or(TrunkError::Unknown)?;
    sqlx::query("DELETE FROM trunks WHERE org = $1 AND name = $2")
        .bind(org.to_string())
        .bind(name.clone())
        .execute(tx.conn())
        .await?;
    tx.audit(Change::new("trunk.removed", "trunk", &name).before(&was.trunk)).await?;
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &TrunkRemoved { name }).await?;
    Ok(())
}

async fn find(tx: &mut Tx, name: &str) -> Result<Option<Kept>, StoreError> {
    let org = tx.scope().org();
    let sql = format!("SELECT {COLUMNS} FROM trunks WHERE org = $1 AND name = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(org.to_string())
        .bind(name.to_owned())
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &sqlx::any::AnyRow) -> Result<Kept, StoreError> {
    let network: String = row.try_get("network")?;
    let out = row.try_get::<Option<String>, _>("outward")?;
    let out: Option<TrunkOut> =
        out.as_deref().map(serde_json::from_str).transpose().map_err(|error| damaged(&error))?;
    let sealed: Option<String> = row.try_get("secret")?;
    let trunk = Trunk {
        name: row.try_get("name")?,
        network: Some(network).filter(|network| !network.is_empty()),
        out,
        has_secret: sealed.is_some(),
    };
    Ok(Kept { trunk, sealed })
}

/// Where a trunk's secret belongs.
fn place(name: &str) -> String {
    format!("trunks.secret:{name}")
}

fn check_name(name: &str) -> Result<(), Invalid> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if (1..=NAME_CHARS).contains(&name.len()) && name.chars().all(plain) {
        Ok(())
    } else {
        Err(Invalid::new("name", "must be 1 to 64 of A-Z a-z 0-9 . _ -"))
    }
}

fn check(settings: &TrunkSettings) -> Result<(), Invalid> {
    let TrunkSettings { network, out, secret } = settings;
    if let Some(network) = network {
        network
            .parse::<Network>()
            .map_err(|_| Invalid::new("network", "must be a network as 192.0.2.0/24"))?;
    }
    if let Some(out) = out {
        check_out(out)?;
    }
    let user = out.as_ref().and_then(|out| out.username.as_ref());
    match secret {
        Some(_) if user.is_none() => Err(Invalid::new("secret", "is for a user name, and there is none")),
        Some(secret) if !(1..=SECRET_BYTES).contains(&secret.len()) => {
            Err(Invalid::new("secret", "must be 1 to 128 bytes"))
        }
        _ => Ok(()),
    }
}

/// What emergency services have anywhere in the world.
fn may_be_emergency(number: &str) -> bool {
    (2..=6).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit())
}

fn check_out(out: &TrunkOut) -> Result<(), Invalid> {
    let TrunkOut { host, port, username, shows, emergency, .. } = out;
    let unbracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_name = |host: &str| {
        host.len() <= HOST_CHARS
            && host.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            })
    };
    match unbracketed.parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() || ip.is_multicast() => {
            return Err(Invalid::new("out.host", "is an address of nobody"));
        }
        Ok(_) => {}
        Err(_) if is_name(host) => {}
        Err(_) => return Err(Invalid::new("out.host", "must be an IP address or a host name")),
    }
    if *port == 0 {
        return Err(Invalid::new("out.port", "must be 1 to 65535"));
    }
    let speaks = |user: &String| {
        (1..=NAME_CHARS).contains(&user.chars().count())
            && !user.contains(|c: char| c.is_control() || c == '"' || c == '\\')
    };
    if !username.as_ref().is_none_or(speaks) {
        return Err(Invalid::new(
            "out.username",
            "must be 1 to 64 characters, without quotes and backslashes",
        ));
    }
    if !shows.as_deref().is_none_or(is_e164) {
        return Err(Invalid::new("out.shows", "must be + and 4 to 15 digits"));
    }
    if emergency.len() > EMERGENCY_NUMBERS || !emergency.iter().all(|number| may_be_emergency(number)) {
        return Err(Invalid::new("out.emergency", "must be at most 16 numbers of 2 to 6 digits"));
    }
    Ok(())
}

fn damaged(error: &dyn std::error::Error) -> StoreError {
    StoreError::Damaged { table: "trunks", reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(value: serde_json::Value) -> TrunkSettings {
        let mut out = json!({ "host": "sip.carrier.example" });
        out.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        serde_json::from_value(json!({ "out": out })).expect("settings")
    }

    #[test]
    fn what_cannot_be_is_named() {
        for settings in [
            json!({}),
            json!({ "host": "192.0.2.1" }),
            json!({ "host": "2001:db8::1", "shows": "+15550100" }),
        ] {
            check(&out(settings)).expect("can be");
        }
        for (settings, field) in [
            (json!({ "host": "a b" }), "out.host"),
            (json!({ "host": "0.0.0.0" }), "out.host"),
            (json!({ "host": "" }), "out.host"),
            (json!({ "host": "224.0.0.1" }), "out.host"),
            (json!({ "port": 0 }), "out.port"),
            (json!({ "username": "a\"b" }), "out.username"),
            (json!({ "shows": "1001" }), "out.shows"),
            (json!({ "emergency": ["112", "+112"] }), "out.emergency"),
            (json!({ "emergency": vec!["112"; 17] }), "out.emergency"),
        ] {
            let refused = check(&out(settings.clone())).expect_err("cannot be");
            assert_eq!(refused.field, field, "{settings}");
        }
        let settings = TrunkSettings { secret: Some("x".into()), ..out(json!({})) };
        assert_eq!(check(&settings).expect_err("nobody's").field, "secret");
        assert_eq!(check_name("a/b").expect_err("no name").field, "name");
        let settings = TrunkSettings { network: Some("10.0.0.1".into()), out: None, secret: None };
        assert_eq!(check(&settings).expect_err("no network").field, "network");
    }
}
