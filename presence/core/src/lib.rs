//! Presence: leases of devices, a chosen status and what somebody does, merged into one status per user.
//!
//! The contract: a lease that lapses is gone for everyone. There is no ghost Available agent. Whoever owns a store calls
//! [`PresenceStore::expire`] when [`PresenceStore::next_expiry`] has come, writes down each [`Note`] the operations answer, and says so
//! with [`PresenceStore::logged`]. A note that nobody wrote down is found again by [`PresenceStore::unlogged`], on any node.
//!
//! How the parts merge is told at [`Person`]; what stores keep of one is a [`Record`], the same in all of them.

#[cfg(feature = "conformance")]
pub mod conformance;
mod memory;
mod person;
mod record;

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use tandem_core::OrgScope;
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, ChoosePresence, Presence, PresenceView},
};

pub use memory::MemoryStore;
pub use person::{NotChosen, Person};
pub use record::Record;

/// How long a device's lease lasts without a heartbeat. A closed browser is Offline within 10 s.
pub const LEASE: Duration = Duration::from_secs(8);

/// How long after an outage an agent who was on queue is put back there when a device returns. Who comes later chooses anew.
pub const ON_QUEUE_KEPT: Duration = LEASE.saturating_mul(4);

/// A user whose merged presence changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The tenant.
    pub scope: OrgScope,
    /// Who.
    pub user: UserId,
    /// Before.
    pub before: PresenceView,
    /// Now.
    pub now: PresenceView,
}

/// What has to outlive the leases: a user's view for the log, and the choice beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The tenant.
    pub scope: OrgScope,
    /// Who.
    pub user: UserId,
    /// Grows with each note of the user. A note is worth nothing once a newer one is written down.
    pub version: u64,
    /// The merged presence.
    pub view: PresenceView,
    /// What counts while a device is there.
    pub chosen: ChoosePresence,
}

/// What an operation changed that outlives the leases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Update {
    /// The view before. The same as now when only the choice changed.
    pub before: PresenceView,
    /// What must be written down.
    pub note: Note,
}

impl Update {
    /// The change that others see, if there is one.
    pub fn change(&self) -> Option<Change> {
        let Note { scope, user, ref view, .. } = self.note;
        let change = || Change { scope, user, before: self.before.clone(), now: view.clone() };
        (self.before != *view).then(change)
    }
}

/// What was written down of a user last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// The tenant.
    pub scope: OrgScope,
    /// Who.
    pub user: UserId,
    /// The note's.
    pub version: u64,
    /// The note's.
    pub view: PresenceView,
    /// The note's.
    pub chosen: ChoosePresence,
}

/// Why a store refused or failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresenceError {
    /// A presence that cannot be chosen.
    #[error(transparent)]
    NotChosen(#[from] NotChosen),
    /// The store cannot be reached, or did not answer in time.
    #[error("presence is away: {0}")]
    Away(String),
    /// The store is new, or nobody could reach it for a while: it takes [`PresenceStore::restore`] before it is used.
    #[error("presence has to be compared with the log first")]
    Unrestored,
    /// What the store holds does not read.
    #[error("presence is damaged: {0}")]
    Damaged(String),
}

/// Where leases and choices are kept: memory, or Redis when there are several nodes. Every operation is atomic, answers what it changed,
/// and leaves the change among the [`Self::unlogged`] until somebody says that it is [`Self::logged`].
///
/// Time is an argument, so that tests own it; the nodes that share a store ask [`Self::now`] first, so that they mean the same by it.
#[async_trait]
pub trait PresenceStore: Debug + Send + Sync + 'static {
    /// The time that counts here: `local`, unless several nodes share the store.
    fn now(&self, local: Timestamp) -> Timestamp {
        local
    }
    /// A device is there (again) until `now + LEASE`.
    async fn renew(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        active: bool,
    ) -> Result<Option<Update>, PresenceError>;
    /// A device said goodbye; its lease ends at `now + grace` (a reload comes back within it).
    async fn release(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        grace: Duration,
    ) -> Result<Option<Update>, PresenceError>;
    /// The user chose. Idle and Offline cannot be chosen (an error); On Queue without a device counts as Available.
    async fn choose(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        primary: Presence,
        message: Option<String>,
    ) -> Result<Option<Update>, PresenceError>;
    /// The user started or stopped doing something.
    async fn set_activity(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> Result<Option<Update>, PresenceError>;
    /// Ends what has lapsed: every lease that ends at `now` or before. Of the callers at the same moment one is answered each update.
    async fn expire(&self, now: Timestamp) -> Result<Vec<Update>, PresenceError>;
    /// When the next lease lapses.
    async fn next_expiry(&self) -> Result<Option<Timestamp>, PresenceError>;
    /// What was changed at `until` or before and is not known to be written down, oldest first; as much as is good to do at once.
    async fn unlogged(&self, until: Timestamp) -> Result<Vec<Note>, PresenceError>;
    /// The note of that version is written down.
    async fn logged(&self, scope: OrgScope, user: UserId, version: u64) -> Result<(), PresenceError>;
    /// The log holds something else under `newest`, which is `version` or more: this store forgot. If its note is still of `version`,
    /// it counts from `newest` on, and is unlogged.
    async fn raise(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        version: u64,
        newest: u64,
    ) -> Result<(), PresenceError>;
    /// Takes over what was written down where that is newer than what the store knows, and holds everybody who was there for `grace`.
    /// `scopes` are all orgs. Answers whether it was done: false while another node does it.
    async fn restore(
        &self,
        now: Timestamp,
        grace: Duration,
        scopes: &[OrgScope],
        remembered: Vec<Remembered>,
    ) -> Result<bool, PresenceError>;
    /// One user's presence as of the last operation; Offline since the epoch for somebody never seen.
    async fn of(&self, scope: OrgScope, user: UserId) -> Result<PresenceView, PresenceError>;
    /// Everybody of an org who is not plain Offline (Offline with neither message nor activity), by id.
    async fn all(&self, scope: OrgScope) -> Result<Vec<(UserId, PresenceView)>, PresenceError>;
    /// Whether the device's lease holds.
    async fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> Result<bool, PresenceError>;
}
