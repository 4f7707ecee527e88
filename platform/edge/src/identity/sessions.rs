//! What a bearer token stands for: a session with a sliding end, or a token that acts for somebody within limits. Tokens are random and
//! kept as their SHA-256; all kinds are rows of one table, so that one look-up tells who asks.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{Row, any::AnyRow};
use tandem_core::{OrgScope, Origin, Permissions, RequestContext, Rights, unstamped};
use tandem_proto::{
    Actor, ClientId, Cursor, GrantId, OrgId, RequestId, SessionId, Stream, Timestamp, Topic, UserId,
    api::{Role, RoleGrant, SessionInfo},
    events::identity::{SessionEnded, SessionStarted},
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{
    Identity, IdentityError, group_rows, id, known::Digest, passkeys, people, providers, roles, text, users,
};

/// How long a session lasts after its last use, and no longer than [`super::Lifetimes::session`].
pub(crate) const LIFETIME: Duration = Duration::from_secs(12 * 3600);
/// A use is noted only when the last note is this old, so that reading does not write each time.
const NOTED_EVERY: Duration = Duration::from_secs(600);
/// Sessions of one person. One more ends the one that was not used for the longest time.
const SESSIONS: i64 = 100;

/// What let somebody in.
pub(super) enum Proven {
    /// Something this server need not look at again.
    Elsewhere,
    /// The password with this hash.
    Password(String),
    /// A passkey.
    Passkey(Box<passkeys::Used>),
    /// An identity provider.
    Provider(providers::Spent),
}

/// What a token is, by how it was got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// By signing in.
    Session,
    /// By its owner, for a program of their own.
    Personal,
    /// By a registered program.
    Access,
}

impl Kind {
    /// As the column `kind` has it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Personal => "personal",
            Self::Access => "access",
        }
    }

    /// What tokens begin with, so that scanners for leaked secrets know one.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "tdm_",
            Self::Personal => "tdp_",
            Self::Access => "tda_",
        }
    }

    /// A new token: 256 random bits.
    pub(super) fn token(self) -> String {
        secret(self.prefix())
    }
}

/// A random secret of 256 bits that begins with `prefix`.
pub(super) fn secret(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// What is stored of a secret that is random. 256 random bits need no salt and no slow hash. The name of a region in it is for other
/// regions, and tells nothing here.
pub(super) fn digest(secret: &str) -> String {
    hex::encode(digest_bytes(secret))
}

fn digest_bytes(secret: &str) -> Digest {
    Sha256::digest(unstamped(secret).as_bytes()).into()
}

/// A session just made.
#[derive(Clone)]
pub struct NewSession {
    /// The bearer token, known to nobody else.
    pub token: String,
    /// The session.
    pub session: Session,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("session", &self.session).finish_non_exhaustive()
    }
}

/// A session or token that holds.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is and what they may do, for a request that begins now.
    pub context: RequestContext,
    /// When it ends; a session unless it is used.
    pub expires_at: Timestamp,
    /// When it ends whatever is done with it.
    pub(super) ends_by: Timestamp,
    /// When its use was last noted.
    pub(super) used_at: Timestamp,
    /// Whether using it moves its end.
    pub(super) slides: bool,
}

impl Session {
    /// When a use should be noted.
    pub(crate) fn renew_at(&self) -> Timestamp {
        self.used_at.plus(NOTED_EVERY)
    }
}

impl Identity {
    /// A session for somebody who was authenticated otherwise; answers its token.
    ///
    /// # Errors
    /// [`IdentityError::NoSession`] when there is no such user, or they were deactivated.
    pub async fn issue_token(&self, scope: OrgScope, user: UserId) -> Result<String, IdentityError> {
        Ok(self.start_session(scope, user, Proven::Elsewhere, Origin::default()).await?.token)
    }

