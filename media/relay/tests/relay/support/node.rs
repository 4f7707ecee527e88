//! Nodes of one cluster in this process: one store, links over TCP, relays of their own.

use std::sync::Arc;

use tandem_bus::Links;
use tandem_cluster::{Cluster, Joining, MIGRATIONS};
use tandem_core::Mint;
use tandem_media::MediaEvent;
use tandem_proto::{NodeId, NodeInfo, NodeRole};
use tandem_relay::{Media, MediaPool, MediaTimes};
use tandem_store::Store;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{DEADLINE, LOCALHOST, TestRelay};

/// What nodes share.
pub(crate) struct Town {
    store: Store,
    mint: Arc<Mint>,
    pub(crate) times: MediaTimes,
    pub(crate) folder: TempDir,
}

pub(crate) struct TestNode {
    pub(crate) id: NodeId,
    pub(crate) cluster: Cluster,
    pub(crate) links: Links,
    pub(crate) pool: MediaPool,
    pub(crate) events: mpsc::Receiver<(NodeId, MediaEvent)>,
}

impl Town {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("tandem.db").display());
        let store = Store::open(&url, MIGRATIONS, Vec::new()).await.expect("opens");
        Self { store, mint: Arc::new(Mint::for_server()), times: MediaTimes::default(), folder }
    }

    /// A node that has joined; with a relay if that is one of its roles.
    pub(crate) async fn node(&self, name: &str, roles: &[NodeRole]) -> TestNode {
        let (cluster, links) = self.joined(name, roles).await;
        let local = roles.contains(&NodeRole::Media).then(|| {
            let TestRelay { relay, events } = TestRelay::start();
            (relay, events)
        });
        let (pool, events) = MediaPool::with_times(cluster.clone(), local, self.times);
        TestNode { id: cluster.me(), cluster, links, pool, events }
    }

    /// A node that has joined but is not as far as to serve anything.
    pub(crate) async fn joined(&self, name: &str, roles: &[NodeRole]) -> (Cluster, Links) {
        let id = NodeId::generate();
        let links = Links::listen(id, (LOCALHOST, 0).into()).await.expect("listens");
        let info = NodeInfo::new(id, name, roles.iter().copied(), links.address());
        let (store, mint) = (self.store.clone(), Arc::clone(&self.mint));
        let joining = Joining { store, mint, links: links.clone(), info, alone: false };
        (Cluster::join(joining).await.expect("joins"), links)
    }
}

/// Waits until all of them know each other.
pub(crate) async fn meet(nodes: &[&TestNode]) {
    for node in nodes {
        let mut seen = node.cluster.watch();
        let met = seen.wait_for(|seen| nodes.iter().all(|other| seen.get(other.id).is_some()));
        tokio::time::timeout(DEADLINE, met).await.expect("they meet in time").expect("the cluster runs");
    }
}

/// Waits until something is so.
pub(crate) async fn until(mut so: impl AsyncFnMut() -> bool) {
    let poll = async {
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(5));
        while !so().await {
            tick.tick().await;
        }
    };
    tokio::time::timeout(DEADLINE, poll).await.expect("it is so in time");
}

impl TestNode {
    pub(crate) fn on(&self, other: &TestNode) -> Media {
        self.pool.on(other.id)
    }

    /// The next event that `wanted` finds something in, with the node it is from.
    pub(crate) async fn event<T>(&mut self, mut wanted: impl FnMut(MediaEvent) -> Option<T>) -> (NodeId, T) {
        let find = async {
            loop {
                let (node, event) = self.events.recv().await.expect("the pool runs");
                if let Some(found) = wanted(event) {
                    return (node, found);
                }
            }
        };
        tokio::time::timeout(DEADLINE, find).await.expect("the event comes in time")
    }

    pub(crate) async fn digit(&mut self) -> char {
        self.event(|event| if let MediaEvent::Dtmf { digit, .. } = event { Some(digit) } else { None })
            .await
            .1
    }

    /// Is gone from one moment to the next.
    pub(crate) fn die(self) {
        self.links.close();
    }
}
