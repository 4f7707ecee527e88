//! What those who administer an org do with people's accounts. Nobody does it to somebody who may do more than they.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sqlx::Row;
use tandem_core::{OrgScope, Permission, RequestContext, Rights};
use tandem_proto::{
    DivisionId, Stream, Topic, UserId,
    api::{GrantEnd, Role, RoleGrant, SessionInfo, SetRoles},
    events::identity::{UserDeactivated, UserEmailSet, UserGrantsSet, UserReactivated, UserRolesSet},
};
use tandem_store::{Cause, Change, Expect, Redacted, Tx};

use super::{
    Identity, IdentityError, divisions, group_rows, limits,
    mail::{Occasion, address, forget_resets, tell},
    oauth::grants::{self, Grants},
    roles,
    sessions::{Which, end},
    users::{COLUMNS, UserRecord, each_once, free, record, write_held},
};

/// Roles somebody may hold in single divisions, each counted once per division.
const GRANTS: usize = 200;

impl Identity {
    /// Somebody's sessions.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] for somebody the org does not have, [`IdentityError::OtherDivision`].
    pub async fn sessions_of(
        &self,
        context: &RequestContext,
        user: UserId,
    ) -> Result<Vec<SessionInfo>, IdentityError> {
        let person = self.user(context.scope, user).await?.ok_or(IdentityError::NotFound("person"))?;
        if !context.may_in(Permission::PeopleWrite, person.division) {
            return Err(IdentityError::OtherDivision(Permission::PeopleWrite));
        }
        self.sessions(context.scope, user, Some(context.session)).await
    }

    /// Ends all that acts for somebody: sessions, tokens, and programs that may.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::OtherDivision`], [`IdentityError::Outranked`].
    pub async fn end_sessions_of(&self, context: &RequestContext, user: UserId) -> Result<(), IdentityError> {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                within_reach(tx, &caller, Permission::PeopleWrite, user).await?;
                subordinate(tx, &caller, user).await?;
                grants::end(tx, Grants::OfUser(user), GrantEnd::Revoked).await?;
                let ended = end(tx, user, Which::All).await?;
                Ok(tx.audit(sessions_ended(user, ended)).await?)
            })
        });
        write.await
    }

    /// Keeps somebody out: their sessions and tokens end, and no new ones begin. Doing it twice is no error.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::OtherDivision`], [`IdentityError::Outranked`]; [`IdentityError::Conflict`] for the caller themselves and for the
    /// last administrator.
    pub async fn deactivate(&self, context: &RequestContext, user: UserId) -> Result<(), IdentityError> {
        if user == context.user {
            return Err(yourself());
        }
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                within_reach(tx, &caller, Permission::PeopleWrite, user).await?;
                deactivate(tx, &caller, user).await
            })
        });
        write.await
    }

    /// Lets somebody in again, with the password and roles they had. Doing it twice is no error.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::OtherDivision`], [`IdentityError::Outranked`]; [`IdentityError::Conflict`] for somebody who was erased.
    pub async fn reactivate(&self, context: &RequestContext, user: UserId) -> Result<(), IdentityError> {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                within_reach(tx, &caller, Permission::PeopleWrite, user).await?;
                reactivate(tx, &caller, user).await
            })
        });
        write.await
    }

    /// Says where mail to somebody goes; `None`: nowhere. Nobody has shown that they read it there, so it is told of at the address until now.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::OtherDivision`], [`IdentityError::Outranked`], [`IdentityError::Taken`];
    /// [`IdentityError::Invalid`] for what is no address.
    pub async fn set_email(
        &self,
        context: &RequestContext,
        user: UserId,
        email: Option<String>,
    ) -> Result<(), IdentityError> {
        let email = email.map(|email| address("email", &email)).transpose()?;
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                within_reach(tx, &caller, Permission::PeopleWrite, user).await?;
                set_email(tx, &caller, user, email).await
            })
        });
        write.await
    }

    /// Gives somebody other roles. They hold by their next request, and on open sockets at once.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::NotHeld`] when a role is given that stands for more than the caller holds,
    /// [`IdentityError::Outranked`] when they hold more now; [`IdentityError::Conflict`] for the last administrator's role;
    /// [`IdentityError::Invalid`] for a role the org does not have.
    pub async fn set_roles(
        &self,
        context: &RequestContext,
        user: UserId,
        held: SetRoles,
    ) -> Result<(), IdentityError> {
        let (roles, grants) = check(held)?;
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                within_reach(tx, &caller, Permission::RoleWrite, user).await?;
                set_roles(tx, &caller, user, roles, Some(grants)).await
            })
        });
        write.await
    }
}

