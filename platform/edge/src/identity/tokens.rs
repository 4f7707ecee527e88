//! Personal access tokens: what somebody gives a program of their own, limited to some permissions and a time.

use std::time::Duration;

use sqlx::{Row, any::AnyRow};
use tandem_core::{OrgScope, Origin, Permissions, RequestContext};
use tandem_proto::{
    SessionId, Stream, Timestamp, Topic, UserId,
    api::{NewToken, TokenInfo, TokenMade},
    events::identity::TokenCreated,
};
use tandem_store::{Cause, Change, Expect, Tx};

use super::{
    Identity, IdentityError, id, named,
    roles::chosen,
    sessions::{self, Kind, NewRow, digest, scopes, time},
    text,
};

/// Tokens one person may have.
const TOKENS: usize = 100;
/// How long a token lasts when nothing is said, days.
const DAYS: u32 = 90;
/// The longest it may last, days.
const DAYS_MAX: u32 = 366;

impl Identity {
    /// The caller's tokens, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tokens(&self, scope: OrgScope, user: UserId) -> Result<Vec<TokenInfo>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let rows = sqlx::query(
            "SELECT id, name, scopes, created_at, last_used_at, expires_at FROM sessions
             WHERE org = $1 AND user_id = $2 AND kind = 'personal' AND expires_at > $3
             ORDER BY created_at DESC, id DESC",
        )
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .bind(self.0.clock.now().micros())
        .fetch_all(&mut *conn)
        .await?;
        rows.iter().map(info).collect()
    }

    /// Makes a token for the caller.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] names the field at fault; [`IdentityError::NotHeld`] for a scope the caller does not hold;
    /// [`IdentityError::NotByToken`] when the caller uses a token.
    pub async fn create_token(
        &self,
        context: &RequestContext,
        new: NewToken,
    ) -> Result<TokenMade, IdentityError> {
        self.signed_in(context).await?;
        let name = named("name", &new.name)?;
        let scopes = chosen("scopes", &new.scopes)?;
        let beyond = scopes.without(context.rights.usable());
        if !beyond.is_empty() {
            return Err(IdentityError::NotHeld(beyond));
        }
        let days = new.expires_in_days.unwrap_or(DAYS);
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(IdentityError::invalid("expires_in_days", format!("1 to {DAYS_MAX}")));
        }
        let token = Kind::Personal.token();
        let now = self.0.clock.now();
        let info = TokenInfo {
            id: SessionId::generate(),
            name: name.clone(),
            scopes: scopes.names(),
            created_at: now,
            last_used_at: None,
            expires_at: now.plus(Duration::from_secs(u64::from(days) * 86_400)),
        };
        let row = NewRow {
            token_hash: digest(&token),
            id: info.id,
            user: context.user,
            kind: Kind::Personal,
            name: Some(name),
            scopes: Some(scopes),
            client: None,
            grant: None,
            origin: Origin::default(),
            created_at: now,
            used_at: Timestamp::default(),
            expires_at: info.expires_at,
        };
        let made = Change::new("token.created", "token", info.id).after(&info);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                insert(tx, row, scopes).await?;
                Ok::<_, IdentityError>(tx.audit(made).await?)
            })
        });
        write.await?;
        Ok(TokenMade { token: self.regions().stamped(token), info })
    }

    /// Takes one of the caller's tokens back.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] when it is not the caller's, or has ended.
    pub async fn revoke_token(
        &self,
        context: &RequestContext,
        token: SessionId,
    ) -> Result<(), IdentityError> {
        self.end_own(context, token, Kind::Personal, "token").await
    }
}

async fn insert(tx: &mut Tx, row: NewRow, scopes: Permissions) -> Result<(), IdentityError> {
    let user = row.user;
    sessions::forget_expired(tx, user).await?;
    let held = sqlx::query(
        "SELECT count(*) AS held FROM sessions WHERE org = $1 AND user_id = $2 AND kind = 'personal'",
    )
    .bind(tx.scope().org().to_string())
    .bind(user.to_string())
    .fetch_one(tx.conn())
    .await?;
    if usize::try_from(held.try_get::<i64, _>("held")?).unwrap_or(usize::MAX) >= TOKENS {
        return Err(IdentityError::Conflict {
            slug: "too-many-tokens",
            detail: format!("a person has at most {TOKENS}; take one back first"),
        });
    }
    let event = TokenCreated {
        token: row.id,
        name: row.name.clone().unwrap_or_default(),
        scopes: scopes.names(),
        expires_at: row.expires_at,
    };
    sessions::insert(tx, row).await?;
    tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
    Ok(())
}

fn info(row: &AnyRow) -> Result<TokenInfo, IdentityError> {
    let used = time(row, "last_used_at")?;
    Ok(TokenInfo {
        id: id(row, "sessions", "id")?,
        name: text(row, "name")?,
        scopes: scopes(row)?.unwrap_or_default().names(),
        created_at: time(row, "created_at")?,
        last_used_at: (used > Timestamp::default()).then_some(used),
        expires_at: time(row, "expires_at")?,
    })
}
