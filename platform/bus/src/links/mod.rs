//! Request and reply between nodes: one ordered connection to each node that is spoken to, and a direct way when both are the same.
//!
//! The contract: a request is answered once or fails within its deadline; a failed one may or may not have been carried out, so whoever
//! asks again must make that harmless. A handler is told who asks by an [`Asker`], which a seal proves: what a body says about that is worth
//! nothing. Messages told to one node arrive in the order they were told, or not at all. A request that is
//! being carried out runs to its end, also when nobody waits for it any more.

mod frame;
mod inbound;
mod local;
mod meters;
mod peer;
mod services;
mod tls;

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tandem_core::sealed::{Behalf, Person, SealError};
use tandem_proto::{NodeId, OrgId};
use tokio::{
    net::TcpListener,
    sync::broadcast,
    time::{error::Elapsed, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument as _;

use crate::Seals;

use local::Local;
use peer::Peer;
use services::{Answer, Services};

pub use tls::LinkTls;

/// Why a node could not be asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
pub enum LinkError {
    /// Nobody knows that node (any more), or it cannot be reached.
    #[error("node {0} cannot be reached")]
    Unreachable(NodeId),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The node does not do that.
    #[error("the node has no service {0:?}")]
    NoService(String),
    /// The request or the answer could not be read.
    #[error("not understood: {0}")]
    Malformed(String),
    /// Too much waits for that node.
    #[error("too much waits for the node")]
    Overloaded,
    /// The request or the answer, of so many bytes, is too large: 1 MiB is the most.
    #[error("a message of {0} bytes is too large")]
    TooLarge(usize),
    /// The node failed to carry it out: its fault, not that of the request.
    #[error("the node failed: {0}")]
    Failed(String),
    /// The node does not believe who asks. It was not carried out.
    #[error("refused: {0}")]
    Refused(SealError),
}

/// Who asks a service, or tells it something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asker {
    /// The node, by its seal.
    pub node: NodeId,
    /// For whom, by the same seal; `None`: a node of the version before seals, which is believed while it is there. That it is of that
    /// version is known from the store, not from it.
    pub behalf: Option<Behalf>,
}

impl Asker {
    /// The person it asks for, if there is one.
    pub fn person(&self) -> Option<&Person> {
        self.behalf.as_ref().and_then(Behalf::person)
    }

    /// Whether it may ask about that org: its seal names it, or it is of the version before seals.
    pub fn may_ask_about(&self, org: OrgId) -> bool {
        self.behalf.as_ref().is_none_or(|behalf| behalf.org() == Some(org))
    }
}

/// Another node: who it is and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Neighbour {
    /// Which.
    pub node: NodeId,
    /// Where its links are.
    pub address: SocketAddr,
    /// What its certificate may be for, beside the address.
    pub name: Option<String>,
}

impl From<(NodeId, SocketAddr)> for Neighbour {
    fn from((node, address): (NodeId, SocketAddr)) -> Self {
        Self { node, address, name: None }
    }
}

/// The ways to other nodes. Cheap to clone.
#[derive(Clone)]
pub struct Links(Arc<Inner>);

struct Inner {
    me: NodeId,
    seals: Seals,
    tls: Option<LinkTls>,
    address: Option<SocketAddr>,
    services: Arc<Services>,
    local: Local,
    peers: RwLock<HashMap<NodeId, Arc<Peer>>>,
    broken: broadcast::Sender<NodeId>,
    /// Ends the listener and the connections of others.
    stop: DropGuard,
}

impl Links {
    /// Of a process that is alone: it reaches itself.
    pub fn alone(me: NodeId) -> Self {
        Self::alone_with(Seals::new(me))
    }

    /// The same, with the process' seals.
    pub fn alone_with(seals: Seals) -> Self {
        Self::new(seals, None, None, Arc::default(), CancellationToken::new())
    }

    /// Of a node that others reach at `address` (port 0: a free one).
    ///
    /// # Errors
    /// When it cannot listen there.
    pub async fn listen(me: NodeId, address: SocketAddr) -> io::Result<Self> {
        Self::listen_with(Seals::new(me), address, None).await
    }

