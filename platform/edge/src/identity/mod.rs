//! Orgs, people, roles, and what lets somebody in: passwords, sessions, tokens.
//!
//! The contract: every change of somebody's rights is an event (`session.ended`, `user.*`, `role.*`, `group.*`, `division.*`), so that whoever remembers rights
//! forgets them in time.

mod account;
mod divisions;
mod erasure;
mod error;
mod group_rows;
mod groups;
mod known;
mod limits;
mod mail;
mod oauth;
mod origin;
mod passkeys;
mod password;
mod people;
mod places;
mod providers;
mod provision;
mod roles;
mod routes;
mod seal;
mod second_factor;
mod sessions;
mod site;
mod strength;
mod tables;
mod throttle;
mod tokens;
mod users;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use serde_json::json;
use sqlx::Row;
use tandem_core::{Clock, Mint, OrgScope, Origin, Secret};
use tandem_outbound::Networks;
use tandem_proto::{
    OrgId, Stream, Topic, UserId,
    api::{NewPerson, OrgLimit, SignIn},
    events::identity::OrgCreated,
    limits::NAME_CHARS,
};
use tandem_store::{Cause, Change, Expect, Store, StoreError, Tx};

pub use divisions::{Divided, DividedKinds, PEOPLE, Placed, put};
pub use erasure::{Eraser, Erasers, PERSONAL};
pub use error::IdentityError;
pub(crate) use group_rows::{Group, WhichGroups};
pub(crate) use known::Affected;
pub use limits::{COUNTED, Counted, LimitReached};
pub use mail::Mailer;
pub(crate) use origin::of as origin_of;
pub(crate) use places::routes as place_routes;
pub use places::{Homes, PATH as PLACES, Places};
pub use providers::Refusal;
pub(crate) use provision::{Contact, GroupDraft, PersonDraft, Profile, Provisioned, WhichPeople};
pub(crate) use routes::{Issuer, routes, well_known};
pub use sessions::{NewSession, Session};
pub use site::Site;
pub use tables::MIGRATIONS;
pub use throttle::SignInLimits;
pub use users::UserRecord;

use known::Known;
use password::Passwords;
use providers::Directory;
use seal::Seal;
use sessions::Proven;
use throttle::Throttle;

/// How long something acts for somebody at most, however often it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lifetimes {
    /// A session, since its sign-in.
    pub session: Duration,
    /// What somebody allowed a program, since they did.
    pub grant: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const DAY: u64 = 86_400;
        Self { session: Duration::from_secs(30 * DAY), grant: Duration::from_secs(90 * DAY) }
    }
}

