//! OAuth 2 for programs: who they are (`clients`), what people allow them (`authorize`, `devices`, `grants`), and the tokens they get for it
//! (`tokens`). RFC 6749, with 7009, 7636, 8628 and what 9700 asks for: PKCE always, redirects compared exactly, refresh tokens that work once.
//!
//! Commands of an org run one after the other, so a code or refresh token is taken by one request however many bring it.

mod authorize;
mod clients;
mod devices;
pub(super) mod grants;
mod redirect;
mod refusal;
mod tokens;

use sqlx::{AnyConnection, Row, any::AnyRow};
use tandem_core::{OrgScope, Permissions};
use tandem_proto::{ClientId, OrgId, Timestamp, UserId, api::GrantType};
use tandem_store::{StoreError, Tx};

pub(super) use authorize::Authorization;
pub(super) use devices::{INTERVAL_S as DEVICE_INTERVAL_S, LIFETIME as DEVICE_LIFETIME};
pub(super) use refusal::{OAuthCode, OAuthRefusal, Refusal};
pub(super) use tokens::Credentials;

use super::{IdentityError, group_rows, id, roles, sessions::time, text};

const COLUMNS: &str = "id, org, name, secret_hash, redirect_uris, grant_types, scopes, user_id, created_at";

/// A registered program.
#[derive(Clone, Debug)]
struct Client {
    id: ClientId,
    org: OrgId,
    name: String,
    /// Of one that can keep a secret.
    secret_hash: Option<String>,
    redirect_uris: Vec<String>,
    grant_types: Vec<GrantType>,
    /// What it may ask for.
    scopes: Permissions,
    /// As whom it acts for itself.
    user: Option<UserId>,
    created_at: Timestamp,
}

impl Client {
    fn read(row: &AnyRow) -> Result<Self, IdentityError> {
        Ok(Self {
            id: id(row, "oauth_clients", "id")?,
            org: id(row, "oauth_clients", "org")?,
            name: text(row, "name")?,
            secret_hash: row.try_get("secret_hash")?,
            redirect_uris: list(row, "redirect_uris")?,
            grant_types: list(row, "grant_types")?,
            scopes: roles::read(&text(row, "scopes")?)?,
            user: optional_id(row, "user_id")?,
            created_at: time(row, "created_at")?,
        })
    }

    /// Refuses unless it is registered for `way`.
    fn may(&self, way: GrantType) -> Result<(), Refusal> {
        if self.grant_types.contains(&way) {
            return Ok(());
        }
        let why = format!("this client is not registered for {}", way.name());
        Err(OAuthCode::UnauthorizedClient.because(why))
    }

    /// The permissions a request names, or all the program may ask for.
    fn asked(&self, scope: Option<&str>) -> Result<Permissions, Refusal> {
        let Some(scope) = scope else { return Ok(self.scopes) };
        let names = scope.split(' ').filter(|name| !name.is_empty());
        let asked = Permissions::from_names(names)
            .map_err(|_| OAuthCode::InvalidScope.because("there is no such permission"))?;
        let beyond = asked.without(self.scopes);
        if !beyond.is_empty() {
            let why = format!("this client may not ask for {}", beyond.names().join(" "));
            return Err(OAuthCode::InvalidScope.because(why));
        }
        some(asked)
    }

    /// The same program as it is now, unless its secret was replaced or it is gone.
    async fn now(&self, tx: &mut Tx) -> Result<Self, OAuthRefusal> {
        let scope = tx.scope();
        let client = stored(tx.conn(), scope, self.id).await?;
        let client = client.filter(|client| client.secret_hash == self.secret_hash);
        Ok(client.ok_or_else(unknown)?)
    }
}

/// What is the same for a program nobody knows and one that proves nothing.
fn unknown() -> Refusal {
    OAuthCode::InvalidClient.because("there is no such client, or its secret is wrong")
}

/// Refuses a set of permissions that opens nothing.
fn some(permissions: Permissions) -> Result<Permissions, Refusal> {
    if permissions.is_empty() {
        Err(OAuthCode::InvalidScope.because("nothing of it can be given"))
    } else {
        Ok(permissions)
    }
}

async fn stored(
    conn: &mut AnyConnection,
    scope: OrgScope,
    client: ClientId,
) -> Result<Option<Client>, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM oauth_clients WHERE org = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(client.to_string())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Client::read).transpose()
}

/// What somebody who is not deactivated may do now; nothing of anybody else.
async fn held(tx: &mut Tx, user: UserId) -> Result<Permissions, IdentityError> {
    let scope = tx.scope();
    let sql = "SELECT roles, grants FROM users WHERE org = $1 AND id = $2 AND deactivated_at IS NULL";
    let row = sqlx::query(sql)
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else { return Ok(Permissions::NONE) };
    let (held, grants) = super::users::held(&row)?;
    Ok(group_rows::held(tx.conn(), scope, user, &held, &grants).await?.usable())
}

/// A column that holds a list as JSON.
fn list<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &str) -> Result<Vec<T>, IdentityError> {
    serde_json::from_str(&text(row, column)?).map_err(|error| {
        StoreError::Damaged { table: "oauth_clients", reason: format!("{column}: {error}") }.into()
    })
}

/// A column that may hold an id.
fn optional_id(row: &AnyRow, column: &str) -> Result<Option<UserId>, IdentityError> {
    match row.try_get::<Option<String>, _>(column)? {
        Some(_) => id(row, "oauth_clients", column).map(Some),
        None => Ok(None),
    }
}
