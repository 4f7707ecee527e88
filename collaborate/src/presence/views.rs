//! What the log says of everybody, on every node alike: it feeds the products above, and answers while the leases cannot.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tandem_core::{Clock, Mint, OrgScope};
use tandem_presence::{Change, Person};
use tandem_proto::{
    Event, EventData, UserId,
    api::{ChoosePresence, Presence, PresenceView},
    events::identity::{PresenceChanged, UserErased},
};
use tandem_store::{Cause, StoreError};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    mpsc,
};

use super::{
    journal::{Journal, Logged},
    owner::{Command, What, Whose},
};

/// Time between attempts to read what was missed.
const RETRY: Duration = Duration::from_millis(250);

/// The newest logged view of everybody who has one.
#[derive(Debug)]
pub(super) struct Views {
    /// With the version, within the user's stream, of the event that said so.
    newest: RwLock<HashMap<Whose, (i64, PresenceView)>>,
    changes: broadcast::Sender<Change>,
}

impl Views {
    pub(super) fn new(changes: usize) -> Self {
        Self { newest: RwLock::default(), changes: broadcast::Sender::new(changes) }
    }

    pub(super) fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    pub(super) fn of(&self, scope: OrgScope, user: UserId) -> PresenceView {
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        newest.get(&(scope, user)).map_or_else(|| Person::default().view(), |(_, view)| view.clone())
    }

    pub(super) fn all(&self, scope: OrgScope) -> Vec<(UserId, PresenceView)> {
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        let shown = |view: &PresenceView| {
            view.primary != Presence::Offline || view.message.is_some() || view.activity.is_some()
        };
        let theirs = newest.iter().filter(|((org, _), (_, view))| *org == scope && shown(view));
        let mut all: Vec<_> = theirs.map(|((_, user), (_, view))| (*user, view.clone())).collect();
        all.sort_by_key(|(user, _)| *user);
        all
    }

    /// Takes what the log says of a user, unless it said something newer before, and tells the change.
    fn take(&self, scope: OrgScope, Logged { user, event, view: now }: Logged) {
        let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        let (seen, before) = newest.entry((scope, user)).or_insert_with(|| (-1, Person::default().view()));
        if event <= *seen {
            return;
        }
        *seen = event;
        if *before != now {
            let before = std::mem::replace(before, now.clone());
            // No receiver is no fault: no product above listens.
            let _ = self.changes.send(Change { scope, user, before, now });
        }
    }
}

/// Keeps [`Views`] up with the log, and lets go of what somebody said who is erased.
pub(super) struct Follower {
    pub(super) live: broadcast::Receiver<Arc<Event>>,
    pub(super) journal: Journal,
    pub(super) mint: Arc<Mint>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) views: Arc<Views>,
    /// To the leases' owner, which ends with the last handle on presence.
    pub(super) commands: mpsc::WeakSender<Command>,
}

impl Follower {
    /// Reads what the log said so far. `live` was subscribed to before.
    pub(super) async fn read(&self) -> Result<(), StoreError> {
        for scope in self.journal.scopes().await? {
            for logged in self.journal.logged(scope).await? {
                self.views.take(scope, logged);
            }
        }
        Ok(())
    }

    /// Runs until the store closes.
    pub(super) async fn run(mut self) {
        loop {
            match self.live.recv().await {
                Ok(event) if event.kind == UserErased::KIND => self.let_go(&event).await,
                Ok(event) => self.take(&event),
                Err(RecvError::Closed) => return,
                Err(RecvError::Lagged(missed)) => {
                    tracing::info!(
                        missed,
                        "presence changed faster than it could be followed; reading it again"
                    );
                    while let Err(error) = self.read().await {
                        if matches!(error, StoreError::Closed) {
                            return;
                        }
                        tracing::warn!(%error, "presence cannot be read; trying again");
                        tokio::time::sleep(RETRY).await;
                    }
                }
            }
        }
    }

    /// What somebody chose to say is in the leases too, and would be written down again from there. Every node hears of it; the first
    /// one changes something.
    async fn let_go(&self, event: &Event) {
        let (Some(user), Some(commands)) = (event.subject, self.commands.upgrade()) else { return };
        let nothing = ChoosePresence { primary: Presence::Available, message: None };
        let (at, scope) = (self.clock.now(), self.mint.scope(event.org));
        let command =
            Command { at, scope, user, cause: Cause::SYSTEM, what: What::Choose(nothing), done: None };
        // An owner that is gone holds nothing.
        let _ = commands.send(command).await;
    }

    fn take(&self, event: &Event) {
        if event.kind != PresenceChanged::KIND {
            return;
        }
        match event.decode::<PresenceChanged>() {
            Ok(Some(PresenceChanged { user, presence: view })) => {
                let logged = Logged { user, event: event.version, view };
                self.views.take(self.mint.scope(event.org), logged);
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "a presence.changed that does not read"),
        }
    }
}