pub(super) fn yourself() -> IdentityError {
    IdentityError::Conflict {
        slug: "yourself",
        detail: "nobody deactivates themselves: ask another administrator".into(),
    }
}

/// Sessions and tokens of somebody ended.
pub(super) fn sessions_ended(user: UserId, ended: usize) -> Change {
    Change::new("sessions.ended", "person", user)
        .before(&json!({ "sessions": ended }))
        .after(&json!({ "sessions": 0 }))
}

/// Somebody as they were, to become the same with another field.
fn changed(what: &'static str, person: &UserRecord, after: &UserRecord) -> Change {
    Change::new(what, "person", person.id).before(&person.view()).after(&after.view())
}

pub(super) async fn deactivate(tx: &mut Tx, caller: &Rights, user: UserId) -> Result<(), IdentityError> {
    let person = subordinate(tx, caller, user).await?;
    if !person.active {
        return Ok(());
    }
    if person.roles.contains(&Role::Admin) {
        another_admin(tx, user).await?;
    }
    let at = tx.now().micros();
    set_deactivated(tx, user, Some(at)).await?;
    forget_resets(tx, user).await?;
    grants::end(tx, Grants::OfUser(user), GrantEnd::UserDeactivated).await?;
    end(tx, user, Which::All).await?;
    let after = UserRecord { active: false, ..person.clone() };
    tx.audit(changed("person.deactivated", &person, &after)).await?;
    let topics = [Topic::org(tx.scope().org())];
    tx.append(Stream::user(user), Expect::Any, &topics, &UserDeactivated { user }).await?;
    Ok(())
}

pub(super) async fn reactivate(tx: &mut Tx, caller: &Rights, user: UserId) -> Result<(), IdentityError> {
    let person = subordinate(tx, caller, user).await?;
    if person.active {
        return Ok(());
    }
    if person.erased {
        return Err(IdentityError::Conflict {
            slug: "erased",
            detail: "whatever made this person somebody was erased".into(),
        });
    }
    limits::PEOPLE.one_more::<IdentityError>(tx).await?;
    set_deactivated(tx, user, None).await?;
    let after = UserRecord { active: true, ..person.clone() };
    tx.audit(changed("person.reactivated", &person, &after)).await?;
    let topics = [Topic::org(tx.scope().org())];
    tx.append(Stream::user(user), Expect::Any, &topics, &UserReactivated { user }).await?;
    Ok(())
}

/// Each role once, in each division once. A role that is held in all divisions is not held in some as well.
fn check(held: SetRoles) -> Result<(Vec<Role>, Vec<RoleGrant>), IdentityError> {
    let roles = each_once(held.roles);
    let mut within = BTreeMap::<Role, BTreeSet<DivisionId>>::new();
    for RoleGrant { role, divisions } in held.grants {
        if divisions.is_empty() {
            return Err(IdentityError::invalid("grants", "at least one division each"));
        }
        if !roles.contains(&role) {
            within.entry(role).or_default().extend(divisions);
        }
    }
    if roles.is_empty() && within.is_empty() {
        return Err(IdentityError::invalid("roles", "at least one"));
    }
    if within.values().map(BTreeSet::len).sum::<usize>() > GRANTS {
        return Err(IdentityError::invalid("grants", format!("at most {GRANTS} roles in divisions")));
    }
    let grant =
        |(role, divisions): (_, BTreeSet<_>)| RoleGrant { role, divisions: divisions.into_iter().collect() };
    Ok((roles, within.into_iter().map(grant).collect()))
}

/// Gives other roles; `grants` of `None` stay as they are.
pub(super) async fn set_roles(
    tx: &mut Tx,
    caller: &Rights,
    user: UserId,
    roles: Vec<Role>,
    grants: Option<Vec<RoleGrant>>,
) -> Result<(), IdentityError> {
    let scope = tx.scope();
    let person = subordinate(tx, caller, user).await?;
    let grants = grants.unwrap_or_else(|| person.grants.clone());
    for division in grants.iter().flat_map(|grant| &grant.divisions) {
        if !divisions::is_there(tx.conn(), scope, *division).await? {
            return Err(IdentityError::invalid("grants", format!("there is no division {division}")));
        }
    }
    let beyond = roles::rights(tx.conn(), scope, &roles, &grants).await?.without(caller);
    if !beyond.is_empty() {
        return Err(IdentityError::NotHeld(beyond));
    }
    if person.roles.contains(&Role::Admin) && !roles.contains(&Role::Admin) {
        another_admin(tx, user).await?;
    }
    write_held(tx, user, &roles, &grants).await?;
    let after = UserRecord { roles: roles.clone(), grants: grants.clone(), ..person.clone() };
    tx.audit(changed("person.roles.changed", &person, &after)).await?;
    let topics = [Topic::org(scope.org())];
    tx.append(Stream::user(user), Expect::Any, &topics, &UserRolesSet { user, roles }).await?;
    if grants != person.grants {
        tx.append(Stream::user(user), Expect::Any, &topics, &UserGrantsSet { user, grants }).await?;
    }
    Ok(())
}