    /// Who a token stands for. Moves the session's end.
    ///
    /// # Errors
    /// [`IdentityError::NoSession`] when the token is unknown or has expired.
    pub async fn authenticate(&self, token: &str) -> Result<RequestContext, IdentityError> {
        Ok(self.session(token).await?.context)
    }

    /// As [`Self::authenticate`], with the session's end.
    ///
    /// # Errors
    /// [`IdentityError::NoSession`] when the token is unknown or has expired; [`IdentityError::OtherRegion`] when it is another region's.
    pub async fn session(&self, token: &str) -> Result<Session, IdentityError> {
        self.refuse_elsewhere(token)?;
        let (digest, now) = (digest_bytes(token), self.0.clock.now());
        if let Some(session) = self.0.known.session(&digest, now) {
            return Ok(session);
        }
        let before = self.0.known.before();
        let session = self.find("s.token_hash = $1", hex::encode(digest)).await?;
        self.0.known.keep_session(digest, &session, now, before);
        Ok(session)
    }

    /// Up to where the log was heard. What [`Self::session`] answers after this was asked holds unless an event after it says otherwise.
    pub(crate) fn heard(&self) -> Cursor {
        self.0.known.heard()
    }

    /// The same session once more: still there, with the permissions its user has now. Moves its end.
    ///
    /// Open sockets ask this when an event says that rights changed, so the answer must be as fresh as that event.
    ///
    /// # Errors
    /// [`IdentityError::NoSession`] when it was signed out or has expired.
    pub async fn renew(&self, session: SessionId) -> Result<Session, IdentityError> {
        self.find("s.id = $1", session.to_string()).await
    }

    /// As [`Self::renew`], as fresh as the events up to `as_of`: it is not read where all of them were heard.
    ///
    /// # Errors
    /// [`IdentityError::NoSession`] when it was signed out or has expired.
    pub(crate) async fn renew_as_of(
        &self,
        context: &RequestContext,
        as_of: Cursor,
    ) -> Result<Session, IdentityError> {
        let (user, session) = (context.user, context.session);
        match self.0.known.session_as_of(user, session, self.0.clock.now(), as_of) {
            Some(known) => Ok(known),
            None => self.renew(session).await,
        }
    }

