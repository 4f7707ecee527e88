//! The directory's accounts.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::{Row, any::AnyRow};
use tandem_core::OrgScope;
use tandem_proto::{
    ClientId, DivisionId, Stream, Topic, UserId,
    api::{NewPerson, Role, RoleGrant},
    events::identity::UserCreated,
    limits::NAME_CHARS,
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{
    Identity, IdentityError,
    divisions::{self, PEOPLE},
    erasure::is_erased,
    id, limits, named,
    provision::PersonDraft,
    roles,
    strength::known_by,
    text,
};

/// Longest login name.
const LOGIN_CHARS: usize = 128;
/// Digits of an internal number.
const EXTENSION_DIGITS: std::ops::RangeInclusive<usize> = 2..=10;

/// Somebody who can sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserRecord {
    /// Id.
    pub id: UserId,
    /// Login name.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// Job title.
    pub title: Option<String>,
    /// Internal number.
    pub extension: Option<String>,
    /// Where mail to them goes.
    pub email: Option<String>,
    /// Roles held in all divisions, beside those of groups.
    pub roles: Vec<Role>,
    /// Roles held in some divisions only.
    pub grants: Vec<RoleGrant>,
    /// The division they belong to.
    pub division: DivisionId,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether whatever was personal to them is gone.
    pub erased: bool,
    /// Whether another system keeps them up.
    pub provisioned: bool,
}

impl UserRecord {
    /// As the directory shows them, for an audit entry, but for what is personal: an entry stays when somebody is erased.
    pub(super) fn view(&self) -> Value {
        let Self { id, extension, roles, grants, division, active, .. } = self;
        let mut view = json!({ "id": id, "extension": extension, "roles": roles, "active": active });
        if !grants.is_empty() {
            view["grants"] = json!(grants);
        }
        view["division"] = json!(division);
        view
    }

    /// Whether they hold a role, in some division at least.
    pub fn holds(&self, role: &Role) -> bool {
        self.roles.contains(role) || self.grants.iter().any(|grant| grant.role == *role)
    }
}

pub(super) const COLUMNS: &str = "org, id, name, display_name, title, extension, email, roles, grants, division, deactivated_at, provisioned";

impl Identity {
    /// Adds somebody to the directory, in the division every org has.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] and [`IdentityError::Taken`] name the field at fault.
    pub async fn create_user(
        &self,
        scope: OrgScope,
        cause: Cause,
        person: NewPerson,
    ) -> Result<UserRecord, IdentityError> {
        self.create_user_in(scope, cause, person, DivisionId::home(scope.org())).await
    }

    /// As [`Self::create_user`], in any division.
    ///
    /// # Errors
    /// As [`Self::create_user`]; [`StoreError::Conflict`] when the division is there no more.
    pub async fn create_user_in(
        &self,
        scope: OrgScope,
        cause: Cause,
        person: NewPerson,
        division: DivisionId,
    ) -> Result<UserRecord, IdentityError> {
        let (record, hash) = self.candidate(scope, &self.org_name(scope).await?, person).await?;
        let record = UserRecord { division, ..record };
        self.0.store.write(scope, cause, move |tx| Box::pin(insert(tx, record, hash, None))).await
    }

    /// Somebody who can be added, and their password's hash.
    pub(super) async fn candidate(
        &self,
        scope: OrgScope,
        org: &str,
        mut person: NewPerson,
    ) -> Result<(UserRecord, String), IdentityError> {
        let password = std::mem::take(&mut person.password);
        let record = checked(scope, person)?;
        let hash = self.choose_password("password", password, known_by(org, &record)).await?;
        Ok((record, hash))
    }

    /// One user.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user(&self, scope: OrgScope, user: UserId) -> Result<Option<UserRecord>, IdentityError> {
        self.one(scope, "id = $2", user.to_string()).await
    }

    /// As [`Self::user`], to be shown: on a node that did not change them, as they were a moment ago.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn shown(&self, scope: OrgScope, user: UserId) -> Result<Option<UserRecord>, IdentityError> {
        let (known, org, now) = (&self.0.known, scope.org(), self.0.clock.now());
        if let Some(record) = known.person(org, user, now) {
            return Ok(Some(record));
        }
        let before = known.before();
        let record = self.user(scope, user).await?;
        if let Some(record) = &record {
            known.keep_person(org, record, now, before);
        }
        Ok(record)
    }

    /// Whose internal number this is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn by_extension(
        &self,
        scope: OrgScope,
        extension: &str,
    ) -> Result<Option<UserRecord>, IdentityError> {
        self.one(scope, "extension = $2", extension.to_owned()).await
    }

    /// Everybody, by display name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn users(&self, scope: OrgScope) -> Result<Vec<UserRecord>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM users WHERE org = $1 ORDER BY display_name, id"
        )))
        .bind(scope.org().to_string())
        .fetch_all(&mut *conn)
        .await?;
        rows.iter().map(record).collect()
    }

    /// Those of these who are somebody of the org, in no order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn some_users(
        &self,
        scope: OrgScope,
        ids: &BTreeSet<UserId>,
    ) -> Result<Vec<UserRecord>, IdentityError> {
        let places: Vec<String> = (2..).map(|place| format!("${place}")).take(ids.len()).collect();
        let sql = format!("SELECT {COLUMNS} FROM users WHERE org = $1 AND id IN ({})", places.join(", "));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.org().to_string());
        for id in ids {
            query = query.bind(id.to_string());
        }
        let mut conn = self.0.store.scoped(scope).await?;
        query.fetch_all(&mut *conn).await?.iter().map(record).collect()
    }

    async fn one(
        &self,
        scope: OrgScope,
        condition: &str,
        value: String,
    ) -> Result<Option<UserRecord>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM users WHERE org = $1 AND {condition}"
        )))
        .bind(scope.org().to_string())
        .bind(value)
        .fetch_optional(&mut *conn)
        .await?;
        row.as_ref().map(record).transpose()
    }
}

