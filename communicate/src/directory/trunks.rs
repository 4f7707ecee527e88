//! Carriers, told by the address they send from.

use std::{net::IpAddr, str::FromStr};

use serde_json::json;
use sqlx::Row;
use tandem_core::OrgScope;
use tandem_proto::{Stream, Topic, events::call::TrunkSet};
use tandem_store::{Cause, Change, Expect, Store, StoreError};

/// An address range in CIDR form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Not `address/prefix`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a network in CIDR form: {0:?}")]
pub struct NetworkError(String);

impl Network {
    /// Whether `ip` lies in the range; an IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(self, ip: IpAddr) -> bool {
        let bits = |ip: IpAddr| match ip.to_canonical() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32_u8),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let ((ours, width), (theirs, other_width)) = (bits(self.address), bits(ip));
        let shift = 128 - u32::from(self.prefix);
        width == other_width && (shift == 128 || ours >> shift == theirs >> shift)
    }
}

impl FromStr for Network {
    type Err = NetworkError;
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        if prefix > width { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

/// A carrier that needs no credentials because of where it sends from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrunkRecord {
    /// Name, unique in the org.
    pub name: String,
    /// Where it sends from.
    pub network: Network,
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

    /// Makes or changes a trunk. `network` in CIDR form.
    pub async fn set(
        &self,
        scope: OrgScope,
        cause: Cause,
        name: String,
        network: String,
    ) -> Result<(), StoreError> {
        let checked: Network = network.parse().map_err(|e: NetworkError| damaged(&e))?;
        let event = TrunkSet { name: name.clone(), network: network.clone() };
        tracing::debug!(?checked, name, "trunk");
        self.store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let org = tx.scope().org();
                    let was = sqlx::query("SELECT network FROM trunks WHERE org = $1 AND name = $2")
                        .bind(org.to_string())
                        .bind(name.clone())
                        .fetch_optional(tx.conn())
                        .await?;
                    let was: Option<String> = was.map(|row| row.try_get("network")).transpose()?;
                    let view = |network: &str| json!({ "name": name, "network": network });
                    let change = Change::new("trunk.set", "trunk", &name).after(&view(&network));
                    tx.audit(was.iter().fold(change, |change, was| change.before(&view(was)))).await?;
                    sqlx::query(
                        "INSERT INTO trunks (org, name, network) VALUES ($1, $2, $3)
                         ON CONFLICT (org, name) DO UPDATE SET network = excluded.network",
                    )
                    .bind(org.to_string())
                    .bind(name)
                    .bind(network)
                    .execute(tx.conn())
                    .await?;
                    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
                    Ok(())
                })
            })
            .await
    }

    /// The org's trunk that sends from `ip`.
    pub async fn from_address(&self, scope: OrgScope, ip: IpAddr) -> Result<Option<TrunkRecord>, StoreError> {
        let rows = sqlx::query("SELECT name, network FROM trunks WHERE org = $1 ORDER BY name")
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.store.scoped(scope).await?)
            .await?;
        for row in rows {
            let network: Network =
                row.try_get::<String, _>("network")?.parse().map_err(|e: NetworkError| damaged(&e))?;
            if network.contains(ip) {
                return Ok(Some(TrunkRecord { name: row.try_get("name")?, network }));
            }
        }
        Ok(None)
    }
}

fn damaged(error: &NetworkError) -> StoreError {
    StoreError::Damaged { table: "trunks", reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_they_say() {
        let network = |text: &str| text.parse::<Network>().unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(network("127.0.0.0/8").contains(ip("127.3.2.1")));
        assert!(network("127.0.0.0/8").contains(ip("::ffff:127.0.0.1")));
        assert!(!network("127.0.0.0/8").contains(ip("128.0.0.1")));
        assert!(network("0.0.0.0/0").contains(ip("9.9.9.9")));
        assert!(!network("0.0.0.0/0").contains(ip("2001:db8::1")));
        assert!(network("192.0.2.7/32").contains(ip("192.0.2.7")));
        for wrong in ["127.0.0.1", "127.0.0.0/33", "x/8", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
