//! The programs an org has registered. Nobody registers one, or gets hold of one, that may do for itself more than they.

use serde_json::json;
use sqlx::{AnyConnection, Row};
use tandem_core::{OrgScope, Permissions, Precondition, RequestContext, Rights};
use tandem_proto::{
    ClientId, DivisionId, Stream, Topic, UserId,
    api::{ClientInfo, ClientMade, ClientSettings, GrantEnd, GrantType, Role},
    events::identity::{ClientChanged, ClientRemoved, ClientSecretChanged},
};
use tandem_store::{Cause, Change, Expect, Redacted, Tx};

use super::{
    super::{
        Identity, IdentityError, limits, named, people, roles,
        sessions::{self, Which, digest},
        text,
        users::{self, UserRecord, read_roles, some_roles},
    },
    COLUMNS, Client,
    grants::{self, Grants},
    redirect, stored,
};

/// Redirects one program may have.
const REDIRECTS: usize = 20;
/// What secrets begin with, so that scanners for leaked secrets know one.
const SECRET: &str = "tds_";
/// The job title of a program, beside which the directory shows its name.
const TITLE: &str = "Program";

impl Identity {
    /// The org's programs, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn clients(&self, scope: OrgScope) -> Result<Vec<ClientInfo>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let columns = COLUMNS.replace(", ", ", c.");
        let sql = format!(
            "SELECT c.{columns}, u.roles AS held FROM oauth_clients c
             LEFT JOIN users u ON u.org = c.org AND u.id = c.user_id WHERE c.org = $1 ORDER BY c.created_at, c.id"
        );
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.org().to_string()).fetch_all(&mut *conn).await?;
        let info = |row| {
            let client = Client::read(row)?;
            let held: Option<String> = row.try_get("held")?;
            let held = held.as_deref().map(read_roles).transpose()?.unwrap_or_default();
            Ok(client.info(held))
        };
        rows.iter().map(info).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], or when the store fails.
    pub async fn client_info(&self, scope: OrgScope, client: ClientId) -> Result<ClientInfo, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let client = stored(&mut conn, scope, client).await?.ok_or(IdentityError::NotFound("program"))?;
        let roles = held(&mut conn, scope, client.user).await?;
        Ok(client.info(roles))
    }

    /// Registers a program.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] names the field at fault; [`IdentityError::NotHeld`] for a role that stands for more than the caller
    /// holds; [`IdentityError::Conflict`] when there are as many as there may be.
    pub async fn create_client(
        &self,
        context: &RequestContext,
        settings: ClientSettings,
    ) -> Result<ClientMade, IdentityError> {
        let draft = Draft::check(settings)?;
        let secret = draft.confidential.then(|| sessions::secret(SECRET));
        let (caller, secret_hash) = (context.rights.clone(), secret.as_deref().map(digest));
        let id = ClientId::from_uuid(self.regions().tagged(ClientId::generate().uuid()));
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { create(tx, &caller, id, draft, secret_hash).await })
        });
        Ok(ClientMade { client: write.await?, secret: secret.map(|secret| self.regions().stamped(secret)) })
    }

    /// Changes a program. When it may do less than before its access tokens end, so that the next ones are as it may be now.
    ///
    /// # Errors
    /// As [`Self::create_client`]; [`IdentityError::NotFound`]; [`IdentityError::Outranked`] for one that may do for itself more than
    /// the caller; [`IdentityError::Changed`] for one that is not as was demanded.
    pub async fn change_client(
        &self,
        context: &RequestContext,
        client: ClientId,
        precondition: Precondition,
        settings: ClientSettings,
    ) -> Result<ClientInfo, IdentityError> {
        let (draft, caller) = (Draft::check(settings)?, context.rights.clone());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { change(tx, &caller, client, precondition, draft).await })
        });
        write.await
    }

    /// Gives a program another secret; the one until now opens nothing any more, and what the program got for itself with it ends.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::Outranked`]; [`IdentityError::Conflict`] for one that cannot keep a secret.
    pub async fn change_client_secret(
        &self,
        context: &RequestContext,
        client: ClientId,
    ) -> Result<ClientMade, IdentityError> {
        let (secret, caller) = (sessions::secret(SECRET), context.rights.clone());
        let secret_hash = digest(&secret);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { change_secret(tx, &caller, client, secret_hash).await })
        });
        Ok(ClientMade { client: write.await?, secret: Some(self.regions().stamped(secret)) })
    }

    /// Removes a program: all it got ends, and it gets nothing any more.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::Outranked`], [`IdentityError::Changed`].
    pub async fn remove_client(
        &self,
        context: &RequestContext,
        client: ClientId,
        precondition: Precondition,
    ) -> Result<(), IdentityError> {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { remove(tx, &caller, client, precondition).await })
        });
        write.await
    }
}

