//! The other nodes over links: services `sip-stray`, `sip-relay` and `sip-holds`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tandem_bus::Links;
use tandem_proto::NodeId;

use crate::{BoxFuture, Neighbours, Parcel, WeakSipHandle};

const STRAY: &str = "sip-stray";
const RELAY: &str = "sip-relay";
const HOLDS: &str = "sip-holds";

/// How long a node may take to say whether a stray is its own.
const ANSWER: Duration = Duration::from_millis(500);
/// How long after a node went its calls and addresses may still be on their way to new owners.
const SETTLING: Duration = Duration::from_secs(6);

/// The other sip nodes, asked and told over links.
#[derive(Debug)]
pub struct LinkedNodes {
    links: Links,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    others: Vec<NodeId>,
    /// The addresses nodes were configured with,
    configured: HashMap<SocketAddr, NodeId>,
    /// and those they say they listen at.
    told: HashMap<SocketAddr, NodeId>,
    shaken: Option<Instant>,
}

impl LinkedNodes {
    /// Serves the other nodes through `handle` and makes its transport one of theirs; [`Self::know`] tells who they are.
    pub async fn join(links: Links, handle: &crate::SipHandle) -> Arc<Self> {
        let linked = Arc::new(Self { links, book: Mutex::default() });
        linked.serve(&handle.downgrade());
        // A transport that has stopped needs nobody.
        let _ = handle.join(Arc::clone(&linked) as Arc<dyn Neighbours>).await;
        linked
    }

    fn serve(self: &Arc<Self>, handle: &WeakSipHandle) {
        let strays = handle.clone();
        self.links.serve(STRAY, move |_, parcel: Parcel| {
            let handle = strays.upgrade();
            async move {
                match handle {
                    Some(handle) => handle.stray(parcel).await,
                    None => false,
                }
            }
        });
        let relays = handle.clone();
        self.links.hear(RELAY, move |asker, parcel: Parcel| {
            let taken = relays.upgrade().is_some_and(|handle| handle.relay(asker.node, parcel));
            if !taken {
                metrics::counter!("tandem_sip_relays_dropped_total").increment(1);
            }
        });
        let listener = Arc::downgrade(self);
        self.links.hear(HOLDS, move |asker, addresses: Vec<SocketAddr>| {
            if let Some(linked) = listener.upgrade() {
                let mut book = linked.book();
                let from = asker.node;
                book.told.retain(|_, holder| *holder != from);
                book.told.extend(addresses.into_iter().map(|address| (address, from)));
            }
        });
    }

    /// Who the other sip nodes are, each with the address it was configured with.
    pub fn know(&self, others: Vec<(NodeId, Option<SocketAddr>)>) {
        let mut book = self.book();
        let nodes: Vec<_> = others.iter().map(|(node, _)| *node).collect();
        if book.others.iter().any(|former| !nodes.contains(former)) {
            book.shaken = Some(Instant::now());
        }
        book.told.retain(|_, holder| nodes.contains(holder));
        book.configured =
            others.into_iter().filter_map(|(node, address)| address.map(|address| (address, node))).collect();
        book.others = nodes;
    }

    /// A node may be gone.
    pub fn shaken(&self) {
        self.book().shaken = Some(Instant::now());
    }

    /// Tells the others where this node listens.
    pub fn tell(&self, held: &[SocketAddr]) {
        for node in self.others() {
            // Told again within a second.
            let _ = self.links.tell(node, HOLDS, &held);
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Each change is whole, whatever happened to who made the last one.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Neighbours for LinkedNodes {
    fn others(&self) -> Vec<NodeId> {
        self.book().others.clone()
    }

    fn holder(&self, local: SocketAddr) -> Option<NodeId> {
        let book = self.book();
        book.told.get(&local).or_else(|| book.configured.get(&local)).copied()
    }

    fn unsettled(&self) -> bool {
        self.book().shaken.is_some_and(|since| since.elapsed() < SETTLING)
    }

    fn ask(&self, node: NodeId, stray: Parcel) -> BoxFuture<bool> {
        let links = self.links.clone();
        Box::pin(async move { links.ask(node, STRAY, &stray, ANSWER).await.unwrap_or(false) })
    }

    fn relay(&self, node: NodeId, parcel: &Parcel) -> bool {
        self.links.tell(node, RELAY, parcel).is_ok()
    }
}