/// Refuses what somebody of the org has already.
pub(super) async fn free(tx: &mut Tx, field: &'static str, value: &str) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let sql = format!("SELECT id FROM users WHERE org = $1 AND {field} = $2");
    let holder = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(org)
        .bind(value.to_owned())
        .fetch_optional(tx.conn())
        .await?;
    match holder {
        Some(_) => Err(IdentityError::Taken { field, value: value.to_owned() }),
        None => Ok(()),
    }
}

/// Adds a row. The password's hash of one who cannot sign in is empty.
pub(super) async fn insert(
    tx: &mut Tx,
    record: UserRecord,
    hash: String,
    client: Option<ClientId>,
) -> Result<UserRecord, IdentityError> {
    let org = tx.scope().org();
    let at = tx.now().micros();
    roles::known(tx, &record.roles).await?;
    if client.is_none() {
        limits::PEOPLE.one_more::<IdentityError>(tx).await?;
    }
    for (field, value) in [
        ("name", Some(&record.name)),
        ("extension", record.extension.as_ref()),
        ("email", record.email.as_ref()),
    ] {
        if let Some(value) = value {
            free(tx, field, value).await?;
        }
    }
    sqlx::query(
        "INSERT INTO users
             (id, org, name, display_name, title, extension, roles, password_hash, created_at, client, email)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(record.id.to_string())
    .bind(org.to_string())
    .bind(record.name.clone())
    .bind(record.display_name.clone())
    .bind(record.title.clone())
    .bind(record.extension.clone())
    .bind(serde_json::to_string(&record.roles).unwrap_or_default())
    .bind(hash)
    .bind(at)
    .bind(client.map(|client| client.to_string()))
    .bind(record.email.clone())
    .execute(tx.conn())
    .await?;
    divisions::put(tx, &PEOPLE, record.id, record.division).await?;
    if client.is_none() {
        // A program's is told of with the program.
        tx.audit(Change::new("person.created", "person", record.id).after(&record.view())).await?;
    }
    let event = UserCreated {
        user: record.id,
        name: record.name.clone(),
        display_name: record.display_name.clone(),
        roles: record.roles.clone(),
        extension: record.extension.clone(),
    };
    tx.append_about(record.id, Stream::user(record.id), Expect::Version(0), &[Topic::org(org)], &event)
        .await?;
    Ok(record)
}

/// Whether somebody can be called that.
pub(super) fn check_names(name: &str, display_name: &str, title: Option<&str>) -> Result<(), IdentityError> {
    let login = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@+#'".contains(c);
    if name.is_empty() || name.len() > LOGIN_CHARS || !name.chars().all(login) {
        return Err(IdentityError::invalid("name", format!("1 to {LOGIN_CHARS} of a-z 0-9 . _ - @ + # '")));
    }
    named("display_name", display_name)?;
    if title.is_some_and(|title| title.chars().count() > NAME_CHARS) {
        return Err(IdentityError::invalid("title", format!("at most {NAME_CHARS} characters")));
    }
    Ok(())
}

/// Refuses a login name that somebody else has.
pub(super) async fn free_name(tx: &mut Tx, user: UserId, name: &str) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let holder = sqlx::query("SELECT id FROM users WHERE org = $1 AND name = $2 AND id <> $3")
        .bind(org)
        .bind(name.to_owned())
        .bind(user.to_string())
        .fetch_optional(tx.conn())
        .await?;
    match holder {
        Some(_) => Err(IdentityError::Taken { field: "name", value: name.to_owned() }),
        None => Ok(()),
    }
}

/// Somebody who is let in by something else than a password of ours, in the division every org has.
pub(super) fn without_password(scope: OrgScope, draft: &PersonDraft) -> UserRecord {
    UserRecord {
        id: UserId::generate(),
        name: draft.name.clone(),
        display_name: draft.display_name.clone(),
        title: draft.title.clone(),
        extension: None,
        email: None,
        roles: Vec::new(),
        grants: Vec::new(),
        division: DivisionId::home(scope.org()),
        active: true,
        erased: false,
        provisioned: true,
    }
}

