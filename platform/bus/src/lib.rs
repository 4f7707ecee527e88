//! Signals between parts of the server and to connected clients: what matters only now. A signal may be lost; whoever needs certainty
//! reads the log.

mod links;

use std::sync::Arc;

use tandem_core::OrgScope;
use tandem_proto::{OrgId, Topic, ws::Signal};
use tokio::sync::broadcast;

pub use links::{LinkError, Links};

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

#[cfg(test)]
mod tests {
    use tandem_core::Mint;
    use tandem_proto::{ChatId, UserId};
    use tokio::sync::broadcast::error::TryRecvError;

    use super::*;

    fn typing() -> Signal {
        Signal::Typing { chat: ChatId::generate(), user: UserId::generate() }
    }

    #[test]
    fn every_listener_gets_a_signal_with_its_org_and_topic() {
        let bus = Bus::new();
        let scope = Mint::for_server().scope(OrgId::generate());
        bus.publish(scope, Topic::org(scope.org()), typing());
        let mut listeners = [bus.subscribe(), bus.clone().subscribe()];
        let (topic, signal) = (Topic::user(UserId::generate()), typing());
        bus.publish(scope, topic.clone(), signal.clone());
        for listener in &mut listeners {
            let got = listener.try_recv().expect("published after it subscribed");
            assert_eq!((got.org, &got.topic, &*got.signal), (scope.org(), &topic, &signal));
            assert_eq!(listener.try_recv().expect_err("and nothing from before"), TryRecvError::Empty);
        }
    }

    #[test]
    fn a_slow_listener_loses_the_oldest_and_is_told() {
        let bus = Bus::new();
        let scope = Mint::for_server().scope(OrgId::generate());
        let mut listener = bus.subscribe();
        for _ in 0..=QUEUE {
            bus.publish(scope, Topic::org(scope.org()), typing());
        }
        assert_eq!(listener.try_recv().expect_err("one too many"), TryRecvError::Lagged(1));
        assert!(listener.try_recv().is_ok(), "and goes on");
    }
}
