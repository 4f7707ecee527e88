//! Signals between parts of the server and to connected clients: what matters only now. A signal may be lost; whoever needs certainty
//! reads the log.

use std::sync::Arc;

use tandem_core::OrgScope;
use tandem_proto::{OrgId, Topic, ws::Signal};
use tokio::sync::broadcast;

/// Signals kept for a slow receiver before it misses some.
const QUEUE: usize = 4_096;

/// A signal on its way.
#[derive(Clone, Debug)]
pub struct Published {
    /// The tenant.
    pub org: OrgId,
    /// Who may see it.
    pub topic: Topic,
    /// What.
    pub signal: Arc<Signal>,
}

/// The in-process bus. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus(broadcast::Sender<Published>);

impl Bus {
    /// A bus of its own.
    pub fn new() -> Self {
        Self(broadcast::Sender::new(QUEUE))
    }

    /// Sends a signal to whoever listens now.
    pub fn publish(&self, scope: OrgScope, topic: Topic, signal: Signal) {
        // No receiver is no fault: nobody is connected.
        let _ = self.0.send(Published { org: scope.org(), topic, signal: Arc::new(signal) });
    }

    /// Everything from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Published> {
        self.0.subscribe()
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}
