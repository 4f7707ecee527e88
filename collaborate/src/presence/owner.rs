//! The one task that changes leases. It takes commands in the order they came, ends leases when they lapse, and writes what that
//! changed to the log before anybody is told.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt, stream};
use tandem_core::{Clock, OrgScope};
use tandem_edge::{Identity, IdentityError};
use tandem_presence::{Change, LEASE, MemoryStore, PresenceError, PresenceStore};
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, ChoosePresence, Presence, PresenceView},
};
use tandem_store::{Cause, StoreError};
use tokio::{
    sync::{broadcast, mpsc, oneshot},
    time::Instant,
};

use super::{
    GOODBYE_GRACE, PresenceRefused,
    journal::{Entry, Journal, Remembered, joined},
};

/// Commands that wait; also the most that one turn takes, so that a turn's heartbeats are heard before it ends any lease.
const INBOX: usize = 1_024;
/// Writes under way at the same time. They share the store's group commits.
const WRITES: usize = 128;
/// Time between attempts to log what could not be logged.
const RETRY: Duration = Duration::from_millis(250);
/// How long after a restart an agent who was on queue is put back there when a device returns. Who comes later chooses anew.
const ON_QUEUE_RESTORED: Duration = LEASE.saturating_mul(4);

/// Something to do for one user.
#[derive(Debug)]
pub(super) struct Command {
    /// When it was asked for: a heartbeat that had to wait holds the lease from when it came.
    pub(super) at: Timestamp,
    pub(super) scope: OrgScope,
    pub(super) user: UserId,
    pub(super) cause: Cause,
    pub(super) what: What,
    pub(super) done: oneshot::Sender<Result<(), PresenceRefused>>,
}

/// What to do.
#[derive(Debug)]
pub(super) enum What {
    /// A device is there.
    Renew { device: DeviceId, active: bool },
    /// A device said goodbye.
    Release { device: DeviceId },
    /// The user chose.
    Choose(ChoosePresence),
    /// The user started or stopped doing something.
    Activity(Option<Activity>),
}

/// A user, as a key.
pub(super) type Whose = (OrgScope, UserId);

/// What is to be written, and who waits for it.
type Work = (Entry, Option<oneshot::Sender<Result<(), PresenceRefused>>>);

/// What [`Owner::restore`] makes.
pub(super) struct Restored {
    pub(super) owner: Owner,
    pub(super) commands: mpsc::Sender<Command>,
    /// Since when those were Offline whom the leases know nothing of yet.
    pub(super) offline_since: HashMap<Whose, Timestamp>,
}

/// The task's state.
pub(super) struct Owner {
    leases: Arc<MemoryStore>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    inbox: mpsc::Receiver<Command>,
    changes: broadcast::Sender<Change>,
    /// What the log refused, to be written before anything newer of the same user.
    unlogged: HashMap<Whose, Entry>,
    retry_at: Option<Instant>,
    /// Agents who were on queue when the server stopped and have not come back, with what they said, and until when that counts.
    awaited: HashMap<Whose, Option<String>>,
    awaited_until: Timestamp,
}

impl Owner {
    /// Restores choices and corrects the log: nobody has a device yet.
    pub(super) async fn restore(
        leases: Arc<MemoryStore>,
        journal: Journal,
        identity: &Identity,
        clock: Arc<dyn Clock>,
        changes: broadcast::Sender<Change>,
    ) -> Result<Restored, StoreError> {
        let (commands, inbox) = mpsc::channel(INBOX);
        let now = clock.now();
        let mut awaited = HashMap::new();
        let mut offline_since = HashMap::new();
        for (scope, _) in identity.orgs().await.map_err(unreadable)? {
            let mut corrections = Vec::new();
            for Remembered { user, logged, chosen } in journal.remembered(scope).await? {
                let was_on_queue = logged.as_ref().is_some_and(|view| view.primary == Presence::OnQueue);
                match chosen {
                    // Not without a device, and not for who left the queue before.
                    Some(ChoosePresence { primary: Presence::OnQueue, message }) => {
                        awaited.extend(was_on_queue.then_some(((scope, user), message)));
                    }
                    Some(ChoosePresence { primary, message }) => {
                        leases.choose(now, scope, user, primary, message).await.map_err(damaged)?;
                    }
                    None => {}
                }
                let Some(logged) = logged else { continue };
                let view = leases.of(scope, user).await.map_err(damaged)?;
                let since = if logged.primary == view.primary { logged.since } else { now };
                offline_since.insert((scope, user), since);
                let view = PresenceView { since, ..view };
                if view != logged {
                    corrections.push(Entry::by_itself(Change { scope, user, before: logged, now: view }));
                }
            }
            if !corrections.is_empty() {
                tracing::info!(org = %scope.org(), users = corrections.len(), "presence corrected after a restart");
                journal.correct(scope, corrections).await?;
            }
        }
        let unlogged = HashMap::new();
        let awaited_until = now.plus(ON_QUEUE_RESTORED);
        let owner =
            Self { leases, journal, clock, inbox, changes, unlogged, retry_at: None, awaited, awaited_until };
        Ok(Restored { owner, commands, offline_since })
    }

