//! What a command sees.

use sqlx::AnyConnection;
use tandem_core::{OrgScope, Origin, RequestContext};
use tandem_proto::{Actor, Cursor, Event, EventData, Payload, Position, Stream, Timestamp, Topic, UserId};

use crate::{AuditKey, StoreError, session::Session};

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
        let draft = self.draft(None, stream, topics, event)?;
        self.session.append(draft, expect).await
    }

    /// As [`Self::append`], for an event that carries somebody's personal data.
    pub async fn append_about<E: EventData>(
        &mut self,
        subject: UserId,
        stream: Stream,
        expect: Expect,
        topics: &[Topic],
        event: &E,
    ) -> Result<i64, StoreError> {
        let draft = self.draft(Some(subject), stream, topics, event)?;
        self.session.append(draft, expect).await
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
