//! What people change about their own way in.

use serde_json::json;
use tandem_core::{Origin, RequestContext, Secret};
use tandem_proto::{Stream, Topic, api::ChangePassword, events::identity::PasswordChanged};
use tandem_store::{Cause, Change, Expect, Redacted};

use super::{
    Identity, IdentityError,
    mail::{Occasion, forget_resets, tell},
    sessions::{Which, end},
    strength::known_by,
    text,
};

impl Identity {
    /// Gives the caller another password and ends their other sessions. Tokens stay: they are not made of the password.
    ///
    /// Wrong guesses of the old one count as failed sign-ins do.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] and [`IdentityError::Guessable`] name the field at fault; [`IdentityError::Throttled`];
    /// [`IdentityError::NotByToken`] when the caller uses a token.
    pub async fn change_password(
        &self,
        context: &RequestContext,
        change: ChangePassword,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        self.signed_in(context).await?;
        if change.current_password == change.new_password {
            return Err(IdentityError::invalid("new_password", "must not be the one until now"));
        }
        let before =
            self.prove_password(context, "current_password", change.current_password, origin).await?;
        let person = self.user(context.scope, context.user).await?.ok_or(IdentityError::NoSession)?;
        let about = known_by(&self.org_name(context.scope).await?, &person);
        let after = self.choose_password("new_password", change.new_password, about).await?;
        let (user, used) = (context.user, context.session);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let org = tx.scope().org().to_string();
                let changed = sqlx::query(
                    "UPDATE users SET password_hash = $1 WHERE org = $2 AND id = $3 AND password_hash = $4",
                )
                .bind(after)
                .bind(org)
                .bind(user.to_string())
                .bind(before)
                .execute(tx.conn())
                .await?;
                if changed.rows_affected() == 0 {
                    return Err(IdentityError::invalid("current_password", "was changed meanwhile"));
                }
                end(tx, user, Which::SessionsBut(used)).await?;
                forget_resets(tx, user).await?;
                tell(tx, user, person.email.as_deref(), Occasion::PasswordChanged).await?;
                let hidden = json!({ "password": Redacted });
                tx.audit(Change::new("password.changed", "person", user).before(&hidden).after(&hidden))
                    .await?;
                let event = PasswordChanged { user };
                tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
                Ok(())
            })
        });
        write.await
    }

    /// Has the caller prove that they know their password; answers its hash.
    pub(super) async fn prove_password(
        &self,
        context: &RequestContext,
        field: &'static str,
        password: String,
        origin: Origin,
    ) -> Result<String, IdentityError> {
        let mut conn = self.0.store.scoped(context.scope).await?;
        let row = sqlx::query("SELECT name, password_hash FROM users WHERE org = $1 AND id = $2")
            .bind(context.scope.org().to_string())
            .bind(context.user.to_string())
            .fetch_optional(&mut *conn)
            .await?
            .ok_or(IdentityError::NoSession)?;
        drop(conn);
        let (name, hash) = (text(&row, "name")?, text(&row, "password_hash")?);
        let attempt = self.0.throttle.admit(self.0.clock.now(), &name, origin.address).await?;
        if !self.0.passwords.verify(Secret::new(password), hash.clone()).await? {
            if attempt.locks() {
                self.tell_locked(context.scope, context.user, origin);
            }
            return Err(IdentityError::invalid(field, "is wrong"));
        }
        self.0.throttle.succeeded(attempt).await;
        Ok(hash)
    }
}
