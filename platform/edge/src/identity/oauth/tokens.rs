//! How programs get tokens, give them back, and prove who they are.

use std::time::Duration;

use serde_json::json;
use sqlx::{Row, any::AnyRow};
use tandem_core::{Origin, Permissions, Secret};
use tandem_proto::{
    Actor, ClientId, GrantId, SessionId, Stream, Timestamp, Topic, UserId,
    api::{GrantEnd, GrantType, TokenAnswer, TokenRequest},
    events::identity::TokenCreated,
};
use tandem_store::{Cause, Change, Expect, Tx};

use super::{
    super::{
        Identity, IdentityError, id,
        sessions::{self, Kind, NewRow, Which, digest, secret, time},
    },
    COLUMNS, Client, OAuthCode, OAuthRefusal, Refusal, authorize, devices,
    grants::{self, Grant, Grants},
    held, some, unknown,
};

/// How long an access token lives.
const ACCESS: Duration = Duration::from_secs(3_600);
/// How long a refresh token lives unless it is used.
const REFRESH: Duration = Duration::from_secs(30 * 86_400);
/// Tokens a program gets for one person, or for itself, within [`MINUTE`].
const PER_MINUTE: i64 = 60;
const MINUTE: Duration = Duration::from_secs(60);
/// Access tokens it has for one person at a time. One more ends the oldest.
const AT_A_TIME: i64 = 100;
/// Used refresh tokens of one grant that are remembered, to notice a second use.
const REMEMBERED: i64 = 500;
/// What refresh tokens begin with.
const REFRESH_PREFIX: &str = "tdr_";

/// What a program says of itself.
#[derive(Clone, Debug)]
pub(in super::super) struct Credentials {
    pub(in super::super) client: ClientId,
    pub(in super::super) secret: Option<Secret>,
}

/// What became of a command that keeps what it wrote although the program gets nothing.
pub(super) type Decided = Result<TokenAnswer, Refusal>;

impl Identity {
    /// Gives a program a token, in the way it asks for (RFC 6749 §4.1.3, §4.4.2, §6; RFC 8628 §3.4).
    ///
    /// # Errors
    /// As the protocol says, or when the store fails.
    pub(in super::super) async fn token(
        &self,
        credentials: Credentials,
        request: TokenRequest,
        origin: Origin,
    ) -> Result<TokenAnswer, OAuthRefusal> {
        let shown = [&request.code, &request.refresh_token, &request.device_code];
        shown.into_iter().flatten().try_for_each(|secret| self.refuse_elsewhere(secret))?;
        let client = self.client(credentials).await?;
        let way = GrantType::ALL.into_iter().find(|way| way.name() == request.grant_type);
        let way = way.ok_or_else(|| OAuthCode::UnsupportedGrantType.because("see the server's metadata"))?;
        client.may(way)?;
        let (scope, now) = (self.mint().scope(client.org), self.0.clock.now());
        let lasts = self.0.lifetimes.grant;
        let actor = client.user.filter(|_| way == GrantType::ClientCredentials);
        let actor = actor.map_or(Actor::System, |id| Actor::User { id });
        let cause = Cause { origin, ..Cause::of(actor, None) };
        let write = self.0.store.write(scope, cause, move |tx| {
            Box::pin(async move {
                let client = client.now(tx).await?;
                client.may(way)?;
                match way {
                    GrantType::ClientCredentials => for_itself(tx, &client, &request, now).await.map(Ok),
                    GrantType::AuthorizationCode => {
                        authorize::exchange(tx, &client, &request, now, lasts).await
                    }
                    GrantType::RefreshToken => refresh(tx, &client, &request, now, lasts).await,
                    GrantType::DeviceCode => devices::poll(tx, &client, &request, now, lasts).await,
                }
            })
        });
        let answer = write.await??;
        Ok(TokenAnswer {
            access_token: self.regions().stamped(answer.access_token),
            refresh_token: answer.refresh_token.map(|token| self.regions().stamped(token)),
            ..answer
        })
    }

    /// Ends a token that a program gives back: an access token alone, with a refresh token all that came of its grant (RFC 7009 §2.1).
    /// One that is unknown, over or another program's is no error, and nothing happens.
    ///
    /// # Errors
    /// As the protocol says, or when the store fails.
    pub(in super::super) async fn give_back(
        &self,
        credentials: Credentials,
        token: &str,
        origin: Origin,
    ) -> Result<(), OAuthRefusal> {
        self.refuse_elsewhere(token)?;
        let client = self.client(credentials).await?;
        let (scope, hash) = (self.mint().scope(client.org), digest(token));
        let write = self.0.store.write(scope, Cause { origin, ..Cause::SYSTEM }, move |tx| {
            Box::pin(async move { give_back(tx, &client, hash).await })
        });
        write.await
    }

