//! Erasing a person: whatever is personal to them is gone, everywhere, for ever. What they did stays, with nobody's name.
//!
//! Their key is destroyed, which makes what the log and every copy hold of theirs unreadable, and the tables are cleared in the same
//! breath: first names and what lets somebody in, in one transaction with the key, then what may be much, in steps; a step that was not
//! taken is taken when a server starts. Numbers stay as they are: a call that was made was made.

use std::fmt;

use serde_json::json;
use sqlx::Row as _;
use tandem_core::{OrgScope, Permission, RequestContext, Rights};
use tandem_proto::{
    UserId,
    api::{GrantEnd, KeyRotated},
};
use tandem_store::{
    BoxFuture, Cause, Change, ERASED, StoreError, Tx,
    dump::{Erased, Personal},
    erased_name,
};

use super::{
    Identity, IdentityError, id,
    oauth::grants::{self, Grants},
    people::{subordinate, within_reach},
    sessions::{Which, end},
};

/// What is personal in the tables of identity.
pub const PERSONAL: &[Personal] = &[
    Personal {
        table: "users",
        subject: "id",
        texts: &[
            ("name", Erased::Name),
            ("display_name", Erased::Text),
            ("title", Erased::Null),
            ("email", Erased::Null),
        ],
        lists: &[],
    },
    Personal {
        table: "invitations",
        subject: "user_id",
        texts: &[
            ("name", Erased::Name),
            ("display_name", Erased::Text),
            ("title", Erased::Null),
            ("email", Erased::Text),
        ],
        lists: &[],
    },
    Personal {
        table: "sessions",
        subject: "user_id",
        texts: &[("name", Erased::Null), ("user_agent", Erased::Null), ("address", Erased::Null)],
        lists: &[],
    },
    Personal {
        table: "scim_people",
        subject: "user_id",
        texts: &[("external_id", Erased::Null), ("profile", Erased::Null)],
        lists: &[],
    },
];

/// Clears what a part's own tables hold of somebody, a few hundred rows at a time: others wait behind it. Answers where to go on, which it is
/// given the next time; `None` when nothing is left.
pub type Eraser =
    for<'t> fn(&'t mut Tx, UserId, Option<String>) -> BoxFuture<'t, Result<Option<String>, StoreError>>;

/// The parts' [`Eraser`]s.
#[derive(Clone, Copy)]
pub struct Erasers(pub &'static [Eraser]);

impl fmt::Debug for Erasers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Erasers").field(&self.0.len()).finish()
    }
}

impl Identity {
    /// Erases somebody who was deactivated. Doing it twice is no error; it cannot be undone.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::Outranked`]; [`IdentityError::Conflict`] for somebody who is active.
    pub async fn erase(
        &self,
        context: &RequestContext,
        user: UserId,
        erasers: Erasers,
    ) -> Result<(), IdentityError> {
        let (scope, cause, caller) = (context.scope, Cause::request(context), context.rights.clone());
        let begin = self
            .0
            .store
            .write(scope, cause.clone(), move |tx| Box::pin(async move { begin(tx, &caller, user).await }));
        begin.await?;
        self.go_on(scope, &cause, user, erasers).await
    }

