//! Sessions, people and orgs that were read a moment ago, so that a small request costs no read of the database.
//!
//! What ends a session or changes somebody's name or rights is an event in the log (the stream of the user, or of the org), and whoever
//! is named by one is forgotten. Nothing is answered from here while this process has committed something that was not heard yet, so
//! what was changed through this node is never seen as it was; on another node it is for as long as the log's tail takes to get there.
//! Everything is read again after [`TRUSTED`] in any case, so that a node that hears nothing does not trust for ever.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tandem_proto::{
    Cursor, Event, EventData, OrgId, RequestId, SessionId, Timestamp, UserId,
    events::identity::{GroupChanged, SessionStarted, UserCreated},
};
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};

use super::{Session, UserRecord};

/// How long a session is believed without being read again.
const TRUSTED: Duration = Duration::from_secs(60);
/// Sessions kept at most, some 250 bytes each; beyond that some user's are dropped for each that comes.
const SESSIONS: usize = 100_000;
/// People kept at most, some 400 bytes each, and orgs; beyond that all are dropped.
const PEOPLE: usize = 20_000;
const ORGS: usize = 10_000;

/// Beginnings of kinds that tell of people, what they may do, and what lets them in.
const FAMILIES: [&str; 8] =
    ["client.", "division.", "group.", "org.", "role.", "session.", "token.", "user."];

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
    /// Cautious about kinds of [`FAMILIES`] that it does not know: reading once more costs little.
    pub(crate) fn by(event: &Event) -> Self {
        let harmless = [SessionStarted::KIND, UserCreated::KIND, GroupChanged::KIND];
        if harmless.contains(&event.kind.as_str()) || !FAMILIES.iter().any(|of| event.kind.starts_with(of)) {
            return Self::Nobody;
        }
        match event.stream.as_str().split_once(':') {
            Some(("user", id)) => id.parse().map_or(Self::Nobody, Self::User),
            Some(("org", _)) => Self::Org(event.org),
            _ => Self::Nobody,
        }
    }
}

/// What is remembered.
#[derive(Debug)]
pub(super) struct Known {
    memory: RwLock<Memory>,
    /// The newest event this process wrote. It moves before whoever wrote it is answered.
    commits: watch::Receiver<Cursor>,
    /// Grows with everything that is forgotten.
    forgotten: AtomicU64,
}

#[derive(Debug)]
struct Memory {
    /// Everything up to here was heard.
    heard: Cursor,
    by_digest: HashMap<Digest, (Session, Timestamp)>,
    by_user: HashMap<UserId, HashSet<Digest>>,
    people: HashMap<UserId, (OrgId, UserRecord, Timestamp)>,
    orgs: HashMap<OrgId, (String, Timestamp)>,
}

/// What was forgotten before a session was read: if that is more by now, what was read may be old.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before(u64);

impl Known {
    /// What is kept up to date by `live` until the store closes. `commits` is what this process wrote, and `live` was subscribed to
    /// before.
    pub(super) fn following(live: Receiver<Arc<Event>>, commits: watch::Receiver<Cursor>) -> Arc<Self> {
        let known = Arc::new(Self::new(commits));
        tokio::spawn(follow(live, Arc::downgrade(&known)));
        known
    }

    fn new(commits: watch::Receiver<Cursor>) -> Self {
        let heard = *commits.borrow();
        let (by_digest, by_user) = (HashMap::new(), HashMap::new());
        let (people, orgs) = (HashMap::new(), HashMap::new());
        let memory = RwLock::new(Memory { heard, by_digest, by_user, people, orgs });
        Self { memory, commits, forgotten: AtomicU64::new(0) }
    }