    /// The program that proves to be one.
    pub(super) async fn client(&self, credentials: Credentials) -> Result<Client, OAuthRefusal> {
        if let Some(secret) = &credentials.secret {
            self.refuse_elsewhere(secret.expose())?;
        }
        let sql = format!("SELECT {COLUMNS} FROM oauth_clients WHERE id = $1");
        // All orgs: whose program it is is the question.
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(credentials.client.to_string())
            .fetch_optional(self.0.store.across_orgs())
            .await?;
        let Some(client) = row.as_ref().map(Client::read).transpose()? else {
            let elsewhere = self.regions().of_program(credentials.client.uuid());
            return Err(elsewhere.map_or_else(|| unknown().into(), |other| IdentityError::from(other).into()));
        };
        // Hashes of 256 random bits: how far they are equal tells nothing about the secret.
        let proven = credentials.secret.map(|secret| digest(secret.expose()));
        if proven == client.secret_hash { Ok(client) } else { Err(unknown().into()) }
    }
}

/// RFC 6749 §4.4: the program acts as a user of its own.
async fn for_itself(
    tx: &mut Tx,
    client: &Client,
    request: &TokenRequest,
    now: Timestamp,
) -> Result<TokenAnswer, OAuthRefusal> {
    let shut_out = || OAuthCode::UnauthorizedClient.because("this client is deactivated");
    let asked = client.asked(request.scope.as_deref())?;
    let user = client.user.ok_or_else(shut_out)?;
    let held = held(tx, user).await?;
    if held.is_empty() {
        return Err(shut_out().into());
    }
    let scopes = some(asked.intersection(held))?;
    let issued = Change::new("token.issued", "client", client.id).called(client.name.clone());
    tx.audit(issued.after(&json!({ "scopes": scopes.names() }))).await?;
    access(tx, client, user, scopes, None, now).await
}

/// RFC 6749 §6, where each refresh token works once: whoever brings one again ends all that came of the grant (RFC 9700 §4.14.2). A grant that
/// is older than it `lasts` ends.
async fn refresh(
    tx: &mut Tx,
    client: &Client,
    request: &TokenRequest,
    now: Timestamp,
    lasts: Duration,
) -> Result<Decided, OAuthRefusal> {
    let refused = || OAuthCode::InvalidGrant.because("the refresh token is unknown, used or over");
    let token = needed(request.refresh_token.as_deref(), "refresh_token")?;
    let hash = digest(token);
    let Some(found) = find_refresh(tx, &hash).await? else { return Ok(Err(refused())) };
    let grant = grants::stored(tx, found.grant).await?.filter(|grant| grant.client == client.id);
    let Some(grant) = grant else { return Ok(Err(refused())) };
    if found.used {
        grants::end(tx, Grants::One(grant.id), GrantEnd::Reused).await?;
        return Ok(Err(refused()));
    }
    if grant.ends_by(lasts) <= now {
        grants::end(tx, Grants::One(grant.id), GrantEnd::Expired).await?;
        return Ok(Err(refused()));
    }
    let held = held(tx, grant.user).await?;
    if found.expires_at <= now || held.is_empty() {
        return Ok(Err(refused()));
    }
    let given = grant.scopes.intersection(client.scopes);
    let asked = match request.scope.as_deref() {
        Some(_) => client.asked(request.scope.as_deref())?,
        None => given,
    };
    if !given.contains(asked) {
        return Err(OAuthCode::InvalidScope.because("more than was given").into());
    }
    let scopes = some(asked.intersection(held))?;
    use_up(tx, &hash, now).await?;
    with_refresh(tx, client, grant, scopes, now, lasts).await.map(Ok)
}

/// An access token by a grant, and a refresh token where the program may have one.
pub(super) async fn with_refresh(
    tx: &mut Tx,
    client: &Client,
    grant: Grant,
    scopes: Permissions,
    now: Timestamp,
    lasts: Duration,
) -> Result<TokenAnswer, OAuthRefusal> {
    let ends_by = grant.ends_by(lasts);
    let mut answer = access(tx, client, grant.user, scopes, Some((grant.id, ends_by)), now).await?;
    grants::note_use(tx, grant.id, now).await?;
    if client.may(GrantType::RefreshToken).is_ok() {
        let token = secret(REFRESH_PREFIX);
        keep_refresh(tx, grant.id, digest(&token), now, now.plus(REFRESH).min(ends_by)).await?;
        answer.refresh_token = Some(token);
    }
    Ok(answer)
}

/// The one place where an access token is made. One of a grant ends with it.
async fn access(
    tx: &mut Tx,
    client: &Client,
    user: UserId,
    scopes: Permissions,
    grant: Option<(GrantId, Timestamp)>,
    now: Timestamp,
) -> Result<TokenAnswer, OAuthRefusal> {
    not_too_many(tx, client.id, user, now).await?;
    sessions::forget_expired(tx, user).await?;
    sessions::end(tx, user, Which::OfClientFrom(client.id, AT_A_TIME - 1)).await?;
    let (token, session, expires_at) = (Kind::Access.token(), SessionId::generate(), now.plus(ACCESS));
    let expires_at = grant.map_or(expires_at, |(_, ends_by)| expires_at.min(ends_by));
    let row = NewRow {
        token_hash: digest(&token),
        id: session,
        user,
        kind: Kind::Access,
        name: Some(client.name.clone()),
        scopes: Some(scopes),
        client: Some(client.id),
        grant: grant.map(|(grant, _)| grant),
        origin: Origin::default(),
        created_at: now,
        used_at: Timestamp::default(),
        expires_at,
    };
    sessions::insert(tx, row).await?;
    let (name, names) = (client.name.clone(), scopes.names());
    let event = TokenCreated { token: session, name, scopes: names, expires_at };
    tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
    Ok(TokenAnswer {
        access_token: token,
        token_type: "Bearer".into(),
        expires_in: expires_at.since(now).as_secs(),
        refresh_token: None,
        scope: scopes.names().join(" "),
    })
}

