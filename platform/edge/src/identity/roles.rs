//! Roles: the three every org has, and those an org defined. Nobody gives what they do not hold.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, Row, any::AnyRow};
use tandem_core::{OrgScope, Permissions, Precondition, RequestContext, Rights};
use tandem_proto::{
    Stream, Topic,
    api::{ChangeRole, NewRole, Role, RoleGrant, RoleInfo},
    events::identity::{RoleChanged, RoleRemoved},
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{Identity, IdentityError, group_rows, limits, named, text, users};

impl Identity {
    /// Every role there is in the org: those every org has, then its own by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn roles(&self, scope: OrgScope) -> Result<Vec<RoleInfo>, IdentityError> {
        let org = scope.org().to_string();
        let mut conn = self.0.store.scoped(scope).await?;
        let own = sqlx::query("SELECT name, title, permissions FROM roles WHERE org = $1 ORDER BY name")
            .bind(org.clone())
            .fetch_all(&mut *conn)
            .await?;
        let held = sqlx::query("SELECT roles, grants FROM users WHERE org = $1 AND deactivated_at IS NULL")
            .bind(org)
            .fetch_all(&mut *conn)
            .await?;
        let mut holders = BTreeMap::<Role, u32>::new();
        for row in &held {
            let (everywhere, grants) = users::held(row)?;
            let within = grants.into_iter().map(|grant| grant.role);
            for role in everywhere.into_iter().chain(within).collect::<BTreeSet<_>>() {
                *holders.entry(role).or_default() += 1;
            }
        }
        let mut roles: Vec<RoleInfo> = Role::BUILT_IN.into_iter().map(of_every_org).collect();
        for row in &own {
            roles.push(info(row)?);
        }
        for role in &mut roles {
            role.holders = holders.get(&role.name).copied().unwrap_or_default();
        }
        Ok(roles)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], or when the store fails.
    pub async fn role(&self, scope: OrgScope, role: &Role) -> Result<RoleInfo, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        shown(&mut conn, scope, role).await
    }

    /// Refuses unless the caller holds, in all divisions, all that `roles` stand for.
    ///
    /// # Errors
    /// [`IdentityError::NotHeld`]; [`IdentityError::Invalid`] for a role the org does not have.
    pub async fn may_give(&self, context: &RequestContext, roles: &[Role]) -> Result<(), IdentityError> {
        let beyond = self.rights_of(context.scope, roles, &[]).await?.without(&context.rights);
        if beyond.is_empty() { Ok(()) } else { Err(IdentityError::NotHeld(beyond)) }
    }

    /// Defines a role.
    ///
    /// # Errors
    /// [`IdentityError::Taken`], [`IdentityError::Invalid`], or [`IdentityError::NotHeld`] for a permission the caller does not hold.
    pub async fn create_role(
        &self,
        context: &RequestContext,
        new: NewRole,
    ) -> Result<RoleInfo, IdentityError> {
        if !matches!(new.name, Role::Custom(_)) {
            return Err(IdentityError::Taken { field: "name", value: new.name.to_string() });
        }
        let draft = Draft::check(new.title, &new.permissions)?;
        let beyond = draft.permissions.without(context.rights.everywhere());
        if !beyond.is_empty() {
            return Err(IdentityError::NotHeld(beyond));
        }
        let name = new.name;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { create(tx, name, draft).await })
        });
        write.await
    }

    /// Changes a role of the org's own. Whoever holds it may do by their next request what it stands for then.
    ///
    /// # Errors
    /// As [`Self::create_role`]; [`IdentityError::NotFound`] for a role the org does not have, [`IdentityError::Conflict`] for one
    /// that every org has; [`IdentityError::Changed`] for one that is not as was demanded.
    pub async fn change_role(
        &self,
        context: &RequestContext,
        role: Role,
        precondition: Precondition,
        change: ChangeRole,
    ) -> Result<RoleInfo, IdentityError> {
        own(&role)?;
        let draft = Draft::check(change.title, &change.permissions)?;
        let held = context.rights.everywhere();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                demand(tx, &role, &precondition).await?;
                update(tx, role, draft, held).await
            })
        });
        write.await
    }

    /// Removes a role that nobody holds.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], or [`IdentityError::Conflict`] while somebody holds it and for a role that every org has;
    /// [`IdentityError::Changed`] for one that is not as was demanded.
    pub async fn remove_role(
        &self,
        context: &RequestContext,
        role: Role,
        precondition: Precondition,
    ) -> Result<(), IdentityError> {
        own(&role)?;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                demand(tx, &role, &precondition).await?;
                remove(tx, role).await
            })
        });
        write.await
    }
}

