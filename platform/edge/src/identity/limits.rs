//! How many of a thing an org may have: what every org may, or what the operator said of this one.
//!
//! The contract: whoever makes a thing asks [`Counted::one_more`] in the transaction that makes it. Commands of an org run one after the
//! other, so of two that race for the last place one is refused.

use sqlx::{AnyConnection, Row as _};
use tandem_core::OrgScope;
use tandem_proto::{
    Problem, Stream, Topic,
    api::{LimitInfo, OrgLimit},
    events::identity::OrgLimitSet,
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{Identity, IdentityError};
use crate::ApiProblem;

/// The largest number an operator can say.
const MOST: u32 = 10_000_000;

/// How things are counted that an org has so many of at most. Each part says so of its own tables.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// What is limited.
    pub limit: OrgLimit,
    /// The SQL that counts an org's (`$1`) as `used`.
    pub sql: &'static str,
}

/// An org has as many of a thing as it may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the org may have {value} {limit} and has {used}")]
pub struct LimitReached {
    /// Of what.
    pub limit: OrgLimit,
    /// How many there may be.
    pub value: u32,
    /// How many there are.
    pub used: u32,
}

impl From<LimitReached> for ApiProblem {
    fn from(reached: LimitReached) -> Self {
        Problem::new(409, "limit-reached", "The org has as many as it may")
            .detail(format!("{reached}; whoever runs the server can allow more"))
            .field(reached.limit.name(), format!("{} of {}", reached.used, reached.value))
            .into()
    }
}

impl Counted {
    /// Refuses unless the command's org may have one more.
    ///
    /// # Errors
    /// [`LimitReached`], or when the store fails.
    pub async fn one_more<E: From<LimitReached> + From<StoreError>>(self, tx: &mut Tx) -> Result<(), E> {
        let scope = tx.scope();
        let LimitInfo { limit, value, used, .. } = self.look(tx.conn(), scope).await?;
        if used < value { Ok(()) } else { Err(LimitReached { limit, value, used }.into()) }
    }

    async fn look(self, conn: &mut AnyConnection, scope: OrgScope) -> Result<LimitInfo, StoreError> {
        let org = scope.org().to_string();
        let said = sqlx::query("SELECT value FROM org_limits WHERE org = $1 AND name = $2")
            .bind(org.as_str())
            .bind(self.limit.name())
            .fetch_optional(&mut *conn)
            .await?;
        let said = said.map(|row| row.try_get::<i64, _>("value")).transpose()?;
        let used: i64 = sqlx::query(self.sql).bind(org).fetch_one(conn).await?.try_get("used")?;
        Ok(LimitInfo {
            limit: self.limit,
            value: said.map_or(usual(self.limit), number),
            used: number(used),
            set: said.is_some(),
        })
    }
}

/// What is counted in the tables of identity.
pub(super) const PEOPLE: Counted = Counted {
    limit: OrgLimit::People,
    sql: "SELECT count(*) AS used FROM users WHERE org = $1 AND deactivated_at IS NULL AND client IS NULL",
};
pub(super) const GROUPS: Counted =
    Counted { limit: OrgLimit::Groups, sql: "SELECT count(*) AS used FROM org_groups WHERE org = $1" };
pub(super) const ROLES: Counted =
    Counted { limit: OrgLimit::Roles, sql: "SELECT count(*) AS used FROM roles WHERE org = $1" };
pub(super) const CLIENTS: Counted =
    Counted { limit: OrgLimit::Clients, sql: "SELECT count(*) AS used FROM oauth_clients WHERE org = $1" };

/// All of these.
pub const COUNTED: &[Counted] = &[PEOPLE, GROUPS, ROLES, CLIENTS];

/// What an org may have of which nothing was said.
const fn usual(limit: OrgLimit) -> u32 {
    match limit {
        OrgLimit::People | OrgLimit::Phones | OrgLimit::Numbers => 100_000,
        OrgLimit::Groups | OrgLimit::Queues | OrgLimit::Flows => 5_000,
        OrgLimit::Roles | OrgLimit::Clients => 200,
        OrgLimit::Webhooks | OrgLimit::Trunks => 50,
    }
}

fn number(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

impl Identity {
    /// The org's limits, and how much of each is used, of what is `counted`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn limits(
        &self,
        scope: OrgScope,
        counted: impl IntoIterator<Item = Counted>,
    ) -> Result<Vec<LimitInfo>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let mut limits = Vec::new();
        for one in counted {
            limits.push(one.look(&mut conn, scope).await?);
        }
        Ok(limits)
    }

    /// Says how many of a thing the org may have. What it has stays, were it more.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for a number that is too large.
    pub async fn set_limit(
        &self,
        scope: OrgScope,
        cause: Cause,
        limit: OrgLimit,
        value: u32,
    ) -> Result<(), IdentityError> {
        if value > MOST {
            return Err(IdentityError::invalid("value", format!("at most {MOST}")));
        }
        let write = self.0.store.write(scope, cause, move |tx| {
            Box::pin(async move { Ok::<_, IdentityError>(set(tx, limit, value).await?) })
        });
        write.await
    }
}

/// Says it in a command, of its org.
pub(super) async fn set(tx: &mut Tx, limit: OrgLimit, value: u32) -> Result<(), StoreError> {
    let org = tx.scope().org();
    let was = sqlx::query("SELECT value FROM org_limits WHERE org = $1 AND name = $2")
        .bind(org.to_string())
        .bind(limit.name())
        .fetch_optional(tx.conn())
        .await?;
    let was = was.map(|row| row.try_get::<i64, _>("value")).transpose()?.map_or(usual(limit), number);
    sqlx::query(
        "INSERT INTO org_limits (org, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (org, name) DO UPDATE SET value = excluded.value",
    )
    .bind(org.to_string())
    .bind(limit.name())
    .bind(i64::from(value))
    .execute(tx.conn())
    .await?;
    let view = |value: u32| serde_json::json!({ "limit": limit, "value": value });
    tx.audit(Change::new("org.limit.changed", "org", org).before(&view(was)).after(&view(value))).await?;
    let event = OrgLimitSet { limit, value };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(())
}
