//! Invitations: somebody becomes a person of the org when they follow the link in their mail and choose a password.

use std::time::Duration;

use sqlx::{AnyConnection, Row, any::AnyRow};
use tandem_cluster::jobs::{JobFailure, Jobs, NewJob, Running};
use tandem_core::{OrgScope, RequestContext, Secret};
use tandem_proto::{
    InvitationId, OrgId, Stream, Timestamp, Topic,
    api::{InvitationInfo, Invited, NewInvitation, NewPerson},
    events::identity::{InvitationWithdrawn, PersonInvited},
};
use tandem_store::{Cause, Expect, Tx};

use super::{
    super::{
        Identity, IdentityError, NewSession, Origin, Site, id,
        sessions::{Proven, digest, secret, time},
        text,
        users::{self, check_password, checked, read_roles},
    },
    INVITE, Invite, Mailer, address, again, letters,
};

/// How long a link works after its mail was sent.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Invitations of an org that nobody has followed yet.
const INVITATIONS: i64 = 1_000;
const COLUMNS: &str =
    "id, org, email, name, display_name, title, extension, roles, created_at, sent_at, expires_at";

/// A row of `invitations`.
struct Invitation {
    info: InvitationInfo,
    org: OrgId,
    title: Option<String>,
    extension: Option<String>,
}

impl Invitation {
    fn read(row: &AnyRow) -> Result<Self, IdentityError> {
        Ok(Self {
            info: InvitationInfo {
                id: id(row, "invitations", "id")?,
                email: text(row, "email")?,
                name: text(row, "name")?,
                display_name: text(row, "display_name")?,
                roles: read_roles(&text(row, "roles")?)?,
                created_at: time(row, "created_at")?,
                sent_at: Some(time(row, "sent_at")?).filter(|at| at.micros() > 0),
                expires_at: time(row, "expires_at")?,
            },
            org: id(row, "invitations", "org")?,
            title: row.try_get("title")?,
            extension: row.try_get("extension")?,
        })
    }

    /// Whom they become.
    fn person(self, password: String) -> NewPerson {
        let InvitationInfo { name, display_name, roles, .. } = self.info;
        NewPerson { name, display_name, title: self.title, roles, password, extension: self.extension }
    }
}