    /// Goes on where a process died while it erased somebody, and erases again who was erased after the copy was made that this database was
    /// restored from; says how many those were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_erasures(&self, erasers: Erasers) -> Result<usize, IdentityError> {
        let mut finished = 0;
        for (scope, user) in self.left_over().await? {
            let cleared = self
                .0
                .store
                .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { shut_out(tx, user).await }));
            cleared.await?;
            self.go_on(scope, &Cause::SYSTEM, user, erasers).await?;
            finished += 1;
        }
        Ok(finished)
    }

    /// Those whose key was destroyed and whose tables were not cleared.
    async fn left_over(&self) -> Result<Vec<(OrgScope, UserId)>, IdentityError> {
        // All orgs: whoever was erased anywhere is cleared when a server starts.
        let rows = sqlx::query(
            "SELECT u.org, u.id FROM data_keys d JOIN users u ON u.org = d.org AND u.id = substr(d.holder, 6) \
             WHERE d.destroyed_at IS NOT NULL AND d.holder LIKE 'user:%' AND u.erased_at IS NULL",
        )
        .fetch_all(self.0.store.across_orgs())
        .await?;
        let one = |row| Ok((self.0.mint.scope(id(row, "users", "org")?), id(row, "users", "id")?));
        rows.iter().map(one).collect()
    }

    /// Clears the tables of somebody whose key is destroyed.
    async fn go_on(
        &self,
        scope: OrgScope,
        cause: &Cause,
        user: UserId,
        Erasers(erasers): Erasers,
    ) -> Result<(), IdentityError> {
        for eraser in erasers {
            let mut from = None;
            loop {
                let step = self.0.store.write(scope, cause.clone(), move |tx| eraser(tx, user, from));
                from = step.await?;
                if from.is_none() {
                    break;
                }
            }
        }
        let write = self
            .0
            .store
            .write(scope, cause.clone(), move |tx| Box::pin(async move { end_erasure(tx, user).await }));
        write.await?;
        Ok(self.0.store.scrub().await?)
    }

    /// Puts the org's data under a new key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rotate_key(&self, context: &RequestContext) -> Result<KeyRotated, IdentityError> {
        let write = self.0.store.write(context.scope, Cause::request(context), |tx| {
            Box::pin(async move {
                let rotated = KeyRotated { version: tx.rotate_key().await? };
                tx.audit(Change::new("key.rotated", "org", tx.scope().org()).after(&rotated)).await?;
                Ok(rotated)
            })
        });
        write.await
    }
}

async fn begin(tx: &mut Tx, caller: &Rights, user: UserId) -> Result<(), IdentityError> {
    within_reach(tx, caller, Permission::PeopleWrite, user).await?;
    let person = subordinate(tx, caller, user).await?;
    if person.erased {
        return Ok(());
    }
    if person.active {
        return Err(IdentityError::Conflict {
            slug: "still-active",
            detail: "only somebody who was deactivated can be erased".into(),
        });
    }
    shut_out(tx, user).await?;
    tx.destroy_key(user).await?;
    tx.audit(Change::new("person.erased", "person", user).after(&json!({ "erased": true }))).await?;
    Ok(())
}

/// Takes away their names and whatever lets them in.
async fn shut_out(tx: &mut Tx, user: UserId) -> Result<(), IdentityError> {
    grants::end(tx, Grants::OfUser(user), GrantEnd::UserDeactivated).await?;
    end(tx, user, Which::All).await?;
    Ok(clear(tx, user).await?)
}

async fn end_erasure(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    sqlx::query("UPDATE users SET erased_at = $1 WHERE org = $2 AND id = $3")
        .bind(now)
        .bind(org)
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn clear(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    sqlx::query(
        "UPDATE users SET name = $1, display_name = $2, title = NULL, extension = NULL, email = NULL, password_hash = '',
             deactivated_at = coalesce(deactivated_at, $3)
         WHERE org = $4 AND id = $5",
    )
    .bind(erased_name(user))
    .bind(ERASED)
    .bind(now)
    .bind(org.as_str())
    .bind(user.to_string())
    .execute(tx.conn())
    .await?;
    for sql in [
        "DELETE FROM second_factors WHERE org = $1 AND user_id = $2",
        "DELETE FROM group_members WHERE org = $1 AND user_id = $2",
        "DELETE FROM scim_people WHERE org = $1 AND user_id = $2",
        "DELETE FROM passkeys WHERE org = $1 AND user_id = $2",
        "DELETE FROM oauth_codes WHERE org = $1 AND user_id = $2",
        "DELETE FROM oauth_devices WHERE org = $1 AND user_id = $2",
        "DELETE FROM password_resets WHERE org = $1 AND user_id = $2",
    ] {
        sqlx::query(sql).bind(org.as_str()).bind(user.to_string()).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Whether a row of `users` was cleared. That is so from the moment of `user.erased` on: `erased_at`, when all tables were, comes later,
/// with no event that would tell anybody to look again.
pub(super) fn is_erased(row: &sqlx::any::AnyRow) -> Result<bool, sqlx::Error> {
    let user: &str = row.try_get("id")?;
    Ok(row.try_get::<&str, _>("name")? == erased_name(user))
}