    /// Runs until every handle is gone.
    pub(super) async fn run(mut self) {
        let mut commands = Vec::with_capacity(INBOX);
        loop {
            let wake_at = self.wake_at().await;
            tokio::select! {
                biased;
                received = self.inbox.recv_many(&mut commands, INBOX) => if received == 0 { return },
                () = sleep_until(wake_at) => {}
            }
            self.turn(&mut commands).await;
        }
    }

    async fn wake_at(&self) -> Option<Instant> {
        let lapses = self.leases.next_expiry().await.map(|due| Instant::now() + due.since(self.clock.now()));
        lapses.into_iter().chain(self.retry_at).min()
    }

    /// Carries out what came in, then ends what has lapsed, then logs and tells.
    async fn turn(&mut self, commands: &mut Vec<Command>) {
        let now = self.clock.now();
        let mut work: Vec<Work> = Vec::new();
        for Command { at, scope, user, cause, what, done } in commands.drain(..) {
            match self.apply(at, scope, user, &what).await {
                Ok(change) => {
                    let chosen = if let What::Choose(chosen) = what { Some(chosen) } else { None };
                    work.push((Entry { scope, user, cause, change, chosen }, Some(done)));
                }
                Err(error) => answer(done, Err(error.into())),
            }
        }
        match self.leases.expire(now).await {
            Ok(lapsed) => work.extend(lapsed.into_iter().map(|change| (Entry::by_itself(change), None))),
            Err(error) => tracing::error!(%error, "leases cannot be ended"),
        }
        self.log(work).await;
    }

    async fn apply(
        &mut self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        what: &What,
    ) -> Result<Option<Change>, PresenceError> {
        match what {
            What::Renew { device, active } => {
                let back = self.leases.renew(now, scope, user, *device, *active).await?;
                Ok(joined(back, self.back_on_queue(now, scope, user).await?))
            }
            What::Release { device } => self.leases.release(now, scope, user, *device, GOODBYE_GRACE).await,
            What::Choose(ChoosePresence { primary, message }) => {
                self.awaited.remove(&(scope, user));
                self.leases.choose(now, scope, user, *primary, message.clone()).await
            }
            What::Activity(activity) => self.leases.set_activity(now, scope, user, *activity).await,
        }
    }

    /// Puts an agent back on queue whom the restart, and nothing else, took off it.
    async fn back_on_queue(
        &mut self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
    ) -> Result<Option<Change>, PresenceError> {
        match self.awaited.remove(&(scope, user)) {
            Some(message) if now < self.awaited_until => {
                self.leases.choose(now, scope, user, Presence::OnQueue, message).await
            }
            _ => Ok(None),
        }
    }

    /// Writes each user's entries in order, different users' side by side.
    async fn log(&mut self, work: Vec<Work>) {
        let mut queues: HashMap<Whose, VecDeque<Work>> = HashMap::new();
        for (whose, entry) in std::mem::take(&mut self.unlogged) {
            queues.entry(whose).or_default().push_back((entry, None));
        }
        for (entry, done) in work {
            if entry.change.is_none() && entry.chosen.is_none() {
                done.into_iter().for_each(|done| answer(done, Ok(())));
            } else {
                queues.entry((entry.scope, entry.user)).or_default().push_back((entry, done));
            }
        }
        let writes = queues.into_values().map(|queue| log_in_order(&self.journal, &self.changes, queue));
        let refused: Vec<(Entry, StoreError)> =
            stream::iter(writes).buffer_unordered(WRITES).filter_map(std::future::ready).collect().await;
        if let Some((_, error)) = refused.first() {
            tracing::warn!(users = refused.len(), %error, "presence cannot be logged; trying again");
        }
        self.unlogged.extend(refused.into_iter().map(|(entry, _)| ((entry.scope, entry.user), entry)));
        self.retry_at = (!self.unlogged.is_empty()).then(|| Instant::now() + RETRY);
    }
}

/// Writes one user's entries; answers what could not be written, as one, and why.
async fn log_in_order(
    journal: &Journal,
    changes: &broadcast::Sender<Change>,
    mut queue: VecDeque<Work>,
) -> Option<(Entry, StoreError)> {
    while let Some((entry, done)) = queue.pop_front() {
        if let Err(error) = journal.write(entry.clone()).await {
            let waiting = done.into_iter().chain(queue.iter_mut().filter_map(|(_, done)| done.take()));
            waiting.for_each(|done| answer(done, Err(PresenceRefused::Unlogged)));
            let unlogged = queue.into_iter().fold(entry, |first, (later, _)| first.followed_by(later));
            return Some((unlogged, error));
        }
        if let Some(change) = entry.change {
            // No receiver is no fault: no product above listens.
            let _ = changes.send(change);
        }
        done.into_iter().for_each(|done| answer(done, Ok(())));
    }
    None
}

/// Whoever asked may have gone away meanwhile.
fn answer(done: oneshot::Sender<Result<(), PresenceRefused>>, result: Result<(), PresenceRefused>) {
    let _ = done.send(result);
}

async fn sleep_until(wake_at: Option<Instant>) {
    match wake_at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn damaged(error: PresenceError) -> StoreError {
    StoreError::Damaged { table: "presence", reason: error.to_string() }
}

fn unreadable(error: IdentityError) -> StoreError {
    match error {
        IdentityError::Store(error) => error,
        other => StoreError::Damaged { table: "orgs", reason: other.to_string() },
    }
}