impl Identity {
    /// Invites somebody by mail.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] and [`IdentityError::Taken`] name the field at fault; [`IdentityError::NotHeld`] for a role that stands
    /// for more than the caller holds; [`IdentityError::Conflict`] for one too many.
    pub async fn invite(
        &self,
        context: &RequestContext,
        site: &Site,
        new: NewInvitation,
    ) -> Result<InvitationInfo, IdentityError> {
        let email = address("email", &new.email)?;
        // Any password will do: nobody gets this one.
        let person = checked(NewPerson {
            name: new.name,
            display_name: new.display_name,
            title: new.title,
            roles: new.roles,
            password: secret(""),
            extension: new.extension,
        })?;
        self.may_give(context, &person.roles).await?;
        let (id, site) = (InvitationId::generate(), site.written());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let invited = insert(tx, id, email, person).await?;
                send(tx, &invited, site).await?;
                Ok(invited)
            })
        });
        write.await
    }

    /// Those who were invited and have not joined, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn invitations(&self, scope: OrgScope) -> Result<Vec<InvitationInfo>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM invitations WHERE org = $1 ORDER BY created_at, id"
        )))
        .bind(scope.org().to_string())
        .fetch_all(&mut *conn)
        .await?;
        rows.iter().map(|row| Ok(Invitation::read(row)?.info)).collect()
    }

    /// Sends another mail with another link; the one until now works no more.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::NotHeld`] for a role that stands for more than the caller holds.
    pub async fn invite_again(
        &self,
        context: &RequestContext,
        site: &Site,
        invitation: InvitationId,
    ) -> Result<InvitationInfo, IdentityError> {
        let mut conn = self.0.store.scoped(context.scope).await?;
        let found = stored(&mut conn, context.scope, invitation).await?;
        drop(conn);
        let found = found.ok_or(IdentityError::NotFound("invitation"))?;
        self.may_give(context, &found.info.roles).await?;
        let site = site.written();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let scope = tx.scope();
                let found = stored(tx.conn(), scope, invitation).await?;
                let mut found = found.ok_or(IdentityError::NotFound("invitation"))?;
                let expires_at = tx.now().plus(LIFETIME);
                // Nobody's link until the mail is sent.
                set_link(tx, invitation, String::new(), expires_at).await?;
                send(tx, &found.info, site).await?;
                (found.info.sent_at, found.info.expires_at) = (None, expires_at);
                Ok(found.info)
            })
        });
        write.await
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] when there is none, or they have joined.
    pub async fn withdraw_invitation(
        &self,
        context: &RequestContext,
        invitation: InvitationId,
    ) -> Result<(), IdentityError> {
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                if !remove(tx, invitation).await? {
                    return Err(IdentityError::NotFound("invitation"));
                }
                let org = tx.scope().org();
                let event = InvitationWithdrawn { invitation };
                tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
                Ok(())
            })
        });
        write.await
    }

    /// What somebody with this link is invited to.
    ///
    /// # Errors
    /// [`IdentityError::LinkEnded`].
    pub async fn invited(&self, token: &str) -> Result<Invited, IdentityError> {
        let (scope, found) = self.by_link(token).await?;
        let InvitationInfo { name, display_name, expires_at, .. } = found.info;
        Ok(Invited { org: self.org_name(scope).await?, name, display_name, expires_at })
    }

    /// Makes who has this link a person of the org and signs them in.
    ///
    /// # Errors
    /// [`IdentityError::LinkEnded`]; [`IdentityError::Invalid`] for a password that cannot be one; [`IdentityError::Taken`] when somebody
    /// got the name or number meanwhile.
    pub async fn join(
        &self,
        token: &str,
        password: String,
        origin: Origin,
    ) -> Result<NewSession, IdentityError> {
        check_password("password", &password)?;
        let (scope, found) = self.by_link(token).await?;
        let (invitation, email) = (found.info.id, found.info.email.clone());
        let hash = self.0.passwords.hash(Secret::new(password.clone())).await?;
        let record = users::new_record(found.person(password), Some(email));
        let (kept, token_hash) = (hash.clone(), digest(token));
        let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                // Whoever is second, with the same link or after another was sent, comes too late.
                let (scope, now) = (tx.scope(), tx.now());
                let there = by_token(tx.conn(), Some(scope), &token_hash, now).await?;
                if there.is_none() || !remove(tx, invitation).await? {
                    return Err(IdentityError::LinkEnded);
                }
                let record = users::insert(tx, record, hash, None).await?;
                users::verify_email(tx, record.id).await?;
                Ok(record)
            })
        });
        let record = write.await?;
        self.start_session(scope, record.id, Proven::Password(kept), origin).await
    }

    async fn by_link(&self, token: &str) -> Result<(OrgScope, Invitation), IdentityError> {
        // All orgs: which one somebody is invited to is the question.
        let mut conn = self.0.store.across_orgs().acquire().await?;
        let found = by_token(&mut conn, None, &digest(token), self.0.clock.now()).await?;
        let found = found.ok_or(IdentityError::LinkEnded)?;
        Ok((self.0.mint.scope(found.org), found))
    }

    /// The job: makes the link, sends it, and is done. Whatever dies in between, the last mail that was sent has the link that works.
    pub(super) async fn send_invitation(
        &self,
        by: &Mailer,
        running: Running,
        invite: Invite,
    ) -> Result<(), JobFailure> {
        let (scope, invitation, token) = (running.scope(), invite.invitation, secret("tdi_"));
        let token_hash = digest(&token);
        let found = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let scope = tx.scope();
                let found = stored(tx.conn(), scope, invitation).await?;
                if found.is_some() {
                    let expires_at = tx.now().plus(LIFETIME);
                    set_link(tx, invitation, token_hash, expires_at).await?;
                }
                Ok(found)
            })
        });
        // Withdrawn meanwhile, there is nothing to send.
        if let Some(Invitation { info, .. }) = found.await.map_err(again)? {
            let org = self.org_name(scope).await.map_err(again)?;
            let link = format!("{}/join/{token}", invite.site);
            let letter = letters::invitation(&org, &info.display_name, &info.name, &link);
            by.send(&running.key(), (&info.display_name, &info.email), letter).await?;
        }
        let done = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let (org, at) = (tx.scope().org().to_string(), tx.now());
                sqlx::query("UPDATE invitations SET sent_at = $1 WHERE org = $2 AND id = $3")
                    .bind(at.micros())
                    .bind(org)
                    .bind(invitation.to_string())
                    .execute(tx.conn())
                    .await?;
                running.complete(tx).await?;
                Ok::<_, IdentityError>(())
            })
        });
        done.await.map_err(again)
    }
}

