//! The task that sees who is there and who is gone, and offers what the gone ones owned.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use sqlx::Row as _;
use tandem_proto::{NodeId, NodeInfo, NodeRole};
use tandem_store::StoreError;
use tokio::time::MissedTickBehavior;

use crate::{
    Cluster, Inner, Nodes, keys, meters, owned,
    pulse::{JOINING, remove_row},
    stillness::{NO_ROW, Stillness},
};

/// How often a node that is alone looks for what earlier runs left; nobody else can leave anything.
const ALONE: Duration = Duration::from_secs(1);
/// Looks between two for owners that have no row. There are hardly ever any, and the look is not for free.
const RARELY: u32 = 8;

/// A row of the table.
pub(crate) struct Row {
    pub(crate) id: NodeId,
    pub(crate) count: i64,
    pub(crate) info: String,
}

/// All rows.
pub(crate) async fn rows(cluster: &Cluster) -> Result<Vec<Row>, StoreError> {
    let rows =
        sqlx::query("SELECT id, beat, info FROM nodes ORDER BY id").fetch_all(cluster.tables()).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(0)?;
            let damaged =
                |error: uuid::Error| StoreError::Damaged { table: "nodes", reason: error.to_string() };
            Ok(Row { id: id.parse().map_err(damaged)?, count: row.try_get(1)?, info: row.try_get(2)? })
        })
        .collect()
}

/// A node's description, whichever version wrote it: roles that are not known here are left out, as are fields.
pub(crate) fn described(text: &str) -> Option<NodeInfo> {
    let mut value: serde_json::Value = serde_json::from_str(text).ok()?;
    if let Some(roles) = value.get_mut("roles").and_then(serde_json::Value::as_array_mut) {
        roles.retain(|role| role.as_str().is_some_and(|role| role.parse::<NodeRole>().is_ok()));
    }
    serde_json::from_value(value).ok()
}

/// What one node knows of the others.
pub(crate) struct Lookout {
    stillness: Stillness,
    looks: u32,
    /// Owners without a row, as of the last look for them.
    without_row: BTreeSet<NodeId>,
    /// When an orphan was first found.
    found: HashMap<(crate::Kind, String, i64), Instant>,
    /// Nodes that have published a key.
    sealing: BTreeSet<NodeId>,
    /// Descriptions as they stand in the table, and read.
    descriptions: HashMap<NodeId, (String, Option<NodeInfo>)>,
}

impl Lookout {
    pub(crate) fn new(cluster: &Cluster) -> Self {
        Self {
            stillness: Stillness::new(cluster.0.timing),
            looks: 0,
            without_row: BTreeSet::new(),
            found: HashMap::new(),
            sealing: BTreeSet::new(),
            descriptions: HashMap::new(),
        }
    }

