//! The rows of groups: `org_groups`, `group_members`.

use sqlx::{AnyConnection, Row, any::AnyRow};
use tandem_core::{OrgScope, Rights};
use tandem_proto::{
    GroupId, Timestamp, UserId,
    api::{GroupInfo, GroupMember, Role, RoleGrant},
};
use tandem_store::Tx;

use super::{IdentityError, id, roles, sessions::time, text, users::read_roles};

/// A group as another system keeps it up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    pub(crate) id: GroupId,
    pub(crate) name: String,
    /// What the other system calls it.
    pub(crate) external_id: Option<String>,
    /// Whether the other system keeps it up.
    pub(crate) provisioned: bool,
    /// In the order of their ids; empty where nobody asked for them.
    pub(crate) members: Vec<(UserId, String)>,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    /// Grows with every change of the name, of who is in it, and of what the other system calls it.
    pub(crate) version: i64,
}

const COLUMNS: &str =
    "g.id, g.name, g.roles, g.external_id, g.provisioned, g.created_at, g.changed_at, g.version,
    (SELECT count(*) FROM group_members m WHERE m.org = g.org AND m.group_id = g.id) AS members";

fn info_of(row: &AnyRow) -> Result<GroupInfo, IdentityError> {
    Ok(GroupInfo {
        id: id(row, "org_groups", "id")?,
        name: text(row, "name")?,
        roles: read_roles(&text(row, "roles")?)?,
        members: u32::try_from(row.try_get::<i64, _>("members")?).unwrap_or(u32::MAX),
        provisioned: row.try_get::<i64, _>("provisioned")? != 0,
    })
}

fn group_of(row: &AnyRow) -> Result<Group, IdentityError> {
    Ok(Group {
        id: id(row, "org_groups", "id")?,
        name: text(row, "name")?,
        external_id: row.try_get("external_id")?,
        provisioned: row.try_get::<i64, _>("provisioned")? != 0,
        members: Vec::new(),
        created_at: time(row, "created_at")?,
        changed_at: time(row, "changed_at")?,
        version: row.try_get("version")?,
    })
}

/// Every group of the org.
pub(super) async fn all(conn: &mut AnyConnection, scope: OrgScope) -> Result<Vec<GroupInfo>, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM org_groups g WHERE g.org = $1");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.org().to_string()).fetch_all(conn).await?;
    rows.iter().map(info_of).collect()
}

pub(super) async fn info(
    conn: &mut AnyConnection,
    scope: OrgScope,
    group: GroupId,
) -> Result<GroupInfo, IdentityError> {
    let sql = format!("SELECT {COLUMNS} FROM org_groups g WHERE g.org = $1 AND g.id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(group.to_string())
        .fetch_optional(conn)
        .await?;
    info_of(&row.ok_or(IdentityError::NotFound("group"))?)
}

/// Which groups are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum WhichGroups {
    /// All.
    All,
    /// Those from a place on, in the order of their ids.
    From { offset: u32, limit: u32 },
    /// The one of that name, however it is capitalised.
    Named(String),
    /// The one with that id.
    One(GroupId),
}

/// Groups as another system sees them, in the order of their ids, without members; and how many there are of these in all.
pub(super) async fn seen(
    conn: &mut AnyConnection,
    scope: OrgScope,
    which: &WhichGroups,
) -> Result<Vec<Group>, IdentityError> {
    let (condition, value) = match which {
        WhichGroups::All | WhichGroups::From { .. } => ("$2 = ''", String::new()),
        WhichGroups::Named(name) => ("g.folded = $2", folded(name)),
        WhichGroups::One(group) => ("g.id = $2", group.to_string()),
    };
    let (offset, limit) = match which {
        WhichGroups::From { offset, limit } => (i64::from(*offset), i64::from(*limit)),
        _ => (0, i64::MAX),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM org_groups g WHERE g.org = $1 AND {condition} ORDER BY g.id LIMIT $3 OFFSET $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(value)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await?;
    rows.iter().map(group_of).collect()
}

/// How many groups the org has.
pub(super) async fn count(conn: &mut AnyConnection, scope: OrgScope) -> Result<u32, IdentityError> {
    let row = sqlx::query("SELECT count(*) AS groups_of FROM org_groups WHERE org = $1")
        .bind(scope.org().to_string())
        .fetch_one(conn)
        .await?;
    Ok(u32::try_from(row.try_get::<i64, _>("groups_of")?).unwrap_or(u32::MAX))
}

/// Who is in a group, in the order of their ids.
pub(super) async fn members(
    conn: &mut AnyConnection,
    scope: OrgScope,
    group: GroupId,
) -> Result<Vec<GroupMember>, IdentityError> {
    let rows = sqlx::query(
        "SELECT u.id, u.display_name, u.deactivated_at FROM group_members m
         JOIN users u ON u.org = m.org AND u.id = m.user_id
         WHERE m.org = $1 AND m.group_id = $2 ORDER BY u.id",
    )
    .bind(scope.org().to_string())
    .bind(group.to_string())
    .fetch_all(conn)
    .await?;
    let one = |row: &AnyRow| {
        Ok(GroupMember {
            user: id(row, "users", "id")?,
            display_name: text(row, "display_name")?,
            active: row.try_get::<Option<i64>, _>("deactivated_at")?.is_none(),
        })
    };
    rows.iter().map(one).collect()
}

/// The groups somebody is in.
pub(super) async fn of(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
) -> Result<Vec<(GroupId, String)>, IdentityError> {
    let rows = sqlx::query(
        "SELECT g.id, g.name FROM group_members m JOIN org_groups g ON g.org = m.org AND g.id = m.group_id
         WHERE m.org = $1 AND m.user_id = $2 ORDER BY g.id",
    )
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((id(row, "org_groups", "id")?, text(row, "name")?))).collect()
}

