//! The bus as everybody holds it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use metrics::counter;
use tandem_core::OrgScope;
use tandem_proto::{OrgId, Topic, ws::Signal};
use tokio::sync::{broadcast, watch};

use crate::{
    Seals,
    redis::{BusError, Remote},
};

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

/// The bus: within the process, and through Redis to the others where there are any. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus {
    local: Arc<Local>,
    remote: Option<Arc<Remote>>,
}

/// What this process hears, from itself and from others.
#[derive(Debug)]
pub(crate) struct Local {
    signals: broadcast::Sender<Published>,
    woken: watch::Sender<u64>,
    connected: AtomicBool,
}

impl Bus {
    /// A bus of this process alone.
    pub fn new() -> Self {
        Self { local: Arc::new(Local::new(true)), remote: None }
    }

    /// A bus shared with every process that uses the same Redis and database number (`redis://[user:password@]host:port[/number]`). It
    /// connects by itself, and again whenever it must; until then it reaches this process alone. What is said is sealed with `seals`, and
    /// what is heard and was not sealed by a node they know is dropped. Needs the runtime.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn redis(url: &str, seals: Seals) -> Result<Self, BusError> {
        let local = Arc::new(Local::new(false));
        let remote = Remote::start(url, seals, Arc::clone(&local))?;
        Ok(Self { local, remote: Some(Arc::new(remote)) })
    }

    /// Sends a signal to whoever listens now: here at once, elsewhere if Redis is there. Never waits.
    pub fn publish(&self, scope: OrgScope, topic: Topic, signal: Signal) {
        let published = Published { org: scope.org(), topic, signal: Arc::new(signal) };
        counter!("tandem_bus_published_total").increment(1);
        if let Some(remote) = &self.remote {
            remote.publish(&published, self.is_connected());
        }
        self.local.heard(published);
    }

    /// Every signal from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Published> {
        self.local.signals.subscribe()
    }

    /// Says that somebody committed, so that whoever tails the log looks. Said as often as one likes, others hear it at most once a
    /// millisecond. Never waits.
    pub fn wake(&self) {
        self.local.wake();
        if let Some(remote) = &self.remote {
            remote.wake();
        }
    }

    /// Changes when somebody, this process included, committed or may have. The number means nothing.
    pub fn woken(&self) -> watch::Receiver<u64> {
        self.local.woken.subscribe()
    }

    /// Whether it reaches everybody it is meant to reach.
    pub fn is_connected(&self) -> bool {
        self.local.connected.load(Ordering::Relaxed)
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}

impl Local {
    fn new(connected: bool) -> Self {
        let (signals, woken) = (broadcast::Sender::new(QUEUE), watch::Sender::new(0));
        Self { signals, woken, connected: AtomicBool::new(connected) }
    }

    pub(crate) fn heard(&self, published: Published) {
        // No receiver is no fault: nobody is connected.
        let _ = self.signals.send(published);
    }

    pub(crate) fn wake(&self) {
        self.woken.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(crate) fn set_connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::Relaxed);
        metrics::gauge!("tandem_bus_connected").set(f64::from(u8::from(connected)));
    }
}
