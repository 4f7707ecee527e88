//! SIP phones' accounts. Only digest hashes (HA1) are kept; a secret is shown once, when it is made.

use rand::RngCore;
use serde_json::json;
use sqlx::Row;
use tandem_core::{OrgScope, Permission};
use tandem_edge::{
    Counted, LimitReached,
    identity::{self, Divided, IdentityError},
};
use tandem_proto::{
    DivisionId, PhoneId, Stream, Topic, UserId,
    api::{DividedKind, OrgLimit},
    events::call::PhoneCreated,
};
use tandem_sip::Ha1;
use tandem_store::{Cause, Change, Expect, Redacted, Store, StoreError};

/// Phones belong to divisions; whoever has one sees it, wherever it belongs.
pub const PHONES: Divided = Divided {
    kind: DividedKind::Phone,
    table: "phones",
    id: "id",
    seen_with: &[Permission::PhoneWrite],
    changed_with: Permission::PhoneWrite,
};

/// They are counted.
pub(super) const PHONES_COUNTED: Counted =
    Counted { limit: OrgLimit::Phones, sql: "SELECT count(*) AS used FROM phones WHERE org = $1" };

/// A phone's account.
#[derive(Clone, Debug)]
pub struct PhoneRecord {
    /// Id.
    pub id: PhoneId,
    /// Whose it is.
    pub user: UserId,
    /// What it authenticates as.
    pub auth_user: String,
    /// What its answers are checked against.
    pub ha1: Ha1,
    /// The division it belongs to.
    pub division: DivisionId,
}

/// Why a phone cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// Another phone of the org authenticates so.
    #[error("a phone {0:?} exists already")]
    Taken(String),
    /// Not 1–64 of the allowed characters.
    #[error("auth_user must be 1 to 64 of A-Z a-z 0-9 . _ -")]
    BadName,
    /// Nobody of the org.
    #[error("no such user")]
    NoUser,
    /// The org has as many as it may.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// People cannot be looked up.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl From<sqlx::Error> for PhoneError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The phones of all orgs.
#[derive(Clone, Debug)]
pub struct Phones {
    store: Store,
}

impl Phones {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes an account with a random secret, which is answered with it and never again. `realm` is the org's SIP domain.
    pub async fn create(
        &self,
        scope: OrgScope,
        cause: Cause,
        user: UserId,
        auth_user: &str,
        realm: &str,
        division: DivisionId,
    ) -> Result<(PhoneRecord, String), PhoneError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !(1..=64).contains(&auth_user.len()) || !auth_user.chars().all(allowed) {
            return Err(PhoneError::BadName);
        }
        let mut secret = [0_u8; 15];
        rand::rng().fill_bytes(&mut secret);
        let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let record = PhoneRecord {
            id: PhoneId::generate(),
            user,
            auth_user: auth_user.to_owned(),
            ha1: Ha1::new(auth_user, realm, &secret),
            division,
        };
        let stored = record.clone();
        self.store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    PHONES_COUNTED.one_more::<PhoneError>(tx).await?;
                    let org = tx.scope().org();
                    let now = tx.now().micros();
                    let done = sqlx::query(
                        "INSERT INTO phones (org, id, user_id, auth_user, ha1_md5, ha1_sha256, created_at)
                         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org, auth_user) DO NOTHING",
                    )
                    .bind(org.to_string())
                    .bind(stored.id.to_string())
                    .bind(stored.user.to_string())
                    .bind(stored.auth_user.clone())
                    .bind(stored.ha1.md5.to_vec())
                    .bind(stored.ha1.sha256.to_vec())
                    .bind(now)
                    .execute(tx.conn())
                    .await?;
                    if done.rows_affected() == 0 {
                        return Err(PhoneError::Taken(stored.auth_user));
                    }
                    identity::put(tx, &PHONES, stored.id, stored.division).await?;
                    let view =
                        json!({ "user": stored.user, "auth_user": stored.auth_user, "secret": Redacted });
                    tx.audit(Change::new("phone.created", "phone", stored.id).after(&view)).await?;
                    let event =
                        PhoneCreated { phone: stored.id, user: stored.user, auth_user: stored.auth_user };
                    tx.append(
                        Stream::user(stored.user),
                        Expect::Any,
                        &[Topic::admins(org), Topic::user(stored.user)],
                        &event,
                    )
                    .await?;
                    Ok(())
                })
            })
            .await?;
        Ok((record, secret))
    }

    /// The org's phones, by name; only `user`'s if given.
    pub async fn list(&self, scope: OrgScope, user: Option<UserId>) -> Result<Vec<PhoneRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, user_id, auth_user, ha1_md5, ha1_sha256, COALESCE(division, org) AS division FROM phones
             WHERE org = $1 AND ($2 = '' OR user_id = $2) ORDER BY auth_user",
        )
        .bind(scope.org().to_string())
        .bind(user.map(|u| u.to_string()).unwrap_or_default())
        .fetch_all(&mut *self.store.scoped(scope).await?)
        .await?;
        rows.iter().map(read_phone).collect()
    }

    /// The phone that authenticates so.
    pub async fn find(&self, scope: OrgScope, auth_user: &str) -> Result<Option<PhoneRecord>, StoreError> {
        let row = sqlx::query(
            "SELECT id, user_id, auth_user, ha1_md5, ha1_sha256, COALESCE(division, org) AS division FROM phones
             WHERE org = $1 AND auth_user = $2",
        )
        .bind(scope.org().to_string())
        .bind(auth_user.to_owned())
        .fetch_optional(&mut *self.store.scoped(scope).await?)
        .await?;
        row.as_ref().map(read_phone).transpose()
    }
}

fn read_phone(row: &sqlx::any::AnyRow) -> Result<PhoneRecord, StoreError> {
    let damaged = |e: uuid::Error| StoreError::Damaged { table: "phones", reason: e.to_string() };
    Ok(PhoneRecord {
        id: row.try_get::<String, _>("id")?.parse().map_err(damaged)?,
        user: row.try_get::<String, _>("user_id")?.parse().map_err(damaged)?,
        auth_user: row.try_get("auth_user")?,
        ha1: Ha1 { md5: hash(row, "ha1_md5")?, sha256: hash(row, "ha1_sha256")? },
        division: row.try_get::<String, _>("division")?.parse().map_err(damaged)?,
    })
}

fn hash<const N: usize>(row: &sqlx::any::AnyRow, column: &str) -> Result<[u8; N], StoreError> {
    let bytes: Vec<u8> = row.try_get(column)?;
    let wrong = |bytes: Vec<u8>| StoreError::Damaged {
        table: "phones",
        reason: format!("{column} has {} bytes", bytes.len()),
    };
    bytes.try_into().map_err(wrong)
}
