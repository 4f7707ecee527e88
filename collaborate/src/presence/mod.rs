//! Presence as a service: leases of devices in, `presence.changed` in the log and changes for the products above out.
//!
//! How leases, choice and activity merge is decided in `tandem-presence`; here one task feeds it, in order. The contract: a change is
//! in the log before anybody is told of it, and the newest `presence.changed` of a user is what the user's presence is.

mod choose;
mod journal;
mod owner;
mod routes;

use std::{collections::HashMap, sync::Arc, time::Duration};

use tandem_core::{Clock, OrgScope, Permission, RequestContext};
use tandem_edge::{ApiProblem, Identity, PresenceGateway};
use tandem_presence::{Change, MemoryStore, PresenceError, PresenceStore};
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, ChoosePresence, PresenceView},
};
use tandem_store::{BoxFuture, Cause, Store, StoreError};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::check::Invalid;
use journal::Journal;
use owner::{Command, Owner, Restored, What, Whose};
pub(crate) use routes::routes;

/// How long a device that said goodbye is still counted: a reload comes back within it.
pub const GOODBYE_GRACE: Duration = Duration::from_secs(5);

/// Changes kept for a slow listener before it misses some and must ask [`PresenceService::all`].
const CHANGES: usize = 4_096;

/// Why presence was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum PresenceRefused {
    /// A value that cannot be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A presence that needs a permission the user lacks.
    #[error("this needs the permission {}", .0.name())]
    Forbidden(Permission),
    /// The log could not be written. The change holds and is logged as soon as that is possible.
    #[error("the change could not be logged yet")]
    Unlogged,
    /// Presence is stopping.
    #[error("presence is stopping")]
    Stopping,
    /// The leases could not be read or changed.
    #[error(transparent)]
    Leases(#[from] PresenceError),
}

impl From<PresenceRefused> for ApiProblem {
    fn from(error: PresenceRefused) -> Self {
        match error {
            PresenceRefused::Invalid(invalid) => invalid.into(),
            PresenceRefused::Forbidden(permission) => Self::forbidden(permission),
            PresenceRefused::Unlogged | PresenceRefused::Stopping => Self::unavailable(1),
            PresenceRefused::Leases(error) => Self::internal(&error),
        }
    }
}

/// A handle on everybody's presence. Cheap to clone; presence ends when the last handle is dropped.
#[derive(Clone)]
pub struct PresenceService {
    clock: Arc<dyn Clock>,
    leases: Arc<MemoryStore>,
    commands: mpsc::Sender<Command>,
    changes: broadcast::Sender<Change>,
    offline_since: Arc<HashMap<Whose, Timestamp>>,
}

impl std::fmt::Debug for PresenceService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PresenceService").finish_non_exhaustive()
    }
}

impl PresenceService {
    /// Brings the log up to date (after a restart nobody has a device yet), then starts to take devices.
    pub(crate) async fn start(
        store: Store,
        identity: &Identity,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let leases = Arc::new(MemoryStore::default());
        let journal = Journal::new(store);
        let (changes, _) = broadcast::channel(CHANGES);
        let Restored { owner, commands, offline_since } =
            Owner::restore(Arc::clone(&leases), journal, identity, Arc::clone(&clock), changes.clone())
                .await?;
        tokio::spawn(owner.run());
        Ok(Self { clock, leases, commands, changes, offline_since: Arc::new(offline_since) })
    }

    /// Every change from now on, once it is in the log. Who lags behind asks [`Self::all`].
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// One user's presence.
    ///
    /// # Errors
    /// When the leases cannot be read.
    pub async fn of(&self, scope: OrgScope, user: UserId) -> Result<PresenceView, PresenceError> {
        Ok(self.dated(scope, user, self.leases.of(scope, user).await?))
    }

