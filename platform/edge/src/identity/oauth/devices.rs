//! A person agrees on another device (RFC 8628).

use std::time::Duration;

use rand::Rng as _;
use serde_json::json;
use sqlx::{Row, any::AnyRow};
use tandem_core::{Permissions, RequestContext};
use tandem_proto::{
    ClientId, Timestamp, UserId,
    api::{GrantType, TokenRequest},
};
use tandem_store::{Cause, Change, Tx};

use super::{
    super::{
        Identity, IdentityError, id, roles,
        sessions::{digest, secret, time},
        text,
    },
    Client, OAuthCode, OAuthRefusal, grants, held, some, stored,
    tokens::{Credentials, Decided, needed, with_refresh},
};

/// How long both codes live.
pub(in super::super) const LIFETIME: Duration = Duration::from_secs(600);
/// Seconds between two polls at first, and by how many more a device must wait that polls too often (RFC 8628 §3.5).
pub(in super::super) const INTERVAL_S: i64 = 5;
/// Codes one program may have shown that nobody has decided about.
const SHOWN: i64 = 1_000;
/// Letters of user codes: no vowels, so that they spell nothing (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many of them, 34 bits: guesses are counted.
const USER_CODE: usize = 8;

/// Codes for a device.
pub(in super::super) struct DeviceCodes {
    /// For polling.
    pub(in super::super) device: String,
    /// To be shown.
    pub(in super::super) user: String,
}

/// What a device asks for.
#[derive(Clone, Debug)]
pub(in super::super) struct DeviceAsks {
    /// The program's name.
    pub(in super::super) name: String,
    /// As far as the person holds it.
    pub(in super::super) scopes: Permissions,
}

impl Identity {
    /// Codes for a program on a device (RFC 8628 §3.1).
    ///
    /// # Errors
    /// As the protocol says, or when the store fails.
    pub(in super::super) async fn authorize_device(
        &self,
        credentials: Credentials,
        scope: Option<String>,
    ) -> Result<DeviceCodes, OAuthRefusal> {
        let client = self.client(credentials).await?;
        let codes = DeviceCodes { device: secret("tdd_"), user: user_code() };
        let hashes = (digest(&codes.device), digest(&plain(&codes.user)));
        let (org, now) = (self.mint().scope(client.org), self.0.clock.now());
        let write = self.0.store.write(org, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let client = client.now(tx).await?;
                client.may(GrantType::DeviceCode)?;
                let scopes = client.asked(scope.as_deref())?;
                show(tx, &client, scopes, hashes, now).await
            })
        });
        write.await?;
        Ok(DeviceCodes { device: self.regions().stamped(codes.device), user: codes.user })
    }

    /// What the device asks the caller for that shows `user_code`.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] for a code that no device shows, or nobody needs to decide about any more; [`IdentityError::Throttled`]
    /// after several of those; [`IdentityError::NotByToken`] when the caller uses a token.
    pub(in super::super) async fn device(
        &self,
        context: &RequestContext,
        user_code: &str,
    ) -> Result<DeviceAsks, IdentityError> {
        self.signed_in(context).await?;
        let (now, held) = (self.0.clock.now(), context.rights.usable());
        let attempt = self.0.throttle.admit(now, &guesses(context.user), None).await?;
        let mut conn = self.0.store.scoped(context.scope).await?;
        let row = sqlx::query(undecided())
            .bind(context.scope.org().to_string())
            .bind(digest(&plain(user_code)))
            .bind(now.micros())
            .fetch_optional(&mut *conn)
            .await?
            .ok_or(IdentityError::NotFound("code"))?;
        let shown = Shown::read(&row)?;
        let client = stored(&mut conn, context.scope, shown.client).await?;
        let client = client.ok_or(IdentityError::NotFound("code"))?;
        self.0.throttle.succeeded(attempt).await;
        Ok(DeviceAsks { name: client.name, scopes: shown.scopes.intersection(held) })
    }

    /// Notes what the caller decided about the device that shows `user_code`.
    ///
    /// # Errors
    /// As [`Self::device`].
    pub(in super::super) async fn decide_device(
        &self,
        context: &RequestContext,
        user_code: &str,
        allow: bool,
    ) -> Result<(), IdentityError> {
        self.signed_in(context).await?;
        let now = self.0.clock.now();
        let attempt = self.0.throttle.admit(now, &guesses(context.user), None).await?;
        let (user, held, hash) = (context.user, context.rights.usable(), digest(&plain(user_code)));
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { decide(tx, user, held, hash, allow, now).await })
        });
        write.await?;
        self.0.throttle.succeeded(attempt).await;
        Ok(())
    }
}