impl Client {
    fn info(self, roles: Vec<Role>) -> ClientInfo {
        let for_itself = self.grant_types.contains(&GrantType::ClientCredentials);
        ClientInfo {
            id: self.id,
            name: self.name,
            confidential: self.secret_hash.is_some(),
            redirect_uris: self.redirect_uris,
            grant_types: self.grant_types,
            scopes: self.scopes.names(),
            roles: if for_itself { roles } else { Vec::new() },
            created_at: self.created_at,
        }
    }

    fn changed(&self) -> ClientChanged {
        ClientChanged { client: self.id, name: self.name.clone(), scopes: self.scopes.names() }
    }
}

/// What a program is to be.
struct Draft {
    name: String,
    confidential: bool,
    redirect_uris: Vec<String>,
    grant_types: Vec<GrantType>,
    scopes: Permissions,
    roles: Vec<Role>,
}

impl Draft {
    fn check(settings: ClientSettings) -> Result<Self, IdentityError> {
        let ClientSettings { name, confidential, redirect_uris, mut grant_types, scopes, roles } = settings;
        let name = named("name", &name)?;
        grant_types.sort_unstable();
        grant_types.dedup();
        check_ways(&grant_types, confidential)?;
        check_redirects(&redirect_uris, grant_types.contains(&GrantType::AuthorizationCode))?;
        let scopes = roles::chosen("scopes", &scopes)?;
        let roles = if grant_types.contains(&GrantType::ClientCredentials) {
            some_roles(roles)?
        } else if roles.is_empty() {
            roles
        } else {
            return Err(IdentityError::invalid("roles", "only for a program that acts for itself"));
        };
        Ok(Self { name, confidential, redirect_uris, grant_types, scopes, roles })
    }
}

fn check_ways(ways: &[GrantType], confidential: bool) -> Result<(), IdentityError> {
    let refuse = |message: &str| Err(IdentityError::invalid("grant_types", message));
    let by_people = ways.contains(&GrantType::AuthorizationCode) || ways.contains(&GrantType::DeviceCode);
    if ways.is_empty() {
        return refuse("at least one");
    }
    if ways.contains(&GrantType::RefreshToken) && !by_people {
        return refuse("refresh_token needs authorization_code or the device code");
    }
    if ways.contains(&GrantType::ClientCredentials) && !confidential {
        return refuse("client_credentials needs a program that can keep a secret");
    }
    Ok(())
}

fn check_redirects(uris: &[String], needed: bool) -> Result<(), IdentityError> {
    let refuse = |message: String| Err(IdentityError::invalid("redirect_uris", message));
    if uris.len() > REDIRECTS {
        return refuse(format!("at most {REDIRECTS}"));
    }
    if needed && uris.is_empty() {
        return refuse("authorization_code needs at least one".into());
    }
    match uris.iter().find_map(|uri| redirect::check(uri).err().map(|why| (uri, why))) {
        Some((uri, why)) => refuse(format!("{} {why}", uri.chars().take(80).collect::<String>())),
        None => Ok(()),
    }
}

async fn create(
    tx: &mut Tx,
    caller: &Rights,
    id: ClientId,
    draft: Draft,
    secret_hash: Option<String>,
) -> Result<ClientInfo, IdentityError> {
    let org = tx.scope().org();
    limits::CLIENTS.one_more::<IdentityError>(tx).await?;
    let mut client = Client {
        id,
        org,
        name: draft.name,
        secret_hash,
        redirect_uris: draft.redirect_uris,
        grant_types: draft.grant_types,
        scopes: draft.scopes,
        user: None,
        created_at: tx.now(),
    };
    client.user = act_as(tx, caller, &client, &draft.roles).await?;
    write(tx, &client).await?;
    let made = client.info(draft.roles);
    tx.audit(Change::new("client.created", "client", made.id).after(&made)).await?;
    Ok(made)
}