/// What a role of the org's own is to be.
struct Draft {
    title: String,
    permissions: Permissions,
}

impl Draft {
    fn check(title: String, permissions: &[String]) -> Result<Self, IdentityError> {
        let title = named("title", &title)?;
        Ok(Self { title, permissions: chosen("permissions", permissions)? })
    }

    fn event(&self, role: &Role) -> RoleChanged {
        RoleChanged { role: role.clone(), title: self.title.clone(), permissions: self.permissions.names() }
    }

    fn info(self, role: Role, holders: u32) -> RoleInfo {
        let Self { title, permissions } = self;
        RoleInfo { name: role, title, permissions: permissions.names(), built_in: false, holders }
    }
}

async fn create(tx: &mut Tx, role: Role, draft: Draft) -> Result<RoleInfo, IdentityError> {
    let org = tx.scope().org();
    limits::ROLES.one_more::<IdentityError>(tx).await?;
    let at = tx.now().micros();
    let made = sqlx::query(
        "INSERT INTO roles (org, name, title, permissions, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(org.to_string())
    .bind(role.name().to_owned())
    .bind(draft.title.clone())
    .bind(written(draft.permissions))
    .bind(at)
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 0 {
        return Err(IdentityError::Taken { field: "name", value: role.to_string() });
    }
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &draft.event(&role)).await?;
    let made = draft.info(role, 0);
    tx.audit(Change::new("role.created", "role", made.name.name()).after(&made)).await?;
    Ok(made)
}

async fn update(
    tx: &mut Tx,
    role: Role,
    draft: Draft,
    caller: Permissions,
) -> Result<RoleInfo, IdentityError> {
    let (scope, org) = (tx.scope(), tx.scope().org());
    let before = stored(tx.conn(), scope, &role).await?.ok_or(IdentityError::NotFound("role"))?;
    let was = as_kept(tx, &role).await?;
    let beyond = draft.permissions.without(before).without(caller);
    if !beyond.is_empty() {
        return Err(IdentityError::NotHeld(beyond));
    }
    sqlx::query("UPDATE roles SET title = $1, permissions = $2 WHERE org = $3 AND name = $4")
        .bind(draft.title.clone())
        .bind(written(draft.permissions))
        .bind(org.to_string())
        .bind(role.name().to_owned())
        .execute(tx.conn())
        .await?;
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &draft.event(&role)).await?;
    let holders = holders(tx, &role).await?;
    let is = draft.info(role, holders);
    let was = was.map(|was| RoleInfo { holders, ..was });
    tx.audit(Change::new("role.changed", "role", is.name.name()).before(&was).after(&is)).await?;
    Ok(is)
}