/// Who somebody new will be, in the division every org has, but for the password.
pub(super) fn checked(scope: OrgScope, person: NewPerson) -> Result<UserRecord, IdentityError> {
    check_names(&person.name, &person.display_name, person.title.as_deref())?;
    let display_name = named("display_name", &person.display_name)?;
    let roles = some_roles(person.roles)?;
    if let Some(extension) = &person.extension {
        let digits = extension.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !EXTENSION_DIGITS.contains(&extension.len()) {
            return Err(IdentityError::invalid(
                "extension",
                format!("{} to {} digits", EXTENSION_DIGITS.start(), EXTENSION_DIGITS.end()),
            ));
        }
    }
    Ok(UserRecord {
        id: UserId::generate(),
        name: person.name,
        display_name,
        title: person.title,
        extension: person.extension,
        email: None,
        roles,
        grants: Vec::new(),
        division: DivisionId::home(scope.org()),
        active: true,
        erased: false,
        provisioned: false,
    })
}

/// Each role once, and not none.
pub(super) fn some_roles(roles: Vec<Role>) -> Result<Vec<Role>, IdentityError> {
    let roles = each_once(roles);
    if roles.is_empty() { Err(IdentityError::invalid("roles", "at least one")) } else { Ok(roles) }
}

pub(super) fn each_once<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort_unstable();
    items.dedup();
    items
}

pub(super) fn record(row: &AnyRow) -> Result<UserRecord, IdentityError> {
    let optional = |column| row.try_get::<Option<String>, _>(column);
    let (roles, grants) = held(row)?;
    let division = match optional("division")? {
        Some(_) => id(row, "users", "division")?,
        None => DivisionId::home(id(row, "users", "org")?),
    };
    Ok(UserRecord {
        id: id(row, "users", "id")?,
        name: text(row, "name")?,
        display_name: text(row, "display_name")?,
        title: optional("title")?,
        extension: optional("extension")?,
        email: optional("email")?,
        roles,
        grants,
        division,
        active: row.try_get::<Option<i64>, _>("deactivated_at")?.is_none(),
        erased: is_erased(row)?,
        provisioned: row.try_get::<i64, _>("provisioned")? != 0,
    })
}

/// The columns `roles` and `grants`.
pub(super) fn held(row: &AnyRow) -> Result<(Vec<Role>, Vec<RoleGrant>), IdentityError> {
    let grants = row.try_get::<Option<String>, _>("grants")?;
    let grants = grants.as_deref().map(read_grants).transpose()?;
    Ok((read_roles(&text(row, "roles")?)?, grants.unwrap_or_default()))
}

/// The `roles` column: a JSON list.
pub(super) fn read_roles(column: &str) -> Result<Vec<Role>, IdentityError> {
    serde_json::from_str(column)
        .map_err(|error| StoreError::Damaged { table: "users", reason: format!("roles: {error}") }.into())
}

/// The `grants` column: a JSON list of pairs, a role and its divisions, so that no other text in it reads as a role's name.
fn read_grants(column: &str) -> Result<Vec<RoleGrant>, IdentityError> {
    let pairs: Vec<(Role, Vec<DivisionId>)> = serde_json::from_str(column)
        .map_err(|error| StoreError::Damaged { table: "users", reason: format!("grants: {error}") })?;
    Ok(pairs.into_iter().map(|(role, divisions)| RoleGrant { role, divisions }).collect())
}

/// Writes which roles somebody holds.
pub(super) async fn write_held(
    tx: &mut Tx,
    user: UserId,
    roles: &[Role],
    grants: &[RoleGrant],
) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let pairs: Vec<_> = grants.iter().map(|grant| (&grant.role, &grant.divisions)).collect();
    let grants = (!pairs.is_empty()).then(|| serde_json::to_string(&pairs).unwrap_or_default());
    sqlx::query("UPDATE users SET roles = $1, grants = $2 WHERE org = $3 AND id = $4")
        .bind(serde_json::to_string(roles).unwrap_or_default())
        .bind(grants)
        .bind(org)
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Roles that were held in a division are held there no more.
pub(super) async fn forget_division(tx: &mut Tx, division: DivisionId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let rows = sqlx::query("SELECT id, roles, grants FROM users WHERE org = $1 AND grants LIKE $2")
        .bind(org)
        .bind(format!("%\"{division}\"%"))
        .fetch_all(tx.conn())
        .await?;
    for row in &rows {
        let (roles, mut grants) = held(row)?;
        for grant in &mut grants {
            grant.divisions.retain(|each| *each != division);
        }
        grants.retain(|grant| !grant.divisions.is_empty());
        write_held(tx, id(row, "users", "id")?, &roles, &grants).await?;
    }
    Ok(())
}
