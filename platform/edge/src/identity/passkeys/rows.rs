//! The tables of passkeys.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::{AnyConnection, any::AnyRow};
use tandem_core::{Mint, OrgScope};
use tandem_proto::{OrgId, PasskeyId, Timestamp, UserId, api::PasskeyInfo};
use tandem_store::{Store, StoreError, Tx};
use webauthn_rs::prelude::Passkey;

use super::{
    super::{IdentityError, id, sessions::time, text},
    PASSKEYS,
};

/// A challenge that must not be answered twice.
pub(in super::super) struct Challenge {
    pub(super) digest: String,
    /// From then on it is too old anyway.
    pub(super) until: Timestamp,
}

/// A passkey as it is kept.
pub(super) struct Found {
    id: PasskeyId,
    pub(super) credential: Passkey,
    /// As it was read: another use meanwhile changed it.
    before: String,
}

/// A passkey that answered rightly, with its new count of uses.
pub(in super::super) struct Used {
    pub(super) found: Found,
    pub(super) challenge: Challenge,
}

/// Refuses one passkey too many.
pub(super) fn room_for_another(held: usize) -> Result<(), IdentityError> {
    if i64::try_from(held).unwrap_or(i64::MAX) < PASSKEYS {
        return Ok(());
    }
    Err(IdentityError::Conflict {
        slug: "too-many-passkeys",
        detail: format!("one has at most {PASSKEYS} passkeys: remove one first"),
    })
}

pub(super) async fn credentials(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
) -> Result<Vec<Passkey>, IdentityError> {
    let rows = sqlx::query("SELECT credential FROM passkeys WHERE org = $1 AND user_id = $2")
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| parse(&text(row, "credential")?)).collect()
}

pub(super) async fn list(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
) -> Result<Vec<PasskeyInfo>, IdentityError> {
    let rows = sqlx::query(
        "SELECT id, name, created_at, last_used_at FROM passkeys WHERE org = $1 AND user_id = $2
         ORDER BY created_at, id",
    )
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .fetch_all(conn)
    .await?;
    rows.iter().map(info).collect()
}

pub(super) async fn insert(
    tx: &mut Tx,
    user: UserId,
    passkey: PasskeyId,
    name: &str,
    made: &Passkey,
) -> Result<(), IdentityError> {
    let (scope, at) = (tx.scope(), tx.now());
    room_for_another(credentials(tx.conn(), scope, user).await?.len())?;
    let added = sqlx::query(
        "INSERT INTO passkeys (id, org, user_id, name, credential_id, credential, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT DO NOTHING",
    )
    .bind(passkey.to_string())
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .bind(name.to_owned())
    .bind(URL_SAFE_NO_PAD.encode(made.cred_id()))
    .bind(written(made)?)
    .bind(at.micros())
    .execute(tx.conn())
    .await?;
    // An authenticator that makes a key anew gives it a new id.
    match added.rows_affected() {
        0 => Err(IdentityError::invalid("credential", "is somebody's already")),
        _ => Ok(()),
    }
}

pub(super) async fn rename(
    tx: &mut Tx,
    user: UserId,
    passkey: PasskeyId,
    name: &str,
) -> Result<PasskeyInfo, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "UPDATE passkeys SET name = $1 WHERE org = $2 AND user_id = $3 AND id = $4
         RETURNING id, name, created_at, last_used_at",
    )
    .bind(name.to_owned())
    .bind(org)
    .bind(user.to_string())
    .bind(passkey.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.as_ref().map(info).transpose()?.ok_or(IdentityError::NotFound("passkey"))
}

pub(super) async fn remove(tx: &mut Tx, user: UserId, passkey: PasskeyId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let removed = sqlx::query("DELETE FROM passkeys WHERE org = $1 AND user_id = $2 AND id = $3")
        .bind(org)
        .bind(user.to_string())
        .bind(passkey.to_string())
        .execute(tx.conn())
        .await?;
    if removed.rows_affected() == 0 { Err(IdentityError::NotFound("passkey")) } else { Ok(()) }
}

/// The passkey of that credential, if it is that user's.
pub(super) async fn find(
    store: &Store,
    mint: &Arc<Mint>,
    credential: &[u8],
    user: UserId,
) -> Result<Option<(OrgScope, Found)>, IdentityError> {
    // All orgs: whose passkey it is is the question.
    let row =
        sqlx::query("SELECT id, org, credential FROM passkeys WHERE credential_id = $1 AND user_id = $2")
            .bind(URL_SAFE_NO_PAD.encode(credential))
            .bind(user.to_string())
            .fetch_optional(store.across_orgs())
            .await?;
    let Some(row) = row else { return Ok(None) };
    let before = text(&row, "credential")?;
    let found = Found { id: id(&row, "passkeys", "id")?, credential: parse(&before)?, before };
    Ok(Some((mint.scope(id::<OrgId>(&row, "passkeys", "org")?), found)))
}

/// Uses a passkey and its challenge up; `false` when it was removed or used since it was read, or the challenge was answered before.
pub(in super::super) async fn spend(tx: &mut Tx, user: UserId, used: Used) -> Result<bool, IdentityError> {
    if !use_up(tx, used.challenge).await? {
        return Ok(false);
    }
    let (org, at) = (tx.scope().org().to_string(), tx.now());
    let kept = sqlx::query(
        "UPDATE passkeys SET credential = $1, last_used_at = $2
         WHERE org = $3 AND user_id = $4 AND id = $5 AND credential = $6",
    )
    .bind(written(&used.found.credential)?)
    .bind(at.micros())
    .bind(org)
    .bind(user.to_string())
    .bind(used.found.id.to_string())
    .bind(used.found.before)
    .execute(tx.conn())
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Writes down that a challenge was answered; `false` when it was before.
pub(super) async fn use_up(tx: &mut Tx, challenge: Challenge) -> Result<bool, IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now());
    sqlx::query("DELETE FROM passkey_challenges WHERE org = $1 AND expires_at <= $2")
        .bind(org.clone())
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    let written = sqlx::query(
        "INSERT INTO passkey_challenges (challenge, org, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(challenge.digest)
    .bind(org)
    .bind(challenge.until.micros())
    .execute(tx.conn())
    .await?;
    Ok(written.rows_affected() == 1)
}

fn info(row: &AnyRow) -> Result<PasskeyInfo, IdentityError> {
    let last_used_at = Some(time(row, "last_used_at")?).filter(|at| at.micros() > 0);
    Ok(PasskeyInfo {
        id: id(row, "passkeys", "id")?,
        name: text(row, "name")?,
        created_at: time(row, "created_at")?,
        last_used_at,
    })
}

fn parse(column: &str) -> Result<Passkey, IdentityError> {
    serde_json::from_str(column)
        .map_err(|error| StoreError::Damaged { table: "passkeys", reason: error.to_string() }.into())
}

fn written(passkey: &Passkey) -> Result<String, IdentityError> {
    serde_json::to_string(passkey).map_err(|error| IdentityError::Hash(format!("passkey: {error}")))
}