async fn remove(tx: &mut Tx, role: Role) -> Result<(), IdentityError> {
    let org = tx.scope().org();
    let holders = holders(tx, &role).await?;
    if holders > 0 {
        return Err(IdentityError::Conflict {
            slug: "role-is-held",
            detail: format!("{holders} people or programs hold it; give them another first"),
        });
    }
    let groups = group_rows::standing_for(tx, &role).await?;
    if groups > 0 {
        return Err(IdentityError::Conflict {
            slug: "role-is-held",
            detail: format!("{groups} groups stand for it; take it from them first"),
        });
    }
    let was = as_kept(tx, &role).await?;
    let removed = sqlx::query("DELETE FROM roles WHERE org = $1 AND name = $2")
        .bind(org.to_string())
        .bind(role.name().to_owned())
        .execute(tx.conn())
        .await?;
    if removed.rows_affected() == 0 {
        return Err(IdentityError::NotFound("role"));
    }
    tx.audit(Change::new("role.removed", "role", role.name()).before(&was)).await?;
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &RoleRemoved { role }).await?;
    Ok(())
}

/// A role as it is shown.
async fn shown(conn: &mut AnyConnection, scope: OrgScope, role: &Role) -> Result<RoleInfo, IdentityError> {
    let mut shown = match role {
        Role::Custom(_) => {
            let row = sqlx::query("SELECT name, title, permissions FROM roles WHERE org = $1 AND name = $2")
                .bind(scope.org().to_string())
                .bind(role.name().to_owned())
                .fetch_optional(&mut *conn)
                .await?;
            info(&row.ok_or(IdentityError::NotFound("role"))?)?
        }
        built_in => of_every_org(built_in.clone()),
    };
    let held =
        sqlx::query(
            "SELECT roles, grants FROM users WHERE org = $1 AND deactivated_at IS NULL AND (roles LIKE $2 OR grants LIKE $2)",
        )
            .bind(scope.org().to_string())
            .bind(holding(role))
            .fetch_all(conn)
            .await?;
    for row in &held {
        let (everywhere, grants) = users::held(row)?;
        let holds = everywhere.contains(role) || grants.iter().any(|grant| grant.role == *role);
        shown.holders += u32::from(holds);
    }
    Ok(shown)
}

/// Refuses unless a role of the org's own is as was demanded, and lets nobody else change it until the command's end.
async fn demand(tx: &mut Tx, role: &Role, precondition: &Precondition) -> Result<(), IdentityError> {
    let scope = tx.scope();
    sqlx::query("UPDATE roles SET org = org WHERE org = $1 AND name = $2")
        .bind(scope.org().to_string())
        .bind(role.name().to_owned())
        .execute(tx.conn())
        .await?;
    Ok(precondition.check(&shown(tx.conn(), scope, role).await?)?)
}

/// The org's own role as it is, its holders not counted.
async fn as_kept(tx: &mut Tx, role: &Role) -> Result<Option<RoleInfo>, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query("SELECT name, title, permissions FROM roles WHERE org = $1 AND name = $2")
        .bind(org)
        .bind(role.name().to_owned())
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(info).transpose()
}

/// How many hold `role`, people who may not sign in any more included: they may come back with it.
async fn holders(tx: &mut Tx, role: &Role) -> Result<u32, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT count(*) AS holders FROM users WHERE org = $1 AND (roles LIKE $2 OR grants LIKE $2)",
    )
    .bind(org)
    .bind(holding(role))
    .fetch_one(tx.conn())
    .await?;
    Ok(u32::try_from(row.try_get::<i64, _>("holders")?).unwrap_or(u32::MAX))
}

/// A pattern that the column `roles` of those who hold `role` in all divisions is like, and `grants` of those who do in some. Only `_` among a name's characters means something to LIKE, and
/// what it lets through beside the name is a name of the same length: too many at worst.
pub(super) fn holding(role: &Role) -> String {
    format!("%\"{}\"%", role.name())
}

/// Refuses a role the org does not have.
pub(super) async fn known(tx: &mut Tx, roles: &[Role]) -> Result<(), IdentityError> {
    let scope = tx.scope();
    permissions(tx.conn(), scope, roles).await.map(drop)
}

