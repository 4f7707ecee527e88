//! Sessions that were read a moment ago, so that a request costs no read of the database.
//!
//! What ends a session or changes what its user may do is an event in the log (the stream of the user, or of the org), and whoever is
//! named by one is forgotten. A session is forgotten at once by whoever ends it here, and on another node as soon as the log's tail
//! gets there. One is read again after [`TRUSTED`] in any case, so that a node that hears nothing does not trust for ever.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, PoisonError, RwLock, RwLockWriteGuard, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tandem_proto::{
    Event, EventData, OrgId, RequestId, Timestamp, UserId,
    events::identity::{PresenceChanged, SessionStarted, UserCreated},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::Session;

/// How long a session is believed without being read again.
const TRUSTED: Duration = Duration::from_secs(60);
/// Sessions kept at most, some 250 bytes each; beyond that some user's are dropped for each that comes.
const SESSIONS: usize = 100_000;

/// A token's SHA-256.
pub(super) type Digest = [u8; 32];

/// Whose rights an event may have changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Affected {
    /// Nobody's.
    Nobody,
    /// One user's, or which sessions they have.
    User(UserId),
    /// Anybody's of the org.
    Org(OrgId),
}

impl Affected {
    /// Cautious about kinds it does not know: reading once more costs little.
    pub(crate) fn by(event: &Event) -> Self {
        let harmless = [PresenceChanged::KIND, SessionStarted::KIND, UserCreated::KIND];
        if harmless.contains(&event.kind.as_str()) {
            return Self::Nobody;
        }
        match event.stream.as_str().split_once(':') {
            Some(("user", id)) => id.parse().map_or(Self::Nobody, Self::User),
            Some(("org", _)) => Self::Org(event.org),
            _ => Self::Nobody,
        }
    }
}

/// Sessions by their tokens' digests.
#[derive(Debug, Default)]
pub(super) struct Known {
    sessions: RwLock<Sessions>,
    /// Grows with everything that is forgotten.
    forgotten: AtomicU64,
}

#[derive(Debug, Default)]
struct Sessions {
    by_digest: HashMap<Digest, (Session, Timestamp)>,
    by_user: HashMap<UserId, HashSet<Digest>>,
}

/// What was forgotten before a session was read: if that is more by now, what was read may be old.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before(u64);

impl Known {
    /// One that forgets what `live` tells it to, until the store closes.
    pub(super) fn following(live: Receiver<Arc<Event>>) -> Arc<Self> {
        let known = Arc::new(Self::default());
        tokio::spawn(follow(live, Arc::downgrade(&known)));
        known
    }

    /// The session behind a token, if it need not be read.
    pub(super) fn get(&self, digest: &Digest, now: Timestamp) -> Option<Session> {
        let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
        let (session, until) = sessions.by_digest.get(digest)?;
        let mut session = (now < *until).then(|| session.clone())?;
        session.context.request = RequestId::generate();
        Some(session)
    }

    /// To be asked before a session is read.
    pub(super) fn before(&self) -> Before {
        Before(self.forgotten.load(Ordering::Acquire))
    }

    /// Keeps what was read, unless something was forgotten meanwhile.
    pub(super) fn keep(&self, digest: Digest, session: &Session, now: Timestamp, before: Before) {
        let until = session.expires_at.min(session.renew_at()).min(now.plus(TRUSTED));
        let mut sessions = self.write();
        if self.before().0 != before.0 {
            return;
        }
        if sessions.by_digest.len() >= SESSIONS && !sessions.by_digest.contains_key(&digest) {
            sessions.make_room();
        }
        let user = session.context.user;
        sessions.by_digest.insert(digest, (session.clone(), until));
        sessions.by_user.entry(user).or_default().insert(digest);
    }

    /// Forgets a user's sessions.
    pub(super) fn forget(&self, user: UserId) {
        let mut sessions = self.write();
        self.forgotten.fetch_add(1, Ordering::Release);
        sessions.drop_user(user);
    }

    fn forget_org(&self, org: OrgId) {
        let mut sessions = self.write();
        self.forgotten.fetch_add(1, Ordering::Release);
        let sessions = &mut *sessions;
        sessions.by_digest.retain(|_, (session, _)| session.context.scope.org() != org);
        sessions.by_user.retain(|_, digests| digests.iter().any(|d| sessions.by_digest.contains_key(d)));
    }

    fn forget_all(&self) {
        let mut sessions = self.write();
        self.forgotten.fetch_add(1, Ordering::Release);
        *sessions = Sessions::default();
    }

    fn hear(&self, event: &Event) {
        match Affected::by(event) {
            Affected::Nobody => {}
            Affected::User(user) => self.forget(user),
            Affected::Org(org) => self.forget_org(org),
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Sessions> {
        self.sessions.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    fn drop_user(&mut self, user: UserId) {
        for digest in self.by_user.remove(&user).into_iter().flatten() {
            self.by_digest.remove(&digest);
        }
    }

    /// Drops some user's: which does not matter much, they are read again when they come.
    fn make_room(&mut self) {
        if let Some(user) = self.by_user.keys().next().copied() {
            self.drop_user(user);
        }
    }
}

async fn follow(mut live: Receiver<Arc<Event>>, known: Weak<Known>) {
    loop {
        let heard = live.recv().await;
        let Some(known) = known.upgrade() else { return };
        match heard {
            Ok(event) => known.hear(&event),
            Err(RecvError::Lagged(_)) => known.forget_all(),
            Err(RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use tandem_core::{Mint, Permissions, RequestContext};
    use tandem_proto::SessionId;

    use super::*;

    fn session(now: Timestamp) -> Session {
        let context = RequestContext {
            scope: Mint::for_server().scope(OrgId::generate()),
            user: UserId::generate(),
            session: SessionId::generate(),
            permissions: Permissions::NONE,
            request: RequestId::generate(),
        };
        Session { context, expires_at: now.plus(super::super::sessions::LIFETIME) }
    }

    #[test]
    fn what_was_read_before_something_ended_is_not_kept() {
        let (known, now) = (Known::default(), Timestamp::from_micros(1));
        let kept = session(now);
        known.keep([1; 32], &kept, now, known.before());
        assert_eq!(known.get(&[1; 32], now).map(|known| known.context.user), Some(kept.context.user));
        let before = known.before();
        known.forget(kept.context.user);
        assert!(known.get(&[1; 32], now).is_none());
        known.keep([1; 32], &kept, now, before);
        assert!(known.get(&[1; 32], now).is_none(), "it may have ended since it was read");
    }

    #[test]
    fn nothing_is_trusted_for_long() {
        let (known, now) = (Known::default(), Timestamp::from_micros(1));
        known.keep([1; 32], &session(now), now, known.before());
        assert!(known.get(&[1; 32], now.plus(TRUSTED / 2)).is_some());
        assert!(known.get(&[1; 32], now.plus(TRUSTED)).is_none());
    }

    #[test]
    fn an_org_is_forgotten_alone() {
        let (known, now) = (Known::default(), Timestamp::from_micros(1));
        let (ours, theirs) = (session(now), session(now));
        known.keep([1; 32], &ours, now, known.before());
        known.keep([2; 32], &theirs, now, known.before());
        known.forget_org(ours.context.scope.org());
        assert!(known.get(&[1; 32], now).is_none());
        assert!(known.get(&[2; 32], now).is_some());
        let sessions = known.sessions.read().expect("unpoisoned");
        assert_eq!(sessions.by_user.len(), 1);
    }
}
