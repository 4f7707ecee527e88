//! Sessions: random bearer tokens, kept as their SHA-256, with a sliding end.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use sqlx::Row;
use tandem_core::{OrgScope, Permissions, RequestContext};
use tandem_proto::{
    Actor, Cursor, OrgId, RequestId, SessionId, Stream, Timestamp, Topic, UserId,
    events::identity::{SessionEnded, SessionStarted},
};
use tandem_store::{Cause, Expect, StoreError};

use super::{Identity, IdentityError, id, known::Digest, text, users::roles};

/// How long a session lasts after its last use.
pub(crate) const LIFETIME: Duration = Duration::from_secs(12 * 3600);
/// A use moves the end only when the last move is this long ago, so that reading does not write each time.
const RENEWED_EVERY: Duration = Duration::from_secs(600);
/// What tokens begin with, so that scanners for leaked secrets know one.
const PREFIX: &str = "tdm_";

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

/// A session that holds.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is and what they may do, for a request that begins now.
    pub context: RequestContext,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
}

impl Session {
    /// When a use should move the end.
    pub(crate) fn renew_at(&self) -> Timestamp {
        self.expires_at.minus(LIFETIME).plus(RENEWED_EVERY)
    }
}

impl Identity {
    /// A session for somebody who was authenticated otherwise; answers its token.
    ///
    /// # Errors
    /// [`IdentityError::NoSession`] when there is no such user.
    pub async fn issue_token(&self, scope: OrgScope, user: UserId) -> Result<String, IdentityError> {
        Ok(self.start_session(scope, user).await?.token)
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
    /// [`IdentityError::NoSession`] when the token is unknown or has expired.
    pub async fn session(&self, token: &str) -> Result<Session, IdentityError> {
        let (digest, now) = (digest(token), self.0.clock.now());
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
    /// # Errors
    /// [`IdentityError::NoSession`] when it was signed out or has expired.
    pub async fn renew(&self, session: SessionId) -> Result<Session, IdentityError> {
        self.find("s.id = $1", session.to_string()).await
    }

    /// Ends the caller's session. Ending it twice is no error.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(&self, context: &RequestContext) -> Result<(), IdentityError> {
        let (session, user) = (context.session, context.user);
        let cause = Cause { actor: context.actor(), correlation: Some(context.request.uuid()) };
        self.0
            .store
            .write(context.scope, cause, move |tx| {
                Box::pin(async move {
                    let ended = sqlx::query("DELETE FROM sessions WHERE id = $1 AND org = $2")
                        .bind(session.to_string())
                        .bind(tx.scope().org().to_string())
                        .execute(tx.conn())
                        .await
                        .map_err(StoreError::from)?;
                    if ended.rows_affected() > 0 {
                        tx.append(
                            Stream::user(user),
                            Expect::Any,
                            &[Topic::user(user)],
                            &SessionEnded { session },
                        )
                        .await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    pub(super) async fn start_session(
        &self,
        scope: OrgScope,
        user: UserId,
    ) -> Result<NewSession, IdentityError> {
        let record = self.user(scope, user).await?.ok_or(IdentityError::NoSession)?;
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
        let (session, token_hash) = (SessionId::generate(), hash(&token));
        let now = self.0.clock.now();
        let expires_at = now.plus(LIFETIME);
        let cause = Cause { actor: Actor::User { id: user }, correlation: None };
        self.0
            .store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let org = tx.scope().org().to_string();
                    sqlx::query("DELETE FROM sessions WHERE org = $1 AND user_id = $2 AND expires_at <= $3")
                        .bind(org.clone())
                        .bind(user.to_string())
                        .bind(now.micros())
                        .execute(tx.conn())
                        .await
                        .map_err(StoreError::from)?;
                    sqlx::query(
                        "INSERT INTO sessions (token_hash, id, org, user_id, created_at, expires_at)
                         VALUES ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(token_hash)
                    .bind(session.to_string())
                    .bind(org)
                    .bind(user.to_string())
                    .bind(now.micros())
                    .bind(expires_at.micros())
                    .execute(tx.conn())
                    .await
                    .map_err(StoreError::from)?;
                    tx.append(
                        Stream::user(user),
                        Expect::Any,
                        &[Topic::user(user)],
                        &SessionStarted { session },
                    )
                    .await?;
                    Ok::<_, IdentityError>(())
                })
            })
            .await?;
        let context = RequestContext {
            scope,
            user,
            session,
            permissions: Permissions::of_roles(&record.roles),
            request: RequestId::generate(),
        };
        Ok(NewSession { token, session: Session { context, expires_at } })
    }

    async fn find(&self, condition: &str, value: String) -> Result<Session, IdentityError> {
        let sql = format!(
            "SELECT s.id, s.org, s.user_id, s.expires_at, u.roles
             FROM sessions s JOIN users u ON u.id = s.user_id AND u.org = s.org WHERE {condition}"
        );
        // All orgs: whose session it is is the question.
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(value)
            .fetch_optional(self.0.store.across_orgs())
            .await
            .map_err(StoreError::from)?
            .ok_or(IdentityError::NoSession)?;
        let now = self.0.clock.now();
        let expires_at = Timestamp::from_micros(row.try_get("expires_at").map_err(StoreError::from)?);
        if expires_at <= now {
            return Err(IdentityError::NoSession);
        }
        let context = RequestContext {
            scope: self.0.mint.scope(id::<OrgId>(&row, "sessions", "org")?),
            user: id(&row, "sessions", "user_id")?,
            session: id(&row, "sessions", "id")?,
            permissions: Permissions::of_roles(&roles(&text(&row, "roles")?)?),
            request: RequestId::generate(),
        };
        let found = Session { context, expires_at };
        if now < found.renew_at() { Ok(found) } else { self.extend(found, now.plus(LIFETIME)).await }
    }

    /// Moves the end. Not an event: it says no more than that the session was used.
    async fn extend(&self, found: Session, expires_at: Timestamp) -> Result<Session, IdentityError> {
        let session = found.context.session;
        let cause = Cause { actor: found.context.actor(), correlation: None };
        self.0
            .store
            .write(found.context.scope, cause, move |tx| {
                Box::pin(async move {
                    sqlx::query("UPDATE sessions SET expires_at = $1 WHERE id = $2")
                        .bind(expires_at.micros())
                        .bind(session.to_string())
                        .execute(tx.conn())
                        .await
                        .map_err(StoreError::from)?;
                    Ok::<_, IdentityError>(())
                })
            })
            .await?;
        Ok(Session { expires_at, ..found })
    }
}

/// What is stored of a token. 256 random bits need no salt and no slow hash.
fn hash(token: &str) -> String {
    hex::encode(digest(token))
}

fn digest(token: &str) -> Digest {
    Sha256::digest(token.as_bytes()).into()
}
