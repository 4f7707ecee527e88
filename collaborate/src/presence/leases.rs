//! Where leases are kept: in this process, or in Redis for all nodes.

use std::{ops::Deref, sync::Arc, time::Duration};

use tandem_core::Mint;
use tandem_presence::{LEASE, MemoryStore, PresenceError, PresenceStore};
use tandem_presence_redis::{Config, RedisStore};

/// How often a node looks for leases that other nodes took, and for an outage. Far below [`tandem_presence_redis::UNSEEN`].
const PASS: Duration = Duration::from_millis(500);

/// Where presence is kept while it lives.
#[derive(Clone, Debug, Default)]
pub enum PresenceBackend {
    /// In this process: it is the only one.
    #[default]
    Memory,
    /// In Redis, for every node that names it.
    Redis(Config),
}

impl PresenceBackend {
    /// In the Redis at `url` (`redis://HOST:PORT`).
    pub fn redis(url: impl Into<String>) -> Self {
        Self::Redis(Config::new(url))
    }
}

/// The store of either kind.
#[derive(Debug)]
pub(super) struct Leases {
    store: Box<dyn PresenceStore>,
    /// How often to look at what others do, if there are others.
    pub(super) pass: Option<Duration>,
    /// How long who was there counts as there once the store begins anew: a store in the process began with it, and knows that every
    /// connection went too; another store tells nothing of the connections.
    pub(super) grace: Duration,
}

impl Leases {
    pub(super) fn open(backend: PresenceBackend, mint: Arc<Mint>) -> Result<Self, PresenceError> {
        Ok(match backend {
            PresenceBackend::Memory => {
                Self { store: Box::new(MemoryStore::default()), pass: None, grace: Duration::ZERO }
            }
            PresenceBackend::Redis(config) => {
                Self { store: Box::new(RedisStore::open(config, mint)?), pass: Some(PASS), grace: LEASE }
            }
        })
    }
}

impl Deref for Leases {
    type Target = dyn PresenceStore;
    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}
