//! Another password for who forgot theirs. Whoever asks learns nothing: every request is one job, and whether it ends in a mail only the
//! mailbox shows.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row as _;
use tandem_cluster::jobs::{JobFailure, Jobs, NewJob, Running};
use tandem_core::{OrgScope, Origin};
use tandem_proto::{
    Actor, OrgId, Stream, Timestamp, Topic, UserId,
    api::{CompletePasswordReset, GrantEnd, RequestPasswordReset},
    events::identity::{PasswordReset, PasswordResetRequested},
};
use tandem_store::{Cause, Change, Expect, Redacted, Tx};

use super::{
    super::{
        Identity, IdentityError, id,
        oauth::grants::{self, Grants},
        sessions::{Which, digest, end, secret},
        strength::known_by,
        text,
    },
    HURRIED_TRIES, Mailer, Occasion, RESET, RESET_ASKED, Reset, ResetAsked, again, in_words, letters, mail,
    tell,
};

/// How long a link works.
const LIFETIME: Duration = Duration::from_secs(3_600);
/// Links of one person that work at a time. Each works until one was used: who asks in another's name again and again neither fills their
/// mailbox nor spoils the link they want to use.
const LINKS: i64 = 5;
/// Longest login name or address that is looked up, characters.
const LOGIN_CHARS: usize = 254;
/// How requests of one source are counted.
const ASKING: &str = "password reset";
/// Where what was typed is sealed for.
const PLACE: &str = "password.reset";

/// What was typed.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    org: Option<String>,
    login: String,
}

