//! The task that keeps a node's claims of addresses: takes those of nodes that are gone, and hands them back.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use tandem_cluster::{Claim, Cluster, Kind, Orphan};
use tandem_proto::NodeRole;
use tandem_store::{Cause, StoreError};
use tokio::{
    sync::{broadcast::error::RecvError, mpsc, oneshot},
    time::MissedTickBehavior,
};

use crate::{
    LinkedNodes, SipHandle, WeakSipHandle,
    node::{ADDRESS, Answer, HandBack, ask_back, scope},
};

/// How often claims are looked after: one that was lost while this process was stopped, a socket that could not be opened yet.
const ROUND: Duration = Duration::from_secs(1);
const REQUESTS: usize = 64;

/// What the keeper is asked.
#[derive(Debug)]
pub(crate) enum Request {
    HandBack { address: SocketAddr, reply: oneshot::Sender<Answer> },
    Leave { done: oneshot::Sender<()> },
}

#[derive(Debug)]
struct Held {
    claim: Claim,
    /// Whether the sockets are open.
    open: bool,
}

pub(crate) struct Keeper {
    cluster: Cluster,
    handle: WeakSipHandle,
    linked: Arc<LinkedNodes>,
    /// The node's own address, if others know it.
    own: Option<SocketAddr>,
    held: BTreeMap<SocketAddr, Held>,
}

impl Keeper {
    pub(crate) fn start(
        cluster: Cluster,
        handle: &SipHandle,
        linked: Arc<LinkedNodes>,
        own: Option<SocketAddr>,
        claim: Option<Claim>,
    ) -> mpsc::Sender<Request> {
        let (requests, queue) = mpsc::channel(REQUESTS);
        let asked = requests.downgrade();
        let name = cluster.info().name;
        cluster.links().serve(ADDRESS, move |_, HandBack { address }| {
            let (asked, name) = (asked.clone(), name.clone());
            async move {
                if own == Some(address) {
                    return Answer::Mine(name);
                }
                let (reply, answer) = oneshot::channel();
                if let Some(keeper) = asked.upgrade()
                    && keeper.send(Request::HandBack { address, reply }).await.is_ok()
                {
                    return answer.await.unwrap_or(Answer::Free);
                }
                Answer::Free
            }
        });
        let held = own.zip(claim).map(|(own, claim)| (own, Held { claim, open: true })).into_iter().collect();
        let keeper = Self { cluster, handle: handle.downgrade(), linked, own, held };
        tokio::spawn(keeper.run(queue));
        requests
    }

