//! Request and reply between nodes: one ordered connection per pair of nodes, and a direct way when both are the same.
//!
//! The contract: a request is answered once or fails within its deadline; a failed one may or may not have been carried out, so whoever
//! asks again must make that harmless. Messages told to one node arrive in the order they were told, or not at all.

use std::{
    collections::HashMap,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use tandem_proto::NodeId;
use tokio::sync::broadcast;

/// Why a node could not be asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, serde::Deserialize)]
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
}

type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, LinkError>> + Send>>;
type Handler = Arc<dyn Fn(NodeId, Vec<u8>) -> Answer + Send + Sync>;

/// The ways to other nodes. Cheap to clone.
#[derive(Clone)]
pub struct Links(Arc<Inner>);

struct Inner {
    me: NodeId,
    services: RwLock<HashMap<&'static str, Handler>>,
    broken: broadcast::Sender<NodeId>,
}

impl Links {
    /// Of a process that is alone: it reaches itself.
    pub fn alone(me: NodeId) -> Self {
        Self(Arc::new(Inner { me, services: RwLock::default(), broken: broadcast::Sender::new(64) }))
    }

    /// This node.
    pub fn me(&self) -> NodeId {
        self.0.me
    }

    /// Where other nodes reach this one; `None` when it is alone.
    pub fn address(&self) -> Option<SocketAddr> {
        None
    }

    /// Replaces the address book.
    pub fn know(&self, peers: Vec<(NodeId, SocketAddr)>) {
        let _ = peers;
    }

    /// Nodes whose connection broke, or refused to come up: a hint that they are gone, no proof.
    pub fn broken(&self) -> broadcast::Receiver<NodeId> {
        self.0.broken.subscribe()
    }

    /// Answers requests to `service`. Requests of one node may run side by side.
    pub fn serve<Q, A, F, R>(&self, service: &'static str, handler: F)
    where
        Q: DeserializeOwned + Send + 'static,
        A: Serialize + Send + 'static,
        F: Fn(NodeId, Q) -> R + Send + Sync + 'static,
        R: Future<Output = A> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let erased: Handler = Arc::new(move |from, body| {
            let handler = Arc::clone(&handler);
            Box::pin(async move {
                let request = serde_json::from_slice(&body).map_err(malformed)?;
                serde_json::to_vec(&handler(from, request).await).map_err(malformed)
            })
        });
        self.0.services.write().unwrap_or_else(PoisonError::into_inner).insert(service, erased);
    }

    /// Takes messages told to `service`, in order, one after the other: `handler` must not wait for anything.
    pub fn hear<M, F>(&self, service: &'static str, handler: F)
    where
        M: DeserializeOwned + Send + 'static,
        F: Fn(NodeId, M) + Send + Sync + 'static,
    {
        let erased: Handler = Arc::new(move |from, body| {
            let heard =
                serde_json::from_slice(&body).map(|message| handler(from, message)).map_err(malformed);
            Box::pin(std::future::ready(heard.map(|()| Vec::new())))
        });
        self.0.services.write().unwrap_or_else(PoisonError::into_inner).insert(service, erased);
    }

    /// Asks a node and waits for its answer, `deadline` at most.
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
        Q: Serialize + Sync,
        A: DeserializeOwned,
    {
        let body = serde_json::to_vec(request).map_err(malformed)?;
        let answer = self.deliver(to, service, body)?;
        let body = tokio::time::timeout(deadline, answer).await.map_err(|_| LinkError::TimedOut)??;
        serde_json::from_slice(&body).map_err(malformed)
    }

    /// Tells a node something and waits for nothing.
    ///
    /// # Errors
    /// [`LinkError`] when it surely did not arrive; without an error it still may not have.
    pub fn tell<M: Serialize>(
        &self,
        to: NodeId,
        service: &'static str,
        message: &M,
    ) -> Result<(), LinkError> {
        let body = serde_json::to_vec(message).map_err(malformed)?;
        // Heard at once: `hear` does its work before the future it answers with.
        self.deliver(to, service, body).map(drop)
    }

    fn deliver(&self, to: NodeId, service: &'static str, body: Vec<u8>) -> Result<Answer, LinkError> {
        if to != self.0.me {
            return Err(LinkError::Unreachable(to));
        }
        let services = self.0.services.read().unwrap_or_else(PoisonError::into_inner);
        let handler = services.get(service).ok_or_else(|| LinkError::NoService(service.to_owned()))?;
        Ok(handler(to, body))
    }
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").field("me", &self.0.me).finish_non_exhaustive()
    }
}

fn malformed(error: serde_json::Error) -> LinkError {
    LinkError::Malformed(error.to_string())
}