    /// Somebody and what they may do now, for work that is done in their name while they are away; `None` when they were deactivated.
    /// The session is the nil UUID, which no session has.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn on_behalf_of(
        &self,
        scope: OrgScope,
        user: UserId,
    ) -> Result<Option<RequestContext>, IdentityError> {
        let Some(record) = self.user(scope, user).await?.filter(|user| user.active) else { return Ok(None) };
        let rights = self.held_by(scope, user, &record.roles, &record.grants).await?;
        let session = SessionId::from_uuid(uuid::Uuid::nil());
        let request = RequestId::generate();
        Ok(Some(RequestContext { scope, user, session, rights, request, origin: Origin::NONE }))
    }

    /// Ends what the caller uses, session or token. Ending it twice is no error.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(&self, context: &RequestContext) -> Result<(), IdentityError> {
        let (session, user) = (context.session, context.user);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let ended = told(tx, user, session).await?;
                end(tx, user, Which::This(session)).await?;
                match ended {
                    Some(change) => Ok(tx.audit(change).await?),
                    None => Ok(()),
                }
            })
        });
        write.await
    }

    /// The caller's sessions, the one used last first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sessions(
        &self,
        scope: OrgScope,
        user: UserId,
        current: Option<SessionId>,
    ) -> Result<Vec<SessionInfo>, IdentityError> {
        let now = self.0.clock.now();
        let mut conn = self.0.store.scoped(scope).await?;
        let rows = sqlx::query(
            "SELECT id, user_agent, address, created_at, last_used_at, expires_at FROM sessions
             WHERE org = $1 AND user_id = $2 AND kind = 'session' AND expires_at > $3 AND created_at > $4
             ORDER BY last_used_at DESC, created_at DESC",
        )
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .bind(now.micros())
        .bind(now.minus(self.0.lifetimes.session).micros())
        .fetch_all(&mut *conn)
        .await?;
        rows.iter().map(|row| info(row, current)).collect()
    }

    /// Ends one of the caller's sessions.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] when it is not the caller's, or has ended.
    pub async fn end_session(
        &self,
        context: &RequestContext,
        session: SessionId,
    ) -> Result<(), IdentityError> {
        self.end_own(context, session, Kind::Session, "session").await
    }

    /// Ends all of the caller's sessions but the one used.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_other_sessions(&self, context: &RequestContext) -> Result<(), IdentityError> {
        let (user, used) = (context.user, context.session);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let ended = end(tx, user, Which::SessionsBut(used)).await?;
                Ok(tx.audit(people::sessions_ended(user, ended)).await?)
            })
        });
        write.await
    }

    pub(super) async fn end_own(
        &self,
        context: &RequestContext,
        session: SessionId,
        kind: Kind,
        what: &'static str,
    ) -> Result<(), IdentityError> {
        let user = context.user;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let change = told(tx, user, session).await?;
                let ended = end(tx, user, Which::One(session, kind)).await?;
                match change.filter(|_| ended > 0) {
                    Some(change) => Ok(tx.audit(change).await?),
                    None => Err(IdentityError::NotFound(what)),
                }
            })
        });
        write.await
    }

    /// Refuses a caller who uses a token: what opens an account for good needs somebody who signed in.
    pub(super) async fn signed_in(&self, context: &RequestContext) -> Result<(), IdentityError> {
        let mut conn = self.0.store.scoped(context.scope).await?;
        let row = sqlx::query("SELECT kind FROM sessions WHERE org = $1 AND id = $2")
            .bind(context.scope.org().to_string())
            .bind(context.session.to_string())
            .fetch_optional(&mut *conn)
            .await?
            .ok_or(IdentityError::NoSession)?;
        if text(&row, "kind")? == Kind::Session.name() { Ok(()) } else { Err(IdentityError::NotByToken) }
    }

    /// Starts a session of somebody who is active still, and whose way in is open still.
    pub(super) async fn start_session(
        &self,
        scope: OrgScope,
        user: UserId,
        proven: Proven,
        origin: Origin,
    ) -> Result<NewSession, IdentityError> {
        let record = self.user(scope, user).await?.filter(|user| user.active);
        let record = record.ok_or(IdentityError::WrongCredentials)?;
        let rights = self.held_by(scope, user, &record.roles, &record.grants).await?;
        let token = Kind::Session.token();
        let (session, now) = (SessionId::generate(), self.0.clock.now());
        let ends_by = now.plus(self.0.lifetimes.session);
        let expires_at = now.plus(LIFETIME).min(ends_by);
        let row = NewRow {
            token_hash: digest(&token),
            id: session,
            user,
            kind: Kind::Session,
            name: None,
            scopes: None,
            client: None,
            grant: None,
            origin: origin.clone(),
            created_at: now,
            used_at: now,
            expires_at,
        };
        let cause = Cause { origin: origin.clone(), ..Cause::of(Actor::User { id: user }, None) };
        let started = Change::new("session.started", "person", user);
        self.0
            .store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    if !is_let_in(tx, user, proven).await? {
                        return Err(IdentityError::WrongCredentials);
                    }
                    forget_expired(tx, user).await?;
                    end(tx, user, Which::SessionsFrom(SESSIONS - 1)).await?;
                    insert(tx, row).await?;
                    tx.audit(started.after(&json!({ "session": session }))).await?;
                    let event = SessionStarted { session };
                    tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
                    Ok(())
                })
            })
            .await?;
        let request = RequestId::generate();
        let context = RequestContext { scope, user, session, rights, request, origin };
        let token = self.regions().stamped(token);
        Ok(NewSession {
            token,
            session: Session { context, expires_at, ends_by, used_at: now, slides: true },
        })
    }

    /// The one place where a token, or its id, becomes a session.
    async fn find(&self, condition: &str, value: String) -> Result<Session, IdentityError> {
        let sql = format!(
            "SELECT s.id, s.org, s.user_id, s.kind, s.scopes, s.created_at, s.last_used_at, s.expires_at, u.roles, u.grants,
                (SELECT count(*) FROM group_members m WHERE m.org = u.org AND m.user_id = u.id) AS groups_of
             FROM sessions s JOIN users u ON u.id = s.user_id AND u.org = s.org AND u.deactivated_at IS NULL
             WHERE {condition}"
        );
        // All orgs: whose session it is is the question.
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(value)
            .fetch_optional(self.0.store.across_orgs())
            .await?
            .ok_or(IdentityError::NoSession)?;
        let (now, slides) = (self.0.clock.now(), text(&row, "kind")? == Kind::Session.name());
        let (created_at, until) = (time(&row, "created_at")?, time(&row, "expires_at")?);
        // An operator who makes sessions shorter means those there are too.
        let ends_by = if slides { created_at.plus(self.0.lifetimes.session) } else { until };
        let expires_at = until.min(ends_by);
        if expires_at <= now {
            return Err(IdentityError::NoSession);
        }
        let scope = self.0.mint.scope(id::<OrgId>(&row, "sessions", "org")?);
        let user = id(&row, "sessions", "user_id")?;
        let (roles, grants) = users::held(&row)?;
        let held = match row.try_get::<i64, _>("groups_of")? {
            0 => self.rights_of(scope, &roles, &grants).await?,
            _ => self.held_by(scope, user, &roles, &grants).await?,
        };
        let rights = match scopes(&row)? {
            Some(scopes) => held.limited_to(scopes),
            None => held,
        };
        let context = RequestContext {
            scope,
            user,
            session: id(&row, "sessions", "id")?,
            rights,
            request: RequestId::generate(),
            origin: Origin::NONE,
        };
        let used_at = time(&row, "last_used_at")?;
        let used_at = if slides { used_at.max(created_at) } else { used_at };
        let found = Session { context, expires_at, ends_by, used_at, slides };
        if now < found.renew_at() { Ok(found) } else { self.note_use(found, now).await }
    }

    /// Moves the end, and notes when. Not an event: it says no more than that the session was used.
    async fn note_use(&self, found: Session, now: Timestamp) -> Result<Session, IdentityError> {
        let session = found.context.session;
        let expires_at = if found.slides { now.plus(LIFETIME).min(found.ends_by) } else { found.expires_at };
        let cause = Cause::of(found.context.actor(), None);
        self.0
            .store
            .write(found.context.scope, cause, move |tx| {
                Box::pin(async move {
                    sqlx::query(
                        "UPDATE sessions SET expires_at = $1, last_used_at = $2 WHERE org = $3 AND id = $4",
                    )
                    .bind(expires_at.micros())
                    .bind(now.micros())
                    .bind(tx.scope().org().to_string())
                    .bind(session.to_string())
                    .execute(tx.conn())
                    .await?;
                    Ok::<_, IdentityError>(())
                })
            })
            .await?;
        Ok(Session { expires_at, used_at: now, ..found })
    }

    /// What somebody may do now who holds these roles themselves, in all divisions and those of `grants` in some.
    pub(super) async fn held_by(
        &self,
        scope: OrgScope,
        user: UserId,
        held: &[Role],
        grants: &[RoleGrant],
    ) -> Result<Rights, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        group_rows::held(&mut conn, scope, user, held, grants).await
    }

    /// What these roles stand for now, held in all divisions, and those of `grants`, held in some.
    pub(super) async fn rights_of(
        &self,
        scope: OrgScope,
        held: &[Role],
        grants: &[RoleGrant],
    ) -> Result<Rights, IdentityError> {
        if roles::all_built_in(held) && grants.is_empty() {
            return Ok(roles::built_in(held).into());
        }
        let mut conn = self.0.store.scoped(scope).await?;
        roles::rights(&mut conn, scope, held, grants).await
    }
}