/// As whose guesses wrong codes count.
fn guesses(user: UserId) -> String {
    format!("device:{user}")
}

fn user_code() -> String {
    let mut random = rand::rng();
    let letter = |_| char::from(LETTERS[random.random_range(0..LETTERS.len())]);
    let letters: String = (0..USER_CODE).map(letter).collect();
    let (left, right) = letters.split_at(USER_CODE / 2);
    format!("{left}-{right}")
}

/// A code however somebody typed it.
fn plain(user_code: &str) -> String {
    let letters = user_code.chars().filter(char::is_ascii_alphabetic).take(USER_CODE + 1);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}

const COLUMNS: &str = "device_hash, client, scopes, user_id, decision, interval_s, polled_at, expires_at";

/// The code with the hash `$2` that nobody has decided about at `$3`.
fn undecided() -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM oauth_devices
         WHERE org = $1 AND user_code_hash = $2 AND expires_at > $3 AND decision IS NULL"
    ))
}

/// A code that a device shows.
struct Shown {
    hash: String,
    client: ClientId,
    scopes: Permissions,
    user: Option<UserId>,
    decision: Option<String>,
    interval_s: i64,
    polled_at: Timestamp,
    expires_at: Timestamp,
}

impl Shown {
    fn read(row: &AnyRow) -> Result<Self, IdentityError> {
        Ok(Self {
            hash: text(row, "device_hash")?,
            client: id(row, "oauth_devices", "client")?,
            scopes: roles::read(&text(row, "scopes")?)?,
            user: super::optional_id(row, "user_id")?,
            decision: row.try_get("decision")?,
            interval_s: row.try_get("interval_s")?,
            polled_at: time(row, "polled_at")?,
            expires_at: time(row, "expires_at")?,
        })
    }

    /// Whether the device asks sooner than it may.
    fn too_soon(&self, now: Timestamp) -> bool {
        now < self.polled_at.plus(Duration::from_secs(self.interval_s.unsigned_abs()))
    }
}

async fn show(
    tx: &mut Tx,
    client: &Client,
    scopes: Permissions,
    (device, user): (String, String),
    now: Timestamp,
) -> Result<(), OAuthRefusal> {
    let org = tx.scope().org().to_string();
    sqlx::query("DELETE FROM oauth_devices WHERE org = $1 AND expires_at <= $2")
        .bind(org.clone())
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    let count = sqlx::query("SELECT count(*) AS shown FROM oauth_devices WHERE org = $1 AND client = $2")
        .bind(org.clone())
        .bind(client.id.to_string())
        .fetch_one(tx.conn())
        .await?;
    let full = || OAuthCode::TemporarilyUnavailable.because("too many devices wait for somebody to decide");
    if count.try_get::<i64, _>("shown")? >= SHOWN {
        return Err(full().into());
    }
    let made = sqlx::query(
        "INSERT INTO oauth_devices (device_hash, org, client, user_code_hash, scopes, interval_s, polled_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT DO NOTHING",
    )
    .bind(device)
    .bind(org)
    .bind(client.id.to_string())
    .bind(user)
    .bind(roles::written(scopes))
    .bind(INTERVAL_S)
    .bind(now.plus(LIFETIME).micros())
    .execute(tx.conn())
    .await?;
    // Another device shows the same code, which is as likely as guessing it.
    if made.rows_affected() == 0 { Err(full().into()) } else { Ok(()) }
}

