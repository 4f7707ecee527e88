//! Invitations: somebody becomes a person of the org when they follow the link in their mail and choose a password. Their id is theirs from
//! the beginning, so that what the log says of them can be erased by whoever withdraws the invitation. They come into the division every org
//! has, and whoever invites may add people there.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use tandem_cluster::jobs::{JobFailure, Jobs, Running};
use tandem_core::{OrgScope, Origin, RequestContext};
use tandem_proto::{
    Actor, DivisionId, InvitationId, OrgId, Stream, Timestamp, Topic,
    api::{InvitationInfo, Invited, NewInvitation, NewPerson},
    events::identity::{InvitationWithdrawn, PersonInvited},
};
use tandem_store::{Cause, Change, Expect, Tx};

use super::{
    super::{
        Identity, IdentityError, NewSession, PEOPLE, UserRecord, id, roles,
        sessions::{Proven, digest, secret, time},
        strength::known_by,
        text,
        users::{self, checked, read_roles},
    },
    INVITE, Invite, Mailer, TRIES, address, again, in_words, letters, mail,
};

/// How long a link works.
const LIFETIME: Duration = Duration::from_secs(7 * 86_400);
/// Invitations of an org that nobody has followed yet.
const INVITATIONS: i64 = 1_000;
const COLUMNS: &str =
    "id, org, user_id, email, name, display_name, title, extension, roles, created_at, sent_at, expires_at";

/// A row of `invitations`.
struct Invitation {
    id: InvitationId,
    org: OrgId,
    /// Who they become.
    person: UserRecord,
    email: String,
    created_at: Timestamp,
    sent_at: Option<Timestamp>,
    expires_at: Timestamp,
}

impl Invitation {
    fn read(row: &AnyRow) -> Result<Self, IdentityError> {
        let email = text(row, "email")?;
        let org = id(row, "invitations", "org")?;
        Ok(Self {
            id: id(row, "invitations", "id")?,
            org,
            person: UserRecord {
                id: id(row, "invitations", "user_id")?,
                name: text(row, "name")?,
                display_name: text(row, "display_name")?,
                title: row.try_get("title")?,
                extension: row.try_get("extension")?,
                email: Some(email.clone()),
                roles: read_roles(&text(row, "roles")?)?,
                grants: Vec::new(),
                division: DivisionId::home(org),
                active: true,
                erased: false,
                provisioned: false,
            },
            email,
            created_at: time(row, "created_at")?,
            sent_at: Some(time(row, "sent_at")?).filter(|at| at.micros() > 0),
            expires_at: time(row, "expires_at")?,
        })
    }

    fn info(self) -> InvitationInfo {
        InvitationInfo {
            id: self.id,
            email: self.email,
            name: self.person.name,
            display_name: self.person.display_name,
            roles: self.person.roles,
            created_at: self.created_at,
            sent_at: self.sent_at,
            expires_at: self.expires_at,
        }
    }

    /// For an audit entry, but for what is personal.
    fn view(&self) -> Value {
        json!({ "id": self.id, "person": self.person.id, "extension": self.person.extension, "roles": self.person.roles })
    }
}

impl Identity {
    /// Invites somebody by mail.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] and [`IdentityError::Taken`] name the field at fault; [`IdentityError::NotHeld`] for a role that stands
    /// for more than the caller holds; [`IdentityError::OtherDivision`]; [`IdentityError::Conflict`] for one too many, and where nobody said what links begin with.
    pub async fn invite(
        &self,
        context: &RequestContext,
        new: NewInvitation,
    ) -> Result<InvitationInfo, IdentityError> {
        let email = address("email", &new.email)?;
        let new = NewPerson {
            name: new.name,
            display_name: new.display_name,
            title: new.title,
            roles: new.roles,
            password: String::new(),
            extension: new.extension,
        };
        let person = checked(context.scope, new)?;
        self.place_for_new(context, &PEOPLE, None).await?;
        self.may_give(context, &person.roles).await?;
        let (front, now) = (self.front()?, self.0.clock.now());
        let invitation = Invitation {
            id: InvitationId::generate(),
            org: context.scope.org(),
            person: UserRecord { email: Some(email.clone()), ..person },
            email,
            created_at: now,
            sent_at: None,
            expires_at: now.plus(LIFETIME),
        };
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                insert(tx, &invitation).await?;
                tx.audit(
                    Change::new("person.invited", "invitation", invitation.id).after(&invitation.view()),
                )
                .await?;
                send(tx, &invitation, front).await?;
                Ok(invitation.info())
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
        rows.iter().map(|row| Ok(Invitation::read(row)?.info())).collect()
    }