    /// Looks until the node leaves.
    pub(crate) async fn run(mut self, inner: Weak<Inner>) {
        let Some((hint, stop, every)) = inner.upgrade().map(|inner| {
            let every = if inner.alone { ALONE } else { inner.timing.beat };
            (Arc::clone(&inner.hint), inner.stop.clone(), every)
        }) else {
            return;
        };
        let mut tick = tokio::time::interval(every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {}
                () = hint.notified() => {}
            }
            let Some(inner) = inner.upgrade() else { return };
            if let Err(error) = self.look(&Cluster(inner)).await {
                self.stillness.blind();
                tracing::warn!(%error, "the other nodes cannot be seen");
            }
        }
    }

    /// Looks who is there, tells it, and offers what the gone ones owned.
    pub(crate) async fn look(&mut self, cluster: &Cluster) -> Result<(), StoreError> {
        let me = cluster.me();
        if self.looks.is_multiple_of(RARELY) {
            self.without_row = owned::owners_without_row(cluster).await?;
            meters::owned(&owned::counts(cluster).await?);
        }
        self.looks = self.looks.wrapping_add(1);
        let mut rows = rows(cluster).await?;
        rows.retain(|row| row.id != me);
        self.without_row.retain(|node| *node != me && rows.iter().all(|row| row.id != *node));
        let counts = rows.iter().map(|row| (row.id, row.count));
        let strays = self.without_row.iter().map(|node| (*node, NO_ROW));
        let mut gone = self.stillness.look(Instant::now(), counts.chain(strays));
        if cluster.is_alone() {
            gone = rows.iter().map(|row| row.id).chain(self.without_row.iter().copied()).collect();
        }
        let mut living = vec![cluster.info()];
        for row in rows.iter().filter(|row| row.count != JOINING && !gone.contains(&row.id)) {
            living.extend(self.description(row));
        }
        self.descriptions.retain(|node, _| rows.iter().any(|row| row.id == *node));
        if !cluster.is_alone() {
            self.look_who_seals(cluster, &living).await?;
        }
        meters::nodes(living.len(), gone.len());
        cluster.see(Nodes::of(living), gone.clone());
        self.offer(cluster, &gone).await
    }

    /// A node publishes its key before its row: who has a row and no key is of the version before seals. There are such nodes only while
    /// they are being replaced, and only then is anything asked.
    async fn look_who_seals(&mut self, cluster: &Cluster, living: &[NodeInfo]) -> Result<(), StoreError> {
        let me = cluster.me();
        let without = |sealing: &BTreeSet<NodeId>| -> HashSet<NodeId> {
            living.iter().map(|node| node.id).filter(|node| *node != me && !sealing.contains(node)).collect()
        };
        if !without(&self.sealing).is_empty() {
            self.sealing.extend(keys::nodes(cluster).await?);
        }
        self.sealing.retain(|node| living.iter().any(|info| info.id == *node));
        cluster.links().seals().set_unsealed(without(&self.sealing));
        Ok(())
    }

    fn description(&mut self, row: &Row) -> Option<NodeInfo> {
        let known = self.descriptions.get(&row.id).is_some_and(|(text, _)| *text == row.info);
        if !known {
            let info = described(&row.info);
            if info.is_none() {
                tracing::warn!(node = %row.id, "a node describes itself in a way that is not understood");
            }
            self.descriptions.insert(row.id, (row.info.clone(), info));
        }
        self.descriptions.get(&row.id).and_then(|(_, info)| info.clone())
    }

    async fn offer(&mut self, cluster: &Cluster, gone: &BTreeSet<NodeId>) -> Result<(), StoreError> {
        let orphans = owned::left_behind(cluster, gone).await?;
        let (nodes, me, now) = (cluster.nodes(), cluster.me(), Instant::now());
        let mut found = HashMap::with_capacity(orphans.len());
        for orphan in orphans {
            let key = (orphan.kind, orphan.id.clone(), orphan.owner.epoch);
            let since = *self.found.get(&key).unwrap_or(&now);
            found.insert(key, since);
            let mine = nodes.place(orphan.kind.role(), &orphan.id).is_some_and(|place| place.id == me);
            if mine || now.duration_since(since) >= cluster.0.timing.left_to_its_place {
                // Nobody listens yet: it is offered again.
                let _ = cluster.0.orphans.send(orphan);
            }
        }
        self.found = found;
        for node in gone {
            if !self.without_row.contains(node) && !owned::owns_anything(cluster, *node).await? {
                forget(cluster, *node).await?;
            }
        }
        Ok(())
    }
}

async fn forget(cluster: &Cluster, node: NodeId) -> Result<(), StoreError> {
    if remove_row(cluster, &node.to_string()).await? {
        tracing::info!(%node, "a node is gone and everything it owned was taken over");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_other_versions_are_understood_as_far_as_they_can_be() {
        let newer = r#"{"id":"01938a5b-7c00-7003-8000-000000000003","name":"n","roles":["sip","oracle",7],"links":null,
            "http":null,"sip":null,"media":null,"version":"9","draining":false,"load":{"calls":1,"endpoints":2,"dreams":3},"mood":"good"}"#;
        let info = described(newer).expect("understood");
        assert_eq!(info.roles, BTreeSet::from([NodeRole::Sip]));
        assert_eq!((info.version.as_str(), info.load.calls), ("9", 1));
        for wrong in ["", "7", "{}", r#"{"roles":7}"#] {
            assert_eq!(described(wrong), None);
        }
    }
}
