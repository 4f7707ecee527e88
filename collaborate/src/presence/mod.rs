//! Presence as a service: leases of devices in, `presence.changed` in the log and changes for the products above out.
//!
//! How leases, choice and activity merge is decided in `tandem-presence`; here each node's one task feeds the store they all share. The
//! contract: a change is in the log before anybody is told of it, every node is told what the log says, and the newest
//! `presence.changed` of a user is what the user's presence is.

mod choose;
mod journal;
mod leases;
mod logger;
mod owner;
mod routes;
mod views;

use std::{sync::Arc, time::Duration};

use tandem_core::{Clock, OrgScope, Permission, RequestContext};
use tandem_edge::{ApiProblem, Identity, Invalid, PresenceGateway};
use tandem_presence::{Change, PresenceError};
use tandem_proto::{
    DeviceId, UserId,
    api::{Activity, ChoosePresence, Presence, PresenceView},
};
use tandem_store::{BoxFuture, Cause, Store, StoreError};
use tokio::sync::{broadcast, mpsc, oneshot};

use journal::Journal;
use leases::Leases;
use logger::Logger;
use owner::{Command, Owner, Unrestored, What};
use views::{Follower, Views};

pub use leases::PresenceBackend;
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
            PresenceRefused::Unlogged
            | PresenceRefused::Stopping
            | PresenceRefused::Leases(PresenceError::Away(_) | PresenceError::Unrestored) => {
                Self::unavailable(1)
            }
            PresenceRefused::Leases(error) => Self::internal(&error),
        }
    }
}

/// A handle on everybody's presence. Cheap to clone; presence ends when the last handle is dropped.
#[derive(Clone)]
pub struct PresenceService {
    clock: Arc<dyn Clock>,
    leases: Arc<Leases>,
    commands: mpsc::Sender<Command>,
    views: Arc<Views>,
}

impl std::fmt::Debug for PresenceService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PresenceService").finish_non_exhaustive()
    }
}

impl PresenceService {
    /// Starts to take devices. Leases in memory begin empty: the log is brought up to date first, as nobody has a device yet.
    pub(crate) async fn start(
        store: Store,
        identity: Identity,
        clock: Arc<dyn Clock>,
        backend: PresenceBackend,
    ) -> Result<Self, StoreError> {
        let mint = Arc::clone(identity.mint());
        let opened = Leases::open(backend, Arc::clone(&mint));
        let leases = Arc::new(opened.map_err(|error| damaged(&error))?);
        let live = store.live();
        let journal = Journal::new(store, identity);
        let (notes, unwritten) = mpsc::channel(logger::NOTES);
        let mut logger = Logger::new(Arc::clone(&leases), journal.clone(), Arc::clone(&clock), unwritten);
        if leases.pass.is_none() {
            owner::restore(&leases, &journal, clock.now()).await.map_err(|error| match error {
                Unrestored::Log(error) => error,
                Unrestored::Leases(error) => damaged(&error),
            })?;
            logger.write_all().await?;
        }
        let views = Arc::new(Views::new(CHANGES));
        let (commands, inbox) = mpsc::channel(owner::INBOX);
        let follower = Follower {
            live,
            journal: journal.clone(),
            mint,
            clock: Arc::clone(&clock),
            views: Arc::clone(&views),
            commands: commands.downgrade(),
        };
        follower.read().await?;
        let mut owner = Owner::new(Arc::clone(&leases), journal, Arc::clone(&clock), inbox, notes);
        owner.begin().await;
        // The logger ends once the owner, which ends with the last handle, hands in no more notes.
        tokio::spawn(async move {
            tokio::select! {
                () = async { tokio::join!(owner.run(), logger.run()); } => {}
                () = follower.run() => {}
            }
        });
        Ok(Self { clock, leases, commands, views })
    }

    /// Every change from now on, on whichever node it happened, once it is in the log. Who lags behind asks [`Self::all`].
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.views.changes()
    }

    /// One user's presence; what the log said last while the leases are away.
    ///
    /// # Errors
    /// When the leases do not read.
    pub async fn of(&self, scope: OrgScope, user: UserId) -> Result<PresenceView, PresenceError> {
        unless_away(self.leases.of(scope, user).await, || self.views.of(scope, user))
    }

    /// Everybody of an org who is not plain Offline; what the log said last while the leases are away.
    ///
    /// # Errors
    /// When the leases do not read.
    pub async fn all(&self, scope: OrgScope) -> Result<Vec<(UserId, PresenceView)>, PresenceError> {
        unless_away(self.leases.all(scope).await, || self.views.all(scope))
    }

    /// Whether a device is there. While the leases are away, whoever was there last has all their devices.
    ///
    /// # Errors
    /// When the leases do not read.
    pub async fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> Result<bool, PresenceError> {
        let present = self.leases.device_present(scope, user, device).await;
        unless_away(present, || self.views.of(scope, user).primary != Presence::Offline)
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

    /// A user started or stopped doing something. What cannot be shown now is shown as soon as that is possible.
    ///
    /// # Errors
    /// When it cannot be shown or logged now, or presence is stopping.
    pub async fn set_activity(
        &self,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> Result<(), PresenceRefused> {
        self.command(scope, user, Cause::SYSTEM, What::Activity(activity)).await
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
        let at = self.leases.now(self.clock.now());
        let command = Command { at, scope, user, cause, what, done: Some(done) };
        self.commands.send(command).await.map_err(|_| PresenceRefused::Stopping)?;
        answer.await.map_err(|_| PresenceRefused::Stopping)?
    }

    async fn device(&self, ctx: RequestContext, what: What) {
        if let Err(error) = self.command(ctx.scope, ctx.user, Cause::request(&ctx), what).await {
            tracing::debug!(org = %ctx.scope.org(), %error, "a device's lease");
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

/// What the log said last, in place of an answer that cannot be had.
fn unless_away<T>(answer: Result<T, PresenceError>, logged: impl FnOnce() -> T) -> Result<T, PresenceError> {
    match answer {
        Err(PresenceError::Away(_) | PresenceError::Unrestored) => Ok(logged()),
        answer => answer,
    }
}

fn damaged(error: &PresenceError) -> StoreError {
    StoreError::Damaged { table: "presence", reason: error.to_string() }
}
