//! Presence: leases of devices, a chosen status and what somebody does, merged into one status per user.
//!
//! The contract: a lease that lapses is gone for everyone. There is no ghost Available agent. Whoever owns a store calls
//! [`PresenceStore::expire`] when [`PresenceStore::next_expiry`] has come, and applies the changes each operation answers in order.
//!
//! How the parts merge is told at [`Person`].

#[cfg(feature = "conformance")]
pub mod conformance;
mod memory;
mod person;

use std::{future::Future, time::Duration};

use tandem_core::OrgScope;
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, Presence, PresenceView},
};

pub use memory::MemoryStore;
pub use person::{NotChosen, Person};

/// How long a device's lease lasts without a heartbeat. A closed browser is Offline within 10 s.
pub const LEASE: Duration = Duration::from_secs(8);

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

/// Why a store failed.
#[derive(Debug, thiserror::Error)]
#[error("presence store: {0}")]
pub struct PresenceError(pub String);

/// Where leases and choices are kept: memory, or Redis when there are several nodes. Every operation answers the change it caused.
pub trait PresenceStore: Send + Sync + 'static {
    /// A device is there (again) until `now + LEASE`.
    fn renew(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        active: bool,
    ) -> impl Future<Output = Result<Option<Change>, PresenceError>> + Send;
    /// A device said goodbye; its lease ends at `now + grace` (a reload comes back within it).
    fn release(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        grace: Duration,
    ) -> impl Future<Output = Result<Option<Change>, PresenceError>> + Send;
    /// The user chose. Idle and Offline cannot be chosen (an error); On Queue without a device counts as Available.
    fn choose(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        primary: Presence,
        message: Option<String>,
    ) -> impl Future<Output = Result<Option<Change>, PresenceError>> + Send;
    /// The user started or stopped doing something.
    fn set_activity(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> impl Future<Output = Result<Option<Change>, PresenceError>> + Send;
    /// Ends what has lapsed: every lease that ends at `now` or before.
    fn expire(&self, now: Timestamp) -> impl Future<Output = Result<Vec<Change>, PresenceError>> + Send;
    /// When the next lease lapses.
    fn next_expiry(&self) -> impl Future<Output = Option<Timestamp>> + Send;
    /// One user's presence as of the last operation; Offline since the epoch for somebody never seen.
    fn of(
        &self,
        scope: OrgScope,
        user: UserId,
    ) -> impl Future<Output = Result<PresenceView, PresenceError>> + Send;
    /// Everybody of an org who is not plain Offline (Offline with neither message nor activity), by id.
    fn all(
        &self,
        scope: OrgScope,
    ) -> impl Future<Output = Result<Vec<(UserId, PresenceView)>, PresenceError>> + Send;
    /// Whether the device's lease holds.
    fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> impl Future<Output = Result<bool, PresenceError>> + Send;
}