    /// Sends another mail with another link; the one until now works no more.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::NotHeld`] for a role that stands for more than the caller holds.
    pub async fn invite_again(
        &self,
        context: &RequestContext,
        invitation: InvitationId,
    ) -> Result<InvitationInfo, IdentityError> {
        self.place_for_new(context, &PEOPLE, None).await?;
        let mut conn = self.0.store.scoped(context.scope).await?;
        let found = stored(&mut conn, context.scope, invitation).await?;
        drop(conn);
        let found = found.ok_or(IdentityError::NotFound("invitation"))?;
        self.may_give(context, &found.person.roles).await?;
        let (front, now) = (self.front()?, self.0.clock.now());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let scope = tx.scope();
                let found = stored(tx.conn(), scope, invitation).await?;
                let mut found = found.ok_or(IdentityError::NotFound("invitation"))?;
                (found.sent_at, found.expires_at) = (None, now.plus(LIFETIME));
                tx.audit(Change::new("person.invited.again", "invitation", found.id).after(&found.view()))
                    .await?;
                send(tx, &found, front).await?;
                Ok(found.info())
            })
        });
        write.await
    }

    /// Takes an invitation back, and erases who was invited.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] when there is none, or they have joined.
    pub async fn withdraw_invitation(
        &self,
        context: &RequestContext,
        invitation: InvitationId,
    ) -> Result<(), IdentityError> {
        self.place_for_new(context, &PEOPLE, None).await?;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let scope = tx.scope();
                let found = stored(tx.conn(), scope, invitation).await?;
                let found = found.ok_or(IdentityError::NotFound("invitation"))?;
                remove(tx, invitation, None).await?;
                tx.audit(Change::new("invitation.withdrawn", "invitation", found.id).before(&found.view()))
                    .await?;
                let event = InvitationWithdrawn { invitation };
                let topics = [Topic::admins(scope.org())];
                tx.append(Stream::org(scope.org()), Expect::Any, &topics, &event).await?;
                Ok(tx.destroy_key(found.person.id).await?)
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
        let Invitation { person: UserRecord { name, display_name, .. }, expires_at, .. } = found;
        Ok(Invited { org: self.org_name(scope).await?, name, display_name, expires_at })
    }

    /// Makes who has this link a person of the org and signs them in.
    ///
    /// # Errors
    /// [`IdentityError::LinkEnded`]; [`IdentityError::Invalid`] and [`IdentityError::Guessable`] for a password that cannot be one;
    /// [`IdentityError::Taken`] when somebody got the name, address or number meanwhile.
    pub async fn join(
        &self,
        token: &str,
        password: String,
        origin: Origin,
    ) -> Result<NewSession, IdentityError> {
        let (scope, Invitation { id: invitation, person, .. }) = self.by_link(token).await?;
        let about = known_by(&self.org_name(scope).await?, &person);
        let hash = self.choose_password("password", password, about).await?;
        let (user, kept, link) = (person.id, hash.clone(), digest(token));
        let cause = Cause { origin: origin.clone(), ..Cause::of(Actor::User { id: user }, None) };
        let write = self.0.store.write(scope, cause, move |tx| {
            Box::pin(async move {
                // Whoever is second, with the same link or after another was sent, comes too late.
                if !remove(tx, invitation, Some(link)).await? {
                    return Err(IdentityError::LinkEnded);
                }
                users::insert(tx, person, hash, None).await.map(drop)
            })
        });
        write.await?;
        self.start_session(scope, user, Proven::Password(kept), origin).await
    }

    async fn by_link(&self, token: &str) -> Result<(OrgScope, Invitation), IdentityError> {
        self.refuse_elsewhere(token)?;
        let sql = format!("SELECT {COLUMNS} FROM invitations WHERE token_hash = $1 AND expires_at > $2");
        // All orgs: which one somebody is invited to is the question.
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(digest(token))
            .bind(self.0.clock.now().micros())
            .fetch_optional(self.0.store.across_orgs())
            .await?;
        let found = row.as_ref().map(Invitation::read).transpose()?.ok_or(IdentityError::LinkEnded)?;
        Ok((self.0.mint.scope(found.org), found))
    }

    /// The job: sends the link.
    pub(super) async fn send_invitation(
        &self,
        by: &Mailer,
        running: Running,
        Invite { invitation, link, front }: Invite,
    ) -> Result<(), JobFailure> {
        let scope = running.scope();
        let mut conn = self.0.store.scoped(scope).await?;
        let sql = format!(
            "SELECT {COLUMNS}, secret FROM invitations
             WHERE org = $1 AND id = $2 AND token_hash = $3 AND secret <> '' AND expires_at > $4"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(scope.org().to_string())
            .bind(invitation.to_string())
            .bind(link.clone())
            .bind(self.0.clock.now().micros())
            .fetch_optional(&mut *conn)
            .await
            .map_err(again)?;
        drop(conn);
        // Withdrawn meanwhile, or overtaken.
        let Some(row) = row else { return self.done(running).await };
        let Invitation { person, email, .. } = Invitation::read(&row).map_err(again)?;
        let sealed = text(&row, "secret").map_err(again)?;
        let token = self.0.store.open_secret(scope, &place(invitation), &sealed).await?;
        let org = self.org_name(scope).await.map_err(again)?;
        let link_to = format!("{front}/join#{}", self.regions().stamped(token));
        let letter =
            letters::invitation(&org, &person.display_name, &person.name, &link_to, &in_words(LIFETIME));
        by.send(&running.key(), (&person.display_name, &email), letter).await?;
        let at = self.0.clock.now();
        let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let org = tx.scope().org().to_string();
                sqlx::query(
                    "UPDATE invitations SET sent_at = $1, secret = '' WHERE org = $2 AND id = $3 AND token_hash = $4",
                )
                .bind(at.micros())
                .bind(org)
                .bind(invitation.to_string())
                .bind(link)
                .execute(tx.conn())
                .await?;
                running.complete(tx).await?;
                Ok::<_, IdentityError>(())
            })
        });
        write.await.map_err(again)
    }
}

