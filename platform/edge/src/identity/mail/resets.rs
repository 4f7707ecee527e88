//! Another password for who forgot theirs. Whoever asks learns nothing: every request is one job, and whether it ends in a mail only the
//! mailbox shows.

use std::time::Duration;

use sqlx::Row;
use tandem_cluster::jobs::{JobFailure, Jobs, NewJob, Running};
use tandem_core::{OrgScope, Secret};
use tandem_proto::{
    OrgId, SessionId, Stream, Topic, UserId,
    api::{CompletePasswordReset, RequestPasswordReset},
    events::identity::{PasswordReset, PasswordResetRequested},
};
use tandem_store::{Cause, Expect, Tx};

use super::{
    super::{
        Identity, IdentityError, Origin, Site, id,
        sessions::{Which, digest, end, secret},
        text,
        users::{check_password, verify_email},
    },
    Mailer, RESET, RESET_ASKED, Reset, ResetAsked, again, letters,
};

/// How long a link works after its mail was sent.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// One more is not sent while the last mail is younger, whoever asks.
const BETWEEN: Duration = Duration::from_secs(60);
/// Longest login name or address that is looked up, characters.
const LOGIN_CHARS: usize = 254;

impl Identity {
    /// Has somebody sent what lets them choose another password, if there is anybody of that name or address.
    ///
    /// # Errors
    /// [`IdentityError::Throttled`], as often as one asks for a name, whoever has it.
    pub async fn request_password_reset(
        &self,
        site: &Site,
        request: RequestPasswordReset,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        let login = request.login.trim().to_lowercase();
        if login.is_empty() || login.chars().count() > LOGIN_CHARS {
            return Err(IdentityError::invalid("login", format!("1 to {LOGIN_CHARS} characters")));
        }
        let asking = format!("reset {}", digest(&login));
        self.0.throttle.admit(self.0.clock.now(), &asking, origin.address).await?;
        let asked = ResetAsked { org: request.org, login, site: site.written() };
        // The server's own: whose it is is not known yet.
        let scope = self.0.mint.scope(OrgId::from_uuid(uuid::Uuid::nil()));
        let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                Jobs::enqueue(tx, NewJob::now(RESET_ASKED, &asked)).await?;
                Ok::<_, IdentityError>(())
            })
        });
        write.await
    }

    /// Gives who has this link the password they chose, and ends all their sessions.
    ///
    /// # Errors
    /// [`IdentityError::LinkEnded`]; [`IdentityError::Invalid`] for a password that cannot be one.
    pub async fn complete_password_reset(&self, request: CompletePasswordReset) -> Result<(), IdentityError> {
        check_password("new_password", &request.new_password)?;
        let token_hash = digest(&request.token);
        // All orgs: whose link it is is the question.
        let row = sqlx::query("SELECT org FROM password_resets WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash.clone())
            .bind(self.0.clock.now().micros())
            .fetch_optional(self.0.store.across_orgs())
            .await?
            .ok_or(IdentityError::LinkEnded)?;
        let scope = self.0.mint.scope(id::<OrgId>(&row, "password_resets", "org")?);
        let hash = self.0.passwords.hash(Secret::new(request.new_password)).await?;
        let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move { complete(tx, token_hash, hash).await })
        });
        write.await
    }

    /// The job: finds out whether anybody is meant, and has them sent a mail.
    pub(super) async fn look_who_forgot(
        &self,
        running: Running,
        asked: ResetAsked,
    ) -> Result<(), JobFailure> {
        let scope = match &asked.org {
            Some(name) => self.org_by_name(name).await.map_err(again)?,
            // None or several orgs: nobody is meant.
            None => match self.only_org().await {
                Ok(scope) => scope,
                Err(IdentityError::Invalid { .. }) => None,
                Err(error) => return Err(again(error)),
            },
        };
        if let Some(scope) = scope
            && let Some(user) = self.reachable(scope, &asked.login).await.map_err(again)?
        {
            let (site, key) = (asked.site, running.key());
            let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    // Taken up again after a crash, it is the same mail.
                    let job = NewJob { key: Some(key), ..NewJob::now(RESET, &Reset { user, site }) };
                    Jobs::enqueue(tx, job).await?;
                    let topics = [Topic::user(user), Topic::admins(tx.scope().org())];
                    tx.append(Stream::user(user), Expect::Any, &topics, &PasswordResetRequested { user })
                        .await?;
                    Ok::<_, IdentityError>(())
                })
            });
            write.await.map_err(again)?;
        }
        let done = self.0.store.write(running.scope(), Cause::SYSTEM, move |tx| {
            Box::pin(async move { running.complete(tx).await })
        });
        Ok(done.await?)
    }

    /// Who has that name or address, may sign in, can be written to, and was not just now.
    async fn reachable(&self, scope: OrgScope, login: &str) -> Result<Option<UserId>, IdentityError> {
        let lately =
            self.0.clock.now().plus(LIFETIME).micros() - i64::try_from(BETWEEN.as_micros()).unwrap_or(0);
        let mut conn = self.0.store.scoped(scope).await?;
        let row = sqlx::query(
            "SELECT id FROM users u WHERE org = $1 AND (name = $2 OR email = $2) AND email IS NOT NULL
                 AND deactivated_at IS NULL AND client IS NULL
                 AND NOT EXISTS (SELECT 1 FROM password_resets r
                                 WHERE r.org = u.org AND r.user_id = u.id AND r.expires_at > $3)",
        )
        .bind(scope.org().to_string())
        .bind(login.to_owned())
        .bind(lately)
        .fetch_optional(&mut *conn)
        .await?;
        row.map(|row| id(&row, "users", "id")).transpose()
    }

    /// The job: makes the link, sends it, and is done.
    pub(super) async fn send_reset(
        &self,
        by: &Mailer,
        running: Running,
        reset: Reset,
    ) -> Result<(), JobFailure> {
        let (scope, user, token) = (running.scope(), reset.user, secret("tdw_"));
        let record = self.user(scope, user).await.map_err(again)?.filter(|record| record.active);
        if let Some(record) = record
            && let Some(email) = record.email
        {
            let (token_hash, to) = (digest(&token), email.clone());
            let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move { set_link(tx, user, token_hash, to).await })
            });
            write.await.map_err(again)?;
            let org = self.org_name(scope).await.map_err(again)?;
            let link = format!("{}/reset/{token}", reset.site);
            let letter = letters::reset(&org, &record.display_name, &record.name, &link);
            by.send(&running.key(), (&record.display_name, &email), letter).await?;
        }
        let done = self
            .0
            .store
            .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { running.complete(tx).await }));
        Ok(done.await?)
    }
}