impl Identity {
    /// Has somebody sent what lets them choose another password, if there is anybody of that name or address.
    ///
    /// # Errors
    /// [`IdentityError::Throttled`], as often as one source asks, whoever it asks for; [`IdentityError::OtherRegion`] for an org of
    /// another region.
    pub async fn request_password_reset(
        &self,
        request: RequestPasswordReset,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        let login = request.login.trim().to_lowercase();
        if login.is_empty() || login.chars().count() > LOGIN_CHARS {
            return Err(IdentityError::invalid("login", format!("1 to {LOGIN_CHARS} characters")));
        }
        // Whether there is such an org is not told; that it is another region's is.
        if let Some(org) = &request.org
            && let Some(elsewhere) = self.org_elsewhere(org).await?
        {
            return Err(elsewhere.into());
        }
        let front = self.front()?;
        self.0.throttle.admit(self.0.clock.now(), ASKING, origin.address).await?;
        let asked = json!(Asked { org: request.org, login }).to_string();
        // The server's own: whose it is is not known yet.
        let write = self.0.store.write(self.0.mint.system(), Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let asked = tx.seal_secret(PLACE, &asked).await?;
                Jobs::enqueue(tx, NewJob::now(RESET_ASKED, &ResetAsked { asked, front })).await?;
                Ok::<_, IdentityError>(())
            })
        });
        write.await
    }

    /// Gives who has this link the password they chose, and ends everything that acts for them: sessions, tokens, programs. Whoever got in
    /// before is out.
    ///
    /// # Errors
    /// [`IdentityError::LinkEnded`]; [`IdentityError::Invalid`] and [`IdentityError::Guessable`] for a password that cannot be one.
    pub async fn complete_password_reset(
        &self,
        request: CompletePasswordReset,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        self.refuse_elsewhere(&request.token)?;
        let (token_hash, now) = (digest(&request.token), self.0.clock.now());
        // All orgs: whose link it is is the question.
        let row =
            sqlx::query("SELECT org, user_id FROM password_resets WHERE token_hash = $1 AND expires_at > $2")
                .bind(token_hash.clone())
                .bind(now.micros())
                .fetch_optional(self.0.store.across_orgs())
                .await?
                .ok_or(IdentityError::LinkEnded)?;
        let scope = self.0.mint.scope(id::<OrgId>(&row, "password_resets", "org")?);
        let user: UserId = id(&row, "password_resets", "user_id")?;
        let person = self.user(scope, user).await?.filter(|person| person.active);
        let person = person.ok_or(IdentityError::LinkEnded)?;
        let about = known_by(&self.org_name(scope).await?, &person);
        let hash = self.choose_password("new_password", request.new_password, about).await?;
        let cause = Cause { origin, ..Cause::of(Actor::User { id: user }, None) };
        let write = self.0.store.write(scope, cause, move |tx| {
            Box::pin(async move { complete(tx, user, token_hash, hash, now).await })
        });
        write.await
    }

    /// The job: finds out whether anybody is meant, and has them sent a mail.
    pub(super) async fn look_who_forgot(
        &self,
        running: Running,
        ResetAsked { asked, front }: ResetAsked,
    ) -> Result<(), JobFailure> {
        let asked = self.0.store.open_secret(running.scope(), PLACE, &asked).await?;
        let Asked { org, login } =
            serde_json::from_str(&asked).map_err(|error| JobFailure::Never(error.to_string()))?;
        let scope = match org {
            Some(name) => self.org_by_name(&name).await.map_err(again)?,
            // None or several orgs: nobody is meant.
            None => match self.only_org().await {
                Ok(scope) => scope,
                Err(IdentityError::Invalid { .. }) => None,
                Err(error) => return Err(again(error)),
            },
        };
        if let Some(scope) = scope
            && let Some(user) = self.reachable(scope, &login).await.map_err(again)?
        {
            // Taken up again after a crash, it is the same one.
            let (reset, now) = (running.id().to_string(), self.0.clock.now());
            let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move { open(tx, reset, user, front, now).await })
            });
            write.await.map_err(again)?;
        }
        self.done(running).await
    }

    /// Who has that name or address, may sign in, and can be written to.
    async fn reachable(&self, scope: OrgScope, login: &str) -> Result<Option<UserId>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let row = sqlx::query(
            "SELECT id FROM users WHERE org = $1 AND (name = $2 OR email = $2) AND email IS NOT NULL
                 AND deactivated_at IS NULL AND client IS NULL
             ORDER BY CASE WHEN email = $2 THEN 0 ELSE 1 END LIMIT 1",
        )
        .bind(scope.org().to_string())
        .bind(login.to_owned())
        .fetch_optional(&mut *conn)
        .await?;
        row.map(|row| id(&row, "users", "id")).transpose()
    }

    /// The job: sends the link.
    pub(super) async fn send_reset(
        &self,
        by: &Mailer,
        running: Running,
        Reset { reset, front }: Reset,
    ) -> Result<(), JobFailure> {
        let scope = running.scope();
        let mut conn = self.0.store.scoped(scope).await?;
        let row = sqlx::query(
            "SELECT r.secret, u.name, u.display_name, u.email FROM password_resets r
             JOIN users u ON u.org = r.org AND u.id = r.user_id AND u.deactivated_at IS NULL AND u.email IS NOT NULL
             WHERE r.org = $1 AND r.id = $2 AND r.expires_at > $3 AND r.secret <> ''",
        )
        .bind(scope.org().to_string())
        .bind(reset.clone())
        .bind(self.0.clock.now().micros())
        .fetch_optional(&mut *conn)
        .await
        .map_err(again)?;
        drop(conn);
        // The link ended meanwhile, or its mail was taken.
        let Some(row) = row else { return self.done(running).await };
        let column = |name| text(&row, name).map_err(again);
        let (login, display_name, email) = (column("name")?, column("display_name")?, column("email")?);
        let secret = self.0.store.open_secret(scope, &place(&reset), &column("secret")?).await?;
        let org = self.org_name(scope).await.map_err(again)?;
        let letter = letters::reset(
            &org,
            &display_name,
            &login,
            &format!("{front}/reset#{}", self.regions().stamped(secret)),
            &in_words(LIFETIME),
        );
        by.send(&running.key(), (&display_name, &email), letter).await?;
        let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                sqlx::query("UPDATE password_resets SET secret = '' WHERE org = $1 AND id = $2")
                    .bind(tx.scope().org().to_string())
                    .bind(reset)
                    .execute(tx.conn())
                    .await?;
                running.complete(tx).await?;
                Ok::<_, IdentityError>(())
            })
        });
        write.await.map_err(again)
    }
}