/// What `roles` stand for together.
pub(super) async fn permissions(
    conn: &mut AnyConnection,
    scope: OrgScope,
    roles: &[Role],
) -> Result<Permissions, IdentityError> {
    let mut all = built_in(roles);
    for role in roles.iter().filter(|role| matches!(role, Role::Custom(_))) {
        match stored(conn, scope, role).await? {
            Some(permissions) => all = all.union(permissions),
            None => return Err(IdentityError::invalid("roles", format!("there is no role {role}"))),
        }
    }
    Ok(all)
}

/// What somebody may do who holds `everywhere` in all divisions and `grants` in some.
pub(super) async fn rights(
    conn: &mut AnyConnection,
    scope: OrgScope,
    everywhere: &[Role],
    grants: &[RoleGrant],
) -> Result<Rights, IdentityError> {
    let mut within = Vec::new();
    for RoleGrant { role, divisions } in grants {
        let held = permissions(conn, scope, std::slice::from_ref(role)).await?;
        within.extend(divisions.iter().map(|division| (*division, held)));
    }
    Ok(Rights::new(permissions(conn, scope, everywhere).await?, within))
}

pub(super) fn all_built_in(roles: &[Role]) -> bool {
    roles.iter().all(|role| !matches!(role, Role::Custom(_)))
}

/// What those of `roles` that every org has stand for.
pub(super) fn built_in(roles: &[Role]) -> Permissions {
    roles.iter().fold(Permissions::NONE, |all, role| all.union(Permissions::of(role)))
}

async fn stored(
    conn: &mut AnyConnection,
    scope: OrgScope,
    role: &Role,
) -> Result<Option<Permissions>, IdentityError> {
    let row = sqlx::query("SELECT permissions FROM roles WHERE org = $1 AND name = $2")
        .bind(scope.org().to_string())
        .bind(role.name().to_owned())
        .fetch_optional(conn)
        .await?;
    row.map(|row| read(&text(&row, "permissions")?)).transpose()
}

/// Names of permissions out of a request: at least one, each known.
pub(super) fn chosen(field: &'static str, names: &[String]) -> Result<Permissions, IdentityError> {
    if names.is_empty() {
        return Err(IdentityError::invalid(field, "at least one"));
    }
    Permissions::from_names(names).map_err(|error| IdentityError::invalid(field, error.to_string()))
}

/// A set of permissions as a column: a JSON list of names, which stay when permissions are added.
pub(super) fn written(permissions: Permissions) -> String {
    serde_json::to_string(&permissions.names()).unwrap_or_default()
}

/// Reads back what [`written`] made.
pub(super) fn read(column: &str) -> Result<Permissions, IdentityError> {
    let damaged = |reason: String| StoreError::Damaged { table: "roles", reason };
    let names: Vec<String> = serde_json::from_str(column).map_err(|error| damaged(error.to_string()))?;
    Ok(Permissions::from_names(names).map_err(|error| damaged(error.to_string()))?)
}

fn own(role: &Role) -> Result<(), IdentityError> {
    match role {
        Role::Custom(_) => Ok(()),
        built_in => Err(IdentityError::Conflict {
            slug: "built-in",
            detail: format!("every org has the role {built_in}; it cannot be changed"),
        }),
    }
}

/// A role that every org has.
fn of_every_org(role: Role) -> RoleInfo {
    let (title, permissions) = (title(&role).to_owned(), Permissions::of(&role).names());
    RoleInfo { title, permissions, built_in: true, holders: 0, name: role }
}

fn title(role: &Role) -> &str {
    match role {
        Role::Agent => "Agent",
        Role::Supervisor => "Supervisor",
        Role::Admin => "Administrator",
        Role::Custom(_) => role.name(),
    }
}

fn info(row: &AnyRow) -> Result<RoleInfo, IdentityError> {
    let name = text(row, "name")?;
    let name: Role = name
        .parse()
        .map_err(|error| StoreError::Damaged { table: "roles", reason: format!("{name:?}: {error}") })?;
    Ok(RoleInfo {
        name,
        title: text(row, "title")?,
        permissions: read(&text(row, "permissions")?)?.names(),
        built_in: false,
        holders: 0,
    })
}
