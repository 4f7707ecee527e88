//! A sip node among others: its address is its own, and it stands in for nodes that are gone.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_cluster::{Claim, Cluster, Kind};
use tandem_core::{Clock, OrgScope};
use tandem_proto::OrgId;
use tandem_sip::SipEvent;
use tandem_store::StoreError;
use tokio::sync::{mpsc, oneshot};

use crate::{
    BindError, LinkedNodes, SipConfig, SipHandle, SipTransport,
    keeper::{Keeper, Request},
};

/// The service that hands addresses back.
pub(crate) const ADDRESS: &str = "sip-address";
/// How long a stand-in may take to let go of an address.
pub(crate) const HANDING_BACK: Duration = Duration::from_secs(2);
/// Between tries to get an address.
const AGAIN: Duration = Duration::from_millis(50);
/// Tries to get an address that goes from hand to hand.
const TRIES: usize = 40;

/// Whoever listens at the address shall let go of it: the node it was configured for is back.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct HandBack {
    pub(crate) address: SocketAddr,
}

/// What becomes of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The address is free.
    Free,
    /// The address is this node's by its own configuration; its name.
    Mine(String),
}

/// A sip node could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The sockets could not be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Two nodes were given the same address.
    #[error("the SIP address {address} is that of the node {node:?} already: give each node its own")]
    Taken {
        /// Which.
        address: SocketAddr,
        /// Whose it is.
        node: String,
    },
    /// Who has the address cannot be found out.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The transport of a node that may be one of several.
#[derive(Debug)]
pub struct SipNode {
    handle: SipHandle,
    keeper: Option<mpsc::Sender<Request>>,
}

impl SipNode {
    /// Opens the node's own address, asking for it back if another node stands in for this one, and makes its transport one of the
    /// cluster's. A process that is alone has no neighbours, and this is [`SipTransport::bind`].
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(
        config: SipConfig,
        clock: Arc<dyn Clock>,
        cluster: &Cluster,
    ) -> Result<(SipHandle, mpsc::Receiver<SipEvent>, Self), StartError> {
        let config = SipConfig { node: cluster.me(), ..config };
        if cluster.is_alone() {
            let (handle, events) = SipTransport::bind(config, clock).await?;
            return Ok((handle.clone(), events, Self { handle, keeper: None }));
        }
        let asked = config.bind;
        let mut claim = if is_known(asked) { reclaim(cluster, asked).await? } else { None };
        let (handle, events) = SipTransport::bind(config, clock).await?;
        let own = handle.local_addr();
        if own != asked && is_known(own) {
            claim = reclaim(cluster, own).await?;
        }
        let linked = LinkedNodes::join(cluster.links().clone(), &handle).await;
        let keeper = Keeper::start(cluster.clone(), &handle, linked, is_known(own).then_some(own), claim);
        Ok((handle.clone(), events, Self { handle, keeper: Some(keeper) }))
    }

    /// Takes no new dialogs from now on: they are told to come back in a few seconds. Everything else goes on.
    pub async fn drain(&self) {
        // One that has stopped takes none either.
        let _ = self.handle.drain().await;
    }

    /// Gives up all addresses, for other nodes to take at once. The last thing a node does that leaves.
    pub async fn leave(&self) {
        let Some(keeper) = &self.keeper else { return };
        let (done, left) = oneshot::channel();
        if keeper.send(Request::Leave { done }).await.is_ok() {
            let _ = left.await;
        }
    }
}

/// Addresses belong to no org.
pub(crate) fn scope(cluster: &Cluster) -> OrgScope {
    cluster.scope_of(OrgId::from_uuid(uuid::Uuid::nil()))
}

/// Whether an address says where a node is: one that is bound to all addresses of its machine has no address to take over.
fn is_known(address: SocketAddr) -> bool {
    address.port() != 0 && !address.ip().is_unspecified()
}

/// Owns the address, taking it back from a stand-in. `None` when whoever has it cannot be asked: most likely it is this node's former
/// run, and binding will tell.
async fn reclaim(cluster: &Cluster, address: SocketAddr) -> Result<Option<Claim>, StartError> {
    for _ in 0..TRIES {
        if let Some(claim) = cluster.own(scope(cluster), Kind::SipAddress, &address.to_string()).await? {
            return Ok(Some(claim));
        }
        match ask_back(cluster, address).await? {
            Some(Answer::Mine(node)) => return Err(StartError::Taken { address, node }),
            Some(Answer::Free) => tokio::time::sleep(AGAIN).await,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Asks the owner of an address to let go of it. `None` when it cannot be asked.
pub(crate) async fn ask_back(cluster: &Cluster, address: SocketAddr) -> Result<Option<Answer>, StoreError> {
    let owner = cluster.owner(Kind::SipAddress, &address.to_string()).await?;
    let Some(node) = owner.and_then(|owner| owner.node) else { return Ok(Some(Answer::Free)) };
    let answer = cluster.links().ask(node, ADDRESS, &HandBack { address }, HANDING_BACK).await;
    if let Err(error) = &answer {
        tracing::info!(%address, %node, %error, "the node that has our SIP address cannot be asked");
    }
    Ok(answer.ok())
}