/// A row of `sessions` to be.
pub(super) struct NewRow {
    pub(super) token_hash: String,
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) kind: Kind,
    pub(super) name: Option<String>,
    /// What it is limited to; none: all its user may do.
    pub(super) scopes: Option<Permissions>,
    /// The registered program that got it.
    pub(super) client: Option<ClientId>,
    /// What somebody allowed that program.
    pub(super) grant: Option<GrantId>,
    pub(super) origin: Origin,
    pub(super) created_at: Timestamp,
    /// When its use is noted first; the epoch for one that was not used yet.
    pub(super) used_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn insert(tx: &mut Tx, row: NewRow) -> Result<(), IdentityError> {
    let org = tx.scope().org();
    sqlx::query(
        "INSERT INTO sessions (token_hash, id, org, user_id, kind, name, scopes, user_agent, address,
             created_at, last_used_at, expires_at, client, grant_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(row.token_hash)
    .bind(row.id.to_string())
    .bind(org.to_string())
    .bind(row.user.to_string())
    .bind(row.kind.name())
    .bind(row.name)
    .bind(row.scopes.map(roles::written))
    .bind(row.origin.user_agent)
    .bind(row.origin.address.map(|address| address.to_string()))
    .bind(row.created_at.micros())
    .bind(row.used_at.micros())
    .bind(row.expires_at.micros())
    .bind(row.client.map(|client| client.to_string()))
    .bind(row.grant.map(|grant| grant.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which of somebody's sessions and tokens end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Which {
    /// Whatever has this id.
    This(SessionId),
    /// The one of that kind.
    One(SessionId, Kind),
    /// All sessions but this one.
    SessionsBut(SessionId),
    /// Sessions from this many on, the one used last first.
    SessionsFrom(i64),
    /// Access tokens of a program.
    OfClient(ClientId),
    /// As above, from this many on, the newest first.
    OfClientFrom(ClientId, i64),
    /// Access tokens that came of a grant.
    OfGrant(GrantId),
    /// Everything that acts for them.
    All,
}

impl Which {
    /// The condition over `$3` and `$4`, and what they are.
    fn condition(self) -> (String, String, &'static str) {
        let (session, access) = (Kind::Session.name(), Kind::Access.name());
        match self {
            Self::This(id) => ("id = $3 AND kind <> $4".into(), id.to_string(), ""),
            Self::One(id, kind) => ("id = $3 AND kind = $4".into(), id.to_string(), kind.name()),
            Self::SessionsBut(id) => ("id <> $3 AND kind = $4".into(), id.to_string(), session),
            Self::SessionsFrom(first) => {
                let oldest = format!(
                    "id <> $3 AND id IN (SELECT id FROM sessions WHERE org = $1 AND user_id = $2 AND kind = $4
                     ORDER BY last_used_at DESC, created_at DESC LIMIT 1000 OFFSET {first})"
                );
                (oldest, String::new(), session)
            }
            Self::OfClient(client) => ("client = $3 AND kind = $4".into(), client.to_string(), access),
            Self::OfClientFrom(client, first) => {
                let oldest = format!(
                    "id IN (SELECT id FROM sessions WHERE org = $1 AND user_id = $2 AND client = $3 AND kind = $4
                     ORDER BY created_at DESC, id DESC LIMIT 1000 OFFSET {first})"
                );
                (oldest, client.to_string(), access)
            }
            Self::OfGrant(grant) => ("grant_id = $3 AND kind = $4".into(), grant.to_string(), access),
            Self::All => ("id <> $3 AND kind <> $4".into(), String::new(), ""),
        }
    }
}

/// Ends sessions and tokens, each with its event, which closes its sockets. Answers how many.
pub(super) async fn end(tx: &mut Tx, user: UserId, which: Which) -> Result<usize, IdentityError> {
    let (condition, value, kind) = which.condition();
    let org = tx.scope().org().to_string();
    let sql = format!("DELETE FROM sessions WHERE org = $1 AND user_id = $2 AND {condition} RETURNING id");
    let ended = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(org)
        .bind(user.to_string())
        .bind(value)
        .bind(kind)
        .fetch_all(tx.conn())
        .await?;
    for row in &ended {
        let event = SessionEnded { session: id(row, "sessions", "id")? };
        tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
    }
    Ok(ended.len())
}

/// What to tell of the end of one of somebody's sessions or tokens, if there is such a one.
async fn told(tx: &mut Tx, user: UserId, session: SessionId) -> Result<Option<Change>, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT kind, name, scopes, user_agent, address FROM sessions WHERE org = $1 AND user_id = $2 AND id = $3",
    )
    .bind(org)
    .bind(user.to_string())
    .bind(session.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let name: Option<String> = row.try_get("name")?;
    if text(&row, "kind")? == Kind::Session.name() {
        let (agent, address): (Option<String>, Option<String>) =
            (row.try_get("user_agent")?, row.try_get("address")?);
        let view = json!({ "session": session, "user_agent": agent, "address": address });
        return Ok(Some(Change::new("session.ended", "person", user).before(&view)));
    }
    let scopes = scopes(&row)?.map_or(Value::Null, |scopes| scopes.names().into());
    let view = json!({ "name": name, "scopes": scopes });
    Ok(Some(Change::new("token.ended", "token", session).before(&view)))
}