async fn decide(
    tx: &mut Tx,
    user: UserId,
    held: Permissions,
    hash: String,
    allow: bool,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(undecided())
        .bind(org.clone())
        .bind(hash)
        .bind(now.micros())
        .fetch_optional(tx.conn())
        .await?
        .ok_or(IdentityError::NotFound("code"))?;
    let shown = Shown::read(&row)?;
    let scopes = shown.scopes.intersection(held);
    if allow && scopes.is_empty() {
        return Err(IdentityError::NotHeld(shown.scopes));
    }
    if allow {
        let scope = tx.scope();
        let client = stored(tx.conn(), scope, shown.client).await?.ok_or(IdentityError::NotFound("code"))?;
        let allowed = Change::new("grant.allowed", "client", client.id).called(client.name);
        tx.audit(allowed.after(&json!({ "scopes": scopes.names() }))).await?;
    }
    sqlx::query(
        "UPDATE oauth_devices SET decision = $1, user_id = $2, scopes = $3 WHERE org = $4 AND device_hash = $5",
    )
    .bind(if allow { "allowed" } else { "denied" })
    .bind(user.to_string())
    .bind(roles::written(scopes))
    .bind(org)
    .bind(shown.hash)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// RFC 8628 §3.4.
pub(super) async fn poll(
    tx: &mut Tx,
    client: &Client,
    request: &TokenRequest,
    now: Timestamp,
    lasts: Duration,
) -> Result<Decided, OAuthRefusal> {
    let hash = digest(needed(request.device_code.as_deref(), "device_code")?);
    let Some(shown) = find(tx, client, &hash).await? else {
        return Ok(Err(OAuthCode::InvalidGrant.because("the device code is unknown or was used")));
    };
    if shown.expires_at <= now {
        forget(tx, &hash).await?;
        return Ok(Err(OAuthCode::ExpiredToken.because("nobody decided in time")));
    }
    let (Some(user), Some(decision)) = (shown.user, shown.decision.as_deref()) else {
        return wait(tx, &shown, now).await;
    };
    forget(tx, &hash).await?;
    if decision != "allowed" {
        return Ok(Err(OAuthCode::AccessDenied.because("they said no")));
    }
    let given = shown.scopes.intersection(client.scopes).intersection(held(tx, user).await?);
    let Ok(scopes) = some(given) else {
        return Ok(Err(OAuthCode::AccessDenied.because("nothing of what was given can be given any more")));
    };
    let grant = grants::give(tx, client.id, user, shown.scopes, None, now).await?;
    with_refresh(tx, client, grant, scopes, now, lasts).await.map(Ok)
}

async fn find(tx: &mut Tx, client: &Client, hash: &str) -> Result<Option<Shown>, IdentityError> {
    let org = tx.scope().org().to_string();
    let sql =
        format!("SELECT {COLUMNS} FROM oauth_devices WHERE org = $1 AND device_hash = $2 AND client = $3");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(org)
        .bind(hash.to_owned())
        .bind(client.id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(Shown::read).transpose()
}

/// Nobody has decided: the device asks again later, and still later when it asked too soon.
async fn wait(tx: &mut Tx, shown: &Shown, now: Timestamp) -> Result<Decided, OAuthRefusal> {
    let too_soon = shown.too_soon(now);
    let org = tx.scope().org().to_string();
    sqlx::query(
        "UPDATE oauth_devices SET polled_at = $1, interval_s = $2 WHERE org = $3 AND device_hash = $4",
    )
    .bind(now.micros())
    .bind(if too_soon { shown.interval_s + INTERVAL_S } else { shown.interval_s })
    .bind(org)
    .bind(shown.hash.clone())
    .execute(tx.conn())
    .await?;
    Ok(Err(if too_soon {
        OAuthCode::SlowDown.because("wait five seconds longer between two polls")
    } else {
        OAuthCode::AuthorizationPending.because("nobody has decided yet")
    }))
}

async fn forget(tx: &mut Tx, hash: &str) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query("DELETE FROM oauth_devices WHERE org = $1 AND device_hash = $2")
        .bind(org)
        .bind(hash.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_code_is_read_however_it_is_typed() {
        let code = user_code();
        assert_eq!((code.len(), code.find('-')), (USER_CODE + 1, Some(USER_CODE / 2)));
        let letters = code.replace('-', "");
        assert!(letters.bytes().all(|letter| LETTERS.contains(&letter)), "{code}");
        for typed in [code.clone(), letters.clone(), format!(" {} ", code.to_lowercase().replace('-', " "))] {
            assert_eq!(plain(&typed), letters);
        }
        assert_ne!(plain(&format!("{letters}B")), letters, "one letter too many");
    }
}
