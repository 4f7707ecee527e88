//! The way to oneself, with the same promises as the way to others: requests run as tasks and to their end, messages one after the other.
//! Nothing crosses a wire, so nothing is sealed: for whom it is is handed on as it is.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tandem_core::sealed::Behalf;
use tandem_proto::NodeId;
use tokio::sync::{Semaphore, mpsc};
use tracing::Instrument as _;

use super::{
    Asker, LinkError,
    inbound::HANDLERS,
    meters,
    services::{Answer, Services},
};

/// Messages to oneself that may wait.
const QUEUE: usize = 4_096;

/// A message to oneself.
type Message = (&'static str, Bytes);

pub(super) struct Local {
    me: NodeId,
    services: Arc<Services>,
    handlers: Arc<Semaphore>,
    /// Its task runs from the first message on.
    queue: OnceLock<mpsc::Sender<Message>>,
}

impl Local {
    pub(super) fn new(me: NodeId, services: Arc<Services>) -> Self {
        Self { me, services, handlers: Arc::new(Semaphore::new(HANDLERS)), queue: OnceLock::new() }
    }

    pub(super) fn ask(
        &self,
        behalf: Behalf,
        service: &'static str,
        body: Bytes,
    ) -> Result<Answer, LinkError> {
        let Ok(permit) = Arc::clone(&self.handlers).try_acquire_owned() else {
            meters::overloaded();
            return Err(LinkError::Overloaded);
        };
        let answer = self.services.answer(Asker { node: self.me, behalf: Some(behalf) }, service, body)?;
        let answering = async move {
            let answer = answer.await;
            drop(permit);
            answer
        };
        let running = tokio::spawn(answering.in_current_span());
        Ok(Box::pin(async move { running.await.unwrap_or_else(|e| Err(LinkError::Failed(e.to_string()))) }))
    }

    pub(super) fn tell(&self, service: &'static str, body: Bytes) -> Result<(), LinkError> {
        if !self.services.hears(service) {
            return Err(LinkError::NoService(service.to_owned()));
        }
        let queue = self.queue.get_or_init(|| {
            let (queue, messages) = mpsc::channel(QUEUE);
            tokio::spawn(hear(self.me, Arc::clone(&self.services), messages));
            queue
        });
        queue.try_send((service, body)).map_err(|_| {
            meters::overloaded();
            LinkError::Overloaded
        })
    }
}

async fn hear(me: NodeId, services: Arc<Services>, mut messages: mpsc::Receiver<Message>) {
    while let Some((service, body)) = messages.recv().await {
        services.heard(Asker { node: me, behalf: Some(Behalf::System) }, service, &body);
    }
}