async fn change(
    tx: &mut Tx,
    caller: &Rights,
    client: ClientId,
    precondition: Precondition,
    draft: Draft,
) -> Result<ClientInfo, IdentityError> {
    let mut client = mine_to_change(tx, caller, client).await?;
    demand(tx, &client, &precondition).await?;
    if client.secret_hash.is_some() != draft.confidential {
        return Err(IdentityError::invalid("confidential", "cannot be changed"));
    }
    let roles = roles_of(tx, client.user).await?;
    let was = client.clone().info(roles);
    let kept = |way: &GrantType| draft.grant_types.contains(way);
    let narrower = !draft.scopes.contains(client.scopes) || !client.grant_types.iter().all(kept);
    client.name = draft.name;
    client.redirect_uris = draft.redirect_uris;
    client.grant_types = draft.grant_types;
    client.scopes = draft.scopes;
    client.user = act_as(tx, caller, &client, &draft.roles).await?;
    if narrower {
        end_tokens(tx, &client).await?;
    }
    write(tx, &client).await?;
    let is = client.info(draft.roles);
    tx.audit(Change::new("client.changed", "client", is.id).before(&was).after(&is)).await?;
    Ok(is)
}

async fn change_secret(
    tx: &mut Tx,
    caller: &Rights,
    client: ClientId,
    secret_hash: String,
) -> Result<ClientInfo, IdentityError> {
    let client = mine_to_change(tx, caller, client).await?;
    if client.secret_hash.is_none() {
        return Err(IdentityError::Conflict {
            slug: "public-client",
            detail: "this program cannot keep a secret, so it has none".into(),
        });
    }
    let org = tx.scope().org();
    sqlx::query("UPDATE oauth_clients SET secret_hash = $1 WHERE org = $2 AND id = $3")
        .bind(secret_hash)
        .bind(org.to_string())
        .bind(client.id.to_string())
        .execute(tx.conn())
        .await?;
    if let Some(user) = client.user {
        sessions::end(tx, user, Which::OfClient(client.id)).await?;
    }
    let hidden = json!({ "secret": Redacted });
    let change = Change::new("client.secret.changed", "client", client.id).called(client.name.clone());
    tx.audit(change.before(&hidden).after(&hidden)).await?;
    let event = ClientSecretChanged { client: client.id };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    let roles = roles_of(tx, client.user).await?;
    Ok(client.info(roles))
}

async fn remove(
    tx: &mut Tx,
    caller: &Rights,
    client: ClientId,
    precondition: Precondition,
) -> Result<(), IdentityError> {
    let client = mine_to_change(tx, caller, client).await?;
    demand(tx, &client, &precondition).await?;
    let org = tx.scope().org();
    let roles = roles_of(tx, client.user).await?;
    let was = client.clone().info(roles);
    grants::end(tx, Grants::OfClient(client.id), GrantEnd::ClientRemoved).await?;
    if let Some(user) = client.user {
        people::deactivate(tx, caller, user).await?;
    }
    for table in ["oauth_codes", "oauth_devices"] {
        let sql = format!("DELETE FROM {table} WHERE org = $1 AND client = $2");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(org.to_string())
            .bind(client.id.to_string())
            .execute(tx.conn())
            .await?;
    }
    sqlx::query("DELETE FROM oauth_clients WHERE org = $1 AND id = $2")
        .bind(org.to_string())
        .bind(client.id.to_string())
        .execute(tx.conn())
        .await?;
    tx.audit(Change::new("client.removed", "client", client.id).before(&was)).await?;
    let event = ClientRemoved { client: client.id };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(())
}

/// Refuses unless a program is as was demanded.
async fn demand(tx: &mut Tx, client: &Client, precondition: &Precondition) -> Result<(), IdentityError> {
    let roles = roles_of(tx, client.user).await?;
    Ok(precondition.check(&client.clone().info(roles))?)
}

