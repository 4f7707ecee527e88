//! The one task of a node that changes leases. It takes commands in the order they came, ends leases when they lapse, and hands what
//! that changed to the [`Logger`](super::logger::Logger).

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use tandem_core::{Clock, OrgScope};
use tandem_presence::{LEASE, PresenceError, Update};
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, ChoosePresence},
};
use tandem_store::{Cause, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{GOODBYE_GRACE, PresenceRefused, journal::Journal, leases::Leases, logger::Work};

/// Commands that wait; also the most that one turn takes, so that a turn's heartbeats are heard before it ends any lease.
pub(super) const INBOX: usize = 1_024;
/// Users whose commands are carried out at the same time.
const USERS: usize = 128;
/// Looks at another node that restores the leases, and time between them.
const LOOKS: u32 = 40;
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Something to do for one user.
#[derive(Debug)]
pub(super) struct Command {
    /// When it was asked for: a heartbeat that had to wait holds the lease from when it came.
    pub(super) at: Timestamp,
    pub(super) scope: OrgScope,
    pub(super) user: UserId,
    pub(super) cause: Cause,
    pub(super) what: What,
    pub(super) done: Option<oneshot::Sender<Result<(), PresenceRefused>>>,
}

impl Command {
    /// Whether this is a heartbeat whose lease would have ended by now: this process stood still.
    fn is_late(&self, now: Timestamp) -> bool {
        matches!(self.what, What::Renew { .. }) && self.at.plus(LEASE) <= now
    }
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

/// A command and what came of it.
type Carried = (Command, Result<Option<Update>, PresenceError>);

/// Why leases could not be restored.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unrestored {
    #[error(transparent)]
    Log(#[from] StoreError),
    #[error(transparent)]
    Leases(#[from] PresenceError),
}

/// The task's state.
pub(super) struct Owner {
    leases: Arc<Leases>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    inbox: mpsc::Receiver<Command>,
    notes: mpsc::Sender<Work>,
    /// What people do, told while the leases were away. Nobody repeats it.
    owed: HashMap<Whose, Option<Activity>>,
    next_expiry: Option<Timestamp>,
    away: bool,
}

impl Owner {
    pub(super) fn new(
        leases: Arc<Leases>,
        journal: Journal,
        clock: Arc<dyn Clock>,
        inbox: mpsc::Receiver<Command>,
        notes: mpsc::Sender<Work>,
    ) -> Self {
        Self { leases, journal, clock, inbox, notes, owed: HashMap::new(), next_expiry: None, away: false }
    }

    /// Looks at leases that are not this process's own before anybody asks for them; restores them where they must be.
    pub(super) async fn begin(&mut self) {
        if self.leases.pass.is_some() {
            self.turn(&mut Vec::new()).await;
        }
    }

    /// Runs until every handle is gone.
    pub(super) async fn run(mut self) {
        let mut commands = Vec::with_capacity(INBOX);
        loop {
            let wake_at = self.wake_at();
            tokio::select! {
                biased;
                received = self.inbox.recv_many(&mut commands, INBOX) => if received == 0 { return },
                () = sleep_until(wake_at) => {}
            }
            self.turn(&mut commands).await;
        }
    }

    fn now(&self) -> Timestamp {
        self.leases.now(self.clock.now())
    }

    fn wake_at(&self) -> Option<Instant> {
        let lapses = self.next_expiry.map(|due| due.since(self.now()));
        lapses.into_iter().chain(self.leases.pass).min().map(|wait| Instant::now() + wait)
    }

    /// Carries out what came in, then ends what has lapsed.
    async fn turn(&mut self, commands: &mut Vec<Command>) {
        let now = self.now();
        let mut again = Vec::new();
        let (timely, late): (Vec<_>, Vec<_>) = commands.drain(..).partition(|command| !command.is_late(now));
        // The device may have come back on another node since.
        late.into_iter().filter_map(|command| command.done).for_each(|done| answer(done, Ok(())));
        for carried in carry_out(&self.leases, timely.into_iter()).await {
            match carried {
                (command, Err(PresenceError::Unrestored)) => again.push(command),
                carried => self.settle(carried),
            }
        }
        let lapsed = match self.leases.expire(now).await {
            Err(PresenceError::Unrestored) => {
                self.restored().await;
                self.leases.expire(now).await
            }
            lapsed => lapsed,
        };
        for carried in carry_out(&self.leases, again.into_iter()).await {
            self.settle(carried);
        }
        match lapsed {
            Ok(lapsed) => {
                for Update { note, .. } in lapsed {
                    self.write_down(Work { note, cause: Cause::SYSTEM, done: None });
                }
                self.back(now).await;
            }
            Err(error) => self.is_away(&error),
        }
        self.next_expiry = self.leases.next_expiry().await.unwrap_or_default();
    }

    /// Answers a command, or leaves that to whoever writes its note.
    fn settle(&mut self, (command, result): Carried) {
        let Command { scope, user, cause, what, done, .. } = command;
        if let What::Activity(activity) = what {
            match &result {
                Err(PresenceError::Away(_) | PresenceError::Unrestored) => {
                    self.owed.insert((scope, user), activity);
                }
                _ => drop(self.owed.remove(&(scope, user))),
            }
        }
        match result {
            Ok(Some(Update { note, .. })) => self.write_down(Work { note, cause, done }),
            Ok(None) => done.into_iter().for_each(|done| answer(done, Ok(()))),
            Err(error) => done.into_iter().for_each(|done| answer(done, Err(error.clone().into()))),
        }
    }

    fn write_down(&self, work: Work) {
        if let Err(full) = self.notes.try_send(work) {
            // The leases keep the note, and the logger looks for it.
            full.into_inner().done.into_iter().for_each(|done| answer(done, Err(PresenceRefused::Unlogged)));
        }
    }

    fn is_away(&mut self, error: &PresenceError) {
        if !std::mem::replace(&mut self.away, true) {
            tracing::warn!(%error, "presence is away: nobody is counted as gone meanwhile");
        }
    }

    /// The leases answer: does what is owed to them.
    async fn back(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.away) {
            tracing::info!("presence is back");
        }
        let owed = std::mem::take(&mut self.owed).into_iter().map(|((scope, user), activity)| Command {
            at: now,
            scope,
            user,
            cause: Cause::SYSTEM,
            what: What::Activity(activity),
            done: None,
        });
        for carried in carry_out(&self.leases, owed).await {
            self.settle(carried);
        }
    }

    /// Sees to it that the leases are restored, by this node or another.
    async fn restored(&self) {
        for _ in 0..LOOKS {
            match restore(&self.leases, &self.journal, self.now()).await {
                Ok(true) => return tracing::info!("presence is restored from the log"),
                Ok(false) => tokio::time::sleep(LOOK_EVERY).await,
                Err(error) => return tracing::warn!(%error, "presence cannot be restored; trying again"),
            }
        }
    }
}

/// Gives the leases what was written down of everybody. Answers whether that is done.
pub(super) async fn restore(leases: &Leases, journal: &Journal, now: Timestamp) -> Result<bool, Unrestored> {
    let scopes = journal.scopes().await?;
    let mut remembered = Vec::new();
    for scope in &scopes {
        remembered.extend(journal.remembered(*scope).await?);
    }
    Ok(leases.restore(now, leases.grace, &scopes, remembered).await?)
}

/// Carries out each user's commands in order, different users' side by side.
async fn carry_out(leases: &Leases, commands: impl Iterator<Item = Command>) -> Vec<Carried> {
    let mut queues: HashMap<Whose, Vec<Command>> = HashMap::new();
    for command in commands {
        queues.entry((command.scope, command.user)).or_default().push(command);
    }
    let carried = queues.into_values().map(|queue| async move {
        let mut carried = Vec::with_capacity(queue.len());
        for command in queue {
            let result = apply(leases, &command).await;
            carried.push((command, result));
        }
        carried
    });
    stream::iter(carried).buffer_unordered(USERS).concat().await
}

async fn apply(leases: &Leases, command: &Command) -> Result<Option<Update>, PresenceError> {
    let &Command { at, scope, user, ref what, .. } = command;
    match what {
        What::Renew { device, active } => leases.renew(at, scope, user, *device, *active).await,
        What::Release { device } => leases.release(at, scope, user, *device, GOODBYE_GRACE).await,
        What::Choose(ChoosePresence { primary, message }) => {
            leases.choose(at, scope, user, *primary, message.clone()).await
        }
        What::Activity(activity) => leases.set_activity(at, scope, user, *activity).await,
    }
}

/// Whoever asked may have gone away meanwhile.
pub(super) fn answer(
    done: oneshot::Sender<Result<(), PresenceRefused>>,
    result: Result<(), PresenceRefused>,
) {
    let _ = done.send(result);
}

async fn sleep_until(wake_at: Option<Instant>) {
    match wake_at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
