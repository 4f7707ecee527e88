//! The tables of identity providers.

use sqlx::{AnyConnection, Row as _, any::AnyRow};
use tandem_core::{Mint, OrgScope};
use tandem_proto::{
    IdentityProviderId, OrgId, Timestamp, UserId,
    api::{IdentityProviderInfo, PasswordsFor},
};
use tandem_store::{Store, StoreError, Tx};

use super::{
    super::{IdentityError, id, sessions::time, text},
    check::Kept,
};

const COLUMNS: &str = "id, name, issuer, client_id, secret, settings, created_at, changed_at";

/// A row of `identity_providers`.
pub(super) struct Provider {
    pub(super) info: IdentityProviderInfo,
    /// Sealed; empty: none.
    pub(super) secret: String,
}

/// Where the secret's seal belongs.
pub(super) fn place(provider: IdentityProviderId) -> String {
    format!("identity provider {provider}")
}

pub(super) async fn list(conn: &mut AnyConnection, scope: OrgScope) -> Result<Vec<Provider>, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM identity_providers WHERE org = $1 ORDER BY created_at, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.org().to_string()).fetch_all(conn).await?;
    rows.iter().map(provider).collect()
}

pub(super) async fn get(
    conn: &mut AnyConnection,
    scope: OrgScope,
    id: IdentityProviderId,
) -> Result<Option<Provider>, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM identity_providers WHERE org = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(provider).transpose()
}

/// The provider of whichever org.
pub(super) async fn find(
    store: &Store,
    mint: &Mint,
    provider: IdentityProviderId,
) -> Result<Option<(OrgScope, Provider)>, IdentityError> {
    let sql = format!("SELECT org, {COLUMNS} FROM identity_providers WHERE id = $1");
    // All orgs: who signs in is nobody's yet.
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(provider.to_string())
        .fetch_optional(store.across_orgs())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let scope = mint.scope(id::<OrgId>(&row, "identity_providers", "org")?);
    Ok(Some((scope, self::provider(&row)?)))
}

