//! Where leases are kept: in this process, or in Redis for all nodes.

use std::{sync::Arc, time::Duration};

use tandem_core::{Mint, OrgScope};
use tandem_presence::{LEASE, MemoryStore, Note, PresenceError, PresenceStore, Remembered, Update};
use tandem_presence_redis::{Config, RedisStore};
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, Presence, PresenceView},
};

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
pub(super) enum Leases {
    Memory(MemoryStore),
    Redis(Box<RedisStore>),
}

macro_rules! either {
    ($leases:expr, $store:ident => $operation:expr) => {
        match $leases {
            Leases::Memory($store) => $operation,
            Leases::Redis($store) => $operation,
        }
    };
}

impl Leases {
    pub(super) fn open(backend: PresenceBackend, mint: Arc<Mint>) -> Result<Self, PresenceError> {
        Ok(match backend {
            PresenceBackend::Memory => Self::Memory(MemoryStore::default()),
            PresenceBackend::Redis(config) => Self::Redis(Box::new(RedisStore::open(config, mint)?)),
        })
    }

    /// How often to look at what others do, if there are others.
    pub(super) const fn pass(&self) -> Option<Duration> {
        match self {
            Self::Memory(_) => None,
            Self::Redis(_) => Some(PASS),
        }
    }

    /// How long who was there counts as there once the store begins anew: a store in the process began with it, and knows that every
    /// connection went too; another store tells nothing of the connections.
    pub(super) const fn grace(&self) -> Duration {
        match self {
            Self::Memory(_) => Duration::ZERO,
            Self::Redis(_) => LEASE,
        }
    }
}

impl PresenceStore for Leases {
    fn now(&self, local: Timestamp) -> Timestamp {
        either!(self, store => store.now(local))
    }

    async fn renew(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        active: bool,
    ) -> Result<Option<Update>, PresenceError> {
        either!(self, store => store.renew(now, scope, user, device, active).await)
    }

    async fn release(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        grace: Duration,
    ) -> Result<Option<Update>, PresenceError> {
        either!(self, store => store.release(now, scope, user, device, grace).await)
    }

    async fn choose(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        primary: Presence,
        message: Option<String>,
    ) -> Result<Option<Update>, PresenceError> {
        either!(self, store => store.choose(now, scope, user, primary, message).await)
    }

    async fn set_activity(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> Result<Option<Update>, PresenceError> {
        either!(self, store => store.set_activity(now, scope, user, activity).await)
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Update>, PresenceError> {
        either!(self, store => store.expire(now).await)
    }

    async fn next_expiry(&self) -> Result<Option<Timestamp>, PresenceError> {
        either!(self, store => store.next_expiry().await)
    }

    async fn unlogged(&self, until: Timestamp) -> Result<Vec<Note>, PresenceError> {
        either!(self, store => store.unlogged(until).await)
    }

    async fn logged(&self, scope: OrgScope, user: UserId, version: u64) -> Result<(), PresenceError> {
        either!(self, store => store.logged(scope, user, version).await)
    }

    async fn raise(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        version: u64,
        newest: u64,
    ) -> Result<(), PresenceError> {
        either!(self, store => store.raise(now, scope, user, version, newest).await)
    }

    async fn restore(
        &self,
        now: Timestamp,
        grace: Duration,
        scopes: &[OrgScope],
        remembered: Vec<Remembered>,
    ) -> Result<bool, PresenceError> {
        either!(self, store => store.restore(now, grace, scopes, remembered).await)
    }

    async fn of(&self, scope: OrgScope, user: UserId) -> Result<PresenceView, PresenceError> {
        either!(self, store => store.of(scope, user).await)
    }

    async fn all(&self, scope: OrgScope) -> Result<Vec<(UserId, PresenceView)>, PresenceError> {
        either!(self, store => store.all(scope).await)
    }

    async fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> Result<bool, PresenceError> {
        either!(self, store => store.device_present(scope, user, device).await)
    }
}
