//! What a command sees.

use sqlx::AnyConnection;
use tandem_core::{OrgScope, Origin, RequestContext};
use tandem_proto::{
    Actor, Cursor, Event, EventData, Payload, Position, Stream, Timestamp, Topic, UserId,
    events::identity::{OrgKeyRotated, UserErased},
};
use tandem_vault::DataKey;

use crate::{
    AuditKey, StoreError,
    keys::{self, Holder},
    session::Session,
};

/// What the stream's version must be for an append to succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// Any.
    Any,
    /// Exactly this (0: the stream is new).
    Version(i64),
}

/// Who and what a command's events came from.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Who.
    pub actor: Actor,
    /// The request or call.
    pub correlation: Option<uuid::Uuid>,
    /// Where that came from.
    pub origin: Origin,
}

impl Cause {
    /// The server by itself.
    pub const SYSTEM: Self = Self::of(Actor::System, None);

    /// What did not come from anywhere.
    pub const fn of(actor: Actor, correlation: Option<uuid::Uuid>) -> Self {
        Self { actor, correlation, origin: Origin::NONE }
    }

    /// Somebody's request.
    pub fn request(context: &RequestContext) -> Self {
        Self {
            actor: context.actor(),
            correlation: Some(context.request.uuid()),
            origin: context.origin.clone(),
        }
    }
}

/// The transaction a command runs in. It is one already: a command neither begins nor commits.
pub struct Tx {
    session: Session,
    scope: OrgScope,
    cause: Cause,
    causation: Option<Position>,
    now: Timestamp,
    audit_key: AuditKey,
}

impl Tx {
    pub(crate) fn new(session: Session, scope: OrgScope, cause: Cause, audit_key: AuditKey) -> Self {
        let now = session.clock.now();
        Self { session, scope, cause, causation: None, now, audit_key }
    }

    pub(crate) fn into_session(self) -> Session {
        self.session
    }

    /// The org.
    pub fn scope(&self) -> OrgScope {
        self.scope
    }

    /// The time of this command, the same for all its events and rows.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Who and what the command came from.
    pub(crate) fn cause(&self) -> &Cause {
        &self.cause
    }

    pub(crate) fn audit_key(&self) -> &AuditKey {
        &self.audit_key
    }

    /// The connection, for the command's own tables.
    pub fn conn(&mut self) -> &mut AnyConnection {
        self.session.conn()
    }

    /// Names the event that the following ones react to.
    pub fn caused_by(&mut self, event: Position) {
        self.causation = Some(event);
    }

    /// Appends an event; returns its version within the stream.
    pub async fn append<E: EventData>(
        &mut self,
        stream: Stream,
        expect: Expect,
        topics: &[Topic],
        event: &E,
    ) -> Result<i64, StoreError> {
        const { assert!(E::PERSONAL.is_empty(), "what is personal is appended about somebody: `append_about`") }
        let draft = self.draft(None, stream, topics, event)?;
        self.session.append(draft, &[], expect).await
    }

    /// As [`Self::append`], for an event that carries somebody's personal data: texts at [`EventData::PERSONAL`] are encrypted under their
    /// key, or, where it is nobody of the org, under the org's.
    pub async fn append_about<E: EventData>(
        &mut self,
        subject: impl Into<Option<UserId>>,
        stream: Stream,
        expect: Expect,
        topics: &[Topic],
        event: &E,
    ) -> Result<i64, StoreError> {
        let draft = self.draft(subject.into(), stream, topics, event)?;
        self.session.append(draft, E::PERSONAL, expect).await
    }

    /// Destroys somebody's key for ever: what was encrypted under it reads as [`crate::ERASED`] from then on, wherever it is. The tables of
    /// those who use the store are theirs to clear. The event that says so ([`UserErased`]) makes every process forget the key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn destroy_key(&mut self, user: UserId) -> Result<(), StoreError> {
        let (org, now) = (self.scope.org(), self.now.micros());
        keys::destroy(self.conn(), org, user, now).await?;
        let erased = UserErased { user };
        self.append_about(user, Stream::user(user), Expect::Any, &[Topic::org(org)], &erased).await?;
        Ok(())
    }

    /// Gives the org a new key and forgets the ones before. What was encrypted stays as it is: only the keys it is under are wrapped anew.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rotate_key(&mut self) -> Result<i64, StoreError> {
        let (org, now) = (self.scope.org(), self.now.micros());
        let version = self.session.rotate_key(org, now).await?;
        let rotated = OrgKeyRotated { version };
        self.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &rotated).await?;
        Ok(version)
    }

    /// A holder's key; `None` if it was destroyed.
    pub(crate) async fn key(&mut self, holder: Holder) -> Result<Option<DataKey>, StoreError> {
        self.session.key(self.scope.org(), holder, self.now.micros()).await
    }

    /// The event but for its version and position, which the log gives it.
    fn draft<E: EventData>(
        &self,
        subject: Option<UserId>,
        stream: Stream,
        topics: &[Topic],
        event: &E,
    ) -> Result<Event, StoreError> {
        let data = Payload::of(event).map_err(|e| StoreError::damaged("events", e))?;
        let mut topics = topics.to_vec();
        topics.sort_unstable();
        topics.dedup();
        Ok(Event {
            cursor: Cursor::START,
            org: self.scope.org(),
            stream,
            version: 0,
            kind: E::KIND.to_owned(),
            schema_version: E::SCHEMA,
            at: self.now,
            actor: self.cause.actor.clone(),
            correlation: self.cause.correlation,
            causation: self.causation,
            subject,
            topics,
            data,
        })
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("scope", &self.scope)
            .field("cause", &self.cause)
            .field("now", &self.now)
            .finish()
    }
}