/// What the operator says about signing in.
#[derive(Debug, Default)]
pub struct Setup {
    /// When who signed in has to again, and what they allowed programs ends.
    pub lifetimes: Lifetimes,
    /// Where failed sign-ins are counted.
    pub limits: SignInLimits,
    /// Where users come: `https://tandem.example`. `None`: nothing is known but what browsers on this machine call it.
    pub url: Option<String>,
    /// Networks beside the public ones where identity providers may be.
    pub networks: Networks,
    /// Which regions there are.
    pub homes: Homes,
}

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
    seal: Seal,
    directory: Directory,
    lifetimes: Lifetimes,
    /// Where users come, as the operator said.
    url: Option<String>,
    /// What links in mails begin with.
    front: OnceLock<String>,
    homes: Homes,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Identity {
    /// Identity over `store`, whose migrations include [`MIGRATIONS`].
    pub fn new(store: Store, mint: impl Into<Arc<Mint>>, clock: Arc<dyn Clock>) -> Self {
        Self::with_setup(store, mint, clock, Setup::default())
    }

    /// As [`Self::new`], as the operator wants it. Needs the runtime, on which it follows the log.
    pub fn with_setup(store: Store, mint: impl Into<Arc<Mint>>, clock: Arc<dyn Clock>, setup: Setup) -> Self {
        let known = Known::following(store.live(), store.commits());
        Self(Arc::new(Inner {
            known,
            store,
            mint: mint.into(),
            clock,
            passwords: Passwords::new(),
            throttle: Throttle::new(setup.limits),
            seal: Seal::default(),
            directory: Directory::new(setup.networks),
            lifetimes: setup.lifetimes,
            url: setup.url,
            front: OnceLock::new(),
            homes: setup.homes,
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
        let name = self.org_named(name).await?;
        let (scope, region) = (self.0.mint.scope(OrgId::generate()), self.region_name());
        self.0.store.write(scope, Cause::SYSTEM, move |tx| Box::pin(insert_org(tx, name, region))).await?;
        Ok(scope)
    }

    /// Makes an org, with these limits where they are not those of every org, and its first person, or nothing.
    ///
    /// # Errors
    /// As [`Self::create_org`]; [`IdentityError::Invalid`] names the person's field at fault, their name as `login`.
    pub async fn create_org_with(
        &self,
        name: &str,
        first: NewPerson,
        limits: Vec<(OrgLimit, u32)>,
    ) -> Result<(OrgScope, UserRecord), IdentityError> {
        let name = self.org_named(name).await?;
        let (scope, region) = (self.0.mint.scope(OrgId::generate()), self.region_name());
        let (record, hash) = self.candidate(scope, &name, first).await.map_err(|error| match error {
            // The other name is the org's.
            IdentityError::Invalid { field: "name", message } => IdentityError::invalid("login", message),
            error => error,
        })?;
        let made = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                insert_org(tx, name, region).await?;
                for (limit, value) in limits {
                    limits::set(tx, limit, value).await?;
                }
                users::insert(tx, record, hash, None).await
            })
        });
        Ok((scope, made.await?))
    }

    /// A new org's name, which no org of another region has either, as far as is known.
    async fn org_named(&self, name: &str) -> Result<String, IdentityError> {
        let name = named("name", name)?;
        match self.org_elsewhere(&name).await? {
            Some(_) => Err(IdentityError::Taken { field: "name", value: name }),
            None => Ok(name),
        }
    }

    pub(crate) fn region_name(&self) -> Option<String> {
        self.regions().here().map(ToString::to_string)
    }

    /// Every org and its name, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn orgs(&self) -> Result<Vec<(OrgScope, String)>, IdentityError> {
        // All orgs: that is the question.
        let rows = sqlx::query("SELECT id, name FROM orgs ORDER BY created_at, id")
            .fetch_all(self.0.store.across_orgs())
            .await?;
        rows.iter().map(|row| Ok((self.0.mint.scope(id(row, "orgs", "id")?), text(row, "name")?))).collect()
    }

    /// The org of that name.
    ///
    /// # Errors
    /// [`IdentityError::OtherRegion`] when it lives in another region, or the store fails.
    pub async fn org_by_name(&self, name: &str) -> Result<Option<OrgScope>, IdentityError> {
        // All orgs: which one it is is the question.
        let row = sqlx::query("SELECT id FROM orgs WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(self.0.store.across_orgs())
            .await?;
        if let Some(row) = row {
            return Ok(Some(self.0.mint.scope(id(&row, "orgs", "id")?)));
        }
        match self.org_elsewhere(name).await? {
            Some(elsewhere) => Err(elsewhere.into()),
            None => Ok(None),
        }
    }

    /// Signs in with a password.
    ///
    /// An unknown name and somebody deactivated cost as much time as a wrong password, and all count against the account at that source.
    ///
    /// # Errors
    /// [`IdentityError::OtherRegion`] for an org of another region, of whose people nothing is kept or counted here;
    /// [`IdentityError::WrongCredentials`], [`IdentityError::Throttled`], or an org left out where there are several. Where the
    /// password was right and a second factor is on: [`IdentityError::SecondFactorNeeded`], [`IdentityError::WrongCode`].
    pub async fn sign_in(&self, request: SignIn, origin: Origin) -> Result<NewSession, IdentityError> {
        let password = Secret::new(request.password);
        let scope = match request.org {
            Some(name) => self.org_by_name(&name).await?,
            None => self.only_org().await?,
        };
        let attempt = self.0.throttle.admit(self.0.clock.now(), &request.name, origin.address).await?;
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
        if !self.0.passwords.verify(password, hash.clone()).await? {
            if attempt.locks() {
                self.tell_locked(scope, user, origin);
            }
            return Err(IdentityError::WrongCredentials);
        }
        self.0.throttle.succeeded(attempt).await;
        self.pass_second_factor(scope, user, request.code, &origin).await?;
        self.start_session(scope, user, Proven::Password(hash), origin).await
    }

    /// Tells of a failure after which the next attempt at an account has to wait. Nobody waits for it to be written: an account that there
    /// is must not take longer to refuse than one that there is not.
    fn tell_locked(&self, scope: OrgScope, user: UserId, origin: Origin) {
        let store = self.0.store.clone();
        let cause = Cause { origin, ..Cause::SYSTEM };
        tokio::spawn(async move {
            let written = store.write(scope, cause, move |tx| {
                Box::pin(async move { tx.audit(Change::new("sign_in.locked", "person", user)).await })
            });
            if let Err(error) = written.await {
                tracing::warn!(%error, "a locked sign-in could not be told of");
            }
        });
    }

    /// The one org there is, for sign-ins that name none.
    async fn only_org(&self) -> Result<Option<OrgScope>, IdentityError> {
        if self.regions().are_several() {
            return Err(IdentityError::invalid("org", "name the org: there are several regions"));
        }
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
        let mut conn = self.0.store.scoped(scope).await?;
        let row = sqlx::query(
            "SELECT id, password_hash FROM users
             WHERE org = $1 AND name = $2 AND deactivated_at IS NULL AND client IS NULL",
        )
        .bind(scope.org().to_string())
        .bind(name.to_owned())
        .fetch_optional(&mut *conn)
        .await?;
        row.map(|row| Ok((id(&row, "users", "id")?, text(&row, "password_hash")?))).transpose()
    }
}

/// A name people give something, without the blanks around it.
fn named(field: &'static str, name: &str) -> Result<String, IdentityError> {
    let name = name.trim();
    // A line's end in a name would be one in a mail's header too.
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.contains(char::is_control) {
        return Err(IdentityError::invalid(
            field,
            format!("1 to {NAME_CHARS} characters, none that controls"),
        ));
    }
    Ok(name.to_owned())
}

/// Makes the command's org.
async fn insert_org(tx: &mut Tx, name: String, region: Option<String>) -> Result<(), IdentityError> {
    let (org, at) = (tx.scope().org(), tx.now().micros());
    let made = sqlx::query(
        "INSERT INTO orgs (id, name, created_at, region) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(org.to_string())
    .bind(name.clone())
    .bind(at)
    .bind(region.clone())
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 0 {
        return Err(IdentityError::Taken { field: "name", value: name });
    }
    tx.audit(Change::new("org.created", "org", org).after(&json!({ "name": name, "region": region })))
        .await?;
    tx.append(Stream::org(org), Expect::Version(0), &[Topic::org(org)], &OrgCreated { name }).await?;
    Ok(())
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
    Ok(row.try_get::<String, _>(column)?)
}