async fn not_too_many(
    tx: &mut Tx,
    client: ClientId,
    user: UserId,
    now: Timestamp,
) -> Result<(), OAuthRefusal> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT count(*) AS lately FROM sessions
         WHERE org = $1 AND user_id = $2 AND client = $3 AND created_at > $4",
    )
    .bind(org)
    .bind(user.to_string())
    .bind(client.to_string())
    .bind(now.minus(MINUTE).micros())
    .fetch_one(tx.conn())
    .await?;
    if row.try_get::<i64, _>("lately")? >= PER_MINUTE {
        let why = format!("at most {PER_MINUTE} tokens a minute; keep the one you have");
        return Err(OAuthCode::TemporarilyUnavailable.because(why).into());
    }
    Ok(())
}

struct Refresh {
    grant: GrantId,
    expires_at: Timestamp,
    used: bool,
}

async fn find_refresh(tx: &mut Tx, hash: &str) -> Result<Option<Refresh>, OAuthRefusal> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT grant_id, expires_at, used_at FROM oauth_refresh_tokens WHERE org = $1 AND token_hash = $2",
    )
    .bind(org)
    .bind(hash.to_owned())
    .fetch_optional(tx.conn())
    .await?;
    let read = |row: &AnyRow| {
        Ok(Refresh {
            grant: id(row, "oauth_refresh_tokens", "grant_id")?,
            expires_at: time(row, "expires_at")?,
            used: row.try_get::<Option<i64>, _>("used_at")?.is_some(),
        })
    };
    row.as_ref().map(read).transpose()
}

async fn use_up(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<(), OAuthRefusal> {
    let org = tx.scope().org().to_string();
    sqlx::query("UPDATE oauth_refresh_tokens SET used_at = $1 WHERE org = $2 AND token_hash = $3")
        .bind(now.micros())
        .bind(org)
        .bind(hash.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps a new refresh token, and forgets used ones that nobody will bring any more.
async fn keep_refresh(
    tx: &mut Tx,
    grant: GrantId,
    hash: String,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), OAuthRefusal> {
    let org = tx.scope().org().to_string();
    sqlx::query(
        "INSERT INTO oauth_refresh_tokens (token_hash, org, grant_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(hash)
    .bind(org.clone())
    .bind(grant.to_string())
    .bind(now.micros())
    .bind(expires_at.micros())
    .execute(tx.conn())
    .await?;
    let old = format!(
        "DELETE FROM oauth_refresh_tokens WHERE org = $1 AND grant_id = $2 AND used_at IS NOT NULL AND (expires_at <= $3
         OR token_hash IN (SELECT token_hash FROM oauth_refresh_tokens WHERE org = $1 AND grant_id = $2
             ORDER BY created_at DESC LIMIT 1000 OFFSET {REMEMBERED}))"
    );
    sqlx::query(sqlx::AssertSqlSafe(old))
        .bind(org)
        .bind(grant.to_string())
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn give_back(tx: &mut Tx, client: &Client, hash: String) -> Result<(), OAuthRefusal> {
    let client = client.now(tx).await?;
    if let Some(found) = find_refresh(tx, &hash).await? {
        let grant = grants::stored(tx, found.grant).await?.filter(|grant| grant.client == client.id);
        if let Some(grant) = grant {
            grants::end(tx, Grants::One(grant.id), GrantEnd::Returned).await?;
        }
        return Ok(());
    }
    let org = tx.scope().org().to_string();
    let row =
        sqlx::query("SELECT id, user_id FROM sessions WHERE org = $1 AND token_hash = $2 AND client = $3")
            .bind(org)
            .bind(hash)
            .bind(client.id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    if let Some(row) = row {
        let session = id(&row, "sessions", "id")?;
        let returned = Change::new("token.returned", "client", client.id).called(client.name.clone());
        tx.audit(returned.before(&json!({ "token": session }))).await?;
        sessions::end(tx, id(&row, "sessions", "user_id")?, Which::One(session, Kind::Access)).await?;
    }
    Ok(())
}

/// A field that this way to get a token needs.
pub(super) fn needed<'a>(value: Option<&'a str>, name: &str) -> Result<&'a str, Refusal> {
    value.ok_or_else(|| OAuthCode::InvalidRequest.because(format!("{name} is missing")))
}
