//! The task that beats, watches the others' beats, and offers what the gone ones owned.

use std::{
    collections::HashMap,
    sync::Weak,
    time::{Duration, Instant},
};

use sqlx::Row as _;
use tandem_proto::{NodeId, NodeInfo};
use tandem_store::{Cause, StoreError};
use tokio::time::MissedTickBehavior;

use crate::{
    BEAT, Cluster, GONE_AFTER, Inner, Nodes,
    owned::{LEFT_TO_ITS_PLACE, left_behind},
};

/// How often a node that is alone looks for what earlier runs left; nobody else can leave anything.
const ALONE: Duration = Duration::from_secs(1);

/// A node's count and since when it stands.
#[derive(Clone, Copy)]
struct Seen {
    beat: i64,
    since: Instant,
}

#[derive(Default)]
struct Pulse {
    beat: i64,
    seen: HashMap<NodeId, Seen>,
    /// When an orphan was first found.
    found: HashMap<(crate::Kind, String, i64), Instant>,
}

pub(crate) async fn start(cluster: &Cluster) -> Result<(), StoreError> {
    let mut pulse = Pulse::default();
    pulse.beat(cluster).await?;
    pulse.look(cluster).await?;
    let inner = std::sync::Arc::downgrade(&cluster.0);
    let changed = cluster.0.changed.subscribe();
    tokio::spawn(run(inner, pulse, changed));
    Ok(())
}

async fn run(inner: Weak<Inner>, mut pulse: Pulse, mut changed: tokio::sync::watch::Receiver<u64>) {
    let alone = inner.upgrade().is_some_and(|inner| inner.alone);
    let mut tick = tokio::time::interval(if alone { ALONE } else { BEAT });
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            news = changed.changed() => if news.is_err() { return },
        }
        let Some(inner) = inner.upgrade() else { return };
        let cluster = Cluster(inner);
        let result = async {
            if !alone {
                pulse.beat(&cluster).await?;
            }
            pulse.look(&cluster).await
        };
        if let Err(error) = result.await {
            // What was seen is no proof of anything while the store does not answer.
            let now = Instant::now();
            pulse.seen.values_mut().for_each(|seen| seen.since = now);
            tracing::warn!(%error, "the other nodes cannot be seen");
        }
    }
}

pub(crate) async fn leave(cluster: &Cluster) -> Result<(), StoreError> {
    let me = cluster.me().to_string();
    let system = cluster.0.mint.system();
    cluster
        .store()
        .write(system, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                sqlx::query("UPDATE owned SET node = '' WHERE node = $1")
                    .bind(me.as_str())
                    .execute(tx.conn())
                    .await?;
                sqlx::query("DELETE FROM nodes WHERE id = $1").bind(me).execute(tx.conn()).await?;
                Ok(())
            })
        })
        .await
}

impl Pulse {
    /// Shows that this node is there.
    async fn beat(&mut self, cluster: &Cluster) -> Result<(), StoreError> {
        self.beat += 1;
        let (beat, info) = (self.beat, cluster.info());
        let text = serde_json::to_string(&info).expect("a node's description is plain data");
        cluster
            .store()
            .write(cluster.0.mint.system(), Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO nodes (id, beat, info) VALUES ($1, $2, $3)
                         ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, info = excluded.info",
                    )
                    .bind(info.id.to_string())
                    .bind(beat)
                    .bind(text)
                    .execute(tx.conn())
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Looks who is there, tells it, and offers what the gone ones owned.
    async fn look(&mut self, cluster: &Cluster) -> Result<(), StoreError> {
        let me = cluster.me();
        let (mut living, mut gone) = (vec![cluster.info()], Vec::new());
        let rows =
            sqlx::query("SELECT id, beat, info FROM nodes").fetch_all(cluster.store().reader()).await?;
        let now = Instant::now();
        for row in rows {
            let damaged = |error: &dyn std::fmt::Display| StoreError::Damaged {
                table: "nodes",
                reason: error.to_string(),
            };
            let id: NodeId = row.try_get::<String, _>(0)?.parse().map_err(|e: uuid::Error| damaged(&e))?;
            if id == me {
                continue;
            }
            let (beat, info): (i64, String) = (row.try_get(1)?, row.try_get(2)?);
            let seen = self.seen.entry(id).or_insert(Seen { beat, since: now });
            if seen.beat != beat {
                *seen = Seen { beat, since: now };
            }
            if cluster.is_alone() || seen.since.elapsed() >= GONE_AFTER {
                gone.push(id);
            } else {
                let info: NodeInfo = serde_json::from_str(&info).map_err(|e| damaged(&e))?;
                living.push(info);
            }
        }
        let nodes = Nodes::of(living);
        let links =
            nodes.all().iter().filter(|node| node.id != me).filter_map(|node| Some((node.id, node.links?)));
        cluster.links().know(links.collect());
        cluster.0.nodes.send_if_modified(|known| {
            let news = *known != nodes;
            *known = nodes;
            news
        });
        self.offer(cluster, &gone).await
    }

    async fn offer(&mut self, cluster: &Cluster, gone: &[NodeId]) -> Result<(), StoreError> {
        let orphans = left_behind(cluster, gone).await?;
        let (nodes, me) = (cluster.nodes(), cluster.me());
        let mut found = HashMap::with_capacity(orphans.len());
        let left = orphans.len();
        for orphan in orphans {
            let key = (orphan.kind, orphan.id.clone(), orphan.owner.epoch);
            let since = *self.found.get(&key).unwrap_or(&Instant::now());
            found.insert(key, since);
            let mine = nodes.place(orphan.kind.role(), &orphan.id).is_some_and(|place| place.id == me);
            if mine || since.elapsed() >= LEFT_TO_ITS_PLACE {
                // Nobody listens yet: it is offered again.
                let _ = cluster.0.orphans.send(orphan);
            }
        }
        self.found = found;
        if left == 0 {
            self.forget(cluster, gone).await?;
        }
        Ok(())
    }

    /// Removes gone nodes that own nothing any more (of any kind).
    async fn forget(&mut self, cluster: &Cluster, gone: &[NodeId]) -> Result<(), StoreError> {
        for node in gone {
            let id = node.to_string();
            let removed = cluster
                .store()
                .write(cluster.0.mint.system(), Cause::SYSTEM, move |tx| {
                    Box::pin(async move {
                        let removed = sqlx::query(
                            "DELETE FROM nodes WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM owned WHERE owned.node = $1)",
                        )
                        .bind(id)
                        .execute(tx.conn())
                        .await?;
                        Ok::<_, StoreError>(removed.rows_affected())
                    })
                })
                .await?;
            if removed == 1 {
                tracing::info!(%node, "a node is gone and everything it owned was taken over");
                self.seen.remove(node);
            }
        }
        Ok(())
    }
}
