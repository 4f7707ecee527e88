//! Public keys of seals as rows: how nodes know what another one sealed.
//!
//! The store is what all nodes trust already: who can write there can do anything. So a public key is as good as its row. The private half
//! is in no row and in no file.

use std::sync::{Arc, Weak};

use sqlx::{Row as _, any::AnyRow};
use tandem_bus::seals::{Directory, Looked, RENEW_EVERY};
use tandem_core::{
    Clock as _, SystemClock,
    sealed::{SealError, SealKeyId, SealedKey},
};
use tandem_proto::{NodeId, Timestamp};
use tandem_store::{Migration, Store, StoreError, Tx};
use tokio::time::sleep;

use crate::{Cluster, Inner};

pub(crate) const MIGRATION: Migration = Migration {
    name: "0009_seal_keys",
    sql: "
        CREATE TABLE seal_keys (
            kid text PRIMARY KEY, node text NOT NULL, public_key text NOT NULL, valid_from bigint NOT NULL, valid_until bigint NOT NULL
        );
        CREATE INDEX seal_keys_by_end ON seal_keys (valid_until);
    ",
};

/// After a key was published and before it is used: long enough for its row to be on every replica that may be asked.
const SETTLES: std::time::Duration = std::time::Duration::from_secs(10);
/// Before the next try when the store was away.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(10);
/// How long a key that is over stays: longer than what it sealed lives, by any clock that is trusted at all.
const KEPT: std::time::Duration = std::time::Duration::from_secs(3_600);

/// Publishes this node's key, and looks up those of others from now on. Nodes of the version before seals are known before they can know
/// of this one.
pub(crate) async fn join(cluster: &Cluster) -> Result<(), StoreError> {
    let seals = cluster.links().seals();
    publish(cluster, seals.own_key().published()).await?;
    purge(cluster, SystemClock.now()).await?;
    seals.look_in(Arc::new(Rows(cluster.store().clone())));
    let without = sqlx::query("SELECT id FROM nodes WHERE id NOT IN (SELECT node FROM seal_keys)");
    let rows = without.fetch_all(cluster.tables()).await?;
    let unsealed: Result<_, StoreError> = rows.iter().map(node).collect();
    seals.set_unsealed(unsealed?);
    Ok(())
}

/// Takes another key each hour until the node leaves. While the store is away the old one stays in use.
pub(crate) async fn renew(inner: Weak<Inner>) {
    let Some(stop) = inner.upgrade().map(|inner| inner.stop.clone()) else { return };
    let renewing = async {
        loop {
            sleep(RENEW_EVERY).await;
            while let Err(error) = renew_once(&inner).await {
                tracing::warn!(%error, "the key of this node's seals cannot be renewed");
                sleep(AGAIN).await;
            }
        }
    };
    stop.run_until_cancelled(renewing).await;
}

async fn renew_once(inner: &Weak<Inner>) -> Result<(), StoreError> {
    let Some(cluster) = inner.upgrade().map(Cluster) else { return Ok(()) };
    let seals = cluster.links().seals().clone();
    let next = seals.next_key();
    publish(&cluster, next.published()).await?;
    purge(&cluster, SystemClock.now()).await?;
    drop(cluster);
    sleep(SETTLES).await;
    seals.use_key(next);
    Ok(())
}

/// Makes a key known.
async fn publish(cluster: &Cluster, key: SealedKey) -> Result<(), StoreError> {
    cluster
        .write_as_system(move |tx: &mut Tx| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO seal_keys (kid, node, public_key, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(key.id.to_string())
                .bind(key.node.to_string())
                .bind(key.public.to_string())
                .bind(key.from.micros())
                .bind(key.until.micros())
                .execute(tx.conn())
                .await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
}

/// Forgets keys that were over long before `now`, whosever they were.
async fn purge(cluster: &Cluster, now: Timestamp) -> Result<(), StoreError> {
    let before = now.minus(KEPT).micros();
    cluster
        .write_as_system(move |tx: &mut Tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM seal_keys WHERE valid_until < $1")
                    .bind(before)
                    .execute(tx.conn())
                    .await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
}

/// Nodes that have published a key.
pub(crate) async fn nodes(cluster: &Cluster) -> Result<Vec<NodeId>, StoreError> {
    let rows = sqlx::query("SELECT DISTINCT node FROM seal_keys").fetch_all(cluster.tables()).await?;
    rows.iter().map(node).collect()
}

fn node(row: &AnyRow) -> Result<NodeId, StoreError> {
    row.try_get::<String, _>(0)?.parse().map_err(damaged)
}

/// The table, as seals look into it.
struct Rows(Store);

impl Directory for Rows {
    fn key(&self, id: SealKeyId) -> Looked<'_> {
        Box::pin(async move {
            look(&self.0, id).await.map_err(|error| {
                tracing::warn!(%error, "the key of a seal cannot be looked up");
                SealError::Unverifiable
            })
        })
    }
}

async fn look(store: &Store, id: SealKeyId) -> Result<Option<SealedKey>, StoreError> {
    // All orgs: keys are the nodes' own.
    let pool = store.across_orgs();
    let row =
        sqlx::query("SELECT kid, node, public_key, valid_from, valid_until FROM seal_keys WHERE kid = $1")
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?;
    row.as_ref().map(key).transpose()
}

fn key(row: &AnyRow) -> Result<SealedKey, StoreError> {
    let time = |column| Ok::<_, StoreError>(Timestamp::from_micros(row.try_get(column)?));
    Ok(SealedKey {
        id: row.try_get::<String, _>(0)?.parse().map_err(damaged)?,
        node: row.try_get::<String, _>(1)?.parse().map_err(damaged)?,
        public: row.try_get::<String, _>(2)?.parse().map_err(damaged)?,
        from: time(3)?,
        until: time(4)?,
    })
}

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { table: "seal_keys", reason: error.to_string() }
}