    /// Everybody of an org who is not plain Offline.
    ///
    /// # Errors
    /// When the leases cannot be read.
    pub async fn all(&self, scope: OrgScope) -> Result<Vec<(UserId, PresenceView)>, PresenceError> {
        let views = self.leases.all(scope).await?.into_iter();
        Ok(views.map(|(user, view)| (user, self.dated(scope, user, view))).collect())
    }

    /// Whether a device is there.
    ///
    /// # Errors
    /// When the leases cannot be read.
    pub async fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> Result<bool, PresenceError> {
        self.leases.device_present(scope, user, device).await
    }

    /// The caller chooses a presence; answers what it is now. Without a device that is still Offline, and the choice holds from the
    /// first device on, but for On Queue, which only who is there can be.
    ///
    /// # Errors
    /// [`PresenceRefused::Invalid`] for what cannot be chosen, [`PresenceRefused::Forbidden`] for On Queue without `agent:on_queue`.
    pub async fn choose(
        &self,
        ctx: &RequestContext,
        chosen: ChoosePresence,
    ) -> Result<PresenceView, PresenceRefused> {
        choose::check(ctx, &chosen)?;
        self.command(ctx.scope, ctx.user, Cause::request(ctx), What::Choose(chosen)).await?;
        Ok(self.of(ctx.scope, ctx.user).await?)
    }

    /// The server chooses for somebody: an agent who let an alert expire is set to Away. The log says that it was the server.
    ///
    /// # Errors
    /// When it cannot be logged now, or presence is stopping.
    pub async fn choose_for(
        &self,
        scope: OrgScope,
        user: UserId,
        chosen: ChoosePresence,
    ) -> Result<(), PresenceRefused> {
        self.command(scope, user, Cause::SYSTEM, What::Choose(chosen)).await
    }

    /// A user started or stopped doing something.
    ///
    /// # Errors
    /// When it cannot be logged now, or presence is stopping.
    pub async fn set_activity(
        &self,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> Result<(), PresenceRefused> {
        self.command(scope, user, Cause::SYSTEM, What::Activity(activity)).await
    }

    /// After a restart the leases do not know since when somebody is Offline; the log does.
    fn dated(&self, scope: OrgScope, user: UserId, view: PresenceView) -> PresenceView {
        let unknown = view.since == Timestamp::default();
        match self.offline_since.get(&(scope, user)) {
            Some(&since) if unknown => PresenceView { since, ..view },
            _ => view,
        }
    }

    /// Waits until the command is carried out and what it changed is in the log.
    async fn command(
        &self,
        scope: OrgScope,
        user: UserId,
        cause: Cause,
        what: What,
    ) -> Result<(), PresenceRefused> {
        let (done, answer) = oneshot::channel();
        let command = Command { at: self.clock.now(), scope, user, cause, what, done };
        self.commands.send(command).await.map_err(|_| PresenceRefused::Stopping)?;
        answer.await.map_err(|_| PresenceRefused::Stopping)?
    }

    async fn device(&self, ctx: RequestContext, what: What) {
        if let Err(error) = self.command(ctx.scope, ctx.user, Cause::request(&ctx), what).await {
            tracing::warn!(org = %ctx.scope.org(), %error, "a device's lease");
        }
    }
}

/// The clients' sockets are the browsers' leases.
impl PresenceGateway for PresenceService {
    fn connected(&self, ctx: RequestContext, device: DeviceId) -> BoxFuture<'_, ()> {
        Box::pin(self.device(ctx, What::Renew { device, active: true }))
    }

    fn heartbeat(&self, ctx: RequestContext, device: DeviceId, active: bool) -> BoxFuture<'_, ()> {
        Box::pin(self.device(ctx, What::Renew { device, active }))
    }

    fn disconnected(&self, ctx: RequestContext, device: DeviceId) -> BoxFuture<'_, ()> {
        Box::pin(self.device(ctx, What::Release { device }))
    }

    fn view(&self, ctx: RequestContext) -> BoxFuture<'_, Option<PresenceView>> {
        Box::pin(async move { self.of(ctx.scope, ctx.user).await.ok() })
    }
}