/// Makes links that are on their way to somebody useless.
pub(in super::super) async fn forget(tx: &mut Tx, user: UserId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query("DELETE FROM password_resets WHERE org = $1 AND user_id = $2")
        .bind(org)
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// One link at a time: the one in the last mail.
async fn set_link(tx: &mut Tx, user: UserId, token_hash: String, email: String) -> Result<(), IdentityError> {
    let (org, at) = (tx.scope().org().to_string(), tx.now());
    sqlx::query("DELETE FROM password_resets WHERE org = $1 AND (user_id = $2 OR expires_at <= $3)")
        .bind(org.clone())
        .bind(user.to_string())
        .bind(at.micros())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "INSERT INTO password_resets (token_hash, org, user_id, email, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token_hash)
    .bind(org)
    .bind(user.to_string())
    .bind(email)
    .bind(at.micros())
    .bind(at.plus(LIFETIME).micros())
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn complete(tx: &mut Tx, token_hash: String, hash: String) -> Result<(), IdentityError> {
    let (org, at) = (tx.scope().org(), tx.now());
    let used = sqlx::query(
        "DELETE FROM password_resets WHERE org = $1 AND token_hash = $2 AND expires_at > $3
         RETURNING user_id, email",
    )
    .bind(org.to_string())
    .bind(token_hash)
    .bind(at.micros())
    .fetch_optional(tx.conn())
    .await?
    .ok_or(IdentityError::LinkEnded)?;
    let (user, email) = (id::<UserId>(&used, "password_resets", "user_id")?, text(&used, "email")?);
    let changed = sqlx::query(
        "UPDATE users SET password_hash = $1 WHERE org = $2 AND id = $3 AND deactivated_at IS NULL RETURNING email",
    )
    .bind(hash)
    .bind(org.to_string())
    .bind(user.to_string())
    .fetch_optional(tx.conn())
    .await?
    .ok_or(IdentityError::LinkEnded)?;
    // They read mail there, unless it is another address by now.
    if changed.try_get::<Option<String>, _>("email")?.as_ref() == Some(&email) {
        verify_email(tx, user).await?;
    }
    end(tx, user, Which::SessionsBut(SessionId::from_uuid(uuid::Uuid::nil()))).await?;
    let topics = [Topic::user(user), Topic::admins(org)];
    tx.append(Stream::user(user), Expect::Any, &topics, &PasswordReset { user }).await?;
    Ok(())
}
