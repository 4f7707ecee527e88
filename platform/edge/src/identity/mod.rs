//! Orgs, users, passwords and sessions. The tables `orgs`, `users` and `sessions` are written here only.

mod error;
mod known;
mod password;
mod routes;
mod sessions;
mod throttle;
mod users;

use std::{net::IpAddr, sync::Arc};

use sqlx::Row;
use tandem_core::{Clock, Mint, OrgScope, Secret};
use tandem_proto::{
    Actor, OrgId, Stream, Topic, UserId, api::SignIn, events::identity::OrgCreated, limits::NAME_CHARS,
};
use tandem_store::{Cause, Expect, Migration, Store, StoreError};

pub use error::IdentityError;
pub(crate) use known::Affected;
pub(crate) use routes::routes;
pub use sessions::{NewSession, Session};
pub use throttle::SignInLimits;
pub use users::UserRecord;

use known::Known;
use password::Passwords;
use throttle::Throttle;

/// The tables of identity.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_identity",
    sql: "
        CREATE TABLE orgs (
            id text PRIMARY KEY,
            name text NOT NULL UNIQUE,
            created_at bigint NOT NULL
        );
        CREATE TABLE users (
            id text PRIMARY KEY,
            org text NOT NULL,
            name text NOT NULL,
            display_name text NOT NULL,
            title text,
            extension text,
            roles text NOT NULL,
            password_hash text NOT NULL,
            created_at bigint NOT NULL
        );
        CREATE UNIQUE INDEX users_by_name ON users (org, name);
        CREATE UNIQUE INDEX users_by_extension ON users (org, extension);
        CREATE TABLE sessions (
            token_hash text PRIMARY KEY,
            id text NOT NULL UNIQUE,
            org text NOT NULL,
            user_id text NOT NULL,
            created_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE INDEX sessions_by_user ON sessions (org, user_id);
    ",
}];

/// A handle on identity. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Identity(Arc<Inner>);