/// Wants the mail sent, and tells the org's administrators.
async fn send(tx: &mut Tx, invited: &InvitationInfo, site: String) -> Result<(), IdentityError> {
    Jobs::enqueue(tx, NewJob::now(INVITE, &Invite { invitation: invited.id, site })).await?;
    let org = tx.scope().org();
    let event =
        PersonInvited { invitation: invited.id, name: invited.name.clone(), email: invited.email.clone() };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    invitation: InvitationId,
    email: String,
    person: NewPerson,
) -> Result<InvitationInfo, IdentityError> {
    let (org, at) = (tx.scope().org().to_string(), tx.now());
    for (field, value) in
        [("name", Some(&person.name)), ("email", Some(&email)), ("extension", person.extension.as_ref())]
    {
        let Some(value) = value else { continue };
        users::free(tx, field, value).await?;
        let sql = format!("SELECT id FROM invitations WHERE org = $1 AND {field} = $2");
        let held = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(org.clone())
            .bind(value.clone())
            .fetch_optional(tx.conn())
            .await?;
        if held.is_some() {
            return Err(IdentityError::Taken { field, value: value.clone() });
        }
    }
    let row = sqlx::query("SELECT count(*) AS open FROM invitations WHERE org = $1")
        .bind(org.clone())
        .fetch_one(tx.conn())
        .await?;
    if row.try_get::<i64, _>("open")? >= INVITATIONS {
        return Err(IdentityError::Conflict {
            slug: "too-many-invitations",
            detail: format!("an org has at most {INVITATIONS} open invitations: withdraw some first"),
        });
    }
    let expires_at = at.plus(LIFETIME);
    sqlx::query(
        "INSERT INTO invitations
             (id, org, token_hash, email, name, display_name, title, extension, roles, created_at, sent_at, expires_at)
         VALUES ($1, $2, '', $3, $4, $5, $6, $7, $8, $9, 0, $10)",
    )
    .bind(invitation.to_string())
    .bind(org)
    .bind(email.clone())
    .bind(person.name.clone())
    .bind(person.display_name.clone())
    .bind(person.title)
    .bind(person.extension)
    .bind(serde_json::to_string(&person.roles).unwrap_or_default())
    .bind(at.micros())
    .bind(expires_at.micros())
    .execute(tx.conn())
    .await?;
    Ok(InvitationInfo {
        id: invitation,
        email,
        name: person.name,
        display_name: person.display_name,
        roles: person.roles,
        created_at: at,
        sent_at: None,
        expires_at,
    })
}

async fn stored(
    conn: &mut AnyConnection,
    scope: OrgScope,
    invitation: InvitationId,
) -> Result<Option<Invitation>, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM invitations WHERE org = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(invitation.to_string())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Invitation::read).transpose()
}

/// The invitation whose link is this, of one org or of any.
async fn by_token(
    conn: &mut AnyConnection,
    scope: Option<OrgScope>,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Invitation>, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM invitations WHERE token_hash = $1 AND expires_at > $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(token_hash.to_owned())
        .bind(now.micros())
        .fetch_optional(conn)
        .await?;
    let found = row.as_ref().map(Invitation::read).transpose()?;
    Ok(found.filter(|found| scope.is_none_or(|scope| scope.org() == found.org)))
}

async fn set_link(
    tx: &mut Tx,
    invitation: InvitationId,
    token_hash: String,
    expires_at: Timestamp,
) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query(
        "UPDATE invitations SET token_hash = $1, expires_at = $2, sent_at = 0 WHERE org = $3 AND id = $4",
    )
    .bind(token_hash)
    .bind(expires_at.micros())
    .bind(org)
    .bind(invitation.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn remove(tx: &mut Tx, invitation: InvitationId) -> Result<bool, IdentityError> {
    let org = tx.scope().org().to_string();
    let removed = sqlx::query("DELETE FROM invitations WHERE org = $1 AND id = $2")
        .bind(org)
        .bind(invitation.to_string())
        .execute(tx.conn())
        .await?;
    Ok(removed.rows_affected() > 0)
}