/// Whether what let somebody in holds at the moment their session begins: another password ends the sessions there are.
async fn is_let_in(tx: &mut Tx, user: UserId, proven: Proven) -> Result<bool, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT password_hash, roles FROM users WHERE org = $1 AND id = $2 AND deactivated_at IS NULL",
    )
    .bind(org)
    .bind(user.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(false) };
    let now: String = row.try_get("password_hash")?;
    match proven {
        Proven::Elsewhere => Ok(true),
        Proven::Password(hash) if hash != now => Ok(false),
        Proven::Password(_) => {
            providers::password_is_enough(tx, user, &text(&row, "roles")?).await?;
            Ok(true)
        }
        Proven::Passkey(used) => {
            providers::password_is_enough(tx, user, &text(&row, "roles")?).await?;
            passkeys::spend(tx, user, *used).await
        }
        Proven::Provider(spent) => providers::spend(tx, user, spent).await,
    }
}

/// What has ended by itself needs no event.
pub(super) async fn forget_expired(tx: &mut Tx, user: UserId) -> Result<(), IdentityError> {
    let (org, now) = (tx.scope().org(), tx.now());
    sqlx::query("DELETE FROM sessions WHERE org = $1 AND user_id = $2 AND expires_at <= $3")
        .bind(org.to_string())
        .bind(user.to_string())
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn info(row: &AnyRow, current: Option<SessionId>) -> Result<SessionInfo, IdentityError> {
    let session: SessionId = id(row, "sessions", "id")?;
    let created_at = time(row, "created_at")?;
    Ok(SessionInfo {
        id: session,
        user_agent: row.try_get("user_agent")?,
        address: row.try_get("address")?,
        created_at,
        last_used_at: time(row, "last_used_at")?.max(created_at),
        expires_at: time(row, "expires_at")?,
        current: current == Some(session),
    })
}

/// The column `scopes`: what a token is limited to.
pub(super) fn scopes(row: &AnyRow) -> Result<Option<Permissions>, IdentityError> {
    let column: Option<String> = row.try_get("scopes")?;
    column.map(|column| roles::read(&column)).transpose()
}

/// A column that holds a time.
pub(super) fn time(row: &AnyRow, column: &str) -> Result<Timestamp, IdentityError> {
    Ok(Timestamp::from_micros(row.try_get::<i64, _>(column).map_err(StoreError::from)?))
}