    /// The same, with the process' seals, and over TLS if there are certificates.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub async fn listen_with(seals: Seals, address: SocketAddr, tls: Option<LinkTls>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (services, stop) = (Arc::<Services>::default(), CancellationToken::new());
        let accepting =
            inbound::accept(listener, tls.clone(), seals.clone(), Arc::clone(&services), stop.clone());
        tokio::spawn(accepting);
        Ok(Self::new(seals, Some(address), tls, services, stop))
    }

    fn new(
        seals: Seals,
        address: Option<SocketAddr>,
        tls: Option<LinkTls>,
        services: Arc<Services>,
        stop: CancellationToken,
    ) -> Self {
        let me = seals.me();
        Self(Arc::new(Inner {
            me,
            seals,
            tls,
            address,
            local: Local::new(me, Arc::clone(&services)),
            services,
            peers: RwLock::default(),
            broken: broadcast::Sender::new(64),
            stop: stop.drop_guard(),
        }))
    }

    /// This node.
    pub fn me(&self) -> NodeId {
        self.0.me
    }

    /// What this process makes and opens seals with.
    pub fn seals(&self) -> &Seals {
        &self.0.seals
    }

    /// Where other nodes reach this one; `None` when it is alone.
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.address
    }

    /// Replaces the address book. Connections to nodes that are not in it (there) any more are closed and what waits for them fails.
    pub fn know(&self, neighbours: Vec<impl Into<Neighbour>>) {
        let neighbours = neighbours.into_iter().map(Into::into);
        let wanted: HashMap<NodeId, Neighbour> = neighbours
            .filter(|neighbour| neighbour.node != self.0.me)
            .map(|neighbour| (neighbour.node, neighbour))
            .collect();
        let mut known = self.0.peers.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|node, peer| wanted.get(node) == Some(&peer.neighbour));
        for (node, neighbour) in wanted {
            let Inner { me, tls, broken, .. } = &*self.0;
            known
                .entry(node)
                .or_insert_with(|| Arc::new(Peer::new(*me, neighbour, tls.clone(), broken.clone())));
        }
    }

    /// Nodes whose connection broke, or refused to come up: a hint that they are gone, no proof.
    pub fn broken(&self) -> broadcast::Receiver<NodeId> {
        self.0.broken.subscribe()
    }

    /// Answers requests to `service`. Requests of one node may run side by side, a thousand at most.
    pub fn serve<Q, A, F, R>(&self, service: &'static str, handler: F)
    where
        Q: DeserializeOwned + Send + 'static,
        A: Serialize + Send + 'static,
        F: Fn(Asker, Q) -> R + Send + Sync + 'static,
        R: Future<Output = A> + Send + 'static,
    {
        self.0.services.serve(service, handler);
    }

    /// Takes messages told to `service`, those of one node in order, one after the other: `handler` must not wait for anything.
    pub fn hear<M, F>(&self, service: &'static str, handler: F)
    where
        M: DeserializeOwned + Send + 'static,
        F: Fn(Asker, M) + Send + Sync + 'static,
    {
        self.0.services.hear(service, handler);
    }

    /// Asks a node, for nobody, and waits for its answer, `deadline` at most.
    ///
    /// # Errors
    /// [`LinkError`]; the request may have been carried out all the same.
    pub async fn ask<Q, A>(
        &self,
        to: NodeId,
        service: &'static str,
        request: &Q,
        deadline: Duration,
    ) -> Result<A, LinkError>
    where
        Q: Serialize + Sync + ?Sized,
        A: DeserializeOwned,
    {
        self.ask_for(Behalf::System, to, service, request, deadline).await
    }

    /// Asks a node for an org or a person.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn ask_for<Q, A>(
        &self,
        behalf: Behalf,
        to: NodeId,
        service: &'static str,
        request: &Q,
        deadline: Duration,
    ) -> Result<A, LinkError>
    where
        Q: Serialize + Sync + ?Sized,
        A: DeserializeOwned,
    {
        let began = Instant::now();
        let asked = async {
            let answer = self.send(behalf, to, service, packed(service, request)?)?;
            let body = timeout(deadline, answer).await.map_err(|_: Elapsed| LinkError::TimedOut)??;
            serde_json::from_slice(&body).map_err(malformed)
        };
        let span = tracing::debug_span!("ask", otel.name = service, otel.kind = "client", %to);
        let answer = asked.instrument(span).await;
        meters::asked(service, answer.as_ref().map(drop), began.elapsed());
        answer
    }

    /// Tells a node something, for nobody, and waits for nothing.
    ///
    /// # Errors
    /// [`LinkError`] when it surely did not arrive; without an error it still may not have.
    pub fn tell<M: Serialize + ?Sized>(
        &self,
        to: NodeId,
        service: &'static str,
        message: &M,
    ) -> Result<(), LinkError> {
        let body = packed(service, message)?;
        if to == self.0.me {
            return self.0.local.tell(service, body);
        }
        let peer = self.peer(to)?;
        peer.tell(self.sealed(service, to, &Behalf::System, &body)?, service, body)
    }

    /// Stops listening, ends every connection and lets go of the handlers.
    pub fn close(&self) {
        self.0.stop.token().cancel();
        self.know(Vec::<Neighbour>::new());
        self.0.services.clear();
    }

    fn send(
        &self,
        behalf: Behalf,
        to: NodeId,
        service: &'static str,
        body: Bytes,
    ) -> Result<Answer, LinkError> {
        if to == self.0.me {
            return self.0.local.ask(behalf, service, body);
        }
        let peer = self.peer(to)?;
        let asked = peer.ask(self.sealed(service, to, &behalf, &body)?, service, body)?;
        Ok(Box::pin(asked.answer()))
    }

    fn sealed(
        &self,
        service: &'static str,
        to: NodeId,
        behalf: &Behalf,
        body: &[u8],
    ) -> Result<Bytes, LinkError> {
        let seal = self.0.seals.for_service(service, to, behalf, body).map_err(LinkError::Refused)?;
        Ok(Bytes::copy_from_slice(seal.as_bytes()))
    }

    fn peer(&self, node: NodeId) -> Result<Arc<Peer>, LinkError> {
        let peers = self.0.peers.read().unwrap_or_else(PoisonError::into_inner);
        peers.get(&node).cloned().ok_or(LinkError::Unreachable(node))
    }
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links")
            .field("me", &self.0.me)
            .field("address", &self.0.address)
            .finish_non_exhaustive()
    }
}

fn packed<M: Serialize + ?Sized>(service: &str, message: &M) -> Result<Bytes, LinkError> {
    let body = serde_json::to_vec(message).map_err(malformed)?;
    if frame::fits(service, &body) { Ok(body.into()) } else { Err(LinkError::TooLarge(body.len())) }
}

fn malformed(error: serde_json::Error) -> LinkError {
    LinkError::Malformed(error.to_string())
}