    /// Everything up to here was heard.
    pub(super) fn heard(&self) -> Cursor {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).heard
    }

    /// The session behind a token, if it need not be read.
    pub(super) fn session(&self, digest: &Digest, now: Timestamp) -> Option<Session> {
        self.current()?.by_digest.get(digest).and_then(|known| used(known, now))
    }

    /// A session by its own id, if it need not be read and everything up to `as_of` was heard.
    pub(super) fn session_as_of(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
        as_of: Cursor,
    ) -> Option<Session> {
        let memory = self.current().filter(|memory| as_of <= memory.heard)?;
        let mut theirs = memory.by_user.get(&user)?.iter().filter_map(|digest| memory.by_digest.get(digest));
        used(theirs.find(|(known, _)| known.context.session == session)?, now)
    }

    /// Somebody of the org, if they need not be read.
    pub(super) fn person(&self, org: OrgId, user: UserId, now: Timestamp) -> Option<UserRecord> {
        let memory = self.current()?;
        let (of, record, until) = memory.people.get(&user)?;
        (*of == org && now < *until).then(|| record.clone())
    }

    /// An org's name, if it need not be read.
    pub(super) fn org(&self, org: OrgId, now: Timestamp) -> Option<String> {
        let memory = self.current()?;
        let (name, until) = memory.orgs.get(&org)?;
        (now < *until).then(|| name.clone())
    }

    /// To be asked before something is read that shall be kept.
    pub(super) fn before(&self) -> Before {
        Before(self.forgotten.load(Ordering::Acquire))
    }

    /// Keeps a session that was read, unless something was forgotten meanwhile.
    pub(super) fn keep_session(&self, digest: Digest, session: &Session, now: Timestamp, before: Before) {
        let until = session.expires_at.min(session.renew_at()).min(now.plus(TRUSTED));
        let Some(mut memory) = self.unless_forgotten(before) else { return };
        if memory.by_digest.len() >= SESSIONS && !memory.by_digest.contains_key(&digest) {
            memory.make_room();
        }
        let user = session.context.user;
        memory.by_digest.insert(digest, (session.clone(), until));
        memory.by_user.entry(user).or_default().insert(digest);
    }

    /// As [`Self::keep_session`], somebody of the org.
    pub(super) fn keep_person(&self, org: OrgId, record: &UserRecord, now: Timestamp, before: Before) {
        let Some(mut memory) = self.unless_forgotten(before) else { return };
        if memory.people.len() >= PEOPLE {
            memory.people.clear();
        }
        memory.people.insert(record.id, (org, record.clone(), now.plus(TRUSTED)));
    }

    /// As [`Self::keep_session`], an org's name.
    pub(super) fn keep_org(&self, org: OrgId, name: &str, now: Timestamp, before: Before) {
        let Some(mut memory) = self.unless_forgotten(before) else { return };
        if memory.orgs.len() >= ORGS {
            memory.orgs.clear();
        }
        memory.orgs.insert(org, (name.to_owned(), now.plus(TRUSTED)));
    }

    /// What is remembered, unless something was written here that was not heard yet.
    fn current(&self) -> Option<RwLockReadGuard<'_, Memory>> {
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        (*self.commits.borrow() <= memory.heard).then_some(memory)
    }

    fn unless_forgotten(&self, before: Before) -> Option<RwLockWriteGuard<'_, Memory>> {
        let memory = self.write();
        (self.before().0 == before.0).then_some(memory)
    }

    fn hear(&self, event: &Event) {
        let mut memory = self.write();
        match Affected::by(event) {
            Affected::Nobody => {}
            Affected::User(user) => {
                self.forgotten.fetch_add(1, Ordering::Release);
                memory.forget_user(user);
            }
            Affected::Org(org) => {
                self.forgotten.fetch_add(1, Ordering::Release);
                memory.forget_org(org);
            }
        }
        memory.heard = memory.heard.max(event.cursor);
    }

    /// Events were missed: whom they named is not known.
    fn missed(&self) {
        let mut memory = self.write();
        self.forgotten.fetch_add(1, Ordering::Release);
        let heard = memory.heard;
        *memory = Memory {
            heard,
            by_digest: HashMap::new(),
            by_user: HashMap::new(),
            people: HashMap::new(),
            orgs: HashMap::new(),
        };
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that is remembered, for another request, if it is trusted still.
fn used((session, until): &(Session, Timestamp), now: Timestamp) -> Option<Session> {
    let mut session = (now < *until).then(|| session.clone())?;
    session.context.request = RequestId::generate();
    Some(session)
}

impl Memory {
    fn forget_user(&mut self, user: UserId) {
        self.people.remove(&user);
        self.drop_sessions(user);
    }

    fn forget_org(&mut self, org: OrgId) {
        self.orgs.remove(&org);
        self.people.retain(|_, (of, _, _)| *of != org);
        self.by_digest.retain(|_, (session, _)| session.context.scope.org() != org);
        self.by_user.retain(|_, digests| digests.iter().any(|digest| self.by_digest.contains_key(digest)));
    }

    fn drop_sessions(&mut self, user: UserId) {
        for digest in self.by_user.remove(&user).into_iter().flatten() {
            self.by_digest.remove(&digest);
        }
    }

    /// Drops some user's: which does not matter much, they are read again when they come.
    fn make_room(&mut self) {
        if let Some(user) = self.by_user.keys().next().copied() {
            self.drop_sessions(user);
        }
    }
}

async fn follow(mut live: Receiver<Arc<Event>>, known: Weak<Known>) {
    loop {
        let heard = live.recv().await;
        let Some(known) = known.upgrade() else { return };
        match heard {
            Ok(event) => known.hear(&event),
            Err(RecvError::Lagged(_)) => known.missed(),
            Err(RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use tandem_core::{Mint, RequestContext, Rights};
    use tandem_proto::{Actor, Payload, Position, Stream};

    use super::*;

    fn session(now: Timestamp) -> Session {
        let context = RequestContext {
            scope: Mint::for_server().scope(OrgId::generate()),
            user: UserId::generate(),
            session: SessionId::generate(),
            rights: Rights::default(),
            request: RequestId::generate(),
            origin: tandem_core::Origin::NONE,
        };
        let expires_at = now.plus(super::super::sessions::LIFETIME);
        Session { context, expires_at, ends_by: expires_at, used_at: now, slides: true }
    }

    fn known() -> (Known, watch::Sender<Cursor>) {
        let commits = watch::Sender::new(Cursor::START);
        (Known::new(commits.subscribe()), commits)
    }

    fn event(stream: Stream, org: OrgId, position: i64) -> Event {
        Event {
            cursor: Cursor { xid: 0, position: Position(position) },
            org,
            stream,
            version: 1,
            kind: "user.roles.set".to_owned(),
            schema_version: 1,
            at: Timestamp::from_micros(1),
            actor: Actor::System,
            correlation: None,
            causation: None,
            subject: None,
            topics: Vec::new(),
            data: Payload::of(&()).expect("JSON"),
        }
    }

    #[test]
    fn only_what_tells_of_people_and_rights_affects_anybody() {
        let (org, user) = (OrgId::generate(), UserId::generate());
        for (kind, stream, affected) in [
            ("session.ended", Stream::user(user), Affected::User(user)),
            ("user.deactivated", Stream::user(user), Affected::User(user)),
            ("role.changed", Stream::org(org), Affected::Org(org)),
            ("client.changed", Stream::org(org), Affected::Org(org)),
            ("user.grants.set", Stream::user(user), Affected::User(user)),
            ("division.removed", Stream::org(org), Affected::Org(org)),
            ("division.things.moved", Stream::org(org), Affected::Org(org)),
            ("group.roles.set", Stream::org(org), Affected::Org(org)),
            ("group.removed", Stream::org(org), Affected::Org(org)),
            ("group.member.added", Stream::user(user), Affected::User(user)),
            ("group.changed", Stream::org(org), Affected::Nobody),
            ("session.started", Stream::user(user), Affected::Nobody),
            ("presence.changed", Stream::user(user), Affected::Nobody),
            ("number.set", Stream::org(org), Affected::Nobody),
        ] {
            let event = Event { kind: kind.to_owned(), ..event(stream, org, 1) };
            assert_eq!(Affected::by(&event), affected, "{kind}");
        }
    }

    #[test]
    fn what_was_read_before_something_ended_is_not_kept() {
        let ((known, _commits), now) = (known(), Timestamp::from_micros(1));
        let kept = session(now);
        let (user, org) = (kept.context.user, kept.context.scope.org());
        known.keep_session([1; 32], &kept, now, known.before());
        assert_eq!(known.session(&[1; 32], now).map(|known| known.context.user), Some(user));
        let before = known.before();
        known.hear(&event(Stream::user(user), org, 1));
        assert!(known.session(&[1; 32], now).is_none());
        known.keep_session([1; 32], &kept, now, before);
        assert!(known.session(&[1; 32], now).is_none(), "it may have ended since it was read");
    }

    #[test]
    fn nothing_is_said_while_a_commit_of_our_own_was_not_heard() {
        let ((known, commits), now) = (known(), Timestamp::from_micros(1));
        let kept = session(now);
        known.keep_session([1; 32], &kept, now, known.before());
        commits.send_replace(Cursor { xid: 0, position: Position(7) });
        assert!(known.session(&[1; 32], now).is_none());
        known.hear(&event(Stream::user(UserId::generate()), kept.context.scope.org(), 7));
        assert!(known.session(&[1; 32], now).is_some(), "it was about somebody else");
    }

    #[test]
    fn a_session_is_as_new_as_is_asked_for() {
        let ((known, _commits), now) = (known(), Timestamp::from_micros(1));
        let kept = session(now);
        let (user, id) = (kept.context.user, kept.context.session);
        let at = |position| Cursor { xid: 0, position: Position(position) };
        known.keep_session([1; 32], &kept, now, known.before());
        known.hear(&event(Stream::user(UserId::generate()), kept.context.scope.org(), 7));
        assert!(known.session_as_of(user, id, now, at(7)).is_some());
        assert!(known.session_as_of(user, id, now, at(8)).is_none(), "the next event was not heard");
        assert!(known.session_as_of(user, SessionId::generate(), now, at(7)).is_none(), "another of theirs");
        assert!(known.session_as_of(user, id, now.plus(TRUSTED), at(7)).is_none());
        known.hear(&event(Stream::user(user), kept.context.scope.org(), 8));
        assert!(known.session_as_of(user, id, now, at(8)).is_none(), "it may be over");
    }

    #[test]
    fn nothing_is_trusted_for_long() {
        let ((known, _commits), now) = (known(), Timestamp::from_micros(1));
        known.keep_session([1; 32], &session(now), now, known.before());
        assert!(known.session(&[1; 32], now.plus(TRUSTED / 2)).is_some());
        assert!(known.session(&[1; 32], now.plus(TRUSTED)).is_none());
    }

    #[test]
    fn an_org_is_forgotten_alone() {
        let ((known, _commits), now) = (known(), Timestamp::from_micros(1));
        let (ours, theirs) = (session(now), session(now));
        known.keep_session([1; 32], &ours, now, known.before());
        known.keep_session([2; 32], &theirs, now, known.before());
        let org = ours.context.scope.org();
        known.hear(&event(Stream::org(org), org, 1));
        assert!(known.session(&[1; 32], now).is_none());
        assert!(known.session(&[2; 32], now).is_some());
        assert_eq!(known.write().by_user.len(), 1);
    }
}