    /// Until it is told to leave, or nobody can tell it any more.
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let (mut orphans, mut nodes) = (self.cluster.orphans(), self.cluster.watch());
        let (mut broken, mut returns) = (self.cluster.links().broken(), self.cluster.returns());
        let mut round = tokio::time::interval(ROUND);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.know();
        loop {
            let kept = tokio::select! {
                orphan = orphans.recv() => match orphan {
                    Ok(orphan) => self.orphan(orphan).await,
                    Err(RecvError::Lagged(_)) => Ok(()),
                    Err(RecvError::Closed) => return,
                },
                changed = nodes.changed() => match changed {
                    Ok(()) => {
                        self.know();
                        Ok(())
                    }
                    Err(_) => return,
                },
                _ = broken.recv() => {
                    self.linked.shaken();
                    Ok(())
                }
                Ok(()) = returns.changed() => {
                    // Others go on with this node's calls; what is still sent here is theirs.
                    self.linked.shaken();
                    Ok(())
                }
                _ = round.tick() => self.look_after().await,
                request = requests.recv() => match request {
                    Some(Request::HandBack { address, reply }) => self.hand_back(address, reply).await,
                    Some(Request::Leave { done }) => {
                        self.leave().await;
                        let _ = done.send(());
                        return;
                    }
                    None => return,
                },
            };
            if let Err(error) = kept {
                tracing::warn!(%error, "SIP addresses cannot be looked after");
            }
        }
    }

    /// Who the others are, and where this node listens.
    fn know(&self) {
        let (me, nodes) = (self.cluster.me(), self.cluster.nodes());
        let others = nodes.with(NodeRole::Sip).filter(|node| node.id != me);
        self.linked.know(others.map(|node| (node.id, node.sip)).collect());
        self.tell();
    }

    fn tell(&self) {
        let held: Vec<_> =
            self.held.iter().filter(|(_, held)| held.open).map(|(address, _)| *address).collect();
        self.linked.tell(&held);
    }

    /// Takes the address of a node that is gone, unless that is back and will take it itself.
    async fn orphan(&mut self, orphan: Orphan) -> Result<(), StoreError> {
        if orphan.kind != Kind::SipAddress || self.cluster.info().draining {
            return Ok(());
        }
        let Ok(address) = orphan.id.parse::<SocketAddr>() else { return Ok(()) };
        let (me, nodes) = (self.cluster.me(), self.cluster.nodes());
        let its_own = |node: &&tandem_proto::NodeInfo| node.sip == Some(address) && !node.draining;
        if nodes.all().iter().filter(its_own).any(|node| node.id != me) {
            return Ok(());
        }
        if let Some(claim) = self.cluster.take(&orphan).await? {
            let open = self.own == Some(address);
            self.held.insert(address, Held { claim, open });
            self.open(address, true).await;
        }
        Ok(())
    }

    /// Opens the sockets of an address this node stands in for.
    async fn open(&mut self, address: SocketAddr, first: bool) {
        let (Some(handle), Some(held)) = (self.handle.upgrade(), self.held.get_mut(&address)) else { return };
        if held.open {
            return;
        }
        match handle.listen(address).await {
            Ok(()) => {
                held.open = true;
                tracing::info!(%address, "this node stands in for the SIP node that was there");
                self.tell();
            }
            Err(error) if first => tracing::warn!(
                %error,
                "the address of a SIP node that is gone is not one of this machine's (yet): its calls are moved by what they send next"
            ),
            Err(_) => {}
        }
    }

    async fn look_after(&mut self) -> Result<(), StoreError> {
        let me = self.cluster.me();
        for address in self.held.keys().copied().collect::<Vec<_>>() {
            let owner = self.cluster.owner(Kind::SipAddress, &address.to_string()).await?;
            if owner.and_then(|owner| owner.node) == Some(me) {
                self.open(address, false).await;
            } else {
                self.lost(address).await;
            }
        }
        if let Some(own) = self.own.filter(|own| !self.held.contains_key(own)) {
            self.reclaim(own).await?;
        }
        self.tell();
        Ok(())
    }

    /// Another node took the address while this one could not be seen.
    async fn lost(&mut self, address: SocketAddr) {
        self.held.remove(&address);
        if self.own != Some(address)
            && let Some(handle) = self.handle.upgrade()
        {
            tracing::info!(%address, "another node stands in at this SIP address now");
            handle.give_up(address).await;
        }
    }

    async fn reclaim(&mut self, own: SocketAddr) -> Result<(), StoreError> {
        let claim = self.cluster.own(scope(&self.cluster), Kind::SipAddress, &own.to_string()).await?;
        if let Some(claim) = claim {
            self.held.insert(own, Held { claim, open: true });
        } else if let Some(Answer::Mine(node)) = ask_back(&self.cluster, own).await? {
            tracing::error!(address = %own, node, "two nodes have the same SIP address");
        }
        Ok(())
    }

    /// The node an address was configured for is back.
    async fn hand_back(
        &mut self,
        address: SocketAddr,
        reply: oneshot::Sender<Answer>,
    ) -> Result<(), StoreError> {
        let given = self.give_up(address).await;
        self.tell();
        // It asks again if it has not heard this.
        let _ = reply.send(Answer::Free);
        given
    }

    async fn leave(&mut self) {
        // Its own address last.
        let mut addresses: Vec<_> = self.held.keys().copied().collect();
        addresses.sort_by_key(|address| self.own == Some(*address));
        for address in addresses {
            if let Err(error) = self.give_up(address).await {
                tracing::warn!(%address, %error, "SIP address not given up: others take it when this node is seen to be gone");
            }
        }
    }

    async fn give_up(&mut self, address: SocketAddr) -> Result<(), StoreError> {
        let Some(Held { claim, .. }) = self.held.remove(&address) else { return Ok(()) };
        if let Some(handle) = self.handle.upgrade() {
            handle.give_up(address).await;
        }
        let given = self
            .cluster
            .store()
            .write(scope(&self.cluster), Cause::SYSTEM, move |tx| {
                Box::pin(async move { claim.give_up(tx).await })
            })
            .await;
        match given {
            // Somebody has it already.
            Err(StoreError::Fenced) => Ok(()),
            given => given,
        }
    }
}
