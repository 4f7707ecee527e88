//! Finding the node that strays belong to.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use tandem_proto::{NodeId, Timestamp};
use tandem_sip::{DialogId, Message, Peer, Stray, Text};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::Instant,
};

use crate::{Neighbours, Parcel, connection::Inbound, flood::Allowance};

/// Whether the transaction user has a dialog.
pub(crate) type KnowsDialog = Arc<dyn Fn(&DialogId) -> bool + Send + Sync>;

/// Strays asked about at once.
const AT_ONCE: usize = 512;
/// How often, while a node's things are being taken over, is asked again,
const AGAIN: Duration = Duration::from_millis(250);
/// and for how long at most.
const PATIENCE: Duration = Duration::from_secs(8);

/// What was found out about a stray.
#[derive(Debug)]
pub(crate) struct Sought {
    pub(crate) stray: Stray,
    /// Whose it is and who has taken it; `None`: nobody's.
    pub(crate) owner: Option<NodeId>,
}

/// The strays of one node.
pub(crate) struct Strays {
    me: NodeId,
    inbox: mpsc::Sender<Inbound>,
    neighbours: Option<Arc<dyn Neighbours>>,
    dialogs: Option<KnowsDialog>,
    asking: HashSet<Text>,
    allowance: Allowance<IpAddr>,
    owners: Owners,
}

impl Strays {
    pub(crate) fn new(me: NodeId, inbox: mpsc::Sender<Inbound>) -> Self {
        let (asking, owners) = Default::default();
        Self { me, inbox, neighbours: None, dialogs: None, asking, allowance: Allowance::new(), owners }
    }

    pub(crate) fn join(&mut self, neighbours: Arc<dyn Neighbours>) {
        self.neighbours = Some(neighbours);
    }

    pub(crate) fn know(&mut self, dialogs: KnowsDialog) {
        self.dialogs = Some(dialogs);
    }

    /// Whether the transaction user has the dialog a request names. Without neighbours to ask, it is left to it to say no.
    pub(crate) fn is_dialog_here(&self, dialog: Option<&DialogId>) -> bool {
        match (&self.neighbours, &self.dialogs, dialog) {
            (Some(_), Some(knows), Some(dialog)) => knows(dialog),
            _ => true,
        }
    }

    /// The node a message for `to` has to leave through; `None`: this one. `here` tells whether it listens at an address.
    pub(crate) fn way(&self, to: Peer, here: impl Fn(std::net::SocketAddr) -> bool) -> Option<NodeId> {
        let neighbours = self.neighbours.as_ref()?;
        match (to.flow, to.local) {
            (Some(flow), _) if flow.node == self.me => None,
            (Some(flow), _) if neighbours.others().contains(&flow.node) => Some(flow.node),
            (_, Some(local)) if !here(local) => neighbours.holder(local),
            _ => None,
        }
    }

    /// Hands a message to the node it has to leave through.
    pub(crate) fn relay(&self, node: NodeId, parcel: &Parcel) -> bool {
        self.neighbours.as_ref().is_some_and(|neighbours| neighbours.relay(node, parcel))
    }

    /// A node speaks in this call: what strays of it belongs there.
    pub(crate) fn note(&mut self, call_id: &Text, node: NodeId) {
        self.owners.note(call_id, node);
    }

    /// Asks around for the owner; [`Inbound::Sought`] tells. Gives the stray back when there is nobody to ask. One too many is lost, as a
    /// datagram may be.
    pub(crate) fn seek(&mut self, now: Timestamp, stray: Stray) -> Option<Stray> {
        let somebody = |it: &&Arc<dyn Neighbours>| !it.others().is_empty() || it.unsettled();
        let Some(neighbours) = self.neighbours.as_ref().filter(somebody) else { return Some(stray) };
        let key = stray.key();
        let full = self.asking.len() >= AT_ONCE;
        if full || self.asking.contains(&key) || !self.allowance.admit(now, stray.from.addr.ip()) {
            metrics::counter!("tandem_sip_strays_dropped_total").increment(1);
            return None;
        }
        self.asking.insert(key);
        let hint = self.owners.of(stray.call_id());
        tokio::spawn(seek(Arc::clone(neighbours), hint, stray, self.inbox.clone()));
        None
    }

    pub(crate) fn sought(&mut self, sought: &Sought) {
        self.asking.remove(&sought.stray.key());
        if let Some(owner) = sought.owner {
            self.owners.note(sought.stray.call_id(), owner);
        }
    }
}

async fn seek(
    neighbours: Arc<dyn Neighbours>,
    hint: Option<NodeId>,
    stray: Stray,
    inbox: mpsc::Sender<Inbound>,
) {
    let message = match &stray.message {
        Message::Request(request) => request.to_bytes(),
        Message::Response(response) => response.to_bytes(),
    };
    let parcel = Parcel { peer: stray.from, message };
    let until = Instant::now() + PATIENCE;
    let owner = loop {
        if let Some(hint) = hint
            && neighbours.ask(hint, parcel.clone()).await
        {
            break Some(hint);
        }
        let others = neighbours.others().into_iter().filter(|node| Some(*node) != hint);
        let mut asked: JoinSet<_> = others
            .map(|node| {
                let answer = neighbours.ask(node, parcel.clone());
                async move { answer.await.then_some(node) }
            })
            .collect();
        let mut owner = None;
        while let (None, Some(answer)) = (owner, asked.join_next().await) {
            owner = answer.ok().flatten();
        }
        if owner.is_some() {
            break owner;
        }
        // What it belongs to may have been taken over by this node meanwhile.
        let (reply, answer) = oneshot::channel();
        if inbox.send(Inbound::Again { stray: stray.clone(), reply }).await.is_err() {
            return;
        }
        if answer.await == Ok(true) || !neighbours.unsettled() || Instant::now() >= until {
            break None;
        }
        tokio::time::sleep(AGAIN).await;
    };
    // A driver that has ended has no strays.
    let _ = inbox.send(Inbound::Sought(Sought { stray, owner })).await;
}

/// Which node a call is at, for the latest calls: no proof, but most often right.
#[derive(Debug, Default)]
struct Owners {
    latest: HashMap<Text, NodeId>,
    before: HashMap<Text, NodeId>,
}

/// Calls in each of the two generations.
const GENERATION: usize = 20_000;

impl Owners {
    fn note(&mut self, call_id: &Text, node: NodeId) {
        if self.latest.get(call_id) == Some(&node) {
            return;
        }
        if self.latest.len() >= GENERATION {
            self.before = std::mem::take(&mut self.latest);
        }
        self.latest.insert(call_id.detached(), node);
    }

    fn of(&self, call_id: &Text) -> Option<NodeId> {
        self.latest.get(call_id).or_else(|| self.before.get(call_id)).copied()
    }
}