pub(super) async fn insert(tx: &mut Tx, provider: &Provider) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query(
        "INSERT INTO identity_providers (id, org, name, issuer, client_id, secret, settings, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(provider.info.id.to_string())
    .bind(org)
    .bind(provider.info.name.clone())
    .bind(provider.info.issuer.clone())
    .bind(provider.info.client_id.clone())
    .bind(provider.secret.clone())
    .bind(settings(&provider.info))
    .bind(provider.info.created_at.micros())
    .bind(provider.info.changed_at.micros())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn update(tx: &mut Tx, provider: &Provider) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query(
        "UPDATE identity_providers SET name = $1, issuer = $2, client_id = $3, secret = $4, settings = $5, changed_at = $6
         WHERE org = $7 AND id = $8",
    )
    .bind(provider.info.name.clone())
    .bind(provider.info.issuer.clone())
    .bind(provider.info.client_id.clone())
    .bind(provider.secret.clone())
    .bind(settings(&provider.info))
    .bind(provider.info.changed_at.micros())
    .bind(org)
    .bind(provider.info.id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn remove(tx: &mut Tx, provider: IdentityProviderId) -> Result<(), IdentityError> {
    forget_links(tx, provider).await?;
    let org = tx.scope().org().to_string();
    sqlx::query("DELETE FROM identity_providers WHERE org = $1 AND id = $2")
        .bind(org)
        .bind(provider.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Forgets who is who at a provider.
pub(super) async fn forget_links(tx: &mut Tx, provider: IdentityProviderId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query("DELETE FROM identity_links WHERE org = $1 AND provider = $2")
        .bind(org)
        .bind(provider.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whose account at the provider this is.
pub(super) async fn linked(
    tx: &mut Tx,
    provider: IdentityProviderId,
    subject: &str,
) -> Result<Option<UserId>, IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    let row = sqlx::query(
        "UPDATE identity_links SET last_used_at = $1 WHERE org = $2 AND provider = $3 AND subject = $4
         RETURNING user_id",
    )
    .bind(now)
    .bind(org)
    .bind(provider.to_string())
    .bind(subject.to_owned())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| id(&row, "identity_links", "user_id")).transpose()
}

/// Whether somebody has another account at the provider.
pub(super) async fn is_linked(
    tx: &mut Tx,
    provider: IdentityProviderId,
    user: UserId,
) -> Result<bool, IdentityError> {
    let org = tx.scope().org().to_string();
    let row =
        sqlx::query("SELECT user_id FROM identity_links WHERE org = $1 AND provider = $2 AND user_id = $3")
            .bind(org)
            .bind(provider.to_string())
            .bind(user.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.is_some())
}

pub(super) async fn link(
    tx: &mut Tx,
    provider: IdentityProviderId,
    subject: &str,
    user: UserId,
) -> Result<(), IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    sqlx::query(
        "INSERT INTO identity_links (org, provider, subject, user_id, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(org)
    .bind(provider.to_string())
    .bind(subject.to_owned())
    .bind(user.to_string())
    .bind(now)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What became of a sign-in that was begun.
pub(super) enum Claim {
    /// Nobody came back with it before.
    First,
    /// Somebody did, was known, and was not let in yet: a code was missing, or wrong.
    Known(UserId),
    /// It is used up.
    Used,
}

/// Comes back with a sign-in, so that nobody else does.
pub(super) async fn claim(tx: &mut Tx, state: &str, until: Timestamp) -> Result<Claim, IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    sqlx::query("DELETE FROM provider_sign_ins WHERE org = $1 AND expires_at <= $2")
        .bind(org.clone())
        .bind(now)
        .execute(tx.conn())
        .await?;
    let claimed = sqlx::query(
        "INSERT INTO provider_sign_ins (state, org, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(state.to_owned())
    .bind(org.clone())
    .bind(until.micros())
    .execute(tx.conn())
    .await?;
    if claimed.rows_affected() > 0 {
        return Ok(Claim::First);
    }
    let row = sqlx::query(
        "SELECT user_id FROM provider_sign_ins
         WHERE org = $1 AND state = $2 AND user_id IS NOT NULL AND used_at IS NULL",
    )
    .bind(org)
    .bind(state.to_owned())
    .fetch_optional(tx.conn())
    .await?;
    match row {
        Some(row) => Ok(Claim::Known(id(&row, "provider_sign_ins", "user_id")?)),
        None => Ok(Claim::Used),
    }
}

/// Notes who it was that came back.
pub(super) async fn came_back(tx: &mut Tx, state: &str, user: UserId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query("UPDATE provider_sign_ins SET user_id = $1 WHERE org = $2 AND state = $3")
        .bind(user.to_string())
        .bind(org)
        .bind(state.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A sign-in that somebody came back with, for one session.
#[derive(Clone, Debug)]
pub(in super::super) struct Spent {
    pub(super) state: String,
}

/// Uses it up; whether it was there for `user`.
pub(in super::super) async fn spend(
    tx: &mut Tx,
    user: UserId,
    Spent { state }: Spent,
) -> Result<bool, IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    let used = sqlx::query(
        "UPDATE provider_sign_ins SET used_at = $1 WHERE org = $2 AND state = $3 AND user_id = $4 AND used_at IS NULL",
    )
    .bind(now)
    .bind(org)
    .bind(state)
    .bind(user.to_string())
    .execute(tx.conn())
    .await?;
    Ok(used.rows_affected() == 1)
}

pub(super) async fn passwords(
    conn: &mut AnyConnection,
    scope: OrgScope,
) -> Result<PasswordsFor, IdentityError> {
    let row = sqlx::query("SELECT passwords FROM sign_in_settings WHERE org = $1")
        .bind(scope.org().to_string())
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(PasswordsFor::Everybody) };
    match text(&row, "passwords")?.as_str() {
        "everybody" => Ok(PasswordsFor::Everybody),
        // A word of a newer version means no less than the strictest of this one.
        _ => Ok(PasswordsFor::Administrators),
    }
}

pub(super) async fn set_passwords(tx: &mut Tx, passwords: PasswordsFor) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let word = match passwords {
        PasswordsFor::Everybody => "everybody",
        PasswordsFor::Administrators => "administrators",
    };
    sqlx::query(
        "INSERT INTO sign_in_settings (org, passwords) VALUES ($1, $2)
         ON CONFLICT (org) DO UPDATE SET passwords = excluded.passwords",
    )
    .bind(org)
    .bind(word)
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn settings(info: &IdentityProviderInfo) -> String {
    serde_json::to_string(&Kept::of(info)).unwrap_or_default()
}

fn provider(row: &AnyRow) -> Result<Provider, IdentityError> {
    let kept: Kept = serde_json::from_str(&text(row, "settings")?)
        .map_err(|error| StoreError::Damaged { table: "identity_providers", reason: error.to_string() })?;
    let kept = Kept {
        name: text(row, "name")?,
        issuer: text(row, "issuer")?,
        client_id: text(row, "client_id")?,
        ..kept
    };
    let secret: String = row.try_get("secret")?;
    let id = id(row, "identity_providers", "id")?;
    let (made, changed) = (time(row, "created_at")?, time(row, "changed_at")?);
    Ok(Provider { info: kept.info(id, !secret.is_empty(), made, changed), secret })
}