/// Refuses unless the caller holds `permission` in the division somebody belongs to.
pub(super) async fn within_reach(
    tx: &mut Tx,
    caller: &Rights,
    permission: Permission,
    user: UserId,
) -> Result<(), IdentityError> {
    let scope = tx.scope();
    let division = person(tx, scope, user).await?.division;
    let may = caller.has_in(permission, division);
    if may { Ok(()) } else { Err(IdentityError::OtherDivision(permission)) }
}

async fn set_email(
    tx: &mut Tx,
    caller: &Rights,
    user: UserId,
    email: Option<String>,
) -> Result<(), IdentityError> {
    let person = subordinate(tx, caller, user).await?;
    write_email(tx, &person, email).await
}

/// Keeps another address of somebody, and tells of it at the one until now.
pub(super) async fn write_email(
    tx: &mut Tx,
    person: &UserRecord,
    email: Option<String>,
) -> Result<(), IdentityError> {
    let user = person.id;
    if person.email == email {
        return Ok(());
    }
    if person.erased {
        return Err(IdentityError::NotFound("person"));
    }
    if let Some(email) = &email {
        free(tx, "email", email).await?;
    }
    let org = tx.scope().org();
    sqlx::query("UPDATE users SET email = $1 WHERE org = $2 AND id = $3")
        .bind(email.clone())
        .bind(org.to_string())
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    // A link that is on its way goes where mail went until now.
    forget_resets(tx, user).await?;
    let topics = [Topic::user(user), Topic::admins(org)];
    // The address itself is personal, and an entry stays when somebody is erased.
    let has = |email: Option<&String>| json!({ "email": email.map(|_| Redacted) });
    let (before, after) = (has(person.email.as_ref()), has(email.as_ref()));
    tx.audit(Change::new("person.email.changed", "person", user).before(&before).after(&after)).await?;
    let event = UserEmailSet { user, email };
    tx.append_about(user, Stream::user(user), Expect::Any, &topics, &event).await?;
    tell(tx, user, person.email.as_deref(), Occasion::AddressChanged).await
}

/// Somebody who may do no more than the caller.
pub(super) async fn subordinate(
    tx: &mut Tx,
    caller: &Rights,
    user: UserId,
) -> Result<UserRecord, IdentityError> {
    let scope = tx.scope();
    let person = person(tx, scope, user).await?;
    let held = group_rows::held(tx.conn(), scope, user, &person.roles, &person.grants).await?;
    let beyond = held.without(caller);
    if beyond.is_empty() { Ok(person) } else { Err(IdentityError::Outranked(beyond)) }
}

pub(super) async fn person(tx: &mut Tx, scope: OrgScope, user: UserId) -> Result<UserRecord, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE org = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(record).transpose()?.ok_or(IdentityError::NotFound("person"))
}

/// Refuses unless some person beside `user` administers the org, all divisions of it: a program cannot sign in, and who administers by a
/// group does so as long as another system wants. Commands of an org run one after the other, so two cannot both be let go.
async fn another_admin(tx: &mut Tx, user: UserId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT count(*) AS others FROM users
         WHERE org = $1 AND id <> $2 AND deactivated_at IS NULL AND client IS NULL AND roles LIKE $3",
    )
    .bind(org)
    .bind(user.to_string())
    .bind(roles::holding(&Role::Admin))
    .fetch_one(tx.conn())
    .await?;
    match row.try_get::<i64, _>("others")? {
        0 => Err(IdentityError::Conflict {
            slug: "last-administrator",
            detail: "somebody must administer the org: give another person the role first".into(),
        }),
        _ => Ok(()),
    }
}

async fn set_deactivated(tx: &mut Tx, user: UserId, at: Option<i64>) -> Result<(), IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    sqlx::query("UPDATE users SET deactivated_at = $1, changed_at = $2 WHERE org = $3 AND id = $4")
        .bind(at)
        .bind(now)
        .bind(org)
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}
