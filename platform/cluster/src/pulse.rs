//! A node's own beat.

use std::sync::{Arc, Weak};

use tandem_proto::NodeInfo;
use tandem_store::{Cause, StoreError, Tx};
use tokio::time::{Instant, MissedTickBehavior};

use crate::{Cluster, Inner};

/// The count of a node that is not there yet: it waits until its name is free.
pub(crate) const JOINING: i64 = 0;

/// Beats, and remembers what it told.
#[derive(Default)]
pub(crate) struct Pulse {
    count: i64,
    told: Option<NodeInfo>,
    /// When the latest one that was seen was begun.
    seen: Option<Instant>,
}

impl Pulse {
    /// Makes the node's row, before it is there.
    pub(crate) async fn announce(cluster: &Cluster) -> Result<(), StoreError> {
        make_row(cluster, JOINING, &cluster.info()).await
    }

    /// Shows that this node is there: mostly one small number.
    pub(crate) async fn beat(&mut self, cluster: &Cluster) -> Result<(), StoreError> {
        self.count += 1;
        let (began, info) = (Instant::now(), cluster.info());
        let mut is_known = true;
        if self.told.is_none() {
            make_row(cluster, self.count, &info).await?;
        } else {
            let news = (self.told.as_ref() != Some(&info)).then_some(&info);
            is_known = change_row(cluster, self.count, news).await?;
            if !is_known {
                make_row(cluster, self.count, &info).await?;
            }
        }
        // Others forgot it, or had the time to take it for gone: they may have taken what it owns.
        let stood_still = self.seen.is_some_and(|seen| seen.elapsed() >= cluster.0.timing.gone_after);
        if !is_known || stood_still {
            tracing::warn!(is_known, "the others may have taken this node for gone");
            cluster.0.returns.send_modify(|count| *count += 1);
        }
        (self.told, self.seen) = (Some(info), Some(began));
        Ok(())
    }

    /// Beats until the node leaves.
    pub(crate) async fn run(mut self, inner: Weak<Inner>) {
        let Some((mut changed, stop, beat)) =
            inner.upgrade().map(|inner| (inner.changed.subscribe(), inner.stop.clone(), inner.timing.beat))
        else {
            return;
        };
        let mut tick = tokio::time::interval(beat);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {}
                news = changed.changed() => if news.is_err() { return },
            }
            let Some(inner) = inner.upgrade() else { return };
            let result = self.beat(&Cluster(inner)).await;
            match &result {
                Err(error) if !failing => tracing::warn!(%error, "this node cannot show that it is there"),
                Ok(()) if failing => tracing::info!("this node shows again that it is there"),
                _ => {}
            }
            failing = result.is_err();
        }
    }
}

/// Writes the row, whether it was there or not.
async fn make_row(cluster: &Cluster, count: i64, info: &NodeInfo) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO nodes (id, beat, info) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, info = excluded.info";
    write(cluster, SQL, count, Some(info)).await.map(drop)
}

/// Writes the count, and the description where there is one to tell. Whether the row was there.
async fn change_row(cluster: &Cluster, count: i64, info: Option<&NodeInfo>) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE nodes SET beat = $2, info = coalesce($3, info) WHERE id = $1";
    write(cluster, SQL, count, info).await
}

/// Not among other commands: a node that has much to write must not look dead.
async fn write(
    cluster: &Cluster,
    sql: &'static str,
    count: i64,
    info: Option<&NodeInfo>,
) -> Result<bool, StoreError> {
    let me = cluster.me().to_string();
    let text = info.map(|info| serde_json::to_string(info).expect("a node's description is plain data"));
    let rows = cluster.store().write_pulse(cluster.0.mint.system(), Cause::SYSTEM, move |tx: &mut Tx| {
        Box::pin(async move {
            let written = sqlx::query(sql).bind(me).bind(count).bind(text).execute(tx.conn()).await?;
            Ok::<_, StoreError>(written.rows_affected())
        })
    });
    Ok(rows.await? == 1)
}

/// Gives up everything, then the node's row.
pub(crate) async fn leave(cluster: &Cluster) -> Result<(), StoreError> {
    // A beat on its way would make the row anew.
    cluster.0.stop.cancel();
    cluster.0.running.close();
    cluster.0.running.wait().await;
    let me: Arc<str> = cluster.me().to_string().into();
    for org in crate::owned::orgs_of(cluster).await? {
        let (me, scope) = (Arc::clone(&me), cluster.scope_of(org));
        cluster
            .store()
            .write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    sqlx::query("UPDATE owned SET node = '' WHERE node = $1 AND org = $2")
                        .bind(&*me)
                        .bind(org.to_string())
                        .execute(tx.conn())
                        .await?;
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
    }
    remove_row(cluster, &me).await?;
    cluster.announce_orphans();
    Ok(())
}

/// Forgets a node; says whether it was known.
pub(crate) async fn remove_row(cluster: &Cluster, node: &str) -> Result<bool, StoreError> {
    let node = node.to_owned();
    let removed = cluster.write_as_system(move |tx: &mut Tx| {
        Box::pin(async move {
            let removed =
                sqlx::query("DELETE FROM nodes WHERE id = $1").bind(node).execute(tx.conn()).await?;
            Ok::<_, StoreError>(removed.rows_affected())
        })
    });
    Ok(removed.await? == 1)
}