/// What somebody may do who holds `direct` themselves in all divisions and `grants` in some: by these, and by the groups they are in, whose
/// roles are held in all divisions.
pub(super) async fn held(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
    direct: &[Role],
    grants: &[RoleGrant],
) -> Result<Rights, IdentityError> {
    let rows = sqlx::query(
        "SELECT g.roles FROM group_members m JOIN org_groups g ON g.org = m.org AND g.id = m.group_id
         WHERE m.org = $1 AND m.user_id = $2 AND g.roles <> '[]'",
    )
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .fetch_all(&mut *conn)
    .await?;
    let mut all = direct.to_vec();
    for row in &rows {
        all.extend(read_roles(&text(row, "roles")?)?);
    }
    all.sort_unstable();
    all.dedup();
    roles::rights(conn, scope, &all, grants).await
}

/// How many groups stand for a role.
pub(super) async fn standing_for(tx: &mut Tx, role: &Role) -> Result<u32, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query("SELECT count(*) AS standing FROM org_groups WHERE org = $1 AND roles LIKE $2")
        .bind(org)
        .bind(roles::holding(role))
        .fetch_one(tx.conn())
        .await?;
    Ok(u32::try_from(row.try_get::<i64, _>("standing")?).unwrap_or(u32::MAX))
}

pub(super) async fn insert(
    tx: &mut Tx,
    group: GroupId,
    name: &str,
    provisioned: bool,
) -> Result<(), IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    let made = sqlx::query(
        "INSERT INTO org_groups (org, id, name, folded, roles, provisioned, version, created_at, changed_at)
         VALUES ($1, $2, $3, $4, '[]', $5, 1, $6, $6) ON CONFLICT DO NOTHING",
    )
    .bind(org)
    .bind(group.to_string())
    .bind(name.to_owned())
    .bind(folded(name))
    .bind(i64::from(provisioned))
    .bind(now)
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 0 { Err(taken(name)) } else { Ok(()) }
}

pub(super) async fn rename(tx: &mut Tx, group: GroupId, name: &str) -> Result<(), IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    let holder = sqlx::query("SELECT id FROM org_groups WHERE org = $1 AND folded = $2 AND id <> $3")
        .bind(org.as_str())
        .bind(folded(name))
        .bind(group.to_string())
        .fetch_optional(tx.conn())
        .await?;
    if holder.is_some() {
        return Err(taken(name));
    }
    sqlx::query(
        "UPDATE org_groups SET name = $1, folded = $2, changed_at = $3, version = version + 1 WHERE org = $4 AND id = $5",
    )
        .bind(name.to_owned())
        .bind(folded(name))
        .bind(now)
        .bind(org)
        .bind(group.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that another system keeps it up, and what that calls it.
pub(super) async fn provision(
    tx: &mut Tx,
    group: GroupId,
    external_id: Option<&str>,
) -> Result<(), IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    sqlx::query(
        "UPDATE org_groups SET external_id = $1, provisioned = 1, changed_at = $2, version = version + 1
         WHERE org = $3 AND id = $4",
    )
    .bind(external_id.map(str::to_owned))
    .bind(now)
    .bind(org)
    .bind(group.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn set_roles(tx: &mut Tx, group: GroupId, roles: &[Role]) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    sqlx::query("UPDATE org_groups SET roles = $1 WHERE org = $2 AND id = $3")
        .bind(serde_json::to_string(roles).unwrap_or_default())
        .bind(org)
        .bind(group.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, group: GroupId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    for sql in [
        "DELETE FROM group_members WHERE org = $1 AND group_id = $2",
        "DELETE FROM org_groups WHERE org = $1 AND id = $2",
    ] {
        sqlx::query(sql).bind(org.as_str()).bind(group.to_string()).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Whether there is such a person: somebody who was not erased, and no program.
pub(super) async fn is_person(tx: &mut Tx, user: UserId) -> Result<bool, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT id FROM users WHERE org = $1 AND id = $2 AND client IS NULL AND erased_at IS NULL",
    )
    .bind(org)
    .bind(user.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}

/// Brings somebody in; whether they were out.
pub(super) async fn join(tx: &mut Tx, group: GroupId, user: UserId) -> Result<bool, IdentityError> {
    let sql = "INSERT INTO group_members (org, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    membership(tx, sql, group, user).await
}

/// Puts somebody out; whether they were in.
pub(super) async fn leave(tx: &mut Tx, group: GroupId, user: UserId) -> Result<bool, IdentityError> {
    let sql = "DELETE FROM group_members WHERE org = $1 AND group_id = $2 AND user_id = $3";
    membership(tx, sql, group, user).await
}

async fn membership(
    tx: &mut Tx,
    sql: &'static str,
    group: GroupId,
    user: UserId,
) -> Result<bool, IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    let done = sqlx::query(sql)
        .bind(org.as_str())
        .bind(group.to_string())
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    let changed = done.rows_affected() > 0;
    if changed {
        sqlx::query(
            "UPDATE org_groups SET changed_at = $1, version = version + 1 WHERE org = $2 AND id = $3",
        )
        .bind(now)
        .bind(org)
        .bind(group.to_string())
        .execute(tx.conn())
        .await?;
    }
    Ok(changed)
}

/// A name as it is compared.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

fn taken(name: &str) -> IdentityError {
    IdentityError::Taken { field: "name", value: name.to_owned() }
}