fn place(reset: &str) -> String {
    format!("reset {reset}")
}

/// Makes a link for somebody, unless they have as many as one may have, and wants it sent.
async fn open(
    tx: &mut Tx,
    reset: String,
    user: UserId,
    front: String,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let org = tx.scope().org();
    sqlx::query("DELETE FROM password_resets WHERE org = $1 AND user_id = $2 AND expires_at <= $3")
        .bind(org.to_string())
        .bind(user.to_string())
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    let row = sqlx::query("SELECT count(*) AS links FROM password_resets WHERE org = $1 AND user_id = $2")
        .bind(org.to_string())
        .bind(user.to_string())
        .fetch_one(tx.conn())
        .await?;
    if row.try_get::<i64, _>("links")? >= LINKS {
        return Ok(());
    }
    let token = secret("tdw_");
    let sealed = tx.seal_secret(&place(&reset), &token).await?;
    let made = sqlx::query(
        "INSERT INTO password_resets (id, org, user_id, token_hash, secret, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(reset.clone())
    .bind(org.to_string())
    .bind(user.to_string())
    .bind(digest(&token))
    .bind(sealed)
    .bind(now.micros())
    .bind(now.plus(LIFETIME).micros())
    .execute(tx.conn())
    .await?;
    if made.rows_affected() > 0 {
        Jobs::enqueue(tx, mail(RESET, &Reset { reset, front }, HURRIED_TRIES)).await?;
        let topics = [Topic::user(user), Topic::admins(org)];
        tx.append(Stream::user(user), Expect::Any, &topics, &PasswordResetRequested { user }).await?;
    }
    Ok(())
}

/// Makes links that are on their way to somebody useless.
pub(in super::super) async fn forget(tx: &mut Tx, user: UserId) -> Result<(), sqlx::Error> {
    let org = tx.scope().org().to_string();
    sqlx::query("DELETE FROM password_resets WHERE org = $1 AND user_id = $2")
        .bind(org)
        .bind(user.to_string())
        .execute(tx.conn())
        .await
        .map(drop)
}

async fn complete(
    tx: &mut Tx,
    user: UserId,
    token_hash: String,
    hash: String,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let org = tx.scope().org();
    let used = sqlx::query(
        "DELETE FROM password_resets WHERE org = $1 AND user_id = $2 AND token_hash = $3 AND expires_at > $4",
    )
    .bind(org.to_string())
    .bind(user.to_string())
    .bind(token_hash)
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    if used.rows_affected() == 0 {
        return Err(IdentityError::LinkEnded);
    }
    let changed = sqlx::query(
        "UPDATE users SET password_hash = $1 WHERE org = $2 AND id = $3 AND deactivated_at IS NULL RETURNING email",
    )
    .bind(hash)
    .bind(org.to_string())
    .bind(user.to_string())
    .fetch_optional(tx.conn())
    .await?
    .ok_or(IdentityError::LinkEnded)?;
    forget(tx, user).await?;
    for sql in [
        "DELETE FROM oauth_codes WHERE org = $1 AND user_id = $2",
        "DELETE FROM oauth_devices WHERE org = $1 AND user_id = $2",
    ] {
        sqlx::query(sql).bind(org.to_string()).bind(user.to_string()).execute(tx.conn()).await?;
    }
    grants::end(tx, Grants::OfUser(user), GrantEnd::PasswordReset).await?;
    let ended = end(tx, user, Which::All).await?;
    let (before, after) = (json!({ "password": Redacted }), json!({ "password": Redacted, "ended": ended }));
    tx.audit(Change::new("password.reset", "person", user).before(&before).after(&after)).await?;
    let topics = [Topic::user(user), Topic::admins(org)];
    tx.append(Stream::user(user), Expect::Any, &topics, &PasswordReset { user }).await?;
    let email: Option<String> = changed.try_get("email")?;
    tell(tx, user, email.as_deref(), Occasion::PasswordReset).await
}