struct Inner {
    store: Store,
    mint: Arc<Mint>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    throttle: Throttle,
    known: Arc<Known>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Identity {
    /// Identity over `store`, whose migrations include [`MIGRATIONS`].
    pub fn new(store: Store, mint: impl Into<Arc<Mint>>, clock: Arc<dyn Clock>) -> Self {
        Self::with_limits(store, mint, clock, SignInLimits::local())
    }

    /// As [`Self::new`], where failed sign-ins are counted elsewhere. Needs the runtime, on which it follows the log.
    pub fn with_limits(
        store: Store,
        mint: impl Into<Arc<Mint>>,
        clock: Arc<dyn Clock>,
        limits: SignInLimits,
    ) -> Self {
        let known = Known::following(store.live(), store.commits());
        Self(Arc::new(Inner {
            known,
            store,
            mint: mint.into(),
            clock,
            passwords: Passwords::new(),
            throttle: Throttle::new(limits),
        }))
    }

    /// Makes scopes, for a part that goes on with what the log or its own records say of an org.
    pub fn mint(&self) -> &Arc<Mint> {
        &self.0.mint
    }

    /// Makes an org.
    ///
    /// # Errors
    /// When the name is empty, too long or taken, or the store fails.
    pub async fn create_org(&self, name: &str) -> Result<OrgScope, IdentityError> {
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME_CHARS {
            return Err(IdentityError::invalid("name", format!("1 to {NAME_CHARS} characters")));
        }
        let scope = self.0.mint.scope(OrgId::generate());
        let cause = Cause { actor: Actor::System, correlation: None };
        self.0
            .store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let org = tx.scope().org();
                    let at = tx.now().micros();
                    let made = sqlx::query(
                        "INSERT INTO orgs (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    )
                    .bind(org.to_string())
                    .bind(name.clone())
                    .bind(at)
                    .execute(tx.conn())
                    .await
                    .map_err(StoreError::from)?;
                    if made.rows_affected() == 0 {
                        return Err(IdentityError::Taken { field: "name", value: name });
                    }
                    tx.append(Stream::org(org), Expect::Version(0), &[Topic::org(org)], &OrgCreated { name })
                        .await?;
                    Ok(())
                })
            })
            .await?;
        Ok(scope)
    }

    /// Every org and its name, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn orgs(&self) -> Result<Vec<(OrgScope, String)>, IdentityError> {
        // All orgs: that is the question.
        let rows = sqlx::query("SELECT id, name FROM orgs ORDER BY created_at, id")
            .fetch_all(self.0.store.across_orgs())
            .await
            .map_err(StoreError::from)?;
        rows.iter().map(|row| Ok((self.0.mint.scope(id(row, "orgs", "id")?), text(row, "name")?))).collect()
    }

    /// The org of that name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn org_by_name(&self, name: &str) -> Result<Option<OrgScope>, IdentityError> {
        // All orgs: which one it is is the question.
        let row = sqlx::query("SELECT id FROM orgs WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(self.0.store.across_orgs())
            .await
            .map_err(StoreError::from)?;
        row.map(|row| Ok(self.0.mint.scope(id(&row, "orgs", "id")?))).transpose()
    }

    /// Signs in with a password. `source` is where the request came from.
    ///
    /// An unknown name costs as much time as a wrong password, and both count against the account at that source.
    ///
    /// # Errors
    /// [`IdentityError::WrongCredentials`], [`IdentityError::Throttled`], or an org left out where there are several.
    pub async fn sign_in(
        &self,
        request: SignIn,
        source: Option<IpAddr>,
    ) -> Result<NewSession, IdentityError> {
        let password = Secret::new(request.password);
        let attempt = self.0.throttle.admit(self.0.clock.now(), &request.name, source).await?;
        let scope = match request.org {
            Some(name) => self.org_by_name(&name).await?,
            None => self.only_org().await?,
        };
        let account = match scope {
            Some(scope) => {
                self.credentials(scope, &request.name).await?.map(|(user, hash)| (scope, user, hash))
            }
            None => None,
        };
        let Some((scope, user, hash)) = account else {
            self.0.passwords.burn(password).await?;
            return Err(IdentityError::WrongCredentials);
        };
        if !self.0.passwords.verify(password, hash).await? {
            return Err(IdentityError::WrongCredentials);
        }
        self.0.throttle.succeeded(attempt).await;
        self.start_session(scope, user).await
    }

    /// The one org there is, for sign-ins and SIP domains that name none.
    async fn only_org(&self) -> Result<Option<OrgScope>, IdentityError> {
        match self.orgs().await?.as_slice() {
            [(scope, _)] => Ok(Some(*scope)),
            [] => Ok(None),
            _ => Err(IdentityError::invalid("org", "name the org: this server has several")),
        }
    }

    async fn credentials(
        &self,
        scope: OrgScope,
        name: &str,
    ) -> Result<Option<(UserId, String)>, IdentityError> {
        let row = sqlx::query("SELECT id, password_hash FROM users WHERE org = $1 AND name = $2")
            .bind(scope.org().to_string())
            .bind(name.to_owned())
            .fetch_optional(&mut *self.0.store.scoped(scope).await?)
            .await
            .map_err(StoreError::from)?;
        row.map(|row| Ok((id(&row, "users", "id")?, text(&row, "password_hash")?))).transpose()
    }
}

/// A column that holds an id.
fn id<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &sqlx::any::AnyRow,
    table: &'static str,
    column: &str,
) -> Result<T, IdentityError> {
    text(row, column)?
        .parse()
        .map_err(|error| StoreError::Damaged { table, reason: format!("{column}: {error}") }.into())
}

/// A column that holds text.
fn text(row: &sqlx::any::AnyRow, column: &str) -> Result<String, IdentityError> {
    Ok(row.try_get::<String, _>(column).map_err(StoreError::from)?)
}
