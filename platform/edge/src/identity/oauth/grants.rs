//! What people allow programs, until either takes it back or it is too old.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::any::AnyRow;
use tandem_core::{OrgScope, Permissions, RequestContext};
use tandem_proto::{
    ClientId, GrantId, Stream, Timestamp, Topic, UserId,
    api::{Application, GrantEnd},
    events::identity::{GrantEnded, GrantGiven},
};
use tandem_store::{Cause, Change, Expect, Tx};

use super::super::{
    Identity, IdentityError, id, roles,
    sessions::{self, Which, time},
    text,
};

/// Grants one person may have given. One more ends the one that was used least lately.
const GRANTS: i64 = 100;

impl Identity {
    /// The programs the caller allowed to act for them, the one that got a token last first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn grants(&self, scope: OrgScope, user: UserId) -> Result<Vec<Application>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let rows = sqlx::query(
            "SELECT g.id, g.client, g.scopes, g.created_at, g.last_used_at, c.name FROM oauth_grants g
             JOIN oauth_clients c ON c.org = g.org AND c.id = g.client
             WHERE g.org = $1 AND g.user_id = $2 AND g.created_at > $3 ORDER BY g.last_used_at DESC, g.id DESC",
        )
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .bind(self.0.clock.now().minus(self.0.lifetimes.grant).micros())
        .fetch_all(&mut *conn)
        .await?;
        rows.iter().map(info).collect()
    }

    /// Takes back what the caller allowed a program: its tokens open nothing any more.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] when it is not the caller's, or has ended.
    pub async fn end_grant(&self, context: &RequestContext, grant: GrantId) -> Result<(), IdentityError> {
        let user = context.user;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let given = stored(tx, grant).await?.filter(|given| given.user == user);
                let given = given.ok_or(IdentityError::NotFound("grant"))?;
                end(tx, Grants::One(given.id), GrantEnd::Revoked).await.map(drop)
            })
        });
        write.await
    }
}

/// What somebody allowed a program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    pub(super) id: GrantId,
    pub(super) client: ClientId,
    pub(super) user: UserId,
    pub(super) scopes: Permissions,
    created_at: Timestamp,
}

impl Grant {
    /// When it ends, where one `lasts` so long.
    pub(super) fn ends_by(&self, lasts: Duration) -> Timestamp {
        self.created_at.plus(lasts)
    }

    /// For an audit entry.
    fn view(&self) -> Value {
        json!({ "client": self.client, "person": self.user, "scopes": self.scopes.names() })
    }
}

/// Notes what somebody allows a program; `code_hash` is of the code it came of.
pub(super) async fn give(
    tx: &mut Tx,
    client: ClientId,
    user: UserId,
    scopes: Permissions,
    code_hash: Option<String>,
    now: Timestamp,
) -> Result<Grant, IdentityError> {
    end(tx, Grants::From(user, GRANTS - 1), GrantEnd::Displaced).await?;
    let (grant, org) =
        (Grant { id: GrantId::generate(), client, user, scopes, created_at: now }, tx.scope().org());
    sqlx::query(
        "INSERT INTO oauth_grants (id, org, client, user_id, scopes, code_hash, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(grant.id.to_string())
    .bind(org.to_string())
    .bind(client.to_string())
    .bind(user.to_string())
    .bind(roles::written(scopes))
    .bind(code_hash)
    .bind(now.micros())
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    tx.audit(Change::new("grant.given", "grant", grant.id).after(&grant.view())).await?;
    let event = GrantGiven { grant: grant.id, client, scopes: scopes.names() };
    tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
    Ok(grant)
}

/// The grant, if it holds.
pub(super) async fn stored(tx: &mut Tx, grant: GrantId) -> Result<Option<Grant>, IdentityError> {
    let org = tx.scope().org().to_string();
    let sql = "SELECT id, client, user_id, scopes, created_at FROM oauth_grants WHERE org = $1 AND id = $2";
    let row = sqlx::query(sql).bind(org).bind(grant.to_string()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// Notes that a program got a token by it.
pub(super) async fn note_use(tx: &mut Tx, grant: GrantId, now: Timestamp) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query("UPDATE oauth_grants SET last_used_at = $1 WHERE org = $2 AND id = $3")
        .bind(now.micros())
        .bind(org)
        .bind(grant.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Which grants end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) enum Grants {
    /// This one.
    One(GrantId),
    /// The one that came of a code with this hash.
    OfCode(String),
    /// Somebody's.
    OfUser(UserId),
    /// As above, from this many on, the one used last first.
    From(UserId, i64),
    /// All that a program has.
    OfClient(ClientId),
}

impl Grants {
    /// The condition over `$2`, and what that is.
    fn condition(self) -> (String, String) {
        match self {
            Self::One(grant) => ("id = $2".into(), grant.to_string()),
            Self::OfCode(hash) => ("code_hash = $2".into(), hash),
            Self::OfUser(user) => ("user_id = $2".into(), user.to_string()),
            Self::From(user, first) => {
                let oldest = format!(
                    "id IN (SELECT id FROM oauth_grants WHERE org = $1 AND user_id = $2
                     ORDER BY last_used_at DESC, id DESC LIMIT 1000 OFFSET {first})"
                );
                (oldest, user.to_string())
            }
            Self::OfClient(client) => ("client = $2".into(), client.to_string()),
        }
    }
}

/// Ends grants and all that came of them, each with its event. Answers how many.
pub(in super::super) async fn end(
    tx: &mut Tx,
    which: Grants,
    reason: GrantEnd,
) -> Result<usize, IdentityError> {
    let org = tx.scope().org().to_string();
    let (condition, value) = which.condition();
    let sql = format!(
        "DELETE FROM oauth_grants WHERE org = $1 AND {condition} RETURNING id, client, user_id, scopes, created_at"
    );
    let ended =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(org.clone()).bind(value).fetch_all(tx.conn()).await?;
    for row in &ended {
        let given = read(row)?;
        let Grant { id: grant, user, .. } = given;
        sqlx::query("DELETE FROM oauth_refresh_tokens WHERE org = $1 AND grant_id = $2")
            .bind(org.clone())
            .bind(grant.to_string())
            .execute(tx.conn())
            .await?;
        sessions::end(tx, user, Which::OfGrant(grant)).await?;
        let change = Change::new("grant.ended", "grant", grant).before(&given.view());
        tx.audit(change.after(&json!({ "ended": reason }))).await?;
        let event = GrantEnded { grant, reason };
        tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
    }
    Ok(ended.len())
}

fn read(row: &AnyRow) -> Result<Grant, IdentityError> {
    Ok(Grant {
        id: id(row, "oauth_grants", "id")?,
        client: id(row, "oauth_grants", "client")?,
        user: id(row, "oauth_grants", "user_id")?,
        scopes: roles::read(&text(row, "scopes")?)?,
        created_at: time(row, "created_at")?,
    })
}

fn info(row: &AnyRow) -> Result<Application, IdentityError> {
    Ok(Application {
        grant: id(row, "oauth_grants", "id")?,
        client: id(row, "oauth_grants", "client")?,
        name: text(row, "name")?,
        scopes: roles::read(&text(row, "scopes")?)?.names(),
        created_at: time(row, "created_at")?,
        last_used_at: time(row, "last_used_at")?,
    })
}