/// A program that may do for itself no more than the caller: whoever changes it could get hold of what it may. Nobody else changes it
/// until the command's end.
async fn mine_to_change(tx: &mut Tx, caller: &Rights, client: ClientId) -> Result<Client, IdentityError> {
    let scope = tx.scope();
    sqlx::query("UPDATE oauth_clients SET org = org WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(client.to_string())
        .execute(tx.conn())
        .await?;
    let client = stored(tx.conn(), scope, client).await?.ok_or(IdentityError::NotFound("program"))?;
    if let Some(user) = client.user {
        people::subordinate(tx, caller, user).await?;
    }
    Ok(client)
}

/// Makes, changes or shuts out the user a program acts as for itself, as its settings want.
async fn act_as(
    tx: &mut Tx,
    caller: &Rights,
    client: &Client,
    roles: &[Role],
) -> Result<Option<UserId>, IdentityError> {
    let for_itself = client.grant_types.contains(&GrantType::ClientCredentials);
    match client.user {
        None if for_itself => make_user(tx, caller, client, roles.to_vec()).await.map(Some),
        None => Ok(None),
        Some(user) => {
            rename(tx, user, &client.name).await?;
            if for_itself {
                people::reactivate(tx, caller, user).await?;
                if roles_of(tx, Some(user)).await? != roles {
                    people::set_roles(tx, caller, user, roles.to_vec(), None).await?;
                }
            } else {
                people::deactivate(tx, caller, user).await?;
            }
            Ok(Some(user))
        }
    }
}

async fn make_user(
    tx: &mut Tx,
    caller: &Rights,
    client: &Client,
    roles: Vec<Role>,
) -> Result<UserId, IdentityError> {
    let scope = tx.scope();
    let given = Rights::from(roles::permissions(tx.conn(), scope, &roles).await?);
    let beyond = given.without(caller);
    if !beyond.is_empty() {
        return Err(IdentityError::NotHeld(beyond));
    }
    let record = UserRecord {
        id: UserId::generate(),
        name: format!("app-{}", client.id),
        display_name: client.name.clone(),
        title: Some(TITLE.to_owned()),
        extension: None,
        email: None,
        roles,
        grants: Vec::new(),
        division: DivisionId::home(scope.org()),
        active: true,
        erased: false,
        provisioned: false,
    };
    Ok(users::insert(tx, record, String::new(), Some(client.id)).await?.id)
}

async fn rename(tx: &mut Tx, user: UserId, name: &str) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query("UPDATE users SET display_name = $1 WHERE org = $2 AND id = $3")
        .bind(name.to_owned())
        .bind(org)
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn roles_of(tx: &mut Tx, user: Option<UserId>) -> Result<Vec<Role>, IdentityError> {
    let scope = tx.scope();
    held(tx.conn(), scope, user).await
}

/// The roles of the user a program acts as for itself.
async fn held(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: Option<UserId>,
) -> Result<Vec<Role>, IdentityError> {
    let Some(user) = user else { return Ok(Vec::new()) };
    let row = sqlx::query("SELECT roles FROM users WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .fetch_one(conn)
        .await?;
    read_roles(&text(&row, "roles")?)
}

/// Ends the access tokens of a program, whoever they act for.
async fn end_tokens(tx: &mut Tx, client: &Client) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let rows = sqlx::query("SELECT DISTINCT user_id FROM sessions WHERE org = $1 AND client = $2")
        .bind(org)
        .bind(client.id.to_string())
        .fetch_all(tx.conn())
        .await?;
    for row in &rows {
        let user = super::id(row, "sessions", "user_id")?;
        sessions::end(tx, user, Which::OfClient(client.id)).await?;
    }
    Ok(())
}

/// Writes a program whole, and its event. The secret of one that is there already stays.
async fn write(tx: &mut Tx, client: &Client) -> Result<(), IdentityError> {
    let org = tx.scope().org();
    sqlx::query(
        "INSERT INTO oauth_clients (id, org, name, secret_hash, redirect_uris, grant_types, scopes, user_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris,
             grant_types = excluded.grant_types, scopes = excluded.scopes, user_id = excluded.user_id",
    )
    .bind(client.id.to_string())
    .bind(org.to_string())
    .bind(client.name.clone())
    .bind(client.secret_hash.clone())
    .bind(serde_json::to_string(&client.redirect_uris).unwrap_or_default())
    .bind(serde_json::to_string(&client.grant_types).unwrap_or_default())
    .bind(roles::written(client.scopes))
    .bind(client.user.map(|user| user.to_string()))
    .bind(client.created_at.micros())
    .execute(tx.conn())
    .await?;
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &client.changed()).await?;
    Ok(())
}