fn place(invitation: InvitationId) -> String {
    format!("invitation {invitation}")
}

/// Makes the link, wants it sent, and tells the org's administrators.
async fn send(tx: &mut Tx, invited: &Invitation, front: String) -> Result<(), IdentityError> {
    let (org, token) = (tx.scope().org(), secret("tdi_"));
    let link = digest(&token);
    let sealed = tx.seal_secret(&place(invited.id), &token).await?;
    sqlx::query(
        "UPDATE invitations SET token_hash = $1, secret = $2, expires_at = $3, sent_at = 0 WHERE org = $4 AND id = $5",
    )
    .bind(link.clone())
    .bind(sealed)
    .bind(invited.expires_at.micros())
    .bind(org.to_string())
    .bind(invited.id.to_string())
    .execute(tx.conn())
    .await?;
    Jobs::enqueue(tx, mail(INVITE, &Invite { invitation: invited.id, link, front }, TRIES)).await?;
    let user = invited.person.id;
    let event = PersonInvited {
        invitation: invited.id,
        user,
        name: invited.person.name.clone(),
        email: invited.email.clone(),
    };
    tx.append_about(user, Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(())
}

async fn insert(tx: &mut Tx, invited: &Invitation) -> Result<(), IdentityError> {
    let (org, person) = (tx.scope().org().to_string(), &invited.person);
    roles::known(tx, &person.roles).await?;
    for (field, value) in [
        ("name", Some(&person.name)),
        ("email", Some(&invited.email)),
        ("extension", person.extension.as_ref()),
    ] {
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
    sqlx::query(
        "INSERT INTO invitations (id, org, user_id, token_hash, secret, email, name, display_name, title, extension,
             roles, created_at, sent_at, expires_at)
         VALUES ($1, $2, $3, '', '', $4, $5, $6, $7, $8, $9, $10, 0, $11)",
    )
    .bind(invited.id.to_string())
    .bind(org)
    .bind(person.id.to_string())
    .bind(invited.email.clone())
    .bind(person.name.clone())
    .bind(person.display_name.clone())
    .bind(person.title.clone())
    .bind(person.extension.clone())
    .bind(serde_json::to_string(&person.roles).unwrap_or_default())
    .bind(invited.created_at.micros())
    .bind(invited.expires_at.micros())
    .execute(tx.conn())
    .await?;
    Ok(())
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

/// Whether the invitation was there, and `link` the digest of its link.
async fn remove(tx: &mut Tx, invitation: InvitationId, link: Option<String>) -> Result<bool, IdentityError> {
    let org = tx.scope().org().to_string();
    let removed = sqlx::query(
        "DELETE FROM invitations WHERE org = $1 AND id = $2 AND token_hash = coalesce($3, token_hash)",
    )
    .bind(org)
    .bind(invitation.to_string())
    .bind(link)
    .execute(tx.conn())
    .await?;
    Ok(removed.rows_affected() > 0)
}
